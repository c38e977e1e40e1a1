// The reference model compared with the protocol's own claims, without any code of src/: every history of a small world.
// docs/spec.md section 7 (no gap; GRT-2, whose wrong variants must fail here, or the model could not find any leak).

import { describe, expect, it } from "vitest";
import { violations } from "./admission.js";
import { candidates, type OpType, subsets } from "./candidates.js";
import { computableBy, type Derivation, NO_SECRETS, openedBy, publish, type Secrets } from "./knowledge.js";
import { activeOf, EMPTY, effectOf, type Model, type Op, stretchesOf, union } from "./reference.js";

interface Step {
  readonly model: Model;
  readonly secrets: Secrets;
}

const TYPES: readonly OpType[] = ["join", "enroll", "review", "rotate", "rekey", "leave", "lockdown", "reclaim"];

function take({ model, secrets }: Step, op: Op): Step {
  const effect = effectOf(model, op);
  return { model: effect.after, secrets: publish(secrets, op, effect) };
}

/** Every state after each admissible next link of honest members; devices only, since a backup key changes no rule here. */
function nextSteps(step: Step, types: readonly OpType[]): Step[] {
  const ops = types.flatMap((type) => {
    const authors = type === "join" ? [0] : activeOf(step.model).map(({ position }) => position);
    return authors.flatMap((by) => candidates(step.model, type, by, new Set(), { kinds: ["device"] }));
  });
  return ops.filter((op) => violations(step.model, op).size === 0).map((op) => take(step, op));
}

/** Epochs that members can compute beyond those that they may by the log, if any. */
function leaks({ model, secrets }: Step, derivation: Derivation): boolean {
  return subsets(model.members).some((coalition) => {
    const reach = coalition.reduce((all, member) => union(all, member.reach), new Set<number>());
    const computable = computableBy(secrets, new Set(coalition.map(({ position }) => position)), derivation);
    return [...computable].some((epoch) => !reach.has(epoch));
  });
}

const FIRST = take({ model: EMPTY, secrets: NO_SECRETS }, { type: "genesis", operator: false });

/** Length of the shortest history that leaks. */
function shortestLeak(derivation: Derivation, types: readonly OpType[], limit: number): number | undefined {
  let steps = [FIRST];
  for (let length = 2; length <= limit; length++) {
    steps = steps.flatMap((step) => nextSteps(step, types));
    if (steps.some((step) => leaks(step, derivation))) return length;
  }
  return undefined;
}

describe("every history of honest members", () => {
  it("gives each member one stretch and reclaimed epochs, and exactly the seeds that it holds, up to 5 links", () => {
    let steps = [FIRST];
    let [seen, gaps] = [0, 0];
    for (let length = 2; length <= 5; length++) {
      steps = steps.flatMap((step) => nextSteps(step, TYPES));
      for (const { model, secrets } of steps) {
        seen++;
        const reclaimed = model.members.reduce((all, member) => union(all, member.reclaimed), new Set<number>());
        for (const { position, active, held, reach } of model.members) {
          const [newest, ...older] = stretchesOf(held).reverse();
          if (active) expect([undefined, model.epoch]).toContain(newest?.[1]);
          for (const [from, to] of older)
            for (let epoch = from; epoch <= to; epoch++) expect(reclaimed).toContain(epoch);
          if (older.length > 0) gaps++;
          expect(held).toEqual(reach);
          expect(openedBy(secrets, position)).toEqual(held);
        }
      }
    }
    expect(seen).toBeGreaterThan(1_000);
    // Without reclaims there is no gap; with them there are some (the proofs cover both).
    expect(gaps).toBeGreaterThan(0);
  });

  it("lets no coalition compute more than its members were granted, including removed ones, up to 5 links (GRT-2)", () => {
    expect(shortestLeak("all", TYPES, 5)).toBeUndefined();
  });
});

describe("grant keys derived from less than all seeds of the run leak (GRT-2)", () => {
  const types: readonly OpType[] = ["join", "review"];

  it("from the last seed in 4 links, from the first in 5, from both ends in 6", () => {
    expect(shortestLeak("last", types, 4)).toBe(4);
    expect(shortestLeak("first", types, 5)).toBe(5);
    expect(shortestLeak("both ends", types, 6)).toBe(6);
    expect(shortestLeak("all", types, 6)).toBeUndefined();
  });
});
