// The demo's tests: `npm run test:demo`. They play it in real Chromium, with several browser profiles at a time.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { CountsReporter } from "../test/support/counts-reporter.js";
import web from "./vite.config.js";

// The server runs on the native backend, as `npm start` runs it; the pages that it serves are built for browsers.
const native = {
  find: "#primitives",
  replacement: fileURLToPath(new URL("../src/primitives/node.ts", import.meta.url)),
};
const pglite = {
  find: /^@electric-sql\/pglite$/,
  replacement: fileURLToPath(new URL("../test/support/pglite.ts", import.meta.url)),
};
const { alias } = web.resolve ?? {};

export default defineConfig({
  resolve: { alias: [native, pglite, ...(Array.isArray(alias) ? alias : [])] },
  test: {
    include: ["test/*.test.ts"],
    globalSetup: ["../test/support/pglite.ts", "test/build-once.ts"],
    // Each file, and each chapter of the tour, has a server and browsers of its own. Two at a time keep two cores busy.
    maxWorkers: 2,
    maxConcurrency: 2,
    // Files of one worker share what is loaded: the server's modules and those of the browsers' tool.
    isolate: false,
    // Machines are slow and shared: a timeout is there to end a hang, not to judge speed.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    reporters: ["default", new CountsReporter(0)],
  },
});
