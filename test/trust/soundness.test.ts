// Which escrow log may judge acts in escrow's name, and wrong knowledge of escrow. docs/spec.md section 11.2 (ESC-4).

import { describe, expect, it } from "vitest";
import type { Head } from "../../src/log/state.js";
import { judgePointer, newestPointer } from "../../src/trust/pointer.js";
import { checkAtHand, confirmationOf, escrowIsSound, escrowTrust, judgingLog } from "../../src/trust/soundness.js";
import { enroll, escrowOf, hire, openOrganisation, openUser, restore, write } from "../escrow/support.js";
import { expectError } from "../support/refusal.js";
import { openWorld, type World } from "../support/world.js";

const escrow = hire(openOrganisation("soundness"), "Bob", ["recover"]);
const later = escrow.rotate("Ann");
const other = openOrganisation("another");
const user = openUser("soundness", escrow);

describe("the log that judges acts of escrow", () => {
  const judge = ({ log }: World, organisation: World, confirmedAt?: Head) =>
    judgingLog(log, { escrowLog: organisation.log, storedConfirmation: organisation.log.head, confirmedAt });

  it("is a trusted one that has the epoch of the pointer in force (ESC-4)", () => {
    expect(judge(user, escrow)).toBe(escrow.log);
    expect(judge(user, later)).toBe(later.log);
    expect(judge(openWorld("soundness"), escrow)).toBe(escrow.log);
    expect(judgingLog(user.log, { escrowLog: "unsupported" })).toBeUndefined();
  });

  it("is none while the pointer names an epoch that it lacks, although the user settled that head (ESC-4)", () => {
    const ahead = user
      .join("Thief")
      .act("Thief", "points ahead", write("renew-escrow", { escrow: newestPointer(later.log) }));
    const confirmation = { storedConfirmation: escrow.log.head, confirmedAt: ahead.log.head };
    expect(judgePointer(escrowOf(ahead).pointer ?? expect.unreachable(), escrow.log)).toBe("ahead");
    expect(escrowTrust(ahead.log, escrow.log, confirmation)).toBe("sound");
    expect(judge(ahead, escrow, ahead.log.head)).toBeUndefined();
  });

  it("is none while the pointer is of another log, although the user confirmed this one (ESC-4)", () => {
    const moved = enroll(openWorld("soundness"), "Laptop", other);
    expect(escrowTrust(moved.log, escrow.log, { storedConfirmation: escrow.log.head })).toBe("sound");
    expect(judge(moved, escrow)).toBeUndefined();
    expect(judge(moved, other)).toBe(other.log);
  });

  it("judges by a pointer with false keys too: else a thief's pointer would make every act doubtful (ESC-4)", () => {
    const { user: restored, escrow: recorded } = restore(user.join("Phone"), escrow, "Ann", { approve: ["Phone"] });
    const { signingKey } = openWorld("thief").signer("Laptop");
    const lied = restored.act(
      "Phone",
      "lies",
      write("renew-escrow", { escrow: { ...newestPointer(recorded.log), signingKey } }),
    );
    expect(judge(lied, recorded)).toBe(recorded.log);
  });
});

describe("wrong knowledge of escrow", () => {
  const messageOf = (call: () => unknown) => expectError(call, "INVALID_ARGUMENT", undefined).message;

  it("is named by its argument", () => {
    const confirmedAt = { ...escrow.log.head, seq: 0 };
    expect(messageOf(() => confirmationOf({ confirmedAt }))).toMatch(/^confirmedAt\.seq must be a position/);
    expect(messageOf(() => escrowIsSound(escrow.log, { escrowLog: escrow.log }))).toMatch(/^log must be a user's log/);
    expect(messageOf(() => confirmationOf({ storedConfirmation: {} as never }))).toMatch(/^storedConfirmation/);
  });

  it("says what may stand for the escrow log, and what was given in its place", () => {
    expect(messageOf(() => checkAtHand({} as never))).toBe(
      'escrowLog must be a verified state, "unsupported", or undefined',
    );
    expect(messageOf(() => checkAtHand(new Proxy(escrow.log, {})))).toMatch(/^escrowLog must be a LogState.*Proxy/);
    for (const known of [undefined, "unsupported", escrow.log] as const) expect(checkAtHand(known)).toBeUndefined();
  });
});
