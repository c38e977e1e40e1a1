// The portable backend makes tables of multiples for keys that are used often. They are for speed only, but a table costs as much as
// ten verifications and 0.4 MB, so junk must not make the library build one. docs/spec.md section 3.

import { ed25519 } from "@noble/curves/ed25519.js";
import { afterEach, describe, expect, it, vi } from "vitest";
import { filled, flipped } from "./support.js";

const { Point } = ed25519;
const SEED = filled(32, 7);
const MESSAGE = filled(5, 1);
const KEY = ed25519.getPublicKey(SEED);
const SIGNATURE = ed25519.sign(MESSAGE, SEED);

afterEach(() => {
  vi.doUnmock("@noble/curves/ed25519.js");
  vi.resetModules();
});

/** A backend without cached keys, and the sizes of the tables that it makes. Points are frozen, so these wrappers forward to them. */
async function scene() {
  const tables: number[] = [];
  const fromBytes = (bytes: Uint8Array) => {
    const point = Point.fromBytes(bytes).negate();
    const negated = {
      multiplyUnsafe: (scalar: bigint) => point.multiplyUnsafe(scalar),
      precompute: (windowBits: number) => tables.push(windowBits),
    };
    return { negate: () => negated };
  };
  vi.resetModules();
  vi.doMock("@noble/curves/ed25519.js", async (original) => ({
    ...(await original<object>()),
    ed25519: { ...ed25519, Point: { Fn: Point.Fn, BASE: Point.BASE, fromBytes } },
  }));
  const { verifyEquation } = await import("../../src/primitives/noble-ed25519.js");
  const verify = (signature: Uint8Array, times: number) =>
    new Set(Array.from({ length: times }, () => verifyEquation(KEY, MESSAGE, signature)));
  return { verify, tables };
}

describe("a table for a verifying key", () => {
  it("is made once, when the eighth signature is accepted", async () => {
    const { verify, tables } = await scene();
    expect(verify(SIGNATURE, 7)).toEqual(new Set([true]));
    expect(tables.length).toBe(0);
    expect(verify(SIGNATURE, 1)).toEqual(new Set([true]));
    expect(tables.length).toBe(1);
    expect(verify(SIGNATURE, 20)).toEqual(new Set([true]));
    expect(tables.length).toBe(1);
  });

  it("is not made for any amount of junk", async () => {
    const { verify, tables } = await scene();
    expect(verify(flipped(SIGNATURE, 0), 20)).toEqual(new Set([false]));
    expect(verify(SIGNATURE, 7)).toEqual(new Set([true]));
    expect(verify(flipped(SIGNATURE, 0), 20)).toEqual(new Set([false]));
    expect(tables.length).toBe(0);
  });
});
