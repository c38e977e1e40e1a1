// Receiving an entry: verify it, advance the log, and open what it grants to this member. docs/spec.md sections 6 and 7.

import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { changedKeyring, type Keyring, newKeyring } from "../keys/keyring.js";
import { MemberKeys } from "../keys/member-keys.js";
import { decodeEntry } from "../log/entry.js";
import { epochsIn, NO_RUNS, type Runs, runsOf, subtractRuns, uniteRuns } from "../log/runs.js";
import { assertLog, type LogState, memberBySigningKey } from "../log/state.js";
import { type AppendOptions, appendUnverified, checkAppendOptions, eachEntry, recordOfLink } from "../log/verify.js";
import { type OpenedGrants, openGrants } from "./open.js";
import { checkSession, type Session } from "./session.js";

/** A session after an entry, and what the entry brought. */
export interface Received extends Session, Pick<OpenedGrants, "opened" | "junk" | "withheld"> {}

/**
 * Verifies an entry, advances the log, and opens what it grants to this member. A grant that does not open spoils nothing:
 * see `junk` and `withheld`. An entry that is known already is looked at again for attachments that were withheld before.
 *
 * @param entry bytes from anywhere.
 * @returns the next session; the one given is unchanged.
 * @throws as `appendEntry`; `INVALID_ARGUMENT`, `WIPED`
 */
export function receive(session: Session, entry: Uint8Array, options: AppendOptions): Received {
  const { log, keyring } = checkSession(session);
  const unverified = decodeEntry(entry);
  const { log: after, record } = appendUnverified(log, unverified, checkAppendOptions(options));
  return { log: after, ...openGrants(after, record, unverified.attachments, keyring) };
}

/** A keyring opened from a log's entries. */
export interface OpenedKeyring {
  /** The caller wipes it. */
  readonly keyring: Keyring;
  /** Epochs whose grants were not among the entries: fetch those with their attachments. */
  readonly withheld: Runs;
}

/**
 * The keyring that a member's seed opens in a log: for a device that kept only its seed, and for a backup key.
 *
 * @param log a verified state with all of `entries`.
 * @param entries with their attachments, in any order.
 * @param seed the member's 32-byte seed; copied, the caller wipes it.
 * @throws `UNKNOWN_MEMBER` when the seed belongs to no active member of the log; `INVALID_ARGUMENT` for entries of another
 */
export function openKeyring(log: LogState, entries: Iterable<Uint8Array>, seed: Uint8Array): OpenedKeyring {
  assertLog(log);
  const keys = new MemberKeys(seed);
  const member = memberBySigningKey(log, keys.sign);
  if (!member) {
    keys.wipe();
    throw new KeysteadError(
      "UNKNOWN_MEMBER",
      "this seed belongs to no active member of the log; it may have been removed",
      {
        details: { log: log.head.log },
      },
    );
  }
  return openAll(log, entries, newKeyring(log.head.log, member.id, keys));
}

/**
 * Opens every grant that entries make to a keyring's member, or to `members`.
 *
 * @throws `INVALID_ARGUMENT` for an entry of another log
 */
export function openAll(
  log: LogState,
  entries: Iterable<Uint8Array>,
  empty: Keyring,
  members?: ReadonlySet<MemberId>,
): OpenedKeyring {
  let keyring = empty;
  let withheld: Runs = NO_RUNS;
  try {
    for (const entry of eachEntry(entries)) {
      const { link, attachments } = decodeEntry(entry);
      const record = recordOfLink(log, link);
      if (!record) throw new KeysteadError("INVALID_ARGUMENT", "one of the entries is not in this log");
      const opened = openGrants(log, record, attachments, keyring, members);
      keyring = opened.keyring;
      withheld = uniteRuns(withheld, opened.withheld);
    }
  } catch (error) {
    keyring.wipe();
    throw error;
  }
  withheld = subtractRuns(withheld, runsOf(keyring.epochs));
  // MEM-9: the entries may come in any order, and what was withheld is nobody's junk.
  return { keyring: changedKeyring(keyring, { awaited: epochsIn(withheld) }), withheld };
}
