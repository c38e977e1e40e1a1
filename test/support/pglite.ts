// Stands in for `@electric-sql/pglite` in tests: a database in memory begins as a copy of an empty one, which is made once and kept in
// `.cache/`. To make one anew (initdb) takes three times as long. Databases in folders are made as in production.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

// By its path: its name leads here.
const home = dirname(createRequire(import.meta.url).resolve("@electric-sql/pglite"));
const address = pathToFileURL(join(home, "index.js")).href;
const real = (await import(/* @vite-ignore */ address)) as typeof import("@electric-sql/pglite");

const CACHE = join(import.meta.dirname, "../../.cache/pglite");
const { version } = JSON.parse(readFileSync(join(home, "../package.json"), "utf8")) as {
  readonly version: string;
};
const EMPTY = join(CACHE, `empty-${version}.tar`);

/** Makes the empty database, unless it is there. Called by vitest before the first file. */
export async function setup(): Promise<void> {
  if (existsSync(EMPTY)) return;
  const database = await real.PGlite.create("memory://");
  const image = await database.dumpDataDir("none");
  await database.close();
  mkdirSync(CACHE, { recursive: true });
  // Whole or not at all.
  const draft = `${EMPTY}.${process.pid}`;
  writeFileSync(draft, new Uint8Array(await image.arrayBuffer()));
  renameSync(draft, EMPTY);
}

export const PGlite = {
  create: (place: string) =>
    place === "memory://" && existsSync(EMPTY)
      ? real.PGlite.create(place, { loadDataDir: new Blob([readFileSync(EMPTY)]) })
      : real.PGlite.create(place),
};
