// npm run bench:browser [-- --quick]: the portable backend in a headless Chromium, beside noble and WebCrypto in the same page, and the
// demo's inbox, beside the same page without encryption.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { chromium } from "playwright";
import { chromiumLaunchOptions } from "../scripts/chromium.js";
import { inbox } from "./browser/inbox.js";
import type { Orders } from "./browser/page.js";
import { bundle } from "./support/bundle.js";
import { longLog, SUBJECT } from "./support/long-log.js";
import { formatLine, type Line } from "./support/row.js";

const { quick } = parseArgs({ options: { quick: { type: "boolean", default: false } } }).values;
const launchOptions = chromiumLaunchOptions();
if (!launchOptions) {
  console.error("no Chromium found: install it, or name it in KEYSTEAD_CHROMIUM");
  process.exit(2);
}

// noble is imported here, at the root: a page that imported it itself could get a peer's version.
const script = await bundle(`
  import { ed25519 } from "@noble/curves/ed25519.js";
  import { measureInBrowser } from "./bench/browser/page.ts";
  globalThis.measure = (orders) => measureInBrowser(ed25519, orders);
`);
const server = createServer(({ url }, response) => {
  const isScript = url === "/page.js";
  response.setHeader("content-type", isScript ? "text/javascript; charset=utf-8" : "text/html; charset=utf-8");
  response.end(isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>');
});
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
const browser = await chromium.launch(launchOptions);
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(error.stack));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const orders: Orders = {
    entries: longLog(quick ? 100 : 1000).map((entry) => Buffer.from(entry).toString("base64")),
    ...{ subject: SUBJECT, rounds: quick ? 1 : 5, megabytes: quick ? 2 : 100 },
  };
  const lines = await page.evaluate(async (given) => {
    const { measure } = globalThis as { measure?: (orders: Orders) => Promise<readonly Line[]> };
    if (!measure) throw new Error("the page's script did not load");
    return await measure(given);
  }, orders);
  console.log(`Chromium ${browser.version()}\n\nbrowser: the portable backend`);
  for (const line of lines) console.log(formatLine(line));
} finally {
  await browser.close();
  server.close();
}
console.log("\ninbox: the demo's, beside the same page without encryption");
for await (const line of inbox(quick ? { letters: 30, rounds: 1 } : { letters: 500, rounds: 7 }))
  console.log(formatLine(line));
