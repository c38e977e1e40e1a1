// Seven digits in place of a fingerprint: what each side is bound to, and what a service in the middle can do. docs/spec.md section
// 10.1.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { review } from "../../src/authoring/verbs.js";
import type { Bytes } from "../../src/bytes/bytes.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { lastOf, present } from "../../src/bytes/present.js";
import { KeysteadError } from "../../src/errors.js";
import { answerDigits, askForDigits, beginningIn, digitsCommitment, digitsOf } from "../../src/fingerprint/digits.js";
import { activeMember } from "../../src/log/state.js";
import { flipped } from "../primitives/support.js";
import { seededEnv } from "../support/seeded-env.js";
import { thrownBy } from "../support/thrown.js";
import { openWorld, type World } from "../support/world.js";

const world = openWorld("digits").join("Phone").join("Tablet");
const env = seededEnv("digits");
const phone = world.id("Phone");
const ask = (of: World = world, member: MemberId = of.id("Phone"), on = env) => askForDigits(of.log, member, on);
const answer = (commit: Bytes, on: World = world, by = "Phone", draws = env) =>
  answerDigits(on.session(by), commit, draws);

/** A whole comparison, as an honest service carries it. */
function compared() {
  const asking = ask();
  const answering = answer(asking.message);
  const { message, comparison } = present(asking.take(answering.message));
  return { asking, answering, message, comparison, digits: present(answering.take(message)) };
}

describe("two devices with an honest service between them", () => {
  it("show the same seven digits, and the token approves the device", () => {
    const { comparison, digits } = compared();
    expect(digits).toMatch(/^\d{3} \d{4}$/);
    expect(comparison.digits).toBe(digits);
    const result = comparison.check(digits.replace(" ", "-"));
    expect(result).toMatchObject({ status: "match", code: "comparison-match", name: { name: "Phone" } });
    const proposal = review(world.session("Laptop"), { approve: [present(result.token)] }, world.env("approves"));
    expect(lastOf(proposal.accept().log.links).approved).toEqual([phone]);
    expect(result.token).toMatchObject({ member: phone, head: world.log.head });
  });

  it("draw other digits each time", () => {
    const all = new Set(Array.from({ length: 8 }, () => compared().digits));
    expect(all.size).toBeGreaterThan(1);
  });

  it("give nothing when the digits differ, and no second try (SAS-2, SAS-3)", () => {
    const { comparison, digits } = compared();
    const wrong = digits.replace(/.$/, (last) => String((Number(last) + 1) % 10));
    const result = comparison.check(wrong);
    expect(result).toEqual({ code: "comparison-mismatch", status: "mismatch" });
    expect(thrownBy(() => comparison.check(digits))).toMatchObject({ code: "COMPARE_AGAIN", rule: "SAS-2" });
  });

  it("take a slip of the hand for what it is", () => {
    const { comparison, digits } = compared();
    for (const text of ["", "123", "12345678", "abc defg", 1234567 as never, undefined as never])
      expect(thrownBy(() => comparison.check(text))).toMatchObject({ code: "FINGERPRINT_INVALID" });
    expect(comparison.check(digits).status).toBe("match");
  });
});

describe("what the digits are of", () => {
  const of = { head: world.log.head, device: activeMember(world.log, phone) };
  const [salt, part, other] = [1, 2, 3].map((fill) => new Uint8Array(32).fill(fill)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];

  it("is each of head, device, keys and both parts", () => {
    const digits = digitsOf(of, part, other);
    const { device, head } = of;
    const changed = [
      digitsOf({ ...of, head: { ...head, seq: head.seq + 1 } }, part, other),
      digitsOf({ ...of, head: world.rotate("Laptop").log.head }, part, other),
      digitsOf({ ...of, device: { ...device, id: world.id("Tablet") } }, part, other),
      digitsOf({ ...of, device: { ...device, signingKey: flipped(device.signingKey, 0) } }, part, other),
      digitsOf({ ...of, device: { ...device, kemKey: flipped(device.kemKey, 0) } }, part, other),
      digitsOf(of, flipped(part, 0), other),
      digitsOf(of, part, flipped(other, 0)),
      digitsOf(of, other, part),
    ];
    expect(new Set([digits, ...changed]).size).toBe(changed.length + 1);
  });

  it("is bound by the commitment, which hides the part behind a salt", () => {
    const commitments = [
      digitsCommitment(of, salt, part),
      digitsCommitment(of, other, part),
      digitsCommitment(of, salt, other),
      digitsCommitment({ ...of, head: { ...of.head, seq: 9 } }, salt, part),
      digitsCommitment({ ...of, device: activeMember(world.log, world.id("Tablet")) }, salt, part),
    ];
    expect(new Set(commitments.map(String)).size).toBe(5);
  });
});

describe("a service in the middle", () => {
  it("that puts its own device in the place of the right one shows other digits", () => {
    // The service shows the laptop a log in which the phone is a stranger's, and the phone its own; it talks to each as the other one.
    const base = openWorld("digits, in the middle");
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
        const right = base.join("Phone");
        const wrong = base.join(`Thief ${seed}`);
        const thief = seededEnv(`thief ${seed}`);
        const asking = ask(wrong, wrong.id(`Thief ${seed}`));
        const asThief = answer(asking.message, wrong, `Thief ${seed}`, thief);
        const shownToUser = present(asking.take(asThief.message));
        // On the other side it is the laptop, and must commit before it hears the phone's part.
        const asLaptop = ask(right, right.id("Phone"), thief);
        const answering = answer(asLaptop.message, right);
        const { message } = present(asLaptop.take(answering.message));
        const onPhone = present(answering.take(message));
        const result = shownToUser.comparison.check(onPhone);
        expect(result.status).toBe("mismatch");
        expect(result.token).toBeUndefined();
      }),
    );
  });

  it("cannot open another part than it committed to (SAS-1)", () => {
    const asking = ask();
    const answering = answer(asking.message);
    const { message } = present(asking.take(answering.message));
    // Each bit that somebody changes makes it the opening of another comparison, no message at all, or a lie that is found.
    const outcomes = [...message.keys()].map((at) => {
      const changed = flipped(message, at);
      try {
        return String(answering.take(changed));
      } catch (error) {
        expect(error).toMatchObject({ code: "COMPARE_AGAIN", details: { because: "opened-otherwise" } });
        return KeysteadError.from(error)?.rule;
      }
    });
    expect(new Set(outcomes)).toEqual(new Set(["undefined", "SAS-1"]));
    expect(outcomes.filter((outcome) => outcome === "SAS-1")).toHaveLength(64);
  });

  it("cannot make a side take a second answer, or an opening for another answer", () => {
    const asking = ask();
    const [first, second] = [answer(asking.message), answer(asking.message)];
    const { message } = present(asking.take(first.message));
    expect(asking.take(second.message)).toBeUndefined();
    expect(second.take(message)).toBeUndefined();
    expect(first.take(message)).toMatch(/^\d/);
  });

  it("cannot replay, reorder or change messages", () => {
    const old = compared();
    const asking = ask();
    expect(asking.take(old.answering.message)).toBeUndefined();
    expect(asking.take(asking.message)).toBeUndefined();
    const answering = answer(asking.message);
    expect(answering.take(old.message)).toBeUndefined();
    expect(answering.take(asking.message)).toBeUndefined();
    expect(asking.take(new Uint8Array(600))).toBeUndefined();
    const trailing = new Uint8Array([...answering.message, 0]);
    expect(asking.take(trailing)).toBeUndefined();
    expect(asking.take(answering.message)).toBeDefined();
  });

  it("cannot make a device answer for another head", () => {
    const asking = ask();
    const later = world.rotate("Laptop");
    expect(thrownBy(() => answer(asking.message, later))).toMatchObject({
      ...{ code: "COMPARE_AGAIN", details: { because: "moved-on" } },
    });
    const forked = world.rename("Laptop", "Other");
    expect(thrownBy(() => answer(ask(forked).message))).toMatchObject({ code: "COMPARE_AGAIN" });
    expect(beginningIn(asking.message)).toMatchObject({ head: world.log.head });
  });
});

it("refuses who cannot be compared", () => {
  expect(thrownBy(() => ask(world, "00".repeat(16) as MemberId))).toMatchObject({ code: "UNKNOWN_MEMBER" });
  expect(thrownBy(() => answer(new Uint8Array(3)))).toMatchObject({ code: "INVALID_ARGUMENT" });
  const without = world.review("Laptop", { remove: ["Phone"] });
  const { log } = without;
  const removed = { log, keyring: world.session("Phone").keyring };
  expect(thrownBy(() => answerDigits(removed, askForDigits(log, world.id("Tablet"), env).message, env))).toMatchObject({
    code: "NOT_PERMITTED",
  });
});
