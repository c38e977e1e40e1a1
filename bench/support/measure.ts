// Timing. The works take turns, round by round, so that other load on the machine affects all of them alike. The median counts.

/** Work to be timed: one call is one piece of work. */
export type Work = () => unknown;

export interface Rounds {
  readonly rounds: number;
  /** A round repeats a work for about this long. A longer work runs once. */
  readonly milliseconds: number;
}

/** Milliseconds for each call of each work, the median of the rounds; undefined for a work that is not there. */
export async function compare<Name extends string>(
  works: Readonly<Record<Name, Work | undefined>>,
  { rounds, milliseconds }: Rounds,
): Promise<Record<Name, number | undefined>> {
  const present = (Object.entries(works) as [Name, Work | undefined][]).filter(([, work]) => work !== undefined);
  const timed = [];
  for (const [name, work] of present as [Name, Work][]) {
    // The first call warms up. The second one determines how many calls make a round.
    let once = await time(work, 1);
    if (once < milliseconds) once = await time(work, 1);
    timed.push({
      name,
      work,
      calls: Math.max(1, Math.min(10_000, Math.round(milliseconds / once))),
      samples: [] as number[],
    });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { work, calls, samples } of timed) samples.push(await time(work, calls));
  }
  return Object.fromEntries(timed.map(({ name, samples }) => [name, median(samples)])) as Record<
    Name,
    number | undefined
  >;
}

/** Milliseconds for each call. */
export async function time(work: Work, calls = 1): Promise<number> {
  const start = performance.now();
  for (let call = 0; call < calls; call++) {
    const result = work();
    if (result instanceof Promise) await result;
  }
  return (performance.now() - start) / calls;
}

/** Microseconds of processor time, of all threads: waiting for other jobs does not count, collecting garbage does. */
export function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[sorted.length >>> 1] as number;
}

/** A work beside its baseline: the median of the ratios of the rounds, in each of which the two ran one after the other. */
export async function beside(baseline: Work, work: Work, rounds: number): Promise<{ base: number; ratio: number }> {
  await baseline();
  await work();
  const pairs: (readonly [number, number])[] = [];
  for (let round = 0; round < rounds; round++) pairs.push([await time(baseline), await time(work)]);
  return { base: median(pairs.map(([base]) => base)), ratio: median(pairs.map(([base, taken]) => taken / base)) };
}
