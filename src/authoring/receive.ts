// Receiving an entry: verify it, advance the log, and open what it grants to this member; and the way back to a state.
// docs/spec.md sections 6 and 7.

import { eachEntry } from "../arguments/entries.js";
import { equalBytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { epochsIn, NO_RUNS, type Runs, runsOf, subtractRuns, uniteRuns } from "../bytes/runs.js";
import { wipingOnFailure } from "../bytes/secret.js";
import { KeysteadError } from "../errors.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { type OpenedGrants, type OpenGrantsOptions, openGrants } from "../grants/open.js";
import { checkedFully, meet } from "../grants/seed-check.js";
import { type Standing, standing } from "../grants/standing.js";
import { changedKeyring, type Keyring, newKeyring, partsOf } from "../keys/keyring.js";
import { MemberKeys, memberIdOf } from "../keys/member-keys.js";
import { decodeEntry, matchAttachments } from "../log/entry.js";
import { type Continuity, continuityOf } from "../log/heads.js";
import { assertLog, findMember, type LogState, type Member, memberBySigningKey } from "../log/state.js";
import { type AppendOptions, appendUnverified, checkAppendOptions, recordOfLink } from "../log/verify.js";

/** A state after an entry, and what the entry brought. */
export interface Received extends MemberState, Pick<OpenedGrants, "opened" | "junk" | "withheld"> {}

/**
 * Verifies an entry, advances the log, and opens what it grants to this member. A grant that does not open does no harm:
 * see `junk` and `withheld`. An entry that is known already is looked at again for attachments that were withheld before.
 *
 * @param entry bytes from anywhere.
 * @returns the next state; the one given is unchanged.
 * @throws as `appendEntry`; `INVALID_ARGUMENT`, `WIPED`
 */
export function receive(state: MemberState, entry: Uint8Array, options: AppendOptions): Received {
  const { log, keyring } = checkMemberState(state);
  const { log: after, record, delivered } = appendUnverified(log, decodeEntry(entry), checkAppendOptions(options));
  return { log: after, ...openGrants(after, record, delivered, keyring) };
}

/** A member that is back, with all that its log and the entries gave it. */
export interface Resumed extends MemberState {
  /** Whether the member may author anything, or only read. */
  readonly standing: Standing;
  /** How the log stands to the head with which the keyring was stored. */
  readonly history: Continuity;
  /** Epochs gained. */
  readonly opened: Runs;
  /** Epochs that were delivered and do not open: the next link of an active member declares them (MEM-9). */
  readonly junk: Runs;
  /**
   * Epochs that the log says the member holds, and whose grants were not among the entries: fetch those with their attachments.
   */
  readonly withheld: Runs;
}

/**
 * The only way back to a state: from a keyring, stored in any way, and its log, which may be much newer. Every seed is checked
 * against the log, and every grant among the entries that the keyring lacks is opened. For devices and backup keys, and for
 * members that were removed or whose keys were replaced elsewhere: those read what their seeds open and author nothing. It also
 * continues if the log differs from the one with which the keyring was stored, or ends before that head, and reports it: find out
 * why before you trust that log.
 *
 * @param log a verified state with all of `entries`.
 * @param entries with their attachments, in any order: all of the log's, or those since the keyring was stored.
 * @param keyring from `parseKeyring`, or one that is in use.
 * @throws `UNKNOWN_MEMBER` when the log never had the member, `INVALID_ARGUMENT` for entries of another log, `WIPED`
 */
export function resume(log: LogState, entries: Iterable<Uint8Array>, keyring: Keyring): Resumed {
  const state = standing(log, keyring);
  const { stored } = partsOf(keyring);
  const history = stored ? continuityOf(log, stored.head) : "continued";
  const since = stored && history === "continued" ? stored.head.seq + 1 : 1;
  return { log, standing: state, history, ...lookedThrough(log, entries, keyring, { since }) };
}

function lookedThrough(
  log: LogState,
  entries: Iterable<Uint8Array>,
  keyring: Keyring,
  options: OpenGrantsOptions & { readonly since: number },
): OpenedGrants {
  const newer = [...log.epochs].filter(({ seq }) => seq >= options.since).map(({ number }) => number);
  const checked = checkedFully(log, meet(log, keyring), newer);
  const { withheld, ...opened } = openEntries(log, entries, checked, options);
  const { seeds, junk } = partsOf(opened.keyring);
  const { held } = present(findMember(log, keyring.member));
  // A member whose keys were replaced cannot open what was granted to the new ones.
  const lacking = standing(log, keyring) === "superseded" ? withheld : subtractRuns(held, runsOf(junk));
  return { ...opened, withheld: subtractRuns(lacking, runsOf(seeds.keys())) };
}

/** A keyring opened from a log's entries. */
export interface OpenedKeyring extends Pick<Resumed, "withheld"> {
  /** The caller wipes it. */
  readonly keyring: Keyring;
}

/** The keyring of a member, and whether the member may still author. */
type OpenedMember = OpenedKeyring & Pick<Resumed, "standing">;

/**
 * The keyring that a member's seed opens in a log: for a device that kept only its seed, and for a backup key. As {@link resume}.
 *
 * @param log a verified state with all of `entries`.
 * @param entries with their attachments, in any order.
 * @param seed the member's 32-byte seed; copied, the caller wipes it.
 * @throws `UNKNOWN_MEMBER` when the seed belongs to no member of the log; `INVALID_ARGUMENT` for entries of another
 */
export function openKeyring(log: LogState, entries: Iterable<Uint8Array>, seed: Uint8Array): OpenedMember {
  assertLog(log);
  const keys = new MemberKeys(seed);
  const member = ownerOf(log, keys);
  if (!member) {
    keys.wipe();
    throw new KeysteadError(
      "UNKNOWN_MEMBER",
      "this seed belongs to no member of the log; check that it is this account's, and that the log is the newest you can get",
      {
        details: { log: log.head.log },
      },
    );
  }
  return openWithKeys(log, entries, member.id, keys);
}

/**
 * As {@link openKeyring}, by a member's keys, which it takes over: they are wiped when it fails.
 *
 * @param options.isPaper the keys are a backup key's: the current epoch is checked fully at once, and every other one before its first
 * use, as for a device that was just approved (GRT-4).
 */
export function openWithKeys(
  log: LogState,
  entries: Iterable<Uint8Array>,
  member: MemberId,
  keys: MemberKeys,
  { isPaper = false } = {},
): OpenedMember {
  return wipingOnFailure(newKeyring(log.head.log, member, keys), (empty) => {
    const since = isPaper ? present(log.epochs.last()).seq : 1;
    const { keyring, withheld } = lookedThrough(log, entries, empty, { since, isPaper });
    return { keyring, standing: standing(log, empty), withheld };
  });
}

/** The member with these keys: its keys now, or when it was removed; otherwise the keys with which it entered. */
function ownerOf(log: LogState, keys: MemberKeys): Member | undefined {
  const active = memberBySigningKey(log, keys.signingKey);
  if (active) return active;
  for (const member of log.removed) {
    if (member.kind !== "escrow" && equalBytes(member.signingKey, keys.signingKey)) return member;
  }
  return findMember(log, memberIdOf(keys.publicKeys));
}

/**
 * Opens every grant that entries make to `members`, with a keyring that the caller wipes.
 *
 * @throws `INVALID_ARGUMENT` for an entry of another log
 */
export function openAll(
  log: LogState,
  entries: Iterable<Uint8Array>,
  empty: Keyring,
  members?: ReadonlySet<MemberId>,
): OpenedKeyring {
  return wipingOnFailure(empty, () => openEntries(log, entries, empty, { members, since: 1 }));
}

function openEntries(
  log: LogState,
  entries: Iterable<Uint8Array>,
  before: Keyring,
  options: OpenGrantsOptions,
): OpenedGrants {
  let keyring = before;
  let found = { opened: NO_RUNS, junk: NO_RUNS, withheld: NO_RUNS };
  let next = 1;
  for (const entry of eachEntry(entries)) {
    const { link, attachments } = decodeEntry(entry);
    const record = recordOfLink(log, link, next);
    if (!record)
      throw new KeysteadError(
        "INVALID_ARGUMENT",
        "entries has one that is not in this log; verify the log with all of them first (verifyLog, appendEntry)",
      );
    next = record.seq + 1;
    const grants = openGrants(log, record, matchAttachments(record.attachments, attachments), keyring, options);
    keyring = grants.keyring;
    found = {
      opened: uniteRuns(found.opened, grants.opened),
      junk: uniteRuns(found.junk, grants.junk),
      withheld: uniteRuns(found.withheld, grants.withheld),
    };
  }
  const { seeds } = partsOf(keyring);
  const lacking = (runs: Runs) => subtractRuns(runs, runsOf(seeds.keys()));
  const withheld = lacking(found.withheld);
  // MEM-9: the entries may come in any order, and what was withheld is not junk of anybody.
  keyring = changedKeyring(keyring, { awaited: epochsIn(withheld) });
  return { keyring, opened: found.opened, junk: subtractRuns(lacking(found.junk), withheld), withheld };
}
