// An approval of escrow is also guarded where it grants nothing: it moves the pointer into the author's class. docs/spec.md
// section 11.2 (ESC-4, MEM-1).

import { expect, it } from "vitest";
import { drawKeys } from "../../src/authoring/enter.js";
import { review } from "../../src/authoring/verbs.js";
import { newestPointer } from "../../src/trust/pointer.js";
import { escrowOf, hire, openOrganisation, openUser, write } from "../escrow/support.js";
import { expectError } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { pointerKeys } from "../support/world.js";

const hired = hire(openOrganisation("organisation"), "Bob", ["manage"]);

it("an approval of a false pointer that holds everything is refused with every option of the caller (ESC-4)", () => {
  const user = openUser("u", hired).join("Thief");
  const pointer = { ...newestPointer(hired.log), ...pointerKeys(drawKeys(seededEnv("false"))) };
  const points = write("renew-escrow", { escrow: pointer });
  const pointed = user.append(points(user.session("Thief"), user.env("points")).entry);
  const { id, founder } = escrowOf(pointed);
  expect(founder).toBe(pointed.member("Thief").position);
  for (const given of [
    {},
    { withholdFromEscrow: true },
    { escrow: { escrowLog: hired.log, storedConfirmation: hired.log.head } },
  ]) {
    const approve = () => review(pointed.session("Laptop"), { approveUncompared: [id], ...given }, pointed.env("x"));
    expectError(approve, "ESCROW_UNKNOWN", "ESC-4");
  }
});
