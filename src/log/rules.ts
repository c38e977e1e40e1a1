// Checks that several types of links share. docs/spec.md section 6.

import type { MemberId } from "../bytes/ids.js";
import { checkKemKey } from "../primitives/kem.js";
import { checkVerifyingKey } from "../primitives/sign.js";
import { type Context, refuse } from "./contract.js";
import type { Pointer, Policy, Role } from "./fields.js";
import { findMember, hasRole, isConfirmed, isHolder, type LogFacts, type Member } from "./state.js";

/** The author of a type whose body names one. Verification has found it among the active members. */
export function authorOf({ author }: Context): Member {
  return author ?? refuse("LOG-4", "the link has no author");
}

/** The author must hold the current epoch. */
export function requireHolder(context: Context, type: string): Member {
  const author = authorOf(context);
  if (!isHolder(context.before, author)) {
    refuse(
      "LOG-4",
      `${type} is for holders, and member ${author.id} does not hold the current epoch; have a holder approve it first`,
      {
        member: author.id,
      },
    );
  }
  return author;
}

/** MEM-5: in lockdown only confirmed members act on others. */
export function requireConfirmedInLockdown(context: Context, type: string): void {
  if (context.before.lockdown) requireConfirmed(context, `in lockdown, ${type}`);
}

/** MEM-5: the author must be in the oldest class that is still active. */
export function requireConfirmed(context: Context, what: string): Member {
  const author = authorOf(context);
  if (!isConfirmed(context.before, author)) {
    refuse(
      "MEM-5",
      `${what} is for confirmed members, and member ${author.id} is not one; have a confirmed member approve it first`,
      {
        member: author.id,
      },
    );
  }
  return author;
}

/** MEM-8: in an escrow log, only `manage` acts on others. */
export function requireManage({ before }: Context, by: Member, type: string): void {
  if (before.kind === "escrow" && !hasRole(by, "manage")) {
    refuse("MEM-8", `${type} in an escrow log needs the role manage, which member ${by.id} does not have`, {
      member: by.id,
    });
  }
}

/** MEM-8: a list of roles is sorted and without repeats. */
export function requireRoles(roles: readonly Role[]): void {
  for (const [index, role] of roles.entries()) {
    const previous = roles[index - 1];
    if (previous !== undefined && previous >= role) refuse("MEM-8", "roles must be sorted and none named twice");
  }
}

/** Some types are for escrow logs only. @returns the policy in force */
export function requireEscrowLog({ before }: Context, type: string): Policy {
  return before.policy ?? refuse("MEM-8", `${type} is a link of escrow logs only`);
}

/** MEM-8: only a device with a role may act on users' data for an admin, so that the act names a person. */
export function requireAdminDevice(by: Member, role: Role, what: string): void {
  if (by.kind !== "device") refuse("MEM-8", `${what} is recorded by a device, so that it names a person`);
  if (!hasRole(by, role)) refuse("MEM-8", `member ${by.id} does not have the role ${role}`, { member: by.id });
}

/** MEM-2: positions of acts that nobody has disowned, in order. */
export function requireDisownable({ links, disowned }: LogFacts, acts: readonly number[]): void {
  for (const [index, seq] of acts.entries()) {
    if (seq <= (acts[index - 1] ?? 0)) refuse("MEM-2", "positions of disowned acts must ascend", { act: seq });
    if (links.at(seq - 1)?.act === undefined)
      refuse("MEM-2", `link ${seq} is not an act before this link`, { act: seq });
    if (disowned.has(String(seq))) refuse("MEM-2", `the act of link ${seq} is disowned already`, { act: seq });
  }
}

/** KEM-1, SIG-3, SIG-4: a pointer's keys are sound, or no grant to escrow could be made. */
export function checkPointer({ signingKey, kemKey }: Pointer): void {
  checkVerifyingKey(signingKey, "link.body.escrow.sign");
  checkKemKey(kemKey, "link.body.escrow.kem");
}

/** MEM-2: a list of members is sorted, without repeats, and names active members only. */
export function requireActiveList(before: LogFacts, field: string, ids: readonly MemberId[]): void {
  for (const [index, id] of ids.entries()) {
    const previous = ids[index - 1];
    if (previous !== undefined && previous >= id) {
      refuse("MEM-2", `${field} must be sorted and name nobody twice`, { field, member: id });
    }
    if (!before.active.has(id)) {
      const gone = findMember(before, id);
      refuse("MEM-2", `${field} names ${id}, ${gone ? "which was removed" : "who is not a member"}`, {
        field,
        member: id,
      });
    }
  }
}

/** MEM-2: nobody is named in two lists. */
export function requireDisjoint(a: readonly MemberId[], b: readonly MemberId[]): void {
  const both = a.find((id) => b.includes(id));
  if (both !== undefined) refuse("MEM-2", `member ${both} is both approved and removed`, { member: both });
}
