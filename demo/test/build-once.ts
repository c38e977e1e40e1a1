// Builds the web app once for all test files.

import { buildWeb } from "../server/build.js";

/** Called by vitest before the first file. */
export async function setup(): Promise<void> {
  process.env["DEMO_WEB"] = await buildWeb();
}
