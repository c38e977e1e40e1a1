// What pages of users ask of a log.

import type { LogState } from "keystead";
import type { Session } from "keystead/client";

/** The token of a comparison that matched. */
export type ComparedLog = NonNullable<ReturnType<Session["compareEscrow"]>["token"]>;

export function escrowIsEnrolled({ active }: LogState): boolean {
  return [...active.values()].some(({ kind }) => kind === "escrow");
}
