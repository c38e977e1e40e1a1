// One log in the story: its entries, and what each of its members knows and holds.

import type { Authored, LogState, Session } from "keystead";
import type { Watch } from "./watch.js";

export class Circle {
  readonly #told: Watch;
  readonly #sessions = new Map<string, Session>();
  entries: readonly Uint8Array[] = [];

  constructor(told: Watch) {
    this.#told = told;
  }

  of(name: string): Session {
    return this.#sessions.get(name) as Session;
  }

  /** A member that receives nothing any more. */
  drop(name: string): Session {
    const session = this.of(name);
    this.#sessions.delete(name);
    return session;
  }

  /** Publishes what a member made, which all others receive. Without a name it is the operator's, or escrow's. */
  publish<T extends Pick<Authored, "log" | "entry">>(made: T & Partial<Authored>, name?: string): T {
    this.entries = [...this.entries, made.entry];
    for (const [other, session] of this.#sessions) {
      if (other !== name) this.#sessions.set(other, this.#told.core.receive(session, made.entry));
    }
    if (name !== undefined && made.keyring) this.#sessions.set(name, { log: made.log, keyring: made.keyring });
    return made;
  }

  /** The log as every member sees it. */
  get log(): LogState {
    const [member] = this.#sessions.values();
    return (member as Session).log;
  }
}
