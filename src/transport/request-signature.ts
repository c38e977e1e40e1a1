// Requests that a member signs, by HTTP Message Signatures (RFC 9421) with one fixed profile: what is signed, and in which order, is
// the same in every request, so that there is nothing to negotiate and nothing to leave out. So signing needs no library; a service
// verifies with one (verify-request.ts), which is no part of what apps download. docs/transport.md.

import { base64, base64urlnopad } from "@scure/base";
import { assertBytes, equalBytes } from "../bytes/bytes.js";
import { Secret } from "../bytes/secret.js";
import { utf8Encode } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { type Keyring, ownKeys } from "../keys/keyring.js";
import { primitives } from "../primitives/current.js";
import { drawRandom, type Env, readClock } from "../primitives/env.js";
import { deriveKey } from "../primitives/kdf.js";
import * as LABELS from "../primitives/labels.js";
import { SIGNATURE_LENGTH } from "../primitives/sign.js";
import type { RequestSigner } from "./transport.js";

/** How long a signed request is good, in milliseconds. */
export const REQUEST_LIFETIME = 60_000;

export const LABEL = "keystead";
export const COMPONENTS = ["@method", "@authority", "@path", "@query", "content-digest"];
export const NONCE_LENGTH = 16;

/** A request, as far as it is signed. */
export interface SignableRequest {
  /** In capitals, such as `GET`. */
  readonly method: string;
  /** Path and query as they were sent, from the first slash on. */
  readonly target: string;
}

/**
 * The signer of a keyring's member.
 *
 * It signs only the base of a request signature. Every other signature of a member is over a text that begins with `keystead/`
 * (ENC-5), so neither kind passes for the other.
 *
 * @throws `INVALID_ARGUMENT` for a value that is no keyring of a member
 */
export function requestSigner(keyring: Keyring): RequestSigner {
  const keys = ownKeys(keyring);
  return {
    member: keyring.member,
    sign(message) {
      assertBytes(message, undefined, "message");
      if (!equalBytes(message.subarray(0, BEGINNING.length), BEGINNING))
        throw new KeysteadError("INVALID_ARGUMENT", "a request signer signs requests only");
      const seed = keys.copySeed();
      const signing = Secret.take(deriveKey(LABELS.memberSigning, seed.bytes()));
      seed.wipe();
      const signature = primitives.ed25519Sign(signing.bytes(), message);
      signing.wipe();
      return signature;
    },
  };
}

/** Every signature base of this profile begins so. */
const BEGINNING = /* @__PURE__ */ new TextEncoder().encode('"@method": ');

/** What {@link signRequest} needs beside the request. */
export interface SignOptions {
  readonly signer: RequestSigner;
  /** The service's scheme, host and port, such as `https://keys.example`. */
  readonly origin: string;
  /** The bytes that are sent; none for a request without a body. */
  readonly body?: Uint8Array | undefined;
  /** SHA-256 of the body, 32 bytes, in its place: for a body that is sent as a stream. */
  readonly digest?: Uint8Array | undefined;
  readonly env: Env;
}

/** The header `Content-Digest` for a body. @param digest SHA-256, 32 bytes */
export function writeDigest(digest: Uint8Array): string {
  return `sha-256=:${base64.encode(digest)}:`;
}

/** Headers that sign a request: `Content-Digest`, `Signature-Input` and `Signature`. @throws `INVALID_ARGUMENT`, `WIPED` */
export function signRequest(
  { method, target }: SignableRequest,
  { signer, origin, body = new Uint8Array(), digest = primitives.sha256(body), env }: SignOptions,
): Readonly<Record<string, string>> {
  const contentDigest = writeDigest(digest);
  const created = Math.floor(readClock(env) / 1000);
  const expires = created + REQUEST_LIFETIME / 1000;
  const nonce = base64urlnopad.encode(drawRandom(env, NONCE_LENGTH));
  const names = COMPONENTS.map((name) => `"${name}"`).join(" ");
  const parameters = `(${names});created=${created};expires=${expires};nonce="${nonce}";keyid="${signer.member}"`;
  const [path, query] = split(target);
  // The signature base (RFC 9421 section 2.5): one line for each of COMPONENTS, in their order, then the parameters.
  const base = [
    `"@method": ${method}`,
    `"@authority": ${new URL(origin).host}`,
    `"@path": ${path}`,
    `"@query": ${query}`,
    `"content-digest": ${contentDigest}`,
    `"@signature-params": ${parameters}`,
  ].join("\n");
  const signature = checkedSignature(signer.sign(utf8Encode(base)));
  return {
    "content-digest": contentDigest,
    "signature-input": `${LABEL}=${parameters}`,
    signature: `${LABEL}=:${base64.encode(signature)}:`,
  };
}

/** Path and query of a target. The query begins with its question mark, which is there without a query too (section 2.2.7). */
function split(target: string): [path: string, query: string] {
  const at = target.indexOf("?");
  return at === -1 ? [target, "?"] : [target.slice(0, at), target.slice(at)];
}

function checkedSignature(signature: Uint8Array): Uint8Array {
  assertBytes(signature, SIGNATURE_LENGTH, "the result of signer.sign");
  return signature;
}
