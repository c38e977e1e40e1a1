// A service at an address: sends it requests for routes, with the app's sign-in and the member's signature.

import { createParser } from "eventsource-parser";
import { checkFunction, checkOptions } from "../arguments/options.js";
import type { AbortSignalLike } from "../arguments/platform.js";
import { isBytes } from "../bytes/bytes.js";
import type { LogId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { type Env, readClock, systemEnv } from "../primitives/env.js";
import {
  type AnswerOf,
  type Arrived,
  arrive,
  type FetchInit,
  type FetchLike,
  noAnswer,
  overNetwork,
  type Refusal,
  readAnswer,
  readChunks,
  typeOf,
} from "./http.js";
import { signRequest } from "./request-signature.js";
import type { RequestOptions } from "./transport.js";
import { CBOR, EVENTS, eventsRoute, MAX_EVENT_BYTES, PROBLEM, type Route, readEvent } from "./wire.js";

/** Headers by name, such as `{ authorization: "Bearer …" }`. */
export type RequestHeaders = Readonly<Record<string, string>>;

/** Options of {@link fetchTransport}. */
export interface FetchTransportOptions {
  /** Where the service is, such as `https://keys.example` or `https://app.example/keys`. */
  readonly url: string;
  /** Default the platform's `fetch`. Give your own to send cookies to another origin, for instance. */
  readonly fetch?: FetchLike | undefined;
  /** The app's sign-in, sent with every request: headers, or a function that gives them when a request is made. */
  readonly headers?: RequestHeaders | (() => RequestHeaders | Promise<RequestHeaders>) | undefined;
  /** Time and nonces of signed requests; default the runtime's own. */
  readonly env?: Env | undefined;
}

/** What a request has beside its route. */
export interface Sent extends Pick<FetchInit, "body" | "duplex"> {
  readonly headers?: RequestHeaders | undefined;
  /** SHA-256 of the body. */
  readonly digest?: Uint8Array | undefined;
}

/** A service at an address. Every function throws `OFFLINE`, and the reason of the caller's signal. */
export interface Service {
  /** Sends a request. Its answer is read before `inner` is aborted. @param target path and query */
  send(route: Route, target: string, options: RequestOptions, inner: AbortSignalLike, sent?: Sent): Promise<Arrived>;
  /** @param body CBOR */
  ask<R extends Route>(
    route: R,
    target: string,
    options: RequestOptions,
    body?: Uint8Array,
  ): Promise<AnswerOf<R> | Refusal>;
  /** Listens to events until the stream ends. Gives a refusal, or undefined after a stream. */
  listen(target: string, options: RequestOptions, take: (log: LogId) => void): Promise<Refusal | undefined>;
}

/** @throws `INVALID_ARGUMENT` */
export function serviceAt(options: FetchTransportOptions): Service {
  const { fetch = platformFetch, headers = {}, env = systemEnv() } = checkOptions(options);
  checkFunction("options.fetch", fetch);
  const { origin, path } = readAddress(options.url);
  const now = (): number => readClock(env);
  now();

  async function send(
    { method, proofs }: Route,
    target: string,
    { signer }: RequestOptions,
    inner: AbortSignalLike,
    { digest, headers: more, ...sent }: Sent = {},
  ): Promise<Arrived> {
    const request = { method, target: path + target };
    const body = isBytes(sent.body) ? sent.body : undefined;
    const response = await fetch(origin + request.target, {
      method,
      headers: {
        ...lowerCase(typeof headers === "function" ? await headers() : headers),
        accept: `${CBOR}, ${EVENTS}, ${PROBLEM}`,
        ...more,
        ...(signer &&
          (digest || proofs.includes("member")) &&
          signRequest(request, { signer, origin, digest, body, env })),
      },
      ...sent,
      // Not followed: a redirect would take sign-in and signature to an address that nobody chose. workerd has no "error".
      redirect: "manual",
      cache: "no-store",
      signal: inner,
    });
    return arrive(response, inner);
  }

  return {
    send,
    ask: (route, target, options, body) =>
      overNetwork(options.signal, async (inner) =>
        readAnswer(route, await send(route, target, options, inner, cbor(body)), now),
      ),
    listen: (target, options, take) =>
      overNetwork(options.signal, async (inner) => {
        const response = await send(eventsRoute, target, options, inner);
        const answer = await readAnswer(eventsRoute, response, now);
        if (answer.status === "refused") return answer;
        await readEvents(response, take);
        return undefined;
      }),
  };
}

function cbor(body: Uint8Array | undefined): Sent {
  return body ? { body, headers: { "content-type": CBOR } } : {};
}

/** The stream's events, as they come. What is no event of the table is left out: a later service may send more. */
async function readEvents(response: Arrived, take: (log: LogId) => void): Promise<void> {
  if (typeOf(response) !== EVENTS) throw noAnswer(response, "is no stream of events");
  const decoder = new TextDecoder();
  const found: LogId[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT_BYTES,
    onEvent({ data }) {
      const event = readEvent(data);
      if (event) found.push(event.log);
    },
  });
  await readChunks(response, (chunk) => {
    // Throws once more than one event's bytes wait for their end.
    parser.feed(decoder.decode(chunk, { stream: true }));
    for (const log of found.splice(0)) take(log);
  });
}

/** Looked up at each request: tests and service workers replace it. */
const platformFetch: FetchLike = (url, init) => globalThis.fetch(url, init as RequestInit);

/** @throws `INVALID_ARGUMENT` */
function readAddress(url: unknown): { readonly origin: string; readonly path: string } {
  const parsed = typeof url === "string" ? parseUrl(url) : undefined;
  if (
    !parsed ||
    !/^https?:$/.test(parsed.protocol) ||
    parsed.search ||
    parsed.hash ||
    parsed.username ||
    parsed.password
  )
    throw invalid(
      "options.url must be an address such as https://keys.example, without a query, a fragment or a password",
    );
  return { origin: parsed.origin, path: parsed.pathname.replace(/\/$/, "") };
}

function parseUrl(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

/** One header must not come under two names: fetch would join both values. @throws `INVALID_ARGUMENT` */
function lowerCase(headers: unknown): RequestHeaders {
  const entries = Object.entries(checkOptions(Object(headers), "options.headers"));
  if (!entries.every(([, value]) => typeof value === "string")) throw invalid("options.headers must be texts by name");
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value as string]));
}

function invalid(message: string): KeysteadError {
  return new KeysteadError("INVALID_ARGUMENT", message);
}
