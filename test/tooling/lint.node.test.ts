// The rules of the repository work: each is broken on purpose in an empty folder, and the lint must report it.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "keystead-lint-"));
  for (const file of ["package.json", ".gitignore", "biome.json", "scripts/pure-core.grit"]) {
    cpSync(join(root, file), join(folder, file));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const plant = (files: Readonly<Record<string, string>>): void => {
  rmSync(join(folder, "src"), { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
};

const run = (tool: string, args: readonly string[]): string => {
  const result = spawnSync(join(root, "node_modules/.bin", tool), args, { cwd: folder, encoding: "utf8" });
  return result.stdout;
};

describe("folder order", () => {
  const violations = (): string[] => {
    const config = join(root, ".dependency-cruiser.cjs");
    const report = JSON.parse(run("depcruise", ["src", "--config", config, "--output-type", "json"])) as {
      summary: { violations: { from: string; rule: { name: string } }[] };
    };
    return report.summary.violations.map(({ from, rule }) => `${from} ${rule.name}`).sort();
  };

  it("passes imports from earlier folders", () => {
    plant({
      "src/errors.ts": "export class KeysteadError extends Error {}\n",
      "src/bytes/cbor.ts": 'export { KeysteadError } from "../errors.js";\n',
      "src/primitives/node.ts": 'import "./node-hash.js";\n',
      "src/primitives/node-hash.ts": 'import "node:crypto";\n',
      "src/grants/open.ts": 'export type { State } from "../log/state.js";\n',
      "src/log/state.ts": 'import "../bytes/cbor.js";\nexport type State = 1;\n',
      "src/index.ts": 'export * from "./log/state.js";\n',
    });
    expect(violations()).toEqual([]);
  });

  it("refuses later folders, cycles, builtins, tools and folders without a place", () => {
    plant({
      "src/errors.ts": 'import "./bytes/a.js";\n',
      "src/bytes/a.ts": "export const a = 1;\n",
      "src/log/verify.ts": 'import type { Grant } from "../grants/grant.js";\nexport type G = Grant;\n',
      "src/grants/grant.ts": "export type Grant = 1;\n",
      "src/keys/one.ts": 'import "./two.js";\n',
      "src/keys/two.ts": 'import "./one.js";\n',
      "src/keys/entry.ts": 'import "../index.js";\n',
      "src/index.ts": 'import "./storage/file.js";\nimport "./primitives/node.js";\n',
      "src/primitives/node.ts": "export {};\n",
      "src/storage/file.ts": 'import "node:fs";\n',
      "src/primitives/random.ts": 'import "node:crypto";\nimport "fast-check";\n',
      "src/helpers/x.ts": 'import "../errors.js";\n',
      "node_modules/fast-check/index.js": "",
    });
    expect(violations()).toEqual([
      "src/errors.ts order-errors",
      "src/helpers/x.ts folder-without-place",
      "src/index.ts native-only-by-condition",
      "src/keys/entry.ts order-keys",
      "src/keys/one.ts no-cycles",
      "src/log/verify.ts order-log",
      "src/primitives/random.ts no-builtins-in-pure-core",
      "src/primitives/random.ts no-undeclared-packages",
    ]);
  });
});

describe("code rules", () => {
  it("refuses every clock and every source of randomness in the pure core, except where the Env is made", () => {
    const impure = [
      ...["Date.now()", "new Date()", "Date()", "performance.now()", "Math.random()", "crypto.randomUUID()"],
      ...["crypto.getRandomValues(array)", "crypto.subtle.generateKey(1, 2, 3)", "randomBytes(1)", "randomFill(1, 2)"],
      ...[
        "randomFillSync(array)",
        "randomInt(1, 2)",
        "randomUUID()",
        "generateKeySync(1, 2)",
        "generateKeyPairSync(1)",
      ],
    ];
    const text = impure.map((call) => `${call};\n`).join("");
    plant({ "src/primitives/node-impure.ts": text, "src/primitives/env.ts": text });
    const report = JSON.parse(run("biome", ["lint", "--reporter=json", "src"])) as {
      diagnostics: { category: string; location: { path: string; start: { line: number } } }[];
    };
    const refused = report.diagnostics.filter(({ category }) => category === "plugin");
    expect(refused.map(({ location: { path, start } }) => `${path} ${start.line}`)).toEqual(
      impure.map((_call, line) => `src/primitives/node-impure.ts ${line + 1}`),
    );
  });

  it("refuses any, floating promises, default exports, and clock, randomness and Buffer in the pure core", () => {
    const text = `export const a: any = Buffer;
export async function later(): Promise<number> {
  return Date.now() + Math.random();
}
export function now(): void {
  later();
}
export default new Date();
`;
    plant({ "src/log/impure.ts": text, "src/relay/served.ts": text });
    const report = JSON.parse(run("biome", ["check", "--reporter=json", "src"])) as {
      diagnostics: { category: string; location: { path: string } }[];
    };
    const found = (path: string): string[] =>
      report.diagnostics
        .filter(({ location }) => location.path === path)
        .map(({ category }) => category)
        .sort();
    const everywhere = [
      "lint/nursery/noFloatingPromises",
      "lint/style/noDefaultExport",
      "lint/suspicious/noExplicitAny",
    ];
    expect(found("src/relay/served.ts")).toEqual(everywhere);
    expect(found("src/log/impure.ts")).toEqual(
      [...everywhere, "lint/style/noRestrictedGlobals", "plugin", "plugin", "plugin"].sort(),
    );
  });
});
