// Messages between the members of a log, such as those by which two devices compare digits: a few small ones, for minutes only, and for
// all relays on one database, since two devices may reach two of them. They are opaque here, and a lost one is sent again by its
// user. docs/transport.md.

import { type Bytes, equalBytes } from "../bytes/bytes.js";
import type { LogId, MemberId } from "../bytes/ids.js";
import { asId, fromHex, toHex } from "../bytes/text.js";
import { PARAMETERS } from "../transport/addresses.js";
import { MAX_MESSAGES, MESSAGE, MESSAGES, readBody } from "../transport/wire.js";
import { answer } from "./answer.js";
import type { Logs } from "./logs.js";
import type { RelaySettings } from "./options.js";
import type { Exchange, Proofs } from "./proofs.js";
import { noLog, Refusal, unsigned, wellFormed } from "./refusal.js";
import { STATEMENTS } from "./statements.js";
import { rowKey } from "./states.js";

/** Milliseconds for which a message is kept. */
const KEPT = 300_000;
/** Messages of one sender in a log that are kept at a time. Relays that store one at the same moment may each add one. */
const MAX_OF_SENDER = 16;
/** Logs with messages that this relay stored. Beyond that the one whose messages came first loses them. */
const MAX_LOGS = 10_000;
/** Logs whose old messages one request deletes: more than it adds. */
const FORGOTTEN = 2;
/** Tries to store a message while other relays store messages in the same log. */
const TRIES = 20;

/** The messages in a database, and their routes. */
export class Messages {
  readonly #settings: RelaySettings;
  readonly #logs: Logs;
  readonly #proofs: Proofs;
  /** Until when rows of a log may be there, oldest first. What a relay that was killed leaves goes with the next message of its log. */
  readonly #stored = new Map<LogId, number>();

  constructor(settings: RelaySettings, logs: Logs, proofs: Proofs) {
    this.#settings = settings;
    this.#logs = logs;
    this.#proofs = proofs;
  }

  async send(exchange: Exchange): Promise<Response> {
    const { log, member, active } = await this.#talking(exchange);
    const { to, message } = wellFormed(() => readBody(MESSAGE, exchange.body));
    if (!active.has(to)) throw new Refusal(422, "UNKNOWN_MEMBER", "the message is for no active member of the log");
    const { sql, env } = this.#settings;
    const now = env.now();
    const [key, from, recipient] = [rowKey(log), memberKey(member), memberKey(to)];
    const kept = await sql.query<{ recipient: Bytes; message: Bytes }>(STATEMENTS.messagesBy, [key, from, now]);
    // A request that comes twice, or is replayed, changes nothing.
    if (kept.some((each) => equalBytes(each.recipient, recipient) && equalBytes(each.message, message)))
      return new Response(null, { status: 204 });
    if (kept.length >= MAX_OF_SENDER)
      throw new Refusal(429, "RATE_LIMITED", "too many messages; wait", { retryAfter: KEPT });
    await this.#forgetOld(log, now);
    for (let tries = 0; tries < TRIES; tries++) {
      const row = [key, now, from, recipient, message, now + KEPT];
      if ((await sql.query(STATEMENTS.putMessage, row)).length > 0) return new Response(null, { status: 204 });
    }
    throw new Refusal(429, "RATE_LIMITED", "too many messages at a time; try again", { retryAfter: 1000 });
  }

  async read(exchange: Exchange): Promise<Response> {
    const { log, member } = await this.#talking(exchange);
    const { sql, env } = this.#settings;
    const rows = await sql.query<{ id: number; sender: Bytes; message: Bytes }>(STATEMENTS.messagesTo, [
      ...[rowKey(log), memberKey(member), exchange.query.after],
      ...[env.now(), MAX_MESSAGES],
    ]);
    const messages = rows.map(({ id, sender, message }) => ({ id, from: asId<MemberId>(toHex(sender)), message }));
    return answer(200, MESSAGES, { messages });
  }

  /** Deletes what is kept no more, of this log and of a few others, and notes that this log has messages. */
  async #forgetOld(log: LogId, now: number): Promise<void> {
    const { sql } = this.#settings;
    this.#stored.delete(log);
    const old = [...this.#stored].slice(0, FORGOTTEN);
    const due = old.filter(([, until], at) => until <= now || this.#stored.size - at >= MAX_LOGS);
    this.#stored.set(log, now + KEPT);
    await sql.query(STATEMENTS.forgetMessages, [rowKey(log), now]);
    for (const [each, until] of due) {
      this.#stored.delete(each);
      await sql.query(STATEMENTS.forgetMessages, [rowKey(each), Math.max(now, until)]);
    }
  }

  /** An active member of the log in the path. @throws {@link Refusal} 400, 401, 404 */
  async #talking(exchange: Exchange) {
    const log = wellFormed(() => PARAMETERS.log.read(exchange.values["log"] ?? ""));
    const { state } = (await this.#logs.standing(log)) ?? {};
    if (!state) throw noLog();
    const { member } = (await this.#proofs.signed(exchange, [state], false)) ?? {};
    if (!member) throw unsigned();
    return { log, member, active: state.active };
  }
}

function memberKey(member: MemberId): Bytes {
  return fromHex(member, { name: "member", length: 16 });
}
