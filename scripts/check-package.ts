// Packs the package, checks its files, and uses the tarball in an empty project: in Node on the native backend, and bundled in a
// real Chromium on the portable one. It finds faults that the tests cannot find: a file left out, a wrong export, a dependency
// that is not declared, a wrong backend, a warning of the bundler.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright";
import { checkImage } from "./check-image.js";
import { chromiumLaunchOptions } from "./chromium.js";

const run = (command: string, args: readonly string[], cwd = process.cwd()): void => {
  console.log(`$ ${command} ${args.join(" ")}`);
  execFileSync(command, args, { cwd, stdio: ["ignore", "inherit", "inherit"] });
};

/** Bundles smoke.mjs against the installed package, serves it on a local port, and returns what it returned there. */
async function smokeInChromium(project: string, launchOptions: { executablePath: string; args: string[] }) {
  writeFileSync(join(project, "page.mjs"), 'import { smoke } from "./smoke.mjs";\nglobalThis.smoked = smoke();\n');
  const { metafile } = await build({
    absWorkingDir: project,
    metafile: true,
    entryPoints: ["page.mjs"],
    bundle: true,
    format: "esm",
    platform: "browser",
    outfile: "page.js",
  });
  expectBackend("portable", Object.keys(metafile.inputs));
  const script = readFileSync(join(project, "page.js"));
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript; charset=utf-8" : "text/html; charset=utf-8");
    response.end(isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const browser = await chromium.launch(launchOptions);
  try {
    const page = await browser.newPage();
    page.on("console", (message) => console.log(`chromium: ${message.text()}`));
    page.on("pageerror", (error) => console.error(`chromium: ${error.stack}`));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return await page.evaluate(async () => {
      const { smoked } = globalThis as { smoked?: Promise<string> };
      if (!smoked) throw new Error("the bundled smoke test did not load");
      return await smoked;
    });
  } finally {
    await browser.close();
    server.close();
  }
}

/** Throws unless these files are the expected ones among the package's backends. */
function expectBackend(expected: "node" | "portable", files: readonly string[]): void {
  const found = files.flatMap((file) => /keystead\/dist\/primitives\/(.+)\.js$/.exec(file)?.[1] ?? []);
  if (`${found}` !== expected) throw new Error(`expected the backend ${expected}, found ${found}`);
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

interface Manifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const project = mkdtempSync(join(tmpdir(), "keystead-package-"));
try {
  run("npm", ["pack", "--silent", "--pack-destination", project]);
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
  const tarball = join(project, `keystead-${manifest.version}.tgz`);
  run("npx", ["publint", "run", tarball, "--strict"]);
  run("npx", ["attw", tarball, "--profile", "esm-only", "--quiet"]);

  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
  cpSync("test/package/smoke.mjs", join(project, "smoke.mjs"));
  run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", tarball], project);
  // The conditions that Node resolves with, from inside the package.
  const inside = createRequire(join(project, "node_modules/keystead/dist/index.js"));
  expectBackend("node", [inside.resolve("#primitives")]);
  await bundleEntries(project, manifest);
  const script = 'import { smoke } from "./smoke.mjs"; console.log("node:", await smoke());';
  run("node", ["--input-type=module", "--eval", script], project);

  // Without the optional packages of a relay.
  const bare = spawnSync("npx", ["keystead", "relay", "--data", "./data"], { cwd: project, encoding: "utf8" });
  if (bare.status !== 2 || !bare.stderr.startsWith("keystead: the package hono is not installed"))
    throw new Error(`a relay without its packages says: ${bare.stderr}`);
  console.log("image:", await checkImage(tarball));
  const launchOptions = chromiumLaunchOptions();
  if (launchOptions) console.log("chromium:", await smokeInChromium(project, launchOptions));
  else console.log("chromium: none found, not tried");
} finally {
  rmSync(project, { recursive: true, force: true });
}
