// Keyrings of members that are no longer current: removed members, and members that took fresh keys elsewhere. They read what
// they reached and author nothing. docs/spec.md sections 5 and 7 (GRT-4, MEM-4).

import { describe, expect, it } from "vitest";
import { agenda } from "../../src/agenda/agenda.js";
import { prepareDevice, provisionDevice } from "../../src/authoring/enter.js";
import { openKeyring, receive, resume } from "../../src/authoring/receive.js";
import * as propose from "../../src/authoring/verbs.js";
import { openContent } from "../../src/content/open.js";
import { sealContent } from "../../src/content/seal.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { standing } from "../../src/grants/standing.js";
import { unsafeSerializeKeyring } from "../../src/grants/store-keyring.js";
import { parseKeyring } from "../../src/keys/keyring-bytes.js";
import type { LogState } from "../../src/log/state.js";
import type { Env } from "../../src/primitives/env.js";
import { ownSeed } from "../support/own-seed.js";
import { expectError } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import { openWorld, type World } from "../support/world.js";

const NOW = { now: "unchecked" } as const;
const KNOWLEDGE = { ...NOW, escrowLog: undefined };
const env = seededEnv("standing");
const base = openWorld("standing")
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] })
  .backup("Laptop", "Paper");
const phone = base.session("Phone");
const kept = unsafeSerializeKeyring(phone);
const sealedTo = (log: LogState) => sealContent([log], Uint8Array.of(7), { purpose: "test" }, env);

/** A state that received every entry since. */
const receiving = (session: MemberState, world: World): MemberState =>
  world.entries.slice(session.log.head.seq).reduce<MemberState>((each, entry) => receive(each, entry, NOW), session);

/** Everything that a member could author. */
const acts: readonly (readonly [string, (session: MemberState, env: Env) => unknown])[] = [
  ["rotate", propose.rotate],
  ["review", (session) => propose.review(session, { remove: [base.id("Paper")] }, env)],
  ["regrant", (session) => propose.regrant(session, [{ member: base.id("Laptop"), epochs: [[1, 1]] }], env)],
  ["rekey", propose.rekey],
  ["leave", propose.leave],
  ["rename", (session) => propose.rename(session, { name: "Mine" }, env)],
  ["lockdown", (session) => propose.setLockdown(session, { on: true }, env)],
  [
    "enroll",
    (session) => {
      const { request } = prepareDevice(session.log, { device: { name: "Another" } }, env);
      return provisionDevice(session, request, env);
    },
  ],
];

describe("a keyring from before its member took fresh keys", () => {
  const rekeyed = base.rekey("Phone").rotate("Laptop").rotate("Phone");
  const ways: readonly (readonly [string, () => MemberState])[] = [
    ["that received everything since", () => receiving(phone, rekeyed)],
    ["of a clone that was stored", () => resume(rekeyed.log, rekeyed.entries, parseKeyring(kept))],
    [
      "of the seed alone",
      () => ({ log: rekeyed.log, ...openKeyring(rekeyed.log, rekeyed.entries, ownSeed(phone.keyring)) }),
    ],
  ];

  it.each(ways)("is superseded: one %s", (_what, make) => {
    const session = make();
    expect(standing(session.log, session.keyring)).toBe("superseded");
    expect(session.keyring.epochs).toEqual([1, 2]);
  });

  it.each(ways)("has nothing to fetch, and only asks its user: one %s", (_what, make) => {
    expect(agenda(make(), KNOWLEDGE)).toEqual([
      { do: "ask", question: "standing", code: "question-standing", standing: "superseded" },
    ]);
    const { log, keyring } = make();
    const resumed = resume(log, rekeyed.entries, keyring);
    expect([resumed.standing, resumed.opened, resumed.junk, resumed.withheld]).toEqual(["superseded", [], [], []]);
  });

  it.each(acts)("authors nothing, and the error says why: %s", (_what, act) => {
    const error = expectError(() => act(receiving(phone, rekeyed), env), "NOT_PERMITTED", "LOG-4");
    expect(error.message).toContain("superseded");
  });

  it("reads what its seeds open, and no later content", async () => {
    const { keyring } = receiving(phone, rekeyed);
    expect(await openContent(await sealedTo(base.log), keyring)).toEqual(Uint8Array.of(7));
    expect(await rejection(openContent(await sealedTo(rekeyed.log), keyring))).toMatchObject({ code: "NO_ACCESS" });
  });

  it("is distinguished from the one with the fresh keys", async () => {
    const session = rekeyed.session("Phone");
    expect(standing(session.log, session.keyring)).toBe("active");
    expect(agenda(session, KNOWLEDGE)).toEqual([]);
    expect(await openContent(await sealedTo(rekeyed.log), session.keyring)).toEqual(Uint8Array.of(7));
    expect(propose.rotate(session, env).head.seq).toBe(rekeyed.log.head.seq + 1);
  });
});

describe("a removed member's keyring", () => {
  const gone = base
    .rotate("Laptop")
    .review("Laptop", { remove: ["Phone"] })
    .rotate("Laptop");
  const ways: readonly (readonly [string, () => MemberState])[] = [
    ["that received everything since", () => receiving(phone, gone)],
    ["that was stored", () => resume(gone.log, gone.entries, parseKeyring(kept))],
    ["of the seed alone", () => ({ log: gone.log, ...openKeyring(gone.log, gone.entries, ownSeed(phone.keyring)) })],
  ];

  it.each(ways)("opens what it reached, and is read-only: one %s", async (_what, make) => {
    const session = make();
    expect(standing(session.log, session.keyring)).toBe("removed");
    expect(session.keyring.epochs).toEqual([1, 2, 3]);
    expect(await openContent(await sealedTo(base.log), session.keyring)).toEqual(Uint8Array.of(7));
    expect(await rejection(openContent(await sealedTo(gone.log), session.keyring))).toMatchObject({
      code: "NO_ACCESS",
    });
  });

  it.each(acts)("authors nothing, and the error says why: %s", (_what, act) => {
    const error = expectError(() => act(receiving(phone, gone), env), "NOT_PERMITTED", "MEM-4");
    expect(error.message).toContain("removed");
  });

  it("names the epochs that were never delivered", () => {
    const { withheld, keyring } = resume(gone.log, [], parseKeyring(kept));
    expect([keyring.epochs, withheld]).toEqual([[1, 2], [[3, 3]]]);
  });

  it("is distinguished from one that is still active", () => {
    const { log, keyring } = gone.session("Laptop");
    expect(standing(log, keyring)).toBe("active");
    expect(standing(gone.log, gone.session("Paper").keyring)).toBe("active");
  });
});

describe("a standing", () => {
  it("does not exist for a member that the log never had, or in another log", () => {
    const { keyring } = base.join("Tablet").session("Tablet");
    expectError(() => standing(base.log, keyring), "UNKNOWN_MEMBER", "MEM-2");
    expectError(() => standing(openWorld("elsewhere").log, keyring), "INVALID_ARGUMENT", undefined);
  });
});
