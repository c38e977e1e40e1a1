// keystead: what every app uses: devices and their verbs, backup keys, fingerprints, sealing and opening. By folder.
// Other entries: keystead/client, keystead/file-store, keystead/blobs, keystead/escrow, keystead/escrow-client, keystead/contacts,
// keystead/audit, keystead/sender, keystead/server, keystead/relay, keystead/english, keystead/words, keystead/recovery-sheet, keystead/testing.

export { agenda } from "./agenda/agenda.js";
export type { Knowledge, Served } from "./agenda/facts.js";
export { performStep } from "./agenda/perform.js";
export type { AskStep, AuthorStep, FetchStep, Question, Step } from "./agenda/steps.js";
export type { AbortSignalLike, BlobLike } from "./arguments/platform.js";
export type { DeviceDescription } from "./authoring/device-description.js";
export {
  acceptProvisioning,
  type CreateLogOptions,
  createLog,
  type JoinLogOptions,
  joinLog,
  type PreparedDevice,
  prepareDevice,
  provisionDevice,
} from "./authoring/enter.js";
export type { EscrowOptions } from "./authoring/escrow-guard.js";
export type { Proposal } from "./authoring/proposal.js";
export { type Received, type Resumed, receive, resume } from "./authoring/receive.js";
export {
  type Approvals,
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
export { type SerializedProposal, unsafeSerializeProposal } from "./authoring/write-ahead.js";
export type { Correction } from "./backup/corrections.js";
export { type BackupKeyCreated, type BackupKeyOptions, type BackupPaper, createBackupKey } from "./backup/make.js";
export { type CheckedBackupKey, checkBackupKey, type OpenedBackupKey, openBackupKey } from "./backup/open.js";
export type { Bytes } from "./bytes/bytes.js";
export type { LinkHash, LogId, MemberId } from "./bytes/ids.js";
export type { Run, Runs } from "./bytes/runs.js";
export type { ContentHeader, ContentSender } from "./content/format.js";
export type { Freshness } from "./content/freshness.js";
export type { LongWork } from "./content/long-work.js";
export {
  type Opened,
  type OpenedContent,
  type OpenedSigned,
  type OpenOptions,
  type OpenProgress,
  type OpenSignedOptions,
  type OpenStream,
  openContent,
  openSigned,
  openStream,
  openWithDetails,
} from "./content/open.js";
export type { StreamPair } from "./content/pair.js";
export { type ContentReader, openRandomAccess } from "./content/random-access.js";
export type { RandomAccessSource } from "./content/random-access-source.js";
export type { ContentRecipient } from "./content/recipient-list.js";
export type { Recipient, RecipientOptions } from "./content/recipients.js";
export { type SealOptions, type SealProgress, sealContent, sealStream } from "./content/seal.js";
export type { Sender, SenderOptions, VerifiedSender } from "./content/sender.js";
export type { ExpectedContent, RecipientHead } from "./content/unlock.js";
export type { KnownEscrow } from "./coverage/knowledge.js";
export type { MemberName } from "./coverage/names.js";
export type { Stretch } from "./coverage/stretches.js";
export type { RemovedMember, Warning, WarningCode } from "./coverage/warnings.js";
export {
  type ErrorCode,
  type ErrorDetails,
  type ErrorJson,
  type ErrorKind,
  type ErrorOptions,
  KeysteadError,
  type RuleId,
} from "./errors.js";
export {
  compareFingerprint,
  type DeviceComparison,
  type DeviceMatch,
  type LogComparison,
  type LogMatch,
  type Mismatch,
  type NoMatch,
  thisDevice,
} from "./fingerprint/compare.js";
export { type Fingerprint, fingerprintOf } from "./fingerprint/fingerprint.js";
export type { FingerprintForm } from "./fingerprint/forms.js";
export type { ParsedFingerprint } from "./fingerprint/parse.js";
export type { SenderTrust } from "./fingerprint/trusted-class.js";
export type { MemberState } from "./grants/member-state.js";

export type { Standing } from "./grants/standing.js";
export { unsafeSerializeKeyring } from "./grants/store-keyring.js";
export type { Keyring } from "./keys/keyring.js";
export { parseKeyring } from "./keys/keyring-bytes.js";
export type { Clock } from "./log/clock.js";
export type { Pin } from "./log/evidence.js";
export type { Pointer } from "./log/fields.js";
export type { Continuity, NamedHead } from "./log/heads.js";
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
  type AppendOptions,
  appendEntry,
  type VerifyOptions,
  verifyLog,
} from "./log/verify.js";
export { type VerifyAsyncOptions, type VerifyProgress, verifyLogAsync } from "./log/verify-async.js";
export { type Env, systemEnv } from "./primitives/env.js";
export type { ComparedDevice, ComparedLog } from "./trust/compared.js";
export type { EscrowKnowledge, EscrowLogAtHand } from "./trust/soundness.js";
export type { Activity, ActivityDeed, ActivityFacts } from "./views/activity.js";
export type { DevicesOptions } from "./views/devices.js";
export { type DevicesAndActivity, type DeviceView, devicesAndActivity } from "./views/devices-and-activity.js";
export type { DoneBy } from "./views/done-by.js";
export type { CorrectionLine, CoverageColumn, CoverageLine, ReportColumn, ReportLine } from "./views/lines.js";
export type { FurtherApproval, PendingMember } from "./views/pending.js";
export type { Offer, RemovalView, RemoverClass } from "./views/removal.js";
export {
  type Catalogue,
  type CatalogueTexts,
  type CatalogueWords,
  type FactsOf,
  type Tellable,
  type TextCode,
  type TextMaker,
  textOf,
} from "./views/texts.js";
