// Runs the worker of the current folder in workerd, as its wrangler.jsonc says, and prints what it answers to a request.

import { readFileSync } from "node:fs";
import { Miniflare } from "miniflare";

const { main, ...config } = JSON.parse(readFileSync("wrangler.jsonc", "utf8"));
const worker = new Miniflare({
  modules: true,
  scriptPath: main,
  compatibilityDate: config.compatibility_date,
  compatibilityFlags: config.compatibility_flags ?? [],
});
try {
  const response = await worker.dispatchFetch("https://app.example/");
  console.log(await response.text());
} finally {
  await worker.dispose();
}
