// Pins as data and as bytes. docs/spec.md section 10 and section 4 (ENC-2).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex } from "../../src/bytes/text.js";
import { KeysteadError } from "../../src/errors.js";
import {
  decodeContact,
  encodeContact,
  type TrackedContact,
  trackContact,
} from "../../src/fingerprint/tracked-contact.js";
import type { LogState } from "../../src/log/state.js";
import { thrownBy } from "../support/thrown.js";
import { ALICE, openWorld } from "../support/world.js";
import { heads, JUNK } from "./support.js";

const world = openWorld("pins").join("Phone");
const pin = trackContact(world.log);

const pins: fc.Arbitrary<TrackedContact> = fc
  .record({
    v: fc.constant<1>(1),
    subject: fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((text) => text.length <= 60),
    head: heads,
    confirmed: fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 256 }),
    verified: fc.boolean(),
  })
  .map((fields) => ({ ...fields, confirmed: positionsIn(fields.confirmed, fields.head.seq) }));

/** Positions from 1 to `last`, ascending, none twice. */
function positionsIn(numbers: readonly number[], last: number): readonly number[] {
  return [...new Set(numbers.map((n) => (n % last) + 1))].sort((a, b) => a - b);
}

describe("a pin", () => {
  it("holds subject, head and the confirmed class", () => {
    expect(pin).toEqual({ v: 1, subject: ALICE, head: world.log.head, confirmed: [1], verified: false });
    expect(trackContact(world.log, { unsafeVerified: true }).verified).toBe(true);
    expect(trackContact(world.log, null as never)).toEqual(pin);
    expect(trackContact(world.review("Phone", { remove: ["Laptop"] }).log).confirmed).toEqual([2]);
  });

  it("is the same after encoding and decoding", () => {
    fc.assert(
      fc.property(pins, (any) => {
        expect(decodeContact(encodeContact(any))).toEqual(any);
      }),
    );
  });

  it("has one encoding: changed bytes are refused or another pin (ENC-2)", () => {
    const bytes = encodeContact(pin);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = bytes.map((byte, i) => (i === at ? byte ^ by : byte));
        try {
          expect(toHex(encodeContact(decodeContact(changed)))).toBe(toHex(changed));
        } catch (error) {
          if (!(error instanceof KeysteadError)) throw error;
          expect(error.code).toMatch(/^(INVALID_ENCODING|TOO_LARGE)$/);
        }
      }),
    );
  });

  it("is refused with a field that is wrong, missing or unknown, by the field's name (ENC-2)", () => {
    const wrong: Readonly<Record<string, unknown>> = {
      "contact.v": { ...pin, v: 2 },
      "contact.subject": { ...pin, subject: "" },
      "contact.head": { ...pin, head: undefined },
      "contact.head.seq must be from 1": { ...pin, head: { ...pin.head, seq: 0 } },
      "contact.head.log": { ...pin, head: { ...pin.head, log: "00" } },
      "contact.confirmed must not be after contact.head.seq": { ...pin, confirmed: [1, 3] },
      "contact.confirmed must ascend": { ...pin, confirmed: [2, 1] },
      "contact.confirmed must ascend, none twice": { ...pin, confirmed: [1, 1] },
      "contact.confirmed must have 1 to 256 items, not 0": { ...pin, confirmed: [] },
      "contact.confirmed must have 1 to 256 items, not 257": {
        ...{ ...pin, head: { ...pin.head, seq: 300 } },
        confirmed: Array.from({ length: 257 }, (_, index) => index + 1),
      },
      "contact.confirmed[0]": { ...pin, confirmed: [0] },
      "contact.confirmed must be an array": { ...pin, confirmed: 1 },
      "contact.verified": { ...pin, verified: "no" },
      "contact has an unknown field": { ...pin, trusted: true },
    };
    for (const [name, value] of Object.entries(wrong)) {
      const error = thrownBy(() => encodeContact(value as TrackedContact));
      expect(error).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-2" });
      expect(error.message).toContain(name);
    }
    const { verified: _, ...incomplete } = pin;
    expect(thrownBy(() => encodeContact(incomplete as TrackedContact)).message).toContain(
      "contact.verified is missing",
    );
  });

  it("is at most 4,096 bytes with any content, and larger bytes are refused (ENC-3)", () => {
    const last = Number.MAX_SAFE_INTEGER;
    const confirmed = Array.from({ length: 256 }, (_, index) => last - 255 + index);
    const largest = { ...pin, subject: "x".repeat(256), head: { ...pin.head, seq: last }, confirmed };
    const bytes = encodeContact(largest);
    expect(bytes.length).toBeLessThanOrEqual(4096);
    expect(decodeContact(bytes)).toEqual(largest);
    expect(thrownBy(() => decodeContact(new Uint8Array(4097)))).toMatchObject({ code: "TOO_LARGE", rule: "ENC-3" });
  });

  it("is refused as bytes too when its founders are out of order or beyond its head (ENC-2)", () => {
    const bytes = encodeContact({ ...pin, confirmed: [1, 2] });
    // The list [1, 2] in the bytes.
    const at = bytes.findIndex((byte, index) => byte === 0x82 && bytes[index + 1] === 1 && bytes[index + 2] === 2);
    for (const [first, second] of [
      [2, 1],
      [2, 2],
      [1, 3],
    ] as const) {
      const changed = bytes.map((byte, index) => (index === at + 1 ? first : index === at + 2 ? second : byte));
      expect(thrownBy(() => decodeContact(changed))).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-2" });
    }
  });

  it("cannot be changed", () => {
    expect(Object.isFrozen(pin) && Object.isFrozen(pin.head) && Object.isFrozen(pin.confirmed)).toBe(true);
  });

  it("is refused with trailing bytes or none at all (ENC-2)", () => {
    const bytes = encodeContact(pin);
    expect(thrownBy(() => decodeContact(new Uint8Array([...bytes, 0]))).rule).toBe("ENC-2");
    expect(thrownBy(() => decodeContact(bytes.subarray(0, -1))).code).toBe("INVALID_ENCODING");
    expect(thrownBy(() => decodeContact(new Uint8Array(0))).code).toBe("INVALID_ENCODING");
    expect(thrownBy(() => decodeContact(new Uint8Array(5000)))).toMatchObject({
      code: "TOO_LARGE",
      details: { name: "contact" },
    });
  });

  it("is refused for junk of every type", () => {
    for (const junk of JUNK) {
      expect(thrownBy(() => trackContact(junk as LogState)).code).toBe("INVALID_ARGUMENT");
      expect(thrownBy(() => encodeContact(junk as TrackedContact)).code).toBe("INVALID_ENCODING");
      expect(thrownBy(() => decodeContact(junk as Uint8Array)).code).toBe("INVALID_ARGUMENT");
      for (const name of ["v", "subject", "head", "confirmed", "verified"]) {
        if (name === "verified" && junk === true) continue;
        expect(thrownBy(() => encodeContact({ ...pin, [name]: junk } as TrackedContact)).code).toBe("INVALID_ENCODING");
      }
    }
    const unsafeVerified = "yes" as unknown as boolean;
    expect(thrownBy(() => trackContact(world.log, { unsafeVerified })).code).toBe("INVALID_ARGUMENT");
  });
});
