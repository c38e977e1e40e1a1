// Secret: wiping, comparing, and never printing (section 5).

import { describe, expect, it } from "vitest";
import { Secret } from "../../src/bytes/secret.js";
import { thrownBy } from "../support/thrown.js";
import { hex, WRONG_TYPES } from "./support.js";

describe("Secret", () => {
  it("copies its input and hands out its bytes", () => {
    const input = hex("5ec4e7");
    const secret = new Secret(input);
    input.fill(0);
    expect(secret.bytes()).toEqual(hex("5ec4e7"));
    expect(secret.length).toBe(3);
  });

  it("copies a view whose slice() shares memory, as a Buffer's does", () => {
    class Sharing extends Uint8Array {
      override slice(): Uint8Array<ArrayBuffer> {
        return this as unknown as Uint8Array<ArrayBuffer>;
      }
    }
    const input = new Sharing([1, 2, 3]);
    const secret = new Secret(input);
    secret.wipe();
    expect(Array.from(input)).toEqual([1, 2, 3]);
  });

  it("is zeroed by wipe and throws from then on", () => {
    const secret = new Secret(hex("5ec4e7"));
    const other = secret.copy();
    const inner = secret.bytes();
    secret.wipe();
    secret.wipe();
    expect(inner).toEqual(hex("000000"));
    expect(secret.length).toBe(3);
    for (const use of [
      () => secret.bytes(),
      () => secret.copy(),
      () => secret.equals(other),
      () => other.equals(secret),
    ]) {
      expect(thrownBy(use).code).toBe("WIPED");
    }
  });

  it("takes over bytes that have no other owner, and wipes them", () => {
    const derived = hex("5ec4e7");
    expect(Secret.take(derived).bytes()).toEqual(hex("5ec4e7"));
    expect(derived).toEqual(hex("000000"));
  });

  it("gives independent copies", () => {
    const secret = new Secret(hex("5ec4e7"));
    const copy = secret.copy();
    secret.wipe();
    expect(copy.bytes()).toEqual(hex("5ec4e7"));
  });

  it("compares by content", () => {
    const secret = new Secret(hex("5ec4e7"));
    expect(secret.equals(new Secret(hex("5ec4e7")))).toBe(true);
    expect(secret.equals(new Secret(hex("5ec4e6")))).toBe(false);
    expect(secret.equals(new Secret(hex("5ec4")))).toBe(false);
  });

  it("refuses wrong types", () => {
    for (const wrong of [...WRONG_TYPES, "abc", [1]]) {
      expect(thrownBy(() => new Secret(wrong as Uint8Array))).toMatchObject({
        code: "INVALID_ARGUMENT",
        details: { name: "secret" },
      });
      expect(thrownBy(() => new Secret(hex("00")).equals(wrong as Secret)).code).toBe("INVALID_ARGUMENT");
    }
    const forged = Object.create(Secret.prototype) as Secret;
    expect(thrownBy(() => new Secret(hex("00")).equals(forged)).code).toBe("INVALID_ARGUMENT");
  });
});

describe("a Secret prints [secret]", () => {
  const secret = new Secret(new TextEncoder().encode("hunter2"));

  it.each([
    ["String()", () => String(secret)],
    ["a template", () => `${secret}`],
    ["concatenation", () => "".concat(secret as unknown as string)],
    ["toLocaleString", () => secret.toLocaleString()],
    ["a property key", () => Object.keys({ [secret as unknown as string]: 1 })[0]],
    ["JSON", () => JSON.parse(JSON.stringify({ secret })).secret],
    ["Node's inspect hook", () => (secret as never)[Symbol.for("nodejs.util.inspect.custom")]],
  ])("in %s", (_, print) => {
    const printed: unknown = print();
    expect(typeof printed === "function" ? printed.call(secret) : printed).toBe("[secret]");
  });

  it("and reveals nothing to a structured clone, a spread or reflection", () => {
    expect(structuredClone(secret)).toEqual({});
    expect({ ...secret }).toEqual({});
    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect(Number(secret)).toBeNaN();
  });
});
