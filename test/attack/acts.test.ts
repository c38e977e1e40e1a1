// An admin can repeat one commitment in any number of acts, and an app may pass any value to agenda. docs/spec.md section 11.3
// (ESC-8).

import { expect, it } from "vitest";
import { agenda } from "../../src/agenda/agenda.js";
import { performStep } from "../../src/agenda/perform.js";
import { actRecords } from "../../src/escrow/act.js";
import { attachmentDigest } from "../../src/log/entry.js";
import type { LogState } from "../../src/log/state.js";
import { appendEntry } from "../../src/log/verify.js";
import { hire, openOrganisation } from "../escrow/support.js";
import { rawNext } from "../support/raw-link.js";
import { expectError } from "../support/refusal.js";

const org = hire(openOrganisation("organisation"), "Bob", ["recover"]);

it("reads many acts that repeat one commitment, each as the junk that it is (ESC-8)", () => {
  const sealed = Uint8Array.of(1);
  const bob = org.signer("Bob");
  const body = {
    type: "act",
    author: bob.signingKey,
    commitment: new Uint8Array(32),
    opening: attachmentDigest(sealed),
  };
  let log: LogState = org.log;
  const entries = [...org.entries];
  for (let count = 0; count < 100; count++) {
    entries.push(rawNext(log, body, [bob], [sealed]));
    log = appendEntry(log, entries.at(-1) as Uint8Array, { now: "unchecked" });
  }
  const records = actRecords({ log, keyring: org.session("Ann").keyring }, entries);
  expect(records.every(({ junk }) => junk)).toBe(true);
  expect(records).toHaveLength(100);
});

it("refuses wrong arguments with INVALID_ARGUMENT", () => {
  const session = org.session("Ann");
  const known = { now: "unchecked", escrowLog: undefined } as const;
  for (const own of [5, null, {}]) {
    expectError(() => agenda(session, { ...known, own: own as never }), "INVALID_ARGUMENT", undefined);
  }
  for (const skew of [Number.NaN, "x", -1]) {
    expectError(() => agenda(session, { ...known, now: 0, skew: skew as never }), "INVALID_ARGUMENT", undefined);
  }
  expectError(() => performStep(session, null as never, known, org.env("x")), "INVALID_ARGUMENT", undefined);
});
