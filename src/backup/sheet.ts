// The recovery sheet: a backup key on a page that explains itself, as text and as SVG with a QR code.
// docs/spec.md section 9.

import encodeQR from "qr";
import { checkOptions } from "../arguments/options.js";
import { isDate } from "../arguments/realms.js";
import { firstOf } from "../bytes/present.js";
import { KeysteadError } from "../errors.js";
import { CODE_LENGTH, formatCode, readSymbols } from "./alphabet.js";

/** The facts on a recovery sheet. */
export interface RecoverySheetFacts {
  /** The backup key, as `BackupPaper.reveal` gave it. */
  readonly key: string;
  /** The account that it opens, such as a mail address. */
  readonly account: string;
  /** The name of the app or service that its user knows. */
  readonly service: string;
  /** When it was made. */
  readonly made: Date;
  /** The date of the earliest data that it opens. Leave it out when the key opens everything. */
  readonly since?: Date | undefined;
}

/** A page to print. Both forms hold the key: they are as secret as the paper they are for. */
export interface RecoverySheet {
  /** Plain text, at most 72 columns unless a name is longer. */
  readonly text: string;
  /** An A4 page as SVG, with the key as text and as QR code; black on white, no scripts, no outside references. */
  readonly svg: string;
}

/** The words of a recovery sheet, in one language. Lines of at most 72 columns. */
export interface SheetTexts {
  /** The title of the page. */
  readonly title: (service: string) => string;
  /** The label before each fact, without a colon. */
  readonly names: Readonly<Record<"account" | "made" | "opens" | "named", string>>;
  /** The day of a date. */
  readonly day: (date: Date) => string;
  /** What it opens: everything, or data from a day on. */
  readonly opens: (since: string | undefined) => string;
  /** What its owner must know, line by line. */
  readonly advice: readonly string[];
}

/**
 * Lays out the recovery sheet.
 *
 * @param texts the words on it, such as `englishSheet`.
 * @throws `INVALID_ARGUMENT`; `BACKUP_KEY_INVALID` for a key that is not whole
 */
export function recoverySheet(facts: RecoverySheetFacts, texts: SheetTexts): RecoverySheet {
  const { key, account, service, made, since } = checkOptions(facts);
  const { names, day, opens, advice, title } = checkOptions(texts);
  const symbols = readSymbols(key).symbols;
  if (symbols.length !== CODE_LENGTH || !symbols.every((symbol) => symbol !== undefined)) {
    throw new KeysteadError("BACKUP_KEY_INVALID", `key must be the ${CODE_LENGTH} characters of a backup key`, {
      rule: "BAK-1",
    });
  }
  const groups = formatCode(symbols).split("-");
  const lines = [
    [names.account, checkText(account, "account")],
    [names.made, day(checkDate(made, "made"))],
    [names.opens, opens(since === undefined ? undefined : day(checkDate(since, "since")))],
    [names.named, firstOf(groups)],
  ] as const;
  const page = { title: title(checkText(service, "service")), lines, groups, advice };
  return { text: asText(page), svg: asSvg(page) };
}

const PAGE_WIDTH = 170;

interface Page {
  readonly title: string;
  readonly lines: readonly (readonly [name: string, value: string])[];
  readonly groups: readonly string[];
  readonly advice: readonly string[];
}

function asText({ title, lines, groups, advice }: Page): string {
  const rows = rowsOf(groups).map((row) => `    ${row.join("   ")}`);
  const width = Math.max(...lines.map(([name]) => [...name].length)) + 3;
  const facts = lines.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}`);
  return [title, "=".repeat([...title].length), "", ...rows, "", ...facts, "", ...advice, ""].join("\n");
}

function asSvg({ title, lines, groups, advice }: Page): string {
  // The font size shrinks when a long name would not fit on the page: a character is at most about 0.6 of its size wide.
  const line = (y: number, size: number, text: string, style = "") =>
    `<text x="20" y="${y}" font-size="${Math.min(size, PAGE_WIDTH / (0.6 * text.length)).toFixed(2)}"${style}>${escapeXml(text)}</text>`;
  const mono = ' font-family="monospace" font-weight="bold" letter-spacing="1.2" xml:space="preserve"';
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 210 297" font-family="sans-serif">',
    '<rect width="210" height="297" fill="#fff"/>',
    line(30, 8, title, ' font-weight="bold"'),
    ...rowsOf(groups).map((row, index) => line(55 + 14 * index, 9, row.join("  "), mono)),
    qrCode(groups.join("-"), 125, 40, 65),
    ...lines.map(([name, value], index) => line(120 + 8 * index, 5, `${name}: ${value}`)),
    ...advice.map((text, index) => line(165 + 8 * index, 5, text)),
    "</svg>",
    "",
  ].join("\n");
}

function rowsOf(groups: readonly string[]): readonly (readonly string[])[] {
  return [groups.slice(0, 3), groups.slice(3, 6), groups.slice(6)];
}

/** The key alone, in the alphabet that makes a QR code smallest; the strongest correction, for paper that ages. */
function qrCode(key: string, x: number, y: number, size: number): string {
  const modules = encodeQR(key, "raw", { ecc: "high", encoding: "alphanumeric", border: 4 });
  const unit = size / modules.length;
  const path = modules
    .flatMap((row, top) => row.flatMap((dark, left) => (dark ? [`M${left} ${top}h1v1h-1z`] : [])))
    .join("");
  return `<path transform="translate(${x} ${y}) scale(${unit.toFixed(4)})" d="${path}" fill="#000"/>`;
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

const MAX_TEXT = 80;

/** A text in one line of the sheet. */
function checkText(text: unknown, name: string): string {
  if (typeof text !== "string" || text.trim() === "" || [...text].length > MAX_TEXT || /\p{Cc}/u.test(text)) {
    throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a line of text, 1 to ${MAX_TEXT} characters`);
  }
  return text;
}

function checkDate(date: unknown, name: string): Date {
  if (!isDate(date) || Number.isNaN(date.getTime()))
    throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a Date`);
  return date;
}
