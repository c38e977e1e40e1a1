// Which functions of the native backend to use: each is tried once, at load, on inputs with known answers and on inputs that it
// must refuse. Some runtimes have half of node:crypto: a name that throws when it is called, or an opener that throws at a forged
// box. The portable function stands in for each that fails, one by one (docs/spec.md section 3).

import { concat, isBytes } from "../bytes/bytes.js";
import { fromHex, toHex } from "../bytes/text.js";
import { verifyProbes } from "./ed25519-probe.js";
import { TRIALS, trialKey } from "./kem-trials.js";
import { primitives as portable } from "./noble.js";
import type { Aes256Gcm, Encapsulated, MlKem768PrivateKey, Primitives } from "./primitives.js";

/** All that a native backend may have. */
type AllNative = Required<Omit<Primitives, "nativeAes" | "ed25519IsPoint" | "mlkem768Encapsulate">> & Aes256Gcm;

/** A function that a native backend may have. */
export type NativeName = keyof AllNative;

/** The functions that a native backend has. */
export type NativeFunctions = Partial<AllNative>;

/** A use of a function, and what it must give: true, false, undefined, or bytes as {@link fold} writes them. */
export type Probe<Own> = readonly [use: (own: Own) => unknown, gives: unknown];

/** The probes of each function. */
export type Probes = { readonly [Name in NativeName]: readonly Probe<AllNative[Name]>[] };

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
const hex = (digits: string): Uint8Array => fromHex(digits, { name: "constant" });

const NONE = bytes(0, 0);
const KEY = bytes(32, 1);
const SEED = bytes(64, 7);
const NONCE = bytes(12, 2);
const AAD = bytes(5, 3);
const TEXT = bytes(70, 4);
/** Longer than a block of every hash, as an HPKE info with a KEM key in it is. */
const LONG = bytes(1300, 5);
/** A u coordinate that is not reduced, p + 2, with the top bit set, which X25519 ignores. */
const UNREDUCED = concat(bytes(1, 0xef), bytes(31, 0xff));

const CHACHA_BOX = hex(
  "e218f62a89a7ecde7529edfdd78fe02d88b7680987ae79d710801fb9f19240d8d717fdf13f0a02bdd2cf3b038cca2ae38d97ddd67e3adb0e565c98bf6d811dd187b28b76f792279c584dcf2e9dac9eda2c1c4f218abe",
);
const GCM_BOX = hex(
  "03d2cd4d4e53c5f9d7c8b8cc58a3c6b6a6b1d5ebefb58975d983e4ff7cff707b737b1a33696ba7eb432a56ed9b23587fae71dad3a35ed922cf47b7b66730498e70e095e6a2cebdddb0cf7c887cdd7bdd648fa80d829b",
);

/** Cheap ones: loading takes a few milliseconds for all. */
export const PROBES: Probes = {
  sha256: [
    [(own) => own(NONE), "5df6e0e2761359d3"],
    [(own) => own(AAD, NONE, LONG), "38a6da041d8a72e3"],
  ],
  sha3_256: [
    [(own) => own(NONE), "a09941949df50862"],
    [(own) => own(LONG), "a63138d310a15f0b"],
  ],
  sha3_512: [
    [(own) => own(NONE), "648eb07b73f6edba"],
    [(own) => own(LONG), "07ac87cc282b7bcd"],
  ],
  shake256: [
    [(own) => own(NONE, 32), "9e04f0752b264c18"],
    [(own) => own(LONG, 300), "cec9111cbf0129b6"],
  ],
  hmacSha256: [
    [(own) => own(NONE, NONE), "ed59e83e776f0caf"],
    [(own) => own(LONG, LONG), "d877915d72d9acd7"],
  ],
  hkdfSha256: [
    [(own) => own(KEY, NONE, NONE, 32), "412e53e1ca73fc82"],
    [(own) => own(KEY, LONG, LONG, 75), "875d06fea87d8369"],
  ],
  ed25519PublicKey: [[(own) => own(KEY), "34750f98bd59fcfc"]],
  ed25519Sign: [
    [(own) => own(KEY, NONE), "7d2d263ccd25fe5c"],
    [(own) => own(KEY, LONG), "5e67747591c674f2"],
  ],
  ed25519Verify: verifyProbes().map(([key, message, signature, isAccepted], index) => [
    // The first one, which must be accepted, in two parts.
    index === 0
      ? (own) => own(key, message.subarray(5), signature, message.subarray(0, 5))
      : (own) => own(key, message, signature),
    isAccepted,
  ]),
  x25519PrivateKey: [
    [(own) => own(KEY).publicKey, "1a92f23852dc908d"],
    [(own) => own(KEY).agree(KEY), "d4916798cccc10ca"],
    [(own) => own(KEY).agree(UNREDUCED), "02e010491f22c99b"],
    [(own) => own(KEY).wipe(), undefined],
  ],
  mlkem768PrivateKey: [
    [(own) => own(SEED).publicKey, "c12e9e39db6758fc"],
    [(own) => decapsulated(own(SEED)), "6bc92ea7b40e5e07"],
    [(own) => own(SEED).decapsulate(bytes(1088, 6)), "1e244efea914eb2c"],
    [(own) => own(SEED).wipe(), undefined],
  ],
  mlkem768EncapsulateFresh: [
    [(own) => Object.values(own(trialKey().publicKey)).every(isPlain), true],
    ...TRIALS.map(
      ([keys, isRight]): Probe<(publicKey: Uint8Array) => Encapsulated> => [
        (own) => isRight(keys(trialKey().publicKey).map(unlessRefused(own)), trialKey()),
        true,
      ],
    ),
  ],
  chacha20poly1305Seal: [
    [(own) => own(KEY, NONCE, NONE, NONE), "1a1d14c77b4701c5"],
    [(own) => own(KEY, NONCE, AAD, TEXT), "01ae0664bd579c83"],
  ],
  chacha20poly1305Open: [
    [(own) => own(KEY, NONCE, AAD, CHACHA_BOX), "9fb72b141c2395c1"],
    [(own) => own(KEY, NONCE, NONE, CHACHA_BOX), undefined],
    [(own) => own(KEY, NONCE, AAD, forged(CHACHA_BOX)), undefined],
    [(own) => own(KEY, NONCE, AAD, bytes(16, 0)), undefined],
  ],
  aes256gcmSeal: [
    [(own) => concat(...own(KEY, NONCE, NONE, NONE)), "2beee90d5cdd195f"],
    [(own) => concat(...own(KEY, NONCE, AAD, TEXT)), "d0e2ef9376db608d"],
    [(own) => own(KEY, NONCE, NONE, TEXT).every(isPlain), true],
  ],
  aes256gcmOpen: [
    [(own) => own(KEY, NONCE, AAD, GCM_BOX), "9fb72b141c2395c1"],
    [(own) => own(KEY, NONCE, NONE, GCM_BOX), undefined],
    [(own) => own(KEY, NONCE, AAD, forged(GCM_BOX)), undefined],
    [(own) => own(KEY, NONCE, AAD, bytes(16, 0)), undefined],
  ],
};

/** The functions of `native` that pass all their probes, and the portable ones for the rest. */
export function withProbed(native: NativeFunctions, probes: Probes = PROBES): Primitives {
  const passing = Object.entries(native).filter(([name, own]) => passes(own, probes[name as NativeName]));
  const { aes256gcmSeal, aes256gcmOpen, ...sound }: NativeFunctions = Object.fromEntries(passing);
  const nativeAes = aes256gcmSeal && aes256gcmOpen && { aes256gcmSeal, aes256gcmOpen };
  return { ...portable, ...sound, nativeAes };
}

function passes(own: unknown, probes: readonly Probe<never>[]): boolean {
  try {
    return probes.every(([use, gives]) => fold(use(own as never)) === gives);
  } catch {
    return false;
  }
}

/** Bytes become the first eight bytes of their SHA-256, in hexadecimal. A Buffer does not: its slices share memory. */
function fold(given: unknown): unknown {
  return isPlain(given) ? toHex(portable.sha256(given).subarray(0, 8)) : given;
}

function isPlain(given: unknown): given is Uint8Array {
  return isBytes(given) && Object.getPrototypeOf(given) === Uint8Array.prototype;
}

/** What an encapsulation gives for a key, undefined where it throws. */
function unlessRefused(own: (publicKey: Uint8Array) => Encapsulated) {
  return (publicKey: Uint8Array): Encapsulated | undefined => {
    try {
      return own(publicKey);
    } catch {
      return undefined;
    }
  };
}

function decapsulated({ publicKey, decapsulate }: MlKem768PrivateKey): Uint8Array {
  return decapsulate(portable.mlkem768Encapsulate(publicKey, KEY).ciphertext);
}

function forged(box: Uint8Array): Uint8Array {
  const changed = new Uint8Array(box);
  changed[0] = (changed[0] as number) ^ 1;
  return changed;
}
