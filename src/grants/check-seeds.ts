// The full check of a keyring's seeds in idle time, so that no first use has to wait for it. docs/spec.md section 7 (GRT-4).

import { type StepwiseWork, workThrough } from "../arguments/work.js";
import { type Runs, runsOf } from "../bytes/runs.js";
import { checkMemberState, type MemberState } from "./member-state.js";
import { fullyChecked, meet, rightSeed } from "./seed-check.js";

/** Progress of {@link checkSeeds}, in seeds. */
export interface SeedProgress {
  readonly done: number;
  readonly total: number;
}

/** Result of {@link checkSeeds}. */
export interface CheckedSeeds extends MemberState {
  /**
   * Epochs whose seed is not the one that the log publishes. The library seals, grants and exports nothing with it: fetch their
   * grants.
   */
  readonly wrong: Runs;
}

/** Options of {@link checkSeeds}. */
export interface CheckSeedsOptions extends StepwiseWork<SeedProgress> {}

/**
 * Derives every public key that the log publishes for the epochs of this keyring, and compares. Each seed is checked once, at the
 * latest before its first use. Call this when the device is idle, and store the keyring that it returns: it remembers the
 * results.
 *
 * @throws `INVALID_ARGUMENT`, `WIPED`; the reason of `signal` when it is aborted. The results up to then are kept
 */
export async function checkSeeds(state: MemberState, options: CheckSeedsOptions = {}): Promise<CheckedSeeds> {
  return workThrough(options, () => checkingSteps(state));
}

/** {@link checkSeeds}, one seed at a time: each costs a derivation of two keys. The newest epochs come first. */
export function* checkingSteps(state: MemberState): Generator<SeedProgress, CheckedSeeds> {
  const { log, keyring } = checkMemberState(state);
  const checked = new Set(fullyChecked(log, keyring));
  const open = keyring.epochs.filter((epoch) => log.epochs.at(epoch - 1) && !checked.has(epoch)).reverse();
  const wrong: number[] = [];
  for (const [index, epoch] of open.entries()) {
    if (!rightSeed(log, keyring, epoch)) wrong.push(epoch);
    yield { done: index + 1, total: open.length };
  }
  return { log, keyring: meet(log, keyring), wrong: runsOf(wrong) };
}
