// Random histories of honest members, some with an honest organisation's escrow, with real keys and real decryption, compared
// with the reference model. After every link each member can open exactly the epochs that it holds by the log. Duties of the
// agenda are done at random times, and at the end. The clients of devices and of the organisation's admin write the links for which
// they have a verb. docs/spec.md sections 6, 7, 11 and 13.
//
// `KEYSTEAD_RUNS=1000 npx vitest run --project node test/model/histories.test.ts` runs 2,000 histories, in about half an hour.
// `KEYSTEAD_SEED` replays: all randomness is drawn from it.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkGrants } from "../../src/grants/check.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { numRuns, timeout } from "../support/runs.js";
import { errorOf } from "../support/thrown.js";
import { violations } from "./admission.js";
import { agendaOf, type Owed, owedBy } from "./agenda.js";
import { expectKeyring, expectLink, expectLog, expectOpens, expectSameSecrets, factsOf, keptBy } from "./compare.js";
import { drawLawful, drawTwisted, type Pick, pickArbitrary } from "./draw.js";
import { describeOp, MAX_LINKS, type Sheet, start } from "./history.js";
import { openedBy, publish } from "./knowledge.js";
import type { Organisation } from "./organisation.js";
import {
  effectOf,
  escrowOf,
  isConfirmed,
  isEscrow,
  isHolder,
  type Model,
  memberOf,
  minus,
  type Op,
  ownOf,
  stretchesOf,
  union,
} from "./reference.js";
import { bare, SUBJECT, type World, type Written } from "./world.js";

const NOTHING_MISSING = (): ReadonlySet<number> => new Set();

class Step {
  #done = "";

  constructor(readonly pick: Pick) {}

  check({ model }: Readonly<Sheet>): boolean {
    // Only the real world knows the pointers: a pick of one is drawn when it is run.
    return model.seq < MAX_LINKS;
  }

  run(sheet: Sheet, world: World): void {
    const op = this.#draw(sheet.model, world);
    if (!op) return;
    this.#done = describeOp(op);
    const broken = violations(sheet.model, op);
    if (broken.size > 0) expectRefused(world, op, broken);
    else accept(sheet, world, op);
  }

  toString(): string {
    return this.#done || this.pick.type;
  }

  #draw(model: Model, { organisation }: World): Op | undefined {
    const scope = { pointers: organisation?.pointers ?? [], withholding: true };
    const draw = this.pick.twist === 0 ? drawLawful : drawTwisted;
    const op = draw(model, this.pick, NOTHING_MISSING, scope);
    return op && isWritable(model, op) ? op : undefined;
  }
}

/** Operations for which the library has a function. */
function isWritable(model: Model, op: Op): boolean {
  if (["act", "access", "disown"].includes(op.type)) return false;
  // The library never makes an honest member declare an epoch that it can open.
  if ("missing" in op && op.missing?.size) return false;
  if (op.type === "reclaim" && isEscrow(model, op.from)) return false;
  // Withholding has no effect if there is nothing to withhold.
  if ("withhold" in op && op.withhold && violations(model, op).has("MEM-6")) return false;
  return !("by" in op && isEscrow(model, op.by));
}

/** A device does the first link that it owes. */
class Owes {
  #done = "";

  constructor(readonly actor: number) {}

  check({ model }: Readonly<Sheet>): boolean {
    return model.seq < MAX_LINKS;
  }

  run(sheet: Sheet, world: World): void {
    const active = ownOf(sheet.model);
    const { position } = active[this.actor % active.length] as (typeof active)[number];
    const owed = owedBy(world, sheet.model, position, new Set());
    if (!owed) return;
    this.#done = describeOp(owed.op);
    perform(sheet, world, position, owed);
  }

  toString(): string {
    return this.#done ? `owed: ${this.#done}` : "nothing is owed";
  }
}

/** The organisation has a new epoch, or its admin restores a user's member, or renews for a user who stays offline. */
class Admin {
  #done = "";

  constructor(
    readonly deed: "rotates" | "recovers" | "renews",
    readonly choice: number,
  ) {}

  check({ model }: Readonly<Sheet>): boolean {
    return model.seq < MAX_LINKS;
  }

  run(sheet: Sheet, world: World): void {
    const { organisation } = world;
    if (!organisation) return;
    if (this.deed === "rotates") {
      organisation.rotate();
      this.#done = "the organisation has a new epoch";
    } else if (this.deed === "renews") this.#renew(sheet, world, organisation);
    else this.#recover(sheet, world, organisation);
  }

  toString(): string {
    return this.#done || "the admin does nothing";
  }

  #renew(sheet: Sheet, world: World, organisation: Organisation): void {
    const escrow = escrowOf(sheet.model);
    const pointer = organisation.pointers.at(-1);
    if (!escrow?.pointer || !pointer || escrow.pointer.epoch === pointer.epoch) return;
    const op: Op = { type: "renew-escrow", by: escrow.position, pointer };
    this.#done = `by escrow: ${describeOp(op)}`;
    const broken = violations(sheet.model, op);
    if (broken.size > 0) {
      expect([...broken]).toContain(errorOf(() => organisation.renew(world))?.rule);
      return;
    }
    const written = organisation.renew(world);
    accept(sheet, world, op, { ...written, keyrings: new Map(), entered: undefined, signers: [] });
  }

  #recover(sheet: Sheet, world: World, organisation: Organisation): void {
    const { model } = sheet;
    const escrow = escrowOf(model);
    if (!escrow) return;
    // An epoch of a review would go to an older pointer, which a removed admin may know: the admin renews first (ESC-6).
    if (escrow.pointer?.epoch !== organisation.pointers.at(-1)?.epoch) {
      this.#renew(sheet, world, organisation);
      return;
    }
    const pick = { type: "give", actor: 0, choice: this.choice, twist: 0 } as const;
    const op = drawLawful(model, pick, NOTHING_MISSING);
    if (op?.type !== "review") return;
    const ids = (positions: readonly number[]) => positions.map((position) => world.id(position));
    const usersOwn = ids(ownOf(model).flatMap(({ position }) => (op.remove.includes(position) ? [] : [position])));
    const lists = { approve: ids(op.approve), remove: ids(op.remove), usersOwn };
    const { gift, entry, log } = organisation.recover(world, lists);
    const done: Op = { type: "review", by: op.by, approve: op.approve, remove: op.remove, ...(gift && { gift }) };
    this.#done = `recovery: ${describeOp(done)}`;
    expect([...violations(model, done)]).toEqual([]);
    accept(sheet, world, done, { entry, log, keyrings: new Map(), entered: undefined, signers: [] });
    // A member that escrow approved has all epochs ever granted to escrow, by any pointer (ESC-11).
    const all = [...model.granted.values()].reduce((sum, epochs) => union(sum, epochs), new Set<number>());
    for (const position of op.approve) expect([...minus(all, memberOf(sheet.model, position).held)]).toEqual([]);
  }
}

/** A member does a step of its agenda. */
function perform(sheet: Sheet, world: World, by: number, owed: Owed): void {
  const { op } = owed;
  expect([...violations(sheet.model, op)], describeOp(op)).toEqual([]);
  accept(sheet, world, op, world.perform(by, owed));
}

function accept(sheet: Sheet, world: World, op: Op, given?: Written): void {
  const effect = effectOf(sheet.model, op);
  const written = given ?? world.write(op);
  world.publish(written, written.entry);
  expect(factsOf(written.log), "the facts that the author got").toEqual(factsOf(world.log));
  sheet.secrets = publish(sheet.secrets, op, effect);
  sheet.model = effect.after;
  expectLink(world.log, (id) => world.position(id), op, effect);
  expectLog(world, sheet.model);
  for (const { position, kind, held, reach } of sheet.model.members) {
    expect(reach).toEqual(held);
    expect(openedBy(sheet.secrets, position)).toEqual(held);
    if (kind === "escrow") continue;
    expectKeyring(world, sheet.secrets, position);
    expectNoGap(sheet.model, position);
  }
  const epoch = world.log.epochs.at(-1);
  const holders = ownOf(sheet.model).filter(({ held }) => held.has(sheet.model.epoch));
  // Sealing has no case in which nobody can read the content (section 12).
  expect(holders.length).toBeGreaterThan(0);
  const holder = holders[world.log.head.seq % holders.length];
  if (epoch && holder && effect.epoch !== undefined) expectOpens(epoch, world.session(holder.position));
}

/**
 * Section 7: one unbroken stretch up to now, or to the removal; besides it only epochs that were reclaimed or given by escrow, to
 * the member or to one through whose approvals they came.
 */
function expectNoGap(model: Model, position: number): void {
  const { held, active } = memberOf(model, position);
  const [newest, ...older] = stretchesOf(held).reverse();
  if (active) expect([undefined, model.epoch]).toContain(newest?.[1]);
  const beside = new Set(older.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at)));
  expect([...minus(beside, broughtBack(model, position))]).toEqual([]);
}

/** Epochs that a member, and those that approved it, and so on, reclaimed, or may have been given by escrow (ESC-11). */
function broughtBack(model: Model, position: number): Set<number> {
  const from = new Set([position]);
  for (const each of from) for (const by of memberOf(model, each).approvedBy) from.add(by);
  const byEscrow = [...from].some((each) => isEscrow(model, each)) ? [...model.granted.values()] : [];
  const sets = [...byEscrow, ...[...from].map((each) => memberOf(model, each).reclaimed)];
  return sets.reduce<Set<number>>((all, epochs) => union(all, epochs), new Set());
}

/** The author gets the refusal, and nothing has changed. */
function expectRefused(world: World, op: Op, broken: ReadonlySet<string>): void {
  const session = world.session("by" in op ? op.by : 1);
  const before = { log: factsOf(world.log), kept: keptBy(session) };
  const error = errorOf(() => world.write(op));
  expect(error?.code).toMatch(/^(NOT_PERMITTED|UNKNOWN_MEMBER)$/);
  expect([...broken], `rule of: ${error?.message}`).toContain(error?.rule);
  expect({ log: factsOf(world.log), kept: keptBy(session) }).toEqual(before);
}

/** From bytes alone, in one call and in two, with and without attachments; and for one member from its seed alone. */
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
  const active = ownOf(model);
  const { position } = active[cut % active.length] as (typeof active)[number];
  expect(world.reopen(position)).toEqual([]);
  expectKeyring(world, secrets, position);
  expect(checkGrants(world.session(position), [length]).wrong).toEqual([]);
}

/** All members do their steps until none is left. Then nothing is due, and escrow has the epochs that the user has. */
function settle(sheet: Sheet, world: World): void {
  let links = 0;
  for (let quiet = 0; quiet < ownOf(sheet.model).length; quiet++) {
    for (const { position } of ownOf(sheet.model)) {
      for (let owed = owe(position); owed; owed = owe(position)) {
        perform(sheet, world, position, owed);
        quiet = -1;
        expect(++links, "links that the agenda leads to").toBeLessThan(12);
      }
    }
  }
  function owe(position: number): Owed | undefined {
    const owed = owedBy(world, sheet.model, position, new Set());
    const { steps } = agendaOf(world, position);
    // A client does the first step of its agenda by itself; regrants that the user is asked about come from an answer.
    if (world.hasClient(position))
      expect(world.owedByClient(position)).toEqual(steps.find((step) => step.do === "author"));
    return owed;
  }
  const { model } = sheet;
  const guardians = ownOf(model).filter(({ position }) => isHolder(model, position) && isConfirmed(model, position));
  if (guardians.length > 0) expect(model.rotationDue).toBe(false);
  if (guardians.length === 0 || !world.organisation) return;
  const escrow = escrowOf(model);
  const newest = world.organisation.pointers.at(-1);
  // The head that a pointer names does not matter (section 8).
  expect({ ...escrow?.pointer, seq: newest?.seq }).toEqual(newest);
  const granted = [...model.granted.values()].reduce((all, epochs) => union(all, epochs), new Set<number>());
  for (const { held } of guardians) expect([...minus(held, granted)]).toEqual([]);
  expect(new Set(world.organisation.opens(world.log, world.entries))).toEqual(
    new Set([...granted].sort((a, b) => a - b)),
  );
}

const RUNS = numRuns(20, 6);

describe.each([false, true])("random histories of honest members, with escrow: %s", (escrow) => {
  it(
    "let every member open exactly the stretch that it holds by the log, and refuse links that a rule forbids",
    () => {
      const steps = pickArbitrary(4, escrow ? "user with escrow" : "user").map((pick) => new Step(pick));
      const owes = fc.nat(63).map((actor) => new Owes(actor));
      const admin = fc
        .tuple(fc.constantFrom("rotates" as const, "recovers" as const, "renews" as const), fc.nat(4095))
        .map(([deed, choice]) => new Admin(deed, choice));
      const kinds = [steps, steps, steps, owes, ...(escrow ? [admin] : [])];
      const histories = fc.commands(kinds, { maxCommands: 2 * MAX_LINKS, size: "max" });
      fc.assert(
        fc.property(fc.nat(), fc.boolean(), fc.nat(), histories, (seed, operator, cut, commands) => {
          let end: ReturnType<typeof start> | undefined;
          fc.modelRun(() => (end = start(`histories/${seed}`, operator, escrow)), commands);
          if (!end) throw new Error("fast-check runs the setup");
          settle(end.model, end.real);
          expectSameFromScratch(end.model, end.real, cut);
        }),
        { numRuns: RUNS },
      );
    },
    timeout(RUNS),
  );
});
