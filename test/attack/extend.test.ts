// A review extends members that devices approved already. What only escrow approved was never compared by the user: extending it would
// approve it in the user's own name. docs/spec.md MEM-1, ESC-8.

import { describe, expect, it } from "vitest";
import { review, rotate } from "../../src/authoring/verbs.js";
import { hire, openOrganisation, openUser, recoverBy } from "../escrow/support.js";
import { expectError } from "../support/refusal.js";
import type { World } from "../support/world.js";

const escrow = hire(openOrganisation("extended"), "Bob", ["recover"]);
const user = openUser("extended user", escrow).join("Phone");

function extendPlanted(world: World) {
  const options = {
    extend: world.ids("Planted"),
    escrow: { escrowLog: escrow.log, own: world.ids("Phone", "Planted") },
  };
  return () => review(world.session("Phone"), options, world.env("extends"));
}

describe("extending", () => {
  it("is refused for a member that is of the author's class by escrow's approval alone", () => {
    const phone = recoverBy(user, escrow, "Bob", { approve: ["Phone"], remove: ["Laptop"] }).act(
      "Phone",
      "rotates",
      (state, env) => {
        const proposal = rotate(state, env, { withholdFromEscrow: true });
        return { ...proposal.accept(), entry: proposal.entry };
      },
    );
    const both = recoverBy(phone.join("Planted"), escrow, "Bob", { approve: ["Planted"] });
    expect(both.member("Planted").founder).toBe(both.member("Phone").founder);
    expect(both.member("Planted").held).not.toEqual(both.member("Phone").held);
    expectError(extendPlanted(both), "INVALID_ARGUMENT", undefined);
  });
});
