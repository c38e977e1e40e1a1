// Routes of a relay that clients do not use: the portal's, and one attachment alone.

import type { MemberId } from "../bytes/ids.js";
import { array, hexBytes, record } from "../bytes/schema.js";
import { subject } from "../log/fields.js";
import { BLOB_ROUTES, type Body, createLogRoute, MESSAGE_ROUTES, ROUTES, type Route } from "../transport/wire.js";

/** Which members of whose log the operator removes. */
export const EXPULSION = {
  name: "expulsion",
  maxBytes: 8192,
  cddl: "{ subject: tstr .size (1..256), remove: [1*256 bstr .size 16] }",
  schema: record({ subject, remove: array(hexBytes<MemberId>(16), { min: 1, max: 256 }) }),
} satisfies Body<unknown>;

/** A route of the relay: a proof may also be the app's leave to expel. */
export interface RelayRoute extends Omit<Route, "proofs"> {
  readonly proofs: readonly (Route["proofs"][number] | "expel" | "heads")[];
}

/** All routes of a relay. */
export const RELAY_ROUTES = {
  ...ROUTES,
  ...BLOB_ROUTES,
  ...MESSAGE_ROUTES,
  readEntries: {
    ...ROUTES.readEntries,
    answers: {
      ...ROUTES.readEntries.answers,
      304: { says: "the log has no entry more than when the page was read whose ETag If-None-Match names" },
    },
  },
  readAttachment: {
    method: "GET",
    path: "/v1/logs/:log/attachments/:digest",
    query: [],
    proofs: ["member", "read"],
    answers: { 200: { says: "the attachment, as it is; it never changes" } },
  },
  expel: {
    method: "POST",
    path: "/v1/portal/expel",
    query: [],
    proofs: ["expel"],
    body: EXPULSION,
    answers: { 201: createLogRoute.answers[201] },
  },
} as const satisfies Readonly<Record<string, RelayRoute>>;
