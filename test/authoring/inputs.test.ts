// Inputs stay as they were, and results do not depend on later changes of inputs: frozen inputs are accepted, and overwriting an
// input afterwards changes nothing. docs/spec.md section 4 (ENC-4) and section 5.

import { describe, expect, it } from "vitest";
import { prepareDevice, provisionDevice } from "../../src/authoring/enter.js";
import { openKeyring, receive } from "../../src/authoring/receive.js";
import { toHex } from "../../src/bytes/text.js";
import { checkGrants } from "../../src/grants/check.js";
import { unsafeSerializeKeyring } from "../../src/grants/store-keyring.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import type { Evidence } from "../../src/log/evidence.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import {
  acceptProvisioning,
  createLog,
  expel,
  joinLog,
  leave,
  regrant,
  rekey,
  rename,
  review,
  rotate,
  setLockdown,
} from "../support/accepted.js";
import { ownSeed } from "../support/own-seed.js";
import { snapshot, thrownBy } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { ALICE, OPERATOR, openWorld } from "../support/world.js";

const world = openWorld("inputs", { operator: true })
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] })
  .join("Tablet");
const { log } = world;
const session = Object.freeze(world.session("Laptop"));
const env = Object.freeze(seededEnv("inputs, fresh"));
const [phone, tablet] = world.ids("Phone", "Tablet") as readonly [
  ReturnType<typeof world.id>,
  ReturnType<typeof world.id>,
];
const device = frozen({ name: "Watch", platform: "x", details: "y" });
const prepared = prepareDevice(log, { device }, env);
const offer = provisionDevice(session, prepared.request, env);
const evidence = thrownBy(() => verifyLog(world.entries.slice(0, 3), { subject: ALICE, pinned: log, now: "unchecked" }))
  .details["evidence"];

/** Everything that callers pass in: bytes, states and secrets. */
const inputs = (): string =>
  snapshot([
    [...world.entries, offer, prepared.request, OPERATOR.signingKey],
    [log, session.log, evidence],
    ...[session, { log, keyring: prepared.keyring }, world.session("Tablet")].map(unsafeSerializeKeyring),
  ]);

const calls: readonly (readonly [string, () => unknown])[] = [
  [
    "verifyLog",
    () => verifyLog(frozen([...world.entries]), frozen({ subject: ALICE, pinned: log, now: 2 ** 50, skew: 0 })),
  ],
  ["appendEntry", () => appendEntry(world.session("Laptop").log, world.last, frozen({ now: 2 ** 50 }))],
  ["checkEvidence", () => checkEvidence(frozen({ ...(evidence as Evidence) }))],
  ["createLog", () => createLog(frozen({ subject: ALICE, device, operator: OPERATOR.signingKey }), env)],
  ["joinLog", () => joinLog(log, frozen({ device }), env)],
  ["prepareDevice", () => prepareDevice(log, frozen({ device }), env)],
  ["provisionDevice", () => provisionDevice(session, prepared.request, env)],
  ["acceptProvisioning", () => acceptProvisioning(log, offer, frozen({ ...prepared }), { now: "unchecked" })],
  ["review", () => review(session, frozen({ approve: frozen([tablet]), remove: frozen([phone]) }), env)],
  ["rotate", () => rotate(session, env)],
  [
    "regrant",
    () => regrant(session, frozen([frozen({ member: phone, epochs: frozen([frozen([1, 2] as const)]) })]), env),
  ],
  ["rekey", () => rekey(session, env)],
  ["leave", () => leave(session, env)],
  ["rename", () => rename(session, frozen({ name: "x", member: phone }), env)],
  ["setLockdown", () => setLockdown(session, frozen({ on: true, remove: frozen([tablet]) }), env)],
  ["expel", () => expel(log, frozen({ remove: frozen([tablet, phone]) }), OPERATOR, env)],
  ["receive", () => receive(session, world.last, frozen({ now: 2 ** 50 }))],
  ["openKeyring", () => openKeyring(log, frozen([...world.entries]), ownSeed(session.keyring))],
  ["checkGrants", () => checkGrants(session, frozen([1, 2, 3, 4]))],
];

describe("inputs", () => {
  it.each(calls)("are not changed, and may be frozen: %s", (_name, call) => {
    const before = inputs();
    expect(call()).toBeDefined();
    expect(inputs()).toBe(before);
  });

  it("may be overwritten afterwards without changing the results (ENC-4)", () => {
    const copies = world.entries.map((entry) => entry.slice());
    const verified = verifyLog(copies, { subject: ALICE, now: "unchecked" });
    for (const copy of copies) copy.fill(0);
    expect(snapshot(verified)).toBe(snapshot(log));

    const copy = world.last.slice();
    const tablet = receive(world.session("Tablet"), copy, { now: "unchecked" });
    const before = { log: snapshot(tablet.log), keyring: toHex(unsafeSerializeKeyring(tablet)) };
    copy.fill(0);
    expect({ log: snapshot(tablet.log), keyring: toHex(unsafeSerializeKeyring(tablet)) }).toEqual(before);

    const operator = OPERATOR.signingKey.slice();
    const opened = createLog({ subject: ALICE, device, operator }, env);
    operator.fill(0);
    expect(opened.log.operator).toEqual(OPERATOR.signingKey);
  });

  it("from one buffer that is reused for each draw give different keys", () => {
    const buffer = new Uint8Array(64);
    const reusing = { ...env, random: (length: number) => buffer.subarray(0, length).fill((buffer[0] as number) + 1) };
    const first = createLog({ subject: ALICE, device }, reusing);
    const before = toHex(unsafeSerializeKeyring(first));
    createLog({ subject: ALICE, device }, reusing);
    expect(toHex(unsafeSerializeKeyring(first))).toBe(before);
  });
});

describe("a state", () => {
  it("is frozen, and only the library can make or copy one", () => {
    expect(Object.isFrozen(log)).toBe(true);
    const wrong = thrownBy(() => appendEntry({ ...log } as never, world.last, { now: "unchecked" }));
    expect(wrong.code).toBe("INVALID_ARGUMENT");
    expect(thrownBy(() => appendEntry(Object.create(log) as never, world.last, { now: "unchecked" })).code).toBe(
      "INVALID_ARGUMENT",
    );
  });
});

function frozen<T extends object>(value: T): Readonly<T> {
  return Object.freeze(value);
}
