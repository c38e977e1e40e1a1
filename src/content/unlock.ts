// From a header to the key of the payload: what every way of opening content begins with. docs/spec.md section 12.

import { assertBytes, equalBytes } from "../bytes/bytes.js";
import type { Secret } from "../bytes/secret.js";
import { KeysteadError } from "../errors.js";
import { checkOptions } from "../grants/session.js";
import { canOpen, epochPrivateKey, type Keyring, partsOf } from "../keys/keyring.js";
import type { KemPrivateKey } from "../primitives/kem.js";
import { BOX_LENGTH, commit, hashCore, hashHeader, openBox, payloadKeyOf } from "./content-key.js";
import { type ContentCore, checkPurpose, type HeaderParts } from "./format.js";
import { findRecipient, RECIPIENT_LENGTH, recipientAt } from "./recipient-list.js";

/** What the reader expects of content. */
export interface ExpectedContent {
  /** Refuse content for any other purpose. Give it wherever contents of several purposes could be exchanged. */
  readonly purpose?: string | undefined;
  /** What the content was sealed with; nothing when it was sealed with none. */
  readonly associatedData?: Uint8Array | undefined;
}

/** A header that proved authentic: whoever wrote it had the content key. */
export interface Unlocked {
  readonly core: ContentCore;
  readonly headerHash: Uint8Array;
  /** The caller wipes it. */
  readonly payloadKey: Secret;
}

/** A copy of what a reader expects. @throws `INVALID_ARGUMENT`, `INVALID_ENCODING` */
export function checkExpected(options: ExpectedContent): ExpectedContent & { readonly associatedData: Uint8Array } {
  const { purpose, associatedData = new Uint8Array(0) } = checkOptions(options);
  assertBytes(associatedData, undefined, "options.associatedData");
  if (purpose !== undefined) checkPurpose(purpose);
  return { purpose, associatedData: new Uint8Array(associatedData) };
}

/** @throws `NOT_A_RECIPIENT`, `NO_ACCESS`, `CORRUPT_CONTENT`, `INVALID_ARGUMENT`, `WIPED` */
export function unlock(
  parts: HeaderParts,
  keyring: Keyring,
  { purpose, associatedData }: ReturnType<typeof checkExpected>,
): Unlocked {
  const { core, headerBytes } = parts;
  if (purpose !== undefined && purpose !== core.purpose) {
    throw corrupt(`the content is sealed for the purpose ${JSON.stringify(core.purpose)}, not the one asked for`);
  }
  const { log } = partsOf(keyring);
  const slot = findRecipient(core.recipients, log);
  if (slot < 0) {
    throw new KeysteadError("NOT_A_RECIPIENT", `the content is not sealed to log ${log}, which this keyring is for`, {
      details: { log, recipients: core.recipients.length / RECIPIENT_LENGTH },
    });
  }
  const key = privateKey(keyring, recipientAt(core.recipients, slot).epoch);
  const contentKey = openContentKey(parts, slot, key, associatedData);
  try {
    const headerHash = hashHeader(headerBytes);
    return { core, headerHash, payloadKey: payloadKeyOf(contentKey, headerHash) };
  } finally {
    contentKey.wipe();
  }
}

/** The content key in a recipient's box, which the caller wipes. */
function openContentKey(
  { coreBytes, boxes, commitment }: HeaderParts,
  slot: number,
  key: KemPrivateKey,
  associatedData: Uint8Array,
): Secret {
  const coreHash = hashCore(coreBytes);
  const contentKey = openBox(key, coreHash, boxes.subarray(slot * BOX_LENGTH, (slot + 1) * BOX_LENGTH));
  if (!contentKey) {
    throw corrupt(
      "the content's header was changed: it does not open with the key that it is sealed to; fetch it again",
    );
  }
  // Before anything is decrypted, and in constant time: a key that another recipient did not get opens nothing.
  if (equalBytes(commit(contentKey, coreHash, associatedData), commitment)) return contentKey;
  contentKey.wipe();
  throw corrupt(
    `the content was sealed with other associated data than ${associatedData.length === 0 ? "none" : "the one given"}, or its key commitment was changed`,
  );
}

function privateKey(keyring: Keyring, epoch: number): KemPrivateKey {
  if (canOpen(keyring, epoch)) return epochPrivateKey(keyring, epoch);
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

/** Content that fails authentication as a whole. */
export function corrupt(message: string): KeysteadError {
  return new KeysteadError("CORRUPT_CONTENT", message);
}
