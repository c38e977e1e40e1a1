// What an admin's device knows besides what every device knows: the users in whose logs it acts, the newest head of each user's log
// that it saw, and what it published. docs/spec.md sections 11 and 13.

import type { Head, LinkHash, LogId, MemberId } from "../bytes/ids.js";
import { array, decode, encode, literal, oneOf, optional, record, text, tuple, uint } from "../bytes/schema.js";
import { head, member, subject as subjectText } from "../log/fields.js";
import type { LogState } from "../log/state.js";
import type { RecordSource } from "./effects.js";
import type { Model } from "./model.js";
import * as base from "./records.js";

/** What an admin's device does in a user's log. */
export interface Task {
  /** Names what was asked for. */
  readonly id: string;
  readonly do: "recover" | "renew";
  /** The position of the act in the escrow log; undefined until a verified link stands there. */
  readonly act?: number | undefined;
  /** Members that the user named as theirs. */
  readonly usersOwn: readonly MemberId[];
}

/**
 * A user's log in which this device acts: the model of a device without keys, with the one pending link of that log. So the crash
 * rule is that of the machine.
 */
export interface UserWork {
  readonly task: Task;
  readonly model: Model;
}

/** The newest head of a user's log that this device verified. */
export type Pin = readonly [subject: string, head: Head];

/** Users' logs that are fetched to see whether an act was done. In memory only. */
export interface Looks {
  /** The escrow log's newest link when the logs were fetched. */
  readonly at: LinkHash | undefined;
  readonly logs: ReadonlyMap<LogId, LogState>;
  /** The subjects that were asked for, also where no sound log came. */
  readonly asked: ReadonlySet<string>;
  /** Logs of which there is more to fetch, by the subjects of the users. */
  readonly reading: ReadonlyMap<string, Model>;
}

/** What an admin's device knows. */
export interface AdminModel extends Model {
  /** By the subjects of the users. */
  readonly users: ReadonlyMap<string, UserWork>;
  readonly looks: Looks;
  /** In lists of at most {@link PIN_LIST}, so that a report on many users writes few records. */
  readonly pins: readonly (readonly Pin[])[];
  /** Positions of this device's acts whose reviews it verified. */
  readonly finished: readonly number[];
  /** The head of the escrow log whose fingerprint was published last. */
  readonly published: Head | undefined;
}

const PIN_LIST = 64;
const MAX_LIST = 1_000_000;
const MAX_BYTES = 1_073_741_824;
const position = uint({ min: 1 });
const taskSchema = record({
  v: literal(1),
  subject: subjectText,
  id: text(256),
  do: oneOf(["recover", "renew"] as const),
  act: optional(position),
  usersOwn: array(member, { max: MAX_LIST }),
});
const pinsSchema = array(tuple(subjectText, head), { max: PIN_LIST });
const adminSchema = record({ v: literal(1), finished: array(position, { max: MAX_LIST }), published: optional(head) });
/** Nothing was asked for. */
export const NO_LOOKS: Looks = { at: undefined, logs: new Map(), asked: new Set(), reading: new Map() };

/** The model of an admin's device that has stored nothing. */
export function newModel(subject: string): AdminModel {
  const nothing = { users: new Map(), looks: NO_LOOKS, pins: [], finished: [], published: undefined };
  return { ...base.newModel(subject), kind: "escrow", ...nothing };
}

/** The records of a model: those of the escrow log, and those of each user's log under the id of that log. */
export function recordsOf(model: AdminModel): ReadonlyMap<string, RecordSource> {
  const { users, pins, finished, published } = model;
  const records = new Map(base.recordsOf(model));
  for (const [subject, { task, model: user }] of users) {
    const { id, do: what, act, usersOwn } = task;
    if (!user.own) continue;
    const place = `user/${user.own.log.head.log}/`;
    const stored = { v: 1 as const, subject, id, do: what, usersOwn, ...(act !== undefined && { act }) };
    records.set(`${place}task`, { of: [task], encode: () => encode(taskSchema, stored, "task") });
    for (const [key, source] of base.recordsOf(user)) records.set(place + key, source);
  }
  for (const [index, list] of pins.entries()) {
    records.set(`pins/${index}`, { of: [list], encode: () => encode(pinsSchema, list, "pins") });
  }
  const stored = { v: 1 as const, finished, ...(published && { published }) };
  records.set("admin", { of: [finished, published], encode: () => encode(adminSchema, stored, "admin") });
  return records;
}

/** The model that records hold. @throws `STORE_CORRUPT`; `UNSUPPORTED` for those of a newer version */
export function modelOf(subject: string, records: ReadonlyMap<string, Uint8Array>): AdminModel {
  const model = base.modelOf(subject, records);
  try {
    return { ...newModel(subject), ...model, kind: "escrow", ...readAdmin(records) };
  } catch (cause) {
    throw base.unreadable("the store's records are not those of an admin's device", cause);
  }
}

function readAdmin(
  records: ReadonlyMap<string, Uint8Array>,
): Pick<AdminModel, "users" | "pins" | "finished" | "published"> {
  const options = (name: string) => ({ name, maxBytes: MAX_BYTES, maxObjects: 4 * MAX_LIST });
  const places = new Map<string, Map<string, Uint8Array>>();
  for (const [key, bytes] of records) {
    const [, log, rest] = /^user\/([0-9a-f]{64})\/(.+)$/.exec(key) ?? [];
    if (log === undefined || rest === undefined) continue;
    places.set(log, (places.get(log) ?? new Map()).set(rest, bytes));
  }
  const users = new Map<string, UserWork>();
  for (const place of places.values()) {
    const { v: _, subject, ...task } = decode(taskSchema, place.get("task") ?? new Uint8Array(), options("task"));
    users.set(subject, { task, model: base.modelOf(subject, place) });
  }
  const pins: (readonly Pin[])[] = [];
  for (let list = records.get("pins/0"); list; list = records.get(`pins/${pins.length}`)) {
    pins.push(decode(pinsSchema, list, options("pins")));
  }
  const admin = records.get("admin");
  const { finished = [], published } = admin ? decode(adminSchema, admin, options("admin")) : {};
  return { users, pins, finished, published };
}

type Index = ReadonlyMap<string, { readonly list: number; readonly head: Head }>;

/** Where each user's pin is; computed once for each version of the pins. */
const indices = /* @__PURE__ */ new WeakMap<AdminModel["pins"], Index>();

function indexOf(pins: AdminModel["pins"]): Index {
  const known = indices.get(pins);
  if (known) return known;
  const index = new Map(
    pins.flatMap((list, at) => list.map(([subject, head]) => [subject, { list: at, head }] as const)),
  );
  indices.set(pins, index);
  return index;
}

/** The newest head of a user's log that this device verified; undefined where it saw none. */
export function pinOf({ pins }: AdminModel, subject: string): Head | undefined {
  return indexOf(pins).get(subject)?.head;
}

/** The pins with newer ones among them. A pin never falls: another tab can have seen more. */
export function movePins(pins: AdminModel["pins"], moved: readonly Pin[]): AdminModel["pins"] {
  const newest = new Map(moved.map((pin) => [pin[0], pin]));
  const newer = [...newest.values()].filter(([subject, { seq }]) => seq > (indexOf(pins).get(subject)?.head.seq ?? 0));
  if (newer.length === 0) return pins;
  const next = pins.map((list) => list);
  for (const pin of newer) {
    const known = indexOf(pins).get(pin[0]);
    const at = known?.list ?? next.length - 1;
    const list = next[at];
    if (known && list) next[at] = list.map((each) => (each[0] === pin[0] ? pin : each));
    else if (list && list.length < PIN_LIST) next[at] = [...list, pin];
    else next.push([pin]);
  }
  return next;
}
