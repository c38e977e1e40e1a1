// HPKE base mode, single shot: docs/spec.md section 3 (RFC 9180).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import {
  HPKE_OVERHEAD,
  type HpkeOpenOptions,
  type HpkeSealOptions,
  hpkeOpen,
  hpkeSeal,
} from "../../src/primitives/hpke.js";
import { encapsulate, KemPrivateKey } from "../../src/primitives/kem.js";
import { slow } from "../support/runs.js";
import { bytesOf, failure, filled, flipped, NOT_BYTES, utf8 } from "./support.js";

const PRIVATE_KEY = new KemPrivateKey(filled(32, 7));
const PUBLIC_KEY = PRIVATE_KEY.publicKey;
const COINS = filled(64, 9);
const INFO = utf8("info");
const AAD = utf8("aad");
const PLAINTEXT = utf8("a seed of thirty-two bytes or so");
const SEALED = hpkeSeal(PUBLIC_KEY, { info: INFO, aad: AAD, plaintext: PLAINTEXT, coins: COINS });

describe("hpkeSeal and hpkeOpen", () => {
  it("round-trip any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), fc.uint8Array(), bytesOf(64), (info, aad, plaintext, coins) => {
        const sealed = hpkeSeal(PUBLIC_KEY, { info, aad, plaintext, coins });
        expect(sealed.length).toBe(plaintext.length + HPKE_OVERHEAD);
        expect(hpkeOpen(PRIVATE_KEY, { info, aad, sealed })).toEqual(plaintext);
      }),
      slow(10),
    );
  });

  it("seal empty input too", () => {
    const sealed = hpkeSeal(PUBLIC_KEY, { info: INFO, plaintext: filled(0, 0), coins: COINS });
    expect(sealed.length).toBe(HPKE_OVERHEAD);
    expect(hpkeOpen(PRIVATE_KEY, { info: INFO, sealed })).toEqual(filled(0, 0));
  });

  it("are deterministic, and start with the encapsulated key", () => {
    expect(hpkeSeal(PUBLIC_KEY, { info: INFO, aad: AAD, plaintext: PLAINTEXT, coins: COINS })).toEqual(SEALED);
    expect(SEALED.subarray(0, 1120)).toEqual(encapsulate(PUBLIC_KEY, COINS).ciphertext);
  });

  it("treat a missing aad as an empty one", () => {
    const sealed = hpkeSeal(PUBLIC_KEY, { info: INFO, plaintext: PLAINTEXT, coins: COINS });
    expect(hpkeOpen(PRIVATE_KEY, { info: INFO, aad: filled(0, 0), sealed })).toEqual(PLAINTEXT);
    expect(hpkeOpen(PRIVATE_KEY, { info: INFO, sealed })).toEqual(PLAINTEXT);
  });

  it("do not open for another key, info or aad", () => {
    expect(hpkeOpen(PRIVATE_KEY, { info: INFO, aad: AAD, sealed: SEALED })).toEqual(PLAINTEXT);
    const other = new KemPrivateKey(filled(32, 8));
    expect(hpkeOpen(other, { info: INFO, aad: AAD, sealed: SEALED })).toBe(undefined);
    expect(hpkeOpen(PRIVATE_KEY, { info: flipped(INFO, 0), aad: AAD, sealed: SEALED })).toBe(undefined);
    expect(hpkeOpen(PRIVATE_KEY, { info: INFO, aad: flipped(AAD, 0), sealed: SEALED })).toBe(undefined);
    expect(hpkeOpen(PRIVATE_KEY, { info: AAD, aad: INFO, sealed: SEALED })).toBe(undefined);
  });

  it("do not open when any part is changed, cut or extended, and never crash on junk from the network", () => {
    const opens = (sealed: Uint8Array) => hpkeOpen(PRIVATE_KEY, { info: INFO, aad: AAD, sealed });
    for (const at of [0, 1087, 1088, 1119, 1120, -17, -16, -1]) expect(opens(flipped(SEALED, at))).toBe(undefined);
    for (const length of [0, 1, 32, 1119, 1120, 1135, 1136, SEALED.length - 1]) {
      expect(opens(SEALED.subarray(0, length))).toBe(undefined);
    }
    expect(opens(concat(SEALED, filled(1, 0)))).toBe(undefined);
    expect(opens(concat(SEALED.subarray(0, 1088), filled(32, 0), SEALED.subarray(1120)))).toBe(undefined);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1120, maxLength: 1300 }), (sealed) => {
        expect(opens(sealed)).toBe(undefined);
      }),
      slow(20),
    );
  });

  it("do not change their inputs", () => {
    const inputs = [INFO, AAD, PLAINTEXT, COINS, PUBLIC_KEY, SEALED];
    const before = inputs.map((bytes) => new Uint8Array(bytes));
    hpkeSeal(PUBLIC_KEY, { info: INFO, aad: AAD, plaintext: PLAINTEXT, coins: COINS });
    hpkeOpen(PRIVATE_KEY, { info: INFO, aad: AAD, sealed: SEALED });
    expect(inputs).toEqual(before);
  });

  it("refuse junk keys with KEM-1", () => {
    const options = { info: INFO, plaintext: PLAINTEXT, coins: COINS };
    const lowOrder = concat(PUBLIC_KEY.subarray(0, 1184), filled(32, 0));
    for (const key of [lowOrder, filled(1216, 0xff), filled(32, 1)]) {
      expect(failure(() => hpkeSeal(key, options))).toEqual({ code: "INVALID_KEY", rule: "KEM-1" });
    }
  });

  it("refuse values of a wrong type with INVALID_ARGUMENT", () => {
    const seal: HpkeSealOptions = { info: INFO, plaintext: PLAINTEXT, coins: COINS };
    const open: HpkeOpenOptions = { info: INFO, sealed: SEALED };
    const code = (run: () => unknown) => failure(run).code;
    for (const junk of NOT_BYTES as Uint8Array[]) {
      for (const field of ["info", "plaintext", "coins"]) {
        expect(code(() => hpkeSeal(PUBLIC_KEY, { ...seal, [field]: junk }))).toBe("INVALID_ARGUMENT");
      }
      for (const field of ["info", "sealed"]) {
        expect(code(() => hpkeOpen(PRIVATE_KEY, { ...open, [field]: junk }))).toBe("INVALID_ARGUMENT");
      }
      if (junk !== undefined) {
        expect(code(() => hpkeSeal(PUBLIC_KEY, { ...seal, aad: junk }))).toBe("INVALID_ARGUMENT");
        expect(code(() => hpkeOpen(PRIVATE_KEY, { ...open, aad: junk }))).toBe("INVALID_ARGUMENT");
      }
      expect(code(() => hpkeSeal(junk, seal))).toBe("INVALID_ARGUMENT");
      expect(code(() => hpkeOpen(junk as unknown as KemPrivateKey, open))).toBe("INVALID_ARGUMENT");
    }
    expect(code(() => hpkeSeal(PUBLIC_KEY, { ...seal, coins: filled(63, 0) }))).toBe("INVALID_ARGUMENT");
  });

  it("throw WIPED when the key was wiped", () => {
    const key = new KemPrivateKey(filled(32, 7));
    key.wipe();
    expect(failure(() => hpkeOpen(key, { info: INFO, aad: AAD, sealed: SEALED })).code).toBe("WIPED");
  });
});
