// Two tabs of one device, of which one ends the other's work: by a sign-out, a newer version of the library, another organisation, or an
// answer that comes late (docs/spec.md section 13).

import { describe, expect, it } from "vitest";
import type { Bytes } from "../../src/bytes/bytes.js";
import { encodeCbor } from "../../src/bytes/cbor.js";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import type { ClientEnv } from "../../src/client/client-env.js";
import { Driver } from "../../src/client/driver.js";
import { openEscrowSession } from "../../src/client/escrow-session.js";
import { deviceMachine, step } from "../../src/client/machine.js";
import { SealedStore } from "../../src/client/sealed-store.js";
import { openSession, type Session } from "../../src/client/session.js";
import type { SessionOptions } from "../../src/client/session-options.js";
import { KeysteadError } from "../../src/errors.js";
import { MemoryDisk, memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import type { Store } from "../../src/storage/store.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import type { Transport } from "../../src/transport/transport.js";
import { memberOf } from "./sessions.js";
import { approved, type Phone, phone, SUBJECT } from "./simple.js";

const sealer = () => callerSealer(new Uint8Array(32).fill(7));

/** Opens tabs of a device that hear each other. */
function tabsOf(device: Phone) {
  const listeners = new Set<() => void>();
  return async (options: Partial<SessionOptions> = {}): Promise<Session> => {
    let mine = () => {};
    const env: ClientEnv = {
      ...device.env,
      announce: () => {
        for (const each of listeners) if (each !== mine) each();
      },
      hear: (_, listener) => {
        mine = listener;
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
    const store = memoryStore(device.disk);
    const parts = { subject: SUBJECT, store, sealer: await sealer(), transport: device.transport };
    return openSession({ ...parts, env, background: false, ...options });
  };
}

/** A transport that publishes nothing until the service is reached. */
function outOfReach({ transport }: Phone) {
  let isOffline = true;
  const publish: Transport["publish"] = async (...sent) => {
    if (isOffline) throw new KeysteadError("OFFLINE", "the test lost it");
    return transport.publish(...sent);
  };
  const reach = () => {
    isOffline = false;
  };
  return { transport: { ...transport, publish }, reach };
}

const couple = async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const device = phone(relay, "phone");
  (await approved(laptop, device)).close();
  return { relay, laptop, device, tab: tabsOf(device) };
};

const nothing = { revision: 0, records: new Map() };

describe("when a tab signs out", () => {
  it.each(["full", "read"] as const)(
    "another one in the mode %s says `closed`, and stores nothing again",
    async (mode) => {
      const { device, tab } = await couple();
      const [one, two] = [await tab(), await tab({ mode })];
      const shown: string[] = [];
      two.subscribe(() => shown.push(two.getSnapshot().status));
      await one.signOut();
      await expect(two.sync()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", details: { reason: "closed" } });
      expect(shown.at(-1)).toBe("closed");
      for (const each of [one, two]) expect(each.getSnapshot()).toMatchObject({ status: "closed", devices: undefined });
      expect(MemoryDisk.read(device.disk)).toEqual(nothing);
    },
  );

  it("another one that did not hear of it ends before it would store something", async () => {
    const { laptop, device, tab } = await couple();
    const two = await tab({ env: device.env });
    await (await tab()).signOut();
    await laptop.sync();
    await expect(two.rename({ name: "Mine" })).rejects.toMatchObject({ details: { reason: "closed" } });
    expect(two.getSnapshot().status).toBe("closed");
    expect(MemoryDisk.read(device.disk)).toEqual(nothing);
  });

  it("another one whose database the browser closed says so too", async () => {
    const { device, tab } = await couple();
    const store = memoryStore(device.disk);
    const two = await tab({ store });
    store.close();
    await expect(two.rename({ name: "Mine" })).rejects.toMatchObject({ details: { reason: "closed" } });
    expect(two.getSnapshot().status).toBe("closed");
  });

  const note = { purpose: "note" };
  const verbs: Readonly<Record<string, (session: Session, first: Session) => Promise<unknown>>> = {
    rename: (session) => session.rename({ name: "Mine" }),
    rekey: (session) => session.rekey(),
    save: (session, first) => session.save({ remove: [memberOf(first)] }),
    createBackupKey: (session) => session.createBackupKey(async () => "cancel"),
    leave: (session) => session.leave(),
    signOut: (session) => session.signOut(),
    track: (session) => session.track("another account"),
    seal: (session) => session.seal(utf8Encode("x"), { ...note, to: ["another account"] }),
  };
  const ways = Object.keys(verbs).flatMap((verb) => [
    { verb, ended: "another tab signs out" },
    { verb, ended: "it is closed" },
  ]);
  it.each(ways)("$verb ends when $ended at any of its requests, and writes nothing after", async ({ verb, ended }) => {
    let hasRequests = true;
    for (let at = 0; hasRequests; at++) {
      const { relay, laptop, device, tab } = await couple();
      const another = await phone(relay, "another", {}, "another account").open();
      await another.create({ name: "Another" });
      const one = await tab();
      const written = () => [relay.read(SUBJECT).length, MemoryDisk.read(device.disk)];
      let requests = 0;
      let then: unknown;
      const gone = async () => {
        if (requests++ !== at) return;
        if (ended === "it is closed") two.close();
        else await one.erase();
        then = written();
      };
      const transport: Transport = {
        read: async (...asked) => {
          await gone();
          return device.transport.read(...asked);
        },
        publish: async (...sent) => {
          const publication = await device.transport.publish(...sent);
          await gone();
          return publication;
        },
      };
      const two = await tab({ transport });
      const outcome = await present(verbs[verb])(two, laptop).then(
        () => "done",
        (error: unknown) => KeysteadError.from(error)?.details.reason,
      );
      hasRequests = requests > at;
      if (!hasRequests) expect(outcome).toBe("done");
      else {
        expect([at, outcome]).toEqual([at, "closed"]);
        await expect(two.sync()).rejects.toMatchObject({ details: { reason: "closed" } });
        expect(written()).toEqual(then);
      }
    }
  });
});

it.each([
  ["a field", "copied", { v: 1, at: 1, more: 1 }],
  ["a version", "interrupted", { v: 2 }],
])("a tab of an older version says that a newer one stored %s, and ends what waits", async (_what, key, value) => {
  const { device, tab } = await couple();
  const { transport, reach } = outOfReach(device);
  const older = await tab({ transport });
  const waiting = older.rename({ name: "Mine" });
  const ended = expect(waiting).rejects.toMatchObject({ code: "UNSUPPORTED", kind: "not-now" });
  await older.sync();
  const newer = new SealedStore(memoryStore(device.disk), await sealer(), SUBJECT);
  const { revision } = present(await newer.load());
  const put = new Map([[key, encodeCbor(new Map(Object.entries(value)))]]);
  await newer.commit(revision, { put, remove: new Set() });
  const stored = MemoryDisk.read(device.disk);
  await expect(tab()).rejects.toMatchObject({ code: "UNSUPPORTED" });
  reach();
  await expect(older.sync()).rejects.toMatchObject({ code: "UNSUPPORTED" });
  await ended;
  expect(MemoryDisk.read(device.disk)).toEqual(stored);
});

describe("while another tab's work is loaded", () => {
  const driven = async () => {
    const made = await couple();
    const { device } = made;
    const store = new SealedStore(memoryStore(device.disk), await sealer(), SUBJECT);
    const parts = { subject: SUBJECT, store, env: device.env, transport: device.transport };
    const driver = new Driver({ ...parts, stored: () => {}, changed: () => {} }, deviceMachine);
    await driver.load();
    return { ...made, driver };
  };

  it("a late page of a whole log is no log that begins there: nobody is blamed for it", async () => {
    const { relay, device, driver } = await driven();
    const effect = { type: "read", of: "own", subject: SUBJECT, after: 2, purpose: "whole" } as const;
    const all = relay.read(SUBJECT);
    for (const entries of [[], all.slice(2)]) {
      const page = { entries: entries as Bytes[], newest: all.length };
      const { model, effects } = step(driver.model, { type: "page", effect, page }, {}, device.env);
      expect(model.evidence).toEqual([]);
      expect(model.sync.connection).toEqual({ state: "never" });
      expect(effects).toEqual([{ ...effect, after: 0 }]);
    }
  });

  it("an answer to the member that this device was settles nothing of the member that it is", async () => {
    const { relay, laptop, device, tab } = await couple();
    const one = await tab();
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let sent = () => {};
    const isSent = new Promise<void>((resolve) => {
      sent = resolve;
    });
    const transport: Transport = {
      ...device.transport,
      publish: async () => {
        sent();
        await answered;
        return { verdict: "accepted" };
      },
    };
    const two = await tab({ transport });
    const before = memberOf(two);
    const renamed = two.rename({ name: "Old" });
    const lost = expect(renamed).rejects.toBeInstanceOf(KeysteadError);
    await isSent;
    await laptop.sync();
    await laptop.save({ remove: [before] });
    await one.sync();
    await one.join({ name: "New" });
    const entries = relay.read(SUBJECT).length;
    answer();
    await lost;
    await two.sync();
    for (const each of [one, two]) {
      const { me } = present(each.getSnapshot().devices);
      expect(me).toMatchObject({ name: { name: "New" }, standing: "active" });
      expect(each.getSnapshot().pending).toBeUndefined();
      expect(me.member).not.toBe(before);
    }
    expect(relay.read(SUBJECT).length).toBe(entries);
  });
});

it("tabs that follow two organisations take turns, and lose nothing that waits", async () => {
  const { relay, device, tab } = await couple();
  const organisations = ["clinic", "school"];
  for (const subject of organisations) {
    const { env, transport } = phone(relay, subject);
    const parts = { subject, store: memoryStore(), transport, env, sealer: await sealer(), background: false };
    await (await openEscrowSession(parts)).create({ name: subject });
  }
  let commits = 0;
  const store = () => {
    const one = memoryStore(device.disk);
    const commit: Store["commit"] = (...change) => {
      commits++;
      return one.commit(...change);
    };
    return { ...one, commit };
  };
  const { transport, reach } = outOfReach(device);
  const tabs = await Promise.all(
    organisations.map((escrowSubject) => tab({ escrowSubject, transport, store: store() })),
  );
  const [one, two] = [present(tabs[0]), present(tabs[1])];
  const renamed = one.rename({ name: "Mine" });
  renamed.catch(() => undefined);
  for (let round = 0; round < 3; round++) {
    commits = 0;
    await Promise.all(tabs.map((each) => each.sync()));
    expect(commits).toBeLessThan(20);
    for (const each of tabs) expect(each.getSnapshot().pending?.intent).toBe("rename");
  }
  reach();
  await two.sync();
  await renamed;
  await one.sync();
  for (const each of tabs) expect(present(each.getSnapshot().devices).me.name).toMatchObject({ name: "Mine" });
});
