// A disk that fails: each call of the file system that a commit or a destruction makes fails once, before or after it did its work.
// Whatever a commit then says is true, so that a caller neither loses a change nor makes it twice.

import type * as Fs from "node:fs/promises";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { fileStore } from "../../src/storage/file.js";
import type { Store } from "../../src/storage/store.js";

type When = "before" | "after";
interface Plan {
  /** Counts down with each call. The call that finds 1 fails. */
  calls: number;
  when: When;
  /** Whether all later calls fail too, as those of a disk that was pulled out. */
  lasting: boolean;
}
const disk = vi.hoisted(() => ({ plan: undefined as Plan | undefined, seen: [] as string[] }));

vi.mock("node:fs/promises", async (original) => {
  const fs = await original<typeof Fs>();
  /** @param undo closes what a call opened that then fails */
  const failing = <A extends readonly unknown[], R>(
    name: string,
    call: (...args: A) => Promise<R>,
    undo?: (result: R) => Promise<unknown>,
  ) => {
    return async (...args: A): Promise<R> => {
      const { plan } = disk;
      if (!plan) return await call(...args);
      disk.seen.push(name);
      const isDue = plan.calls === 1 || (plan.calls < 1 && plan.lasting);
      plan.calls--;
      const broken = Object.assign(new Error(`${name} failed`), { code: "EIO" });
      if (isDue && plan.when === "before") throw broken;
      const result = await call(...args);
      if (!isDue) return result;
      await undo?.(result);
      throw broken;
    };
  };
  const openFile = async (...args: Parameters<typeof fs.open>) => {
    const file = await fs.open(...args);
    return {
      writeFile: failing("write", (content: Uint8Array) => file.writeFile(content)),
      sync: failing("sync", () => file.sync()),
      // A file that fails to close is closed.
      close: () => file.close().then(failing("close", async () => {})),
    };
  };
  const open = failing("open", openFile, (file) => file.close());
  const names = ["link", "mkdir", "readdir", "readFile", "readlink", "realpath", "rename", "rm", "unlink"] as const;
  const calls = names.map((name) => [name, failing(name, fs[name] as (...args: unknown[]) => Promise<unknown>)]);
  return { ...fs, open, ...Object.fromEntries(calls) };
});

let root: string;
let folder: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "keystead-faults-"));
});
beforeEach(() => {
  disk.plan = undefined;
});
afterAll(() => rm(root, { recursive: true, force: true }));

const one = Uint8Array.of(1);
const two = Uint8Array.of(2);

/** A store with two records at revision 2. */
async function filled(): Promise<Store> {
  folder = join(root, `own-${++count}`);
  const store = fileStore(folder);
  await store.commit(0, { put: [["kept", one]] });
  await store.commit(1, { put: [["changed", one]] });
  return store;
}

const change = { put: [["changed", two] as const], delete: ["never there"] };

async function contents() {
  const { revision, records } = await fileStore(folder).load();
  return { revision, ...Object.fromEntries(records) };
}

/** What a call did, as its promise says. */
async function said(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => "done",
    ({ code, details }: { code?: string; details?: { reason?: string } }) => `${code} ${details?.reason}`,
  );
}

/** Makes one call after another fail, until the work makes no more calls. */
async function eachFault(work: (plan: Plan, at: string) => Promise<void>): Promise<void> {
  for (const when of ["before", "after"] as const) {
    for (const lasting of [false, true]) {
      for (let calls = 1; ; calls++) {
        const plan = { calls, when, lasting };
        disk.seen.length = 0;
        await work(plan, `${when} call ${calls}${lasting ? " and later" : ""}`);
        disk.plan = undefined;
        if (plan.calls > 0) break;
      }
    }
  }
}

describe("a file store on a disk that fails", () => {
  it("says truly what became of a commit", async () => {
    const outcomes = new Set<string>();
    await eachFault(async (plan, at) => {
      const store = await filled();
      disk.plan = plan;
      const outcome = await said(store.commit(2, change));
      disk.plan = undefined;
      const old = { revision: 2, kept: one, changed: one };
      const next = { revision: 3, kept: one, changed: two };
      const found = await contents();
      if (outcome === "done") expect(found, at).toEqual(next);
      else if (outcome === "STORE_UNAVAILABLE failed") expect(found, at).toEqual(old);
      else expect([outcome, [old, next]], at).toEqual(["STORE_UNAVAILABLE unknown", expect.arrayContaining([found])]);
      outcomes.add(`${outcome} ${found.revision}`);
      // Nothing that failed stands in the way of the next commit, or is left behind it.
      await store.commit(found.revision, { put: [["kept", two]] });
      expect(await contents(), at).toMatchObject({ revision: found.revision + 1, kept: two });
      expect(await readdir(folder), at).toHaveLength(3);
    });
    expect(disk.seen).toEqual(expect.arrayContaining(["readdir", "open", "write", "sync", "close", "link"]));
    expect([...outcomes].sort()).toEqual([
      "STORE_UNAVAILABLE failed 2",
      "STORE_UNAVAILABLE unknown 2",
      "STORE_UNAVAILABLE unknown 3",
      "done 3",
    ]);
  });

  it("leaves no half of a commit on a full disk", async () => {
    const store = await filled();
    // The call that writes the record.
    disk.seen.length = 0;
    disk.plan = { calls: 5, when: "before", lasting: false };
    expect(await said(store.commit(2, change))).toBe("STORE_UNAVAILABLE failed");
    expect(disk.seen[4]).toBe("write");
    expect(await readdir(folder)).toHaveLength(3);
  });

  it("never loads a part", async () => {
    await eachFault(async (plan, at) => {
      const store = await filled();
      disk.plan = plan;
      const outcome = await said(store.load().then((found) => expect(found.records.size).toBe(2)));
      expect(["done", "STORE_UNAVAILABLE failed"], at).toContain(outcome);
    });
  });

  it("destroys everything, or says that it did not, and then does at the next call or opening", async () => {
    for (const next of ["destroy", "open"] as const) {
      await eachFault(async (plan, at) => {
        const store = await filled();
        disk.plan = plan;
        const outcome = await said(store.destroy());
        disk.plan = undefined;
        const left = () => readdir(root).then((names) => names.filter((name) => name.startsWith(`own-${count}`)));
        if (outcome === "done") expect(await left(), at).toEqual([]);
        else expect(outcome, at).toBe("STORE_UNAVAILABLE failed");
        if (next === "destroy") await store.destroy();
        // Either all of it is still there, or nothing.
        const { revision, ...records } = await contents();
        expect(records, at).toEqual(revision === 0 ? {} : { kept: one, changed: one });
        expect(await left(), at).toEqual(revision === 0 ? [] : [`own-${count}`]);
        if (next === "destroy") expect(revision, at).toBe(0);
      });
    }
  });
});
