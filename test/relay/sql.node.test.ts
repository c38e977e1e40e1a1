// The databases give the same values, keep transactions whole, and are made ready once by many relays at the same time.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { KeysteadError } from "../../src/errors.js";
import { lockFolder } from "../../src/relay/folder-lock.js";
import { migrate } from "../../src/relay/migrate.js";
import { openPglite } from "../../src/relay/pglite.js";
import { openPostgres } from "../../src/relay/postgres.js";
import { type Sql, sqlOver } from "../../src/relay/sql.js";
import { MIGRATIONS, STATEMENTS } from "../../src/relay/statements.js";
import { onEveryDatabase } from "../support/databases.js";
import { rejection } from "../support/thrown.js";

const bytes = (...values: number[]) => Uint8Array.from(values);

onEveryDatabase((database) => {
  it("gives plain values, and every whole number as a number", async () => {
    const [row] = await database().query(
      "select $1::bytea as b, $2::bytea[] as list, $3::bigint as n, $4::text as t, null::text as none, 7::int as i, $5::bytea[] as empty",
      [bytes(0, 92, 34, 255), [bytes(1), bytes(), bytes(92, 44)], Number.MAX_SAFE_INTEGER, 'a"\\{,', []],
    );
    expect(row).toEqual({
      b: bytes(0, 92, 34, 255),
      list: [bytes(1), bytes(), bytes(92, 44)],
      n: Number.MAX_SAFE_INTEGER,
      t: 'a"\\{,',
      none: null,
      i: 7,
      empty: [],
    });
    expect(Object.getPrototypeOf(row?.["b"])).toBe(Uint8Array.prototype);
  });

  it("refuses a number that is not exact", async () => {
    const error = await rejection(database().query("select 9007199254740993::bigint as n"));
    expect(error.code).toBe("STORE_CORRUPT");
  });

  it("keeps a statement that fails out of the message, and goes on", async () => {
    const error = await rejection(database().query("select $1::int / 0", [4711]));
    expect(error.code).toBe("STORE_UNAVAILABLE");
    expect(error.message).not.toContain("4711");
    expect(error.cause).toBeDefined();
    expect(await database().query("select 1::int as one")).toEqual([{ one: 1 }]);
  });

  it("keeps all of a transaction, or nothing", async () => {
    const log = bytes(...new Array(32).fill(3));
    const name = ["of a transaction", log, 5] as const;
    const failed = database().transaction(async (queries) => {
      await queries.query(STATEMENTS.name, name);
      throw new KeysteadError("INVALID_ARGUMENT", "no");
    });
    expect((await rejection(failed)).code).toBe("INVALID_ARGUMENT");
    expect(await database().query(STATEMENTS.logOf, [name[0]])).toEqual([]);
    await database().transaction((queries) => queries.query(STATEMENTS.name, name));
    expect(await database().query(STATEMENTS.logOf, [name[0]])).toEqual([{ log }]);
  });

  it("runs each migration once, however many relays start at the same time", async () => {
    const more = [...MIGRATIONS, ["create table keystead.later (id int primary key)"]];
    await Promise.all(Array.from({ length: 8 }, () => migrate(database(), more)));
    expect(await database().query("select version from keystead.migration order by version")).toEqual(
      more.map((_, index) => ({ version: index + 1 })),
    );
    const error = await rejection(migrate(database()));
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.details).toEqual({ schema: more.length, known: MIGRATIONS.length });
    await database().query("drop table keystead.later");
    await database().query("delete from keystead.migration where version = $1", [more.length]);
    await migrate(database());
  });

  it("stores attachments with an entry that it appends, each once, and none with an entry that it does not", async () => {
    const log = bytes(...new Array(32).fill(8));
    const append = (seq: number, before: number, ...attached: readonly number[]) => {
      const entry = [log, seq, bytes(10 * seq), bytes(7), [], 5, bytes(before)] as const;
      const attachments = attached.map((each) => bytes(each));
      return database().query(STATEMENTS.appendWith, [...entry, attachments, attachments]);
    };
    const attached = async () =>
      (await database().query(STATEMENTS.attachments, [log, [1, 2, 3, 4, 5].map((each) => bytes(each))]))
        .map(({ bytes }) => [...(bytes as Uint8Array)])
        .sort();
    expect(await append(1, 0, 1, 2)).toEqual([{ seq: 1 }]);
    expect(await append(1, 0, 4)).toEqual([]);
    expect(await append(2, 11, 5)).toEqual([]);
    expect(await attached()).toEqual([[1], [2]]);
    expect(await append(2, 10, 2, 3)).toEqual([{ seq: 2 }]);
    expect(await attached()).toEqual([[1], [2], [3]]);
  });

  it("appends where the place is free and follows the link that was judged, and nowhere else", async () => {
    const log = bytes(...new Array(32).fill(9));
    const append = (seq: number, hash: number, before?: number) =>
      database().query(STATEMENTS.append, [log, seq, bytes(hash), bytes(7), [], 5, bytes(before ?? 0)]);
    expect(await append(2, 20, 10)).toEqual([]);
    expect(await append(1, 10)).toEqual([{ seq: 1 }]);
    expect(await append(1, 11)).toEqual([]);
    expect(await append(2, 20, 11)).toEqual([]);
    expect(await append(2, 20, 10)).toEqual([{ seq: 2 }]);
    expect(await append(4, 40, 20)).toEqual([]);
    expect(await database().query(STATEMENTS.head, [log])).toEqual([{ seq: 2, hash: bytes(20) }]);
    expect(await database().query(STATEMENTS.heads, [[log, bytes(1)]])).toEqual([{ log, seq: 2, hash: bytes(20) }]);
  });
});

describe("a database that is closed", () => {
  it("answers nothing more, and can be closed again", async () => {
    let closed = 0;
    const sql: Sql = sqlOver({
      query: async () => [],
      transaction: async (run) => await run(async () => []),
      close: async () => void closed++,
    });
    await sql.query("select 1");
    await sql.close();
    await sql.close();
    expect(closed).toBe(1);
    expect((await rejection(sql.query("select 1"))).code).toBe("STORE_UNAVAILABLE");
    expect((await rejection(sql.transaction(async () => 1))).code).toBe("STORE_UNAVAILABLE");
  });
});

describe("a folder of PGlite", () => {
  const folders: string[] = [];
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), "keystead-relay-"));
    folders.push(made);
    return made;
  };
  afterEach(() => {
    for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
  });
  const lockOf = (path: string, pid: number, host?: string) =>
    writeFileSync(join(path, "relay.lock"), host === undefined ? "" : JSON.stringify({ pid, host }));
  /** No process has this number. */
  const GONE = 2 ** 30;

  it("keeps its data, and is free again after it was closed", async () => {
    const path = join(folder(), "made");
    const first = await openPglite({ folder: path });
    await first.query(STATEMENTS.name, ["ann", bytes(1), 5]);
    const second = await rejection(openPglite({ folder: path, unsafeTakeLock: true }));
    expect(second.code).toBe("STORE_UNAVAILABLE");
    expect(second.details).toMatchObject({ holder: "running" });
    await first.close();
    const again = await openPglite({ folder: path });
    expect(await again.query(STATEMENTS.logOf, ["ann"])).toEqual([{ log: bytes(1) }]);
    // Buffers are filled with zeros at each start: 128 MB of them take longer than all the rest.
    expect(await again.query("show shared_buffers")).toEqual([{ shared_buffers: "16MB" }]);
    await again.close();
  });

  it.each([
    ["a process that runs", process.ppid, "here", "running"],
    ["a process that is gone", GONE, "here", "gone"],
    ["this process's number, from before", process.pid, "here", "gone"],
    ["a process on another machine", process.ppid, "elsewhere", "unknown"],
    ["nobody, in a file without content", 0, undefined, "unknown"],
    ["a process of another user", process.ppid, "here", "running", { code: "EPERM" }],
    ["a process that Deno may not ask for", GONE, "here", "unknown", { name: "NotCapable" }],
  ])("is refused while the lock is of %s", async (_what, pid, where, holder, answer = undefined) => {
    const { hostname } = await import("node:os");
    const path = folder();
    lockOf(path, pid, where === "here" ? hostname() : where);
    const kill = vi.spyOn(process, "kill");
    onTestFinished(() => kill.mockRestore());
    if (answer) {
      kill.mockImplementation(() => {
        throw Object.assign(new Error(), answer);
      });
    }
    const error = await rejection(lockFolder(path, false));
    expect(error.code).toBe("STORE_UNAVAILABLE");
    expect(error.details).toMatchObject({ holder });
    const taken = lockFolder(path, true);
    if (holder === "running") expect((await rejection(taken)).details).toMatchObject({ holder });
    else await (await taken).release();
    expect(existsSync(join(path, "relay.lock"))).toBe(holder === "running");
  });

  it("must be a path", async () => {
    expect((await rejection(openPglite({ folder: "" }))).code).toBe("INVALID_ARGUMENT");
    expect((await rejection(openPglite(null as never))).code).toBe("INVALID_ARGUMENT");
    const file = join(folder(), "file");
    writeFileSync(file, "");
    expect((await rejection(openPglite({ folder: file }))).code).toBe("STORE_UNAVAILABLE");
  });
});

describe("an address of PostgreSQL", () => {
  it.each([[undefined], [""], [5]])("is refused when it is %s", async (url) => {
    expect((await rejection(openPostgres({ url: url as string }))).code).toBe("INVALID_ARGUMENT");
  });

  it("of a server that is not there gives an error without the password", async () => {
    const error = await rejection(openPostgres({ url: "postgresql://relay:sesame@127.0.0.1:1/none" }));
    expect(error.code).toBe("STORE_UNAVAILABLE");
    expect(`${error.message} ${JSON.stringify(error.details)} ${error.cause}`).not.toContain("sesame");
  });
});
