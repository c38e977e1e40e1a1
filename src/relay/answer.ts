// An answer with a body of the routes' table.

import { type Body, CBOR, writeBody } from "../transport/wire.js";

const COMMON = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/** Answers that have {@link COMMON} from the start. To look at the headers of an answer would make Node build an object for them. */
const complete = new WeakSet<Response>();

export function answer<T>(status: number, body: Body<T>, value: T): Response {
  return answerBytes(status, writeBody(body, value));
}

/** @param body CBOR. */
export function answerBytes(status: number, body: BodyInit, headers: Readonly<Record<string, string>> = {}): Response {
  const response = new Response(body, { status, headers: { "content-type": CBOR, ...COMMON, ...headers } });
  complete.add(response);
  return response;
}

/** The headers that every answer has; an answer with another `cache-control` keeps it. */
export function withCommonHeaders(response: Response): Response {
  if (complete.has(response)) return response;
  for (const [name, value] of Object.entries(COMMON))
    if (!response.headers.has(name)) response.headers.set(name, value);
  return response;
}
