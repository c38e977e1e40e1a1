// Links of the documents lead somewhere: in the repository, and for the files that npm publishes, in the published package.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

const REPOSITORY = "https://github.com/keystead/keystead/blob/main/";

const markdownIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => normalize(join(folder, name)));
const documents = [".", "docs", "vectors", "tools/verifier"].flatMap(markdownIn);

const { files } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly files: readonly string[] };
const isPublished = (path: string): boolean => files.some((file) => path === file || path.startsWith(`${file}/`));

/** Without code: what stands in it is no link. */
const prose = (path: string): string =>
  readFileSync(path, "utf8")
    .replace(/^[ \t]*```.*?^[ \t]*```$/gms, "")
    .replace(/`[^`\n]*`/g, (code) => (code.includes("](") ? "" : code));

interface Link {
  readonly url: string;
  /** In the repository; of another address undefined. */
  readonly path: string | undefined;
  readonly anchor: string | undefined;
}

function linksOf(document: string, text = prose(document)): readonly Link[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, url = ""]) => {
    const isOwn = url.startsWith(REPOSITORY);
    const [address = "", anchor] = (isOwn ? url.slice(REPOSITORY.length) : url).split("#");
    if (/^[a-z]+:/.test(address)) return { url, path: undefined, anchor: undefined };
    const path = isOwn ? address : normalize(address === "" ? document : join(dirname(document), address));
    return { url, path, anchor };
  });
}

/** As GitHub names headings: lower case, marks left out, `-` for a space, a number when a name returns. */
function anchorsOf(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const names = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => {
    const name = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, "")
      .replaceAll(" ", "-");
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return before === 0 ? name : `${name}-${before}`;
  });
  return new Set(names);
}

function broken(document: string, text?: string): readonly string[] {
  return linksOf(document, text).flatMap(({ url, path, anchor }) => {
    if (path === undefined) return [];
    if (!existsSync(path)) return [`${url}: no such file`];
    const leads = anchor === undefined || anchorsOf(prose(path)).has(anchor);
    return leads ? [] : [`${url}: no such heading`];
  });
}

describe("links", () => {
  it.each(documents)("of %s lead to a file and a heading that exist", (document) => {
    expect(broken(document)).toEqual([]);
  });

  it("that lead nowhere are found", () => {
    const text = `[a](no-such.md) [b](spec.md#no-such-heading) [c](${REPOSITORY}docs/no-such.md) [d](spec.md#4-encoding) [e](../LICENSE)`;
    expect(broken("docs/rules.md", text)).toEqual([
      "no-such.md: no such file",
      "spec.md#no-such-heading: no such heading",
      `${REPOSITORY}docs/no-such.md: no such file`,
    ]);
  });

  const paths = /`((?:src|test|docs|scripts|tools|vectors)\/[\w./-]*[\w/])`/g;
  const naming = documents.filter((path) => !path.startsWith("docs/api-report"));
  it.each(naming)("and paths that %s names exist", (document) => {
    const named = [...readFileSync(document, "utf8").matchAll(paths)].map(([, path = ""]) => path);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });

  const published = documents.filter(isPublished);
  it.each(published)("of %s, which npm publishes, lead into the package where they are relative", (document) => {
    const relative = linksOf(document).filter(({ url, path }) => path !== undefined && !url.startsWith(REPOSITORY));
    expect(relative.filter(({ path }) => !isPublished(path ?? ""))).toEqual([]);
  });

  it("are checked in README and CHANGELOG as published ones", () => {
    expect(published).toEqual(expect.arrayContaining(["CHANGELOG.md", "README.md"]));
  });

  it("of README reach every document", () => {
    const reached = linksOf("README.md").map(({ path }) => path);
    const hidden = documents.filter((path) => path.startsWith("docs/") && !reached.includes(path));
    expect(hidden).toEqual([]);
  });
});
