// Messages between the members of a log, such as those by which two devices compare digits: a few small ones, in memory and for minutes
// only. They are opaque here, and a lost one is sent again by its user. docs/transport.md.

import { equalBytes } from "../bytes/bytes.js";
import type { LogId, MemberId } from "../bytes/ids.js";
import type { MemberMessage } from "../transport/transport.js";
import { MAX_MESSAGES, MESSAGE, MESSAGES, PARAMETERS, readBody } from "../transport/wire.js";
import { answer } from "./answer.js";
import type { Logs } from "./logs.js";
import type { RelaySettings } from "./options.js";
import type { Exchange, Proofs } from "./proofs.js";
import { noLog, Refusal, unsigned, wellFormed } from "./refusal.js";

/** Milliseconds for which a message is kept. */
const KEPT = 300_000;
/** Messages of one sender in a log that are kept at a time. */
const MAX_OF_SENDER = 16;
/** Logs with messages. Beyond that the one whose messages came first loses them. */
const MAX_LOGS = 10_000;

interface Kept extends MemberMessage {
  readonly to: MemberId;
  readonly until: number;
}

/** The messages of a relay, and their routes. */
export class Messages {
  readonly #settings: RelaySettings;
  readonly #logs: Logs;
  readonly #proofs: Proofs;
  readonly #byLog = new Map<LogId, readonly Kept[]>();
  #last = 0;

  constructor(settings: RelaySettings, logs: Logs, proofs: Proofs) {
    this.#settings = settings;
    this.#logs = logs;
    this.#proofs = proofs;
  }

  async send(exchange: Exchange): Promise<Response> {
    const { log, member, active } = await this.#talking(exchange);
    const { to, message } = wellFormed(() => readBody(MESSAGE, exchange.body));
    if (!active.has(to)) throw new Refusal(422, "UNKNOWN_MEMBER", "the message is for no active member of the log");
    const now = this.#settings.env.now();
    const kept = this.#kept(log, now);
    // A request that comes twice, or is replayed, changes nothing.
    const isKnown = kept.some((each) => each.from === member && each.to === to && equalBytes(each.message, message));
    if (isKnown) return new Response(null, { status: 204 });
    if (kept.filter(({ from }) => from === member).length >= MAX_OF_SENDER)
      throw new Refusal(429, "RATE_LIMITED", "too many messages; wait", { retryAfter: KEPT });
    // Greater than those of a relay that ran before this one.
    this.#last = Math.max(this.#last + 1, now);
    this.#byLog.delete(log);
    this.#byLog.set(log, [...kept, { id: this.#last, from: member, to, message, until: now + KEPT }]);
    for (const oldest of this.#byLog.keys()) {
      if (this.#byLog.size <= MAX_LOGS) break;
      this.#byLog.delete(oldest);
    }
    return new Response(null, { status: 204 });
  }

  async read(exchange: Exchange): Promise<Response> {
    const { log, member } = await this.#talking(exchange);
    const { after } = exchange.query;
    const kept = this.#kept(log, this.#settings.env.now());
    const messages = kept.filter(({ to, id }) => to === member && id > after).slice(0, MAX_MESSAGES);
    return answer(200, MESSAGES, { messages: messages.map(({ id, from, message }) => ({ id, from, message })) });
  }

  #kept(log: LogId, now: number): readonly Kept[] {
    const kept = (this.#byLog.get(log) ?? []).filter(({ until }) => until > now);
    if (kept.length === 0) this.#byLog.delete(log);
    return kept;
  }

  /** An active member of the log in the path. @throws {@link Refusal} 400, 401, 404 */
  async #talking(exchange: Exchange) {
    const log = wellFormed(() => PARAMETERS.log.read(exchange.values["log"] ?? ""));
    const state = await this.#logs.newestState(log);
    if (!state || (await this.#logs.logOf(state.subject)) !== log) throw noLog();
    const { member } = (await this.#proofs.signed(exchange, [state], false)) ?? {};
    if (!member) throw unsigned();
    return { log, member, active: state.active };
  }
}
