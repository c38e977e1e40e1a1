// Every attack in vectors/negative, by folder.

import { logVector } from "./attack.js";
import { contentVector } from "./content-attack.js";
import { escrowVector } from "./escrow-attack.js";
import type { VectorFile } from "./format.js";
import { ACTS_LOG } from "./negative/acts.js";
import { backupFiles } from "./negative/backup.js";
import { CHAIN } from "./negative/chain.js";
import { comparisonFiles } from "./negative/comparisons.js";
import { contactBytesFiles } from "./negative/contact-bytes.js";
import { CONTENT } from "./negative/content.js";
import { PADDED } from "./negative/content-padded.js";
import { SIGNED } from "./negative/content-signed.js";
import { CRAFTED } from "./negative/crafted.js";
import { DUE_GRANTS } from "./negative/due-grants.js";
import { ENCODING } from "./negative/encoding.js";
import { EPOCHS } from "./negative/epochs.js";
import { ESCROW } from "./negative/escrow.js";
import { ESCROW_ACTS } from "./negative/escrow-acts.js";
import { AGENDA } from "./negative/escrow-agenda.js";
import { BELIEVED } from "./negative/escrow-believed.js";
import { ESCROW_LOG } from "./negative/escrow-log.js";
import { ESCROW_MEMBER } from "./negative/escrow-member.js";
import { RECORDS } from "./negative/escrow-records.js";
import { fingerprintFiles } from "./negative/fingerprints.js";
import { GIVEN } from "./negative/given.js";
import { grantFiles } from "./negative/grants.js";
import { keyringFiles } from "./negative/keyrings.js";
import { KEYS } from "./negative/keys.js";
import { LOCKDOWN } from "./negative/lockdown.js";
import { MEMBERSHIP } from "./negative/membership.js";
import { pinFiles } from "./negative/pins.js";
import { RECLAIMS } from "./negative/reclaims.js";
import { RENEWALS } from "./negative/renewals.js";
import { SIGNATURES } from "./negative/signatures.js";
import { singleFiles } from "./negative/single.js";
import { standingFiles } from "./negative/standing.js";
import { statementFiles } from "./negative/statements.js";
import { WITHHOLDING } from "./negative/withheld.js";

export function negativeFiles(): readonly VectorFile[] {
  return [
    ...LOGS.map(logVector),
    ...grantFiles(),
    ...[...CONTENT, ...PADDED, ...SIGNED].map(contentVector),
    ...backupFiles(),
    ...fingerprintFiles(),
    ...comparisonFiles(),
    ...pinFiles(),
    ...contactBytesFiles(),
    ...singleFiles(),
    ...standingFiles(),
    ...statementFiles(),
    ...keyringFiles(),
    ...[...ESCROW, ...BELIEVED, ...AGENDA, ...RECORDS].map(escrowVector),
  ];
}

const LOGS = [
  ...[ENCODING, CHAIN, SIGNATURES, CRAFTED, KEYS],
  ...[MEMBERSHIP, EPOCHS, DUE_GRANTS, RECLAIMS, LOCKDOWN, ESCROW_MEMBER, WITHHOLDING, RENEWALS],
  ...[ESCROW_ACTS, GIVEN, ESCROW_LOG, ACTS_LOG],
].flat();
