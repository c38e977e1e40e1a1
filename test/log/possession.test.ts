// A member that enters a log proves that it has its key, and names the member that added it. docs/spec.md section 6 (LOG-6).

import { describe, expect, it } from "vitest";
import { verifyLog } from "../../src/log/verify.js";
import { authoredBy, forger, mutate, setField, takeApart } from "../support/raw-link.js";
import { expectError, expectRefused, expectTwins } from "../support/refusal.js";
import { ALICE, keysNamed, openWorld } from "../support/world.js";

const base = openWorld("possession")
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] });
const [laptop, phone] = [base.signer("Laptop"), base.signer("Phone")];
const joined = base.join("Tablet");
const tablet = joined.signer("Tablet");
const withPaper = base.backup("Laptop", "Paper");
const paper = withPaper.signer("Paper");
const rekeyed = base.rekey("Phone");
const fresh = rekeyed.signer("Phone");

describe("a member that enters proves possession", () => {
  it("refuses a device that joins by a key it does not have (LOG-6)", () => {
    const attack = mutate(joined.last, { signers: [forger(tablet, keysNamed("Thief"))] });
    expectTwins(base.log, attack, joined.last, "INVALID_SIGNATURE", "LOG-6");
  });

  it("refuses a log opened by a key that its author does not have (LOG-6)", () => {
    const [first] = base.entries as readonly [Uint8Array];
    const attack = mutate(first, { signers: [forger(laptop, keysNamed("Thief"))] });
    expectError(() => verifyLog([attack], { subject: ALICE, now: "unchecked" }), "INVALID_SIGNATURE", "LOG-6");
    expect(verifyLog([first], { subject: ALICE, now: "unchecked" }).head.seq).toBe(1);
  });

  it.each([
    ["without its signature", mutate(withPaper.last, { signers: [laptop] })],
    ["signed twice by the enroller", mutate(withPaper.last, { signers: [laptop, laptop] })],
    ["whose signature the enroller made", mutate(withPaper.last, { signers: [laptop, forger(paper, laptop)] })],
  ])("refuses to enroll a member %s (LOG-6)", (_what, attack) => {
    expectTwins(base.log, attack, withPaper.last, "INVALID_SIGNATURE", "LOG-6");
  });

  it("refuses an enrolment that another member claims to have made (LOG-6)", () => {
    // The phone takes the paper's signature for the laptop, and puts itself in the laptop's place.
    const { body, signatures } = takeApart(authoredBy(withPaper.last, phone, paper));
    expect(body.get("author")).toEqual(phone.signingKey);
    const byPaper = takeApart(withPaper.last).signatures[1] as (typeof signatures)[number];
    const attack = mutate(authoredBy(withPaper.last, phone, paper), {
      signatures: ([byPhone]) => [byPhone as typeof byPaper, byPaper],
    });
    expectTwins(base.log, attack, authoredBy(withPaper.last, phone, paper), "INVALID_SIGNATURE", "LOG-6");
  });

  it("refuses a rekey to a key that the member does not have (LOG-6)", () => {
    const attack = mutate(rekeyed.last, { signers: [phone, forger(fresh, phone)] });
    expectTwins(base.log, attack, rekeyed.last, "INVALID_SIGNATURE", "LOG-6");
    expectRefused(base.log, mutate(rekeyed.last, { signers: [phone] }), "INVALID_SIGNATURE", "LOG-6");
  });

  it("reports the same for an author that enters with its own key, which is refused anyway (LOG-6, LOG-5)", () => {
    const body = setField("keys.sign", phone.signingKey);
    const attack = mutate(rekeyed.last, { body, signers: [laptop, phone] });
    expectRefused(base.log, attack, "INVALID_SIGNATURE", "LOG-6");
    expectRefused(base.log, mutate(rekeyed.last, { body, signers: [phone, phone] }), "INVALID_LINK", "LOG-5");
  });

  it("refuses a rekey that the old key did not sign (LOG-4)", () => {
    const attack = mutate(rekeyed.last, { signers: [forger(phone, fresh), fresh] });
    expectTwins(base.log, attack, rekeyed.last, "INVALID_SIGNATURE", "LOG-4");
  });
});
