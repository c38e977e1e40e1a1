// What an app's users download, minified and gzipped, with all dependencies.

import * as core from "./dist/index.js";

const sender = {
  name: "verify and seal only (a sender)",
  path: "dist/index.js",
  import: "{ verifyLog, sealTo, systemEnv }",
  limit: "34 kB",
  gzip: true,
};

export default [
  { name: "whole core", path: "dist/index.js", limit: "45 kB", gzip: true },
  // Not measurable before these functions exist.
  ...("verifyLog" in core && "sealTo" in core ? [sender] : []),
];
