// One log in the story: its entries, and the state of each of its members.

import type { LogState, MemberState, Proposal } from "keystead";
import type { Watch } from "./watch.js";

export class Circle {
  readonly #told: Watch;
  readonly #sessions = new Map<string, MemberState>();
  entries: readonly Uint8Array[] = [];

  constructor(told: Watch) {
    this.#told = told;
  }

  of(name: string): MemberState {
    return this.#sessions.get(name) as MemberState;
  }

  /** A member that receives nothing any more. */
  drop(name: string): MemberState {
    const session = this.of(name);
    this.#sessions.delete(name);
    return session;
  }

  /** Publishes a member's proposal, which all others receive. */
  publish<T extends MemberState>(proposal: Proposal<T>, name: string): T {
    this.#send(proposal, name);
    const made = this.#told.method(proposal, "accept") as T;
    this.#sessions.set(name, { log: made.log, keyring: made.keyring });
    return made;
  }

  /** Publishes a proposal of the operator, or of escrow, which all members receive. */
  publishLog(proposal: Proposal<LogState>): void {
    this.#send(proposal);
    this.#told.method(proposal, "accept");
  }

  #send({ entry }: Proposal<unknown>, name?: string): void {
    this.entries = [...this.entries, entry];
    for (const [other, session] of this.#sessions) {
      if (other !== name) this.#sessions.set(other, this.#told.core.receive(session, entry, { now: "unchecked" }));
    }
  }

  /** The log as every member sees it. */
  get log(): LogState {
    const [member] = this.#sessions.values();
    return (member as MemberState).log;
  }
}
