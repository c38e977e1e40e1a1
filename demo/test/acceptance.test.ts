// What must be true for users, phrase by phrase, is played in browsers: every phrase of `phrases.ts` is a step of a play in this folder.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { LINES } from "./phrases.js";

/** Phrases that no browser plays yet, and the tests that show them. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  // In an open account each device that joins is given keys by all others: 255 of them take a browser minutes.
  "27: 256 devices": "test/log/encoding.test.ts",
};

const folder = fileURLToPath(new URL(".", import.meta.url));

/** The phrases that plays show. */
function played(): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".test.ts"))
    .flatMap((file) => [...readFileSync(folder + file, "utf8").matchAll(/\bawait shows\(\s*"([^"]+)",/g)])
    .map(([, phrase = ""]) => phrase);
}

it("each phrase of the list is a step of a play", () => {
  const phrases = Object.entries(LINES).flatMap(([line, all]) => all.map((phrase) => `${line}: ${phrase}`));
  expect(Object.keys(LINES)).toEqual(Array.from({ length: 31 }, (_, at) => String(at + 1)));
  expect(phrases.filter((phrase) => !played().includes(phrase))).toEqual(Object.keys(ELSEWHERE));
  for (const test of Object.values(ELSEWHERE)) expect(existsSync(`${folder}../../${test}`)).toBe(true);
});
