// The logs of a relay: entries are judged, stored and read. docs/spec.md section 13.5.

import type { Bytes } from "../bytes/bytes.js";
import type { Head, LinkHash, LogId, MemberId } from "../bytes/ids.js";
import { lastOf, present } from "../bytes/present.js";
import { asId, fromHex, logIdOf, toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { type Acceptance, acceptEntryLater } from "../log/accept.js";
import { attachmentDigest, decodeEntry, decodeLink } from "../log/entry.js";
import { originOf } from "../log/links/genesis.js";
import type { LinkRecord, LogState } from "../log/state.js";
import { readBody } from "../log/verify-link.js";
import type { VerifyLabelledLater } from "../primitives/verify-later.js";
import { Gathered } from "./gathered.js";
import { joinEntry } from "./pages.js";
import type { Sql } from "./sql.js";
import { STATEMENTS } from "./statements.js";
import { rowKey, States } from "./states.js";

/** What became of an entry. */
export type Publication =
  /** The log has the entry: since now, or since before. `log` is a state with it. */
  | { readonly verdict: "stored" | "same"; readonly seq: number; readonly log: LogState }
  /** Another link stands there, and proves it. */
  | { readonly verdict: "lost"; readonly seq: number; readonly log: LogState; readonly link: Bytes }
  | Refusal;

type Refusal = Extract<Acceptance, { readonly error: KeysteadError }>;

/** Which attachments a reader gets: none, names, also what was granted to one member, or all. */
export type Wanted = "none" | "names" | "all" | { readonly mine: MemberId };

/** Entries that follow each other. */
export interface Page {
  readonly entries: readonly Bytes[];
  /** The newest entry that the log had when these were read. */
  readonly newest: number;
}

/** A log as it is now. */
export interface Standing {
  /** It has every entry that is stored. */
  readonly state: LogState;
  /** Whether its newest entry is stored: not where an old copy of the database was restored. */
  readonly isStored: boolean;
}

/** Options of {@link Logs.page}. */
export interface PageOptions {
  readonly after: number;
  /** Most entries. */
  readonly limit: number;
  /** Most bytes of links and attachments together. One entry is always in, whatever its size. */
  readonly bytes: number;
  readonly attachments: Wanted;
}

/** Larger entries are judged on this thread. */
const MAX_BYTES_BESIDE = 65_536;

/** Attachments that a reader of a log needs. */
interface Asked {
  readonly log: LogId;
  readonly digests: readonly Uint8Array[];
  /** Attachments beyond so many bytes are not needed. */
  readonly bytes: number;
}

/** The logs in a database. */
export class Logs {
  readonly #sql: Sql;
  readonly #now: () => number;
  readonly #states: States;
  readonly #later: Promise<VerifyLabelledLater | undefined> | undefined;
  readonly #newest = new Gathered<LogId, Head>((logs) => this.heads(logs));
  readonly #current = new Gathered<string, LogId>((subjects) => this.#logsOf(subjects));
  readonly #attached = new Gathered<Asked, ReadonlyMap<number, Bytes>>((asked) => this.#attachmentsUpTo(asked));

  /**
   * @param now the clock that entries are judged by.
   * @param cacheBytes bytes of links whose states are kept in memory.
   * @param later verifies signatures beside this thread; default on it.
   */
  constructor(sql: Sql, now: () => number, cacheBytes: number, later?: Promise<VerifyLabelledLater | undefined>) {
    this.#sql = sql;
    this.#now = now;
    this.#later = later;
    this.#states = new States(sql, cacheBytes);
  }

  /** The log that a subject has now; undefined for none. */
  async logOf(subject: string): Promise<LogId | undefined> {
    const [row] = await this.#sql.query<{ log: Bytes }>(STATEMENTS.logOf, [subject]);
    return row && asId<LogId>(toHex(row.log));
  }

  /** The state of a log; undefined for none. Another relay may have added entries since. @throws `STORE_UNAVAILABLE` */
  async state(log: LogId): Promise<LogState | undefined> {
    return await this.#states.get(log);
  }

  /** The state of a log with every entry that is stored. */
  async newestState(log: LogId): Promise<LogState | undefined> {
    const state = await this.#states.get(log);
    return state && (await this.#states.newer(state));
  }

  /** A log that is the one of its subject; undefined for any other one. Each call asks the database for both: another relay may write. */
  async standing(log: LogId): Promise<Standing | undefined> {
    const known = await this.#states.get(log);
    if (!known) return undefined;
    const [head, current] = await Promise.all([this.#newest.of(log), this.#current.of(known.subject)]);
    if (current !== log) return undefined;
    const isBehind = head !== undefined && head.seq >= known.head.seq && head.hash !== known.head.hash;
    const state = isBehind ? await this.#states.newer(known) : known;
    return { state, isStored: head?.hash === known.head.hash || state !== known };
  }

  /**
   * Makes a subject's log.
   *
   * @param admit is asked before anything is judged or stored. It throws to refuse. `standing` is the log that the subject has.
   * @throws what `admit` throws; `STORE_UNAVAILABLE`, after which the log may have been made
   */
  async create(
    subject: string,
    entry: Uint8Array,
    admit: (standing: LogId | undefined) => void | Promise<void>,
  ): Promise<Publication> {
    const log = logBegunBy(entry);
    if (typeof log !== "string") return log;
    for (;;) {
      const standing = await this.logOf(subject);
      const publication = standing === log && (await this.append(log, entry, () => {}));
      if (publication) return publication;
      await admit(standing);
      const judged = await this.#judge(undefined, entry, subject);
      // Without a log there is nothing that the entry could be equal to, or lose against.
      if ("seq" in judged) throw new TypeError("unreachable");
      if (judged.verdict !== "accepted") return judged;
      await this.#insert(judged.log, entry);
      const row = [subject, rowKey(log), this.#now()];
      const named =
        standing === undefined
          ? await this.#sql.query(STATEMENTS.name, row)
          : await this.#sql.query(STATEMENTS.rename, [...row, rowKey(standing)]);
      if (named.length > 0) return { verdict: "stored", seq: 1, log: judged.log };
      // Another device made the subject's log meanwhile.
    }
  }

  /**
   * Adds an entry to a log.
   *
   * @param admit is asked before an entry that is good is stored. It throws to refuse.
   * @returns undefined for a log that is not there.
   * @throws what `admit` throws; `STORE_UNAVAILABLE`, after which the entry may have been stored
   */
  async append(
    log: LogId,
    entry: Uint8Array,
    admit: (before: LogState, after: LogState) => void | Promise<void>,
  ): Promise<Publication | undefined> {
    let isReloaded = false;
    for (let state = await this.#states.get(log); state; ) {
      const judged = await this.#judge(state, entry, state.subject);
      if ("seq" in judged) {
        const { verdict, seq } = judged;
        return { verdict, seq, log: state, link: present(state.links.at(seq - 1)).bytes };
      }
      if (judged.verdict === "accepted") {
        await admit(state, judged.log);
        if (await this.#insert(judged.log, entry))
          return { verdict: "stored", seq: judged.log.head.seq, log: judged.log };
      }
      // The state may be behind: another entry came first, or another relay stored the entries before this one.
      const newer = await this.#states.newer(state);
      if (newer !== state) {
        state = newer;
      } else if (judged.verdict !== "accepted") {
        return judged;
      } else if (!isReloaded) {
        // The database has less than this relay stored: an old copy was restored under it.
        this.#states.forget(log);
        state = await this.#states.get(log);
        isReloaded = true;
      } else {
        throw new KeysteadError("STORE_UNAVAILABLE", `the database refuses an entry of log ${log}; try again`);
      }
    }
    return undefined;
  }

  /** The newest entry of a log, as the database has it; undefined for a log that is not there. */
  async head(log: LogId): Promise<Head | undefined> {
    const [row] = await this.#sql.query<{ seq: number; hash: Bytes }>(STATEMENTS.head, [rowKey(log)]);
    return row && { log, seq: row.seq, hash: asId<LinkHash>(toHex(row.hash)) };
  }

  /** The newest entries of many logs; nothing for a log that is not there. */
  async heads(logs: readonly LogId[]): Promise<ReadonlyMap<LogId, Head>> {
    const rows = await this.#sql.query<{ log: Bytes; seq: number; hash: Bytes }>(STATEMENTS.heads, [logs.map(rowKey)]);
    return new Map(
      rows.map(({ log, seq, hash }) => {
        const id = asId<LogId>(toHex(log));
        return [id, { log: id, seq, hash: asId<LinkHash>(toHex(hash)) }];
      }),
    );
  }

  /** Some entries of a log; undefined for a log that is not there. */
  async page(log: LogId, { after, limit, bytes, attachments }: PageOptions): Promise<Page | undefined> {
    const statement = attachments === "none" ? STATEMENTS.page : STATEMENTS.wholePage;
    const rows = await this.#sql.query<EntryRow>(statement, [rowKey(log), after, limit, bytes]);
    const newest = rows.at(0)?.newest ?? (await this.head(log))?.seq;
    if (newest === undefined) return undefined;
    const delivered = await this.#delivered(log, rows, attachments);
    return { entries: rows.map(({ link }, at) => joinEntry(link, present(delivered[at]))), newest };
  }

  /** Some entries of a state whose newest entry is stored: links are in memory, and rows never change. Only attachments are read. */
  async pageOf({ head, links }: LogState, { after, limit, bytes, attachments }: PageOptions): Promise<Page> {
    const due: { readonly link: Bytes; readonly digests: readonly Uint8Array[] }[] = [];
    let size = 0;
    for (let at = after; at < links.length && due.length < limit; at++) {
      const record = present(links.at(at));
      size += record.bytes.length;
      if (size > bytes && due.length > 0) break;
      due.push({ link: record.bytes, digests: wantedOf(record, attachments) });
    }
    const found = await this.#foundUpTo({ log: head.log, digests: due.flatMap(({ digests }) => digests), bytes });
    const entries: Bytes[] = [];
    let left = bytes;
    let next = 0;
    for (const { link, digests } of due) {
      let parts = digests.flatMap(() => found.get(++next) ?? []);
      if (parts.length < digests.length) {
        // One entry is always in, and says that an attachment is missing. A later one is the first of another page.
        if (entries.length > 0) break;
        const whole = await this.#attachments(head.log, digests);
        parts = digests.map((digest) => presentIn(whole, head.log, digest));
      }
      left = parts.reduce((left, { length }) => left - length, left - link.length);
      if (left < 0 && entries.length > 0) break;
      entries.push(joinEntry(link, parts));
    }
    return { entries, newest: head.seq };
  }

  /** The operator that a log names, from its first link alone; undefined for none. */
  async operatorOf(log: LogId): Promise<Uint8Array | undefined> {
    const [row] = await this.#sql.query<{ link: Bytes }>(STATEMENTS.links, [rowKey(log), 0, 1]);
    return row && originOf(readBody(decodeLink(row.link)).body).operator;
  }

  /** An attachment; undefined for one that no entry of the log has. @param digest 32 bytes */
  async attachment(log: LogId, digest: Uint8Array): Promise<Bytes | undefined> {
    return (await this.#attachments(log, [digest])).get(toHex(digest));
  }

  /** Positions that were filled since a time by the relay's clock, newest first, at most so many. */
  async filledSince(log: LogId, time: number, limit: number): Promise<readonly { seq: number; at: number }[]> {
    return await this.#sql.query<{ seq: number; at: number }>(STATEMENTS.since, [rowKey(log), time, limit]);
  }

  /** Nobody who cannot sign may make the relay judge large entries: signatures are verified before attachments are looked at. */
  async #judge(state: LogState | undefined, entry: Uint8Array, subject: string): Promise<Acceptance> {
    const later = entry.length > MAX_BYTES_BESIDE ? undefined : await this.#later;
    return await acceptEntryLater(state, entry, { subject, now: this.#now() }, later);
  }

  async #insert(after: LogState, entry: Uint8Array): Promise<boolean> {
    const { seq, hash, prev, bytes: link, attachments: digests } = lastOf(after.links);
    const { attachments } = decodeEntry(entry);
    const before = prev === undefined ? null : rowHash(prev);
    const row = [rowKey(after.head.log), seq, rowHash(hash), link, digests, this.#now(), before];
    const rows = await (attachments.length === 0
      ? this.#sql.query(STATEMENTS.append, row)
      : this.#sql.query(STATEMENTS.appendWith, [...row, attachments.map(attachmentDigest), attachments]));
    if (rows.length > 0) this.#states.keep(after);
    return rows.length > 0;
  }

  /** The attachments that a reader gets, for each row. */
  async #delivered(log: LogId, rows: readonly EntryRow[], wanted: Wanted): Promise<readonly (readonly Bytes[])[]> {
    if (wanted === "none") return rows.map(() => []);
    const state = wanted === "all" ? undefined : await this.newestState(log);
    const digests = rows.map(({ seq, digests = [] }) => {
      const record = state?.links.at(seq - 1);
      return record ? wantedOf(record, wanted) : digests;
    });
    const found = await this.#attachments(log, digests.flat());
    return digests.map((list) => list.map((digest) => presentIn(found, log, digest)));
  }

  /** Attachments by the place of their digest, from 1, until there are this many bytes. */
  async #foundUpTo(asked: Asked): Promise<ReadonlyMap<number, Bytes>> {
    if (asked.digests.length === 0) return new Map();
    return (await this.#attached.of(asked)) ?? present((await this.#attachmentsUpTo([asked])).get(asked));
  }

  /**
   * The same for several readers, who together get no more bytes than one reader alone.
   * @returns nothing for a reader that would miss some bytes because of this bound
   */
  async #attachmentsUpTo(asked: readonly Asked[]): Promise<ReadonlyMap<Asked, ReadonlyMap<number, Bytes>>> {
    const rows = await this.#sql.query<{ n: number; bytes: Bytes }>(STATEMENTS.attachmentsUpTo, [
      asked.flatMap(({ log, digests }) => digests.map(() => rowKey(log))),
      asked.flatMap(({ digests }) => digests),
      Math.max(...asked.map(({ bytes }) => bytes)),
    ]);
    const found = new Map(rows.map(({ n, bytes }) => [n, bytes]));
    const all = new Map<Asked, ReadonlyMap<number, Bytes>>();
    let before = 0;
    for (const each of asked) {
      const own = new Map<number, Bytes>();
      for (let n = 1; n <= each.digests.length; n++) {
        const bytes = found.get(before + n);
        if (bytes) own.set(n, bytes);
      }
      before += each.digests.length;
      if (own.size === each.digests.length || asked.length === 1) all.set(each, own);
    }
    return all;
  }

  async #logsOf(subjects: readonly string[]): Promise<ReadonlyMap<string, LogId>> {
    const rows = await this.#sql.query<{ subject: string; log: Bytes }>(STATEMENTS.logsOf, [subjects]);
    return new Map(rows.map(({ subject, log }) => [subject, asId<LogId>(toHex(log))]));
  }

  async #attachments(log: LogId, digests: readonly Uint8Array[]): Promise<ReadonlyMap<string, Bytes>> {
    if (digests.length === 0) return new Map();
    const rows = await this.#sql.query<{ digest: Bytes; bytes: Bytes }>(STATEMENTS.attachments, [rowKey(log), digests]);
    return new Map(rows.map(({ digest, bytes }) => [toHex(digest), bytes]));
  }
}

interface EntryRow {
  readonly newest: number;
  readonly seq: number;
  readonly link: Bytes;
  /** Absent where no attachments are asked for: to read them would take as long as the links. */
  readonly digests?: readonly Bytes[];
}

function rowHash(hash: LinkHash): Bytes {
  return fromHex(hash, { name: "link hash", length: 32 });
}

/** The id of the log that an entry begins: the hash of its link. Nothing is verified. */
function logBegunBy(entry: Uint8Array): LogId | Refusal {
  try {
    return logIdOf(decodeEntry(entry).link.hash);
  } catch (error) {
    if (KeysteadError.is(error)) return { verdict: "refused", error };
    throw error;
  }
}

/** Digests of the attachments of a link that a reader gets: openings of names are those that no grant has. */
function wantedOf({ grants, attachments }: LinkRecord, wanted: Wanted): readonly Uint8Array[] {
  if (wanted === "all") return attachments;
  if (wanted === "none") return [];
  const mine = new Set<string>();
  const others = new Set<string>();
  for (const { keyring, boxes } of grants) {
    const own = typeof wanted === "object" && boxes.filter(({ member }) => member === wanted.mine);
    for (const { digest } of own || []) mine.add(toHex(digest)).add(toHex(keyring));
    for (const digest of [keyring, ...boxes.map(({ digest }) => digest)]) others.add(toHex(digest));
  }
  return attachments.filter((digest) => mine.has(toHex(digest)) || !others.has(toHex(digest)));
}

/** @throws `STORE_CORRUPT` */
function presentIn(found: ReadonlyMap<string, Bytes>, log: LogId, digest: Uint8Array): Bytes {
  const bytes = found.get(toHex(digest));
  if (bytes) return bytes;
  throw new KeysteadError("STORE_CORRUPT", `an attachment of log ${log} is missing; restore a backup`, {
    details: { log, attachment: toHex(digest) },
  });
}
