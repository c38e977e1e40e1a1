// npm test and npm run test:deep together have all tests: CI runs both, and no test is lost or run twice.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { chromiumLaunchOptions } from "../../scripts/chromium.js";
import { firefoxLaunchOptions } from "../../scripts/firefox.js";

const root = resolve(import.meta.dirname, "../..");
const hasChromium = chromiumLaunchOptions() !== undefined;
const hasFirefox = firefoxLaunchOptions() !== undefined;

/** Each file with its project, `node test/log/acts.test.ts`, as vitest finds them. */
async function filesIn(...mode: readonly string[]): Promise<readonly string[]> {
  const options = ["list", "--filesOnly", "--json", ...mode];
  const vitest = resolve(root, "node_modules/vitest/vitest.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [vitest, ...options], { cwd: root });
  const files = JSON.parse(stdout) as readonly { readonly file: string; readonly projectName: string }[];
  return files.map(({ file, projectName }) => `${projectName} ${relative(root, file).replaceAll("\\", "/")}`).sort();
}

const inProject = (files: readonly string[], project: string): readonly string[] =>
  files.flatMap((each) => (each.startsWith(`${project} `) ? [each.slice(project.length + 1)] : []));

describe("npm test and npm run test:deep", () => {
  let quick: readonly string[];
  let deep: readonly string[];
  let all: readonly string[];
  beforeAll(async () => {
    [quick, deep, all] = await Promise.all([filesIn("--mode", "quick"), filesIn("--mode", "deep"), filesIn()]);
  });

  it("run every file in Node over the native backend, once", () => {
    const native = [...inProject(quick, "node"), ...inProject(deep, "node"), ...inProject(deep, "alone")].sort();
    expect(native.length).toBeGreaterThan(150);
    expect(native).toEqual(inProject(all, "node"));
  });

  it("run every file over the portable backend that has one", () => {
    const portable = [quick, deep].flatMap((files) => [
      ...inProject(files, "portable"),
      ...inProject(files, "chromium"),
    ]);
    // A test that needs a browser has one backend, and no other project.
    const inNode = portable.filter((file) => !file.endsWith(".browser.test.ts"));
    expect([...new Set(inNode)].sort()).toEqual(inProject(all, "portable"));
  });

  it("run nothing twice, and nothing that npm run test:all does not run", () => {
    const named = deep.map((each) => each.replace(/^alone /, "node "));
    expect([...quick, ...named].filter((each) => !all.includes(each))).toEqual([]);
    expect(quick.filter((each) => named.includes(each))).toEqual([]);
    // Some packages of test/smoke have theirs inside, once they are installed.
    expect(all.filter((each) => each.includes("node_modules"))).toEqual([]);
  });

  it("share a loaded library among files that do not replace its modules", () => {
    const shared = [...quick, ...deep.filter((each) => !/^(alone|portable|firefox) /.test(each))];
    const files = new Set(shared.map((each) => each.slice(each.indexOf(" ") + 1)));
    const replaces = (file: string) => /^vi\.mock\(/m.test(readFileSync(resolve(root, file), "utf8"));
    expect([...files].filter(replaces)).toEqual([]);
    expect(inProject(deep, "alone").filter(replaces)).not.toEqual([]);
  });

  it.runIf(hasChromium)("run in Chromium every file that does not need Node", () => {
    const isOf = (kind: string) => (file: string) => file.endsWith(`.${kind}.test.ts`);
    const chromium = inProject(deep, "chromium");
    expect(chromium.filter((file) => !isOf("browser")(file))).toEqual(
      inProject(all, "node").filter((file) => !isOf("node")(file)),
    );
    expect(inProject(all, "chromium")).toEqual(inProject(deep, "chromium"));
  });

  it.runIf(hasFirefox)("run in Firefox every file that only browsers can run", () => {
    const firefox = inProject(deep, "firefox");
    expect(firefox.length).toBeGreaterThan(0);
    const chromium = inProject(deep, "chromium");
    if (hasChromium) expect(firefox.filter((file) => !chromium.includes(file))).toEqual([]);
    expect(chromium.filter((file) => file.endsWith(".browser.test.ts") && !firefox.includes(file))).toEqual([]);
    expect(inProject(all, "firefox")).toEqual(firefox);
  });
});
