// The example of a whole app, three devices of it as processes beside a relay, one of them killed and started again.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { present } from "../../src/bytes/present.js";
import { type RunningRelay, runRelay } from "../../src/cli/relay.js";

const EXAMPLE = "examples/notes.ts";
const folder = mkdtempSync(join(tmpdir(), "keystead-notes-"));
const running: Device[] = [];
let relay: RunningRelay;

beforeAll(async () => {
  relay = await runRelay(["--data", join(folder, "relay"), "--port", "0"], () => {});
});
afterAll(async () => {
  for (const device of running) await device.kill();
  await relay.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A device at its terminal. */
class Device {
  readonly #process: ChildProcessWithoutNullStreams;
  #said = "";

  constructor(name: string) {
    const env = { ...process.env, RELAY: relay.url, NOTES: join(folder, "notes") };
    this.#process = spawn(process.execPath, ["--import", "tsx", EXAMPLE, join(folder, name)], { env });
    this.#process.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#said += text;
    });
    running.push(this);
  }

  /** Types a line, and waits until the terminal says something after it. @returns what the pattern captures */
  async type(line: string, until: RegExp): Promise<readonly string[]> {
    this.#said = "";
    this.#process.stdin.write(`${line}\n`);
    return this.hear(until);
  }

  async hear(until: RegExp): Promise<readonly string[]> {
    await expect.poll(() => this.#said, { timeout: 30_000 }).toMatch(until);
    return present(until.exec(this.#said) ?? undefined).slice(1);
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill("SIGKILL");
    await once(this.#process, "exit");
  }
}

it("is shorter than 150 lines", () => {
  expect(readFileSync(EXAMPLE, "utf8").split("\n").length).toBeLessThan(150);
});

it("writes and reads on three devices, approves, restores from paper, and removes", { timeout: 300_000 }, async () => {
  let laptop = new Device("laptop");
  await laptop.hear(/\[new\].*\n/);
  await laptop.type("create Laptop", /\[ready\](?!.*\n {2}…)/);
  await laptop.type("write dear diary", /stored/);
  await laptop.type("read", /- dear diary\n/);

  const phone = new Device("phone");
  await phone.hear(/\[new\].*\n/);
  await phone.type("join Phone", /\[waiting\]/);
  await phone.type("read", /- \(closed to this device\)\n/);
  const [shown] = await phone.type("devices", /This device shows: ([\d ]+)\n/);
  await laptop.hear(/Phone waits/);
  await laptop.type("approve 2", /show\?/);
  await laptop.type(present(shown), /It is Phone\./);
  await phone.hear(/\[ready\]/);
  await phone.type("read", /- dear diary\n/);

  const [text] = await laptop.type("backup", /only: (\S+)\n/);
  const groups = present(text).split("-");
  await laptop.type("0000", /group \d: /);
  await laptop.type("0000", /BACKUP_KEY_INVALID/);
  await laptop.kill();
  laptop = new Device("laptop");
  await laptop.hear(/question 1: /);
  const [first] = await laptop.type("prove", /Type group (\d), /);
  const [second] = await laptop.type(present(groups[Number(first) - 1]), /Type group (\d): /);
  await laptop.type(present(groups[Number(second) - 1]), /\[ready\](?!.*\n {2}(question|…))/);

  const tablet = new Device("tablet");
  await tablet.hear(/\[new\].*\n/);
  await tablet.type("join Tablet", /\[waiting\]/);
  await tablet.type("use 2", /Backup key: /);
  await tablet.type(present(text), /\[ready\]/);
  await tablet.type("read", /- dear diary\n/);

  await phone.hear(/\[removed\]/);
  await phone.type("write nobody should miss this", /not done: /);
  await tablet.type("write after the phone", /stored/);
  await tablet.type("read", /- after the phone\n/);
  await phone.type("read", /- dear diary\n- \(closed to this device\)\n/);
});
