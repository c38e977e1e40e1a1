// Single entries for positions that the log has filled. Only an entry that a key of this log signed is worth building the state
// before it, and that verifies no signature again. docs/spec.md section 13.1.

import { describe, expect, it } from "vitest";
import { checkEvidence } from "../../src/log/check-evidence.js";
import type { Evidence } from "../../src/log/evidence.js";
import type { LogState } from "../../src/log/state.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { hire, openOrganisation, openUser, recoverBy, renew } from "../escrow/support.js";
import { countVerifications } from "../support/count-verifications.js";
import { forger, idBytes, type RawSigner, type RawValue, rawNext, takeApart } from "../support/raw-link.js";
import { evidenceOf, expectError } from "../support/refusal.js";
import { ALICE, keysNamed, OPERATOR, openWorld, type World } from "../support/world.js";

const stranger = keysNamed("stranger");
const opened = openWorld("filled", { operator: true }).backup("Laptop", "Paper").join("Phone").join("Gone");
const before = opened.review("Laptop", { approve: ["Phone"] });
const world = before
  .rotate("Laptop")
  .review("Laptop", { remove: ["Gone"] })
  .join("Late")
  .rotate("Laptop");
const laptop = world.signer("Laptop");
const SEQ = before.log.head.seq + 1;

/** A link for the position after `state`, which the world has filled. */
const other = (fields: Readonly<Record<string, RawValue>>, ...signers: readonly RawSigner[]): Uint8Array =>
  rawNext(before.log, fields, signers);
const leaveOf = (author: RawSigner, ...signers: readonly RawSigner[]) =>
  other({ type: "leave", author: author.signingKey }, ...signers);

function judge(log: LogState, entry: Uint8Array) {
  return countVerifications(() => appendEntry(log, entry, { now: "unchecked" }));
}

/** Expects a bad link, and the number of signatures that were verified until then. */
function expectBadLink(log: LogState, entry: Uint8Array, message: string, verifications = 0): void {
  const counted = judge(log, entry);
  expect(counted.error).toMatchObject({ code: "INVALID_LINK", rule: "LOG-2" });
  expect((counted.error as Error).message).toContain(message);
  expect(counted.verifications).toBe(verifications);
  // The link's own hash, and its author's key. A replay would hash every link and every key before it.
  expect(counted.hashes).toBeLessThanOrEqual(2);
}

/** Expects a proven fork, found by verifying only the signatures of this entry, twice. */
function expectFork(log: LogState, entry: Uint8Array): void {
  const { error, verifications } = judge(log, entry);
  expect(error).toMatchObject({ code: "FORKED", rule: "LOG-8" });
  const evidence = (error as { details: Readonly<Record<string, unknown>> }).details["evidence"] as Evidence;
  expect(checkEvidence(evidence).verdict).toBe("proven");
  expect(verifications).toBe(2 * takeApart(entry).signatures.length);
}

describe("an entry that anybody can make", () => {
  it("is a bad link, and no signature is verified for it, neither its own nor earlier ones (LOG-2)", () => {
    const bytes = leaveOf(stranger, stranger);
    expect(bytes.length).toBeLessThan(320);
    expectBadLink(world.log, bytes, "its author's key is none of this log's");
  });

  it.each<readonly [string, Uint8Array, string]>([
    ["names a member as its author, whose key is public", leaveOf(laptop, stranger), "not signed by its author"],
    [
      "is a join, with keys of its own",
      other({ type: "join", member: memberOf(stranger) }, stranger),
      "nobody of this log signs it",
    ],
    [
      "acts for escrow, which the log never had",
      other({ ...escrowReview(stranger), approve: [idBytes(world.id("Late"))] }, stranger, stranger),
      "its author's key is none of this log's",
    ],
    [
      "acts for escrow, by a member's own key",
      other({ ...escrowReview(laptop), approve: [idBytes(world.id("Late"))] }, laptop, laptop),
      "its author's key is none of this log's",
    ],
    [
      "follows another link",
      rawNext(opened.log, { type: "leave", author: laptop.signingKey, seq: SEQ }, [laptop]),
      "it follows",
    ],
    [
      "belongs to another log",
      other({ type: "leave", author: laptop.signingKey, log: new Uint8Array(32) }, laptop),
      "another log",
    ],
  ])("is a bad link where it %s (LOG-2)", (_what, entry, message) => {
    expectBadLink(world.log, entry, message);
  });

  it("costs one verification if a signature is invalid (LOG-2)", () => {
    expectBadLink(world.log, leaveOf(laptop, forger(laptop, stranger)), "a signature is not valid", 1);
    // The second of two.
    const enrolled = before.enroll("Laptop", "Tablet");
    const entry = enrolled.last;
    const { signatures } = takeApart(entry);
    expect(signatures).toHaveLength(2);
    expectFork(world.log, entry);
  });

  it("is no expel if the log has no operator (LOG-2)", () => {
    const plain = openWorld("filled, no operator").join("Phone");
    const later = plain.rotate("Laptop");
    const entry = rawNext(plain.log, { type: "expel", remove: [idBytes(plain.id("Phone"))] }, [OPERATOR]);
    expectBadLink(later.log, entry, "nobody of this log signs it");
  });
});

describe("an entry that a key of this log signed", () => {
  it("is judged on the state before its position, without verifying earlier links again (LOG-8)", () => {
    expectFork(world.log, before.rotate("Phone").last);
    expectFork(world.log, before.leave("Laptop").last);
    expectFork(world.log, before.rekey("Laptop").last);
    expectFork(world.log, before.enroll("Laptop", "Tablet").last);
    expectFork(world.log, before.expel("Gone").last);
  });

  it("is also judged if that member was active there and was removed later (LOG-8)", () => {
    expectFork(world.log, before.rotate("Gone").last);
  });

  it("is not valid by a key that entered later (LOG-4)", () => {
    const { error, verifications } = judge(world.log, leaveOf(world.signer("Late"), world.signer("Late")));
    expect(error).toMatchObject({ code: "INVALID_LINK", rule: "LOG-4" });
    expect(verifications).toBe(1);
  });

  it("is refused by the rule that it breaks (MEM-2)", () => {
    const entry = other({ type: "expel", remove: [] }, OPERATOR);
    const { error, verifications } = judge(world.log, entry);
    expect(error).toMatchObject({ code: "INVALID_LINK", rule: "MEM-2" });
    expect(verifications).toBe(2);
  });

  it("names the position whose body is malformed (ENC-2)", () => {
    const error = expectError(
      () => appendEntry(world.log, leaveWith({ comment: "x" }), { now: "unchecked" }),
      "INVALID_ENCODING",
      "ENC-2",
    );
    expect(error.details).toMatchObject({ seq: SEQ, log: world.log.head.log });
  });

  it("is judged by the key of a pointer of this log, if escrow signed it (LOG-8, ESC-3)", () => {
    const staffed = hire(openOrganisation("filled"), "Bob", ["recover"]);
    const rotated = staffed.rotate("Ann");
    const start = openUser("filled user", staffed).join("Phone");
    const recovered = recoverBy(start, staffed, "Bob", { approve: ["Phone"] });
    // Another history from the same link on, in which the pointer was renewed.
    const renewed = renew(start, "Laptop", rotated).rotate("Laptop");
    expectFork(renewed.log, recovered.last);
    expectFork(recovered.rotate("Laptop").log, renewed.entries[start.entries.length] as Uint8Array);
    // Signed by the key of an epoch that no pointer of this log ever named.
    const other = recoverBy(renew(start, "Laptop", rotated), rotated, "Bob", { approve: ["Phone"] });
    const after = start.rotate("Laptop").rotate("Laptop");
    expectBadLink(after.log, moved(other, start), "its author's key is none of this log's");
  });
});

describe("a first link", () => {
  it("has no predecessor, so one verification shows another log (LOG-8)", () => {
    const { error, verifications } = judge(world.log, openWorld("filled, another").last);
    expect(error).toMatchObject({ code: "REPLACED", rule: "LOG-8" });
    expect(verifications).toBe(1);
    const bob = judge(world.log, openWorld("filled, bob", { subject: "bob@example.org" }).last);
    expect(bob.error).toMatchObject({ code: "WRONG_SUBJECT", rule: "LOG-8" });
    expect(bob.verifications).toBe(1);
  });
});

describe("a join for a filled position", () => {
  it("is detected as a fork from a whole log that contains it (LOG-8)", () => {
    const fork = before.join("Another");
    expectBadLink(world.log, fork.last, "nobody of this log signs it");
    const error = expectError(
      () => verifyLog(fork.entries, { subject: ALICE, pinned: world.log, now: "unchecked" }),
      "FORKED",
      "LOG-8",
    );
    expect(checkEvidence(evidenceOf(error))).toMatchObject({ verdict: "proven", seq: SEQ });
  });
});

function memberOf({ publicKeys }: typeof stranger): RawValue {
  return { kind: "device", ...publicKeys, name: new Uint8Array(32) };
}

/** The fields of a review in escrow's name. */
function escrowReview({ signingKey: sign }: RawSigner) {
  const by = { admin: sign, seq: 1, hash: new Uint8Array(32), salt: new Uint8Array(32) };
  return { type: "review", author: sign, by, remove: [] };
}

function leaveWith(fields: Readonly<Record<string, RawValue>>): Uint8Array {
  return other({ type: "leave", author: laptop.signingKey, ...fields }, laptop);
}

/** The newest body of another member, put after another link. */
function moved({ last }: World, { log }: World): Uint8Array {
  const { body, signatures, attachments } = takeApart(last);
  body.set("seq", log.head.seq + 1).set("prev", idBytes(log.head.hash));
  const fields = Object.fromEntries(body) as Readonly<Record<string, RawValue>>;
  const signers = signatures.map(([key]) => forger({ ...stranger, signingKey: key } as RawSigner, stranger));
  return rawNext(log, fields, signers, attachments);
}
