// Three projects. Every test runs over both backends: in Node over the native one; over the portable one in a real Chromium, and in
// Node those that are called *.node.test.ts, or all where no Chromium is found.

import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { chromiumLaunchOptions } from "./scripts/chromium.js";
import { CountsReporter } from "./test/support/counts-reporter.js";

const launchOptions = chromiumLaunchOptions();
const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// One seed for all properties of a run, printed with the result; KEYSTEAD_SEED replays it, KEYSTEAD_RUNS runs longer.
// Kept in the environment, since every project evaluates this file anew.
process.env.KEYSTEAD_SEED ??= String(Math.floor(Math.random() * 2 ** 31));
const seed = Number(process.env.KEYSTEAD_SEED);
const runs = process.env.KEYSTEAD_RUNS ? Number(process.env.KEYSTEAD_RUNS) : undefined;

const backend = (file: "node.ts" | "noble.ts") => ({ alias: { "#primitives": source(`src/primitives/${file}`) } });

/** What only a browser has, such as IndexedDB. */
const BROWSER_ONLY = ["test/**/*.browser.test.ts"];

const nodeProject = {
  extends: true as const,
  resolve: backend("node.ts"),
  test: {
    name: "node",
    environment: "node",
    include: ["test/**/*.test.ts"],
    exclude: BROWSER_ONLY,
    provide: { backend: "native" as const },
    sequence: { groupOrder: 0 },
  },
};

const portableProject = {
  extends: true as const,
  resolve: backend("noble.ts"),
  // The tools have no backend, and worlds bring their own: they run once.
  test: {
    name: "portable",
    environment: "node",
    include: launchOptions ? ["test/**/*.node.test.ts", "test/primitives/**/*.test.ts"] : ["test/**/*.test.ts"],
    exclude: ["test/tooling/**", "test/worlds/**", ...BROWSER_ONLY],
    provide: { backend: "portable" as const },
    sequence: { groupOrder: 1 },
  },
};

const chromiumProject = {
  extends: true as const,
  resolve: backend("noble.ts"),
  // Found before the first page loads: a dependency discovered later would reload the page under a running test.
  optimizeDeps: { include: ["fast-check", "@fast-check/vitest", "cbor2"] },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.node.test.ts"],
    // After the Node projects: never more than two workers at a time.
    sequence: { groupOrder: 2 },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: launchOptions ?? {} }),
      instances: [{ browser: "chromium" as const, name: "chromium" }],
    },
  },
};

export default defineConfig({
  resolve: {
    alias: [
      { find: /^keystead$/, replacement: source("src/index.ts") },
      { find: /^keystead\/([a-z-]+)$/, replacement: source("src/$1.ts") },
    ],
  },
  test: {
    maxWorkers: 2,
    // Machines are slow and shared: a timeout is there to end a hang, not to judge speed.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    setupFiles: ["test/support/setup.ts"],
    provide: { seed, runs },
    reporters: ["default", new CountsReporter(seed)],
    projects: [nodeProject, portableProject, ...(launchOptions ? [chromiumProject] : [])],
  },
});
