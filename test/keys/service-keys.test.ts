// The keys of a service: the operator's, and those that state heads. docs/spec.md sections 5 and 13.4.

import { describe, expect, it } from "vitest";
import { OperatorKeys } from "../../src/keys/operator-keys.js";
import { StatementKeys } from "../../src/keys/statement-keys.js";
import * as LABELS from "../../src/primitives/labels.js";
import { signingPublicKey, verifyLabelled } from "../../src/primitives/sign.js";
import { expectError, thrownBy } from "../support/refusal.js";

const SEED = new Uint8Array(32).fill(7);
const MESSAGE = new Uint8Array([1, 2, 3]);
const label = LABELS.headStatement;

describe.each([
  ["OperatorKeys", OperatorKeys, "operator seed", "operator"],
  ["StatementKeys", StatementKeys, "statement seed", "keys"],
] as const)("%s", (name, Keys, what, argument) => {
  const keys = new Keys(SEED);

  it("sign with the key that they show, from a copy of the seed", () => {
    const seed = SEED.slice();
    const copied = new Keys(seed);
    seed.fill(0);
    expect(copied.signingKey).toEqual(signingPublicKey(SEED));
    expect(verifyLabelled(label, keys.signingKey, MESSAGE, copied.signLabelled(label, MESSAGE))).toBe(true);
  });

  it("take a seed of 32 bytes and nothing else", () => {
    for (const seed of [new Uint8Array(31), new Uint8Array(33), "seed", undefined]) {
      const error = thrownBy(() => new Keys(seed as Uint8Array));
      expect(error.code).toBe("INVALID_ARGUMENT");
      expect(error.message).toContain(what);
    }
  });

  it("are recognised, and nothing in their place is", () => {
    const check: (value: unknown, argument: string) => void = Keys.check;
    expect(check(keys, "given")).toBeUndefined();
    for (const value of [undefined, null, 7, "text", {}, { ...keys }, new Proxy(keys, {})]) {
      const error = thrownBy(() => check(value, "given"));
      expect(error.code).toBe("INVALID_ARGUMENT");
      expect(error.message).toMatch(new RegExp(`^given must be a ${name} `));
    }
  });

  it("are wiped for good", () => {
    const wiped = new Keys(SEED);
    wiped.wipe();
    expectError(() => wiped.signLabelled(label, MESSAGE), "WIPED", undefined);
  });

  it("lend their methods to nothing else", () => {
    const { signLabelled, wipe } = Keys.prototype;
    for (const other of [{}, new Proxy(keys, {})]) {
      for (const use of [() => signLabelled.call(other as never, label, MESSAGE), () => wipe.call(other as never)])
        expect(expectError(use, "INVALID_ARGUMENT", undefined).details["name"]).toBe(argument);
    }
  });
});
