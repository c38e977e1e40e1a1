// A trial app, as its developer lives through it: every step that can go wrong between a device, its user and a service, through the
// package's public entries only, over the relay of keystead/testing and over the real handler on PGlite. Each story names the steps that
// it shows; one test looks whether all are there.
//
// The same at every point and not at one: tabs and reloads in real browsers (tabs.browser, reloads), kills (processes, simulation), other
// lies (found, attacked, watchful).

import { existsSync } from "node:fs";
import { explainAccess } from "keystead/audit";
import { MemoryDisk, memoryStore, type Session } from "keystead/client";
import { corrupt, type Lie, rollBackTo, stripAttachments } from "keystead/testing";
import { describe, expect, it } from "vitest";
import { approve, writtenDown, writtenInto } from "./sessions.js";
import {
  bytes,
  Device,
  entriesOf,
  me,
  note,
  realService,
  type Service,
  testingService,
  withDatabase,
} from "./trial.js";

withDatabase();

/** The steps of the trial. A step that is not in this file has the name of the file that shows it. */
const STEPS = {
  "two first devices at once": "here",
  "a lost race": "here",
  "two tabs": "here",
  "a reload": "here",
  "a lost answer to a join": "here",
  "a lost answer to a backup key": "here",
  "a wrong fingerprint": "here",
  "a rollback": "here",
  "an emptied log": "here",
  "a fork": "here",
  "stripped attachments": "here",
  "a corrupt entry": "here",
  "swapped content": "here",
  "the lock of a removed device": "here",
  "a rejoin": "here",
  "a takeover with the password": "here",
  "all data back by a removed device's keys": "here",
  "all data back by a removed backup key": "here",
  "all data back by an admin": "here",
  "the thief's devices removed in one step": "here",
  "what the thief could read": "here",
  "a restored old profile": "here",
  "a clock two years off": "here",
  "offline for 400 links": "here",
  "256 devices": "test/sizes/full-account.node.test.ts",
} as const;
type Step = keyof typeof STEPS;
const told = new Set<string>();

/** A test that tells some steps. */
function story(name: string, steps: readonly Step[], tell: () => Promise<void>, timeout?: number): void {
  for (const step of steps) told.add(step);
  it(name, tell, timeout);
}

it("tells all twenty-five steps", () => {
  const elsewhere = Object.entries(STEPS).flatMap(([step, file]) => (file === "here" ? [] : [step]));
  expect([...told, ...elsewhere].sort()).toEqual(Object.keys(STEPS).sort());
  expect(Object.keys(STEPS)).toHaveLength(25);
  for (const file of Object.values(STEPS)) if (file !== "here") expect(existsSync(file), file).toBe(true);
});

let accounts = 0;

/** All data of an account: content in three epochs, and a key of the app. */
async function dataOf(session: Session) {
  const contents: Uint8Array[] = [];
  const sealed = async () => void contents.push(await session.seal(bytes(`note ${contents.length}`), note));
  const { epoch, key } = session.exportNewestKey("drafts");
  await sealed();
  return {
    sealed,
    /** That a session opens everything. */
    async isBackOn(session: Session) {
      for (const [at, content] of contents.entries())
        expect(await session.open(content, note)).toEqual(bytes(`note ${at}`));
      expect(session.exportKey(epoch, "drafts")).toEqual(key);
    },
  };
}

/**
 * A thief who has the password joins, removes all that the owner has, approves a second device, and makes a backup key. Each
 * story shows how the owner comes back.
 */
async function takenOver(serve: () => Service) {
  const service = serve();
  const [subject, organisation] = [`trial ${++accounts}`, `organisation ${accounts}`];
  const ann = await new Device(service("ann"), organisation).openAdmin();
  await ann.create({ name: "Ann" });
  await ann.enable(writtenDown);
  const device = (name: string) => new Device(service(name), subject, organisation);
  const laptop = await device("laptop").open();
  await laptop.create({ name: "Laptop" });
  await laptop.sync();
  const ask = laptop.getSnapshot().asks.find(({ question }) => question === "confirm-escrow");
  const { token } = laptop.compareEscrow(ann.getSnapshot().fingerprint?.digits ?? "");
  if (!ask || !token) throw new Error("escrow is not asked about");
  await laptop.answer(ask.id, { say: "confirmed", token });
  const data = await dataOf(laptop);
  const papers: string[] = [];
  await laptop.createBackupKey(writtenInto(papers));
  const old = await device("old phone").open();
  await old.join({ name: "Old phone" });
  await approve(laptop, old);
  await data.sealed();
  await laptop.save({ remove: [me(old).member] });
  await data.sealed();
  const epochs = laptop.log.epochs.length;

  const tablet = await device("tablet").open();
  await tablet.join({ name: "Tablet" });
  const owned = [...tablet.log.active.values()].filter(({ kind, id }) => kind !== "escrow" && id !== me(tablet).member);
  await tablet.save({ remove: owned.map(({ id }) => id) });
  const second = await device("tv").open();
  await second.join({ name: "TV" });
  await approve(tablet, second);
  await tablet.createBackupKey(writtenDown);
  await laptop.sync();
  expect(laptop.getSnapshot()).toMatchObject({ status: "removed" });
  await data.isBackOn(laptop);
  const thieves = [...tablet.log.active.values()].filter(({ kind }) => kind !== "escrow").map(({ id }) => id);
  expect(thieves).toHaveLength(3);
  return { device, ann, laptop, data, text: papers[0] ?? "", tablet, second, thieves, epochs };
}

type TakenOver = Awaited<ReturnType<typeof takenOver>>;

/** The thief is out, the owner is back on `owner` with all data, and it is named what the thief could read. */
async function isOver({ tablet, second, thieves, epochs, data }: TakenOver, owner: Session): Promise<void> {
  await owner.sync();
  expect(owner.getSnapshot().status).toBe("ready");
  const { links, active } = owner.log;
  const removals = [...links].filter(({ removed }) => removed.some((id) => thieves.includes(id)));
  expect(removals.map(({ removed }) => thieves.filter((id) => !removed.includes(id)))).toEqual([[]]);
  expect([...active.values()].filter(({ kind }) => kind === "device").map(({ id }) => id)).toEqual([me(owner).member]);
  await data.isBackOn(owner);
  const fresh = await owner.seal(bytes("fresh"), note);
  for (const thief of [tablet, second]) {
    await thief.sync();
    expect(thief.getSnapshot().status).toBe("removed");
    await expect(thief.open(fresh)).rejects.toMatchObject({ code: "NO_ACCESS" });
    await expect(data.isBackOn(thief)).rejects.toMatchObject({ code: "NO_ACCESS" });
  }
  // The owner learns what the thief could read: nothing from before the takeover, and everything of it.
  const couldRead = (epoch: number) => thieves.some((id) => explainAccess(owner.log, id, epoch).mayHaveRead);
  const all = Array.from({ length: owner.log.epochs.length }, (_, index) => index + 1);
  const read = all.filter(couldRead);
  expect(read[0]).toBe(epochs + 1);
  expect(read).not.toContain(all.length);
}

describe.each([
  ["keystead/testing", testingService],
  ["the real handler", realService],
])("over %s", (_, serve) => {
  const begin = async () => {
    const service = serve();
    const subject = `trial ${++accounts}`;
    const device = (name: string) => new Device(service(name), subject);
    const laptop = device("laptop");
    const first = await laptop.open();
    await first.create({ name: "Laptop" });
    return { service, subject, device, laptop, first };
  };
  const couple = async () => {
    const world = await begin();
    const phone = world.device("phone");
    const second = await phone.open();
    await second.join({ name: "Phone" });
    await approve(world.first, second);
    return { ...world, phone, second };
  };

  story("two first devices at once: the slower one joins", ["two first devices at once"], async () => {
    const service = serve();
    const subject = `trial ${++accounts}`;
    const [one, two] = await Promise.all(["one", "two"].map((name) => new Device(service(name), subject).open()));
    if (!one || !two) throw new Error("no session");
    const made = await Promise.allSettled([one.create({ name: "One" }), two.create({ name: "Two" })]);
    const lost = made.filter(({ status }) => status === "rejected");
    expect(lost).toMatchObject([{ reason: { code: "LOST_RACE" } }]);
    const [winner, slower] = made[0].status === "fulfilled" ? [one, two] : [two, one];
    await slower.join({ name: "Slower" });
    await winner.sync();
    expect(winner.log.active.size).toBe(2);
  });

  story("a lost race is written again; one that touched the same member is asked about", ["a lost race"], async () => {
    const { first, second } = await couple();
    await Promise.all([first.rename({ name: "A" }), second.rename({ name: "B" })]);
    await first.sync();
    expect([...first.log.active.values()].map(({ name }) => name).sort()).toEqual(["A", "B"]);
    const { member } = me(second);
    // The first one does not know yet that the second one renamed itself.
    await second.rename({ name: "C" });
    await expect(first.rename({ name: "D" }, member)).rejects.toMatchObject({ code: "LOST_RACE" });
    expect(first.getSnapshot().asks).toMatchObject([{ question: "interrupted", intent: "rename" }]);
  });

  story(
    "lost requests and answers, to a join and to a backup key: done once, after a restart",
    ["a lost answer to a join", "a lost answer to a backup key"],
    async () => {
      const { first, device } = await begin();
      for (const lost of ["request", "answer"] as const) {
        const phone = device(`phone ${lost}`);
        let session = await phone.open();
        await session.sync();
        phone.lost = lost;
        const joining = session.join({ name: lost });
        const ended = expect(joining).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
        await expect.poll(() => session.getSnapshot().status).toBe("joining");
        session.close();
        await ended;
        phone.lost = undefined;
        session = await phone.open();
        await session.sync();
        expect(session.getSnapshot().status).toBe("waiting");
        session.close();
      }
      await first.sync();
      expect(first.log.active.size).toBe(3);
      const paper = device("paper");
      let owner = await paper.open();
      await owner.join({ name: "Owner" });
      await approve(first, owner);
      paper.lost = "answer";
      const making = owner.createBackupKey(async () => ["", ""]);
      const ended = expect(making).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
      await expect.poll(() => owner.getSnapshot().pending?.intent).toBe("backup-key");
      owner.close();
      await ended;
      paper.lost = undefined;
      owner = await paper.open();
      await owner.sync();
      expect(owner.getSnapshot().asks.map(({ question }) => question)).toContain("prove-backup-key");
      const papers: string[] = [];
      await owner.proveBackupKey(writtenInto(papers));
      expect(owner.checkBackupKey(papers[0] ?? "").standing).toBe("active");
      expect([...owner.log.active.values()].filter(({ kind }) => kind === "backup").length).toBe(1);
    },
  );

  story("a wrong fingerprint is a mismatch, and gives no token", ["a wrong fingerprint"], async () => {
    const { first, device } = await begin();
    const [phone, thief] = [await device("phone").open(), await device("thief").open()];
    await phone.join({ name: "Phone" });
    await thief.join({ name: "Phone" });
    await first.sync();
    const compared = first.compare(me(phone).fingerprint, me(thief).member);
    expect(compared.status).toBe("not-recognised");
    expect(compared.token).toBeUndefined();
    await first.save({ remove: [me(thief).member] });
    await thief.sync();
    expect(thief.getSnapshot().status).toBe("removed");
  });

  story(
    "a rollback is healed, and kept as evidence; an emptied log too",
    ["a rollback", "an emptied log"],
    async () => {
      const { first, laptop } = await begin();
      await first.rename({ name: "Mine" });
      for (const lie of [rollBackTo(1), (() => []) as Lie]) {
        laptop.lie = lie;
        await first.sync();
        expect(first.getSnapshot().connection).toBe("server-behind");
        laptop.lie = undefined;
        await first.sync();
        expect(first.getSnapshot()).toMatchObject({ status: "ready", connection: "reached" });
        expect(me(first).name).toBe("Mine");
      }
      expect(first.getSnapshot().evidenceCount).toBeGreaterThan(0);
    },
  );

  story("a fork is an alarm that survives a restart, and nothing is sealed", ["a fork"], async () => {
    const { service, subject, first, phone, second } = await couple();
    const branch = serve()("phone");
    // The handlers of this test share a database: the branch of a real service is the other kind.
    const other = serve === realService ? testingService()("phone") : branch;
    for (const entry of await entriesOf(service("laptop"), subject)) await other.publish(subject, entry, {});
    phone.transport = other;
    await first.rename({ name: "Here" });
    await second.rename({ name: "There" });
    phone.transport = service("phone");
    await first.rename({ name: "Here again" });
    await second.sync();
    expect(second.getSnapshot()).toMatchObject({ status: "alarm", alarms: [{ error: { code: "FORKED" } }] });
    await expect(second.seal(bytes("x"), note)).rejects.toMatchObject({ code: "FORKED" });
    second.close();
    expect((await phone.open()).getSnapshot().status).toBe("alarm");
  });

  story(
    "stripped attachments lose nothing for good; a corrupt entry is trouble, and never believed",
    ["stripped attachments", "a corrupt entry"],
    async () => {
      const { first, device } = await begin();
      const old = await first.seal(bytes("old"), note);
      const phone = device("phone");
      const second = await phone.open();
      await second.join({ name: "Phone" });
      phone.lie = stripAttachments(3);
      await approve(first, second);
      await expect(second.open(old)).rejects.toMatchObject({ code: "NO_ACCESS" });
      phone.lie = undefined;
      await first.rename({ name: "Mine" });
      await second.sync();
      expect(await second.open(old)).toEqual(bytes("old"));
      await first.rename({ name: "Ours" });
      phone.lie = corrupt(5, 60);
      await second.sync();
      expect(second.getSnapshot()).toMatchObject({ status: "ready", connection: "invalid" });
      expect(second.log.head.seq).toBe(4);
      phone.lie = undefined;
      await second.sync();
      expect(second.log.head).toEqual(first.log.head);
    },
  );

  story("swapped content is refused", ["swapped content"], async () => {
    const { first, second, service } = await couple();
    const stranger = await new Device(service("stranger"), `trial ${++accounts}`).open();
    await stranger.create({ name: "Theirs" });
    const place = (id: string, version = 1, purpose = "note") => {
      return { purpose, associatedData: bytes(`${id} in version ${version}`) };
    };
    const isSwapped = { code: "CORRUPT_CONTENT" };
    const texts = [place("1"), place("2"), place("1", 2), place("1", 1, "draft")];
    const stored = await Promise.all(texts.map((where, at) => first.seal(bytes(`text ${at}`), where)));
    // Between items, for an old version of the same item, and between uses: each in the place of each other one.
    for (const [at, where] of texts.entries()) {
      for (const [other, sealed] of stored.entries()) {
        const opened = second.open(sealed, where);
        if (other === at) expect(await opened).toEqual(bytes(`text ${at}`));
        else await expect(opened).rejects.toMatchObject(isSwapped);
        if (other === at) continue;
        const ranges = second.openRandomAccess(new Blob([sealed]), where);
        await expect(ranges).rejects.toMatchObject(isSwapped);
        const stream = new Blob([sealed]).stream().pipeThrough(second.openStream(where) as ReadableWritablePair);
        await expect(new Response(stream).arrayBuffer()).rejects.toMatchObject(isSwapped);
      }
    }
    // Between users: what one sealed for themselves is nobody else's, in the same place too.
    const theirs = await stranger.seal(bytes("theirs"), place("1"));
    await expect(first.open(theirs, place("1"))).rejects.toMatchObject({ code: "NOT_A_RECIPIENT" });
    // What a stranger seals to this account opens; that it is a stranger's shows where content is signed.
    await stranger.track(first.log.subject);
    const sent = await stranger.seal(bytes("sent"), { ...place("1"), to: [first.log.subject] });
    expect(await first.open(sent, place("1"))).toEqual(bytes("sent"));
    await expect(first.openFrom(sent, stranger.log.subject, place("1"))).rejects.toMatchObject({
      code: "INVALID_SIGNATURE",
    });
  });

  story(
    "a removed device is locked, joins again, and has its old data by its former keys",
    ["the lock of a removed device", "a rejoin"],
    async () => {
      const { first, second, phone } = await couple();
      const old = await second.seal(bytes("old"), note);
      const { epoch, key } = second.exportNewestKey("drafts");
      await first.save({ remove: [me(second).member] });
      const news = await first.seal(bytes("news"), note);
      await second.sync();
      expect(second.getSnapshot()).toMatchObject({ status: "removed", asks: [{ question: "standing" }] });
      for (const act of [second.rename({ name: "x" }), second.save({ remove: [me(first).member] }), second.rekey()])
        await expect(act).rejects.toMatchObject({ code: "NOT_PERMITTED", rule: "MEM-4" });
      await expect(second.open(news)).rejects.toMatchObject({ code: "NO_ACCESS" });
      expect(await second.open(old)).toEqual(bytes("old"));
      await second.join({ name: "Phone again" });
      expect(second.getSnapshot().status).toBe("waiting");
      expect(await second.open(old)).toEqual(bytes("old"));
      expect(second.exportKey(epoch, "drafts")).toEqual(key);
      await approve(first, second);
      expect(second.getSnapshot().status).toBe("ready");
      expect(await second.open(news)).toEqual(bytes("news"));
      await second.leave();
      await second.erase();
      expect((await phone.open()).getSnapshot().status).toBe("new");
    },
  );

  story("two tabs at once: one device, and nothing that one did is lost to the other", ["two tabs"], async () => {
    const { first, device } = await begin();
    const phone = device("phone");
    const [left, right] = [await phone.open(), await phone.open()];
    const joined = await Promise.allSettled([left.join({ name: "Left" }), right.join({ name: "Right" })]);
    expect(joined.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await approve(first, left);
    await expect.poll(() => right.getSnapshot().status).toBe("ready");
    const changed = await Promise.allSettled([left.rekey(), right.rename({ name: "Phone" })]);
    for (const each of changed) if (each.status === "rejected") expect(each.reason).toMatchObject({ code: "PENDING" });
    await left.rename({ name: "By the left" });
    await right.rename({ name: "By the right" });
    await left.sync();
    expect(left.log.head).toEqual(right.log.head);
    expect([...left.log.active.values()].map(({ name }) => name).sort()).toEqual(["By the right", "Laptop"]);
    expect(await right.open(await left.seal(bytes("x"), note))).toEqual(bytes("x"));
    expect(left.getSnapshot()).toMatchObject({ pending: undefined, asks: [], evidenceCount: 0 });
  });

  story("a reload at any point loses nothing, and does nothing twice", ["a reload"], async () => {
    for (let waits = 0, isOver = false; !isOver; waits++) {
      const { first, phone, second } = await couple();
      second.close();
      phone.waits = waits;
      const gone = phone.gone();
      const acting = async () => {
        const tab = await phone.open();
        await tab.rekey();
        tab.close();
        return "over" as const;
      };
      isOver = (await Promise.race([acting(), gone])) === "over";
      phone.waits = Number.POSITIVE_INFINITY;
      const again = await phone.open();
      await again.sync();
      if (isOver) expect(waits).toBeGreaterThan(8);
      const rekeys = [...again.log.links].filter(({ type }) => type === "rekey").length;
      expect(rekeys, `after ${waits} waits`).toBeLessThanOrEqual(1);
      await again.rename({ name: "Reloaded" });
      await first.sync();
      expect([...first.log.active.values()].map(({ name }) => name)).toEqual(["Laptop", "Reloaded"]);
      expect(await again.open(await first.seal(bytes("x"), note))).toEqual(bytes("x"));
    }
  });

  story("a restored old profile is said, and cured by fresh keys", ["a restored old profile"], async () => {
    const { first, laptop } = await begin();
    const backup = await memoryStore(laptop.disk).load();
    await first.rename({ name: "Mine" });
    first.close();
    const disk = new MemoryDisk();
    let at = 0;
    // A store counts its own commits, as a copied one would go on from them.
    while (at < backup.revision - 1) at = await memoryStore(disk).commit(at, {});
    await memoryStore(disk).commit(at, { put: backup.records });
    const restored = await laptop.open(disk);
    await restored.sync();
    expect(restored.getSnapshot().asks).toMatchObject([{ question: "copied", at: 2 }]);
    await restored.rekey();
    expect(restored.log.head.seq).toBe(3);
  });

  story(
    "a clock two years ahead waits, one two years behind is said, and both go on when they are set",
    ["a clock two years off"],
    async () => {
      const { first, device } = await begin();
      const years = 2 * 365 * 86_400_000;
      const fast = device("fast");
      fast.clock = years;
      const ahead = await fast.open();
      const joining = ahead.join({ name: "Fast" });
      await expect.poll(() => ahead.getSnapshot().pending?.refused).toBe("NOT_YET");
      fast.clock = 0;
      await ahead.sync();
      await joining;
      expect(ahead.getSnapshot().status).toBe("waiting");
      const slow = device("slow");
      slow.clock = -years;
      const behind = await slow.open();
      await behind.sync();
      expect(behind.getSnapshot().connection).toBe("clock");
      slow.clock = 0;
      await behind.join({ name: "Slow" });
      await first.sync();
      expect(first.log.active.size).toBe(3);
    },
  );

  story(
    "offline for 400 links, it has all of them and its keys in one look",
    ["offline for 400 links"],
    async () => {
      const { first, second } = await couple();
      for (let link = 0; link < 400; link++) {
        if (link % 100 === 0) await first.rekey();
        else await first.rename({ name: `${link}` });
      }
      const news = await first.seal(bytes("news"), note);
      await second.sync();
      expect(second.log.head).toEqual(first.log.head);
      expect(await second.open(news)).toEqual(bytes("news"));
    },
    240_000,
  );

  const steps = [
    "a takeover with the password",
    "the thief's devices removed in one step",
    "what the thief could read",
  ] as const;

  story(
    "a takeover: all data is back by the removed laptop's own keys",
    [...steps, "all data back by a removed device's keys"],
    async () => {
      const taken = await takenOver(serve);
      const { laptop, thieves } = taken;
      await laptop.join({ name: "Laptop" });
      const [former] = laptop.formerMembers;
      if (!former) throw new Error("no former member");
      await laptop.reclaim(former);
      await laptop.save({ remove: thieves });
      await isOver(taken, laptop);
    },
  );

  story(
    "a takeover: all data is back by the removed backup key",
    [...steps, "all data back by a removed backup key"],
    async () => {
      const taken = await takenOver(serve);
      const { device, text, thieves } = taken;
      const phone = await device("phone").open();
      await phone.join({ name: "Phone" });
      await phone.useBackupKey(text);
      await phone.save({ remove: thieves });
      await isOver(taken, phone);
    },
  );

  story(
    "a takeover: all data is back by an admin, who removes the thief in the same step",
    [...steps, "all data back by an admin"],
    async () => {
      const taken = await takenOver(serve);
      const { device, ann, thieves } = taken;
      const phone = await device("phone").open();
      await phone.join({ name: "Phone" });
      const user = await ann.fetchUser(phone.log.subject);
      const { token } = ann.compareUser(user, me(phone).fingerprint, me(phone).member);
      await ann.recover(user, { approve: token ? [token] : [], remove: thieves, reason: "the account was taken over" });
      await isOver(taken, phone);
    },
  );
});
