// What a relay stated stands outside of its database: after a restore from an old copy it states nothing that contradicts it (SVC-5), and
// accepts at the stated position the stated link only (section 13.5).

import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { present } from "../../src/bytes/present.js";
import { verifyStatement } from "../../src/log/statement.js";
import { createRelay, type Relay } from "../../src/relay/handler.js";
import { openPglite } from "../../src/relay/pglite.js";
import type { Sql } from "../../src/relay/sql.js";
import { openStatedHeads, type StatedHeads } from "../../src/relay/stated-heads.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";
import { seededEnv } from "../support/seeded-env.js";
import { CERTIFICATE, NOON, STATEMENT_KEYS } from "../support/service.js";
import { rejection } from "../support/thrown.js";
import { OPERATOR, openWorld, type World } from "../support/world.js";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keystead-stated-"));
  file = join(folder, "stated");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const head = (digit: string, seq: number, hash = digit) =>
  ({ log: digit.repeat(64), seq, hash: hash.repeat(64) }) as never;

describe("the file of what was stated", () => {
  it("is made only where the caller says that nothing was stated before", async () => {
    expect((await rejection(openStatedHeads({ file }))).code).toBe("INVALID_ARGUMENT");
    await openStatedHeads({ file, unsafeBegin: true });
    await openStatedHeads({ file });
    expect((await rejection(openStatedHeads({ file: "" }))).code).toBe("INVALID_ARGUMENT");
    expect((await rejection(openStatedHeads({ file: folder, unsafeBegin: true }))).code).toBe("STORE_UNAVAILABLE");
  });

  it("keeps the highest head of each log, and a time before which nothing is stated", async () => {
    const first = await openStatedHeads({ file, unsafeBegin: true });
    expect(first.from).toBe(0);
    await Promise.all([
      first.note(head("a", 2), 100),
      first.note(head("b", 1), 101),
      first.note(head("a", 7, "c"), 102),
    ]);
    await first.note(head("a", 3), 103);
    expect(first.of("a".repeat(64) as never)).toEqual({ seq: 7, hash: "c".repeat(64) });
    const again = await openStatedHeads({ file });
    expect(again.of("a".repeat(64) as never)).toEqual({ seq: 7, hash: "c".repeat(64) });
    expect(again.of("b".repeat(64) as never)).toEqual({ seq: 1, hash: "b".repeat(64) });
    expect(again.of("d".repeat(64) as never)).toBeUndefined();
    expect(again.from).toBeGreaterThan(103);
    expect(readFileSync(file, "utf8").split("\n").length).toBe(4);
    await again.note(head("a", 8), again.from + 1);
    expect((await openStatedHeads({ file })).from).toBeGreaterThan(again.from + 1);
  });

  it("goes without a line that was written in part, and refuses one that no relay wrote", async () => {
    const first = await openStatedHeads({ file, unsafeBegin: true });
    await first.note(head("a", 2), 100);
    const whole = readFileSync(file, "utf8");
    appendFileSync(file, `${"b".repeat(64)} 9`);
    expect((await openStatedHeads({ file })).of("b".repeat(64) as never)).toBeUndefined();
    writeFileSync(file, `${whole}nonsense\n`);
    const error = await rejection(openStatedHeads({ file }));
    expect([error.code, error.details["line"]]).toEqual(["STORE_CORRUPT", whole.split("\n").length]);
  });

  it("is for one relay at a time: the first that notices another one states nothing more", async () => {
    const first = await openStatedHeads({ file, unsafeBegin: true });
    await first.note(head("a", 1), 100);
    appendFileSync(file, "until 5\n");
    for (let time = 0; time < 2; time++)
      expect((await rejection(first.note(head("a", 2), 101))).code).toBe("STORE_UNAVAILABLE");
    expect(first.of("a".repeat(64) as never)).toEqual({ seq: 1, hash: "a".repeat(64) });
  });
});

describe("a relay that states heads", () => {
  let sql: Sql;
  let now: number;
  let relay: Relay;
  let reported: unknown[];
  beforeAll(async () => {
    sql = await openPglite();
  });
  afterAll(async () => await sql.close());
  beforeEach(() => {
    now = NOON;
    reported = [];
  });

  const start = async (stated: StatedHeads) => {
    relay = createRelay({
      ...{ sql, origin: "https://keys.example", authorize: () => true, report: (error) => void reported.push(error) },
      operator: {
        signingKey: OPERATOR.signingKey,
        statements: { keys: STATEMENT_KEYS, certificate: CERTIFICATE, stated },
      },
      env: { ...seededEnv("relay"), now: () => now, every: () => () => {} },
    });
  };
  const transport = () =>
    fetchTransport({
      url: "https://keys.example",
      fetch: (url, init) => relay.fetch(new Request(url, init as RequestInit)),
      env: { ...seededEnv("device"), now: () => now },
    });
  const publish = async (world: World, from = 0) => {
    for (const entry of world.entries.slice(from)) {
      const publication = await transport().publish(world.log.subject, entry, {});
      if (publication.verdict !== "accepted") return publication;
    }
    return undefined;
  };
  /** What the relay states of a log; undefined where it states nothing. */
  const stated = async (world: World) => {
    const page = await transport().read(world.log.subject, { after: 0, attachments: "none" });
    return page?.statement && verifyStatement(page.statement, { now, operator: OPERATOR.signingKey }).head;
  };
  let worlds = 0;
  const story = () => {
    const name = `stated ${++worlds}`;
    const first = openWorld(name, { subject: name, operator: true }).rename("Laptop", "One");
    return { first, grown: first.rename("Laptop", "Two").rename("Laptop", "Three") };
  };
  /** The database has what it had when the log was shorter; the file is what it was. */
  const restore = async (world: World) => {
    const log = Uint8Array.from(Buffer.from(world.log.head.log, "hex"));
    await sql.query("delete from keystead.entry where log = $1 and seq > $2", [log, world.log.head.seq]);
    now += 60_000;
    await start(await openStatedHeads({ file }));
  };

  it("states nothing after a restore from an old copy, until members gave back what it had stated", async () => {
    const { first, grown } = story();
    await start(await openStatedHeads({ file, unsafeBegin: true }));
    expect(await publish(grown)).toBeUndefined();
    expect(await stated(grown)).toEqual(grown.log.head);
    await restore(first);
    expect(await stated(first)).toBeUndefined();
    const heal = first.log.head.seq;
    await transport().publish(first.log.subject, present(grown.entries[heal]), {});
    expect(await stated(grown)).toBeUndefined();
    expect(await publish(grown, heal)).toBeUndefined();
    expect(await stated(grown)).toEqual(grown.log.head);
    const later = grown.rename("Laptop", "Four");
    expect(await publish(later, grown.log.head.seq)).toBeUndefined();
    expect(await stated(later)).toEqual(later.log.head);
    expect(reported).toEqual([]);
  });

  it("accepts at the stated position no other link, and never states one", async () => {
    const { first, grown } = story();
    await start(await openStatedHeads({ file, unsafeBegin: true }));
    await publish(grown);
    expect(await stated(grown)).toEqual(grown.log.head);
    await restore(first);
    const other = first.rename("Laptop", "Other").rename("Laptop", "Another");
    const heal = first.log.head.seq;
    expect(await publish(other, heal)).toEqual({ verdict: "refused", code: "STATED" });
    expect(await stated(other)).toBeUndefined();
    // Another relay on the database, which has no such memory, would have taken it.
    const memory = await openStatedHeads({ file: join(folder, "other"), unsafeBegin: true });
    await start(memory);
    expect(await publish(other, heal)).toBeUndefined();
    await start(await openStatedHeads({ file }));
    const longer = other.rename("Laptop", "Longer");
    expect(await publish(longer, other.log.head.seq)).toBeUndefined();
    expect(await stated(longer)).toBeUndefined();
  });

  it("states nothing while its clock is before its last statements, and where they cannot be kept", async () => {
    const { first } = story();
    await start(await openStatedHeads({ file, unsafeBegin: true }));
    await publish(first);
    expect(await stated(first)).toEqual(first.log.head);
    await start(await openStatedHeads({ file }));
    now = NOON - 100;
    expect(await stated(first)).toBeUndefined();
    now = NOON + 60_000;
    expect(await stated(first)).toEqual(first.log.head);
    appendFileSync(file, "until 5\n");
    const longer = first.rename("Laptop", "Two");
    await publish(longer, first.log.head.seq);
    expect(await stated(longer)).toBeUndefined();
    expect(reported).toContainEqual(expect.objectContaining({ code: "STORE_UNAVAILABLE" }));
  });

  it("needs a memory", () => {
    const statements = { keys: STATEMENT_KEYS, certificate: CERTIFICATE } as never;
    expect(() =>
      createRelay({
        ...{ sql, origin: "https://keys.example", authorize: () => true },
        operator: { signingKey: OPERATOR.signingKey, statements },
      }),
    ).toThrow("openStatedHeads");
  });
});
