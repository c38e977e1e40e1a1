// The relay of runtimes that have files: over PGlite, in a folder. Its second start finds the lock that a relay left which was killed.

import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { createRelay, openPglite } from "keystead/relay";
import { origin, relayStory, type Served } from "./relay-story.js";
import { codeOf, expect } from "./support.js";

const folder = "./relay-data";
const locked = async () => (await codeOf(openPglite({ folder }))) === "STORE_UNAVAILABLE";
/** No process has this number. */
const GONE = 2 ** 30;

async function serve(): Promise<Served> {
  const sql = await openPglite({ folder, unsafeTakeLock: true });
  expect(await locked(), "a folder must not be opened twice");
  const failures: unknown[] = [];
  const relay = createRelay({
    ...{ sql, origin, authorize: ({ action }) => action === "create" || action === "read" },
    report: (error) => failures.push(error),
  });
  return {
    fetch: (request) => relay.fetch(request),
    async close() {
      await relay.close();
      await sql.close();
      expect(failures.length === 0, `the relay failed: ${failures}`);
      writeFileSync(`${folder}/relay.lock`, JSON.stringify({ pid: GONE, host: hostname() }));
      expect(await locked(), "the lock must be seen");
    },
  };
}

await relayStory(serve);
console.log("relay: told");
