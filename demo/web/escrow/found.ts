// A person as an admin's device has verified them.

import type { DeviceView } from "keystead";
import type { UserCoverage } from "keystead/escrow";
import type { UserAtHand } from "keystead/escrow-client";

/** A person whose log was fetched and verified. */
export interface Found {
  readonly user: UserAtHand;
  readonly coverage: UserCoverage;
  readonly devices: readonly DeviceView[];
}
