import { describe, expect, it } from "vitest";
import { deleteIndexedDb, indexedDbStore } from "../../src/storage/indexed-db.js";
import { webCryptoSealer } from "../../src/storage/sealer.js";
import { storeCases } from "../../src/testing/store-cases.js";

const place = new TextEncoder().encode("place");

describe("the IndexedDB store", () => {
  for (const { name, run } of storeCases(indexedDbStore)) it(name, run);

  it("refuses invalid names", async () => {
    for (const name of ["", ".x", "a/b", "x".repeat(129), 7 as never])
      await expect(indexedDbStore(name)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("does not block a deletion in another tab, and is then closed", async () => {
    const store = await indexedDbStore("deleted-elsewhere");
    await store.commit(0, { put: [["a", Uint8Array.of(1)]] });
    await deleteIndexedDb("deleted-elsewhere");
    await expect(store.load()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", details: { reason: "closed" } });
    const fresh = await indexedDbStore("deleted-elsewhere");
    expect((await fresh.load()).revision).toBe(0);
    fresh.close();
  });
});

describe("the browser's sealer", () => {
  it("keeps one key for all tabs, which no script can read", async () => {
    await deleteIndexedDb("sealer");
    const [one, two] = await Promise.all([webCryptoSealer("sealer"), webCryptoSealer("sealer")]);
    const sealed = await one.seal(Uint8Array.of(1, 2), place);
    expect(await two.open(sealed, place)).toEqual(Uint8Array.of(1, 2));
    expect(await (await webCryptoSealer("sealer")).open(sealed, place)).toEqual(Uint8Array.of(1, 2));
    const key = await new Promise<CryptoKey>((resolve, reject) => {
      const opening = indexedDB.open("keystead/sealer");
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const reading = opening.result.transaction("keys").objectStore("keys").get("sealer");
        reading.onsuccess = () => resolve(reading.result as CryptoKey);
        opening.result.close();
      };
    });
    expect(key.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
  });

  it("has another key for another namespace, and none after a deletion", async () => {
    const sealed = await (await webCryptoSealer("first")).seal(Uint8Array.of(1), place);
    const refused = { code: "STORE_CORRUPT" };
    await expect((await webCryptoSealer("second")).open(sealed, place)).rejects.toMatchObject(refused);
    await deleteIndexedDb("first");
    await expect((await webCryptoSealer("first")).open(sealed, place)).rejects.toMatchObject(refused);
  });
});
