// The core takes time and randomness from its Env alone: with the globals poisoned, everything still works, and the same Env
// gives the same bytes, views and errors. docs/spec.md section 5.

import { afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { seededEnv } from "../support/seeded-env.js";
import { tellStory } from "./story.js";
import { Sayings } from "./traces.js";

/** Functions that the core must not call. */
const poison = (what: string) => () => {
  throw new Error(`the core called ${what}`);
};

// noble blinds secret scalars with global randomness, against side channels. That changes no result, so a constant is used here.
let next = 0;
const blinding: typeof crypto.getRandomValues = (array) => {
  if (ArrayBuffer.isView(array)) new Uint8Array(array.buffer, array.byteOffset, array.byteLength).fill(++next);
  return array;
};
/** An error's stack names the test's own lines. */
const STACK_LINE = /^ +at .*$/gm;
const isNative = inject("backend") === "native";

const CALLS: readonly (readonly [string, () => unknown])[] = [
  ["Math.random", () => Math.random()],
  ["Date.now", () => Date.now()],
  ["new Date()", () => new Date()],
  ["Date()", () => Date()],
  ["performance.now", () => performance.now()],
  ["crypto.randomUUID", () => crypto.randomUUID()],
  ["crypto.getRandomValues", () => crypto.getRandomValues(new Uint8Array(1))],
];

describe("with a poisoned clock and poisoned randomness", () => {
  beforeEach(() => {
    vi.spyOn(Math, "random").mockImplementation(poison("Math.random"));
    vi.spyOn(Date, "now").mockImplementation(poison("Date.now"));
    vi.spyOn(performance, "now").mockImplementation(poison("performance.now"));
    vi.spyOn(crypto, "randomUUID").mockImplementation(poison("crypto.randomUUID"));
    const getRandomValues = isNative ? poison("crypto.getRandomValues") : blinding;
    vi.spyOn(crypto, "getRandomValues").mockImplementation(getRandomValues);
    const construct = (type: DateConstructor, args: unknown[]): Date =>
      args.length === 0 ? poison("new Date()")() : Reflect.construct(type, args);
    vi.stubGlobal("Date", new Proxy(Date, { apply: poison("Date()"), construct }));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it("everything works, and the same Env gives the same bytes, views and errors each time", async () => {
    const tell = async (): Promise<string[]> => {
      const said: string[] = [];
      const sayings = new Sayings();
      const say = (value: unknown): string => sayings.of(value).replace(STACK_LINE, "");
      await tellStory(seededEnv("pure"), ({ from, value }) => said.push(`${from}\n${say(value)}`));
      return said;
    };
    const [first, second] = [await tell(), await tell()];
    expect(first.length).toBeGreaterThan(500);
    expect(second).toEqual(first);
  });

  it.each(isNative ? CALLS : CALLS.slice(0, -1))("the poison works: %s", (_what, call) => {
    expect(call).toThrow("the core called");
    expect(new Date(0).getTime()).toBe(0);
  });
});
