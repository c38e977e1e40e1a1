// A trial app's devices, and the two services that it runs over: the relay of keystead/testing, and the real handler on PGlite. Through
// the package's public entries only.

import { KeysteadError, type MemberId } from "keystead";
import {
  callerSealer,
  fetchTransport,
  MemoryDisk,
  memoryStore,
  openSession,
  type Session,
  type SessionOptions,
  type Store,
  type Transport,
} from "keystead/client";
import { openEscrowSession } from "keystead/escrow-client";
import { createRelay, openPglite, type Relay, type Sql } from "keystead/relay";
import { type Lie, MaliciousRelay, relayTransport } from "keystead/testing";
import { afterAll, beforeAll } from "vitest";

const url = "https://keys.example";
let sql: Sql;
const relays: Relay[] = [];

/** Opens the database of {@link realService}, and closes it after the tests of a file. */
export function withDatabase(): void {
  beforeAll(async () => {
    sql = await openPglite();
  });
  afterAll(async () => {
    for (const relay of relays) await relay.close();
    await sql.close();
  });
}

/** A service: gives the transport of each device. */
export type Service = (device: string) => Transport;

export function testingService(): Service {
  const relay = new MaliciousRelay();
  return (device) => relayTransport(relay, device, { now: () => Date.now() });
}

export function realService(): Service {
  const plenty = { links: 100_000, epochs: 100_000, joins: 100_000, requests: 1_000_000 };
  const relay = createRelay({ sql, origin: url, authorize: () => true, limits: plenty });
  relays.push(relay);
  const fetch = (to: string, init: unknown) => relay.fetch(new Request(to, init as RequestInit));
  return () => fetchTransport({ url, fetch });
}

/** Everything that a service shows of a log. */
export async function entriesOf(transport: Transport, subject: string): Promise<readonly Uint8Array[]> {
  const entries: Uint8Array[] = [];
  for (;;) {
    const page = await transport.read(subject, { after: entries.length, attachments: "all" });
    entries.push(...(page?.entries ?? []));
    if (entries.length >= (page?.newest ?? 0)) return entries;
  }
}

/** One device of the trial, and what happens to it. */
export class Device {
  readonly disk = new MemoryDisk();
  /** Between the service and this device. */
  lie: Lie | undefined;
  lost: "request" | "answer" | undefined;
  /** Milliseconds by which its clock is wrong. */
  clock = 0;
  /** After so many accesses to store or service the page is gone: what it waited for never comes. */
  waits = Number.POSITIVE_INFINITY;
  #gone: () => void = () => undefined;
  /** Tabs that hear when another one stored something. */
  readonly #tabs = new Set<() => void>();

  constructor(
    public transport: Transport,
    readonly subject: string,
    readonly escrowSubject?: string,
  ) {}

  /** Resolves when the page is gone. */
  gone(): Promise<"gone"> {
    return new Promise((resolve) => {
      this.#gone = () => resolve("gone");
    });
  }

  async #during<T>(act: () => Promise<T>): Promise<T> {
    await this.#pass();
    const result = await act();
    await this.#pass();
    return result;
  }

  async #pass(): Promise<void> {
    if (this.waits-- > 0) return;
    this.#gone();
    await new Promise(() => undefined);
  }

  #storeOn(disk: MemoryDisk): Store {
    const store = memoryStore(disk);
    return {
      load: () => this.#during(() => store.load()),
      commit: (expected, change) => this.#during(() => store.commit(expected, change)),
      destroy: () => store.destroy(),
      close: () => store.close(),
    };
  }

  async options(disk = this.disk): Promise<SessionOptions> {
    const lostIs = (what: "request" | "answer") => {
      if (this.lost === what) throw new KeysteadError("OFFLINE", "the trial lost it");
    };
    const tab = { hears: () => {} };
    return {
      ...{ subject: this.subject, store: this.#storeOn(disk), background: false, escrowSubject: this.escrowSubject },
      sealer: await callerSealer(new Uint8Array(32).fill(7)),
      env: {
        random: (length) => crypto.getRandomValues(new Uint8Array(length)),
        now: () => Date.now() + this.clock,
        sleep: async () => {},
        announce: () => {
          for (const hears of this.#tabs) if (hears !== tab.hears) hears();
        },
        hear: (_topic, listener) => {
          tab.hears = listener;
          this.#tabs.add(listener);
          return () => void this.#tabs.delete(listener);
        },
      },
      transport: {
        read: (subject, options) =>
          this.#during(async () => {
            lostIs("request");
            if (!this.lie) return await this.transport.read(subject, options);
            const entries = this.lie(await entriesOf(this.transport, subject));
            return { entries: entries.slice(options.after) as never, newest: entries.length };
          }),
        publish: (subject, entry, options) =>
          this.#during(async () => {
            lostIs("request");
            const publication = await this.transport.publish(subject, entry, options);
            lostIs("answer");
            return publication;
          }),
      },
    };
  }

  /** Opens one more tab. */
  async open(disk = this.disk): Promise<Session> {
    return await openSession(await this.options(disk));
  }

  /** Opens an admin's session over the log of an organisation. */
  async openAdmin() {
    return await openEscrowSession(await this.options());
  }
}

export const bytes = (text: string) => new TextEncoder().encode(text);
export const note = { purpose: "note" };

/** What a screen shows of this device. */
export function me(session: Session) {
  const { devices } = session.getSnapshot();
  if (!devices?.fingerprint) throw new Error("no member");
  return { member: devices.me.member as MemberId, fingerprint: devices.fingerprint, name: devices.me.name.name };
}
