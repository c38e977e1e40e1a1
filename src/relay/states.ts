// Verified states of the logs that were used last, in bounded memory. A state is built from the rows of its log when it is needed.

import type { Bytes } from "../bytes/bytes.js";
import type { LogId } from "../bytes/ids.js";
import { fromHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { ORIGIN } from "../log/advance.js";
import { UNCHECKED } from "../log/clock.js";
import { decodeLink } from "../log/entry.js";
import { type LogFacts, type LogState, verifiedState } from "../log/state.js";
import { reapplyLink } from "../log/verify-link.js";
import type { SqlQueries } from "./sql.js";
import { STATEMENTS } from "./statements.js";

/** Links of one query, 64 KiB each at the most. Between two queries the process does other work. */
const BATCH = 128;

interface Kept {
  readonly state: LogState;
  /** Bytes of its links. What else a state holds grows with them. */
  readonly bytes: number;
}

/** The bytes of a log's id, as the database has it. */
export function rowKey(log: LogId): Bytes {
  return fromHex(log, { name: "log id", length: 32 });
}

/** A cache of states. */
export class States {
  readonly #sql: SqlQueries;
  readonly #limit: number;
  /** In the order of their last use. */
  readonly #kept = new Map<LogId, Kept>();
  /** A thousand readers of one log load it once. */
  readonly #loading = new Map<LogId, Promise<LogState | undefined>>();
  #bytes = 0;

  /** @param limit bytes of the links of all states that are kept. The state that was used last is kept in any case. */
  constructor(sql: SqlQueries, limit: number) {
    this.#sql = sql;
    this.#limit = limit;
  }

  /** A state of the log; undefined for none. Another relay on the same database may have added entries since: {@link newer}. */
  async get(log: LogId): Promise<LogState | undefined> {
    const kept = this.#kept.get(log);
    if (kept) {
      // To the end of the order.
      this.#kept.delete(log);
      this.#kept.set(log, kept);
      return kept.state;
    }
    let loading = this.#loading.get(log);
    if (!loading) {
      loading = this.#extend(log, ORIGIN).finally(() => this.#loading.delete(log));
      this.#loading.set(log, loading);
    }
    return await loading;
  }

  /** The state with the entries that the database has after it; the same object if there are none. */
  async newer(state: LogState): Promise<LogState> {
    return (await this.#extend(state.head.log, state)) ?? state;
  }

  /** Keeps a state whose newest entry is stored, unless a newer one is kept. */
  keep(state: LogState): void {
    const { log, seq } = state.head;
    const before = this.#kept.get(log);
    if (before && before.state.head.seq >= seq) return;
    let bytes = before?.bytes ?? 0;
    for (let at = before?.state.head.seq ?? 0; at < seq; at++) bytes += state.links.at(at)?.bytes.length ?? 0;
    this.forget(log);
    this.#kept.set(log, { state, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#limit || oldest === log) break;
      this.forget(oldest);
    }
  }

  forget(log: LogId): void {
    this.#bytes -= this.#kept.get(log)?.bytes ?? 0;
    this.#kept.delete(log);
  }

  /**
   * Signatures are not verified again. Each link was verified before its row was written, and its hash shows that it is the same. Anybody
   * who writes to the database can show readers anything anyway; they verify what they read.
   */
  async #extend(log: LogId, from: LogFacts): Promise<LogState | undefined> {
    let facts = from;
    for (;;) {
      const rows = await this.#sql.query<{ link: Bytes }>(STATEMENTS.links, [rowKey(log), facts.head.seq, BATCH]);
      for (const { link } of rows) facts = replayed(log, facts, link);
      if (rows.length < BATCH) break;
    }
    if (facts === from) return undefined;
    const state = verifiedState(facts);
    this.keep(state);
    return state;
  }
}

function replayed(log: LogId, before: LogFacts, link: Bytes): LogFacts {
  let after: LogFacts;
  try {
    after = reapplyLink(before, { link: decodeLink(link), attachments: [] }, UNCHECKED);
    if (after.head.log === log) return after;
  } catch (cause) {
    throw damaged(log, before.head.seq + 1, cause);
  }
  throw damaged(log, before.head.seq + 1);
}

function damaged(log: LogId, seq: number, cause?: unknown): KeysteadError {
  return new KeysteadError("STORE_CORRUPT", `the database is damaged at entry ${seq} of log ${log}; restore a backup`, {
    details: { log, seq },
    cause,
  });
}
