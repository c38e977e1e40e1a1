// How each part of the model is stored. The driver stores the difference between two models, so no verb can forget a record.
// docs/spec.md sections 5 and 13.

import { resume } from "../authoring/receive.js";
import { AppendList } from "../bytes/append-list.js";
import { type Bytes, wipe } from "../bytes/bytes.js";
import { present } from "../bytes/present.js";
import {
  array,
  bool,
  bytesUpTo,
  decode,
  encode,
  type Infer,
  literal,
  optional,
  record,
  type Schema,
} from "../bytes/schema.js";
import { KeysteadError } from "../errors.js";
import { decodeContact, encodeContact } from "../fingerprint/tracked-contact.js";
import { unsafeSerializeKeyring } from "../grants/store-keyring.js";
import { type Keyring, partsOf } from "../keys/keyring.js";
import { parseKeyring } from "../keys/keyring-bytes.js";
import { head, member as memberId, subject as subjectText } from "../log/fields.js";
import type { LogState } from "../log/state.js";
import { verifyLog } from "../log/verify.js";
import type { Contact } from "./contact.js";
import type { RecordSource, WhichLog } from "./effects.js";
import type { Alarm, FollowedLog } from "./followed-log.js";
import { NOT_SYNCED } from "./log-sync.js";
import type { Answers, Model } from "./model.js";
import { blob, defined, label, MAX_BYTES, MAX_LIST, members, position } from "./record-fields.js";
import {
  decodeFollows,
  decodeInterrupted,
  decodePending,
  encodeFollows,
  encodeInterrupted,
  encodePending,
  followsSchema,
  interruptedSchema,
  pendingSchema,
} from "./stored-intent.js";

/** Entries of a log in one record: a new entry writes one record of at most so many. */
const SEGMENT = 32;
const entriesSchema = array(bytesUpTo(MAX_BYTES, 1), { max: SEGMENT });
const headSchema = record({ v: literal(1), subject: subjectText, head });
const answersSchema = record({
  v: literal(1),
  own: members,
  strangers: members,
  confirmed: optional(record({ head, at: head })),
  removeEscrow: optional(memberId),
  enrollAgainAfter: optional(position),
  disownUnread: optional(array(position, { max: MAX_LIST })),
  declinedEscrow: bool(),
  declined: array(label, { max: MAX_LIST }),
});
const paperSchema = record({ v: literal(1), member: memberId, text: label });
const settledSchema = array(record({ id: label, error: optional(label) }), { max: MAX_LIST });
const copiedSchema = record({ v: literal(1), at: position });
const alarmSchema = record({ v: literal(1), error: label, evidence: optional(blob) });

/** The records of a model. */
export function recordsOf(model: Model): ReadonlyMap<string, RecordSource> {
  const { own, keyring, former, pending, interrupted, follows, settled, paper, answers, alarms, evidence } = model;
  const records = new Map<string, RecordSource>();
  const put = <T>(key: string, value: T | undefined, toBytes: (value: T) => Uint8Array) => {
    if (value !== undefined) records.set(key, { of: [value], encode: () => toBytes(value) });
  };
  const serialized = (keyring: Keyring) => (own ? unsafeSerializeKeyring({ log: own.log, keyring }) : new Uint8Array());
  for (const of of ["own", "escrow"] as const) {
    const followed = model[of];
    if (followed) putLog(records, of, { ...followed.log, entries: followed.entries });
    put(`alarm/${of}`, alarms[of], encodeAlarm);
  }
  for (const { number, tracked, head, entries, alarm } of model.contacts.values()) {
    const of = `contact/${number}`;
    putLog(records, of, { subject: tracked.subject, head, entries });
    put(`tracked/${of}`, tracked, encodeContact);
    put(`alarm/${of}`, alarm, encodeAlarm);
  }
  put("device", keyring, serialized);
  for (const each of former) put(`former/${each.member}`, each, serialized);
  put("pending", pending, encodePending);
  put("interrupted", interrupted, encodeInterrupted);
  put("follows", follows, encodeFollows);
  if (settled.length > 0) {
    const plain = () => settled.map(({ id, error }) => defined({ id, error: error && JSON.stringify(error) }));
    records.set("settled", { of: settled, encode: () => encode(settledSchema, plain(), "settled") });
  }
  put("copied", model.copiedAt, (at) => encode(copiedSchema, { v: 1, at }, "copied"));
  put("paper", paper, (value) => encode(paperSchema, { v: 1, ...value }, "paper"));
  put("answers", answers, (value) => encode(answersSchema, defined({ v: 1 as const, ...value }), "answers"));
  for (const [index, each] of evidence.entries()) put(`evidence/${index}`, each, (value) => value);
  return records;
}

/** A log as it is stored. */
type StoredLog = Pick<LogState, "subject" | "head"> & Pick<FollowedLog, "entries">;

function putLog(records: Map<string, RecordSource>, of: string, { subject, head, entries }: StoredLog): void {
  records.set(`head/${of}`, { of: [head.hash], encode: () => encode(headSchema, { v: 1, subject, head }, "head") });
  const list = [...entries];
  for (let start = 0; start < list.length; start += SEGMENT) {
    const segment = list.slice(start, start + SEGMENT);
    const key = `log/${of}/${start / SEGMENT}`;
    records.set(key, { of: segment, encode: () => encode(entriesSchema, segment, key) });
  }
}

/** A difference between two models, as records. The caller wipes the bytes that it puts. */
export function difference(
  before: ReadonlyMap<string, RecordSource>,
  after: ReadonlyMap<string, RecordSource>,
): { readonly put: ReadonlyMap<string, Uint8Array>; readonly remove: ReadonlySet<string> } {
  const put = new Map<string, Uint8Array>();
  for (const [key, source] of after) {
    const known = before.get(key);
    const isSame = known?.of.length === source.of.length && known.of.every((part, at) => part === source.of[at]);
    if (!isSame) put.set(key, source.encode());
  }
  return { put, remove: new Set([...before.keys()].filter((key) => !after.has(key))) };
}

/** The model of a device that has stored nothing. */
export function newModel(subject: string): Model {
  return {
    ...{
      subject,
      kind: "user",
      own: undefined,
      keyring: undefined,
      former: [],
      pending: undefined,
      interrupted: undefined,
      follows: undefined,
    },
    ...{ settled: [], copiedAt: undefined, paper: undefined, escrow: undefined, evidence: [], sync: NOT_SYNCED },
    contacts: new Map(),
    alarms: { own: undefined, escrow: undefined },
    ...{ answers: NO_ANSWERS, extension: undefined },
  };
}

/** Before the user said anything. */
const NO_ANSWERS: Answers = {
  ...{ own: [], strangers: [], confirmed: undefined, removeEscrow: undefined, enrollAgainAfter: undefined },
  ...{ declinedEscrow: false, declined: [], disownUnread: [] },
};

/**
 * The model that records hold. The log is verified again by its hashes up to the head that this device had verified, and every seed
 * is checked against it.
 *
 * @param records that were authenticated: a sealer opened them.
 * @throws `STORE_CORRUPT`; `UNSUPPORTED` for those of a newer version
 */
export function modelOf(subject: string, records: ReadonlyMap<string, Uint8Array>): Model {
  try {
    return readModel(subject, records);
  } catch (cause) {
    throw unreadable("the store's records are not those of one device", cause);
  }
}

/**
 * The error for records that a sealer opened and that cannot be read. Only this device seals them: if their form or a link in them is
 * unknown, a newer version of the library sealed them, in another tab for instance, and nothing is broken.
 */
export function unreadable(message: string, cause: unknown): KeysteadError {
  const code = KeysteadError.from(cause)?.code;
  if (code !== "INVALID_ENCODING" && code !== "UNSUPPORTED")
    return new KeysteadError("STORE_CORRUPT", message, { cause });
  const newer = "a newer version of the library stored what this one cannot read; load the newest app";
  return new KeysteadError("UNSUPPORTED", newer, { cause });
}

function readModel(subject: string, records: ReadonlyMap<string, Uint8Array>): Model {
  const read = <T>(key: string, schema: Schema<T>): T | undefined => {
    const bytes = records.get(key);
    return bytes && decode(schema, bytes, { name: key, maxBytes: MAX_BYTES, maxObjects: 4 * MAX_LIST });
  };
  const own = readLog("own", read);
  const opened = (bytes: Uint8Array | undefined) => (own && bytes ? openedIn(own, bytes) : undefined);
  const former = [...records].flatMap(([key, bytes]) => (key.startsWith("former/") ? (opened(bytes) ?? []) : []));
  const answers = read("answers", answersSchema);
  const alarm = (of: string) => decodeAlarm(read(`alarm/${of}`, alarmSchema));
  const evidence: Bytes[] = [];
  for (let each = records.get("evidence/0"); each; each = records.get(`evidence/${evidence.length}`)) {
    evidence.push(new Uint8Array(each));
  }
  return {
    ...{
      subject,
      kind: "user",
      own,
      keyring: opened(records.get("device")),
      former,
      evidence,
      sync: NOT_SYNCED,
      extension: undefined,
    },
    pending: decodePending(read("pending", pendingSchema)),
    interrupted: decodeInterrupted(read("interrupted", interruptedSchema)),
    follows: decodeFollows(read("follows", followsSchema)),
    settled: (read("settled", settledSchema) ?? []).map(({ id, error }) => ({ id, error: error && JSON.parse(error) })),
    copiedAt: read("copied", copiedSchema)?.at,
    paper: read("paper", paperSchema),
    escrow: readLog("escrow", read),
    answers: answers ? { ...NO_ANSWERS, ...answers } : NO_ANSWERS,
    alarms: { own: alarm("own"), escrow: alarm("escrow") },
    contacts: new Map(
      [...records].flatMap(([key, bytes]): readonly [string, Contact][] => {
        if (!key.startsWith("tracked/contact/")) return [];
        const of = key.slice("tracked/".length);
        const { head, entries } = present(readEntries(of, read));
        const tracked = decodeContact(bytes);
        return [[tracked.subject, { number: Number(of.split("/")[1]), tracked, head, entries, alarm: alarm(of) }]];
      }),
    ),
  };
}

type Read = <T>(key: string, schema: Schema<T>) => T | undefined;

function readLog(of: WhichLog, read: Read): FollowedLog | undefined {
  const stored = readEntries(of, read);
  if (!stored) return undefined;
  const { subject, head, entries } = stored;
  // Judged by the clock when they were taken in.
  return { log: verifyLog(entries, { subject, verified: head, now: "unchecked" }), entries };
}

function readEntries(of: string, read: Read): StoredLog | undefined {
  const stored = read(`head/${of}`, headSchema);
  if (!stored) return undefined;
  let entries = AppendList.empty<Bytes>();
  for (let number = 0; entries.length < stored.head.seq; number++) {
    const segment = read(`log/${of}/${number}`, entriesSchema);
    if (!segment) throw new KeysteadError("STORE_CORRUPT", `entries of the log ${of} are absent`);
    for (const entry of segment) entries = entries.push(entry);
  }
  return { ...stored, entries };
}

/** A keyring in the log. It was stored at an earlier head than the log's, unless it changed last. */
function openedIn({ log, entries }: FollowedLog, bytes: Uint8Array): Keyring {
  const keyring = parseKeyring(bytes);
  wipe(bytes);
  const since = partsOf(keyring).stored?.head.seq ?? 0;
  return resume(log, [...entries].slice(since), keyring).keyring;
}

function encodeAlarm({ error, evidence }: Alarm): Uint8Array {
  return encode(alarmSchema, { v: 1, error: JSON.stringify(error), ...(evidence && { evidence }) }, "alarm");
}

function decodeAlarm(stored: Infer<typeof alarmSchema> | undefined): Alarm | undefined {
  return stored && { error: JSON.parse(stored.error), evidence: stored.evidence };
}
