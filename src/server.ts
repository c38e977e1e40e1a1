// keystead/server: what a service does with logs: accept entries, serve senders, state heads, expel. docs/spec.md section 13.

export { expel } from "./authoring/verbs.js";
export { parseLinkHash, parseLogId, parseMemberId } from "./bytes/text.js";
export { OperatorKeys } from "./keys/operator-keys.js";
export { StatementKeys } from "./keys/statement-keys.js";
export { type Acceptance, type AcceptOptions, acceptEntry, entryForSenders } from "./log/accept.js";
export { certifyStatementKey, type StatementKeyOptions, stateHead } from "./log/statement.js";
export { type PortalTransport, portalTransport } from "./transport/portal-transport.js";
