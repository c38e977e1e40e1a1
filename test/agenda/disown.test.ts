// Loose acts of admins who are none any more, where some are read and others are not. docs/spec.md sections 11.2 and 11.3 (ESC-8).

import { describe, expect, it } from "vitest";
import { disownSteps } from "../../src/agenda/admin.js";
import type { Facts } from "../../src/agenda/facts.js";
import { performStep } from "../../src/agenda/perform.js";
import type { AuthorStep } from "../../src/agenda/steps.js";
import { type ActRecord, actRecords } from "../../src/escrow/act.js";
import { announce, dismiss, doAct, hire, openOrganisation, openUser, stepsOf } from "../escrow/support.js";
import { expectError } from "../support/refusal.js";
import type { World } from "../support/world.js";

const staffed = hire(hire(openOrganisation("disown"), "Bob", ["recover"]), "Eve", ["manage"]);
const user = openUser("disown", staffed).join("Phone");
const other = openUser("disown too", staffed).join("Phone");
const first = announce(staffed, "Bob", user, { approve: ["Phone"] });
const second = announce(first.escrow, "Bob", other, { approve: ["Phone"] });
const without = dismiss(second.escrow, "Bob");
const [one, two] = [first.act.recordedAt, second.act.recordedAt];

const records = actRecords(without.session("Ann"), without.entries);
const [record] = records as [ActRecord];
/** The same records, where the opening of one was not delivered. */
const lacking = (seq: number) =>
  records.map((each) => (each.seq === seq ? { ...each, act: undefined, delivered: false } : each));
const logsOf = (...worlds: readonly World[]) => new Map(worlds.map(({ log }) => [log.head.log, log]));
const stepsFor = (known: Parameters<typeof stepsOf>[3]) => stepsOf(without, "Ann", undefined, known);
const asks = (seq: number) => [
  { do: "fetch", what: "openings", acts: [seq] },
  { do: "ask", question: "disown", code: "question-disown", acts: [seq] },
];
const fetches = ({ log }: World) => ({ do: "fetch", what: "user-log", log: log.head.log, subject: log.subject });
/** The step of Ann that disowns acts. Eve and the paper could write it too. */
const disowns = (...acts: readonly number[]) => ({
  ...{ do: "author", link: "disown", acts },
  others: [...without.log.active.keys()].filter((id) => id !== without.id("Ann")),
});
const done = doAct(user, first.escrow, "Bob", first.act);

describe("loose acts", () => {
  it("are judged one by one: the unread is asked about, the undone disowned, and for others a log is fetched", () => {
    expect(stepsFor({ acts: records })).toEqual([fetches(user), fetches(other)]);
    expect(stepsFor({ acts: lacking(two), userLogs: logsOf(user) })).toMatchObject([...asks(two), { acts: [one] }]);
    expect(stepsFor({ acts: lacking(one) })).toEqual([...asks(one), fetches(other)]);
    expect(stepsFor({ acts: records, userLogs: logsOf(user) })).toMatchObject([fetches(other), { acts: [one] }]);
    expect(stepsFor({ acts: records, userLogs: logsOf(done, other) })).toMatchObject([{ acts: [two] }]);
  });

  it("are disowned in one link by position, which others could write too", () => {
    const steps = stepsFor({ acts: records, userLogs: logsOf(user, other) });
    expect(steps).toEqual([disowns(one, two)]);
    const perform = (step: unknown) =>
      performStep(
        without.session("Ann"),
        step as AuthorStep,
        { now: "unchecked", escrowLog: undefined },
        without.env("x"),
      );
    expect(perform(steps[0]).accept().log.links.last()).toMatchObject({
      type: "disown",
      seq: without.log.head.seq + 1,
    });
    expectError(() => perform({ do: "author", link: "none" }), "INVALID_ARGUMENT", undefined);
  });

  it("are disowned unread by their positions only, and never where they were read and done", () => {
    const answered = { acts: lacking(two), userLogs: logsOf(done), disownUnread: [two, one, 1] };
    expect(stepsFor(answered)).toEqual([disowns(two)]);
    expect(stepsFor({ ...answered, disownUnread: [one] })).toEqual(asks(two));
  });

  it("are asked about where no subject led to the user's log, and each subject is tried", () => {
    const hidden = new Map([...logsOf(other), [user.log.head.log, undefined]]);
    const question = { do: "ask", question: "disown", code: "question-disown", acts: [one] };
    expect(stepsFor({ acts: records, userLogs: hidden })).toEqual([question, disowns(two)]);
    expect(stepsFor({ acts: records, userLogs: hidden, disownUnread: [one] })).toEqual([disowns(one, two)]);
    const { log } = user.log.head;
    const named = (act: ActRecord["act"], seq: number) => act && { ...act, log, subject: `user ${seq}` };
    const both = records.map((each) => ({ ...each, act: named(each.act, each.seq) }));
    expect(stepsFor({ acts: both })).toEqual(
      [one, two].map((seq) => ({ do: "fetch", what: "user-log", log, subject: `user ${seq}` })),
    );
  });

  it("are disowned where the opening is junk, although it was read once", () => {
    const junk = records.map((each) => (each.seq === two ? { ...each, act: undefined, junk: true } : each));
    expect(stepsFor({ acts: junk, userLogs: logsOf(done) })).toEqual([disowns(two)]);
  });

  it("are disowned 4,096 at a time, the newest first", () => {
    const { log } = without;
    const copies = Array.from({ length: 4098 }, (_, at) => ({ ...log.links.at(one - 1), seq: 1000 + at }));
    const acts = copies.map(({ seq }) => ({ ...record, seq, act: undefined, junk: true }));
    const many = { active: log.active, disowned: new Set(), links: copies };
    const facts = { log: many, me: { id: without.id("Ann") }, mayAct: true, actors: [], knowledge: { acts } };
    const [step] = disownSteps(facts as unknown as Facts);
    expect(step).toMatchObject({ link: "disown", acts: copies.slice(2).map(({ seq }) => seq) });
    // A member without the role `manage` leaves them to those who have it.
    expect(disownSteps({ ...facts, mayAct: false } as unknown as Facts)).toEqual([]);
  });
});

describe("wrong knowledge of acts", () => {
  const messageOf = (known: object) =>
    expectError(() => stepsFor(known as never), "INVALID_ARGUMENT", undefined).message;

  it("is named by its argument", () => {
    for (const acts of [7, {}, [null], [{ seq: 1.5 }], [{}], [record, undefined]]) {
      expect(messageOf({ acts })).toContain("acts must be");
    }
    const { head } = user.log;
    for (const userLogs of [
      {},
      [],
      new Map([["x", user.log]]),
      new Map([[head.log, { head }]]),
      new Map([[1, null]]),
    ]) {
      expect(messageOf({ userLogs })).toContain("userLogs must be a Map");
    }
    const wrapped = new Map([[head.log, new Proxy(user.log, {})]]);
    expect(messageOf({ userLogs: wrapped })).toMatch(/^each of userLogs must be a LogState.*Proxy/);
    for (const disownUnread of [7, "1", {}]) expect(messageOf({ disownUnread })).toContain("disownUnread must be");
  });
});
