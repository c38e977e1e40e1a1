// An act that was recorded more than once, and the bytes of its commitment. docs/spec.md section 11.3 (ESC-8).

import { describe, expect, it } from "vitest";
import { escrowActs } from "../../src/trust/acts.js";
import { actCommitment } from "../../src/trust/commitment.js";
import { hire, openOrganisation, openUser, restore } from "../escrow/support.js";
import { disown, recordActAgain } from "../support/accepted.js";
import { expectError } from "../support/refusal.js";

const escrow = hire(openOrganisation("acts"), "Bob", ["recover"]);
const start = openUser("acts", escrow).join("Phone");
const { user, escrow: recorded, act } = restore(start, escrow, "Bob", { approve: ["Phone"], remove: ["Laptop"] });

describe("an act that was recorded twice", () => {
  const again = recorded.act("Ann", "records again", (session, env) =>
    recordActAgain(session, { userLog: user.log, review: act.seq, reason: "to be sure" }, env),
  );
  const second = again.log.head.seq;
  const disowned = (...acts: readonly number[]) =>
    again.act("Ann", `disowns ${acts}`, (session, env) => disown(session, acts, env));
  const beliefIn = (organisation: typeof again) => escrowActs(user.log, organisation.log).at(-1);

  it("is believed as long as nobody disowned one of them, by the first such (ESC-8)", () => {
    expect(beliefIn(again)).toMatchObject({ believed: true, recordedAt: act.recordedAt, admin: escrow.id("Bob") });
    expect(beliefIn(disowned(second))).toMatchObject({ believed: true, recordedAt: act.recordedAt });
    expect(beliefIn(disowned(act.recordedAt))).toMatchObject({
      ...{ believed: true, recordedAt: second, admin: escrow.id("Ann") },
    });
    const both = beliefIn(disowned(act.recordedAt, second));
    expect(both).toMatchObject({ believed: false, because: "disowned", recordedAt: act.recordedAt });
  });
});

describe("the commitment of an act", () => {
  it("names the act in the error for an id that is not hexadecimal", () => {
    const admin = escrow.signer("Bob").signingKey;
    const call = () => actCommitment({ ...act, admin, approve: ["phone" as never] });
    expect(expectError(call, "INVALID_ENCODING", "ENC-2").message).toMatch(/^act must be/);
  });
});
