// keystead/escrow-client: an admin's session over an organisation's escrow log. docs/spec.md sections 11 and 13.

export type { EscrowAsk, OpenAct } from "./client/escrow-asks.js";
export type { EscrowReportOptions, ReportRow, UserToReport } from "./client/escrow-report.js";
export {
  type EscrowSession,
  type EscrowSessionOptions,
  type EscrowSetUp,
  openEscrowSession,
  type RecordedAccess,
  type RecoveryOptions,
  type Renewal,
  type UserAtHand,
} from "./client/escrow-session.js";
export type { EscrowSnapshot, FingerprintToPublish, UserWorkView } from "./client/escrow-snapshot.js";
export type { EscrowQuestion } from "./views/session.js";
