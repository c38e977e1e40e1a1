// A real process commits to a real folder, with a real fsync, and is killed at random points. The store then holds the last revision
// that the process reported, or the next one, whole. A kill hits a commit where most of its time goes; faults.node.test.ts stops one
// at each of its calls.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { fileStore } from "../../src/storage/file.js";
import { timeout } from "../support/runs.js";
import { shortTurns } from "../support/turns.js";
import { recordsAt } from "./kill-records.js";

const KILLS = inject("runs") ?? 200;
/** Processes at a time, each with its own folder: most of a kill is the start of the next process. */
const LANES = 4;

let root: string;
let program: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "keystead-kill-"));
  program = join(root, "child.mjs");
  await build({
    ...{ entryPoints: ["test/storage/kill-child.ts"], outfile: program, bundle: true },
    ...{ format: "esm", platform: "node", external: ["#primitives"] },
  });
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** When to kill: after so many reported revisions, and some turns of this process's loop. */
interface Moment {
  readonly revisions: number;
  readonly turns: number;
}

/** Runs the process until it is killed. @returns the last revision that it reported, 0 if none */
async function killedAt({ revisions, turns }: Moment, folder: string): Promise<number> {
  const child = spawn(process.execPath, [program, folder], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let errors = "";
  const isDue = new Promise<void>((resolve) => {
    child.on("close", () => resolve());
    child.stdout.on("data", (bytes) => {
      said += bytes;
      if (said.split("\n").length > revisions) resolve();
    });
  });
  child.stderr.on("data", (bytes) => {
    errors += bytes;
  });
  // Not `exit`: what the process wrote before is read only then.
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on("close", (_, signal) => resolve(signal)));
  await isDue;
  await shortTurns(turns);
  child.kill("SIGKILL");
  expect([await ended, errors]).toEqual(["SIGKILL", ""]);
  return Number(said.split("\n").at(-2) ?? 0);
}

/** Vitest compares bytes one by one, which would take longer than the kills. */
const digests = (records: ReadonlyMap<string, Uint8Array>) =>
  Object.fromEntries([...records].map(([key, value]) => [key, createHash("sha256").update(value).digest("hex")]));

it(`keeps every reported commit, and no part of one, over ${KILLS} kills`, { timeout: timeout(KILLS) }, async () => {
  const moments = fc.sample(fc.record({ revisions: fc.integer({ min: 1, max: 4 }), turns: fc.nat(2000) }), KILLS);
  const lane = async (folder: string) => {
    let before = 0;
    for (let moment = moments.pop(); moment; moment = moments.pop()) {
      const reported = await killedAt(moment, folder);
      expect(reported).toBeGreaterThan(before);
      const { revision, records } = await fileStore(folder).load();
      expect([reported, reported + 1]).toContain(revision);
      expect(digests(records)).toEqual(digests(recordsAt(revision)));
      before = revision;
    }
    const store = fileStore(folder);
    await store.commit(before, {});
    expect(await readdir(folder)).toHaveLength(1 + recordsAt(before).size);
  };
  const lanes = Array.from({ length: LANES }, (_, at) => lane(join(root, `store-${at}`)));
  try {
    await Promise.all(lanes);
  } finally {
    // A failure ends the other lanes too, before their folders are removed.
    moments.length = 0;
    await Promise.allSettled(lanes);
  }
});
