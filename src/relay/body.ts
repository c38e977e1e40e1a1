// The body of a request, in bounded memory and time.

import { sha256 } from "@noble/hashes/sha2.js";
import type { Bytes } from "../bytes/bytes.js";
import { concat, equalBytes } from "../bytes/bytes.js";
import { type BodyForm, CBOR } from "../transport/wire.js";
import type { RelayEnv } from "./options.js";
import { Refusal } from "./refusal.js";

/** Milliseconds for a body. Slower senders would fill the server with requests that never end. */
const BODY_TIME = 60_000;
/** A large body gets one more second for each so many bytes: the speed of a slow mobile line. */
const SLOWEST = 16_384;
/** No body takes longer: an upload that broke off is cleaned up the day after the next one. */
const LONGEST = 12 * 3_600_000;

/** A body in pieces, which are read when they are asked for. */
export interface BodyPieces {
  /** The next piece; undefined at the end. It rejects when the sender goes away. */
  next(): Promise<Uint8Array | undefined>;
  /** What is left is not read. A call of `next` that waits is resolved. */
  cancel(): void;
}

/** Gives the body of a request. @param server what the server passed beside the request. */
export type BodyOf = (request: Request, server: unknown) => BodyPieces;

/** The body as the platform's stream. */
export function streamedBody(request: Request): BodyPieces {
  const reader = request.body?.getReader();
  return {
    next: async () => (await reader?.read())?.value,
    cancel: () => void reader?.cancel().catch(() => {}),
  };
}

interface BodyReader {
  /** The next piece; undefined at the end. @throws {@link Refusal} 408, 400 when the sender goes away */
  next(): Promise<Uint8Array | undefined>;
  /** To be called in any case. What is left is not read. */
  end(): void;
}

function bodyReader(pieces: BodyPieces, env: RelayEnv, most: number): BodyReader {
  let isLate = false;
  const stop = env.every(Math.min(BODY_TIME + (1000 * most) / SLOWEST, LONGEST), () => {
    isLate = true;
    pieces.cancel();
  });
  return {
    async next() {
      const piece = await pieces.next().catch(() => {
        throw new Refusal(400, "BODY_MISMATCH", "the body broke off");
      });
      if (isLate) throw new Refusal(408, "TOO_SLOW", "the body came too slowly; send it again");
      return piece;
    },
    end() {
      stop();
      pieces.cancel();
    },
  };
}

/** @throws {@link Refusal} 413 as soon as a body is too large, whatever its header says; 408, 415 */
export async function readRequest(
  request: Request,
  form: BodyForm,
  env: RelayEnv,
  pieces: () => BodyPieces,
): Promise<Bytes> {
  checkType(request, CBOR);
  const { maxBytes } = form;
  const tooLarge = () =>
    new Refusal(413, "TOO_LARGE", `the body may have at most ${maxBytes} bytes`, { rule: "ENC-3" });
  if (Number(request.headers.get("content-length")) > maxBytes) throw tooLarge();
  const body = bodyReader(pieces(), env, maxBytes);
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const chunk = await body.next();
      if (!chunk) return concat(...chunks);
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) throw tooLarge();
    }
  } finally {
    body.end();
  }
}

/** @throws {@link Refusal} 415 */
export function checkType(request: Request, type: string): void {
  if (request.headers.get("content-type") !== type)
    throw new Refusal(415, "CONTENT_TYPE", `the content type of the body must be ${type}`);
}

/** A body that is used while it comes. */
export interface ExpectedBody {
  /**
   * The pieces of the body, one at a time. The last piece comes only after all bytes were found to be those that were announced.
   *
   * @throws {@link Refusal} 400, 408
   */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** To be called in any case. */
  end(): void;
}

/** @param expected how many bytes the sender announced, and their SHA-256. */
export function expectBody(
  request: Request,
  { size, digest }: { readonly size: number; readonly digest: Uint8Array },
  env: RelayEnv,
): ExpectedBody {
  const body = bodyReader(streamedBody(request), env, size);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const hash = sha256.create();
    let last: Uint8Array = new Uint8Array();
    let length = 0;
    for (;;) {
      const piece = await body.next();
      length += piece?.length ?? 0;
      if (length > size || (!piece && length < size))
        throw new Refusal(400, "BODY_MISMATCH", `the body must have the ${size} bytes that the query announces`);
      if (!piece) break;
      hash.update(piece);
      if (last.length > 0) yield last;
      last = piece;
    }
    if (!equalBytes(hash.digest(), digest))
      throw new Refusal(400, "BODY_MISMATCH", "the body is not the one that Content-Digest announces");
    yield last;
  }
  return { bytes: pieces(), end: () => body.end() };
}
