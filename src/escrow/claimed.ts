// What a user's log says that escrow was granted, as far as it was sealed to epochs that the organisation really has.
// docs/spec.md sections 8 and 11 (ESC-3).

import type { MemberId } from "../bytes/ids.js";
import { toHex } from "../bytes/text.js";
import type { Pointer } from "../log/fields.js";
import { NO_RUNS, type Runs, subtractRuns, uniteRuns } from "../log/runs.js";
import type { LogState } from "../log/state.js";

/** The KEM keys of an escrow log's epochs, to be looked up. */
export function epochKeys(escrowLog: LogState): ReadonlySet<string> {
  return new Set([...escrowLog.epochs].map(({ kem }) => toHex(kem)));
}

/**
 * What was granted to escrow members: only boxes sealed to real epochs of the escrow log count. A thief's device can point
 * escrow at keys of its own, and what is then granted, no admin opens, though the log says that escrow holds it.
 */
export function claimedRuns(log: LogState, escrows: ReadonlySet<MemberId>, keys: ReadonlySet<string>): Runs {
  let runs: Runs = NO_RUNS;
  if (escrows.size === 0) return runs;
  // The boxes under one pointer share its key's bytes: each key is looked up once, not once a box.
  const known = new Map<Uint8Array, boolean>();
  const isReal = (kem: Uint8Array): boolean => {
    const found = known.get(kem) ?? keys.has(toHex(kem));
    known.set(kem, found);
    return found;
  };
  let pointed: Pointer | undefined;
  for (const { author, missing, pointer, grants } of log.links) {
    // What was declared missing in escrow's name with keys of no real epoch is a thief's word, and no admin's.
    if (escrows.has(author as MemberId) && isReal((pointed as Pointer).kem)) runs = subtractRuns(runs, missing);
    pointed = pointer ?? pointed;
    for (const { epochs, boxes } of grants) {
      if (boxes.some(({ member, kem }) => escrows.has(member) && isReal(kem))) runs = uniteRuns(runs, epochs);
    }
  }
  return runs;
}
