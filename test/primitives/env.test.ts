// Randomness and time from an env that may be faulty: docs/spec.md section 5.

import { describe, expect, it, vi } from "vitest";
import { toHex } from "../../src/bytes/text.js";
import { drawRandom, type Env, readClock, systemEnv } from "../../src/primitives/env.js";
import { failure, filled } from "./support.js";

const good: Env = { random: (length) => filled(length, 5), now: () => 1_700_000_000_000 };
const giving = (value: unknown) => ({ random: () => value, now: () => value }) as Env;
const NO_ENV = [undefined, null, {}, { random: 5, now: 5 }, "env"] as Env[];

describe("systemEnv", () => {
  it("draws different bytes each time", () => {
    const env = systemEnv();
    const draws = Array.from({ length: 10 }, () => toHex(drawRandom(env, 32)));
    expect(new Set(draws).size).toBe(10);
    expect(drawRandom(env, 0).length).toBe(0);
  });

  it("fills more than 64 KiB to the end", () => {
    const bytes = drawRandom(systemEnv(), 3 * 65_536 + 100);
    for (const start of [0, 65_536, 131_072, 196_608]) {
      expect(bytes.subarray(start, start + 100).some((byte) => byte !== 0)).toBe(true);
    }
    expect(bytes.subarray(-100).some((byte) => byte !== 0)).toBe(true);
  });

  it("leaves no copy behind: the caller wipes the only one", () => {
    const fill = vi.spyOn(globalThis.crypto, "getRandomValues");
    const drawn = drawRandom(systemEnv(), 32);
    const filled = fill.mock.calls.map(([array]) => (array as Uint8Array).buffer);
    fill.mockRestore();
    expect(filled).toEqual([drawn.buffer]);
    expect(filled[0]).toBe(drawn.buffer);
  });

  it("draws nothing if the runtime has no secure source", () => {
    for (const crypto of [undefined, {}]) {
      vi.stubGlobal("crypto", crypto);
      try {
        expect(failure(() => drawRandom(systemEnv(), 32)).code).toBe("INVALID_ARGUMENT");
      } finally {
        vi.unstubAllGlobals();
      }
    }
  });

  it("gives the time", () => {
    // Not the real time: the machine may set its clock back in between.
    const now = vi.spyOn(Date, "now").mockReturnValue(1_764_000_000_000);
    try {
      expect(readClock(systemEnv())).toBe(1_764_000_000_000);
    } finally {
      now.mockRestore();
    }
  });
});

describe("drawRandom", () => {
  it("hands out a copy, which an env that reuses its buffer cannot change", () => {
    const reused = filled(32, 5);
    const drawn = drawRandom({ ...good, random: () => reused }, 32);
    reused.fill(0);
    expect(drawn).toEqual(filled(32, 5));
  });

  it.each([
    ["too few bytes", filled(31, 5)],
    ["too many bytes", filled(33, 5)],
    ["no bytes", filled(0, 5)],
    ["nothing", undefined],
    ["a promise", Promise.resolve(filled(32, 5))],
    ["text", "5".repeat(32)],
    ["an array", new Array(32).fill(5)],
    ["other elements", new Uint16Array(32)],
    ["a buffer", new ArrayBuffer(32)],
  ])("refuses an env that gives %s", (_what, value) => {
    expect(failure(() => drawRandom(giving(value), 32)).code).toBe("INVALID_ARGUMENT");
  });

  it("refuses an invalid env and an invalid length", () => {
    for (const env of NO_ENV) expect(failure(() => drawRandom(env, 32)).code).toBe("INVALID_ARGUMENT");
    for (const length of [-1, 1.5, Number.NaN, undefined, "32"] as number[]) {
      expect(failure(() => drawRandom(good, length)).code).toBe("INVALID_ARGUMENT");
    }
  });

  it("passes on an env's own error", () => {
    const broken: Env = {
      ...good,
      random: () => {
        throw new RangeError("no entropy");
      },
    };
    expect(() => drawRandom(broken, 32)).toThrow(RangeError);
  });
});

describe("readClock", () => {
  it("gives whole milliseconds", () => {
    expect(readClock(good)).toBe(1_700_000_000_000);
    expect(readClock({ ...good, now: () => 0 })).toBe(0);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, undefined, null, "1700000000000", 1n, new Date()])(
    "refuses %s",
    (value) => {
      expect(failure(() => readClock(giving(value))).code).toBe("INVALID_ARGUMENT");
    },
  );

  it("refuses an invalid env", () => {
    for (const env of NO_ENV) expect(failure(() => readClock(env)).code).toBe("INVALID_ARGUMENT");
  });
});
