// The client in a browser, on IndexedDB: a restart, two tabs on one database, cleared storage, and tabs that end while they work.

import { afterEach, describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import { systemClientEnv } from "../../src/client/client-env.js";
import { openSession, type Session, type SessionOptions } from "../../src/client/session.js";
import type { Snapshot } from "../../src/client/snapshot.js";
import { deleteIndexedDb, indexedDbStore } from "../../src/storage/indexed-db.js";
import { webCryptoSealer } from "../../src/storage/sealer.js";
import type { Store } from "../../src/storage/store.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { relayTransport } from "../../src/testing/relay-transport.js";
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

/** Waits until a snapshot says so, as a screen does. */
function until(session: Session, holds: (snapshot: Snapshot) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!holds(session.getSnapshot())) return;
      end();
      resolve();
    };
    const end = session.subscribe(look);
    look();
  });
}

const nameOf = ({ devices }: Snapshot) => devices?.me.name.name;

async function approve(by: Session, joined: Session): Promise<void> {
  await by.sync();
  const { me, fingerprint } = present(joined.getSnapshot().devices);
  await by.save({ approve: [present(by.compare(present(fingerprint), me.member as MemberId).token)] });
}

it("a session that is opened again has everything", async () => {
  const relay = new MaliciousRelay();
  const laptop = await browser(relay, "laptop").tab();
  await laptop.create({ name: "Laptop" });
  const device = browser(relay, "phone");
  const before = await device.tab();
  await before.join({ name: "Phone" });
  await approve(laptop, before);
  await before.sync();
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
    let loads = 0;
    const counting = (store: Store) => {
      loads++;
      return store.load();
    };
    const counted = (store: Store): Store => ({ ...store, load: () => counting(store) });
    const device = browser(relay, "laptop");
    const one = await device.tab({ around: (parts) => ({ ...parts, store: counted(parts.store) }) });
    const two = await device.tab();
    await one.create({ name: "Laptop" });
    await until(two, ({ status }) => status === "ready");
    await two.rename({ name: "Mine" });
    await until(one, (snapshot) => nameOf(snapshot) === "Mine");
    // One at the start, and one for each commit of the other tab: the pending link, and the link.
    expect(loads).toBeLessThanOrEqual(3);
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
