// The coverage report as plain text for terminals. docs/spec.md section 8.

import { checkOptions } from "../arguments/options.js";
import { formatRuns } from "../bytes/runs.js";
import type { CoverageReport, MemberCoverage } from "../coverage/coverage-report.js";
import { formatDay } from "../coverage/dates.js";
import { lossText, unknownText } from "../coverage/loss.js";
import { KIND_NAMES } from "../coverage/names.js";
import { formatStretch } from "../coverage/stretches.js";
import { KeysteadError } from "../errors.js";

/**
 * The report as text: a table of members, then what is lost, missing, wrong and in danger. Lines end with `\n`.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function formatCoverage(report: CoverageReport): string {
  try {
    return format(checkOptions(report));
  } catch (cause) {
    throw new KeysteadError("INVALID_ARGUMENT", "report must be what coverageReport returned, with its dates", {
      cause,
    });
  }
}

function format(report: CoverageReport): string {
  const { subject, head, at, epoch, lockdown, members, lost, unknown, warnings, wrongGrants } = report;
  const made = at ? `, as of ${formatDay(at)}` : "";
  const title = `Coverage of ${subject}: epoch ${epoch}, link ${head.seq}${lockdown ? ", in lockdown" : ""}${made}`;
  const gaps = members.flatMap((member) =>
    member.gaps.map((gap) => `${member.name} lacks ${formatStretch(gap)}: ${gap.advice}`),
  );
  const sections = [
    [title],
    table(members),
    section("Lost", lost.map(lossText)),
    section("Unknown", unknown.map(unknownText)),
    section("Gaps", gaps),
    section(
      "Wrong grants",
      wrongGrants.map(({ text }) => text),
    ),
    section(
      "To look at",
      warnings.map(({ text }) => text),
    ),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

type Column = readonly [title: string, cell: (member: MemberCoverage) => string];

const COLUMNS: readonly Column[] = [
  ["Member", ({ name }) => name],
  ["Kind", ({ kind }) => KIND_NAMES[kind]],
  ["Reads since", (member) => since(member)],
  [
    "Holds",
    ({ kind, held, claimed }) => (kind !== "escrow" ? formatRuns(held) : claimed ? formatRuns(claimed) : UNKNOWN),
  ],
  ["May have read", ({ reach }) => formatRuns(reach)],
];

const UNKNOWN = "unknown";

function since({ kind, access, claimed }: MemberCoverage): string {
  if (access) return formatDay(access.since);
  return kind === "escrow" && !claimed ? UNKNOWN : "not now";
}

const PROOF_COLUMNS: readonly Column[] = [
  ["Proven", ({ proven }) => formatRuns(proven?.proven ?? [])],
  ["Only claimed", ({ proven }) => formatRuns(proven?.claimed ?? [])],
  ["Wrong", ({ proven }) => formatRuns(proven?.wrong ?? [])],
];

function table(members: readonly MemberCoverage[]): readonly string[] {
  const columns = members.some(({ proven }) => proven) ? [...COLUMNS, ...PROOF_COLUMNS] : COLUMNS;
  const rows = [columns.map(([title]) => title), ...members.map((member) => columns.map(([, cell]) => cell(member)))];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => width(row[at] as string))));
  const pad = (cell: string, at: number) => cell + " ".repeat((widths[at] as number) - width(cell));
  return rows.map((row) => row.map(pad).join("  ").trimEnd());
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `- ${line}`)];
}

/** Characters, not UTF-16 units. */
function width(text: string): number {
  return [...text].length;
}
