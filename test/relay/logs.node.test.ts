// What a relay stores and gives out: entries that are good, once each, in order, however many devices and relays write at the same time.

import { beforeAll, describe, expect, it } from "vitest";
import { receive } from "../../src/authoring/receive.js";
import type { LogId } from "../../src/bytes/ids.js";
import { KeysteadError } from "../../src/errors.js";
import { decodeEntry, encodeEntry } from "../../src/log/entry.js";
import type { LogState } from "../../src/log/state.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { Logs, type Publication, type Wanted } from "../../src/relay/logs.js";
import type { Sql } from "../../src/relay/sql.js";
import { STATEMENTS } from "../../src/relay/statements.js";
import { rowKey } from "../../src/relay/states.js";
import { type Authored, createLog, joinLog, rename } from "../support/accepted.js";
import { onEveryDatabase } from "../support/databases.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import { openWorld, type World } from "../support/world.js";

/** After the time of every world. */
const NOW = 1_800_000_000_000;
const CACHE = 1 << 24;
const whole = { after: 0, limit: 1000, bytes: 1 << 20, attachments: "all" } as const;

const allow = () => {};
const logsOn = (sql: Sql, cache = CACHE) => new Logs(sql, () => NOW, cache);
const codeOf = (publication: Publication | undefined) =>
  publication && "error" in publication ? publication.error.code : publication?.verdict;

/** Publishes the entries of a world from a position on. */
async function publish(logs: Logs, { log, entries }: World, from = 1): Promise<void> {
  if (from === 1) expect(codeOf(await logs.create(log.subject, entries[0] as Uint8Array, allow))).toBe("stored");
  for (const entry of entries.slice(Math.max(from, 2) - 1))
    expect(codeOf(await logs.append(log.head.log, entry, allow))).toBe("stored");
}

/** A database, and each statement that it gets. */
function noted(sql: Sql): { readonly sql: Sql; readonly statements: string[] } {
  const statements: string[] = [];
  const query: Sql["query"] = (statement, parameters) => {
    statements.push(statement);
    return sql.query(statement, parameters);
  };
  return { sql: { ...sql, query }, statements };
}

/** Worlds with the same seed are the same log: each test has its own. */
let worlds = 0;
const newWorld = (): World => openWorld(`relay ${++worlds}`, { subject: `user ${worlds}` });

/** Logs of two entries. Written once: every kind of database gets the same ones. */
let thousand: (readonly [Authored, Authored])[] | undefined;
function thousandLogs() {
  thousand ??= Array.from({ length: 1000 }, (_, at) => {
    const env = seededEnv(`many ${at}`);
    const made = createLog({ subject: `many ${at}`, device: { name: "L" } }, env);
    return [made, rename(made, { name: "M" }, env)] as const;
  });
  return thousand;
}

/** Bytes of the first two entries, as pages count them. */
function sizeOfTwo({ entries }: World): number {
  const parts = entries.slice(0, 2).map(decodeEntry);
  return parts
    .flatMap(({ link, attachments }) => [link.bytes, ...attachments])
    .reduce((sum, { length }) => sum + length, 0);
}

onEveryDatabase((database, kind) => {
  /** A log of five entries, to be read. */
  let five: World;
  beforeAll(async () => {
    five = newWorld()
      .join("Phone")
      .review("Laptop", { approve: ["Phone"] })
      .rotate("Laptop")
      .rename("Phone", "P");
    await publish(logsOn(database()), five);
  });

  describe("one entry", () => {
    it("is stored once, and found again by a relay that starts later", async () => {
      const world = newWorld()
        .join("Phone")
        .review("Laptop", { approve: ["Phone"] })
        .rotate("Phone");
      const logs = logsOn(database());
      await publish(logs, world);
      for (const again of [logs, logsOn(database())]) {
        for (const [at, entry] of world.entries.entries()) {
          expect(await again.append(world.log.head.log, entry, allow)).toMatchObject({ verdict: "same", seq: at + 1 });
        }
        expect((await again.state(world.log.head.log))?.head).toEqual(world.log.head);
        expect((await again.page(world.log.head.log, whole))?.entries).toEqual(world.entries);
        expect(await again.logOf(world.log.subject)).toBe(world.log.head.log);
      }
      const [first] = world.entries as [Uint8Array];
      expect(codeOf(await logs.create(world.log.subject, first, allow))).toBe("same");
    });

    it("that another link has the place of is lost, with that link as the proof", async () => {
      const world = newWorld();
      const [mine, theirs] = [world.rename("Laptop", "A"), world.rename("Laptop", "B")];
      const logs = logsOn(database());
      await publish(logs, mine);
      const lost = await logs.append(world.log.head.log, theirs.last, allow);
      expect(lost).toMatchObject({ verdict: "lost", seq: 2, link: decodeEntry(mine.last).link.bytes });
    });

    it("is stored in one statement with its attachments, and not one of them is stored where another relay filled the place", async () => {
      const world = newWorld();
      const [mine, theirs] = [world.rotate("Laptop"), world.rename("Laptop", "A")];
      const { log } = world.log.head;
      const { sql, statements } = noted(database());
      const [one, other] = [logsOn(sql), logsOn(database())];
      await publish(one, world);
      await other.state(log);
      statements.length = 0;
      await publish(one, mine, 2);
      expect(statements).toEqual([STATEMENTS.appendWith]);
      expect(codeOf(await other.append(log, theirs.last, allow))).toBe("lost");
      const stored = async ({ record }: World) =>
        await database().query(STATEMENTS.attachments, [rowKey(log), record.attachments]);
      expect(await stored(mine)).toHaveLength(mine.record.attachments.length);
      expect(await stored(theirs)).toEqual([]);
    });

    it("is refused with its reason, and nothing of it is stored", async () => {
      const world = newWorld();
      const next = world.join("Phone");
      const logs = logsOn(database());
      await publish(logs, world);
      const log = world.log.head.log;
      const link = decodeEntry(next.last).link.bytes;
      const early = new Logs(database(), () => 1_000_000_000_000, CACHE);
      expect(codeOf(await early.append(log, next.last, allow))).toBe("NOT_YET");
      expect(codeOf(await logs.append(log, encodeEntry(link, []), allow))).toBe("GRANT_UNAVAILABLE");
      expect(codeOf(await logs.append(log, next.rename("Laptop", "later").last, allow))).toBe("INVALID_LINK");
      expect(codeOf(await logs.append(log, Uint8Array.of(1, 2), allow))).toBe("INVALID_ENCODING");
      expect(codeOf(await logs.append(log, newWorld().rename("Laptop", "x").last, allow))).toBe("INVALID_LINK");
      const denied = logs.append(log, next.last, () => {
        throw new KeysteadError("FORBIDDEN", "not now");
      });
      expect((await rejection(denied)).code).toBe("FORBIDDEN");
      expect(await logs.head(log)).toEqual(world.log.head);
      const attachments = decodeEntry(next.last).attachments.length;
      expect(attachments).toBeGreaterThan(0);
      const digests = next.record.attachments;
      expect(await database().query(STATEMENTS.attachments, [rowKey(log), digests])).toEqual([]);
    });

    it("for a log that is not there is no log", async () => {
      const world = newWorld().rename("Laptop", "A");
      const logs = logsOn(database());
      expect(await logs.append(world.log.head.log, world.last, allow)).toBeUndefined();
      expect(await logs.page(world.log.head.log, whole)).toBeUndefined();
      expect(await logs.head(world.log.head.log)).toBeUndefined();
      expect(await logs.state(world.log.head.log)).toBeUndefined();
      expect(await logs.logOf("nobody")).toBeUndefined();
    });
  });

  describe("a subject", () => {
    it("gets a log once, and another one only where that is allowed", async () => {
      const [first, second] = [
        openWorld("first", { subject: `s ${kind}` }),
        openWorld("second", { subject: `s ${kind}` }),
      ];
      const logs = logsOn(database());
      await publish(logs, first);
      const asked: (LogId | undefined)[] = [];
      const refusal = logs.create(first.log.subject, second.last, (standing) => {
        asked.push(standing);
        throw new KeysteadError("FORBIDDEN", "no reset");
      });
      expect((await rejection(refusal)).code).toBe("FORBIDDEN");
      expect(asked).toEqual([first.log.head.log]);
      expect(await logs.logOf(first.log.subject)).toBe(first.log.head.log);
      await publish(logs, second);
      expect(await logs.logOf(first.log.subject)).toBe(second.log.head.log);
    });

    it("gets no log that is bad, no log of another subject, and none dated ahead", async () => {
      const world = newWorld().rename("Laptop", "A");
      const logs = logsOn(database());
      const first = world.entries[0] as Uint8Array;
      const early = new Logs(database(), () => 1_000_000_000_000, CACHE);
      expect(codeOf(await logs.create("somebody else", first, allow))).toBe("WRONG_SUBJECT");
      expect(codeOf(await logs.create(world.log.subject, world.last, allow))).toBe("INVALID_LINK");
      expect(codeOf(await logs.create(world.log.subject, Uint8Array.of(9), allow))).toBe("INVALID_ENCODING");
      expect(codeOf(await early.create(world.log.subject, first, allow))).toBe("NOT_YET");
      expect(await logs.logOf(world.log.subject)).toBeUndefined();
      expect(await logs.head(world.log.head.log)).toBeUndefined();
    });

    it("has one log after eight devices each made one at the same time", async () => {
      const subject = `raced ${kind}`;
      const made = Array.from({ length: 8 }, (_, at) => openWorld(`raced ${at}`, { subject }));
      const published = await Promise.allSettled(
        made.map(({ entries: [first] }) =>
          logsOn(database()).create(subject, first as Uint8Array, (standing) => {
            if (standing !== undefined) throw new KeysteadError("FORBIDDEN", "taken");
          }),
        ),
      );
      expect(published.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const winner = published.findIndex(({ status }) => status === "fulfilled");
      expect(await logsOn(database()).logOf(subject)).toBe(made[winner]?.log.head.log);
    });
  });

  describe("a page", () => {
    const read = (options: Partial<{ after: number; limit: number; bytes: number; attachments: Wanted }> = {}) =>
      logsOn(database()).page(five.log.head.log, { ...whole, ...options });

    it("has what follows a position, up to a number of entries and of bytes, and one entry at least", async () => {
      const { entries } = five;
      expect(await read({ after: 3 })).toEqual({ entries: entries.slice(3), newest: 5 });
      expect(await read({ after: 1, limit: 2 })).toEqual({ entries: entries.slice(1, 3), newest: 5 });
      expect(await read({ after: 5 })).toEqual({ entries: [], newest: 5 });
      expect(await read({ after: 2 ** 31 - 1 })).toEqual({ entries: [], newest: 5 });
      expect(await read({ bytes: 1 })).toEqual({ entries: entries.slice(0, 1), newest: 5 });
      const two = sizeOfTwo(five);
      expect((await read({ bytes: two }))?.entries).toHaveLength(2);
      expect((await read({ bytes: two - 1 }))?.entries).toHaveLength(1);
    });

    it("is one statement, and one for attachments; the head is asked for where nothing follows", async () => {
      const { sql, statements } = noted(database());
      const page = async (after: number, attachments: Wanted) => {
        statements.length = 0;
        const { newest } = (await logsOn(sql).page(five.log.head.log, { ...whole, after, attachments })) ?? {};
        return [newest, ...statements];
      };
      expect(await page(0, "none")).toEqual([5, STATEMENTS.page]);
      expect(await page(0, "all")).toEqual([5, STATEMENTS.wholePage, STATEMENTS.attachments]);
      expect(await page(5, "none")).toEqual([5, STATEMENTS.page, STATEMENTS.head]);
    });

    it("has no attachments, names, what was granted to one member, or all", async () => {
      const bare = await read({ attachments: "none" });
      expect(bare?.entries).toEqual(five.entries.map((entry) => encodeEntry(decodeEntry(entry).link.bytes, [])));
      const named = await read({ attachments: "names" });
      const log = verifyLog(named?.entries ?? [], { subject: five.log.subject, now: NOW });
      expect([...log.active.values()].map(({ name }) => name)).toEqual(["Laptop", "P"]);
      const count = (entries: readonly Uint8Array[] = []) =>
        entries.flatMap((each) => decodeEntry(each).attachments).length;
      const mine = await read({ attachments: { mine: five.id("Phone") } });
      const all = await read();
      expect(count(named?.entries)).toBeLessThan(count(mine?.entries));
      expect(count(mine?.entries)).toBeLessThan(count(all?.entries));
      // The phone opens everything that was granted to it.
      let session = openWorld(five.seed, { subject: five.log.subject }).join("Phone").session("Phone");
      for (const entry of mine?.entries.slice(2) ?? []) session = receive(session, entry, { now: NOW });
      expect(session.log.head).toEqual(five.log.head);
    });
  });

  describe("a page of a state", () => {
    it("is what the rows give, for every position, number, attachments and size", async () => {
      const logs = logsOn(database());
      const two = sizeOfTwo(five);
      for (const attachments of ["all", "none", "names", { mine: five.id("Phone") }] as const) {
        for (const given of [
          {},
          { after: 3 },
          { after: 1, limit: 2 },
          { after: 5 },
          { after: 2 ** 31 - 1 },
          { bytes: 1 },
        ]) {
          const options = { ...whole, attachments, ...given };
          expect(await logs.pageOf(five.log, options)).toEqual(await logs.page(five.log.head.log, options));
        }
      }
      for (const bytes of [two, two - 1])
        expect(await logs.pageOf(five.log, { ...whole, bytes })).toEqual(
          await logs.page(five.log.head.log, { ...whole, bytes }),
        );
      expect((await logs.pageOf(five.log, whole)).entries).toEqual(five.entries);
    });

    it("asks for attachments only, and for no more of them than fit", async () => {
      const { sql, statements } = noted(database());
      const logs = logsOn(sql);
      await logs.pageOf(five.log, { ...whole, attachments: "none" });
      expect(statements).toEqual([]);
      await logs.pageOf(five.log, whole);
      expect(statements).toEqual([STATEMENTS.attachmentsUpTo]);
      const digests = [...five.log.links].flatMap(({ attachments }) => attachments);
      const log = rowKey(five.log.head.log);
      const rows = await sql.query(STATEMENTS.attachmentsUpTo, [digests.map(() => log), digests, 1]);
      expect(digests.length).toBeGreaterThan(1);
      expect(rows).toHaveLength(1);
    });

    it("asks for the attachments of all who read at the same time, and again for those whose attachments do not fit", async () => {
      const { sql, statements } = noted(database());
      const logs = logsOn(sql);
      const other = newWorld().rotate("Laptop");
      await publish(logsOn(database()), other);
      const read = async (bytes: number) => {
        statements.length = 0;
        const pages = await Promise.all([five, other, five].map(({ log }) => logs.pageOf(log, { ...whole, bytes })));
        return pages.map(({ entries }) => entries);
      };
      expect(await read(whole.bytes)).toEqual([five.entries, other.entries, five.entries]);
      expect(statements).toEqual([STATEMENTS.attachmentsUpTo]);
      // Less than what all of them need, and enough for each alone.
      const bytes = five.entries.reduce((sum, { length }) => sum + length, 0);
      expect(await read(bytes)).toEqual([five.entries, other.entries, five.entries]);
      expect(new Set(statements)).toEqual(new Set([STATEMENTS.attachmentsUpTo]));
      expect(statements.length).toBeGreaterThan(1);
    });

    it("says that an attachment is missing, in the page that begins with its entry", async () => {
      const damaged = newWorld().rename("Laptop", "A").rotate("Laptop");
      await publish(logsOn(database()), damaged);
      const [digest] = damaged.record.attachments as [Uint8Array];
      const log = rowKey(damaged.log.head.log);
      await database().query("delete from keystead.attachment where log = $1 and digest = $2", [log, digest]);
      const logs = logsOn(database());
      expect((await logs.pageOf(damaged.log, whole)).entries).toEqual(damaged.entries.slice(0, 2));
      const error = await rejection(logs.pageOf(damaged.log, { ...whole, after: 2 }));
      expect(error.code).toBe("STORE_CORRUPT");
    });
  });

  describe("how a log stands", () => {
    it("is asked for in two statements, for all who ask at the same time", async () => {
      const all = [newWorld(), newWorld().rename("Laptop", "A"), newWorld()];
      const { sql, statements } = noted(database());
      const logs = logsOn(sql);
      for (const world of all) await publish(logs, world);
      statements.length = 0;
      const ids = all.map(({ log }) => log.head.log);
      const found = await Promise.all([...ids, ...ids].map((log) => logs.standing(log)));
      expect(found.map((each) => each?.state.head.log)).toEqual([...ids, ...ids]);
      expect(found.every((each) => each?.isStored)).toBe(true);
      expect(statements.sort()).toEqual([STATEMENTS.heads, STATEMENTS.logsOf].sort());
    });

    it("shows what another relay stored, an old copy that was restored, and that the subject has another log", async () => {
      const subject = `stands ${kind}`;
      const world = openWorld("stands", { subject }).rename("Laptop", "A");
      const [logs, other] = [logsOn(database()), logsOn(database())];
      const log = world.log.head.log;
      expect(await logs.standing(log)).toBeUndefined();
      await publish(logs, world);
      const next = world.rename("Laptop", "B");
      await publish(other, next, 3);
      expect(await logs.standing(log)).toMatchObject({ state: { head: next.log.head }, isStored: true });
      await database().query("delete from keystead.entry where log = $1 and seq > 1", [rowKey(log)]);
      expect(await logs.standing(log)).toMatchObject({ state: { head: next.log.head }, isStored: false });
      await publish(other, openWorld("stands again", { subject }));
      expect(await logs.standing(log)).toBeUndefined();
    });
  });

  it("heads of many logs, and of none that is not there", async () => {
    const [one, two, absent] = [newWorld().rename("Laptop", "A"), newWorld(), newWorld()];
    const logs = logsOn(database());
    await publish(logs, one);
    await publish(logs, two);
    const heads = await logs.heads([one, absent, two].map(({ log }) => log.head.log));
    expect([...heads.values()].sort((a, b) => a.seq - b.seq)).toEqual([two.log.head, one.log.head]);
  });

  it("keeps states in bounded memory, and builds those that it forgot from the rows", async () => {
    const one = newWorld().join("Phone");
    const two = newWorld().rename("Laptop", "A");
    const small = logsOn(database(), 1);
    await publish(small, one);
    await publish(small, two);
    expect((await small.state(one.log.head.log))?.head).toEqual(one.log.head);
    await publish(small, one.review("Laptop", { approve: ["Phone"] }), 3);
    await publish(small, two.rotate("Laptop"), 3);
    expect((await small.head(one.log.head.log))?.seq).toBe(3);
  });

  it("says that the database is damaged, and at which entry", async () => {
    const world = newWorld().rename("Laptop", "A").rename("Laptop", "B");
    await publish(logsOn(database()), world);
    const log = rowKey(world.log.head.log);
    await database().query("update keystead.entry set link = $2 where log = $1 and seq = 2", [log, Uint8Array.of(1)]);
    const error = await rejection(logsOn(database()).state(world.log.head.log));
    expect(error).toMatchObject({ code: "STORE_CORRUPT", details: { seq: 2 } });
  });

  it("goes on where an old copy of the database was restored under it: members append their own entries again", async () => {
    const world = newWorld().rename("Laptop", "A").rename("Laptop", "B");
    const logs = logsOn(database());
    await publish(logs, world);
    const log = world.log.head.log;
    await database().query("delete from keystead.entry where log = $1 and seq > 1", [rowKey(log)]);
    const next = world.rename("Laptop", "C");
    expect(codeOf(await logs.append(log, next.last, allow))).toBe("INVALID_LINK");
    await publish(logs, next, 2);
    expect((await logs.page(log, whole))?.entries).toEqual(next.entries);
  });

  it("32 devices that append at the same time through two relays all get in, and the log has no fork", async () => {
    const world = newWorld();
    const relays = [logsOn(database()), logsOn(database())];
    await publish(relays[0] as Logs, world);
    const { subject, head } = world.log;
    const lost: number[] = [];
    const join = async (name: string, relay: Logs): Promise<number> => {
      let log = world.log;
      for (let tries = 0; ; tries++) {
        const { entry } = joinLog(log, { device: { name } }, seededEnv(`${name} ${tries}`, NOW - 1000));
        const published = await relay.append(head.log, entry, allow);
        if (published?.verdict === "stored") return published.seq;
        expect(published?.verdict).toBe("lost");
        lost.push(log.head.seq + 1);
        const page = await relay.page(head.log, { ...whole, after: log.head.seq });
        for (const missed of page?.entries ?? []) log = seen(log, missed);
      }
    };
    // What one device has verified, the others need not verify in this test.
    const states = new Map<string, LogState>();
    const seen = (log: LogState, entry: Uint8Array): LogState => {
      const { hash } = decodeEntry(entry).link;
      const state = states.get(hash) ?? appendEntry(log, entry, { now: NOW });
      states.set(hash, state);
      return state;
    };
    const places = await Promise.all(Array.from({ length: 32 }, (_, at) => join(`D${at}`, relays[at % 2] as Logs)));
    expect(places.sort((a, b) => a - b)).toEqual(Array.from({ length: 32 }, (_, at) => at + 2));
    expect(lost.length).toBeGreaterThan(0);
    const read = await Promise.all(
      [...relays, logsOn(database())].map((relay) => relay.page(head.log, { ...whole, bytes: 1 << 24 })),
    );
    const logs = read.map((page) => verifyLog(page?.entries ?? [], { subject, now: NOW }));
    expect(new Set(logs.map((log) => log.head.hash)).size).toBe(1);
    expect(logs[0]?.active.size).toBe(33);
  });

  it("1,000 logs that begin and grow at the same time all have both entries", async () => {
    const relays = [logsOn(database()), logsOn(database())];
    const written = thousandLogs();
    await Promise.all(
      written.map(async ([made, renamed], at) => {
        const relay = relays[at % 2] as Logs;
        expect(codeOf(await relay.create(made.log.subject, made.entry, allow))).toBe("stored");
        expect(codeOf(await relay.append(made.log.head.log, renamed.entry, allow))).toBe("stored");
      }),
    );
    const heads = written.map(([, renamed]) => renamed.log.head);
    const stored = await logsOn(database()).heads(heads.map(({ log }) => log));
    expect(heads.map(({ log }) => stored.get(log))).toEqual(heads);
  });
});
