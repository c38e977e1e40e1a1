// A lock file. Two processes that open one PGlite folder destroy it without an error, so the second one is refused.

import { KeysteadError } from "../errors.js";

/** A folder that this process holds. */
export interface FolderLock {
  /** The folder without symbolic links. */
  readonly folder: string;
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/** Folders that this process holds. A process can have the number of one that was killed; in a container it always has. */
const held = new Set<string>();

/** What is known of the process that holds a lock. */
type Holding = "running" | "gone" | "unknown";

/**
 * Makes the folder if need be, and its lock file.
 *
 * @param take replaces a lock, unless the process that holds it runs on this machine.
 * @throws `STORE_UNAVAILABLE` when the folder is locked, with `details.holder` that says what is known of that process
 */
export async function lockFolder(path: string, take: boolean): Promise<FolderLock> {
  // Imported here, so that relays over other databases load where there are no files.
  const { mkdir, realpath, rm } = await import("node:fs/promises");
  const folder = await usable(path, async () => {
    await mkdir(path, { recursive: true, mode: 0o700 });
    return await realpath(path);
  });
  const file = `${folder}/relay.lock`;
  if (held.has(folder)) throw locked(file, "running", "this process has opened it already");
  held.add(folder);
  try {
    const refused = await claim(folder, file);
    if (refused && (!take || refused.details["holder"] === "running")) throw refused;
    if (refused) {
      await usable(folder, () => rm(file, { force: true }));
      const again = await claim(folder, file);
      if (again) throw again;
    }
  } catch (error) {
    held.delete(folder);
    throw error;
  }
  return {
    folder,
    async release() {
      if (held.delete(folder)) await rm(file, { force: true });
    },
  };
}

/**
 * The file appears with its content, or not at all: a lock without a holder could not be judged.
 *
 * @returns why not, when there is a lock
 */
async function claim(folder: string, file: string): Promise<KeysteadError | undefined> {
  const { link, rm, writeFile } = await import("node:fs/promises");
  const { hostname } = await import("node:os");
  const draft = `${file}.${process.pid}`;
  const holder: Holder = { pid: process.pid, host: hostname() };
  await usable(folder, () => writeFile(draft, JSON.stringify(holder), { mode: 0o600 }));
  try {
    await link(draft, file);
    return undefined;
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EEXIST") throw unusable(folder, error);
    return await refusal(file, holder.host);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Says who holds the lock, and what to do. */
async function refusal(file: string, host: string): Promise<KeysteadError> {
  const { readFile } = await import("node:fs/promises");
  let holder: Holder;
  try {
    holder = JSON.parse(await readFile(file, "utf8"));
  } catch {
    return locked(file, "unknown", "the file cannot be read");
  }
  const who = `process ${holder.pid} on ${holder.host}`;
  const holding = holder.host === host ? holdingOf(holder.pid) : "unknown";
  if (holding === "running") return locked(file, holding, `${who} runs; end it first`);
  if (holding === "gone") return locked(file, holding, `${who} is gone, and left the lock behind; ${TAKE}`);
  return locked(file, holding, `${who} made it; make sure that it does not run any more, then ${TAKE}`);
}

const TAKE = "take the lock with unsafeTakeLock (--unsafe-take-lock)";

/** A file with this process's own number is of an earlier one: this one knows what it holds. */
function holdingOf(pid: number): Holding {
  if (pid === process.pid) return "gone";
  try {
    process.kill(pid, 0);
    return "running";
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "ESRCH") return "gone";
    // EPERM: it runs, and belongs to another user. Deno may not ask without --allow-run, and says so without a code.
    return code === "EPERM" ? "running" : "unknown";
  }
}

function locked(file: string, holder: Holding, why: string): KeysteadError {
  return new KeysteadError("STORE_UNAVAILABLE", `${file} locks the folder: ${why}`, { details: { file, holder } });
}

async function usable<T>(folder: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw unusable(folder, error);
  }
}

function unusable(folder: string, cause: unknown): KeysteadError {
  return new KeysteadError("STORE_UNAVAILABLE", `the folder ${folder} cannot be used; it must be writable`, { cause });
}
