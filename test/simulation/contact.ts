// Another account of a simulated world, whose log grows while the devices seal to it: by its own devices, and by strangers that nobody
// approves. The service lies about it as about the first one.

import { createLog, joinLog } from "../../src/authoring/enter.js";
import { receive } from "../../src/authoring/receive.js";
import { rename, review } from "../../src/authoring/verbs.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { decodeEntry } from "../../src/log/entry.js";
import type { LogState } from "../../src/log/state.js";
import { verifyLog } from "../../src/log/verify.js";
import * as lies from "../../src/testing/lies.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import type { EntriesPage } from "../../src/transport/transport.js";
import type { Dice } from "./dice.js";
import { hashIn } from "./image.js";

const SUBJECT = "contact-of-everybody";
const NOW = 1_700_000_000_000;

/** The other account. */
export class OtherAccount {
  readonly subject = SUBJECT;
  readonly #dice: Dice;
  readonly #relay = new MaliciousRelay();
  /** Histories of its own for some readers. */
  readonly #branches = new Map<string, readonly Uint8Array[]>();
  /** Links of strangers, on any history. */
  readonly #strange = new Set<string>();
  #owner: MemberState;

  constructor(dice: Dice) {
    this.#dice = dice;
    const genesis = createLog({ subject: SUBJECT, device: { name: "Theirs" } }, this.#env);
    this.#relay.publish(SUBJECT, genesis.entry);
    this.#owner = genesis.accept();
  }

  get #env() {
    return { random: (length: number) => this.#dice.bytes(length), now: () => NOW };
  }

  /** The true log. */
  get log(): LogState {
    return this.#owner.log;
  }

  /** The device that opens what is sealed to the account. */
  get owner(): MemberState {
    return this.#owner;
  }

  /** Whether a stranger wrote this link. */
  isStrange(hash: string): boolean {
    return this.#strange.has(hash);
  }

  /** Something happens in the account. */
  grow(): void {
    if (this.log.active.size > 40) return;
    switch (this.#dice.weighted({ rename: 3, device: 2, stranger: 2 })) {
      case "rename":
        this.#write(rename(this.#owner, { member: this.#owner.keyring.member, name: "Mine" }, this.#env));
        return;
      case "device": {
        const { member } = this.#joined().keyring;
        this.#write(review(this.#owner, { approveUncompared: [member] }, this.#env));
        return;
      }
      case "stranger":
        this.#joined(true);
    }
  }

  #write(proposal: { readonly entry: Uint8Array; accept(): MemberState }): void {
    this.#relay.publish(SUBJECT, proposal.entry);
    this.#owner = proposal.accept();
  }

  #joined(isStranger = false): MemberState {
    const join = joinLog(this.log, { device: { name: "New" } }, this.#env);
    if (isStranger) this.#strange.add(hashIn(join.entry));
    this.#relay.publish(SUBJECT, join.entry);
    this.#owner = receive(this.#owner, join.entry, { now: NOW });
    return join.accept();
  }

  /** One lie to some readers. @returns its name, and a function that takes it back */
  lie(readers: readonly string[]): { readonly name: string; readonly takeBack: () => void } {
    const { seq: length } = this.log.head;
    const seq = 1 + this.#dice.below(length);
    const name = this.#dice.of(["roll back", "hold back", "drop", "corrupt", "fork", "replace"] as const) as string;
    const tell = (lie: lies.Lie) => ({ name, takeBack: this.#relay.tell(SUBJECT, lie, { to: readers }) });
    switch (name) {
      case "roll back":
        return tell(lies.rollBackTo(seq));
      case "hold back":
        return tell(lies.holdBack(1));
      case "drop":
        return tell(lies.drop(seq));
      case "corrupt":
        return tell(lies.corrupt(seq, 40));
      case "fork":
        return { name, takeBack: this.#fork(seq, readers) };
      default:
        return tell(lies.present([createLog({ subject: SUBJECT, device: { name: "Another" } }, this.#env).entry]));
    }
  }

  /** The true beginning, and then links of strangers. */
  #fork(seq: number, readers: readonly string[]): () => void {
    const entries = [...this.#relay.read(SUBJECT)].slice(0, seq);
    for (let count = 1 + this.#dice.below(3); count > 0; count--) {
      const log = verifyLog(entries, { subject: SUBJECT, now: "unchecked" });
      const { entry } = joinLog(log, { device: { name: "Forked" } }, this.#env);
      this.#strange.add(hashIn(entry));
      entries.push(entry);
    }
    for (const reader of readers) this.#branches.set(reader, entries);
    return () => {
      for (const reader of readers) if (this.#branches.get(reader) === entries) this.#branches.delete(reader);
    };
  }

  /** A page, as one reader sees it. */
  page(reader: string, after: number, size: number): EntriesPage {
    const entries = this.#branches.get(reader) ?? this.#relay.read(SUBJECT, reader);
    return {
      entries: entries.slice(after, after + size).map((entry) => new Uint8Array(entry)),
      newest: entries.length,
    };
  }

  /** The true hash at a position. */
  hashAt(seq: number): string | undefined {
    const record = this.log.links.at(seq - 1);
    return record && decodeEntry(this.#relay.read(SUBJECT)[seq - 1] as Uint8Array).link.hash;
  }
}
