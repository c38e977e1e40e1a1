// Of the vitest projects `served-pglite` and `served-postgres`: the tests of the client run as they are, and the real handler answers
// where no test makes the service lie.

import { afterAll, afterEach, expect, inject, vi } from "vitest";
import { present } from "../../src/bytes/present.js";
import { KeysteadError } from "../../src/errors.js";
import { openPglite } from "../../src/relay/pglite.js";
import { openPostgres } from "../../src/relay/postgres.js";
import type { Sql } from "../../src/relay/sql.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import type { Transport } from "../../src/transport/transport.js";
import { type Handler, Handlers } from "./over.js";

declare module "vitest" {
  interface ProvidedContext {
    /** The address of a PostgreSQL server; "pglite" for none. */
    readonly served: string;
  }
}

const served = inject("served");
const open = () =>
  served === "pglite" ? openPglite() : openPostgres({ url: served, connections: 2, listenUrl: false });

/** The handler behind each relay of one file. */
class Behind {
  readonly handlers: Handlers;
  readonly #handlers = new WeakMap<MaliciousRelay, Handler>();

  constructor(sql: Promise<Sql>) {
    // The files of a worker share the database, which ends with its process.
    this.handlers = new Handlers(async () => ({ ...(await sql), close: async () => {} }));
  }

  of(relay: MaliciousRelay): Handler {
    const handler = this.#handlers.get(relay) ?? this.handlers.make();
    this.#handlers.set(relay, handler);
    return handler;
  }
}

/** What the files of a worker share: this file runs before each of them, and what it replaces stays replaced. */
const shared = globalThis as { keysteadServed?: { readonly sql: Promise<Sql>; behind: Behind } };
const isFirst = shared.keysteadServed === undefined;
const sql = shared.keysteadServed?.sql ?? open();
shared.keysteadServed = { sql, behind: new Behind(sql) };
const behind = (): Behind => present(shared.keysteadServed).behind;

if (isFirst) {
  const { publish, fork } = MaliciousRelay.prototype;
  MaliciousRelay.prototype.publish = function (subject, entry, as = "", now = "unchecked") {
    const tell = (verdict: string) => behind().of(this).published({ subject, entry, now, verdict }, as);
    try {
      const isAccepted = publish.call(this, subject, entry, as, now);
      tell(isAccepted ? "accepted" : "lost");
      return isAccepted;
    } catch (error) {
      tell(KeysteadError.from(error)?.code ?? `${error}`);
      throw error;
    }
  };
  MaliciousRelay.prototype.fork = function (subject, seq, readers) {
    fork.call(this, subject, seq, readers);
    behind().of(this).fork(subject, readers);
  };
}

function over<T extends Transport>(relay: MaliciousRelay, reader: string, transport: T): T {
  return {
    ...transport,
    async read(subject, options) {
      const page = await transport.read(subject, options);
      return await behind().of(relay).page(relay, reader, subject, options, page);
    },
    async publish(subject, entry, options) {
      const publication = await transport.publish(subject, entry, options);
      await behind().of(relay).settled();
      return publication;
    },
  };
}

vi.mock("../client/over-relay.js", async (original) => {
  const { overRelay } = await original<typeof import("../client/over-relay.js")>();
  return {
    overRelay: (relay: MaliciousRelay, reader: string, faults = {}) =>
      over(relay, reader, overRelay(relay, reader, faults)),
  };
});
vi.mock("../../src/testing/relay-transport.js", async (original) => {
  const module = await original<typeof import("../../src/testing/relay-transport.js")>();
  return {
    ...module,
    relayTransport: (relay: MaliciousRelay, reader: string, options = {}) =>
      over(relay, reader, module.relayTransport(relay, reader, options)),
  };
});

afterEach(async () => {
  const { handlers } = behind();
  await handlers.settled();
  expect(handlers.differences.splice(0)).toEqual([]);
});
afterAll(async () => {
  const { handlers } = behind();
  await handlers.close();
  console.log(`the handler stored ${handlers.counts.stored} entries, and gave ${handlers.counts.pages} pages`);
});
