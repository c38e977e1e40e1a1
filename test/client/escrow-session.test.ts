// Admins' sessions: the escrow log, recovery, discovery, renewal and the report (docs/spec.md sections 11 and 13).

import { describe, expect, it } from "vitest";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import { KeysteadError } from "../../src/errors.js";
import { ReportTotals } from "../../src/escrow/organisation-report.js";
import { escrowMember } from "../../src/log/state.js";
import { rollBackTo } from "../../src/testing/lies.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { escrowNeeds, policyOf } from "../../src/trust/escrow-needs.js";
import { all } from "../support/all.js";
import { thrownBy } from "../support/thrown.js";
import {
  ALICE,
  acknowledge,
  admit,
  desk,
  enrolled,
  hired,
  lockedOut,
  ORGANISATION,
  organisation,
  userDevice,
} from "./admins.js";
import { memberOf, questionsOf, writtenDown, writtenInto } from "./sessions.js";

describe("enabling escrow", () => {
  it("makes its backup key first, with the role manage, and asks for what is missing until then (ESC-1)", async () => {
    const relay = new MaliciousRelay();
    const ann = await desk(relay, "ann").open();
    await ann.create({ name: "Ann" }, { escrowContacts: ["Ann, room 1"], allowUserBackupKeys: false });
    expect(ann.getSnapshot()).toMatchObject({
      status: "ready",
      asks: [{ question: "escrow-needs", code: "question-escrow-needs", needs: ["backup-key", "enabled"] }],
    });
    expect(policyOf(ann.log)).toMatchObject({
      enabled: false,
      allowUserBackupKeys: false,
      escrowContacts: ["Ann, room 1"],
    });
    await ann.enable(writtenDown);
    expect(escrowNeeds(ann.log)).toEqual([]);
    expect(questionsOf(ann)).toEqual(["second-backup-key", "publish-fingerprint"]);
    const paper = present(ann.getSnapshot().devices).members.find(({ kind }) => kind === "backup");
    expect(paper?.roles).toEqual(["manage"]);
  });

  it("stays off when the admin cancels, or does not prove the paper; and goes on when it is called again", async () => {
    const relay = new MaliciousRelay();
    const device = desk(relay, "ann");
    let ann = await device.open();
    await ann.create({ name: "Ann" });
    await expect(ann.enable(async () => "cancel")).rejects.toMatchObject({ code: "NOT_PERMITTED", rule: "ESC-1" });
    await expect(ann.enable(async () => ["0000", "0000"])).rejects.toMatchObject({ code: "BACKUP_KEY_INVALID" });
    expect(questionsOf(ann)).toEqual(["prove-backup-key", "escrow-needs"]);
    ann.close();
    ann = await device.open();
    expect(questionsOf(ann)).toEqual(["prove-backup-key", "escrow-needs"]);
    await ann.enable(writtenDown);
    expect(escrowNeeds(ann.log)).toEqual([]);
    expect([...ann.log.active.values()].filter(({ kind }) => kind === "backup")).toHaveLength(1);
  });

  it("cannot be undone by admins, and the policy changes by role only (MEM-8)", async () => {
    const relay = new MaliciousRelay();
    const ann = await organisation(relay);
    await expect(ann.setPolicy({ enabled: false } as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const bob = await hired(ann, desk(relay, "bob"), ["recover"]);
    await expect(bob.setPolicy({ userContacts: ["Bob"] })).rejects.toMatchObject({
      code: "NOT_PERMITTED",
      rule: "MEM-8",
    });
    await ann.setPolicy({ userContacts: ["help desk"] });
    expect(policyOf(ann.log)).toMatchObject({ enabled: true, userContacts: ["help desk"] });
  });
});

describe("admins' devices", () => {
  it("wait until one is approved with its roles, or removed", async () => {
    const relay = new MaliciousRelay();
    const ann = await organisation(relay);
    const bob = await desk(relay, "bob").open();
    await bob.join({ name: "Bob" });
    expect(bob.getSnapshot().status).toBe("waiting");
    await ann.sync();
    expect(ann.getSnapshot().asks).toContainEqual(
      expect.objectContaining({ question: "admit", member: memberOf(bob) }),
    );
    await admit(ann, bob, ["recover", "discover"]);
    expect(bob.getSnapshot()).toMatchObject({ status: "ready", devices: { me: { roles: ["discover", "recover"] } } });
    const eve = await desk(relay, "eve").open();
    await eve.join({ name: "Eve" });
    await ann.sync();
    await ann.save({ remove: [memberOf(eve)] });
    await eve.sync();
    expect(eve.getSnapshot().status).toBe("removed");
    expect(questionsOf(ann)).not.toContain("admit");
  });

  it("are let in by the backup key when every laptop is lost", async () => {
    const relay = new MaliciousRelay();
    const ann = await desk(relay, "ann").open();
    await ann.create({ name: "Ann" });
    const papers: string[] = [];
    await ann.enable(writtenInto(papers));
    const bob = await desk(relay, "bob").open();
    await bob.join({ name: "Bob" });
    await bob.useBackupKey(present(papers[0]), { remove: [memberOf(ann)] });
    expect(bob.getSnapshot()).toMatchObject({ status: "ready", devices: { me: { roles: ["manage"] } } });
  });

  it("say what changed the fingerprint since it was published", async () => {
    const relay = new MaliciousRelay();
    const ann = await organisation(relay);
    await ann.fingerprintPublished();
    expect(questionsOf(ann)).not.toContain("publish-fingerprint");
    await ann.rename({ name: "Ann's laptop" });
    expect(ann.getSnapshot().fingerprint?.changedBy).toEqual([]);
    await hired(ann, desk(relay, "bob"), ["recover"]);
    expect(questionsOf(ann)).toContain("publish-fingerprint");
    expect(ann.getSnapshot().fingerprint?.changedBy.map(({ type }) => type)).toEqual(["review", "join"]);
  });
});

describe("recovery", () => {
  it("approves the new device and removes the lost one in one step, and records it first (ESC-8)", async () => {
    const relay = new MaliciousRelay();
    const ann = await organisation(relay);
    const laptop = await enrolled(relay, ann);
    const sealed = await laptop.seal(utf8Encode("old"), { purpose: "note" });
    const { device, user, token } = await lockedOut(relay, ann);
    const order: string[] = [];
    relay.listen((subject) => order.push(subject));
    await ann.recover(user, { approve: [token], remove: [memberOf(laptop)], reason: "laptop stolen", case: "311" });
    expect(order).toEqual([ORGANISATION, ALICE]);
    await device.sync();
    expect(await device.open(sealed)).toEqual(utf8Encode("old"));
    expect(questionsOf(device)).toEqual([]);
    await laptop.sync();
    expect(laptop.getSnapshot().status).toBe("removed");
    expect(ann.getSnapshot()).toMatchObject({ users: [], openActs: [] });
    expect(ann.acts()).toMatchObject([{ act: { subject: ALICE, reason: "laptop stolen", case: "311" } }]);
  });

  it("is refused before anything is recorded where a member would be confirmed that nobody named", async () => {
    const relay = new MaliciousRelay();
    const ann = await organisation(relay);
    const laptop = await enrolled(relay, ann);
    const { user, token } = await lockedOut(relay, ann);
    const { head } = ann.log;
    const why = { approve: [token], reason: "lost" };
    await expect(ann.recover(user, why)).rejects.toMatchObject({ code: "UNVERIFIED_MEMBERS" });
    expect(ann.log.head).toEqual(head);
    expect(ann.getSnapshot()).toMatchObject({ users: [], openActs: [] });
    await ann.recover(user, { ...why, usersOwn: [memberOf(laptop)] });
    expect(ann.getSnapshot()).toMatchObject({ users: [], openActs: [] });
  });

  it("says so when the user's log moved on, and shows the act until it is disowned", async () => {
    const relay = new MaliciousRelay();
    const ann = await organisation(relay);
    const laptop = await enrolled(relay, ann);
    const { user, token } = await lockedOut(relay, ann);
    await laptop.rename({ name: "Mine" });
    const call = ann.recover(user, { approve: [token], remove: [memberOf(laptop)], reason: "lost" });
    await expect(call).rejects.toMatchObject({ code: "NOT_PERMITTED", rule: "ESC-8" });
    const [open] = ann.getSnapshot().openActs;
    expect(open).toMatchObject({ user: ALICE, reason: "lost" });
    expect(questionsOf(ann)).toContain("open-act");
    await ann.disown([present(open).seq]);
    expect(ann.getSnapshot().openActs).toEqual([]);
  });
});

describe("a user as an admin sees them", () => {
  it("is a list in which no device is this one, of a log that was verified", async () => {
    const relay = new MaliciousRelay();
    const ann = await organisation(relay);
    const laptop = await enrolled(relay, ann);
    const user = await ann.fetchUser(ALICE);
    const { members, activity } = ann.viewUser(user);
    const mine = present(laptop.getSnapshot().devices);
    expect(members.map(({ member, status, removable }) => [member, status, removable])).toEqual(
      mine.members.map(({ member }) => [member, "approved", false]),
    );
    expect(activity).toEqual(mine.activity);
    expect(() => ann.viewUser({ ...user })).toThrowError(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});

describe("discovery", () => {
  it("gives each tab its own record, also where another one records for the same reason (ESC-9)", async () => {
    const relay = new MaliciousRelay();
    const at = desk(relay, "ann");
    const ann = await organisation(relay, at);
    const device = await enrolled(relay, ann);
    await device.rekey();
    const { publish } = at.transport;
    at.transport.publish = async (...of) => {
      at.transport.publish = publish;
      await publish(...of);
      throw new KeysteadError("OFFLINE", "the test lost the answer");
    };
    const first = ann.recordAccess(await ann.fetchUser(ALICE), { epochs: [[1, 1]], reason: "case 7" });
    await expect.poll(() => ann.getSnapshot().connection).toBe("offline");
    const other = await at.open();
    await other.sync();
    const second = await other.recordAccess(await other.fetchUser(ALICE), { epochs: [[2, 2]], reason: "case 7" });
    await ann.sync();
    expect(await first).toBeLessThan(second);
    const { keyring } = await ann.openRecorded(await first);
    expect(keyring.epochs).toEqual([1]);
  });

  it("opens what an accepted record names, and nothing before (ESC-9)", async () => {
    const relay = new MaliciousRelay();
    const ann = await organisation(relay);
    const bob = await hired(ann, desk(relay, "bob"), ["discover"]);
    const laptop = await enrolled(relay, ann);
    const sealed = await laptop.seal(utf8Encode("asked for"), { purpose: "note" });
    await expect(bob.openRecorded(1)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    const user = await bob.fetchUser(ALICE);
    const record = await bob.recordAccess(user, { epochs: [[1, 1]], reason: "court order", case: "7" });
    const access = await bob.openRecorded(record);
    expect(access.keyring.epochs).toEqual([1]);
    expect(await access.open(sealed, { purpose: "note" })).toEqual(utf8Encode("asked for"));
    await expect(access.open(sealed, { purpose: "voicemail" })).rejects.toMatchObject({ code: "CORRUPT_CONTENT" });
    await laptop.rekey();
    const later = await laptop.seal(utf8Encode("not asked for"), { purpose: "note" });
    await expect(access.open(later)).rejects.toMatchObject({ code: "NO_ACCESS" });
    access.keyring.wipe();
    await expect(access.open(sealed)).rejects.toMatchObject({ code: "WIPED" });
    await ann.sync();
    expect(ann.accesses()).toMatchObject([
      { seq: record, access: { subject: ALICE, reason: "court order", case: "7" } },
    ]);
  });
});

it("a session that was closed says so, and not that its keyring was wiped: also one that closes while an access is recorded", async () => {
  const closed = { code: "STORE_UNAVAILABLE", details: { reason: "closed" } };
  const relay = new MaliciousRelay();
  const ann = await organisation(relay);
  const bob = await hired(ann, desk(relay, "bob"), ["discover"]);
  const laptop = await enrolled(relay, ann);
  const user = await bob.fetchUser(ALICE);
  const { seq } = bob.log.head;
  bob.subscribe(() => {
    if (bob.log.head.seq > seq && !bob.getSnapshot().pending) bob.close();
  });
  const recorded = bob.recordAccess(user, { epochs: [[1, 1]], reason: "case 7" });
  await expect(recorded).rejects.toMatchObject(closed);
  await expect(bob.openRecorded(seq + 1)).rejects.toMatchObject(closed);
  expect(thrownBy(() => bob.accesses())).toMatchObject(closed);
  const sealed = await laptop.seal(utf8Encode("later"), { purpose: "note" });
  const opening = laptop.open(sealed, { purpose: "note" });
  laptop.close();
  await expect(opening).rejects.toMatchObject(closed);
  await expect(laptop.open(sealed)).rejects.toMatchObject(closed);
  expect(thrownBy(() => laptop.exportKey(1, "app"))).toMatchObject(closed);
});

describe("admins who leave", () => {
  it("leave acts that the others disown by themselves, unless they were done", async () => {
    const relay = new MaliciousRelay();
    const ann = await organisation(relay);
    const bob = await hired(ann, desk(relay, "bob"), ["recover"]);
    const laptop = await enrolled(relay, ann);
    const done = await lockedOut(relay, bob);
    await bob.recover(done.user, { approve: [done.token], remove: [memberOf(laptop)], reason: "done" });
    const other = await enrolled(relay, ann, "tablet", "user-carol");
    const open = await lockedOut(relay, bob, "watch", "user-carol");
    await other.rename({ name: "Mine" });
    const late = bob.recover(open.user, { approve: [open.token], remove: [memberOf(other)], reason: "open" });
    await expect(late).rejects.toMatchObject({ code: "NOT_PERMITTED", rule: "ESC-8" });
    const [loose] = bob.getSnapshot().openActs;
    await ann.sync();
    await ann.save({ remove: [memberOf(bob)] });
    await ann.sync();
    expect([...ann.log.disowned]).toEqual([String(present(loose).seq)]);
    expect(questionsOf(ann)).not.toContain("disown");
  });

  it("are followed by renewals in the logs of users who are offline (ESC-6)", async () => {
    const relay = new MaliciousRelay();
    const ann = await organisation(relay);
    const bob = await hired(ann, desk(relay, "bob"), ["recover"]);
    await enrolled(relay, ann);
    await enrolled(relay, ann, "tablet", "user-carol");
    const rows = async (users: readonly string[]) => all(ann.renewFor(users));
    expect(await rows([ALICE])).toEqual([{ user: ALICE, outcome: "not-due" }]);
    await ann.save({ remove: [memberOf(bob)] });
    const progress: number[] = [];
    const renewals = await all(
      ann.renewFor([ALICE, "nobody", "user-carol"], { onProgress: (done) => void progress.push(done) }),
    );
    expect(renewals).toMatchObject([
      { user: ALICE, outcome: "renewed" },
      { user: "nobody", outcome: "failed", error: { code: "NOT_PERMITTED" } },
      { user: "user-carol", outcome: "renewed" },
    ]);
    expect(progress).toEqual([1, 2, 3]);
    const { log } = await ann.fetchUser(ALICE);
    expect(escrowMember(log)?.pointer?.epoch).toBe(ann.log.epochs.length);
    expect(await rows([ALICE])).toEqual([{ user: ALICE, outcome: "not-due" }]);
  });

  it("end when their signal is aborted, also while a log is fetched", async () => {
    const at = desk(new MaliciousRelay(), "ann");
    const ann = await at.open();
    await ann.create({ name: "Ann" });
    const ended = new AbortController();
    at.transport.read = async (_subject, { signal }) => {
      ended.abort();
      signal?.throwIfAborted();
      return undefined;
    };
    await expect(all(ann.renewFor([ALICE], { signal: ended.signal }))).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("the report", () => {
  it("streams over all users, proves what is claimed, and names those that could not be judged", async () => {
    const relay = new MaliciousRelay();
    const device = desk(relay, "ann");
    let ann = await organisation(relay, device);
    await enrolled(relay, ann);
    const pending = await userDevice(relay, "tablet", "user-carol");
    await pending.create({ name: "Tablet" });
    const totals = new ReportTotals();
    const progress: number[] = [];
    const rows = await all(
      ann.report([ALICE, { user: "user-carol" }, "nobody"], { onProgress: (done) => void progress.push(done) }),
    );
    for (const { coverage } of rows) if (coverage) totals.add(coverage);
    expect(rows).toMatchObject([
      { user: ALICE, coverage: { status: "covered", proven: [[1, 1]] } },
      { user: "user-carol", coverage: { status: "pending" } },
      { user: "nobody", error: { code: "NOT_PERMITTED" } },
    ]);
    expect(totals.users).toBe(2);
    expect(progress).toEqual([1, 2, 3]);
    // The heads are kept: a service that shows less after a restart is found out, with evidence.
    ann.close();
    ann = await device.open();
    relay.tell(ALICE, rollBackTo(1));
    const [row] = await all(ann.report([ALICE]));
    expect(row).toMatchObject({ user: ALICE, error: { code: "ROLLED_BACK" } });
    expect(ann.getSnapshot().evidenceCount).toBe(1);
  });

  it("ends when its signal is aborted, and fetches one user at a time", async () => {
    const relay = new MaliciousRelay();
    const ann = await organisation(relay);
    await enrolled(relay, ann);
    const ended = new AbortController();
    const fetched: string[] = [];
    async function* users() {
      for (const user of [ALICE, "second", "third"]) {
        fetched.push(user);
        yield user;
      }
    }
    const rows: string[] = [];
    const run = async () => {
      for await (const { user } of ann.report(users(), { signal: ended.signal })) {
        rows.push(user);
        expect(fetched).toEqual(rows);
        if (user === "second") ended.abort();
      }
    };
    await expect(run()).rejects.toMatchObject({ name: "AbortError" });
    expect(rows).toEqual([ALICE, "second"]);
  });
});

it("acknowledges the published fingerprint and no other", async () => {
  const relay = new MaliciousRelay();
  const ann = await organisation(relay);
  const laptop = await userDevice(relay, "laptop");
  await laptop.create({ name: "Laptop" });
  await acknowledge(laptop, present(ann.getSnapshot().fingerprint).digits);
  await laptop.sync();
  expect(escrowMember(laptop.log)?.pointer).toBeDefined();
});
