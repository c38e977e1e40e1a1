// Random histories of escrow logs with real keys and real decryption, which the machines of admins' devices write, compared with the
// reference model. Admins restore users, record accesses and open what they recorded, disown, and remove each other; some are ended
// between an act and what it announces, some links in users' logs come too late. docs/spec.md sections 6, 7, 11 and 13 (ESC-8, ESC-9).
//
// `KEYSTEAD_RUNS=1000 npx vitest run --project node test/model/escrow-histories.test.ts` runs 1,000 histories. `KEYSTEAD_SEED` replays.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openBackupKey } from "../../src/backup/open.js";
import { epochsIn } from "../../src/bytes/runs.js";
import { actRecords } from "../../src/escrow/act.js";
import { accessRecords } from "../../src/escrow/discover.js";
import type { LinkRecord } from "../../src/log/state.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { escrowActs } from "../../src/trust/acts.js";
import { numRuns, timeout } from "../support/runs.js";
import { errorOf, thrownBy } from "../support/thrown.js";
import { violations } from "./admission.js";
import { expectLink, expectOpens, factsOf, modelFactsOf } from "./compare.js";
import { drawLawful, drawTwisted, type Pick, pickArbitrary } from "./draw.js";
import { ESCROW, EscrowWorld } from "./escrow-world.js";
import { describeOp, type Sheet } from "./history.js";
import { NO_SECRETS, openedBy, publish } from "./knowledge.js";
import { EMPTY, effectOf, hasRole, isConfirmed, isHolder, type Model, memberOf, type Op, ownOf } from "./reference.js";

const MAX_LINKS = 30;

/** What an admin asks for. */
class Step {
  #done = "";

  constructor(readonly pick: Pick) {}

  check({ model }: Readonly<Sheet>): boolean {
    return model.seq < MAX_LINKS;
  }

  run(sheet: Sheet, world: EscrowWorld): void {
    const draw = this.pick.twist === 0 ? drawLawful : drawTwisted;
    const drawn = draw(sheet.model, this.pick, () => new Set());
    if (!drawn || ("missing" in drawn && drawn.missing?.size)) return;
    const op = asVerb(sheet.model, drawn);
    if ("by" in op) wake(sheet, world, op.by);
    // A backup key is typed in on the device that it approves.
    if (op.type === "review") for (const approved of op.approve) wake(sheet, world, approved);
    this.#done = describeOp(op);
    // Opened again, the device has written something else first.
    if (violations(sheet.model, op).size === 0) ask(sheet, world, op, this.pick.choice);
    else expectRefused(sheet, world, op, this.pick.choice);
  }

  toString(): string {
    return this.#done || this.pick.type;
  }
}

/** The operation without what admins' clients decide by themselves, so that no admin can ask for anything else there. */
function asVerb(model: Model, op: Op): Op {
  const { withhold: _, ...rest } = { withhold: false, ...op };
  if (rest.type === "enroll") return { ...rest, kind: "backup", roles: ["manage"] };
  if (rest.type !== "review") return rest;
  const { roles, disown: __, ...review } = rest;
  const newcomers = review.approve.filter((position) => !isConfirmed(model, position));
  const given = new Map(newcomers.map((position) => [position, roles?.get(position) ?? []]));
  return { ...review, ...(given.size > 0 && { roles: given }) };
}

/** Lets a client do what is admissible, and compares what comes of it. @returns whether clients have a verb for it */
function ask(sheet: Sheet, world: EscrowWorld, op: Op, choice = 0): boolean {
  const asked = world.do(op, choice);
  takeAll(sheet, world, asked);
  rest(sheet, world);
  return asked !== undefined;
}

/** The client refuses, and nothing has changed. */
function expectRefused(sheet: Sheet, world: EscrowWorld, op: Op, choice: number): void {
  const broken = violations(sheet.model, op);
  const before = { entries: world.entries.length, users: world.users.map(({ entries }) => entries.length) };
  let asked: Op | undefined;
  const error = errorOf(() => {
    asked = world.do(op, choice);
  });
  if (!error && asked === undefined) return;
  expect(error?.code ?? "taken", describeOp(op)).toMatch(/^(NOT_PERMITTED|UNKNOWN_MEMBER)$/);
  expect([...broken], `rule of: ${error?.message}`).toContain(error?.rule);
  expect(world.entries.length).toBe(before.entries);
  // The user's new device is there already.
  if (op.type !== "act") expect(world.users.map(({ entries }) => entries.length)).toEqual(before.users);
  rest(sheet, world);
}

/** Takes the new entries of the service into the model: first what was asked for, then what devices did by themselves. */
function takeAll(sheet: Sheet, world: EscrowWorld, asked?: Op): void {
  let op = asked;
  let log = sheet.model.seq > 0 ? verifyAt(world, sheet.model.seq) : undefined;
  for (const entry of world.entries.slice(sheet.model.seq)) {
    const now = { now: "unchecked" } as const;
    log = log ? appendEntry(log, entry, now) : verifyLog([entry], { subject: ESCROW, ...now });
    const record = log.links.last() as LinkRecord;
    if (record.entered) world.ids.set(record.seq, record.entered);
    const taken = op ?? dutyIn(sheet.model, world, record);
    op = undefined;
    expect([...violations(sheet.model, taken)], describeOp(taken)).toEqual([]);
    if (taken.type === "act") {
      const { rekeys } = memberOf(sheet.model, taken.by);
      world.acts.set(record.seq, { by: taken.by, rekeys });
    }
    const effect = effectOf(sheet.model, taken);
    sheet.secrets = publish(sheet.secrets, taken, effect);
    sheet.model = effect.after;
    expectLink(log, (id) => world.position(id), taken, effect);
    expect(factsOf(log)).toEqual(modelFactsOf(sheet.model));
    if (taken.type === "disown") expect(record.disowned).toEqual(taken.acts);
  }
  expect(op, "what was asked for and not written").toBe(undefined);
}

const verifyAt = (world: EscrowWorld, seq: number) =>
  verifyLog(world.entries.slice(0, seq), { subject: ESCROW, now: "unchecked" });

/** What a device did by itself: only what the log makes due. */
function dutyIn(model: Model, world: EscrowWorld, record: LinkRecord): Op {
  const by = world.position(record.author as Parameters<EscrowWorld["position"]>[0]);
  switch (record.type) {
    case "rotate":
      expect(model.rotationDue, "a rotation that nobody asked for, and that is not due").toBe(true);
      return { type: "rotate", by };
    case "disown": {
      const due = looseActs(model, world);
      for (const act of record.disowned) expect(due, "an act that was disowned, and is not loose").toContain(act);
      return { type: "disown", by, acts: record.disowned };
    }
    default:
      throw new Error(`a device wrote a ${record.type} by itself`);
  }
}

/** Acts that nobody disowned, that were not done, and whose devices may not recover any more, or have taken other keys. */
function looseActs(model: Model, world: EscrowWorld): readonly number[] {
  const done = world.doneActs();
  return [...world.acts].flatMap(([seq, { by, rekeys }]) => {
    const member = memberOf(model, by);
    const isByAdmin = member.active && member.rekeys === rekeys && hasRole(model, by, "recover");
    return isByAdmin || done.has(seq) || model.disowned.has(seq) ? [] : [seq];
  });
}

/** A device that was ended is opened again. */
function wake(sheet: Sheet, world: EscrowWorld, position: number): void {
  if (!world.asleep.delete(position)) return;
  rest(sheet, world);
}

/** All devices that are open look at the service until none has anything left to do. Then nothing is due. */
function rest(sheet: Sheet, world: EscrowWorld): void {
  for (let before = -1; before !== world.entries.length; ) {
    before = world.entries.length;
    for (const [position, client] of world.clients) {
      if (world.asleep.has(position)) continue;
      client.sync(world.env(position));
      takeAll(sheet, world);
    }
  }
  const { model } = sheet;
  const open = ownOf(model).filter(({ position }) => world.clients.has(position) && !world.asleep.has(position));
  const manager = open.find(
    ({ position }) => isHolder(model, position) && isConfirmed(model, position) && hasRole(model, position, "manage"),
  );
  if (manager) {
    expect(model.rotationDue, "a rotation that no device made").toBe(false);
    expect(looseActs(model, world), "acts that no device disowned").toEqual([]);
  }
  for (const [position, client] of world.clients) {
    if (world.asleep.has(position)) continue;
    const { log, keyring } = client.state;
    expect(log.head).toEqual(world.log.head);
    const opened = [...openedBy(sheet.secrets, position)].sort((a, b) => a - b);
    expect(keyring.epochs, `epochs that member ${position} has`).toEqual(opened);
  }
  expectRecordedFirst(world, model);
}

/** In users' logs, each review in escrow's name is as an act announced it, and is believed unless admins disowned that act. */
function expectRecordedFirst(world: EscrowWorld, { disowned }: Model): void {
  for (const { log } of world.users) {
    for (const { type, believed, because, recordedAt } of escrowActs(log, world.log)) {
      if (type !== "review") continue;
      const isDisowned = recordedAt !== undefined && disowned.has(recordedAt);
      expect(believed, because).toBe(!isDisowned && recordedAt !== undefined);
      if (recordedAt !== undefined) expect([...world.acts.keys()]).toContain(recordedAt);
    }
  }
}

/** What was recorded can be read by every admin who has the epoch, and what was opened is what was recorded. */
function expectRecords({ model }: Sheet, world: EscrowWorld): void {
  for (const { seq, by, epochs, opened } of world.accesses) {
    expect(opened, "the epochs that an admin opened").toEqual([...epochsIn(epochs)]);
    const record = world.log.links.at(seq - 1);
    expect({ type: record?.type, author: record?.author }).toEqual({ type: "access", author: world.id(by) });
  }
  for (const { position } of ownOf(model)) {
    const client = world.clients.get(position);
    if (!client || !isHolder(model, position)) continue;
    const { state, entries } = client;
    const read = accessRecords(state, entries);
    expect(read.map(({ seq, access, junk }) => ({ seq, epochs: access?.epochs, junk }))).toEqual(
      world.accesses.map(({ seq, epochs }) => ({ seq, epochs, junk: false })),
    );
    const acts = actRecords(state, entries);
    expect(acts.map(({ seq, junk }) => ({ seq, junk }))).toEqual(
      [...world.acts.keys()].map((seq) => ({ seq, junk: false })),
    );
    // ESC-9: nothing opens without a record of this device.
    const [user] = world.users;
    const other = [...world.log.links].find(({ type, author }) => type !== "access" || author !== world.id(position));
    if (user && other) expect(thrownBy(() => client.openRecorded(user, other.seq)).code).toBe("NOT_PERMITTED");
  }
}

/** The log from bytes alone, and what each backup key opens. */
function expectFromScratch({ model, secrets }: Sheet, world: EscrowWorld): void {
  expect(factsOf(verifyAt(world, world.entries.length))).toEqual(modelFactsOf(model));
  for (const [position, text] of world.papers) {
    const { keyring } = openBackupKey(world.log, world.entries, text);
    const opened = [...openedBy(secrets, position)].sort((a, b) => a - b);
    expect(keyring.epochs, `epochs that backup key ${position} has`).toEqual(opened);
  }
  const holder = ownOf(model).find(({ position }) => isHolder(model, position) && world.clients.has(position));
  const epoch = world.log.epochs.at(-1);
  if (holder && epoch) expectOpens(epoch, world.client(holder.position).state);
}

/** An escrow log that is ready, and users whose devices follow it. */
function start(seed: string, operator: boolean): { readonly model: Sheet; readonly real: EscrowWorld } {
  const sheet: Sheet = { model: EMPTY, secrets: NO_SECRETS };
  const world = new EscrowWorld(seed, operator);
  takeAll(sheet, world, { type: "genesis", operator, kind: "escrow" });
  ask(sheet, world, { type: "enroll", by: 1, kind: "backup", roles: ["manage"] });
  ask(sheet, world, { type: "policy", by: 1 });
  world.enrollUsers();
  return { model: sheet, real: world };
}

function end(sheet: Sheet, world: EscrowWorld): void {
  world.asleep.clear();
  rest(sheet, world);
  expectRecords(sheet, world);
  expectFromScratch(sheet, world);
}

const RUNS = numRuns(5, 2);

describe("random histories of escrow logs, by admins' machines", () => {
  it(
    "let every admin open exactly what it holds, and are recorded first and disowned in time (ESC-8, ESC-9, MEM-8)",
    () => {
      const steps = pickArbitrary(5, "escrow").map((pick) => new Step(pick));
      const histories = fc.commands([steps], { maxCommands: 2 * MAX_LINKS, size: "max" });
      fc.assert(
        fc.property(fc.nat(), fc.boolean(), histories, (seed, operator, commands) => {
          let last: ReturnType<typeof start> | undefined;
          fc.modelRun(() => (last = start(`escrow/${seed}`, operator)), commands);
          if (!last) throw new Error("fast-check runs the setup");
          end(last.model, last.real);
        }),
        { numRuns: RUNS },
      );
    },
    timeout(RUNS),
  );

  it("are written by the machine, each verb of it, and disown what a removed admin announced (ESC-8)", () => {
    const { model: sheet, real: world } = start("escrow/each verb", true);
    const types = () => [...world.log.links].map(({ type }) => type);
    const does = (op: Op, choice = 0): void => expect(ask(sheet, world, op, choice)).toBe(true);
    const recovering = new Map([[4, ["recover", "discover"] as const]]);
    does({ type: "join" });
    does({ type: "review", by: 1, approve: [4], remove: [], roles: recovering });
    does({ type: "rename", by: 4, member: 4 });
    does({ type: "act", by: 4 }, 0);
    expect(world.doneActs()).toEqual(new Set([7]));
    // The user was faster, and the act stays open. Its admin disowns it.
    does({ type: "act", by: 4 }, 2);
    expect(world.doneActs()).toEqual(new Set([7]));
    does({ type: "disown", by: 4, acts: [8] });
    does({ type: "access", by: 4 }, 0);
    // Ended before the review, and removed before it is opened again: the other admin's device disowns by itself, and it does nothing.
    does({ type: "act", by: 4 }, 4);
    does({ type: "review", by: 1, approve: [], remove: [4] });
    expect(types().slice(-3)).toEqual(["act", "review", "disown"]);
    end(sheet, world);
    expect(world.doneActs()).toEqual(new Set([7]));
    expect(sheet.model.disowned).toEqual(new Set([8, 11]));
    does({ type: "rekey", by: 1 });
    does({ type: "join" });
    // A backup key is typed in on a new device.
    does({ type: "review", by: 2, approve: [15], remove: [1], roles: new Map([[15, ["manage"]]]) });
    does({ type: "join" });
    does({ type: "review", by: 15, approve: [17], remove: [], roles: new Map([[17, ["manage"]]]) });
    does({ type: "leave", by: 17 });
    expect(types().slice(-2)).toEqual(["leave", "rotate"]);
    end(sheet, world);
  });
});
