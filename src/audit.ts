// keystead/audit: who can read what and why, gaps, proofs, what a service stated, and evidence of its lies. docs/spec.md sections 6
// to 8, 12 and 13.

export { abandonEpochs } from "./authoring/abandon.js";
export { readContentHeader } from "./content/format.js";
export {
  type CoverageOptions,
  type CoverageReport,
  coverageReport,
  type MemberCoverage,
  type ReportedWrongGrant,
} from "./coverage/coverage-report.js";
export { type DataAccess, dataAccess } from "./coverage/data-access.js";
export { type AccessExplanation, type AccessLink, type AccessLinkFacts, explainAccess } from "./coverage/explain.js";
export { type Closer, type Gap, type GapAdvice, gapsOf } from "./coverage/gaps.js";
export {
  type FormerHolder,
  type LossOptions,
  type LostStretch,
  lostStretches,
  unknownStretches,
} from "./coverage/loss.js";
export {
  type ProofProgress,
  type ProvenCoverage,
  type ProvenMember,
  type ProveOptions,
  proveCoverage,
} from "./coverage/proven.js";
export { resilienceWarnings } from "./coverage/resilience.js";
export { straysOf } from "./coverage/strays.js";
export { type Doubted, type Remover, type Takeover, type TakeoverOptions, takeoverOf } from "./coverage/takeover.js";
export { type CheckedGrants, checkGrants, type WrongGrant } from "./grants/check.js";
export { type CheckedSeeds, type CheckSeedsOptions, checkSeeds, type SeedProgress } from "./grants/check-seeds.js";
export { standing } from "./grants/standing.js";
export { checkEvidence, type EvidenceVerdict } from "./log/check-evidence.js";
export { compareStatements } from "./log/equivocation.js";
export { decodeEvidence, type Evidence, type EvidenceKind, encodeEvidence } from "./log/evidence.js";
export { type StatedHead, type VerifyStatementOptions, verifyStatement } from "./log/statement.js";
export type { MembersOptions } from "./views/devices.js";
export { type MembersAndActivity, membersAndActivity } from "./views/devices-and-activity.js";
export { explainCorrections } from "./views/explain-corrections.js";
export { formatCoverage } from "./views/format-coverage.js";
export { linksTouching, type TouchingLink } from "./views/lost-race.js";
export { removalOf, type SuggestedRemoval, type SuggestRemovalsOptions, suggestRemovals } from "./views/removal.js";
