// Stretches of epochs with the dates they cover: people read these instead of epoch numbers. docs/spec.md section 8.

import { epochsIn, formatRuns, type Run, type Runs } from "../bytes/runs.js";
import { currentEpoch, epochAt, type LogFacts } from "../log/state.js";
import { dateOf, formatDay } from "./dates.js";

/** Epochs without a gap, and the dates between which data was sealed to them. */
export interface Stretch {
  /** First epoch, from 1. */
  readonly from: number;
  /** Last epoch, included. */
  readonly to: number;
  /** When the first epoch was made. */
  readonly since: Date;
  /** When the epoch after the last one was made; undefined when the last one is the current epoch. */
  readonly until: Date | undefined;
}

/** Every epoch of the log, as runs. */
export function allEpochs(log: LogFacts): Runs {
  return [[1, currentEpoch(log)]];
}

/** Runs with their dates. Every epoch must be one of the log's. */
export function stretchesOf(log: LogFacts, runs: Runs): readonly Stretch[] {
  return runs.map(([from, to]: Run) => {
    const next = log.epochs.at(to);
    return { from, to, since: dateOf(epochAt(log, from).time), until: next && dateOf(next.time) };
  });
}

/** A stretch for people: `epochs 1-3 (1 January 2026 to 3 March 2026)`, `epoch 4 (since 3 March 2026)`. */
export function formatStretch({ from, to, since, until }: Stretch): string {
  const [first, last] = [formatDay(since), until && formatDay(until)];
  const days = last === undefined ? `since ${first}` : first === last ? first : `${first} to ${last}`;
  return `${formatEpochs([[from, to]])} (${days})`;
}

/** Epoch numbers for people: `epoch 4`, `epochs 1-3, 5`. */
export function formatEpochs(runs: Runs): string {
  const [, second] = epochsIn(runs);
  return `${second === undefined ? "epoch" : "epochs"} ${formatRuns(runs)}`;
}
