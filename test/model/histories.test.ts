// Random histories of honest members, with real keys and real decryption, against the reference model: after every link each
// member can open exactly what the log says it holds. docs/spec.md sections 6 and 7.
//
// `KEYSTEAD_RUNS=2000 npx vitest run --project node test/model/histories.test.ts` runs 2,000 histories, in about half an hour.
// `KEYSTEAD_SEED` replays: all randomness is drawn from it.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkGrants } from "../../src/grants/check.js";
import { unsafeSerializeKeyring } from "../../src/grants/store.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { violations } from "./admission.js";
import { errorOf, expectKeyring, expectLink, expectLog, expectOpens, expectSameSecrets, factsOf } from "./compare.js";
import { drawLawful, drawTwisted, type Pick, pickArbitrary } from "./draw.js";
import { describeOp, MAX_LINKS, numRuns, type Sheet, start, timeout } from "./history.js";
import { publish } from "./knowledge.js";
import { activeOf, effectOf, type Model, type Op, stretchesOf } from "./reference.js";
import { bare, SUBJECT, type World } from "./world.js";

const NOTHING_MISSING = (): ReadonlySet<number> => new Set();

class Step {
  #op: Op | undefined;
  #done = "";

  constructor(readonly pick: Pick) {}

  check({ model }: Readonly<Sheet>): boolean {
    this.#op = model.seq < MAX_LINKS ? this.#draw(model) : undefined;
    return this.#op !== undefined;
  }

  run(sheet: Sheet, world: World): void {
    const op = this.#op as Op;
    this.#done = describeOp(op);
    const broken = violations(sheet.model, op);
    if (broken.size > 0) expectRefused(world, op, broken);
    else accept(sheet, world, op);
  }

  toString(): string {
    return this.#done || this.pick.type;
  }

  #draw(model: Model): Op | undefined {
    if (this.pick.twist === 0) return drawLawful(model, this.pick, NOTHING_MISSING);
    const op = drawTwisted(model, this.pick, NOTHING_MISSING);
    // The library never has an honest member declare what it can open.
    return op && "missing" in op && op.missing?.size ? undefined : op;
  }
}

function accept(sheet: Sheet, world: World, op: Op): void {
  const effect = effectOf(sheet.model, op);
  const written = world.write(op);
  world.publish(written, written.entry);
  expect(factsOf(written.log), "what the author was told").toEqual(factsOf(world.log));
  sheet.secrets = publish(sheet.secrets, op, effect);
  sheet.model = effect.after;
  expectLink(world, op, effect);
  expectLog(world, sheet.model);
  for (const { position, active, held, reach } of sheet.model.members) {
    expectKeyring(world, sheet.secrets, position);
    // The no-gap property: one stretch up to now, or to the removal.
    expect(reach).toEqual(held);
    expect(stretchesOf(held).length).toBeLessThanOrEqual(1);
    if (active) expect([undefined, sheet.model.epoch]).toContain(stretchesOf(held)[0]?.[1]);
  }
  const epoch = world.log.epochs.at(-1);
  const holders = activeOf(sheet.model).filter(({ held }) => held.has(sheet.model.epoch));
  // Sealing has no "nobody can read this" to refuse (section 12).
  expect(holders.length).toBeGreaterThan(0);
  const holder = holders[world.log.head.seq % holders.length];
  if (epoch && holder && effect.epoch !== undefined) expectOpens(epoch, world.session(holder.position));
}

/** Its author is refused, and nothing has changed. */
function expectRefused(world: World, op: Op, broken: ReadonlySet<string>): void {
  const session = world.session("by" in op ? op.by : 1);
  const before = { log: factsOf(world.log), keyring: unsafeSerializeKeyring(session) };
  const error = errorOf(() => world.write(op));
  expect(error?.code).toMatch(/^(NOT_PERMITTED|UNKNOWN_MEMBER)$/);
  expect([...broken], `rule of: ${error?.message}`).toContain(error?.rule);
  expect({ log: factsOf(world.log), keyring: unsafeSerializeKeyring(session) }).toEqual(before);
}

/** From bytes alone, in one go and in two, with and without attachments; and for one member from its seed alone. */
function expectSameFromScratch({ model, secrets }: Sheet, world: World, cut: number): void {
  const facts = factsOf(world.log);
  const whole = verifyLog(world.entries.map(bare), { subject: SUBJECT, now: "unchecked" });
  expect(whole.head).toEqual(world.log.head);
  expect(factsOf(whole)).toEqual(facts);
  const length = 1 + (cut % world.entries.length);
  const prefix = verifyLog(world.entries.slice(0, length), { subject: SUBJECT, now: "unchecked" });
  const rest = world.entries
    .slice(length)
    .reduce((log, entry) => appendEntry(log, entry, { now: "unchecked" }), prefix);
  expect(rest.head).toEqual(world.log.head);
  expect(factsOf(rest)).toEqual(facts);

  expectSameSecrets(world);
  const active = activeOf(model);
  const { position } = active[cut % active.length] as (typeof active)[number];
  expect(world.reopen(position)).toEqual([]);
  expectKeyring(world, secrets, position);
  expect(checkGrants(world.session(position), [length]).wrong).toEqual([]);
}

const RUNS = numRuns(25, 8);

describe("random histories of honest members", () => {
  it(
    "let every member open exactly the stretch that the log says it holds, and refuse what a rule forbids",
    () => {
      const steps = pickArbitrary(4).map((pick) => new Step(pick));
      const histories = fc.commands([steps], { maxCommands: 2 * MAX_LINKS, size: "max" });
      fc.assert(
        fc.property(fc.nat(), fc.boolean(), fc.nat(), histories, (seed, operator, cut, commands) => {
          let end: ReturnType<typeof start> | undefined;
          fc.modelRun(() => (end = start(`histories/${seed}`, operator)), commands);
          if (end) expectSameFromScratch(end.model, end.real, cut);
        }),
        { numRuns: RUNS },
      );
    },
    timeout(RUNS),
  );
});
