// The example of the guide, as a process of its own beside a relay: a user's device opens what it sealed.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { utf8Encode } from "../../src/bytes/text.js";
import { type RunningRelay, runRelay } from "../../src/cli/relay.js";
import { openSession, type Session } from "../../src/client/session.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";

const EXAMPLE = "examples/voicemail-service.ts";
const SUBJECT = "3f0c4d7e-9d0a-4b60-8f8e-2f6f0c8a1d11";
const folder = mkdtempSync(join(tmpdir(), "keystead-example-"));
const data = join(folder, "voicemail");
let relay: RunningRelay;
let laptop: Session;
let service: ChildProcess | undefined;
let url: string;

/** Resolves with the address that the example says. */
const start = () =>
  new Promise<string>((resolve, reject) => {
    const env = { ...process.env, RELAY: relay.url, DATA: data, PORT: "0" };
    service = spawn(process.execPath, ["--import", "tsx", EXAMPLE], { env, stdio: ["ignore", "pipe", "inherit"] });
    service.once("exit", (code) => reject(new Error(`the example ended with ${code}`)));
    let said = "";
    service.stdout?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const [, found] = /listening at (\S+)\n/.exec(said) ?? [];
      if (found) resolve(found);
    });
  });

const stop = async (signal: "SIGTERM" | "SIGKILL") => {
  const ended = new Promise<number | null>((resolve) => service?.once("exit", resolve));
  service?.kill(signal);
  return await ended;
};

beforeAll(async () => {
  relay = await runRelay(["--data", join(folder, "relay"), "--port", "0"], () => {});
  laptop = await openSession({
    ...{ subject: SUBJECT, store: memoryStore(), transport: fetchTransport({ url: relay.url }), background: false },
    sealer: await callerSealer(crypto.getRandomValues(new Uint8Array(32))),
  });
  await laptop.create({ name: "Laptop" });
  url = await start();
});
afterAll(async () => {
  service?.kill("SIGKILL");
  laptop?.close();
  await relay?.close();
  rmSync(folder, { recursive: true, force: true });
});

const call = (user: string, text: string) =>
  fetch(`${url}/voicemail/${user}`, { method: "POST", body: utf8Encode(text) });

async function listen(response: Response): Promise<string> {
  expect(response.status).toBe(201);
  const { id } = (await response.json()) as { id: string };
  const sealed = new Uint8Array(readFileSync(join(data, `${id}.sealed`)));
  const opened = await laptop.open(sealed, { purpose: "voicemail", associatedData: utf8Encode(id) });
  return new TextDecoder().decode(opened);
}

it("has at most 60 lines", () => {
  expect(readFileSync(EXAMPLE, "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(60);
});

it("seals what it receives, also after it was killed, and refuses what it cannot seal", async () => {
  expect(await listen(await call(SUBJECT, "call me back"))).toBe("call me back");
  const unknown = await call("nobody", "hello");
  expect([unknown.status, await unknown.json()]).toEqual([503, { code: "STALE_LOG" }]);
  expect((await fetch(`${url}/voicemail/${SUBJECT}`)).status).toBe(404);

  await stop("SIGKILL");
  url = await start();
  expect(await listen(await call(SUBJECT, "again"))).toBe("again");
  // The pins outlived the kill, so a relay that begins anew is not believed.
  await relay.close();
  rmSync(join(folder, "relay"), { recursive: true });
  relay = await runRelay(["--data", join(folder, "relay"), "--port", new URL(relay.url).port], () => {});
  await stop("SIGKILL");
  url = await start();
  const lost = await call(SUBJECT, "to whom?");
  expect([lost.status, await lost.json()]).toEqual([500, { code: "ROLLED_BACK" }]);
  expect(await stop("SIGTERM")).toBe(0);
});
