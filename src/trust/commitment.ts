// The commitment that an admin records before it acts in a user's log in escrow's name. docs/spec.md section 11.3 (ESC-8).

import type { Bytes } from "../bytes/bytes.js";
import { encodeCbor } from "../bytes/cbor.js";
import type { LinkHash, LogId, MemberId } from "../bytes/ids.js";
import { fromHex } from "../bytes/text.js";
import { labelledHash } from "../primitives/hash.js";
import * as LABELS from "../primitives/labels.js";

/** One act at one position of one user's log. */
export interface CommittedAct {
  /** 32 random bytes, so that nobody can guess the act from its commitment. */
  readonly salt: Uint8Array;
  /** Signing key of the admin's device, 32 bytes. */
  readonly admin: Uint8Array;
  readonly log: LogId;
  readonly seq: number;
  readonly prev: LinkHash;
  /** In wire order, as in the review. */
  readonly approve: readonly MemberId[];
  readonly remove: readonly MemberId[];
}

/**
 * The commitment of an act: 32 bytes. It binds the admin, the place and the content. Without the content, a removed admin could
 * forge an act; without the place, an act could be replayed; without the admin, another admin could use it.
 */
export function actCommitment({ salt, admin, log, seq, prev, approve, remove }: CommittedAct): Bytes {
  const bytes = (id: string) => fromHex(id, { name: "act" });
  const content = [salt, admin, bytes(log), seq, bytes(prev), approve.map(bytes), remove.map(bytes)];
  return labelledHash(LABELS.actCommitment, encodeCbor(content));
}
