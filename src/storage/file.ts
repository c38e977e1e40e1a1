// A store in a folder of files, for Node, Deno and Bun. Each commit adds a manifest, which names the files of all records. The
// compare-and-set is a hard link: a commit links its finished manifest under the next number, which fails if that number is
// taken.

import { link, mkdir, open, readdir, readFile, realpath, rename, rm, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type Bytes, equalBytes } from "../bytes/bytes.js";
import { array, bytes, decode, encode, literal, record, text, uint } from "../bytes/schema.js";
import { toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { checkCommit, closed, type Store, type StoreChange, type StoredRecords, stale, unavailable } from "./store.js";

const manifestSchema = record({
  v: literal(1),
  revision: uint({ min: 1 }),
  records: array(record({ key: text(1024, 1), file: text(64, 1), digest: bytes(32) }), { min: 0, max: 1_000_000 }),
});
type Manifest = ReturnType<typeof manifestSchema.read>;

const MANIFEST = /^manifest\.(\d{1,15})$/;
/** Files of a commit. Once its revision exists, those that the newest manifest does not name can be removed. */
const PART = /^(?:record|new)\.(\d{1,15})\.[0-9a-f]{32}$/;

/**
 * A store in a folder. Several processes may use one. When a commit resolves, it is on the disk: files and folder are
 * synchronised.
 *
 * @param folder for this store alone. The first commit makes it, readable by its owner only. The file system must support hard
 * links.
 * @throws `INVALID_ARGUMENT`
 */
export function fileStore(folder: string): Store {
  if (typeof folder !== "string" || folder === "")
    throw new KeysteadError("INVALID_ARGUMENT", "folder must be the path of a folder");
  // Without a slash at its end, and the same folder whatever the process's working directory becomes.
  return storeIn(resolve(folder));
}

function storeIn(folder: string): Store {
  let isOpen = true;
  async function guarded<T>(doing: string, run: () => Promise<T>): Promise<T> {
    if (!isOpen) throw closed();
    try {
      return await run();
    } catch (error) {
      throw error instanceof KeysteadError ? error : unavailable(doing, error);
    }
  }
  return {
    load: () => guarded("be read", () => load(folder)),
    async commit(expected: number, change: StoreChange) {
      const checked = checkCommit(expected, change);
      return await guarded("be written", () => commit(folder, expected, checked));
    },
    destroy: () => guarded("be deleted", () => destroy(folder)),
    close() {
      isOpen = false;
    },
  };
}

async function load(folder: string): Promise<StoredRecords> {
  for (;;) {
    const revision = newest(await list(folder));
    if (revision === 0) return { revision, records: new Map() };
    try {
      const { records } = await readManifest(folder, revision);
      const read = records.map(async ({ key, file, digest }) => {
        const value = new Uint8Array(await readFile(join(folder, file)));
        if (!equalBytes(await sha256(value), digest)) throw corrupt(`file ${file} is not what was committed`);
        return [key, value] as const;
      });
      return { revision, records: new Map(await Promise.all(read)) };
    } catch (error) {
      // Another process committed, and removed files that only this revision had: read the newer one.
      if (isMissing(error) && newest(await list(folder)) !== revision) continue;
      throw isMissing(error) ? corrupt("a file of the newest revision is missing") : error;
    }
  }
}

async function commit(
  folder: string,
  expected: number,
  { put, remove }: ReturnType<typeof checkCommit>,
): Promise<number> {
  const found = newest(await list(folder));
  if (found !== expected) throw stale(expected, found);
  if (expected === 0) await make(folder);
  const revision = expected + 1;
  const written: string[] = [];
  let isTried = false;
  try {
    const before = expected === 0 ? [] : (await readManifest(folder, expected)).records;
    const kept = before.filter(({ key }) => !put.has(key) && !remove.has(key));
    const fresh: Manifest["records"][number][] = [];
    for (const [key, value] of put) {
      const file = await writePart(folder, "record", revision, value, written);
      fresh.push({ key, file, digest: await sha256(value) });
    }
    const manifest = { v: 1 as const, revision, records: [...kept, ...fresh] };
    const draft = await writePart(folder, "new", revision, encode(manifestSchema, manifest, "manifest"), written);
    isTried = true;
    const isLinked = await tryLink(join(folder, draft), join(folder, `manifest.${revision}`));
    await sync(folder);
    // One reading of one folder: the draft is in it unless another process destroyed the store, and made a new one in its place.
    const names = await list(folder);
    if (isLinked && newest(names) === revision && names.includes(draft)) {
      await removeAll(folder, rubbishIn(names, manifest));
      return revision;
    }
    // Either this process was too late: its number can be free again, since the second of two commits removes the first one's
    // manifest. Or others committed on top of this revision meanwhile: then the newest manifest names the files of this one, and to
    // remove them would destroy the store. So does a network file system that reports a link as taken which it made itself.
    if (await isNamed(folder, new Set(written))) return revision;
    await removeAll(folder, written);
    throw stale(expected, newest(await list(folder)));
  } catch (error) {
    // Once a link was tried, the newest manifest can name these files, whatever the error says.
    if (isTried) throw error;
    if (isMissing(error) || error instanceof KeysteadError) await removeAll(folder, written);
    throw isMissing(error) ? stale(expected, newest(await list(folder))) : error;
  }
}

/** Makes the folder, and those that it is in. Each is an entry of the one above, which a crash must not take back. */
async function make(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let at = folder; at.length >= first.length; at = dirname(at)) await sync(dirname(at));
}

/** @returns false when another process was faster: the name is taken, or it removed the draft or the folder */
async function tryLink(draft: string, name: string): Promise<boolean> {
  try {
    await link(draft, name);
    return true;
  } catch (error) {
    if (isMissing(error) || (error as { code?: unknown }).code === "EEXIST") return false;
    throw error;
  }
}

/** Whether the newest manifest names one of these files. If not, no later one does. */
async function isNamed(folder: string, files: ReadonlySet<string>): Promise<boolean> {
  for (;;) {
    const revision = newest(await list(folder));
    if (revision === 0) return false;
    try {
      return (await readManifest(folder, revision)).records.some(({ file }) => files.has(file));
    } catch (error) {
      // Another process committed and removed it: read the newer one.
      if (!isMissing(error)) throw error;
    }
  }
}

/** Moves the folder away first, so that a commit that runs in another process no longer finds it. */
async function destroy(folder: string): Promise<void> {
  try {
    // The folder itself: of a symbolic link only the link would go, and the records would stay.
    const real = await realpath(folder);
    const aside = `${real}.deleted-${randomName()}`;
    await rename(real, aside);
    // Otherwise a crash brings back what was destroyed.
    await sync(dirname(real));
    await rm(aside, { recursive: true, force: true });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/**
 * Files that no revision needs: older manifests, and files of this or an earlier commit that the newest manifest does not name. The
 * caller reads the folder before it knows that the store is still its own: read here, a new store in place of a destroyed one would
 * lose its files.
 */
function rubbishIn(names: readonly string[], { revision, records }: Manifest): readonly string[] {
  const named = new Set(records.map(({ file }) => file));
  return names.filter((name) => {
    const number = Number((MANIFEST.exec(name) ?? PART.exec(name))?.[1] ?? Number.POSITIVE_INFINITY);
    return MANIFEST.test(name) ? number < revision : number <= revision && !named.has(name);
  });
}

/** Files that cannot be removed now are removed after the next commit. */
async function removeAll(folder: string, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => unlink(join(folder, name)).catch(() => {})));
}

async function writePart(
  folder: string,
  kind: "record" | "new",
  revision: number,
  content: Uint8Array,
  written: string[],
): Promise<string> {
  const name = `${kind}.${revision}.${randomName()}`;
  written.push(name);
  const file = await open(join(folder, name), "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  return name;
}

async function readManifest(folder: string, revision: number): Promise<Manifest> {
  const content = new Uint8Array(await readFile(join(folder, `manifest.${revision}`)));
  try {
    const manifest = decode(manifestSchema, content, { name: "manifest", maxBytes: 1 << 30 });
    if (manifest.revision === revision && manifest.records.every(({ file }) => PART.test(file))) return manifest;
  } catch (cause) {
    throw corrupt(`manifest.${revision} cannot be read`, cause);
  }
  throw corrupt(`manifest.${revision} is of another revision`);
}

async function list(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function newest(names: readonly string[]): number {
  return Math.max(0, ...names.map((name) => Number(MANIFEST.exec(name)?.[1] ?? 0)));
}

/** Synchronises the entries of the folder itself. Windows cannot open a folder, and synchronises its entries by itself. */
async function sync(folder: string): Promise<void> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(folder, "r");
  } catch (error) {
    // Another process destroyed the store: what is read next shows it.
    if (["EPERM", "EISDIR", "EACCES", "ENOENT"].includes(String((error as { code?: unknown }).code))) return;
    throw error;
  }
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "ENOENT";
}

async function sha256(content: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", content as BufferSource));
}

function randomName(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}

function corrupt(what: string, cause?: unknown): KeysteadError {
  return new KeysteadError("STORE_CORRUPT", `the store is damaged: ${what}; restore the folder or begin anew`, {
    cause,
  });
}
