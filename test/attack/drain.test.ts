// More holes than one link can declare: the agenda drains them step by step, and the error says what to do. docs/spec.md MEM-9,
// section 7 (AVL).

import { expect, it } from "vitest";
import { agenda } from "../../src/agenda/agenda.js";
import { review, rotate } from "../../src/authoring/verbs.js";
import { MAX_MISSING_RUNS } from "../../src/authoring/write-link.js";
import { AppendList } from "../../src/bytes/append-list.js";
import { changedKeyring, partsOf } from "../../src/keys/keyring.js";
import { activeMember, type Epoch, verifiedState } from "../../src/log/state.js";
import { expectError } from "../support/refusal.js";
import { openWorld } from "../support/world.js";

it("more holes than one link declares: the agenda drains them", () => {
  const w = openWorld("w").join("Phone");
  const { log, keyring } = w.session("Laptop");
  const N = 10_000;
  // Every epoch has the keys of the second: the state is made up, so that the test need not seal 10,000 times.
  const second = log.epochs.at(1) as Epoch;
  let epochs = AppendList.empty<Epoch>();
  for (let number = 1; number <= N; number++) epochs = epochs.push({ ...second, number });
  const active = new Map(log.active)
    .set(keyring.member, { ...activeMember(log, keyring.member), held: [[1, N]], reach: [[1, N]] })
    .set(w.id("Phone"), { ...activeMember(log, w.id("Phone")), held: [[N, N]], reach: [[N, N]] });
  const made = verifiedState({ ...log, epochs, active });
  const seed = partsOf(keyring).seeds.get(2) as never as { copy(): never };
  const junk = Array.from({ length: 4900 }, (_, i) => 2 * i + 1);
  const isJunk = new Set(junk);
  const gained = new Map<number, never>();
  for (let e = 1; e <= N; e++) if (!isJunk.has(e)) gained.set(e, seed.copy());
  const session = {
    log: made,
    keyring: changedKeyring(keyring, { dropped: new Set([1]), gained, junk, published: epochs }),
  };
  const steps = agenda(session, { now: "unchecked", escrowLog: undefined });
  expect(steps).toMatchObject([{ do: "author", link: "rotate", because: ["junk-to-declare"] }]);
  // As many as one link declares are no reason to make an epoch.
  const most = new Map(junk.slice(MAX_MISSING_RUNS).map((epoch) => [epoch, seed.copy()] as const));
  const fewer = { log: made, keyring: changedKeyring(session.keyring, { gained: most }) };
  expect(agenda(fewer, { now: "unchecked", escrowLog: undefined })).toEqual([]);
  const approve = (by: typeof session) => review(by, { approveUncompared: [w.id("Phone")] }, w.env("approves"));
  expect(expectError(() => approve(session), "GRANT_UNAVAILABLE", "MEM-9").message).toContain("rotate first");
  const rotated = rotate(session, w.env("rotates")).accept();
  expect(agenda(rotated, { now: "unchecked", escrowLog: undefined })).toEqual([]);
  expect(approve(rotated).head.seq).toBe(rotated.log.head.seq + 1);
}, 300_000);
