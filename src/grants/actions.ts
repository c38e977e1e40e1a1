// What a member can do to a log, one function an action: review, rotate, regrant, rekey, leave, rename, lockdown; and what
// the operator can: expel. docs/spec.md section 6.

import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { partsOf } from "../keys/keyring.js";
import { OperatorKeys } from "../keys/operator-keys.js";
import { attachmentDigest } from "../log/entry.js";
import type { Role } from "../log/fields.js";
import type { LinkTypeName } from "../log/registry.js";
import { NO_RUNS, type Runs, uniteRuns } from "../log/runs.js";
import { activeMember, assertLog, isConfirmed, type LogState } from "../log/state.js";
import type { Env } from "../primitives/env.js";
import { type Draft, type Signer, writeLink } from "./author.js";
import { sortedRoles, withFreshKeys } from "./enter.js";
import { type Proposal, proposeLog, proposeSession } from "./proposal.js";
import { checkRuns } from "./runs-argument.js";
import { checkOptions, checkSession, type DeviceDescription, openingOf, type Session } from "./session.js";
import { requireActive } from "./standing.js";

/**
 * Approves some members and removes others, in one link. An approved member holds what this one holds; when a removed one
 * knew the current epoch, a new epoch is made in the same link. Where the log has escrow, do first what `escrowDuty` says: a new
 * epoch goes to every active member, a false escrow too, unless the same link removes it (ESC-4).
 *
 * @throws `NOT_PERMITTED` with the rule, `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `GRANT_UNAVAILABLE`
 */
export function review(session: Session, options: ReviewOptions, env: Env): Proposal<Session> {
  const { log } = checkSession(session);
  const { approve = [], remove = [], roles } = checkOptions(options);
  const approved = memberList(log, "approve", approve);
  const given = rolesOf(log, approved, roles);
  const fields = {
    approve: approved,
    remove: memberList(log, "remove", remove),
    ...(given.length > 0 && { roles: given }),
  };
  return act(session, "review", fields, env);
}

/** What {@link review} is told. */
export interface ReviewOptions {
  readonly approve?: readonly MemberId[] | undefined;
  readonly remove?: readonly MemberId[] | undefined;
  /** In an escrow log: what those may do whom this first confirms; nothing unless told. They keep it (MEM-8). */
  readonly roles?: Readonly<Record<MemberId, readonly Role[]>> | undefined;
}

/** Roles for exactly the members of an escrow log that a review first confirms (MEM-8). */
function rolesOf(log: LogState, approved: readonly MemberId[], roles: ReviewOptions["roles"] = {}) {
  const isNew = (id: MemberId) => log.kind === "escrow" && !isConfirmed(log, activeMember(log, id));
  const stray = Object.keys(checkOptions(roles)).find(
    (id) => !approved.includes(id as MemberId) || !isNew(id as MemberId),
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
export function rotate(session: Session, env: Env): Proposal<Session> {
  return act(session, "rotate", {}, env);
}

/** Epochs to be granted again to one member. */
export interface Regrant {
  readonly member: MemberId;
  readonly runs: Runs;
}

/**
 * Gives members epochs again that they were granted once and could not open. It extends nobody. Note that a stolen device
 * can claim it could not open what it was given: serve each member and epoch once at most without asking.
 *
 * @throws as {@link review}
 */
export function regrant(session: Session, regrants: readonly Regrant[], env: Env): Proposal<Session> {
  const { log } = checkSession(session);
  if (!Array.isArray(regrants))
    throw new KeysteadError("INVALID_ARGUMENT", "regrants must be a list of { member, runs }");
  const given = new Map<MemberId, Runs>();
  for (const { member, runs } of regrants.map((each) => checkOptions(each))) {
    const { id } = activeMember(log, member);
    given.set(id, uniteRuns(given.get(id) ?? NO_RUNS, checkRuns("runs", runs)));
  }
  const give = [...given].filter(([, runs]) => runs.length > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  if (give.length === 0)
    throw new KeysteadError("NOT_PERMITTED", "a regrant that gives nothing changes nothing", { rule: "MEM-2" });
  return act(session, "regrant", { give }, env);
}

/**
 * Takes fresh keys for this member, grants it again what it holds, and makes a new epoch. Do not use it for a backup key:
 * its paper would no longer open anything.
 *
 * @throws as {@link review}
 */
export function rekey(session: Session, env: Env): Proposal<Session> {
  const { keyring } = checkSession(session);
  return withFreshKeys(env, (keys) => {
    const written = write(session, "rekey", { keys: keys.publicKeys }, env, { signers: [keys] });
    return proposeSession(keyring, written, keys);
  });
}

/** Removes this member itself. Rotation becomes due. The caller wipes the keyring once the server has accepted the entry. @throws as {@link review} */
export function leave(session: Session, env: Env): Proposal<Session> {
  return act(session, "leave", {}, env);
}

/** Gives a member a new name: this one itself, or one of its approval class. @throws as {@link review} */
export function rename(
  session: Session,
  options: DeviceDescription & { readonly member?: MemberId | undefined },
  env: Env,
): Proposal<Session> {
  const { log, keyring } = checkSession(session);
  const { member = keyring.member, ...description } = checkOptions(options);
  requireActive(log, keyring);
  const opening = openingOf(description, env);
  return act(session, "rename", { member: activeMember(log, member).id, name: attachmentDigest(opening) }, env, {
    opening,
  });
}

/**
 * Switches lockdown on, removing members in the same link where told, or off.
 *
 * @throws as {@link review}; MEM-5 says who may, and who must be removed first
 */
export function setLockdown(
  session: Session,
  options: { readonly on: boolean; readonly remove?: readonly MemberId[] | undefined },
  env: Env,
): Proposal<Session> {
  const { log } = checkSession(session);
  const { on, remove = [] } = checkOptions(options);
  if (typeof on !== "boolean") throw new KeysteadError("INVALID_ARGUMENT", "on must be true or false");
  return act(session, "lockdown", { on, remove: memberList(log, "remove", remove) }, env);
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
  if (!(operator instanceof OperatorKeys)) throw new KeysteadError("INVALID_ARGUMENT", "operator must be OperatorKeys");
  return proposeLog(writeLink({ before: log, type: "expel", fields, signers: [operator] }, env));
}

function act(
  session: Session,
  type: LinkTypeName,
  fields: Draft["fields"],
  env: Env,
  extra: Pick<Draft, "opening"> = {},
): Proposal<Session> {
  const written = write(session, type, fields, env, extra);
  return proposeSession(session.keyring, written);
}

function write(
  session: Session,
  type: LinkTypeName,
  fields: Draft["fields"],
  env: Env,
  extra: { readonly opening?: Uint8Array | undefined; readonly signers?: readonly Signer[] } = {},
) {
  const { log, keyring } = checkSession(session);
  const { keys } = partsOf(keyring);
  const signers = [keys, ...(extra.signers ?? [])];
  return writeLink(
    { before: log, type, fields: { author: keys.sign, ...fields }, keyring, signers, opening: extra.opening },
    env,
  );
}

/** A list of active members in wire order. */
export function memberList(log: LogState, field: string, ids: readonly MemberId[]): readonly MemberId[] {
  if (!Array.isArray(ids)) throw new KeysteadError("INVALID_ARGUMENT", `${field} must be a list of member ids`);
  const list = ids.map((id) => activeMember(log, id).id);
  return list.sort();
}
