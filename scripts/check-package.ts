// Packs the package, and checks its files, its exports and its command, and that no bundler warns of it. What it does in each runtime:
// scripts/smoke.ts.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { checkImage } from "./check-image.js";
import { installInto, packInto, run } from "./tarball.js";

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** Bundles each entry of the installed package. Throws if the bundler warns: the developers of an app would see it at each build. */
async function bundleEntries(project: string, { exports, peerDependencies }: Manifest): Promise<void> {
  const entries = Object.keys(exports).filter((entry) => entry !== "./package.json");
  for (const entry of entries) {
    const { warnings } = await build({
      stdin: { contents: `export * from "keystead${entry.slice(1)}";`, resolveDir: project },
      bundle: true,
      format: "esm",
      platform: "browser",
      external: ["node:*", ...Object.keys(peerDependencies)],
      write: false,
      logLevel: "warning",
    });
    if (warnings.length > 0) throw new Error(`bundling ${entry} gives ${warnings.length} warnings`);
  }
  console.log(`bundled ${entries.length} entries without a warning`);
}

const project = mkdtempSync(join(tmpdir(), "keystead-package-"));
try {
  const tarball = packInto(project);
  run("npx", ["publint", "run", tarball, "--strict"]);
  run("npx", ["attw", tarball, "--profile", "esm-only", "--quiet"]);
  installInto(project, tarball);
  await bundleEntries(project, JSON.parse(readFileSync("package.json", "utf8")) as Manifest);
  // Without the optional packages of a relay.
  const bare = spawnSync("npx", ["keystead", "relay", "--data", "./data"], { cwd: project, encoding: "utf8" });
  if (bare.status !== 2 || !bare.stderr.startsWith("keystead: the package hono is not installed"))
    throw new Error(`a relay without its packages says: ${bare.stderr}`);
  console.log("image:", await checkImage(tarball));
} finally {
  rmSync(project, { recursive: true, force: true });
}
