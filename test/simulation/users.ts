// What users do with their devices. A user knows what is on all of their screens, and compares what must be compared.

import type { Session } from "../../src/client/session.js";
import { KeysteadError } from "../../src/errors.js";
import type { Asked, Device, Tab } from "./device.js";
import { describe } from "./device.js";
import type { Dice } from "./dice.js";
import type { Judge } from "./judge.js";

/** Codes that no verb of an honest user may end with. */
const NEVER = new Set(["INVALID_ARGUMENT", "WIPED", "STORE_CORRUPT", "STORE_STALE", "UNKNOWN_MEMBER"]);

/** The people of a world. */
export class Users {
  readonly #dice: Dice;
  readonly #judge: Judge;
  readonly #devices: readonly Device[];
  readonly asked: Asked[] = [];

  constructor(dice: Dice, judge: Judge, devices: readonly Device[]) {
    this.#dice = dice;
    this.#judge = judge;
    this.#devices = devices;
  }

  /** One user looks at one screen, and perhaps does something. */
  act(tab: Tab): void {
    const { session, device } = tab;
    if (!session) return;
    const { status, devices } = session.getSnapshot();
    switch (status) {
      case "new":
        this.#enter(tab, session);
        return;
      case "waiting":
        if (this.#dice.permille(300)) this.#ask(tab, "rename", () => session.rename({ name: this.#newName(device) }));
        return;
      case "ready": {
        if (devices && devices.pending.length > 0 && this.#dice.permille(700)) this.#approve(tab, session);
        else this.#ask(tab, "rename", () => session.rename({ name: this.#newName(device) }));
        return;
      }
      default:
        return;
    }
  }

  #newName({ name }: Device): string {
    return `${name} ${this.#dice.below(1000)}`;
  }

  #enter(tab: Tab, session: Session): void {
    const description = { name: this.#newName(tab.device) };
    const isFirst = this.#devices[0] === tab.device || this.#dice.permille(100);
    if (isFirst && this.#devices.every(({ length }) => length === 0)) {
      this.#ask(tab, "create", () => session.create(description));
    } else this.#ask(tab, "join", () => session.join(description));
  }

  /** The user compares the fingerprint on the other device's screen. */
  #approve(tab: Tab, session: Session): void {
    const waiting = this.#dice.of(session.getSnapshot().devices?.pending ?? []);
    if (!waiting) return;
    for (const other of this.#devices) {
      const view = this.#dice.of(other.tabs)?.session?.getSnapshot().devices;
      if (!view?.fingerprint || view.me.member !== waiting.member) continue;
      const { token } = session.compare(view.fingerprint, waiting.member);
      if (token) this.#ask(tab, "save", () => session.save({ approve: [token] }));
    }
  }

  #ask(tab: Tab, verb: string, act: () => Promise<void>): void {
    const { device } = tab;
    this.#judge.note(`${device.name} is asked to ${verb}`);
    const before = device.ids.length;
    const since = device.length;
    let promise: Promise<void>;
    try {
      promise = act();
    } catch (error) {
      promise = Promise.reject(error);
    }
    // A verb draws its name before it waits for anything; a join may fetch the log first.
    const ids = device.ids.slice(before);
    const asked: Asked = { device, verb, ids, since, ended: undefined, code: undefined };
    this.asked.push(asked);
    tab.asked.push(asked);
    promise.then(
      () => {
        asked.ended = "done";
        this.#judge.done(asked);
      },
      (error: unknown) => {
        asked.ended = "failed";
        const code = KeysteadError.from(error)?.code;
        asked.code = code;
        this.#judge.note(`${verb} on ${device.name} failed: ${KeysteadError.from(error)?.message ?? error}`);
        if (code === undefined || NEVER.has(code)) this.#judge.fail(`${verb} on ${device.name}: ${describe(error)}`);
      },
    );
  }
}
