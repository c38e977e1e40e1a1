// An admin's device on the real machine, with a service that takes every entry at once and shows it: the device writes in the escrow
// log, and in users' logs in escrow's name. docs/spec.md sections 11 and 13 (ESC-8).

import type { Bytes } from "../../src/bytes/bytes.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import type { Runs } from "../../src/bytes/runs.js";
import { asksOf } from "../../src/client/asks.js";
import type { Effect, Input } from "../../src/client/effects.js";
import { adminMachine } from "../../src/client/escrow-machine.js";
import type { AdminModel } from "../../src/client/escrow-model.js";
import {
  accessOrder,
  orderTo,
  type RecoveryOrder,
  recoveryOrder,
  renewOrder,
  reviewOrder,
} from "../../src/client/escrow-orders.js";
import type { AdminIntent, Intent } from "../../src/client/intents.js";
import { connected, stateOf } from "../../src/client/model.js";
import { KeysteadError } from "../../src/errors.js";
import { accessRecords, openRecordedAccess } from "../../src/escrow/discover.js";
import type { MemberState } from "../../src/grants/member-state.js";
import type { LogState } from "../../src/log/state.js";
import type { Env } from "../../src/primitives/env.js";
import type { Publication } from "../../src/transport/transport.js";
import { comparedWith, followed } from "./client.js";

/** A user's log with its entries. */
export interface OfUser {
  readonly log: LogState;
  readonly entries: readonly Uint8Array[];
}

/** What a recovery does, and why. */
export type Recovery = Omit<RecoveryOrder, "user" | "case">;

const ASKED = "asked";

/** A service that takes every entry at once. */
export class Entries {
  readonly #logs = new Map<string, readonly Bytes[]>();

  of(subject: string): readonly Bytes[] {
    return this.#logs.get(subject) ?? [];
  }

  /** Shows a log. */
  show(subject: string, entries: readonly Uint8Array[]): void {
    this.#logs.set(subject, entries as readonly Bytes[]);
  }

  publish(subject: string, entry: Uint8Array): Publication {
    this.show(subject, [...this.of(subject), entry]);
    return { verdict: "accepted" };
  }
}

/** An admin's device. */
export class AdminClient {
  #model: AdminModel;
  readonly #service: Entries;

  /** @param from a device that acts on; without it, one that is no member yet. */
  constructor(
    subject: string,
    from?: MemberState & { readonly entries: readonly Uint8Array[] },
    service: Entries = new Entries(),
  ) {
    this.#model = adminMachine.newModel(subject);
    this.#service = service;
    if (!from) return;
    const { keyring, entries } = from;
    this.#service.show(subject, entries);
    this.#model = { ...this.#model, own: followed(from.log, from.entries), keyring };
    // It looked at the service just now.
    this.#model = { ...this.#model, ...connected(this.#model, { state: "reached" }) };
  }

  get state(): MemberState {
    return stateOf(this.#model);
  }

  /** The text of the backup key that waits for its proof. */
  get paper(): string {
    return present(this.#model.paper).text;
  }

  /** All entries of the escrow log. */
  get entries(): readonly Uint8Array[] {
    return this.#entriesOf(this.#model.subject);
  }

  /**
   * Does what the admin asks for, and what follows from it.
   *
   * @param next the randomness and clock of what follows.
   * @throws as the machine does; nothing has changed then
   */
  do(intent: Intent, env: Env, next: () => Env = () => env): void {
    const effects = this.#write(intent, env);
    this.#settle(effects, next());
    const error = this.#model.settled.find(({ id }) => id === ASKED)?.error;
    this.#model = { ...this.#model, settled: [] };
    if (error) throw present(KeysteadError.from(error));
    if (adminMachine.isPending(this.#model, ASKED)) throw new Error("the admin's device waits for its link");
  }

  /** The admin proves that the backup key is on paper. */
  provePaper(env: Env): void {
    this.#step({ type: "paper-proved", member: present(this.#model.paper).member }, env);
  }

  /** Takes in an entry of the escrow log that another one wrote. */
  takeIn(entry: Uint8Array, env: Env): void {
    this.#service.publish(this.#model.subject, entry);
    this.sync(env);
  }

  /** Looks at the service, and does what follows from that. */
  sync(env: Env): void {
    this.#settle(this.#step({ type: "sync" }, env), env);
    // Nobody waits for what was asked for before.
    this.#model = { ...this.#model, settled: [] };
  }

  /** The admin says yes to disowning acts that the device cannot judge. @returns whether there were any */
  disownUnjudged(env: Env): boolean {
    const ask = asksOf(this.#model, env.now()).find(({ question }) => question === "disown");
    if (ask) this.#settle(this.#step({ type: "answer", id: ask.id, answer: { say: "yes" } }, env), env);
    return ask !== undefined;
  }

  /**
   * Records an access, and then opens what it recorded.
   *
   * @returns the epochs that it opened. @throws as the machine does
   */
  discover(user: OfUser, epochs: Runs, reason: string, env: Env): readonly number[] {
    const order = { user: user.log.subject, epochs, reason, case: "" };
    this.do({ ...orderTo("record-access", accessOrder, order), user: followed(user.log, user.entries) }, env);
    const made = accessRecords(this.state, this.entries).filter(({ admin }) => admin === this.state.keyring.member);
    return this.openRecorded(user, present(made.at(-1)).seq);
  }

  /** Opens what a record of an access names. @throws as `openRecordedAccess` */
  openRecorded({ log: userLog, entries }: OfUser, record: number): readonly number[] {
    const recordEntry = present(this.entries[record - 1]);
    const { keyring } = openRecordedAccess(this.state, { record, recordEntry, userLog, entries });
    const { epochs } = keyring;
    keyring.wipe();
    return epochs;
  }

  /** The service shows a user's log, too. */
  show({ log, entries }: OfUser): void {
    this.#service.show(log.subject, entries);
  }

  /** Renews escrow in a user's log. @returns the entry. @throws as the machine does */
  renew(user: OfUser, env: Env): Uint8Array {
    return this.#doInUsersLog(user, orderTo("renew-user", renewOrder, { user: user.log.subject }), env);
  }

  /** Records a recovery, and then makes it, with the randomness of `next`. @returns the entry. @throws as the machine does */
  recover(user: OfUser, recovery: Recovery, env: Env, next?: () => Env): Uint8Array {
    return this.#doInUsersLog(user, recoveryOf(user, recovery), env, next);
  }

  /** Records a recovery, and is killed before it makes it. @returns the entry in the escrow log. @throws as the machine does */
  record(user: OfUser, recovery: Recovery, env: Env): Uint8Array {
    const effects = this.#write({ ...recoveryOf(user, recovery), user: followed(user.log, user.entries) }, env);
    return present(effects.find((effect) => effect.type === "publish")).entry;
  }

  /** As {@link record}, and the service has the entry. It makes the recovery when it looks at the service again. */
  recordAndStop(user: OfUser, recovery: Recovery, env: Env): void {
    this.#service.publish(this.#model.subject, this.record(user, recovery, env));
  }

  /** Makes a recovery that was recorded. @returns the entry. @throws as the machine does */
  finish(user: OfUser, act: number, usersOwn: readonly MemberId[], env: Env): Uint8Array {
    const order = { user: user.log.subject, act, usersOwn };
    return this.#doInUsersLog(user, orderTo("recover-user", reviewOrder, order), env);
  }

  #doInUsersLog(user: OfUser, intent: AdminIntent, env: Env, next?: () => Env): Uint8Array {
    this.show(user);
    this.do({ ...intent, user: followed(user.log, user.entries) }, env, next);
    const written = this.#entriesOf(user.log.subject).slice(user.entries.length);
    if (written.length !== 1) throw new Error(`the admin's device wrote ${written.length} links in the user's log`);
    return present(written[0]);
  }

  #write(intent: Intent, env: Env): readonly Effect[] {
    return this.#step({ type: "intend", id: ASKED, intent }, env);
  }

  #step(input: Input, env: Env): readonly Effect[] {
    const { model, effects } = adminMachine.step(this.#model, input, {}, env);
    this.#model = model;
    return effects;
  }

  #settle(effects: readonly Effect[], { random, now }: Env): void {
    const queue = [...effects];
    let later = 0;
    const env = { random, now: () => Math.max(now(), later) };
    for (let effect = queue.shift(); effect; effect = queue.shift()) {
      // Time passes until a client's turn comes.
      if (effect.type === "wait") later = Math.max(later, effect.until);
      // As the driver does: what follows from an answer comes before the rest.
      queue.unshift(...this.#step(this.#answerTo(effect), env));
    }
  }

  #answerTo(effect: Effect): Input {
    switch (effect.type) {
      case "read": {
        const entries = this.#entriesOf(effect.subject);
        const page = { entries: entries.slice(effect.after), newest: entries.length };
        return { type: "page", effect, page: entries.length > 0 ? page : undefined };
      }
      case "publish":
        return { type: "published", effect, publication: this.#service.publish(effect.subject, effect.entry) };
      case "wait":
        return { type: "sync" };
      default:
        throw new Error(`an admin's device does not ask for ${effect.type}`);
    }
  }

  #entriesOf(subject: string): readonly Bytes[] {
    return this.#service.of(subject);
  }
}

function recoveryOf({ log }: OfUser, recovery: Recovery): AdminIntent {
  const intent = orderTo("record-recovery", recoveryOrder, { user: log.subject, case: "", ...recovery });
  return { ...intent, approve: recovery.approve.map((member) => present(comparedWith(log, member).token)) };
}
