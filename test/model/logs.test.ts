// Random logs of forged links (users' logs with and without escrow, and escrow logs), by members that may claim to be unable to
// open any epoch. The code accepts every link of the reference model with the same facts, and refuses every forbidden link by the
// same rule. No grant is real, so these logs are long and many. docs/spec.md sections 6 and 11 (ESC-11).
//
// `KEYSTEAD_RUNS=5000 npx vitest run --project node test/model/logs.test.ts` runs 5,000 logs. `KEYSTEAD_SEED` replays.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numRuns, timeout } from "../support/runs.js";
import { errorOf } from "../support/thrown.js";
import { violations } from "./admission.js";
import { expectLink, factsOf, modelFactsOf } from "./compare.js";
import { drawLawful, drawTwisted, type LogSort, type MissingOf, type Pick, pickArbitrary } from "./draw.js";
import { forge } from "./forge.js";
import { ForgedLog, POINTERS } from "./forged-log.js";
import { describeOp } from "./history.js";
import { EMPTY, effectOf, isEscrow, type Model, memberOf, type Op } from "./reference.js";

const MAX_LINKS = 40;

class Step {
  #op: Op | undefined;
  #done = "";

  constructor(
    readonly pick: Pick,
    /** Epochs that the author claims it cannot open: a bit for each, by number. */
    readonly claim: number,
  ) {}

  check({ model }: Readonly<{ model: Model }>): boolean {
    this.#op = model.seq < MAX_LINKS ? this.#draw(model) : undefined;
    return this.#op !== undefined;
  }

  run(sheet: { model: Model }, keys: ForgedLog): void {
    const op = this.#op as Op;
    this.#done = describeOp(op);
    if (op.type === "genesis") throw new Error("a log has one genesis");
    const forged = forge(keys, sheet.model, op);
    const broken = violations(sheet.model, op);
    if (broken.size > 0) {
      const before = factsOf(keys.log);
      const error = errorOf(() => keys.append(forged, op));
      expect(error?.code).toBe("INVALID_LINK");
      expect([...broken], `rule of: ${error?.message}`).toContain(error?.rule);
      expect(factsOf(keys.log)).toEqual(before);
      return;
    }
    keys.append(forged, op);
    const effect = effectOf(sheet.model, op);
    sheet.model = effect.after;
    expect(factsOf(keys.log)).toEqual(modelFactsOf(sheet.model));
    expectLink(keys.log, (each) => keys.position(each), op, effect);
  }

  toString(): string {
    return this.#done || this.pick.type;
  }

  #draw(model: Model): Op | undefined {
    const claimed: MissingOf = (position) =>
      new Set([...memberOf(model, position).held].filter((epoch) => ((this.claim >> (epoch % 16)) & 1) === 1));
    const missingOf: MissingOf = (position) => (isEscrow(model, position) ? new Set() : claimed(position));
    const scope = { pointers: POINTERS, withholding: true };
    const draw = this.pick.twist === 0 ? drawLawful : drawTwisted;
    return draw(model, this.pick, missingOf, scope);
  }
}

const RUNS = numRuns(24, 10);

describe.each<LogSort>(["user", "user with escrow", "escrow"])("random logs of forged links, of sort: %s", (sort) => {
  it(
    "agree with the reference model, and hold no link that a rule forbids (LOG-4, MEM-1..10, GRT-1, ESC-11)",
    () => {
      const kind = sort === "escrow" ? "escrow" : "user";
      const claims = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(65_535) });
      const steps = fc.tuple(pickArbitrary(3, sort), claims).map(([pick, claim]) => new Step(pick, claim));
      const logs = fc.commands([steps], { maxCommands: 2 * MAX_LINKS, size: "max" });
      fc.assert(
        fc.property(fc.nat(), fc.boolean(), logs, (seed, operator, commands) => {
          const model = effectOf(EMPTY, { type: "genesis", operator, kind }).after;
          fc.modelRun(() => ({ model: { model }, real: new ForgedLog(`logs/${seed}`, operator, kind) }), commands);
        }),
        { numRuns: RUNS },
      );
    },
    timeout(RUNS),
  );
});
