// Secrets stay inside. Every secret that the story draws or derives is known, and the test searches for them in everything that
// leaves the core: published bytes, views, reports, states, errors and their causes. docs/spec.md section 5.

import { base64, base64urlnopad } from "@scure/base";
import { afterEach, describe, expect, it, vi } from "vitest";
import { toHex } from "../../src/bytes/text.js";
import { seededEnv } from "../support/seeded-env.js";
import { ON_PURPOSE, tellSecretly } from "./leaks.js";
import { Sayings, Traces } from "./traces.js";

const PRINTERS = ["debug", "dir", "error", "info", "log", "table", "trace", "warn"] as const;

afterEach(() => vi.restoreAllMocks());

describe("secrets", () => {
  it("leave the core only in results that exist to give them; and nothing is ever printed", async () => {
    const printed = PRINTERS.map((name) => vi.spyOn(console, name));
    const sayings = new Sayings();
    const { leaks, secrets, errors } = await tellSecretly((value) => sayings.of(value));
    expect(printed.filter((spy) => spy.mock.calls.length > 0)).toEqual([]);
    expect(secrets).toBeGreaterThan(1000);
    expect(errors).toBeGreaterThan(200);
    expect(leaks).toEqual(Object.keys(ON_PURPOSE).sort());
  });

  const secret = seededEnv("x").random(32);
  const key = "04AF-93B8-9D7B-22CD-08FE-4A6B";
  const traces = new Traces([secret], [key]);

  it.each([
    ["bytes", { deep: [new Map([[1, Uint8Array.of(7, ...secret, 7)]])] }],
    ["bytes of text", new TextEncoder().encode(toHex(secret))],
    ["hexadecimal", `x${toHex(secret)}`],
    ["upper case", toHex(secret.subarray(3)).toUpperCase()],
    ["base64", `xy${base64.encode(Uint8Array.of(1, ...secret))}`],
    ["base64url", base64urlnopad.encode(Uint8Array.of(1, 2, ...secret))],
    ["a list", `[${[...secret].join(", ")}]`],
    ["JSON of bytes", JSON.stringify({ secret })],
    ["a backup key", `"${key}"`],
    ["a backup key in one", key.replaceAll("-", "").toLowerCase()],
    ["a backup key's symbols", { symbols: [...key.replaceAll("-", "")].map((sign) => Number.parseInt(sign, 36)) }],
    ["an error's cause", new Error("oops", { cause: { nested: base64.encode(secret) } })],
    ["details of an error", Object.assign(new Error("oops"), { details: { secret } })],
    ["a hidden field", Object.defineProperty({}, "hidden", { value: secret })],
    [
      "a getter",
      new (class {
        get secret() {
          return secret;
        }
      })(),
    ],
  ])("would be found as %s", (_what, value) => {
    expect(traces.isIn(new Sayings().of(value))).toBe(true);
    expect(new Traces([seededEnv("y").random(32)]).isIn(new Sayings().of(value))).toBe(false);
  });
});
