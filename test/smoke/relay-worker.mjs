// Runs the relay of the current folder in workerd, as its wrangler.jsonc says, and tells the story on it.
//
//   node relay-worker.mjs DATABASE_URL

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Miniflare } from "miniflare";

const { main, ...config } = JSON.parse(readFileSync("wrangler.jsonc", "utf8"));
const { relayStory } = await import(pathToFileURL("relay-story.js").href);

async function serve() {
  const worker = new Miniflare({
    modules: true,
    scriptPath: main,
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    durableObjects: Object.fromEntries(
      config.durable_objects.bindings.map(({ name, class_name: className }) => [name, className]),
    ),
    bindings: { ...config.vars, DATABASE_URL: process.argv[2] },
  });
  const fetch = async (request) =>
    worker.dispatchFetch(request.url, {
      method: request.method,
      headers: [...request.headers],
      body: request.body === null ? undefined : new Uint8Array(await request.arrayBuffer()),
    });
  return { fetch, close: () => worker.dispose() };
}

await relayStory(serve);
console.log("relay: told");
