// The table in vectors/README.md: for each rule of docs/spec.md, the attacks that break it.

import type { RuleId } from "../../src/errors.js";
import type { Negative, VectorFile } from "./format.js";

/** Rules that no bytes break, and why. */
export const NOT_BY_BYTES: Readonly<Partial<Record<RuleId, string>>> = {
  "LOG-7": "It says that a log's times decide nothing, so no time is an attack; LOG-3 has the two that are refused.",
  "SAS-1": "It orders messages; `positive/digits.json` has their bytes.",
  "SAS-2": "It says what a device does not do by itself.",
  "SAS-3": "It says what equal digits give; `positive/digits.json` has what makes them differ.",
  "GRT-6": "Two attempts at one link are never in one log; fresh keys and reused ones look alike.",
};

const TABLE = /(<!-- rules:[^\n]*-->\n)[\s\S]*(<!-- end of rules -->)/;
const SHOWN = 4;

/** The README with a new table. */
export function withTable(readme: string, spec: string, files: readonly VectorFile[]): string {
  const rules = [...spec.matchAll(/^- \*\*([A-Z]{3}-\d+)\*\*/gm)].map(([, id]) => id as RuleId);
  const attacks = files.filter(([path]) => path.startsWith("negative/")) as readonly (readonly [string, Negative])[];
  const rows = rules.map((rule) => {
    const names = attacks
      .filter(([, { rules }]) => rules.includes(rule))
      .map(([path]) => path.slice(9, -5))
      .sort();
    const shown = names.slice(0, SHOWN).map((name) => `\`${name}\``);
    const more = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : "";
    return `| ${rule} | ${names.length > 0 ? `${shown.join(", ")}${more}` : `*none:* ${NOT_BY_BYTES[rule] ?? ""}`} |`;
  });
  return readme.replace(
    TABLE,
    (_, start, end) => `${start}\n| rule | attacks |\n|---|---|\n${rows.join("\n")}\n\n${end}`,
  );
}
