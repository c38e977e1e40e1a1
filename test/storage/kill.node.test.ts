// A real process commits to a real folder and is killed at random points: every commit that it reported is on the disk.

import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { fileStore } from "../../src/storage/file.js";

const KILLS = inject("runs") ?? 12;

/** Runs the child until it has reported some revisions, waits for a part of the next commit, and kills it. */
async function killedAfter(folder: string, revisions: number, spin: number): Promise<number> {
  const child = spawn(process.execPath, ["--import", "tsx", "test/storage/kill-child.ts", folder]);
  let said = "";
  let errors = "";
  child.stderr.on("data", (bytes) => {
    errors += bytes;
  });
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  await new Promise<void>((resolve) => {
    child.on("exit", () => resolve());
    child.stdout.on("data", async (bytes) => {
      said += bytes;
      if (said.split("\n").length <= revisions) return;
      for (let turn = 0; turn < spin; turn++) await new Promise((next) => setImmediate(next));
      child.kill("SIGKILL");
      resolve();
    });
  });
  await ended;
  expect(errors).toBe("");
  // The output may end in the middle of a number.
  return Number(said.split("\n").at(-2) ?? 0);
}

it(`keeps every confirmed commit, and no partial one, over ${KILLS} kills`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "keystead-kill-"));
  try {
    let before = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const said = await killedAfter(join(folder, "store"), 1 + (kill % 7), (kill * 37) % 101);
      const { revision, records } = await fileStore(join(folder, "store")).load();
      expect(revision).toBeGreaterThanOrEqual(Math.max(said, before + 1));
      expect(records.get("a")).toEqual(records.get("b"));
      expect(records.get("a")?.length).toBe(1 + ((revision - 1) % 50_000));
      const old = [3, 2, 1].flatMap((ago) => (revision - ago >= 0 ? [`old/${revision - ago}`] : []));
      expect([...records.keys()].sort()).toEqual([...["a", "b"], ...old].sort());
      before = revision;
    }
    const store = fileStore(join(folder, "store"));
    await store.commit(before, {});
    expect((await readdir(join(folder, "store"))).length).toBe(1 + 5);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
