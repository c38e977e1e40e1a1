// The coverage report as plain text for terminals. docs/spec.md section 8.

import { checkOptions } from "../arguments/options.js";
import { present } from "../bytes/present.js";
import type { CoverageReport, MemberCoverage } from "../coverage/coverage-report.js";
import { KeysteadError } from "../errors.js";
import type { CoverageColumn } from "./lines.js";
import { type Catalogue, textOf } from "./texts.js";

/**
 * The report as text: a table of members, then what is lost, missing, wrong and in danger. Lines end with `\n`.
 *
 * @param catalogue such as `english`.
 * @throws `INVALID_ARGUMENT`
 */
export function formatCoverage(report: CoverageReport, catalogue: Catalogue): string {
  try {
    return format(checkOptions(report), catalogue);
  } catch (cause) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "report must be what coverageReport returned, and catalogue a catalogue",
      {
        cause,
      },
    );
  }
}

function format(report: CoverageReport, catalogue: Catalogue): string {
  const { subject, head, at, epoch, lockdown, members, lost, unknown, warnings, wrongGrants } = report;
  const { coverageSections: titles } = catalogue.words;
  const textsOf = (things: readonly Parameters<typeof textOf>[0][]) => things.map((thing) => textOf(thing, catalogue));
  const sections = [
    textsOf([{ code: "coverage-title", subject, epoch, seq: head.seq, lockdown, at }]),
    table(members, catalogue),
    section(titles.lost, textsOf(lost.map((stretch) => ({ code: "coverage-lost", stretch }) as const))),
    section(titles.unknown, textsOf(unknown.map((stretch) => ({ code: "coverage-unknown", stretch }) as const))),
    section(
      titles.gaps,
      textsOf(members.flatMap(({ gaps }) => gaps.map((gap) => ({ code: "coverage-gap", gap }) as const))),
    ),
    section(titles["wrong-grants"], textsOf(wrongGrants)),
    section(titles.warnings, textsOf(warnings)),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

type Column = readonly [title: CoverageColumn, cell: (member: MemberCoverage, catalogue: Catalogue) => string];

const COLUMNS: readonly Column[] = [
  ["member", ({ name }, catalogue) => textOf(name, catalogue)],
  ["kind", ({ kind }, { words }) => words.kinds[kind]],
  ["since", since],
  [
    "holds",
    ({ kind, held, claimed }, { words, runs }) =>
      kind !== "escrow" ? runs(held) : claimed ? runs(claimed) : words.access.unknown,
  ],
  ["may-have-read", ({ reach }, { runs }) => runs(reach)],
];

function since({ kind, access, claimed }: MemberCoverage, { day, words }: Catalogue): string {
  if (access) return day(access.since);
  return kind === "escrow" && !claimed ? words.access.unknown : words.access["not-now"];
}

const PROOF_COLUMNS: readonly Column[] = [
  ["proven", ({ proven }, { runs }) => runs(proven?.proven ?? [])],
  ["claimed", ({ proven }, { runs }) => runs(proven?.claimed ?? [])],
  ["wrong", ({ proven }, { runs }) => runs(proven?.wrong ?? [])],
];

function table(members: readonly MemberCoverage[], catalogue: Catalogue): readonly string[] {
  const columns = members.some(({ proven }) => proven) ? [...COLUMNS, ...PROOF_COLUMNS] : COLUMNS;
  const rows = [
    columns.map(([title]) => catalogue.words.coverageColumns[title]),
    ...members.map((member) => columns.map(([, cell]) => cell(member, catalogue))),
  ];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => width(present(row[at])))));
  const pad = (cell: string, at: number) => cell + " ".repeat(present(widths[at]) - width(cell));
  return rows.map((row) => row.map(pad).join("  ").trimEnd());
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `- ${line}`)];
}

/** Characters, not UTF-16 units. */
function width(text: string): number {
  return [...text].length;
}
