// What an app's users download, minified and gzipped, with all dependencies. Budgets stand just above what is measured, so that
// growth is noticed. The goals, 45 kB and 34 kB, are not reached: noble takes 30 kB of both, the word list 6 kB of the core.

// The repository's tsconfig.json maps imports to the sources; what is measured is the package.
const modifyEsbuildConfig = (config) => ({ ...config, tsconfigRaw: "{}" });

export default [
  { name: "whole core", path: "dist/index.js", limit: "106.5 kB", gzip: true, modifyEsbuildConfig },
  {
    name: "verify and seal only (a sender)",
    path: "dist/index.js",
    import: "{ verifyLog, sealContent, systemEnv }",
    limit: "62.8 kB",
    gzip: true,
    modifyEsbuildConfig,
  },
];
