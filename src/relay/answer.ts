// An answer with a body of the routes' table.

import { type Body, CBOR, writeBody } from "../transport/wire.js";

export function answer<T>(status: number, body: Body<T>, value: T): Response {
  return new Response(writeBody(body, value), { status, headers: { "content-type": CBOR } });
}
