// What a device knows: its log, its keys, what it sent and what its user said. Plain values: `step` (machine.ts) makes one from
// another, and records.ts says how each part is stored. docs/spec.md section 13.

import type { Knowledge } from "../agenda/facts.js";
import type { Proposal } from "../authoring/proposal.js";
import type { Bytes } from "../bytes/bytes.js";
import type { Head, MemberId } from "../bytes/ids.js";
import { type ErrorJson, KeysteadError } from "../errors.js";
import type { MemberState } from "../grants/member-state.js";
import type { Keyring } from "../keys/keyring.js";
import { DEFAULT_SKEW } from "../log/clock.js";
import type { LogKind } from "../log/state.js";
import type { Env } from "../primitives/env.js";
import type { Contact } from "./contact.js";
import type { Alarm, FollowedLog } from "./followed-log.js";
import type { Intent } from "./intents.js";
import type { Connection, LogSync } from "./log-sync.js";

/** Why a service did not take an entry, and when to try again. */
export interface Refusal {
  readonly code: string;
  /** Milliseconds since 1970. */
  readonly retryAt: number;
  /** How often the entry was sent. */
  readonly tries: number;
}

/**
 * A link that this device wrote and that nothing has settled yet. There is at most one. Only a verified link at its place settles
 * it: a refusal does not, because the service has the bytes and can publish them later.
 */
export interface PendingLink {
  /** Names what was asked for; it stays the same when the link is written again. */
  readonly id: string;
  readonly intent: Intent;
  readonly entry: Bytes;
  /** The head that it was written on; undefined for the first link of a log. */
  readonly base: Head | undefined;
  /** The head of the log once the link is accepted. */
  readonly head: Head;
  /** **Secret.** The keyring after it; undefined when the link changes none of this device's keys. */
  readonly keyring: Bytes | undefined;
  /** **Secret.** The text of the backup key that it makes. */
  readonly paper: string | undefined;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Whether it may have left this device: stored before it does. Nobody has a link that never did. */
  readonly isSent: boolean;
  readonly refused: Refusal | undefined;
}

/** How something that was asked for ended. */
export interface Settlement {
  readonly id: string;
  /** Undefined when it was done. */
  readonly error: ErrorJson | undefined;
}

/** What was asked for and could not be written again after a lost race: the user decides. */
export interface Interrupted {
  readonly intent: Intent;
  readonly error: ErrorJson;
}

/** A backup key whose text nobody has proved to be on paper. */
export interface UnprovedPaper {
  readonly member: MemberId;
  /** **Secret.** */
  readonly text: string;
}

/** What the user said on this device. */
export interface Answers {
  readonly own: readonly MemberId[];
  readonly strangers: readonly MemberId[];
  /** The head of the escrow log whose fingerprint the user compared, and the head of the own log then. */
  readonly confirmed: { readonly head: Head; readonly at: Head } | undefined;
  readonly removeEscrow: MemberId | undefined;
  readonly enrollAgainAfter: number | undefined;
  /** Acts in the escrow log that the admin said to disown unread. */
  readonly disownUnread: readonly number[];
  readonly declinedEscrow: boolean;
  /** Questions to which the user said no, by their keys. */
  readonly declined: readonly string[];
}

/** What an intent leads to. */
export interface Written {
  readonly proposal: Proposal<unknown>;
  /** Whether the proposal has this device's next keyring: not so where a backup key is the author. */
  readonly changesKeys: boolean;
  /** A keyring that was opened to write the link. The caller wipes it when it has taken what it needs from the proposal. */
  readonly borrowed?: Keyring;
}

/** What an admin's session adds to the machine, so that users' apps do not download it. */
export interface Extension {
  /** What the agenda of an admin's device needs besides. */
  readonly knowledge: (model: Model) => Partial<Knowledge>;
  /** Writes the links that only an admin's device writes. */
  readonly write: (model: Model, intent: Intent, env: Env) => Written | undefined;
}

/** What a device knows. */
export interface Model {
  readonly subject: string;
  /** What `own` must be: an admin's session has an escrow log. */
  readonly kind: LogKind;
  readonly own: FollowedLog | undefined;
  /** This device's keys, opened in `own`; undefined when it was never a member. */
  readonly keyring: Keyring | undefined;
  /** Keys of this device as the member that it was before: they still read, and prove what can be reclaimed. */
  readonly former: readonly Keyring[];
  readonly pending: PendingLink | undefined;
  readonly interrupted: Interrupted | undefined;
  /** What is written next, once a link can be written. */
  readonly follows: Intent | undefined;
  /** The newest settlements, so that another tab of the same store learns them. */
  readonly settled: readonly Settlement[];
  /** Position of the newest link in this device's name that its store never held. */
  readonly copiedAt: number | undefined;
  readonly paper: UnprovedPaper | undefined;
  readonly escrow: FollowedLog | undefined;
  readonly answers: Answers;
  /** Logs that contradict what was verified. Nothing is authored in such a log, and nothing new of it is believed. */
  readonly alarms: { readonly own: Alarm | undefined; readonly escrow: Alarm | undefined };
  /** By subject. */
  readonly contacts: ReadonlyMap<string, Contact>;
  /** Evidence of what the service did, also after it was healed. */
  readonly evidence: readonly Bytes[];
  /** In memory only. */
  readonly sync: LogSync;
  /** In memory only. */
  readonly extension: Extension | undefined;
}

/** The state of this device. @throws `NOT_PERMITTED` when it is no member */
export function stateOf({ own, keyring }: Pick<Model, "own" | "keyring">): MemberState {
  if (own && keyring) return { log: own.log, keyring };
  throw notNow("this device is no member of the log yet; create the log or join it");
}

/** The error for what this device cannot do in its state. */
export function notNow(message: string): KeysteadError {
  return new KeysteadError("NOT_PERMITTED", message);
}

/** The error for what a session that only reads cannot do. */
export function readOnly(): KeysteadError {
  return new KeysteadError("NOT_PERMITTED", "this session only reads; open one without the mode read to do this", {
    details: { reason: "read-only" },
  });
}

/** The error while this clock is too far ahead of the service's; none once it was set back. @param now milliseconds since 1970 */
export function clockError({ sync: { clock } }: Model, now: number): KeysteadError | undefined {
  if (!clock || now < clock.at || !(clock.at - clock.now > DEFAULT_SKEW)) return undefined;
  const ahead = clock.at - clock.now;
  return new KeysteadError("CLOCK", `this device's clock is ${ahead} ms ahead of the service's; set it`, {
    rule: "LOG-3",
    details: { ahead, skew: DEFAULT_SKEW },
  });
}

/** The model after the service was reached, or was not. What is wrong with the escrow log is kept until that log was read again. */
export function connected(model: Model, connection: Connection, of: keyof Model["alarms"] = "own"): Model {
  if (of === "own") return { ...model, sync: { ...model.sync, connection } };
  const reached = { state: "reached" } as const;
  const escrowTrouble = connection.state === "reached" ? undefined : connection;
  return { ...model, sync: { ...model.sync, connection: reached, escrowTrouble } };
}
