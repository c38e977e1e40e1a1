// Every operation that a member could ask for in a state of the reference model, for drawing histories and exhausting small
// ones. docs/spec.md section 6, the table of links.

import { activeOf, type Kind, type Model, type ModelMember, memberOf, type Op, stretchesOf } from "./reference.js";

export type OpType = Exclude<Op["type"], "genesis">;

/** Operations of one type by one author that may or may not be admissible. `missing` is what the author must declare. */
export function candidates(
  model: Model,
  type: OpType,
  by: number,
  missing: ReadonlySet<number>,
  kinds: readonly Kind[] = ["device", "backup"],
): Op[] {
  const others = activeOf(model).filter(({ position }) => position !== by);
  const positions = others.map(({ position }) => position);
  switch (type) {
    case "join":
      return [{ type }];
    case "enroll":
      return kinds.map((kind) => ({ type, by, kind, missing }));
    case "rotate":
    case "rekey":
      return [{ type, by, missing }];
    case "leave":
      return [{ type, by }];
    case "rename":
      return [by, ...positions].map((member) => ({ type, by, member }));
    case "expel":
      return subsets([by, ...positions]).map((remove) => ({ type, remove }));
    case "review":
      return subsets(positions).flatMap((remove) =>
        subsets(positions.filter((position) => !remove.includes(position))).map(
          (approve): Op => ({ type, by, approve, remove, missing }),
        ),
      );
    case "lockdown":
      return [
        { type, by, on: false, remove: [], missing },
        ...subsets(positions).map((remove): Op => ({ type, by, on: true, remove, missing })),
      ];
    case "regrant":
      return others.flatMap((member) =>
        repairs(memberOf(model, by), member, missing).map(
          (epochs): Op => ({
            type,
            by,
            regrants: [{ member: member.position, epochs }],
            missing,
          }),
        ),
      );
  }
}

/** What one member might be regranted: what it declared missing, everything, or one stretch of it. */
function repairs(author: ModelMember, member: ModelMember, missing: ReadonlySet<number>): ReadonlySet<number>[] {
  const can = new Set([...member.reach].filter((epoch) => author.held.has(epoch) && !missing.has(epoch)));
  const lacks = new Set([...can].filter((epoch) => !member.held.has(epoch)));
  const ends = new Set([...can].filter((epoch) => !can.has(epoch - 1) || !can.has(epoch + 1)));
  const parts = stretchesOf(can).map(([from]) => new Set([from]));
  return [lacks, can, ends, ...parts].filter((epochs) => epochs.size > 0);
}

/** Every subset, the empty one first. */
export function subsets<T>(items: readonly T[]): T[][] {
  const [first, ...rest] = items;
  if (first === undefined) return [[]];
  const without = subsets(rest);
  return [...without, ...without.map((subset) => [first, ...subset])];
}
