// What a member can do to a log, one function for each action: review, rotate, regrant, rekey, leave, rename, lockdown; and what
// the operator can: expel. docs/spec.md section 6.

import { checkList } from "../arguments/lists.js";
import { checkFlag, checkOptions } from "../arguments/options.js";
import { checkPositions } from "../arguments/positions.js";
import { checkRuns } from "../arguments/runs.js";
import type { MemberId } from "../bytes/ids.js";
import { epochsIn, intersectRuns, NO_RUNS, type Runs, runsOf, subtractRuns, uniteRuns } from "../bytes/runs.js";
import { KeysteadError } from "../errors.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { meet, requireContinued, rightSeed } from "../grants/seed-check.js";
import { requireActive } from "../grants/standing.js";
import { changedKeyring, type Keyring, partsOf } from "../keys/keyring.js";
import { OperatorKeys } from "../keys/operator-keys.js";
import type { RightSeed } from "../keys/seed-vault.js";
import { attachmentDigest } from "../log/entry.js";
import type { Role } from "../log/fields.js";
import type { LinkTypeName } from "../log/registry.js";
import { activeMember, assertLog, findMember, isConfirmed, type LogState, type Member } from "../log/state.js";
import type { Env } from "../primitives/env.js";
import { type ComparedDevice, comparedMembers } from "../trust/compared.js";
import { type DeviceDescription, openingOf } from "./device-description.js";
import { sortedRoles, withFreshKeys } from "./enter.js";
import type { EscrowOptions } from "./escrow-guard.js";
import { makeProposal, type Proposal, proposeLog, proposeState } from "./proposal.js";
import { type Draft, writeLink } from "./write-link.js";

/**
 * Approves some members and removes others, in one link. An approved member holds what this one holds; when a removed one
 * knew the current epoch, a new epoch is made in the same link.
 *
 * @throws `COMPARE_AGAIN` when a device is no longer the one that was compared, or has approved others since whom this link would
 * let in with it; `NOT_PERMITTED` with the rule, `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `GRANT_UNAVAILABLE`, `CLOCK`; in a log with
 * escrow `ESCROW_UNKNOWN`, `UNVERIFIED_MEMBERS`
 */
export function review(state: MemberState, options: ReviewOptions, env: Env): Proposal<MemberState> {
  const checked = checkMemberState(state);
  const { log } = checked;
  const { remove = [], roles, disown } = checkOptions(options);
  const approved = [...approvedMembers(log, options), ...extendedMembers(checked, options.extend)].sort();
  const given = rolesOf(log, approved, roles);
  const fields = {
    approve: approved,
    remove: memberList(log, "remove", remove),
    ...(given.length > 0 && { roles: given }),
    ...(disown !== undefined && { disown: checkPositions("disown", disown) }),
  };
  return act(checked, "review", fields, env, { guard: options });
}

/** The members to approve. */
export interface Approvals {
  /**
   * Devices whose own fingerprints were compared: the tokens of `compareFingerprint`. A token is valid as long as the log
   * continues from the head that was compared, and the device still has the same keys. It is not valid any more once the device has
   * approved somebody whom this link would let in and does not name. An app that lost a race reviews again with the same tokens.
   */
  readonly approve?: readonly ComparedDevice[] | undefined;
  /**
   * Members to approve **without a comparison**: the server then chooses whom you approve. It can have put its own device in the
   * place of the one that the user means. Use it only where something else rules that out, or for a backup key, which cannot show
   * a fingerprint.
   */
  readonly approveUncompared?: readonly MemberId[] | undefined;
}

/**
 * The members that a review approves, in wire order.
 *
 * @throws `INVALID_ARGUMENT`, `UNKNOWN_MEMBER`, `COMPARE_AGAIN`
 */
export function approvedMembers(
  log: LogState,
  { approve = [], approveUncompared = [] }: Approvals,
): readonly MemberId[] {
  const named = memberList(log, "approveUncompared", approveUncompared);
  return [...comparedMembers(log, approve, named), ...named].sort();
}

/** @throws `INVALID_ARGUMENT` for a member that is not of the author's class, `UNKNOWN_MEMBER` */
function extendedMembers({ log, keyring }: MemberState, extend: readonly MemberId[] = []): readonly MemberId[] {
  // Whether the author is active at all is judged with its link.
  const author = findMember(log, keyring.member);
  // Also checked in the graph without escrow: no device has approved a member that an admin let in. If this device extended that
  // member, the member would have the approval of a device that never compared it.
  const isOfClass = ({ founder, lineage }: Member) =>
    founder === author?.founder && lineage.own.founder === author.lineage.own.founder;
  return memberList(log, "extend", extend).map((id) => {
    const member = activeMember(log, id);
    if (member.kind === "escrow" || isOfClass(member)) return id;
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      `member ${id} is not approved yet, so there is nothing to extend: compare its fingerprint, and approve it`,
      { details: { member: id } },
    );
  });
}

/** Options of {@link review}. */
export interface ReviewOptions extends EscrowOptions, Approvals {
  /**
   * Members of this device's own approval class, and escrow, to which it also gives what it holds: they are approved already, so
   * nobody new is let in and nothing is compared. Members that only escrow approved are not allowed: they are compared first.
   */
  readonly extend?: readonly MemberId[] | undefined;
  readonly remove?: readonly MemberId[] | undefined;
  /** In an escrow log: the roles of the members that this review confirms for the first time; none by default. They keep them (MEM-8). */
  readonly roles?: Readonly<Record<MemberId, readonly Role[]>> | undefined;
  /** In an escrow log: positions of acts by the admins that this review removes. Nobody may believe them from now on (ESC-8). */
  readonly disown?: readonly number[] | undefined;
}

/** Roles for exactly the members of an escrow log that a review confirms for the first time (MEM-8). */
function rolesOf(log: LogState, approved: readonly MemberId[], roles: ReviewOptions["roles"] = {}) {
  const isNew = (id: MemberId) => log.kind === "escrow" && !isConfirmed(log, activeMember(log, id));
  const stray = Object.keys(checkOptions(roles)).find(
    (id) => !approved.some((member) => member === id && isNew(member)),
  );
  if (stray !== undefined) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      `roles name ${stray}, whom this review does not first confirm in an escrow log`,
      {
        rule: "MEM-8",
      },
    );
  }
  return approved.filter(isNew).map((id) => [id, sortedRoles(roles[id] ?? [])] as const);
}

/** Makes a new epoch, granted to every active member (in lockdown to the confirmed). @throws as {@link review} */
export function rotate(state: MemberState, env: Env, options: EscrowOptions = {}): Proposal<MemberState> {
  return act(checkMemberState(state), "rotate", {}, env, { guard: checkOptions(options) });
}

/** Epochs to be granted again to one member. */
export interface Regrant {
  readonly member: MemberId;
  readonly epochs: Runs;
}

/**
 * Gives members epochs again that they were granted once and could not open. It extends nobody. Note that a stolen device
 * can claim it could not open what it was given: serve each member and epoch once at most without asking.
 *
 * @throws as {@link review}
 */
export function regrant(
  state: MemberState,
  regrants: readonly Regrant[],
  env: Env,
  options: EscrowOptions = {},
): Proposal<MemberState> {
  const checked = checkMemberState(state);
  const { log } = checked;
  if (!Array.isArray(regrants))
    throw new KeysteadError("INVALID_ARGUMENT", "regrants must be a list of { member, epochs }");
  const given = new Map<MemberId, Runs>();
  for (const { member, epochs } of regrants.map((each) => checkOptions(each))) {
    const { id } = activeMember(log, member);
    given.set(id, uniteRuns(given.get(id) ?? NO_RUNS, checkRuns("epochs", epochs)));
  }
  const give = [...given].filter(([, runs]) => runs.length > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  if (give.length === 0)
    throw new KeysteadError("NOT_PERMITTED", "a regrant that gives nothing changes nothing", { rule: "MEM-2" });
  return act(checked, "regrant", { give }, env, { guard: checkOptions(options) });
}

/**
 * Takes fresh keys for this member, grants it again what it holds, and makes a new epoch. Do not use it for a backup key:
 * its paper would no longer open anything.
 *
 * @throws as {@link review}
 */
export function rekey(state: MemberState, env: Env, options: EscrowOptions = {}): Proposal<MemberState> {
  const checked = checkMemberState(state);
  return withFreshKeys(env, (keys) => {
    const written = write(checked, "rekey", { keys: keys.publicKeys }, env, {
      signers: [keys],
      guard: checkOptions(options),
    });
    return proposeState(checked.keyring, written, keys);
  });
}

/** The number of runs that leaves room for all runs that a link may declare missing. */
const MAX_RECLAIMED_RUNS = 1200;

/** What {@link reclaim} takes over. */
export interface ReclaimOptions extends EscrowOptions {
  /** The keyring of a removed member of this log: its key signs, and its seeds are passed on. The caller still owns it. */
  readonly from: Keyring;
  /** Which of its epochs; by default what it opened and this member lacks, the newest first if they are too many for one link. */
  readonly epochs?: Runs | undefined;
}

/**
 * Takes over what a removed device or backup key of the same owner held, with that member's keyring as proof (MEM-10). It
 * approves nobody and changes no class.
 *
 * @throws as {@link review}; `NOT_PERMITTED` (MEM-10) when `from` is no removed member's, or has nothing that this member lacks
 */
export function reclaim(state: MemberState, options: ReclaimOptions, env: Env): Proposal<MemberState> {
  const checked = checkMemberState(state);
  const { log, keyring } = checked;
  const { from, epochs } = checkOptions(options);
  const { member, keys } = partsOf(from);
  if (from.log !== log.head.log)
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "from is a keyring of another log; only one of this user's own log fits",
    );
  if (log.active.has(member)) {
    throw new KeysteadError(
      "NOT_PERMITTED",
      `from is the keyring of ${member}, which was not removed; an active member gives what it holds by approving (review)`,
      { rule: "MEM-10", details: { member } },
    );
  }
  requireContinued(log, from);
  // GRT-4: that keyring may have been stored with a seed of a link that lost its race.
  const own = meet(log, from);
  const wanted =
    epochs === undefined ? reclaimable(checked, own).slice(-MAX_RECLAIMED_RUNS) : checkRuns("epochs", epochs);
  const lent = new Map<number, RightSeed>();
  for (const epoch of epochsIn(wanted)) {
    const seed = rightSeed(log, own, epoch);
    if (seed) lent.set(epoch, seed);
  }
  const given = epochs === undefined ? runsOf(lent.keys()) : wanted;
  if (given.length === 0)
    throw new KeysteadError("NOT_PERMITTED", "the removed member has nothing that this one lacks", { rule: "MEM-10" });
  const written = write(checked, "reclaim", { from: member, runs: given }, env, {
    signers: [keys],
    guard: options,
    lent,
  });
  // Copies, which this proposal wipes when it is discarded: the caller may wipe `from` before.
  const gained = new Map([...lent].map(([epoch, seed]) => [epoch, seed.copy()]));
  return makeProposal({
    entry: written.entry,
    log: written.log,
    accept: () => ({ log: written.log, keyring: changedKeyring(keyring, { gained }) }),
    fresh: [...gained.values()],
  });
}

/**
 * Epochs that a removed member held and opened, and that this member lacks: what {@link reclaim} can take over.
 *
 * @param from the removed member's keyring, after it met the log.
 */
export function reclaimable({ log, keyring }: MemberState, from: Keyring): Runs {
  const held = log.removed.get(from.member)?.held ?? NO_RUNS;
  const own = activeMember(log, keyring.member).held;
  return intersectRuns(subtractRuns(held, own), runsOf(from.epochs));
}

/**
 * Removes this member itself. Rotation becomes due. The caller wipes the keyring once the server has accepted the entry.
 *
 * @throws as {@link review}
 */
export function leave(state: MemberState, env: Env): Proposal<MemberState> {
  return act(checkMemberState(state), "leave", {}, env, { guard: {} });
}

/** Gives a member a new name: this one itself, or one of its approval class. @throws as {@link review} */
export function rename(
  state: MemberState,
  options: DeviceDescription & { readonly member?: MemberId | undefined },
  env: Env,
): Proposal<MemberState> {
  const checked = checkMemberState(state);
  const { log, keyring } = checked;
  const { member = keyring.member, ...description } = checkOptions(options);
  requireActive(log, keyring);
  const opening = openingOf(description, env);
  return act(checked, "rename", { member: activeMember(log, member).id, name: attachmentDigest(opening) }, env, {
    opening,
    guard: {},
  });
}

/**
 * Switches lockdown on or off. Switching it on may remove members in the same link.
 *
 * @throws as {@link review}; MEM-5 says who may, and who must be removed first
 */
export function setLockdown(
  state: MemberState,
  options: { readonly on: boolean; readonly remove?: readonly MemberId[] | undefined } & EscrowOptions,
  env: Env,
): Proposal<MemberState> {
  const checked = checkMemberState(state);
  const { log } = checked;
  const { on, remove = [] } = checkOptions(options);
  checkFlag("on", on);
  return act(checked, "lockdown", { on, remove: memberList(log, "remove", remove) }, env, { guard: options });
}

/**
 * The service's operator removes devices or backup keys. Rotation becomes due, and a device that is online does it.
 *
 * @param operator keys whose public key the log's first link names.
 * @throws as {@link review}
 */
export function expel(
  log: LogState,
  options: { readonly remove: readonly MemberId[] },
  operator: OperatorKeys,
  env: Env,
): Proposal<LogState> {
  assertLog(log);
  const fields = { remove: memberList(log, "remove", checkOptions(options).remove) };
  OperatorKeys.check(operator, "operator");
  return proposeLog(
    writeLink({ before: log, type: "expel", fields, signers: [operator], guard: "not-a-users-device" }, env),
  );
}

/** @param checked as {@link checkMemberState} gave it. */
function act(
  checked: MemberState,
  type: LinkTypeName,
  fields: Draft["fields"],
  env: Env,
  extra: Pick<Draft, "opening" | "guard">,
): Proposal<MemberState> {
  const written = write(checked, type, fields, env, extra);
  return proposeState(checked.keyring, written);
}

function write(
  { log, keyring }: MemberState,
  type: LinkTypeName,
  fields: Draft["fields"],
  env: Env,
  { signers: others = [], ...extra }: Pick<Draft, "opening" | "guard" | "lent"> & Partial<Pick<Draft, "signers">>,
) {
  const { keys } = partsOf(keyring);
  const signers = [keys, ...others];
  return writeLink(
    { before: log, type, fields: { author: keys.signingKey, ...fields }, keyring, signers, ...extra },
    env,
  );
}

/** A list of active members in wire order. */
export function memberList(log: LogState, field: string, ids: readonly MemberId[]): readonly MemberId[] {
  const list = checkList(field, ids, "member ids").map((id) => activeMember(log, id).id);
  return list.sort();
}
