// The demo's tests: `npm run test:demo`. They play it in real Chromium, with several browser profiles at a time.

import { defineConfig } from "vitest/config";
import { CountsReporter } from "../test/support/counts-reporter.js";
import web from "./vite.config.js";

export default defineConfig({
  resolve: web.resolve ?? {},
  test: {
    include: ["test/*.test.ts"],
    globalSetup: ["test/build-once.ts"],
    fileParallelism: false,
    // Machines are slow and shared: a timeout is there to end a hang, not to judge speed.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    reporters: ["default", new CountsReporter(0)],
  },
});
