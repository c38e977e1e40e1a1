// The content key: sealed to each recipient, committed to, and turned into the payload key. docs/spec.md section 12.

import { type Bytes, concat } from "../bytes/bytes.js";
import { Secret } from "../bytes/secret.js";
import { drawRandom, type Env } from "../primitives/env.js";
import { labelledHash } from "../primitives/hash.js";
import { HPKE_OVERHEAD, hpkeOpen, hpkeSealFresh } from "../primitives/hpke.js";
import { deriveKey } from "../primitives/kdf.js";
import type { KemPrivateKey } from "../primitives/kem.js";
import { labelPrefix } from "../primitives/label.js";
import * as LABELS from "../primitives/labels.js";

const CONTENT_KEY_LENGTH = 32;

/** Bytes of a recipient's box. */
export const BOX_LENGTH = HPKE_OVERHEAD + CONTENT_KEY_LENGTH;

/** Bytes of the key commitment. */
export const COMMITMENT_LENGTH = 32;

/** A fresh content key. The caller wipes it. */
export function drawContentKey(env: Env): Secret {
  return Secret.take(drawRandom(env, CONTENT_KEY_LENGTH));
}

/** Hash of the core's bytes, 32 bytes. It binds the boxes to the core. */
export function hashCore(core: Uint8Array): Bytes {
  return labelledHash(LABELS.contentCore, core);
}

/** The content key sealed to one epoch's KEM key: {@link BOX_LENGTH} bytes. */
export function sealBox(kem: Uint8Array, coreHash: Uint8Array, contentKey: Secret, env: Env): Promise<Bytes> {
  return hpkeSealFresh(kem, { info: boxInfo(coreHash), plaintext: contentKey.bytes(), env });
}

/** The content key in a box, which the caller wipes. Undefined when the box does not open for this core. */
export function openBox(key: KemPrivateKey, coreHash: Uint8Array, box: Uint8Array): Secret | undefined {
  const opened = hpkeOpen(key, { info: boxInfo(coreHash), sealed: box });
  return opened && Secret.take(opened);
}

/**
 * Commits to the content key and to the associated data, which the content does not contain. Without the commitment a sender
 * could make one ciphertext that two recipients read differently, since AES-GCM opens under more than one key.
 */
export function commit(contentKey: Secret, coreHash: Uint8Array, associatedData: Uint8Array): Bytes {
  const info = concat(coreHash, associatedData);
  return deriveKey(LABELS.contentCommitment, contentKey.bytes(), { info, length: COMMITMENT_LENGTH });
}

/** Hash of the header's bytes, 32 bytes. It binds the payload to the header, and is the start of a signature's transcript. */
export function hashHeader(header: Uint8Array): Bytes {
  return labelledHash(LABELS.contentHeader, header);
}

/** The key of the payload's chunks, bound to every byte of the header. The caller wipes it. */
export function payloadKeyOf(contentKey: Secret, headerHash: Uint8Array): Secret {
  return Secret.take(deriveKey(LABELS.contentPayload, contentKey.bytes(), { info: headerHash }));
}

/** The core has the sender, every recipient and the purpose, so a box that is copied into another header does not open. */
function boxInfo(coreHash: Uint8Array): Bytes {
  return concat(labelPrefix(LABELS.contentBox), coreHash);
}
