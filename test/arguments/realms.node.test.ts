// Values of another realm, such as an iframe's or those that Jest's structuredClone makes; and memory that was transferred away.

import { readdirSync, readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { expect, it, vi } from "vitest";
import { isDate, isMap } from "../../src/arguments/realms.js";
import { type Evidence, encodeEvidence } from "../../src/audit.js";
import { secretFromBytes } from "../../src/backup/bits.js";
import { isBytes } from "../../src/bytes/bytes.js";
import { createLog, KeysteadError, type LogState, rename, systemEnv, verifyLog } from "../../src/index.js";
import { MaliciousRelay } from "../../src/testing.js";
import { seededEnv } from "../support/seeded-env.js";
import { errorOf } from "../support/thrown.js";

const foreign = (code: string): unknown => runInNewContext(code);

it("knows Maps and Dates of every realm by what is inside, and nothing that imitates them", () => {
  for (const map of [new Map(), foreign("new Map([[1, 2]])"), foreign("new (class extends Map {})")]) {
    expect([isMap(map), isDate(map)]).toEqual([true, false]);
  }
  for (const date of [new Date(), new Date(Number.NaN), foreign("new Date(0)")]) {
    expect([isMap(date), isDate(date)]).toEqual([false, true]);
  }
  const fakes = [
    Object.create(Map.prototype),
    Object.create(Date.prototype),
    new Proxy(new Map(), {}),
    new Set(),
    {},
    null,
    7,
  ];
  for (const fake of fakes) expect([isMap(fake), isDate(fake)]).toEqual([false, false]);
});

// src/bytes and the error class see only what the library made itself: the next test shows it for bytes in an error.
it("asks nowhere for a built-in object of this realm", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !/^(bytes|errors)/.test(file),
  );
  expect(files.length).toBeGreaterThan(100);
  const asking = files.filter((file) =>
    /instanceof (Map|Set|Date|Uint8Array)\b/.test(readFileSync(`src/${file}`, "utf8")),
  );
  expect(asking).toEqual([]);
});

it("keeps evidence against a server when the entries came from another realm", () => {
  const env = seededEnv("realms");
  const proposal = createLog({ subject: "u", device: { name: "Laptop" } }, env);
  const laptop = proposal.accept();
  const [ours, theirs] = ["Laptop at work", "Laptop at home"].map((name) => rename(laptop, { name }, env).entry);
  const own = foreign("(bytes) => new Uint8Array(bytes)") as (bytes: Uint8Array) => Uint8Array;
  const verify = (last: Uint8Array, pinned?: LogState) =>
    verifyLog([proposal.entry, last].map(own), { subject: "u", now: "unchecked", pinned });
  const pinned = verify(ours as Uint8Array);
  const error = errorOf(() => verify(theirs as Uint8Array, pinned));
  expect(error?.code).toBe("FORKED");
  const back = KeysteadError.from(JSON.parse(JSON.stringify(error)));
  expect(encodeEvidence(back?.details["evidence"] as Evidence)).toEqual(
    encodeEvidence(error?.details["evidence"] as Evidence),
  );
});

it("takes bytes of another realm for a backup key's secret", () => {
  const bytes = foreign("new Uint8Array(17).fill(5)") as Uint8Array;
  expect(secretFromBytes(bytes)).toEqual(secretFromBytes(new Uint8Array(17).fill(5)));
});

it("refuses bytes whose memory was transferred, and says so", () => {
  const bytes = new Uint8Array(4);
  const view = bytes.subarray(4);
  expect([isBytes(bytes), isBytes(view), isBytes(new Uint8Array())]).toEqual([true, true, true]);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  expect([isBytes(bytes), isBytes(view)]).toEqual([false, false]);
  const relay = new MaliciousRelay();
  expect(errorOf(() => relay.store("file", bytes))?.code).toBe("INVALID_ARGUMENT");
});

it("keeps contents of the relay by value: a Buffer's slice would share memory", () => {
  const relay = new MaliciousRelay();
  const content = Buffer.from("as it was stored");
  relay.store("file", content);
  content.fill(0);
  const loaded = relay.load("file");
  expect(Buffer.from(loaded).toString()).toBe("as it was stored");
  expect(Object.getPrototypeOf(loaded)).toBe(Uint8Array.prototype);
  loaded.fill(0);
  expect(Buffer.from(relay.load("file")).toString()).toBe("as it was stored");
});

it("keeps what a lie of the relay returned by value", () => {
  const relay = new MaliciousRelay();
  relay.store("file", Buffer.from("stored"));
  const shown = Buffer.from("shown");
  relay.tellContent("file", () => shown);
  relay.load("file").fill(0);
  expect(shown.toString()).toBe("shown");
});

it("says that a runtime gives no random bytes outside a request, as workerd does", () => {
  const refusal = new Error("Disallowed operation called within global scope.");
  const getRandomValues = vi.spyOn(crypto, "getRandomValues").mockImplementation(() => {
    throw refusal;
  });
  const error = errorOf(() => systemEnv().random(32));
  getRandomValues.mockRestore();
  expect(error?.code).toBe("INVALID_ARGUMENT");
  expect(error?.message).toMatch(/random source.*request handler/);
  expect(error?.cause).toBe(refusal);
});
