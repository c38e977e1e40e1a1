// Comparing fingerprints with a log. docs/spec.md section 10.

import { wordlist } from "@scure/bip39/wordlists/english.js";
import { describe, expect, it } from "vitest";
import { compareFingerprint } from "../../src/fingerprint/compare.js";
import { fingerprintOf } from "../../src/fingerprint/fingerprint.js";
import type { ParsedFingerprint } from "../../src/fingerprint/parse.js";
import type { LogState } from "../../src/log/state.js";
import { thrownBy } from "../support/thrown.js";
import { openWorld, type World } from "../support/world.js";
import { ALL_FORMS, type AnyForm, compareAny, JUNK, readAny, swap, written } from "./support.js";

const first = openWorld("compare");
const second = first.join("Phone");
const third = second.rotate("Laptop");
// Another third link: what a server shows that forks the log.
const forked = second.rename("Laptop", "Old laptop");
const fork4 = forked.rotate("Laptop");
const other = openWorld("compare, another log").join("Phone");

/** What a comparison with the whole log finds. */
const statusOf = (log: LogState, given: string | ParsedFingerprint) => compareAny(log, given).status;

const text = ({ log }: World, form: AnyForm) => written(log, form);

describe.each(ALL_FORMS)("a fingerprint as %s", (form) => {
  it("matches the same head, as text and parsed", () => {
    expect(statusOf(third.log, text(third, form))).toBe("match");
    expect(statusOf(third.log, readAny(text(third, form).toLowerCase()))).toBe("match");
  });

  it("is older if it is of an ancestor", () => {
    expect(statusOf(third.log, text(first, form))).toBe("older");
    expect(statusOf(third.log, text(second, form))).toBe("older");
  });

  it("is newer or unknown if it is of a later head", () => {
    expect(statusOf(first.log, text(third, form))).toBe("not-recognised");
    expect(statusOf(second.log, text(third, form))).toBe("not-recognised");
  });

  it("never matches a fork or another log", () => {
    expect(statusOf(third.log, text(forked, form))).toBe(form === "qr" ? "mismatch" : "not-recognised");
    expect(statusOf(fork4.log, text(third, form))).toBe(form === "qr" ? "mismatch" : "not-recognised");
    expect(statusOf(third.log, text(fork4, form))).toBe("not-recognised");
    expect(statusOf(third.log, text(other, form))).toBe(form === "qr" ? "other-log" : "not-recognised");
  });

  it("matches with no symbol changed, wherever it is", () => {
    const whole = text(third, form);
    const symbols = form === "words" ? whole.split(" ") : [...whole];
    const choices: readonly string[] = {
      digits: [..."0123456789"],
      hex: [..."0123456789abcdef"],
      words: wordlist.filter((_, i) => i % 100 === 7),
      qr: [..."0123456789ABCDEFGKY:- "],
    }[form];
    let changes = 0;
    for (const [index, symbol] of symbols.entries()) {
      if (symbol === " ") continue;
      for (const changed of choices) {
        if (changed === symbol) continue;
        changes++;
        expect(verdict(third.log, swap(symbols, index, changed).join(form === "words" ? " " : ""))).not.toBe("match");
      }
    }
    expect(changes).toBeGreaterThan(300);
  });
});

function verdict(log: LogState, typed: string): string {
  try {
    return statusOf(log, typed);
  } catch (error) {
    return thrownBy(() => {
      throw error;
    }).code;
  }
}

describe("a QR payload", () => {
  it("matches only where fingerprint, log and position fit together", () => {
    const payload = (log: string, seq: number, hex: string) => `KEYSTEAD-FP:1:${log}:${seq}:${hex}`;
    const { log, hex } = { log: third.log.head.log, hex: fingerprintOf(third.log).hex };
    expect(statusOf(third.log, payload(log, 3, hex))).toBe("match");
    expect(statusOf(third.log, payload(log, 2, hex))).toBe("mismatch");
    expect(statusOf(third.log, payload(log, 4, hex))).toBe("not-recognised");
    expect(statusOf(third.log, payload(log, Number.MAX_SAFE_INTEGER, hex))).toBe("not-recognised");
    expect(statusOf(third.log, payload(other.log.head.log, 3, hex))).toBe("other-log");
  });
});

describe("compareFingerprint", () => {
  it("gives a token of the whole log where it matches, and none elsewhere", () => {
    const found = compareFingerprint(third.log, text(third, "digits"));
    expect(found).toMatchObject({ status: "match", token: { head: third.log.head } });
    expect(Object.isFrozen(found.token)).toBe(true);
    for (const each of [first, forked, other]) {
      expect(compareFingerprint(third.log, text(each, "qr")).token).toBeUndefined();
    }
  });

  it("reads what it is given anew, so that a parsed fingerprint made by hand gains nothing", () => {
    const forged = { form: "digits", text: "12345" } as ParsedFingerprint;
    expect(thrownBy(() => compareFingerprint(third.log, forged)).code).toBe("FINGERPRINT_INVALID");
    for (const bits of [undefined, "", "0".repeat(52), "0".repeat(54), "G".repeat(53), 0]) {
      const words = { form: "words", text: text(third, "words"), bits } as ParsedFingerprint;
      expect(thrownBy(() => compareFingerprint(third.log, words)).code).toBe("INVALID_ARGUMENT");
    }
  });

  it("says that keystead/words reads a text in words", () => {
    const { code, message } = thrownBy(() => compareFingerprint(third.log, text(third, "words")));
    expect(code).toBe("FINGERPRINT_INVALID");
    expect(message).toContain("parseFingerprintWords of keystead/words");
  });

  it("refuses what is no log and no fingerprint", () => {
    for (const junk of JUNK) {
      expect(thrownBy(() => compareFingerprint(junk as LogState, text(third, "hex"))).code).toBe("INVALID_ARGUMENT");
      const { code } = thrownBy(() => compareFingerprint(third.log, junk as string));
      expect(code).toBe(junk === "" ? "FINGERPRINT_INVALID" : "INVALID_ARGUMENT");
    }
  });
});
