// When a pointer must be renewed, and by which log that can be judged. docs/spec.md section 11.2 (ESC-4, ESC-6).

import { expect, it } from "vitest";
import { policyOf } from "../../src/trust/escrow-needs.js";
import { judgePointer, newestPointer } from "../../src/trust/pointer.js";
import { renewalReasons } from "../../src/trust/renewal.js";
import { enroll, escrowOf, openOrganisation, openUser, write } from "../escrow/support.js";
import { expectError } from "../support/refusal.js";
import { openWorld, type World } from "../support/world.js";

const escrow = openOrganisation("renewal");
const later = escrow.rotate("Ann");
const joined = openUser("renewal", escrow).join("Thief");
const point = (fields: object): World =>
  joined.act("Thief", "points", write("renew-escrow", { escrow: { ...newestPointer(escrow.log), ...fields } }));

it("gives no reason for a pointer that is no epoch of this log, whatever device set it (ESC-4)", () => {
  const verdictOf = (user: World) => judgePointer(escrowOf(user).pointer ?? expect.unreachable(), escrow.log);
  const { signingKey } = openWorld("thief").signer("Laptop");
  const elsewhere = enroll(openWorld("renewal").join("Thief"), "Thief", openOrganisation("another"));
  for (const [verdict, user] of [
    ["false", point({ signingKey })],
    ["ahead", point(newestPointer(later.log))],
    ["other-log", elsewhere],
  ] as const) {
    expect(verdictOf(user)).toBe(verdict);
    expect(renewalReasons(user.log, escrow.log), verdict).toEqual([]);
  }
  // The twin: the thief names a later head with the true keys, and a confirmed device must take the class back.
  expect(renewalReasons(point({ seq: 1000 }).log, escrow.log)).toEqual(["founder"]);
  expect(renewalReasons(openWorld("renewal").log, escrow.log)).toEqual([]);
});

it("names the argument that is wrong", () => {
  const messageOf = (call: () => unknown) => expectError(call, "INVALID_ARGUMENT", undefined).message;
  expect(messageOf(() => policyOf(joined.log))).toMatch(/^escrowLog must be an escrow log/);
  const pointer = { ...newestPointer(escrow.log), seq: 0 };
  expect(messageOf(() => judgePointer(pointer, escrow.log))).toMatch(/^pointer/);
});
