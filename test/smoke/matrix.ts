// Where the packed package is tried: each runtime, bundler and test runner, with its section in docs/runtimes.md.

/** How what the section's commands made is run. */
export type Way =
  /** The commands run the story themselves, with the runtime of `binary`. */
  | { readonly runs: "program"; readonly binary: string }
  /** A browser opens the section's page. */
  | { readonly runs: "page"; readonly browser: "chromium" | "firefox" }
  /** workerd runs the bundle. */
  | { readonly runs: "worker"; readonly backend: "node" | "portable" }
  /** workerd runs the bundle, which is a relay over a real PostgreSQL. */
  | { readonly runs: "relay worker" }
  /** Chromium runs `dist/web`, and Node `dist/node`. */
  | { readonly runs: "bundles" }
  /** Chromium opens the page of Vite's development server. */
  | { readonly runs: "development server" }
  /** The commands run the tests of the folder. */
  | { readonly runs: "tests"; readonly runner: "jest" | "vitest" };

/** One row, which is one step of CI. */
export interface Row {
  readonly name: string;
  readonly section: string;
  /** Packages of test/smoke that the section's files and commands use. */
  readonly tools?: readonly string[];
  /** Optional peers of the package that the section's programs need, as the repository has them. */
  readonly peers?: readonly string[];
  readonly way: Way;
}

const pglite = ["hono", "@electric-sql/pglite"];
const vite = { section: "Vite", tools: ["vite"] };
const jest = ["jest", "@jest/globals"];

export const MATRIX: readonly Row[] = [
  ...["20", "22", "24", "26"].map((version) => {
    return {
      name: `Node ${version}`,
      section: "Node",
      peers: pglite,
      way: { runs: "program", binary: `node-${version}/bin/node` },
    } as const;
  }),
  { name: "Bun", section: "Bun", peers: pglite, way: { runs: "program", binary: "bun/bin/bun" } },
  { name: "Deno", section: "Deno", peers: pglite, way: { runs: "program", binary: "deno/deno" } },
  { name: "Chromium", section: "Browsers", way: { runs: "page", browser: "chromium" } },
  { name: "Firefox", section: "Browsers", way: { runs: "page", browser: "firefox" } },
  ...[
    { name: "workerd", section: "Cloudflare Workers", backend: "portable" as const },
    { name: "workerd with nodejs_compat", section: "Cloudflare Workers with nodejs_compat", backend: "node" as const },
  ].map(({ name, section, backend }) => {
    return { name, section, tools: ["esbuild"], way: { runs: "worker", backend } } as const;
  }),
  {
    name: "workerd with a relay",
    section: "A relay in Cloudflare Workers",
    tools: ["esbuild"],
    peers: ["hono", "pg"],
    way: { runs: "relay worker" },
  },
  { name: "Vite", ...vite, way: { runs: "bundles" } },
  { name: "Vite's development server", ...vite, way: { runs: "development server" } },
  { name: "webpack", section: "webpack", tools: ["webpack", "webpack-cli"], way: { runs: "bundles" } },
  { name: "esbuild", section: "esbuild", tools: ["esbuild"], way: { runs: "bundles" } },
  { name: "Rollup", section: "Rollup", tools: ["rollup", "@rollup/plugin-node-resolve"], way: { runs: "bundles" } },
  { name: "Jest", section: "Jest", tools: jest, way: { runs: "tests", runner: "jest" } },
  {
    name: "Jest with jsdom",
    section: "Jest with jsdom",
    tools: [...jest, "jest-environment-jsdom"],
    way: { runs: "tests", runner: "jest" },
  },
  { name: "Vitest", section: "Vitest", tools: ["vitest"], way: { runs: "tests", runner: "vitest" } },
  {
    name: "Vitest with jsdom",
    section: "Vitest with jsdom",
    tools: ["vitest", "jsdom"],
    way: { runs: "tests", runner: "vitest" },
  },
];
