// States that callers hold cannot be changed: neither the collections of a log, nor its members and links, nor what views and
// reports give of them. Otherwise one `log.active.set(...)` of an app made it seal to a device that no link let in.

import { describe, expect, it } from "vitest";
import { agenda } from "../../src/agenda/agenda.js";
import { receive, resume } from "../../src/authoring/receive.js";
import { englishSheet } from "../../src/backup/sheet-english.js";
import type { LinkHash, MemberId } from "../../src/bytes/ids.js";
import { PersistentMap } from "../../src/bytes/persistent-map.js";
import { coverageReport } from "../../src/coverage/coverage-report.js";
import { dataAccess } from "../../src/coverage/data-access.js";
import { explainAccess } from "../../src/coverage/explain.js";
import { gapsOf } from "../../src/coverage/gaps.js";
import { lostStretches, unknownStretches } from "../../src/coverage/loss.js";
import { resilienceWarnings } from "../../src/coverage/resilience.js";
import { straysOf } from "../../src/coverage/strays.js";
import { takeoverOf } from "../../src/coverage/takeover.js";
import { actRecords } from "../../src/escrow/act.js";
import { recoverableEpochs } from "../../src/escrow/recover.js";
import { thisDevice } from "../../src/fingerprint/compare.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { fingerprintOf } from "../../src/fingerprint/fingerprint.js";
import { trackContact } from "../../src/fingerprint/tracked-contact.js";
import { memberOf } from "../../src/log/state.js";
import { verifyLog } from "../../src/log/verify.js";
import { escrowActs } from "../../src/trust/acts.js";
import { doubtedMembers } from "../../src/trust/doubt.js";
import { escrowNeeds, policyOf } from "../../src/trust/escrow-needs.js";
import { newestPointer } from "../../src/trust/pointer.js";
import { renewalReasons } from "../../src/trust/renewal.js";
import { devicesAndActivity } from "../../src/views/devices-and-activity.js";
import { english } from "../../src/views/english.js";
import { escrowDevicesAndActivity } from "../../src/views/escrow-devices-and-activity.js";
import { linksTouching } from "../../src/views/lost-race.js";
import { removalOf, suggestRemovals } from "../../src/views/removal.js";
import { enroll, openOrganisation, report, restore } from "../escrow/support.js";
import { regrant } from "../support/accepted.js";
import { snapshot, thrownBy } from "../support/refusal.js";
import { openWorld } from "../support/world.js";

const organisation = openOrganisation("frozen, the organisation");
const before = enroll(openWorld("frozen", { operator: true }).backup("Laptop", "Paper"), "Laptop", organisation)
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] })
  .rekey("Phone")
  .join("Lost")
  .expel("Lost")
  .join("New");
const { user, escrow } = restore(before, organisation, "Ann", { approve: ["New"] });
const session = user.session("Laptop");

const METHODS = "set add delete clear push pop shift unshift splice sort reverse fill copyWithin concat addAll".split(
  " ",
);
const BUILT_IN = [Map.prototype.set, Map.prototype.clear, Set.prototype.add, Set.prototype.clear, Array.prototype.push];

/** Tries to change an object in every way, and to add to it. A way that throws changes nothing. */
function attack(target: object, stranger: unknown): void {
  const tries: (() => unknown)[] = [
    () => Reflect.set(target, "added", stranger),
    () => Object.setPrototypeOf(target, { get: () => stranger }),
    ...Reflect.ownKeys(target).flatMap((key) => [
      () => Reflect.set(target, key, stranger),
      () => Reflect.defineProperty(target, key, { value: stranger }),
      () => Reflect.deleteProperty(target, key),
    ]),
    ...METHODS.map((name) => () => Reflect.get(target, name)("00", stranger)),
    ...METHODS.map((name) => () => Reflect.apply(Reflect.get(target, name), target, ["00", stranger])),
    ...BUILT_IN.map((change) => () => Reflect.apply(change, target, ["00", stranger])),
  ];
  for (const change of tries) {
    try {
      change();
    } catch {
      // Refused.
    }
  }
}

/** Every object that a value leads to, except byte arrays, which cannot be frozen. */
function* reachable(value: unknown, seen = new Set<object>()): Generator<object> {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || seen.has(value)) return;
  seen.add(value);
  for (const key of Reflect.ownKeys(value)) yield* reachable(Reflect.get(value, key), seen);
  for (const item of itemsOf(value)) yield* reachable(item, seen);
  // What a callback is given besides the items.
  const each = Reflect.get(value, "forEach");
  const given: unknown[] = [];
  if (typeof each === "function") Reflect.apply(each, value, [(...all: unknown[]) => given.push(...all)]);
  for (const item of given) yield* reachable(item, seen);
  yield value;
}

/** The items of a collection; without the pairs of a map, which are made anew for each caller. */
function itemsOf(value: object): Iterable<unknown> {
  if (!(Symbol.iterator in value)) return [];
  const items = [...(value as Iterable<unknown>)];
  return "size" in value || value instanceof PersistentMap ? items.flat() : items;
}

function attackAll(value: unknown): number {
  const objects = [...reachable(value)];
  for (const object of objects) attack(object, { id: "00", held: [[1, 9]] });
  return objects.length;
}

describe("nothing changes", () => {
  it.each([
    ["a user's log", user.log],
    ["an escrow log", escrow.log],
    ["a log that was verified again", verifyLog(user.entries, { subject: user.log.subject, now: "unchecked" })],
    ["what a state of a device holds", { ...session }],
    ["a state that was resumed", resume(user.log, user.entries, session.keyring)],
    ["a fingerprint", fingerprintOf(user.log)],
  ])("%s, and not the log that it came from", (_name, value) => {
    const states = [user.log, escrow.log, session.log];
    const was = snapshot(states);
    expect(attackAll(value)).toBeGreaterThan(1);
    expect(snapshot(states)).toBe(was);
    expect([...session.keyring.epochs]).toContain(user.log.epochs.length);
  });

  const { log } = user;
  const [me, lost] = user.ids("Laptop", "Lost") as [MemberId, MemberId];
  const knowledge = { escrowLog: escrow.log, storedConfirmation: escrow.log.head };
  const next = user.rotate("Phone");
  const views: Readonly<Record<string, () => unknown>> = {
    devicesAndActivity: () => devicesAndActivity(log, { me, now: 2 ** 41, ...knowledge }),
    escrowDevicesAndActivity: () => escrowDevicesAndActivity(escrow.log, { me: escrow.id("Ann"), now: 2 ** 41 }),
    coverageReport: () => coverageReport(log, knowledge),
    explainAccess: () => [...log.active.keys()].map((id) => [1, 2, 3].map((epoch) => explainAccess(log, id, epoch))),
    gapsOf: () => [...log.active.keys()].map((id) => [gapsOf(log, id), dataAccess(log, id)]),
    losses: () => [lostStretches(log), unknownStretches(log), resilienceWarnings(log), straysOf(log)],
    compareContact: () => compareContact(trackContact(before.log), log),
    takeoverOf: () => takeoverOf(log, { me }),
    removals: () => [removalOf(log, lost), suggestRemovals(log, { removed: lost, me })],
    linksTouching: () =>
      linksTouching(log, {
        since: { ...log.head, seq: 2, hash: before.log.links.at(1)?.hash as LinkHash },
        members: [me],
      }),
    escrowActs: () => [escrowActs(log, escrow.log), doubtedMembers(log, knowledge), renewalReasons(log, escrow.log)],
    policies: () => [policyOf(escrow.log), newestPointer(escrow.log), escrowNeeds(escrow.log)],
    actRecords: () => actRecords(escrow.session("Ann"), escrow.entries),
    agenda: () => [
      agenda(session, { now: "unchecked", ...knowledge }),
      agenda(session, { now: "unchecked", escrowLog: undefined }),
      agenda(user.session("New"), { now: "unchecked", ...knowledge }),
    ],
    receive: () => {
      const { log: after, keyring, ...found } = receive(session, next.last, { now: "unchecked" });
      return { after, epochs: keyring.epochs, found };
    },
    recoverableEpochs: () =>
      [["New"], []].map((names) => {
        const members = before.ids(...names);
        return recoverableEpochs(escrow.session("Ann"), { userLog: before.log, entries: before.entries, members });
      }),
    pins: () => [trackContact(log), fingerprintOf(log), english, englishSheet],
    tokens: () => thisDevice(session),
  };
  it.each(Object.entries(views))("in a log, or in the next result, by the result of %s", (_name, view) => {
    const states = [log, escrow.log, before.log];
    const [was, shown] = [snapshot(states), snapshot(view())];
    expect(attackAll(view())).toBeGreaterThan(0);
    expect([snapshot(states), snapshot(view())]).toEqual([was, shown]);
  });

  it("in a log by the row of a report, or by the details of an error", async () => {
    const was = snapshot([user.log, escrow.log]);
    attackAll(await report(escrow, [{ log: user.log }]));
    const options = { subject: user.log.subject, pinned: user.log, now: "unchecked" } as const;
    attackAll(thrownBy(() => verifyLog(user.entries.slice(0, 2), options)));
    expect(snapshot([user.log, escrow.log])).toBe(was);
  });
});

describe("is frozen", () => {
  it("every object that a log leads to", () => {
    const open = [...reachable([user.log, escrow.log])].slice(0, -1).filter((object) => !Object.isFrozen(object));
    expect(open).toEqual([]);
  });

  it("nothing that a caller passed", () => {
    const runs: [number, number][] = [[1, 1]];
    const asked = [{ member: user.id("Phone"), epochs: runs }];
    const { seq } = user.log.head;
    expect(regrant(session, asked, user.env("gives again")).log.head.seq).toBe(seq + 1);
    expect([asked, asked[0], runs, runs[0]].some((given) => Object.isFrozen(given))).toBe(false);
  });
});

describe("the active members", () => {
  const { active } = user.log;

  it("are read like a Map", () => {
    const plain = new Map(active);
    expect(active.size).toBe(plain.size);
    expect([...active.keys()]).toEqual([...plain.keys()]);
    expect([...active.values()]).toEqual([...plain.values()]);
    expect([...active.entries()]).toEqual([...plain.entries()]);
    const seen: unknown[] = [];
    active.forEach(function (this: unknown, member, id, map) {
      seen.push([this, id, member, map === active]);
    }, "this");
    expect(seen).toEqual([...plain].map(([id, member]) => [expect.anything(), id, member, true]));
    for (const id of plain.keys()) expect([active.has(id), active.get(id)]).toEqual([true, memberOf({ active }, id)]);
    expect([active.has("00" as never), active.get("00" as never)]).toEqual([false, undefined]);
  });

  it("cannot be changed as a Map", () => {
    expect(() => Map.prototype.clear.call(active)).toThrow(TypeError);
    expect(active).not.toHaveProperty("set");
  });
});
