// A log that a device follows: as it was verified last, or why it is not followed any further. docs/spec.md section 13.1.

import type { AppendList } from "../bytes/append-list.js";
import type { Bytes } from "../bytes/bytes.js";
import type { ErrorJson } from "../errors.js";
import type { LogState } from "../log/state.js";

/** A verified log, with its entries as they came: with all attachments in the own log, without in others. */
export interface FollowedLog {
  readonly log: LogState;
  readonly entries: AppendList<Bytes>;
}

/** Why a log is not followed any further: it contradicts what was verified before. */
export interface Alarm {
  readonly error: ErrorJson;
  /** The evidence, encoded; `decodeEvidence` reads it. */
  readonly evidence: Bytes | undefined;
}
