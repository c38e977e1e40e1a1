// Labels, hashing and key derivation: docs/spec.md section 4, ENC-5.

import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import { toHex } from "../../src/bytes/text.js";
import { labelledHash } from "../../src/primitives/hash.js";
import { deriveKey, MAX_DERIVED_LENGTH } from "../../src/primitives/kdf.js";
import type { Label } from "../../src/primitives/label.js";
import { labelPrefix } from "../../src/primitives/label.js";
import * as LABELS from "../../src/primitives/labels.js";
import { failure, filled, NOT_BYTES, utf8 } from "./support.js";

const labels: readonly Label[] = Object.values(LABELS);
const SECRET = filled(32, 7);

describe("labels (ENC-5)", () => {
  it("are distinct, versioned and without a zero byte, so that none is a prefix of another", () => {
    expect(new Set(labels).size).toBe(labels.length);
    for (const label of labels) expect(label).toMatch(/^keystead\/v1\/[a-z/-]+$/);
    for (const a of labels) {
      for (const b of labels) if (a !== b) expect(`${b}\0`.startsWith(`${a}\0`)).toBe(false);
    }
  });

  it("begin with k and never with a quotation mark, with which a base of HTTP Message Signatures begins (RFC 9421)", () => {
    // A log's keys may also sign such a base. No message under one of these labels is such a base, and the other way round.
    const base = utf8('"@method": POST');
    for (const label of labels) {
      expect(labelPrefix(label)[0]).toBe("k".charCodeAt(0));
      expect(labelPrefix(label)[0]).not.toBe(base[0]);
    }
    expect(base[0]).toBe('"'.charCodeAt(0));
  });

  it("become utf8(label) ‖ 0x00", () => {
    expect(labelPrefix(LABELS.linkHash)).toEqual(concat(utf8("keystead/v1/link/hash"), filled(1, 0)));
  });

  it("are refused when not in the one file, and so are values of other types", () => {
    for (const junk of ["", "keystead/v1/", "toString", undefined, null, 5, {}] as Label[]) {
      for (const use of [() => labelPrefix(junk), () => labelledHash(junk), () => deriveKey(junk, SECRET)]) {
        expect(failure(use)).toEqual({ code: "INVALID_ARGUMENT", rule: "ENC-5" });
      }
    }
  });
});

describe("labelledHash", () => {
  it("is SHA-256 of the label, a zero byte and the parts", () => {
    fc.assert(
      fc.property(fc.constantFrom(...labels), fc.array(fc.uint8Array(), { maxLength: 4 }), (label, parts) => {
        const expected = sha256(concat(utf8(label), filled(1, 0), ...parts));
        expect(labelledHash(label, ...parts)).toEqual(expected);
      }),
    );
  });

  it("gives a different hash for each label", () => {
    expect(new Set(labels.map((label) => toHex(labelledHash(label, SECRET)))).size).toBe(labels.length);
  });

  it("refuses parts that are not bytes with INVALID_ARGUMENT", () => {
    for (const junk of NOT_BYTES as Uint8Array[]) {
      expect(failure(() => labelledHash(LABELS.linkHash, SECRET, junk)).code).toBe("INVALID_ARGUMENT");
    }
  });
});

describe("deriveKey", () => {
  it("is HKDF-SHA-256 with the label in the info", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...labels),
        fc.uint8Array(),
        fc.uint8Array(),
        fc.uint8Array(),
        fc.integer({ min: 1, max: 200 }),
        (label, secret, salt, info, length) => {
          const labelled = concat(utf8(label), filled(1, 0), info);
          const expected = hkdf(sha256, secret, salt, labelled, length);
          expect(deriveKey(label, secret, { salt, info, length })).toEqual(expected);
        },
      ),
    );
  });

  it("uses an empty salt and info and 32 bytes by default", () => {
    const bare = deriveKey(LABELS.grantKey, SECRET);
    expect(bare.length).toBe(32);
    const spelled = { salt: filled(0, 0), info: filled(0, 0), length: 32 };
    expect(deriveKey(LABELS.grantKey, SECRET, spelled)).toEqual(bare);
    expect(deriveKey(LABELS.grantKey, SECRET, { salt: undefined, info: undefined, length: undefined })).toEqual(bare);
  });

  it("gives a different key for each label, salt and info", () => {
    const keys = labels.map((label) => deriveKey(label, SECRET));
    keys.push(
      deriveKey(LABELS.grantKey, SECRET, { salt: SECRET }),
      deriveKey(LABELS.grantKey, SECRET, { info: SECRET }),
    );
    expect(new Set(keys.map(toHex)).size).toBe(labels.length + 2);
  });

  it("derives from 1 up to 8,160 bytes", () => {
    const key = deriveKey(LABELS.exporter, SECRET);
    expect(deriveKey(LABELS.exporter, SECRET, { length: 1 })).toEqual(key.slice(0, 1));
    expect(deriveKey(LABELS.exporter, SECRET, { length: MAX_DERIVED_LENGTH }).length).toBe(8160);
  });

  it("refuses other lengths and wrong types with INVALID_ARGUMENT", () => {
    const code = (run: () => unknown) => failure(run).code;
    for (const length of [0, -1, 1.5, 8161, Number.NaN, Number.POSITIVE_INFINITY, "32", null] as number[]) {
      expect(code(() => deriveKey(LABELS.exporter, SECRET, { length }))).toBe("INVALID_ARGUMENT");
    }
    for (const junk of NOT_BYTES as Uint8Array[]) {
      expect(code(() => deriveKey(LABELS.exporter, junk))).toBe("INVALID_ARGUMENT");
      if (junk === undefined) continue;
      expect(code(() => deriveKey(LABELS.exporter, SECRET, { salt: junk }))).toBe("INVALID_ARGUMENT");
      expect(code(() => deriveKey(LABELS.exporter, SECRET, { info: junk }))).toBe("INVALID_ARGUMENT");
    }
  });
});
