// What a device does when it has taken in all that it was shown: it settles what it sent, gives back what the service lost, and does
// what the agenda says. docs/spec.md sections 11.2 and 13.

import { agenda } from "../agenda/agenda.js";
import type { AuthorStep, FetchStep } from "../agenda/steps.js";
import type { MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { toHex, utf8Encode } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { DEFAULT_SKEW } from "../log/clock.js";
import { decodeEntry } from "../log/entry.js";
import { drawRandom, type Env, readClock } from "../primitives/env.js";
import { labelledHash } from "../primitives/hash.js";
import * as LABELS from "../primitives/labels.js";
import type { Effect, MachineOptions, Stepped, Wipeable } from "./effects.js";
import { knowledgeOf } from "./knowledge.js";
import { type Model, stateOf } from "./model.js";
import { author, isFirst, LONGEST_PAUSE, refused, settleLost } from "./pending.js";

/** Milliseconds that a device waits for each member that comes before it when others could do the same. */
const TURN = 2_000;

/** The next effects, and the model that leads to them. */
export function proceed(model: Model, options: MachineOptions, env: Env, retired: readonly Wipeable[] = []): Stepped {
  const { own, pending, sync } = model;
  if (model.alarms.own || options.isReadOnly) return { model, effects: [], retired };
  if (pending && (own?.log.links.at(pending.head.seq - 1) || isToBeDatedAnew(model, env))) {
    const lost = settleLost(model, env);
    return proceed(lost.model, options, env, [...retired, ...lost.retired]);
  }
  if (own && sync.serverHas !== undefined && sync.serverHas < own.log.head.seq) {
    return { model, effects: [publish(model, present(own.entries.at(sync.serverHas)))], retired };
  }
  if (pending) {
    return { ...sendPending(notShown(model, env), env), retired };
  }
  const followed = withFollowing(model, env);
  if (followed.pending) return proceed(followed, options, env, retired);
  const next = doNext(followed, options, env);
  return { ...next, retired: [...retired, ...next.retired] };
}

/** As {@link proceed}, for a link that was written just now: looks at the service's clock first, if the link waits for that. */
export function proceedOrLook(model: Model, options: MachineOptions, env: Env): Stepped {
  const next = proceed(model, options, env);
  const { own, subject } = next.model;
  if (next.effects.length > 0 || !isHeld(next.model)) return next;
  const after = Math.max(0, (own?.log.head.seq ?? 0) - 1);
  return { ...next, effects: [{ type: "read", of: "own", subject, after, purpose: "head" }] };
}

/**
 * Whether to write the pending link again with the right date. A device whose clock was far ahead dated its link ahead, and has set its
 * clock since: the link would stay refused for as long as the clock was ahead. It is written again if that makes no two links of one
 * member for one place: the link never left this device, or it is a first link, whose keys nobody knows yet. A link that may have left
 * stays until its date: the service could publish it then.
 */
function isToBeDatedAnew({ own, pending }: Model, env: Env): boolean {
  if (!pending) return false;
  const latest = readClock(env) + DEFAULT_SKEW;
  if (pending.since <= latest || (own && own.log.time > latest)) return false;
  return isFirst(pending.intent) ? pending.refused?.code === "NOT_YET" : !pending.isSent;
}

/** The service said that it has the pending link, or another one at its place, and then showed neither. */
function notShown(model: Model, env: Env): Model {
  const { claimed } = model.sync;
  return claimed ? refused(model, claimed === "lost" ? "LOST_UNSEEN" : "ACCEPTED_UNSEEN", undefined, env) : model;
}

function sendPending(model: Model, env: Env): Stepped {
  const pending = present(model.pending);
  const { entry, refused } = pending;
  const wait = (refused?.retryAt ?? 0) - readClock(env);
  // No pause is longer: the clock was set back since.
  if (refused && wait > 0 && wait <= LONGEST_PAUSE)
    return { model, effects: [{ type: "wait", until: refused.retryAt }], retired: [] };
  if (isHeld(model)) return { model, effects: [], retired: [] };
  const sent = pending.isSent ? model : { ...model, pending: { ...pending, isSent: true } };
  return { model: sent, effects: [publish(sent, entry)], retired: [] };
}

/**
 * Whether the pending link is kept back: it is dated ahead of the service's clock, or nobody knows yet whether it is. Once sent, it would
 * be refused until its date, and this device could write nothing else until then. A first link can be drawn anew.
 */
function isHeld({ own, pending, sync }: Model): boolean {
  if (!pending || pending.isSent || isFirst(pending.intent)) return false;
  const { clock, connection } = sync;
  if (!clock) return !(connection.state === "reached" || connection.state === "server-behind");
  return Math.max(pending.since, own?.log.time ?? 0) > clock.now + DEFAULT_SKEW;
}

function publish({ subject }: Model, entry: Uint8Array): Effect {
  return { type: "publish", subject, entry, hash: decodeEntry(entry).link.hash };
}

/** The model with the link that follows an earlier one; or with a question, where it cannot be written. */
function withFollowing(model: Model, env: Env): Model {
  const { follows: intent, own, keyring } = model;
  if (!intent || !own || !keyring) return model;
  const without = { ...model, follows: undefined };
  // The user was faster.
  if (own.log.lockdown) return without;
  try {
    return author(without, toHex(drawRandom(env, 8)), intent, env);
  } catch (caught) {
    const error = KeysteadError.from(caught)?.toJSON();
    if (!error) throw caught;
    // The clock may be right tomorrow.
    return error.code === "CLOCK" ? model : { ...without, interrupted: { intent, error } };
  }
}

/** The first step of the agenda that is possible. Questions are for asks.ts. */
function doNext(model: Model, options: MachineOptions, env: Env): Stepped {
  const { own, keyring } = model;
  if (!own || !keyring) return { model, effects: [], retired: [] };
  const now = readClock(env);
  let next = { ...model, sync: { ...model.sync, stuck: undefined as Model["sync"]["stuck"] } };
  for (const step of agenda(stateOf(model), knowledgeOf(model, now))) {
    if (step.do === "ask") continue;
    if (step.do === "fetch") {
      const key = `${step.what} ${"subject" in step && step.subject} ${own.log.head.hash} ${model.escrow?.log.head.hash}`;
      const effects = next.sync.fetched.has(key) ? [] : fetchEffects(model, step, options);
      if (effects.length === 0) continue;
      return {
        model: { ...next, sync: { ...next.sync, fetched: new Set([...next.sync.fetched, key]) } },
        effects,
        retired: [],
      };
    }
    const { headSince } = model.sync;
    // A head from the future came before the clock was set back: nobody knows how long ago.
    const until = headSince > now ? now : headSince + TURN * turnOf(model, keyring.member, step);
    if (until > now) return { model: next, effects: [{ type: "wait", until }], retired: [] };
    try {
      const id = toHex(drawRandom(env, 8));
      return proceed(author(next, id, { do: "duty", step }, env), options, env);
    } catch (caught) {
      const error = KeysteadError.from(caught);
      if (!error) throw caught;
      next = { ...next, sync: { ...next.sync, stuck: next.sync.stuck ?? error.toJSON() } };
    }
  }
  return { model: next, effects: [], retired: [] };
}

function fetchEffects({ own, escrow, subject }: Model, step: FetchStep, { escrowSubject }: MachineOptions): Effect[] {
  const head = (log: Model["own"]) => log?.log.head.seq ?? 0;
  const newer: Effect = { type: "read", of: "own", subject, after: head(own), purpose: "newer" };
  switch (step.what) {
    case "attachments":
    case "openings":
      return [{ type: "read", of: "own", subject, after: 0, purpose: "attachments" }];
    case "escrow-log":
      if (escrowSubject === undefined) return [];
      return [{ type: "read", of: "escrow", subject: escrowSubject, after: head(escrow), purpose: "newer" }, newer];
    case "user-log":
      return [{ type: "read", of: "own", subject: step.subject, after: 0, purpose: "newer" }];
  }
}

/**
 * How many members come before this one in doing what several could do: by a hash of member and head, so that all agree without
 * talking, and it is not always the same one that waits.
 */
function turnOf({ own }: Model, me: MemberId, step: AuthorStep): number {
  const others = "others" in step ? step.others : [];
  const order = (id: MemberId) => toHex(labelledHash(LABELS.clientTurn, utf8Encode(`${id}${own?.log.head.hash}`)));
  const mine = order(me);
  return others.filter((id) => order(id) < mine).length;
}
