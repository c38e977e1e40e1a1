// Results of a benchmark, and how they are printed: line by line, each as a ratio to the row's baseline and against its target.

import type { Rounds } from "./measure.js";

/** Sizes and repetitions. */
export interface Scale {
  /** Small sizes, to check that everything runs. The figures mean nothing. */
  readonly quick: boolean;
  /** Sizes that take many minutes, of rows that have smaller ones by default. */
  readonly full: boolean;
  readonly rounds: Rounds;
  /** For works that take seconds. */
  readonly fewRounds: Rounds;
}

/** One measurement. */
export interface Line {
  readonly what: string;
  /** Undefined: the peer is not installed. */
  readonly value: number | undefined;
  readonly unit: "µs" | "ms" | "s" | "MB/s" | "kB" | "MB" | "";
  /** The figure of the baseline, in the same unit. */
  readonly base?: number | undefined;
  readonly target?: Target | undefined;
}

/** The target of a figure. */
export interface Target {
  readonly figure: number | undefined;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** The unit of the figure, such as `× baseline`. */
  readonly of: string;
}

/** A row of the table of targets. */
export interface Row {
  readonly name: string;
  readonly title: string;
  run(scale: Scale): AsyncGenerator<Line, void>;
}

/** A line as text. */
export function formatLine({ what, value, unit, base, target }: Line): string {
  const figure = value === undefined ? "not installed" : `${round(value)} ${unit}`;
  const ratio = value === undefined || base === undefined ? "" : `${round(value / base)} ×`;
  return `  ${what.padEnd(58)}${figure.padStart(14)}${ratio.padStart(10)}${target ? `   ${formatTarget(target)}` : ""}`;
}

function formatTarget({ figure, atMost, atLeast, of }: Target): string {
  const limit = atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
  if (figure === undefined) return `target ${limit} ${of}: not measured`;
  const met = figure <= (atMost ?? Number.POSITIVE_INFINITY) && figure >= (atLeast ?? Number.NEGATIVE_INFINITY);
  return `target ${limit} ${of}: ${met ? "met" : "MISSED"} (${round(figure)})`;
}

/** Three significant digits. */
function round(value: number): string {
  return value >= 100
    ? Math.round(value).toLocaleString("en")
    : value >= 10
      ? value.toFixed(1)
      : value >= 0.1
        ? value.toFixed(2)
        : value.toPrecision(2);
}

/** a / b, undefined where one of them is. */
export function ratio(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}
