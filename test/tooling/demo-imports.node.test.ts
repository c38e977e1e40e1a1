// The pages of the demo stand on `keystead/client`, as the pages of an app do. What they take from the package as values is listed here:
// one more name is either awkward in the demo, and then to be mended in the client, or a reason is given beside it.

import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const PAGES = "demo/web/";

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // Sessions, and what they are opened with.
  "keystead/client": ["deleteIndexedDb", "fetchTransport", "indexedDbStore", "openSession", "webCryptoSealer"],
  "keystead/escrow-client": ["openEscrowSession"],
  "keystead/blobs": ["fetchBlobs"],
  // What is printed, and words.
  "keystead/recovery-sheet": ["englishSheet", "recoverySheet"],
  "keystead/english": ["english"],
  // Errors and words; and, with formatFingerprint, the digits of a log that is at hand: that of escrow.
  keystead: ["KeysteadError", "fingerprintOf", "textOf"],
  "keystead/contacts": ["formatFingerprint"],
  // The file that holds evidence, and words. And what to remove next after a removal: in the client, every app would download it.
  "keystead/audit": ["encodeEvidence", "explainCorrections", "suggestRemovals"],
  // The report's rows: their sums, and their lines in a file.
  "keystead/escrow": ["ReportTotals", "reportCsvHeader", "reportCsvLine"],
};

/** What files import, or export again, from the entries of the package: by entry, without types. */
function valuesTaken(texts: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const taken = new Map<string, Set<string>>();
  for (const text of texts) {
    for (const [, isType, what = "", entry = ""] of text.matchAll(
      /^(?:import|export)\s+(type\s)?([^;"]*?)\s*(?:from\s*)?"(keystead(?:\/[\w-]+)?)"/gm,
    )) {
      if (isType) continue;
      const names = /^\{([^}]*)\}$/.exec(what)?.[1]?.split(",") ?? [what || "everything"];
      for (const name of names.map((each) => each.trim())) {
        if (name !== "" && !name.startsWith("type "))
          taken.set(entry, (taken.get(entry) ?? new Set()).add(name.replace(/ as .*/, "")));
      }
    }
    for (const [, entry = ""] of text.matchAll(/\bimport\(\s*"(keystead(?:\/[\w-]+)?)"/g))
      taken.set(entry, (taken.get(entry) ?? new Set()).add("everything"));
  }
  return Object.fromEntries([...taken].map(([entry, names]) => [entry, [...names].sort()]));
}

it("the demo's pages take from the package, as values, what is listed and nothing else", () => {
  const files = readdirSync(PAGES, { recursive: true }).map(String);
  const texts = files.filter((name) => /\.tsx?$/.test(name)).map((name) => readFileSync(PAGES + name, "utf8"));
  expect(valuesTaken(texts)).toEqual(ALLOWED);
});

it("finds values in every form of import", () => {
  const text = `import { type Ask, openSession as open } from "keystead/client";
import type { Session } from "keystead/client";
import {
  type Keyring,
  openContent,
} from "keystead";
import * as audit from "keystead/audit";
import "keystead/words";
export { english } from "keystead/english";
const later = await import("keystead/escrow");
import { day } from "./keystead";`;
  expect(valuesTaken([text])).toEqual({
    "keystead/client": ["openSession"],
    keystead: ["openContent"],
    "keystead/audit": ["*"],
    "keystead/words": ["everything"],
    "keystead/english": ["english"],
    "keystead/escrow": ["everything"],
  });
});
