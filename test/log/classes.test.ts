// Approval classes as verification computes them, compared with the definition: the oldest among the member and, recursively, its
// approvers, removed members included. docs/spec.md section 2 (founder) and section 6 (MEM-1).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { memberIdOf } from "../../src/keys/member-keys.js";
import { ORIGIN } from "../../src/log/advance.js";
import { foundersOf } from "../../src/log/approvals.js";
import { applyEffect } from "../../src/log/effects.js";
import type { LinkRecord, LogFacts } from "../../src/log/state.js";

type Step = { readonly kind: "enter" | "enroll" | "approve" | "remove"; readonly who: number; readonly whom: number };

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom("enter", "enroll", "approve", "approve", "approve", "remove"),
    who: fc.nat(),
    whom: fc.nat(),
  }),
  { minLength: 1, maxLength: 30 },
) as fc.Arbitrary<readonly Step[]>;

/** The definition, computed from the approvals of a whole history. */
class History {
  readonly #positions = new Map<MemberId, number>();
  readonly #approvers = new Map<MemberId, Set<MemberId>>();

  enter(id: MemberId, position: number): void {
    this.#positions.set(id, position);
    this.#approvers.set(id, new Set());
  }

  approve(by: MemberId, id: MemberId): void {
    this.#approvers.get(id)?.add(by);
  }

  founder(id: MemberId): number {
    const seen = new Set([id]);
    for (const each of seen) for (const by of this.#approvers.get(each) ?? []) seen.add(by);
    return Math.min(...[...seen].map((each) => this.#positions.get(each) as number));
  }

  founders(): ReadonlyMap<MemberId, number> {
    return new Map([...this.#positions.keys()].map((id) => [id, this.founder(id)]));
  }
}

/** Keys of nobody: classes do not depend on keys. */
const keysOf = (position: number) => ({
  sign: new Uint8Array(32).fill(position),
  kem: new Uint8Array(4).fill(position),
});

describe("founders", () => {
  it("are the same in the state, by history, and by definition (MEM-1)", () => {
    fc.assert(
      fc.property(steps, (story) => {
        const history = new History();
        let log: LogFacts = ORIGIN;
        for (const step of [{ kind: "enter", who: 0, whom: 0 } as const, ...story]) log = tell(log, step, history);

        const byHistory = foundersOf(log);
        for (const [id, founder] of history.founders()) expect(byHistory.get(id)).toBe(founder);
        for (const { id, founder, lineage } of log.active.values()) {
          expect(founder).toBe(history.founder(id));
          // Otherwise a state would grow with every member that ever was in the log.
          for (const by of lineage.all.approvers) expect(log.active.has(by)).toBe(true);
        }
        expect(byHistory.size).toBe(log.active.size + log.removed.length);
      }),
      { numRuns: 300 },
    );
  });
});

/** One step of a story by the engine of effects. The history records it too. */
function tell(before: LogFacts, { kind, who, whom }: Step, history: History): LogFacts {
  const seq = before.head.seq + 1;
  const members = [...before.active.values()];
  const author = kind === "enter" ? undefined : members[who % members.length];
  const target = members[whom % members.length];
  const enter = { kind: "device" as const, name: new Uint8Array(32), ...keysOf(seq) };
  const id = memberIdOf(enter);
  const enters = { enter: { enter }, enroll: { enter, approve: [id] } };
  if (kind !== "enter" && kind !== "enroll" && author === target) return before;
  const effect = kind === "enter" || kind === "enroll" ? enters[kind] : { [kind]: [target?.id] };
  const { active, gone, entered } = applyEffect(before, author, { ...effect, newEpoch: false }, { seq, time: 0 });
  const approved = kind === "approve" && target ? [target.id] : [];
  const link: Partial<LinkRecord> = { seq, type: kind, author: author?.id ?? id, entered, approved };
  if (entered) history.enter(entered, seq);
  if (author && kind === "enroll") history.approve(author.id, id);
  if (author && target && kind === "approve") history.approve(author.id, target.id);
  const removed = gone.reduce((list, member) => list.push(member), before.removed);
  return { ...before, head: { ...before.head, seq }, active, removed, links: before.links.push(link as LinkRecord) };
}
