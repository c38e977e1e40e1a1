// Random histories of honest members, with real keys and real decryption, against the reference model: after every link each
// member can open exactly what the log says it holds. docs/spec.md sections 6 and 7.
//
// `KEYSTEAD_RUNS=2000 npx vitest run --project node test/model/histories.test.ts` runs 2,000 histories, in about half an hour.
// `KEYSTEAD_SEED` replays: all randomness is drawn from it.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkGrants } from "../../src/grants/check.js";
import { openKeyring, receive } from "../../src/grants/receive.js";
import { partsOf, unsafeSerializeKeyring } from "../../src/keys/keyring.js";
import { decodeEntry, encodeEntry } from "../../src/log/entry.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { violations } from "./admission.js";
import { errorOf, expectKeyring, expectLink, expectLogs, expectOpens, factsOf } from "./compare.js";
import { drawLawful, drawTwisted, type Pick, pickArbitrary } from "./draw.js";
import { forge } from "./forge.js";
import { NO_SECRETS, publish, type Secrets } from "./knowledge.js";
import { activeOf, EMPTY, effectOf, type Model, type Op, stretchesOf } from "./reference.js";
import { World as RealWorld, SUBJECT, type World } from "./world.js";

/** What the reference model knows of a history; fast-check has commands change it in place. */
interface Sheet {
  model: Model;
  secrets: Secrets;
}

const NOTHING_MISSING = (): ReadonlySet<number> => new Set();

class Step {
  #done = "";

  constructor(readonly pick: Pick) {}

  check({ model }: Readonly<Sheet>): boolean {
    return this.#draw(model) !== undefined;
  }

  run(sheet: Sheet, world: World): void {
    const op = this.#draw(sheet.model) as Op;
    this.#done = describeOp(op);
    const broken = violations(sheet.model, op);
    if (broken.size > 0) expectRefused(world, sheet.model, op, broken);
    else accept(sheet, world, op);
  }

  toString(): string {
    return this.#done || this.pick.type;
  }

  #draw(model: Model): Op | undefined {
    return this.pick.twist === 0
      ? drawLawful(model, this.pick, NOTHING_MISSING)
      : drawTwisted(model, this.pick, NOTHING_MISSING);
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
  expectLogs(world, sheet.model);
  for (const { position, active, held, reach } of sheet.model.members) {
    expectKeyring(world, sheet.secrets, position);
    // The no-gap property: one stretch up to now, or to the removal.
    expect(reach).toEqual(held);
    expect(stretchesOf(held).length).toBeLessThanOrEqual(1);
    if (active) expect([undefined, sheet.model.epoch]).toContain(stretchesOf(held)[0]?.[1]);
  }
  const epoch = world.log.epochs.at(-1);
  if (epoch && effect.epoch !== undefined) expectOpens(epoch, world.sessions.values());
}

/** Its author is refused by the library, and a link that says so anyway by everybody else, with nothing changed. */
function expectRefused(world: World, model: Model, op: Op, broken: ReadonlySet<string>): void {
  if (op.type === "genesis" || op.type === "join") throw new Error("always admissible");
  const facts = factsOf(world.log);
  const session = world.session("by" in op ? op.by : 1);
  const keyring = unsafeSerializeKeyring(session.keyring);
  // The library's author never declares missing what it has.
  if (!("missing" in op && op.missing?.size)) {
    const error = errorOf(() => world.write(op));
    expect(error?.code).toMatch(/^(NOT_PERMITTED|UNKNOWN_MEMBER)$/);
    expect([...broken], `rule of: ${error?.message}`).toContain(error?.rule);
  }
  const link = forge(world, model, op);
  const error = errorOf(() => receive(world.session(1), link));
  expect(error?.code).toBe("INVALID_LINK");
  expect([...broken], `rule of: ${error?.message}`).toContain(error?.rule);
  expect(factsOf(world.log)).toEqual(facts);
  expect(unsafeSerializeKeyring(session.keyring)).toEqual(keyring);
}

/** From bytes alone, in one go and in two, with and without attachments; from the seed alone; and every epoch once more. */
function expectSameFromScratch({ model, secrets }: Sheet, world: World, cut: number): void {
  const facts = factsOf(world.log);
  const bare = world.entries.map((entry) => encodeEntry(decodeEntry(entry).link.bytes, []));
  const whole = verifyLog(bare, { subject: SUBJECT });
  expect(whole.head).toEqual(world.log.head);
  expect(factsOf(whole)).toEqual(facts);
  const length = 1 + (cut % world.entries.length);
  const prefix = verifyLog(world.entries.slice(0, length), { subject: SUBJECT });
  const rest = world.entries.slice(length).reduce((log, entry) => appendEntry(log, entry), prefix);
  expect(rest.head).toEqual(world.log.head);
  expect(factsOf(rest)).toEqual(facts);

  for (const { position } of activeOf(model)) {
    const { keyring } = world.session(position);
    const seed = partsOf(keyring).keys.copySeed();
    const opened = openKeyring(world.log, world.entries, seed.bytes());
    expect(opened.keyring.epochs).toEqual(keyring.epochs);
    expect(opened.withheld).toEqual([]);
    expectKeyring(world, secrets, position);
  }
  for (const epoch of world.log.epochs) expectOpens(epoch, world.sessions.values());
  const checker = activeOf(model)[cut % activeOf(model).length]?.position as number;
  expect(checkGrants(world.session(checker), [length]).wrong).toEqual([]);
}

function describeOp(op: Op): string {
  return JSON.stringify(op, (_, value: unknown) => (value instanceof Set ? [...value] : value));
}

const inBrowser = "window" in globalThis;
const numRuns = fc.readConfigureGlobal().numRuns ?? (inBrowser ? 8 : 30);

describe("random histories of honest members", () => {
  it("let every member open exactly the stretch that the log says it holds, and refuse what a rule forbids", () => {
    const steps = pickArbitrary(6).map((pick) => new Step(pick));
    const histories = fc.commands([steps], { maxCommands: 25, size: "max" });
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), fc.nat(), histories, (seed, operator, cut, commands) => {
        const setup = () => {
          const genesis: Op = { type: "genesis", operator };
          const effect = effectOf(EMPTY, genesis);
          const model: Sheet = { model: effect.after, secrets: publish(NO_SECRETS, genesis, effect) };
          return { model, real: new RealWorld(`histories/${seed}`, operator) };
        };
        let end: ReturnType<typeof setup> | undefined;
        fc.modelRun(() => (end = setup()), commands);
        if (end) expectSameFromScratch(end.model, end.real, cut);
      }),
      { numRuns },
    );
  });
});
