// Every attack in vectors/negative, by folder.

import { logVector } from "./attack.js";
import { contentVector } from "./content-attack.js";
import { escrowVector } from "./escrow-attack.js";
import type { VectorFile } from "./format.js";
import { backupFiles } from "./negative/backup.js";
import { CHAIN } from "./negative/chain.js";
import { CONTENT } from "./negative/content.js";
import { PADDED } from "./negative/content-padded.js";
import { SIGNED } from "./negative/content-signed.js";
import { CRAFTED } from "./negative/crafted.js";
import { ENCODING } from "./negative/encoding.js";
import { EPOCHS } from "./negative/epochs.js";
import { ESCROW } from "./negative/escrow.js";
import { ESCROW_ACTS } from "./negative/escrow-acts.js";
import { DUTIES } from "./negative/escrow-duty.js";
import { ESCROW_LOG } from "./negative/escrow-log.js";
import { ESCROW_MEMBER } from "./negative/escrow-member.js";
import { RECORDS } from "./negative/escrow-records.js";
import { fingerprintFiles } from "./negative/fingerprints.js";
import { grantFiles } from "./negative/grants.js";
import { KEYS } from "./negative/keys.js";
import { LOCKDOWN } from "./negative/lockdown.js";
import { MEMBERSHIP } from "./negative/membership.js";
import { pinFiles } from "./negative/pins.js";
import { SIGNATURES } from "./negative/signatures.js";

export function negativeFiles(): readonly VectorFile[] {
  return [
    ...LOGS.map(logVector),
    ...grantFiles(),
    ...[...CONTENT, ...PADDED, ...SIGNED].map(contentVector),
    ...backupFiles(),
    ...fingerprintFiles(),
    ...pinFiles(),
    ...[...ESCROW, ...DUTIES, ...RECORDS].map(escrowVector),
  ];
}

const LOGS = [
  ...[ENCODING, CHAIN, SIGNATURES, CRAFTED, KEYS],
  ...[MEMBERSHIP, EPOCHS, LOCKDOWN, ESCROW_MEMBER, ESCROW_ACTS, ESCROW_LOG],
].flat();
