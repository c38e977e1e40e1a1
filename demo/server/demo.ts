// The demo as one process: the relay on its embedded database, the clinic's server beside it, and the web app.

import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { systemEnv } from "keystead";
import { fetchBlobs } from "keystead/blobs";
import { type FetchTransportOptions, fetchTransport, type RequestHeaders } from "keystead/client";
import { createRelay, openPglite, type Sql } from "keystead/relay";
import { createSender, senderTable, senderTransport, sqlSenderStore } from "keystead/sender";
import { portalTransport } from "keystead/server";
import { Accounts } from "./accounts.js";
import { api, authorizer, deviceOf } from "./api.js";
import { Escrow } from "./escrow.js";
import { serveFiles } from "./files.js";
import { Liar } from "./liar.js";
import { Messages } from "./messages.js";
import { Papers } from "./papers.js";
import { Portal } from "./portal.js";
import { PostRoom } from "./post-room.js";
import { SealedItems } from "./sealed-items.js";
import { seedYear } from "./seed.js";

/** Options of {@link startDemo}. */
export interface DemoOptions {
  /** The folder of the database; without one, everything is in memory. */
  readonly data?: string | undefined;
  /** The folder of the built web app. */
  readonly web: string;
  readonly port: number;
  /** Fills empty data with a year of made-up life first. */
  readonly seed?: boolean | undefined;
  /** Opens a folder whose lock was left by a process that was killed. */
  readonly unsafeTakeLock?: boolean | undefined;
  /** The server's clock; default the system's. */
  readonly now?: (() => number) | undefined;
}

/** A demo that runs. */
export interface RunningDemo {
  readonly url: string;
  /** What browsers refused to load; the policy should leave nothing to report. */
  readonly reports: readonly string[];
  close(): Promise<void>;
}

/** @throws `STORE_UNAVAILABLE` when another process has the folder; an error of the system when the port is taken */
export async function startDemo(options: DemoOptions): Promise<RunningDemo> {
  const { data, unsafeTakeLock = false } = options;
  const sql = await openPglite(data === undefined ? {} : { folder: data, unsafeTakeLock });
  try {
    return await startOn(sql, options);
  } catch (error) {
    // A folder that stayed open would be locked for the next start.
    await sql.close();
    throw error;
  }
}

async function startOn(sql: Sql, { web, port, seed = false, now = Date.now }: DemoOptions): Promise<RunningDemo> {
  const accounts = await Accounts.open(sql);
  const portal = await Portal.open(sql, accounts, now);
  await sql.query(senderTable);
  if (seed) await seedYear({ sql, accounts, operator: portal.operator.signingKey, end: Date.now() });
  const reports: string[] = [];
  let handle: (request: Request) => Promise<Response>;
  const server = createAdaptorServer({ fetch: (request) => handle(request) }) as Server;
  const url = `http://localhost:${await listening(server, port)}`;

  const token = () => randomBytes(32).toString("hex");
  const tokens = { service: token(), liar: token(), reader: token(), maker: token() };
  const every = (milliseconds: number, run: () => void) => {
    const timer = setInterval(run, milliseconds);
    return () => clearInterval(timer);
  };
  const env = { ...systemEnv(), now, every };
  const relay = createRelay({
    ...{ sql, env, origin: url, path: "/keys", authorize: authorizer(portal, tokens) },
    authorizeReset: (subject, { headers }) => portal.mayReset(subject, headers),
    operator: { signingKey: portal.operator.signingKey, keys: portal.operator },
    notify: async ({ type, subject, entered }) => {
      // Escrow logs, and logs of people who were made up, get no mail.
      if (!(await accounts.withSubject(subject))) return;
      if (type === "genesis") await begun(subject);
      else await post.changed(subject);
      await portal.tell(logsWithNames, { subject, type, entered });
    },
  });
  const relayWith = (headers: RequestHeaders): FetchTransportOptions => ({
    ...{ url: `${url}/keys`, headers },
    fetch: async (address, init) => await relay.fetch(new Request(address, init as RequestInit), undefined),
  });
  const relayAs = (token: string) => relayWith({ authorization: `Bearer ${token}` });
  const logs = fetchTransport(relayAs(tokens.service));
  const logsWithNames = fetchTransport(relayAs(tokens.reader));
  const liar = new Liar({ origin: url, logs: fetchTransport(relayAs(tokens.liar)), deviceOf });
  const items = await SealedItems.open(sql, fetchBlobs(relayAs(tokens.service)));
  const sender = createSender({ transport: senderTransport(relayAs(tokens.service)), store: sqlSenderStore(sql), env });
  const post = new PostRoom({ items, sender, now });
  const hasLog = async (subject: string) => (await logs.read(subject, { after: 0, attachments: "none" })) !== undefined;
  const stores = { messages: await Messages.open(sql), papers: await Papers.open(sql) };
  const begun = async (subject: string) => {
    // At the word of the portal, which asked the user, and never because the relay shows another log.
    if (await portal.beganAnew(subject)) await sender.unsafeForget(subject);
    await post.welcome(subject);
  };
  const escrow = await Escrow.open({ sql, accounts, logs: fetchTransport(relayAs(tokens.maker)) });
  const app = api({
    ...{ ...stores, accounts, items, post, liar, hasLog, portal, escrow, logs: logsWithNames },
    relayFor: (headers) => portalTransport(relayWith({ cookie: headers.get("cookie") ?? "" })),
    reported: (report) => reports.push(report),
  });
  const files = serveFiles(web);
  handle = async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/keys/")) return await (liar.answer(request) ?? relay.fetch(request, undefined));
    return pathname.startsWith("/api/") ? await app.fetch(request) : files(pathname);
  };
  return {
    ...{ url, reports },
    async close() {
      await escrow.close();
      await liar.close();
      await relay.close();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await sql.close();
    },
  };
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      done(typeof address === "object" && address ? address.port : port);
    });
  });
}
