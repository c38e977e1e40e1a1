// The reference model's rules of admission: every rule that an operation breaks, so that the model assumes no order of checks.
// docs/spec.md section 6 (6.4, 6.5, 6.7) and ESC-11.

import {
  activeOf,
  confirmedClass,
  disownedBy,
  effectOf,
  escrowCounts,
  escrowOf,
  founderOf,
  type Gift,
  grantedTo,
  hasRole,
  isConfirmed,
  isEscrow,
  isHolder,
  type Model,
  memberOf,
  minus,
  type Op,
  ownFounderOf,
  ownOf,
  pairText,
  removedBy,
  union,
} from "./reference.js";

/** Rules broken by an operation; empty when the log must accept it. */
export function violations(before: Model, op: Op): ReadonlySet<string> {
  const broken = new Set<string>();
  const require = (holds: boolean, ...rules: readonly string[]): void => {
    if (!holds) for (const rule of rules) broken.add(rule);
  };
  const active = (position: number): boolean =>
    before.members.some((member) => member.position === position && member.active);

  if ("by" in op && !active(op.by)) {
    require(false, "LOG-4", "MEM-4");
    require(op.type !== "reclaim" || !active(op.from), "MEM-10");
    return broken;
  }
  // Without the field `by` escrow is no author. Its keys may have been those of an escrow member that was removed.
  if ("by" in op && isEscrow(before, op.by) && op.type !== "review" && op.type !== "renew-escrow") {
    return new Set(["LOG-4", "MEM-4"]);
  }
  require(op.type === "genesis" ? before.seq === 0 : before.seq > 0, "LOG-2");

  const named = namedBy(op);
  // A removed id never returns (MEM-4); an id that is not active cannot be named (MEM-2).
  require(named.every(active), "MEM-2", "MEM-4");
  require(new Set(named).size === named.length, "MEM-2");
  judgeMissing(before, op, require);
  judgeAuthor(before, op, require);
  if (op.type === "review" && isEscrow(before, op.by)) judgeGift(before, op.gift, op.approve.length > 0, require);
  if (!named.every(active)) return broken;
  judgeContent(before, op, require);
  if (op.type === "genesis") return broken;

  const { after, epoch, dueToEscrow } = effectOf(before, op);
  if ("withhold" in op && op.withhold) {
    require(epoch !== undefined && dueToEscrow, "MEM-6");
    require(!("by" in op) || !isEscrow(before, op.by), "MEM-6");
  }
  judgeAfter(before, op, after, require);
  return broken;
}

type Require = (holds: boolean, ...rules: readonly string[]) => void;

/** Positions that an operation names in lists, except the author of a `leave`. */
function namedBy(op: Op): readonly number[] {
  if (op.type === "review") return [...op.approve, ...op.remove];
  if (op.type === "regrant") return op.regrants.map(({ member }) => member);
  if (op.type === "rename") return [op.member];
  return op.type === "leave" ? [] : removedBy(op);
}

/** MEM-9: a part of what the author held, never by escrow, and never the current epoch if the link could not replace it. */
function judgeMissing(before: Model, op: Op, require: Require): void {
  if (!("missing" in op) || !op.missing?.size) return;
  require(!isEscrow(before, op.by), "MEM-9");
  require(minus(op.missing, memberOf(before, op.by).held).size === 0, "MEM-9");
  const makesNone = ["enroll", "enroll-escrow", "regrant", "reclaim"].includes(op.type);
  if (makesNone) require(!op.missing.has(before.epoch), "MEM-9");
}

/** The signer, whether it is a holder, whether it has the role, and MEM-5 on permissions in lockdown. */
function judgeAuthor(before: Model, op: Op, require: Require): void {
  const holder = (by: number): void => require(isHolder(before, by), "LOG-4");
  const confirmed = (by: number): void => require(!before.lockdown || isConfirmed(before, by), "MEM-5");
  const manages = (by: number): void => require(before.kind === "user" || hasRole(before, by, "manage"), "MEM-8");
  switch (op.type) {
    case "genesis":
    case "join":
    case "leave":
      break;
    case "expel":
      require(before.operator, "LOG-4");
      require(op.remove.every((position) => !isEscrow(before, position)), "ESC-7");
      require(!before.lockdown || op.remove.every((position) => !isConfirmed(before, position)), "MEM-5");
      break;
    case "rename": {
      const self = op.by === op.member;
      const ofItsClass = founderOf(before, op.by) === founderOf(before, op.member);
      confirmed(op.by);
      require(!isEscrow(before, op.member), "LOG-4");
      require(self || (isHolder(before, op.by) && ofItsClass), "LOG-4");
      break;
    }
    case "rekey":
      require(memberOf(before, op.by).kind === "device", "LOG-4");
      confirmed(op.by);
      break;
    case "lockdown":
      require(before.kind === "user", "MEM-5");
      require(isConfirmed(before, op.by), "MEM-5");
      break;
    case "review":
    case "renew-escrow":
      if (!isEscrow(before, op.by)) holder(op.by);
      confirmed(op.by);
      if (op.type === "review" && !isEscrow(before, op.by)) manages(op.by);
      break;
    case "act":
    case "access": {
      holder(op.by);
      confirmed(op.by);
      require(before.kind === "escrow", "MEM-8");
      require(memberOf(before, op.by).kind === "device", "MEM-8");
      require(hasRole(before, op.by, op.type === "act" ? "recover" : "discover"), "MEM-8");
      break;
    }
    case "disown": {
      holder(op.by);
      confirmed(op.by);
      require(before.kind === "escrow", "MEM-8");
      const own = op.acts.every((position) => before.acts.get(position) === op.by);
      require(hasRole(before, op.by, "manage") || own, "MEM-8");
      break;
    }
    default:
      holder(op.by);
      confirmed(op.by);
      manages(op.by);
  }
}

/**
 * ESC-11: a review by escrow gives only epochs granted to its pair in force, or to pairs that are in the log, needed and in
 * order.
 */
function judgeGift(before: Model, gift: Gift | undefined, approves: boolean, require: Require): void {
  if (!gift) return;
  const { epochs, pairs } = gift;
  require(approves || (epochs === undefined && pairs.length === 0), "ESC-11");
  require(epochs !== undefined || pairs.length === 0, "ESC-11");
  const texts = pairs.map(pairText);
  require(texts.every((text, index) => index === 0 || (texts[index - 1] as string) < text), "ESC-11");
  let can: ReadonlySet<number> = grantedTo(before, escrowOf(before)?.pointer ?? { sign: "", kem: "" });
  for (const pair of pairs) {
    require(minus(grantedTo(before, pair), can).size > 0, "ESC-11");
    can = union(can, grantedTo(before, pair));
  }
  if (epochs) require(epochs.size > 0 && minus(epochs, can).size === 0, "ESC-11");
}

/** The permitted contents of the link's lists. */
function judgeContent(before: Model, op: Op, require: Require): void {
  const missing = ("missing" in op && op.missing) || new Set<number>();
  const escrow = escrowOf(before);
  if (op.type === "expel") require(op.remove.length > 0, "MEM-2");
  if (op.type === "enroll-escrow") {
    require(before.kind === "user", "MEM-3");
    require(escrow === undefined, "MEM-3");
  }
  if (op.type === "renew-escrow") {
    require(escrow !== undefined, "ESC-4");
    require(escrow?.pointer?.log === op.pointer.log, "ESC-4");
    if (escrow && JSON.stringify(escrow.pointer) === JSON.stringify(op.pointer)) {
      const isOlder = founderOf(before, escrow.position) <= confirmedClass(before);
      const mends = isConfirmed(before, op.by) && !isOlder;
      require(op.by === escrow.position || mends, "MEM-2");
    }
  }
  if (op.type === "review") {
    require(op.approve.length + op.remove.length > 0, "MEM-2");
    require(![...op.approve, ...op.remove].includes(op.by), "MEM-2");
    const byEscrow = isEscrow(before, op.by);
    const given = byEscrow ? (op.gift?.epochs ?? new Set()) : minus(memberOf(before, op.by).held, missing);
    const firstConfirmed = op.approve.filter((position) => before.kind === "escrow" && !isConfirmed(before, position));
    const withRoles = [...(op.roles?.keys() ?? [])];
    require(`${[...withRoles].sort()}` === `${[...firstConfirmed].sort()}`, "MEM-8");
    if (op.disown) require(before.kind === "escrow", "MEM-8");
    for (const position of op.approve) {
      const extendsIt = minus(given, memberOf(before, position).held).size > 0;
      const counts = !byEscrow || escrowCounts(before);
      const movesIt = counts && founderOf(before, op.by) < founderOf(before, position);
      require(extendsIt || movesIt, "MEM-1");
    }
  }
  const acts = disownedBy(op);
  require(acts.every((position, index) => index === 0 || (acts[index - 1] as number) < position), "MEM-2");
  require(acts.every((position) => before.acts.has(position) && !before.disowned.has(position)), "MEM-2");
  if (op.type === "regrant") {
    const held = minus(memberOf(before, op.by).held, missing);
    for (const { member, epochs } of op.regrants) {
      const { reach, withheld } = memberOf(before, member);
      require(epochs.size > 0, "GRT-1");
      require(minus(epochs, held).size === 0, "GRT-1");
      require(minus(epochs, union(reach, withheld)).size === 0, "MEM-9");
    }
  }
  if (op.type === "reclaim") {
    const from = before.members.find(({ position }) => position === op.from);
    require(from !== undefined && !from.active && from.kind !== "escrow", "MEM-10");
    const lacks = minus(from?.held ?? new Set<number>(), minus(memberOf(before, op.by).held, missing));
    require(op.epochs.size > 0 && minus(op.epochs, lacks).size === 0, "MEM-10");
  }
  if (op.type === "lockdown") {
    require(op.on !== before.lockdown, "MEM-2");
    require(op.on || op.remove.length === 0, "MEM-2");
    require(!op.remove.includes(op.by), "MEM-2");
    if (!op.on) return;
    const left = activeOf(before).filter(({ position }) => !op.remove.includes(position));
    require(ownFounderOf(before, op.by) === 1, "MEM-5");
    require(left.every(({ position }) => ownFounderOf(before, position) === 1), "MEM-5");
  }
}

/** 6.4, step 10: conditions after the link. */
function judgeAfter(before: Model, op: Op, after: Model, require: Require): void {
  require(ownOf(after).length > 0, "MEM-3");
  if (before.kind === "escrow") {
    const managers = activeOf(after).filter(
      ({ position, roles }) => roles.has("manage") && isConfirmed(after, position),
    );
    require(managers.length > 0, "MEM-3");
  }
  if (!before.lockdown) return;
  const kept = confirmedClass(before);
  require(ownOf(after).some(({ position }) => founderOf(after, position) === kept), "MEM-5");
  if (op.type === "review" && isEscrow(before, op.by)) {
    require(op.approve.every((position) => isConfirmed(after, position)), "MEM-5");
  }
}
