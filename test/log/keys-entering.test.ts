// Keys that enter a log: fresh in every role, and valid. docs/spec.md section 6 (LOG-5, MEM-4) and section 3 (KEM-1).

import { describe, expect, it } from "vitest";
import { checkEntered } from "../../src/log/judge.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { createLog } from "../support/accepted.js";
import { mutate, type RawSigner, setField } from "../support/raw-link.js";
import { expectError, expectRefused } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { ALICE, keysNamed, OPERATOR, openWorld, type World } from "../support/world.js";

// A log in which keys have been a first device's, the operator's, a joined, enrolled, re-keyed and removed member's, and an
// epoch's, both the current one and an old one.
const young = openWorld("keys entering", { operator: true }).join("Phone").join("Thief");
const base = young
  .review("Laptop", { approve: ["Phone"], remove: ["Thief"] })
  .rekey("Phone")
  .backup("Laptop", "Paper");

const signingKeys: readonly (readonly [string, RawSigner])[] = [
  ["the first device's", base.signer("Laptop")],
  ["the operator's", OPERATOR],
  ["a member's", base.signer("Phone")],
  ["a member's from before its rekey", young.signer("Phone")],
  ["a removed member's", base.signer("Thief")],
  ["a backup key's", keysNamed("Paper")],
];
const kemKeys: readonly (readonly [string, Uint8Array])[] = [
  ["the first device's", base.member("Laptop").kemKey],
  ["a member's", base.member("Phone").kemKey],
  ["a member's from before its rekey", young.member("Phone").kemKey],
  ["a removed member's", base.member("Thief").kemKey],
  ["a backup key's", base.member("Paper").kemKey],
  ...[...base.log.epochs].map(({ number, kemKey: kem }) => [`epoch ${number}'s`, kem] as const),
];

const join = base.join("Tablet");
const enroll = base.enroll("Laptop", "Tablet");
const rekey = base.rekey("Laptop");
const rotate = base.rotate("Laptop");
const review = base.review("Laptop", { remove: ["Phone"] });
const laptop = base.signer("Laptop");

/** The honest links that introduce keys: the field of the signing key, and the signers. */
const introduceSigning = [
  ["join", join, "member.sign", (key: RawSigner) => [key]],
  ["enroll", enroll, "member.sign", (key: RawSigner) => [laptop, key]],
  ["rekey", rekey, "keys.sign", (key: RawSigner) => [laptop, key]],
] as const;
const introduceKem = [
  ["a joining device's", join, "member.kem", [join.signer("Tablet")]],
  ["an enrolled member's", enroll, "member.kem", [laptop, enroll.signer("Tablet")]],
  ["a rekey's", rekey, "keys.kem", [laptop, rekey.signer("Laptop")]],
  ["a join's epoch", join, "epoch.kem", [join.signer("Tablet")]],
  ["a rekey's epoch", rekey, "epoch.kem", [laptop, rekey.signer("Laptop")]],
  ["a rotate's epoch", rotate, "epoch.kem", [laptop]],
  ["a review's epoch", review, "epoch.kem", [laptop]],
] as const;

describe("fresh keys", () => {
  it("are recorded once, and nothing else is (LOG-5)", () => {
    const added = ({ log }: World) => log.seen.size - young.log.seen.size;
    // The new epoch's key, and the new member's two keys and id.
    expect(added(young.rotate("Laptop"))).toBe(1);
    expect(added(young.enroll("Laptop", "Tablet"))).toBe(3);
    expect(added(young.join("Tablet"))).toBe(4);
  });

  it("accepts the honest links that the attacks are made from (LOG-5)", () => {
    for (const { last, log } of [join, enroll, rekey, rotate, review]) {
      expect(appendEntry(base.log, last, { now: "unchecked" }).head).toEqual(log.head);
    }
  });

  for (const [role, world, path, signers] of introduceSigning) {
    it.each(signingKeys)(`refuses a ${role} with a signing key that was %s (LOG-5)`, (_whose, key) => {
      const attack = mutate(world.last, { body: setField(path, key.signingKey), signers: signers(key) });
      expectRefused(base.log, attack, "INVALID_LINK", "LOG-5");
    });
  }

  for (const [role, world, path, signers] of introduceKem) {
    it.each(kemKeys)(`refuses ${role} KEM key that was %s (LOG-5)`, (_whose, key) => {
      const attack = mutate(world.last, { body: setField(path, key), signers });
      expectRefused(base.log, attack, "INVALID_LINK", "LOG-5");
    });
  }

  it("refuses one KEM key in two roles of one link (LOG-5)", () => {
    const own = join.member("Tablet").kemKey;
    const attack = mutate(join.last, { body: setField("epoch.kem", own), signers: [join.signer("Tablet")] });
    expectRefused(base.log, attack, "INVALID_LINK", "LOG-5");
  });

  it("refuses a log whose first device is its operator (LOG-5)", () => {
    const opened = openWorld("keys entering");
    const [first] = opened.entries as readonly [Uint8Array];
    const signer = opened.signer("Laptop");
    const attack = mutate(first, { body: setField("operator", signer.signingKey), signers: [signer] });
    expectError(() => verifyLog([attack], { subject: ALICE, now: "unchecked" }), "INVALID_LINK", "LOG-5");
    const twin = mutate(first, { body: setField("operator", OPERATOR.signingKey), signers: [signer] });
    expect(verifyLog([twin], { subject: ALICE, now: "unchecked" }).operator).toEqual(OPERATOR.signingKey);
  });

  it("refuses a removed device that joins again with the keys it had (LOG-5)", () => {
    // The same randomness gives the thief the same keys again.
    const again = mutate(join.last, {
      body: (body) => {
        setField("member.sign", base.member("Thief").signingKey)(body);
        setField("member.kem", base.member("Thief").kemKey)(body);
      },
      signers: [base.signer("Thief")],
    });
    expectRefused(base.log, again, "INVALID_LINK", "LOG-5");
  });

  it("are never the same for two logs, or for two members of one", () => {
    const env = seededEnv("two logs");
    const [one, two] = [1, 2].map(() => createLog({ subject: ALICE, device: { name: "Laptop" } }, env).log);
    const seen = [...(one as typeof base.log).seen, ...(two as typeof base.log).seen, ...base.log.seen];
    expect(new Set(seen).size).toBe(seen.length);
  });

  it("refuses a member id that was in the log before, even by a collision (MEM-4)", () => {
    // Fresh keys with an old id take 2^128 attempts, so this calls the check itself.
    expectError(() => checkEntered(base.log, base.id("Thief")), "INVALID_LINK", "MEM-4");
    expectError(() => checkEntered(base.log, base.id("Laptop")), "INVALID_LINK", "MEM-4");
    expect(checkEntered(base.log, join.id("Tablet"))).toBeUndefined();
    expect(checkEntered(base.log, undefined)).toBeUndefined();
  });
});

describe("valid keys", () => {
  const good = base.member("Laptop").kemKey;
  const junk: readonly (readonly [string, Uint8Array])[] = [
    [
      "a first coefficient of 4095",
      Uint8Array.from(good, (byte, at) => (at === 0 ? 0xff : at === 1 ? byte | 0x0f : byte)),
    ],
    [
      "a last coefficient of 3329",
      Uint8Array.from(good, (byte, at) => (at === 1150 ? (byte & 0x0f) | 0x10 : at === 1151 ? 0xd0 : byte)),
    ],
    ["an X25519 half of zero", Uint8Array.from(good, (byte, at) => (at >= 1184 ? 0 : byte))],
    ["an X25519 half of order 1", Uint8Array.from(good, (byte, at) => (at >= 1184 ? Number(at === 1184) : byte))],
  ];

  for (const [role, world, path, signers] of introduceKem) {
    it.each(junk)(`refuses ${role} KEM key with %s (KEM-1)`, (_what, key) => {
      const attack = mutate(world.last, { body: setField(path, key), signers });
      expectRefused(base.log, attack, "INVALID_KEY", "KEM-1");
    });
  }

  it.each(["member.kem", "epoch.kem"])("refuses a first link with a junk %s (KEM-1)", (path) => {
    const [first] = base.entries as readonly [Uint8Array];
    for (const [, key] of junk) {
      const attack = mutate(first, { body: setField(path, key), signers: [laptop] });
      expectError(() => verifyLog([attack], { subject: ALICE, now: "unchecked" }), "INVALID_KEY", "KEM-1");
    }
    expect(verifyLog([first], { subject: ALICE, now: "unchecked" }).head.seq).toBe(1);
  });

  it("refuses a KEM key of another length (ENC-2)", () => {
    const attack = mutate(rotate.last, { body: setField("epoch.kem", good.subarray(1)), signers: [laptop] });
    const { message } = expectRefused(base.log, attack, "INVALID_ENCODING", "ENC-2");
    expect(message).toContain("link.body.epoch.kem");
  });
});
