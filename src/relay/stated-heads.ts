// What a relay stated of each log, in a file outside of its database. If the database falls back to an older state, by a restore or a
// lost disk, the relay would otherwise sign fewer links than before, and that convicts it (SVC-5). docs/relay.md, "Head statements".

import type { FileHandle } from "node:fs/promises";
import { checkOptions } from "../arguments/options.js";
import { checkPath } from "../arguments/paths.js";
import type { Head, LinkHash, LogId } from "../bytes/ids.js";
import { asId } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";

/** A head that was stated. */
export type StatedPosition = Pick<Head, "seq" | "hash">;

/** Remembers the highest head that was stated of each log. It must not go back when the database does. */
export interface StatedHeads {
  /** No statement was dated at this time or later, in milliseconds since 1970, when this was opened. */
  readonly from: number;
  /** The highest head that was stated of a log; undefined for none. */
  of(log: LogId): StatedPosition | undefined;
  /**
   * Resolves when it is remembered for good that this head was stated, and that statements may have this time. The statement is given out
   * after that.
   *
   * @throws `STORE_UNAVAILABLE`, after which nothing is stated
   */
  note(head: Head, at: number): Promise<void>;
}

/** Options of {@link openStatedHeads}. */
export interface StatedHeadsOptions {
  /** The path of the file. Keep it on a disk of its own, out of the backups of the database; nobody else writes it. */
  readonly file: string;
  /**
   * Makes the file if it is not there. Danger: a service that stated heads before, and lost the file, may contradict itself then. Default
   * false.
   */
  readonly unsafeBegin?: boolean | undefined;
}

/** One record permits statements for so many milliseconds. After a restart nothing is stated before that time has passed. */
const AHEAD = 10_000;

/**
 * Opens the file of what a relay stated. Each new head is one line more, synced before its statement is given out; a hundred bytes for
 * each log are in memory. Needs Node, Bun or Deno.
 *
 * @throws `INVALID_ARGUMENT`, also where there is no file; `STORE_CORRUPT`, `STORE_UNAVAILABLE`
 */
export async function openStatedHeads(options: StatedHeadsOptions): Promise<StatedHeads> {
  const { file, unsafeBegin = false } = checkOptions(options);
  checkPath("options.file", file, "file");
  const { open, readFile, rename } = await import("node:fs/promises");
  const { dirname } = await import("node:path");
  let text = "";
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== "ENOENT") throw unavailable(cause);
    if (unsafeBegin !== true)
      throw wrong(`there is no file ${file}; a service that never stated heads makes it with unsafeBegin`, cause);
  }
  const { until, byLog } = readLines(file, text);
  const lines = [...byLog].map(([log, position]) => lineOf(log, position));
  const compact = `${[`until ${until}`, ...lines].join("\n")}\n`;
  try {
    const made = `${file}.new`;
    const handle = await open(made, "w", 0o600);
    await handle.writeFile(compact);
    await handle.sync();
    await rename(made, file);
    const folder = await open(dirname(file), "r");
    await folder.sync().finally(() => folder.close());
    return new StatedFile(handle, { until, byLog, size: compact.length });
  } catch (cause) {
    throw unavailable(cause);
  }
}

/** Bytes behind the last line end were never synced, and no statement relied on them. @throws `STORE_CORRUPT` */
function readLines(file: string, text: string): { readonly until: number; readonly byLog: Map<LogId, StatedPosition> } {
  const byLog = new Map<LogId, StatedPosition>();
  let until = 0;
  for (const [at, line] of text.split("\n").slice(0, -1).entries()) {
    const [, log, seq, hash] = /^([0-9a-f]{64}) ([1-9]\d{0,15}) ([0-9a-f]{64})$/.exec(line) ?? [];
    const [, time] = /^until (\d{1,16})$/.exec(line) ?? [];
    if (log !== undefined) keep(byLog, asId<LogId>(log), { seq: Number(seq), hash: asId<LinkHash>(hash ?? "") });
    else if (time !== undefined) until = Math.max(until, Number(time));
    else throw corrupt(file, at + 1);
  }
  return { until, byLog };
}

function lineOf(log: LogId, { seq, hash }: StatedPosition): string {
  return `${log} ${seq} ${hash}`;
}

function keep(byLog: Map<LogId, StatedPosition>, log: LogId, position: StatedPosition): void {
  if ((byLog.get(log)?.seq ?? 0) < position.seq) byLog.set(log, position);
}

class StatedFile implements StatedHeads {
  readonly from: number;
  readonly #handle: FileHandle;
  readonly #byLog: Map<LogId, StatedPosition>;
  /** Bytes of the file: it has another length where another process writes it. */
  #size: number;
  #until: number;
  #due: string[] = [];
  /** The write that runs, and the one after it. */
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(handle: FileHandle, { until, byLog, size }: ReturnType<typeof readLines> & { readonly size: number }) {
    this.#handle = handle;
    this.#byLog = byLog;
    this.#size = size;
    this.from = until;
    this.#until = until;
  }

  of(log: LogId): StatedPosition | undefined {
    return this.#byLog.get(log);
  }

  async note({ log, seq, hash }: Head, at: number): Promise<void> {
    const until = at < this.#until ? this.#until : at + AHEAD;
    const isHigher = (this.#byLog.get(log)?.seq ?? 0) < seq;
    if (isHigher) this.#due.push(lineOf(log, { seq, hash }));
    if (until > this.#until) this.#due.push(`until ${until}`);
    if (this.#due.length > 0) {
      this.#next ??= this.#last.then(() => this.#write());
      this.#last = this.#next.catch(() => {});
      await this.#next;
    }
    keep(this.#byLog, log, { seq, hash });
    this.#until = Math.max(this.#until, until);
  }

  async #write(): Promise<void> {
    this.#next = undefined;
    const text = `${this.#due.splice(0).join("\n")}\n`;
    try {
      const { size } = await this.#handle.stat();
      if (size !== this.#size) throw new Error("another process writes the file; only one relay may state heads");
      await this.#handle.write(text);
      await this.#handle.datasync();
      this.#size += text.length;
    } catch (cause) {
      // It may be there in part: nothing more is stated before the file is opened again.
      this.#size = -1;
      throw unavailable(cause);
    }
  }
}

function wrong(problem: string, cause?: unknown): KeysteadError {
  return new KeysteadError("INVALID_ARGUMENT", problem, { cause });
}

function corrupt(file: string, line: number): KeysteadError {
  return new KeysteadError(
    "STORE_CORRUPT",
    `line ${line} of ${file} is none that a relay wrote; state no heads with it`,
    {
      details: { line },
    },
  );
}

function unavailable(cause: unknown): KeysteadError {
  return new KeysteadError("STORE_UNAVAILABLE", "what was stated cannot be kept, so nothing is stated; see the cause", {
    cause,
  });
}
