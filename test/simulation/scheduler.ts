// All waiting of a simulated world: every promise that the outside of a client gives is a task here, and the seed chooses which one
// comes next. The world's clock wakes whatever sleeps.

import type { AbortSignalLike } from "../../src/arguments/platform.js";
import type { Dice } from "./dice.js";

/** What dies at once: a tab of a device, with everything that it waits for. */
export interface Life {
  isAlive: boolean;
}

interface Task {
  readonly life: Life | undefined;
  /** Whether it may still happen when the life that waits for it ends: a commit that was on its way to the disk. */
  readonly mayOutlive: boolean;
  readonly run: () => void;
}

interface Sleeper {
  readonly life: Life;
  /** A time of the world, milliseconds since 1970. */
  readonly until: number;
  readonly wake: () => void;
}

/** Tasks that wait for their turn. */
export class Scheduler {
  readonly #dice: Dice;
  #tasks: Task[] = [];
  #sleepers: Sleeper[] = [];
  #outside: Promise<unknown> = Promise.resolve();

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  get isIdle(): boolean {
    return this.#tasks.length === 0;
  }

  /** Does `act` at some time, for a life or for the world. The promise never settles once that life has ended. */
  later<T>(
    life: Life | undefined,
    act: () => T | Promise<T>,
    options: { readonly mayOutlive?: boolean } = {},
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = () => {
        void (async () => act())().then(
          (value) => life?.isAlive !== false && resolve(value),
          (error: unknown) => life?.isAlive !== false && reject(error),
        );
      };
      this.#tasks.push({ life, mayOutlive: options.mayOutlive ?? false, run });
    });
  }

  /** Sleeps until a time of the world, or until the signal is aborted. */
  sleep(life: Life, until: number, signal: AbortSignalLike): Promise<void> {
    return new Promise((resolve) => {
      let isAwake = false;
      const wake = () => {
        signal.removeEventListener("abort", wake);
        if (!isAwake && life.isAlive) void this.later(life, resolve);
        isAwake = true;
      };
      this.#sleepers.push({ life, until, wake });
      signal.addEventListener("abort", wake);
      if (signal.aborted) wake();
    });
  }

  /** Wakes everybody who slept until now. */
  wake(now: number): void {
    const due = this.#sleepers.filter(({ until }) => until <= now);
    this.#sleepers = this.#sleepers.filter(({ life, until }) => until > now && life.isAlive);
    for (const { wake } of due) wake();
  }

  /** Lets one task have its turn, and all that follows from it at once. */
  async step(): Promise<void> {
    const at = this.#dice.below(this.#tasks.length);
    const [task] = this.#tasks.splice(at, 1);
    if (!task) return;
    task.run();
    await this.#quiet();
  }

  /** What happens outside of the world, such as in a database: nothing goes on before it is done. */
  awaits(outside: Promise<unknown>): void {
    this.#outside = Promise.all([this.#outside, outside]);
  }

  async #quiet(): Promise<void> {
    for (let outside: unknown; outside !== this.#outside; ) {
      outside = this.#outside;
      await this.#outside;
      await drained();
    }
  }

  /** Ends a life. What it waited for is dropped; some of what was on its way happens all the same. */
  async end(life: Life): Promise<void> {
    life.isAlive = false;
    const own = this.#tasks.filter((task) => task.life === life);
    this.#tasks = this.#tasks.filter((task) => task.life !== life);
    for (const task of own) if (task.mayOutlive && this.#dice.permille(500)) task.run();
    await this.#quiet();
  }
}

/** Until nothing is left that happens by itself. */
export function drained(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
