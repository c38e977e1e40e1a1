// Packs the package, and checks its files, its exports and its command. What it does in each runtime: scripts/smoke.ts.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkImage } from "./check-image.js";
import { installInto, packInto, run } from "./tarball.js";

const project = mkdtempSync(join(tmpdir(), "keystead-package-"));
try {
  const tarball = packInto(project);
  run("npx", ["publint", "run", tarball, "--strict"]);
  run("npx", ["attw", tarball, "--profile", "esm-only", "--quiet"]);
  installInto(project, tarball);
  // Without the optional packages of a relay.
  const bare = spawnSync("npx", ["keystead", "relay", "--data", "./data"], { cwd: project, encoding: "utf8" });
  if (bare.status !== 2 || !bare.stderr.startsWith("keystead: the package hono is not installed"))
    throw new Error(`a relay without its packages says: ${bare.stderr}`);
  console.log("image:", await checkImage(tarball));
} finally {
  rmSync(project, { recursive: true, force: true });
}
