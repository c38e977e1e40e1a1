// keystead/escrow: an organisation's escrow, for its admins and for the devices of its users. docs/spec.md section 11.

export type { OpenedKeyring } from "./authoring/receive.js";
export {
  type Act,
  type ActRecord,
  actRecords,
  disownActs,
  type RecordActAgainOptions,
  type RecordedAct,
  recordActAgain,
} from "./escrow/act.js";
export {
  type Access,
  type AccessOptions,
  type AccessRecord,
  accessRecords,
  type OpenRecordedAccessOptions,
  openRecordedAccess,
  recordAccess,
} from "./escrow/discover.js";
export { enrollEscrow, renewEscrow } from "./escrow/enroll.js";
export { type CreateEscrowLogOptions, createEscrowLog, setPolicy } from "./escrow/escrow-log.js";
export {
  organisationReport,
  type ReportedUser,
  type ReportOptions,
  ReportTotals,
  type ToDo,
} from "./escrow/organisation-report.js";
export {
  type RecordRecoveryOptions,
  type RecoverableEpochs,
  type RecoverableOptions,
  type RecoverUserOptions,
  type RecoveryRecorded,
  recordRecovery,
  recoverableEpochs,
  recoverUser,
} from "./escrow/recover.js";
export { renewEscrowForUser } from "./escrow/renew.js";
export type {
  EscrowGap,
  EscrowStatus,
  GapCloser,
  LastSeen,
  Recovery,
  UnfinishedAct,
  UnfinishedActStatus,
  UserCoverage,
} from "./escrow/user-coverage.js";
export type { EscrowActor, Policy, Role, SealedRecord } from "./log/fields.js";
export { type ActReason, type EscrowAct, escrowActs } from "./trust/acts.js";
export { doubtedMembers } from "./trust/doubt.js";
export { type EscrowNeed, escrowNeeds, policyOf } from "./trust/escrow-needs.js";
export { judgePointer, newestPointer, type PointerVerdict } from "./trust/pointer.js";
export { type RenewalReason, renewalReasons } from "./trust/renewal.js";
export { escrowIsSound } from "./trust/soundness.js";
export { type EscrowDevicesAndActivity, escrowDevicesAndActivity } from "./views/escrow-devices-and-activity.js";
export { formatTotals, formatUserCoverage, reportCsvHeader, reportCsvLine } from "./views/format-report.js";
