// The client in a browser, on IndexedDB: a restart, two tabs on one database, cleared storage, and tabs that end while they work.

import { afterEach, describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import { systemClientEnv } from "../../src/client/client-env.js";
import { openSession, type Session } from "../../src/client/session.js";
import type { SessionOptions } from "../../src/client/session-options.js";
import type { Snapshot } from "../../src/client/snapshot.js";
import { KeysteadError } from "../../src/errors.js";
import { deleteIndexedDb, indexedDbStore } from "../../src/storage/indexed-db.js";
import { webCryptoSealer } from "../../src/storage/sealer.js";
import type { Store } from "../../src/storage/store.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { relayTransport } from "../../src/testing/relay-transport.js";
import { approve, until } from "./sessions.js";
import { SUBJECT } from "./simple.js";

type Tab = Partial<SessionOptions> & { readonly around?: (parts: Parts) => Parts };
type Parts = Pick<SessionOptions, "store" | "sealer" | "transport">;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

/** A browser of a device: one database, and tabs that each open a session on it. */
function browser(relay: MaliciousRelay, name: string) {
  const namespace = `${name}-${crypto.randomUUID()}`;
  cleanUp.push(() => deleteIndexedDb(namespace));
  return {
    namespace,
    async tab({ around = (parts) => parts, ...options }: Tab = {}): Promise<Session> {
      const store = await indexedDbStore(namespace);
      const sealer = await webCryptoSealer(namespace);
      const parts = around({ store, sealer, transport: relayTransport(relay, name) });
      const session = await openSession({ subject: SUBJECT, background: false, ...parts, ...options });
      cleanUp.push(
        () => store.close(),
        () => session.close(),
      );
      return session;
    },
  };
}

const nameOf = ({ devices }: Snapshot) => devices?.me.name.name;

it("a session that is opened again has everything", async () => {
  const relay = new MaliciousRelay();
  const laptop = await browser(relay, "laptop").tab();
  await laptop.create({ name: "Laptop" });
  const device = browser(relay, "phone");
  const before = await device.tab();
  await before.join({ name: "Phone" });
  await approve(laptop, before);
  const sealed = await before.seal(utf8Encode("old"), { purpose: "note" });
  const snapshot = before.getSnapshot();
  before.close();
  const after = await device.tab();
  expect(after.getSnapshot()).toMatchObject({ status: "ready", pending: undefined, asks: [] });
  expect(after.getSnapshot().devices).toEqual(snapshot.devices);
  expect(await after.open(sealed)).toEqual(utf8Encode("old"));
  await after.rename({ name: "Mine" });
  expect(nameOf(after.getSnapshot())).toBe("Mine");
});

describe("two tabs on one database", () => {
  const twoTabs = async () => {
    const relay = new MaliciousRelay();
    const device = browser(relay, "laptop");
    return { relay, device, one: await device.tab(), two: await device.tab() };
  };

  it("make one member, however many of them create", async () => {
    const { relay, one, two } = await twoTabs();
    const made = await Promise.allSettled([one.create({ name: "One" }), two.create({ name: "Two" })]);
    expect(made.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await Promise.all([one, two].map((tab) => until(tab, ({ status }) => status === "ready")));
    expect(relay.read(SUBJECT).length).toBe(1);
    expect(one.getSnapshot().devices).toEqual(two.getSnapshot().devices);
  });

  it("make one member, however many of them join", async () => {
    const relay = new MaliciousRelay();
    const laptop = await browser(relay, "laptop").tab();
    await laptop.create({ name: "Laptop" });
    const phone = browser(relay, "phone");
    const [one, two] = [await phone.tab(), await phone.tab()];
    await Promise.allSettled([one.join({ name: "One" }), two.join({ name: "Two" })]);
    await Promise.all([one, two].map((tab) => until(tab, ({ status }) => status === "waiting")));
    await laptop.sync();
    expect(laptop.log.active.size).toBe(2);
    expect(one.getSnapshot().devices).toEqual(two.getSnapshot().devices);
  });

  it("lose no change when both act at once, and show the same without asking the service", async () => {
    const { one, two } = await twoTabs();
    await one.create({ name: "Laptop" });
    await until(two, ({ status }) => status === "ready");
    let links = 1;
    for (let round = 0; round < 10; round++) {
      const acted = await Promise.allSettled([one.rename({ name: `${round}` }), two.rekey()]);
      const done = acted.filter(({ status }) => status === "fulfilled").length;
      for (const act of acted) if (act.status === "rejected") expect(act.reason).toMatchObject({ code: "PENDING" });
      expect(done).toBeGreaterThan(0);
      links += done;
      await Promise.all([one, two].map((tab) => until(tab, ({ pending }) => !pending && tab.log.head.seq === links)));
      if (acted[0].status === "fulfilled") expect(nameOf(two.getSnapshot())).toBe(`${round}`);
      expect(one.getSnapshot().devices).toEqual(two.getSnapshot().devices);
    }
    expect(one.log.active.size).toBe(1);
    const sealed = await one.seal(utf8Encode("both"), { purpose: "note" });
    expect(await two.open(sealed)).toEqual(utf8Encode("both"));
  });

  it("settle what the other one asked for", async () => {
    const { relay, device, two } = await twoTabs();
    await two.create({ name: "Laptop" });
    const offline = relayTransport(relay, "laptop", { fault: () => ({ lost: "request" }) });
    const one = await device.tab({ transport: offline });
    const asked = one.rename({ name: "Mine" });
    await until(two, ({ pending }) => pending?.intent === "rename");
    await two.sync();
    await asked;
    await until(one, (snapshot) => nameOf(snapshot) === "Mine");
    expect(one.getSnapshot().pending).toBeUndefined();
    expect(relay.read(SUBJECT).length).toBe(2);
  });

  it("go on when the other one was closed", async () => {
    const { device, one, two } = await twoTabs();
    await one.create({ name: "Laptop" });
    await until(two, ({ status }) => status === "ready");
    one.close();
    await two.rename({ name: "Mine" });
    expect(nameOf((await device.tab()).getSnapshot())).toBe("Mine");
  });

  it("end when the other one erases the device, and store nothing again", async () => {
    const { device, one, two } = await twoTabs();
    await one.create({ name: "Laptop" });
    await until(two, ({ status }) => status === "ready");
    await one.erase();
    await until(two, ({ status }) => status === "closed");
    await expect(two.sync()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect((await (await indexedDbStore(device.namespace)).load()).records.size).toBe(0);
  });

  it("look again before they refuse, when they heard nothing of the other one", async () => {
    const { relay, device, one } = await twoTabs();
    await one.create({ name: "Laptop" });
    let isOffline = true;
    const fault = () => (isOffline ? { lost: "request" as const } : undefined);
    const busy = await device.tab({ transport: relayTransport(relay, "laptop", { fault }) });
    const asked = busy.rename({ name: "Busy" });
    await until(one, ({ pending }) => pending !== undefined);
    const deaf = await device.tab({ env: { ...systemClientEnv(), hear: () => () => {} } });
    expect(deaf.getSnapshot().pending).toBeDefined();
    isOffline = false;
    await one.sync();
    await asked;
    await deaf.rename({ name: "Deaf" });
    expect(nameOf(deaf.getSnapshot())).toBe("Deaf");
  });

  it("do not load again what they stored themselves", async () => {
    const relay = new MaliciousRelay();
    const calls: string[] = [];
    const called = <R>(name: string, result: R): R => {
      calls.push(name);
      return result;
    };
    const loading = (store: Store): Store => ({ ...store, load: () => called("load", store.load()) });
    const committing = (store: Store): Store => ({
      ...store,
      commit: (...changes) => called("commit", store.commit(...changes)),
    });
    const device = browser(relay, "laptop");
    const one = await device.tab({ around: (parts) => ({ ...parts, store: loading(parts.store) }) });
    const two = await device.tab({ around: (parts) => ({ ...parts, store: committing(parts.store) }) });
    await one.create({ name: "Laptop" });
    await until(two, ({ status }) => status === "ready");
    await two.rename({ name: "Mine" });
    await until(one, (snapshot) => nameOf(snapshot) === "Mine");
    // One at the start, and one for each commit of the other tab.
    const [loads, commits] = ["load", "commit"].map((name) => calls.filter((call) => call === name).length);
    expect(loads).toBeLessThanOrEqual(1 + present(commits));
  });
});

describe("storage that was cleared", () => {
  it("is a loss, and never a new device unasked", async () => {
    const relay = new MaliciousRelay();
    const device = browser(relay, "laptop");
    const laptop = await device.tab();
    await laptop.create({ name: "Laptop" });
    const lastKnown = present(laptop.getSnapshot().devices).me.member as MemberId;
    await deleteIndexedDb(device.namespace);
    await expect(laptop.rename({ name: "Mine" })).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    laptop.close();
    const again = await device.tab({ lastKnown });
    expect(again.getSnapshot().status).toBe("lost");
    await again.sync();
    expect(again.getSnapshot()).toMatchObject({ status: "lost", pending: undefined });
    await expect(again.create({ name: "Laptop" })).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    expect(again.getSnapshot().status).toBe("lost");
    expect(relay.read(SUBJECT).length).toBe(1);
    await again.join({ name: "Laptop again" });
    expect(again.getSnapshot().status).toBe("waiting");
    expect(relay.read(SUBJECT).length).toBe(2);
  });
});

describe("a tab that ends while it works", () => {
  for (const scenario of scenarios()) {
    for (const [end, when] of [
      ["is closed", "before"],
      ["is closed", "after"],
      ["is dropped", "before"],
      ["is dropped", "after"],
    ] as const) {
      it(`loses nothing: it ${end} in ${scenario.name}, ${when} each store, seal and request`, async () => {
        let points = 0;
        while (await endsAt(scenario, { end, when, point: points })) points++;
        // Two commits of two records and more, a publication and a read.
        expect(points).toBeGreaterThan(8);
      });
    }
  }
});

interface Scenario {
  readonly name: string;
  /** Gives the fingerprint that another device shows, if the scenario has one. */
  readonly prepare: (session: Session, relay: MaliciousRelay) => Promise<unknown>;
  readonly act: (session: Session, fingerprint: unknown) => Promise<unknown>;
  readonly isDone: (session: Session) => boolean;
  /** Members at the end. */
  readonly members: number;
}

function scenarios(): Scenario[] {
  const create = (session: Session) => session.create({ name: "Laptop" });
  const isMember = (session: Session) => session.getSnapshot().devices !== undefined;
  // On another machine: it is not heard here.
  const other = (relay: MaliciousRelay) =>
    browser(relay, "other").tab({ env: { ...systemClientEnv(), announce: () => {} } });
  const hasPaper = (session: Session) =>
    session.getSnapshot().asks.some(({ question }) => question === "prove-backup-key");
  return [
    { name: "create", prepare: async () => {}, act: create, isDone: isMember, members: 1 },
    {
      ...{ name: "join", isDone: isMember, members: 2 },
      prepare: async (_, relay) => (await other(relay)).create({ name: "Other" }),
      act: (session) => session.join({ name: "Laptop" }),
    },
    {
      ...{ name: "rename", prepare: create, members: 1 },
      act: (session) => session.rename({ name: "Mine" }),
      isDone: (session) => nameOf(session.getSnapshot()) === "Mine",
    },
    {
      ...{ name: "rekey", prepare: create, members: 1 },
      act: (session) => session.rekey(),
      isDone: (session) => session.log.head.seq > 1,
    },
    {
      ...{ name: "save", members: 2 },
      prepare: async (session, relay) => {
        await create(session);
        const joined = await other(relay);
        await joined.join({ name: "Other" });
        await session.sync();
        return joined.getSnapshot().devices?.fingerprint;
      },
      act: (session, fingerprint) => {
        const [waiting] = present(session.getSnapshot().devices).pending;
        const { token } = session.compare(fingerprint as string, present(waiting).member);
        return session.save({ approve: [present(token)] });
      },
      isDone: (session) => session.getSnapshot().devices?.pending.length === 0,
    },
    {
      ...{ name: "createBackupKey", prepare: create, isDone: hasPaper, members: 2 },
      // The user never types it back: the question stays open.
      act: (session) => session.createBackupKey(async () => ["0000", "0000"]),
    },
  ];
}

interface Ending {
  readonly end: "is closed" | "is dropped";
  readonly when: "before" | "after";
  readonly point: number;
}

/** The awaits of a session: after so many more of them, `strike` is called, and a page that is gone goes no further. */
class Awaits {
  left = Number.POSITIVE_INFINITY;
  /** Whether a pending link was stored since `left` was set. */
  hasStored = false;
  strike = () => {};
  readonly struck = new Promise<"struck">((resolve) => {
    this.strike = () => resolve("struck");
  });

  constructor(
    readonly when: Ending["when"],
    readonly stop: () => unknown,
  ) {}

  async pass<T>(work: () => Promise<T>): Promise<T> {
    const isNow = this.left-- === 0;
    const stop = () => {
      this.strike();
      return this.stop();
    };
    if (isNow && this.when === "before") await stop();
    const result = await work();
    if (isNow && this.when === "after") await stop();
    return result;
  }

  around = ({ store, sealer, transport }: Parts): Parts => ({
    store: {
      ...store,
      load: () => this.pass(() => store.load()),
      commit: (expected, change) =>
        this.pass(async () => {
          const revision = await store.commit(expected, change);
          const isPending = [...(change.put ?? [])].some(([key]) => key === "pending");
          if (isPending && this.left < Number.POSITIVE_INFINITY) this.hasStored = true;
          return revision;
        }),
    },
    sealer: { ...sealer, seal: (bytes, place) => this.pass(() => sealer.seal(bytes, place)) },
    transport: {
      read: (subject, options) => this.pass(() => transport.read(subject, options)),
      publish: (subject, entry, options) => this.pass(() => transport.publish(subject, entry, options)),
    },
  });
}

/** Ends a tab at one point of a verb, and opens another one. @returns false when the verb has fewer points */
async function endsAt({ prepare, act, isDone, members }: Scenario, { end, when, point }: Ending): Promise<boolean> {
  const relay = new MaliciousRelay();
  const device = browser(relay, "laptop");
  const awaits = new Awaits(when, () => (end === "is closed" ? tab.close() : new Promise(() => {})));
  const tab = await device.tab({ around: awaits.around });
  const fingerprint = await prepare(tab, relay);
  const isMember = tab.getSnapshot().devices !== undefined;
  const sealed = isMember ? await tab.seal(utf8Encode("old"), { purpose: "note" }) : undefined;
  awaits.left = point;
  const acted = act(tab, fingerprint).then(
    () => "done",
    () => "refused",
  );
  const ended = await Promise.race([awaits.struck, acted]);
  // A closed tab still ends the request that runs; then it is silent.
  if (end === "is closed") await acted;
  const again = await device.tab();
  await again.sync();
  // A link that was stored before the tab ended is done by the next one, without being asked for again.
  if (awaits.hasStored) expect(isDone(again)).toBe(true);
  if (!isDone(again)) await act(again, fingerprint).catch(unlessUnproved);
  expect(isDone(again)).toBe(true);
  expect(again.getSnapshot()).toMatchObject({ pending: undefined, alarms: [], evidenceCount: 0 });
  expect(again.log.active.size).toBe(members);
  if (sealed) expect(await again.open(sealed)).toEqual(utf8Encode("old"));
  return ended === "struck";
}

/** The user of this test never types a backup key back. */
function unlessUnproved(error: unknown): void {
  if (KeysteadError.from(error)?.code !== "BACKUP_KEY_INVALID") throw error;
}

it("has one page alone, until that ends or freezes", async () => {
  const name = crypto.randomUUID();
  const said: string[] = [];
  const page = (who: string) => {
    const ended = new AbortController();
    const over = systemClientEnv().alone?.(name, ended.signal, async (signal) => {
      said.push(`${who} begins`);
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      said.push(`${who} ends`);
    });
    return { over, end: () => ended.abort() };
  };
  const [first, second, third] = [page("first"), page("second"), page("third")];
  second.end();
  await second.over;
  await expect.poll(() => said).toEqual(["first begins"]);
  first.end();
  await expect.poll(() => said).toEqual(["first begins", "first ends", "third begins"]);
  document.dispatchEvent(new Event("freeze"));
  await expect.poll(() => said).toHaveLength(4);
  await third.over;
  expect(said.at(-1)).toBe("third ends");
});
