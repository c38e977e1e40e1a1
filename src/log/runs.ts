// Runs of epochs: sets of epoch numbers as sorted, disjoint, maximal stretches. docs/spec.md section 2 (reach, held).

/** A stretch of epochs, both ends included: `1 <= from <= to`. */
export type Run = readonly [from: number, to: number];

/** A set of epochs: sorted runs with at least one epoch between each two. */
export type Runs = readonly Run[];

/** No epochs. */
export const NO_RUNS: Runs = [];

/** Whether these are runs in the one canonical form. */
export function isCanonical(runs: Runs): boolean {
  // As if a run ended at -1: the first epoch is 1.
  let end = -1;
  for (const [from, to] of runs) {
    if (to < from || from <= end + 1) return false;
    end = to;
  }
  return true;
}

/** Whether the set has the epoch. */
export function hasEpoch(runs: Runs, epoch: number): boolean {
  return runContaining(runs, epoch) !== undefined;
}

/** The run that contains the epoch. */
export function runContaining(runs: Runs, epoch: number): Run | undefined {
  return runs.find(([from, to]) => from <= epoch && epoch <= to);
}

/** Whether every epoch of `inner` is in `outer`. */
export function containsRuns(outer: Runs, inner: Runs): boolean {
  return subtractRuns(inner, outer).length === 0;
}

/** Epochs in either. Its arguments may be any runs, in any order: what comes out is canonical. */
export function uniteRuns(a: Runs, b: Runs): Runs {
  const sorted = [...a, ...b].sort((x, y) => x[0] - y[0]);
  const united: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = united.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else united.push([from, to]);
  }
  return united;
}

/** Epochs of `a` that are not in `b`. */
export function subtractRuns(a: Runs, b: Runs): Runs {
  const left: Run[] = [];
  for (const [from, to] of a) {
    let start = from;
    for (const [cutFrom, cutTo] of b) {
      if (cutTo < start || cutFrom > to) continue;
      if (cutFrom > start) left.push([start, cutFrom - 1]);
      start = cutTo + 1;
    }
    if (start <= to) left.push([start, to]);
  }
  return left;
}

/** Epochs in both. */
export function intersectRuns(a: Runs, b: Runs): Runs {
  return subtractRuns(a, subtractRuns(a, b));
}

/** The set with these epochs, in any order. */
export function runsOf(epochs: Iterable<number>): Runs {
  return uniteRuns(
    [...epochs].map((epoch): Run => [epoch, epoch]),
    NO_RUNS,
  );
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
