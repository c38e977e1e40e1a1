// Two processes at one file store, at the worst moments: between the link of a manifest and what its commit does afterwards.

import type * as Fs from "node:fs/promises";
import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { fileStore } from "../../src/storage/file.js";

type Other = () => Promise<void>;
/** What another process does right after the next link, and what the next link then reports. */
const hooks = vi.hoisted(() => ({ linked: undefined as (() => Promise<void>) | undefined, synced: [] as string[] }));

vi.mock("node:fs/promises", async (original) => {
  const fs = await original<typeof Fs>();
  const link: typeof fs.link = async (...args) => {
    await fs.link(...args);
    const { linked } = hooks;
    hooks.linked = undefined;
    await linked?.();
  };
  const open: typeof fs.open = async (path, ...rest) => {
    if (rest[0] === "r") hooks.synced.push(String(path));
    return await fs.open(path, ...rest);
  };
  return { ...fs, link, open };
});

let root: string;
let folder: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "keystead-attack-"));
});
beforeEach(() => {
  folder = join(root, `own-${++count}`);
  hooks.synced.length = 0;
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** A commit during which, right after its link, another process acts. */
async function during(expected: number, key: string, other: Other): Promise<unknown> {
  hooks.linked = other;
  return await fileStore(folder)
    .commit(expected, { put: [[key, Uint8Array.of(1)]] })
    .catch((error: unknown) => error);
}

async function keys(): Promise<readonly string[]> {
  return [...(await fileStore(folder).load()).records.keys()].sort();
}

describe("a file store", () => {
  it("keeps the records of a commit on which another process built before it returned", async () => {
    await fileStore(folder).commit(0, { put: [["first", Uint8Array.of(0)]] });
    const outcome = await during(1, "mine", async () => {
      await fileStore(folder).commit(2, { put: [["theirs", Uint8Array.of(2)]] });
    });
    expect(await keys()).toEqual(["first", "mine", "theirs"]);
    expect(outcome).toBe(2);
  });

  it("keeps them however many commits came after it", async () => {
    const outcome = await during(0, "mine", async () => {
      for (let n = 1; n < 5; n++) await fileStore(folder).commit(n, { put: [["theirs", Uint8Array.of(n)]] });
    });
    expect(await keys()).toEqual(["mine", "theirs"]);
    expect(outcome).toBe(1);
  });

  it("knows that its commit was made where the next one replaced every record", async () => {
    const outcome = await during(0, "same", async () => {
      for (let n = 1; n < 3; n++) await fileStore(folder).commit(n, { put: [["same", Uint8Array.of(2)]] });
    });
    expect((await fileStore(folder).load()).records.get("same")).toEqual(Uint8Array.of(2));
    expect(outcome).toBe(1);
  });

  it("says that it does not know where so many followed that the manifest does not name it any more", async () => {
    const outcome = await during(0, "same", async () => {
      for (let n = 1; n < 66; n++) await fileStore(folder).commit(n, { put: [["same", Uint8Array.of(2)]] });
    });
    expect(outcome).toMatchObject({ code: "STORE_UNAVAILABLE", details: { reason: "unknown" } });
    expect((await fileStore(folder).load()).revision).toBe(66);
  });

  it("takes nothing from a store that another process made in place of a destroyed one", async () => {
    const outcome = await during(0, "mine", async () => {
      await fileStore(folder).destroy();
      await fileStore(folder).commit(0, { put: [["theirs", Uint8Array.of(2)]] });
    });
    expect(await keys()).toEqual(["theirs"]);
    expect(outcome).toMatchObject({ code: "STORE_STALE" });
  });

  it("takes nothing from it either where its numbers are lower", async () => {
    for (let n = 0; n < 4; n++) await fileStore(folder).commit(n, { put: [["old", Uint8Array.of(n)]] });
    const outcome = await during(4, "mine", async () => {
      await fileStore(folder).destroy();
      await fileStore(folder).commit(0, { put: [["theirs", Uint8Array.of(2)]] });
    });
    expect(await keys()).toEqual(["theirs"]);
    expect(outcome).toMatchObject({ code: "STORE_STALE" });
  });

  it("keeps the records of a commit whose link was made and reported as made before, as NFS does", async () => {
    const outcome = await during(0, "mine", () =>
      Promise.reject(Object.assign(new Error("again"), { code: "EEXIST" })),
    );
    expect(await keys()).toEqual(["mine"]);
    expect(outcome).toBe(1);
  });

  it("destroys a folder whose path ends with a slash", async () => {
    await fileStore(folder).commit(0, { put: [["mine", Uint8Array.of(1)]] });
    await fileStore(`${folder}/`).destroy();
    expect(await keys()).toEqual([]);
    expect((await readdir(root)).filter((name) => name.startsWith(`own-${count}`))).toEqual([]);
  });

  it("destroys what a symbolic link leads to, not the link alone", async () => {
    await fileStore(folder).commit(0, { put: [["mine", Uint8Array.of(1)]] });
    const alias = `${folder}-alias`;
    await symlink(folder, alias);
    await fileStore(alias).destroy();
    expect(await keys()).toEqual([]);
    await fileStore(alias).commit(0, { put: [["again", Uint8Array.of(1)]] });
    expect(await keys()).toEqual(["again"]);
  });

  it("synchronises the folders above it when it makes and when it destroys its own", async () => {
    const [above, own] = [join(folder, "app"), join(folder, "app", "store")];
    await fileStore(own).commit(0, { put: [["mine", Uint8Array.of(1)]] });
    expect(hooks.synced).toEqual([above, folder, root, own, own]);
    await fileStore(own).commit(1, { put: [["mine", Uint8Array.of(2)]] });
    expect(hooks.synced.slice(5)).toEqual([own, own]);
    await fileStore(own).destroy();
    expect(hooks.synced.slice(7)).toEqual([above]);
  });

  it("synchronises its folder when it loads: another process may have linked the revision and not synchronised it yet", async () => {
    await fileStore(folder).commit(0, { put: [["mine", Uint8Array.of(1)]] });
    hooks.synced.length = 0;
    await fileStore(folder).load();
    expect(hooks.synced).toEqual([folder]);
  });
});
