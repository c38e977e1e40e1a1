// Requests over fetch, and what may come back: an answer in the form that the route's table has, a refusal, or nothing that counts.
// Whatever answers may be anybody, such as a captive portal or a proxy; so each answer is bounded, and judged by its form.

import type { AbortSignalLike } from "../arguments/platform.js";
import { type Bytes, concat } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { unlessAborted } from "./abort.js";
import {
  type Body,
  CBOR,
  MAX_PROBLEM_BYTES,
  PROBLEM,
  type Problem,
  type Route,
  readBody,
  readProblem,
} from "./wire.js";

/** What the library gives to `fetch` beside the address. */
export interface FetchInit {
  readonly method?: string | undefined;
  readonly headers?: unknown;
  readonly body?: unknown;
  /** Beside a body that is a stream. */
  readonly duplex?: "half" | undefined;
  readonly redirect?: string | undefined;
  readonly cache?: string | undefined;
  readonly signal?: unknown;
}

/** A `Response`, as far as the library uses it. */
export interface ResponseLike {
  readonly status: number;
  readonly headers: {
    /** The value of a header; null when it has none. */
    get(name: string): string | null;
  };
  readonly body: ReadableStream<Uint8Array> | null;
}

/** A function such as `fetch`. */
export type FetchLike = {
  /** Sends a request. A method, so that the platform's own fetch, which takes more, is one. */
  fetch(url: string, init: FetchInit): Promise<ResponseLike>;
}["fetch"];

/** A response whose body is read by this library alone. */
export interface Arrived extends Pick<ResponseLike, "status" | "headers"> {
  readonly reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
}

/** Takes over a response. Once `inner` is aborted, its body is cancelled, also where fetch itself does not listen to the signal. */
export function arrive({ status, headers, body }: ResponseLike, inner: AbortSignalLike): Arrived {
  const reader = body?.getReader();
  // Not waited for: the other side need not agree.
  const cancel = (): void => void reader?.cancel().catch(() => {});
  if (inner.aborted) cancel();
  else inner.addEventListener("abort", cancel);
  return { status, headers, reader };
}

/** An answer with one of the statuses that the table has for the route. */
export type AnswerOf<R extends Route> = {
  [S in keyof R["answers"]]: {
    readonly status: S;
    readonly value: R["answers"][S] extends { readonly body: Body<infer T> } ? T : undefined;
  };
}[keyof R["answers"]];

/** A refusal. */
export interface Refusal extends Problem {
  readonly status: "refused";
  readonly http: number;
  /** In milliseconds. */
  readonly retryAfter?: number | undefined;
}

/** The answer of a service to a request for a route. @throws `OFFLINE` for anything that is neither an answer nor a refusal */
export async function readAnswer<R extends Route>(
  { answers }: R,
  response: Arrived,
  now: () => number,
): Promise<AnswerOf<R> | Refusal> {
  const { status } = response;
  const answer = Object.hasOwn(answers, status) ? answers[status] : undefined;
  if (answer) return { status, value: answer.body && (await readCbor(response, answer.body)) } as AnswerOf<R>;
  const retryAfter = readRetryAfter(response.headers.get("retry-after"), now);
  const waiting = retryAfter === undefined ? {} : { retryAfter };
  if (status < 400 || status >= 500 || status === 408)
    throw new KeysteadError("OFFLINE", `the service answered with status ${status}`, {
      details: { status, ...waiting },
    });
  const isProblem = typeOf(response) === PROBLEM;
  const problem = isProblem ? readProblem(await readBytes(response, MAX_PROBLEM_BYTES)) : undefined;
  return { status: "refused", http: status, ...(problem ?? { code: `HTTP_${status}` }), ...waiting };
}

/** `FORBIDDEN` or `OFFLINE` for a refusal that leaves a question without an answer. */
export function unanswered({ http, code, rule, retryAfter }: Refusal): KeysteadError {
  const hint = code === "INVALID_SIGNATURE" ? "; check the device's clock and the service's origin" : "";
  const said = `with status ${http} and code ${code}${hint}`;
  const details = { status: http, code, ...(rule && { rule }), ...(retryAfter !== undefined && { retryAfter }) };
  return http === 401 || http === 403
    ? new KeysteadError("FORBIDDEN", `the service refused to answer, ${said}`, { details })
    : new KeysteadError("OFFLINE", `the service did not answer the question, ${said}`, { details });
}

async function readCbor<T>(response: Arrived, body: Body<T>): Promise<T> {
  const type = typeOf(response);
  if (type !== CBOR) throw noAnswer(response, `is ${JSON.stringify(type)}, and should be ${CBOR}`);
  const bytes = await readBytes(response, body.maxBytes);
  try {
    return readBody(body, bytes);
  } catch (cause) {
    throw noAnswer(response, "is broken", cause);
  }
}

/** The content type, without its parameters; at most 64 characters of it, since anybody may have sent it. */
export function typeOf({ headers }: Arrived): string {
  return (headers.get("content-type") ?? "").split(";", 1).join().trim().toLowerCase().slice(0, 64);
}

/** The whole body. Reading stops when it has more than `limit` bytes. */
export async function readBytes(response: Arrived, limit: number): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  let length = 0;
  await readChunks(response, (chunk) => {
    length += chunk.length;
    if (length > limit) throw noAnswer(response, `has more than ${limit} bytes`);
    parts.push(chunk);
  });
  return concat(...parts);
}

/** Gives a body to a function piece by piece. */
export async function readChunks({ reader }: Arrived, take: (chunk: Uint8Array) => void): Promise<void> {
  for (;;) {
    const next = await reader?.read();
    if (!next || next.done) return;
    take(next.value);
  }
}

/** `OFFLINE` for bytes that are no answer of a service. */
export function noAnswer({ status }: Arrived, problem: string, cause?: unknown): KeysteadError {
  return new KeysteadError(
    "OFFLINE",
    `the answer with status ${status} ${problem}; something between may have given it`,
    {
      details: { status },
      cause,
    },
  );
}

const MOST_WAITING = 86_400_000;

/** Seconds, or a date. A day at most: a wrong number must not stop a device for good. */
function readRetryAfter(text: string | null, now: () => number): number | undefined {
  if (text === null) return undefined;
  const wait = /^\d+$/.test(text) ? 1000 * Number(text) : Date.parse(text) - now();
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), MOST_WAITING);
}

/**
 * Runs a request. The signal for fetch is aborted when the caller's is, and also when the request has ended in any way, so that nothing
 * of it goes on.
 *
 * @throws the reason of the caller's signal; `OFFLINE` for whatever the network threw
 */
export async function overNetwork<T>(
  signal: AbortSignalLike | undefined,
  run: (inner: AbortSignalLike) => Promise<T>,
): Promise<T> {
  const inner = new AbortController();
  try {
    return await unlessAborted(run(inner.signal), signal);
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    if (cause instanceof KeysteadError) throw cause;
    throw new KeysteadError("OFFLINE", "the service was not reached, or its answer broke off", { cause });
  } finally {
    inner.abort();
  }
}
