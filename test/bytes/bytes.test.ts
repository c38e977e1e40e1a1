// Checking, joining, comparing and wiping of byte arrays.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertBytes, concat, equalBytes, isBytes, uint32be, uint64be, wipe } from "../../src/bytes/bytes.js";
import { thrownBy } from "../support/thrown.js";
import { hex, WRONG_TYPES } from "./support.js";

class Subclass extends Uint8Array {}

describe("assertBytes", () => {
  it("accepts a Uint8Array, a subclass and a view, of any length or of the given one", () => {
    for (const value of [hex("0102"), new Subclass(2), new Uint8Array(8).subarray(3, 5)]) {
      expect(() => assertBytes(value, undefined, "seed")).not.toThrow();
      expect(() => assertBytes(value, 2, "seed")).not.toThrow();
      expect(isBytes(value)).toBe(true);
    }
    expect(() => assertBytes(hex(""), 0, "seed")).not.toThrow();
  });

  it("refuses another length, naming the field and both lengths", () => {
    const error = thrownBy(() => assertBytes(new Uint8Array(31), 32, "seed"));
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", details: { name: "seed", expected: 32, actual: 31 } });
    expect(error.message).toContain("seed must be 32 bytes long, not 31");
  });

  it("refuses every other type and names the field", () => {
    for (const wrong of [...WRONG_TYPES, "abc", [1, 2]]) {
      expect(isBytes(wrong)).toBe(false);
      const error = thrownBy(() => assertBytes(wrong, undefined, "seed"));
      expect(error).toMatchObject({ code: "INVALID_ARGUMENT", details: { name: "seed" } });
    }
  });
});

describe("concat", () => {
  it("joins parts in order into a new array", () => {
    const part = hex("0203");
    const whole = concat(hex("01"), hex(""), part);
    part.fill(9);
    expect(whole).toEqual(hex("010203"));
    expect(concat()).toEqual(hex(""));
  });

  it("refuses a part that is no Uint8Array", () => {
    expect(thrownBy(() => concat(hex("01"), "02" as unknown as Uint8Array))).toMatchObject({
      code: "INVALID_ARGUMENT",
      details: { name: "part" },
    });
  });
});

describe("equalBytes", () => {
  it("is true for equal content only", () => {
    const pair = fc.tuple(fc.uint8Array({ maxLength: 4, max: 2 }), fc.uint8Array({ maxLength: 4, max: 2 }));
    fc.assert(
      fc.property(pair, ([a, b]) => {
        expect(equalBytes(a, b)).toBe(a.join() === b.join());
        expect(equalBytes(a, a.slice())).toBe(true);
      }),
    );
  });

  it("sees a difference of any single bit", () => {
    const a = new Uint8Array(32);
    for (let bit = 0; bit < 256; bit++) {
      const b = a.slice();
      b[bit >> 3] = 1 << (bit & 7);
      expect(equalBytes(a, b)).toBe(false);
    }
  });

  it("refuses arguments that are no Uint8Arrays", () => {
    for (const wrong of WRONG_TYPES) {
      const [first, second] = [
        thrownBy(() => equalBytes(wrong as Uint8Array, hex(""))),
        thrownBy(() => equalBytes(hex(""), wrong as Uint8Array)),
      ];
      expect(first).toMatchObject({ code: "INVALID_ARGUMENT", details: { name: "a" } });
      expect(second).toMatchObject({ code: "INVALID_ARGUMENT", details: { name: "b" } });
    }
  });
});

describe("wipe", () => {
  it("zeroes every array, and only the bytes of a view", () => {
    const whole = hex("01020304");
    const other = hex("0506");
    wipe(whole.subarray(1, 3), other);
    expect(whole).toEqual(hex("01000004"));
    expect(other).toEqual(hex("0000"));
  });

  it("refuses a value that is no Uint8Array", () => {
    expect(thrownBy(() => wipe([1, 2] as unknown as Uint8Array))).toMatchObject({
      code: "INVALID_ARGUMENT",
      details: { name: "array" },
    });
  });
});

describe("big-endian integers", () => {
  it("are written most significant byte first", () => {
    expect(uint32be(0x01020304)).toEqual(hex("01020304"));
    expect(uint32be(0xffffffff)).toEqual(hex("ffffffff"));
    expect(uint32be(0)).toEqual(hex("00000000"));
    expect(uint64be(0)).toEqual(hex("0000000000000000"));
    expect(uint64be(0x1020304050607)).toEqual(hex("0001020304050607"));
    expect(uint64be(Number.MAX_SAFE_INTEGER)).toEqual(hex("001fffffffffffff"));
  });

  it("agree with DataView", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (n) => {
        const view = new DataView(new ArrayBuffer(8));
        view.setBigUint64(0, BigInt(n));
        expect(uint64be(n)).toEqual(new Uint8Array(view.buffer));
      }),
    );
  });

  it("refuse a value that is out of range or no integer", () => {
    for (const wrong of [...WRONG_TYPES, 2 ** 32, "1"]) {
      expect(thrownBy(() => uint32be(wrong as number))).toMatchObject({
        code: "INVALID_ARGUMENT",
        details: { max: 0xffff_ffff },
      });
    }
    for (const wrong of [...WRONG_TYPES, "1"]) {
      expect(thrownBy(() => uint64be(wrong as number)).code).toBe("INVALID_ARGUMENT");
    }
  });
});
