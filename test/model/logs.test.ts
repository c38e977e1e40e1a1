// Random logs of forged links, by members that may claim to be unable to open anything: what the reference model writes the
// code accepts with the same facts, and what it forbids the code refuses by the same rule. Nothing is granted for real, so
// these are long and many. docs/spec.md section 6.
//
// `KEYSTEAD_RUNS=5000 npx vitest run --project node test/model/logs.test.ts` runs 5,000 logs. `KEYSTEAD_SEED` replays.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { OperatorKeys } from "../../src/keys/operator-keys.js";
import type { LogState } from "../../src/log/state.js";
import { appendEntry } from "../../src/log/verify.js";
import type { Env } from "../../src/primitives/env.js";
import { createLog } from "../support/accepted.js";
import { type RawSigner, signerOf } from "../support/raw-link.js";
import { seededEnv } from "../support/seeded-env.js";
import { violations } from "./admission.js";
import { errorOf, factsOf, modelFactsOf } from "./compare.js";
import { drawLawful, drawTwisted, type MissingOf, type Pick, pickArbitrary } from "./draw.js";
import { type Forger, forge } from "./forge.js";
import { describeOp, numRuns, timeout } from "./history.js";
import { EMPTY, effectOf, type Model, memberOf, type Op } from "./reference.js";
import { SUBJECT } from "./world.js";

const MAX_LINKS = 40;

/** A log, and everybody's keys. */
class Keys implements Forger {
  log: LogState;
  readonly env: Env;
  readonly operator: OperatorKeys;
  readonly members = new Map<number, { readonly id: MemberId; readonly signer: RawSigner }>();

  constructor(seed: string, hasOperator: boolean) {
    this.env = seededEnv(seed);
    this.operator = new OperatorKeys(this.env.random(32));
    const operator = hasOperator ? this.operator.sign : undefined;
    const first = createLog({ subject: SUBJECT, device: { name: "1" }, operator }, this.env);
    this.log = first.log;
    this.members.set(1, { id: first.keyring.member, signer: signerOf(first) });
  }

  id(position: number): MemberId {
    return this.members.get(position)?.id as MemberId;
  }

  signer(position: number): RawSigner {
    return this.members.get(position)?.signer as RawSigner;
  }
}

class Step {
  #op: Op | undefined;
  #done = "";

  constructor(
    readonly pick: Pick,
    /** Which of its epochs the author claims it cannot open: a bit for each, by number. */
    readonly claim: number,
  ) {}

  check({ model }: Readonly<{ model: Model }>): boolean {
    this.#op = model.seq < MAX_LINKS ? this.#draw(model) : undefined;
    return this.#op !== undefined;
  }

  run(sheet: { model: Model }, keys: Keys): void {
    const op = this.#op as Op;
    this.#done = describeOp(op);
    if (op.type === "genesis") throw new Error("a log has one genesis");
    const { entry, fresh, id } = forge(keys, sheet.model, op);
    const broken = violations(sheet.model, op);
    if (broken.size > 0) {
      const before = factsOf(keys.log);
      const error = errorOf(() => appendEntry(keys.log, entry, { now: "unchecked" }));
      expect(error?.code).toBe("INVALID_LINK");
      expect([...broken], `rule of: ${error?.message}`).toContain(error?.rule);
      expect(factsOf(keys.log)).toEqual(before);
      return;
    }
    keys.log = appendEntry(keys.log, entry, { now: "unchecked" });
    sheet.model = effectOf(sheet.model, op).after;
    expect(factsOf(keys.log)).toEqual(modelFactsOf(sheet.model));
    if (!fresh || !id) return;
    if (op.type === "rekey") keys.members.set(op.by, { id: keys.id(op.by), signer: fresh });
    else keys.members.set(sheet.model.seq, { id, signer: fresh });
  }

  toString(): string {
    return this.#done || this.pick.type;
  }

  #draw(model: Model): Op | undefined {
    const claimed: MissingOf = (position) =>
      new Set([...memberOf(model, position).held].filter((epoch) => ((this.claim >> (epoch % 16)) & 1) === 1));
    return this.pick.twist === 0 ? drawLawful(model, this.pick, claimed) : drawTwisted(model, this.pick, claimed);
  }
}

const RUNS = numRuns(40, 20);

describe("random logs of forged links", () => {
  it(
    "say what the reference model says, and hold no link that a rule forbids (LOG-4, MEM-1..9, GRT-1)",
    () => {
      const claims = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(65_535) });
      const steps = fc.tuple(pickArbitrary(3), claims).map(([pick, claim]) => new Step(pick, claim));
      const logs = fc.commands([steps], { maxCommands: 2 * MAX_LINKS, size: "max" });
      fc.assert(
        fc.property(fc.nat(), fc.boolean(), logs, (seed, operator, commands) => {
          const model = effectOf(EMPTY, { type: "genesis", operator }).after;
          fc.modelRun(() => ({ model: { model }, real: new Keys(`logs/${seed}`, operator) }), commands);
        }),
        { numRuns: RUNS },
      );
    },
    timeout(RUNS),
  );
});
