// Opening sealed content with a keyring. docs/spec.md section 12.

import { assertBytes, equalBytes } from "../bytes/bytes.js";
import type { Secret } from "../bytes/secret.js";
import { KeysteadError } from "../errors.js";
import { checkOptions } from "../grants/session.js";
import { epochPrivateKey, type Keyring, partsOf } from "../keys/keyring.js";
import type { KemPrivateKey } from "../primitives/kem.js";
import { chunkCipher } from "./chunk-cipher.js";
import { BOX_LENGTH, commit, hashCore, openBox, payloadKeyOf } from "./content-key.js";
import { type ContentHeader, type ContentParts, checkPurpose, splitContent } from "./format.js";
import { openPayload } from "./payload.js";

/** What the reader expects of content. */
export interface OpenOptions {
  /** Refuse content for any other purpose. Give it wherever contents of several purposes could be exchanged. */
  readonly purpose?: string | undefined;
  /** What the content was sealed with; nothing when it was sealed with none. */
  readonly associatedData?: Uint8Array | undefined;
}

/**
 * The content, once all of it has proved authentic.
 *
 * @param sealed from anywhere; not to be changed until the promise is settled.
 * @param keyring of a member of a log that the content is sealed to.
 * @returns the plaintext, which the caller wipes.
 * @throws `NO_ACCESS` when the keyring does not hold the epoch, `NOT_A_RECIPIENT`, `CORRUPT_CONTENT` when anything was changed
 * or is not for this purpose or associated data, `INVALID_ENCODING` and `TOO_LARGE` when it is no sealed content,
 * `INVALID_ARGUMENT`, `WIPED`
 */
export async function openContent(
  sealed: Uint8Array,
  keyring: Keyring,
  options: OpenOptions = {},
): Promise<Uint8Array> {
  const { payload, payloadKey } = unlockContent(sealed, keyring, options);
  try {
    return await openPayload(await chunkCipher(payloadKey), payload);
  } finally {
    payloadKey.wipe();
  }
}

/** The payload, and its key once the header has proved authentic. The caller wipes the key. @throws as {@link openContent} */
export function unlockContent(
  sealed: Uint8Array,
  keyring: Keyring,
  options: OpenOptions,
): { readonly payload: Uint8Array; readonly payloadKey: Secret } {
  const { log } = partsOf(keyring);
  const { purpose, associatedData = NO_BYTES } = checkOptions(options);
  assertBytes(associatedData, undefined, "options.associatedData");
  if (purpose !== undefined) checkPurpose(purpose);
  const parts = splitContent(sealed);
  checkHeader(parts.header, purpose);
  const slot = parts.header.recipients.findIndex(({ head }) => head.log === log);
  if (slot < 0) {
    throw new KeysteadError("NOT_A_RECIPIENT", `the content is not sealed to log ${log}, which this keyring is for`, {
      details: { log, recipients: parts.header.recipients.length },
    });
  }
  const key = privateKey(keyring, (parts.header.recipients[slot] as { epoch: number }).epoch);
  const contentKey = unlock(parts, slot, key, associatedData);
  try {
    return { payload: sealed.subarray(parts.end), payloadKey: payloadKeyOf(contentKey, parts.headerBytes) };
  } finally {
    contentKey.wipe();
  }
}

const NO_BYTES = /* @__PURE__ */ new Uint8Array(0);

function checkHeader(header: ContentHeader, purpose: string | undefined): void {
  if (purpose !== undefined && purpose !== header.purpose) {
    throw corrupt(`the content is sealed for the purpose ${JSON.stringify(header.purpose)}, not the one asked for`);
  }
  // A claim that was not checked must not look like one that was.
  if (header.sender) {
    throw new KeysteadError(
      "INVALID_ENCODING",
      "the content is signed, and this version cannot check that; update keystead",
    );
  }
}

/** The content key in a recipient's box, which the caller wipes. */
function unlock(parts: ContentParts, slot: number, key: KemPrivateKey, associatedData: Uint8Array): Secret {
  const coreHash = hashCore(parts.coreBytes);
  const contentKey = openBox(key, coreHash, parts.boxes.subarray(slot * BOX_LENGTH, (slot + 1) * BOX_LENGTH));
  if (!contentKey) {
    throw corrupt(
      "the content's header was changed: it does not open with the key that it is sealed to; fetch it again",
    );
  }
  // Before anything is decrypted, and in constant time: a key that another recipient did not get opens nothing.
  if (equalBytes(commit(contentKey, coreHash, associatedData), parts.commitment)) return contentKey;
  contentKey.wipe();
  throw corrupt(
    `the content was sealed with other associated data than ${associatedData.length === 0 ? "none" : "the one given"}, or its key commitment was changed`,
  );
}

function privateKey(keyring: Keyring, epoch: number): KemPrivateKey {
  const { seeds } = partsOf(keyring);
  if (seeds.has(epoch)) return epochPrivateKey(keyring, epoch);
  const { epochs, member } = keyring;
  const [earliest, latest] = [epochs[0], epochs.at(-1)];
  throw new KeysteadError("NO_ACCESS", `sealed to epoch ${epoch}, ${whyNot(epoch, earliest, latest)}`, {
    details: { epoch, member, earliest, latest },
  });
}

function whyNot(epoch: number, earliest: number | undefined, latest: number | undefined): string {
  if (earliest === undefined || latest === undefined)
    return "this device holds none yet; have another member approve it";
  if (epoch < earliest) return `this device starts at ${earliest}; have a member that reaches further back approve it`;
  if (epoch > latest)
    return `this device ends at ${latest}; fetch the newest entries of its log, it may have been removed`;
  return "which this device did not receive or could not open; fetch its log's entries, or have a member grant it again";
}

function corrupt(message: string): KeysteadError {
  return new KeysteadError("CORRUPT_CONTENT", message);
}
