// How the service of a simulated world carries messages between devices that compare digits: as they were sent, changed, to another
// device, or with somebody between who answers one side and asks the other. docs/spec.md section 10.1.

import { encodeCbor } from "../../src/bytes/cbor.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { askForDigits, beginningIn, type DigitsQuestion } from "../../src/fingerprint/digits.js";
import type { LogState } from "../../src/log/state.js";
import type { MemberMessage } from "../../src/transport/transport.js";
import type { Dice } from "./dice.js";

const WAYS = ["as sent", "changed", "misdirected", "between"] as const;

/** Messages of one log. */
export class DigitsCarrier {
  readonly #dice: Dice;
  readonly #messages: (MemberMessage & { readonly to: MemberId })[] = [];
  /** What somebody between the devices asks, by the device that is asked. */
  readonly #asked = new Map<MemberId, { readonly question: DigitsQuestion; readonly approver: MemberId }>();
  readonly #meddled = new Set<MemberId>();
  #way: (typeof WAYS)[number] = "as sent";

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** Another way to carry them from now on. @returns its name */
  turn(): string {
    this.#way = this.#dice.of(WAYS) ?? "as sent";
    return this.#way;
  }

  /** It is honest from now on. */
  repent(): void {
    this.#way = "as sent";
  }

  /** Two devices begin. */
  begins(...members: readonly MemberId[]): void {
    for (const member of members) this.#meddled.delete(member);
  }

  /** Whether a message from or to one of these was not carried as it was sent, since they began. */
  hasMeddled(...members: readonly MemberId[]): boolean {
    return members.some((member) => this.#meddled.has(member));
  }

  read(me: MemberId, after: number): readonly MemberMessage[] {
    return this.#messages.filter(({ id, to }) => to === me && id > after);
  }

  /** @param log as it is now */
  send(from: MemberId, to: MemberId, message: Uint8Array, log: LogState): void {
    const other = this.#dice.of([...log.active.keys()].filter((member) => member !== to));
    if (this.#way === "as sent" || other === undefined) {
      this.#keep(from, to, message);
      return;
    }
    for (const member of [from, to]) this.#meddled.add(member);
    if (this.#way === "between") this.#between(from, to, message, log);
    else if (this.#way === "changed") this.#keep(from, to, this.#changed(message));
    else this.#keep(from, other, message);
  }

  #changed(message: Uint8Array): Uint8Array {
    const at = this.#dice.below(message.length);
    return message.map((byte, index) => (index === at ? byte ^ (1 << this.#dice.below(8)) : byte));
  }

  /** Somebody between the devices answers the approving one, and asks the other one. */
  #between(from: MemberId, to: MemberId, message: Uint8Array, log: LogState): void {
    const env = { random: (length: number) => this.#dice.bytes(length), now: () => log.time };
    const begun = beginningIn(message);
    if (begun && log.active.has(to)) {
      const question = askForDigits(log, to, env);
      this.#asked.set(to, { question, approver: from });
      this.#keep(from, to, question.message);
      const { commitment } = begun;
      const answer = { v: 1, step: "answer", commitment, part: env.random(32) };
      this.#keep(to, from, encodeCbor(new Map(Object.entries(answer))));
      return;
    }
    const asked = this.#asked.get(from);
    const opened = asked?.question.take(message);
    if (asked && opened) this.#keep(asked.approver, from, opened.message);
  }

  #keep(from: MemberId, to: MemberId, message: Uint8Array): void {
    this.#messages.push({ id: this.#messages.length + 1, from, to, message: new Uint8Array(message) });
  }
}
