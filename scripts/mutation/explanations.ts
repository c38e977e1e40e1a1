// All mutants that no test kills, of every part.

import { AGENDA } from "./agenda.js";
import { BACKUP } from "./backup.js";
import { BYTES } from "./bytes.js";
import { CONTENT } from "./content.js";
import { COVERAGE } from "./coverage.js";
import { ESCROW } from "./escrow.js";
import type { Explained } from "./explained.js";
import { FINGERPRINT } from "./fingerprint.js";
import { GRANTS } from "./grants.js";
import { KEYS } from "./keys.js";
import { LINKS } from "./links.js";
import { LOG } from "./log.js";
import { PRIMITIVES } from "./primitives.js";
import { TRUST } from "./trust.js";

export const EXPLAINED: readonly Explained[] = [
  AGENDA,
  BACKUP,
  BYTES,
  CONTENT,
  COVERAGE,
  ESCROW,
  FINGERPRINT,
  GRANTS,
  KEYS,
  LINKS,
  LOG,
  PRIMITIVES,
  TRUST,
].flat();
