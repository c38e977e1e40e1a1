// The id of an escrow member: the place of the link that enrolled it, so that escrow can be removed and enrolled again.
// docs/spec.md section 6 (MEM-4).

import { encodeCbor } from "../bytes/cbor.js";
import type { MemberId } from "../bytes/ids.js";
import { asId, fromHex, toHex } from "../bytes/text.js";
import { labelledHash } from "../primitives/hash.js";
import * as LABELS from "../primitives/labels.js";
import type { Head } from "./state.js";

/** The id of the escrow member that link `seq`, after this head, enrolls. */
export function escrowIdOf({ log, hash }: Head, seq: number): MemberId {
  const place = encodeCbor([fromHex(log, { name: "log" }), seq, fromHex(hash, { name: "prev" })]);
  return asId(toHex(labelledHash(LABELS.escrowId, place).subarray(0, 16)));
}
