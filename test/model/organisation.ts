// An honest organisation's escrow log, for histories of users that have escrow: one admin's device, a backup key, and new epochs
// at random times. docs/spec.md section 11.

import type { Knowledge } from "../../src/agenda/facts.js";
import { proposeState } from "../../src/authoring/proposal.js";
import { writeLink } from "../../src/authoring/write-link.js";
import { epochsIn } from "../../src/bytes/runs.js";
import { openAsEscrow } from "../../src/escrow/escrow-keys.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { partsOf } from "../../src/keys/keyring.js";
import type { EscrowActor } from "../../src/log/fields.js";
import type { Head, LinkRecord, LogState } from "../../src/log/state.js";
import type { Env } from "../../src/primitives/env.js";
import { pointerTo } from "../../src/trust/pointer.js";
import {
  type Authored,
  type AuthoredLog,
  accepted,
  createBackupKey,
  createEscrowLog,
  recordRecovery,
  recover,
  renewEscrowForUser,
  rotate,
  setPolicy,
} from "../support/accepted.js";
import { namedPair, pairOf } from "./pairs.js";
import type { Gift, ModelPointer } from "./reference.js";

/** The escrow log with its admin's keys. */
export class Organisation {
  session: MemberState;
  /** The head that users compared and confirmed. */
  readonly confirmed: Head;
  /** The last state of the log at which each of its epochs was the newest. */
  readonly #epochs: LogState[] = [];
  /** The log as it was at each position that a pointer could name. */
  readonly #heads = new Map<number, LogState>();
  readonly #env: Env;

  constructor(env: Env) {
    this.#env = env;
    const first = createEscrowLog({ subject: "escrow@example.org", device: { name: "Ann" } }, env);
    const safe = createBackupKey(first, { name: "Paper", roles: ["manage"] }, env);
    this.session = setPolicy(safe, { enabled: true }, env);
    this.confirmed = this.session.log.head;
    this.#epochs.push(this.log);
  }

  get log(): LogState {
    return this.session.log;
  }

  /** A new epoch of the escrow log. Every user's pointer is then older. */
  rotate(): void {
    this.#epochs[this.#epochs.length - 1] = this.log;
    this.session = rotate(this.session, this.#env);
    this.#epochs.push(this.log);
  }

  /** A user's device's knowledge of the log. */
  get knowledge(): Knowledge {
    return { escrowLog: this.log, storedConfirmation: this.confirmed, now: "unchecked" };
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
  renew(userLog: LogState, env: Env): AuthoredLog {
    return renewEscrowForUser(this.session, { userLog }, env);
  }

  /** The admin records a recovery and then makes it. @returns the user's log, and the epochs that escrow gave */
  recover(
    userLog: LogState,
    entries: readonly Uint8Array[],
    lists: Pick<Parameters<typeof recordRecovery>[1], "approve" | "remove" | "usersOwn">,
    env: Env,
  ): AuthoredLog & { readonly gift: Gift | undefined } {
    const { usersOwn } = lists;
    const recorded = recordRecovery(this.session, { userLog, entries, ...lists, reason: "lost" }, this.#env);
    this.session = recorded;
    const written = recover(recorded, { act: recorded.act, userLog, entries, usersOwn }, env);
    const { runs, pairs = [] } = (written.log.links.last() as LinkRecord).actor as EscrowActor;
    const named = pairs.map(namedPair);
    return { ...written, gift: runs && { epochs: new Set(epochsIn(runs)), pairs: named } };
  }
}
