// The native backend on other runtimes: older Nodes, newer ones, and those over BoringSSL, which lack a part of node:crypto or read
// keys in another way. A changed node:crypto simulates each. docs/spec.md section 3.

import * as crypto from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { present } from "../../src/bytes/present.js";
import { nobleAes } from "../../src/primitives/noble-aes.js";
import type { Aes256Gcm, Primitives } from "../../src/primitives/primitives.js";
import { filled } from "./support.js";

const SEED = filled(32, 7);
const PEER = filled(32, 9);
const MESSAGE = filled(70, 3);

afterEach(() => {
  vi.doUnmock("node:crypto");
  vi.resetModules();
});

type Changes = Readonly<Record<string, unknown>>;

/** Both backends, loaded with a node:crypto that has these functions in place of its own. */
async function load(changes: Changes): Promise<{ readonly [name in "native" | "portable"]: Primitives & Aes256Gcm }> {
  vi.resetModules();
  vi.doMock("node:crypto", () => ({ decapsulate: undefined, encapsulate: undefined, ...crypto, ...changes }));
  const { primitives: native } = await import("../../src/primitives/node.js");
  const { primitives: portable } = await import("../../src/primitives/noble.js");
  const withOwnAes = (backend: Primitives) => ({ ...backend, ...(backend.nativeAes ?? nobleAes) });
  return { native: withOwnAes(native), portable: withOwnAes(portable) };
}

/** A function of node:crypto that knows no algorithm whose name `unknown` matches. */
function without<Args extends readonly unknown[], Result>(own: (...args: Args) => Result, unknown: RegExp) {
  return (...args: Args): Result => {
    const [first] = args as readonly unknown[] as [string | { readonly key?: { readonly crv?: string } }];
    const algorithm = typeof first === "string" ? first : (first.key?.crv ?? "raw");
    if (unknown.test(algorithm)) throw new Error(`${algorithm} is unknown here`);
    return own(...args);
  };
}

const sign = () => {
  throw new Error("Ed25519 is unknown here");
};
const createHash = (unknown: RegExp) => ({ createHash: without(crypto.createHash, unknown) });
const createPrivateKey = without(crypto.createPrivateKey, /^X25519|raw$/);
const createCipheriv = without(crypto.createCipheriv as (...args: readonly unknown[]) => unknown, /^chacha20/);
const createDecipheriv = without(crypto.createDecipheriv as (...args: readonly unknown[]) => unknown, /^chacha20/);
const ED25519 = ["ed25519PublicKey", "ed25519Sign", "ed25519Verify"] as const;
const SHA3 = ["sha3_256", "sha3_512", "shake256"] as const;
const CHACHA = ["chacha20poly1305Seal", "chacha20poly1305Open"] as const;
const ALWAYS_NATIVE = ["sha256", "hmacSha256", "hkdfSha256", "aes256gcmSeal", "aes256gcmOpen"] as const;

describe("a runtime that lacks a part of node:crypto uses noble for that part, and for nothing else", () => {
  it.each([
    ["Ed25519 signatures", { sign }, ["ed25519Sign"]],
    ["public keys", { createPublicKey: sign }, ["ed25519PublicKey", "ed25519Verify", "x25519PrivateKey"]],
    ["X25519 agreement, like workerd", { diffieHellman: sign }, ["x25519PrivateKey"]],
    ["X25519", { createPrivateKey }, ["x25519PrivateKey"]],
    ["SHA3-256", createHash(/^sha3-256$/), ["sha3_256"]],
    ["SHA3-512", createHash(/^sha3-512$/), ["sha3_512"]],
    ["SHAKE256", createHash(/^shake256$/), ["shake256"]],
    ["ChaCha20-Poly1305", { createCipheriv }, ["chacha20poly1305Seal"]],
    ["opening of ChaCha20-Poly1305", { createDecipheriv }, ["chacha20poly1305Open"]],
  ] as const)("%s", async (_, changes, names) => {
    const { native, portable } = await load(changes);
    for (const name of names) expect([name, native[name] === portable[name]]).toEqual([name, true]);
    const others = [...ED25519, ...SHA3, ...CHACHA, ...ALWAYS_NATIVE].filter((name) => !names.includes(name as never));
    for (const name of others) expect([name, native[name] === portable[name]]).toEqual([name, false]);
  });

  it("loads without a key of ML-KEM if the runtime has none to try: it takes as long as all else", async () => {
    const kem = await import("../../src/primitives/noble-kem.js");
    const mlkem768PrivateKey = vi.fn(kem.mlkem768PrivateKey);
    vi.doMock("../../src/primitives/noble-kem.js", () => ({ ...kem, mlkem768PrivateKey }));
    try {
      const { native, portable } = await load({});
      expect(native.mlkem768PrivateKey).toBe(portable.mlkem768PrivateKey);
      expect(native.mlkem768EncapsulateFresh).toBeUndefined();
      expect(mlkem768PrivateKey).not.toHaveBeenCalled();
    } finally {
      vi.doUnmock("../../src/primitives/noble-kem.js");
    }
  });

  it("hashes without the one-call function, like Node before 20.12", async () => {
    const { native, portable } = await load({ hash: undefined });
    expect(native.sha256).not.toBe(portable.sha256);
    expect(native.sha256(MESSAGE)).toEqual(portable.sha256(MESSAGE));
  });
});

describe("a runtime that reads raw keys, like Node 24", () => {
  const PKCS8 = { ed25519: "302e020100300506032b657004220420", x25519: "302e020100300506032b656e04220420" };

  /** What stands before an ML-KEM-768 key in a SubjectPublicKeyInfo of 1,206 bytes. */
  const SPKI = "308204b2300b0609608648016503040402038204a100";

  /** An ML-KEM key of such a runtime, made from noble's. */
  class MlKemKey {
    constructor(readonly key: ReturnType<Primitives["mlkem768PrivateKey"]>) {}
  }

  /** The functions of such a runtime. Records all bytes from which a key was made. */
  async function newer(changes: Changes = {}) {
    const { primitives: noble } = await import("../../src/primitives/noble.js");
    const made: { readonly format?: string }[] = [];
    const createPrivateKey = (options: {
      readonly key: Uint8Array;
      readonly format: string;
      readonly asymmetricKeyType?: string;
    }) => {
      made.push(options);
      const { key, format, asymmetricKeyType: algorithm } = options;
      if (format === "raw-seed" && algorithm === "ml-kem-768") return new MlKemKey(noble.mlkem768PrivateKey(key));
      if (format !== "raw-private" || !(algorithm === "ed25519" || algorithm === "x25519")) {
        throw new Error(`no ${format} key of ${algorithm}`);
      }
      const der = Buffer.concat([Buffer.from(PKCS8[algorithm], "hex"), key]);
      return crypto.createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    };
    const createPublicKey = (from: MlKemKey | Parameters<typeof crypto.createPublicKey>[0]) => {
      const {
        key: der,
        format,
        type,
      } = from as { readonly key: Buffer; readonly format: string; readonly type: string };
      if (format === "der" && type === "spki" && der.subarray(0, 22).toString("hex") === SPKI) return der;
      if (!(from instanceof MlKemKey)) return crypto.createPublicKey(from);
      return {
        export: ({ format }: { readonly format: string }) => {
          if (format !== "raw-public") throw new Error(`no ${format} key of ML-KEM`);
          return Buffer.from(from.key.publicKey);
        },
      };
    };
    const decapsulate = ({ key }: MlKemKey, ciphertext: Uint8Array) => Buffer.from(key.decapsulate(ciphertext));
    const encapsulate = (der: Buffer) => {
      // What stands behind the key is not read.
      const publicKey = new Uint8Array(der.subarray(22, 22 + 1184));
      const { ciphertext, sharedSecret } = noble.mlkem768Encapsulate(publicKey, crypto.randomBytes(32));
      return { ciphertext: Buffer.from(ciphertext), sharedKey: Buffer.from(sharedSecret) };
    };
    return { made, ...(await load({ createPrivateKey, createPublicKey, decapsulate, encapsulate, ...changes })) };
  }

  it("gets secrets as bytes, and never in the text of a JWK, which cannot be overwritten", async () => {
    const { native, portable, made } = await newer();
    made.length = 0;
    expect(native.ed25519PublicKey(SEED)).toEqual(portable.ed25519PublicKey(SEED));
    const signature = native.ed25519Sign(SEED, MESSAGE);
    expect(signature).toEqual(portable.ed25519Sign(SEED, MESSAGE));
    expect(native.ed25519Verify(native.ed25519PublicKey(SEED), MESSAGE, signature)).toBe(true);
    expect(native.x25519PrivateKey(SEED).agree(PEER)).toEqual(portable.x25519PrivateKey(SEED).agree(PEER));
    expect(made.map(({ format }) => format)).toEqual(new Array(4).fill("raw-private"));
  });

  it("decapsulates ML-KEM itself, until the key is wiped", async () => {
    const { native, portable } = await newer();
    expect(native.mlkem768PrivateKey).not.toBe(portable.mlkem768PrivateKey);
    const [own, other] = [native, portable].map((each) => each.mlkem768PrivateKey(filled(64, 5)));
    expect(own?.publicKey).toEqual(other?.publicKey);
    const { ciphertext, sharedSecret } = native.mlkem768Encapsulate(own?.publicKey as Uint8Array, SEED);
    expect(own?.decapsulate(ciphertext)).toEqual(sharedSecret);
    own?.wipe();
    expect(() => own?.decapsulate(ciphertext)).toThrow();
  });

  it("encapsulates ML-KEM itself, for a key of the right length", async () => {
    const { native, portable } = await newer();
    const own = portable.mlkem768PrivateKey(filled(64, 5));
    const { ciphertext, sharedSecret } = present(native.mlkem768EncapsulateFresh?.(own.publicKey));
    expect(own.decapsulate(ciphertext)).toEqual(sharedSecret);
    const tooLong = new Uint8Array([...own.publicKey, 0]);
    expect(() => native.mlkem768EncapsulateFresh?.(tooLong)).toThrow("not an ML-KEM-768 key");
  });

  it("uses noble for ML-KEM if the runtime reads the keys and cannot decapsulate", async () => {
    const { native, portable } = await newer({ decapsulate: undefined });
    expect(native.mlkem768PrivateKey).toBe(portable.mlkem768PrivateKey);
  });
});
