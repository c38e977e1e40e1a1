// The recovery sheet as a browser draws it: every text is on the page, and another QR decoder reads the key from the picture.

import jsQR from "jsqr";
import { afterEach, describe, expect, it } from "vitest";
import { englishSheet, type RecoverySheetFacts, recoverySheet } from "../../src/recovery-sheet.js";

const KEY = "J9H8-ST3E-BC3Q-NYCN-SYYH-P0B2-MG0A-18HH-A3WM";
const FACTS = { key: KEY, account: "alice@example.org", service: "Example Mail", made: new Date(Date.UTC(2026, 4, 7)) };
/** The printable part of an A4 page, in millimetres. */
const [RIGHT, BOTTOM] = [195, 287];

afterEach(() => document.body.replaceChildren());

function drawn(facts: Partial<RecoverySheetFacts>): SVGSVGElement {
  const { svg } = recoverySheet({ ...FACTS, ...facts }, englishSheet);
  // As XML: one character that XML forbids, and a browser shows an error in place of the page.
  const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
  expect(parsed.querySelector("parsererror")?.textContent).toBeUndefined();
  document.body.append(document.importNode(parsed.documentElement, true));
  return document.body.lastElementChild as unknown as SVGSVGElement;
}

const long = (text: string): string => [...text.repeat(80)].slice(0, 80).join("");

describe.each<[string, string]>([
  ["Latin", "Wilhelmina.Mecklenburg@example.org "],
  ["Latin without a space", "W"],
  ["Japanese", "山田太郎のメール"],
  ["Arabic", "حساب البريد الإلكتروني "],
  ["one character that is drawn as a sentence", "\ufdfd"],
  ["Devanagari", "क्षेत्रीय स्वास्थ्य "],
  ["Malayalam", "ഔ"],
  ["combining marks", "a\u0301\u0323\u0308"],
  ["emoji", "👩🏽\u200d💻🏳️\u200d🌈"],
])("names of 80 characters: %s", (_what, text) => {
  it("stay on the page, and nothing lies over anything else", () => {
    const page = drawn({ account: long(text), service: long(text) });
    const texts = [...page.querySelectorAll("text")];
    expect(texts.length).toBeGreaterThan(14);
    const boxes = [...page.querySelectorAll<SVGGraphicsElement>("text, path")].map((each) => {
      const { x, y, width, height } = each.getBBox();
      const matrix = each.getCTM();
      const own = page
        .getScreenCTM()
        ?.inverse()
        .multiply(each.getScreenCTM() ?? new DOMMatrix());
      expect(matrix).not.toBeNull();
      const [left, top] = [x * (own?.a ?? 1) + (own?.e ?? 0), y * (own?.d ?? 1) + (own?.f ?? 0)];
      return {
        left,
        top,
        right: left + width * (own?.a ?? 1),
        bottom: top + height * (own?.d ?? 1),
        of: each.textContent,
      };
    });
    for (const { left, right, bottom, of } of boxes) {
      expect(left, of ?? "").toBeGreaterThanOrEqual(15);
      expect(right, of ?? "").toBeLessThanOrEqual(RIGHT);
      expect(bottom, of ?? "").toBeLessThanOrEqual(BOTTOM);
    }
    const byTop = [...boxes].sort((a, b) => a.top - b.top);
    for (const [index, box] of byTop.entries()) {
      // A fifth of a line for fonts whose boxes are higher than their letters.
      const over = byTop.slice(index + 1).filter((other) => {
        const overlaps = other.left < box.right && box.left < other.right;
        return overlaps && other.top < box.bottom - 0.35 * (box.bottom - box.top);
      });
      expect(
        over.map(({ of }) => of),
        box.of ?? "",
      ).toEqual([]);
    }
    expect(
      texts
        .map(({ textContent }) => textContent)
        .join("")
        .replaceAll(" ", ""),
    ).toContain(long(text).trim().replaceAll(" ", ""));
  });
});

it("is drawn with characters that XML forbids: they are replaced", () => {
  const page = drawn({ account: "a\ufffe\uffffb\ud800c", service: "\udfff mail" });
  expect(page.textContent).toContain("a\ufffd\ufffdb\ufffdc");
});

it("carries the key as a QR code that another decoder reads from the picture", async () => {
  const { svg } = recoverySheet(FACTS, englishSheet);
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [840, 1188];
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
  expect(jsQR(data, width, height)?.data).toBe(KEY);
});
