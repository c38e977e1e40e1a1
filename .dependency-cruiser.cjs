// The one direction of imports: a folder of src/ imports only from itself and from what stands before it in this list.
// No cycles anywhere, and nothing in the pure core that a browser does not have.

const order = [
  "errors",
  "bytes",
  "arguments",
  "primitives",
  "keys",
  "log",
  "grants",
  "trust",
  "authoring",
  "coverage",
  "fingerprint",
  "backup",
  "escrow",
  "content",
  "agenda",
  "views",
  "storage",
  "transport",
  "sender",
  "client",
  "relay",
  "cli",
  "testing",
];
const pure = order.slice(0, order.indexOf("storage"));

/** The native backend. */
const native = "^src/primitives/node(|-aead|-curves|-hash|-keys|-mlkem)\\.ts$";

/** Matches the folders of these names, and the error class. Entries, the other files beside it, re-export from everywhere. */
const within = (names) => `^src/(errors\\.ts$|(${names.join("|")})/)`;

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...order.map((name, i) => ({
      name: `order-${name}`,
      comment: `src/${name} imports only from: ${order.slice(0, i + 1).join(", ")}`,
      severity: "error",
      from: { path: within([name]) },
      to: { path: "^src/", pathNot: within(order.slice(0, i + 1)) },
    })),
    {
      name: "folder-without-place",
      comment: "every folder of src/ has its place in the order above",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: within(order) },
      to: {},
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-builtins-in-pure-core",
      comment: "the core runs the same in browsers, workers, Deno and Bun; only the native backend needs Node",
      severity: "error",
      from: { path: [within(pure), "^src/[^/]+\\.ts$"], pathNot: native },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "native-only-by-condition",
      comment: "a file that imports the native backend by its path takes Node into every browser's bundle",
      severity: "error",
      from: { path: "^src/", pathNot: native },
      to: { path: native },
    },
    {
      name: "no-undeclared-packages",
      comment: "what src/ imports is installed with the package, or named as a peer that a caller installs",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["npm-peer"] },
    },
    {
      name: "no-way-out-of-src",
      comment: "the library knows nothing of its tests, examples and tools",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|examples|bench|scripts)/" },
    },
    {
      name: "examples-use-the-public-api",
      severity: "error",
      from: { path: "^examples/" },
      to: { path: "^src/", pathNot: "^src/[^/]+\\.ts$" },
    },
    {
      name: "demo-uses-the-public-api",
      comment: "what is awkward for the demo is awkward for every app: mend it in the package",
      severity: "error",
      from: { path: "^demo/" },
      to: { path: "^src/", pathNot: "^src/[^/]+\\.ts$" },
    },
    { name: "not-resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: `${__dirname}/tsconfig.json` },
    // Types count: a folder that needs a later one's types is still upside down.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "default"] },
  },
};
