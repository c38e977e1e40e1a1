// docs/proofs.md names what proofs/ proves. Coq itself runs in `npm run check:proofs`.

import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { BROKEN, NOTICED } from "../../scripts/proofs/broken.js";
import { ORDER, theoremsOf, unprovenParts } from "../../scripts/proofs/theorems.js";

const document = readFileSync("docs/proofs.md", "utf8");
const rowsUnder = (title: string): string[] =>
  (document.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? "")
    .split("\n")
    .filter((line) => /^\| (?!the rule)/.test(line));

it("docs/proofs.md has each theorem with its sentence, and no other", () => {
  const theorems = theoremsOf("proofs").map(({ name, sentence }) => `| \`${name}\` | ${sentence} |`);
  expect(rowsUnder("Theorems").slice(1)).toEqual(theorems);
});

it("docs/proofs.md has each broken rule, and at least fifteen", () => {
  const cells = rowsUnder("That they can fail").map((row) => row.split(" | ").slice(0, 2).join(" of "));
  expect(cells).toEqual(BROKEN.map(({ rule, becomes }) => `| ${becomes} of ${rule}`));
  expect(BROKEN.length).toBeGreaterThanOrEqual(15);
  for (const becomes of NOTICED) expect(BROKEN.map((rule) => rule.becomes)).toContain(becomes);
});

it.each(BROKEN)("the model has what is changed where $becomes, once", ({ model = "Model", from, to }) => {
  expect(readFileSync(`proofs/${model}.v`, "utf8").split(from)).toHaveLength(2);
  expect(to).not.toBe(from);
});

it("every proof is checked, and assumes nothing", () => {
  const files = readdirSync("proofs").filter((name) => name.endsWith(".v"));
  expect(files.sort()).toEqual(ORDER.map((name) => `${name}.v`).sort());
  for (const file of files) expect(unprovenParts(readFileSync(`proofs/${file}`, "utf8"))).toEqual([]);
});

it("an unproven part is found, also one that assumes in a section, and comments are not", () => {
  expect(unprovenParts("Lemma a : 1 = 2. Admitted.\nHypothesis h : False.")).toEqual(["Admitted", "Hypothesis"]);
  expect(unprovenParts("(* no Axiom here *) Lemma a : True. Proof. exact I. Qed.")).toEqual([]);
});
