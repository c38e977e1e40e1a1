// Reading fingerprints: any form in any spacing, never only a part. docs/spec.md section 10.

import { wordlist } from "@scure/bip39/wordlists/english.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFingerprint } from "../../src/fingerprint/parse.js";
import { parseFingerprintWords } from "../../src/fingerprint/words.js";
import type { Head } from "../../src/log/state.js";
import { thrownBy } from "../support/thrown.js";
import { ALL_FORMS, type AnyForm, heads, JUNK, readAny, swap, written as write } from "./support.js";

const forms = fc.constantFrom(...ALL_FORMS);
const separator = fc.constantFrom(
  " ",
  "  ",
  "\n",
  "\r\n",
  "\t",
  "-",
  " – ",
  ". ",
  ",",
  "\u00a0",
  "\u200b",
  "\n> ",
  " | ",
  "\ufeff",
);
const blank = fc.constantFrom(" ", "\n", "\t", "\u00a0", "\u200b");

/** The text with other spacing at all places that the form allows, and with letters in any case. */
function noisy(text: string, form: AnyForm): fc.Arbitrary<string> {
  const pieces = form === "words" ? text.split(" ") : [...text.replaceAll(" ", "")];
  const between = form === "qr" ? blank : separator;
  // Words need a separator between them; digits do not.
  const gap = form === "words" ? between : fc.oneof({ weight: 3, arbitrary: fc.constant("") }, between);
  return fc
    .tuple(
      fc.array(gap, { minLength: pieces.length + 1, maxLength: pieces.length + 1 }),
      fc.infiniteStream(fc.boolean()),
    )
    .map(([gaps, upper]) => {
      const letters = [...(pieces.map((piece, i) => gaps[i] + piece).join("") + gaps.at(-1))];
      return letters.map((c) => (upper.next().value ? c.toUpperCase() : c.toLowerCase())).join("");
    });
}

/** A part of a fingerprint is refused. The end of a QR payload may be 64 hexadecimal digits, which are another form. */
function expectNoPart(part: string): void {
  if (/^:?[0-9A-F]{64}$/.test(part)) expect(parseFingerprint(part).form).toBe("hex");
  else expect(thrownBy(() => parseFingerprint(part)).code).toBe("FINGERPRINT_INVALID");
}

describe("parseFingerprint", () => {
  it("reads the output of formatFingerprint, and gives it back", () => {
    fc.assert(
      fc.property(heads, forms, (head, form) => {
        const text = write(head, form);
        const { log, seq } = head;
        expect(readAny(text)).toEqual({
          ...{ form, text, ...(form === "qr" && { log, seq }) },
          ...(form === "words" && { bits: expect.stringMatching(/^[01][0-9a-f]{52}$/) }),
        });
      }),
    );
  });

  it("reads every form in any spacing and case", () => {
    const given = fc
      .tuple(heads, forms)
      .chain(([head, form]) =>
        fc.tuple(fc.constant(write(head, form)), fc.constant(form), noisy(write(head, form), form)),
      );
    fc.assert(
      fc.property(given, ([text, form, noise]) => {
        expect(readAny(noise)).toMatchObject({ form, text });
      }),
    );
  });

  it("never accepts a part of one", () => {
    fc.assert(
      fc.property(heads, forms, fc.nat(), (head, form, place) => {
        // By whole words: "scare" without its first letter is another word of the list.
        const [symbols, glue] = form === "words" ? [write(head, form).split(" "), " "] : [[...write(head, form)], ""];
        const cut = place % symbols.length;
        for (const some of [symbols.slice(0, cut), symbols.slice(cut + 1)]) expectNoPart(some.join(glue));
      }),
    );
  });

  it("never accepts one with added characters", () => {
    fc.assert(
      fc.property(heads, forms, fc.constantFrom("0", "f", "12345", "zoo", "abandon", "é"), (head, form, more) => {
        // By whole words: "actor" with an "f" before it is another word of the list.
        for (const glue of form === "words" ? [" "] : ["", " "]) {
          expect(thrownBy(() => readAny(write(head, form) + glue + more)).code).toBe("FINGERPRINT_INVALID");
          expect(thrownBy(() => readAny(more + glue + write(head, form))).code).toBe("FINGERPRINT_INVALID");
        }
      }),
    );
  });

  it("reads the link hash that ends a QR payload as any 64 hexadecimal digits, and names no log", () => {
    const head = { log: "0a".repeat(32), seq: 12, hash: "0f".repeat(32) } as Head;
    const payload = write(head, "qr");
    for (const length of [64, 65]) expect(parseFingerprint(payload.slice(-length))).not.toHaveProperty("log");
    for (const length of [63, 66]) expectNoPart(payload.slice(-length));
  });

  it("says how many it found and how many a whole one has", () => {
    const found = (text: string) => thrownBy(() => readAny(text)).details;
    expect(found("12345 ".repeat(11))).toEqual({ what: "digits", found: 55, expected: 60 });
    expect(found("1".repeat(61))).toEqual({ what: "digits", found: 61, expected: 60 });
    expect(found(`${"beef ".repeat(12)}1234`)).toEqual({ what: "hexadecimal digits", found: 52, expected: 64 });
    expect(found(`1234${"beef".repeat(14)}`)).toEqual({ what: "hexadecimal digits", found: 60, expected: 64 });
    expect(found("---")).toEqual({ found: 0 });
    expect(found("1".repeat(4097))).toEqual({ characters: 4097 });
    expect(found("1".repeat(4096))).toEqual({ what: "digits", found: 4096, expected: 60 });
    expect(found("KEYSTEAD-FP:1: 00")).toEqual({ form: "qr", characters: 16 });
    expect(found("a".repeat(60))).toEqual({ what: "hexadecimal digits", found: 60, expected: 64 });
    expect(found("zoo ".repeat(12))).toEqual({ what: "words", found: 12, expected: 19 });
    expect(found("zoo ".repeat(24))).toEqual({ what: "words", found: 24, expected: 19 });
    expect(thrownBy(() => parseFingerprint("1".repeat(59))).message).toContain(
      "59 digits were found, a whole one has 60",
    );
  });

  it("distinguishes decimal and hexadecimal digits by their number alone", () => {
    expect(parseFingerprint("1".repeat(64)).form).toBe("hex");
    expect(parseFingerprint("1".repeat(60)).form).toBe("digits");
  });

  it("reads a text of listed words as words, even if their letters are also hexadecimal digits", () => {
    // 64 letters from a to f in 19 words.
    const words = [...Array(13).fill("add"), ...Array(5).fill("face"), "feed"].join(" ");
    expect(words.split(" ").every((word) => wordlist.includes(word))).toBe(true);
    expect(readAny(words).form).toBe("words");
  });

  it("says that keystead/words reads what looks like words, in the list or not", () => {
    const words = "zoo ".repeat(19).trim().split(" ");
    const hexWords = wordlist.filter((word) => /^[a-f]+$/.test(word));
    expect(hexWords.length).toBeGreaterThan(0);
    const texts = [words.join(" "), swap(words, 4, "zoom").join(" "), "zoo zoo", `${words.join(" ")} 1`, ...hexWords];
    for (const text of texts) {
      const { message, details } = thrownBy(() => parseFingerprint(text));
      expect(message).toContain("parseFingerprintWords of keystead/words");
      expect(details).toEqual({ form: "words", found: text.split(" ").length });
    }
    for (const text of ["zoo", "q q q", "12x 34 5y", "ab cd ef", "beed ".repeat(15)]) {
      expect(thrownBy(() => parseFingerprint(text)).details["form"]).toBeUndefined();
    }
    expect(parseFingerprint("beed ".repeat(16)).form).toBe("hex");
  });

  it("names unknown words and stray characters by their position", () => {
    const unknown = (text: string) => thrownBy(() => readAny(text)).details["unknown"];
    const words = "zoo ".repeat(19).trim().split(" ");
    expect(unknown(swap(swap(words, 4, "zoom"), 9, "bed").join(" "))).toEqual([{ position: 5 }, { position: 10 }]);
    // Four letters identify a word of this list, but a shortened word is not the word.
    expect(unknown(swap(words, 0, "aban").join(" "))).toEqual([{ position: 1 }]);
    expect(unknown("12345 6789O 12345")).toEqual([{ position: 2 }]);
    expect(unknown("١٢٣٤٥ 12345")).toEqual([{ position: 1 }]);
    expect(thrownBy(() => parseFingerprint("12x 34 5y")).message).toContain("number 1, 3 neither digits");
    expect(thrownBy(() => parseFingerprintWords("zoo zoom")).message).toContain("number 2 not in the list");
    expect(unknown("q ".repeat(30))).toHaveLength(19);
    expect(unknown("1 KEYSTEAD-FP")).toEqual([{ position: 2 }, { position: 3 }]);
  });

  it("repeats nothing of a text that is no fingerprint: it can be a secret for another field", () => {
    const secret = "ZHAK-MYWQ-S0ME-D1B5-9AMK-8NVJ-NDPQ-6HT0-QHMZ";
    for (const parse of [parseFingerprint, parseFingerprintWords]) {
      for (const text of [secret, secret.slice(0, 24), secret.replaceAll("-", ""), secret.slice(0, 5)]) {
        const error = thrownBy(() => parse(text));
        expect(error.code).toBe("FINGERPRINT_INVALID");
        const said = JSON.stringify(error).toLowerCase();
        for (const group of ["zhak", "mywq", "s0me", "d1b5"]) expect(said).not.toContain(group);
      }
    }
  });

  it("reads a QR payload strictly", () => {
    const hex = "0f".repeat(32);
    const good = `KEYSTEAD-FP:1:${hex}:12:${hex}`;
    expect(parseFingerprint(good)).toMatchObject({ form: "qr", log: hex, seq: 12, text: good.toUpperCase() });
    const wrong = [
      `KEYSTEAD-FP:2:${hex}:12:${hex}`,
      `KEYSTEAD-FP:1:${hex}:012:${hex}`,
      `KEYSTEAD-FP:1:${hex}:0:${hex}`,
      `KEYSTEAD-FP:1:${hex}:-1:${hex}`,
      `KEYSTEAD-FP:1:${hex}:9007199254740992:${hex}`,
      `KEYSTEAD-FP:1:${hex}::${hex}`,
      `KEYSTEAD-FP:1:${hex}:12:${hex}00`,
      `KEYSTEAD-FP:1:${hex}:12:${hex}:1`,
      `KEYSTEAD-FP:1:${hex.slice(1)}g:12:${hex}`,
      `KEYSTEAD-FP 1 ${hex} 12 ${hex}`,
      `KEYSTEAD-FP ${good}`,
      "KEYSTEAD-FP",
    ];
    for (const text of wrong) expect(thrownBy(() => parseFingerprint(text)).code).toBe("FINGERPRINT_INVALID");
    expect(parseFingerprint(`KEYSTEAD-FP:1:${hex}:9007199254740991:${hex}`)).toMatchObject({
      seq: Number.MAX_SAFE_INTEGER,
    });
  });

  it("refuses anything else with an error of its own", () => {
    for (const junk of JUNK.filter((value) => typeof value !== "string")) {
      expect(thrownBy(() => parseFingerprint(junk)).code).toBe("INVALID_ARGUMENT");
      expect(thrownBy(() => parseFingerprintWords(junk)).code).toBe("INVALID_ARGUMENT");
    }
    for (const text of ["", " \n", "---", "🙂", "1".repeat(60) + " ".repeat(5000)]) {
      expect(thrownBy(() => parseFingerprint(text)).code).toBe("FINGERPRINT_INVALID");
      expect(thrownBy(() => parseFingerprintWords(text)).code).toBe("FINGERPRINT_INVALID");
    }
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(thrownBy(() => parseFingerprint(text)).code).toBe("FINGERPRINT_INVALID");
        expect(thrownBy(() => parseFingerprintWords(text)).code).toBe("FINGERPRINT_INVALID");
      }),
    );
  });
});
