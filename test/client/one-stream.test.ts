// The tabs of one device: one of them listens to the service, and another one goes on when it ends.

import { expect, it } from "vitest";
import type { AbortSignalLike } from "../../src/arguments/platform.js";
import type { ClientEnv } from "../../src/client/client-env.js";
import { openSession, type Session } from "../../src/client/session.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import type { Transport } from "../../src/transport/transport.js";
import { type Phone, phone, SUBJECT } from "./simple.js";

const aborted = (signal: AbortSignalLike) =>
  new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve());
    if (signal.aborted) resolve();
  });

/** What tabs share: locks, and announcements. */
class Browser {
  readonly #locks = new Map<string, Promise<void>>();
  readonly #ears = new Set<() => void>();
  /** Ends the work of the page that is alone, as when it freezes. */
  freeze = () => {};

  envOf(env: ClientEnv): ClientEnv {
    const own = new Set<() => void>();
    return {
      ...env,
      sleep: (_, signal) => aborted(signal),
      announce: () => {
        for (const ear of this.#ears) if (!own.has(ear)) ear();
      },
      hear: (_, listener) => {
        for (const ears of [own, this.#ears]) ears.add(listener);
        return () => void this.#ears.delete(listener);
      },
      alone: async (name, signal, run) => {
        const before = this.#locks.get(name) ?? Promise.resolve();
        const frozen = new AbortController();
        const turn = before.then(async () => {
          if (signal.aborted) return;
          this.freeze = () => frozen.abort();
          signal.addEventListener("abort", () => frozen.abort());
          await run(frozen.signal);
        });
        this.#locks.set(name, turn);
        await Promise.race([turn, aborted(signal)]);
      },
    };
  }
}

/** A device with tabs that listen. */
async function listening() {
  const relay = new MaliciousRelay();
  const device = phone(relay, "laptop");
  const first = await device.open();
  await first.create({ name: "Laptop" });
  first.close();
  const browser = new Browser();
  const streams: { readonly tab: string; hint(): void; isOpen: boolean }[] = [];
  const tab = async (name: string, of: Phone = device): Promise<Session> => {
    const transport: Transport = {
      ...of.transport,
      async events([subject], hint, { signal }) {
        const stream = { tab: name, hint: () => hint(subject as string), isOpen: true };
        streams.push(stream);
        await aborted(signal as AbortSignalLike);
        stream.isOpen = false;
      },
    };
    const sealer = await callerSealer(new Uint8Array(32).fill(7));
    const env = browser.envOf(of.env);
    return await openSession({ subject: SUBJECT, store: memoryStore(of.disk), transport, env, sealer });
  };
  const open = () => streams.filter(({ isOpen }) => isOpen).map((each) => each.tab);
  return { relay, browser, tab, streams, open };
}

it("is listened to by one tab, and by the next one when that is closed", async () => {
  const { tab, open } = await listening();
  const first = await tab("first");
  const second = await tab("second");
  await expect.poll(open).toEqual(["first"]);
  await second.sync();
  expect(open()).toEqual(["first"]);
  first.close();
  await expect.poll(open).toEqual(["second"]);
  second.close();
  await expect.poll(open).toEqual([]);
});

it("is listened to by the next tab when one freezes", async () => {
  const { browser, tab, open } = await listening();
  const tabs = [await tab("first"), await tab("second")];
  await expect.poll(open).toEqual(["first"]);
  browser.freeze();
  await expect.poll(open).toEqual(["second"]);
  for (const each of tabs) each.close();
});

it("tells the other tabs what it heard", async () => {
  const { relay, tab, streams } = await listening();
  const tabs = [await tab("first"), await tab("second")];
  await expect.poll(() => streams.length).toBe(1);
  await (await phone(relay, "phone").open()).join({ name: "Phone" });
  streams[0]?.hint();
  for (const each of tabs) await expect.poll(() => each.log?.links.length).toBe(2);
  expect(streams).toHaveLength(1);
  for (const each of tabs) each.close();
});
