// Attacks with signatures and signing keys on which libraries disagree: docs/spec.md section 3.1 (SIG-1 to SIG-5).

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { concat } from "../../../src/bytes/bytes.js";
import { ownKeys } from "../../../src/keys/keyring.js";
import { deriveKey } from "../../../src/primitives/kdf.js";
import { labelPrefix } from "../../../src/primitives/label.js";
import * as LABELS from "../../../src/primitives/labels.js";
import { fromLittleEndian, toLittleEndian } from "../../../test/support/little-endian.js";
import { mutate, type RawSigner } from "../../../test/support/raw-link.js";
import { type LogAttack, type Twins, withField } from "../attack.js";
import { alone } from "../worlds.js";

const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const P = 2n ** 255n - 19n;

const laptop = alone.signer("Laptop");
const rotated = alone.rotate("Laptop");
const tablet = alone.join("Tablet");

/** The honest rotate with another signature, or another key beside it. */
const withSignature = (change: (signature: Uint8Array) => Uint8Array, key = (bytes: Uint8Array) => bytes): Twins => ({
  before: alone,
  bad: mutate(rotated.last, {
    signatures: ([first]) => {
      const [by, signature] = first as readonly [Uint8Array, Uint8Array];
      return [[key(by), change(signature)]];
    },
  }),
  good: rotated.last,
});
/** A first link that names this key as the operator's. */
const withOperator = (operator: Uint8Array): Twins => ({
  before: undefined,
  bad: withField(alone, "operator", operator, laptop),
  good: alone.last,
});
/** Laptop signs with the nonce 12345 and an R of its choice. S fits the equation without cofactor, or times eight. */
const craftedBy = (r: typeof ed25519.Point.BASE, nonce: bigint): RawSigner => {
  const keys = ownKeys(alone.session("Laptop").keyring);
  const { scalar } = ed25519.utils.getExtendedPublicKey(deriveKey(LABELS.memberSigning, keys.copySeed().bytes()));
  const signLabelled: RawSigner["signLabelled"] = (label, message) => {
    const k = fromLittleEndian(sha512(concat(r.toBytes(), keys.signingKey, labelPrefix(label), message))) % L;
    return concat(r.toBytes(), toLittleEndian((nonce + k * scalar) % L));
  };
  return { signingKey: keys.signingKey, signLabelled };
};
const crafted = (r: typeof ed25519.Point.BASE, nonce: bigint): Twins => ({
  before: alone,
  bad: mutate(rotated.last, { signers: [craftedBy(r, nonce)] }),
  good: mutate(rotated.last, { signers: [craftedBy(ed25519.Point.BASE.multiply(12345n), 12345n)] }),
});
const TORSION = ed25519.Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");

/** The signature with L added to its S: a second form of the same one. */
export function unreduced(signature: Uint8Array): Uint8Array {
  return concat(signature.subarray(0, 32), toLittleEndian(fromLittleEndian(signature.subarray(32)) + L));
}

export const CRAFTED: readonly LogAttack[] = [
  {
    name: "signature_of_65_bytes",
    description: "A zero byte follows a valid signature.",
    rule: "ENC-2",
    breaks: ["SIG-1", "ENC-2"],
    code: "INVALID_ENCODING",
    make: () => withSignature((signature) => concat(signature, Uint8Array.of(0))),
  },
  {
    name: "signature_key_of_33_bytes",
    description: "A zero byte follows the key beside a valid signature, as in some DER wrappings.",
    rule: "ENC-2",
    breaks: ["SIG-1", "ENC-2"],
    code: "INVALID_ENCODING",
    make: () =>
      withSignature(
        (signature) => signature,
        (key) => concat(Uint8Array.of(0), key),
      ),
  },
  {
    name: "signature_scalar_not_reduced",
    description: "L was added to a valid signature's S: a second form of the same signature.",
    rule: "LOG-4",
    breaks: ["SIG-2"],
    code: "INVALID_SIGNATURE",
    make: () => withSignature(unreduced),
  },
  {
    name: "signing_key_not_canonical",
    description: "The operator's key has y = p + 3, a second encoding of y = 3.",
    rule: "SIG-3",
    code: "INVALID_KEY",
    make: () => withOperator(toLittleEndian(P + 3n)),
  },
  {
    name: "signing_key_not_on_curve",
    description: "The operator's key has y = 2, which no point has.",
    rule: "SIG-3",
    code: "INVALID_KEY",
    make: () => withOperator(toLittleEndian(2n)),
  },
  {
    name: "signing_key_of_small_order",
    description: "The operator's key is the neutral point.",
    rule: "SIG-4",
    code: "INVALID_KEY",
    make: () => withOperator(toLittleEndian(1n)),
  },
  {
    name: "device_key_of_small_order",
    description: "A device's key is the neutral point, under which R = B and S = 1 fit every message: anybody signs.",
    rule: "LOG-6",
    breaks: ["SIG-4"],
    code: "INVALID_SIGNATURE",
    make: () => {
      const neutral = toLittleEndian(1n);
      const anyone = {
        signingKey: neutral,
        signLabelled: () => concat(ed25519.Point.BASE.toBytes(), toLittleEndian(1n)),
      };
      return { before: alone, bad: withField(tablet, "member.sign", neutral, anyone), good: tablet.last };
    },
  },
  {
    name: "signature_r_of_small_order",
    description:
      "The owner of a key signs with R = the neutral point; the equation holds. The twin has an R of full order.",
    rule: "LOG-4",
    breaks: ["SIG-4"],
    code: "INVALID_SIGNATURE",
    make: () => crafted(ed25519.Point.ZERO, 0n),
  },
  {
    name: "signature_valid_only_with_cofactor",
    description:
      "R has a part of order 8, so that the equation holds only when multiplied by eight. The twin's R has none.",
    rule: "LOG-4",
    breaks: ["SIG-5"],
    code: "INVALID_SIGNATURE",
    make: () => crafted(ed25519.Point.BASE.multiply(12345n).add(TORSION), 12345n),
  },
];
