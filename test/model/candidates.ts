// Every operation that a member could ask for in a state of the reference model, for drawing histories and exhausting small
// ones. docs/spec.md section 6, the table of links.

import {
  activeOf,
  type Kind,
  type Model,
  type ModelMember,
  type ModelRegrant,
  memberOf,
  minus,
  type Op,
  stretchesOf,
} from "./reference.js";

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
      return regrants(model, memberOf(model, by), missing).map((regrants) => ({ type, by, regrants, missing }));
  }
}

/** What the author might regrant: to one member, itself included, or everything that everybody declared missing. */
function regrants(model: Model, author: ModelMember, missing: ReadonlySet<number>): ModelRegrant[][] {
  const can = minus(author.held, missing);
  const lists = activeOf(model).map(({ position, reach, held }): ModelRegrant[] => {
    const all = new Set([...reach].filter((epoch) => can.has(epoch)));
    const ends = new Set([...all].filter((epoch) => !all.has(epoch - 1) || !all.has(epoch + 1)));
    const parts = stretchesOf(all).map(([from]) => new Set([from]));
    // The first is what the member lacks; then more runs out of what it has; the last two may be more than is allowed.
    return [minus(all, held), all, ends, ...parts, can, reach].map((epochs) => ({ member: position, epochs }));
  });
  const everything = lists.flatMap(([lacks]) => lacks ?? []);
  const single = lists.flat().map((regrant) => [regrant]);
  return [everything, ...single]
    .map((list) => list.filter(({ epochs }) => epochs.size > 0))
    .filter((list) => list.length > 0);
}

/** Every subset, the empty one first. */
export function subsets<T>(items: readonly T[]): T[][] {
  const [first, ...rest] = items;
  if (first === undefined) return [[]];
  const without = subsets(rest);
  return [...without, ...without.map((subset) => [first, ...subset])];
}
