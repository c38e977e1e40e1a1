// Every attack in vectors/negative, by folder.

import { logVector } from "./attack.js";
import type { VectorFile } from "./format.js";
import { CHAIN } from "./negative/chain.js";
import { ENCODING } from "./negative/encoding.js";
import { EPOCHS } from "./negative/epochs.js";
import { KEYS } from "./negative/keys.js";
import { LOCKDOWN } from "./negative/lockdown.js";
import { MEMBERSHIP } from "./negative/membership.js";
import { SIGNATURES } from "./negative/signatures.js";

export function negativeFiles(): readonly VectorFile[] {
  return [...ENCODING, ...CHAIN, ...SIGNATURES, ...KEYS, ...MEMBERSHIP, ...EPOCHS, ...LOCKDOWN].map(logVector);
}
