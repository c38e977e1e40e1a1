// The machine of an admin's device: the machine of every device over the escrow log, and once more over each user's log in which the
// device acts. One commit stores all of them, so nothing is lost between a record and what it announces. docs/spec.md sections 11
// and 13 (ESC-8).

import type { Bytes } from "../bytes/bytes.js";
import type { Head, LogId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { KeysteadError } from "../errors.js";
import type { ActRecord } from "../escrow/act.js";
import { extendsHead } from "../log/heads.js";
import type { LogState } from "../log/state.js";
import { type Env, readClock } from "../primitives/env.js";
import { asksOf } from "./asks.js";
import type { Effect, Input, Machine, MachineOptions, Stepped } from "./effects.js";
import { escrowAsksOf } from "./escrow-asks.js";
import {
  type AdminModel,
  type Looks,
  modelOf,
  movePins,
  NO_LOOKS,
  newModel,
  type Pin,
  pinOf,
  recordsOf,
  type Task,
  type UserWork,
} from "./escrow-model.js";
import { orderOf, orderTo, recoveryOrder, renewOrder, reviewOrder } from "./escrow-orders.js";
import { actsOf, writeInEscrowLog, writeInUsersLog } from "./escrow-write.js";
import type { Intent } from "./intents.js";
import { withEvidence } from "./judge-whole.js";
import { step } from "./machine.js";
import { type Extension, type Model, notNow, readOnly } from "./model.js";
import { author, told } from "./pending.js";
import { proceed, proceedOrLook } from "./proceed.js";
import { newModel as newUserModel } from "./records.js";

/** What happened outside, for an admin's device only. */
export type AdminInput =
  /** Users' logs were verified up to these heads. */
  | { readonly type: "pins"; readonly pins: readonly Pin[] }
  /** The service contradicted itself about a user's log. */
  | { readonly type: "evidence"; readonly evidence: Bytes }
  /** The review of this device's act was found in its user's log. */
  | { readonly type: "finished"; readonly act: number }
  /** The app says that it has reset the user's account. */
  | { readonly type: "forget-user"; readonly user: string }
  /** The fingerprint of the escrow log was published. */
  | { readonly type: "fingerprint-published"; readonly head: Head };

/** The machine of an admin's device. */
export const adminMachine: Machine<AdminModel, AdminInput> = {
  ...{ step: stepAdmin, recordsOf },
  isPending: ({ pending, users }, id) => pending?.id === id || [...users.values()].some(({ task }) => task.id === id),
  newModel: (subject) => equipped(newModel(subject)),
  modelOf: (subject, records) => equipped(modelOf(subject, records)),
};

function stepAdmin(
  before: AdminModel,
  input: Input | AdminInput,
  options: MachineOptions,
  env: Env,
): Stepped<AdminModel> {
  const model = equipped(before);
  if (options.isReadOnly && ["answer", "intend", "forget-user", "fingerprint-published"].includes(input.type))
    throw readOnly();
  switch (input.type) {
    case "pins":
      return only({ ...model, pins: movePins(model.pins, input.pins) });
    case "evidence":
      return only(withEvidence(model, input.evidence));
    case "finished":
      return only(finished(model, input.act));
    case "forget-user":
      return only(forgetUser(model, input.user));
    case "fingerprint-published":
      return only({ ...model, published: input.head });
    case "answer":
      return answer(model, input, options, env) ?? inEscrowLog(model, input, options, env);
    case "intend":
      return intend(model, input, options, env);
    case "sync":
      return sync(model, input, options, env);
    case "page":
    case "published":
    case "failed":
      if (input.effect.subject !== model.subject) return inUsersLog(model, input.effect.subject, input, options, env);
      return inEscrowLog(model, input, options, env);
    default:
      return inEscrowLog(model, input, options, env);
  }
}

function only(model: AdminModel): Stepped<AdminModel> {
  return { model, effects: [], retired: [] };
}

/** The model with what the machine needs of an admin's device: the acts that it reads, and users' logs. */
function equipped(model: AdminModel): AdminModel {
  const { looks } = model;
  const extension: Extension = extensions.get(looks) ?? {
    knowledge: (now) => ({
      acts: actsOf(now),
      // An older log would not show an act that an admin did since: this device would disown it.
      userLogs: seenIn(looks.at === now.own?.log.head.hash ? looks : NO_LOOKS, now),
      disownUnread: now.answers.disownUnread,
    }),
    write: writeInEscrowLog,
  };
  extensions.set(looks, extension);
  return model.extension === extension ? model : { ...model, extension };
}

/** Users' logs that were fetched; undefined for a log that the service showed under none of the subjects which loose acts name for it. */
function seenIn({ logs, asked }: Looks, now: Model): ReadonlyMap<LogId, LogState | undefined> {
  const isLoose = ({ disowned, isByAdminNow }: ActRecord) => !disowned && !isByAdminNow;
  const loose = actsOf(now).flatMap((record) => (record.act && isLoose(record) ? [record.act] : []));
  // The organisation is no user.
  const open = new Set(
    loose.flatMap((act) => (asked.has(act.subject) || act.subject === now.subject ? [] : [act.log])),
  );
  const hidden = loose.filter(({ log }) => !logs.has(log) && !open.has(log));
  return new Map<LogId, LogState | undefined>([...logs, ...hidden.map(({ log }) => [log, undefined] as const)]);
}

/** One for each set of users' logs, so that a model that nothing changes stays the same. */
const extensions = /* @__PURE__ */ new WeakMap<AdminModel["looks"], Extension>();

/** One step over the escrow log, and the reviews of acts that stand in it now. */
function inEscrowLog(model: AdminModel, input: Input, options: MachineOptions, env: Env): Stepped<AdminModel> {
  const { model: stepped, effects, retired } = step(model, input, options, env);
  const next = beginDue(recorded(model, { ...model, ...stepped }), options, env);
  return { model: next.model, effects: [...next.effects, ...effects], retired };
}

/** When the act of a recovery was settled: its review is due once the act stands in the verified escrow log, and not before. */
function recorded(before: AdminModel, after: AdminModel): AdminModel {
  const { pending } = before;
  const found = [...after.users].find(([, { task }]) => task.id === pending?.id && task.act === undefined);
  if (!pending || !found || after.pending?.id === pending.id) return after;
  const [subject, { task, model }] = found;
  const act = pending.head.seq;
  const isRecorded = after.own?.log.links.at(act - 1)?.hash === pending.head.hash;
  if (!isRecorded) return without(after, subject);
  // It is done when the review is.
  const waited = { ...after, settled: after.settled.filter(({ id }) => id !== task.id) };
  return withUser(waited, subject, { task: { ...task, act }, model });
}

/** Writes the reviews that are due: in the step that settles the act, so that one commit stores both. */
function beginDue(model: AdminModel, options: MachineOptions, env: Env) {
  let next = model;
  const effects: Effect[] = [];
  for (const [subject, work] of model.users) {
    const { task } = work;
    if (task.act === undefined || work.model.pending || options.isReadOnly) continue;
    const order = orderTo("recover-user", reviewOrder, { user: subject, act: task.act, usersOwn: task.usersOwn });
    try {
      const begun = begin(next, subject, work, order, options, env);
      next = begun.model;
      effects.push(...begun.effects);
    } catch (caught) {
      const error = KeysteadError.from(caught)?.toJSON();
      if (!error) throw caught;
      next = told(without(next, subject), { id: task.id, error });
    }
  }
  return { model: next, effects };
}

/** Writes a link in a user's log. It is stored with the model, and sent after that. */
function begin(
  admin: AdminModel,
  subject: string,
  { task, model }: UserWork,
  intent: Intent,
  options: MachineOptions,
  env: Env,
) {
  const written = author(inEscrowsName(admin, model), task.id, intent, env);
  const next = proceedOrLook(written, options, env);
  return { model: withUser(admin, subject, { task, model: next.model }), effects: next.effects };
}

function inEscrowsName(admin: AdminModel, model: Model): Model {
  const write = (user: Model, intent: Intent, env: Env) => writeInUsersLog(admin, user, intent, env);
  const { clock = admin.sync.clock, connection } = model.sync;
  // It is the same service: its clock is known from reading the escrow log.
  const sync = { ...model.sync, clock, connection: connection.state === "never" ? admin.sync.connection : connection };
  return { ...model, sync, extension: { knowledge: () => ({}), write } };
}

function withUser(model: AdminModel, subject: string, work: UserWork): AdminModel {
  return { ...model, users: new Map([...model.users, [subject, work]]) };
}

function without(model: AdminModel, subject: string): AdminModel {
  return { ...model, users: new Map([...model.users].filter(([each]) => each !== subject)) };
}

/** Forgets what was seen of a user's log, and what this device still sends there: nothing will stand at its place. */
function forgetUser(model: AdminModel, user: string): AdminModel {
  const task = model.users.get(user)?.task;
  const next = { ...without(model, user), pins: model.pins.map((list) => list.filter(([each]) => each !== user)) };
  if (!task) return next;
  const error = notNow("the app has reset the user's account; fetch its new log, and ask for it again").toJSON();
  return told(next, { id: task.id, error });
}

function finished(model: AdminModel, act: number): AdminModel {
  return model.finished.includes(act) ? model : { ...model, finished: [...model.finished, act] };
}

/** @throws errors of the verb; `PENDING` while this device acts in the user's log already */
function intend(
  model: AdminModel,
  input: Extract<Input, { type: "intend" }>,
  options: MachineOptions,
  env: Env,
): Stepped<AdminModel> {
  const { id, intent } = input;
  const work = workOf(id, intent);
  if (!work) return inEscrowLog(model, input, options, env);
  const [subject, task] = work;
  if (model.users.has(subject)) {
    throw new KeysteadError("PENDING", "this device acts in the user's log already; wait until that is settled", {
      details: { intent: intent.do, user: subject },
    });
  }
  const own = "order" in intent ? intent.user : undefined;
  // Another tab can have acted there meanwhile: an act on the older log could never be done.
  if (own && own.log.head.seq < (pinOf(model, subject)?.seq ?? 0)) {
    throw new KeysteadError("COMPARE_AGAIN", "the user's log has grown since it was fetched; fetch it again", {
      details: { because: "moved-on", user: subject },
    });
  }
  const user = { ...newUserModel(subject), own };
  if (intent.do === "record-recovery") {
    const recording = inEscrowLog(model, input, options, env);
    return { ...recording, model: withUser(recording.model, subject, { task, model: user }) };
  }
  if (model.alarms.own) throw present(KeysteadError.from(model.alarms.own.error));
  return { ...begin(model, subject, { task, model: user }, intent, options, env), retired: [] };
}

/** The user in whose log an intent acts, and what it does there. */
function workOf(id: string, intent: Intent): readonly [subject: string, task: Task] | undefined {
  switch (intent.do) {
    case "record-recovery": {
      const { user, usersOwn } = orderOf(intent, recoveryOrder);
      return [user, { id, do: "recover", usersOwn }];
    }
    case "recover-user": {
      const { user, act, usersOwn } = orderOf(intent, reviewOrder);
      return [user, { id, do: "recover", act, usersOwn }];
    }
    case "renew-user":
      return [orderOf(intent, renewOrder).user, { id, do: "renew", usersOwn: [] }];
    default:
      return undefined;
  }
}

/** Looks at the escrow log, and at the users' logs that have a pending link. */
function sync(model: AdminModel, input: Input, options: MachineOptions, env: Env): Stepped<AdminModel> {
  const own = inEscrowLog(model, input, options, env);
  const isThorough = own.model.sync.thoroughAt !== model.sync.thoroughAt;
  let next = isThorough ? equipped({ ...own.model, looks: { ...model.looks, asked: new Set<string>() } }) : own.model;
  const effects = [...own.effects];
  for (const [subject, { task, model: user }] of next.users) {
    if (!user.pending) continue;
    const looked = step(inEscrowsName(next, user), input, options, env);
    next = withUser(next, subject, { task, model: looked.model });
    effects.push(...looked.effects);
  }
  return { ...own, model: next, effects };
}

/** One step over a user's log. */
function inUsersLog(
  model: AdminModel,
  subject: string,
  input: Input,
  options: MachineOptions,
  env: Env,
): Stepped<AdminModel> {
  const work = model.users.get(subject);
  if (!work) return look(model, subject, input, options, env);
  const { task } = work;
  const { model: user, effects, retired } = step(inEscrowsName(model, work.model), input, options, env);
  const { evidence, settled, ...rest } = user;
  const kept = evidence.reduce(withEvidence, model);
  const [settlement] = settled;
  if (!settlement) {
    const next = { ...rest, evidence: [], settled: [] };
    return { model: withUser(kept, subject, { task, model: next }), effects, retired };
  }
  const { error } = settlement;
  // A device of the user was faster: nothing is left to be renewed.
  const isDone = !error || (task.do === "renew" && error.code === "NOT_PERMITTED" && error.rule === "MEM-2");
  const ended = told(without(kept, subject), { id: task.id, error: isDone ? undefined : error });
  const pinned = { ...ended, pins: user.own ? movePins(ended.pins, [[subject, user.own.log.head]]) : ended.pins };
  return { model: isDone && task.act !== undefined ? finished(pinned, task.act) : pinned, effects, retired };
}

/** Reads a user's log to see whether an act was done. */
function look(
  model: AdminModel,
  subject: string,
  input: Input,
  options: MachineOptions,
  env: Env,
): Stepped<AdminModel> {
  const { looks } = model;
  const isRead = input.type === "page" || (input.type === "failed" && input.effect.type === "read");
  const before = looks.reading.get(subject) ?? (isRead ? newUserModel(subject) : undefined);
  if (!before) return only(model);
  const { model: user, effects, retired } = step(before, input, options, env);
  const kept = { ...user.evidence.reduce(withEvidence, model), looks: { ...looks, reading: new Map(looks.reading) } };
  if (effects.length > 0 && input.type !== "failed") {
    kept.looks.reading.set(subject, { ...user, evidence: [] });
    return { model: kept, effects, retired };
  }
  kept.looks.reading.delete(subject);
  const next = proceed(equipped(lookedAt(kept, subject, user)), options, env);
  return { ...next, model: { ...kept, ...next.model } };
}

/** A user's log was asked for. What contradicts an earlier look is not believed. */
function lookedAt(model: AdminModel, subject: string, { own, alarms, sync }: Model): AdminModel {
  const { looks } = model;
  const at = model.own?.log.head.hash;
  const { logs, asked } = looks.at === at ? looks : NO_LOOKS;
  const looked = { ...model, looks: { ...looks, at, logs, asked: new Set([...asked, subject]) } };
  const pin = pinOf(model, subject);
  const isSound = own && !alarms.own && sync.connection.state === "reached" && (!pin || extendsHead(own.log, pin));
  if (!isSound) return looked;
  const found = { ...looked.looks, logs: new Map([...logs, [own.log.head.log, own.log]]) };
  return { ...looked, looks: found, pins: movePins(model.pins, [[subject, own.log.head]]) };
}

/** Takes in the answer to a question that only admins are asked; undefined when the question is another one. */
function answer(
  model: AdminModel,
  { id, answer: given }: Extract<Input, { type: "answer" }>,
  options: MachineOptions,
  env: Env,
): Stepped<AdminModel> | undefined {
  const { answers } = model;
  const left = asksOf(model, readClock(env)).find((open) => open.id === id);
  if (left?.question === "disown" && given?.say === "yes") {
    const said = { ...answers, disownUnread: [...answers.disownUnread, ...left.acts] };
    // Users' logs that were not shown are asked for once more: perhaps the service was out of reach, and the act was done.
    const again = { ...model, answers: said, looks: NO_LOOKS, sync: { ...model.sync, fetched: new Set<string>() } };
    const next = proceed(equipped(again), options, env);
    return { ...next, model: { ...again, ...next.model } };
  }
  const ask = escrowAsksOf(model).find((open) => open.id === id);
  if (!ask) return undefined;
  if (given?.say !== "no") {
    throw new KeysteadError("INVALID_ARGUMENT", `the question ${ask.question} is answered by doing it, or by "no"`);
  }
  return only({ ...model, answers: { ...answers, declined: [...answers.declined, id] } });
}
