// A service with a page in a real browser: the relay on PGlite over HTTP, the page and its service worker bundled from the package's
// public entries.

import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { build } from "esbuild";
import { type Browser, chromium, firefox } from "playwright";
import { chromiumLaunchOptions } from "../../scripts/chromium.js";
import { firefoxLaunchOptions } from "../../scripts/firefox.js";
import { present } from "../../src/bytes/present.js";
import { systemClientEnv } from "../../src/client/client-env.js";
import { openSession, type Session } from "../../src/client/session.js";
import { createRelay, type Relay } from "../../src/relay/handler.js";
import { openPglite } from "../../src/relay/pglite.js";
import type { Sql } from "../../src/relay/sql.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";

const chromiumOptions = chromiumLaunchOptions();
const firefoxOptions = firefoxLaunchOptions();

/** The browsers that are here. */
export const browsers: readonly { readonly name: string; readonly launch: () => Promise<Browser> }[] = [
  ...(chromiumOptions ? [{ name: "Chromium", launch: () => chromium.launch(chromiumOptions) }] : []),
  ...(firefoxOptions ? [{ name: "Firefox", launch: () => firefox.launch(firefoxOptions) }] : []),
];

/** A web server with the page, its worker and the relay. */
export class Site {
  readonly #server = createAdaptorServer({ fetch: (request) => this.#answer(request) });
  readonly #files = new Map<string, { readonly type: string; readonly body: string }>();
  #sql: Sql | undefined;
  #relay: Relay | undefined;
  origin = "";
  /** Called with each request to the relay, and gives it to the relay. */
  around: (request: Request, pass: () => Promise<Response>) => Promise<Response> = (_, pass) => pass();
  /** Called with what the page or its worker says. */
  heard: (said: unknown) => void = () => {};

  async open(): Promise<void> {
    const source = join(import.meta.dirname, "../../src");
    const { outputFiles } = await build({
      entryPoints: ["page-app", "page-worker"].map((name) => join(import.meta.dirname, `${name}.ts`)),
      ...{ outdir: "/", bundle: true, write: false, format: "iife", platform: "browser" },
      alias: { "#primitives": join(source, "primitives/noble.ts"), "keystead/client": join(source, "client.ts") },
      // The package needs ES2022; that it is not lowered further is what runs in an app.
      target: "es2022",
    });
    for (const { path, text } of outputFiles) this.#files.set(path, { type: "text/javascript", body: text });
    const body = '<!doctype html><meta charset="utf-8"><title>Keystead</title><script src="/page-app.js"></script>';
    this.#files.set("/", { type: "text/html", body });
    // Another page of the origin, with no session.
    this.#files.set("/empty", { type: "text/html", body: "<!doctype html><title>empty</title>" });
    this.#sql = await openPglite();
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    // By this name a page may have service workers and WebCrypto without TLS.
    this.origin = `http://localhost:${(this.#server.address() as AddressInfo).port}`;
    const plenty = { links: 100_000, epochs: 100_000, joins: 100_000, requests: 1_000_000 };
    this.#relay = createRelay({
      ...{ sql: this.#sql, origin: this.origin, path: "/keys", authorize: () => true, limits: plenty },
    });
  }

  async close(): Promise<void> {
    await this.#relay?.close();
    await new Promise((closed) => this.#server.close(closed));
    await this.#sql?.close();
  }

  /** Reaches the relay without HTTP, and past {@link around}. */
  transport() {
    const fetch = (to: string, init: unknown) => present(this.#relay).fetch(new Request(to, init as RequestInit));
    return fetchTransport({ url: `${this.origin}/keys`, fetch });
  }

  /** Another device of the account, in this process. */
  async device(subject: string): Promise<Session> {
    return await openSession({
      ...{ subject, store: memoryStore(), transport: this.transport(), background: false },
      env: { ...systemClientEnv(), announce: () => {}, hear: () => () => {} },
      sealer: await callerSealer(new Uint8Array(32).fill(7)),
    });
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/keys/")) return await this.around(request, () => present(this.#relay).fetch(request));
    if (pathname === "/said") {
      this.heard(await request.json());
      return new Response(null, { status: 204 });
    }
    if (pathname === "/clear")
      return new Response("cleared", { headers: { "clear-site-data": '"storage"', "content-type": "text/plain" } });
    const file = this.#files.get(pathname);
    return file
      ? new Response(file.body, { headers: { "content-type": file.type } })
      : new Response(null, { status: 404 });
  }
}
