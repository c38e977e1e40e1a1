// Writes docs/rules.md: each rule of docs/spec.md, where src/ enforces it, and how many tests name it. Writes the names of these tests
// to build/rules-tests.md, which git ignores. `--check` compares docs/rules.md instead of writing it. Both fail when a rule in force has
// no place in src/ or no test, and when src/ or test/ name a rule that is not defined.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

const report = "docs/rules.md";
const testReport = "build/rules-tests.md";

interface Rule {
  readonly id: string;
  readonly meaning: string;
}

/** Where a file names a rule. */
interface Mention {
  readonly id: string;
  readonly file: string;
  readonly position: number;
}

interface Place extends Mention {
  /** Enclosing function or constant, `review.admit`; undefined in the lines at the top of a file, which speak for all of it. */
  readonly name: string | undefined;
  /** Whether it is a check or says how the rule is kept, and does not only refer to it. */
  readonly isStated: boolean;
}

interface TestNaming extends Mention {
  readonly title: string;
}

// Not the one in ML-KEM-768.
const IDS = /(?<![A-Za-z-])(SIG|KEM|ENC|LOG|MEM|GRT|BAK|ESC|SVC|SAS)-(\d+)(?:(?:\.\.| to )(?:\1-)?(\d+))?/g;

/** Every rule that a text names; `SIG-1..4` and `SIG-1 to SIG-4` are four. */
function idsIn(text: string): { readonly id: string; readonly position: number; readonly end: number }[] {
  return [...text.matchAll(IDS)].flatMap((match) => {
    const [whole, family, first, last = first] = match;
    const count = Number(last) - Number(first) + 1;
    const end = match.index + whole.length;
    return Array.from({ length: count }, (_, i) => ({
      ...{ id: `${family}-${Number(first) + i}`, position: match.index, end },
    }));
  });
}

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(ending))
    .map((path) => join(folder, path))
    .sort();
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
}

/** The rules as the specification defines them, each by a list item in one line. */
function definedRules(): readonly Rule[] {
  const items = readFileSync("docs/spec.md", "utf8").matchAll(/^- \*\*([A-Z]{3}-\d+)\*\* (.+)$/gm);
  return [...items].map(([, id = "", meaning = ""]) => ({ id, meaning }));
}

function placesIn(file: string): Place[] {
  const source = parse(file);
  return idsIn(source.text).map(({ id, position, end }) => {
    const token = innermost(source, position);
    const isCheck = ts.isStringLiteral(token) && token.text === id;
    // `GRT-6: drawn afresh …`, also after other rules.
    const states = /^(, (and )?[A-Z]{3}-\d+)*(:|, were)/.test(source.text.slice(end));
    return { id, file, position, name: enclosingName(source, position), isStated: isCheck || states };
  });
}

function innermost(source: ts.SourceFile, position: number): ts.Node {
  const visit = (node: ts.Node): ts.Node =>
    ts.forEachChild(node, (child) =>
      child.getStart(source) <= position && position < child.end ? visit(child) : undefined,
    ) ?? node;
  return visit(source);
}

/** The top-level declaration around a position, its comment included, and the method or property in it. */
function enclosingName(source: ts.SourceFile, position: number): string | undefined {
  const isHeader = !source.text.slice(0, position).includes("\n\n");
  const statement = source.statements.find(({ pos, end }) => pos <= position && position < end);
  if (isHeader || !statement) return undefined;
  const declaration = ts.isVariableStatement(statement) ? statement.declarationList.declarations[0] : statement;
  const outer = nameOf(declaration);
  const body =
    declaration && ts.isVariableDeclaration(declaration)
      ? declaration.initializer
      : (declaration as ts.Node | undefined);
  const members =
    body && (ts.isObjectLiteralExpression(body) ? body.properties : ts.isClassDeclaration(body) ? body.members : []);
  const inner = nameOf([...(members ?? [])].find(({ pos, end }) => pos <= position && position < end));
  return outer && inner ? `${outer}.${inner}` : outer;
}

function nameOf(node: ts.Node | undefined): string | undefined {
  const name = node && ts.getNameOfDeclaration(node as ts.Declaration);
  return name?.getText();
}

/** Each rule with the outermost test or suite that names it in its title, otherwise the test that names it in its body. */
function testsIn(file: string): TestNaming[] {
  const source = parse(file);
  const found: TestNaming[] = [];
  const visit = (node: ts.Node, suites: readonly string[], named: ReadonlySet<string>): void => {
    const call = titledCall(node);
    if (!call) {
      ts.forEachChild(node, (child) => visit(child, suites, named));
      return;
    }
    const title = [...suites, call.title];
    const ids = idsIn(call.isTest ? node.getText(source) : call.title).filter(({ id }) => !named.has(id));
    for (const id of new Set(ids.map(({ id }) => id))) {
      const shown = `${title.join(" › ")}${call.isTest ? "" : " › all"}`;
      found.push({ id, file, position: node.pos, title: shown });
    }
    if (call.isTest) return;
    const inner = new Set([...named, ...ids.map(({ id }) => id)]);
    ts.forEachChild(node, (child) => visit(child, title, inner));
  };
  visit(source, [], new Set());
  return found;
}

/** A call with a title and a function: `it("…", …)`, `it.each(cases)("…", …)`, `describe`, or a helper that wraps one. */
function titledCall(node: ts.Node): { readonly title: string; readonly isTest: boolean } | undefined {
  if (!ts.isCallExpression(node) || !node.arguments.slice(1).some(isFunction)) return undefined;
  const [title] = node.arguments;
  if (!title || !(ts.isStringLiteralLike(title) || ts.isTemplateExpression(title))) return undefined;
  let root: ts.Node = node.expression;
  while (ts.isCallExpression(root) || ts.isPropertyAccessExpression(root)) root = root.expression;
  const text = ts.isStringLiteralLike(title)
    ? title.text
    : title
        .getText()
        .slice(1, -1)
        .replace(/\$\{[^}]*\}/g, "…");
  return { title: text, isTest: ["it", "test"].includes(root.getText()) };
}

function isFunction(node: ts.Node): boolean {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

/** Where to look: checks and statements where there are any, otherwise whatever refers to the rule. */
function shownPlaces(places: readonly Place[]): string[] {
  const stated = places.filter(({ isStated, name }) => isStated && name);
  const chosen = stated.length > 0 ? stated : places;
  return [...new Set(chosen.map(({ file, name }) => `${file.slice("src/".length)}${name ? `: ${name}` : ""}`))];
}

const escapeMarkdown = (text: string): string => text.replace(/[|<*_]/g, "\\$&");

function tableOf(rules: readonly Rule[], places: readonly Place[], tests: readonly TestNaming[]): string {
  const rows = rules.map(({ id, meaning }) => {
    const where = shownPlaces(places.filter((place) => place.id === id));
    const count = tests.filter((test) => test.id === id).length;
    const cells = [`**${id}**`, meaning.replaceAll("|", "\\|"), where.map((place) => `\`${place}\``).join("<br>")];
    return `| ${[...cells, count].join(" | ")} |`;
  });
  return ["| rule | what it says | where in `src/` | tests |", "|---|---|---|---|", ...rows].join("\n");
}

function testList({ id }: Rule, tests: readonly TestNaming[]): string {
  const own = tests.filter((test) => test.id === id);
  const files = [...new Set(own.map(({ file }) => file))].map((file) => {
    const titles = own.filter((test) => test.file === file).map(({ title }) => `  - ${escapeMarkdown(title)}`);
    return [`- \`${file}\``, ...new Set(titles)].join("\n");
  });
  return [`## ${id}\n`, ...(files.length > 0 ? files : ["None."])].join("\n");
}

const rules = definedRules();
// The error codes' documentation refers to rules and enforces none.
const sources = filesIn("src", ".ts").filter((file) => file !== join("src", "errors.ts"));
const places = sources.flatMap(placesIn);
const tests = filesIn("test", ".test.ts").flatMap(testsIn);

const sections = [
  "<!-- Made by `npm run gen:rules` from docs/spec.md, src/ and test/. CI fails when it is out of date. -->",
  "# Rules",
  `Each rule of the [specification](spec.md), its place in the code, and how many tests name it. Many rules are checked in one place and
relied on in others; the places here are the checks, or where a rule holds by construction, the code that says so. \`npm run gen:rules\`
writes this table, and the names of the tests to \`${testReport}\`, which is not in the repository.`,
  tableOf(rules, places, tests),
];
const markdown = `${sections.join("\n\n")}\n`;
const testLists = ["# Rules, and the tests that name them", ...rules.map((rule) => testList(rule, tests))];

const known = new Set(rules.map(({ id }) => id));
const named = (file: string) => idsIn(readFileSync(file, "utf8")).map(({ id }) => ({ id, file }));
const strangers = [...filesIn("src", ".ts"), ...filesIn("test", ".ts")]
  .flatMap(named)
  .filter(({ id }) => !known.has(id));
const problems = [
  ...(rules.length === 0 ? ["docs/spec.md defines no rules"] : []),
  ...(known.size < rules.length ? ["docs/spec.md defines a rule twice"] : []),
  ...new Set(strangers.map(({ id, file }) => `${file} names ${id}, which docs/spec.md does not define`)),
  ...rules.filter(({ id }) => !places.some((place) => place.id === id)).map(({ id }) => `${id} has no place in src/`),
  ...rules.filter(({ id }) => !tests.some((test) => test.id === id)).map(({ id }) => `${id} has no test that names it`),
];

mkdirSync(dirname(testReport), { recursive: true });
writeFileSync(testReport, `${testLists.join("\n\n")}\n`);
if (!process.argv.includes("--check")) writeFileSync(report, markdown);
else if (!existsSync(report) || readFileSync(report, "utf8") !== markdown) {
  problems.push(`${report} is out of date: run \`npm run gen:rules\`, then review and commit the difference`);
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
