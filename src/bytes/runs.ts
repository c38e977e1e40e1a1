// Runs of epochs: sets of epoch numbers as sorted, disjoint, maximal stretches. docs/spec.md section 2 (reach, held).

import { firstOf, lastOf, present } from "./present.js";

/** A stretch of epochs, both ends included: `1 <= from <= to`. */
export type Run = readonly [from: number, to: number];

// All functions here expect canonical Runs. Check runs from outside with isCanonical, or convert them with canonicalRuns.

/** A set of epochs: sorted runs with a gap of at least one epoch between any two. */
export type Runs = readonly Run[];

/** No epochs. Frozen, because results that callers get may hold it. */
export const NO_RUNS: Runs = /* @__PURE__ */ Object.freeze([]);

/** Whether these are runs in the one canonical form. */
export function isCanonical(runs: Runs): boolean {
  // -1 acts as the end of a run before the first: epochs begin at 1.
  let end = -1;
  for (const [from, to] of runs) {
    if (to < from || from <= end + 1) return false;
    end = to;
  }
  return true;
}

/** The set of epochs in these runs, which may come in any order and overlap. */
export function canonicalRuns(runs: readonly Run[]): Runs {
  if (isCanonical(runs)) return runs;
  const united = new Builder();
  for (const [from, to] of [...runs].sort((a, b) => a[0] - b[0])) united.add(from, to);
  return united.runs;
}

/** Whether these are the same set. */
export function equalRuns(a: Runs, b: Runs): boolean {
  return a === b || (a.length === b.length && a.every(([from, to], at) => from === b[at]?.[0] && to === b[at]?.[1]));
}

/** How many epochs the set has. */
export function countEpochs(runs: Runs): number {
  return runs.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

/** Whether the set has the epoch. */
export function hasEpoch(runs: Runs, epoch: number): boolean {
  return runContaining(runs, epoch) !== undefined;
}

/** The run that contains the epoch. */
export function runContaining(runs: Runs, epoch: number): Run | undefined {
  const run = runs[firstEndingAt(runs, epoch)];
  return run && run[0] <= epoch ? run : undefined;
}

/** Index of the first run that ends at the epoch or later, by binary search; the number of runs where there is none. */
function firstEndingAt(runs: Runs, epoch: number): number {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (present(runs[middle])[1] < epoch) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether every epoch of `inner` is in `outer`. */
export function containsRuns(outer: Runs, inner: Runs): boolean {
  let at = firstEndingAt(outer, inner[0]?.[0] ?? 0);
  for (const [from, to] of inner) {
    while ((outer[at]?.[1] ?? to) < to) at++;
    const run = outer[at];
    if (run === undefined || run[0] > from) return false;
  }
  return true;
}

/** Epochs in either. Linear in the number of runs, as all functions here are: an attacker can choose that number. */
export function uniteRuns(a: Runs, b: Runs): Runs {
  if (b.length === 0 || a === b) return a;
  if (a.length === 0) return b;
  // Each link brings new epochs at the end, so the runs before them are copied without a comparison.
  if (isBefore(a, b)) return append(a, b);
  if (isBefore(b, a)) return append(b, a);
  const united = new Builder();
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i], b[j]];
    const isNext = y === undefined || (x !== undefined && x[0] <= y[0]);
    const [from, to] = present(isNext ? a[i++] : b[j++]);
    united.add(from, to);
  }
  return united.runs;
}

/** Whether all of one set comes before all of another. The first set is not empty. */
function isBefore(a: Runs, b: Runs): boolean {
  return lastOf(a)[1] < firstOf(b)[0];
}

/** Joins two sets. The first must come before the second. */
function append(a: Runs, b: Runs): Runs {
  const [[from, end], [next, to]] = [lastOf(a), firstOf(b)];
  return end + 1 < next ? a.concat(b) : a.slice(0, -1).concat([[from, to]], b.slice(1));
}

/** Epochs of `a` that are not in `b`. */
export function subtractRuns(a: Runs, b: Runs): Runs {
  if (a.length === 0 || b.length === 0 || isBefore(a, b) || isBefore(b, a)) return a;
  const left: Run[] = [];
  let at = firstEndingAt(b, firstOf(a)[0]);
  for (const run of a) {
    const [from, to] = run;
    let start = from;
    while ((b[at]?.[1] ?? from) < from) at++;
    // The last run that cuts this one may also cut the next.
    for (let index = at, cut = b[at]; cut && cut[0] <= to; cut = b[++index]) {
      at = index;
      const [cutFrom, cutTo] = cut;
      if (cutFrom > start) left.push([start, cutFrom - 1]);
      start = cutTo + 1;
    }
    if (start === from) left.push(run);
    else if (start <= to) left.push([start, to]);
  }
  return left.length === a.length && left.every((run, index) => run === a[index]) ? a : left;
}

/** Epochs in both. */
export function intersectRuns(a: Runs, b: Runs): Runs {
  const both: Run[] = [];
  let i = firstEndingAt(a, b[0]?.[0] ?? 0);
  let j = firstEndingAt(b, a[0]?.[0] ?? 0);
  for (;;) {
    const [x, y] = [a[i], b[j]];
    if (!x || !y) return both;
    const [from, to] = [Math.max(x[0], y[0]), Math.min(x[1], y[1])];
    if (from <= to) both.push(from === x[0] && to === x[1] ? x : [from, to]);
    if (x[1] < y[1]) i++;
    else j++;
  }
}

/** Runs that are added in order, joined where they overlap or touch. */
class Builder {
  readonly runs: [number, number][] = [];

  add(from: number, to: number): void {
    const last = this.runs.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else this.runs.push([from, to]);
  }
}

/** The set with these epochs, in any order. */
export function runsOf(epochs: Iterable<number>): Runs {
  return canonicalRuns([...epochs].map((epoch): Run => [epoch, epoch]));
}

/** Every epoch of the set, ascending. */
export function* epochsIn(runs: Runs): Generator<number> {
  for (const [from, to] of runs) for (let epoch = from; epoch <= to; epoch++) yield epoch;
}

/** The set for people: `1-3, 5`, or `none`. */
export function formatRuns(runs: Runs): string {
  if (runs.length === 0) return "none";
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
}
