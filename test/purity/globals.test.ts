// The core takes time and randomness from its Env alone: with the globals poisoned, everything still works, and the same Env
// gives the same bytes. docs/spec.md section 5.

import { afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { seededEnv } from "../support/seeded-env.js";
import { tellStory } from "./story.js";

/** What the core must not call. */
const poison = (what: string) => () => {
  throw new Error(`the core called ${what}`);
};

// noble blinds secret scalars with global randomness, against side channels: it changes no result. So a constant must do.
let next = 0;
const blinding: typeof crypto.getRandomValues = (array) => {
  if (ArrayBuffer.isView(array)) new Uint8Array(array.buffer, array.byteOffset, array.byteLength).fill(++next);
  return array;
};

describe("with a poisoned clock and poisoned randomness", () => {
  beforeEach(() => {
    vi.spyOn(Math, "random").mockImplementation(poison("Math.random"));
    vi.spyOn(Date, "now").mockImplementation(poison("Date.now"));
    vi.spyOn(performance, "now").mockImplementation(poison("performance.now"));
    vi.spyOn(globalThis.crypto, "getRandomValues").mockImplementation(
      inject("backend") === "native" ? poison("crypto.getRandomValues") : blinding,
    );
  });
  afterEach(() => vi.restoreAllMocks());

  it("everything works, and twice the same Env gives twice the same bytes", async () => {
    const [first, second] = [await tellStory(seededEnv("pure")), await tellStory(seededEnv("pure"))];
    expect(first.published.length).toBeGreaterThan(12);
    expect(second.published).toEqual(first.published);
    const other = await tellStory(seededEnv("other"));
    expect(other.published[0]).not.toEqual(first.published[0]);
  });

  it("the poison works", () => {
    for (const call of [() => Math.random(), () => Date.now()]) expect(call).toThrow("the core called");
  });
});
