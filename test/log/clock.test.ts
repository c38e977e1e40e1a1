// Clocks: a caller that takes entries names its clock, and no author continues a log that is dated ahead of its own clock.
// docs/spec.md section 6.4 (LOG-3).

import {
  acceptProvisioning,
  createLog,
  type Env,
  joinLog,
  leave,
  type MemberState,
  prepareDevice,
  provisionDevice,
  setLockdown,
} from "keystead";
import { describe, expect, it } from "vitest";
import { MAX_TIME } from "../../src/arguments/time.js";
import { receive } from "../../src/authoring/receive.js";
import { expel, rekey, rename, review, rotate } from "../../src/authoring/verbs.js";
import { acceptEntry } from "../../src/log/accept.js";
import { type Clock, checkClock, DEFAULT_SKEW } from "../../src/log/clock.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { mutate } from "../support/raw-link.js";
import { expectError } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { ALICE, OPERATOR, openWorld } from "../support/world.js";

const world = openWorld("clock", { operator: true }).join("Phone");
const { time } = world.log;
const laptop = world.session("Laptop");

/** An Env whose clock does not move. */
const at = (now: number): Env => ({ ...seededEnv(`clock at ${now}`), now: () => now });
const YEAR_2099 = Date.UTC(2099, 0);

describe("a function that takes entries", () => {
  const prepared = prepareDevice(world.log, { device: { name: "Tablet" } }, at(time));
  const offer = provisionDevice(laptop, prepared.request, at(time));
  const next = rotate(laptop, at(time)).entry;
  const functions: Readonly<Record<string, (clock: Clock) => unknown>> = {
    verifyLog: (clock) => verifyLog(world.entries, { subject: ALICE, ...clock }),
    appendEntry: (clock) => appendEntry(world.log, next, clock),
    receive: (clock) => receive(laptop, next, clock),
    acceptProvisioning: (clock) => acceptProvisioning(world.log, offer, prepared, clock),
    acceptEntry: (clock) => {
      const { verdict, ...rest } = acceptEntry(world.log, next, { subject: ALICE, ...clock });
      if (verdict === "ahead") throw (rest as { readonly error: Error }).error;
    },
  };

  it.each(Object.entries(functions))("needs a clock, or the word for none: %s (LOG-3)", (_name, call) => {
    const missing = expectError(() => call({} as Clock), "INVALID_ARGUMENT", "LOG-3");
    expect(missing.message).toContain('"unchecked"');
    for (const now of [-1, 0.5, Number.NaN, "now", "Unchecked", "", null, true, new Date()] as never[])
      expectError(() => call({ now }), "INVALID_ARGUMENT", undefined);
    call({ now: "unchecked" });
    call({ now: time });
    expectError(() => call({ now: time - DEFAULT_SKEW - 1 }), "NOT_YET", "LOG-3");
    call({ now: time - DEFAULT_SKEW });
    call({ now: time - 2 * DEFAULT_SKEW, skew: 2 * DEFAULT_SKEW });
  });

  it("accepts a skew in whole milliseconds only", () => {
    for (const skew of [-1, 0.5, "unchecked", null] as never[])
      expectError(() => checkClock({ now: "unchecked", skew }), "INVALID_ARGUMENT", undefined);
  });
});

describe("a link at the end of time", () => {
  // A careless client, which gives no clock, accepts it.
  const hostile = mutate(world.rotate("Phone").last, {
    body: (body) => body.set("time", MAX_TIME),
    signers: [world.signer("Phone")],
  });
  const careless = appendEntry(world.log, hostile, { now: "unchecked" });
  const session: MemberState = { log: careless, keyring: laptop.keyring };

  it("does not date the next author's link: that author sets its clock, or asks the service (LOG-3)", () => {
    expect(new Date(careless.time).getUTCFullYear()).toBe(275_760);
    const id = world.id("Phone");
    const verbs: Readonly<Record<string, (env: Env) => unknown>> = {
      join: (env) => joinLog(careless, { device: { name: "Watch" } }, env),
      review: (env) => review(session, { approve: [id] }, env),
      rotate: (env) => rotate(session, env),
      rekey: (env) => rekey(session, env),
      rename: (env) => rename(session, { name: "Other" }, env),
      leave: (env) => leave(session, env),
      lockdown: (env) => setLockdown(session, { on: true }, env),
      expel: (env) => expel(careless, { remove: [id] }, OPERATOR, env),
      offer: (env) => {
        const { request } = prepareDevice(careless, { device: { name: "Tablet" } }, at(time));
        return provisionDevice(session, request, env);
      },
    };
    for (const verb of Object.values(verbs)) {
      const error = expectError(() => verb(at(time)), "CLOCK", "LOG-3");
      const { log, seq } = careless.head;
      expect(error.details).toEqual({ ahead: MAX_TIME - time, skew: DEFAULT_SKEW, log, seq });
    }
    // The twin, before that link, is written.
    expect(rotate(laptop, at(time)).head.seq).toBe(3);
  });

  it("is refused by every reader with a clock, and then nothing is wrong (LOG-3)", () => {
    expectError(() => appendEntry(world.log, hostile, { now: time }), "NOT_YET", "LOG-3");
    expect(acceptEntry(world.log, hostile, { subject: ALICE, now: time })).toMatchObject({ verdict: "ahead" });
  });
});

describe("a first device whose clock is wrong", () => {
  const device = { name: "Laptop" };
  const wrong = createLog({ subject: ALICE, device }, at(YEAR_2099));

  it("gets an error from the server, and creates a new log with fresh keys (LOG-3)", () => {
    const refused = acceptEntry(undefined, wrong.entry, { subject: ALICE, now: time });
    expect(refused).toMatchObject({ verdict: "ahead", error: { code: "NOT_YET", rule: "LOG-3" } });
    wrong.discard();
    const anew = createLog({ subject: ALICE, device }, at(time));
    expect(acceptEntry(undefined, anew.entry, { subject: ALICE, now: time })).toMatchObject({ verdict: "accepted" });
  });

  it("gets no later links, even if a careless server accepted its link (LOG-3)", () => {
    const log = verifyLog([wrong.entry], { subject: ALICE, now: "unchecked" });
    expectError(() => verifyLog([wrong.entry], { subject: ALICE, now: time }), "NOT_YET", "LOG-3");
    expectError(() => joinLog(log, { device: { name: "Phone" } }, at(time)), "CLOCK", "LOG-3");
    expect(joinLog(log, { device: { name: "Phone" } }, at(YEAR_2099 + 1)).head.seq).toBe(2);
  });
});

describe("an author", () => {
  it("continues a log that is ahead of its clock by at most the skew (LOG-3)", () => {
    const written = rotate(laptop, at(time - DEFAULT_SKEW));
    expect(written.accept().log.time).toBe(time);
    expectError(() => rotate(laptop, at(time - DEFAULT_SKEW - 1)), "CLOCK", "LOG-3");
  });
});
