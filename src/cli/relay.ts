// `keystead relay`: a relay as a process of its own, on Node's HTTP server.

import { createServer, type Server } from "node:http";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { KeysteadError } from "../errors.js";
import { relayOver } from "../relay/handler.js";
import type { LogLine } from "../relay/log-line.js";
import { openMetrics, type RelayMetrics } from "../relay/metrics.js";
import type { RelayOptions } from "../relay/options.js";
import { openPglite } from "../relay/pglite.js";
import { openPostgres } from "../relay/postgres.js";
import type { Sql } from "../relay/sql.js";
import { nodeBody } from "./node-body.js";

export const RELAY_USAGE = `usage: keystead relay [--data DIR | --database URL] [options]

  --data DIR           keep the data in a folder, on PGlite
  --database URL       keep the data in PostgreSQL 15 or newer; without both, DATABASE_URL of the environment counts,
                       which shows no password in the list of processes
  --port N             default 8080
  --host HOST          the address to listen at; default 127.0.0.1
  --origin URL         how devices reach the relay, such as https://keys.example; default http://HOST:PORT
  --app FILE           a module that exports authorize, and perhaps authorizeReset, notify, operator, blobs,
                       limits and address.
                       Without it, all that no signature proves is allowed but a reset, to this machine only
  --log                write a line of JSON for each request, entry and failure to the standard output
  --metrics [HOST:]PORT  serve metrics for Prometheus at /metrics there; HOST is 127.0.0.1 by default. Needs prom-client
  --unsafe-take-lock   open DIR although a process that was killed left its lock behind`;

/** A relay that runs. */
export interface RunningRelay {
  readonly url: string;
  /** Ends streams, answers the requests that run, and closes server and database. */
  close(): Promise<void>;
}

/**
 * Milliseconds that a client has to send its headers, and a whole request, and between two looks at that: slow ones must not fill the server.
 * The relay itself limits bodies, by their size: a large blob may take longer than an entry.
 */
const TIMES = { headersTimeout: 10_000, requestTimeout: 12 * 3_600_000, connectionsCheckingInterval: 5000 };

/** Milliseconds that a client has to take its answer when the relay stops. */
const PATIENCE = 10_000;

/** @throws `INVALID_ARGUMENT` for wrong arguments; what opening the database throws */
export async function runRelay(
  args: readonly string[],
  say: (line: string) => void,
  times: typeof TIMES = TIMES,
): Promise<RunningRelay> {
  const { data, database, port, host, origin, app, takeLock, isLogged, metricsAt } = parse(args);
  const own = app === undefined ? undefined : await optionsOf(app);
  if (!own && !LOOPBACK.includes(host))
    throw wrong(`--host ${host} needs --app: without it, everybody who reaches the relay could do everything`);
  const sql =
    data === undefined
      ? await openPostgres({ url: database ?? "" })
      : await openPglite({ folder: data, unsafeTakeLock: takeLock });
  try {
    const metrics = metricsAt && (await openMetrics());
    const log = (line: LogLine): void => {
      if (isLogged) say(JSON.stringify(line));
      metrics?.log(line);
    };
    const running = await listen(
      sql,
      { port, host, origin, metrics, metricsAt, say, times },
      { ...(own ?? OPEN), log },
    );
    say(`relay: listening at ${running.url}`);
    if (!own) say("relay: WARNING: all that no signature proves is allowed; give --app FILE before others use it");
    return running;
  } catch (error) {
    await sql.close();
    throw error;
  }
}

/** Without an app that decides. */
const OPEN: AppOptions = { authorize: () => true };

const LOOPBACK: readonly string[] = ["127.0.0.1", "::1", "localhost"];

interface Address {
  readonly port: number;
  readonly host: string;
}

interface Place extends Address {
  readonly metrics: RelayMetrics | undefined;
  readonly metricsAt: Address | undefined;
  readonly say: (line: string) => void;
  readonly times: typeof TIMES;
  readonly origin: string | undefined;
}

async function listen(
  sql: Sql,
  { port, host, origin, metrics, metricsAt, say, times }: Place,
  own: AppOptions,
): Promise<RunningRelay> {
  const { getRequestListener } = await import("@hono/node-server");
  let fetch: (request: Request, server: unknown) => Promise<Response>;
  const listener = getRequestListener((request, bindings) => fetch(request, bindings));
  const server = createServer(times, (request, response) => void listener(request, response));
  const url = await bind(server, { port, host });
  const servers = [server];
  if (metrics && metricsAt) {
    const scraped = metricsServer(metrics);
    try {
      say(`relay: metrics at ${await bind(scraped, metricsAt)}/metrics`);
      servers.push(scraped);
    } catch (error) {
      await stop(server);
      throw error;
    }
  }
  const relay = relayOver({ address: remoteAddress, ...own, sql, origin: origin ?? url }, nodeBody);
  fetch = relay.fetch;
  let closing: Promise<void> | undefined;
  return {
    url,
    close: () => {
      closing ??= (async () => {
        const done = relay.close();
        // No new connections. Those that run get their answers.
        await Promise.all([done, ...servers.map(stop)]);
        await sql.close();
      })();
      return closing;
    },
  };
}

/** @returns the address. @throws `INVALID_ARGUMENT` */
async function bind(server: Server, { port, host }: Address): Promise<string> {
  const bound = await new Promise<number>((done, failed) => {
    server.once("error", (cause) => failed(wrong(`the relay cannot listen at ${host}:${port}`, cause)));
    server.listen(port, host, () => {
      const address = server.address();
      done(typeof address === "object" && address ? address.port : port);
    });
  });
  return `http://${host.includes(":") ? `[${host}]` : host}:${bound}`;
}

async function stop(server: Server): Promise<void> {
  const ended = new Promise((closed) => server.close(closed));
  // A client that does not read its answer must not keep the relay from ending.
  const timer = setTimeout(() => server.closeAllConnections(), PATIENCE);
  await ended;
  clearTimeout(timer);
}

function metricsServer({ contentType, text }: RelayMetrics): Server {
  return createServer((request, response) => {
    if (request.url !== "/metrics") return void response.writeHead(404).end();
    void text().then((all) => response.writeHead(200, { "content-type": contentType }).end(all));
  });
}

function remoteAddress(_request: unknown, server: unknown): string | undefined {
  return (server as { incoming?: { socket?: { remoteAddress?: string } } } | undefined)?.incoming?.socket
    ?.remoteAddress;
}

type AppOptions = Omit<RelayOptions, "sql" | "origin" | "path">;

/** @throws `INVALID_ARGUMENT` */
async function optionsOf(file: string): Promise<AppOptions> {
  let exported: Partial<AppOptions>;
  try {
    exported = await import(pathToFileURL(resolve(file)).href);
  } catch (cause) {
    throw wrong(`--app ${file} cannot be loaded`, cause);
  }
  const { authorize, authorizeReset, notify, operator, blobs, limits, address, report } = exported;
  if (typeof authorize !== "function") throw wrong(`--app ${file} must export a function authorize`);
  return { authorize, authorizeReset, notify, operator, blobs, limits, report, ...(address && { address }) };
}

/** @throws `INVALID_ARGUMENT` */
function parse(args: readonly string[]) {
  let values: Readonly<Record<string, string | boolean | undefined>>;
  try {
    const text = { type: "string" } as const;
    ({ values } = parseArgs({
      args: [...args],
      options: {
        data: text,
        database: text,
        port: text,
        host: text,
        origin: text,
        app: text,
        log: { type: "boolean" },
        metrics: text,
        "unsafe-take-lock": { type: "boolean" },
      },
    }));
  } catch (cause) {
    throw wrong(`${(cause as Error).message}\n${RELAY_USAGE}`, cause);
  }
  const {
    data,
    database = data === undefined ? process.env["DATABASE_URL"] : undefined,
    port = "8080",
    host = "127.0.0.1",
    origin,
    app,
    metrics,
  } = values as Readonly<Record<string, string>>;
  if ((data === undefined) === (database === undefined))
    throw wrong(`give either --data or --database\n${RELAY_USAGE}`);
  return {
    ...{ data, database, port: portOf("--port", port), host, origin, app },
    ...{ takeLock: values["unsafe-take-lock"] === true, isLogged: values["log"] === true },
    metricsAt: metrics === undefined ? undefined : addressOf(metrics),
  };
}

function addressOf(text: string): Address {
  const [, host = "127.0.0.1", port = ""] = /^(?:(.+):)?([^:]*)$/.exec(text) ?? [];
  return { host, port: portOf("--metrics", port) };
}

function portOf(option: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw wrong(`${option} must have a port from 0 to 65535`);
}

function wrong(problem: string, cause?: unknown): KeysteadError {
  return new KeysteadError("INVALID_ARGUMENT", problem, { cause });
}
