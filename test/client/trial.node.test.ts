// A trial app, as its developer lives through it: every step that can go wrong between a device, its user and a service, through the
// package's public entries only, over the relay of keystead/testing and over the real handler on PGlite.
//
// Told elsewhere, at every point and not at one: two tabs, reload and cleared storage (tabs.browser, reloads), lost answers
// (processes, simulation), other lies (found, attacked, watchful), 256 members of a log (test/sizes), a takeover of everything with a
// removed backup key (test/testing).

import { KeysteadError } from "keystead";
import {
  callerSealer,
  fetchTransport,
  MemoryDisk,
  memoryStore,
  openSession,
  type Session,
  type Transport,
} from "keystead/client";
import { createRelay, openPglite, type Relay, type Sql } from "keystead/relay";
import { corrupt, type Lie, MaliciousRelay, relayTransport, rollBackTo, stripAttachments } from "keystead/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const url = "https://keys.example";
let sql: Sql;
const relays: Relay[] = [];
beforeAll(async () => {
  sql = await openPglite();
});
afterAll(async () => {
  for (const relay of relays) await relay.close();
  await sql.close();
});

/** A service: gives the transport of each device. */
type Service = (device: string) => Transport;

function testingService(): Service {
  const relay = new MaliciousRelay();
  return (device) => relayTransport(relay, device, { now: () => Date.now() });
}

function realService(): Service {
  const plenty = { links: 100_000, epochs: 100_000, joins: 100_000, requests: 1_000_000 };
  const relay = createRelay({ sql, origin: url, authorize: () => true, limits: plenty });
  relays.push(relay);
  const fetch = (to: string, init: unknown) => relay.fetch(new Request(to, init as RequestInit));
  return () => fetchTransport({ url, fetch });
}

const entriesOf = async (transport: Transport, subject: string) => {
  const entries: Uint8Array[] = [];
  for (;;) {
    const page = await transport.read(subject, { after: entries.length, attachments: "all" });
    entries.push(...(page?.entries ?? []));
    if (entries.length >= (page?.newest ?? 0)) return entries;
  }
};

let accounts = 0;

/** One device of the trial, and what happens to it. */
class Device {
  readonly disk = new MemoryDisk();
  /** Between the service and this device. */
  lie: Lie | undefined;
  lost: "request" | "answer" | undefined;
  /** Milliseconds by which its clock is wrong. */
  clock = 0;

  constructor(
    public transport: Transport,
    readonly subject: string,
  ) {}

  async open(disk = this.disk): Promise<Session> {
    const lostIs = (what: "request" | "answer") => {
      if (this.lost === what) throw new KeysteadError("OFFLINE", "the trial lost it");
    };
    return await openSession({
      ...{ subject: this.subject, store: memoryStore(disk), background: false },
      sealer: await callerSealer(new Uint8Array(32).fill(7)),
      env: {
        random: (length) => crypto.getRandomValues(new Uint8Array(length)),
        now: () => Date.now() + this.clock,
        ...{ sleep: async () => {}, announce: () => {}, hear: () => () => {} },
      },
      transport: {
        read: async (subject, options) => {
          lostIs("request");
          if (!this.lie) return await this.transport.read(subject, options);
          const entries = this.lie(await entriesOf(this.transport, subject));
          return { entries: entries.slice(options.after) as never, newest: entries.length };
        },
        publish: async (subject, entry, options) => {
          lostIs("request");
          const publication = await this.transport.publish(subject, entry, options);
          lostIs("answer");
          return publication;
        },
      },
    });
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);
const note = { purpose: "note" };
const me = (session: Session) => {
  const { devices } = session.getSnapshot();
  if (!devices?.fingerprint) throw new Error("no member");
  return { member: devices.me.member, fingerprint: devices.fingerprint, name: devices.me.name.name };
};

async function approve(by: Session, joined: Session): Promise<void> {
  await by.sync();
  const { member, fingerprint } = me(joined);
  const { token } = by.compare(fingerprint, member);
  await by.save({ approve: token ? [token] : [] });
  await joined.sync();
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

  it("two first devices at once: the slower one joins", async () => {
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

  it("a lost race is written again; one that touched the same member is asked about", async () => {
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

  it("lost requests and answers, to a join and to a backup key: done once, after a restart", async () => {
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
    let text = "";
    await owner.proveBackupKey(async (shown) => {
      ({ text } = shown);
      const [a = 0, b = 0] = shown.prove;
      const groups = text.split("-");
      return [groups[a - 1] ?? "", groups[b - 1] ?? ""];
    });
    expect(owner.drillBackupKey(text).standing).toBe("active");
    expect([...owner.log.active.values()].filter(({ kind }) => kind === "backup").length).toBe(1);
  });

  it("a wrong fingerprint is a mismatch, and gives no token", async () => {
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

  it("a rollback is healed, and kept as evidence; an emptied log too", async () => {
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
    expect(first.getSnapshot().evidence).toBeGreaterThan(0);
  });

  it("a fork is an alarm that survives a restart, and nothing is sealed", async () => {
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

  it("stripped attachments lose nothing for good; a corrupt entry is trouble, and never believed", async () => {
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
    expect(second.getSnapshot()).toMatchObject({ status: "ready", connection: "trouble" });
    expect(second.log.head.seq).toBe(4);
    phone.lie = undefined;
    await second.sync();
    expect(second.log.head).toEqual(first.log.head);
  });

  it("swapped content is refused", async () => {
    const { first } = await begin();
    const swapped = await first.seal(bytes("another"), { purpose: "draft" });
    await expect(first.open(swapped, note)).rejects.toMatchObject({ code: "CORRUPT_CONTENT" });
  });

  it("a removed device joins again, and has its old data by its former keys", async () => {
    const { first, second } = await couple();
    const old = await second.seal(bytes("old"), note);
    await first.save({ remove: [me(second).member] });
    await second.sync();
    expect(second.getSnapshot()).toMatchObject({ status: "removed", asks: [{ question: "standing" }] });
    expect(await second.open(old)).toEqual(bytes("old"));
    await second.join({ name: "Phone again" });
    expect(second.getSnapshot().status).toBe("waiting");
    expect(await second.open(old)).toEqual(bytes("old"));
    await approve(first, second);
    expect(second.getSnapshot().status).toBe("ready");
  });

  it("a thief with the password takes over; the owner has all data back, and the thief is out", async () => {
    const { first, device } = await begin();
    const old = await first.seal(bytes("years of notes"), note);
    const thief = await device("thief").open();
    await thief.join({ name: "Tablet" });
    await thief.save({ remove: [me(first).member] });
    await first.sync();
    expect(first.getSnapshot().status).toBe("removed");
    await first.join({ name: "Laptop" });
    const [former] = first.formerMembers;
    if (!former) throw new Error("no former member");
    await first.reclaim(former);
    await first.save({ remove: [me(thief).member] });
    await thief.sync();
    expect(thief.getSnapshot().status).toBe("removed");
    expect(await first.open(old)).toEqual(bytes("years of notes"));
    expect(first.log.active.size).toBe(1);
    const fresh = await first.seal(bytes("fresh"), note);
    await expect(thief.open(fresh)).rejects.toMatchObject({ kind: "not-now" });
  });

  it("a restored old profile is said, and cured by fresh keys", async () => {
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

  it("a clock two years ahead waits, one two years behind is said, and both go on when they are set", async () => {
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
  });

  it("offline for 400 links, it has all of them and its keys in one look", async () => {
    const { first, second } = await couple();
    for (let link = 0; link < 400; link++) {
      if (link % 100 === 0) await first.rekey();
      else await first.rename({ name: `${link}` });
    }
    const news = await first.seal(bytes("news"), note);
    await second.sync();
    expect(second.log.head).toEqual(first.log.head);
    expect(await second.open(news)).toEqual(bytes("news"));
  }, 240_000);
});
