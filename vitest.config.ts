// Four projects: `node` on the native backend, `portable` in Node and `chromium` on the portable one, and `firefox` for what differs
// between browsers. Three modes choose what runs:
//
//   --mode quick  npm test, what a contributor runs; `node` without the slow folders, `portable` for bytes and primitives
//   --mode deep   npm run test:deep, all the rest that CI runs; the slow folders, Chromium, and `portable` for what needs Node
//   none          npm run test:all and `npx vitest run FILE`, every file in every project that can run it
//
// In deep, what shares no library is a project of its own, `alone`: all other files of `node` share it.
// No file and project is in both quick and deep; test/tooling/modes.node.test.ts checks that nothing is lost.

import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { chromiumLaunchOptions } from "./scripts/chromium.js";
import { firefoxLaunchOptions } from "./scripts/firefox.js";
import { CountsReporter } from "./test/support/counts-reporter.js";
import { PostgresServer } from "./test/support/postgres-server.js";

const launchOptions = chromiumLaunchOptions();
const firefoxOptions = firefoxLaunchOptions();
const hasPostgres = PostgresServer.isInstalled;
const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// One seed for all properties of a run, printed with the result; KEYSTEAD_SEED replays it, KEYSTEAD_RUNS runs longer.
// Kept in the environment, since every project evaluates this file anew.
process.env.KEYSTEAD_SEED ??= String(Math.floor(Math.random() * 2 ** 31));
const seed = Number(process.env.KEYSTEAD_SEED);
const runs = process.env.KEYSTEAD_RUNS ? Number(process.env.KEYSTEAD_RUNS) : undefined;

/**
 * Files of one worker share the library, which is loaded once: loading it for each takes half of the time. `all` loads it for each, but not
 * over the databases.
 */
const SHARED = { isolate: false };

const backend = (file: "node.ts" | "noble.ts") => ({ alias: { "#primitives": source(`src/primitives/${file}`) } });

const all = "test/**/*.test.ts";
const needsNode = "test/**/*.node.test.ts";
/** What only a browser has, such as IndexedDB. */
const needsBrowser = "test/**/*.browser.test.ts";
/** Clients in real processes and real pages, which bring their own backend, and clients that are killed everywhere. */
const ended =
  "test/{client/{processes,reloads,service-worker,escrow-crash,escrow-mutants,trial,notes-example},storage/kill}.node.test.ts";
/** The relay and services over their databases, with real processes, kills and slow requests. */
const served = "test/{relay/!(handler),cli/relay,sender/{example,sql-store}}.node.test.ts";
/** The stories of the client, also told over the real handler. */
const stories = {
  include: ["test/client/*.test.ts"],
  exclude: [needsBrowser, ended, "test/client/guides.node.test.ts", "test/client/statuses.test.ts"],
};
/** What replaces modules before the library is loaded: it cannot share a library that is there. */
const replaced = "test/{attack/file-store,storage/faults}.node.test.ts";
/** What needs a process of its own: it replaces modules, or compares all that objects have inside, where other files leave marks. */
const alone = [replaced, "test/purity/*.test.ts"];
/** Also run by the browsers' own WebCrypto, each. */
const sealers = "test/storage/sealer.test.ts";
/**
 * What takes minutes: histories against a second reading of the protocol, every small world, simulated clients, broken input, whole
 * stories, clients that are ended, the relay under load and kills; and single files that would keep `npm test` above three minutes.
 */
const slow = [
  "test/{model,worlds,simulation,fuzz,purity,sizes,frameworks}/**/*.test.ts",
  "test/attack/spread.test.ts",
  "test/log/verify-async.test.ts",
  "test/{primitives/probes,package/dockerfile}.node.test.ts",
  replaced,
  ended,
  served,
];
/** What touches bytes and primitives, where the backends could differ first. */
const backends = "test/{bytes,primitives}/**/*.test.ts";
/**
 * Tools, the file store, the relay and its image have no backend of their own, and the largest account has the same bytes over each; worlds,
 * clients that are ended and the probes bring theirs: they run once.
 */
const once = [
  "test/{tooling,worlds,simulation,frameworks}/**/*.test.ts",
  "test/{storage/*,primitives/probes,sizes/full-account,package/dockerfile}.node.test.ts",
  ended,
  served,
];

interface Files {
  readonly include: string[];
  readonly exclude?: string[];
}

/** The files of each project; in no mode that CI runs, `portable` repeats in Node what Chromium runs. */
function filesOf(mode: string): { readonly node: Files; readonly portable: Files; readonly chromium: Files } {
  const inChromium = { include: [all], exclude: [needsNode] };
  switch (mode) {
    case "quick":
      return {
        node: { include: [all], exclude: [...slow, needsBrowser] },
        portable: { include: [backends], exclude: [...once, needsBrowser] },
        chromium: { include: [] },
      };
    case "deep":
      return {
        node: { include: slow, exclude: [...alone, needsBrowser] },
        portable: { include: [launchOptions ? needsNode : all], exclude: [...once, backends, needsBrowser] },
        chromium: inChromium,
      };
    default:
      return {
        node: { include: [all], exclude: [needsBrowser] },
        portable: { include: [all], exclude: [...once, needsBrowser] },
        chromium: inChromium,
      };
  }
}

export const aliases = [
  { find: /^keystead$/, replacement: source("src/index.ts") },
  { find: /^keystead\/([a-z-]+)$/, replacement: source("src/$1.ts") },
  { find: /^@electric-sql\/pglite$/, replacement: source("test/support/pglite.ts") },
];

export default defineConfig(({ mode }) => {
  const { node, portable, chromium } = filesOf(mode);
  const nodeProject = {
    extends: true as const,
    resolve: backend("node.ts"),
    test: {
      ...node,
      name: "node",
      environment: "node",
      ...(mode === "quick" || mode === "deep" ? SHARED : {}),
      provide: { backend: "native" as const },
      sequence: { groupOrder: 0 },
    },
  };
  const aloneProject = {
    ...nodeProject,
    test: { ...nodeProject.test, include: alone, exclude: [], name: "alone", isolate: true },
  };
  const portableProject = {
    extends: true as const,
    resolve: backend("noble.ts"),
    test: {
      ...portable,
      name: "portable",
      environment: "node",
      ...(mode === "quick" ? SHARED : {}),
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
      ...chromium,
      ...(mode === "deep" ? SHARED : {}),
      // After the others in Node, beside `portable` and Firefox: each page, and each of the few files of `portable`, leaves a core idle.
      sequence: { groupOrder: 1 },
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions: launchOptions ?? {} }),
        instances: [{ browser: "chromium" as const, name: "chromium" }],
      },
    },
  };
  // IndexedDB, WebCrypto and tabs; all else is what Chromium runs already.
  const firefoxProject = {
    extends: true as const,
    resolve: backend("noble.ts"),
    test: {
      ...{ include: [needsBrowser, sealers], sequence: { groupOrder: 1 } },
      browser: {
        ...{ enabled: true, headless: true, screenshotFailures: false },
        provider: playwright({ launchOptions: firefoxOptions ?? {} }),
        instances: [{ browser: "firefox" as const, name: "firefox" }],
      },
    },
  };
  // The relay of keystead/testing with the real handler behind it, on each database.
  const servedProject = (database: "pglite" | "postgres") => ({
    extends: true as const,
    resolve: backend("node.ts"),
    test: {
      ...stories,
      ...SHARED,
      name: `served-${database}`,
      environment: "node",
      setupFiles: ["test/support/setup.ts", "test/served/setup.ts"],
      expect: { poll: { timeout: 60_000 } },
      ...(database === "postgres" ? { globalSetup: "test/served/postgres.ts" } : { provide: { served: "pglite" } }),
      sequence: { groupOrder: 0 },
    },
  });
  return {
    resolve: { alias: aliases },
    test: {
      // The tools of test/smoke have tests of their own.
      exclude: ["**/node_modules/**"],
      maxWorkers: 2,
      // Machines are slow and shared: a timeout is there to end a hang, not to judge speed.
      testTimeout: 120_000,
      hookTimeout: 120_000,
      globalSetup: "test/support/pglite.ts",
      setupFiles: ["test/support/setup.ts"],
      provide: { seed, runs },
      reporters: ["default", new CountsReporter(seed)],
      projects: [
        nodeProject,
        ...(mode === "deep" ? [aloneProject] : []),
        portableProject,
        ...(mode === "quick" ? [] : [servedProject("pglite"), ...(hasPostgres ? [servedProject("postgres")] : [])]),
        ...(launchOptions && chromium.include.length > 0 ? [chromiumProject] : []),
        ...(firefoxOptions && chromium.include.length > 0 ? [firefoxProject] : []),
      ],
    },
  };
});
