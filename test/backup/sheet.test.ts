import decodeQR from "qr/decode.js";
import { describe, expect, it } from "vitest";
import { englishSheet, type RecoverySheetFacts, recoverySheet } from "../../src/recovery-sheet.js";
import { expectError, thrownBy } from "../support/refusal.js";

const KEY = "J9H8-ST3E-BC3Q-NYCN-SYYH-P0B2-MG0A-18HH-A3WM";
const FACTS = { key: KEY, account: "alice@example.org", service: "Example Mail", made: new Date(Date.UTC(2026, 4, 7)) };

const sheetOf = (facts: RecoverySheetFacts) => recoverySheet(facts, englishSheet);

const PATH = /(<path[^>]* d=")([^"]+)"/;

/** The QR code of a sheet as an image that a reader takes: four pixels for each module, with a washed-out stain. */
function imageOf(svg: string, stained = (_x: number, _y: number) => false) {
  const path = PATH.exec(svg)?.[2] ?? "";
  expect(path).toMatch(/^(M\d+ \d+h1v1h-1z)+$/);
  const dark = [...path.matchAll(/M(\d+) (\d+)/g)]
    .map(([, x, y]) => [Number(x), Number(y)] as const)
    .filter(([x, y]) => !stained(x, y));
  const size = 4 * (Math.max(...dark.map(([x]) => x)) + 5);
  const data = new Uint8Array(4 * size * size).fill(255);
  for (const [x, y] of dark) {
    for (let dy = 0; dy < 4; dy++) {
      for (let dx = 0; dx < 4; dx++)
        data.fill(0, 4 * ((4 * y + dy) * size + 4 * x + dx), 4 * ((4 * y + dy) * size + 4 * x + dx) + 3);
    }
  }
  return { width: size, height: size, data };
}

describe("recoverySheet", () => {
  it("prints the key in its groups, what it opens, and what to do with it (section 9)", () => {
    const { text } = sheetOf(FACTS);
    expect(text).toMatchInlineSnapshot(`
      "Example Mail: backup key
      ========================

          J9H8   ST3E   BC3Q
          NYCN   SYYH   P0B2
          MG0A   18HH   A3WM

      Account:  alice@example.org
      Made on:  2026-05-07 (UTC)
      Opens:    everything
      Named:    J9H8

      Anybody who has this key can read this account's data.
      Keep it as you keep your passport, and not with your devices.
      To get back in on a new device: sign in, choose “Use a backup key”,
      and type or scan it. Capital or small letters, spaces and dashes do
      not matter; type ? for a character that you cannot read.
      If it is lost or was seen by others, remove it in the list of devices
      and make another.
      "
    `);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(72);
  });

  it("says from which date a key opens data, if it does not open everything", () => {
    const { text, svg } = sheetOf({ ...FACTS, since: new Date(Date.UTC(2026, 0, 22)) });
    expect(text).toContain("\nOpens:    data from 2026-01-22 (UTC) on\n");
    expect(svg).toContain(">Opens: data from 2026-01-22 (UTC) on</text>");
  });

  it("names the time zone of its days: made late in the evening, it is of another day elsewhere", () => {
    const made = new Date(Date.UTC(2026, 4, 7, 23, 30));
    expect(sheetOf({ ...FACTS, made }).text).toContain("2026-05-07 (UTC)");
    expect(sheetOf({ ...FACTS, made, timeZone: "Europe/Berlin" }).text).toContain("2026-05-08 (Europe/Berlin)");
    expect(sheetOf({ ...FACTS, made, timeZone: "America/New_York" }).svg).toContain("2026-05-07 (America/New_York)");
  });

  it("has no format characters, which could turn a line around, but the joiners of scripts", () => {
    const { text, svg } = sheetOf({ ...FACTS, account: "\u202emoc.elpmaxe@\u2066ecila می\u200cخواهم" });
    for (const form of [text, svg])
      expect(form).toContain(": moc.elpmaxe@ecila می\u200cخواهم".slice(form === text ? 2 : 0));
  });

  it("says that advice is too long for a page", () => {
    const advice = Array.from({ length: 40 }, () => "Keep it.");
    const error = expectError(() => recoverySheet(FACTS, { ...englishSheet, advice }), "INVALID_ARGUMENT", undefined);
    expect(error.message).toContain("one page");
  });

  it("draws the same on a page of A4, with smaller type for long texts (section 9)", () => {
    const { svg } = sheetOf({ ...FACTS, account: `${"a".repeat(63)}@example.org` });
    expect(svg.replace(PATH, '$1…"')).toMatchInlineSnapshot(`
      "<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 210 297" font-family="sans-serif">
      <rect width="210" height="297" fill="#fff"/>
      <text x="20" y="30.0" font-size="8.00" font-weight="bold">Example Mail: backup key</text>
      <text x="20" y="55.0" font-size="9" font-family="monospace" font-weight="bold" letter-spacing="1.2" xml:space="preserve">J9H8  ST3E  BC3Q</text>
      <text x="20" y="69.0" font-size="9" font-family="monospace" font-weight="bold" letter-spacing="1.2" xml:space="preserve">NYCN  SYYH  P0B2</text>
      <text x="20" y="83.0" font-size="9" font-family="monospace" font-weight="bold" letter-spacing="1.2" xml:space="preserve">MG0A  18HH  A3WM</text>
      <path transform="translate(125 40.0) scale(1.5854)" d="…" fill="#000"/>
      <text x="20" y="120.0" font-size="4.00">Account: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</text>
      <text x="20" y="126.4" font-size="4.00">aaaaaa@example.org</text>
      <text x="20" y="132.8" font-size="4.00">Made on: 2026-05-07 (UTC)</text>
      <text x="20" y="139.2" font-size="4.00">Opens: everything</text>
      <text x="20" y="145.6" font-size="4.00">Named: J9H8</text>
      <text x="20" y="165.0" font-size="3.97">Anybody who has this key can read this account&#39;s data.</text>
      <text x="20" y="171.4" font-size="3.97">Keep it as you keep your passport, and not with your devices.</text>
      <text x="20" y="177.7" font-size="3.97">To get back in on a new device: sign in, choose “Use a backup key”,</text>
      <text x="20" y="184.1" font-size="3.97">and type or scan it. Capital or small letters, spaces and dashes do</text>
      <text x="20" y="190.4" font-size="3.97">not matter; type ? for a character that you cannot read.</text>
      <text x="20" y="196.8" font-size="3.97">If it is lost or was seen by others, remove it in the list of devices</text>
      <text x="20" y="203.1" font-size="3.97">and make another.</text>
      </svg>
      "
    `);
  });

  it("carries a QR code that reads back as the key, and still does with a stain on it", () => {
    const { svg } = sheetOf(FACTS);
    expect(decodeQR(imageOf(svg))).toBe(KEY);
    expect(decodeQR(imageOf(svg, (x, y) => x >= 18 && x < 30 && y >= 14 && y < 26))).toBe(KEY);
  });

  it("escapes names in the page's markup", () => {
    const { svg } = sheetOf({ ...FACTS, service: `<script>alert("1")</script>&'` });
    expect(svg).not.toContain("<script");
    expect(svg).toContain("&#60;script&#62;");
  });

  it("refuses a key that is not whole (BAK-1), and never repeats it", () => {
    const error = thrownBy(() => sheetOf({ ...FACTS, key: KEY.slice(0, 40) }));
    expect(error).toMatchObject({ code: "BACKUP_KEY_INVALID", rule: "BAK-1" });
    expect(`${(error as Error).message}${JSON.stringify(error)}`).not.toContain("ST3E");
  });

  it("accepts names of 80 characters in any script", () => {
    const [account, service] = ["x".repeat(80), "🗝".repeat(80)];
    const { text } = sheetOf({ ...FACTS, account, service });
    expect(text).toContain(`${service}: backup key\n${"=".repeat(92)}\n`);
    expect(text).toContain(`Account:  ${account}\n`);
  });

  it.each([
    ["account", { account: "" }],
    ["account", { account: " " }],
    ["account", { account: 7 }],
    ["account", { account: "a\nb" }],
    ["service", { service: "x".repeat(81) }],
    ["made", { made: new Date(Number.NaN) }],
    ["since", { since: "2026" }],
    ["account", { account: "\u200b" }],
    ["timeZone", { timeZone: "Mars/Olympus" }],
    ["timeZone", { timeZone: 7 }],
  ])("refuses a wrong %s, and names it", (field, wrong) => {
    const { message } = expectError(() => sheetOf({ ...FACTS, ...wrong } as never), "INVALID_ARGUMENT", undefined);
    expect(message).toMatch(new RegExp(`^${field} must be `));
  });
});
