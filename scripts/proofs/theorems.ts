// The theorems of proofs/, and what an unproven part looks like.

import { readFileSync } from "node:fs";

/** The files of proofs/, each after those that it needs. */
export const ORDER = [
  "Model",
  "Statements",
  "Basic",
  "Coalition",
  "NoGap",
  "Culprit",
  "Pairs",
  "Play",
  "Limits",
  "Classes",
  "ClassStatements",
  "ClassProofs",
  "ClassPlay",
  "ClassLimits",
  "Escrow",
  "EscrowStatements",
  "EscrowProofs",
  "EscrowPlay",
  "EscrowLimits",
  "Whole",
  "WholeStatements",
  "WholePlay",
  "WholeProofs",
  "WholeLimits",
  "Joined",
  "JoinedStatements",
  "JoinedProofs",
  "JoinedLimits",
  "Extract",
];

/** The files of proofs/ that a file needs. */
export function requiredBy(file: string): readonly string[] {
  const lines = readFileSync(`proofs/${file}.v`, "utf8").matchAll(/^Require Import (.*)\.$/gm);
  const named = [...lines].flatMap(([, names = ""]) => names.split(" "));
  return ORDER.filter((name) => named.includes(name));
}

export interface Theorem {
  readonly name: string;
  readonly file: string;
  readonly sentence: string;
}

/** Every theorem with its sentence: of its statement in a file of statements, or before the theorem itself. */
export function theoremsOf(folder: string): Theorem[] {
  const files = ORDER.filter((file) => file.endsWith("Statements"));
  const statements = files.map((file) => readFileSync(`${folder}/${file}.v`, "utf8")).join("\n");
  return ORDER.flatMap((file) => {
    const text = readFileSync(`${folder}/${file}.v`, "utf8");
    return [...text.matchAll(/^(?:\(\*\* (.*) \*\)\n)?Theorem (\w+)(?: : (\w+)\.$)?/gm)].map(
      ([, own, name, statement]) => {
        const shared =
          statement && new RegExp(`^\\(\\*\\* (.*) \\*\\)\\nDefinition ${statement} :=`, "m").exec(statements)?.[1];
        const sentence = shared ?? own;
        if (!name || !sentence) throw new Error(`theorem ${name} of ${file}.v has no sentence`);
        return { name, file, sentence };
      },
    );
  });
}

/** Words with which a file of Coq assumes something, or turns a check off. */
export function unprovenParts(text: string): string[] {
  const code = text.replace(/\(\*.*?\*\)/gs, "");
  const words =
    /\b(Admitted|admit|give_up|Axioms?|Parameters?|Conjectures?|Hypothes[ie]s|Declare|Unset|Universe|bypass_check|type_in_type)\b/g;
  return [...code.matchAll(words)].map(([word]) => word);
}
