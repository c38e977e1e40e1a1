// Routes of a relay that clients do not use: the portal's, and one attachment alone.

import { expelRoute } from "../transport/portal-transport.js";
import { BLOB_ROUTES, MESSAGE_ROUTES, ROUTES, type Route } from "../transport/wire.js";

/** A route of the relay: a proof may also be the app's permission to expel. */
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
  expel: { ...expelRoute, proofs: ["expel"] },
} as const satisfies Readonly<Record<string, RelayRoute>>;
