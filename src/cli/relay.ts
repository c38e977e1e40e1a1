// `keystead relay`: a relay as a process of its own, on Node's HTTP server.

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { KeysteadError } from "../errors.js";
import { createRelay } from "../relay/handler.js";
import type { RelayOptions } from "../relay/options.js";
import { openPglite } from "../relay/pglite.js";
import { openPostgres } from "../relay/postgres.js";
import type { Sql } from "../relay/sql.js";

export const RELAY_USAGE = `usage: keystead relay (--data DIR | --database URL) [options]

  --data DIR           keep the data in a folder, on PGlite
  --database URL       keep the data in PostgreSQL 15 or newer
  --port N             default 8080
  --host HOST          the address to listen at; default 127.0.0.1
  --origin URL         how devices reach the relay, such as https://keys.example; default http://HOST:PORT
  --app FILE           a module that exports authorize, and perhaps notify, operator, blobs, limits and
                       address.
                       Without it, all that no signature proves is allowed, to this machine only
  --unsafe-take-lock   open DIR although a process that was killed left its lock behind`;

/** A relay that runs. */
export interface RunningRelay {
  readonly url: string;
  /** Ends streams, answers the requests that run, and closes server and database. */
  close(): Promise<void>;
}

/** Milliseconds that a client has to send its headers, and a whole request: slow ones must not fill the server. */
const HEADERS_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 60_000;

/** @throws `INVALID_ARGUMENT` for wrong arguments; what opening the database throws */
export async function runRelay(args: readonly string[], say: (line: string) => void): Promise<RunningRelay> {
  const { data, database, port, host, origin, app, takeLock } = parse(args);
  const own = app === undefined ? undefined : await optionsOf(app);
  if (!own && !LOOPBACK.includes(host))
    throw wrong(`--host ${host} needs --app: without it, everybody who reaches the relay could do everything`);
  const sql =
    data === undefined
      ? await openPostgres({ url: database ?? "" })
      : await openPglite({ folder: data, unsafeTakeLock: takeLock });
  try {
    const running = await listen(sql, { port, host, origin }, own ?? { authorize: () => true });
    say(`relay: listening at ${running.url}`);
    if (!own) say("relay: WARNING: all that no signature proves is allowed; give --app FILE before others use it");
    return running;
  } catch (error) {
    await sql.close();
    throw error;
  }
}

const LOOPBACK: readonly string[] = ["127.0.0.1", "::1", "localhost"];

interface Place {
  readonly port: number;
  readonly host: string;
  readonly origin: string | undefined;
}

async function listen(sql: Sql, { port, host, origin }: Place, own: AppOptions): Promise<RunningRelay> {
  const { createAdaptorServer } = await import("@hono/node-server");
  let fetch: (request: Request, server: unknown) => Promise<Response>;
  const server = createAdaptorServer({
    fetch: (request, bindings) => fetch(request, bindings),
    serverOptions: { headersTimeout: HEADERS_TIMEOUT, requestTimeout: REQUEST_TIMEOUT },
  });
  const bound = await new Promise<number>((done, failed) => {
    server.once("error", (cause) => failed(wrong(`the relay cannot listen at ${host}:${port}`, cause)));
    server.listen(port, host, () => {
      const address = server.address();
      done(typeof address === "object" && address ? address.port : port);
    });
  });
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${bound}`;
  const relay = createRelay({ address: remoteAddress, ...own, sql, origin: origin ?? url });
  fetch = relay.fetch;
  let closing: Promise<void> | undefined;
  return {
    url,
    close: () => {
      closing ??= (async () => {
        relay.close();
        await new Promise((closed) => server.close(closed));
        await sql.close();
      })();
      return closing;
    },
  };
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
  const { authorize, notify, operator, blobs, limits, address, report } = exported;
  if (typeof authorize !== "function") throw wrong(`--app ${file} must export a function authorize`);
  return { authorize, notify, operator, blobs, limits, report, ...(address && { address }) };
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
        "unsafe-take-lock": { type: "boolean" },
      },
    }));
  } catch (cause) {
    throw wrong(`${(cause as Error).message}\n${RELAY_USAGE}`, cause);
  }
  const { data, database, port = "8080", host = "127.0.0.1", origin, app } = values as Readonly<Record<string, string>>;
  if ((data === undefined) === (database === undefined))
    throw wrong(`give either --data or --database\n${RELAY_USAGE}`);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw wrong("--port must be a number from 0 to 65535");
  return { data, database, port: Number(port), host, origin, app, takeLock: values["unsafe-take-lock"] === true };
}

function wrong(problem: string, cause?: unknown): KeysteadError {
  return new KeysteadError("INVALID_ARGUMENT", problem, { cause });
}
