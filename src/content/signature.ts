// The signature of content: a device signs a transcript of the header and all ciphertext. docs/spec.md section 12.2.
//
//   transcript 0     = header hash
//   transcript i + 1 = SHA-256("keystead/v1/content/transcript" ‖ 00 ‖ transcript i ‖ sealed chunk i)
//   signature        = Ed25519 over "keystead/v1/content/signature" ‖ 00 ‖ transcript n, n the number of chunks

import { equalBytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { checkOwnState, type MemberState } from "../grants/member-state.js";
import { ownKeys } from "../keys/keyring.js";
import type { MemberKeys } from "../keys/member-keys.js";
import { activeMember } from "../log/state.js";
import { labelledHash } from "../primitives/hash.js";
import * as LABELS from "../primitives/labels.js";
import { SIGNATURE_LENGTH, verifyLabelled } from "../primitives/sign.js";
import type { ContentSender } from "./format.js";

/** Bytes after the payload. */
export function trailerLength(sender: ContentSender | undefined): number {
  return sender ? SIGNATURE_LENGTH : 0;
}

/** The signing device and its keys. The keys stay the state's. */
export interface Signer {
  readonly sender: ContentSender;
  readonly keys: MemberKeys;
}

/**
 * Checks that a state may sign content.
 *
 * @throws `UNKNOWN_MEMBER` when it was removed; `INVALID_ARGUMENT` when it is not a device's, or its keys are not those of the
 * log
 */
export function signerOf(state: MemberState): Signer {
  const { log, keyring } = checkOwnState(state);
  const member = activeMember(log, keyring.member);
  const keys = ownKeys(keyring);
  if (member.kind !== "device" || !equalBytes(member.signingKey, keys.signingKey)) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "options.signer must be the state of a device, with the keys that its log names for it now",
      { details: { member: member.id, log: log.head.log } },
    );
  }
  return { sender: { member: member.id, head: log.head }, keys };
}

/** A hash of header and ciphertext, chunk by chunk. It hashes any length in flat memory. */
export class Transcript {
  #state: Uint8Array;

  constructor(headerHash: Uint8Array) {
    this.#state = headerHash;
  }

  /** @param sealedChunk all of it, in its parts */
  add(...sealedChunk: readonly Uint8Array[]): void {
    this.#state = labelledHash(LABELS.contentTranscript, this.#state, ...sealedChunk);
  }

  /** 64 bytes. */
  sign(keys: MemberKeys): Uint8Array {
    return keys.signLabelled(LABELS.contentSignature, this.#state);
  }

  isSigned(key: Uint8Array, signature: Uint8Array): boolean {
    return verifyLabelled(LABELS.contentSignature, key, this.#state, signature);
  }
}
