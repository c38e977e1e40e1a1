// The place of a link: version, type, number, predecessor, log and time. docs/spec.md section 6 (LOG-1..3, LOG-7).

import { describe, expect, it } from "vitest";
import type { CborValue } from "../../src/bytes/cbor.js";
import type { LogState } from "../../src/log/state.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { createLog, joinLog, review } from "../support/accepted.js";
import { idBytes, mutate, type RawBody } from "../support/raw-link.js";
import { expectError, expectRefused, expectTwins } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { ALICE, openWorld } from "../support/world.js";

const laptop = openWorld("position");
const phone = laptop.join("Phone");
const tablet = phone.join("Tablet");
const bob = openWorld("position of bob", { subject: "bob@example.org" });

/** The tablet's honest link, with a changed body that it signs itself. */
const changed = (change: (body: RawBody) => unknown): Uint8Array =>
  mutate(tablet.last, { body: change, signers: [tablet.signer("Tablet")] });
const timeOf = (entries: readonly Uint8Array[]): number =>
  verifyLog(entries, { subject: ALICE, now: "unchecked" }).time;

describe("version and type", () => {
  const withField = (name: string, value: CborValue | undefined) =>
    changed((body) => (value === undefined ? body.delete(name) : body.set(name, value)));

  it.each([0, 2, 99])("gives no verdict on a link of version %d (LOG-1)", (version) => {
    const error = expectTwins(phone.log, withField("v", version), tablet.last, "UNSUPPORTED", "LOG-1");
    expect(error.details).toEqual({ version, seq: 3, log: phone.log.head.log });
  });

  it.each([
    ["version is a text", "v", "1"],
    ["version is missing", "v", undefined],
    ["type is no text", "type", 3],
    ["type is a list of one", "type", ["join"]],
    ["type is missing", "type", undefined],
  ])("refuses a link whose %s (ENC-2)", (_what, name, value) => {
    expectTwins(phone.log, withField(name, value), tablet.last, "INVALID_ENCODING", "ENC-2");
  });

  it.each([
    ["unknown", "annul"],
    ["inherited from Object", "constructor"],
  ])("gives no verdict on a link whose type is %s, and skips none (LOG-1)", (_what, type) => {
    const attack = withField("type", type);
    const error = expectTwins(phone.log, attack, tablet.last, "UNSUPPORTED", "LOG-1");
    expect(error.details).toMatchObject({ type, seq: 3 });
    expectError(
      () => verifyLog([...phone.entries, attack, tablet.last], { subject: ALICE, now: "unchecked" }),
      "UNSUPPORTED",
      "LOG-1",
    );
  });
});

describe("number and predecessor", () => {
  it("refuses a link that leaves out a number (LOG-2)", () => {
    expectTwins(
      phone.log,
      changed((body) => body.set("seq", 4)),
      tablet.last,
      "INVALID_LINK",
      "LOG-2",
    );
  });

  it("refuses a link that repeats a number (LOG-2)", () => {
    expectTwins(
      phone.log,
      changed((body) => body.set("seq", 2)),
      tablet.last,
      "INVALID_LINK",
      "LOG-2",
    );
  });

  it("refuses a link that follows an older link than the newest (LOG-2)", () => {
    const attack = changed((body) => body.set("prev", idBytes(laptop.log.head.hash)));
    expectTwins(phone.log, attack, tablet.last, "INVALID_LINK", "LOG-2");
  });

  it("refuses a link that was signed for another log (LOG-2)", () => {
    const attack = changed((body) => body.set("log", idBytes(bob.log.head.log)));
    expectTwins(phone.log, attack, tablet.last, "INVALID_LINK", "LOG-2");
  });

  it("refuses a link of another log, moved unchanged (LOG-2)", () => {
    const moved = bob.join("Thief").join("Accomplice").last;
    expectTwins(phone.log, moved, tablet.last, "INVALID_LINK", "LOG-2");
  });

  it.each([
    ["left out", [0, 2]],
    ["swapped", [0, 2, 1]],
    ["repeated", [0, 1, 1, 2]],
    ["without a first", [1, 2]],
    ["with a first link inside", [0, 0, 1, 2]],
  ])("refuses links %s (LOG-2)", (_what, order) => {
    const entries = order.map((index) => tablet.entries[index] as Uint8Array);
    expectError(() => verifyLog(entries, { subject: ALICE, now: "unchecked" }), "INVALID_LINK", "LOG-2");
    expect(verifyLog(tablet.entries, { subject: ALICE, now: "unchecked" }).head).toEqual(tablet.log.head);
  });

  it("refuses a second log's first link as a next one (LOG-2)", () => {
    const entries = [...laptop.entries, ...openWorld("another first link").entries];
    expectError(() => verifyLog(entries, { subject: ALICE, now: "unchecked" }), "INVALID_LINK", "LOG-2");
  });
});

describe("time", () => {
  it("refuses a link dated before the previous one, and accepts the same time (LOG-3)", () => {
    const attack = changed((body) => body.set("time", phone.log.time - 1));
    const twin = changed((body) => body.set("time", phone.log.time));
    expectTwins(phone.log, attack, twin, "INVALID_LINK", "LOG-3");
  });

  it("dates a link no earlier than the previous one when the author's clock is behind (LOG-3)", () => {
    const { log } = joinLog(
      phone.log,
      { device: { name: "Slow clock" } },
      seededEnv("slow clock", phone.log.time - 600_000),
    );
    expect(log.time).toBe(phone.log.time);
  });

  it("calls a link dated ahead of the clock not yet acceptable, and accepts it later (LOG-3)", () => {
    const time = timeOf(tablet.entries);
    const skew = 5000;
    const error = expectRefused(phone.log, tablet.last, "NOT_YET", "LOG-3", { now: time - skew - 1, skew });
    expect(error.details).toMatchObject({ ahead: skew + 1, skew, seq: 3 });
    expect(error.message).toMatch(/^join link 3: /);
    expect(appendEntry(phone.log, tablet.last, { now: time - skew, skew }).head).toEqual(tablet.log.head);
  });

  it("allows a skew of ten minutes by default, and judges a whole log in the same way (LOG-3)", () => {
    const time = timeOf(tablet.entries);
    const verify = (now: number) => verifyLog(tablet.entries, { subject: ALICE, now });
    expectError(() => verify(time - 600_001), "NOT_YET", "LOG-3");
    expect(verify(time - 600_000).head).toEqual(tablet.log.head);
    expect(verify(time + 1e12).head).toEqual(tablet.log.head);
  });

  it.each(["now", "skew"])("is judged by whole milliseconds only, 0 or more: %s", (name) => {
    const verify = (value: number) => () => verifyLog(tablet.entries, { subject: ALICE, now: 2 ** 50, [name]: value });
    for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expectError(verify(wrong), "INVALID_ARGUMENT", undefined);
    }
    if (name === "now") expectError(verify(0), "NOT_YET", "LOG-3");
    else expect(verify(0)().head).toEqual(tablet.log.head);
  });

  it("decides by position and never by time (LOG-7)", () => {
    const story = (first: number, step: number): LogState => {
      const at = (link: number) => seededEnv(`LOG-7 ${link}`, first + link * step);
      const opener = createLog({ subject: ALICE, device: { name: "Laptop" } }, at(0));
      const joiner = joinLog(opener.log, { device: { name: "Phone" } }, at(1));
      const session = { log: joiner.log, keyring: opener.keyring };
      return review(session, { approve: [joiner.keyring.member] }, at(2)).log;
    };
    const facts = (log: LogState) => ({
      epochs: log.epochs.length,
      members: [...log.active.values()].map(({ id, position, founder, approvals, reach, held }) => {
        return { id, position, founder, approvals, reach, held };
      }),
    });
    // The clocks of the second story run backwards: each author dates its link with the time of the previous one.
    const [steady, backwards] = [story(1_000_000, 60_000), story(1_000_000, -60_000)];
    expect(backwards.time).not.toBe(steady.time);
    expect(facts(backwards)).toEqual(facts(steady));
  });
});
