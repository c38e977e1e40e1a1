// What the relay is compared with: a table of the bytes alone, in the same PostgreSQL, through the same driver.

import { fork } from "node:child_process";
import { once } from "node:events";
import pg from "pg";
import { bundled } from "./relay-process.js";

/** As many as the relay takes by default. */
const CONNECTIONS = 10;

/** Bare statements. */
export interface Bare {
  insert(log: Uint8Array, seq: number, bytes: Uint8Array): Promise<unknown>;
  /** Whole entries after a position, or their links alone, which are in the relay's own table. */
  select(what: string, log: Uint8Array, after: number): Promise<readonly Uint8Array[]>;
  close(): Promise<void>;
}

/** @param table the name of its table. */
export async function openBare(url: string, table: string): Promise<Bare> {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  await pool.query("create schema if not exists bare");
  await pool.query(`create table bare.${table} (log bytea, seq int, bytes bytea, primary key (log, seq))`);
  await pool.query(`alter table bare.${table} alter column bytes set storage external`);
  return {
    insert: (log, seq, bytes) => pool.query(`insert into bare.${table} values ($1, $2, $3)`, [log, seq, bytes]),
    async select(what, log, after) {
      const from = what === "links" ? "link as bytes from keystead.entry" : `bytes from bare.${table}`;
      const text = `select ${from} where log = $1 and seq > $2 order by seq`;
      return (await pool.query<{ bytes: Uint8Array }>(text, [log, after])).rows.map(({ bytes }) => bytes);
    },
    close: () => pool.end(),
  };
}

/** The same statements behind an HTTP server of Node, in a process of its own. */
export async function startBareServer(url: string): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const child = fork(await bundled("bench/support/bare-server.ts", "bare-server"), [url]);
  const [port] = await once(child, "message");
  return {
    port: port as number,
    async stop() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
