// What a client and a service say to each other over HTTP: one table of routes, and the bodies of requests and answers. The service's
// router, its OpenAPI document and the client's addresses (addresses.ts) all come from this table. Bodies are strict CBOR (docs/spec.md section 4);
// refusals are problem documents (RFC 9457). docs/transport.md.

import { MAX_TIME } from "../arguments/time.js";
import type { Bytes } from "../bytes/bytes.js";
import type { LogId, MemberId } from "../bytes/ids.js";
import { array, bytesUpTo, decode, encode, hexBytes, optional, record, type Schema, uint } from "../bytes/schema.js";
import { parseLogId, utf8Decode } from "../bytes/text.js";
import { MAX_ENTRY_BYTES, MAX_LINK_BYTES } from "../log/entry.js";
import { MAX_STATEMENT_BYTES } from "../log/statement.js";

/** The content type of all bodies except problem documents and events. */
export const CBOR = "application/cbor";
/** The content type of a refusal. */
export const PROBLEM = "application/problem+json";
/** The content type of the event stream. */
export const EVENTS = "text/event-stream";
/** The content type of sealed content. */
export const OCTETS = "application/octet-stream";

/** A service adds entries to a page while the page has at most this many bytes; the first entry is always in. */
export const PAGE_BYTES = 1_048_576;
/** Most entries of a page. */
export const MAX_PAGE_ENTRIES = 1000;
/** Most logs of one question for heads. */
export const MAX_HEADS = 1000;
/** Most logs of one event stream: their ids stand in the address. */
export const MAX_EVENT_LOGS = 64;
/** Most bytes of a problem document. */
export const MAX_PROBLEM_BYTES = 4096;
/** The code of the problem that a service gives with 404 where a subject has no log, or a log is no subject's. */
export const NO_LOG = "NO_LOG";
/** The code of the problem that a service gives with 404 where it has no such blob. */
export const NO_BLOB = "NO_BLOB";
/** Most bytes of a message between members. */
export const MAX_MESSAGE_BYTES = 512;
/** Most messages of one answer. */
export const MAX_MESSAGES = 64;
/** Most bytes of one event. */
export const MAX_EVENT_BYTES = 1024;

/** A body: its name, its shape for people, and the most bytes that it may have. */
export interface BodyForm {
  readonly name: string;
  readonly maxBytes: number;
  /** The shape in CDDL (RFC 8610), as the OpenAPI document shows it. */
  readonly cddl: string;
}

/** A body that code reads and writes. */
export interface Body<T> extends BodyForm {
  readonly schema: Schema<T>;
}

/** The bytes of a body. @throws `INVALID_ENCODING` naming the wrong field */
export function writeBody<T>({ schema, name }: Body<T>, value: T): Bytes {
  return encode(schema, value, name);
}

/** Reads a body. @throws `TOO_LARGE`, `INVALID_ENCODING` naming the wrong field */
export function readBody<T>({ schema, name, maxBytes }: Body<T>, bytes: Uint8Array): T {
  return decode(schema, bytes, { name, maxBytes });
}

const log = hexBytes<LogId>(32);
const position = uint({ min: 1 });
const statement = optional(bytesUpTo(MAX_STATEMENT_BYTES, 1));
/** The service's clock when it answered, in milliseconds since 1970. */
const now = uint({ max: MAX_TIME });

/** Where a subject's log is. `newest`: the position of its newest entry. */
export const SUBJECT = {
  name: "subject",
  maxBytes: 1024,
  cddl: "{ log: bstr .size 32, newest: 1.., ? statement: bstr .size (1..512), now: uint }",
  schema: record({ log, newest: position, statement, now }),
} satisfies Body<unknown>;

/** Entries that follow each other, and the position of the log's newest one. There are more when it is after the last of these. */
export const PAGE = {
  name: "page",
  maxBytes: PAGE_BYTES + MAX_ENTRY_BYTES + 8192,
  cddl: "{ entries: [*1000 bstr], newest: 1.., ? statement: bstr .size (1..512), now: uint }",
  schema: record({
    entries: array(bytesUpTo(MAX_ENTRY_BYTES, 1), { max: MAX_PAGE_ENTRIES }),
    newest: position,
    statement,
    now,
  }),
} satisfies Body<unknown>;

/** The entry stands at this position. */
export const PUBLISHED = {
  name: "published",
  maxBytes: 256,
  cddl: "{ log: bstr .size 32, seq: 1.. }",
  schema: record({ log, seq: position }),
} satisfies Body<unknown>;

/** Another link stands at the entry's position. */
export const STANDING = {
  name: "standing",
  maxBytes: MAX_LINK_BYTES + 256,
  cddl: "{ log: bstr .size 32, seq: 1.., link: bstr .size (1..65536) }",
  schema: record({ log, seq: position, link: bytesUpTo(MAX_LINK_BYTES, 1) }),
} satisfies Body<unknown>;

/** Of which logs the heads are asked. */
export const ASKED_HEADS = {
  name: "logs",
  maxBytes: MAX_HEADS * 34 + 256,
  cddl: "{ logs: [1*1000 bstr .size 32] }",
  schema: record({ logs: array(log, { min: 1, max: MAX_HEADS }) }),
} satisfies Body<unknown>;

/** What the service says of each log, in the order of the question; of a log that it does not have, only its id. */
export const HEADS = {
  name: "heads",
  maxBytes: MAX_HEADS * (MAX_STATEMENT_BYTES + 128) + 256,
  cddl: "{ heads: [*1000 { log: bstr .size 32, ? newest: 1.., ? statement: bstr .size (1..512) }], now: uint }",
  schema: record({ heads: array(record({ log, newest: optional(position), statement }), { max: MAX_HEADS }), now }),
} satisfies Body<unknown>;

const member = hexBytes<MemberId>(16);
const message = bytesUpTo(MAX_MESSAGE_BYTES, 1);

/** A message to a member of a log. */
export const MESSAGE = {
  name: "message",
  maxBytes: MAX_MESSAGE_BYTES + 64,
  cddl: "{ to: bstr .size 16, message: bstr .size (1..512) }",
  schema: record({ to: member, message }),
} satisfies Body<unknown>;

/** Messages to a member, in order. */
export const MESSAGES = {
  name: "messages",
  maxBytes: MAX_MESSAGES * (MAX_MESSAGE_BYTES + 64) + 256,
  cddl: "{ messages: [*64 { id: 1.., from: bstr .size 16, message: bstr .size (1..512) }] }",
  schema: record({ messages: array(record({ id: position, from: member, message }), { max: MAX_MESSAGES }) }),
} satisfies Body<unknown>;

/** An entry, as it is: `encodeEntry` made it, and the log's rules judge it. */
export const ENTRY = {
  name: "entry",
  maxBytes: MAX_ENTRY_BYTES,
  cddl: "[link: bstr .size (1..65536), attachments: [*8192 bstr]]",
} satisfies BodyForm;

/**
 * What a service asks of a request. One of a route's proofs is enough.
 *
 * - `link`: the entry in the body, which proves itself.
 * - `member`: a signature of a member of the log (`signRequest`); of a removed one too where `read` stands beside it.
 * - `create`, `reset`, `join`, `read`: the app allows it (`authorize`; a reset by `authorizeReset`). `reset` is asked in place of `create`
 *   where the subject has another log; `join` for a link that brings a member in.
 * - `storeBlob`, `readBlob`, `deleteBlob`: the app allows it. `member` beside `deleteBlob` is a member of the confirmed class.
 */
export type Proof =
  | ("link" | "member" | "create" | "reset" | "join" | "read")
  | ("storeBlob" | "readBlob" | "deleteBlob");

/** One route. */
export interface Route {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** A path below the service's address. `:subject`, `:log` and `:blob` stand for values, whose forms are in addresses.ts. */
  readonly path: string;
  /** Names of query parameters. */
  readonly query: readonly (keyof typeof QUERY)[];
  readonly proofs: readonly Proof[];
  /** The body of the request, in CBOR. */
  readonly body?: BodyForm;
  /** In its place: sealed content, which is read as it comes. */
  readonly streams?: true;
  /** The answers by status, with their bodies in CBOR, or with sealed content. Besides these, every route has {@link REFUSALS}. */
  readonly answers: Readonly<
    Record<number, { readonly says: string; readonly body?: Body<unknown>; readonly streams?: true }>
  >;
}

/** Query parameters: what they mean, and their forms. */
export const QUERY = {
  after: { says: "position of the last entry that the reader has; default 0", form: /^(0|[1-9]\d{0,15})$/ },
  limit: { says: "most entries, from 1 to 1000; default 1000", form: /^(1000|[1-9]\d{0,2})$/ },
  attachments: {
    says: "which attachments come with the entries; default none",
    form: /^(none|names|mine|all)$/,
  },
  log: { says: "id of a log in hexadecimal; may be repeated, up to 64 times", form: /^[0-9a-f]{64}$/ },
  owner: { says: "the subject that a blob belongs to, in base64url of UTF-8, without padding", form: /^[\w-]{1,342}$/ },
  size: { says: "bytes of a blob, at least 1", form: /^[1-9]\d{0,15}$/ },
} as const;

const published = {
  201: { says: "the entry was stored", body: PUBLISHED },
  200: { says: "the log has this very entry already", body: PUBLISHED },
  409: { says: "another entry stands there", body: STANDING },
} as const;

/** The statuses of refusals, on every route: each comes with a problem document. */
export const REFUSALS = {
  400: "the request is not in the form that the route asks for",
  401: "no proof came with the request, or a wrong one",
  403: "the proof is right, and the request is not allowed",
  404: `there is no such subject or log (${NO_LOG}), no such blob (${NO_BLOB}), or no such route`,
  408: "the body came too slowly",
  413: "the body is too large",
  415: "the body is of another content type than the route asks for",
  422: "the entry breaks the rule that the problem names",
  425: "the entry is dated ahead of the service's clock",
  429: "too many requests; Retry-After says when to come back",
} as const;

/** Makes a subject's log by its first entry. */
export const createLogRoute = {
  method: "PUT",
  path: "/v1/subjects/:subject",
  query: [],
  proofs: ["create", "reset"],
  body: ENTRY,
  answers: published,
} as const satisfies Route;

/** Which log a subject has. */
export const readSubjectRoute = {
  method: "GET",
  path: "/v1/subjects/:subject",
  query: [],
  proofs: ["member", "read"],
  answers: { 200: { says: "the subject has this log", body: SUBJECT } },
} as const satisfies Route;

/** Adds an entry to a log. */
export const appendEntryRoute = {
  method: "POST",
  path: "/v1/logs/:log/entries",
  query: [],
  proofs: ["link", "join"],
  body: ENTRY,
  answers: published,
} as const satisfies Route;

/** Some entries of a log that is the log of a subject now; of a log that was replaced there are none (404). */
export const readEntriesRoute = {
  method: "GET",
  path: "/v1/logs/:log/entries",
  query: ["after", "limit", "attachments"],
  proofs: ["member", "read"],
  answers: { 200: { says: "the entries after that position, at least one if there is any", body: PAGE } },
} as const satisfies Route;

/** The heads of many logs. */
export const readHeadsRoute = {
  method: "POST",
  path: "/v1/heads",
  query: [],
  proofs: ["read"],
  body: ASKED_HEADS,
  answers: { 200: { says: "the heads", body: HEADS } },
} as const satisfies Route;

/** Hints that logs have grown. */
export const eventsRoute = {
  method: "GET",
  path: "/v1/events",
  query: ["log"],
  proofs: ["member"],
  answers: { 200: { says: 'server-sent events, each {"log":"…","seq":…} in JSON, and a comment every 15 seconds' } },
} as const satisfies Route;

const BLOB = { path: "/v1/blobs/:blob", query: [], proofs: ["member", "readBlob"] } as const;
const WHOLE = { says: "the bytes, with their ETag, which never changes" } as const;
const UNCHANGED = { says: "the reader has these bytes: If-None-Match names their ETag" } as const;

/** Stores sealed content: once, under an id that the client has drawn. The header Content-Digest says which bytes come. */
export const storeBlobRoute = {
  ...BLOB,
  method: "PUT",
  query: ["owner", "size"],
  proofs: ["storeBlob"],
  streams: true,
  answers: {
    201: { says: "the blob was stored" },
    200: { says: "the service has this very blob already" },
    409: { says: "another blob has this id" },
  },
} as const satisfies Route;

/** Bytes of a blob: all, or one range of them. */
export const readBlobRoute = {
  ...BLOB,
  method: "GET",
  answers: {
    200: { ...WHOLE, streams: true },
    206: { says: "the bytes that Range asks for", streams: true },
    304: UNCHANGED,
    416: { says: "the blob has no such bytes" },
  },
} as const satisfies Route;

/** Size and ETag of a blob. */
export const headBlobRoute = {
  ...BLOB,
  method: "HEAD",
  answers: { 200: { says: "Content-Length is the size of the blob" }, 304: UNCHANGED },
} as const satisfies Route;

/** Deletes a blob. Its id is free then. */
export const deleteBlobRoute = {
  ...BLOB,
  method: "DELETE",
  proofs: ["member", "deleteBlob"],
  answers: { 204: { says: "the blob is deleted" } },
} as const satisfies Route;

/** Sends a message to another member. Sending it again changes nothing. */
export const sendMessageRoute = {
  method: "POST",
  path: "/v1/logs/:log/messages",
  query: [],
  proofs: ["member"],
  body: MESSAGE,
  answers: { 204: { says: "the message is kept for five minutes" } },
} as const satisfies Route;

/** The messages to the member that asks. */
export const readMessagesRoute = {
  method: "GET",
  path: "/v1/logs/:log/messages",
  query: ["after"],
  proofs: ["member"],
  answers: { 200: { says: "the messages whose ids are greater than `after`", body: MESSAGES } },
} as const satisfies Route;

/** All routes of logs that a client uses. */
export const ROUTES = {
  createLog: createLogRoute,
  readSubject: readSubjectRoute,
  appendEntry: appendEntryRoute,
  readEntries: readEntriesRoute,
  readHeads: readHeadsRoute,
  events: eventsRoute,
} as const satisfies Readonly<Record<string, Route>>;

/** Routes of sealed content. */
export const BLOB_ROUTES = {
  storeBlob: storeBlobRoute,
  readBlob: readBlobRoute,
  headBlob: headBlobRoute,
  deleteBlob: deleteBlobRoute,
} as const satisfies Readonly<Record<string, Route>>;

/** Routes by which members of a log talk to each other. */
export const MESSAGE_ROUTES = {
  sendMessage: sendMessageRoute,
  readMessages: readMessagesRoute,
} as const satisfies Readonly<Record<string, Route>>;

/** A problem document. */
export interface Problem {
  /** A code of this library such as `NOT_YET`, or of the service such as `RATE_LIMITED`. */
  readonly code: string;
  /** The rule of docs/spec.md that an entry breaks. */
  readonly rule?: string | undefined;
  /** One sentence for a developer: what, where, and what to do. */
  readonly detail?: string | undefined;
}

const CODE = /^[A-Z][A-Z0-9_]{0,47}$/;
const RULE = /^[A-Z]{3}-\d{1,3}$/;

/** The body of a refusal. */
export function writeProblem(status: number, { code, rule, detail }: Problem): string {
  return JSON.stringify({ status, code, ...(rule && { rule }), ...(detail && { detail }) });
}

/** Reads the body of a refusal; undefined for anything else. A proxy's page is none. */
export function readProblem(body: Uint8Array): Problem | undefined {
  try {
    const { code, rule, detail } = Object(JSON.parse(utf8Decode(body)));
    if (typeof code !== "string" || !CODE.test(code)) return undefined;
    return {
      code,
      ...(typeof rule === "string" && RULE.test(rule) && { rule }),
      ...(typeof detail === "string" && { detail }),
    };
  } catch {
    return undefined;
  }
}

/** What an event says: a log has an entry at this position. */
export interface Event {
  readonly log: LogId;
  readonly seq: number;
}

/** The data of an event. */
export function writeEvent({ log, seq }: Event): string {
  return JSON.stringify({ log, seq });
}

/** Reads the data of an event; undefined for anything else. */
export function readEvent(data: string): Event | undefined {
  try {
    const { log, seq } = Object(JSON.parse(data));
    return Number.isSafeInteger(seq) && seq >= 1 ? { log: parseLogId(log), seq } : undefined;
  } catch {
    return undefined;
  }
}
