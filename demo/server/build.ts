// Builds the web app with Vite.

import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** @returns the folder of the built app. */
export async function buildWeb(): Promise<string> {
  await build({ configFile: `${root}demo/vite.config.ts`, logLevel: "error" });
  return `${root}build/demo`;
}
