// Every operation that a member could attempt in a state of the reference model, for drawing histories and exhausting small ones.
// docs/spec.md section 6.5.

import {
  activeOf,
  escrowOf,
  type Gift,
  grantedTo,
  isConfirmed,
  isEscrow,
  type Kind,
  type Model,
  type ModelMember,
  type ModelPointer,
  type ModelRegrant,
  memberOf,
  minus,
  type Op,
  ownOf,
  type Pair,
  type Role,
  stretchesOf,
  union,
} from "./reference.js";

export type OpType = Exclude<Op["type"], "genesis">;

/** Values that operations may use besides the members. */
export interface Scope {
  readonly kinds?: readonly Kind[];
  /** Pointers that devices might set. */
  readonly pointers?: readonly ModelPointer[];
  /** Whether authors may withhold new epochs from escrow. */
  readonly withholding?: boolean;
}

/** Operations of one type by one author, which may be admissible or not. `missing` is what the author must declare. */
export function candidates(
  model: Model,
  type: OpType,
  by: number,
  missing: ReadonlySet<number>,
  { kinds = ["device", "backup"], pointers = [], withholding = false }: Scope = {},
): Op[] {
  const others = activeOf(model).filter(({ position }) => position !== by);
  const positions = others.map(({ position }) => position);
  const both = <T extends object>(op: T): T[] =>
    withholding && escrowOf(model) ? [op, { ...op, withhold: true }] : [op];
  switch (type) {
    case "join":
      return both({ type });
    case "enroll": {
      const roles = model.kind === "escrow" ? { roles: rolesFor(model.seq) } : {};
      return kinds.map((kind) => ({ type, by, kind, missing, ...roles }));
    }
    case "enroll-escrow":
    case "renew-escrow":
      return pointers.map((pointer) => ({ type, by, pointer, ...(!isEscrow(model, by) && { missing }) }));
    case "rotate":
    case "rekey":
      return both({ type, by, missing });
    case "leave":
    case "act":
    case "access":
    case "policy":
      return [{ type, by }];
    case "disown":
      return disownable(model).map((acts) => ({ type, by, acts }));
    case "rename":
      return [by, ...positions].map((member) => ({ type, by, member }));
    case "expel":
      return subsets([by, ...positions]).map((remove) => ({ type, remove }));
    case "review":
      return isEscrow(model, by) ? reviewsByEscrow(model, by) : reviews(model, by, missing).flatMap(both);
    case "lockdown":
      return [
        { type, by, on: false, remove: [], missing },
        ...subsets(positions).map((remove): Op => ({ type, by, on: true, remove, missing })),
      ].flatMap((op) => both(op as Op & { type: "lockdown" }));
    case "regrant":
      return regrants(model, memberOf(model, by), missing).map((regrants) => ({ type, by, regrants, missing }));
    case "reclaim":
      return reclaims(model, memberOf(model, by), missing);
  }
}

function reviews(model: Model, by: number, missing: ReadonlySet<number>): (Op & { type: "review" })[] {
  const positions = activeOf(model).flatMap(({ position }) => (position === by ? [] : [position]));
  const [firstAct] = disownable(model).at(-1) ?? [];
  return subsets(positions).flatMap((remove) =>
    subsets(positions.filter((position) => !remove.includes(position))).map((approve): Op & { type: "review" } => {
      const confirms = model.kind === "escrow" ? approve.filter((position) => !isConfirmed(model, position)) : [];
      const roles = new Map(confirms.map((position) => [position, rolesFor(position + approve.length)]));
      const disown = firstAct !== undefined && remove.length > 0 && approve.length === 0 ? { disown: [firstAct] } : {};
      return { type: "review", by, approve, remove, missing, ...(roles.size > 0 && { roles }), ...disown };
    }),
  );
}

/** Some roles, different ones as the log grows. */
function rolesFor(number: number): readonly Role[] {
  const all: readonly (readonly Role[])[] = [["manage"], ["recover"], [], ["discover", "recover"], ["manage"]];
  return all[number % all.length] as readonly Role[];
}

/** Acts that could be disowned: one at a time, and all. */
function disownable(model: Model): number[][] {
  const acts = [...model.acts.keys()].filter((position) => !model.disowned.has(position));
  return acts.length > 0 ? [...acts.map((position) => [position]), acts] : [];
}

/**
 * ESC-11: all epochs that the pair in force and the earlier ones were granted, those of the pair in force alone, a part, and
 * none.
 */
function reviewsByEscrow(model: Model, by: number): Op[] {
  const inForce = escrowOf(model)?.pointer as Pair;
  const own = grantedTo(model, inForce);
  const pairs: Pair[] = [];
  let all: ReadonlySet<number> = own;
  for (const text of [...model.granted.keys()].sort()) {
    const [sign, kem] = text.split(" ") as [string, string];
    if (minus(grantedTo(model, { sign, kem }), all).size === 0) continue;
    pairs.push({ sign, kem });
    all = union(all, grantedTo(model, { sign, kem }));
  }
  const odd = new Set([...all].filter((epoch) => epoch % 2 === 1));
  const gifts: Gift[] = [
    { epochs: all, pairs },
    { epochs: own, pairs: [] },
    { epochs: odd, pairs },
  ];
  const positions = ownOf(model).map(({ position }) => position);
  const targets: (Gift | undefined)[] = [...gifts.filter(({ epochs }) => epochs && epochs.size > 0), undefined];
  return [
    ...positions.flatMap((position) => targets.map((gift) => ({ approve: [position], remove: [], gift }))),
    ...positions.flatMap((position) =>
      positions
        .filter((other) => other !== position)
        .map((other) => ({ approve: [position], remove: [other], gift: gifts[0] })),
    ),
    ...positions.map((position) => ({ approve: [], remove: [position], gift: undefined })),
    { approve: positions, remove: [], gift: gifts[0] },
  ].map(({ gift, ...lists }) => ({ type: "review", by, ...lists, ...(gift && { gift }) }));
}

/** Epochs that the author might regrant: to one member, itself included, or everything that any member declared missing. */
function regrants(model: Model, author: ModelMember, missing: ReadonlySet<number>): ModelRegrant[][] {
  const can = minus(author.held, missing);
  const lists = activeOf(model).map(({ position, reach, held, withheld }): ModelRegrant[] => {
    const all = new Set([...reach, ...withheld].filter((epoch) => can.has(epoch)));
    const ends = new Set([...all].filter((epoch) => !all.has(epoch - 1) || !all.has(epoch + 1)));
    const parts = stretchesOf(all).map(([from]) => new Set([from]));
    // The first is what the member lacks; then more runs out of its epochs; the last two may be more than is permitted.
    return [minus(all, held), all, ends, ...parts, can, reach].map((epochs) => ({ member: position, epochs }));
  });
  const everything = lists.flatMap(([lacks]) => lacks ?? []);
  const single = lists.flat().map((regrant) => [regrant]);
  return [everything, ...single]
    .map((list) => list.filter(({ epochs }) => epochs.size > 0))
    .filter((list) => list.length > 0);
}

/**
 * Epochs that the author might reclaim: all that a removed member held and it lacks, one stretch of them, or epochs that it may
 * not.
 */
function reclaims(model: Model, author: ModelMember, missing: ReadonlySet<number>): Op[] {
  const held = minus(author.held, missing);
  return model.members.flatMap(({ position: from, active, held: had }) => {
    if (from === author.position) return [];
    const lacks = minus(had, held);
    const parts = stretchesOf(lacks).map(([epoch]) => new Set([epoch]));
    const sets = active ? [lacks] : [lacks, ...parts, had];
    return sets
      .filter((epochs) => epochs.size > 0)
      .map((epochs): Op => ({ type: "reclaim", by: author.position, from, epochs, missing }));
  });
}

/** Every subset, the empty one first. */
export function subsets<T>(items: readonly T[]): T[][] {
  const [first, ...rest] = items;
  if (first === undefined) return [[]];
  const without = subsets(rest);
  return [...without, ...without.map((subset) => [first, ...subset])];
}
