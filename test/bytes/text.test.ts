// Text forms: one encoder and one strict parser each (ENC-2), and UTF-8 without loss (ENC-1).

import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { LinkHash, LogId, MemberId } from "../../src/bytes/ids.js";
import {
  compareBytes,
  fromHex,
  parseLinkHash,
  parseLogId,
  parseMemberId,
  toHex,
  utf8Decode,
  utf8Encode,
} from "../../src/bytes/text.js";
import { thrownBy } from "../support/thrown.js";
import { hex, WRONG_TYPES } from "./support.js";

describe("hexadecimal", () => {
  it("is two lower-case digits a byte, both ways", () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(toHex(all)).toMatch(/^000102.*0f10.*9fa0.*fdfeff$/);
    expect(fromHex(toHex(all), { name: "x" })).toEqual(all);
    expect(toHex(hex(""))).toBe("");
    expect(fromHex("", { name: "x" })).toEqual(hex(""));
  });

  it("gives back every byte string", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(fromHex(toHex(bytes), { name: "x", length: bytes.length })).toEqual(bytes);
      }),
    );
  });

  it("has no second text for the same bytes: it accepts only the text that it would write (ENC-2)", () => {
    const nearly = fc.string({ unit: fc.constantFrom(..."0189afAFgxX +-_\n\u0660\uff11"), maxLength: 4 });
    fc.assert(
      fc.property(nearly, (text) => {
        let bytes: Uint8Array;
        try {
          bytes = fromHex(text, { name: "x" });
        } catch {
          expect(text).not.toMatch(/^([0-9a-f]{2})*$/);
          return;
        }
        expect(toHex(bytes)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(["0A", "AB", "0", "abc", "0x00", " 00", "00 ", "00\n", "0g", "\uff10\uff10", "-1"])(
    "refuses %j (ENC-2)",
    (text) => {
      const error = thrownBy(() => fromHex(text, { name: "key" }));
      expect(error).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-2", details: { name: "key" } });
    },
  );

  it("refuses another length, and does not repeat the text in the error: it may be secret", () => {
    const error = thrownBy(() => fromHex("5ec4e7", { name: "key", length: 2 }));
    expect(error).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-2", details: { expected: 4, actual: 6 } });
    expect(`${error.message}${JSON.stringify(error.details)}`).not.toContain("5ec4e7");
  });

  it("refuses wrong types", () => {
    for (const wrong of WRONG_TYPES) {
      expect(thrownBy(() => toHex(wrong as Uint8Array))).toMatchObject({
        code: "INVALID_ARGUMENT",
        details: { name: "bytes" },
      });
      expect(thrownBy(() => fromHex(wrong, { name: "key" })).code).toBe("INVALID_ARGUMENT");
    }
    expect(thrownBy(() => fromHex(new String("00"), { name: "key" })).code).toBe("INVALID_ARGUMENT");
  });
});

describe("ids", () => {
  const ID32 = "0123456789abcdef".repeat(4);
  const ID16 = "0123456789abcdef".repeat(2);

  it("are lower-case hexadecimal of one length, and branded", () => {
    expect(parseLogId(ID32)).toBe(ID32);
    expect(parseLinkHash(ID32)).toBe(ID32);
    expect(parseMemberId(ID16)).toBe(ID16);
    expectTypeOf(parseLogId).toEqualTypeOf<(text: unknown) => LogId>();
    expectTypeOf(parseMemberId).toEqualTypeOf<(text: unknown) => MemberId>();
    expectTypeOf(parseLinkHash).toEqualTypeOf<(text: unknown) => LinkHash>();
  });

  it.each([
    ["log id", parseLogId, ID32],
    ["link hash", parseLinkHash, ID32],
    ["member id", parseMemberId, ID16],
  ])("a %s in another form is refused (ENC-2)", (name, parse, good) => {
    for (const text of [good.toUpperCase(), `${good}00`, good.slice(2), good.slice(1), ` ${good.slice(1)}`, ""]) {
      const error = thrownBy(() => parse(text));
      expect(error).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-2", details: { name } });
    }
    for (const wrong of [...WRONG_TYPES, [good], new String(good)]) {
      expect(thrownBy(() => parse(wrong))).toMatchObject({ code: "INVALID_ARGUMENT", details: { name } });
    }
  });
});

describe("UTF-8 (ENC-1)", () => {
  it("gives back every well-formed text, a leading byte order mark included", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 50 }), (text) => {
        expect(utf8Decode(utf8Encode(text))).toBe(text);
        expect(utf8Encode(text)).toEqual(new TextEncoder().encode(text));
      }),
    );
    expect(utf8Decode(hex("efbbbf61"))).toBe("\ufeffa");
    expect(utf8Encode("\ufeffa")).toEqual(hex("efbbbf61"));
    // The last character of one byte, and the first of two bytes.
    expect(utf8Encode("\u007f\u0080")).toEqual(hex("7fc280"));
  });

  it("accepts only bytes that it would write", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4, min: 0x70 }), (bytes) => {
        let text: string;
        try {
          text = utf8Decode(bytes);
        } catch {
          return;
        }
        expect(utf8Encode(text)).toEqual(bytes);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(["80", "c0af", "eda080", "f4908080", "e6b0", "ff"])("refuses the bytes %s", (bytes) => {
    const error = thrownBy(() => utf8Decode(hex(bytes), "subject"));
    expect(error).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-1", details: { name: "subject" } });
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  it("refuses exactly the texts with an unpaired surrogate", () => {
    const unit = fc.constantFrom("a", "\ud800", "\udbff", "\udc00", "\udfff", "\ue000");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 6 }), (text) => {
        const lossless = new TextDecoder().decode(new TextEncoder().encode(text)) === text;
        if (lossless) expect(utf8Encode(text)).toEqual(new TextEncoder().encode(text));
        else expect(thrownBy(() => utf8Encode(text))).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-1" });
      }),
      { numRuns: 1_000 },
    );
  });

  it("refuses wrong types", () => {
    for (const wrong of WRONG_TYPES) {
      for (const call of [() => utf8Encode(wrong as string), () => utf8Decode(wrong as Uint8Array)]) {
        expect(thrownBy(call)).toMatchObject({ code: "INVALID_ARGUMENT", details: { name: "text" } });
      }
    }
  });
});

describe("compareBytes", () => {
  it("orders as the hexadecimal texts do", () => {
    const bytes = fc.uint8Array({ maxLength: 4 });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const expected = toHex(a) < toHex(b) ? -1 : toHex(a) > toHex(b) ? 1 : 0;
        expect(Math.sign(compareBytes(a, b))).toBe(expected);
      }),
    );
    expect(compareBytes(hex("01"), hex("0100"))).toBeLessThan(0);
    expect(compareBytes(hex("02"), hex("0100"))).toBeGreaterThan(0);
    expect(compareBytes(hex("ff"), hex("7f"))).toBeGreaterThan(0);
  });
});
