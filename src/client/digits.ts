// Compares seven digits with another device of the account that is online: carries the messages of both sides over the service.
// docs/spec.md section 10.1.

import type { AbortSignalLike } from "../arguments/platform.js";
import { checkWork } from "../arguments/work.js";
import type { MemberId } from "../bytes/ids.js";
import { toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { answerDigits, askForDigits, beginAgain, beginningIn, type DigitsComparison } from "../fingerprint/digits.js";
import { isSameHead } from "../log/heads.js";
import type { Head } from "../log/state.js";
import { readClock } from "../primitives/env.js";
import type { MemberMessage, Transport } from "../transport/transport.js";
import type { ClientEnv } from "./client-env.js";
import { type Driver, sessionClosed } from "./driver.js";
import { notNow, stateOf } from "./model.js";

/** Milliseconds between two looks for messages. */
const POLL = 1_000;
/** Milliseconds until a comparison has failed. */
const LIMIT = 120_000;

/** Options of a comparison of digits. */
export interface DigitsOptions {
  /** Ends it: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignalLike | undefined;
}

/** What a comparison works with. */
export interface DigitsWork {
  readonly driver: Driver;
  readonly transport: Transport;
  readonly subject: string;
  readonly env: ClientEnv;
  readonly begun: Begun;
}

/** What a session keeps of its comparisons. In memory only: an opening is never stored either. */
export interface Begun {
  /** Commitments that this device has answered: none is answered twice (SAS-2). */
  readonly answered: Set<string>;
  /** How many were begun. The newest one alone goes on: two at a time would give a liar two tries (SAS-2). */
  count: number;
}

/** The approving device's side. @throws `COMPARE_AGAIN`, `NOT_PERMITTED`, `UNKNOWN_MEMBER`, `OFFLINE`, `FORBIDDEN` */
export async function compareDigits(
  work: DigitsWork,
  member: MemberId,
  options: DigitsOptions,
): Promise<DigitsComparison> {
  const mail = new Mail(work, options);
  await work.driver.sync();
  const { log } = stateOf(work.driver.model);
  const question = askForDigits(log, member, work.env);
  await mail.send(member, question.message);
  const { message, comparison } = await mail.first(({ message }) => question.take(message));
  mail.requireHead(log.head);
  await mail.send(member, message);
  const check: DigitsComparison["check"] = (shown) => {
    mail.requireNewest();
    return comparison.check(shown);
  };
  return Object.freeze({ ...comparison, check });
}

/** The other device's side. @throws as {@link compareDigits} */
export async function showDigits(work: DigitsWork, options: DigitsOptions): Promise<string> {
  const { answered } = work.begun;
  const mail = new Mail(work, options);
  await work.driver.sync();
  const begun = await mail.first((letter) => {
    const commitment = beginningIn(letter.message)?.commitment;
    return commitment && !answered.has(toHex(commitment)) ? { letter, commitment } : undefined;
  });
  answered.add(toHex(begun.commitment));
  // The approving device may have seen a link since.
  await work.driver.sync();
  const state = stateOf(work.driver.model);
  const answer = answerDigits(state, begun.letter.message, work.env);
  await mail.send(begun.letter.from, answer.message);
  const digits = await mail.first(({ message }) => answer.take(message));
  mail.requireHead(state.log.head);
  return digits;
}

/** The messages of one comparison. */
class Mail {
  readonly #work: DigitsWork;
  readonly #signal: AbortSignalLike;
  /** Milliseconds that are left, and the time when that was looked at. */
  #left = LIMIT;
  #at: number;
  readonly #number: number;
  #after = 0;

  /** @throws `NOT_PERMITTED` where the service carries no messages */
  constructor(work: DigitsWork, options: DigitsOptions) {
    const { signal = new AbortController().signal } = checkWork(options, "listens");
    if (!work.transport.sendMessage || !work.transport.readMessages)
      throw notNow("this transport carries no messages between devices; compare the whole fingerprint");
    this.#work = work;
    this.#signal = signal;
    this.#at = readClock(work.env);
    this.#number = ++work.begun.count;
  }

  async send(to: MemberId, message: Uint8Array): Promise<void> {
    const { transport, subject } = this.#work;
    await transport.sendMessage?.(subject, to, message, this.#request());
  }

  /** What the newest usable message gives, once there is one. Anybody may have sent a message: `take` judges each. */
  async first<T>(take: (letter: MemberMessage) => T | undefined): Promise<T> {
    const { env } = this.#work;
    for (;;) {
      const letters = [...(await this.#read())].reverse();
      this.requireNewest();
      for (const letter of letters) {
        const found = take(letter);
        if (found !== undefined) return found;
      }
      const now = readClock(env);
      // A clock that is set back meanwhile gives no more time.
      this.#left -= Math.max(0, now - this.#at);
      this.#at = now;
      if (this.#left <= 0) throw beginAgain("the other device did not answer in time", "unanswered");
      await env.sleep(POLL, this.#signal);
    }
  }

  async #read(): Promise<readonly MemberMessage[]> {
    const { transport, subject } = this.#work;
    const request = { after: this.#after, ...this.#request() };
    try {
      const messages = (await transport.readMessages?.(subject, request)) ?? [];
      this.#after = Math.max(this.#after, ...messages.map(({ id }) => id));
      return messages;
    } catch (caught) {
      // A look that fails is done again, until the time is over.
      if (KeysteadError.from(caught)?.code !== "OFFLINE") throw caught;
      return [];
    }
  }

  /** @throws `COMPARE_AGAIN` when the log has grown since the comparison began */
  requireHead(head: Head): void {
    if (!isSameHead(stateOf(this.#work.driver.model).log.head, head))
      throw beginAgain("the log has got links since the comparison began", "moved-on");
  }

  /** @throws `COMPARE_AGAIN` when the user has begun another comparison on this device since (SAS-2) */
  requireNewest(): void {
    if (this.#number !== this.#work.begun.count)
      throw beginAgain("another comparison was begun on this device since", "begun-again");
  }

  #request() {
    this.requireNewest();
    this.#signal.throwIfAborted();
    const { driver } = this.#work;
    if (driver.isClosed) throw sessionClosed();
    return { signer: driver.signer(), signal: this.#signal };
  }
}
