// A relay of keystead/testing with the real handler behind it: each entry that it was given goes to the handler too, whose verdict must
// be the same, and each page that no lie changes is the handler's. So the tests of the client run over the real handler as they are.

import { threadId } from "node:worker_threads";
import { equalBytes } from "../../src/bytes/bytes.js";
import { KeysteadError } from "../../src/errors.js";
import { entryForSenders } from "../../src/log/accept.js";
import { decodeEntry } from "../../src/log/entry.js";
import { createRelay, type Relay } from "../../src/relay/handler.js";
import { migrate } from "../../src/relay/migrate.js";
import type { Sql, SqlQueries } from "../../src/relay/sql.js";
import type { MaliciousRelay } from "../../src/testing/relay.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";
import type { EntriesPage, ReadOptions, Transport } from "../../src/transport/transport.js";

const ORIGIN = "https://keys.example";
/** After every link of the tests, whose devices have clocks of their own. */
const LATE = 4_000_000_000_000;
/** Milliseconds between two requests: nobody has the head of a log for longer. */
const BETWEEN = 3000;

/** The tables of one relay, in a database that has those of many. */
function inSchema(sql: Sql, schema: string): Sql {
  const over = ({ query }: SqlQueries): SqlQueries => ({
    query: (statement, parameters) => query(statement.replaceAll("keystead", schema), parameters),
  });
  return {
    ...over(sql),
    transaction: (run) => sql.transaction((queries) => run(over(queries))),
    close: async () => {},
  };
}

let schemas = 0;

/** What the real handler says about the requests of the tests in one file. */
export class Handlers {
  readonly #open: () => Promise<Sql>;
  #sql: Promise<Sql> | undefined;
  readonly #made: Handler[] = [];
  /** Where the handler and the relay of keystead/testing differ. */
  readonly differences: string[] = [];
  /** Entries that it stored, and pages that devices got from it. */
  readonly counts = { stored: 0, pages: 0 };

  constructor(open: () => Promise<Sql>) {
    this.#open = open;
  }

  make(): Handler {
    // Other processes and workers of the tests use the same server at the same time.
    const schema = `keystead_${process.pid}_${threadId}_${++schemas}`;
    const sql = async () => {
      this.#sql ??= this.#open();
      const all = await this.#sql;
      const own = inSchema(all, schema);
      await migrate(own);
      return { ...own, close: async () => void (await all.query(`drop schema ${schema} cascade`)) };
    };
    const handler = new Handler(sql, this);
    this.#made.push(handler);
    return handler;
  }

  /** Resolves when every entry had its answer. */
  async settled(): Promise<void> {
    for (const handler of this.#made) await handler.settled();
  }

  async close(): Promise<void> {
    await this.settled();
    for (const handler of this.#made) await handler.close();
    const sql = await this.#sql;
    await sql?.close();
  }
}

/** An entry that the relay of keystead/testing was given, and its verdict. */
interface Published {
  readonly subject: string;
  readonly entry: Uint8Array;
  readonly now: number | "unchecked";
  readonly verdict: string;
}

/** The real handler, with a database of its own, behind one relay. One request at a time, in the order of the relay. */
export class Handler {
  readonly #sql: () => Promise<Sql>;
  readonly #all: Handlers;
  #database: Sql | undefined;
  #relay: Relay | undefined;
  #clock = LATE;
  #queue: Promise<void> = Promise.resolve();
  readonly #transports = new Map<string, Required<Transport>>();
  readonly #stored = new Map<string, Uint8Array[]>();
  /** By subject, readers with a history of their own. */
  readonly #forked = new Map<string, Set<string>>();

  constructor(sql: () => Promise<Sql>, all: Handlers) {
    this.#sql = sql;
    this.#all = all;
  }

  fork(subject: string, readers: readonly string[]): void {
    this.#forked.set(subject, new Set([...(this.#forked.get(subject) ?? []), ...readers]));
  }

  published({ subject, entry, now, verdict }: Published, as: string): void {
    if (this.#forked.get(subject)?.has(as)) return;
    const bytes = new Uint8Array(entry);
    // The service's clock matters where it refuses. All else is later, so that no device that lost races keeps the head of the log.
    void this.#next(verdict === "NOT_YET" ? now : "unchecked", async (transport) => {
      const answer = await transport.publish(subject, bytes, {});
      const said = answer.verdict === "refused" ? answer.code : answer.verdict;
      // By its route, an entry of another log finds no log.
      if (said !== verdict && !(said === "NO_LOG" && verdict === "INVALID_LINK"))
        this.#all.differences.push(
          `an entry of ${subject} (${decodeEntry(bytes).link.hash.slice(0, 6)} by ${as}): ${said} instead of ${verdict}`,
        );
      const stored = this.#stored.get(subject) ?? [];
      if (said !== "accepted" || stored.some((each) => equalBytes(each, bytes))) return;
      this.#stored.set(subject, [...stored, bytes]);
      this.#all.counts.stored++;
    });
  }

  /** The page as the handler gives it, where the relay does not lie to this reader. */
  async page(
    relay: MaliciousRelay,
    reader: string,
    subject: string,
    options: ReadOptions,
    page: EntriesPage | undefined,
  ): Promise<EntriesPage | undefined> {
    const shown = relay.read(subject, reader);
    let answer = page;
    await this.#next(
      "unchecked",
      async (transport) => {
        if (options.signal?.aborted) return;
        const stored = this.#stored.get(subject) ?? [];
        if (shown.length > stored.length || !shown.every((each, at) => equalBytes(each, stored[at] ?? each))) return;
        const isAll = shown.length === stored.length;
        let real: EntriesPage | undefined;
        try {
          real = await transport.read(subject, options);
        } catch (error) {
          // The session gave the request up, or has other keys by now: requests wait here for one another.
          if (options.signal?.aborted || KeysteadError.from(error)?.code === "WIPED") return;
          throw error;
        }
        const given = real?.entries.slice(0, page?.entries.length) ?? [];
        const right = stored
          .slice(options.after)
          .map((each) => (options.attachments === "all" ? each : entryForSenders(each)));
        if (
          real?.newest !== (stored.length || undefined) ||
          !given.every((each, at) => equalBytes(each, right[at] ?? new Uint8Array()))
        )
          this.#all.differences.push(`a page of ${subject} after ${options.after}`);
        if (!isAll || !page) return;
        this.#all.counts.pages++;
        answer = { ...page, entries: given };
      },
      reader,
    );
    return answer;
  }

  async settled(): Promise<void> {
    await this.#queue;
  }

  async close(): Promise<void> {
    await this.#relay?.close();
    await this.#database?.close();
  }

  /** Asks the handler when those before had their answers. */
  async #next(now: number | "unchecked", ask: (transport: Transport) => Promise<void>, reader = ""): Promise<void> {
    const turn = this.#queue.then(async () => {
      this.#clock = now === "unchecked" ? this.#late() : now;
      await ask(await this.#transport(reader));
    });
    this.#queue = turn.catch((error: unknown) => {
      this.#all.differences.push(`${error}: ${JSON.stringify(KeysteadError.from(error)?.details)}`);
    });
    await this.#queue;
  }

  #calls = 0;
  #late(): number {
    return LATE + BETWEEN * ++this.#calls;
  }

  async #transport(reader: string): Promise<Transport> {
    this.#database ??= await this.#sql();
    this.#relay ??= createRelay({
      ...{ sql: this.#database, origin: ORIGIN, authorize: () => true },
      limits: { links: 1e6, epochs: 1e6, joins: 1e6, requests: 1e9 },
      report: (error) => void this.#all.differences.push(`reported: ${error}`),
      env: { now: () => this.#clock, random, every: () => () => {} },
    });
    const relay = this.#relay;
    const fetch = (to: string, init: unknown) => relay.fetch(new Request(to, init as RequestInit));
    const transport =
      this.#transports.get(reader) ?? fetchTransport({ url: ORIGIN, fetch, env: { now: () => this.#clock, random } });
    this.#transports.set(reader, transport);
    return transport;
  }
}

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
