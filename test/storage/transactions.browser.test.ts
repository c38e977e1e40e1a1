// A transaction that writes asks for strict durability: a browser otherwise says that it is done before it is on the disk.
//
// Only requests of IndexedDB are awaited inside a transaction. Firefox ends a transaction in which WebCrypto is awaited, and
// Chromium does not: the fault shows to users of Firefox alone. So these tests look for open transactions whenever a sealer begins to
// work, in both browsers, with a sealer that takes several turns of the event loop.

import { afterAll, beforeAll, expect, it } from "vitest";
import { openSession } from "../../src/client/session.js";
import { deleteIndexedDb, indexedDbStore } from "../../src/storage/indexed-db.js";
import { type Sealer, webCryptoSealer } from "../../src/storage/sealer.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { relayTransport } from "../../src/testing/relay-transport.js";

/** Transactions that write. */
const open = new Set<IDBTransaction>();
/** What each of them asked for. */
const durabilities: IDBTransactionDurability[] = [];
const { transaction: original } = IDBDatabase.prototype;
beforeAll(() => {
  IDBDatabase.prototype.transaction = function transaction(...args) {
    const made = original.apply(this, args);
    // One that only reads may end a little after its answer came: nothing more is asked of it.
    if (made.mode === "readonly") return made;
    open.add(made);
    durabilities.push(made.durability);
    for (const end of ["complete", "abort"]) made.addEventListener(end, () => open.delete(made));
    return made;
  };
});
afterAll(() => {
  IDBDatabase.prototype.transaction = original;
});

/** Another turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** The browser's sealer, slowly, with the number of transactions that were open when it was called. */
async function slowSealer(namespace: string) {
  const sealer = await webCryptoSealer(namespace);
  const seen: number[] = [];
  const slowly = async <T>(act: () => Promise<T>): Promise<T> => {
    seen.push(open.size);
    for (let count = 0; count < 3; count++) await turn();
    return await act();
  };
  const slow: Sealer = {
    kind: sealer.kind,
    seal: (bytes, place) => slowly(() => sealer.seal(bytes, place)),
    open: (bytes, place) => slowly(() => sealer.open(bytes, place)),
  };
  return { slow, seen };
}

it("a session commits and loads with a slow sealer, and awaits it in no transaction", async () => {
  const namespace = "no-transaction";
  await deleteIndexedDb(namespace);
  const relay = new MaliciousRelay();
  const { slow, seen } = await slowSealer(namespace);
  const opened = async () =>
    openSession({
      ...{ subject: "3f0c4d7e-subject", store: await indexedDbStore(namespace), sealer: slow, background: false },
      transport: relayTransport(relay, "laptop"),
    });
  const laptop = await opened();
  await laptop.create({ name: "Laptop" });
  await Promise.all([laptop.rename({ name: "Mine" }), laptop.sync()]);
  laptop.close();
  const again = await opened();
  expect(again.getSnapshot()).toMatchObject({ status: "ready", devices: { me: { name: { name: "Mine" } } } });
  again.close();
  expect(seen.length).toBeGreaterThan(10);
  expect(new Set(seen)).toEqual(new Set([0]));
});

it("the browser's key is made in no transaction", async () => {
  const namespace = "no-transaction-key";
  await deleteIndexedDb(namespace);
  const seen: number[] = [];
  const { generateKey } = crypto.subtle;
  crypto.subtle.generateKey = ((...args: Parameters<typeof generateKey>) => {
    seen.push(open.size);
    return generateKey.apply(crypto.subtle, args);
  }) as typeof generateKey;
  try {
    await webCryptoSealer(namespace);
  } finally {
    Reflect.deleteProperty(crypto.subtle, "generateKey");
  }
  expect(seen).toEqual([0]);
});

it("every transaction that writes is strictly durable", async () => {
  const namespace = "durable";
  await deleteIndexedDb(namespace);
  durabilities.length = 0;
  const store = await indexedDbStore(namespace);
  await webCryptoSealer(namespace);
  expect(durabilities, "the key of the sealer").toEqual(["strict"]);
  await store.commit(0, { put: [["a", Uint8Array.of(1)]] });
  await store.commit(1, { delete: ["a"] });
  await store.destroy();
  store.close();
  expect(durabilities).toEqual(["strict", "strict", "strict", "strict"]);
});

it("a sealer that is awaited in a transaction is found, and the transaction is over by then", async () => {
  const namespace = "in-transaction";
  await deleteIndexedDb(namespace);
  const { slow, seen } = await slowSealer(namespace);
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open(`keystead/${namespace}`);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => resolve(opening.result);
  });
  const records = database.transaction("records", "readwrite").objectStore("records");
  records.put(Uint8Array.of(1), "a");
  const sealed = await slow.seal(Uint8Array.of(1), Uint8Array.of(2));
  expect(seen).toEqual([1]);
  await expect.poll(() => open.size).toBe(0);
  expect(() => records.put(sealed, "a")).toThrow(expect.objectContaining({ name: "TransactionInactiveError" }));
  database.close();
});
