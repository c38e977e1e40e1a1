// Secrets with features that only Node has: util.inspect, console output, Buffers.

import { format, inspect } from "node:util";
import { expect, it } from "vitest";
import { isBytes } from "../../src/bytes/bytes.js";
import { decodeCbor, encodeCbor } from "../../src/bytes/cbor.js";
import { Secret } from "../../src/bytes/secret.js";

it("inspecting and logging a Secret reveals no byte", () => {
  const secret = new Secret(Buffer.from("hunter2"));
  expect(inspect(secret)).toBe("[secret]");
  expect(inspect({ nested: { secret } }, { depth: 9, showHidden: true })).toContain("secret: [secret]");
  expect(format("%s %j", secret, secret)).toBe('[secret] "[secret]"');
  const raw = inspect(secret, { customInspect: false, showHidden: true, depth: 9, getters: true });
  expect(raw).not.toMatch(/hunter2|104|68 75 6e/);
});

it("a Secret made from a Buffer shares no memory with it", () => {
  const buffer = Buffer.from("hunter2");
  new Secret(buffer).wipe();
  expect(buffer.toString()).toBe("hunter2");
});

it("a Buffer is taken as bytes, and decoding one gives plain copies", () => {
  const encoded = Buffer.from(encodeCbor([Buffer.from("abc")]));
  const decoded = decodeCbor(encoded, { name: "value", maxBytes: 100 });
  encoded.fill(0);
  expect(isBytes(encoded)).toBe(true);
  expect(decoded).toStrictEqual([new TextEncoder().encode("abc")]);
});
