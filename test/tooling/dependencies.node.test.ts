// `npm ci` with the oldest Node that the package supports prints no warning: it is a contributor's first impression, and a
// warning that is always there hides one that matters.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import semver from "semver";
import { describe, expect, it } from "vitest";

interface Locked {
  readonly version?: string;
  readonly engines?: { readonly node?: string } | readonly string[];
  readonly deprecated?: string;
  /** npm silently leaves it out where it does not run. */
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = resolve(import.meta.dirname, "../..");
const read = (file: string): unknown => JSON.parse(readFileSync(resolve(root, file), "utf8"));
const { engines } = read("package.json") as { engines: { node: string } };
const oldest = semver.minVersion(engines.node)?.version ?? "none";

/** Packages of a lockfile of which the oldest Node, or npm, would warn. */
function warnings(packages: Readonly<Record<string, Locked>>): string[] {
  return Object.entries(packages).flatMap(([path, { version, engines, deprecated, optional }]) => {
    const node = engines && "node" in engines ? engines.node : undefined;
    const name = `${path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length)}@${version}`;
    if (optional) return [];
    if (deprecated) return [`${name} is deprecated`];
    return node === undefined || semver.satisfies(oldest, node) ? [] : [`${name} wants Node ${node}`];
  });
}

/** What a lockfile's packages need and the lockfile does not have: `npm ci` refuses it then. Packages for other systems count too. */
function missing(packages: Readonly<Record<string, Locked>>): string[] {
  return Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !foldersAbove(path).some((folder) => `${folder}node_modules/${name}` in packages))
      .map((name) => `${path || "the root"} needs ${name}`),
  );
}

/** The folders in which Node looks for what a package imports: its own, and those above it. */
function foldersAbove(path: string): string[] {
  const parts = path === "" ? [] : path.split("/node_modules/");
  return ["", ...parts.map((_, at) => `${parts.slice(0, at + 1).join("/node_modules/")}/`)];
}

describe("dependencies", () => {
  it("supports Node 20.19.0 and later", () => {
    expect(oldest).toBe("20.19.0");
  });

  it.each(["package-lock.json", "bench/package-lock.json", "test/smoke/package-lock.json"])(
    "installs only packages that this Node runs, by %s",
    (file) => {
      const { packages } = read(file) as { packages: Readonly<Record<string, Locked>> };
      expect(Object.keys(packages).length).toBeGreaterThan(5);
      expect(warnings(packages)).toEqual([]);
      expect(missing(packages)).toEqual([]);
    },
  );

  it("finds a package that a lockfile lacks, also one for other systems", () => {
    const packages = {
      "": { dependencies: { tsup: "9.0.0" } },
      "node_modules/tsup": { dependencies: { old: "1.0.0" }, optionalDependencies: { "tsup-mac": "1.0.0" } },
      "node_modules/tsup/node_modules/old": { dependencies: { tsup: "9.0.0", lists: "1.0.0" } },
    };
    expect(missing(packages)).toEqual([
      "node_modules/tsup needs tsup-mac",
      "node_modules/tsup/node_modules/old needs lists",
    ]);
  });

  it("finds a package that wants a newer Node, and one that is deprecated", () => {
    const packages = {
      "": { version: "0.1.0", engines: { node: ">=20.19" } },
      "node_modules/tsup": { version: "9.0.0", engines: { node: "^22.18.0 || ^24.11.0 || >=26.0.0" } },
      "node_modules/tsup/node_modules/old": { version: "1.0.0", deprecated: "use another" },
      "node_modules/tsup-linux": { version: "1.0.0", engines: { node: ">=22" }, optional: true },
      "node_modules/lists": { version: "1.0.0", engines: ["node >= 0.8"] },
    };
    expect(warnings(packages)).toEqual([
      "tsup@9.0.0 wants Node ^22.18.0 || ^24.11.0 || >=26.0.0",
      "old@1.0.0 is deprecated",
    ]);
  });
});
