// The Dockerfile, without Docker: its instructions are known ones, what it copies is there, its pins are those of package.json, and its
// entry point and health check run here as they would in the container. The packing and installing is what `npm run check:package` does.

import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { runRelay } from "../../src/cli/relay.js";

const instructions = readFileSync("Dockerfile", "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line): readonly [string, string] => [line.split(" ", 1).join(), line.slice(line.indexOf(" ") + 1)]);
const all = (name: string) => instructions.flatMap(([each, rest]) => (each === name ? [rest] : []));
const only = (name: string): string => {
  const [found, ...more] = all(name);
  expect(more).toEqual([]);
  return found ?? expect.unreachable(`no ${name}`);
};
const { version, devDependencies, scripts } = JSON.parse(readFileSync("package.json", "utf8"));

it("has two stages of known instructions, and does not run as root", () => {
  const known = ["COPY", "ENTRYPOINT", "EXPOSE", "FROM", "HEALTHCHECK", "RUN", "STOPSIGNAL", "USER", "WORKDIR"];
  expect([...new Set(instructions.map(([name]) => name))].sort()).toEqual(known);
  expect(all("FROM")).toEqual(["node:22-bookworm-slim AS build", "node:22-bookworm-slim"]);
  expect(only("USER")).toBe("node");
});

it("runs scripts that exist, and installs what package.json pins", () => {
  const runs = all("RUN").join("\n");
  for (const [, script] of runs.matchAll(/npm run (\S+)/g)) expect(Object.keys(scripts)).toContain(script);
  expect(runs.match(/keystead-(\d\S*?)\.tgz/)?.[1]).toBe(version);
  const pins = [...runs.matchAll(/ ((?:@[\w-]+\/)?[\w-]+)@(\d\S*)/g)];
  expect(pins.map(([, name]) => name)).toEqual(["hono", "@hono/node-server", "pg", "prom-client"]);
  for (const [, name = "", pin] of pins) expect(pin).toBe(devDependencies[name]);
  for (const ignored of readFileSync(".dockerignore", "utf8").trim().split("\n"))
    expect(["package-lock.json", "src", "tsup.config.ts"]).not.toContain(ignored);
});

it("starts the relay, and finds it healthy", async () => {
  const [node, file, command, ...args] = JSON.parse(only("ENTRYPOINT")) as string[];
  expect([node, file, command]).toEqual(["node", "node_modules/keystead/dist/cli.js", "relay"]);
  const folder = mkdtempSync(join(tmpdir(), "keystead-docker-"));
  writeFileSync(join(folder, "app.mjs"), "export const authorize = () => false;");
  const own = ["--data", join(folder, "data"), "--port", "0", "--app", join(folder, "app.mjs")];
  const relay = await runRelay([...args.map((arg) => arg.replace(":9090", ":0")), ...own], () => {});
  try {
    const [, ...check] = JSON.parse(only("HEALTHCHECK").replace(/^CMD /, "")) as string[];
    const probe = (port: string) =>
      promisify(execFile)(
        process.execPath,
        check.map((arg) => arg.replace("8080", port)),
      );
    expect((await probe(new URL(relay.url).port)).stderr).toBe("");
    await expect(probe("1")).rejects.toMatchObject({ code: 1 });
    expect(existsSync(join(folder, "data"))).toBe(true);
  } finally {
    await relay.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
