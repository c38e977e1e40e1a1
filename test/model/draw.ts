// Maps drawn numbers to the next operation of a history, so that fast-check can shrink it: lawful operations, and twisted ones
// that the log may have to refuse. docs/spec.md section 6.

import fc from "fast-check";
import { violations } from "./admission.js";
import { candidates, type OpType, type Scope } from "./candidates.js";
import { activeOf, escrowOf, type Model, type ModelMember, memberOf, type Op, ownOf, removedBy } from "./reference.js";

/** Most active devices and backup keys of a history, so that it stays cheap. */
const MAX_ACTIVE = 5;

/** Numbers that decide an operation once the state is known. */
export interface Pick {
  /** `approve` is a review that removes nobody, `give` one by escrow. */
  readonly type: OpType | "approve" | "give";
  readonly actor: number;
  readonly choice: number;
  /** How to twist a lawful operation; 0 leaves it lawful. */
  readonly twist: number;
}

const TWISTS = 13;
/** Instead of a twist: an operation of any type that the rules forbid the member. */
const FORBIDDEN = TWISTS + 1;

/** How often each type is drawn. A history needs members first. */
const WEIGHTS: readonly [number, Pick["type"]][] = [
  [10, "join"],
  [4, "enroll"],
  [10, "approve"],
  [6, "review"],
  [4, "rotate"],
  [4, "regrant"],
  [4, "reclaim"],
  [4, "rekey"],
  [2, "leave"],
  [2, "expel"],
  [2, "rename"],
  [4, "lockdown"],
];

/** More often in a user's log with escrow and in an escrow log. */
const ESCROW_WEIGHTS: readonly [number, Pick["type"]][] = [
  [8, "enroll-escrow"],
  [6, "renew-escrow"],
  [16, "give"],
];
const ADMIN_WEIGHTS: readonly [number, Pick["type"]][] = [
  [4, "act"],
  [1, "access"],
  [3, "disown"],
];

/** The kind of log for the picks. */
export type LogSort = "user" | "user with escrow" | "escrow";

function weightsOf(sort: LogSort): readonly [number, Pick["type"]][] {
  if (sort === "user") return WEIGHTS;
  return [...WEIGHTS, ...(sort === "escrow" ? ADMIN_WEIGHTS : ESCROW_WEIGHTS)];
}

/** Draws picks; one in `lawfulTo + 1` is not lawful. */
export function pickArbitrary(lawfulTo: number, sort: LogSort): fc.Arbitrary<Pick> {
  const type = fc.oneof(...weightsOf(sort).map(([weight, name]) => ({ weight, arbitrary: fc.constant(name) })));
  const twist = fc.oneof(
    { weight: lawfulTo, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.oneof(fc.constant(FORBIDDEN), fc.integer({ min: 1, max: TWISTS })) },
  );
  return fc.record({ type, actor: fc.nat(63), choice: fc.nat(4095), twist });
}

/** Epochs that a member must declare missing in its next link of a type that may declare (MEM-9). */
export type MissingOf = (position: number) => ReadonlySet<number>;

/** Members that might author the picked operation. */
function actorsOf(model: Model, { type }: Pick): readonly ModelMember[] {
  return type === "give" ? activeOf(model).filter(({ kind }) => kind === "escrow") : activeOf(model);
}

/** An admissible operation of the type, by the drawn member or the next one that may; undefined if no member may. */
export function drawLawful(model: Model, pick: Pick, missingOf: MissingOf, scope: Scope = {}): Op | undefined {
  const active = actorsOf(model, pick);
  const enters = pick.type === "join" || pick.type === "enroll";
  if (enters && ownOf(model).length >= MAX_ACTIVE) return undefined;
  for (const [turn] of active.entries()) {
    const by = active[(pick.actor + turn) % active.length]?.position as number;
    const lawful = drawn(model, pick, by, missingOf(by), scope);
    // Starts at the drawn one, so that not all are judged.
    for (const [index] of lawful.entries()) {
      const op = lawful[(pick.choice + index) % lawful.length] as Op;
      if (violations(model, op).size === 0) return op;
    }
  }
  return undefined;
}

/** An operation that is usually not admissible: one that the rules forbid, or a twisted one. */
export function drawTwisted(model: Model, pick: Pick, missingOf: MissingOf, scope: Scope = {}): Op | undefined {
  const active = actorsOf(model, pick);
  const by = active[pick.actor % active.length]?.position;
  if (by === undefined) return undefined;
  if (pick.twist === FORBIDDEN) return drawForbidden(model, pick, by, missingOf(by), scope);
  const ops = drawn(model, pick, by, missingOf(by), scope);
  const op = ops[pick.choice % ops.length];
  if (!op || op.type === "join" || op.type === "genesis") return undefined;
  return twisted(model, op, pick);
}

/** An operation that the rules forbid a member; each type and each set of rules is equally likely. */
function drawForbidden(
  model: Model,
  pick: Pick,
  by: number,
  missing: ReadonlySet<number>,
  scope: Scope,
): Op | undefined {
  const groups = new Map<string, Op[]>();
  for (const [, type] of [...WEIGHTS, ...ESCROW_WEIGHTS, ...ADMIN_WEIGHTS]) {
    const ops = drawn(model, { ...pick, type }, by, missing, scope);
    // A dozen of each type is enough to choose from.
    const some = ops.filter((_, index) => (index + pick.choice) % Math.ceil(ops.length / 12) === 0);
    for (const op of some) {
      const broken = violations(model, op);
      const reason = `${op.type} ${[...broken]}`;
      if (broken.size > 0) groups.set(reason, [...(groups.get(reason) ?? []), op]);
    }
  }
  const group = [...groups.values()][pick.choice % Math.max(1, groups.size)];
  return group?.[Math.floor(pick.choice / groups.size) % group.length];
}

function drawn(model: Model, { type, choice }: Pick, by: number, missing: ReadonlySet<number>, scope: Scope): Op[] {
  const ops = candidates(model, type === "approve" || type === "give" ? "review" : type, by, missing, scope);
  if (type === "approve") return ops.filter((op) => removedBy(op).length === 0);
  // Logs of removals only would leave no member to continue with.
  return ops.filter((op) => op.type === "lockdown" || removedBy(op).length <= 1 + (choice % 2));
}

function twisted(model: Model, op: Exclude<Op, { type: "genesis" | "join" }>, { twist, choice }: Pick): Op {
  const pickOf = <T>(items: readonly T[]): T | undefined => items[choice % Math.max(1, items.length)];
  const isGone = ({ active, kind }: Model["members"][number]): boolean => !active && kind !== "escrow";
  const gone = pickOf(model.members.filter(isGone))?.position;
  const any = pickOf(activeOf(model))?.position as number;
  const author = "by" in op ? op.by : any;
  const isByEscrow = author === escrowOf(model)?.position;
  switch (twist) {
    case 1: // by somebody who was removed
      return gone !== undefined && "by" in op && !isByEscrow && !named(op).includes(gone) ? { ...op, by: gone } : op;
    case 2: // somebody who was removed is named
      return gone !== undefined ? naming(op, gone) : op;
    case 3: // somebody is named twice
      return naming(op, any);
    case 4: // the author names itself
      return naming(op, author);
    case 5: // epochs that were never held are declared missing
      return declaring(op, model.epoch + 1);
    case 6: // the current epoch is declared missing
      return memberOf(model, author).held.has(model.epoch) ? declaring(op, model.epoch) : op;
    case 7: // a regrant to somebody who was never granted that
      return op.type === "regrant" ? { ...op, regrants: [{ member: any, epochs: new Set([1]) }] } : op;
    case 8: // a new epoch is withheld from escrow where there is none, or it would not get it
      return ["review", "rotate", "rekey", "lockdown"].includes(op.type) ? ({ ...op, withhold: true } as Op) : op;
    case 9: // escrow gives more than its pairs were granted
      return op.type === "review" && op.gift?.epochs
        ? { ...op, gift: { ...op.gift, epochs: new Set([...op.gift.epochs, (choice % model.epoch) + 1]) } }
        : op;
    case 10: // escrow names no pair, or all in another order
      return op.type === "review" && op.gift
        ? { ...op, gift: { ...op.gift, pairs: choice % 2 ? [] : [...op.gift.pairs].reverse() } }
        : op;
    case 11: // a pair that adds nothing is named, or is named twice
      return op.type === "review" && op.gift
        ? { ...op, gift: { ...op.gift, pairs: morePairs(model, op.gift.pairs) } }
        : op;
    case 12: // something else is reclaimed from somebody else
      return op.type === "reclaim" ? { ...op, from: any, epochs: new Set([(choice % model.epoch) + 1]) } : op;
    default: // positions that are no acts, or in another order
      return op.type === "disown" ? { ...op, acts: choice % 2 ? [...op.acts].reverse() : [...op.acts, model.seq] } : op;
  }
}

function morePairs({ granted }: Model, pairs: readonly { readonly sign: string; readonly kem: string }[]) {
  const texts = new Set([...pairs.map(({ sign, kem }) => `${sign} ${kem}`), ...granted.keys()]);
  return [...texts].sort().map((text) => ({ sign: text.split(" ")[0] as string, kem: text.split(" ")[1] as string }));
}

function declaring(op: Op, epoch: number): Op {
  const declares = [
    "enroll",
    "enroll-escrow",
    "renew-escrow",
    "review",
    "rotate",
    "regrant",
    "reclaim",
    "rekey",
    "lockdown",
  ];
  if (!declares.includes(op.type)) return op;
  const missing = ("missing" in op && op.missing) || new Set<number>();
  return { ...op, missing: new Set([...missing, epoch]) } as Op;
}

const named = (op: Op): readonly number[] => ("approve" in op ? [...op.approve, ...op.remove] : removedBy(op));

function naming<T extends Op>(op: T, position: number): Op {
  if (op.type === "review") return { ...op, approve: [...op.approve, position] };
  if (op.type === "expel" || op.type === "lockdown") return { ...op, remove: [...op.remove, position] };
  if (op.type === "rename") return { ...op, member: position };
  return op;
}
