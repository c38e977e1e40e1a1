// From a header to the key of the payload: the first step of every way to open content. docs/spec.md section 12.

import { checkOptions } from "../arguments/options.js";
import { assertBytes, equalBytes } from "../bytes/bytes.js";
import type { Secret } from "../bytes/secret.js";
import { type ErrorDetails, KeysteadError } from "../errors.js";
import { meet } from "../grants/seed-check.js";
import { canOpen, epochPrivateKey, type Keyring, lacksEpoch, partsOf } from "../keys/keyring.js";
import { compareHead, type NamedHead } from "../log/heads.js";
import { assertLog, type Head, type LogState } from "../log/state.js";
import type { KemPrivateKey } from "../primitives/kem.js";
import { BOX_LENGTH, commit, hashCore, hashHeader, openBox, payloadKeyOf } from "./content-key.js";
import { type ContentCore, checkPurpose, type HeaderParts } from "./format.js";
import { findRecipient, RECIPIENT_LENGTH, recipientAt } from "./recipient-list.js";

/** What the reader expects of content, and what it knows. */
export interface ExpectedContent {
  /** Refuses content for any other purpose. Give it wherever somebody could exchange contents of different purposes. */
  readonly purpose?: string | undefined;
  /** The associated data that the content was sealed with; default none. */
  readonly associatedData?: Uint8Array | undefined;
  /**
   * The newest verified state of the keyring's own log. The result then gives the relation of that log to the head that the
   * sender named for it ({@link RecipientHead}); no content is refused for it. The keyring's seeds are checked against this log
   * (GRT-4).
   */
  readonly log?: LogState | undefined;
}

/**
 * The head of the reader's own log that the sender named, compared with the log that the reader gave; `unchecked` without that
 * log.
 *
 * - `behind`: the sender did not know the newest links. A device that they removed may know what it is sealed to.
 * - `ahead`: fetch the newest entries of your own log. If it stays `ahead`, the server withholds them, or the sender lies.
 * - `forked`: the sender saw another history of the log than the reader, or lies. Anybody can lie in content that is not signed.
 * Keep the sealed content: with a verified sender it is evidence. Compare fingerprints with the sender.
 */
export type RecipientHead = NamedHead | { readonly status: "unchecked"; readonly head: Head };

/** A header that proved authentic: its author had the content key. */
export interface Unlocked {
  readonly core: ContentCore;
  /** The core's entry for the reader's own log. */
  readonly named: RecipientHead;
  readonly headerHash: Uint8Array;
  /** The caller wipes it. */
  readonly payloadKey: Secret;
}

/**
 * Checks and copies a reader's expectations, and adds the log of its keyring. @throws `INVALID_ARGUMENT`, `INVALID_ENCODING`,
 * `WIPED`
 */
export function checkExpected(
  options: ExpectedContent,
  keyring: Keyring,
): ExpectedContent & { readonly associatedData: Uint8Array } {
  const { purpose, associatedData = new Uint8Array(0), log } = checkOptions(options);
  const own = partsOf(keyring).log;
  assertBytes(associatedData, undefined, "options.associatedData");
  if (purpose !== undefined) checkPurpose(purpose);
  if (log !== undefined) assertLog(log, "options.log");
  if (log !== undefined && log.head.log !== own) {
    throw new KeysteadError("INVALID_ARGUMENT", "options.log is another log than the one that the keyring is for", {
      details: { expected: own, actual: log.head.log },
    });
  }
  return { purpose, associatedData: new Uint8Array(associatedData), log };
}

/** @throws `NOT_A_RECIPIENT`, `NO_ACCESS`, `CORRUPT_CONTENT`, `INVALID_ARGUMENT`, `WIPED` */
export function unlock(
  parts: HeaderParts,
  keyring: Keyring,
  { purpose, associatedData, log: ownLog }: ReturnType<typeof checkExpected>,
): Unlocked {
  const { core, headerBytes } = parts;
  if (purpose !== undefined && purpose !== core.purpose) {
    throw corrupt(
      `the content is sealed for the purpose ${JSON.stringify(core.purpose)}, not for ${JSON.stringify(purpose)}; check options.purpose`,
    );
  }
  const { log } = partsOf(keyring);
  const slot = findRecipient(core.recipients, log);
  if (slot < 0) {
    throw new KeysteadError("NOT_A_RECIPIENT", `the content is not sealed to log ${log}, which this keyring is for`, {
      details: { log, recipients: core.recipients.length / RECIPIENT_LENGTH },
    });
  }
  const { head, epoch } = recipientAt(core.recipients, slot);
  const named: RecipientHead = ownLog ? compareHead(ownLog, head) : { status: "unchecked", head };
  // GRT-4: a seed that is not this log's is not tried, so that content is never blamed for it.
  const key = privateKey(ownLog ? meet(ownLog, keyring) : keyring, epoch, named);
  const contentKey = openContentKey(parts, slot, { key, keyring, epoch, named }, associatedData);
  try {
    const headerHash = hashHeader(headerBytes);
    return { core, named, headerHash, payloadKey: payloadKeyOf(contentKey, headerHash) };
  } finally {
    contentKey.wipe();
  }
}

/** With what a box is opened, and what is known of it. */
interface Opening {
  readonly key: KemPrivateKey;
  readonly keyring: Keyring;
  readonly epoch: number;
  readonly named: RecipientHead;
}

/** The content key in a recipient's box, which the caller wipes. */
function openContentKey(
  { coreBytes, boxes, commitment }: HeaderParts,
  slot: number,
  { key, keyring, epoch, named }: Opening,
  associatedData: Uint8Array,
): Secret {
  const coreHash = hashCore(coreBytes);
  const contentKey = openBox(key, coreHash, boxes.subarray(slot * BOX_LENGTH, (slot + 1) * BOX_LENGTH));
  if (!contentKey) throw unopened(keyring, epoch, named);
  // Checked before anything is decrypted, and in constant time: a key that another recipient did not get opens nothing.
  if (equalBytes(commit(contentKey, coreHash, associatedData), commitment)) return contentKey;
  contentKey.wipe();
  throw corrupt(
    `the content was sealed with other associated data than ${associatedData.length === 0 ? "none" : "the one given"}, or its key commitment was changed; check options.associatedData, then fetch it again`,
  );
}

function privateKey(keyring: Keyring, epoch: number, named: RecipientHead): KemPrivateKey {
  if (canOpen(keyring, epoch)) return epochPrivateKey(keyring, epoch);
  throw lacksEpoch(keyring, epoch, `sealed to epoch ${epoch}`, { named });
}

/**
 * A header that does not open. The key was checked against the reader's log (GRT-4). So the content was changed, if that log has
 * the head that the sender named; otherwise the sender may have sealed to the same epoch of another history, and nothing is wrong
 * with the content.
 */
function unopened(keyring: Keyring, epoch: number, named: RecipientHead): KeysteadError {
  const { seq } = named.head;
  switch (named.status) {
    case "current":
    case "behind":
      return corrupt(
        "the content's header was changed: it does not open with the key that it is sealed to; fetch it again",
        { named },
      );
    case "forked": {
      const { epochs, member } = keyring;
      return new KeysteadError(
        "NO_ACCESS",
        `the content says that it is sealed to epoch ${epoch} of another history of this log, which has another link ${seq} than options.log; ask the sender which history they see, and keep the content as evidence`,
        { details: { epoch, member, earliest: epochs[0], latest: epochs.at(-1), named } },
      );
    }
    case "ahead":
      return corrupt(
        `the content's header was changed, or it is sealed to another history of this log: it names link ${seq}, which options.log does not have yet; fetch the newest entries, try again, then fetch the content again`,
        { named },
      );
    case "unchecked":
      return corrupt(
        "the content's header was changed, or it is sealed to another history of this log; give options.log to find out which, and fetch the content again",
        { named },
      );
  }
}

/** The error for content that fails authentication as a whole. */
export function corrupt(message: string, details: ErrorDetails = {}): KeysteadError {
  return new KeysteadError("CORRUPT_CONTENT", message, { details });
}
