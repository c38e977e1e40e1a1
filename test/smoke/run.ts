// Runs one row of the matrix in a folder of its own, and gives back what it printed.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { transformSync } from "esbuild";
import { type Browser, chromium, firefox } from "playwright";
import { chromiumLaunchOptions } from "../../scripts/chromium.js";
import { firefoxLaunchOptions } from "../../scripts/firefox.js";
import { PostgresServer } from "../support/postgres-server.js";
import type { Row } from "./matrix.js";
import { type Section, sectionsOf } from "./page.js";

const home = import.meta.dirname;
const tools = join(home, "node_modules");
/** The packages of the repository. */
const own = resolve("node_modules");

/** A row that cannot run on this machine; in CI that is a failure. */
export class Missing extends Error {}

const sections = sectionsOf(readFileSync("docs/runtimes.md", "utf8"));

/** What a page of a reader's project has: the files and commands of the section, the story, and the tools. */
function prepare({ section: heading, tools: used = [], peers = [], way }: Row, folder: string): Section {
  const section = sections.get(heading);
  if (!section) throw new Error(`docs/runtimes.md has no section ${heading}`);
  for (const name of readdirSync(join(home, "story"))) {
    const { code } = transformSync(readFileSync(join(home, "story", name), "utf8"), { loader: "ts", target: "es2022" });
    writeFileSync(join(folder, name.replace(/ts$/, "js")), code);
  }
  if (way.runs === "tests") writeFileSync(join(folder, "story.test.js"), testFor(way.runner));
  for (const [name, text] of section.files) writeFileSync(join(folder, name), text);
  for (const tool of used) link(tool, tools, folder);
  for (const peer of peers) link(peer, own, folder);
  return section;
}

/** The story as a test, and again under fake timers, which hang what waits for a timer of the test's. */
function testFor(runner: "jest" | "vitest"): string {
  const [imports, fakes] = runner === "jest" ? ["@jest/globals", "jest"] : ["vitest", "vi"];
  const tell = 'console.log("told:", await story());';
  return `
import { ${fakes}, test } from "${imports}";
import { story } from "./story.js";

test("the story", async () => { ${tell} }, 120_000);
test("under fake timers", async () => { ${fakes}.useFakeTimers(); ${tell} }, 120_000);
`;
}

/** Makes an installed package one of the project, with its commands. */
function link(name: string, packages: string, folder: string): void {
  const installed = join(packages, name);
  const place = join(folder, "node_modules", name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(installed, place);
  const { bin = {} } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
    readonly bin?: string | Readonly<Record<string, string>>;
  };
  const commands = typeof bin === "string" ? { [name]: bin } : bin;
  mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
  for (const [command, path] of Object.entries(commands)) {
    symlinkSync(join(installed, path), join(folder, "node_modules/.bin", command));
  }
}

/** Runs lines of a shell, with the programs of a folder before all others. @returns what they print @throws where one fails */
async function shell(lines: readonly string[], folder: string, programs?: string): Promise<string> {
  const { PATH, HOME, TMPDIR } = process.env;
  const env = { PATH: [programs, PATH].filter(Boolean).join(delimiter), HOME, TMPDIR, NO_COLOR: "1", CI: "true" };
  // A stack can show a line of a bundle, which is the whole bundle.
  const shown = ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): string =>
    `${stdout}${stderr}`.replace(/^(.{400}).+$/gm, "$1…");
  const options = { cwd: folder, env, timeout: 180_000, maxBuffer: 2 ** 26 };
  try {
    return shown(await promisify(execFile)("sh", ["-ec", lines.join("\n")], options));
  } catch (cause) {
    const { code, signal, ...said } = cause as { code?: number; signal?: string; stdout: string; stderr: string };
    throw new Error(`${lines.join("; ")} ended with ${code ?? signal}\n${shown(said)}`, { cause });
  }
}

const browsers = new Map<string, Promise<Browser>>();

function launch(name: "chromium" | "firefox"): Promise<Browser> {
  const options = name === "chromium" ? chromiumLaunchOptions() : firefoxLaunchOptions();
  if (!options) throw new Missing(`there is no ${name} here`);
  const browser = browsers.get(name) ?? { chromium, firefox }[name].launch(options);
  browsers.set(name, browser);
  return browser;
}

export async function closeBrowsers(): Promise<void> {
  for (const browser of browsers.values()) await (await browser).close();
}

/** What the page at an address prints, until it has told the story or failed. */
async function visit(name: "chromium" | "firefox", url: string): Promise<string> {
  const page = await (await launch(name)).newPage();
  const said: string[] = [];
  try {
    await new Promise<void>((done, failed) => {
      const heard = (line: string): void => {
        said.push(line);
        if (/^(told|failed): /.test(line)) done();
      };
      const timer = setTimeout(done, 120_000);
      page.once("close", () => clearTimeout(timer));
      page.on("console", (message) => heard(message.text()));
      page.on("pageerror", (error) => said.push(String(error.stack ?? error)));
      page.goto(url).catch(failed);
    });
  } finally {
    await page.close();
  }
  return said.join("\n");
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
};
const PAGE = '<!doctype html><meta charset="utf-8"><script type="module" src="/main.js"></script>';

/** What a folder's page prints, as a browser gets it from a server of files. */
async function visitFolder(name: "chromium" | "firefox", folder: string): Promise<string> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const file = join(folder, path === "/" ? "index.html" : path);
    const isThere = existsSync(file);
    response.statusCode = isThere || path === "/" ? 200 : 404;
    response.setHeader("content-type", `${TYPES[extname(file)] ?? "application/octet-stream"}; charset=utf-8`);
    response.end(isThere ? readFileSync(file) : PAGE);
  });
  await new Promise<void>((listens) => server.listen(0, "127.0.0.1", listens));
  try {
    return await visit(name, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** All code of a bundle. */
const codeIn = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.m?js$/.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");

/** @throws unless the code takes the expected backend, and a portable one nothing of Node */
function checkBackend(code: string, backend: "node" | "portable", what: string): void {
  const isNative = /["'`]node:crypto["'`]/.test(code);
  if (backend === "node" && !isNative) throw new Error(`${what} has the portable backend`);
  const [nodes] = backend === "portable" ? (/["'`]node:[a-z/]+["'`]/.exec(code) ?? []) : [];
  if (nodes) throw new Error(`${what} imports ${nodes}`);
}

/** @throws unless the story on the relay came to its end */
function checkRelay(said: string): void {
  if (!/^relay: told$/m.test(said)) throw new Error(`no relay told its story\n${said}`);
}

/** What the story on a relay in workerd prints, over a PostgreSQL that is started for it. */
async function serveInWorkerd(commands: readonly string[], folder: string): Promise<string> {
  if (!PostgresServer.isInstalled) throw new Missing("there is no PostgreSQL here");
  await shell(commands, folder);
  const database = new PostgresServer();
  try {
    const port = await freePort();
    await database.start("listen_addresses=127.0.0.1", `port=${port}`);
    const url = `postgresql://relay@127.0.0.1:${port}/postgres`;
    return await shell([`'${process.execPath}' '${resolve(home, "relay-worker.mjs")}' '${url}'`], folder);
  } finally {
    await database.remove();
  }
}

/** A port of this machine that nobody listens at. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listens) => server.listen(0, "127.0.0.1", listens));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Runs a row. @returns what it printed, story for story; nothing where a relay alone runs @throws {@link Missing}, and where something fails */
export async function runRow(row: Row, folder: string): Promise<readonly string[]> {
  const { way } = row;
  const { commands } = prepare(row, folder);
  switch (way.runs) {
    case "program": {
      const binary = join(tools, way.binary);
      if (!existsSync(binary)) throw new Missing(`npm has no ${row.name} for this machine`);
      const said = await shell(commands, folder, dirname(binary));
      if (!/^backend: .*\/primitives\/node\.js$/m.test(said)) throw new Error(`it has the portable backend\n${said}`);
      checkRelay(said);
      return [said];
    }
    case "page":
      return [await visitFolder(way.browser, folder)];
    case "worker": {
      await shell(commands, folder);
      checkBackend(codeIn(join(folder, "dist")), way.backend, "the worker");
      const said = await shell([`'${process.execPath}' '${resolve(home, "worker.mjs")}'`], folder);
      if (!said.includes("at load: INVALID_ARGUMENT")) throw new Error(`while it loads:\n${said}`);
      return [said];
    }
    case "relay worker": {
      checkRelay(await serveInWorkerd(commands, folder));
      return [];
    }
    case "bundles": {
      await shell(commands, folder);
      const [web, node] = [join(folder, "dist/web"), join(folder, "dist/node")];
      checkBackend(codeIn(web), "portable", "the bundle for browsers");
      checkBackend(codeIn(node), "node", "the bundle for Node");
      return [await shell([`'${process.execPath}' dist/node/main.js`], folder), await visitFolder("chromium", web)];
    }
    case "development server": {
      const { createServer } = (await import(
        pathToFileURL(join(tools, "vite/dist/node/index.js")).href
      )) as typeof import("vite");
      const server = await createServer({ root: folder, logLevel: "warn", server: { host: "127.0.0.1", port: 0 } });
      try {
        await server.listen();
        return [await visit("chromium", server.resolvedUrls?.local[0] ?? "")];
      } finally {
        await server.close();
      }
    }
    case "tests": {
      const said = await shell(commands, folder);
      return [...said.matchAll(/told: .*/g)].map(([told]) => told);
    }
  }
}
