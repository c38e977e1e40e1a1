// Limits, so that a stolen device or a stranger can neither fill a log nor keep its owner out of it.

import { equalBytes } from "../bytes/bytes.js";
import type { LogId, MemberId } from "../bytes/ids.js";
import { lastOf } from "../bytes/present.js";
import { KeysteadError } from "../errors.js";
import { decodeEntry } from "../log/entry.js";
import { isConfirmed, type LinkRecord, type LogState } from "../log/state.js";
import { readBody } from "../log/verify-link.js";
import * as LABELS from "../primitives/labels.js";
import { verifyLabelled } from "../primitives/sign.js";
import type { Logs } from "./logs.js";
import type { Limits } from "./options.js";
import { Refusal } from "./refusal.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Most rows of a day that are looked at. A log that grows faster is limited by the confirmed members' own rate. */
const MAX_ROWS = 10_000;

/**
 * Refuses a link by an unconfirmed member when they wrote too many together. What confirmed members and the operator write is not
 * counted, and is never refused: the owner gets in to remove a thief. Times are those of the relay: a thief chooses the time in a link.
 *
 * @throws {@link Refusal} 429
 */
export async function checkUnconfirmed(
  logs: Logs,
  limits: Limits,
  now: number,
  before: LogState,
  after: LogState,
): Promise<void> {
  const record = lastOf(after.links);
  if (!isUnconfirmed(before, record)) return;
  const rows = await logs.filledSince(before.head.log, now - DAY, MAX_ROWS);
  const recent = rows.flatMap(({ seq, at }) => {
    const written = before.links.at(seq - 1);
    return written && isUnconfirmed(before, written) ? [{ written, at }] : [];
  });
  const check = (limit: number, span: number, what: string, counts: (written: LinkRecord) => boolean) => {
    const times = recent.filter(({ written, at }) => at > now - span && counts(written)).map(({ at }) => at);
    if (!counts(record) || times.length < limit) return;
    // Newest first: when this many are left, the next one is allowed.
    const retryAfter = (times[Math.max(0, limit - 1)] ?? now) + span - now;
    throw new Refusal(429, "RATE_LIMITED", `devices that nobody approved wrote ${what}; approve them, or wait`, {
      retryAfter,
    });
  };
  check(limits.links, HOUR, `${limits.links} links within an hour`, () => true);
  check(limits.epochs, DAY, `${limits.epochs} epochs within a day`, ({ epoch }) => epoch !== undefined);
  check(limits.joins, DAY, `${limits.joins} joins within a day`, ({ type }) => type === "join");
}

/** Whether its author is of another class than the confirmed one now, removed or new. */
function isUnconfirmed(log: LogState, { author }: LinkRecord): boolean {
  if (author === "operator") return false;
  const member = log.active.get(author);
  return !member || !isConfirmed(log, member);
}

/** Lost races in a row after which a member gets the head, and for how long. */
const LOST_RACES = 3;
const RESERVED = 2000;
/** Logs of which races are remembered. */
const MAX_LOGS = 10_000;

interface Race {
  /** How often a member lost in a row, and the last position. */
  readonly lost: Map<MemberId, { readonly times: number; readonly seq: number }>;
  reserved?: { readonly member: MemberId; readonly until: number };
}

/**
 * A device that lost three races in a row gets the head of the log for two seconds: otherwise a device with a slow line would
 * never get in while one with a fast line writes. A race counts once for each position, so nobody gets the head without three links by
 * others in between.
 */
export class Races {
  readonly #races = new Map<LogId, Race>();

  /** @throws {@link Refusal} 429 while another member has the head */
  check(now: number, { head: { log }, links }: LogState): void {
    const { reserved } = this.#races.get(log) ?? {};
    const { author } = lastOf(links);
    if (!reserved || reserved.until <= now || author === reserved.member || author === "operator") return;
    const retryAfter = reserved.until - now;
    throw new Refusal(429, "HEAD_RESERVED", "a device that lost three races writes first; try again", { retryAfter });
  }

  /** Somebody's link was stored. */
  won({ head: { log }, links }: LogState): void {
    const race = this.#races.get(log);
    const { author } = lastOf(links);
    if (!race || author === "operator") return;
    race.lost.delete(author);
    if (race.reserved?.member === author) delete race.reserved;
  }

  /** An entry for a position that another link filled. */
  lost(now: number, log: LogState, entry: Uint8Array, seq: number): void {
    const member = authorOf(log, entry);
    // An old position shows no race: somebody sends an entry again.
    if (!member || seq !== log.head.seq) return;
    const race: Race = this.#races.get(log.head.log) ?? { lost: new Map() };
    const before = race.lost.get(member);
    if (before && before.seq >= seq) return;
    const times = (before?.times ?? 0) + 1;
    race.lost.set(member, { times, seq });
    if (times >= LOST_RACES) {
      race.reserved = { member, until: now + RESERVED };
      race.lost.delete(member);
    }
    this.#races.delete(log.head.log);
    this.#races.set(log.head.log, race);
    for (const oldest of this.#races.keys()) {
      if (this.#races.size <= MAX_LOGS) break;
      this.#races.delete(oldest);
    }
  }
}

/** The active member that signed an entry: anybody could send one in its name, so that its signature is verified. */
function authorOf(log: LogState, entry: Uint8Array): MemberId | undefined {
  try {
    const { link } = decodeEntry(entry);
    const { type, body } = readBody(link);
    const key = type.author?.(body);
    const [first] = link.signatures;
    if (!key || !first || !equalBytes(first.key, key)) return undefined;
    const author = [...log.active.values()].find(({ signingKey }) => equalBytes(signingKey, key));
    if (!author || !verifyLabelled(LABELS.linkSignature, key, link.body, first.signature)) return undefined;
    return author.id;
  } catch (error) {
    if (KeysteadError.is(error)) return undefined;
    throw error;
  }
}

const MINUTE = 60_000;
/** Addresses that are remembered. Beyond that all begin anew: memory is bounded, and nobody is locked out. */
const MAX_ADDRESSES = 100_000;

/** Counts requests of each address in the current minute. */
export class Rates {
  #minute = 0;
  readonly #counts = new Map<string, number>();

  /** @throws {@link Refusal} 429 */
  check(now: number, address: string | undefined, limit: number): void {
    if (address === undefined) return;
    const minute = Math.floor(now / MINUTE);
    if (minute !== this.#minute || this.#counts.size >= MAX_ADDRESSES) this.#counts.clear();
    this.#minute = minute;
    const count = (this.#counts.get(address) ?? 0) + 1;
    this.#counts.set(address, count);
    if (count <= limit) return;
    const retryAfter = (minute + 1) * MINUTE - now;
    throw new Refusal(429, "RATE_LIMITED", "too many requests from this address; wait", { retryAfter });
  }
}
