// The reference model's rules of admission: every rule an operation breaks, so that no order of checks is presumed.
// docs/spec.md section 6 (the table of links, LOG-4, MEM-1..9).

import {
  activeOf,
  confirmedClass,
  effectOf,
  founderOf,
  isConfirmed,
  isHolder,
  type Model,
  memberOf,
  minus,
  type Op,
  removedBy,
} from "./reference.js";

/** Rules broken by an operation; empty when the log must accept it. */
export function violations(before: Model, op: Op): ReadonlySet<string> {
  const broken = new Set<string>();
  const require = (holds: boolean, ...rules: readonly string[]): void => {
    if (!holds) for (const rule of rules) broken.add(rule);
  };
  const active = (position: number): boolean =>
    before.members.some((member) => member.position === position && member.active);

  if ("by" in op && !active(op.by)) return new Set(["LOG-4", "MEM-4"]);
  require(op.type === "genesis" ? before.seq === 0 : before.seq > 0, "LOG-2");

  const named = namedBy(op);
  // An id that is gone never returns (MEM-4); an id that is not active cannot be named (MEM-2).
  require(named.every(active), "MEM-2", "MEM-4");
  require(new Set(named).size === named.length, "MEM-2");
  judgeMissing(before, op, require);
  judgeAuthor(before, op, require);
  if (!named.every(active)) return broken;
  judgeContent(before, op, require);
  if (op.type === "genesis") return broken;

  const { after } = effectOf(before, op);
  require(activeOf(after).length > 0, "MEM-3");
  if (before.lockdown) {
    const kept = confirmedClass(before);
    require(activeOf(after).some(({ position }) => founderOf(after, position) === kept), "MEM-5");
  }
  return broken;
}

type Require = (holds: boolean, ...rules: readonly string[]) => void;

/** Positions that an operation names in lists, the author of a `leave` aside. */
function namedBy(op: Op): readonly number[] {
  if (op.type === "review") return [...op.approve, ...op.remove];
  if (op.type === "regrant") return op.regrants.map(({ member }) => member);
  if (op.type === "rename") return [op.member];
  return op.type === "leave" ? [] : removedBy(op);
}

/** MEM-9: a part of what the author held, and never the current epoch where the link could not replace it. */
function judgeMissing(before: Model, op: Op, require: Require): void {
  if (!("missing" in op) || !op.missing) return;
  require(minus(op.missing, memberOf(before, op.by).held).size === 0, "MEM-9");
  if (op.type === "enroll" || op.type === "regrant") require(!op.missing.has(before.epoch), "MEM-9");
}

/** The table's column "who signs", and MEM-5 on who may do what in lockdown. */
function judgeAuthor(before: Model, op: Op, require: Require): void {
  switch (op.type) {
    case "genesis":
    case "join":
    case "leave":
      break;
    case "expel":
      require(before.operator, "LOG-4");
      require(!before.lockdown || op.remove.every((position) => !isConfirmed(before, position)), "MEM-5");
      break;
    case "rename": {
      const self = op.by === op.member;
      const ofItsClass = founderOf(before, op.by) === founderOf(before, op.member);
      require(self || (isHolder(before, op.by) && ofItsClass), "LOG-4");
      require(self || !before.lockdown || isConfirmed(before, op.by), "MEM-5");
      break;
    }
    case "rekey":
      require(!before.lockdown || isConfirmed(before, op.by), "MEM-5");
      break;
    case "lockdown":
      require(isConfirmed(before, op.by), "MEM-5");
      break;
    default:
      require(isHolder(before, op.by), "LOG-4");
      require(!before.lockdown || isConfirmed(before, op.by), "MEM-5");
  }
}

/** What the lists of the link may say. */
function judgeContent(before: Model, op: Op, require: Require): void {
  const missing = ("missing" in op && op.missing) || new Set<number>();
  if (op.type === "expel") require(op.remove.length > 0, "MEM-2");
  if (op.type === "review") {
    require(op.approve.length + op.remove.length + missing.size > 0, "MEM-2");
    require(![...op.approve, ...op.remove].includes(op.by), "MEM-2");
    const held = minus(memberOf(before, op.by).held, missing);
    for (const position of op.approve) {
      const extendsIt = minus(held, memberOf(before, position).held).size > 0;
      const movesIt = founderOf(before, op.by) < founderOf(before, position);
      require(extendsIt || movesIt, "MEM-1");
    }
  }
  if (op.type === "regrant") {
    require(op.regrants.some(({ epochs }) => epochs.size > 0), "MEM-2");
    const held = minus(memberOf(before, op.by).held, missing);
    for (const { member, epochs } of op.regrants) {
      // The table gives this rule no id of its own; both of these speak of it.
      require(minus(epochs, held).size === 0, "GRT-1", "MEM-9");
      require(minus(epochs, memberOf(before, member).reach).size === 0, "GRT-1", "MEM-9");
    }
  }
  if (op.type === "lockdown") {
    require(op.on !== before.lockdown || op.remove.length + missing.size > 0, "MEM-2");
    require(op.on || op.remove.length === 0, "MEM-2");
    require(!op.remove.includes(op.by), "MEM-2");
    if (!op.on) return;
    const left = activeOf(before).filter(({ position }) => !op.remove.includes(position));
    require(confirmedClass(before) === 1 && founderOf(before, op.by) === 1, "MEM-5");
    require(left.every(({ position }) => founderOf(before, position) === 1), "MEM-5");
  }
}
