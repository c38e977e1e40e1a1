// Use of a backup key: from the typed text to the member's keyring; and the drill, which proves a paper without using it.
// docs/spec.md section 9 (BAK-1, BAK-4).

import { openWithKeys } from "../authoring/receive.js";
import type { MemberId } from "../bytes/ids.js";
import type { Runs } from "../bytes/runs.js";
import { type DataAccess, dataAccess } from "../coverage/data-access.js";
import { type MemberName, nameMembers } from "../coverage/names.js";
import type { Keyring } from "../keys/keyring.js";
import { assertLog, type LogState, type Member } from "../log/state.js";
import { decodeBackupText } from "./code.js";
import type { Correction } from "./corrections.js";
import { allBackupKeys, arbiterOf, backupIdSymbols, type FoundBackupKey } from "./key.js";

/** The result of a drill. */
export interface CheckedBackupKey {
  readonly member: MemberId;
  /** What it is called in its log. The device that made it chose that name. */
  readonly name: MemberName;
  /**
   * Whether the log still has it. A removed key opens the epochs that it reached and approves nothing; its owner can throw the
   * paper away.
   */
  readonly standing: "active" | "removed";
  /** The epochs that it opens at most: those that the log says it holds. Some of them may turn out not to open. */
  readonly atMost: Runs;
  /**
   * The first epoch, and its date, of the stretch that reaches up to now without a gap; undefined when none reaches up to now.
   */
  readonly access: DataAccess | undefined;
  /** Mistakes in the typed text. As secret as the key: it names characters of it. */
  readonly corrections: readonly Correction[];
}

/** A backup key's keyring, opened. */
export interface OpenedBackupKey extends CheckedBackupKey {
  /** Reads the epochs that the key reached. If the key is active, it approves a new device by `review`. The caller wipes it. */
  readonly keyring: Keyring;
  /** Epochs whose grants were not among the entries: fetch those with their attachments. */
  readonly withheld: Runs;
}

/**
 * Proves from the public log alone that a paper is a backup key of this log, and says whether it is still active and what it
 * opens at most. This is a drill: it uses up nothing and opens nothing.
 *
 * @param text what was typed. Up to 3 wrong or 6 unreadable characters, a swap, or one missing or extra are corrected.
 * @throws `BACKUP_KEY_INVALID` (BAK-1), which never says what was typed
 */
export function checkBackupKey(log: LogState, text: string): CheckedBackupKey {
  const { member, keys, corrections } = decode(log, text);
  keys.wipe();
  return factsOf(log, member, corrections);
}

/**
 * Opens a backup key: everything that it reached, from its text and the log's entries. The seed of an older epoch is checked fully
 * when it is first used: until then `keyring.epochs` says what was given to the paper, and what is wrong is never used (GRT-4).
 *
 * @param entries the log's entries with their attachments.
 * @param text what was typed, see {@link checkBackupKey}.
 * @returns its keyring; with it, and the log, a new device is approved by `review`, unless the key was removed: then it only
 * reads. The caller wipes it.
 * @throws `BACKUP_KEY_INVALID` (BAK-1)
 */
export function openBackupKey(log: LogState, entries: Iterable<Uint8Array>, text: string): OpenedBackupKey {
  const { member, keys, corrections } = decode(log, text);
  const { keyring, withheld } = openWithKeys(log, entries, member.id, keys, { isPaper: true });
  return { ...factsOf(log, member, corrections), keyring, withheld };
}

function factsOf(log: LogState, member: Member, corrections: readonly Correction[]): CheckedBackupKey {
  const { id, held, removed } = member;
  const standing = removed ? ("removed" as const) : ("active" as const);
  const name = nameMembers(log)(id);
  return { member: id, name, standing, atMost: held, access: dataAccess(log, id), corrections };
}

/** The backup key of a text, with the keys by which it was found. The caller wipes them. */
function decode(log: LogState, text: string): FoundBackupKey & Pick<CheckedBackupKey, "corrections"> {
  assertLog(log);
  const ids = allBackupKeys(log).map(({ signingKey: sign }) => backupIdSymbols(sign));
  const { match, secret, corrections } = decodeBackupText(text, arbiterOf(log), ids);
  secret.fill(0);
  return { ...match, corrections };
}
