// Takes in entries of a log: verifies each, and settles the pending link by what stands at its place. docs/spec.md sections 6, 7
// and 13.

import { receive, resume } from "../authoring/receive.js";
import { AppendList } from "../bytes/append-list.js";
import { type Bytes, wipe } from "../bytes/bytes.js";
import { present } from "../bytes/present.js";
import { KeysteadError } from "../errors.js";
import { parseKeyring } from "../keys/keyring-bytes.js";
import type { LogKind, LogState } from "../log/state.js";
import { appendEntry, verifyLog } from "../log/verify.js";
import { type Env, readClock } from "../primitives/env.js";
import type { ReadEffect, WhichLog, Wipeable } from "./effects.js";
import type { FollowedLog } from "./followed-log.js";
import type { Model } from "./model.js";
import { isPendingEntry, settleAccepted } from "./pending.js";

/** A model after some entries. */
export interface Taken {
  readonly model: Model;
  /** Why the next entry was refused. */
  readonly error: KeysteadError | undefined;
  readonly retired: readonly Wipeable[];
}

/** Takes entries in, one after the other, up to the first that is refused. */
export function takeEntries(model: Model, { of, subject }: ReadEffect, entries: Iterable<Bytes>, env: Env): Taken {
  const now = readClock(env);
  const retired: Wipeable[] = [];
  let next = model;
  for (const entry of entries) {
    try {
      next =
        of === "own"
          ? withActivePaper(takeOwn(next, entry, now, retired))
          : { ...next, escrow: grown(next.escrow, entry, { subject, kind: "escrow", now }) };
    } catch (caught) {
      const error = KeysteadError.from(caught);
      if (!error) throw caught;
      return { model: next, error, retired };
    }
  }
  return { model: next, error: undefined, retired };
}

interface Expected {
  readonly subject: string;
  readonly kind: LogKind;
  readonly now: number;
}

function grown(followed: FollowedLog | undefined, entry: Bytes, expected: Expected): FollowedLog {
  return followedBy(followed, entry, verified(followed, entry, expected));
}

function verified(followed: FollowedLog | undefined, entry: Bytes, { subject, kind, now }: Expected): LogState {
  if (followed) return appendEntry(followed.log, entry, { now });
  const log = verifyLog([entry], { subject, now });
  if (log.kind === kind) return log;
  const names = { user: "a user's log", escrow: "an escrow log" };
  throw new KeysteadError("WRONG_SUBJECT", `the service shows ${names[log.kind]} in the place of ${names[kind]}`, {
    rule: "LOG-8",
    details: { subject },
  });
}

function followedBy(followed: FollowedLog | undefined, entry: Bytes, log: LogState): FollowedLog {
  const entries = followed?.entries ?? AppendList.empty<Bytes>();
  // A known entry, shown once more, lengthens nothing: what is stored must be one entry for each link.
  return { log, entries: entries.length < log.head.seq ? entries.push(entry) : entries };
}

/** One more entry of the own log, with what it grants. If it is the pending link's, that one is settled. */
function takeOwn(model: Model, entry: Bytes, now: number, retired: Wipeable[]): Model {
  const { own, keyring, subject, kind } = model;
  const expected = { subject, kind, now };
  const grow = (log: LogState, kept = entry) => ({
    own: followedBy(own, kept, log),
    sync: log === own?.log ? model.sync : { ...model.sync, headSince: now, fetched: new Set<string>() },
  });
  if (isPendingEntry(model, entry)) {
    const pending = present(model.pending);
    // What this device wrote, and not what was shown: a service that withholds its grants and names must not make this device forget
    // them: it may have the only copy.
    const written = pending.entry;
    if (!pending.keyring) {
      const log = verified(own, written, expected);
      // Without one this device is no member, as an admin in a user's log.
      const opened = own && keyring ? receive({ log: own.log, keyring }, written, { now }).keyring : keyring;
      return settleAccepted({ ...model, ...grow(log, written), keyring: opened });
    }
    const log = verified(own, written, expected);
    const next = resume(log, [written], parseKeyring(pending.keyring));
    const isSame = keyring?.member === next.keyring.member;
    if (keyring && isSame) retired.push(keyring);
    const stored = pending.keyring;
    retired.push({ wipe: () => wipe(stored) });
    const former = keyring && !isSame ? [...model.former, keyring] : model.former;
    return settleAccepted({ ...model, ...grow(log, written), keyring: next.keyring, former });
  }
  if (!own || !keyring) return { ...model, ...grow(verified(own, entry, expected)) };
  const next = receive({ log: own.log, keyring }, entry, { now });
  return { ...model, ...grow(next.log), keyring: next.keyring, copiedAt: copiedAt(model, next.log) };
}

/**
 * The position of the newest link that this member wrote and this store never held: another copy of the device wrote it, or the store
 * was put back to an older state.
 */
function copiedAt({ own, keyring, copiedAt }: Model, { links, head }: LogState): number | undefined {
  const isNew = head.seq > (own?.log.head.seq ?? 0);
  return isNew && links.last()?.author === keyring?.member ? head.seq : copiedAt;
}

/** A backup key that was removed is not to be shown or proved any more. */
function withActivePaper(model: Model): Model {
  const { own, paper } = model;
  return paper && own && !own.log.active.has(paper.member) ? { ...model, paper: undefined } : model;
}

/** Entries as a log keeps them. */
export function listOf(entries: readonly Bytes[]): AppendList<Bytes> {
  return entries.reduce((list, entry) => list.push(entry), AppendList.empty<Bytes>());
}

/** The number of entries at hand. */
export function lengthOf(model: Model, of: WhichLog): number {
  return model[of]?.log.head.seq ?? 0;
}
