// The public API of keystead: what an app imports, and nothing else; by folder.

export { agenda } from "./agenda/agenda.js";
export type { Knowledge, Served } from "./agenda/facts.js";
export { performStep } from "./agenda/perform.js";
export type { AskStep, AuthorStep, FetchStep, Question, Step } from "./agenda/steps.js";
export { abandonEpochs } from "./authoring/abandon.js";
export type { DeviceDescription } from "./authoring/device-description.js";
export {
  acceptEnrollment,
  type CreateLogOptions,
  createLog,
  type JoinLogOptions,
  joinLog,
  offerEnrollment,
  type PreparedDevice,
  prepareDevice,
} from "./authoring/enter.js";
export type { EscrowOptions } from "./authoring/escrow-guard.js";
export type { Proposal } from "./authoring/proposal.js";
export {
  type OpenedKeyring,
  openKeyring,
  type Received,
  type Resumed,
  receive,
  resume,
} from "./authoring/receive.js";
export {
  expel,
  leave,
  type ReclaimOptions,
  type Regrant,
  type ReviewOptions,
  reclaim,
  regrant,
  rekey,
  rename,
  review,
  rotate,
  setLockdown,
} from "./authoring/verbs.js";
export { type Correction, explainCorrections } from "./backup/corrections.js";
export { type BackupKeyMade, type BackupKeyOptions, BackupPaper, enrollBackupKey } from "./backup/enroll.js";
export { backupKeyId } from "./backup/key.js";
export { type CheckedBackupKey, checkBackupKey, type OpenedBackupKey, openBackupKey } from "./backup/open.js";
export type { LinkHash, LogId, MemberId } from "./bytes/ids.js";
export type { Run, Runs } from "./bytes/runs.js";
export { parseLinkHash, parseLogId, parseMemberId } from "./bytes/text.js";
export { type ContentHeader, type ContentSender, readContentHeader } from "./content/format.js";
export type { Freshness } from "./content/freshness.js";
export type { LongWork } from "./content/long-work.js";
export {
  type Opened,
  type OpenOptions,
  type OpenProgress,
  type OpenStream,
  openContent,
  openSigned,
  openStream,
} from "./content/open.js";
export type { StreamPair } from "./content/pair.js";
export { ContentReader, openRandomAccess } from "./content/random-access.js";
export type { RandomAccessSource } from "./content/random-access-source.js";
export type { ContentRecipient } from "./content/recipient-list.js";
export type { Recipient, RecipientOptions } from "./content/recipients.js";
export { type SealOptions, type SealProgress, sealStream, sealTo } from "./content/seal.js";
export type { Sender, SenderOptions, VerifiedSender } from "./content/sender.js";
export type { ExpectedContent, RecipientHead } from "./content/unlock.js";
export {
  type CoverageOptions,
  type CoverageReport,
  coverageReport,
  type MemberCoverage,
} from "./coverage/coverage-report.js";
export { type DataAccess, dataAccess } from "./coverage/data-access.js";
export { type AccessExplanation, explainAccess, type Reason } from "./coverage/explain.js";
export { type Closer, type Gap, gapsOf } from "./coverage/gaps.js";
export type { KnownEscrow } from "./coverage/knowledge.js";
export { type Keeper, type LossOptions, type LostStretch, lostStretches, unknownStretches } from "./coverage/loss.js";
export {
  type ProofProgress,
  type ProvenCoverage,
  type ProvenMember,
  type ProveOptions,
  proveCoverage,
} from "./coverage/proven.js";
export { resilience } from "./coverage/resilience.js";
export { straysOf } from "./coverage/strays.js";
export type { Stretch } from "./coverage/stretches.js";
export { type Doubted, type Remover, type Takeover, type TakeoverOptions, takeoverOf } from "./coverage/takeover.js";
export type { Warning, WarningCode } from "./coverage/warnings.js";
export { type ErrorCode, type ErrorDetails, type ErrorOptions, KeysteadError, type RuleId } from "./errors.js";
export {
  type Act,
  type ActRecord,
  actRecords,
  disown,
  type RecordAgainOptions,
  type RecordedAct,
  recordAgain,
} from "./escrow/act.js";
export {
  type Access,
  type AccessOptions,
  type AccessRecord,
  accessRecords,
  type OpenRecordedOptions,
  openRecorded,
  recordAccess,
} from "./escrow/discover.js";
export { enrollEscrow, renewEscrow } from "./escrow/enroll.js";
export {
  type CreateEscrowLogOptions,
  createEscrowLog,
  setPolicy,
} from "./escrow/escrow-log.js";
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
  type RecoverOptions,
  type RecoveryRecorded,
  recordRecovery,
  recover,
  recoverableEpochs,
  renewFor,
} from "./escrow/recover.js";
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
export { type AcknowledgeOptions, acknowledge, requireUnchanged } from "./fingerprint/acknowledge.js";
export type { ContactChange, ContactFacts, ContactLink, ContactMember, ContactStatus } from "./fingerprint/change.js";
export { compareFingerprint, type FingerprintComparison } from "./fingerprint/compare.js";
export { compareContact } from "./fingerprint/contacts.js";
export { Fingerprint, fingerprintOf, formatFingerprint } from "./fingerprint/fingerprint.js";
export type { FingerprintForm } from "./fingerprint/forms.js";
export { type ParsedFingerprint, parseFingerprint } from "./fingerprint/parse.js";
export { type ContactPin, decodePin, encodePin, pinContact } from "./fingerprint/pin.js";
export type { SenderStanding } from "./fingerprint/trusted-class.js";
export { type CheckedGrants, checkGrants, type WrongGrant } from "./grants/check.js";
export { type CheckedSeeds, type CheckSeedsOptions, checkSeeds, type SeedProgress } from "./grants/check-seeds.js";
export type { Session } from "./grants/member-state.js";
export type { History } from "./grants/seed-check.js";
export { type Standing, standing } from "./grants/standing.js";
export { unsafeSerializeKeyring } from "./grants/store-keyring.js";
export { Keyring } from "./keys/keyring.js";
export { parseKeyring } from "./keys/keyring-bytes.js";
export { OperatorKeys } from "./keys/operator-keys.js";
export { StatementKeys } from "./keys/statement-keys.js";
export { type Acceptance, type AcceptOptions, acceptEntry, entryForSenders } from "./log/accept.js";
export { checkEvidence, type EvidenceVerdict } from "./log/check-evidence.js";
export type { Clock } from "./log/checks.js";
export { compareStatements } from "./log/equivocation.js";
export { decodeEvidence, type Evidence, type EvidenceKind, encodeEvidence, type Pin } from "./log/evidence.js";
export type { EscrowActor, Pointer, Policy, Role, SealedRecord } from "./log/fields.js";
export type { NamedHead } from "./log/heads.js";
export type {
  Approval,
  Epoch,
  GrantBox,
  GrantRecord,
  Head,
  Lineage,
  LinkRecord,
  LogKind,
  LogState,
  Member,
  MemberKind,
  Removal,
} from "./log/state.js";
export {
  certifyStatementKey,
  type StatedHead,
  type StatementKeyOptions,
  stateHead,
  type VerifyStatementOptions,
  verifyStatement,
} from "./log/statement.js";
export {
  type AppendOptions,
  type AuthenticatedHead,
  appendEntry,
  type VerifyOptions,
  verifyLog,
} from "./log/verify.js";
export { type Env, systemEnv } from "./primitives/env.js";
export { type ActReason, type EscrowAct, escrowActs } from "./trust/acts.js";
export { doubtedMembers } from "./trust/doubt.js";
export { type EscrowNeed, escrowNeeds, policyOf } from "./trust/escrow-needs.js";
export { judgePointer, newestPointer, type PointerVerdict } from "./trust/pointer.js";
export { type RenewalReason, renewalReasons } from "./trust/renewal.js";
export { type EscrowKnowledge, type EscrowLogAtHand, escrowIsSound } from "./trust/soundness.js";
export type { Activity } from "./views/activity.js";
export type { Deed } from "./views/deeds.js";
export type { DevicesOptions } from "./views/devices.js";
export { type DevicesAndActivity, type DeviceView, devicesAndActivity } from "./views/devices-and-activity.js";
export { type EscrowDevicesAndActivity, escrowDevicesAndActivity } from "./views/escrow-devices-and-activity.js";
export { formatCoverage } from "./views/format-coverage.js";
export { formatTotals, formatUserCoverage, reportCsvHeader, reportCsvLine } from "./views/format-report.js";
export { overlapsMeanwhile, type Touch } from "./views/lost-race.js";
export type { FurtherApproval, PendingMember } from "./views/pending.js";
export {
  type Offer,
  offerToRemove,
  type RemovalView,
  type RemoverClass,
  removalOf,
  type Suspect,
} from "./views/removal.js";
