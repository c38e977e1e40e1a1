// Every type of link, named once. docs/spec.md section 6.

import type { LinkType } from "./contract.js";
import { access } from "./links/access.js";
import { act } from "./links/act.js";
import { disown } from "./links/disown.js";
import { enroll } from "./links/enroll.js";
import { expel } from "./links/expel.js";
import { genesis } from "./links/genesis.js";
import { join } from "./links/join.js";
import { leave } from "./links/leave.js";
import { lockdown } from "./links/lockdown.js";
import { policy } from "./links/policy.js";
import { reclaim } from "./links/reclaim.js";
import { regrant } from "./links/regrant.js";
import { rekey } from "./links/rekey.js";
import { rename } from "./links/rename.js";
import { renewEscrow } from "./links/renew-escrow.js";
import { review } from "./links/review.js";
import { rotate } from "./links/rotate.js";

/** The types of version 1. */
export const LINK_TYPES = {
  genesis,
  join,
  enroll,
  review,
  rotate,
  regrant,
  reclaim,
  rekey,
  leave,
  expel,
  rename,
  lockdown,
  "renew-escrow": renewEscrow,
  policy,
  access,
  act,
  disown,
} as const;

/** Name of a link type. */
export type LinkTypeName = keyof typeof LINK_TYPES;

/** The type of a name that is one of these. */
export function typeOf(name: LinkTypeName): LinkType {
  // Each type reads only bodies of its own type: it gets them from `readBody` or from the author.
  return LINK_TYPES[name] as unknown as LinkType;
}

/** The type of this name; undefined when version 1 has none. */
export function linkType(name: unknown): LinkType | undefined {
  return typeof name === "string" && Object.hasOwn(LINK_TYPES, name) ? typeOf(name as LinkTypeName) : undefined;
}
