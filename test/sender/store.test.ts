// The stores of a sender are a compare-and-set for each key, also for several processes.

import { describe, expect, it } from "vitest";
import { KeysteadError } from "../../src/errors.js";
import { Pins } from "../../src/sender/pins.js";
import { senderStoreOver } from "../../src/sender/store.js";
import { MemoryDisk, memoryStore } from "../../src/storage/memory.js";
import type { Store } from "../../src/storage/store.js";
import { ALICE, openWorld } from "../support/world.js";
import { storeRules } from "./store-rules.js";

describe("over a store", () => {
  const disk = new MemoryDisk();
  storeRules(() => senderStoreOver(memoryStore(disk)));

  it("goes on after the store failed once", async () => {
    const inner = memoryStore();
    let isBroken = true;
    const store: Store = {
      ...inner,
      load: async () => {
        if (isBroken) throw new KeysteadError("STORE_UNAVAILABLE", "broken");
        return await inner.load();
      },
    };
    const records = senderStoreOver(store);
    await expect(records.get("a")).rejects.toThrow("broken");
    await expect(records.replace("a", undefined, Uint8Array.of(1))).rejects.toThrow("broken");
    isBroken = false;
    expect(await records.replace("a", undefined, Uint8Array.of(1))).toBe(true);
    expect(await records.get("a")).toEqual(Uint8Array.of(1));
  });
});

describe("pins", () => {
  const worlds = [openWorld("pins")];
  for (let i = 0; i < 6; i++) worlds.push((worlds.at(-1) as (typeof worlds)[0]).rename("Laptop", `${i}`));

  it("never fall, in whatever order processes raise them", async () => {
    const disk = new MemoryDisk();
    const processes = Array.from({ length: 4 }, () => new Pins(senderStoreOver(memoryStore(disk))));
    const raised = await Promise.all(
      worlds.map(({ log }, at) => (processes[at % processes.length] as Pins).raise(log, undefined)),
    );
    expect(raised.at(-1)).toBe(true);
    const last = new Pins(senderStoreOver(memoryStore(disk)));
    expect((await last.get(ALICE))?.head.seq).toBe(worlds.length);
    expect(await last.raise((worlds[2] as (typeof worlds)[0]).log, undefined)).toBe(false);
    expect((await last.get(ALICE))?.head.seq).toBe(worlds.length);
  });

  it("refuse another history and another log, with evidence", async () => {
    const pins = new Pins(senderStoreOver());
    const [first, second] = worlds as [(typeof worlds)[0], (typeof worlds)[0]];
    await pins.raise(second.log, undefined);
    const fork = first.rename("Laptop", "other");
    await expect(pins.raise(fork.log, undefined)).rejects.toMatchObject({
      code: "FORKED",
      details: { evidence: { kind: "forked" } },
    });
    await expect(pins.raise(openWorld("another").log, undefined)).rejects.toMatchObject({ code: "REPLACED" });
    expect((await pins.get(ALICE))?.head).toEqual(second.log.head);
  });

  it("that were changed or moved are found", async () => {
    const store = senderStoreOver();
    const pins = new Pins(store);
    await pins.raise(openWorld("pins").log, undefined);
    const bytes = await store.get(`p${ALICE}`);
    await store.replace("pbob", undefined, bytes);
    await expect(pins.get("bob")).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    await store.replace(`p${ALICE}`, bytes, Uint8Array.of(1));
    await expect(pins.get(ALICE)).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  });
});
