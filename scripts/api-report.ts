// Writes docs/api-report.md: every exported name with its signature, from the built declarations, so that a change of the
// public API shows up as a diff. `--check` compares instead of writing.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import ts from "typescript";

const report = "docs/api-report.md";
const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
};
const entries = Object.fromEntries(
  Object.entries(exports).flatMap(([path, target]) =>
    typeof target === "string" ? [] : [[`keystead${path.slice(1)}`, target.types.slice(2)]],
  ),
);

const program = ts.createProgram(Object.values(entries), {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  target: ts.ScriptTarget.ES2022,
});
const checker = program.getTypeChecker();
const printer = ts.createPrinter({ removeComments: true });

const resolve = (symbol: ts.Symbol): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

/** A constant's declaration is the whole statement, so that it prints as it was written. */
const statement = (node: ts.Node): ts.Node => (ts.isVariableDeclaration(node) ? node.parent.parent : node);

/** The top-level declarations of a symbol in dist/; none if it belongs to a dependency or to the language. */
const declarations = (symbol: ts.Symbol): ts.Node[] =>
  (symbol.declarations ?? [])
    .map(statement)
    .filter((node) => ts.isSourceFile(node.parent) && node.parent.fileName.includes("dist/"));

/** The symbols that the declarations of a symbol mention. */
function mentions(symbol: ts.Symbol): ts.Symbol[] {
  const found: ts.Symbol[] = [];
  const visit = (node: ts.Node): void => {
    const target = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
    if (target) found.push(resolve(target));
    ts.forEachChild(node, visit);
  };
  declarations(symbol).forEach(visit);
  return found.filter((other) => declarations(other).length > 0);
}

const print = (node: ts.Node): string =>
  printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()).replace(/^(export |declare )+/, "");

function section(title: string, symbols: Iterable<readonly [string, ts.Symbol]>): string {
  const blocks = [...symbols]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, symbol]) => `### ${name}\n\n\`\`\`ts\n${declarations(symbol).map(print).join("\n")}\n\`\`\`\n`);
  return [`## ${title}\n`, ...blocks].join("\n");
}

function exportsOf(path: string): Map<string, ts.Symbol> {
  const file = program.getSourceFile(path);
  if (!file) throw new Error(`${path} is not there: run \`npm run build\` first`);
  // An entry that exports nothing is a module without a symbol.
  const module = checker.getSymbolAtLocation(file);
  return new Map((module ? checker.getExportsOfModule(module) : []).map((symbol) => [symbol.name, resolve(symbol)]));
}

const published = Object.entries(entries).map(([name, path]) => [name, exportsOf(path)] as const);
const exported = new Set(published.flatMap(([, symbols]) => [...symbols.values()]));
// A Set may grow while it is iterated, so this also reaches indirect mentions.
const reachable = new Set(exported);
for (const symbol of reachable) for (const other of mentions(symbol)) reachable.add(other);
const inner = [...reachable].filter((symbol) => !exported.has(symbol)).map((symbol) => [symbol.name, symbol] as const);

const text = [
  "<!-- Made by `npm run gen:api` from the built declarations. CI fails when it is out of date. -->\n\n# Public API\n",
  ...published.map(([name, symbols]) => section(name, symbols)),
  ...(inner.length > 0 ? [section("Mentioned but not exported", inner)] : []),
].join("\n");

if (!process.argv.includes("--check")) {
  writeFileSync(report, text);
} else if (!existsSync(report) || readFileSync(report, "utf8") !== text) {
  console.error(
    `${report} is out of date: run \`npm run build && npm run gen:api\`, then review and commit the difference`,
  );
  process.exitCode = 1;
}
