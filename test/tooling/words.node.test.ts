// Documents, comments, errors and tests are in plain technical English: a short list of phrases is refused.

import { readdirSync, readFileSync } from "node:fs";
import { join, normalize, sep } from "node:path";
import { describe, expect, it } from "vitest";

/** What to write instead. An expression finds a phrase across the end of a line, comment marks included. */
const REFUSED: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bwho(?:so)?m?ever\b/i, "anybody who, the caller, the reader"],
  [/\bunless told\b/i, "by default"],
  [/\b(?:is|are|was|were) told\b/i, "options of, gets, learns"],
  [/\bheed/i, "follows, checks"],
  [/\b(?:is|are|was|were) about (?!to\b|a\b|half\b|twice\b|as\b|\d)/i, "concerns, names, describes"],
  [/\b(?:brings?|brought) (?:\w+ ){0,5}about\b/i, "causes"],
  [/\blest\b/i, "so that … not"],
  [/\b(?:whereby|wherein|thereof|therein|herein)\b/i, "by which, in it"],
  [/\bbut for\b/i, "except"],
  [/\bsave for\b/i, "except"],
  [/\bnor (?:is|are|does|do|did|may|can|has|have|was|were|will)\b/i, "and … not, neither"],
  [/(?:^|[.:;,] )(?:Were|Had|Should) (?:it|they|an?|the|he|she|those|somebody|nobody)\b/, "if … were, if … had"],
  [/\bsays? section\b/i, "section N says"],
  [/\bbe it\b/i, "whether"],
  [/\bof whatever\b/i, "of any"],
];

/** To be cleaned: remove a file from this list when nothing is found in it. New files are not added. */
const ALLOWED: readonly string[] = [
  "examples/story/telling.ts",
  "src/agenda/escrow-grants.ts",
  "src/authoring/write-link.ts",
  "src/backup/sheet.ts",
  "src/content/long-work.ts",
  "src/content/random-access.ts",
  "src/coverage/gaps.ts",
  "src/coverage/proven.ts",
  "src/coverage/resilience.ts",
  "src/errors.ts",
  "src/escrow/discover.ts",
  "src/escrow/recover.ts",
  "src/fingerprint/compare.ts",
  "src/fingerprint/contacts.ts",
  "src/fingerprint/fingerprint.ts",
  "src/keys/keyring.ts",
  "src/log/equivocation.ts",
  "src/log/pins.ts",
  "src/log/statement.ts",
  "src/testing/relay.ts",
  "src/trust/doubt.ts",
  "src/trust/soundness.ts",
  "src/views/devices.ts",
  "test/agenda/agenda.test.ts",
  "test/agenda/escrow.test.ts",
  "test/authoring/fresh.test.ts",
  "test/authoring/proposal.test.ts",
  "test/authoring/undelivered.test.ts",
  "test/authoring/verbs.test.ts",
  "test/backup/mds.test.ts",
  "test/backup/sheet.test.ts",
  "test/content/access.test.ts",
  "test/content/header.test.ts",
  "test/content/refusals.test.ts",
  "test/content/settled.test.ts",
  "test/content/signed.test.ts",
  "test/content/standing.test.ts",
  "test/coverage/names.test.ts",
  "test/coverage/properties.test.ts",
  "test/coverage/strays.test.ts",
  "test/coverage/support/world.ts",
  "test/escrow/acts.test.ts",
  "test/escrow/attacks.test.ts",
  "test/escrow/classes.test.ts",
  "test/escrow/discovery.test.ts",
  "test/escrow/dishonest.test.ts",
  "test/escrow/escrow-log.test.ts",
  "test/escrow/organisations.test.ts",
  "test/escrow/pairs.test.ts",
  "test/escrow/recipients.test.ts",
  "test/fingerprint/contact-histories.test.ts",
  "test/fingerprint/contacts.test.ts",
  "test/fingerprint/fingerprint.test.ts",
  "test/fingerprint/hindsight.test.ts",
  "test/fuzz/decoders.ts",
  "test/fuzz/logs.test.ts",
  "test/grants/check.test.ts",
  "test/grants/determinism.test.ts",
  "test/grants/open.test.ts",
  "test/grants/seeds.test.ts",
  "test/grants/standing.test.ts",
  "test/keys/keyring.test.ts",
  "test/keys/redaction.node.test.ts",
  "test/log/approvals.test.ts",
  "test/log/clock.test.ts",
  "test/log/encoding.test.ts",
  "test/log/epochs.test.ts",
  "test/log/false-pointers.test.ts",
  "test/log/given-by-escrow.test.ts",
  "test/log/position.test.ts",
  "test/log/possession.test.ts",
  "test/log/renewals.test.ts",
  "test/log/withheld.test.ts",
  "test/model/compare.ts",
  "test/model/dishonest.test.ts",
  "test/model/dishonest.ts",
  "test/model/histories.test.ts",
  "test/model/knowledge.ts",
  "test/primitives/env.test.ts",
  "test/purity/inspection.node.test.ts",
  "test/purity/story-devices.ts",
  "test/purity/story.test.ts",
  "test/support/links.ts",
  "test/support/raw-link.ts",
  "test/support/world.ts",
  "test/testing/acceptance.test.ts",
  "test/testing/escrow-acceptance.test.ts",
  "test/testing/lies.test.ts",
  "test/vectors/values.test.ts",
  "test/views/devices.test.ts",
  "test/views/report-format.test.ts",
  "test/worlds/canonical.ts",
  "test/worlds/device.ts",
  "test/worlds/explore.ts",
  "test/worlds/honest.ts",
  "test/worlds/knowledge.ts",
  "test/worlds/primitives.ts",
  "test/worlds/raw.ts",
  "test/worlds/rules.ts",
];

interface Found {
  readonly file: string;
  readonly phrases: readonly string[];
}

/** A phrase may go on in the next line, behind the marks of a comment or a list. */
function phrasesIn(text: string): readonly string[] {
  const joined = text.replace(/[ \t]*\n[ \t]*(?:\/\/|\*(?!\*)|#|>)?[ \t]*/g, " ");
  return REFUSED.flatMap(([pattern, instead]) =>
    [...joined.matchAll(new RegExp(pattern, `${pattern.flags}g`))].map(
      ({ 0: phrase, index }) =>
        `“${phrase.trim()}” (${instead}): …${joined.slice(Math.max(0, index - 40), index + phrase.length + 20)}…`,
    ),
  );
}

const filesIn = (folder: string, endings: RegExp, recursive: boolean): string[] =>
  readdirSync(folder, { recursive, encoding: "utf8" })
    .filter((path) => endings.test(path) && !path.includes("node_modules"))
    .map((path) => normalize(join(folder, path)).split(sep).join("/"))
    .sort();

const found = (files: readonly string[]): readonly Found[] =>
  files
    .map((file) => ({ file, phrases: phrasesIn(readFileSync(file, "utf8")) }))
    .filter(({ phrases }) => phrases.length > 0);

describe("plain words", () => {
  it("in every document", () => {
    const folders = [".", "docs", "vectors", "tools/verifier"];
    const documents = folders.flatMap((folder) => filesIn(folder, /\.md$/, false));
    expect(documents).toEqual(expect.arrayContaining(["README.md", "docs/spec.md", "vectors/README.md"]));
    expect(found(documents)).toEqual([]);
  });

  it("in the comments, errors and tests of every file that is not on the list", () => {
    const files = ["src", "test", "examples", "scripts", "bench", "tools"].flatMap((folder) =>
      filesIn(folder, /\.(?:ts|py)$/, true),
    );
    const own = "test/tooling/words.node.test.ts";
    expect(files).toContain(own);
    expect(found(files.filter((file) => file !== own && !ALLOWED.includes(file)))).toEqual([]);
  });

  it.each([
    ["Whoever has the log", "anybody who"],
    ["the check,\n// unless told otherwise", "by default"],
    ["what a caller\n * is told", "options of"],
    ["the link is about another log", "concerns"],
    ["a move that brings the loss of a key about", "causes"],
    ["It opens nothing. Were it open", "if"],
    ["all but for the last", "except"],
  ])("refuses “%s”", (text, instead) => {
    expect(phrasesIn(text)).toEqual([expect.stringContaining(instead)]);
  });

  it.each(["the admin is about to open data", "about 4,000 lines", "one was about half", "Had Ann left"])(
    "allows “%s”",
    (text) => {
      expect(phrasesIn(text)).toEqual([]);
    },
  );
});
