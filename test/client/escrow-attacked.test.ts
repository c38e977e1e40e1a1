// Admins' sessions in two tabs, and against a service that lies (docs/spec.md sections 11 and 13).

import { describe, expect, it } from "vitest";
import { createLog } from "../../src/authoring/enter.js";
import { present } from "../../src/bytes/present.js";
import { fetchUserLog } from "../../src/client/escrow-fetch.js";
import { reviewOf } from "../../src/escrow/act.js";
import { drop, holdBack, rollBackTo } from "../../src/testing/lies.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import type { Transport } from "../../src/transport/transport.js";
import { all } from "../support/all.js";
import { seededEnv } from "../support/seeded-env.js";
import { ALICE, desk, enrolled, hired, lockedOut, ORGANISATION, organisation } from "./admins.js";
import { Life } from "./escrow-kills.js";
import { memberOf, writtenDown } from "./sessions.js";

const restored = async () => {
  const relay = new MaliciousRelay();
  const device = desk(relay, "ann");
  const ann = await organisation(relay, device);
  const laptop = await enrolled(relay, ann);
  const { device: phone, user, token } = await lockedOut(relay, ann);
  const options = { approve: [token], remove: [memberOf(laptop)], reason: "lost" };
  return { relay, device, ann, laptop, phone, user, options };
};

describe("two tabs of one admin", () => {
  it("do one recovery, and one of them says that it is under way", async () => {
    const { relay, device, ann, options } = await restored();
    const second = await device.open();
    const fromSecond = await second.fetchUser(ALICE);
    const fromFirst = await ann.fetchUser(ALICE);
    const ended = await Promise.allSettled([ann.recover(fromFirst, options), second.recover(fromSecond, options)]);
    expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(ended.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: expect.stringMatching(/^(PENDING|NOT_PERMITTED|COMPARE_AGAIN)$/) },
    });
    await ann.sync();
    expect(ann.acts()).toHaveLength(1);
    expect(ann.getSnapshot()).toMatchObject({ users: [], openActs: [] });
    expect(relay.read(ALICE).length).toBe(fromFirst.log.head.seq + 1);
  });

  it("go on with what the other one had begun when it was killed", async () => {
    for (const waits of [8, 12, 16, 20]) {
      const { device, ann, user, options } = await restored();
      const life = new Life(waits);
      const run = async () => {
        const tab = await device.open(life);
        await tab.recover(await tab.fetchUser(ALICE), options);
      };
      await Promise.race([run(), life.killed]);
      await ann.sync();
      await ann.sync();
      const [act] = ann.acts();
      const { log } = await ann.fetchUser(ALICE);
      expect(ann.getSnapshot()).toMatchObject({ users: [], openActs: [], pending: undefined });
      expect(log.head.seq).toBe(user.log.head.seq + (act ? 1 : 0));
    }
  });

  it("write nothing where one only reads: the next one that may goes on", async () => {
    const { relay, device, ann, user, options } = await restored();
    const honest = relay.tell(ORGANISATION, rollBackTo(ann.log.head.seq));
    ann.recover(user, options).catch(() => undefined);
    await ann.sync();
    ann.close();
    honest();
    const reading = await device.open({ mode: "read" });
    await reading.sync();
    await reading.sync();
    expect(reading.acts()).toHaveLength(1);
    expect(reading.getSnapshot().users).toMatchObject([{ user: ALICE, doing: "recover", since: undefined }]);
    expect(relay.read(ALICE).length).toBe(user.log.head.seq);
    await expect(reading.fingerprintPublished()).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    reading.close();
    const again = await device.open();
    await again.sync();
    expect(again.getSnapshot()).toMatchObject({ users: [], openActs: [] });
    expect(relay.read(ALICE).length).toBe(user.log.head.seq + 1);
  });

  it("share what they verified of users' logs", async () => {
    const { relay, device, ann } = await restored();
    const second = await device.open();
    const { log } = await ann.fetchUser(ALICE);
    await second.sync();
    relay.tell(ALICE, rollBackTo(log.head.seq - 1));
    await expect(second.fetchUser(ALICE)).rejects.toMatchObject({ code: "ROLLED_BACK" });
  });
});

describe("a service that lies", () => {
  it("forks a user's log: the admin gets no state of it, and keeps the evidence", async () => {
    const { relay, ann, laptop, user } = await restored();
    relay.fork(ALICE, user.log.head.seq - 1, ["laptop"]);
    await laptop.rename({ name: "There" });
    relay.tell(ALICE, () => relay.read(ALICE, "laptop"), { to: ["ann"] });
    await expect(ann.fetchUser(ALICE)).rejects.toMatchObject({ code: "FORKED", kind: "contradiction" });
    expect(ann.getSnapshot().evidenceCount).toBe(1);
    const [row] = await all(ann.report([ALICE]));
    expect(row).toMatchObject({ error: { code: "FORKED" } });
    expect(ann.getSnapshot().evidenceCount).toBe(1);
  });

  it("shows another log of a user: only the app's own word that it reset the account goes on with that", async () => {
    const { relay, device, ann, user, options } = await restored();
    const honest = relay.tell(ALICE, rollBackTo(user.log.head.seq));
    const done = ann.recover(user, options);
    done.catch(() => undefined);
    await ann.sync();
    honest();
    const second = createLog({ subject: ALICE, device: { name: "New" } }, seededEnv("second"));
    relay.tell(ALICE, () => [second.entry]);
    await expect(ann.fetchUser(ALICE)).rejects.toMatchObject({ code: "REPLACED" });
    const [row] = await all(ann.report([ALICE]));
    expect(row).toMatchObject({ error: { code: "REPLACED" } });
    await expect(ann.unsafeForgetUser(5 as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await ann.unsafeForgetUser(ALICE);
    await expect(done).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    ann.close();
    const again = await device.open();
    expect(again.getSnapshot()).toMatchObject({ users: [], openActs: [{ user: ALICE }] });
    expect((await again.fetchUser(ALICE)).log.head).toEqual(second.head);
    relay.tell(ALICE, () => []);
    await expect(again.fetchUser(ALICE)).rejects.toMatchObject({ code: "ROLLED_BACK" });
  });

  it("answers that it has the act, and shows it to nobody: nothing is done in the user's log before it does", async () => {
    const { relay, ann, user, options } = await restored();
    const { seq } = ann.log.head;
    const honest = relay.tell(ORGANISATION, rollBackTo(seq));
    const done = ann.recover(user, options);
    for (let look = 0; look < 3; look++) await ann.sync();
    expect(relay.read(ALICE).length).toBe(user.log.head.seq);
    expect(ann.getSnapshot().users).toMatchObject([{ user: ALICE, doing: "recording", since: undefined }]);
    honest();
    await ann.sync();
    await done;
    expect(relay.read(ALICE).length).toBe(user.log.head.seq + 1);
  });

  it("answers that it has the record of an access, and shows it to nobody: nothing is opened before it does", async () => {
    const relay = new MaliciousRelay();
    const ann = await organisation(relay);
    await enrolled(relay, ann);
    const user = await ann.fetchUser(ALICE);
    const { seq } = ann.log.head;
    const honest = relay.tell(ORGANISATION, rollBackTo(seq));
    const recorded = ann.recordAccess(user, { epochs: [[1, 1]], reason: "case 7" });
    for (let look = 0; look < 3; look++) {
      await ann.sync();
      await expect(ann.openRecorded(seq + 1)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    }
    expect(ann.accesses()).toEqual([]);
    honest();
    await ann.sync();
    expect((await ann.openRecorded(await recorded)).keyring.epochs).toEqual([1]);
  });

  it("answers that it has the review, and shows it late", async () => {
    const { relay, ann, user, options } = await restored();
    const honest = relay.tell(ALICE, rollBackTo(user.log.head.seq));
    const done = ann.recover(user, options);
    for (let look = 0; look < 3; look++) await ann.sync();
    expect(ann.getSnapshot().users).toMatchObject([{ user: ALICE, doing: "recover", refused: "ACCEPTED_UNSEEN" }]);
    honest();
    // The pause before it looks again has passed.
    for (let look = 0; look < 9; look++) await ann.sync();
    await done;
    expect(ann.getSnapshot()).toMatchObject({ users: [], openActs: [] });
    expect(relay.read(ALICE).length).toBe(user.log.head.seq + 1);
  });

  it("hides what a removed admin did: nothing that was done is disowned once it is shown", async () => {
    const { relay, ann, laptop } = await restored();
    const bob = await hired(ann, desk(relay, "bob"), ["recover"]);
    const { user, token } = await lockedOut(relay, bob, "tablet");
    await bob.recover(user, { approve: [token], remove: [memberOf(laptop)], reason: "lost" });
    await ann.sync();
    const honest = relay.tell(ALICE, drop(2), { to: ["ann"] });
    await ann.save({ remove: [memberOf(bob)] });
    for (let look = 0; look < 3; look++) await ann.sync();
    expect([...ann.log.disowned]).toEqual([]);
    honest();
    await ann.rename({ name: "Ann" });
    for (let look = 0; look < 3; look++) await ann.sync();
    expect([...ann.log.disowned]).toEqual([]);
    const [recorded] = ann.acts();
    expect(reviewOf((await ann.fetchUser(ALICE)).log, ann.log, present(recorded?.act))).toBeDefined();
  });

  it("shows an older escrow log, or none: nothing is authored on it", async () => {
    const { relay, device, ann } = await restored();
    const { head } = ann.log;
    ann.close();
    const honest = relay.tell(ORGANISATION, holdBack(2));
    const again = await device.open();
    await again.sync();
    expect(again.getSnapshot()).toMatchObject({ connection: "server-behind" });
    expect(again.log.head).toEqual(head);
    honest();
    await again.sync();
    expect(again.getSnapshot().connection).toBe("reached");
  });

  it("has a user's log under the organisation's name: it is no escrow log", async () => {
    const relay = new MaliciousRelay();
    const made = createLog({ subject: ORGANISATION, device: { name: "Eve" } }, seededEnv("eve"));
    relay.publish(ORGANISATION, made.entry);
    const ann = await desk(relay, "ann").open();
    await expect(ann.join({ name: "Ann" })).rejects.toMatchObject({ code: "WRONG_SUBJECT", rule: "LOG-8" });
    expect(ann.getSnapshot()).toMatchObject({ status: "new", devices: undefined, fingerprint: undefined });
    await expect(ann.enable(writtenDown)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
  });
});

it("does not keep a user's log without end in memory, neither before the newest head that it saw nor after", async () => {
  const relay = new MaliciousRelay();
  const { head } = createLog({ subject: ALICE, device: { name: "Laptop" } }, seededEnv("laptop"));
  const { transport } = desk(relay, "ann");
  const entry = new Uint8Array(4_194_304);
  let reads = 0;
  const endless: Transport = {
    ...transport,
    read: async () => {
      if (++reads > 1000) throw new Error("the test ends the loop");
      return { entries: [entry], newest: 1_000_000 };
    },
  };
  const fetched = fetchUserLog(ALICE, { transport: endless, signer: undefined, pin: { ...head, seq: 2000 }, now: 0 });
  await expect(fetched).rejects.toMatchObject({ code: "TOO_LARGE" });
  expect(reads).toBe(257);
});

it("stores the heads of many users in few commits, and finds each one again", async () => {
  const relay = new MaliciousRelay();
  const device = desk(relay, "ann");
  const ann = await organisation(relay, device);
  const users = Array.from({ length: 150 }, (_, at) => `user-${at}`);
  for (const subject of users) {
    relay.publish(subject, createLog({ subject, device: { name: "Laptop" } }, seededEnv(subject)).entry);
  }
  ann.close();
  let commits = 0;
  const counting = await device.open({
    store: (store) => ({
      ...store,
      commit: (expected, change) => {
        commits++;
        return store.commit(expected, change);
      },
    }),
  });
  expect((await all(counting.report(users))).map(({ coverage }) => coverage?.status)).toEqual(
    users.map(() => "pending"),
  );
  expect(commits).toBe(3);
  await all(counting.report(users));
  expect(commits).toBe(3);
  counting.close();
  const again = await device.open();
  relay.tell("user-70", () => relay.read("user-71"));
  await expect(again.fetchUser("user-70")).rejects.toMatchObject({
    kind: expect.stringMatching(/contradiction|bad-input/),
  });
});

it("refuses wrong arguments before it changes anything", async () => {
  const { ann, user, options } = await restored();
  const { head } = ann.log;
  const wrong = 5 as never;
  const calls: readonly (() => unknown)[] = [
    () => ann.enable(wrong),
    () => ann.save(wrong),
    () => ann.save({ approve: [wrong] }),
    () => ann.save({ approve: [{ token: wrong, roles: [] }] }),
    () => ann.setPolicy(wrong),
    () => ann.setPolicy({ userContacts: wrong }),
    () => ann.recover(wrong, options),
    () => ann.recover({ ...user }, options),
    () => ann.recover(user, wrong),
    () => ann.recover(user, { ...options, reason: wrong }),
    () => ann.recover(user, { ...options, remove: wrong }),
    () => ann.recordAccess(user, { epochs: wrong, reason: "why" }),
    () => ann.recordAccess(user, { epochs: [[1, 9]], reason: "why" }),
    () => ann.openRecorded(wrong),
    () => ann.disown(wrong),
    () => ann.disown([]),
    () => ann.useBackupKey("", wrong),
    () => all(ann.report([ALICE], wrong)),
    () => all(ann.renewFor([ALICE], { onProgress: wrong })),
  ];
  for (const call of calls) {
    await expect((async () => call())()).rejects.toMatchObject({ name: "KeysteadError", kind: "caller" });
  }
  expect(ann.log.head).toEqual(head);
  expect(ann.getSnapshot()).toMatchObject({ users: [], pending: undefined });
});
