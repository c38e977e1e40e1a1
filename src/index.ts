// The public API of keystead: what an app imports, and nothing else.

export { type Correction, explainCorrections } from "./backup/corrections.js";
// backup keys
export { type BackupKeyMade, BackupPaper, enrollBackupKey } from "./backup/enroll.js";
export { backupKeyId } from "./backup/key.js";
export { type CheckedBackupKey, checkBackupKey, type OpenedBackupKey, openBackupKey } from "./backup/use.js";
export type { LinkHash, LogId, MemberId } from "./bytes/ids.js";
export { parseLinkHash, parseLogId, parseMemberId } from "./bytes/text.js";
// errors, environment, ids
export { type ErrorCode, type ErrorDetails, type ErrorOptions, KeysteadError, type RuleId } from "./errors.js";
export { expel, leave, type Regrant, regrant, rekey, rename, review, rotate, setLockdown } from "./grants/actions.js";
export { type CheckedGrants, checkGrants, type WrongGrant } from "./grants/check.js";
// acting on a log
export {
  acceptEnrollment,
  type CreateLogOptions,
  createLog,
  joinLog,
  offerEnrollment,
  type PreparedDevice,
  prepareDevice,
} from "./grants/enter.js";
export { openKeyring, type Received, receive } from "./grants/receive.js";
export type { Authored, DeviceDescription, Session } from "./grants/session.js";
export { Keyring, parseKeyring, unsafeSerializeKeyring } from "./keys/keyring.js";
// secrets
export { OperatorKeys } from "./keys/operator-keys.js";
export { checkEvidence, type EvidenceVerdict } from "./log/check-evidence.js";
// verifying a log
export type { Clock } from "./log/checks.js";
export { decodeEvidence, type Evidence, type EvidenceKind, encodeEvidence, type Pin } from "./log/evidence.js";
export type { Run, Runs } from "./log/runs.js";
export type {
  Approval,
  Epoch,
  GrantBox,
  GrantRecord,
  Head,
  LinkRecord,
  LogState,
  Member,
  MemberKind,
  Removal,
} from "./log/state.js";
export { appendEntry, type VerifyOptions, verifyLog } from "./log/verify.js";
export { type Env, systemEnv } from "./primitives/env.js";
