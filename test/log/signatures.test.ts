// Signers: every signature that type and body require, in order, none extra, each valid. docs/spec.md section 6 (LOG-4).

import { describe, expect, it } from "vitest";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import * as LABELS from "../../src/primitives/labels.js";
import { authoredBy, forger, mutate, takeApart } from "../support/raw-link.js";
import { expectError, expectRefused, expectTwins } from "../support/refusal.js";
import { ALICE, keysNamed, OPERATOR, openWorld } from "../support/world.js";

const base = openWorld("signatures", { operator: true })
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] });
const [laptop, phone] = [base.signer("Laptop"), base.signer("Phone")];
const rotated = base.rotate("Laptop");
const joined = base.join("Tablet");
const tablet = joined.signer("Tablet");
const withPaper = base.backup("Laptop", "Paper");
const paper = withPaper.signer("Paper");
const locked = base.lockdown("Laptop", true).join("Pending");

describe("the required signatures", () => {
  const attacks: readonly (readonly [string, Uint8Array])[] = [
    ["with one more signature, even a member's", mutate(rotated.last, { signers: [laptop, phone] })],
    ["signed by another member than its author", mutate(rotated.last, { signers: [phone] })],
    ["signed by another member in its author's name", mutate(rotated.last, { signers: [forger(laptop, phone)] })],
    ["signed for another purpose", mutate(rotated.last, { signers: [forger(laptop, laptop, LABELS.linkHash)] })],
    ["changed after it was signed", mutate(rotated.last, { body: (body) => body.set("time", base.log.time + 7) })],
  ];
  it.each(attacks)("refuses a link %s (LOG-4)", (_what, attack) => {
    expectTwins(base.log, attack, rotated.last, "INVALID_SIGNATURE", "LOG-4");
  });

  it("refuses a link without any signature (ENC-2)", () => {
    expectTwins(base.log, mutate(rotated.last, { signers: [] }), rotated.last, "INVALID_ENCODING", "ENC-2");
  });

  it("refuses a link that its two signers signed in the other order (LOG-4)", () => {
    const attack = mutate(withPaper.last, { signers: [paper, laptop] });
    expectTwins(base.log, attack, withPaper.last, "INVALID_SIGNATURE", "LOG-4");
  });

  it("refuses a link whose author is a stranger (LOG-4)", () => {
    expectTwins(base.log, authoredBy(rotated.last, keysNamed("Stranger")), rotated.last, "INVALID_LINK", "LOG-4");
  });

  it("refuses a link by a member's key from before its rekey (LOG-4)", () => {
    const rekeyed = base.rekey("Phone");
    const twin = rekeyed.rotate("Phone").last;
    const error = expectTwins(rekeyed.log, authoredBy(twin, phone), twin, "INVALID_LINK", "LOG-4");
    expect(error.message).toContain("current key");
  });

  it("refuses a member that claims another's authorship (LOG-4)", () => {
    const attack = mutate(rotated.last, { body: (body) => body.set("author", phone.signingKey), signers: [laptop] });
    expectTwins(base.log, attack, authoredBy(rotated.last, phone), "INVALID_SIGNATURE", "LOG-4");
  });

  it("refuses an operator that writes anything but an expel (LOG-4)", () => {
    expectTwins(base.log, authoredBy(rotated.last, OPERATOR), rotated.last, "INVALID_LINK", "LOG-4");
  });

  it("refuses an expel by anybody but the operator, and in a log without one (LOG-4)", () => {
    const twin = base.expel("Phone").last;
    expectTwins(base.log, mutate(twin, { signers: [laptop] }), twin, "INVALID_SIGNATURE", "LOG-4");
    const unattended = openWorld("signatures").join("Phone");
    const expel = openWorld("signatures", { operator: true }).join("Phone").expel("Phone").last;
    const attack = mutate(expel, {
      body: (body) => {
        const { body: next } = takeApart(unattended.join("Tablet").last);
        for (const field of ["log", "prev"]) body.set(field, next.get(field) as Uint8Array);
      },
      signers: [OPERATOR],
    });
    expectRefused(unattended.log, attack, "INVALID_LINK", "LOG-4");
  });
});

describe("requirements of a link type for its author", () => {
  it.each([
    ["a rotate", rotated.last],
    ["a review", base.review("Laptop", { remove: ["Phone"] }).last],
    ["an enroll", withPaper.last],
  ])("refuses %s by a member that holds nothing (LOG-4)", (_type, honest) => {
    const pending = locked.signer("Pending");
    const next = takeApart(locked.rotate("Laptop").last).body;
    const moved = mutate(honest, {
      body: (body) => {
        for (const field of ["seq", "prev", "time"]) body.set(field, next.get(field) as number);
      },
      signers: [laptop, paper].slice(0, takeApart(honest).signatures.length),
    });
    const attack = authoredBy(moved, pending, ...(takeApart(honest).signatures.length > 1 ? [paper] : []));
    expectRefused(locked.log, attack, "INVALID_LINK", "LOG-4");
    expect(appendEntry(base.log, honest, { now: "unchecked" }).head.seq).toBe(base.log.head.seq + 1);
  });

  it("refuses a backup key that joins by itself (LOG-4)", () => {
    const attack = mutate(joined.last, { body: (body) => asBackup(body.get("member")), signers: [tablet] });
    expectTwins(base.log, attack, joined.last, "INVALID_LINK", "LOG-4");
  });

  it("refuses a log that is opened by a backup key (LOG-4)", () => {
    const [first] = base.entries as readonly [Uint8Array];
    const attack = mutate(first, { body: (body) => asBackup(body.get("member")), signers: [laptop] });
    expectError(() => verifyLog([attack], { subject: ALICE, now: "unchecked" }), "INVALID_LINK", "LOG-4");
    expect(verifyLog([first], { subject: ALICE, now: "unchecked" }).head.seq).toBe(1);
  });
});

function asBackup(member: unknown): void {
  (member as Map<string, string>).set("kind", "backup");
}
