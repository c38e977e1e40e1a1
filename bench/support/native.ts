// Baselines: the same work by node:crypto alone, and the result of `openssl speed` where openssl exists.

import { execFileSync } from "node:child_process";
import { createCipheriv, createDecipheriv, generateKeyPairSync, sign, verify } from "node:crypto";
import type { Work } from "./measure.js";

/** One Ed25519 verification by node:crypto of a message as long as a link's body, with a ready key object. */
export function nativeVerify(bytes: number): Work {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const message = new Uint8Array(bytes);
  const signature = sign(null, message, privateKey);
  return () => verify(null, message, publicKey, signature);
}

const KEY = new Uint8Array(32).fill(1);

const nonceOf = (index: number): Uint8Array => {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(0, index);
  return nonce;
};

/** AES-256-GCM by node:crypto over `count` chunks. No chunk is kept. */
export function nativeSeal(chunk: Uint8Array, count: number): Work {
  return () => {
    for (let index = 0; index < count; index++) sealChunk(chunk, index);
  };
}

/** The reverse: each call opens the chunk in its first place. */
export function nativeOpen(chunk: Uint8Array, count: number): Work {
  const { sealed, tag } = sealChunk(chunk, 0);
  return () => {
    for (let index = 0; index < count; index++) {
      const decipher = createDecipheriv("aes-256-gcm", KEY, nonceOf(0)).setAuthTag(tag);
      decipher.update(sealed);
      decipher.final();
    }
  };
}

function sealChunk(chunk: Uint8Array, index: number) {
  const cipher = createCipheriv("aes-256-gcm", KEY, nonceOf(index));
  const sealed = cipher.update(chunk);
  cipher.final();
  return { sealed, tag: cipher.getAuthTag() };
}

/** Milliseconds for each verification, by `openssl speed`; undefined without openssl. Elapsed time, as everywhere here. */
export function opensslVerify(): number | undefined {
  const perSecond = speed("ed25519", [])?.split(/\s+/).at(-1);
  return perSecond === undefined ? undefined : 1000 / Number(perSecond);
}

/** MB/s of AES-256-GCM over 64 KiB at a time, by `openssl speed`. */
export function opensslGcm(): number | undefined {
  const kilobytes = speed("aes-256-gcm", ["-bytes", "65536", "-evp"])?.match(/([\d.]+)k$/)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1000;
}

/** The last line of `openssl speed`. */
function speed(algorithm: string, options: readonly string[]): string | undefined {
  try {
    const args = ["speed", "-elapsed", "-seconds", "2", ...options, algorithm];
    return execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
      .trim()
      .split("\n")
      .at(-1);
  } catch {
    return undefined;
  }
}
