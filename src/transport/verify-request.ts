// The verification of requests that a member signed (request-signature.ts), for a service. docs/transport.md.

import { base64 } from "@scure/base";
import { isSignatureError, type SignatureParameters, verifySignature } from "http-message-sig";
import { type Bytes, equalBytes, isBytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { KeysteadError } from "../errors.js";
import { primitives } from "../primitives/current.js";
import { verifyEd25519 } from "../primitives/sign.js";
import type { VerifyLabelledLater } from "../primitives/verify-later.js";
import {
  COMPONENTS,
  LABEL,
  NONCE_LENGTH,
  REQUEST_LIFETIME,
  type SignableRequest,
  signatureBase,
} from "./request-signature.js";

/** How far ahead of the service's clock that of a device may be, in milliseconds. */
export const REQUEST_SKEW = 60_000;

const PARAMETERS = ["created", "expires", "nonce", "keyid"];
const NONCE = /^[A-Za-z0-9_-]{22}$/;
const MEMBER = /^[0-9a-f]{32}$/;
/** The 43rd digit has no unused bits that are set, or one digest would have several texts. */
const DIGEST = /^sha-256=:([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=):$/;

/**
 * Why a signed request is refused.
 *
 * - `absent`: there is no signature of this profile. - `malformed`: a header is not in its form.
 * - `profile`: more, less or other things are signed. - `ahead`, `expired`: by the service's clock; the device's is wrong.
 * - `digest`: the body is another one. - `member`: no such member. - `signature`: it does not verify: method, authority, path, query
 * or a parameter is another one than was signed.
 */
export type RequestFault = "absent" | "malformed" | "profile" | "ahead" | "expired" | "digest" | "member" | "signature";

/** Headers of a request, such as a `Headers`. */
export interface HeadersLike {
  get(name: string): string | null;
}

/** SHA-256 of a body, as the header `Content-Digest` has it; undefined for another form. */
export function readDigest({ headers }: { readonly headers: HeadersLike }): Bytes | undefined {
  const digest = DIGEST.exec(headers.get("content-digest") ?? "")?.[1];
  return digest === undefined ? undefined : new Uint8Array(base64.decode(digest));
}

/** Whether a request claims to be signed by a member. */
export function isSigned(headers: HeadersLike): boolean {
  return /(^|[\s,])keystead=/.test(headers.get("signature-input") ?? "");
}

/** One key, or several that are tried in turn. */
type RequestKeys = Uint8Array | Iterable<Uint8Array> | undefined;

/** What {@link verifyRequest} needs beside the request. */
export interface VerifyRequestOptions {
  /** The service's own scheme, host and port, from its configuration: what the request says of its host is not believed. */
  readonly origin: string;
  /** The service's clock, in milliseconds since 1970. */
  readonly now: number;
  /**
   * The Ed25519 key that this member has in its log now, 32 bytes; undefined for no such member. Not proven yet: only looked up. Where
   * the member only reads, give its former keys after it: a device whose `rekey` was stored and not acknowledged knows no other key to
   * be in force.
   */
  readonly keyOf: (member: MemberId) => RequestKeys | Promise<RequestKeys>;
  /** Verifies beside this thread; default on it. */
  readonly later?: VerifyLabelledLater | undefined;
}

const NO_MEMBER = "the log has no such member, or the member was removed";
const OTHERS = "the signature is by another key, or for another method, host, path, query or body";

/** The package asks for a minimum. The profile is exact, and each part of it has its own reason: so this file checks them all. */
const AS_LISTED = {
  algorithms: ["ed25519"],
  requiredComponents: [],
  requiredParameters: [],
  clockSkew: Number.MAX_VALUE,
};

/** A request that a member signed. */
export interface SignedRequest {
  readonly member: MemberId;
  /** 22 characters. A service that must not do a thing twice keeps member and nonce until `forget`. */
  readonly nonce: string;
  /** From when on the nonce need not be known any more, in milliseconds since 1970. */
  readonly forget: number;
  /** SHA-256 of the body, 32 bytes: {@link checkDigest} compares it. Until then nothing is known of the body. */
  readonly digest: Bytes;
}

/**
 * Verifies a signed request. Its body ({@link checkDigest}) and replays are left to the caller.
 *
 * @throws `INVALID_SIGNATURE` with `details.reason`, a {@link RequestFault}; whatever `keyOf` throws
 */
export async function verifyRequest(
  request: SignableRequest & { readonly headers: HeadersLike },
  options: VerifyRequestOptions,
): Promise<SignedRequest> {
  return (await verifyAsWritten(request, options)) ?? (await verifyAnyForm(request, options));
}

/** {@link COMPONENTS} and {@link PARAMETERS} exactly as `signRequest` writes them, which is how RFC 9421 has them signed. */
const AS_WRITTEN =
  /^keystead=(\("@method" "@authority" "@path" "@query" "content-digest"\);created=(0|[1-9]\d{0,14});expires=(0|[1-9]\d{0,14});nonce="([A-Za-z0-9_-]{22})";keyid="([0-9a-f]{32})")$/;
const SIGNATURE = /^keystead=:([A-Za-z0-9+/]{85}[AQgw]==):$/;

/** Reads the usual form, and does not take apart what has one form only. Undefined for any other form, which the library judges. */
async function verifyAsWritten(
  { method, target, headers }: SignableRequest & { readonly headers: HeadersLike },
  { origin, now, keyOf, later }: VerifyRequestOptions,
): Promise<SignedRequest | undefined> {
  const [, parameters, created, expires, nonce, keyid] = AS_WRITTEN.exec(headers.get("signature-input") ?? "") ?? [];
  const [, signature] = SIGNATURE.exec(headers.get("signature") ?? "") ?? [];
  const contentDigest = headers.get("content-digest") ?? "";
  const { pathname, search } = new URL(origin + target);
  const isUsual = DIGEST.test(contentDigest) && pathname + search === target;
  if (parameters === undefined || signature === undefined || !isUsual) return undefined;
  const stated = { created: Number(created), expires: Number(expires), nonce: nonce ?? "", keyid: keyid ?? "" };
  const signed = readParameters(stated, readDigest({ headers }), now);
  const keys = await keyOf(signed.member);
  if (!keys) throw refused("member", NO_MEMBER);
  const base = signatureBase({ method, target }, { origin, contentDigest, parameters });
  if (!(await isByOne(keys, base, base64.decode(signature), later))) throw refused("signature", OTHERS);
  return signed;
}

async function verifyAnyForm(
  { method, target, headers }: SignableRequest & { readonly headers: HeadersLike },
  { origin, now, keyOf, later }: VerifyRequestOptions,
): Promise<SignedRequest> {
  const fields = ["signature", "signature-input", "content-digest"].map((name) => ({ name, value: headers.get(name) }));
  const sent = fields.flatMap(({ name, value }) => (value === null ? [] : [{ name, value }]));
  let signed = undefined as SignedRequest | undefined;
  try {
    await verifySignature(
      { kind: "request", method, targetUri: origin + target, fields: sent },
      {
        label: LABEL,
        policy: { ...AS_LISTED, now: Math.floor(now / 1000) },
        async resolveVerifier({ components, parameters }) {
          checkProfile(components, parameters);
          signed = readParameters(parameters, readDigest({ headers }), now);
          const keys = await keyOf(signed.member);
          if (!keys) throw refused("member", NO_MEMBER);
          return { algorithm: "ed25519", verify: (base, signature) => isByOne(keys, base, signature, later) };
        },
      },
    );
  } catch (error) {
    throw faultOf(error);
  }
  return present(signed);
}

async function isByOne(
  keys: NonNullable<RequestKeys>,
  base: Uint8Array,
  signature: Uint8Array,
  later: VerifyLabelledLater | undefined,
): Promise<boolean> {
  for (const key of isBytes(keys) ? [keys] : keys)
    if ((await later?.(undefined, key, base, signature)) || verifyEd25519(key, base, signature)) return true;
  return false;
}

/** @throws `INVALID_SIGNATURE` with reason `digest` when a body is not the one that was signed */
export function checkDigest(body: Uint8Array, { digest }: SignedRequest): void {
  if (!equalBytes(primitives.sha256(body), digest)) throw refused("digest", "the body is not the one that was signed");
}

function checkProfile(
  components: readonly { readonly name: string; readonly parameters: object }[],
  parameters: SignatureParameters,
): void {
  const isBare = components.every((component) => Object.keys(component.parameters).length === 0);
  const names = [components.map(({ name }) => name), Object.keys(parameters)];
  if (!isBare || String(names) !== String([COMPONENTS, PARAMETERS]))
    throw refused("profile", `sign exactly ${COMPONENTS.join(" ")}, with exactly ${PARAMETERS.join(" ")}`);
}

function readParameters(
  { created = 0, expires = 0, nonce = "", keyid = "" }: SignatureParameters,
  digest: Bytes | undefined,
  now: number,
): SignedRequest {
  if (!NONCE.test(nonce)) throw refused("malformed", `nonce must be ${NONCE_LENGTH} bytes in base64url`);
  if (!MEMBER.test(keyid)) throw refused("malformed", "keyid must be the id of a member");
  if (digest === undefined) throw refused("malformed", "Content-Digest must be one sha-256");
  const lifetime = 1000 * (expires - created);
  if (!(lifetime >= 0 && lifetime <= REQUEST_LIFETIME))
    throw refused("profile", `a request must be good for at most ${REQUEST_LIFETIME / 1000} s`);
  if (1000 * created > now + REQUEST_SKEW)
    throw refused("ahead", "the request is from the future; set the device's clock");
  if (1000 * expires < now) throw refused("expired", "the request has expired; set the device's clock");
  return { member: keyid as MemberId, nonce, forget: 1000 * expires, digest };
}

/** The error of a service for what the package or this file found. */
function faultOf(error: unknown): unknown {
  if (!isSignatureError(error)) return error;
  switch (error.code) {
    // What `resolveVerifier` threw: an error of this file, or of the caller.
    case "ResolverFailed":
      return error.cause;
    case "MissingField":
    case "LabelMismatch":
      return refused(
        "absent",
        `a member's request has the headers Content-Digest, Signature-Input and Signature, by the label ${LABEL}`,
      );
    case "PolicyViolation":
      return refused("profile", error.message);
    case "VerificationFailed":
      return refused("signature", OTHERS);
    default:
      return refused("malformed", error.message);
  }
}

function refused(reason: RequestFault, problem: string): KeysteadError {
  return new KeysteadError("INVALID_SIGNATURE", `the request is not accepted: ${problem}`, { details: { reason } });
}
