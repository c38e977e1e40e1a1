// Every statement names its distribution key, so that it finds one part of a database that is split by log, subject, blob or member.

import { describe, expect, it } from "vitest";
import { MIGRATIONS, STATEMENTS } from "../../src/relay/statements.js";

/** The first column of each table: what its rows are distributed by. */
const KEYS = Object.fromEntries(
  MIGRATIONS.flat().flatMap((statement) => {
    const [, table, key] = /^create table keystead\.(\w+) \((\w+) /.exec(statement) ?? [];
    return table && key ? [[table, key]] : [];
  }),
);

/** Uses of tables in a statement that do not say which key they mean. The key is always the first parameter, or one of its list. */
function unkeyed(statement: string): readonly string[] {
  const uses = [...statement.matchAll(/\b(from|into|update) keystead\.(\w+)(?: (e|a)\b)?/g)];
  return uses.flatMap(({ 0: use, 1: verb, 2: table = "", 3: alias, index }) => {
    const key = alias ? `${alias}.${KEYS[table]}` : KEYS[table];
    const rest = statement.slice(index);
    const given =
      verb === "into"
        ? new RegExp(`^into keystead\\.${table} \\(${key}\\b[^)]*\\)\\s+select \\$1::`)
        : new RegExp(`^[^()]*\\bwhere ${key} = (?:\\$1|any\\(\\$1::text|asked\\.log)(?![\\d\\w])`);
    return given.test(rest) ? [] : [use];
  });
}

describe("distribution keys", () => {
  it("are the first column of each primary key", () => {
    expect(KEYS).toEqual({
      entry: "log",
      attachment: "log",
      subject: "subject",
      blob: "id",
      blob_chunk: "id",
      nonce: "member",
      upload: "day",
      message: "log",
    });
    for (const statement of MIGRATIONS.flat().filter((text) => text.startsWith("create table"))) {
      const [, first] = /^create table \S+ \((\w+)/.exec(statement) ?? [];
      expect(statement).toMatch(new RegExp(`primary key \\(${first}\\b|\\(${first} \\w+ primary key`));
    }
  });

  it.each(Object.entries(STATEMENTS))("are named by the statement %s", (_name, statement) => {
    expect(statement).toMatch(/keystead\.\w+/);
    expect(unkeyed(statement)).toEqual([]);
  });

  it.each([
    ["select seq from keystead.entry where seq = $1", "from keystead.entry"],
    ["select seq from keystead.entry where log = $2", "from keystead.entry"],
    ["delete from keystead.nonce where expires < $1", "from keystead.nonce"],
    ["update keystead.subject set log = $1 where log = $2", "update keystead.subject"],
    ["insert into keystead.entry (log, seq) select $2::bytea, $1::int", "into keystead.entry"],
    [
      "select 1 from keystead.entry where log = $1 and exists (select 1 from keystead.attachment where digest = $2)",
      "from keystead.attachment",
    ],
  ])("are missed in “%s”", (statement, use) => {
    expect(unkeyed(statement)).toEqual([use]);
  });

  it("no statement changes or deletes a row of an entry or attachment", () => {
    expect(
      Object.values(STATEMENTS).filter((text) => /(update|delete from) keystead\.(entry|attachment)/.test(text)),
    ).toEqual([]);
  });
});
