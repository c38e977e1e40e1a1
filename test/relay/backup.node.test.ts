// The steps of docs/relay.md, "Backup and restore", on PostgreSQL, with its own programs. What devices do after them: restore.node.test.ts.

import { afterEach, describe, expect, it } from "vitest";
import { present } from "../../src/bytes/present.js";
import { Logs } from "../../src/relay/logs.js";
import { openPostgres } from "../../src/relay/postgres.js";
import type { Sql } from "../../src/relay/sql.js";
import { postgres } from "../support/databases.js";
import { PostgresServer } from "../support/postgres-server.js";
import { openWorld } from "../support/world.js";

const NOW = 1_800_000_000_000;
const allow = () => {};

describe.skipIf(!PostgresServer.isInstalled)("a dump of PostgreSQL", () => {
  const server = postgres();
  let sql: Sql | undefined;
  const open = async (url: string): Promise<Logs> => {
    sql = await openPostgres({ url });
    return new Logs(sql, () => NOW, 1 << 24);
  };
  const close = async () => await sql?.close();
  afterEach(close);

  it("is made while a relay runs, and brings its state back, into the same database and into another one", async () => {
    const { url, folder } = server();
    const file = `${folder}/keystead.dump`;
    const first = openWorld("backup", { subject: "backup" }).rename("Laptop", "1").rotate("Laptop");
    const whole = first.rename("Laptop", "2").rotate("Laptop");
    const { log } = whole.log.head;
    const known = first.entries.length;

    const relay = await open(url);
    for (const [at, entry] of whole.entries.entries()) {
      // The dump has what was stored before it, and nothing else.
      if (at === known) server().run("pg_dump", "--format=custom", "--schema=keystead", `--file=${file}`, url);
      const published = at === 0 ? await relay.create("backup", entry, allow) : await relay.append(log, entry, allow);
      expect(present(published).verdict).toBe("stored");
    }
    await close();

    const other = url.replace("/postgres?", "/tried?");
    server().run("createdb", "-h", folder, "-U", "relay", "tried");
    for (const into of [other, url]) {
      server().run("pg_restore", "--clean", "--if-exists", `--dbname=${into}`, file);
      const restored = await open(into);
      expect(await restored.head(log)).toEqual(first.log.head);
      // Devices give back what was lost, with its attachments.
      for (const entry of whole.entries.slice(known))
        expect(present(await restored.append(log, entry, allow)).verdict).toBe("stored");
      const page = await restored.page(log, { after: 0, limit: 100, bytes: 1 << 20, attachments: "all" });
      expect(present(page).entries).toEqual(whole.entries);
      await close();
    }
  });
});
