// Sealed content over fetch, to a service that has the routes of wire.ts, such as the relay of this package. docs/transport.md.

import { sha256 } from "@noble/hashes/sha2.js";
import { checkCount } from "../arguments/counts.js";
import { checkFunction, checkOptions } from "../arguments/options.js";
import type { AbortSignalLike } from "../arguments/platform.js";
import { type Bytes, isBytes } from "../bytes/bytes.js";
import { toHex } from "../bytes/text.js";
import type { RandomAccessSource } from "../content/random-access-source.js";
import { KeysteadError } from "../errors.js";
import { primitives } from "../primitives/current.js";
import { drawRandom, type Env, readClock, systemEnv } from "../primitives/env.js";
import { PARAMETERS, targetOf } from "./addresses.js";
import { checkBlob, checkStoreBlob } from "./checks.js";
import {
  type AnswerOf,
  type Arrived,
  noAnswer,
  overNetwork,
  type Refusal,
  readAnswer,
  readBytes,
  unanswered,
} from "./http.js";
import { writeDigest } from "./request-signature.js";
import { type FetchTransportOptions, type Sent, type Service, serviceAt } from "./service.js";
import type {
  BlobOptions,
  BlobSource,
  BlobTransport,
  Publication,
  RequestSigner,
  StoreBlobOptions,
} from "./transport.js";
import { deleteBlobRoute, NO_BLOB, OCTETS, type Route, readBlobRoute, storeBlobRoute } from "./wire.js";

/** Options of {@link fetchBlobs}. */
export interface FetchBlobsOptions extends FetchTransportOptions {
  /**
   * Gives the signer of the member that asks, such as `() => session.signer`. It is called at each request, since a device takes fresh
   * keys now and then. Without one the service knows the caller by its sign-in alone.
   */
  readonly signer?: (() => RequestSigner | undefined) | undefined;
}

/** A new id for a blob: 32 random bytes in hexadecimal. */
export function newBlobId(env: Env = systemEnv()): string {
  return toHex(drawRandom(env, 32));
}

/** Bytes that {@link BlobTransport.open} fetches at once: the headers of most contents are in them. */
const FIRST_PART = 16_384;

/**
 * Sealed content over fetch. It tries nothing twice, and sets no time limit of its own: give a signal.
 *
 * Bytes and Blobs are sent as they are, and their progress comes at the end. Any other source is sent as a stream, with progress: Node,
 * Deno and Bun can do that, Chromium over HTTP/2 only, and other browsers cannot.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function fetchBlobs(options: FetchBlobsOptions): BlobTransport {
  const { signer = () => undefined, env = systemEnv() } = checkOptions(options);
  checkFunction("options.signer", signer, " that gives a signer");
  const blobs: Place = { service: serviceAt(options), signer, now: () => readClock(env) };
  return {
    async store(id, content, options) {
      const work = checkStoreBlob(id, content, options);
      return await store(blobs, id, content, { ...work, owner: options.owner });
    },
    async load(id, options = {}) {
      const { onProgress, signal } = checkBlob(id, options);
      const onBytes = (done: number, { headers }: Arrived) =>
        onProgress?.({ done, size: Number(headers.get("content-length")) });
      return await streamOf(signal, onBytes, async (inner) => {
        const response = await ask(blobs, readBlobRoute, id, 200, inner);
        return "code" in response ? undefined : response;
      });
    },
    open: (id, options = {}) => open(blobs, id, options),
    async delete(id, options = {}) {
      const { signal } = checkBlob(id, options);
      return await overNetwork(
        signal,
        async (inner) => !("code" in (await ask(blobs, deleteBlobRoute, id, 204, inner))),
      );
    },
  };
}

/** Where blobs are, and who asks. */
interface Place {
  readonly service: Service;
  readonly signer: () => RequestSigner | undefined;
  readonly now: () => number;
}

/** The answer with this status; or the problem of a service that has no such blob. */
async function ask(
  { service, signer, now }: Place,
  route: Route,
  id: string,
  status: number,
  inner: AbortSignalLike,
  headers = {},
): Promise<Arrived | Refusal> {
  const target = targetOf(readBlobRoute, { blob: id });
  const sent: Sent = { headers: { accept: OCTETS, ...headers } };
  const response = await service.send(route, target, { signer: signer() }, inner, sent);
  if (response.status === status) return response;
  const refusal = await readAnswer(NO_ANSWERS, response, now);
  if (refusal.http === 404 && refusal.code === NO_BLOB) return refusal;
  throw unanswered(refusal);
}

async function store(
  { service, signer, now }: Place,
  id: string,
  content: Uint8Array | BlobSource,
  { owner, onProgress, signal }: StoreBlobOptions,
): Promise<Publication> {
  const size = isBytes(content) ? content.length : content.size;
  const digest = await digestOf(content, signal);
  const target = targetOf(storeBlobRoute, { blob: id }, { owner: PARAMETERS.subject.write(owner), size });
  return await overNetwork(signal, async (inner) => {
    const response = await service.send(storeBlobRoute, target, { signer: signer() }, inner, {
      headers: { "content-type": OCTETS, "content-digest": writeDigest(digest) },
      digest,
      ...bodyOf(content, (done) => onProgress?.({ done, size })),
    });
    const verdict = publication(await readAnswer(storeBlobRoute, response, now));
    if (isReady(content) && verdict.verdict === "accepted") onProgress?.({ done: size, size });
    return verdict;
  });
}

/** Some bytes, and the size of the whole blob. */
async function readPart(
  blobs: Place,
  id: string,
  offset: number,
  length: number,
  signal: AbortSignalLike | undefined,
): Promise<{ readonly bytes: Bytes; readonly size: number } | Refusal> {
  return await overNetwork(signal, async (inner) => {
    const range = `bytes=${offset}-${offset + length - 1}`;
    const response = await ask(blobs, readBlobRoute, id, 206, inner, { range });
    if ("code" in response) return response;
    const [first, last, size] = contentRange(response);
    if (first !== offset || last !== Math.min(offset + length, size) - 1)
      throw noAnswer(response, "has other bytes than were asked for");
    const bytes = await readBytes(response, last - first + 1);
    if (bytes.length !== last - first + 1) throw noAnswer(response, "has fewer bytes than it says");
    return { bytes, size };
  });
}

async function open(blobs: Place, id: string, options: BlobOptions): Promise<RandomAccessSource | undefined> {
  const { onProgress, signal } = checkBlob(id, options);
  const first = await readPart(blobs, id, 0, FIRST_PART, signal);
  if ("code" in first) return undefined;
  const { size } = first;
  let done = 0;
  const received = (bytes: Bytes): Bytes => {
    done += bytes.length;
    onProgress?.({ done, size });
    return bytes;
  };
  received(first.bytes);
  return {
    size,
    async read(offset, length) {
      for (const [name, value] of Object.entries({ offset, length })) checkCount(name, value);
      if (offset + length <= first.bytes.length) return first.bytes.slice(offset, offset + length);
      const part = await readPart(blobs, id, offset, length, signal);
      if ("code" in part) throw unanswered(part);
      return received(part.bytes);
    },
  };
}

/** For reading refusals alone. */
const NO_ANSWERS = { ...readBlobRoute, answers: {} } as const;

function contentRange(response: Arrived): readonly [number, number, number] {
  const numbers = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(response.headers.get("content-range") ?? "");
  // Missing too where a service on another origin does not expose the header.
  if (!numbers) throw noAnswer(response, "does not say which bytes it has (Content-Range)");
  return [Number(numbers[1]), Number(numbers[2]), Number(numbers[3])];
}

function publication(answer: AnswerOf<typeof storeBlobRoute> | Refusal): Publication {
  if (answer.status === 409) return { verdict: "lost" };
  if (answer.status !== "refused") return { verdict: "accepted" };
  const { code, rule, retryAfter } = answer;
  return { verdict: "refused", code, ...(rule && { rule }), ...(retryAfter !== undefined && { retryAfter }) };
}

/** SHA-256. @throws `INVALID_ARGUMENT` for a source that gives another number of bytes than its size */
async function digestOf(content: Uint8Array | BlobSource, signal: AbortSignalLike | undefined): Promise<Uint8Array> {
  if (isBytes(content)) return primitives.sha256(content);
  const hash = sha256.create();
  const reader = content.stream().getReader();
  let length = 0;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { value } = await reader.read();
      if (!value) break;
      hash.update(value);
      length += value.length;
    }
  } finally {
    await reader.cancel();
  }
  if (length === content.size) return hash.digest();
  const problem = `content has ${length} bytes, and its size is ${content.size}; read it again from the first byte on`;
  throw new KeysteadError("INVALID_ARGUMENT", problem);
}

/** Whether the platform sends it as it is. */
function isReady(content: Uint8Array | BlobSource): boolean {
  return isBytes(content) || typeof (content as Partial<Blob>).arrayBuffer === "function";
}

function bodyOf(content: Uint8Array | BlobSource, onBytes: (done: number) => void): Sent {
  if (isBytes(content) || isReady(content)) return { body: content };
  const reader = content.stream().getReader();
  let done = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value } = await reader.read();
        if (!value) return controller.close();
        done += value.length;
        onBytes(done);
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return { body, duplex: "half" };
}

/** The body of a response, as a stream: the request goes on until it ends, fails or is cancelled. */
function streamOf(
  signal: AbortSignalLike | undefined,
  onBytes: (done: number, response: Arrived) => void,
  ask: (inner: AbortSignalLike) => Promise<Arrived | undefined>,
): Promise<ReadableStream<Uint8Array> | undefined> {
  return new Promise((resolve, reject) => {
    let fail: (error: unknown) => void = reject;
    const run = async (inner: AbortSignalLike): Promise<void> => {
      const response = await ask(inner);
      if (!response) return resolve(undefined);
      let done = 0;
      await new Promise<void>((end, broken) => {
        const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
          const { value } = (await response.reader?.read()) ?? {};
          // What was cancelled gives its end too: it must not pass for the end of the content. `fail` says why it ended.
          if (inner.aborted) return await new Promise(() => {});
          if (value) {
            done += value.length;
            onBytes(done, response);
            controller.enqueue(value);
          } else {
            controller.close();
            end();
          }
        };
        const source = {
          start(controller: ReadableStreamDefaultController<Uint8Array>) {
            fail = (error) => controller.error(error);
          },
          pull: (controller: ReadableStreamDefaultController<Uint8Array>) =>
            pull(controller).catch((error: unknown) => {
              broken(error);
              return new Promise<void>(() => {});
            }),
          cancel: () => end(),
        };
        resolve(new ReadableStream<Uint8Array>(source, { highWaterMark: 0 }));
      });
    };
    overNetwork(signal, run).catch((error: unknown) => fail(error));
  });
}
