// An admin's device on the real machine, with a service that takes every entry at once and shows it: the device writes in the escrow
// log, and in users' logs in escrow's name. docs/spec.md sections 11 and 13 (ESC-8).

import { AppendList } from "../../src/bytes/append-list.js";
import type { Bytes } from "../../src/bytes/bytes.js";
import { present } from "../../src/bytes/present.js";
import type { Effect, Input } from "../../src/client/effects.js";
import { adminMachine } from "../../src/client/escrow-machine.js";
import type { AdminModel } from "../../src/client/escrow-model.js";
import { orderTo, type RecoveryOrder, recoveryOrder, renewOrder } from "../../src/client/escrow-orders.js";
import type { FollowedLog } from "../../src/client/followed-log.js";
import type { AdminIntent, Intent } from "../../src/client/intents.js";
import { connected, stateOf } from "../../src/client/model.js";
import { KeysteadError } from "../../src/errors.js";
import type { MemberState } from "../../src/grants/member-state.js";
import type { LogState } from "../../src/log/state.js";
import type { Env } from "../../src/primitives/env.js";
import { comparedWith } from "./client.js";

/** A user's log with its entries. */
export interface OfUser {
  readonly log: LogState;
  readonly entries: readonly Uint8Array[];
}

/** An admin's device. */
export class AdminClient {
  #model: AdminModel;
  /** The entries that the service has, by subject. */
  readonly #service = new Map<string, readonly Bytes[]>();

  /** @param from a device that acts on; without it, one that is no member yet. */
  constructor(subject: string, from?: MemberState & { readonly entries: readonly Uint8Array[] }) {
    this.#model = adminMachine.newModel(subject);
    if (!from) return;
    const { keyring, entries } = from;
    this.#service.set(subject, entries as readonly Bytes[]);
    this.#model = { ...this.#model, own: followed(from), keyring };
    // It looked at the service just now.
    this.#model = { ...this.#model, ...connected(this.#model, { state: "reached" }) };
  }

  get state(): MemberState {
    return stateOf(this.#model);
  }

  /** All entries of the escrow log. */
  get entries(): readonly Uint8Array[] {
    return this.#entriesOf(this.#model.subject);
  }

  /** Does in the escrow log what the admin asks for. @throws as the machine does; nothing has changed then */
  do(intent: Intent, env: Env): void {
    this.#step({ type: "intend", id: "asked", intent }, env);
    const error = this.#model.settled.find(({ id }) => id === "asked")?.error;
    this.#model = { ...this.#model, settled: [] };
    if (error) throw present(KeysteadError.from(error));
    if (this.#model.pending) throw new Error("the admin's device was shown its link, and waits for it");
  }

  /** The admin proves that the backup key is on paper. */
  provePaper(env: Env): void {
    this.#step({ type: "paper-proved", member: present(this.#model.paper).member }, env);
  }

  /** Takes in an entry of the escrow log that another one wrote. */
  takeIn(entry: Uint8Array, env: Env): void {
    this.#publish(this.#model.subject, entry);
    this.#step({ type: "sync" }, env);
  }

  /** Renews escrow in a user's log. @returns the entry. @throws as the machine does */
  renew(user: OfUser, env: Env): Uint8Array {
    return this.#doInUsersLog(user, orderTo("renew-user", renewOrder, { user: user.log.subject }), env);
  }

  /** Records a recovery, and then makes it. @returns the entry in the user's log. @throws as the machine does */
  recover(user: OfUser, order: Omit<RecoveryOrder, "user" | "case">, env: Env): Uint8Array {
    const intent = orderTo("record-recovery", recoveryOrder, { user: user.log.subject, case: "", ...order });
    const approve = order.approve.map((member) => present(comparedWith(user.log, member).token));
    return this.#doInUsersLog(user, { ...intent, approve }, env);
  }

  #doInUsersLog(user: OfUser, intent: AdminIntent, env: Env): Uint8Array {
    const { subject } = user.log;
    this.#service.set(subject, user.entries as readonly Bytes[]);
    this.do({ ...intent, user: followed(user) }, env);
    const written = this.#entriesOf(subject).slice(user.entries.length);
    if (written.length !== 1) throw new Error(`the admin's device wrote ${written.length} links in the user's log`);
    return present(written[0]);
  }

  /** One input, and all that it leads to. */
  #step(input: Input, env: Env): void {
    const inputs: Input[] = [input];
    for (let next = inputs.shift(); next; next = inputs.shift()) {
      const { model, effects } = adminMachine.step(this.#model, next, {}, env);
      this.#model = model;
      inputs.push(...effects.flatMap((effect) => this.#answerTo(effect)));
    }
  }

  #answerTo(effect: Effect): readonly Input[] {
    switch (effect.type) {
      case "read": {
        const entries = this.#entriesOf(effect.subject);
        const page = { entries: entries.slice(effect.after), newest: entries.length };
        return [{ type: "page", effect, page: entries.length > 0 ? page : undefined }];
      }
      case "publish":
        this.#publish(effect.subject, effect.entry);
        return [{ type: "published", effect, publication: { verdict: "accepted" } }];
      default:
        return [];
    }
  }

  #publish(subject: string, entry: Uint8Array): void {
    this.#service.set(subject, [...this.#entriesOf(subject), entry as Bytes]);
  }

  #entriesOf(subject: string): readonly Bytes[] {
    return this.#service.get(subject) ?? [];
  }
}

function followed({ log, entries }: OfUser): FollowedLog {
  return { log, entries: entries.reduce((list, entry) => list.push(entry as Bytes), AppendList.empty<Bytes>()) };
}
