// Random histories with one dishonest author, which grants junk and lies about epochs that it cannot open; with a server that
// withholds grants; with careless members that keep seeds of links which lost their race; and with a clone of a member that took
// fresh keys. The log stays verifiable, junk is declared, named and repaired by the steps of the agenda, and no honest member is
// blocked. docs/spec.md sections 7 (GRT-3, GRT-4), 11.2 (the agenda), 13 (superseded) and MEM-9.
//
// `KEYSTEAD_RUNS=2000 npx vitest run --project node test/model/dishonest.test.ts` runs 2,000 histories, in about half an hour.
// `KEYSTEAD_SEED` replays: all randomness is drawn from it.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agenda } from "../../src/agenda/agenda.js";
import { type Received, receive } from "../../src/authoring/receive.js";
import { epochsIn, type Runs, runsOf } from "../../src/bytes/runs.js";
import { checkGrants } from "../../src/grants/check.js";
import type { Keyring } from "../../src/keys/keyring.js";
import { verifyLog } from "../../src/log/verify.js";
import { rotate } from "../support/accepted.js";
import { numRuns, timeout } from "../support/runs.js";
import { errorOf, thrownBy } from "../support/thrown.js";
import { violations } from "./admission.js";
import { type Owed, owedBy } from "./agenda.js";
import { expectKeyring, expectLink, expectLog, factsOf } from "./compare.js";
import {
  afterLying,
  type Corrupted,
  claiming,
  corrupt,
  FAULT_KINDS,
  type FaultPick,
  FIRST_BOX_FAULT,
} from "./dishonest.js";
import { drawLawful, type Pick, pickArbitrary } from "./draw.js";
import { describeOp, MAX_LINKS, type Sheet, start } from "./history.js";
import { deliver, grantedBy, junkOf, openedBy, publish, withheldFrom } from "./knowledge.js";
import {
  activeOf,
  type Effect,
  effectOf,
  isConfirmed,
  isEscrow,
  isHolder,
  type ModelMember,
  memberOf,
  minus,
  type Op,
  ownOf,
  union,
} from "./reference.js";
import { bare, type Opened, SUBJECT, type World, type Written } from "./world.js";

/** A history's sheet, and the dishonest member: the one that enters after `villain` others, if there are that many. */
interface Plot extends Sheet {
  readonly villain: number;
  /** Members to which the server ever denied a grant. */
  readonly denied: Set<number>;
  /** Copies of keyrings whose members took fresh keys since. */
  readonly clones: { readonly member: number; keyring: Keyring }[];
}

/** Faults of a link. */
interface Trouble {
  readonly faults: readonly FaultPick[];
  /** Epochs that a dishonest author claims it cannot open: a bit for each, by number. */
  readonly lie: number;
  /** The recipient to which the server denies the grants. */
  readonly denied: number | undefined;
  /** Whether it is the dishonest member's turn. */
  readonly villain: boolean;
  /** The honest member that first loses a race with a link of its own that it believes accepted, and whether it stores it. */
  readonly race: { readonly member: number; readonly stores: boolean } | undefined;
}

const NO_TROUBLE: Trouble = { faults: [], lie: 0, denied: undefined, villain: false, race: undefined };

const isVillain = ({ model, villain }: Plot, position: number): boolean =>
  model.members[villain]?.position === position;

const honestOf = (plot: Plot): readonly ModelMember[] =>
  plot.model.members.filter(({ position, kind }) => !isVillain(plot, position) && kind !== "escrow");

/** Epochs that the author of a link must declare missing, or claims to. */
function declaredBy(plot: Plot, position: number, lie: number): ReadonlySet<number> {
  const junk = junkOf(plot.secrets, plot.model, position);
  if (!isVillain(plot, position)) return junk;
  const { held } = memberOf(plot.model, position);
  return new Set([...held].filter((epoch) => junk.has(epoch) || ((lie >> (epoch % 16)) & 1) === 1));
}

/** A link by any member. */
class Step {
  #done = "";

  constructor(
    readonly pick: Pick,
    readonly trouble: Trouble,
  ) {}

  check(plot: Readonly<Plot>): boolean {
    return plot.model.seq < MAX_LINKS;
  }

  run(plot: Plot, world: World): void {
    const op = this.#draw(plot, world);
    if (!op) return;
    this.#done = `${describeOp(op)} with ${JSON.stringify(this.trouble)}`;
    take(plot, world, op, this.trouble);
  }

  toString(): string {
    return this.#done || this.pick.type;
  }

  #draw(plot: Readonly<Plot>, world: World): Op | undefined {
    const turn = activeOf(plot.model).findIndex(({ position }) => isVillain(plot, position));
    const actor = this.trouble.villain && turn >= 0 ? turn : this.pick.actor;
    const scope = { pointers: world.organisation?.pointers ?? [], withholding: true };
    const missingOf = (position: number) => declaredBy(plot, position, this.trouble.lie);
    const op = drawLawful(plot.model, { ...this.pick, actor }, missingOf, scope);
    if (op && "by" in op && isEscrow(plot.model, op.by)) return undefined;
    return op?.type === "reclaim" ? reclaimable(world, op) : op;
  }
}

/** A reclaim names only epochs that the removed member's keyring has (MEM-10). */
function reclaimable(world: World, op: Op & { readonly type: "reclaim" }): Op | undefined {
  const has = new Set(world.session(op.from).keyring.epochs);
  const epochs = new Set([...op.epochs].filter((epoch) => has.has(epoch)));
  return epochs.size > 0 ? { ...op, epochs } : undefined;
}

/** The server gives all members the attachments that it withheld. */
class Deliver {
  check(plot: Readonly<Plot>): boolean {
    return plot.secrets.undelivered.size > 0;
  }

  run(plot: Plot, world: World): void {
    for (const place of plot.secrets.undelivered) {
      const [seq, member] = place.split("/").map(Number) as [number, number];
      const before = openedBy(plot.secrets, member);
      plot.secrets = deliver(plot.secrets, plot.model, seq, member);
      const after = openedBy(plot.secrets, member);
      const { opened, junk, withheld } = world.redeliver(seq, member);
      expect({ opened, withheld }).toEqual({ opened: runsOf(minus(after, before)), withheld: [] });
      expect(junk).toEqual(runsOf(minus(grantedBy(plot.secrets, seq, member), after)));
      expectHonestKeyrings(plot, world);
    }
  }

  toString(): string {
    return "deliver what was withheld";
  }
}

/** Has an admissible link written, spoiled and withheld as drawn, and compares the results of all members. */
function take(plot: Plot, world: World, op: Op, trouble: Trouble, owed?: Owed): void {
  const author = "by" in op ? op.by : op.type === "join" ? plot.model.seq + 1 : undefined;
  const effect = effectOf(plot.model, op);
  if ("by" in op && author !== undefined) {
    const lent = op.type === "reclaim" ? op.epochs : new Set<number>();
    const lacks = minus(minus(seedsOwed(plot, effect), openedBy(plot.secrets, author)), lent);
    // Only the server can stop an honest member, and only by withholding its grants. Junk never does (MEM-9).
    if (!isVillain(plot, author)) expect(minus(lacks, withheldFrom(plot.secrets, plot.model, author)).size).toBe(0);
    if (lacks.size > 0) {
      expect(thrownBy(() => world.write(op)).code).toBe("GRANT_UNAVAILABLE");
      return;
    }
  }
  const entering = plot.model.members.length === plot.villain;
  const dishonest = author !== undefined && (isVillain(plot, author) || (op.type === "join" && entering));
  if (trouble.race) loseRace(plot, world, author, trouble.race);
  if (op.type === "rekey" && plot.clones.length === 0) plot.clones.push({ member: op.by, keyring: world.clone(op.by) });
  const writeIt = () => (owed ? world.perform(author as number, owed) : world.write(op));
  const { written, corrupted } = dishonest ? writeJunk(plot, world, op, author, trouble) : { written: writeIt() };

  const deniable = effect.grants
    .flatMap(({ recipients }) => recipients)
    .filter((each) => !written.keyrings.has(each) && !isEscrow(effect.after, each));
  const denied = trouble.denied === undefined ? undefined : deniable[trouble.denied % Math.max(1, deniable.length)];
  const deniedTo = denied === undefined || denied === author ? [] : [denied];
  for (const member of deniedTo) plot.denied.add(member);
  const opened = world.publish(written, corrupted?.entry ?? written.entry, new Set(deniedTo));
  plot.secrets = publish(plot.secrets, op, effect, corrupted?.faults, deniedTo);
  plot.model = effect.after;
  expectLink(world.log, (id) => world.position(id), op, effect);
  expectLog(world, plot.model);
  expectHonestKeyrings(plot, world);
  expectSeen(plot, opened, deniedTo);
  expectClones(plot, world);
  if (corrupted) expectNamed(plot, world, corrupted, author as number);
}

/** An honest member other than the author has its own new epoch refused, and does not notice. */
function loseRace(plot: Plot, world: World, author: number | undefined, race: NonNullable<Trouble["race"]>): void {
  const may = ownOf(plot.model).filter(({ position }) => position !== author && !isVillain(plot, position));
  const member = may[race.member % Math.max(1, may.length)]?.position;
  if (member === undefined) return;
  const op: Op = { type: "rotate", by: member, missing: junkOf(plot.secrets, plot.model, member) };
  const lacks = minus(seedsOwed(plot, effectOf(plot.model, op)), openedBy(plot.secrets, member));
  if (violations(plot.model, op).size > 0 || lacks.size > 0) return;
  world.loseRace(member, op, race.stores);
}

/**
 * A clone of a member that took fresh keys gets an error that says so, authors nothing, and opens no later grants (section 13).
 */
function expectClones(plot: Plot, world: World): void {
  for (const clone of plot.clones) {
    const { active, rekeys } = memberOf(plot.model, clone.member);
    if (rekeys === 0) continue;
    const before = new Set(clone.keyring.epochs);
    const session = { log: world.log, keyring: clone.keyring };
    const entry = world.entries.at(-1) as Uint8Array;
    const { keyring, opened, junk, withheld } = receive(session, entry, { now: "unchecked" });
    expect({ opened, junk, withheld }).toEqual({ opened: [], junk: [], withheld: [] });
    expect(keyring.epochs.filter((epoch) => !before.has(epoch))).toEqual([]);
    clone.keyring = keyring;
    const standing = active ? "superseded" : "removed";
    expect(agenda({ log: world.log, keyring }, world.knowledgeOf(clone.member))).toEqual([
      { do: "ask", question: "standing", code: "question-standing", standing },
    ]);
    const rule = active ? "LOG-4" : "MEM-4";
    const rotated = errorOf(() => rotate({ log: world.log, keyring }, world.env(clone.member)));
    expect(rotated).toMatchObject({ code: "NOT_PERMITTED", rule });
  }
}

/** Epochs whose seeds the author of a link needs to pass them on. */
function seedsOwed({ model }: Plot, { grants }: Effect): Set<number> {
  return new Set(grants.flatMap(({ epochs }) => epochs).filter((epoch) => epoch <= model.epoch));
}

/** A link of the dishonest author: it claims that it could not open epochs, and spoils its grants. */
function writeJunk(
  plot: Plot,
  world: World,
  op: Op,
  author: number,
  { faults }: Trouble,
): { readonly written: Written; readonly corrupted: Corrupted | undefined } {
  if (op.type === "join") {
    const written = world.write(op);
    return { written, corrupted: corrupt(world, written, written.keyrings.get(author) as Keyring, faults) };
  }
  const session = world.session(author);
  const claims = minus(("missing" in op && op.missing) || new Set<number>(), junkOf(plot.secrets, plot.model, author));
  const { keyrings, ...written } = world.write(op, claiming(session, claims));
  const after = afterLying(session.keyring, keyrings.get(author) ?? session.keyring);
  const all = { ...written, keyrings: new Map([...keyrings, [author, after]]) };
  return { written: all, corrupted: corrupt(world, all, after, faults) };
}

/** Every honest member, removed ones included, has exactly the epochs that can be opened. */
function expectHonestKeyrings(plot: Plot, world: World): void {
  for (const { position } of honestOf(plot)) expectKeyring(world, plot.secrets, position);
}

/** Every honest member recognises junk, and epochs that are only withheld (GRT-4, MEM-9). */
function expectSeen(plot: Plot, opened: Opened, deniedTo: readonly number[]): void {
  for (const { position } of honestOf(plot)) {
    const granted = grantedBy(plot.secrets, plot.model.seq, position);
    const shut = runsOf(minus(granted, openedBy(plot.secrets, position)));
    const expected = deniedTo.includes(position) ? { junk: [], withheld: shut } : { junk: shut, withheld: [] };
    const { junk, withheld } = opened.get(position) as Received;
    expect({ position, junk, withheld }).toEqual({ position, ...expected });
  }
}

/** Every holder of a run names link, author and recipient of each junk grant of it, and of no other grant (GRT-3). */
function expectNamed(plot: Plot, world: World, { wrong }: Corrupted, author: number): void {
  const checker = honestOf(plot).find(({ active }) => active);
  if (!checker) return;
  const { seq } = world.log.head;
  const opened = openedBy(plot.secrets, checker.position);
  const canJudge = ({ epochs }: { readonly epochs: Runs }): boolean =>
    [...epochsIn(epochs)].every((epoch) => opened.has(epoch));
  const found = checkGrants(world.session(checker.position), [seq]);
  expect(found.wrong).toEqual(wrong.filter(canJudge).map((each) => ({ seq, author: world.id(author), ...each })));
  for (const each of found.unknown) expect(canJudge(each)).toBe(false);
}

/**
 * The duties of a client, done by the honest members alone: fetch withheld bytes, declare junk, regrant epochs that others
 * declared missing (section 13). Afterwards each has opened all epochs that it holds by the log, and lacks none that another has.
 */
function heal(plot: Plot, world: World): void {
  const deliverAll = new Deliver();
  if (deliverAll.check(plot)) deliverAll.run(plot, world);
  const active = (): readonly ModelMember[] => honestOf(plot).filter((member) => member.active);
  const act = (op: Op): void => {
    expect([...violations(plot.model, op)]).toEqual([]);
    take(plot, world, op, NO_TROUBLE);
  };
  // A member that never took fresh keys starts again from its seed alone, as a backup key does: it finds the same, including
  // junk.
  for (const { position, rekeys } of active()) if (rekeys === 0) expect(world.reopen(position)).toEqual([]);
  expectHonestKeyrings(plot, world);
  settle(plot, world);
  // Its member declares junk in older epochs in the next link that it authors (MEM-9).
  for (const { position: by } of active()) {
    const missing = junkOf(plot.secrets, plot.model, by);
    if (missing.size > 0) act({ type: "rotate", by, missing });
  }
  settle(plot, world);
  const together = active().reduce((all, { held }) => union(all, held), new Set<number>());
  for (const { position, reach, held } of active()) {
    const opened = openedBy(plot.secrets, position);
    expect([...minus(held, opened)]).toEqual([]);
    // A member that declared junk while another grant of the same epoch was withheld has since opened more epochs than it
    // declared.
    if (!plot.denied.has(position)) expect(opened).toEqual(held);
    expect([...minus(reach, held)].filter((epoch) => together.has(epoch))).toEqual([]);
  }
  expectEscrowHealed(plot, world);
  // No honest member blocks another: every member that may act, can.
  const holder = active().find(({ position }) => violations(plot.model, { type: "rekey", by: position }).size === 0);
  if (holder) act({ type: "rekey", by: holder.position, missing: new Set() });
}

/**
 * The admin opens all epochs of honest members that may grant to it, although escrow was also granted junk (section 11.2, row
 * 20).
 */
function expectEscrowHealed(plot: Plot, world: World): void {
  const { model } = plot;
  const mayGive = honestOf(plot).filter(({ position }) => isHolder(model, position) && isConfirmed(model, position));
  if (!world.organisation || mayGive.length === 0) return;
  const opens = new Set(world.organisation.opens(world.log, world.entries));
  for (const { position, held } of mayGive) expect([...minus(held, opens)], `escrow lacks of ${position}`).toEqual([]);
}

/** Every honest member does the steps of its agenda, until no member owes anything. */
function settle(plot: Plot, world: World): void {
  let links = 0;
  for (let owing = true; owing; ) {
    owing = false;
    for (const { position, active } of honestOf(plot)) {
      if (!active) continue;
      for (;;) {
        const owed = owedBy(world, plot.model, position, junkOf(plot.secrets, plot.model, position));
        if (!owed) break;
        owing = true;
        expect(++links, "links that the agenda leads to").toBeLessThan(40);
        expect([...violations(plot.model, owed.op)], describeOp(owed.op)).toEqual([]);
        take(plot, world, owed.op, NO_TROUBLE, owed);
      }
    }
  }
}

const fault = fc.record({ grant: fc.nat(63), kind: fc.nat(FAULT_KINDS - 1), which: fc.nat(63) });
const trouble = fc.record({
  faults: fc.array(fault, { maxLength: 3 }),
  lie: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(65_535) }),
  denied: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(63) }),
  villain: fc.boolean(),
  race: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.record({ member: fc.nat(63), stores: fc.boolean() }) },
  ),
});

const RUNS = numRuns(25, 8);

describe("random histories with a dishonest author and a server that withholds", () => {
  it(
    "stay verifiable, have junk declared, named and repaired, and block no honest member (MEM-9, GRT-3, GRT-4)",
    () => {
      const steps = fc
        .tuple(pickArbitrary(1, "user with escrow"), trouble)
        .map(([pick, trouble]) => new Step({ ...pick, twist: 0 }, trouble));
      const deliveries = fc.constant(0).map(() => new Deliver());
      const histories = fc.commands([steps, steps, steps, steps, deliveries], {
        maxCommands: 2 * MAX_LINKS,
        size: "max",
      });
      fc.assert(
        fc.property(
          fc.nat(),
          fc.nat(3),
          fc.boolean(),
          fc.boolean(),
          histories,
          (seed, villain, operator, escrow, commands) => {
            let plot: Plot | undefined;
            let world: World | undefined;
            fc.modelRun(() => {
              const { model, real } = start(`dishonest/${seed}`, operator, escrow);
              plot = { ...model, villain, denied: new Set(), clones: [] };
              world = real;
              return { model: plot, real };
            }, commands);
            if (!plot || !world) throw new Error("fast-check runs the setup");
            heal(plot, world);
            expect(factsOf(verifyLog(world.entries.map(bare), { subject: SUBJECT, now: "unchecked" }))).toEqual(
              factsOf(world.log),
            );
          },
        ),
        { numRuns: RUNS },
      );
    },
    timeout(RUNS),
  );

  it("wait for a withheld grant, although an older one of the same epoch was junk (MEM-9)", () => {
    const { model, real: world } = start("dishonest/junk, then withheld", false);
    const plot: Plot = { ...model, villain: 0, denied: new Set(), clones: [] };
    const act = (op: Op, trouble: Partial<Trouble> = {}) => take(plot, world, op, { ...NO_TROUBLE, ...trouble });
    const approval: Op = { type: "review", by: 1, approve: [2], remove: [], missing: new Set() };
    act({ type: "join" });
    act({ type: "join" });
    act(approval, { faults: [{ grant: 0, kind: 0, which: 0 }] });
    expect(junkOf(plot.secrets, plot.model, 2)).toEqual(new Set([1]));
    act({ type: "rotate", by: 2, missing: new Set([1]) });
    act(approval, { denied: 0 });
    act({ type: "join" });
    expect(withheldFrom(plot.secrets, plot.model, 2)).toEqual(new Set([1]));
    const { head } = world.log;
    // The regrant is refused, and epoch 1 is not declared missing: its bytes can still be fetched.
    act({ type: "review", by: 2, approve: [7], remove: [], missing: new Set() });
    expect(world.log.head).toEqual(head);
    heal(plot, world);
    expect(memberOf(plot.model, 2).held.has(1)).toBe(true);
  });

  it("enroll escrow once the current epoch, which was junk, was replaced (agenda rows 8 and 21, MEM-9)", () => {
    const { model, real: world } = start("dishonest/junk, then escrow", false, true);
    const plot: Plot = { ...model, villain: 0, denied: new Set(), clones: [] };
    const enroll: Op = { type: "enroll", by: 1, kind: "device", missing: new Set() };
    take(plot, world, enroll, { ...NO_TROUBLE, faults: [{ grant: 0, kind: 0, which: 0 }] });
    expect(junkOf(plot.secrets, plot.model, 2)).toEqual(new Set([1]));
    const owed = (): Owed => owedBy(world, plot.model, 2, junkOf(plot.secrets, plot.model, 2)) as Owed;
    for (const type of ["rotate", "enroll-escrow"]) {
      const next = owed();
      expect(next.op.type).toBe(type);
      take(plot, world, next.op, NO_TROUBLE, next);
    }
    expect(world.organisation?.opens(world.log, world.entries)).toEqual([2]);
  });

  it("give a member back in one link the epochs that a thief shattered for it alone (MEM-9, GRT-1)", () => {
    const { model, real: world } = start("dishonest/shattered", false);
    const plot: Plot = { ...model, villain: 1, denied: new Set(), clones: [] };
    const act = (op: Op, faults: Trouble["faults"] = []) => take(plot, world, op, { ...NO_TROUBLE, faults });
    act({ type: "join" });
    act({ type: "enroll", by: 1, kind: "backup", missing: new Set() });
    const ids = [1, 2, 3].map((position) => world.id(position)).sort();
    const which = ids.indexOf(world.id(3));
    for (let round = 0; round < 12; round++) {
      act({ type: "rotate", by: 2, missing: new Set() });
      act({ type: "rotate", by: 2, missing: new Set() }, [{ grant: 0, kind: FIRST_BOX_FAULT, which }]);
    }
    const junk = junkOf(plot.secrets, plot.model, 3);
    expect(junk.size).toBe(12);
    act({ type: "review", by: 1, approve: [], remove: [2], missing: new Set() });
    const { seq } = world.log.head;
    heal(plot, world);
    const links = [...world.log.links].slice(seq);
    const given = links
      .filter(({ type }) => type === "regrant")
      .map(({ grants }) => grants.map(({ epochs }) => epochs));
    expect(given).toEqual([[runsOf(junk)]]);
    expect(memberOf(plot.model, 3).held).toEqual(memberOf(plot.model, 1).held);
  });
});
