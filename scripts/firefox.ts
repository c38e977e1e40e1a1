// Finds a Firefox for the tests, and gives its launch options.

import { existsSync } from "node:fs";

/**
 * Playwright launch options for the Firefox named by KEYSTEAD_FIREFOX, or the system's. Returns undefined when there is none. If CI
 * is set, it throws instead, so that CI cannot pass without one.
 */
export function firefoxLaunchOptions(): { executablePath: string; channel: string } | undefined {
  const named = process.env.KEYSTEAD_FIREFOX;
  if (named && !existsSync(named)) throw new Error(`KEYSTEAD_FIREFOX names no file: ${named}`);
  const executablePath = [named, "/usr/bin/firefox-esr", "/usr/bin/firefox"].find((path) => path && existsSync(path));
  // Without the channel Playwright starts it as a Firefox that it patched itself, and it ends without a word.
  if (executablePath) return { executablePath, channel: "moz-firefox" };
  if (process.env.CI) throw new Error("no Firefox found: install it, or name it in KEYSTEAD_FIREFOX");
  return undefined;
}
