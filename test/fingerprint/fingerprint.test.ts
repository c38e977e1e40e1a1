// The content of a fingerprint and its written forms. docs/spec.md section 10.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LinkHash, LogId } from "../../src/bytes/ids.js";
import { Fingerprint, fingerprintOf, formatFingerprint } from "../../src/fingerprint/fingerprint.js";
import type { FingerprintForm } from "../../src/fingerprint/forms.js";
import { fingerprintWords } from "../../src/fingerprint/words.js";
import type { Head } from "../../src/log/state.js";
import { thrownBy } from "../support/thrown.js";
import { openWorld } from "../support/world.js";
import { ALL_FORMS, type AnyForm, heads, JUNK, written } from "./support.js";

const LOG = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" as LogId;
const HASH = "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf" as LinkHash;

// Computed independently of this library, with Python's hashlib and integers.
const VECTORS: readonly (Record<AnyForm, string> & { seq: number })[] = [
  {
    seq: 7,
    digits: "00838 64236 74407 69334 39675 88438 29882 90248 06178 29146 41977 53531",
    hex: "1e1b 5ad0 de2f d0dd 75fd 50a3 b447 42c5 c6d1 1e72 4c04 5567 f0b9 4c6c 2ed5 cabb",
    words:
      "bulk suspect reflect rough wonder huge subject present photo peasant spawn merit home monkey since letter fever " +
      "display comic",
    qr:
      "KEYSTEAD-FP:1:000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F:7:" +
      "1E1B5AD0DE2FD0DD75FD50A3B44742C5C6D11E724C045567F0B94C6C2ED5CABB",
  },
  {
    seq: 1000,
    digits: "38363 83130 69864 31808 07768 75477 24769 20472 23629 53490 21767 35595",
    hex: "ae2f eb83 001b e0e7 a60a 5d69 cb0c ab74 44ae fe16 0511 e11f 6289 2abd 7570 616b",
    words:
      "purchase leg this ability safe inherit oblige entry hawk flash client trigger enough lecture fix peasant three " +
      "wild pelican",
    qr:
      "KEYSTEAD-FP:1:000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F:1000:" +
      "AE2FEB83001BE0E7A60A5D69CB0CAB7444AEFE160511E11F62892ABD7570616B",
  },
];

describe("the forms of a fingerprint", () => {
  for (const { seq, ...forms } of VECTORS) {
    it.each(ALL_FORMS)(`equal, for seq ${seq}, independently computed ones: %s`, (form) => {
      expect(written({ log: LOG, seq, hash: HASH }, form)).toBe(forms[form]);
    });
  }

  it("are digits by default, also when printed", () => {
    const fingerprint = fingerprintOf({ log: LOG, seq: 7, hash: HASH });
    expect(formatFingerprint(fingerprint)).toBe(VECTORS[0]?.digits);
    expect(`${fingerprint}`).toBe(VECTORS[0]?.digits);
    expect(JSON.parse(JSON.stringify(fingerprint))).toEqual({
      head: { log: LOG, seq: 7, hash: HASH },
      hex: VECTORS[0]?.hex.replaceAll(" ", ""),
    });
  });

  it("have one shape for every head, and at least 199 bits", () => {
    fc.assert(
      fc.property(heads, (head) => {
        const fingerprint = fingerprintOf(head);
        expect(formatFingerprint(fingerprint, "digits")).toMatch(/^[0-9]{5}( [0-9]{5}){11}$/);
        expect(formatFingerprint(fingerprint, "hex")).toMatch(/^[0-9a-f]{4}( [0-9a-f]{4}){15}$/);
        expect(fingerprintWords(fingerprint)).toMatch(/^[a-z]{3,8}( [a-z]{3,8}){18}$/);
        // Only characters of the alphanumeric mode of QR codes.
        expect(formatFingerprint(fingerprint, "qr")).toMatch(/^KEYSTEAD-FP:1:[0-9A-F]{64}:[1-9][0-9]*:[0-9A-F]{64}$/);
      }),
    );
  });
});

describe("a fingerprint", () => {
  it("is of the log's head, and another one after every link", () => {
    const world = openWorld("fingerprints");
    const states = [world, world.join("Phone"), world.join("Phone").rename("Laptop", "Old laptop")];
    const seen = states.map(({ log }) => {
      expect(fingerprintOf(log)).toEqual(fingerprintOf(log.head));
      expect(fingerprintOf(log).head).toEqual(log.head);
      return fingerprintOf(log).hex;
    });
    expect(new Set(seen).size).toBe(states.length);
  });

  it("depends on log id, seq and link hash", () => {
    fc.assert(
      fc.property(heads, heads, (a, b) => {
        const all: Head[] = [a, { ...a, log: b.log }, { ...a, seq: b.seq }, { ...a, hash: b.hash }];
        const different = new Set(all.map(({ log, seq, hash }) => `${log} ${seq} ${hash}`)).size;
        expect(new Set(all.map((head) => fingerprintOf(head).hex)).size).toBe(different);
      }),
    );
  });

  it("cannot be changed or made up", () => {
    const fingerprint = fingerprintOf({ log: LOG, seq: 7, hash: HASH });
    expect(Object.isFrozen(fingerprint) && Object.isFrozen(fingerprint.head)).toBe(true);
    for (const forged of [{ ...fingerprint }, Object.create(Fingerprint.prototype), ...JUNK]) {
      expect(thrownBy(() => formatFingerprint(forged as Fingerprint)).code).toBe("INVALID_ARGUMENT");
      expect(thrownBy(() => fingerprintWords(forged as Fingerprint)).code).toBe("INVALID_ARGUMENT");
    }
  });

  it("is refused for a value that is no log and no head", () => {
    const head = { log: LOG, seq: 7, hash: HASH };
    const wrong = [
      ...JUNK,
      ...JUNK.map((log) => ({ ...head, log })),
      ...JUNK.map((hash) => ({ ...head, hash })),
      ...JUNK.filter((seq) => seq !== 7).map((seq) => ({ ...head, seq })),
      { ...head, log: LOG.toUpperCase() },
      { ...head, log: LOG.slice(2) },
      { ...head, seq: 0 },
      { ...head, seq: 1.5 },
    ];
    for (const value of wrong) {
      expect(thrownBy(() => fingerprintOf(value as Head)).code).toMatch(/^INVALID_(ARGUMENT|ENCODING)$/);
    }
    const nameIn = (value: unknown) => thrownBy(() => fingerprintOf(value as Head)).details["name"];
    expect(nameIn({ ...head, log: "00" })).toBe("head.log");
    expect(nameIn({ ...head, hash: "00" })).toBe("head.hash");
  });

  it("is not written in an unknown form", () => {
    const fingerprint = fingerprintOf({ log: LOG, seq: 7, hash: HASH });
    for (const form of ["emoji", "words", "toString", null, 5, {}]) {
      expect(thrownBy(() => formatFingerprint(fingerprint, form as FingerprintForm)).code).toBe("INVALID_ARGUMENT");
    }
  });
});
