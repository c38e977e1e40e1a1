// Type-checks and runs every ```ts block of README.md and docs/, each as a module of its own, so that every example keeps
// working. A block marked ```ts no-run is only type-checked. Blocks import "keystead" as a reader would, and get the sources.
//
// What a line prints is compared with the comment `// → output` at its end, or alone on the next line. Outputs of one line are
// joined by ", ", and … stands for any text.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";
import ts from "typescript";

interface Block {
  /** Where the block's file is written; its line numbers are those of the document. */
  readonly file: string;
  readonly document: string;
  readonly line: number;
  readonly text: string;
  readonly runs: boolean;
}

/** Inside the project, so that its packages and its tsconfig paths are found. */
const folder = resolve(".cache/doc-examples");
/** Generated documents have no examples. */
const generated = /^docs\/(api\/|api-report\.md$)/;

const documents = [
  ...["README.md"].filter((path) => existsSync(path)),
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .map((path) => join("docs", path))
    .filter((path) => path.endsWith(".md") && !generated.test(path))
    .sort(),
];

function blocksOf(document: string): Block[] {
  const fences = /^([ \t]*)```([^\n]*)\n(.*?)^[ \t]*```[ \t]*$/gms;
  const source = readFileSync(document, "utf8");
  return [...source.matchAll(fences)].flatMap(([, , info = "", text = ""], i, all) => {
    const line = source.slice(0, all.at(i)?.index).split("\n").length;
    if (!/^([tj]sx?|mjs|typescript|javascript)\b/.test(info)) return [];
    // A file with its name, which npm run check:smoke writes and runs.
    if (document === "docs/runtimes.md" && /^js \S+\.js$/.test(info)) return [];
    if (info !== "ts" && info !== "ts no-run") {
      throw new Error(`${document}:${line}: mark code as \`\`\`ts or \`\`\`ts no-run, or it goes untested`);
    }
    const file = join(folder, `${document.replaceAll("/", "-")}.${line}.ts`);
    return [{ file, document, line, text: "\n".repeat(line) + text, runs: info === "ts" }];
  });
}

function typeErrors(blocks: readonly Block[]): string[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    "tsconfig.json",
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
  );
  const program = ts.createProgram(
    blocks.map(({ file }) => file),
    // `force`: a block without imports is a module too, and does not see the others' names.
    { ...config?.options, moduleDetection: ts.ModuleDetectionKind.Force },
  );
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const block = blocks.find(({ file }) => file === diagnostic.file?.fileName);
    const line = diagnostic.file?.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line ?? 0;
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
    return `${block?.document ?? diagnostic.file?.fileName}:${line + 1}: ${message}`;
  });
}

/** What a block says that its lines print, by line. @throws for a comment that says so without the arrow */
function expectedOf({ document, text }: Block): ReadonlyMap<number, string> {
  const lines = text.split("\n");
  return new Map(
    lines.flatMap((code, i): [number, string][] => {
      if (/^\s*(?!\/\/).*\bconsole\.log\(.*\); *\/\/ (?!→ )/.test(code)) {
        throw new Error(`${document}:${i + 1}: say what it prints as // → output, or it goes untested`);
      }
      const [, output] = /\/\/ → (.*)$/.exec(code) ?? [];
      const isAlone = code.trimStart().startsWith("//");
      return output === undefined ? [] : [[isAlone ? i : i + 1, output]];
    }),
  );
}

/** Runs a block. @returns what each of its lines printed */
async function run({ file }: Block): Promise<ReadonlyMap<number, readonly string[]>> {
  const printed = new Map<number, string[]>();
  const { log } = console;
  console.log = (...values: unknown[]) => {
    const [, line] = new Error().stack?.split(`${file}:`) ?? [];
    const number = Number.parseInt(line ?? "", 10);
    printed.set(number, [...(printed.get(number) ?? []), format(...values)]);
    log(...values);
  };
  try {
    await import(pathToFileURL(file).href);
  } finally {
    console.log = log;
  }
  return printed;
}

/** Each line that printed something else than the block says. */
function wrongOutputs(block: Block, printed: ReadonlyMap<number, readonly string[]>): string[] {
  return [...expectedOf(block)].flatMap(([line, expected]) => {
    const pattern = expected.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const output = printed.get(line)?.join(", ") ?? "";
    if (new RegExp(`^${pattern.join(".*")}$`, "s").test(output)) return [];
    return [`${block.document}:${line}: says that it prints ${expected}, and it printed ${output || "nothing"}`];
  });
}

const blocks = documents.flatMap(blocksOf);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const { file, text } of blocks) writeFileSync(file, text);

const failures = typeErrors(blocks);
for (const block of blocks) {
  const { document, line } = block;
  if (!block.runs) continue;
  console.log(`-- ${document}:${line}`);
  try {
    failures.push(...wrongOutputs(block, await run(block)));
  } catch (error) {
    console.error(error);
    failures.push(`${document}:${line}: threw ${error}`);
  }
}
for (const failure of failures) console.error(failure);
console.log(`${blocks.length} examples in ${documents.length} documents, ${failures.length} failures`);
// Stops everything that an example left running.
process.exit(failures.length > 0 ? 1 : 0);
