// A device's client without a store and a service, as an honest author: the real machine writes the link, and takes it in when the
// service shows it. docs/spec.md section 13.

import type { Knowledge } from "../../src/agenda/facts.js";
import type { AuthorStep } from "../../src/agenda/steps.js";
import { AppendList } from "../../src/bytes/append-list.js";
import type { Bytes } from "../../src/bytes/bytes.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { type Answer, type Ask, asksOf } from "../../src/client/asks.js";
import type { Effect, Input, Machine, MachineOptions, ReadEffect } from "../../src/client/effects.js";
import { takeEntries } from "../../src/client/entries.js";
import { adminMachine } from "../../src/client/escrow-machine.js";
import type { FollowedLog } from "../../src/client/followed-log.js";
import type { IntendedApproval, Intent } from "../../src/client/intents.js";
import { deviceMachine } from "../../src/client/machine.js";
import { type Answers, connected, type Model } from "../../src/client/model.js";
import { newModel } from "../../src/client/records.js";
import { compareFingerprint } from "../../src/fingerprint/compare.js";
import { fingerprintOf, formatFingerprint } from "../../src/fingerprint/fingerprint.js";
import type { Keyring } from "../../src/keys/keyring.js";
import type { Role } from "../../src/log/fields.js";
import type { LogState } from "../../src/log/state.js";
import type { Env } from "../../src/primitives/env.js";

/** What a device has. */
export interface Has {
  readonly log: LogState;
  readonly entries: readonly Uint8Array[];
  readonly keyring: Keyring | undefined;
  /** Keyrings of the members that it was before. */
  readonly former?: readonly Keyring[];
  readonly escrowLog: Knowledge["escrowLog"];
  /** What it remembers of the answers that its user gave before. */
  readonly answers?: Answers | undefined;
  /** What its user answers now; undefined to what nobody has answered yet. */
  readonly says?: (ask: Ask) => Answer | undefined;
}

/** A link that a client wrote, and what it has when the service has shown it the link. */
export interface ByClient {
  readonly entry: Uint8Array;
  readonly log: LogState;
  readonly keyring: Keyring;
  /** The text of the backup key that it made. */
  readonly paper: string | undefined;
}

/** Writes the link of something that the user asks for, or that the device owes, and takes it in. @throws as the machine does */
export function clientWrites(has: Has, intent: Intent, env: Env): ByClient {
  return written(modelOf(has, env), { type: "intend", id: "asked", intent }, organisationOf(has), env);
}

/** Writes the link that the user's yes to an open question leads to, and takes it in. @throws as the machine does */
export function clientAgrees(has: Has, isIt: (ask: Ask) => boolean, env: Env): ByClient {
  const model = modelOf(has, env);
  const { id } = present(asksOf(model, env.now()).find(isIt));
  return written(model, { type: "answer", id, answer: { say: "yes" } }, organisationOf(has), env);
}

/** Makes a log. */
export function clientCreates(subject: string, intent: Intent & { readonly do: "create" }, env: Env): ByClient {
  return written(newModel(subject), { type: "intend", id: "asked", intent }, {}, env);
}

function written(before: Model, input: Input, options: MachineOptions, env: Env): ByClient {
  const { model, effects } = machineOf(before).step(before, input, options, env);
  const sent = present(effects.find((effect) => effect.type === "publish"));
  const taken = takeEntries(model, reading(model), [sent.entry as Bytes], env);
  if (taken.error) throw taken.error;
  const { own, keyring, pending, paper } = taken.model;
  if (pending) throw new Error("the client was shown its link, and waits for it");
  return { entry: sent.entry, log: present(own).log, keyring: present(keyring), paper: paper?.text };
}

/** What a client remembers once its user has answered its questions. */
export function clientAnswers(has: Has, env: Env): Answers {
  return modelOf(has, env).answers;
}

/** The answer of a user who compared the fingerprint of this escrow log with the one that its admins publish. */
export function confirming(log: LogState): Answer {
  const compared = compareFingerprint(log, formatFingerprint(fingerprintOf(log), "qr"));
  if (compared.status !== "match" || compared.member !== undefined)
    throw new Error(`a log's own fingerprint is ${compared.status}`);
  return { say: "confirmed", token: compared.token };
}

/** The step that a client does by itself while the service shows nothing new; undefined where it does none. */
export function clientOwes(has: Has, env: Env): AuthorStep | undefined {
  let model = modelOf(has, env);
  const effects: Effect[] = [reading(model)];
  for (let effect = effects.shift(); effect; effect = effects.shift()) {
    if (effect.type !== "read") continue;
    // Nobody shows an admin's device the logs of users.
    const isShown = effect.of === "escrow" || effect.subject === model.subject;
    const page = isShown ? { entries: [], newest: model[effect.of]?.log.head.seq ?? 0 } : undefined;
    const next = machineOf(model).step(model, { type: "page", effect, page }, organisationOf(has), env);
    model = next.model;
    effects.unshift(...next.effects);
  }
  return model.pending?.intent.do === "duty" ? model.pending.intent.step : undefined;
}

/** An approval of a device whose fingerprint was compared, and matched. */
export function comparedWith(log: LogState, member: MemberId, roles?: readonly Role[]): IntendedApproval {
  const compared = compareFingerprint(log, formatFingerprint(fingerprintOf(log, member), "qr"), member);
  if (compared.status !== "match") throw new Error(`a device's own fingerprint is ${compared.status}`);
  return { member, token: compared.token, roles };
}

/** The machine of a user's device, or of an admin's, whose models are an admin's. */
function machineOf({ kind }: Model): Machine {
  return kind === "user" ? deviceMachine : (adminMachine as unknown as Machine);
}

function modelOf(has: Has, env: Env): Model {
  const { log, entries, keyring, former = [], escrowLog, answers } = has;
  const empty = log.kind === "user" ? newModel(log.subject) : adminMachine.newModel(log.subject);
  const before: Model = {
    // It looked at the service just now, which tells no time: otherwise it keeps a link back until it has.
    ...connected(empty, { state: "reached" }),
    ...{ own: followed(log, entries), keyring, former, answers: answers ?? empty.answers },
    escrow: typeof escrowLog === "object" ? followed(escrowLog, []) : undefined,
  };
  return { ...before, answers: answered(before, has, env) };
}

/** What a client remembers when its user has said all that they say: an answer can lead to the next question. */
function answered(before: Model, has: Has, { now }: Env): Answers {
  const { says = () => undefined } = has;
  let model = before;
  for (const asked = new Set<string>(); ; ) {
    const open = asksOf(model, now()).find((ask) => !asked.has(ask.id) && says(ask));
    if (!open) return model.answers;
    asked.add(open.id);
    const input: Input = { type: "answer", id: open.id, answer: present(says(open)) };
    const { model: next } = machineOf(model).step(model, input, organisationOf(has), aside(now));
    // The caller decides which link comes next, and not the answer.
    model = { ...model, answers: next.answers };
  }
}

/** Links that nobody sends are written with randomness of their own: what is drawn for the others stays the same. */
function aside(now: Env["now"]): Env {
  let count = 0;
  return { random: (length) => new Uint8Array(length).fill(++count), now };
}

const organisationOf = ({ escrowLog }: Has) => ({
  escrowSubject: typeof escrowLog === "object" ? escrowLog.subject : "an organisation without a log",
});

function reading({ subject, own }: Model): ReadEffect {
  return { type: "read", of: "own", subject, after: own?.log.head.seq ?? 0, purpose: "newer" };
}

/** A log and its entries, as a client keeps them. */
export function followed(log: LogState, entries: readonly Uint8Array[]): FollowedLog {
  return { log, entries: entries.reduce((list, entry) => list.push(entry as Bytes), AppendList.empty<Bytes>()) };
}
