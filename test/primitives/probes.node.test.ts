// A native backend that is only half there: each of its functions is tried when it is loaded, and the portable one stands in for
// each that fails, for nothing else. A broken stand-in exists for each function and each way to be broken. docs/spec.md section 3.

import { describe, expect, it } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import { primitives } from "../../src/primitives/noble.js";
import { nobleAes } from "../../src/primitives/noble-aes.js";
import {
  type NativeFunctions,
  type NativeName,
  PROBES,
  type Probes,
  withProbed,
} from "../../src/primitives/node-probe.js";
import type { Encapsulated, Primitives } from "../../src/primitives/primitives.js";
import { raise } from "../support/thrown.js";
import { brokenEncapsulation, soundEncapsulation } from "./encapsulations.js";
import { INEXACT } from "./equations.js";
import { filled, flipped, withAes } from "./support.js";

const portable = withAes(primitives);

const NAMES = Object.keys(PROBES) as NativeName[];

/** What is replaced with a function. AES is native or not as a whole: with half of it, WebCrypto is faster. */
function replacedWith(name: NativeName): readonly NativeName[] {
  const aes: readonly NativeName[] = ["aes256gcmSeal", "aes256gcmOpen"];
  return aes.includes(name) ? aes : [name];
}

/** Stand-ins for one function, by what is wrong with them. */
type Broken = Readonly<Record<string, unknown>>;
type Loose = (...inputs: Uint8Array[]) => unknown;

/** The portable functions, and one that has no portable form. */
const own = { ...portable, mlkem768EncapsulateFresh: soundEncapsulation };

/** A whole backend that works, of functions that are not the portable ones. */
function sound(): NativeFunctions {
  const names = NAMES.map((name) => [name, (...inputs: never[]) => (own[name] as Loose)(...inputs)]);
  return { ...Object.fromEntries(names), aes256gcmSeal: inParts(own.aes256gcmSeal as Loose) };
}

/** Bytes as the parts that a backend gives. */
function inParts(seal: Loose): Loose {
  return (...inputs) => [seal(...inputs)];
}

/** The functions that are used. */
function usedOf(native: NativeFunctions, probes?: Probes): NativeFunctions {
  const { nativeAes = nobleAes, ...others } = withProbed(native, probes);
  return { ...others, ...nativeAes };
}

/** The names of the functions of `native` that are not used. */
function refused(native: NativeFunctions, probes?: Probes): string[] {
  const used = usedOf(native, probes);
  return NAMES.filter((name) => used[name] !== native[name]);
}

/** Ways in which a function that gives bytes can be broken. */
function brokenResult(own: Loose): Broken {
  const changed =
    (change: (result: Uint8Array) => unknown): Loose =>
    (...inputs) =>
      change(own(...inputs) as Uint8Array);
  return {
    "is missing": undefined,
    throws: raise,
    "gives nothing": changed(() => undefined),
    "gives a wrong byte": changed((result) => flipped(result, -1)),
    "gives too few bytes": changed((result) => result.slice(0, -1)),
    "gives too many bytes": changed((result) => concat(result, filled(1, 0))),
    "gives a Buffer, whose slices share memory": changed((result) => Buffer.from(result)),
    "gives a promise": changed((result) => Promise.resolve(result)),
  };
}

/** A function that is broken for some inputs only, so that one use of it does not show that. */
function brokenFor(own: Loose, isOneOfThem: (...inputs: Uint8Array[]) => boolean, broken: Loose = raise): Loose {
  return (...inputs) => (isOneOfThem(...inputs) ? broken(...inputs) : own(...inputs));
}

const isEmpty = (data: Uint8Array | undefined): boolean => data?.length === 0;

function brokenHash(own: Primitives["sha256"]): Broken {
  return {
    ...brokenResult(own as Loose),
    "throws for no bytes": brokenFor(own as Loose, isEmpty),
    "throws for bytes": brokenFor(own as Loose, (data) => !isEmpty(data)),
    "hashes one block": (data: Uint8Array) => own(data.subarray(0, 64)),
  };
}

function brokenSeal(own: Primitives["chacha20poly1305Seal"]): Broken {
  return {
    ...brokenResult(own as Loose),
    "throws for no plaintext": brokenFor(own as Loose, (_key, _nonce, _aad, plaintext) => isEmpty(plaintext)),
    "throws for a plaintext": brokenFor(own as Loose, (_key, _nonce, _aad, plaintext) => !isEmpty(plaintext)),
    "ignores the associated data": brokenFor(
      own as Loose,
      (_key, _nonce, aad) => !isEmpty(aad),
      (key, nonce, _aad, plaintext) =>
        own(key as Uint8Array, nonce as Uint8Array, filled(0, 0), plaintext as Uint8Array),
    ),
  };
}

/** Kinds of boxes to refuse. Each of them is refused for another reason. */
const FORGERIES = {
  "a tag alone": (_key: unknown, _nonce: unknown, _aad: unknown, box?: Uint8Array) => box?.length === 16,
  "other associated data": (_key: unknown, _nonce: unknown, aad?: Uint8Array) => isEmpty(aad),
  "a changed ciphertext": (_key: unknown, _nonce: unknown, aad?: Uint8Array, box?: Uint8Array) =>
    !isEmpty(aad) && box?.length !== 16,
};

function brokenOpen(own: Primitives["chacha20poly1305Open"]): Broken {
  const open = own as Loose;
  /** Where the tag is wrong, gives what `otherwise` gives. */
  const refusing =
    (otherwise: Loose): Loose =>
    (...inputs) =>
      open(...inputs) ?? otherwise(...inputs);
  const opened = (...[, , , box]: Uint8Array[]) => filled((box as Uint8Array).length - 16, 4);
  return {
    ...brokenResult((...inputs) => open(...inputs) ?? filled(70, 4)),
    "never opens": () => undefined,
    "gives null where it refuses": refusing(() => null),
    "gives false where it refuses": refusing(() => false),
    "throws where it should open": (...inputs: Uint8Array[]) => (open(...inputs) === undefined ? undefined : raise()),
    ...Object.fromEntries(
      Object.entries(FORGERIES).flatMap(([name, isOne]) => [
        [`throws at ${name}`, refusing(brokenFor(() => undefined, isOne))],
        [`opens ${name}`, refusing(brokenFor(() => undefined, isOne, opened))],
      ]),
    ),
  };
}

const verify = portable.ed25519Verify as Loose;

const brokenVerify: Broken = {
  "is missing": undefined,
  throws: raise,
  "gives nothing": () => undefined,
  "gives 1 and 0": (...inputs: Uint8Array[]) => Number(verify(...inputs)),
  "gives a promise": (...inputs: Uint8Array[]) => Promise.resolve(verify(...inputs)),
  "throws where it refuses": (...inputs: Uint8Array[]) => verify(...inputs) || raise(),
  "ignores what stands before the message": (...inputs: Uint8Array[]) => verify(...inputs.slice(0, 3)),
  ...Object.fromEntries(
    Object.entries(INEXACT).map(([name, broken]) => [
      name,
      (key: Uint8Array, message: Uint8Array, signature: Uint8Array, prefix: Uint8Array = filled(0, 0)) =>
        broken(key, concat(prefix, message), signature),
    ]),
  ),
};

/** Ways in which a function that makes a private key can be broken; `method` is what its keys can do. */
function brokenKeys(
  make: (secret: Uint8Array) => object,
  method: string,
  special: Readonly<Record<string, (input?: Uint8Array) => boolean>>,
): Broken {
  const withMember =
    (member: string, change: (own: unknown) => unknown) =>
    (secret: Uint8Array): object => {
      const key = make(secret) as Record<string, unknown>;
      return { ...key, [member]: change(key[member]) };
    };
  const methodWays = Object.keys(brokenResult(() => undefined));
  const { throws: _, ...publicKeyWays } = brokenResult(() => undefined);
  return {
    "is missing": undefined,
    throws: raise,
    "gives nothing": () => undefined,
    "cannot wipe": withMember("wipe", () => undefined),
    "throws at wiping": withMember("wipe", () => raise),
    ...Object.fromEntries(
      methodWays.map((way) => [`${method} ${way}`, withMember(method, (own) => brokenResult(own as Loose)[way])]),
    ),
    ...Object.fromEntries(
      Object.keys(publicKeyWays).map((way) => [
        `publicKey ${way}`,
        withMember("publicKey", (own) => (brokenResult(() => own)[way] as Loose | undefined)?.()),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(special).flatMap(([name, isOne]) => [
        [`${method} throws at ${name}`, withMember(method, (own) => brokenFor(own as Loose, isOne))],
        [
          `${method} is wrong at ${name}`,
          withMember(method, (own) => brokenFor(own as Loose, isOne, () => filled(32, 0))),
        ],
      ]),
    ),
  };
}

function withPart(part: keyof Encapsulated, change: (bytes: Uint8Array) => Uint8Array) {
  return (publicKey: Uint8Array): Encapsulated => {
    const given = soundEncapsulation(publicKey);
    return { ...given, [part]: change(given[part]) };
  };
}

const shake = portable.shake256;
const hmac = portable.hmacSha256 as Loose;
const hkdf = portable.hkdfSha256;
const sign = portable.ed25519Sign as Loose;
const isForged = (box?: Uint8Array): boolean => box?.every((byte) => byte === 6) === true;
const isUnreduced = (peer?: Uint8Array): boolean => peer?.[31] === 0xff;

const BROKEN: Readonly<Record<NativeName, Broken>> = {
  sha256: {
    ...brokenHash(portable.sha256),
    "hashes the first part": (first: Uint8Array) => portable.sha256(first),
  },
  sha3_256: brokenHash(portable.sha3_256),
  sha3_512: brokenHash(portable.sha3_512),
  shake256: {
    ...brokenResult(shake as never),
    "hashes one block": (data: Uint8Array, length: number) => shake(data.subarray(0, 136), length),
    "throws for no bytes": brokenFor(shake as never, isEmpty),
    "gives 32 bytes, always": (data: Uint8Array) => shake(data, 32),
  },
  hmacSha256: {
    ...brokenResult(hmac),
    "throws for an empty key": brokenFor(hmac, isEmpty),
    "throws for a long key": brokenFor(hmac, (key) => !isEmpty(key)),
    "does not hash a long key": (key: Uint8Array, data: Uint8Array) => hmac(key.subarray(0, 64), data),
  },
  hkdfSha256: {
    ...brokenResult(hkdf as never),
    "throws for an empty salt": brokenFor(hkdf as never, (_ikm, salt) => isEmpty(salt)),
    "throws for a long info, as crypto.hkdfSync does": brokenFor(hkdf as never, (_ikm, _salt, info) => !isEmpty(info)),
    "gives one block, always": (ikm: Uint8Array, salt: Uint8Array, info: Uint8Array) => hkdf(ikm, salt, info, 32),
  },
  ed25519PublicKey: brokenResult(portable.ed25519PublicKey as Loose),
  ed25519Sign: {
    ...brokenResult(sign),
    "throws for no message": brokenFor(sign, (_seed, message) => isEmpty(message)),
    "throws for a message": brokenFor(sign, (_seed, message) => !isEmpty(message)),
  },
  ed25519Verify: brokenVerify,
  x25519PrivateKey: brokenKeys(portable.x25519PrivateKey, "agree", {
    "a peer that is not reduced": isUnreduced,
    "a peer that is reduced": (peer) => !isUnreduced(peer),
  }),
  mlkem768PrivateKey: brokenKeys(portable.mlkem768PrivateKey, "decapsulate", {
    "a forged ciphertext": isForged,
    "an honest ciphertext": (box) => !isForged(box),
  }),
  mlkem768EncapsulateFresh: {
    ...brokenEncapsulation,
    "gives a promise": async (publicKey: Uint8Array) => soundEncapsulation(publicKey),
    "gives a Buffer as ciphertext": withPart("ciphertext", Buffer.from),
    "gives a Buffer as secret": withPart("sharedSecret", Buffer.from),
  },
  chacha20poly1305Seal: brokenSeal(portable.chacha20poly1305Seal),
  chacha20poly1305Open: brokenOpen(portable.chacha20poly1305Open),
  aes256gcmSeal: {
    ...Object.fromEntries(
      Object.entries(brokenSeal(portable.aes256gcmSeal)).map(([way, broken]) => [
        way,
        broken && inParts(broken as Loose),
      ]),
    ),
    "gives bytes that are no parts": portable.aes256gcmSeal,
    "gives the tag first": (...inputs: Parameters<typeof portable.aes256gcmSeal>) => {
      const sealed = portable.aes256gcmSeal(...inputs);
      return [sealed.subarray(-16), sealed.subarray(0, -16)];
    },
  },
  aes256gcmOpen: brokenOpen(portable.aes256gcmOpen),
};

it("uses every function of a backend that works", () => {
  const native = sound();
  expect(refused(native)).toEqual([]);
  const { aes256gcmSeal, aes256gcmOpen, ...others } = native;
  expect(withProbed(native)).toEqual({ ...primitives, ...others, nativeAes: { aes256gcmSeal, aes256gcmOpen } });
});

it("uses the portable functions where the runtime has none", () => {
  expect(withProbed({})).toEqual(primitives);
});

it("has a probe for every function that a backend may have", () => {
  const never = ["nativeAes", "ed25519IsPoint", "mlkem768Encapsulate"];
  expect([...NAMES, ...never].sort()).toEqual(Object.keys(own).sort());
});

describe.each(NAMES)("%s", (name) => {
  it.each(Object.entries(BROKEN[name]))("is replaced, and nothing else is, when it %s", (_way, broken) => {
    const native = { ...sound(), [name]: broken } as NativeFunctions;
    expect(refused(native)).toEqual(replacedWith(name));
    expect(usedOf(native)[name]).toBe({ ...primitives, ...nobleAes }[name]);
  });

  it("needs each of its probes: without one, a broken stand-in would be used", () => {
    for (const index of PROBES[name].keys()) {
      const fewer = { ...PROBES, [name]: PROBES[name].filter((_, other) => other !== index) } as Probes;
      const unnoticed = Object.entries(BROKEN[name]).filter(
        ([, broken]) => !refused({ ...sound(), [name]: broken } as NativeFunctions, fewer).includes(name),
      );
      expect([index, unnoticed.length > 0]).toEqual([index, true]);
    }
  });
});

it.each(["aes256gcmSeal", "aes256gcmOpen"] as const)(
  "leaves bulk encryption to WebCrypto without a native %s",
  (name) => {
    expect(withProbed({ ...sound(), [name]: raise }).nativeAes).toBeUndefined();
  },
);
