// Compares the surviving mutants with their explanations: each explanation covers as many mutants as it says, and no more.

import type { Explained } from "./explained.js";

/** Where a mutant is, as explanations name it. */
export type Place = Pick<Explained, "file" | "line"> & { readonly becomes: string };

export const nameOf = ({ file, line, becomes }: Place): string => `${file}: ${line} -> ${becomes}`;

/**
 * The survivors that nothing explains, including all survivors of a place where more survive than are explained; and the
 * explanations for `files` of which fewer mutants survive than they say.
 */
export function judge<Mutant extends Place>(
  survivors: readonly Mutant[],
  explained: readonly Explained[],
  files: ReadonlySet<string>,
): { readonly unexplained: readonly Mutant[]; readonly stale: readonly string[] } {
  const said = count(
    explained
      .filter(({ file }) => files.has(file))
      .flatMap(({ becomes, times = 1, ...place }) =>
        becomes.flatMap((each) => new Array<string>(times).fill(nameOf({ ...place, becomes: each }))),
      ),
  );
  const found = count(survivors.map(nameOf));
  return {
    unexplained: survivors.filter((mutant) => (found.get(nameOf(mutant)) ?? 0) > (said.get(nameOf(mutant)) ?? 0)),
    stale: [...said].flatMap(([name, times]) => {
      const there = found.get(name) ?? 0;
      return there < times ? [`${name} (${there} of ${times})`] : [];
    }),
  };
}

function count(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** The explanations whose line is in no file any more. @param read the text of a file, undefined if there is none */
export function gone(explained: readonly Explained[], read: (file: string) => string | undefined): readonly string[] {
  const isThere = ({ file, line }: Explained) =>
    read(file)
      ?.split("\n")
      .some((each) => each.trim() === line);
  return explained.filter((each) => !isThere(each)).map(({ file, line }) => `${file}: ${line}`);
}
