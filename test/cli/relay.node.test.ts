// `keystead relay`, over a real socket.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RELAY_USAGE, type RunningRelay, runRelay } from "../../src/cli/relay.js";
import { systemEnv } from "../../src/primitives/env.js";
import { targetOf } from "../../src/transport/addresses.js";
import { requestSigner, signRequest } from "../../src/transport/request-signature.js";
import {
  appendEntryRoute,
  CBOR,
  createLogRoute,
  eventsRoute,
  PAGE,
  readBody,
  readEntriesRoute,
} from "../../src/transport/wire.js";
import { rejection } from "../support/thrown.js";
import { openWorld } from "../support/world.js";

const folder = mkdtempSync(join(tmpdir(), "keystead-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("keystead relay --data", () => {
  const data = join(folder, "data");
  const said: string[] = [];
  const world = openWorld("cli").rename("Laptop", "A");
  const { head, subject } = world.log;
  let relay: RunningRelay;
  beforeAll(async () => {
    relay = await runRelay(["--data", data, "--port", "0"], (line) => said.push(line));
  });
  afterAll(async () => await relay?.close());

  const ask = (method: string, target: string, body?: Uint8Array) => {
    const signer = requestSigner(world.session("Laptop").keyring);
    const signed = signRequest({ method, target }, { signer, origin: relay.url, body, env: systemEnv() });
    const headers = { ...signed, ...(body && { "content-type": CBOR }) };
    return fetch(`${relay.url}${target}`, { method, headers, ...(body && { body: body as BodyInit }) });
  };

  it("listens to this machine only, and warns that nobody is asked", () => {
    expect(said).toEqual([`relay: listening at ${relay.url}`, expect.stringContaining("WARNING")]);
    expect(relay.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(existsSync(join(data, "relay.lock"))).toBe(true);
  });

  it("stores a log, shows it, and says that it grows", async () => {
    const [first, second] = world.entries as [Uint8Array, Uint8Array];
    expect((await ask("PUT", targetOf(createLogRoute, { subject }), first)).status).toBe(201);
    const events = await ask("GET", targetOf(eventsRoute, {}, { log: [head.log] }));
    const reader = (events.body as ReadableStream<Uint8Array>).getReader();
    expect((await ask("POST", targetOf(appendEntryRoute, { log: head.log }), second)).status).toBe(201);
    let heard = "";
    while (!heard.includes('"seq":2')) heard += new TextDecoder().decode((await reader.read()).value);
    expect(heard).toContain(`data: {"log":"${head.log}","seq":2}`);
    const page = await ask("GET", targetOf(readEntriesRoute, { log: head.log }, { attachments: "all" }));
    expect(readBody(PAGE, new Uint8Array(await page.arrayBuffer())).entries).toEqual(world.entries);
    await relay.close();
    expect((await reader.read()).done).toBe(true);
    expect(existsSync(join(data, "relay.lock"))).toBe(false);
  });

  it("has the log again after a restart", async () => {
    relay = await runRelay(["--data", data, "--port", "0"], () => {});
    const page = await ask("GET", targetOf(readEntriesRoute, { log: head.log }, { attachments: "all" }));
    expect(readBody(PAGE, new Uint8Array(await page.arrayBuffer())).entries).toEqual(world.entries);
  });
});

describe("keystead relay --log --metrics", () => {
  it("writes lines of JSON, and serves metrics on a port of their own", async () => {
    const said: string[] = [];
    const args = ["--data", join(folder, "logged"), "--port", "0", "--log", "--metrics", "127.0.0.1:0"];
    const relay = await runRelay(args, (line) => said.push(line));
    try {
      await fetch(`${relay.url}/health`);
      const line = JSON.parse(said.find((each) => each.startsWith("{")) ?? "");
      expect(line).toMatchObject({ event: "request", status: 200 });
      const at = said.find((each) => each.startsWith("relay: metrics at "))?.slice("relay: metrics at ".length) ?? "";
      const text = await (await fetch(at)).text();
      expect(text).toContain('keystead_requests_total{route="none",method="GET",status="200"} 1');
      expect(text).toContain("process_resident_memory_bytes");
      expect((await fetch(at.replace("/metrics", "/other"))).status).toBe(404);
    } finally {
      await relay.close();
    }
  });

  it("ends while a client listens to events and another does not send its request", async () => {
    const relay = await runRelay(["--data", join(folder, "stopped"), "--port", "0"], () => {});
    const { port } = new URL(relay.url);
    const slow = connect(Number(port), "127.0.0.1");
    await new Promise((connected) => slow.once("connect", connected));
    const closed = new Promise((end) => slow.once("close", end));
    await relay.close();
    await closed;
    await expect(fetch(`${relay.url}/health`)).rejects.toThrow();
  });
});

describe("a client that never ends its headers", () => {
  it("is answered and cut off when its time is over, and others are served meanwhile", async () => {
    const times = { headersTimeout: 50, requestTimeout: 60_000, connectionsCheckingInterval: 10 };
    const relay = await runRelay(["--data", join(folder, "slow"), "--port", "0"], () => {}, times);
    const socket = connect(Number(new URL(relay.url).port), "127.0.0.1");
    socket.write("GET /health HTTP/1.1\r\nHost: relay\r\nX-Slow: ");
    expect(await (await fetch(`${relay.url}/health`)).json()).toEqual({ status: "ok" });
    let answer = "";
    for await (const part of socket) answer += String(part);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    await relay.close();
  });
});

describe("a body that never ends", () => {
  it("is refused while it comes", async () => {
    const relay = await runRelay(["--data", join(folder, "endless"), "--port", "0"], () => {});
    const target = targetOf(appendEntryRoute, { log: openWorld("cli").log.head.log });
    const endless = connect(Number(new URL(relay.url).port), "127.0.0.1");
    let answer = "";
    endless.on("data", (part) => (answer += String(part))).on("error", () => {});
    endless.write(
      `POST ${target} HTTP/1.1\r\nHost: relay\r\nContent-Type: ${CBOR}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
    const more = () => {
      while (answer === "" && !endless.destroyed) if (!endless.write(chunk)) return;
    };
    endless.on("drain", more);
    more();
    await expect.poll(() => answer, { timeout: 60_000 }).toMatch(/^HTTP\/1\.1 413 /);
    endless.destroy();
    await relay.close();
  });
});

describe("arguments of keystead relay", () => {
  writeFileSync(join(folder, "empty.mjs"), "export const notify = () => {};");
  it.each<[string, readonly string[]]>([
    ["neither folder nor database", []],
    ["both", ["--data", "x", "--database", "y"]],
    ["an unknown option", ["--data", "x", "--prot", "1"]],
    ["a wrong port", ["--data", "x", "--port", "70000"]],
    ["a wrong port for metrics", ["--data", "x", "--metrics", "localhost:http"]],
    ["another host without an app", ["--data", "x", "--host", "0.0.0.0"]],
    ["an app that is not there", ["--data", "x", "--app", join(folder, "none.mjs")]],
    ["an app without authorize", ["--data", "x", "--app", join(folder, "empty.mjs")]],
  ])("refuse %s", async (_what, args) => {
    expect((await rejection(runRelay(args, () => {}))).code).toBe("INVALID_ARGUMENT");
    expect(existsSync("x")).toBe(false);
  });

  it("are shown to a caller that asks for them", () => {
    const { status, stdout } = spawnSync(process.execPath, ["--import", "tsx", "src/cli/main.ts", "relay", "--help"]);
    expect([status, String(stdout)]).toEqual([0, `${RELAY_USAGE}\n`]);
  });
});
