import decodeQR from "qr/decode.js";
import { describe, expect, it } from "vitest";
import { recoverySheet } from "../../src/recovery-sheet.js";
import { thrownBy } from "../support/refusal.js";

const KEY = "J9H8-ST3E-BC3Q-NYCN-SYYH-P0B2-MG0A-18HH-A3WM";
const FACTS = { key: KEY, account: "alice@example.org", service: "Example Mail", made: new Date(Date.UTC(2026, 4, 7)) };

/** The QR code of a sheet, as an image that a reader takes: four pixels a module. */
function imageOf(svg: string) {
  const path = /<path[^>]* d="([^"]+)"/.exec(svg)?.[1] ?? "";
  const dark = [...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
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
  it("prints the key in its groups, and what it opens", () => {
    const { text } = recoverySheet({ ...FACTS, since: new Date(Date.UTC(2026, 0, 22)) });
    expect(text).toContain("J9H8   ST3E   BC3Q");
    expect(text).toContain("alice@example.org");
    expect(text).toContain("data from 2026-01-22 on");
    expect(recoverySheet(FACTS).text).toContain("everything");
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(72);
  });

  it("carries a QR code that reads back as the key", () => {
    expect(decodeQR(imageOf(recoverySheet(FACTS).svg))).toBe(KEY);
  });

  it("lets no name break out of the page's markup", () => {
    const { svg } = recoverySheet({ ...FACTS, service: `<script>alert("1")</script>&'` });
    expect(svg).not.toContain("<script");
    expect(svg).toContain("&#60;script&#62;");
  });

  it("refuses a key that is not whole (BAK-1), and never repeats it", () => {
    const error = thrownBy(() => recoverySheet({ ...FACTS, key: KEY.slice(0, 40) }));
    expect(error).toMatchObject({ code: "BACKUP_KEY_INVALID", rule: "BAK-1" });
    expect(`${(error as Error).message}${JSON.stringify(error)}`).not.toContain("ST3E");
  });

  it.each([
    ["account", { account: "" }],
    ["account", { account: "a\nb" }],
    ["service", { service: "x".repeat(81) }],
    ["made", { made: new Date(Number.NaN) }],
    ["since", { since: "2026" }],
  ])("refuses a wrong %s", (_field, wrong) => {
    expect(thrownBy(() => recoverySheet({ ...FACTS, ...wrong } as never))).toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
