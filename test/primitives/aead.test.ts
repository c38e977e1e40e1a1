// Edge cases of authenticated encryption: docs/spec.md section 3. Vectors are in symmetric-vectors.node.test.ts.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import { chachaOpen, chachaSeal, TAG_LENGTH } from "../../src/primitives/aead.js";
import { slow } from "../support/runs.js";
import { bytesOf, failure, filled, flipped, joinedGcm, NOT_BYTES } from "./support.js";

const KEY = filled(32, 1);
const NONCE = filled(12, 2);
const AAD = filled(5, 3);

describe.each([
  ["ChaCha20-Poly1305", { seal: chachaSeal, open: chachaOpen }],
  ["AES-256-GCM", joinedGcm()],
] as const)("%s", (_name, { seal, open }) => {
  it("round-trips, adds one tag, and does not open changed bytes", () => {
    fc.assert(
      fc.property(bytesOf(32), bytesOf(12), fc.uint8Array(), fc.uint8Array(), fc.nat(), (key, nonce, aad, data, at) => {
        const sealed = seal(key, nonce, aad, data);
        expect(sealed.length).toBe(data.length + TAG_LENGTH);
        expect(open(key, nonce, aad, sealed)).toEqual(data);
        expect(open(key, nonce, aad, flipped(sealed, at % sealed.length))).toBe(undefined);
        expect(open(flipped(key, at % 32), nonce, aad, sealed)).toBe(undefined);
        expect(open(key, flipped(nonce, at % 12), aad, sealed)).toBe(undefined);
        expect(open(key, nonce, concat(aad, filled(1, 0)), sealed)).toBe(undefined);
      }),
      slow(30),
    );
  });

  it("does not open bytes that are too short to hold a tag", () => {
    for (let length = 0; length <= TAG_LENGTH; length++) {
      expect(open(KEY, NONCE, AAD, filled(length, 0))).toBe(undefined);
    }
  });

  it("does not change its inputs, and gives the same bytes again", () => {
    const inputs = [filled(32, 1), filled(12, 2), filled(5, 3), filled(9, 4)] as const;
    const sealed = seal(...inputs);
    expect(seal(...inputs)).toEqual(sealed);
    open(inputs[0], inputs[1], inputs[2], sealed);
    expect(inputs).toEqual([filled(32, 1), filled(12, 2), filled(5, 3), filled(9, 4)]);
  });

  it("refuses wrong types and lengths with INVALID_ARGUMENT", () => {
    const code = (run: () => unknown) => failure(run).code;
    for (const junk of NOT_BYTES as Uint8Array[]) {
      for (const use of [seal, open]) {
        expect(code(() => use(junk, NONCE, AAD, AAD))).toBe("INVALID_ARGUMENT");
        expect(code(() => use(KEY, junk, AAD, AAD))).toBe("INVALID_ARGUMENT");
        expect(code(() => use(KEY, NONCE, junk, AAD))).toBe("INVALID_ARGUMENT");
        expect(code(() => use(KEY, NONCE, AAD, junk))).toBe("INVALID_ARGUMENT");
      }
    }
    for (const key of [filled(16, 1), filled(31, 1), filled(33, 1)]) {
      expect(code(() => seal(key, NONCE, AAD, AAD))).toBe("INVALID_ARGUMENT");
      expect(code(() => open(key, NONCE, AAD, AAD))).toBe("INVALID_ARGUMENT");
    }
    for (const nonce of [filled(0, 1), filled(8, 1), filled(13, 1), filled(16, 1)]) {
      expect(code(() => seal(KEY, nonce, AAD, AAD))).toBe("INVALID_ARGUMENT");
      expect(code(() => open(KEY, nonce, AAD, AAD))).toBe("INVALID_ARGUMENT");
    }
  });
});
