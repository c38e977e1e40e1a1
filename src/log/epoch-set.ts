// A set of epochs that grows, one bit for each: a union of many shattered sets costs one step for each of their runs, and no
// memory for them. docs/spec.md section 11 (ESC-11).

import type { Runs } from "../bytes/runs.js";

const WORD = 32;
const ALL = 0xffff_ffff;

/** Epochs from 1 to `last`, none at first. */
export class EpochSet {
  readonly #last: number;
  readonly #words: Uint32Array;

  constructor(last: number) {
    this.#last = last;
    this.#words = new Uint32Array(Math.floor(last / WORD) + 1);
  }

  /** Adds runs whose last epoch is at most `last`. @returns whether an epoch is new */
  add(runs: Runs): boolean {
    let isNew = false;
    for (const [from, to] of runs) {
      for (let word = Math.floor(from / WORD); word * WORD <= to; word++) {
        const [old, bits] = [this.#words[word] as number, maskOf(word, from, to)];
        if ((bits & ~old) !== 0) isNew = true;
        this.#words[word] = old | bits;
      }
    }
    return isNew;
  }

  /** Whether every epoch of the runs is in the set. */
  has(runs: Runs): boolean {
    return runs.every(([from, to]) => {
      if (to > this.#last) return false;
      for (let word = Math.floor(from / WORD); word * WORD <= to; word++) {
        if ((maskOf(word, from, to) & ~(this.#words[word] as number)) !== 0) return false;
      }
      return true;
    });
  }
}

/** The bits of a word that stand for epochs of a run; the word has at least one. */
function maskOf(word: number, from: number, to: number): number {
  const low = Math.max(from - word * WORD, 0);
  const high = Math.min(to - word * WORD, WORD - 1);
  return (ALL << low) & (ALL >>> (WORD - 1 - high));
}
