// How a mutant that no test kills is explained.

/** Mutants of one line that survive, and why that is right. */
export interface Explained {
  readonly file: string;
  /** The line on which the mutants start, without the space around it. */
  readonly line: string;
  /** What stands there in the mutants; of more lines than one the first. */
  readonly becomes: readonly string[];
  /** How many mutants of the file become each of these there: one by default. One more is not explained by it. */
  readonly times?: number;
  readonly why: string;
}
