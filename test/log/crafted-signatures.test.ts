// Keys and signatures on which Ed25519 libraries disagree: a log decides the same on every runtime. docs/spec.md section 3
// (SIG-1..5). test/primitives tests the rules themselves against public vectors.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import { ownKeys } from "../../src/keys/keyring.js";
import { deriveKey } from "../../src/primitives/kdf.js";
import { labelPrefix } from "../../src/primitives/label.js";
import * as LABELS from "../../src/primitives/labels.js";
import { createLog } from "../support/accepted.js";
import { fromLittleEndian, toLittleEndian } from "../support/little-endian.js";
import { mutate } from "../support/raw-link.js";
import { expectError, expectRefused, expectTwins } from "../support/refusal.js";
import { ALICE, OPERATOR, openWorld } from "../support/world.js";

const base = openWorld("crafted signatures");
const rotated = base.rotate("Laptop");
const joined = base.join("Tablet");

describe("signatures and keys on which libraries disagree", () => {
  const L = 2n ** 252n + 27742317777372353535851937790883648493n;
  /** The signature of the honest rotate, changed. */
  const withSignature = (change: (signature: Uint8Array) => Uint8Array): Uint8Array =>
    mutate(rotated.last, {
      signatures: ([first]) => {
        const [key, signature] = first as readonly [Uint8Array, Uint8Array];
        return [[key, change(signature)]];
      },
    });

  it("refuses a key in another length, and a signature in another length (SIG-1)", () => {
    const longer = withSignature((signature) => concat(signature, Uint8Array.of(0)));
    expectTwins(base.log, longer, rotated.last, "INVALID_ENCODING", "ENC-2");
    const wrapped = mutate(rotated.last, {
      signatures: ([first]) => {
        const [key, signature] = first as readonly [Uint8Array, Uint8Array];
        return [[concat(key, Uint8Array.of(0)), signature]];
      },
    });
    expectRefused(base.log, wrapped, "INVALID_ENCODING", "ENC-2");
  });

  it("refuses a second form of a signature, with L added to S (SIG-2)", () => {
    const attack = withSignature((signature) => {
      const s = fromLittleEndian(signature.subarray(32)) + L;
      return concat(signature.subarray(0, 32), toLittleEndian(s));
    });
    expectTwins(base.log, attack, rotated.last, "INVALID_SIGNATURE", "LOG-4");
  });

  it("refuses an operator's key that has a second encoding (SIG-3)", () => {
    // y = p + 3 is a second encoding of y = 3.
    const attack = () => opened(toLittleEndian(2n ** 255n - 19n + 3n));
    expectError(attack, "INVALID_KEY", "SIG-3");
    expect(opened(OPERATOR.signingKey).head.seq).toBe(1);
  });

  it("refuses an operator's key that is no point of the curve (SIG-3)", () => {
    expectError(() => opened(toLittleEndian(2n)), "INVALID_KEY", "SIG-3");
  });

  it("refuses an operator's key of small order (SIG-4)", () => {
    expectError(() => opened(toLittleEndian(1n)), "INVALID_KEY", "SIG-4");
  });

  it("refuses a device whose key is of small order, so that no secret is needed to sign (SIG-4)", () => {
    // With the neutral point as key, the equation is [S]B = R: S = 1 and R = B satisfy it.
    const neutral = toLittleEndian(1n);
    const anyoneSigns = {
      signingKey: neutral,
      signLabelled: () => concat(ed25519.Point.BASE.toBytes(), toLittleEndian(1n)),
    };
    const attack = mutate(joined.last, {
      body: (body) => (body.get("member") as Map<string, Uint8Array>).set("sign", neutral),
      signers: [anyoneSigns],
    });
    expectTwins(base.log, attack, joined.last, "INVALID_SIGNATURE", "LOG-6");
  });

  it("refuses a signature that only the equation times eight accepts (SIG-5)", () => {
    const torsion = ed25519.Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
    const keys = ownKeys(base.session("Laptop").keyring);
    const { scalar } = ed25519.utils.getExtendedPublicKey(deriveKey(LABELS.memberSigning, keys.copySeed().bytes()));
    const signedWith = (residue: typeof torsion): Uint8Array => {
      const signLabelled = (label: typeof LABELS.linkSignature, message: Uint8Array) => {
        const r = ed25519.Point.BASE.multiply(12345n).add(residue).toBytes();
        const k = fromLittleEndian(sha512(concat(r, keys.signingKey, labelPrefix(label), message))) % L;
        return concat(r, toLittleEndian((12345n + k * scalar) % L));
      };
      return mutate(rotated.last, {
        signers: [{ signingKey: keys.signingKey, signLabelled: signLabelled as typeof keys.signLabelled }],
      });
    };
    const [attack, twin] = [signedWith(torsion), signedWith(ed25519.Point.ZERO)];
    expectTwins(base.log, attack, twin, "INVALID_SIGNATURE", "LOG-4");
  });

  /** A log with this key as its operator's. */
  const opened = (operator: Uint8Array) =>
    createLog({ subject: ALICE, device: { name: "Laptop" }, operator }, base.env("opens")).log;
});
