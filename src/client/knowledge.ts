// What a device knows beside its own log and keyring, as the agenda wants it. docs/spec.md section 11.2.

import type { Knowledge } from "../agenda/facts.js";
import type { Model } from "./model.js";

/** The knowledge of a device. @param now milliseconds since 1970 */
export function knowledgeOf(model: Model, now: number): Knowledge {
  const { answers, escrow, sync, extension } = model;
  const { own, strangers, confirmed, removeEscrow, enrollAgainAfter, declinedEscrow } = answers;
  return {
    ...{ now, own, strangers, removeEscrow, enrollAgainAfter, declinedEscrow },
    escrowLog: sync.escrowUnsupported ? "unsupported" : escrow?.log,
    storedConfirmation: confirmed?.head,
    confirmedAt: confirmed?.at,
    ...extension?.knowledge(model),
  };
}
