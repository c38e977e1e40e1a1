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
  [/(?<!\bneither\b[^.;:]{0,120}), nor\b/i, "and … not, or"],
  [/, (?:and|or) else\b/i, "otherwise"],
  [/\b(?:nothing|nobody|none|no one) but\b/i, "only"],
  [/\bcan be had\b/i, "is available, there is"],
  [/\bof then\b/i, "at that time"],
  [/(?:^|[.:;] )So (?:is|are|do|does|did|was|were|has|have)\b/, "too, also"],
  [/(?:^|[.:;,] )(?:Were|Had|Should) (?:it|they|an?|the|he|she|those|somebody|nobody)\b/, "if … were, if … had"],
  [/\bsays? section\b/i, "section N says"],
  [/\bbe it\b/i, "whether"],
  [/\bof whatever\b/i, "of any"],
  [/\bwhichever\b/i, "any … that, no matter which"],
  [/, be (?:their|its|the|that)\b/i, "whether … is"],
  [/\bof it \d/i, "a sentence of its own, or brackets"],
  [/\bin vain\b/i, "without a result"],
  [/\bgood for nothing\b/i, "has no effect"],
  [/\bin nobody['’]s hands\b/i, "nobody has"],
  [/\bor not without\b/i, "or only by"],
  [/\bnobody minds\b/i, "may be"],
  [/\b(?:to|for|from|than|by) who\b/i, "to somebody who, to a member that"],
  [/, (?:and )?(?:an?|the) [\w’' ]{1,40}\bneither[.;]/, "a sentence with “neither … nor”, or “not even”"],
];

/** "Who asks gets an answer": a clause as the subject. It has a second verb, which titles and indirect questions have not. */
const CLAUSE = "(?:(?!(?:what|that|which|who|how|they|you|and|or)\\b)[^\\s.,:;?|]+ ){1,9}?";
const VERBS =
  "accepts|are|begins|believes|can|cannot|deletes|does|gets|has|holds|is|loses|must|opens|refuses|sees|takes|tries|waits|would";
const WHO: readonly [pattern: RegExp, instead: string] = [
  new RegExp(`(?:\\bW|[:;]\\** w)hom? ${CLAUSE}(?:${VERBS})\\b`),
  "anybody who, a member that",
];

interface Found {
  readonly file: string;
  readonly phrases: readonly string[];
}

/** A phrase may go on in the next line, behind the marks of a comment or a list. */
function phrasesIn(text: string): readonly string[] {
  const joined = text.replace(/[ \t]*\n[ \t]*(?:\/\/|\*(?!\*)|#|>)?[ \t]*/g, " ");
  return [...REFUSED, WHO].flatMap(([pattern, instead]) =>
    [...joined.matchAll(new RegExp(pattern, `${pattern.flags}g`))].map(
      ({ 0: phrase, index }) =>
        `“${phrase.trim()}” (${instead}): …${joined.slice(Math.max(0, index - 40), index + phrase.length + 20)}…`,
    ),
  );
}

/** Not those of others, and not those that tools write. */
const filesIn = (folder: string, endings: RegExp, recursive: boolean): string[] =>
  readdirSync(folder, { recursive, encoding: "utf8" })
    .map((path) => normalize(join(folder, path)).split(sep).join("/"))
    .filter((path) => endings.test(path) && !/(?:^|\/)(?:node_modules|dist|build|\.cache|\.vite)\//.test(path))
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

  it("in the comments, errors and tests of every file", () => {
    const files = [".", "src", "test", "examples", "scripts", "bench", "tools", "demo", "proofs"].flatMap((folder) =>
      filesIn(folder, /\.(?:tsx?|[cm]?js|py|v)$/, folder !== "."),
    );
    const own = "test/tooling/words.node.test.ts";
    const some = [own, ".dependency-cruiser.cjs", ".size-limit.js", "vitest.config.ts", "proofs/Model.v"];
    expect(files).toEqual(expect.arrayContaining(some));
    expect(found(files.filter((file) => file !== own))).toEqual([]);
  });

  it("without the marks of a merge", () => {
    const isMark = /^(?:<{7}|>{7}) /m;
    const files = [".", "docs", ".github", "vectors", "tools", "demo", "src", "test", "scripts", "examples", "bench"]
      .flatMap((folder) => filesIn(folder, /\.(?:md|tsx?|py|ya?ml|css|html)$/, folder !== "."))
      .filter((file) => isMark.test(readFileSync(file, "utf8")));
    expect(files).toEqual([]);
    expect(`a\n${"<".repeat(7)} HEAD\n`).toMatch(isMark);
  });

  it.each([
    ["Whoever has the log", "anybody who"],
    ["the check,\n// unless told otherwise", "by default"],
    ["what a caller\n * is told", "options of"],
    ["the link is about another log", "concerns"],
    ["a move that brings the loss of a key about", "causes"],
    ["It opens nothing. Were it open", "if"],
    ["all but for the last", "except"],
    ["what no device holds, nor escrow", "and … not"],
    ["Escrow writes nothing but reviews", "only"],
    ["It is a vulnerability. So are secrets in errors", "too"],
    ["an act by whichever admin", "any … that"],
    ["those that it does not show, be their place free or taken", "whether"],
    ["23 % to judge, of it 12 % signatures", "brackets"],
    ["Who asks twice gets the same answer", "anybody who"],
    ["no second try: who\n// knows the first part tries them all", "a member that"],
    ["Whom the admin approves holds the epoch", "a member that"],
    ["it is shown to who asks", "somebody who"],
    ["an admin's pointer settles nothing, and a thief's neither.", "neither … nor"],
  ])("refuses “%s”", (text, instead) => {
    expect(phrasesIn(text)).toEqual([expect.stringContaining(instead)]);
  });

  it.each([
    "the admin is about to open data",
    "about 4,000 lines",
    "one was about half",
    "Had Ann left",
    "it changes neither its devices, nor its policy",
    "Who can read what it holds: a member, or nobody",
    "with the names of Node, of the DOM, or with neither.",
  ])("allows “%s”", (text) => {
    expect(phrasesIn(text)).toEqual([]);
  });
});
