// The lies of a service in a simulated world, each taken back some time later.

import { createLog } from "../../src/authoring/enter.js";
import * as lies from "../../src/testing/lies.js";
import type { Device } from "./device.js";
import type { Dice } from "./dice.js";
import type { Judge } from "./judge.js";
import type { Service } from "./service.js";

const NAMES = ["roll back", "hold back", "drop", "corrupt", "strip", "swap", "reorder", "duplicate", "fork", "replace"];

/** What hears of each lie. */
type Told = Pick<Judge, "note" | "deceives" | "starves">;

/** Tells lies, and takes them back. */
export class Liar {
  readonly #dice: Dice;
  readonly #judge: Told;
  readonly #service: Service;
  readonly #devices: readonly Device[];
  #open: (() => void)[] = [];
  told = 0;
  readonly #names: readonly string[];

  /** @param names of lies that it tells. */
  constructor(dice: Dice, judge: Told, service: Service, devices: readonly Device[], names: readonly string[] = NAMES) {
    this.#names = names;
    this.#dice = dice;
    this.#judge = judge;
    this.#service = service;
    this.#devices = devices;
  }

  /** One more lie, to one or two devices. */
  tell(): void {
    const { length } = this.#service.entries;
    if (length === 0) return;
    const victims = this.#victims();
    const readers = victims.map(({ name }) => name);
    const name = this.#dice.of(this.#names) as string;
    this.#judge.note(`the service lies to ${readers.join(" and ")}: ${name}`);
    this.told++;
    // Only these show another history, and may raise an alarm.
    if (name === "fork" || name === "replace") for (const victim of victims) this.#judge.deceives(victim);
    if (name === "strip" || name === "swap") for (const victim of victims) this.#judge.starves(victim, true);
    const seq = 1 + this.#dice.below(length);
    if (name === "fork") this.#open.push(this.#service.fork(seq, readers));
    else this.#open.push(this.#service.tell(this.#lie(name, seq, length), readers));
  }

  /** One more lie about the contact, to one or two devices. */
  tellOfContact(): void {
    const readers = this.#victims().map(({ name }) => name);
    const { name, takeBack } = this.#service.other.lie(readers);
    this.#judge.note(`the service lies to ${readers.join(" and ")} about the contact: ${name}`);
    this.told++;
    this.#open.push(takeBack);
  }

  /** The messages between devices are carried in another way from now on. */
  meddle(): void {
    this.#judge.note(`the service carries messages ${this.#service.carrier.turn()}`);
  }

  #victims(): readonly Device[] {
    const drawn = [this.#dice.of(this.#devices), this.#dice.of(this.#devices)];
    return [...new Set(drawn)].filter((device) => device !== undefined);
  }

  /** A lie that somebody else told, to be taken back with the others. */
  opened(takeBack: () => void): void {
    this.#open.push(takeBack);
  }

  /** Takes one lie back. */
  regret(): void {
    const at = this.#dice.below(this.#open.length);
    const [takeBack] = this.#open.splice(at, 1);
    if (takeBack) this.#judge.note("the service takes a lie back");
    takeBack?.();
  }

  /** Takes every lie back. */
  repent(): void {
    for (const takeBack of this.#open) takeBack();
    this.#open = [];
    this.#service.carrier.repent();
  }

  #lie(name: string, seq: number, length: number): lies.Lie {
    const other = 1 + this.#dice.below(length);
    switch (name) {
      case "roll back":
        return lies.rollBackTo(seq);
      case "hold back":
        return lies.holdBack(1 + this.#dice.below(3));
      case "drop":
        return lies.drop(seq);
      case "corrupt": {
        const entry = this.#service.entries[seq - 1] as Uint8Array;
        return lies.corrupt(seq, this.#dice.below(entry.length));
      }
      case "strip":
        return lies.stripAttachments(seq);
      case "swap":
        return lies.swapAttachments(seq, other);
      case "reorder":
        return lies.reorder(seq, other);
      case "duplicate":
        return lies.duplicate(seq);
      default: {
        const env = { random: (length: number) => this.#dice.bytes(length), now: () => 1_700_000_000_000 };
        const another = createLog({ subject: this.#service.subject, device: { name: "Another" } }, env);
        return lies.present([another.entry]);
      }
    }
  }
}
