// Helpers of the tests of src/relay/.

import { expect } from "vitest";

/** Bytes that tell their place. */
export function content(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8) * 7 + seed) & 255;
  return bytes;
}

/** Status and code of a refusal, and its rule if it has one. */
export async function refusal(response: Response): Promise<string> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const { status, code, rule } = (await response.json()) as Record<string, unknown>;
  expect(status).toBe(response.status);
  return [status, code, rule].filter((part) => part !== undefined).join(" ");
}
