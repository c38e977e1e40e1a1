// What a user's device must know of escrow before it grants anything. The code that writes links enforces it.
// docs/spec.md section 11.2 (ESC-4, ESC-8, MEM-6).

import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import type { Effect } from "../log/contract.js";
import type { Transition } from "../log/effects.js";
import { escrowMember, LogState } from "../log/state.js";
import { doubtedMembers } from "../trust/doubt.js";
import { type EscrowKnowledge, escrowIsSound } from "../trust/soundness.js";

/** What a user's device gives with a link that grants, in a log that has or had escrow. */
export interface EscrowOptions {
  /**
   * The newest escrow log, and what the user said about it. Without it, no act of escrow is believed and escrow gets no grant.
   */
  readonly escrow?: EscrowKnowledge | undefined;
  /**
   * Keep the new epoch from escrow because it cannot be judged now: a declared gap, which every report shows and a later regrant
   * heals (MEM-6). It has no effect where escrow would get nothing.
   */
  readonly withholdFromEscrow?: boolean | undefined;
  /** Doubted members that this link approves or regrants to nevertheless; the caller names each (ESC-8). */
  readonly despiteDoubt?: readonly MemberId[] | undefined;
}

/**
 * Internal: what a client without these rules would write. Tests and vectors write such links to show that other clients resist
 * them.
 */
export const UNGUARDED: unique symbol = Symbol("unguarded");

/** The guard of a draft: options of the caller, or the reason why there is nothing to guard. */
export type EscrowGuard =
  | (EscrowOptions & { readonly [UNGUARDED]?: true })
  /** An admin acts for escrow, the operator acts, or the log has no escrow. */
  | "not-a-users-device";

/**
 * @param me the author; undefined for a device that joins.
 * @throws `ESCROW_UNKNOWN` (ESC-4) where the link grants to escrow that is not sound; `UNVERIFIED_MEMBERS` (ESC-8) where it
 * approves or regrants to members that were let in by acts that are not believed
 */
export function guardEscrow(
  log: LogState,
  { effect, transition }: { readonly effect: Effect; readonly transition: Transition },
  guard: EscrowGuard,
  me: MemberId | undefined,
): void {
  if (guard === "not-a-users-device" || guard[UNGUARDED] || log.kind === "escrow") return;
  checkKnowledge(guard.escrow);
  requireSound(log, { effect, transition }, guard);
  requireBelieved(log, effect, guard, me);
}

/** @throws `INVALID_ARGUMENT` for a log in place of the knowledge of it */
export function checkKnowledge(escrow: unknown): void {
  if (!LogState.is(escrow)) return;
  throw new KeysteadError(
    "INVALID_ARGUMENT",
    "options.escrow must be { escrowLog, confirmed }, and this is a log; give it as escrowLog",
    { details: { name: "options.escrow" } },
  );
}

function requireSound(
  log: LogState,
  { effect, transition }: { readonly effect: Effect; readonly transition: Transition },
  guard: EscrowOptions,
): void {
  // Enrolling and renewing judge the pointer that they set, before they write it.
  if (effect.pointer || !(grantsToEscrow(transition) || approvesEscrow(log, effect))) return;
  if (guard.escrow && escrowIsSound(log, guard.escrow)) return;
  const way = transition.withheld
    ? "approve and regrant to escrow only once it is"
    : "do first what `agenda` says, or withhold the epoch by `withholdFromEscrow`";
  throw new KeysteadError(
    "ESCROW_UNKNOWN",
    guard.escrow
      ? `this link grants to escrow or approves it, and nothing shows that escrow's pointer is the newest epoch of a trusted escrow log; ${way}`
      : `this link grants to escrow or approves it; fetch the newest escrow log and give it as options.escrow, { escrowLog, confirmed }, or withhold the epoch by \`withholdFromEscrow\``,
    { rule: "ESC-4", details: { log: log.head.log, seq: log.head.seq } },
  );
}

/** Whether a link would give escrow anything. */
export function grantsToEscrow({ active, due }: Transition): boolean {
  const escrow = escrowMember({ active });
  return escrow !== undefined && due.some(({ recipients }) => recipients.some(({ id }) => id === escrow.id));
}

/** An approval that gives escrow nothing may still move its pointer into the author's class (MEM-1). */
function approvesEscrow(log: LogState, { approve = [] }: Effect): boolean {
  const escrow = escrowMember(log);
  return escrow !== undefined && approve.includes(escrow.id);
}

function requireBelieved(log: LogState, effect: Effect, guard: EscrowOptions, me: MemberId | undefined): void {
  const given = [...(effect.approve ?? []), ...(effect.regrant ?? []).map(({ member }) => member)];
  if (given.length === 0) return;
  const despite = new Set(guard.despiteDoubt);
  const doubted = doubtedMembers(log, guard.escrow, me);
  const members = doubted.filter((id) => given.includes(id) && !despite.has(id));
  if (members.length === 0) return;
  throw new KeysteadError(
    "UNVERIFIED_MEMBERS",
    `an act of escrow that is not to be believed brought in ${members.join(", ")}; fetch the escrow log, ask the user whether they are theirs, or remove them`,
    { rule: "ESC-8", details: { members } },
  );
}
