// Packs the package as npm would publish it, for the checks that use it as an app does.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Runs a command, and shows it and what it prints. @throws where it fails */
export function run(command: string, args: readonly string[], cwd = process.cwd()): void {
  console.log(`$ ${command} ${args.join(" ")}`);
  execFileSync(command, args, { cwd, stdio: ["ignore", "inherit", "inherit"] });
}

/** Packs `dist/` and what belongs to it into a folder. @returns the path of the tarball */
export function packInto(folder: string): string {
  run("npm", ["pack", "--silent", "--pack-destination", folder]);
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly version: string };
  return join(folder, `keystead-${version}.tgz`);
}

/** Makes a folder an empty project that has the package and its dependencies, and nothing else. */
export function installInto(folder: string, tarball: string): void {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "app", private: true, type: "module" }));
  run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", tarball], folder);
}
