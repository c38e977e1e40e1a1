// The demo's inbox with hundreds of letters, beside the same page without encryption: no key log, no keys, and notes that come as
// they are, from memory. Both pages are built and served alike, and visited in turns by the same browser.

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createAdaptorServer } from "@hono/node-server";
import type { Page } from "playwright";
import { build } from "vite";
import { serveFiles } from "../../demo/server/files.js";
import { LETTERS } from "../../demo/server/post.js";
import { World } from "../../demo/test/world.js";
import { ROOT } from "../support/bundle.js";
import { CACHE } from "../support/long-log.js";
import { median } from "../support/measure.js";
import type { Line } from "../support/row.js";

/** When a visit showed what, in milliseconds after the page was asked for. */
interface Visit {
  /** The first text or picture. */
  readonly paint: number;
  readonly first: number;
  readonly all: number;
}

/** Sizes of {@link inbox}. */
export interface InboxOrders {
  readonly letters: number;
  readonly rounds: number;
}

export async function* inbox({ letters, rounds }: InboxOrders): AsyncGenerator<Line, void> {
  const world = await World.open();
  const plain = await servePlain();
  try {
    const device = await world.browser();
    // The runner wraps the functions that it hands to the page.
    await device.context.addInitScript({ content: "globalThis.__name = (each) => each" });
    await device.enter("Ada Byrne", "Laptop");
    const count = await fill(device.page, letters);
    plain.answer = await plainAnswers(device.page);
    const visits: { readonly [kind in "sealed" | "plain"]: Visit[] } = { sealed: [], plain: [] };
    for (let round = 0; round <= rounds; round++) {
      for (const kind of ["sealed", "plain"] as const) {
        const page = await device.tab();
        const visit = await look(page, kind === "sealed" ? world.url : plain.url, count);
        await page.close();
        // The first visit fills the browser's cache.
        if (round > 0) visits[kind].push(visit);
      }
    }
    const of = (kind: "sealed" | "plain", what: keyof Visit) => median(visits[kind].map((visit) => visit[what]));
    for (const [what, name] of [
      ["paint", "first paint"],
      ["first", "the first letters can be read"],
      ["all", `all ${count} letters can be read`],
    ] as const) {
      const [value, base] = [of("sealed", what), of("plain", what)];
      yield { what: `${name}: without encryption`, value: base, unit: "ms", base };
      yield { what: `${name}: the demo's inbox`, value, unit: "ms", base };
    }
  } finally {
    plain.close();
    await world.close();
  }
}

/** Has letters come in until there are `letters` of them. @returns how many items there are */
async function fill(page: Page, letters: number): Promise<number> {
  return await page.evaluate(async (wanted) => {
    const items = async () => (await (await fetch("/api/items")).json()) as readonly unknown[];
    const mail = { method: "POST", headers: { "content-type": "application/json" }, body: '{"kind":"mail"}' };
    for (let count = (await items()).length; count < wanted; count++) await fetch("/api/items", mail);
    return (await items()).length;
  }, letters);
}

/** What the server without encryption answers: the same items, and letters of the demo as their notes. */
async function plainAnswers(page: Page): Promise<Answers> {
  const [me, items] = await page.evaluate(async () => [
    await (await fetch("/api/me")).text(),
    await (await fetch("/api/items")).text(),
  ]);
  const ids = (JSON.parse(items ?? "[]") as readonly { readonly id: string }[]).map(({ id }) => id);
  const letters = LETTERS.map((letter) => Buffer.from(JSON.stringify(letter)).toString("base64"));
  const notes = new Map(ids.map((id, index) => [id, letters[index % letters.length] ?? ""]));
  return { me: me ?? "", items: items ?? "", notes };
}

interface Answers {
  readonly me: string;
  readonly items: string;
  readonly notes: ReadonlyMap<string, string>;
}

/** Serves the page without encryption, as the demo serves its own. */
async function servePlain() {
  const outDir = fileURLToPath(new URL("plain-inbox/", CACHE));
  const plugins = [
    {
      name: "plain-device",
      enforce: "pre" as const,
      resolveId: (source: string) =>
        /^\.\.?\/device\.js$/.test(source) ? `${ROOT}bench/browser/plain-device.ts` : null,
    },
  ];
  await build({
    ...{ configFile: `${ROOT}demo/vite.config.ts`, logLevel: "error", plugins },
    build: { outDir, emptyOutDir: true },
  });
  const files = serveFiles(outDir.replace(/\/$/, ""));
  const served = { answer: { me: "", items: "", notes: new Map() } as Answers };
  const fetch = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const { me, items, notes } = served.answer;
    const json = (text: string) => new Response(text, { headers: { "content-type": "application/json" } });
    if (pathname === "/api/me") return json(me);
    if (pathname === "/api/items") return json(items);
    if (pathname !== "/api/items/notes") return files(pathname);
    const { ids } = (await request.json()) as { readonly ids: readonly string[] };
    return json(JSON.stringify(Object.fromEntries(ids.map((id) => [id, notes.get(id)]))));
  };
  const server = createAdaptorServer({ fetch }) as Server;
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return Object.assign(served, { url: `http://localhost:${(server.address() as AddressInfo).port}`, close });
}

/** Opens the page, and waits until all notes are there. */
async function look(page: Page, url: string, count: number): Promise<Visit> {
  await page.addInitScript((wanted) => {
    const seen: { first?: number; all?: number } = {};
    Object.assign(globalThis, { seen });
    const watch = () => {
      const open = document.querySelectorAll(".item[data-state=open]").length;
      if (open > 0) seen.first ??= performance.now();
      if (open < wanted) requestAnimationFrame(watch);
      else seen.all = performance.now();
    };
    requestAnimationFrame(watch);
  }, count);
  const broken = new Promise<never>((_, reject) => page.on("pageerror", reject));
  await page.goto(url);
  const isShown = () => (globalThis as { seen?: { all?: number } }).seen?.all !== undefined;
  await Promise.race([page.waitForFunction(isShown), broken]);
  return await page.evaluate(() => {
    const { seen } = globalThis as { seen?: { first?: number; all?: number } };
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    return { paint: paint?.startTime ?? Number.NaN, first: seen?.first ?? Number.NaN, all: seen?.all ?? Number.NaN };
  });
}
