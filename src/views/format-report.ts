// The organisation's report as text and as CSV. docs/spec.md section 8.

import { checkCount } from "../arguments/counts.js";
import { checkOptions } from "../arguments/options.js";
import type { Stretch } from "../coverage/stretches.js";
import { KeysteadError } from "../errors.js";
import { ReportTotals } from "../escrow/organisation-report.js";
import { checkCoverage, type EscrowStatus, type UnfinishedAct, type UserCoverage } from "../escrow/user-coverage.js";
import type { ReportColumn, ReportLine } from "./lines.js";
import { type Catalogue, textOf } from "./texts.js";

type Column = readonly [title: ReportColumn, cell: (user: UserCoverage, catalogue: Catalogue) => string];

const COLUMNS: readonly Column[] = [
  ["user", ({ subject }) => subject],
  ["status", ({ status }, { words }) => words.statuses[status]],
  ["covered-since", ({ since }) => (since ? since.since.toISOString().replace(/T.*/, "") : "")],
  ["claimed-epochs", ({ claimed }, { runs }) => runs(claimed)],
  ["proven-epochs", ({ proven }, { runs }) => (proven ? runs(proven) : "")],
  ["gaps", ({ gaps }, catalogue) => stretches(gaps, catalogue)],
  [
    "closed-by",
    ({ gaps }, catalogue) => {
      const names = gaps.flatMap(({ closers }) => closers.slice(0, 1).map(({ name }) => textOf(name, catalogue)));
      return [...new Set(names)].join("; ");
    },
  ],
  ["not-delivered", ({ withheld }, catalogue) => stretches(withheld, catalogue)],
  ["kept-from-escrow", ({ keptFromEscrow }, catalogue) => stretches(keptFromEscrow, catalogue)],
  ["lost", ({ lost }, catalogue) => stretches(lost, catalogue)],
  ["pointer", ({ pointer }, { words }) => words.pointers[pointer]],
  ["renewal-due", ({ renewal }, { words }) => renewal.map((because) => words.renewals[because]).join("; ")],
  ["rotation-due", ({ rotationDue }, { words }) => words.answers[rotationDue ? "yes" : "no"]],
  ["escrow-removals", ({ removals }) => String(removals.length)],
  [
    "recoveries",
    ({ recoveries }, catalogue) =>
      recoveries.map((act) => textOf({ code: "report-recovery-cell", act }, catalogue)).join("; "),
  ],
  ["acts-without-a-review", ({ unfinished }, catalogue) => acts(unfinished.filter(isUndone), catalogue)],
  [
    "disowned-acts",
    ({ unfinished }, catalogue) =>
      acts(
        unfinished.filter((act) => !isUndone(act)),
        catalogue,
      ),
  ],
  ["own-backup-keys", ({ backupKeys }) => String(backupKeys)],
];

const isUndone = ({ status }: UnfinishedAct) => status !== "disowned";

function stretches(of: readonly Stretch[], catalogue: Catalogue): string {
  return of.map((each) => catalogue.stretch(each, catalogue)).join("; ");
}

function acts(of: readonly UnfinishedAct[], catalogue: Catalogue): string {
  return of.map((act) => textOf({ code: "report-unfinished-cell", act }, catalogue)).join("; ");
}

/** The first line of a CSV report (RFC 4180), with its line end. @throws `INVALID_ARGUMENT` */
export function reportCsvHeader(catalogue: Catalogue): string {
  const { words } = checkCatalogue(catalogue);
  return csvLine(COLUMNS.map(([title]) => words.reportColumns[title]));
}

/** One user as a line of CSV (RFC 4180), with its line end. @throws `INVALID_ARGUMENT` */
export function reportCsvLine(user: UserCoverage, catalogue: Catalogue): string {
  checkCatalogue(catalogue);
  return csvLine(COLUMNS.map(([, cell]) => cell(checkCoverage(user), catalogue)));
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

// Quoted, and kept from being run: devices write names, and spreadsheets read a cell that starts like this as a formula. Some
// split at semicolons instead, even inside quotes.
function csvCell(cell: string): string {
  const harmless = cell.replace(/^(?=[=+\-@\t\r\n])|(?<=;\s*)(?=[=+\-@])/g, "'");
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** One user as lines of text, ending with `\n`. @throws `INVALID_ARGUMENT` */
export function formatUserCoverage(user: UserCoverage, catalogue: Catalogue): string {
  checkCatalogue(catalogue);
  const { subject, status, since, proven, gaps, withheld, keptFromEscrow, lost, recoveries, unfinished } =
    checkCoverage(user);
  const lines: readonly ReportLine[] = [
    ...gaps.map((gap) => ({ code: "report-gap", stretch: gap, closer: gap.closers[0] }) as const),
    ...withheld.map((stretch) => ({ code: "report-not-delivered", stretch }) as const),
    ...keptFromEscrow.map((stretch) => ({ code: "report-kept-from-escrow", stretch }) as const),
    ...lost.map((stretch) => ({ code: "report-lost", stretch }) as const),
    ...recoveries.map((act) => ({ code: "report-recovery", act }) as const),
    ...unfinished.map((act) => ({ code: "report-unfinished", act }) as const),
  ];
  const first = { code: "report-user", subject, status, since: since?.since, proven: proven !== undefined } as const;
  return `${[textOf(first, catalogue), ...lines.map((line) => `  ${textOf(line, catalogue)}`)].join("\n")}\n`;
}

/** Totals and the to-do list as text, ending with `\n`. @throws `INVALID_ARGUMENT` */
export function formatTotals(
  totals: ReportTotals,
  catalogue: Catalogue,
  options: { readonly most?: number } = {},
): string {
  checkCatalogue(catalogue);
  const { most = 20 } = checkOptions(options);
  if (!(totals instanceof ReportTotals)) throw new KeysteadError("INVALID_ARGUMENT", "totals must be ReportTotals");
  checkCount("most", most);
  const { users, closable, withLoss, stale, todo } = totals;
  const statuses = (Object.entries(totals.statuses) as [EscrowStatus, number][]).filter(([, count]) => count > 0);
  const say = (line: ReportLine) => textOf(line, catalogue);
  const lines = [
    say({ code: "totals-users", users, statuses }),
    say({ code: "totals-epochs", closable, withLoss, stale }),
    ...(todo.length > 0 ? ["", say({ code: "totals-todo" })] : []),
    ...todo.slice(0, most).map((each) => `- ${say({ code: "totals-todo-line", todo: each })}`),
    ...(todo.length > most ? [say({ code: "totals-more", more: todo.length - most })] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function checkCatalogue(catalogue: Catalogue): Catalogue {
  const { words, texts } = checkOptions(catalogue);
  if (typeof words === "object" && typeof texts === "object") return catalogue;
  throw new KeysteadError("INVALID_ARGUMENT", "catalogue must be one such as english");
}
