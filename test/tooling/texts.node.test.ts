// Sentences for people stand in the catalogues alone (docs/spec.md section 8).

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { errorMakers, proseIn, textsIn } from "../support/prose.js";

const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const read = (file: string) => readFileSync(`src/${file}`, "utf8");

/** Where the facts come from that people read. Elsewhere nothing is made for people; pieces of error messages may stand there. */
const TOLD =
  /^(agenda|coverage|escrow|fingerprint|trust|views)[/]|^(backup[/](corrections|sheet)|log[/]check-evidence)/;

/** How many pieces of error messages stand outside of the call that makes the error, in tables of what is wrong. */
const PIECES: Readonly<Record<string, number>> = {
  "agenda/admin.ts": 1,
  "escrow/may-act.ts": 4,
  "trust/compared.ts": 6,
  "trust/pointer.ts": 3,
};

describe("the sources", () => {
  it("hold sentences for people in the catalogues alone: elsewhere only errors speak, to developers", () => {
    const makers = errorMakers(files.map(read));
    const prose = (file: string) => proseIn(read(file), makers).length;
    const holding = files.filter((file) => TOLD.test(file) && prose(file) > (PIECES[file] ?? 0));
    expect(holding.sort()).toEqual(["backup/sheet-english.ts", "views/english-session.ts", "views/english.ts"]);
    expect(Object.keys(PIECES).map((file) => [file, prose(file)])).toEqual(Object.entries(PIECES));
  });

  it("would be found out", () => {
    expect(proseIn('const a = { text: "Nobody holds this any more" };')).toEqual(["Nobody holds this any more"]);
    expect(proseIn(`const a = \`\${who} holds this any more\`;`)).toEqual([" x  holds this any more"]);
    expect(proseIn('f(new KeysteadError("X", "this was no member at all"));')).toEqual([]);
    const made = 'function bad(): KeysteadError { return no; } const e = bad("this was no member at all");';
    expect(proseIn(made, errorMakers([made]))).toEqual([]);
    expect(proseIn(made)).toHaveLength(1);
  });

  it("say no word of developers to people: encryption keys, changes, histories, devices and backup keys instead", () => {
    const catalogues = ["src/views/english.ts", "src/views/english-session.ts", "src/backup/sheet-english.ts"];
    for (const file of [...catalogues, "demo/web/texts.ts"]) {
      const texts = textsIn(readFileSync(file, "utf8"));
      expect(texts.length, file).toBeGreaterThan(5);
      expect(texts.filter((text) => OF_DEVELOPERS.test(text))).toEqual([]);
    }
    const source =
      'const a = { "other-log": `the $' + '{b} log`, c: d === "member", code: "wrong-grant", e: f("epochs") };';
    expect(textsIn(source)).toEqual(["the ", " log", "epochs"]);
    expect(
      ["two epochs", "link 7", "regranted", "catalogue", "linked"].filter((text) => OF_DEVELOPERS.test(text)),
    ).toEqual(["two epochs", "link 7", "regranted"]);
  });

  it("import the English catalogue nowhere but in the entries: an app with its own does not ship it", () => {
    expect(files.filter((file) => /"(.*[/])?(views[/]|[.][/]|sheet-)english[.]js"/.test(read(file))).sort()).toEqual([
      "english.ts",
      "recovery-sheet.ts",
    ]);
  });

  it("name what by code and why by because: `reason` is only what an admin writes into a record", () => {
    const report = readFileSync("docs/api-report.md", "utf8");
    expect(report.match(/readonly (text|advice|effect|because): string/g)).toEqual(TEXTS_OF_BYTES);
    const reasons = new Set(report.match(/(?<=readonly reason\??: ).*(?=;)/g));
    // `unknown` is the reason of an AbortSignal.
    expect([...reasons].sort()).toEqual(["string", "string | undefined", "unknown"]);
  });
});

/** What the code calls things, and people who use an app do not. */
const OF_DEVELOPERS = /\b(?:epochs?|links?|logs?|members?|(?:re)?grant(?:s|ed|ing)?|keyrings?)\b/i;

/** A parsed fingerprint's text (three forms), and the text of a recovery sheet and of a backup key that is shown. */
const TEXTS_OF_BYTES: readonly string[] = Array.from({ length: 5 }, () => "readonly text: string");
