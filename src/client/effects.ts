// What goes into the machine and what comes out of it. docs/spec.md section 13.

import type { Bytes } from "../bytes/bytes.js";
import type { LinkHash, MemberId } from "../bytes/ids.js";
import type { ErrorJson } from "../errors.js";
import type { Env } from "../primitives/env.js";
import type { EntriesPage, Publication } from "../transport/transport.js";
import type { Answer } from "./asks.js";
import type { Acknowledgement } from "./contact.js";
import type { Intent } from "./intents.js";
import type { Model } from "./model.js";

/** What happened outside. */
export type Input =
  /** It is time to look at the service. */
  | { readonly type: "sync" }
  /** Something that the user asks for. `id` names it in {@link Model.settled}. */
  | { readonly type: "intend"; readonly id: string; readonly intent: Intent }
  | { readonly type: "answer"; readonly id: string; readonly answer: Answer }
  /** The user has proved that the backup key is on paper. */
  | { readonly type: "paper-proved"; readonly member: MemberId }
  /** A page; undefined when the service says that there is no such log. */
  | { readonly type: "page"; readonly effect: ReadEffect; readonly page: EntriesPage | undefined }
  | { readonly type: "published"; readonly effect: PublishEffect; readonly publication: Publication }
  /** No answer came. */
  | {
      readonly type: "failed";
      readonly effect: ReadEffect | PublishEffect | ReadContactEffect;
      readonly error: ErrorJson;
    }
  /** These contacts are needed. */
  | { readonly type: "look-at-contacts"; readonly subjects: readonly string[] }
  | { readonly type: "contact-page"; readonly effect: ReadContactEffect; readonly page: EntriesPage | undefined }
  | { readonly type: "untrack"; readonly subject: string }
  | ({ readonly type: "acknowledge" } & Acknowledgement);

/** The log that is read: this account's, or the one of its organisation's escrow. */
export type WhichLog = "own" | "escrow";

/** Read entries of a log, and give the input `page` or `failed`. */
export interface ReadEffect {
  readonly type: "read";
  readonly of: WhichLog;
  readonly subject: string;
  readonly after: number;
  /**
   * `newer`: entries after those at hand. `head`: the newest entry at hand, without its attachments, to see whether the service shows
   * another one there. `attachments`: entries that are known, for what was withheld with them. `whole`: the log from its first entry on,
   * because it does not go on from what was verified.
   */
  readonly purpose: "newer" | "head" | "attachments" | "whole";
}

/** Send an entry of a log, and give the input `published` or `failed`. */
export interface PublishEffect {
  readonly type: "publish";
  readonly subject: string;
  readonly entry: Uint8Array;
  readonly hash: LinkHash;
}

/** Read entries of a contact's log, without attachments, and give the input `contact-page` or `failed`. */
export interface ReadContactEffect {
  readonly type: "read-contact";
  readonly subject: string;
  readonly after: number;
  /** The entries up to `after`, where the log is read from its first entry on. */
  readonly whole: readonly Bytes[] | undefined;
  /** Whether the contact is tracked by this: otherwise it must still be tracked when the answer comes. */
  readonly isNew: boolean;
}

/** Give the input `sync` at this time, milliseconds since 1970. */
export interface WaitEffect {
  readonly type: "wait";
  readonly until: number;
}

/** What is to be done outside, after the new model was stored. */
export type Effect = ReadEffect | ReadContactEffect | PublishEffect | WaitEffect;

/** Something secret that is not needed any more. */
export interface Wipeable {
  wipe(): void;
}

/** What a device knows next. */
export interface Stepped<M extends Model = Model> {
  readonly model: M;
  readonly effects: readonly Effect[];
  /** What the new model does not use any more. The driver wipes it once the new model is stored, and never before. */
  readonly retired: readonly Wipeable[];
}

/** How a session uses the machine. */
export interface MachineOptions {
  /** The account whose escrow log this device follows; undefined where there is no escrow. */
  readonly escrowSubject?: string | undefined;
  /** Whether it takes in what the service shows, and writes and sends nothing. Full sessions of the same store do that. */
  readonly isReadOnly?: boolean | undefined;
}

/** A part of the model as a record. It is stored again when one of the values that it is made `of` is another one. */
export interface RecordSource {
  readonly of: readonly unknown[];
  readonly encode: () => Uint8Array;
}

/** What a driver runs: the pure half of a session. */
export interface Machine<M extends Model = Model, I = never> {
  step(model: M, input: Input | I, options: MachineOptions, env: Env): Stepped<M>;
  /** Whether what was asked for under this name is written and not settled. */
  isPending(model: M, id: string): boolean;
  /** The model of a device that has stored nothing. */
  newModel(subject: string): M;
  /** The model that records hold. @throws `STORE_CORRUPT` */
  modelOf(subject: string, records: ReadonlyMap<string, Uint8Array>): M;
  recordsOf(model: M): ReadonlyMap<string, RecordSource>;
}
