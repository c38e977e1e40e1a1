// Random logs of forged links (users' logs with and without escrow, and escrow logs), by members that may claim to be unable to
// open any epoch. The code accepts every link of the reference model with the same facts, and refuses every forbidden link by the
// same rule. No grant is real, so these logs are long and many. docs/spec.md sections 6 and 11 (ESC-11).
//
// `KEYSTEAD_RUNS=5000 npx vitest run --project node test/model/logs.test.ts` runs 5,000 logs. `KEYSTEAD_SEED` replays.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { toHex } from "../../src/bytes/text.js";
import type { MemberKeys } from "../../src/keys/member-keys.js";
import { OperatorKeys } from "../../src/keys/operator-keys.js";
import { kemDigest } from "../../src/log/pairs.js";
import type { LogState } from "../../src/log/state.js";
import { appendEntry } from "../../src/log/verify.js";
import type { Env } from "../../src/primitives/env.js";
import { createEscrowLog, createLog } from "../support/accepted.js";
import { type RawSigner, signerOf } from "../support/raw-link.js";
import { numRuns, timeout } from "../support/runs.js";
import { seededEnv } from "../support/seeded-env.js";
import { errorOf } from "../support/thrown.js";
import { keysNamed } from "../support/world.js";
import { violations } from "./admission.js";
import { expectLink, factsOf, modelFactsOf } from "./compare.js";
import { drawLawful, drawTwisted, type LogSort, type MissingOf, type Pick, pickArbitrary } from "./draw.js";
import { type Forger, forge } from "./forge.js";
import { describeOp } from "./history.js";
import { pairOf } from "./pairs.js";
import { EMPTY, effectOf, isEscrow, type Model, type ModelPointer, memberOf, type Op, type Pair } from "./reference.js";
import { SUBJECT } from "./world.js";

const MAX_LINKS = 40;

/** The keys of escrow epochs, an admin's, and a thief's. */
const ESCROW = ["escrow epoch 1", "escrow epoch 2", "a thief"].map(keysNamed) as readonly MemberKeys[];
const ADMIN = keysNamed("an admin");

/** Pointers into two escrow logs: to true epochs, and to keys that are mixed with a thief's. */
const POINTERS: readonly ModelPointer[] = [
  pointer("11", 1, 0, 0),
  pointer("11", 2, 1, 1),
  pointer("11", 2, 2, 1),
  pointer("11", 1, 0, 2),
  pointer("22", 1, 2, 2),
];

function pointer(log: string, epoch: number, signer: number, kem: number): ModelPointer {
  const keys = (index: number): MemberKeys => ESCROW[index] as MemberKeys;
  return {
    log: log.repeat(32),
    seq: 2 * epoch + kem,
    epoch,
    ...pairOf({ signingKey: keys(signer).signingKey, kemKey: keys(kem).publicKeys.kem }),
  };
}

/** A log, and everybody's keys. */
class Keys implements Forger {
  log: LogState;
  readonly env: Env;
  readonly operator: OperatorKeys;
  readonly admin = ADMIN;
  readonly members = new Map<number, { readonly id: MemberId; readonly signer: RawSigner | undefined }>();

  constructor(seed: string, hasOperator: boolean, kind: Model["kind"]) {
    this.env = seededEnv(seed);
    this.operator = new OperatorKeys(this.env.random(32));
    const operator = hasOperator ? this.operator.signingKey : undefined;
    const create = kind === "escrow" ? createEscrowLog : createLog;
    const first = create({ subject: SUBJECT, device: { name: "1" }, operator }, this.env);
    this.log = first.log;
    this.members.set(1, { id: first.keyring.member, signer: signerOf(first) });
  }

  id(position: number): MemberId {
    return this.members.get(position)?.id as MemberId;
  }

  signer(position: number): RawSigner {
    return this.members.get(position)?.signer as RawSigner;
  }

  pair(pair: Pair): ReturnType<Forger["pair"]> {
    const signer = ESCROW.find(({ signingKey: sign }) => toHex(sign) === pair.sign) as MemberKeys;
    const { kem } = (ESCROW.find(({ publicKeys }) => toHex(kemDigest(publicKeys.kem)) === pair.kem) as MemberKeys)
      .publicKeys;
    return { signer, kem };
  }

  positionOf(id: MemberId): number {
    return [...this.members].find(([, each]) => each.id === id)?.[0] as number;
  }
}

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
    const effect = effectOf(sheet.model, op);
    sheet.model = effect.after;
    if (op.type === "rekey") keys.members.set(op.by, { id: keys.id(op.by), signer: fresh });
    if (id) keys.members.set(sheet.model.seq, { id, signer: fresh });
    expect(factsOf(keys.log)).toEqual(modelFactsOf(sheet.model));
    expectLink(keys.log, (each) => keys.positionOf(each), op, effect);
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
          fc.modelRun(() => ({ model: { model }, real: new Keys(`logs/${seed}`, operator, kind) }), commands);
        }),
        { numRuns: RUNS },
      );
    },
    timeout(RUNS),
  );
});
