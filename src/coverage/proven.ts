// Proven coverage: whether the grants that the log claims were really made. A holder recomputes the grants, byte for byte. So it
// finds junk even when the recipient has never looked, such as a backup key on paper. docs/spec.md sections 7 (GRT-3) and 8.

import { type StepwiseWork, workThrough } from "../arguments/work.js";
import { equalBytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { intersectRuns, NO_RUNS, type Runs, runsOf, subtractRuns, uniteRuns } from "../bytes/runs.js";
import { faultsOf, type WrongGrant } from "../grants/check.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { rightSeed } from "../grants/seed-check.js";
import { type Keyring, partsOf } from "../keys/keyring.js";
import { pairKey, pairOf } from "../log/pairs.js";
import type { Head, LinkRecord, LogState, Member } from "../log/state.js";
import { epochPairs } from "../trust/claimed.js";
import { type KnownEscrow, trustedEscrowLog } from "./knowledge.js";

/** What is proven of one active member's `held`. The three parts are disjoint and make up all of it. */
export interface ProvenMember {
  readonly member: MemberId;
  /**
   * Granted to its present key, by bytes that recompute correctly: they open once they are delivered. For escrow: to the
   * organisation's keys.
   */
  readonly proven: Runs;
  /**
   * The log claims it, and the prover does not have the seeds to check; for escrow also when the prover has no trusted escrow
   * log. For the prover itself: what was never delivered to it.
   */
  readonly claimed: Runs;
  /**
   * Every grant of these epochs to its present key is wrong: do not expect it to open them. `wrongGrants` names who is at fault.
   */
  readonly wrong: Runs;
}

/** What a holder could prove about a log. */
export interface ProvenCoverage {
  /** The log as it was proven. */
  readonly head: Head;
  /** Who proved it. */
  readonly by: MemberId;
  /** The active members, in order of entering. */
  readonly members: readonly ProvenMember[];
  /** Every wrong grant by link, author and recipient; healed ones and those to removed members too. */
  readonly wrongGrants: readonly WrongGrant[];
}

/** How many links `provingSteps` has checked. */
export interface ProofProgress {
  readonly done: number;
  readonly total: number;
}

/** Options of {@link proveCoverage}. Its steps are links. */
export interface ProveOptions extends StepwiseWork<ProofProgress>, KnownEscrow {}

/**
 * Recomputes every grant of the log and says which parts of what each active member holds are proven. Judged by `held`: proof
 * concerns recovery. Grants to a key that was replaced later do not count: the re-keying granted everything again.
 *
 * @param state of the prover: a member's, whose seeds decide what it can judge. Its secrets stay where they are.
 * @throws `INVALID_ARGUMENT`, `WIPED`; the reason of `signal` when it was aborted
 */
export async function proveCoverage(state: MemberState, options: ProveOptions = {}): Promise<ProvenCoverage> {
  return workThrough(options, () => provingSteps(state, options));
}

/**
 * {@link proveCoverage}, a link at a time: for callers with their own scheduling. Each step costs a KEM encapsulation for
 * each box of the link.
 *
 * @returns the coverage, once every step was taken.
 * @throws `INVALID_ARGUMENT`, `WIPED`
 */
export function* provingSteps(state: MemberState, known: KnownEscrow = {}): Generator<ProofProgress, ProvenCoverage> {
  const { log, keyring } = checkMemberState(state);
  const escrowLog = trustedEscrowLog(log, known);
  const pairs = escrowLog && epochPairs(escrowLog);
  const found: Found = { right: new Map(), unknown: new Map(), wrongGrants: [] };
  let keys: EscrowKeys = "unknown";
  for (const record of log.links) {
    if (record.pointer && pairs) keys = pairs.has(pairKey(pairOf(record.pointer))) ? "true" : "false";
    judgeLink({ log, keyring }, record, { ...found, keys });
    yield { done: record.seq, total: log.head.seq };
  }
  const members = [...log.active.values()].map((member) =>
    member.id === keyring.member ? judgeSelf(log, member, keyring) : judgeMember(member, found),
  );
  return { head: log.head, by: keyring.member, members, wrongGrants: found.wrongGrants };
}

/**
 * The prover needs no proof of itself: it has opened its grants. Each seed passes the full check: otherwise a user could hide
 * data behind a key of which only ρ is the epoch's (GRT-4). What it has neither opened nor found to be junk was withheld.
 */
function judgeSelf(log: LogState, { id, held }: Member, keyring: Keyring): ProvenMember {
  const { seeds, junk } = partsOf(keyring);
  const right = [...seeds.keys()].filter((epoch) => rightSeed(log, keyring, epoch) !== undefined);
  const proven = intersectRuns(held, runsOf(right));
  const wrong = intersectRuns(subtractRuns(held, proven), runsOf(junk));
  return { member: id, proven, claimed: subtractRuns(subtractRuns(held, proven), wrong), wrong };
}

function judgeMember({ id, held }: Member, { right, unknown }: Found): ProvenMember {
  const proven = intersectRuns(held, right.get(id) ?? NO_RUNS);
  const open = subtractRuns(held, proven);
  const claimed = intersectRuns(open, unknown.get(id) ?? NO_RUNS);
  // Every held epoch was granted to its present key. Here no such grant was right, and the prover could judge all of them.
  return { member: id, proven, claimed, wrong: subtractRuns(open, claimed) };
}

/** Whether the keys of escrow's pointer in force are the organisation's. */
type EscrowKeys = "true" | "false" | "unknown";

interface Found {
  readonly right: Map<MemberId, Runs>;
  readonly unknown: Map<MemberId, Runs>;
  readonly wrongGrants: WrongGrant[];
}

function judgeLink(
  { log, keyring }: MemberState,
  record: LinkRecord,
  { right, unknown, wrongGrants, keys }: Found & { readonly keys: EscrowKeys },
): void {
  for (const grant of record.grants) {
    const { epochs } = grant;
    const faults = faultsOf(log, record, grant, keyring);
    for (const { member, kemKey: kem } of grant.boxes) {
      const wrong = faults?.get(member);
      if (wrong) wrongGrants.push({ seq: record.seq, author: record.author, recipient: member, epochs, wrong });
      else if (isPresentKey(log, member, kem, keys)) {
        const isJudged = faults !== undefined && (keys === "true" || log.active.get(member)?.kind !== "escrow");
        add(isJudged ? right : unknown, member, epochs);
      }
    }
  }
}

function isPresentKey(log: LogState, member: MemberId, kem: Uint8Array, keys: EscrowKeys): boolean {
  const present = log.active.get(member);
  // Escrow opens older grants with older escrow epochs: renewing its pointer re-grants nothing (ESC-6). A thief's device can
  // point escrow at keys of its own: no administrator can open what was granted to those keys.
  return present !== undefined && (present.kind === "escrow" ? keys !== "false" : equalBytes(present.kemKey, kem));
}

function add(runs: Map<MemberId, Runs>, member: MemberId, epochs: Runs): void {
  runs.set(member, uniteRuns(runs.get(member) ?? NO_RUNS, epochs));
}
