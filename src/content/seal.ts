// Sealing content to logs: no secret is needed, so a server or another user can do it. docs/spec.md section 12.

import { assertBytes, concat } from "../bytes/bytes.js";
import type { Secret } from "../bytes/secret.js";
import { checkOptions } from "../grants/session.js";
import { currentEpoch, type Epoch } from "../log/state.js";
import type { Env } from "../primitives/env.js";
import { chunkCipher } from "./chunk-cipher.js";
import { commit, drawContentKey, hashCore, payloadKeyOf, sealBox } from "./content-key.js";
import { checkPurpose, encodeCore, encodeHeader, frameHeader } from "./format.js";
import { payloadLength, sealPayload } from "./payload.js";
import { checkRecipients, type Recipient } from "./recipients.js";

/** What content is bound to. */
export interface SealOptions {
  /** What the content is for, such as `voicemail`: 1 to 128 bytes of UTF-8, readable by everybody. */
  readonly purpose: string;
  /**
   * Where the content belongs, such as the id of its record: whoever opens it must give the same, so that a server cannot
   * put one content in the place of another. It is not stored in the content. None is the same as no bytes.
   */
  readonly associatedData?: Uint8Array | undefined;
}

/**
 * Seals `plaintext` to the newest epoch of every recipient's log, as you verified it: get the newest logs first.
 *
 * @param recipients 1 to 10,000 logs, none twice, in any order.
 * @param plaintext not to be changed until the promise is settled; the caller wipes it.
 * @param env fresh randomness; the clock is not read.
 * @returns the sealed content: the plaintext's length, 16 bytes for each 64 KiB of it, and a header of some 1,250 bytes for
 * each recipient.
 * @throws `ROTATION_DUE` (MEM-7); `CONTACT_CHANGED` and `WRONG_SUBJECT` for a recipient that is not what its pin says;
 * `INVALID_ARGUMENT`; `INVALID_ENCODING` for a purpose with an unpaired surrogate, or a pin that is none; `TOO_LARGE` (ENC-3)
 * for too many recipients
 */
export async function sealTo(
  recipients: readonly Recipient[],
  plaintext: Uint8Array,
  options: SealOptions,
  env: Env,
): Promise<Uint8Array> {
  assertBytes(plaintext, undefined, "plaintext");
  const { front, payloadKey } = startContent(recipients, options, env);
  try {
    const sealed = new Uint8Array(front.length + payloadLength(plaintext.length));
    sealed.set(front);
    await sealPayload(await chunkCipher(payloadKey), plaintext, sealed.subarray(front.length));
    return sealed;
  } finally {
    payloadKey.wipe();
  }
}

/** All that comes before the payload, and the payload's key, which the caller wipes. @throws as {@link sealTo} */
export function startContent(
  recipients: readonly Recipient[],
  options: SealOptions,
  env: Env,
): { readonly front: Uint8Array; readonly payloadKey: Secret } {
  const { purpose, associatedData = NO_BYTES } = checkOptions(options);
  checkPurpose(purpose);
  assertBytes(associatedData, undefined, "options.associatedData");
  const logs = checkRecipients(recipients);
  const core = encodeCore({ purpose, recipients: logs.map((log) => ({ head: log.head, epoch: currentEpoch(log) })) });
  const coreHash = hashCore(core);
  const contentKey = drawContentKey(env);
  try {
    const boxes = concat(...logs.map((log) => sealBox((log.epochs.last() as Epoch).kem, coreHash, contentKey, env)));
    const header = encodeHeader(core, commit(contentKey, coreHash, associatedData), boxes);
    return { front: frameHeader(header), payloadKey: payloadKeyOf(contentKey, header) };
  } finally {
    contentKey.wipe();
  }
}

const NO_BYTES = /* @__PURE__ */ new Uint8Array(0);
