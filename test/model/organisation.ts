// An honest organisation's escrow log, for histories of users that have escrow: one admin's device, a backup key, and new epochs
// at random times. docs/spec.md section 11.

import { proposeState } from "../../src/authoring/proposal.js";
import { writeLink } from "../../src/authoring/write-link.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { epochsIn } from "../../src/bytes/runs.js";
import { createOrder, orderTo, policyOrder } from "../../src/client/escrow-orders.js";
import { openAsEscrow } from "../../src/escrow/escrow-keys.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { partsOf } from "../../src/keys/keyring.js";
import type { EscrowActor } from "../../src/log/fields.js";
import type { Head, LinkRecord, LogState } from "../../src/log/state.js";
import { appendEntry } from "../../src/log/verify.js";
import type { Env } from "../../src/primitives/env.js";
import { pointerTo } from "../../src/trust/pointer.js";
import { type Authored, type AuthoredLog, accepted, recordRecovery, recover } from "../support/accepted.js";
import { AdminClient, type OfUser } from "../support/admin-client.js";
import { namedPair, pairOf } from "./pairs.js";
import type { Gift, ModelPointer } from "./reference.js";

const SUBJECT = "escrow@example.org";
const NAME = { name: "Ann" };

/** The escrow log with its admin's device, whose client writes what she does. */
export class Organisation {
  readonly #client = new AdminClient(SUBJECT);
  /** The head that users compared and confirmed. */
  readonly confirmed: Head;
  /** The last state of the log at which each of its epochs was the newest. */
  readonly #epochs: LogState[] = [];
  /** The log as it was at each position that a pointer could name. */
  readonly #heads = new Map<number, LogState>();
  readonly #env: Env;

  constructor(env: Env) {
    this.#env = env;
    this.#client.do(orderTo("create-escrow", createOrder, { device: NAME }), env);
    this.#client.do({ do: "backup-key", name: "Paper" }, env);
    this.#client.provePaper(env);
    this.#client.do(orderTo("policy", policyOrder, { enabled: true }), env);
    this.confirmed = this.session.log.head;
    this.#epochs.push(this.log);
  }

  get session(): MemberState {
    return this.#client.state;
  }

  get log(): LogState {
    return this.session.log;
  }

  /** A new epoch of the escrow log. Every user's pointer is then older. */
  rotate(): void {
    this.#epochs[this.#epochs.length - 1] = this.log;
    // An admin cannot ask for that: it is a duty.
    const step = {
      do: "author",
      link: "rotate",
      because: ["rotation-due"],
      withholdFromEscrow: false,
      others: [],
    } as const;
    this.#client.do({ do: "duty", step }, this.#env);
    this.#epochs.push(this.log);
  }

  /** Pointers to every epoch, oldest first, in the model's form. */
  get pointers(): readonly ModelPointer[] {
    return [...this.#epochs.slice(0, -1), this.log].map((log) => {
      const pointer = pointerTo(log);
      this.#heads.set(pointer.seq, log);
      return { log: pointer.log, seq: pointer.seq, epoch: pointer.epoch, ...pairOf(pointer) };
    });
  }

  /** A user's device points escrow at an epoch, without any check. */
  point(session: MemberState, type: "enroll" | "renew-escrow", { seq }: ModelPointer, env: Env): Authored {
    const { keys } = partsOf(session.keyring);
    const fields = { author: keys.signingKey, escrow: pointerTo(this.#heads.get(seq) as LogState) };
    const draft = { before: session.log, type, fields, keyring: session.keyring, signers: [keys] };
    return accepted(proposeState(session.keyring, writeLink({ ...draft, guard: "not-a-users-device" }, env)));
  }

  /** Epochs that the admin opens of a user's log. */
  opens(userLog: LogState, entries: readonly Uint8Array[]): readonly number[] {
    return openAsEscrow(this.session, userLog, entries).keyring.epochs;
  }

  /** The admin points a user's escrow at the newest epoch, for a user who stays offline (ESC-6). */
  renew(user: OfUser): AuthoredLog {
    return shown(user.log, this.#client.renew(user, this.#env));
  }

  /** The admin records a recovery and then makes it. @returns the user's log, and the epochs that escrow gave */
  recover(user: OfUser, lists: RecoveryLists): AuthoredLog & { readonly gift: Gift | undefined } {
    const written = this.#recover(user, lists);
    const { runs, pairs = [] } = (written.log.links.last() as LinkRecord).actor as EscrowActor;
    const named = pairs.map(namedPair);
    return { ...written, gift: runs && { epochs: new Set(epochsIn(runs)), pairs: named } };
  }

  #recover({ log: userLog, entries }: OfUser, lists: RecoveryLists): AuthoredLog {
    const reason = "lost";
    // A backup key has no fingerprint that a user could show.
    const isComparable = lists.approve.every((id) => userLog.active.get(id)?.kind === "device");
    if (isComparable)
      return shown(userLog, this.#client.recover({ log: userLog, entries }, { ...lists, reason }, this.#env));
    const recorded = recordRecovery(this.session, { userLog, entries, ...lists, reason }, this.#env);
    this.#client.takeIn(recorded.entry, this.#env);
    return recover(this.session, { act: recorded.act, userLog, entries, usersOwn: lists.usersOwn }, this.#env);
  }
}

/** Members by what a recovery does with them. */
export type RecoveryLists = Readonly<Record<"approve" | "remove" | "usersOwn", readonly MemberId[]>>;

const shown = (before: LogState, entry: Uint8Array): AuthoredLog => ({
  entry,
  log: appendEntry(before, entry, { now: "unchecked" }),
});
