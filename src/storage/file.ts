// A store in a folder of files, for Node, Deno and Bun. Each commit adds a manifest, which names the files of all records. The
// compare-and-set is a hard link: a commit links its finished manifest under the next number, which fails if that number is
// taken.

import { link, mkdir, open, readdir, readFile, readlink, realpath, rename, rm, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { checkPath } from "../arguments/paths.js";
import { type Bytes, equalBytes } from "../bytes/bytes.js";
import { array, bytes, decode, encode, literal, record, text, uint } from "../bytes/schema.js";
import { toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import {
  checkCommit,
  closed,
  LastSeen,
  outcomeUnknown,
  type Store,
  type StoreChange,
  type StoredRecords,
  stale,
  unavailable,
} from "./store.js";

/** How many commits a manifest names. A commit that looks after more later commits than this cannot find out whether it was made. */
const REMEMBERED = 64;

const manifestSchema = record({
  v: literal(1),
  revision: uint({ min: 1 }),
  records: array(record({ key: text(1024, 1), file: text(64, 1), digest: bytes(32) }), { min: 0, max: 1_000_000 }),
  /** The drafts of the commits that led to this revision, the newest last: a commit finds out here whether it was made. */
  commits: array(text(64, 1), { min: 1, max: REMEMBERED }),
});
type Manifest = ReturnType<typeof manifestSchema.read>;

const MANIFEST = /^manifest\.(\d{1,15})$/;
/** Files of a commit. Once its revision exists, those that the newest manifest does not name can be removed. */
const PART = /^(?:record|new)\.(\d{1,15})\.[0-9a-f]{32}$/;

/**
 * A store in a folder. Several processes may use one. When a commit resolves, it is on the disk: files and folder are
 * synchronised.
 *
 * @param folder for this store alone; so is the folder beside it with `~deleted` after its name: `destroy` moves the store there and
 * removes it, and `load` removes what a killed process left there. The first commit makes the folder, readable by its owner only.
 * The file system must support hard links.
 * @throws `INVALID_ARGUMENT`
 */
export function fileStore(folder: string): Store {
  checkPath("folder", folder, "folder");
  // Without a slash at its end, and the same folder whatever the process's working directory becomes.
  return storeIn(resolve(folder));
}

function storeIn(folder: string): Store {
  let isOpen = true;
  const seen = new LastSeen();
  async function guarded<T>(doing: string, run: (place: string) => Promise<T>): Promise<T> {
    if (!isOpen) throw closed();
    try {
      return await run(await placeOf(folder));
    } catch (error) {
      throw error instanceof KeysteadError ? error : unavailable(doing, error);
    }
  }
  return {
    load: () => guarded("be read", (place) => load(place, seen)),
    async commit(expected: number, change: StoreChange) {
      const checked = checkCommit(expected, change);
      return await guarded("be written", (place) => commit(place, expected, checked, seen));
    },
    destroy: () => guarded("be deleted", destroy),
    close() {
      isOpen = false;
    },
  };
}

/** The folder itself, where a symbolic link leads to it; also while it does not exist. */
async function placeOf(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return await readlink(folder).then(
      (target) => resolve(dirname(folder), target),
      () => folder,
    );
  }
}

async function load(folder: string, seen: LastSeen): Promise<StoredRecords> {
  // What a process that was killed left of a destroyed store. Where it cannot be removed, destroy says so.
  await rm(asideOf(folder), { recursive: true, force: true }).catch(() => {});
  for (;;) {
    const revision = newest(await list(folder));
    if (revision === 0) return { revision, records: new Map() };
    try {
      const { records, commits } = await readManifest(folder, revision);
      const read = records.map(async ({ key, file, digest }) => {
        const value = new Uint8Array(await readFile(join(folder, file)));
        if (!equalBytes(await sha256(value), digest)) throw corrupt(`file ${file} is not what was committed`);
        return [key, value] as const;
      });
      const loaded = { revision, records: new Map(await Promise.all(read)) };
      // Another process may have linked this revision and not synchronised it yet. Nobody may act on a revision that a power cut
      // could take back.
      await sync(folder);
      seen.saw(revision, commits.at(-1));
      return loaded;
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
  seen: LastSeen,
): Promise<number> {
  const found = newest(await list(folder));
  if (found !== expected) throw stale(expected, found);
  if (expected === 0) await make(folder);
  const revision = expected + 1;
  const draft = nameOfPart("new", revision);
  const written = [draft];
  let isTried = false;
  try {
    const before = expected === 0 ? { records: [], commits: [] } : await readManifest(folder, expected);
    seen.check(expected, expected, before.commits.at(-1));
    const records = before.records.filter(({ key }) => !put.has(key) && !remove.has(key));
    for (const [key, value] of put) {
      const file = nameOfPart("record", revision);
      written.push(file);
      await writePart(folder, file, value);
      records.push({ key, file, digest: await sha256(value) });
    }
    const commits = [...before.commits, draft].slice(-REMEMBERED);
    const manifest = { v: 1 as const, revision, records, commits };
    await writePart(folder, draft, encode(manifestSchema, manifest, "manifest"));
    // Before the link: over a power cut a file system may keep the link without the files that it names.
    await sync(folder);
    isTried = true;
    const isLinked = await tryLink(join(folder, draft), join(folder, `manifest.${revision}`));
    await sync(folder);
    // One reading of one folder: the draft is in it unless another process destroyed the store, and made a new one in its place.
    const names = await list(folder);
    if (isLinked && newest(names) === revision && names.includes(draft)) {
      await removeAll(folder, rubbishIn(names, manifest));
      seen.saw(revision, draft);
      return revision;
    }
    // Either this process was too late: its number can be free again, since the second of two commits removes the first one's
    // manifest. Or others committed on top of this revision meanwhile, or a network file system made the link and reported
    // it as taken.
    if (await isMade(folder, revision, draft)) {
      seen.saw(revision, draft);
      return revision;
    }
    throw stale(expected, newest(names));
  } catch (error) {
    const isDecided = !isTried || isStale(error);
    // The link can be there although something failed: then these files are the store's.
    if (!isDecided && (await isMade(folder, revision, draft).catch(() => true))) throw outcomeUnknown(error);
    await removeAll(folder, written);
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
    if (isMissing(error) || hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Whether the newest manifest builds on a commit. @throws when so many came after it that the manifest does not say */
async function isMade(folder: string, revision: number, draft: string): Promise<boolean> {
  for (;;) {
    const found = newest(await list(folder));
    if (found === 0) return false;
    try {
      const { commits } = await readManifest(folder, found);
      if (commits.includes(draft)) return true;
      if (found < revision + REMEMBERED) return false;
      throw new Error(`${found - revision} commits were made since`);
    } catch (error) {
      // Another process committed and removed it: read the newer one.
      if (!isMissing(error)) throw error;
    }
  }
}

/**
 * Moves the folder away first, so that a commit that runs in another process no longer finds it. Always to the same name, so that
 * what a kill leaves of it is found again.
 */
async function destroy(folder: string): Promise<void> {
  const aside = asideOf(folder);
  for (;;) {
    await rm(aside, { recursive: true, force: true });
    try {
      await rename(folder, aside);
      break;
    } catch (error) {
      if (isMissing(error)) break;
      // Another process destroyed a store of this name just now.
      if (!hasCode(error, "ENOTEMPTY", "EEXIST")) throw error;
    }
  }
  // Otherwise a crash brings back what was destroyed.
  await sync(dirname(folder));
  await rm(aside, { recursive: true, force: true });
}

/** No namespace has this character, so this is no other store. */
function asideOf(folder: string): string {
  return `${folder}~deleted`;
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

async function writePart(folder: string, name: string, content: Uint8Array): Promise<void> {
  const file = await open(join(folder, name), "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
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
    if (hasCode(error, "EPERM", "EISDIR", "EACCES", "ENOENT")) return;
    throw error;
  }
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return hasCode(error, "ENOENT");
}

function isStale(error: unknown): boolean {
  return hasCode(error, "STORE_STALE");
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(String((error as { code?: unknown } | null)?.code));
}

async function sha256(content: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", content as BufferSource));
}

function nameOfPart(kind: "record" | "new", revision: number): string {
  return `${kind}.${revision}.${toHex(crypto.getRandomValues(new Uint8Array(16)))}`;
}

function corrupt(what: string, cause?: unknown): KeysteadError {
  return new KeysteadError("STORE_CORRUPT", `the store is damaged: ${what}; restore the folder or begin anew`, {
    cause,
  });
}
