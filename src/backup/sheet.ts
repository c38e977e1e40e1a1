// The recovery sheet: a backup key on a page that explains itself, as text and as SVG with a QR code.
// docs/spec.md section 9.

import encodeQR from "qr";
import { checkOptions } from "../arguments/options.js";
import { isDate } from "../arguments/realms.js";
import { works } from "../bytes/bytes.js";
import { plainText } from "../bytes/plain-text.js";
import { firstOf } from "../bytes/present.js";
import { KeysteadError } from "../errors.js";
import { CODE_LENGTH, formatCode, readSymbols } from "./alphabet.js";
import { linesOf, sizeFor } from "./sheet-lines.js";

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
  /** The time zone of the days on the sheet, such as `Europe/Berlin`; by default UTC. The sheet names it. */
  readonly timeZone?: string | undefined;
}

/** A page to print. Both forms hold the key: they are as secret as the paper they are for. */
export interface RecoverySheet {
  /** Plain text, at most 72 columns unless a name is longer. */
  readonly text: string;
  /**
   * An A4 page as SVG, with the key as text and as QR code; black on white, no scripts, no outside references. Long names are wrapped, by
   * the widths of the widest common fonts.
   */
  readonly svg: string;
}

/** The words of a recovery sheet, in one language. Lines of at most 72 columns. */
export interface SheetTexts {
  /** The title of the page. */
  readonly title: (service: string) => string;
  /** The label before each fact, without a colon. */
  readonly names: Readonly<Record<"account" | "made" | "opens" | "named", string>>;
  /** The day of a date in a time zone, with the zone: a sheet is read in another place and year. */
  readonly day: (date: Date, timeZone: string) => string;
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
  const { key, account, service, made, since, timeZone = "UTC" } = checkOptions(facts);
  const { names, day, opens, advice, title } = checkOptions(texts);
  const symbols = readSymbols(key).symbols;
  if (symbols.length !== CODE_LENGTH || !symbols.every((symbol) => symbol !== undefined)) {
    throw new KeysteadError("BACKUP_KEY_INVALID", `key must be the ${CODE_LENGTH} characters of a backup key`, {
      rule: "BAK-1",
    });
  }
  checkZone(timeZone);
  const groups = formatCode(symbols).split("-");
  const dayOf = (date: unknown, name: string) => day(checkDate(date, name), timeZone);
  const lines = [
    [names.account, checkText(account, "account")],
    [names.made, dayOf(made, "made")],
    [names.opens, opens(since === undefined ? undefined : dayOf(since, "since"))],
    [names.named, firstOf(groups)],
  ] as const;
  const page = { title: title(checkText(service, "service")), lines, groups, advice };
  return { text: asText(page), svg: asSvg(page) };
}

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

/** The part of an A4 page that is printed, in millimetres. */
const [LEFT, TOP, WIDTH, BOTTOM] = [20, 30, 170, 285];
/** Bold letters are wider than others. */
const BOLD = 1.15;

/** @throws `INVALID_ARGUMENT` when the texts are too long for a page */
function asSvg({ title, lines, groups, advice }: Page): string {
  let y = TOP;
  const block = (texts: readonly string[], largest: number, smallest: number, style = "", wider = 1): string[] => {
    const width = WIDTH / wider;
    const size = sizeFor(texts, width, largest, smallest);
    return texts
      .flatMap((each) => linesOf(each, width / size))
      .map((line) => {
        const drawn = `<text x="${LEFT}" y="${y.toFixed(1)}" font-size="${size.toFixed(2)}"${style}>${escapeXml(line)}</text>`;
        y += 1.6 * size;
        return drawn;
      });
  };
  const head = block([title], 8, 5, ' font-weight="bold"', BOLD);
  const top = Math.max(55, y + 5);
  const mono = ' font-size="9" font-family="monospace" font-weight="bold" letter-spacing="1.2" xml:space="preserve"';
  const key = rowsOf(groups).map(
    (row, index) => `<text x="${LEFT}" y="${(top + 14 * index).toFixed(1)}"${mono}>${row.join("  ")}</text>`,
  );
  y = top + 65;
  const facts = block(
    lines.map(([name, value]) => `${name}: ${value}`),
    5,
    4,
  );
  y = Math.max(top + 110, y + 5);
  const what = block(advice, 5, 3.6);
  if (y > BOTTOM) throw new KeysteadError("INVALID_ARGUMENT", "texts must fit on one page: their advice is too long");
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 210 297" font-family="sans-serif">',
    '<rect width="210" height="297" fill="#fff"/>',
    ...head,
    ...key,
    qrCode(groups.join("-"), 125, top - 15, 65),
    ...facts,
    ...what,
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
  return `<path transform="translate(${x} ${y.toFixed(1)}) scale(${unit.toFixed(4)})" d="${path}" fill="#000"/>`;
}

/** Text of an XML document. Characters that XML forbids, however written, are replaced. */
function escapeXml(text: string): string {
  return text
    .replace(/[\p{Surrogate}\p{Cc}\ufffe\uffff]/gu, "\ufffd")
    .replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

const MAX_TEXT = 80;

/** A text in one line of the sheet. */
function checkText(text: unknown, name: string): string {
  if (typeof text !== "string" || plainText(text) === "" || [...text].length > MAX_TEXT || /\p{Cc}/u.test(text)) {
    throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a line of text, 1 to ${MAX_TEXT} characters`);
  }
  return plainText(text);
}

function checkZone(timeZone: unknown): asserts timeZone is string {
  if (typeof timeZone !== "string" || !works(() => new Intl.DateTimeFormat("en", { timeZone })))
    throw new KeysteadError("INVALID_ARGUMENT", "timeZone must be the name of a time zone, such as Europe/Berlin");
}

function checkDate(date: unknown, name: string): Date {
  if (!isDate(date) || Number.isNaN(date.getTime()))
    throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a Date`);
  return date;
}
