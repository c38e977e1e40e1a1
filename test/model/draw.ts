// From drawn numbers to the next operation of a history, so that fast-check can shrink it: lawful ones, and twisted ones that
// the log may have to refuse. docs/spec.md section 6.

import fc from "fast-check";
import { violations } from "./admission.js";
import { candidates, type OpType } from "./candidates.js";
import { activeOf, type Model, memberOf, type Op, removedBy } from "./reference.js";

/** Most active members of a history, so that it stays cheap. */
const MAX_ACTIVE = 6;

/** Numbers that decide an operation once the state is known. */
export interface Pick {
  readonly type: OpType | "approve";
  readonly actor: number;
  readonly choice: number;
  /** How to twist a lawful operation; 0 leaves it lawful. */
  readonly twist: number;
}

const TWISTS = 7;
/** Instead of a twist: whatever the rules forbid the member, of any type. */
const FORBIDDEN = 8;

/** How often each type is drawn: a history needs members before anything can happen to them. */
const WEIGHTS: readonly [number, Pick["type"]][] = [
  [10, "join"],
  [4, "enroll"],
  [10, "approve"],
  [6, "review"],
  [4, "rotate"],
  [4, "regrant"],
  [4, "rekey"],
  [2, "leave"],
  [2, "expel"],
  [2, "rename"],
  [4, "lockdown"],
];

/** Draws picks; one in `lawfulTo + 1` is not lawful. */
export function pickArbitrary(lawfulTo: number): fc.Arbitrary<Pick> {
  const type = fc.oneof(...WEIGHTS.map(([weight, name]) => ({ weight, arbitrary: fc.constant(name) })));
  const twist = fc.oneof(
    { weight: lawfulTo, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.oneof(fc.constant(FORBIDDEN), fc.integer({ min: 1, max: TWISTS })) },
  );
  return fc.record({ type, actor: fc.nat(63), choice: fc.nat(4095), twist });
}

/** What a member must declare missing in the next link it authors, in a type that may carry it (MEM-9). */
export type MissingOf = (position: number) => ReadonlySet<number>;

/** An admissible operation of the type, by the member that was drawn or the next one that may; undefined if nobody may. */
export function drawLawful(model: Model, pick: Pick, missingOf: MissingOf): Op | undefined {
  const active = activeOf(model);
  if ((pick.type === "join" || pick.type === "enroll") && active.length >= MAX_ACTIVE) return undefined;
  for (const [turn] of active.entries()) {
    const by = active[(pick.actor + turn) % active.length]?.position as number;
    const lawful = drawn(model, pick, by, missingOf(by)).filter((op) => violations(model, op).size === 0);
    if (lawful.length > 0) return lawful[pick.choice % lawful.length];
  }
  return undefined;
}

/** An operation that is most often not admissible: one of those that the rules forbid, or one that is twisted. */
export function drawTwisted(model: Model, pick: Pick, missingOf: MissingOf): Op | undefined {
  const active = activeOf(model);
  const by = active[pick.actor % active.length]?.position as number;
  if (pick.twist === FORBIDDEN) return drawForbidden(model, pick, by, missingOf(by));
  const ops = drawn(model, pick, by, missingOf(by));
  const op = ops[pick.choice % ops.length];
  if (!op || op.type === "join" || op.type === "genesis") return undefined;
  const twist = twisted(model, op, pick);
  return isDecided(model, twist) ? twist : undefined;
}

/** One of all that the rules forbid a member, each type and each set of rules as likely as any other. */
function drawForbidden(model: Model, pick: Pick, by: number, missing: ReadonlySet<number>): Op | undefined {
  const groups = new Map<string, Op[]>();
  for (const [, type] of WEIGHTS) {
    for (const op of drawn(model, { ...pick, type }, by, missing)) {
      const broken = violations(model, op);
      const reason = `${op.type} ${[...broken]}`;
      if (broken.size > 0) groups.set(reason, [...(groups.get(reason) ?? []), op]);
    }
  }
  const group = [...groups.values()][pick.choice % Math.max(1, groups.size)];
  return group?.[Math.floor(pick.choice / groups.size) % group.length];
}

function drawn(model: Model, { type, choice }: Pick, by: number, missing: ReadonlySet<number>): Op[] {
  const ops = candidates(model, type === "approve" ? "review" : type, by, missing).filter((op) => isDecided(model, op));
  if (type === "approve") return ops.filter((op) => removedBy(op).length === 0);
  // Whole logs of removals would leave nobody to go on with.
  return ops.filter((op) => op.type === "lockdown" || removedBy(op).length <= 1 + (choice % 2));
}

/** The protocol leaves open whether these change nothing (MEM-2): a declaration alone, or removals in lockdown switched on twice. */
function isDecided(model: Model, op: Op): boolean {
  if (op.type === "review") return op.approve.length + op.remove.length > 0 || !op.missing?.size;
  if (op.type === "lockdown") return op.on !== model.lockdown || op.remove.length + (op.missing?.size ?? 0) === 0;
  return true;
}

function twisted(model: Model, op: Exclude<Op, { type: "genesis" | "join" }>, { twist, choice }: Pick): Op {
  const pickOf = <T>(items: readonly T[]): T | undefined => items[choice % Math.max(1, items.length)];
  const gone = pickOf(model.members.filter(({ active }) => !active))?.position;
  const any = pickOf(activeOf(model))?.position as number;
  const author = "by" in op ? op.by : any;
  switch (twist) {
    case 1: // by somebody who was removed
      return gone !== undefined && "by" in op && !named(op).includes(gone) ? { ...op, by: gone } : op;
    case 2: // somebody who was removed is named
      return gone !== undefined ? naming(op, gone) : op;
    case 3: // somebody is named twice
      return naming(op, any);
    case 4: // the author names itself
      return naming(op, author);
    case 5: // epochs that were never held are declared missing
      return "missing" in op ? { ...op, missing: new Set([...(op.missing ?? []), model.epoch + 1]) } : op;
    case 6: // the current epoch is declared missing
      return "missing" in op && memberOf(model, author).held.has(model.epoch)
        ? { ...op, missing: new Set([...(op.missing ?? []), model.epoch]) }
        : op;
    default: // a regrant to somebody who was never granted that
      return op.type === "regrant" ? { ...op, regrants: [{ member: any, epochs: new Set([1]) }] } : op;
  }
}

const named = (op: Op): readonly number[] => ("approve" in op ? [...op.approve, ...op.remove] : removedBy(op));

function naming<T extends Op>(op: T, position: number): Op {
  if (op.type === "review") return { ...op, approve: [...op.approve, position] };
  if (op.type === "expel" || op.type === "lockdown") return { ...op, remove: [...op.remove, position] };
  if (op.type === "rename") return { ...op, member: position };
  return op;
}
