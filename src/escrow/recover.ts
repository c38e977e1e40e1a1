// Recovery: an admin restores a locked-out user. It records the act in the escrow log, and then does it in the user's log.
// docs/spec.md section 11 (recovery, ESC-6, ESC-8, ESC-11).

import { entryList } from "../arguments/entries.js";
import { asArgument, checkOptions } from "../arguments/options.js";
import { checkPosition } from "../arguments/positions.js";
import { makeProposal, type Proposal, proposeLog, proposeState } from "../authoring/proposal.js";
import { type Approvals, approvedMembers, memberList } from "../authoring/verbs.js";
import { foresee, writeLink } from "../authoring/write-link.js";
import { equalBytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { type Runs, runsOf, uniteRuns } from "../bytes/runs.js";
import { KeysteadError } from "../errors.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { changedKeyring, partsOf } from "../keys/keyring.js";
import { escrowMember, isConfirmed, type LogState } from "../log/state.js";
import { drawRandom, type Env } from "../primitives/env.js";
import { actCommitment } from "../trust/commitment.js";
import { judgePointer } from "../trust/pointer.js";
import { assertUserLog } from "../trust/soundness.js";
import { type Act, actRecord, type RecordedAct } from "./act.js";
import { escrowKeys, openAsEscrow, type ProvablePair, provablePairs } from "./escrow-keys.js";
import { type Gift, giftFor, NO_GIFT } from "./given-epochs.js";
import { refused, requireEscrow, requireRecover } from "./may-act.js";
import { SALT_LENGTH, writeRecord } from "./sealed-record.js";

/** The user whom a recovery restores. */
interface Restored {
  /** The user's log, verified. */
  readonly userLog: LogState;
  /**
   * Other devices and backup keys of the user, as the user named them to the admin: they stay confirmed. Without this list, a
   * thief's device would be confirmed together with the recovered one.
   */
  readonly usersOwn?: readonly MemberId[] | undefined;
}

/** Options of {@link recordRecovery}. */
export interface RecordRecoveryOptions extends Restored, Approvals {
  /**
   * The entries of the user's log with their attachments. With them, `recordRecovery` tries the review before it announces it.
   */
  readonly entries?: Iterable<Uint8Array> | undefined;
  /** Lost devices. */
  readonly remove?: readonly MemberId[] | undefined;
  /** The reason, for auditors: 1 to 4,096 bytes of UTF-8. */
  readonly reason: string;
  /** The number or name of the case, up to 256 bytes. */
  readonly case?: string | undefined;
}

/** The admin's state after the server accepted its act, and the act, which {@link recoverUser} needs. */
export interface RecoveryRecorded extends MemberState {
  readonly act: RecordedAct;
}

/**
 * Records in the escrow log what an admin's device will do in a user's log in escrow's name: the exact position and the exact
 * content. The token of the new device's own fingerprint approves that device; the user reads the fingerprint out
 * (`compareFingerprint` with the user's log and that device). Devices believe only an act that was recorded first (ESC-8). When
 * the server has accepted the record, {@link recoverUser} does the act. If the user's log gets another link before that, the act
 * is of no use: disown it, and record a new one. If a device lost its memory in between, `actRecords` finds the act again.
 *
 * @returns a proposal of the escrow log.
 * @throws
 * - `NOT_PERMITTED` with the rule: MEM-8 without the role, ESC-3 when the log's escrow is not this one or its pointer is false, and any
 *   rule of the user's log;
 * - `UNVERIFIED_MEMBERS` (ESC-8) when the act would confirm a member that is neither approved nor in `usersOwn`;
 * - `NO_ACCESS` when this admin does not hold the pointer's epoch;
 * - `COMPARE_AGAIN` when the device does not have the keys any more that were compared;
 * - `INVALID_ARGUMENT`, `UNKNOWN_MEMBER`
 */
export function recordRecovery(
  admin: MemberState,
  options: RecordRecoveryOptions,
  env: Env,
): Proposal<RecoveryRecorded> {
  const state = checkMemberState(admin);
  const {
    userLog,
    entries,
    usersOwn = [],
    remove = [],
    reason,
    case: caseId = "",
    ...approvals
  } = checkOptions(options);
  assertUserLog(userLog, "userLog");
  requireRecover(state);
  const approve = approvedMembers(userLog, approvals);
  const removed = memberList(userLog, "remove", remove);
  const { log, seq, hash: prev } = userLog.head;
  const place = { log, subject: userLog.subject, seq: seq + 1, prev };
  const act: Act = { salt: drawRandom(env, SALT_LENGTH), ...place, approve, remove: removed, reason, case: caseId };
  const own = memberList(userLog, "usersOwn", usersOwn);
  const recordedAt = state.log.head.seq + 1;
  const recording = { act: { ...act, recordedAt }, hash: state.log.head.hash };
  withGift(state, { userLog, entries, approve }, (gift) => foreseen(state, userLog, recording, gift, own));
  const written = writeRecord(actRecord, state, act, env);
  const proposal = proposeState(state.keyring, written);
  return makeProposal({
    entry: proposal.entry,
    log: written.log,
    accept: () => ({ ...proposal.accept(), act: { ...act, recordedAt } }),
    fresh: [],
  });
}

/** Options of {@link recoverUser}. */
export interface RecoverUserOptions extends Restored {
  /** The act, from {@link recordRecovery} or `actRecords`. */
  readonly act: RecordedAct;
  /** The entries of the user's log with their attachments. */
  readonly entries: Iterable<Uint8Array>;
}

/**
 * An admin with the role `recover` restores a locked-out user, as it recorded before: it approves the new device and removes lost
 * ones, in one link. The escrow epoch and the admin's own device sign this link, and so does every earlier escrow epoch whose
 * grants it passes on. The new device gets the epochs that this admin opens, without those that are junk or were not delivered.
 * {@link recoverableEpochs} gives the epochs that did not fit, which need further acts.
 *
 * @param admin the state of the device that recorded the act, on the escrow log **as the server has accepted it**.
 * @returns a proposal of the user's log, for the server to accept.
 * @throws as {@link recordRecovery}; `NOT_PERMITTED` (ESC-8) when the act is not in the escrow log, is another device's, or was
 * disowned, or when the user's log has got a link since: record a new act
 */
export function recoverUser(admin: MemberState, options: RecoverUserOptions, env: Env): Proposal<LogState> {
  const { act, userLog, usersOwn = [], ...given } = checkOptions(options);
  assertUserLog(userLog, "userLog");
  const entries = entryList(given.entries);
  const state = checkMemberState(admin);
  requireRecover(state);
  const hash = requireRecorded(state, checkAct(act));
  requirePlace(userLog, act);
  const own = memberList(userLog, "usersOwn", usersOwn);
  return withGift(state, { userLog, entries, approve: act.approve }, (gift, keyring) => {
    const fields = foreseen(state, userLog, { act, hash }, gift, own);
    const escrow = escrowKeys(state, present(escrowMember(userLog)));
    const signers = [escrow, partsOf(state.keyring).keys, ...gift.pairs.map(({ signer }) => signer)];
    const draft = { before: userLog, type: "review", fields, keyring, signers } as const;
    return proposeLog(writeLink({ ...draft, guard: "not-a-users-device" }, env));
  });
}

/** Options of {@link recoverableEpochs}. */
export interface RecoverableOptions {
  readonly userLog: LogState;
  readonly entries: Iterable<Uint8Array>;
  /** The members that a review would approve. */
  readonly members: readonly MemberId[];
}

/** The epochs that reviews by escrow would give to the members that they approve. */
export interface RecoverableEpochs {
  /** The epochs that the next review gives. */
  readonly next: Runs;
  /** The epochs that do not fit into it: further reviews give them, each with its own act. */
  readonly left: Runs;
}

/**
 * The epochs that this admin can give to some members of a user's log in escrow's name: in the next review, and in further ones.
 *
 * @throws `NOT_PERMITTED` (ESC-3), `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`
 */
export function recoverableEpochs(admin: MemberState, options: RecoverableOptions): RecoverableEpochs {
  const state = checkMemberState(admin);
  const { userLog, members, ...given } = checkOptions(options);
  assertUserLog(userLog, "userLog");
  const entries = entryList(given.entries);
  const list = memberList(userLog, "members", members);
  return withGift(state, { userLog, entries, approve: list }, ({ runs, left }) => ({ next: runs, left }));
}

/** ESC-8: this device's key recorded exactly this act in the escrow log, and nobody disowned it. @returns the hash of the act */
function requireRecorded({ log, keyring }: MemberState, act: RecordedAct) {
  const link = log.links.at(act.recordedAt - 1);
  const admin = partsOf(keyring).keys.signingKey;
  if (!link?.act || !equalBytes(link.act.commitment, actCommitment({ ...act, admin }))) {
    throw refused(
      "ESC-8",
      "this device recorded something else there in the escrow log; record the act first, and act once it is accepted",
      { recordedAt: act.recordedAt },
    );
  }
  if (log.disowned.has(String(act.recordedAt))) {
    throw refused("ESC-8", "the act was disowned, so nobody would believe it; record a new one", {
      recordedAt: act.recordedAt,
    });
  }
  return link.hash;
}

function requirePlace({ head }: LogState, act: RecordedAct): void {
  if (act.log === head.log && act.seq === head.seq + 1 && act.prev === head.hash) return;
  throw refused(
    "ESC-8",
    act.log === head.log
      ? "the user's log has moved on since the act was recorded; disown it, and record a new one"
      : "the act names another log",
    { log: head.log, recorded: { seq: act.seq, prev: act.prev }, head: { seq: head.seq, hash: head.hash } },
  );
}

/** Calls `use` with the gift of a review. Without entries, it assumes that everything opens that was granted. */
function withGift<T>(
  admin: MemberState,
  {
    userLog,
    entries,
    approve,
  }: { userLog: LogState; entries: Iterable<Uint8Array> | undefined; approve: Act["approve"] },
  use: (gift: Gift, keyring: MemberState["keyring"] | undefined) => T,
): T {
  requireEscrow(admin, userLog);
  if (approve.length === 0) return use(NO_GIFT, undefined);
  const provable = provablePairs(admin, userLog);
  if (entries === undefined) return use(giftFor(userLog, provable, grantedTo(provable), approve), undefined);
  const { keyring: opened } = openAsEscrow(admin, userLog, entries);
  try {
    // Escrow declares nothing missing (MEM-9): it names only the epochs that it opens.
    const keyring = changedKeyring(opened, { awaited: partsOf(opened).junk });
    return use(giftFor(userLog, provable, runsOf(keyring.epochs), approve), keyring);
  } finally {
    opened.wipe();
  }
}

function grantedTo(pairs: readonly ProvablePair[]): Runs {
  return pairs.reduce<Runs>((all, { runs }) => uniteRuns(all, runs), []);
}

interface Recording {
  readonly act: RecordedAct;
  readonly hash: LogState["head"]["hash"];
}

/**
 * The fields of the review, after a trial on the user's log.
 *
 * @throws `NOT_PERMITTED` with the rule, `UNVERIFIED_MEMBERS`
 */
function foreseen(
  admin: MemberState,
  userLog: LogState,
  { act, hash }: Recording,
  { runs, pairs }: Gift,
  usersOwn: readonly MemberId[],
) {
  const { approve, remove, salt, recordedAt: seq } = act;
  const by = {
    ...{ admin: partsOf(admin.keyring).keys.signingKey, seq, hash, salt },
    ...(runs.length > 0 && { runs }),
    ...(pairs.length > 0 && { pairs: pairs.map(({ signingKey, kemDigest }) => [signingKey, kemDigest] as const) }),
  };
  const fields = { author: present(escrowMember(userLog)).signingKey, by, approve, remove };
  const { active, epoch } = foresee(userLog, "review", fields);
  const pointer = escrowMember(userLog)?.pointer;
  // Escrow would get the new epoch at a pair that a removed admin may hold. Renewing first loses nothing: the admin proves
  // earlier pairs.
  if (epoch !== undefined && pointer && judgePointer(pointer, admin.log) !== "newest") {
    throw refused(
      "ESC-6",
      "escrow's pointer is an older epoch, which a removed admin may hold; renew it first (renewEscrowForUser)",
      {
        log: userLog.head.log,
      },
    );
  }
  const known = new Set<MemberId>([...approve, ...usersOwn]);
  const strangers = [...active.values()].filter(
    (member) => member.kind !== "escrow" && isConfirmed({ active }, member) && !known.has(member.id),
  );
  if (strangers.length === 0) return fields;
  const members = strangers.map(({ id }) => id);
  throw new KeysteadError(
    "UNVERIFIED_MEMBERS",
    `after this, ${members.join(", ")} would be confirmed; ask the user, and name in usersOwn what is theirs, or remove it`,
    { rule: "ESC-8", details: { members } },
  );
}

/** @throws `INVALID_ARGUMENT` unless the value has every field of an act */
function checkAct(act: RecordedAct): RecordedAct {
  const { recordedAt, ...opening } = checkOptions(act);
  asArgument(() => actRecord.schema.write(opening, "options.act"));
  checkPosition("recordedAt", recordedAt);
  return act;
}
