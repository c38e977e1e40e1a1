// Takes in a page of entries that a service showed. docs/spec.md sections 6, 7 and 13.

import { receive } from "../authoring/receive.js";
import type { Bytes } from "../bytes/bytes.js";
import { present } from "../bytes/present.js";
import { KeysteadError } from "../errors.js";
import { decodeEntry } from "../log/entry.js";
import { recordOfLink } from "../log/verify.js";
import { claimedPosition } from "../log/verify-link.js";
import { type Env, readClock } from "../primitives/env.js";
import type { EntriesPage } from "../transport/transport.js";
import type { MachineOptions, ReadEffect, Stepped, Wipeable } from "./effects.js";
import { lengthOf, listOf, takeEntries } from "./entries.js";
import { judgeWhole } from "./judge-whole.js";
import { connected, type Model } from "./model.js";
import { proceed } from "./proceed.js";

/** Takes in a page of entries; undefined when the service says that there is no such log. */
export function takePage(
  before: Model,
  effect: ReadEffect,
  page: EntriesPage = { entries: [], newest: 0 },
  options: MachineOptions,
  env: Env,
): Stepped {
  const { now } = page;
  const clock = now === undefined ? before.sync.clock : { now, at: readClock(env) };
  const model = { ...before, sync: { ...before.sync, clock } };
  switch (effect.purpose) {
    case "newer":
    case "head":
      return takeNewer(model, effect, page, options, env);
    case "attachments":
      return takeAttachments(model, effect, page, options, env);
    case "whole":
      return judgeWhole(model, effect, page, options, env);
  }
}

function takeNewer(model: Model, effect: ReadEffect, page: EntriesPage, options: MachineOptions, env: Env): Stepped {
  const { of, purpose } = effect;
  const known = lengthOf(model, of);
  // What is newer than the head is read with its attachments, also where the service shows it in the place of the head.
  const entries = purpose === "head" ? page.entries.slice(0, 1).filter((each) => !isNewer(each, known)) : page.entries;
  // Entries that are known change nothing, and another entry at the place of a known one is refused.
  const taken = takeEntries(model, effect, entries, env);
  const { retired, error } = taken;
  if (error) return refuseEntry(taken.model, effect, error, retired);
  const length = lengthOf(taken.model, of);
  const reached = connected(taken.model, { state: "reached" }, of);
  // The log ends earlier than before, or is gone: only its entries from the first one on show whether it is another one.
  if (page.newest < length) {
    const sync = { ...reached.sync, serverHas: of === "own" ? undefined : reached.sync.serverHas };
    return { model: { ...reached, sync }, effects: [readWhole(effect)], retired };
  }
  if (page.newest > length && length > effect.after) {
    return { model: reached, effects: [{ ...effect, after: length, purpose: "newer" }], retired };
  }
  if (of === "escrow") {
    return { model: { ...reached, sync: { ...reached.sync, escrowUnsupported: false } }, effects: [], retired };
  }
  return proceed({ ...reached, sync: { ...reached.sync, serverHas: undefined } }, options, env, retired);
}

/** Whether an entry says that it stands after so many others. One that says nothing readable is judged as any other. */
function isNewer(entry: Bytes, known: number): boolean {
  try {
    return (claimedPosition(decodeEntry(entry).link) ?? 0) > known;
  } catch {
    return false;
  }
}

/** An entry that could not be taken in. What came before it was. */
function refuseEntry(model: Model, effect: ReadEffect, error: KeysteadError, retired: readonly Wipeable[]): Stepped {
  const isClock = error.code === "NOT_YET";
  const isUnsupported = error.code === "UNSUPPORTED";
  const troubled = connected(model, { state: isClock ? "clock" : "invalid", error: error.toJSON() }, effect.of);
  const escrowUnsupported = effect.of === "escrow" && isUnsupported;
  const next = { ...troubled, sync: { ...troubled.sync, escrowUnsupported } };
  // Otherwise a bad entry, or one that goes on from another history: reading the whole log shows which.
  const isVerdict = !isClock && !isUnsupported;
  return { model: next, effects: isVerdict ? [readWhole(effect)] : [], retired };
}

function readWhole({ of, subject }: ReadEffect): ReadEffect {
  return { type: "read", of, subject, after: 0, purpose: "whole" };
}

/** Entries that are known, for attachments that the service withheld before. */
function takeAttachments(
  model: Model,
  effect: ReadEffect,
  page: EntriesPage,
  options: MachineOptions,
  env: Env,
): Stepped {
  const { own, keyring } = model;
  if (!own || !keyring) return { model, effects: [], retired: [] };
  const now = readClock(env);
  const kept = [...own.entries];
  let state = { log: own.log, keyring };
  for (const entry of page.entries.slice(0, Math.max(0, kept.length - effect.after))) {
    try {
      // By the place that the link has in the log, and not by its place in the page: what is stored must be in the log's order.
      const place = recordOfLink(own.log, decodeEntry(entry).link)?.seq;
      // Another entry than the one that was verified there: the whole log shows whether it contradicts.
      if (place === undefined) return { model, effects: [readWhole(effect)], retired: [] };
      state = receive(state, entry, { now });
      if (entry.length > present(kept[place - 1]).length) kept[place - 1] = entry;
    } catch (caught) {
      if (!KeysteadError.from(caught)) throw caught;
      return { model, effects: [readWhole(effect)], retired: [] };
    }
  }
  const after = effect.after + page.entries.length;
  const next = { ...model, keyring: state.keyring, own: { log: state.log, entries: listOf(kept) } };
  if (page.entries.length > 0 && after < kept.length)
    return { model: next, effects: [{ ...effect, after }], retired: [] };
  return proceed(next, options, env);
}
