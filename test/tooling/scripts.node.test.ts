// The scripts that documents, workflows and the tools' own texts name exist.

import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(resolve(root, file), "utf8");
const { scripts } = JSON.parse(read("package.json")) as { scripts: Readonly<Record<string, string>> };

/** Every file of the project that can name a script, except generated and installed files, and tests that make up names. */
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
  (file) =>
    /^\.ci\/run$|\.(md|ts|js|cjs|py|ya?ml)$/.test(file) &&
    !/(^|\/)(node_modules|dist|\.git|\.cache)\/|^docs\/api\/|^test\/tooling\//.test(file),
);

/** The npm scripts that a text names, `npm run --silent NAME`. */
const named = (text: string): string[] =>
  [...text.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)].map(([, name]) => name as string);

describe("npm scripts", () => {
  it("has each that a file names", () => {
    const all = files.flatMap((file) => named(read(file)).map((name) => ({ file, name })));
    expect(new Set(all.map(({ name }) => name))).toContain("check:types");
    expect(all.filter(({ name }) => !(name in scripts))).toEqual([]);
  });

  it("finds one that is not there", () => {
    expect(named("`npm run --silent gen:apis -- --check`, npm run build")).toEqual(["gen:apis", "build"]);
    expect("gen:apis" in scripts).toBe(false);
  });

  it("names each by what it does", () => {
    const conventional = /^(start|story|build|test|lint|format|bench|simulate)$/;
    const misnamed = Object.keys(scripts).filter((name) => !/^(gen|check|test|bench):[a-z-]+$/.test(name));
    expect(misnamed.filter((name) => !conventional.test(name))).toEqual([]);
  });

  it("describes each in CONTRIBUTING.md", () => {
    const guide = read("CONTRIBUTING.md");
    const silent = Object.keys(scripts).filter((name) => !new RegExp(`npm (run )?${name}\\b(?![:-])`).test(guide));
    expect(silent).toEqual([]);
  });

  it("runs scripts that are there", () => {
    const missing = Object.values(scripts)
      .flatMap((command) => [...command.matchAll(/\b[\w/-]+\.ts\b/g)].map(([file]) => file))
      .filter((file) => !files.includes(file));
    expect(missing).toEqual([]);
  });
});
