import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fileStore } from "../../src/storage/file.js";
import { storeCases } from "../../src/testing/store-cases.js";

let root: string;
let folder: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "keystead-store-"));
});
beforeEach(() => {
  folder = join(root, `own-${++count}`);
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe("the file store", () => {
  for (const { name, run } of storeCases(async (namespace) => fileStore(join(root, namespace)))) it(name, run);

  it("keeps only the newest revision's files, readable by their owner only", async () => {
    const store = fileStore(folder);
    for (let n = 0; n < 5; n++) await store.commit(n, { put: [["a", Uint8Array.of(n)]] });
    const files = await readdir(folder);
    expect(files.map((name) => name.replace(/\.[0-9a-f]{32}$/, "")).sort()).toEqual(["manifest.5", "record.5"]);
    for (const name of files) expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
    expect((await stat(folder)).mode & 0o077).toBe(0);
  });

  it("removes the files of a killed commit at the next commit", async () => {
    const store = fileStore(folder);
    await store.commit(0, { put: [["a", Uint8Array.of(1)]] });
    await writeFile(join(folder, `record.2.${"0".repeat(32)}`), "half");
    await writeFile(join(folder, `new.2.${"1".repeat(32)}`), "half");
    expect((await store.load()).records.get("a")).toEqual(Uint8Array.of(1));
    await store.commit(1, { put: [["a", Uint8Array.of(2)]] });
    expect((await readdir(folder)).length).toBe(2);
  });

  it("reports that it is damaged, and where, when a file was changed or is missing", async () => {
    const store = fileStore(folder);
    await store.commit(0, { put: [["a", Uint8Array.of(1, 2, 3)]] });
    const names = await readdir(folder);
    const part = join(folder, names.find((name) => name.startsWith("record")) ?? expect.unreachable());
    const manifest = join(folder, "manifest.1");
    const [good, list] = [await readFile(part), await readFile(manifest)];
    await writeFile(part, Uint8Array.of(1, 2, 4));
    await expect(store.load()).rejects.toMatchObject({
      code: "STORE_CORRUPT",
      message: expect.stringMatching(/record\.1\./),
    });
    await rm(part);
    await expect(store.load()).rejects.toMatchObject({
      code: "STORE_CORRUPT",
      message: expect.stringMatching(/missing/),
    });
    await writeFile(part, good);
    await writeFile(manifest, list.subarray(1));
    await expect(store.load()).rejects.toMatchObject({
      code: "STORE_CORRUPT",
      message: expect.stringMatching(/manifest\.1/),
    });
    await writeFile(manifest, list);
    expect((await store.load()).records.get("a")).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("refuses a commit as stale that two commits overtook, although its number is free again", async () => {
    // A busy machine may let the late one win: then it was not overtaken, and the next folder is tried.
    for (const name of ["first", "second", "third", "fourth", "fifth"]) {
      const store = fileStore(join(folder, name));
      await store.commit(0, { put: [["a", Uint8Array.of(1)]] });
      // The folder as the late process finds it when it links its manifest.
      const late = fileStore(join(folder, name)).commit(1, { put: [["late", new Uint8Array(1 << 24)]] });
      const outcome = late.catch((error: unknown) => error);
      try {
        await store.commit(1, { put: [["a", Uint8Array.of(2)]] });
      } catch (error) {
        expect([await outcome, error]).toEqual([2, expect.objectContaining({ code: "STORE_STALE" })]);
        continue;
      }
      await store.commit(2, { put: [["a", Uint8Array.of(3)]] });
      expect(await outcome).toMatchObject({ code: "STORE_STALE" });
      const { revision, records } = await store.load();
      expect([revision, [...records.keys()]]).toEqual([3, ["a"]]);
      return;
    }
    expect.unreachable("the late commit was never overtaken");
  });

  it("refuses an invalid folder", async () => {
    expect(() => fileStore("")).toThrow(/folder/);
    const file = join(root, "file");
    await writeFile(file, "");
    await expect(fileStore(file).load()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await expect(fileStore(join(file, "in")).commit(0, {})).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });
});
