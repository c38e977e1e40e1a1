// A log that does not go on from what was verified is read again from its first entry on: it is healed, or the contradiction is kept
// as evidence. docs/spec.md sections 13.1 and 13.2 (LOG-8).

import type { Bytes } from "../bytes/bytes.js";
import { equalBytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { decodeEvidence, type Evidence, encodeEvidence } from "../log/evidence.js";
import { verifyLog } from "../log/verify.js";
import { type Env, readClock } from "../primitives/env.js";
import type { EntriesPage } from "../transport/transport.js";
import type { MachineOptions, ReadEffect, Stepped } from "./effects.js";
import { lengthOf, takeEntries } from "./entries.js";
import { connected, type Model } from "./model.js";
import { proceed } from "./proceed.js";

/** So many pieces of evidence of each kind are kept. */
const MAX_EVIDENCE = 16;

/** Takes in a page of a whole log, and judges the log when there is enough of it. */
export function judgeWhole(
  model: Model,
  effect: ReadEffect,
  page: EntriesPage,
  options: MachineOptions,
  env: Env,
): Stepped {
  const { of, subject } = effect;
  const known = lengthOf(model, of);
  const before = effect.after === 0 ? [] : (model.sync.whole ?? []);
  // What another tab stored was loaded meanwhile: the pages before this one are gone.
  if (before.length !== effect.after) return { model, effects: [{ ...effect, after: 0 }], retired: [] };
  const whole = [...before, ...page.entries];
  // What decides is in the entries up to the head at hand. So a service cannot fill the memory with a log without end.
  if (page.entries.length > 0 && whole.length < Math.min(page.newest, known)) {
    const more = { ...effect, after: whole.length };
    return { model: { ...model, sync: { ...model.sync, whole } }, effects: [more], retired: [] };
  }
  const read = { ...model, sync: { ...model.sync, whole: undefined } };
  const healed = { ...read, sync: { ...read.sync, serverHas: undefined } };
  try {
    verifyLog(whole, { subject, pinned: model[of]?.log, now: readClock(env) });
  } catch (caught) {
    const error = KeysteadError.from(caught);
    if (!error) throw caught;
    return contradicted(read, effect, error, whole.length, options, env);
  }
  // It contradicts nothing: what could not be taken in before was passed on wrongly once, or another tab was faster.
  const calm = { ...healed, alarms: { ...read.alarms, [of]: undefined } };
  const taken = takeEntries(calm, effect, whole.slice(known), env);
  if (taken.error) {
    const troubled = connected(taken.model, { state: "invalid", error: taken.error.toJSON() }, of);
    return { model: troubled, effects: [], retired: taken.retired };
  }
  return proceed(connected(taken.model, { state: "reached" }, of), options, env, taken.retired);
}

function contradicted(
  model: Model,
  { of }: ReadEffect,
  error: KeysteadError,
  length: number,
  options: MachineOptions,
  env: Env,
): Stepped {
  if (error.kind !== "contradiction") {
    // Also where the service has no log, and this device has none.
    const isEmpty = length === 0 && lengthOf(model, of) === 0;
    const next = connected(model, isEmpty ? { state: "reached" } : { state: "invalid", error: error.toJSON() }, of);
    return isEmpty ? proceed(next, options, env) : { model: next, effects: [], retired: [] };
  }
  const evidence = evidenceOf(error);
  const kept = evidence ? withEvidence(model, evidence) : model;
  if (error.code === "ROLLED_BACK") {
    const behind = connected(kept, { state: "server-behind" }, of);
    // The service lost entries. Those of the own log are given back; they prove themselves. One that says that another entry stands
    // there, and shows none, gets them at the next look only: otherwise it could keep this device sending for ever.
    if (of === "escrow" || model.sync.serverHas !== undefined) return { model: behind, effects: [], retired: [] };
    return proceed({ ...behind, sync: { ...behind.sync, serverHas: length } }, options, env);
  }
  const alarm = { error: new KeysteadError(error.code, error.message, { rule: error.rule }).toJSON(), evidence };
  return { model: { ...kept, alarms: { ...kept.alarms, [of]: alarm } }, effects: [], retired: [] };
}

/** The evidence that an error of this library comes with, encoded. */
export function evidenceOf({ details }: KeysteadError): Bytes | undefined {
  const { evidence } = details as { readonly evidence?: Evidence };
  return evidence && encodeEvidence(evidence);
}

/** Keeps a piece of evidence, once. */
export function withEvidence<M extends Model>(model: M, evidence: Bytes): M {
  if (model.evidence.some((known) => equalBytes(known, evidence))) return model;
  // By kind: a service that rolls back as often as it likes must not push out the evidence of a fork.
  const { kind } = decodeEvidence(evidence);
  const alike = model.evidence.filter((known) => decodeEvidence(known).kind === kind);
  const oldest = alike.length < MAX_EVIDENCE ? undefined : alike[0];
  return { ...model, evidence: [...model.evidence.filter((known) => known !== oldest), evidence] };
}
