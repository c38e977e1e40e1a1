// The dishonest server: what a server could do to its users, done for real, when somebody switches it on. It has no key of any user, as
// every server of this kind; so it withholds, forgets, replaces, swaps, and adds what it can make itself.

import { createLog, joinLog, type LogState, systemEnv, verifyLog } from "keystead";
import { fetchTransport, type Transport } from "keystead/client";
import { createRelay, openPglite, type Relay, type Sql } from "keystead/relay";

export const LIES = ["swap", "forget", "withhold", "split", "replace", "escrow"] as const;
export type LieName = (typeof LIES)[number];

/** Shows a history that ends early, and takes no entry: it would have to be true to what it hid. */
const ENDS_EARLY: readonly LieName[] = ["forget", "withhold", "escrow"];

/** What goes on besides the honest relay, for one account. */
interface Lie {
  readonly name: LieName;
  /** Whether a request gets the false answer. */
  readonly meets: (request: Request) => boolean;
  /** Serves the false history; undefined for a lie that concerns no history. */
  readonly relay: Relay | undefined;
  readonly refusesToAppend: boolean;
  readonly close: () => Promise<void>;
}

/** What the liar needs. */
export interface LiarParts {
  readonly origin: string;
  /** The honest relay, with all attachments. */
  readonly logs: Transport;
  /** Tells one device from another, as servers do by cookies and addresses. */
  readonly deviceOf: (headers: Headers) => string;
}

/** An account, and the escrow log of its site. */
export interface LiedTo {
  readonly subject: string;
  readonly escrowSubject: string;
}

/** Lies to the devices of accounts, by switches. */
export class Liar {
  readonly #parts: LiarParts;
  readonly #lies = new Map<string, Lie>();

  constructor(parts: LiarParts) {
    this.#parts = parts;
  }

  /** The lie that is on for an account. */
  lieOf(subject: string): LieName | undefined {
    return this.#lies.get(subject)?.name;
  }

  /** Another history for this request, if its sender is lied to. */
  answer(request: Request): Promise<Response> | undefined {
    const lie = [...this.#lies.values()].find((each) => each.relay && each.meets(request));
    if (!lie?.relay) return undefined;
    if (lie.refusesToAppend && request.method !== "GET") return Promise.resolve(new Response(null, { status: 429 }));
    return lie.relay.fetch(request, undefined);
  }

  /** The item that is shown in the place of another. */
  shown(subject: string, id: string, all: readonly string[]): string {
    if (this.lieOf(subject) !== "swap") return id;
    return all[all.length - 1 - all.indexOf(id)] ?? id;
  }

  /** Switches a lie on, or all of them off. */
  async turn(of: LiedTo, name: LieName | undefined, headers: Headers): Promise<void> {
    const { subject } = of;
    await this.#lies.get(subject)?.close();
    this.#lies.delete(subject);
    if (name !== undefined) this.#lies.set(subject, await this.#begin(of, name, headers));
  }

  /** Adds a device of the server's own, under the name of one that the user has. */
  async join(subject: string): Promise<void> {
    const { log } = await this.#read(subject);
    const { entry } = joinLog(log, { device: { name: "Laptop", platform: "Chrome on Linux" } }, systemEnv());
    await this.#parts.logs.publish(subject, entry, {});
  }

  async close(): Promise<void> {
    for (const lie of this.#lies.values()) await lie.close();
    this.#lies.clear();
  }

  async #begin(of: LiedTo, name: LieName, headers: Headers): Promise<Lie> {
    if (name === "swap")
      return { name, meets: () => false, relay: undefined, refusesToAppend: false, close: async () => {} };
    const subject = name === "escrow" ? of.escrowSubject : of.subject;
    const { log, entries } = await this.#read(subject);
    const second = await this.#secondRelay();
    const { deviceOf } = this.#parts;
    const chosen = deviceOf(headers);
    const shown =
      name === "replace"
        ? [createLog({ subject, device: { name: "Laptop" } }, systemEnv()).entry]
        : name === "forget" || name === "escrow"
          ? entries.slice(0, Math.max(1, entries.length - 1))
          : entries;
    for (const entry of shown) await second.logs.publish(subject, entry, {});
    const { head } = verifyLog(shown, { subject, now: Date.now() });
    // Addresses name a subject in base64url.
    const named = [Buffer.from(subject).toString("base64url"), log.head.log, head.log];
    const isOfLog = ({ url }: Request) => named.some((part) => url.includes(part));
    const isLiedTo = ({ url, headers }: Request) => {
      const isChosen = deviceOf(headers) === chosen;
      if (name === "split" || name === "withhold") return !isChosen;
      // One stream of events is for all logs that a device follows: its own go on.
      return name !== "escrow" || (isChosen && !new URL(url).pathname.endsWith("/events"));
    };
    return {
      ...{ name, relay: second.relay, refusesToAppend: ENDS_EARLY.includes(name), close: second.close },
      meets: (request) => isOfLog(request) && isLiedTo(request),
    };
  }

  async #read(subject: string): Promise<{ readonly log: LogState; readonly entries: readonly Uint8Array[] }> {
    const entries: Uint8Array[] = [];
    for (;;) {
      const page = await this.#parts.logs.read(subject, { after: entries.length, attachments: "all" });
      if (!page) throw new Error("there is no such log yet");
      entries.push(...page.entries);
      if (entries.length >= page.newest) return { entries, log: verifyLog(entries, { subject, now: Date.now() }) };
    }
  }

  /** A relay of its own, over a database in memory: it shows what the liar gives it. */
  async #secondRelay() {
    const { origin } = this.#parts;
    const sql: Sql = await openPglite();
    const relay = createRelay({ sql, origin, path: "/keys", authorize: () => true });
    const logs = fetchTransport({
      url: `${origin}/keys`,
      fetch: async (address, init) => await relay.fetch(new Request(address, init as RequestInit), undefined),
    });
    const close = async () => {
      await relay.close();
      await sql.close();
    };
    return { relay, logs, close };
  }
}
