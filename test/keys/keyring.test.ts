// Keyrings: they print nothing, are wiped completely, and give keys within bounds. docs/spec.md section 5.

import { describe, expect, it } from "vitest";
import { resume } from "../../src/authoring/receive.js";
import { toHex } from "../../src/bytes/text.js";
import { unsafeSerializeKeyring } from "../../src/grants/store-keyring.js";
import { epochPrivateKey, epochSeed, Keyring, ownKeys, partsOf } from "../../src/keys/keyring.js";
import { parseKeyring } from "../../src/keys/keyring-bytes.js";
import { ownSeed } from "../support/own-seed.js";
import { expectError, thrownBy } from "../support/refusal.js";
import { openWorld, type World } from "../support/world.js";

const world = openWorld("keyring")
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] })
  .rotate("Laptop");
const { keyring } = world.session("Phone");
const session = { log: world.log, keyring };
const secretsOf = (each: Keyring): readonly Uint8Array[] => [
  ownSeed(each),
  ...each.epochs.map((epoch) => epochSeed(each, epoch).bytes()),
];

/** A world of its own, for tests that wipe. */
const fresh = (seed: string): World =>
  openWorld(seed)
    .join("Phone")
    .review("Laptop", { approve: ["Phone"] });

describe("a keyring that is printed", () => {
  const hold = { keyring, keys: partsOf(keyring).keys, seed: epochSeed(keyring, 1) };

  it("shows itself as text only, in any conversion that reads it", () => {
    const printed = [
      String(keyring),
      `${keyring}`,
      keyring.toString(),
      JSON.stringify(keyring),
      JSON.stringify({ keyring }),
    ];
    for (const text of printed) expect(text).toContain("Keyring [secret]");
    // The third holds a symbol, so that a keyring is not cloned without its secrets.
    expect(Object.keys(keyring).sort()).toEqual(["log", "member", "uncloneable"]);
    expect({ ...keyring }).toEqual({
      log: world.log.head.log,
      member: world.id("Phone"),
      uncloneable: expect.any(Symbol),
    });
  });

  it("reveals no byte of a secret, and neither do the keys and seeds in it", () => {
    const everything = JSON.stringify(
      [hold, { ...keyring }, { ...hold.keys }, Object.entries(hold.keys), partsOf(keyring)],
      (_name, value: unknown) => (value instanceof Map || value instanceof Set ? [...value] : value),
    );
    for (const secret of secretsOf(keyring)) {
      expect(everything).not.toContain(toHex(secret));
      expect(everything).not.toContain([...secret].slice(0, 6).join());
    }
  });

  it("reveals nothing of its secrets in errors", () => {
    const errors = [
      () => keyring.exportKey(99, "x"),
      () => keyring.exportKey(1, ""),
      () => parseKeyring(unsafeSerializeKeyring(session).subarray(1)),
    ];
    for (const call of errors) {
      const { message, details } = thrownBy(call);
      for (const secret of secretsOf(keyring))
        expect(`${message}${JSON.stringify(details)}`).not.toContain(toHex(secret).slice(0, 12));
    }
  });
});

describe("a keyring that is wiped", () => {
  it("has overwritten every seed, and every later use says so", () => {
    const { log, keyring: own } = fresh("wiped").session("Phone");
    const kem = epochPrivateKey(own, 1);
    const keys = ownKeys(own);
    const live = own.epochs.map((epoch) => epochSeed(own, epoch).bytes());
    own.wipe();
    for (const bytes of live) expect(bytes).toEqual(new Uint8Array(32));
    const uses = [
      () => own.exportKey(1, "x"),
      () => unsafeSerializeKeyring({ log, keyring: own }),
      () => epochSeed(own, 1),
      () => epochPrivateKey(own, 1),
      () => kem.publicKey,
      () => keys.copySeed(),
      () => keys.kem,
      () => keys.signLabelled("keystead/v1/link/signature", new Uint8Array(1)),
    ];
    for (const use of uses) expectError(use, "WIPED", undefined);
    expect(Keyring.is(own)).toBe(true);
    expect(String(own)).toBe("Keyring [secret]");
  });

  it("also wipes the keyrings that were made from it, and those that it was made from", () => {
    const before = fresh("wiped, shared");
    const after = before.rekey("Phone").rotate("Laptop");
    const [older, newer] = [before.session("Phone").keyring, after.session("Phone").keyring];
    const seeds = [...secretsOf(newer)].slice(1);
    older.wipe();
    for (const seed of seeds) expect(seed).toEqual(new Uint8Array(32));
    expectError(() => newer.exportKey(1, "x"), "WIPED", undefined);
    newer.wipe();
    expectError(() => older.exportKey(1, "x"), "WIPED", undefined);
  });

  it("does not wipe other keyrings: another member's, and one that was stored", () => {
    const own = fresh("wiped, alone");
    const stored = unsafeSerializeKeyring(own.session("Phone"));
    own.session("Phone").keyring.wipe();
    const { keyring: back } = resume(own.log, own.entries, parseKeyring(stored));
    expect(own.session("Laptop").keyring.exportKey(1, "x")).toEqual(back.exportKey(1, "x"));
  });
});

describe("a keyring that is stored", () => {
  it("comes back as it was, by value", () => {
    const bytes = unsafeSerializeKeyring(session);
    const back = parseKeyring(bytes);
    expect(unsafeSerializeKeyring({ log: world.log, keyring: back })).toEqual(bytes);
    expect(secretsOf(back)).toEqual(secretsOf(keyring));
    expect([back.log, back.member, back.epochs]).toEqual([keyring.log, keyring.member, [1, 2, 3]]);
    bytes.fill(0);
    expect(secretsOf(back)).toEqual(secretsOf(keyring));
  });

  it("stores the head of its log and the checked epochs", () => {
    const own = fresh("facts");
    const { seq, hash } = own.log.head;
    const facts = () => partsOf(parseKeyring(unsafeSerializeKeyring(own.session("Phone")))).stored;
    // Epoch 1 is older than the link that granted it: it is checked before its first use.
    expect(facts()).toEqual({ head: { seq, hash }, checked: new Set([2]) });
    own.session("Phone").keyring.exportKey(1, "x");
    expect(facts()).toEqual({ head: { seq, hash }, checked: new Set([1, 2]) });
  });
});

describe("an exported key", () => {
  it("is the same on every member that holds the epoch, after storing too", () => {
    const back = parseKeyring(unsafeSerializeKeyring(session));
    const [laptop, phone] = [world.session("Laptop").keyring, resume(world.log, [], back).keyring];
    for (const epoch of [1, 2, 3]) expect(laptop.exportKey(epoch, "notes")).toEqual(phone.exportKey(epoch, "notes"));
  });

  it("differs for each epoch, label and length, and is no prefix of a longer one", () => {
    const keys = [
      keyring.exportKey(1, "a"),
      keyring.exportKey(2, "a"),
      keyring.exportKey(1, "b"),
      keyring.exportKey(1, "a", 33),
    ];
    const heads = keys.map((key) => toHex(key.subarray(0, 32)));
    expect(new Set(heads).size).toBe(4);
    expect(secretsOf(keyring).map(toHex)).not.toContain(heads[0]);
    expect(keyring.exportKey(1, "a")).toEqual(keys[0]);
  });

  it("is 1 to 1,024 bytes long, under a label of 1 to 128 bytes", () => {
    expect([1, 32, 1024].map((length) => keyring.exportKey(1, "x", length).length)).toEqual([1, 32, 1024]);
    expect(keyring.exportKey(1, "é".repeat(64))).toHaveLength(32);
    for (const length of [0, -1, 1025, 1.5, Number.NaN, "32", null]) {
      expectError(() => keyring.exportKey(1, "x", length as number), "INVALID_ARGUMENT", undefined);
    }
    for (const label of ["", `${"é".repeat(64)}x`, 7, undefined, null, new Uint8Array(3)]) {
      expectError(() => keyring.exportKey(1, label as string), "INVALID_ARGUMENT", undefined);
    }
  });

  it("is refused for an epoch that the member does not have, and says where it starts", () => {
    const later = openWorld("keyring, later").join("Phone").session("Phone").keyring;
    const error = expectError(() => later.exportKey(1, "x"), "NO_ACCESS", undefined);
    expect(error.details).toMatchObject({ epoch: 1, earliest: 2 });
    expect(error.message).toContain("approve");
    expectError(() => keyring.exportKey(4, "x"), "NO_ACCESS", undefined);
  });
});

describe("wrong arguments", () => {
  it.each([undefined, null, 7, "text", {}, [], new Uint8Array(3), { log: 1, member: 2 }])("are named: %s", (junk) => {
    const call = () => Reflect.get(Keyring.prototype, "epochs", junk ?? {});
    for (const use of [() => partsOf(junk), call]) {
      expect(expectError(use, "INVALID_ARGUMENT", undefined).details["name"]).toBe("keyring");
    }
    expectError(() => unsafeSerializeKeyring(junk as never), "INVALID_ARGUMENT", undefined);
    const parsing = thrownBy(() => parseKeyring(junk as Uint8Array));
    expect(["INVALID_ARGUMENT", "INVALID_ENCODING"]).toContain(parsing.code);
    expect(Keyring.is(junk)).toBe(false);
  });

  it("of exportKey include an epoch that is no number", () => {
    for (const junk of [undefined, null, "1", 1.5, Number.NaN, {}]) {
      expect(thrownBy(() => keyring.exportKey(junk as number, "x")).code).toMatch(/NO_ACCESS|INVALID_ARGUMENT/);
    }
  });
});
