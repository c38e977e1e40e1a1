// From a header to the key of the payload: the first step of every way to open content. docs/spec.md section 12.

import { checkOptions } from "../arguments/options.js";
import { assertBytes, equalBytes } from "../bytes/bytes.js";
import { formatRuns, runsOf } from "../bytes/runs.js";
import type { Secret } from "../bytes/secret.js";
import { type ErrorDetails, KeysteadError } from "../errors.js";
import { meet } from "../grants/seed-check.js";
import { canOpen, epochPrivateKey, isOfRecord, type Keyring, partsOf } from "../keys/keyring.js";
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
  if (log !== undefined) assertLog(log);
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
    throw corrupt(`the content is sealed for the purpose ${JSON.stringify(core.purpose)}, not the one asked for`);
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
  const contentKey = openContentKey(parts, slot, { key, named }, associatedData);
  try {
    const headerHash = hashHeader(headerBytes);
    return { core, named, headerHash, payloadKey: payloadKeyOf(contentKey, headerHash) };
  } finally {
    contentKey.wipe();
  }
}

/** The content key in a recipient's box, which the caller wipes. */
function openContentKey(
  { coreBytes, boxes, commitment }: HeaderParts,
  slot: number,
  { key, named }: { readonly key: KemPrivateKey; readonly named: RecipientHead },
  associatedData: Uint8Array,
): Secret {
  const coreHash = hashCore(coreBytes);
  const contentKey = openBox(key, coreHash, boxes.subarray(slot * BOX_LENGTH, (slot + 1) * BOX_LENGTH));
  if (!contentKey) {
    throw corrupt(
      named.status === "forked"
        ? `the content says that it is sealed to another history of this log than options.log has at link ${named.head.seq}, and does not open; ask its sender which one they see`
        : "the content's header was changed: it does not open with the key that it is sealed to; fetch it again",
      { named },
    );
  }
  // Checked before anything is decrypted, and in constant time: a key that another recipient did not get opens nothing.
  if (equalBytes(commit(contentKey, coreHash, associatedData), commitment)) return contentKey;
  contentKey.wipe();
  throw corrupt(
    `the content was sealed with other associated data than ${associatedData.length === 0 ? "none" : "the one given"}, or its key commitment was changed`,
  );
}

function privateKey(keyring: Keyring, epoch: number, named: RecipientHead): KemPrivateKey {
  if (canOpen(keyring, epoch)) return epochPrivateKey(keyring, epoch);
  const { epochs, member } = keyring;
  const [earliest, latest] = [epochs[0], epochs.at(-1)];
  const why = isOfRecord(keyring)
    ? `and the admin's record names only epochs ${formatRuns(runsOf(epochs))}; record an access to this one first`
    : whyNot(epoch, earliest, latest);
  throw new KeysteadError("NO_ACCESS", `sealed to epoch ${epoch}, ${why}`, {
    details: { epoch, member, earliest, latest, named },
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

/** The error for content that fails authentication as a whole. */
export function corrupt(message: string, details: ErrorDetails = {}): KeysteadError {
  return new KeysteadError("CORRUPT_CONTENT", message, { details });
}
