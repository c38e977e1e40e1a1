// PostgreSQL as it is run beyond one server: behind a pooler, with partitioned tables, with a standby that takes over. In each, many
// devices race to append to one log, through two pools: no lost update, no fork, nothing acknowledged is lost.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { present } from "../../src/bytes/present.js";
import { KeysteadError } from "../../src/errors.js";
import { decodeEntry } from "../../src/log/entry.js";
import type { LogState } from "../../src/log/state.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { Logs } from "../../src/relay/logs.js";
import { openPostgres } from "../../src/relay/postgres.js";
import type { Sql } from "../../src/relay/sql.js";
import { joinLog } from "../support/accepted.js";
import { pooler, postgres } from "../support/databases.js";
import { PostgresServer } from "../support/postgres-server.js";
import { seededEnv } from "../support/seeded-env.js";
import { openWorld, type World } from "../support/world.js";

const NOW = 1_800_000_000_000;
/** Devices where the database fails, and where it does not. */
const [MANY, SOME] = [32, 10];
const WHOLE = { after: 0, limit: 1000, bytes: 1 << 24, attachments: "all" } as const;
const allow = () => {};
const logsOn = (sql: Sql) => new Logs(sql, () => NOW, 1 << 24);

/**
 * All devices join at the same time.
 *
 * @param acknowledged is called after each join that was stored, with the number of those.
 * @param again gives the logs to go on with where the database failed; without it, nothing may fail.
 */
async function race(
  world: World,
  devices: number,
  pools: readonly Logs[],
  acknowledged: (count: number) => void = () => {},
  again?: () => Promise<readonly Logs[]>,
): Promise<ReadonlyMap<number, string>> {
  const { head } = world.log;
  const states = new Map<string, LogState>();
  const seen = (log: LogState, entry: Uint8Array): LogState => {
    const { hash } = decodeEntry(entry).link;
    const state = states.get(hash) ?? appendEntry(log, entry, { now: NOW });
    states.set(hash, state);
    return state;
  };
  const stored = new Map<number, string>();
  let now = pools;
  const join = async (at: number): Promise<void> => {
    let log = world.log;
    for (let tries = 0; ; tries++) {
      const made = joinLog(log, { device: { name: `D${at}` } }, seededEnv(`${at} ${tries}`, NOW - 1000));
      for (let isAnswered = false; !isAnswered; ) {
        try {
          const pool = present(now[at % now.length]);
          const published = present(await pool.append(head.log, made.entry, allow));
          isAnswered = true;
          if (published.verdict === "stored" || published.verdict === "same") {
            stored.set(published.seq, made.log.head.hash);
            acknowledged(stored.size);
            return;
          }
          expect(published.verdict).toBe("lost");
          const page = present(await pool.page(head.log, { ...WHOLE, after: log.head.seq }));
          for (const missed of page.entries) log = seen(log, missed);
        } catch (error) {
          if (!again || !KeysteadError.is(error) || error.code !== "STORE_UNAVAILABLE") throw error;
          // It may have been stored: the same bytes are sent again.
          isAnswered = false;
          now = await again();
        }
      }
    }
  };
  await Promise.all(Array.from({ length: devices }, (_, at) => join(at)));
  return stored;
}

/** The log has every link that was acknowledged, at its place, and no other history. */
async function check(
  world: World,
  devices: number,
  logs: readonly Logs[],
  stored: ReadonlyMap<number, string>,
): Promise<void> {
  for (const each of logs) {
    const { entries } = present(await each.page(world.log.head.log, WHOLE));
    const log = verifyLog(entries, { subject: world.log.subject, now: NOW });
    expect(log.active.size).toBe(devices + 1);
    for (const [seq, hash] of stored) expect(log.links.at(seq - 1)?.hash).toBe(hash);
  }
  expect(stored.size).toBe(devices);
}

async function begin(name: string, logs: Logs): Promise<World> {
  const world = openWorld(name, { subject: name });
  expect((await logs.create(name, world.last, allow)).verdict).toBe("stored");
  return world;
}

/** The tables of a relay, each with its distribution key: the first column. */
const tablesOf = (sql: Sql) =>
  sql.query<{ table: string; key: string }>(
    `select table_name as table, column_name as key from information_schema.columns
     where table_schema = 'keystead' and ordinal_position = 1 and table_name <> 'migration'`,
  );

describe.skipIf(!PostgresServer.isInstalled)("PostgreSQL", () => {
  const server = postgres();

  describe("behind PgBouncer in transaction mode", () => {
    let bouncer: Awaited<ReturnType<typeof pooler>>;
    beforeAll(async () => {
      bouncer = await pooler(server());
    });
    afterAll(() => bouncer?.stop());

    it("takes relays that start at the same time, and races", async ({ skip }) => {
      if (!bouncer) return skip();
      const { url } = bouncer;
      const open = () => openPostgres({ url, listenUrl: server().url });
      const databases = await Promise.all([open(), open(), open(), open()]);
      const pools = databases.slice(0, 2).map(logsOn);
      const world = await begin("pooled", present(pools[0]));
      await check(world, SOME, databases.map(logsOn), await race(world, SOME, pools));
      const heard = new Promise<string>((resolve) => void databases[0]?.listen?.(resolve));
      for (let isHeard = false; !isHeard; ) {
        await databases[1]?.notify?.("hint");
        isHeard = (await Promise.race([heard, databases[1]?.query("select 1::int as one")])) === "hint";
      }
      await Promise.all(databases.map((sql) => sql.close()));
    });
  });

  it("with its tables partitioned by hash, and the same statements", async () => {
    const sql = await openPostgres({ url: server().url });
    const tables = await tablesOf(sql);
    expect(tables.map(({ table }) => table)).toEqual(expect.arrayContaining(["entry", "attachment", "subject"]));
    for (const { table, key } of tables) {
      await sql.query(`alter table keystead.${table} rename to ${table}_before`);
      await sql.query(
        `create table keystead.${table} (like keystead.${table}_before including all) partition by hash (${key})`,
      );
      for (let part = 0; part < 4; part++)
        await sql.query(
          `create table keystead.${table}_${part} partition of keystead.${table} for values with (modulus 4, remainder ${part})`,
        );
      await sql.query(`drop table keystead.${table}_before`);
    }
    const other = await openPostgres({ url: server().url });
    const pools = [logsOn(sql), logsOn(other)];
    const worlds = await Promise.all(
      Array.from({ length: 16 }, (_, at) => begin(`part ${at}`, present(pools[at % 2]))),
    );
    const heads = await logsOn(sql).heads(worlds.map(({ log }) => log.head.log));
    expect(worlds.map(({ log }) => heads.get(log.head.log))).toEqual(worlds.map(({ log }) => log.head));
    const world = present(worlds[0]);
    await check(world, SOME, pools, await race(world, SOME, pools));
    const used = await sql.query("select tableoid::text as part from keystead.entry group by 1");
    expect(used.length).toBeGreaterThan(1);
    await Promise.all([sql.close(), other.close()]);
  });

  it("with a synchronous standby that takes over while 32 devices append", async () => {
    const primary = new PostgresServer();
    let standby: PostgresServer | undefined;
    const databases: Sql[] = [];
    const open = async (of: PostgresServer) => {
      const opened = await Promise.all([openPostgres({ url: of.url }), openPostgres({ url: of.url })]);
      databases.push(...opened);
      return opened.map(logsOn);
    };
    try {
      await primary.start();
      await openPostgres({ url: primary.url }).then((sql) => sql.close());
      standby = new PostgresServer(primary);
      await standby.start();
      await primary.stop();
      await primary.start("synchronous_standby_names=*");
      const pools = await open(primary);
      const world = await begin("standby", present(pools[0]));
      let takeover: Promise<readonly Logs[]> | undefined;
      const second = standby;
      const stored = await race(
        world,
        MANY,
        pools,
        (count) => {
          if (count !== MANY / 2) return;
          takeover = (async () => {
            await primary.stop("SIGKILL");
            second.promote();
            return await open(second);
          })();
        },
        async () => await present(takeover, "a takeover: the database failed before the kill"),
      );
      await check(world, MANY, await open(second), stored);
    } finally {
      await Promise.all(databases.map((sql) => sql.close().catch(() => {})));
      await standby?.remove();
      await primary.remove();
    }
  });
});
