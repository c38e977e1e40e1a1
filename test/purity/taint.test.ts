// Secrets stay inside: every secret that the core draws is known, and looked for, as bytes and as text, in all that leaves it: what
// is published, views, reports, sessions, errors and their causes. docs/spec.md section 5.

import { base64, base64urlnopad } from "@scure/base";
import { describe, expect, it } from "vitest";
import { toHex } from "../../src/bytes/text.js";
import type { Env } from "../../src/primitives/env.js";
import { seededEnv } from "../support/seeded-env.js";
import { tellStory } from "./story.js";

/** Salts of names are drawn too, and published on purpose. */
const SALT_LENGTH = 16;
/** Bytes in a row that are not there by chance. */
const WINDOW = 8;

function recording(env: Env, secrets: Uint8Array[]): Env {
  return {
    now: () => env.now(),
    random(length) {
      const bytes = env.random(length);
      if (length !== SALT_LENGTH) secrets.push(bytes.slice());
      return bytes;
    },
  };
}

/** Everything that a value shows when it is printed, stringified or walked through, errors' hidden fields included. */
function textOf(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (seen.has(value)) return "";
  seen.add(value);
  if (value instanceof Uint8Array) return toHex(value);
  const custom = (value as { [Symbol.iterator]?: unknown })[Symbol.iterator];
  const items = typeof custom === "function" ? [...(value as Iterable<unknown>)] : [];
  const own = Reflect.ownKeys(value).map((key) => (value as Record<PropertyKey, unknown>)[key]);
  const said = [`${value}`, safely(() => JSON.stringify(value))];
  return [...said, ...[...items, ...own].map((item) => textOf(item, seen))].join("\n");
}

function safely(call: () => string | undefined): string {
  try {
    return call() ?? "";
  } catch {
    return "";
  }
}

/**
 * The secret's beginning and end in the texts that bytes are written as. Three windows each: one of them is where base64 begins a
 * new group, whatever stands before.
 */
function traces(secret: Uint8Array): readonly string[] {
  const end = secret.length - WINDOW;
  return [0, 1, 2, end - 2, end - 1, end].flatMap((at) => {
    const window = secret.subarray(at, at + WINDOW);
    // The last sign depends on what follows.
    const texts = [base64, base64urlnopad].map((coder) => coder.encode(window).replace(/=+$/, "").slice(0, -1));
    return [toHex(window), ...texts];
  });
}

describe("secrets", () => {
  it("are in nothing that is published, shown, logged or thrown", async () => {
    const secrets: Uint8Array[] = [];
    const { published, shown } = await tellStory(recording(seededEnv("taint"), secrets));
    expect(secrets.length).toBeGreaterThan(15);
    const errors = shown.filter((value) => value instanceof Error);
    expect(errors.length).toBeGreaterThan(5);
    const haystack = [...published.map(toHex), ...shown.map((value) => textOf(value))].join("\n");
    expect(haystack).toContain("alice@example.org");
    const leaks = secrets.filter(
      (secret) => secret.length >= WINDOW + 2 && traces(secret).some((trace) => haystack.includes(trace)),
    );
    expect(leaks.map(({ length }) => `${length} bytes`)).toEqual([]);
  });

  it("would be found: a secret that is shown on purpose is", () => {
    const secret = seededEnv("x").random(32);
    const shown = textOf(new Error("oops", { cause: { nested: [`key ${base64.encode(secret)}`] } }));
    expect(traces(secret).some((trace) => shown.includes(trace))).toBe(true);
    expect(traces(secret).some((trace) => textOf({ bytes: secret }).includes(trace))).toBe(true);
    expect(traces(secret).some((trace) => textOf(seededEnv("y").random(32)).includes(trace))).toBe(false);
  });
});
