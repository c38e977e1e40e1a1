// The logs that a sender knows, in bounded memory: read, verified against what was pinned, and asked for again when they are too old.
// docs/spec.md sections 13.1 and 13.4.

import type { AbortSignalLike } from "../arguments/platform.js";
import type { Bytes } from "../bytes/bytes.js";
import type { LogId } from "../bytes/ids.js";
import { requireFresh } from "../content/freshness.js";
import { KeysteadError } from "../errors.js";
import { compareStatements } from "../log/equivocation.js";
import type { LogState } from "../log/state.js";
import { readStatement, verifyStatement } from "../log/statement.js";
import { appendEntry, verifyLog } from "../log/verify.js";
import { readClock } from "../primitives/env.js";
import { unlessAborted } from "../transport/abort.js";
import type { ClaimedHead } from "../transport/sender-transport.js";
import type { EntriesPage } from "../transport/transport.js";
import { MAX_HEADS } from "../transport/wire.js";
import type { SenderSettings } from "./options.js";
import { Pins } from "./pins.js";

/** What is known of a subject's log. */
export interface KnownLog {
  readonly log: LogState;
  /** The service's newest statement. */
  readonly statement: Bytes | undefined;
  /** Since when it is known, by the own clock, or by the statement where statements are asked for. */
  readonly at: number;
  /** Bytes of the entries as they came. */
  readonly bytes: number;
}

/** Logs that are read from the service at a time. */
const AT_A_TIME = 8;

/** Milliseconds to wait for an answer. */
const PATIENCE = 20_000;

/** Logs by subject. */
export class FreshLogs {
  readonly #settings: SenderSettings;
  readonly #pins: Pins;
  /** In the order of their last use. */
  readonly #known = new Map<string, KnownLog>();
  /** Callers that ask for a log at the same time wait for one answer. */
  readonly #asking = new Map<string, Promise<KnownLog>>();
  #bytes = 0;

  constructor(settings: SenderSettings) {
    this.#settings = settings;
    this.#pins = new Pins(settings.store);
  }

  /**
   * A log that is not older than the bound.
   *
   * @throws `STALE_LOG` when it is older, and the service was not reached; `OFFLINE` when nothing is known; a contradiction
   */
  async get(subject: string, signal: AbortSignalLike | undefined): Promise<KnownLog> {
    const known = this.#known.get(subject);
    if (!known) return await this.ask(subject, signal);
    this.#keep(subject, known);
    const isFresh = this.#age(known) <= this.#settings.maxAge;
    // A device may have rotated since.
    if (isFresh && !known.log.rotationDue) return known;
    try {
      return await this.ask(subject, signal);
    } catch (cause) {
      const error = KeysteadError.from(cause);
      if (error?.code !== "OFFLINE" && error?.code !== "FORBIDDEN") throw cause;
      if (isFresh) return known;
      const age = this.#age(known);
      throw new KeysteadError(
        "STALE_LOG",
        `log ${known.log.head.log} was known ${age} ms ago, at most ${this.#settings.maxAge} are allowed, and the service did not answer; try again later`,
        { rule: "SVC-6", details: { log: known.log.head.log, age, maxAge: this.#settings.maxAge }, cause },
      );
    }
  }

  /** What the service says now. @throws as {@link get} */
  async ask(subject: string, signal: AbortSignalLike | undefined): Promise<KnownLog> {
    let asking = this.#asking.get(subject);
    if (!asking) {
      asking = this.#ask(subject).finally(() => this.#asking.delete(subject));
      this.#asking.set(subject, asking);
    }
    // A caller that gives up does not take the answer from others.
    return await unlessAborted(asking, signal);
  }

  /** Asks for many logs. @returns what went wrong, by subject @throws the signal's reason */
  async askMany(
    subjects: readonly string[],
    signal: AbortSignalLike | undefined,
  ): Promise<ReadonlyMap<string, KeysteadError>> {
    const failed = new Map<string, KeysteadError>();
    const changed = await this.#changed(subjects, signal);
    const work = changed[Symbol.iterator]();
    const worker = async (): Promise<void> => {
      for (const subject of work) {
        signal?.throwIfAborted();
        try {
          await this.ask(subject, signal);
        } catch (cause) {
          const error = KeysteadError.from(cause);
          if (!error) throw cause;
          failed.set(subject, error);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
    return failed;
  }

  async forget(subject: string): Promise<void> {
    await this.#pins.forget(subject);
    this.#drop(subject);
  }

  #age({ at }: KnownLog): number {
    // A clock that was set back makes nothing fresh.
    const age = readClock(this.#settings.env) - at;
    return age < 0 && !this.#settings.stated ? Number.MAX_SAFE_INTEGER : age;
  }

  /** The subjects that must be read: the service says of all others that they are as they were. */
  async #changed(subjects: readonly string[], signal: AbortSignalLike | undefined): Promise<readonly string[]> {
    const { transport, env } = this.#settings;
    if (!transport.heads) return subjects;
    const known = subjects.flatMap((subject) => {
      const log = this.#known.get(subject);
      return log ? [{ subject, log }] : [];
    });
    const same = new Set<string>();
    for (let at = 0; at < known.length; at += MAX_HEADS) {
      const part = known.slice(at, at + MAX_HEADS);
      const asked = readClock(env);
      const ids: readonly LogId[] = part.map(({ log }) => log.log.head.log);
      const heads = await unlessAborted(
        inTime((own) => transport.heads?.(ids, { signal: own }) ?? Promise.resolve([])),
        signal,
      );
      for (const [index, { subject, log }] of part.entries()) {
        const head: ClaimedHead = heads[index] ?? {};
        if (head.newest === log.log.head.seq && (await this.#renew(subject, log, head.statement, asked)))
          same.add(subject);
      }
    }
    return subjects.filter((subject) => !same.has(subject));
  }

  /** The log is as it was. @returns false when the statement does not show that: reading the log shows why */
  async #renew(subject: string, known: KnownLog, statement: Bytes | undefined, asked: number): Promise<boolean> {
    try {
      await this.#settle({ ...known, at: asked }, statement, known.statement);
      return true;
    } catch (cause) {
      if (!KeysteadError.from(cause)) throw cause;
      this.#drop(subject);
      return false;
    }
  }

  async #ask(subject: string): Promise<KnownLog> {
    try {
      for (;;) {
        const asked = readClock(this.#settings.env);
        const known = this.#known.get(subject);
        const pin = await this.#pins.get(subject);
        const read = (known && (await this.#newer(subject, known))) || (await this.#whole(subject));
        const settled = await this.#settle({ ...read, at: asked }, read.statement, known?.statement ?? pin?.statement);
        if (settled) return settled;
        // Another process knows more. If the service shows less to this one, reading the whole log proves it.
        this.#drop(subject);
      }
    } catch (cause) {
      const error = KeysteadError.from(cause);
      const known = this.#known.get(subject);
      // It is not fresh any more, even if it was verified just now: each later call asks again, and fails again until the service shows
      // the log. The state is kept: with it the evidence is complete.
      if (known && error?.kind === "contradiction") this.#keep(subject, { ...known, at: 0 });
      throw cause;
    }
  }

  /** The entries after those that are known; undefined where only the whole log shows what is wrong. */
  async #newer(subject: string, known: KnownLog): Promise<Read | undefined> {
    let { log, bytes } = known;
    for (;;) {
      const page = await this.#page(subject, log.head.seq);
      if (!page || page.newest < log.head.seq) return undefined;
      bytes = this.#counted(bytes, page);
      try {
        for (const entry of page.entries) log = appendEntry(log, entry, { now: readClock(this.#settings.env) });
      } catch (cause) {
        const error = KeysteadError.from(cause);
        if (!error || error.kind === "not-now") throw cause;
        return undefined;
      }
      if (log.head.seq >= page.newest) return { log, bytes, statement: page.statement };
      if (page.entries.length === 0) throw withheld(log, page.newest);
    }
  }

  async #whole(subject: string): Promise<Read> {
    const entries: Bytes[] = [];
    let bytes = 0;
    let page: EntriesPage | undefined;
    do {
      page = await this.#page(subject, entries.length);
      bytes = page ? this.#counted(bytes, page) : bytes;
      entries.push(...(page?.entries ?? []));
    } while (page && page.entries.length > 0 && entries.length < page.newest);
    const pinned = this.#known.get(subject)?.log ?? (await this.#pins.get(subject))?.head;
    if (entries.length === 0 && !pinned) {
      throw new KeysteadError(
        "STALE_LOG",
        "the service has no log of this subject; wait until a device of the user makes one",
        {
          details: { subject },
        },
      );
    }
    const log = verifyLog(entries, { subject, pinned, now: readClock(this.#settings.env) });
    if (page && log.head.seq < page.newest) throw withheld(log, page.newest);
    return { log, bytes, statement: page?.statement };
  }

  async #page(subject: string, after: number): Promise<EntriesPage | undefined> {
    const { transport } = this.#settings;
    return await inTime((signal) => transport.read(subject, { after, attachments: "none", signal }));
  }

  /** @throws `TOO_LARGE` */
  #counted(before: number, { entries }: EntriesPage): number {
    const bytes = entries.reduce((sum, { length }) => sum + length, before);
    const { logBytes } = this.#settings;
    if (bytes <= logBytes) return bytes;
    throw new KeysteadError(
      "TOO_LARGE",
      `the log has more than ${logBytes} bytes; raise options.logBytes if that is right`,
      {
        details: { limit: logBytes },
      },
    );
  }

  /**
   * Judges the statement, pins the log for good, and only then allows sealing to it.
   *
   * @returns undefined when another process has pinned more.
   */
  async #settle(read: KnownLog, given: Bytes | undefined, before: Bytes | undefined): Promise<KnownLog | undefined> {
    const { log } = read;
    const { env, maxAge, stated } = this.#settings;
    const now = readClock(env);
    const judged = judgeStatement(log, given, now, stated);
    const statement = newestOf(log, before, judged);
    if (stated) requireFresh(log, statement, { now, maxAge });
    if (!(await this.#pins.raise(log, statement))) return undefined;
    const at = stated && statement ? statedAt(log, statement) : read.at;
    const known = { log, bytes: read.bytes, statement, at };
    this.#keep(log.subject, known);
    return known;
  }

  #keep(subject: string, known: KnownLog): void {
    this.#drop(subject);
    this.#known.set(subject, known);
    this.#bytes += known.bytes;
    for (const oldest of this.#known.keys()) {
      if (this.#bytes <= this.#settings.cacheBytes || oldest === subject) break;
      this.#drop(oldest);
    }
  }

  #drop(subject: string): void {
    this.#bytes -= this.#known.get(subject)?.bytes ?? 0;
    this.#known.delete(subject);
  }
}

type Read = Omit<KnownLog, "at">;

/** The statement, if it counts. Where none is asked for, one that cannot be read is as good as none: it is no proof of anything. */
function judgeStatement(log: LogState, statement: Bytes | undefined, now: number, isAsked: boolean): Bytes | undefined {
  if (!statement || !log.operator) return undefined;
  try {
    const { named, head } = verifyStatement(statement, { log, now });
    if (named?.status === "ahead") throw withheld(log, head.seq);
    return statement;
  } catch (cause) {
    const error = KeysteadError.from(cause);
    const isNothing = error?.kind === "bad-input" || error?.code === "NOT_YET" || error?.rule === "SVC-2";
    if (isAsked || !isNothing) throw cause;
    return undefined;
  }
}

/** The newer of two statements. @throws `FORKED` with evidence when they contradict each other (SVC-5) */
function newestOf(log: LogState, before: Bytes | undefined, next: Bytes | undefined): Bytes | undefined {
  if (!before || !next || !log.operator) return next ?? before;
  const evidence = compareStatements(log, before, next);
  if (evidence) {
    throw new KeysteadError(
      "FORKED",
      "the service signed two statements of the log that contradict each other; trust nothing new from it, keep details.evidence",
      { rule: "SVC-5", details: { evidence } },
    );
  }
  return statedAt(log, before) > statedAt(log, next) ? before : next;
}

/** When a statement was made. It was verified before. */
function statedAt({ operator }: LogState, statement: Uint8Array): number {
  return operator ? readStatement(statement, operator).at : 0;
}

function withheld({ head }: LogState, newest: number): KeysteadError {
  return new KeysteadError(
    "STALE_LOG",
    `the service says that log ${head.log} has ${newest} links, and shows ${head.seq}; try again later`,
    { rule: "SVC-6", details: { log: head.log, seq: head.seq, newest } },
  );
}

/** @throws `OFFLINE` when no answer comes in time */
async function inTime<T>(ask: (signal: AbortSignalLike) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    return await unlessAborted(ask(signal), signal);
  } catch (cause) {
    if (!signal.aborted || KeysteadError.from(cause)) throw cause;
    throw new KeysteadError("OFFLINE", `the service did not answer within ${PATIENCE} ms`, { cause });
  }
}
