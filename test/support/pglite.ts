// Stands in for `@electric-sql/pglite` in tests: a database in memory begins as a copy of an empty one, which is made once and kept in
// `.cache/`. To make one anew (initdb) takes three times as long. Databases in folders are made as in production.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { PGliteOptions } from "@electric-sql/pglite";

// By its path: its name leads here.
const home = dirname(createRequire(import.meta.url).resolve("@electric-sql/pglite"));
const address = pathToFileURL(join(home, "index.js")).href;
const real = (await import(/* @vite-ignore */ address)) as typeof import("@electric-sql/pglite");

const CACHE = join(import.meta.dirname, "../../.cache/pglite");
const { version } = JSON.parse(readFileSync(join(home, "../package.json"), "utf8")) as {
  readonly version: string;
};
const EMPTY = join(CACHE, `empty-small-${version}.tar`);

/** Makes the empty database, unless it is there. Called by vitest before the first file. */
export async function setup(): Promise<void> {
  if (existsSync(EMPTY)) return;
  // Each copy reads and writes what is in the files of the write-ahead log, which have 16 MB each otherwise.
  const database = await real.PGlite.create("memory://", { initDbStartParams: ["--wal-segsize=1"] });
  const image = await database.dumpDataDir("none");
  await database.close();
  mkdirSync(CACHE, { recursive: true });
  // Whole or not at all.
  const draft = `${EMPTY}.${process.pid}`;
  writeFileSync(draft, new Uint8Array(await image.arrayBuffer()));
  renameSync(draft, EMPTY);
}

/** The bytes of the empty database, as PGlite asks for them. A Blob would copy them in pieces, for half a second. */
function emptyDatabase(): Blob {
  const { buffer } = new Uint8Array(readFileSync(EMPTY));
  return Object.assign(new Blob(), { arrayBuffer: async () => buffer });
}

export const PGlite = {
  defaultStartParams: real.PGlite.defaultStartParams,
  create: (place: string, options: PGliteOptions = {}) =>
    real.PGlite.create(
      place,
      place === "memory://" && existsSync(EMPTY) ? { ...options, loadDataDir: emptyDatabase() } : options,
    ),
};
