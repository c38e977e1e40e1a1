// Names: which members set them, and that nothing of an old name outlives a new one. docs/spec.md section 6 (rename, LOG-4).

import { describe, expect, it } from "vitest";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { createLog, rename } from "../support/accepted.js";
import { authoredBy, mutate } from "../support/raw-link.js";
import { expectError, expectTwins } from "../support/refusal.js";
import { ALICE, openWorld } from "../support/world.js";

const base = openWorld("rename")
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] })
  .join("Thief");

describe("a rename", () => {
  it("gives a member another name and changes nothing else", () => {
    const renamed = base.rename("Phone", "Pocket");
    const { name: _old, nameCommitment: _oldCommitment, ...before } = base.member("Phone");
    const { name, nameCommitment: _commitment, ...after } = renamed.member("Phone");
    expect(name).toBe("Pocket");
    expect(after).toEqual(before);
    expect(renamed.record).toMatchObject({ type: "rename", renamed: base.id("Phone"), author: base.id("Phone") });
  });

  it("is permitted to a holder of the same class, for example for a backup key (LOG-4)", () => {
    const paper = base.backup("Laptop", "Paper").rename("Phone", "Paper in the safe", "Paper");
    expect(paper.member("Paper").name).toBe("Paper in the safe");
  });

  it("is refused to another class, older or younger (LOG-4)", () => {
    const twin = base.rename("Laptop", "Mine", "Phone");
    const attack = authoredBy(twin.last, base.signer("Thief"));
    expectTwins(base.log, attack, twin.last, "INVALID_LINK", "LOG-4");
    expectError(() => base.rename("Thief", "Compromised", "Laptop"), "NOT_PERMITTED", "LOG-4");
    expectError(() => base.rename("Laptop", "Thief's", "Thief"), "NOT_PERMITTED", "LOG-4");
  });

  it("leaves no part of the old name behind, even if the new one was withheld", () => {
    const device = { name: "Laptop", platform: "Plan 9", details: "in the kitchen" };
    const opened = createLog({ subject: ALICE, device }, base.env("opens"));
    const renamed = rename(opened, { name: "Desktop" }, base.env("renames"));
    const names = (log: typeof opened.log) =>
      [...log.active.values()].map(({ name, platform, details }) => ({ name, platform, details }));
    expect(names(opened.log)).toEqual([device]);
    expect(names(renamed.log)).toEqual([{ name: "Desktop", platform: undefined, details: undefined }]);
    const withheld = mutate(renamed.entry, { attachments: () => [] });
    expect(names(appendEntry(opened.log, withheld, { now: "unchecked" }))).toEqual([
      { name: undefined, platform: undefined, details: undefined },
    ]);
    expect(names(verifyLog([opened.entry, withheld], { subject: ALICE, now: "unchecked" }))).toEqual([
      { name: undefined, platform: undefined, details: undefined },
    ]);
  });
});
