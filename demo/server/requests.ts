// Bodies of requests to the app server: from anybody, so each one is checked.

import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";

/** The body of a request as an object of JSON. @throws an answer 400 for anything else */
export async function bodyOf({ req }: Context): Promise<Readonly<Record<string, unknown>>> {
  const body: unknown = await req.json().catch(() => undefined);
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw wrong("a JSON object");
  return body as Record<string, unknown>;
}

/** A text of a body. @throws an answer 400 */
export function text(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  if (typeof value !== "string" || value.length > 300) throw wrong(`${name} as a text`);
  return value;
}

/** A list of texts of a body. @throws an answer 400 */
export function texts(body: Readonly<Record<string, unknown>>, name: string, most: number): readonly string[] {
  const value = body[name];
  const isText = (each: unknown): each is string => typeof each === "string" && each.length <= 300;
  if (!Array.isArray(value) || value.length > most || !value.every(isText))
    throw wrong(`${name} as at most ${most} texts`);
  return value;
}

/** An answer that says what was expected. */
export function wrong(expected: string): HTTPException {
  return refused(400, `the request needs ${expected}`);
}

export function refused(status: 400 | 403 | 404 | 409 | 429, error: string): HTTPException {
  return new HTTPException(status, { res: Response.json({ error }, { status }) });
}
