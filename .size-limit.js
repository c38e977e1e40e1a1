// What an app's users download, minified and gzipped, with all dependencies. Budgets stand just above what is measured, so that
// growth is noticed. The goals, 45 kB and 34 kB, are not reached: noble takes 30 kB of both.

// The repository's tsconfig.json maps imports to the sources; what is measured is the package.
const modifyEsbuildConfig = (config) => ({ ...config, tsconfigRaw: "{}" });

export default [
  { name: "whole core", path: "dist/index.js", limit: "94.5 kB", gzip: true, modifyEsbuildConfig },
  {
    name: "verify and seal only (a sender)",
    path: "dist/index.js",
    import: "{ verifyLog, sealContent, systemEnv }",
    limit: "60.4 kB",
    gzip: true,
    modifyEsbuildConfig,
  },
  { name: "keystead/escrow", path: "dist/escrow.js", limit: "78 kB", gzip: true, modifyEsbuildConfig },
  { name: "keystead/client", path: "dist/client.js", limit: "129 kB", gzip: true, modifyEsbuildConfig },
  { name: "keystead/escrow-client", path: "dist/escrow-client.js", limit: "125.9 kB", gzip: true, modifyEsbuildConfig },
  { name: "keystead/sender", path: "dist/sender.js", limit: "84 kB", gzip: true, modifyEsbuildConfig },
  { name: "keystead/english", path: "dist/english.js", limit: "9.9 kB", gzip: true, modifyEsbuildConfig },
  { name: "keystead/blobs", path: "dist/blobs.js", limit: "52.1 kB", gzip: true, modifyEsbuildConfig },
  { name: "keystead/words", path: "dist/words.js", limit: "10.8 kB", gzip: true, modifyEsbuildConfig },
];
