// review: a holder approves some members and removes others, in one link. docs/spec.md section 6.

import { hasEpoch, isCanonical, NO_RUNS, type Runs, subtractRuns } from "../../bytes/runs.js";
import { array, type Infer, optional, record, tuple } from "../../bytes/schema.js";
import { toHex } from "../../bytes/text.js";
import { type Effect, type LinkType, NO_KEYS, refuse } from "../contract.js";
import { takesCurrentEpoch } from "../effects.js";
import { EpochSet } from "../epoch-set.js";
import {
  author,
  disownList,
  type EscrowActor,
  grantList,
  header,
  MAX_ACTIVE_MEMBERS,
  member,
  memberList,
  newEpoch,
  reviewingActor,
  roleList,
  runList,
  withheldFromEscrow,
} from "../fields.js";
import { grantedInForce, grantedTo, pairsOf } from "../pairs.js";
import {
  authorOf,
  requireActiveList,
  requireConfirmedInLockdown,
  requireDisjoint,
  requireDisownable,
  requireEscrowLog,
  requireHolder,
  requireManage,
  requireRoles,
} from "../rules.js";
import { currentEpoch, escrowCounts, isConfirmed, type LogFacts, memberOf } from "../state.js";

const schema = record({
  ...header("review"),
  author,
  by: optional(reviewingActor),
  approve: memberList,
  remove: memberList,
  roles: optional(array(tuple(member, roleList), { min: 1, max: MAX_ACTIVE_MEMBERS })),
  disown: optional(disownList),
  missing: optional(runList),
  epoch: optional(newEpoch),
  escrow: optional(withheldFromEscrow),
  grants: optional(grantList),
});

type Body = Infer<typeof schema>;

export const review: LinkType<Body> = {
  type: "review",
  schema,
  author: (body) => body.author,
  admitSigners({ by, approve }, { before }) {
    if (by) requireGivable(before, by, approve.length > 0);
  },
  // Recovery: the escrow epoch signs, the admin whose role it is, and every earlier escrow epoch whose grants are passed on.
  signers: ({ author, by }) => (by ? [author, by.admin, ...pairsOf(by).map(({ signingKey }) => signingKey)] : [author]),
  introduces: () => NO_KEYS,
  missing: "any",
  admit(body, context) {
    const { before } = context;
    // Escrow itself need not hold the current epoch, which may have been withheld from it (MEM-6).
    const by = body.by ? authorOf(context) : requireHolder(context, "review");
    requireConfirmedInLockdown(context, "review");
    requireManage(context, by, "review");
    requireActiveList(before, "approve", body.approve);
    requireActiveList(before, "remove", body.remove);
    requireDisjoint(body.approve, body.remove);
    if (body.approve.length + body.remove.length === 0) refuse("MEM-2", "a review that names nobody changes nothing");
    if (body.approve.includes(by.id) || body.remove.includes(by.id)) {
      refuse("MEM-2", `member ${by.id} can neither approve nor remove itself by review; its own device calls leave`, {
        member: by.id,
      });
    }
    requireRolesOfConfirmed(body, before);
    if (body.disown) {
      requireEscrowLog(context, "disowning");
      requireDisownable(before, body.disown);
    }
    const counts = by.kind !== "escrow" || escrowCounts(before);
    const given = body.by ? (body.by.runs ?? NO_RUNS) : subtractRuns(by.held, body.missing ?? NO_RUNS);
    for (const id of body.approve) {
      const target = memberOf(before, id);
      const extendsIt = subtractRuns(given, target.held).length > 0;
      const movesIt = counts && by.founder < target.founder;
      if (!extendsIt && !movesIt) {
        refuse(
          "MEM-1",
          `approving ${id} would neither extend what it holds nor move it to an older class; leave it out`,
          { member: id },
        );
      }
    }
  },
  effect: (body, { before }): Effect => ({
    ...(body.missing && { missing: body.missing }),
    approve: body.approve,
    remove: body.remove,
    ...(body.roles && { roles: new Map(body.roles) }),
    ...(body.disown && { disown: body.disown }),
    ...(body.by && { gives: body.by.runs ?? NO_RUNS }),
    ...(body.escrow && { withholdEscrow: true }),
    newEpoch:
      takesCurrentEpoch(before, body.remove) ||
      hasEpoch(body.missing ?? NO_RUNS, currentEpoch(before)) ||
      (body.by !== undefined && body.approve.length > 0 && !passesOnCurrent(before, body.by.runs ?? NO_RUNS)),
  }),
};

/** ESC-11: whether an approval by escrow gives the current epoch, and the keys in force were granted it. */
function passesOnCurrent(before: LogFacts, runs: Runs): boolean {
  return hasEpoch(grantedInForce(before), currentEpoch(before)) && hasEpoch(runs, currentEpoch(before));
}

/**
 * ESC-11: escrow gives only what was granted to its keys, and these keys sign as proof. A pointer to a thief's keys then gives
 * nothing that is older than itself.
 */
function requireGivable(before: LogFacts, actor: EscrowActor, approves: boolean): void {
  const { runs, pairs } = actor;
  if (runs === undefined) {
    if (pairs !== undefined) refuse("ESC-11", "pairs stand beside runs only");
    return;
  }
  if (!approves) refuse("ESC-11", "a review that approves nobody gives nothing: it has neither runs nor pairs");
  // A thief decides how many runs a pair has, and a link has up to 64 pairs.
  const given = new EpochSet(currentEpoch(before));
  given.add(grantedInForce(before));
  let previous = "";
  for (const pair of pairsOf(actor)) {
    const order = toHex(pair.signingKey) + toHex(pair.kemDigest);
    if (order <= previous)
      refuse("ESC-11", "pairs must be sorted by signing key, then KEM digest, and none named twice");
    previous = order;
    const granted = grantedTo(before, pair) ?? refuse("ESC-11", "a pair must be of an earlier pointer of this log");
    if (!given.add(granted.runs)) {
      refuse(
        "ESC-11",
        "a pair was granted nothing that the keys in force and the pairs before it were not; leave it out",
      );
    }
  }
  if (runs.length === 0 || !isCanonical(runs) || !given.has(runs)) {
    refuse(
      "ESC-11",
      "runs must be maximal runs, at least one, of what was granted to the keys in force and to the pairs",
    );
  }
}

/** MEM-8: in an escrow log, a review gives roles to exactly the members that it first confirms. */
function requireRolesOfConfirmed({ approve, roles = [] }: Body, before: LogFacts): void {
  const due = before.kind === "escrow" ? approve.filter((id) => !isConfirmed(before, memberOf(before, id))) : [];
  if (roles.length !== due.length || !roles.every(([id], index) => id === due[index])) {
    refuse("MEM-8", "a review gives roles, in order, to exactly the members of an escrow log that it first confirms");
  }
  for (const [, list] of roles) requireRoles(list);
}
