// Bundles with esbuild: the library on the portable backend, for Node and for a browser, and modules whose size is measured.

import { fileURLToPath, pathToFileURL } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { CACHE } from "./long-log.js";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The bundle of a module given as text, imports resolved from `resolveDir`. */
export async function bundle(contents: string, options: BuildOptions = {}, resolveDir = ROOT): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir, loader: "ts" },
    absWorkingDir: ROOT,
    tsconfig: `${ROOT}tsconfig.json`,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "silent",
    write: false,
    ...options,
  });
  return outputFiles?.[0]?.contents as Uint8Array;
}

/** The bundle that a browser would get, and noble's own Ed25519 to compare with. */
export interface Portable {
  readonly keystead: typeof import("keystead");
  readonly ed25519: typeof import("@noble/curves/ed25519.js").ed25519;
}

/** A second copy of the library in this process, on noble. */
export async function portable(): Promise<Portable> {
  return await loaded("portable.mjs", {});
}

/** A second copy, on node:crypto, as the package has it: the sources as tsx runs them keep the names of functions, which costs time. */
export async function packaged(): Promise<Portable> {
  return await loaded("packaged.mjs", { platform: "node", tsconfig: `${ROOT}bench/tsconfig.json` });
}

async function loaded(name: string, options: BuildOptions): Promise<Portable> {
  const outfile = fileURLToPath(new URL(name, CACHE));
  await bundle(`export * as keystead from "./src/index.ts"; export { ed25519 } from "@noble/curves/ed25519.js";`, {
    outfile,
    write: true,
    ...options,
  });
  return (await import(pathToFileURL(outfile).href)) as Portable;
}
