// The form in which a mutant that no test kills is explained.

/** Mutants of one line that survive, and why that is right. */
export interface Explained {
  readonly file: string;
  /** The line on which the mutants start, without the space around it. */
  readonly line: string;
  /** The replacement in the mutants; the first line of it if it has several. */
  readonly becomes: readonly string[];
  /** How many mutants of the file have this replacement on this line; default one. It does not explain any further ones. */
  readonly times?: number;
  readonly why: string;
}
