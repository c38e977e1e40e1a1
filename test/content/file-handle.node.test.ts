// Reading parts of content from a file: the guide's source over Node's file handles works. docs/spec.md section 12.

import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRandomAccess, sealContent } from "keystead";
import { afterAll, beforeAll, expect, it } from "vitest";
import { seededEnv } from "../support/seeded-env.js";
import { openWorld } from "../support/world.js";
import { rejected } from "./stream-support.js";

const world = openWorld("file handle");
const film = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "keystead-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The guide's source over a file handle. */
async function fileSource(handle: Awaited<ReturnType<typeof open>>) {
  const { size } = await handle.stat();
  const read = async (offset: number, length: number) =>
    (await handle.read(new Uint8Array(length), 0, length, offset)).buffer;
  return { size, read };
}

it("reads a range of a file, and refuses one that was cut off", async () => {
  const sealed = await sealContent([world.log], film, { purpose: "film" }, seededEnv("film"));
  for (const [name, bytes] of [
    ["whole", sealed],
    ["cut", sealed.subarray(0, -1)],
  ] as const) {
    const path = join(folder, name);
    await writeFile(path, bytes);
    const handle = await open(path);
    try {
      const opened = openRandomAccess(await fileSource(handle), world.session("Laptop").keyring, { purpose: "film" });
      if (name === "cut") {
        expect(await rejected(opened)).toMatchObject({ code: "CORRUPT_CONTENT" });
        continue;
      }
      const reader = await opened;
      expect(reader.size).toBe(film.length);
      expect(await reader.read(131_000, 1000)).toEqual(film.subarray(131_000, 132_000));
      reader.wipe();
    } finally {
      await handle.close();
    }
  }
});
