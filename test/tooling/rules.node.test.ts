// `npm run gen:rules`: each gap between specification, code and tests is made on purpose in a small repository, and the command says so.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "keystead-rules-"));
afterAll(() => rmSync(folder, { recursive: true }));

// Concatenated here, so that the real table does not count these tests.
const [first, second] = [1, 2].map((n) => `LOG-${n}`);
const complete = {
  "docs/spec.md": `# Specification\n\n- **${first}** Links have an order.\n`,
  "src/order.ts": `// The order.\n\nexport function check(): string {\n  return "${first}";\n}\n`,
  "test/order.test.ts": `it("refuses disorder (${first})", () => {});\n`,
};

const plant = (files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
};

const rules = (...options: readonly string[]): { readonly status: number | null; readonly says: string } => {
  const command = ["--import", import.meta.resolve("tsx"), join(root, "scripts/rules.ts"), ...options];
  const { status, stderr } = spawnSync(process.execPath, command, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  return { status, says: stderr };
};

const read = (path: string): string => readFileSync(join(folder, path), "utf8");

describe("npm run gen:rules", () => {
  beforeEach(() => {
    for (const path of ["docs", "src", "test", "build"]) rmSync(join(folder, path), { recursive: true, force: true });
    plant(complete);
  });

  it("writes the table into docs/ and the names of tests beside the repository's files", () => {
    expect(rules()).toEqual({ status: 0, says: "" });
    expect(read("docs/rules.md")).toContain(`| **${first}** | Links have an order. | \`order.ts: check\` | 1 |`);
    expect(read("docs/rules.md")).not.toContain("refuses disorder");
    expect(read("build/rules-tests.md")).toContain(
      `## ${first}\n\n- \`test/order.test.ts\`\n  - refuses disorder (${first})\n`,
    );
    rmSync(join(folder, "build"), { recursive: true });
    expect(rules("--check").status).toBe(0);
    expect(existsSync(join(folder, "build/rules-tests.md"))).toBe(true);
  });

  it("fails when a rule has no check or no test, or the table is outdated", () => {
    expect(rules().status).toBe(0);
    plant({ "docs/spec.md": `${complete["docs/spec.md"]}- **${second}** Links have a hash.\n` });
    const { status, says } = rules("--check");
    expect(status).toBe(1);
    expect(says.trim().split("\n")).toEqual([
      `${second} has no place in src/`,
      `${second} has no test that names it`,
      expect.stringContaining("docs/rules.md is out of date"),
    ]);
  });
});
