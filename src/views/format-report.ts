// The organisation's report as text and as CSV. docs/spec.md section 8.

import { checkOptions } from "../arguments/options.js";
import { formatRuns } from "../bytes/runs.js";
import { formatDay } from "../coverage/dates.js";
import { counted, plainText } from "../coverage/names.js";
import { formatStretch } from "../coverage/stretches.js";
import { KeysteadError } from "../errors.js";
import { ReportTotals } from "../escrow/organisation-report.js";
import { checkCoverage, type Recovery, type UnfinishedAct, type UserCoverage } from "../escrow/user-coverage.js";

const COLUMNS: readonly (readonly [title: string, cell: (user: UserCoverage) => string])[] = [
  ["user", ({ subject }) => subject],
  ["status", ({ status }) => status],
  ["covered since", ({ since }) => (since ? since.since.toISOString().replace(/T.*/, "") : "")],
  ["claimed epochs", ({ claimed }) => formatRuns(claimed)],
  ["proven epochs", ({ proven }) => (proven ? formatRuns(proven) : "")],
  ["gaps", ({ gaps }) => gaps.map(formatStretch).join("; ")],
  [
    "closed by",
    ({ gaps }) => [...new Set(gaps.flatMap(({ closers }) => closers.slice(0, 1).map(({ name }) => name)))].join("; "),
  ],
  ["not delivered", ({ withheld }) => withheld.map(formatStretch).join("; ")],
  ["kept from escrow", ({ keptFromEscrow }) => keptFromEscrow.map(formatStretch).join("; ")],
  ["lost", ({ lost }) => lost.map(formatStretch).join("; ")],
  ["pointer", ({ pointer }) => pointer],
  ["renewal due", ({ renewal }) => renewal.join("; ")],
  ["rotation due", ({ rotationDue }) => (rotationDue ? "yes" : "no")],
  ["escrow removals", ({ removals }) => String(removals.length)],
  ["recoveries", ({ recoveries }) => recoveries.map(formatRecovery).join("; ")],
  ["acts without a review", ({ unfinished }) => unfinished.filter(isUndone).map(formatUnfinished).join("; ")],
  [
    "disowned acts",
    ({ unfinished }) =>
      unfinished
        .filter((act) => !isUndone(act))
        .map(formatUnfinished)
        .join("; "),
  ],
  ["own backup keys", ({ backupKeys }) => String(backupKeys)],
];

const isUndone = ({ status }: UnfinishedAct) => status !== "disowned";

function formatRecovery({ when, believed, because, reason = "", case: caseId = "" }: Recovery): string {
  const verdict = believed ? [] : [`not believed (${because})`];
  return [formatDay(when), ...verdict, ...wordsOf(caseId, reason)].join(", ");
}

function formatUnfinished({ when, status, reason, case: caseId }: UnfinishedAct): string {
  return [formatDay(when), status, ...wordsOf(caseId, reason)].join(", ");
}

/** Words of an admin. */
function wordsOf(...words: readonly string[]): readonly string[] {
  return words.filter((text) => text !== "").map(plainText);
}

/** The first line of a CSV report (RFC 4180), with its line end. */
export function reportCsvHeader(): string {
  return csvLine(COLUMNS.map(([title]) => title));
}

/** One user as a line of CSV (RFC 4180), with its line end. */
export function reportCsvLine(user: UserCoverage): string {
  return csvLine(COLUMNS.map(([, cell]) => cell(checkCoverage(user))));
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

// Quoted, and kept from being run: names are written by devices, and spreadsheets take a cell that starts so for a formula. Some
// split at semicolons instead, whatever the quotes say.
function csvCell(cell: string): string {
  const harmless = cell.replace(/^(?=[=+\-@\t\r\n])|(?<=;\s*)(?=[=+\-@])/g, "'");
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** One user as lines of text, ending with `\n`. */
export function formatUserCoverage(user: UserCoverage): string {
  const { subject, status, since, proven, gaps, withheld, keptFromEscrow, lost, recoveries, unfinished } =
    checkCoverage(user);
  const from = since ? `, everything since ${formatDay(since.since)}${proven ? " (proven)" : ""}` : "";
  const lines = [
    `${plainText(subject)}: ${status}${from}`,
    ...gaps.map((gap) => `  lacks ${formatStretch(gap)}${advice(gap.closers)}`),
    ...withheld.map((stretch) => `  not delivered: ${formatStretch(stretch)}: fetch it again`),
    ...keptFromEscrow.map((stretch) => `  kept from escrow by a device: ${formatStretch(stretch)}`),
    ...lost.map((stretch) => `  lost for good: ${formatStretch(stretch)}`),
    ...recoveries.map((act) => `  restored by escrow: ${formatRecovery(act)}`),
    ...unfinished.map((act) => `  announced, and not done: ${formatUnfinished(act)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function advice(closers: UserCoverage["gaps"][number]["closers"]): string {
  const [best] = closers;
  if (!best) return "";
  const seen = best.lastSeen ? ` (last seen ${formatDay(best.lastSeen)})` : "";
  return `: ${best.name}${seen} can give it`;
}

/** Totals and the to-do list as text, ending with `\n`. */
export function formatTotals(totals: ReportTotals, options: { readonly most?: number } = {}): string {
  const { most = 20 } = checkOptions(options);
  if (!(totals instanceof ReportTotals)) throw new KeysteadError("INVALID_ARGUMENT", "totals must be ReportTotals");
  if (!Number.isSafeInteger(most) || most < 0)
    throw new KeysteadError("INVALID_ARGUMENT", "most must be a whole number, 0 or more");
  const statuses = Object.entries(totals.statuses).filter(([, count]) => count > 0);
  const todo = totals.todo;
  const lines = [
    `${counted(totals.users, "user")}: ${statuses.map(([status, count]) => `${count} ${status}`).join(", ") || "none"}`,
    `to bring under escrow: ${counted(totals.closable, "epoch")}; with data lost: ${counted(totals.withLoss, "user")}; ${counted(totals.stale, "stale pointer")}`,
    ...(todo.length > 0 ? ["", "To do, what closes the most first:"] : []),
    ...todo
      .slice(0, most)
      .map(
        ({ subject, text, closes }) =>
          `- ${plainText(subject)}: ${text}${closes > 0 ? ` (${counted(closes, "epoch")})` : ""}`,
      ),
    ...(todo.length > most ? [`… and ${todo.length - most} more`] : []),
  ];
  return `${lines.join("\n")}\n`;
}
