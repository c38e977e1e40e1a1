import { describe, expect, it } from "vitest";
import { decodeCbor } from "../../src/bytes/cbor-decode.js";
import { encodeCbor } from "../../src/bytes/cbor-encode.js";
import type { LogId } from "../../src/bytes/ids.js";
import { Secret } from "../../src/bytes/secret.js";
import { changedKeyring, epochSeed, newKeyring, parseKeyring, unsafeSerializeKeyring } from "../../src/keys/keyring.js";
import { MemberKeys, memberIdOf } from "../../src/keys/member-keys.js";
import { expectError, expectWrongArgument } from "../support/refusal.js";

const LOG = "ab".repeat(32) as LogId;
const keys = () => new MemberKeys(new Uint8Array(32).fill(7));

function keyringWith(epochs: number) {
  const seed = (epoch: number) =>
    new Secret(Uint8Array.from({ length: 32 }, (_, at) => (epoch >> (8 * (at % 4))) & 255));
  const gained = new Map(Array.from({ length: epochs }, (_, index) => [index + 1, seed(index + 1)] as const));
  const own = keys();
  return changedKeyring(newKeyring(LOG, memberIdOf(own.publicKeys), own), { gained, junk: [epochs + 3] });
}

describe("a stored keyring", () => {
  it("comes back whole, with what it could not open", () => {
    const keyring = keyringWith(3);
    const stored = unsafeSerializeKeyring(keyring);
    const parsed = parseKeyring(stored);
    expect(parsed.member).toBe(keyring.member);
    expect(parsed.epochs).toEqual([1, 2, 3]);
    expect(unsafeSerializeKeyring(parsed)).toEqual(stored);
  });

  it("comes back with a long life's epochs, more than a link could ever name", () => {
    const parsed = parseKeyring(unsafeSerializeKeyring(keyringWith(40_000)));
    expect(parsed.epochs).toHaveLength(40_000);
    expect(epochSeed(parsed, 40_000).equals(epochSeed(keyringWith(40_000), 40_000))).toBe(true);
  });

  it("is refused when it was cut, and never used after it was wiped", () => {
    const stored = unsafeSerializeKeyring(keyringWith(1));
    expectError(() => parseKeyring(stored.subarray(0, stored.length - 1)), "INVALID_ENCODING", "ENC-1");
    const keyring = parseKeyring(stored);
    keyring.wipe();
    expectError(() => unsafeSerializeKeyring(keyring), "WIPED", undefined);
    expectError(() => keyring.exportKey(1, "notes"), "WIPED", undefined);
    expectWrongArgument(() => parseKeyring("keyring" as never), "text");
  });

  it.each([
    ["an epoch twice", [1, 1], []],
    ["epochs out of order", [2, 1], []],
    ["junk twice", [1], [3, 3]],
    ["junk out of order", [1], [4, 3]],
    ["junk that it holds", [1, 2], [2]],
  ])("is refused with %s: one keyring has one form (ENC-2)", (_what, epochs, junk) => {
    const value = decodeCbor(unsafeSerializeKeyring(keyringWith(1)), {
      name: "keyring",
      maxBytes: 1000,
      maxObjects: 100,
    }) as Map<string, unknown>;
    value.set(
      "epochs",
      epochs.map((epoch) => [epoch, new Uint8Array(32)]),
    );
    value.set("junk", junk);
    expectError(() => parseKeyring(encodeCbor(value as never)), "INVALID_ENCODING", "ENC-2");
  });
});
