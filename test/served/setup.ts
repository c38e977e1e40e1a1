// Of the vitest projects `served-pglite` and `served-postgres`: the tests of the client run as they are, and the real handler answers
// where no test makes the service lie.

import { afterAll, afterEach, expect, inject, vi } from "vitest";
import { KeysteadError } from "../../src/errors.js";
import { openPglite } from "../../src/relay/pglite.js";
import { openPostgres } from "../../src/relay/postgres.js";
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
const handlers = new Handlers(() =>
  served === "pglite" ? openPglite() : openPostgres({ url: served, connections: 2, listenUrl: false }),
);
const behind = new WeakMap<MaliciousRelay, Handler>();
function handlerOf(relay: MaliciousRelay): Handler {
  const handler = behind.get(relay) ?? handlers.make();
  behind.set(relay, handler);
  return handler;
}

const { publish, fork } = MaliciousRelay.prototype;
MaliciousRelay.prototype.publish = function (subject, entry, as = "", now = "unchecked") {
  const tell = (verdict: string) => handlerOf(this).published({ subject, entry, now, verdict }, as);
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
  handlerOf(this).fork(subject, readers);
};

function over<T extends Transport>(relay: MaliciousRelay, reader: string, transport: T): T {
  const handler = handlerOf(relay);
  return {
    ...transport,
    async read(subject, options) {
      return await handler.page(relay, reader, subject, options, await transport.read(subject, options));
    },
    async publish(subject, entry, options) {
      const publication = await transport.publish(subject, entry, options);
      await handler.settled();
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
  await handlers.settled();
  expect(handlers.differences.splice(0)).toEqual([]);
});
afterAll(async () => {
  await handlers.close();
  console.log(`the handler stored ${handlers.counts.stored} entries, and gave ${handlers.counts.pages} pages`);
});
