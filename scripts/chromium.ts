// Finds a Chromium for the tests and the package check, and gives its launch options.

import { existsSync } from "node:fs";
import { chromium } from "playwright";

/** Quiet, headless-friendly, and working as root in a container. */
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Debian's. The first has no window at all, and takes three quarters of the time. */
const OF_SYSTEM = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

/**
 * Playwright launch options for the Chromium named by KEYSTEAD_CHROMIUM, the system's, or Playwright's own download.
 * Returns undefined when there is none. If CI is set, it throws instead, so that CI cannot pass without a browser.
 */
export function chromiumLaunchOptions(): { executablePath: string; args: string[] } | undefined {
  const named = process.env.KEYSTEAD_CHROMIUM;
  if (named && !existsSync(named)) throw new Error(`KEYSTEAD_CHROMIUM names no file: ${named}`);
  const executablePath = [named, ...OF_SYSTEM, chromium.executablePath()].find((path) => path && existsSync(path));
  if (executablePath) return { executablePath, args };
  if (process.env.CI) throw new Error("no Chromium found: install it, or name it in KEYSTEAD_CHROMIUM");
  return undefined;
}
