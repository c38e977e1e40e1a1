// The subject of a log, and earlier knowledge of it: subject, pins, forks, rollbacks, replacements, and repeated entries.
// docs/spec.md section 6 (LOG-8) and section 13.

import { describe, expect, it } from "vitest";
import { checkEvidence } from "../../src/log/check-evidence.js";
import { decodeEvidence, encodeEvidence, type Pin } from "../../src/log/evidence.js";
import type { LinkRecord, LogState } from "../../src/log/state.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { mutate, takeApart } from "../support/raw-link.js";
import { evidenceOf, expectError, expectRefused, snapshot } from "../support/refusal.js";
import { ALICE, openWorld, type World } from "../support/world.js";

const young = openWorld("subject").join("Phone");
const world = young.review("Laptop", { approve: ["Phone"] }).rotate("Laptop");
// The server shows a reader another history from the third link on, which a member wrote.
const forked = young.rotate("Phone").rotate("Phone").rotate("Laptop");
const bob = openWorld("subject of bob", { subject: "bob@example.org" }).join("Phone");
const other = openWorld("another log of alice").join("Phone").rotate("Laptop").rotate("Laptop").rotate("Laptop");

/** Both forms of a pin. */
const pins = (log: LogState): readonly (readonly [string, Pin])[] => [
  ["a head", log.head],
  ["a state", log],
];
const verify = (entries: readonly Uint8Array[], pinned?: Pin) =>
  verifyLog(entries, { subject: ALICE, pinned, now: "unchecked" });

describe("subject", () => {
  it("refuses another subject's log, even if it is valid (LOG-8)", () => {
    const error = expectError(() => verify(bob.entries), "WRONG_SUBJECT", "LOG-8");
    expect(error.details).toMatchObject({ expected: ALICE, actual: "bob@example.org", log: bob.log.head.log });
    expect(verifyLog(bob.entries, { subject: "bob@example.org", now: "unchecked" }).head).toEqual(bob.log.head);
  });

  it("compares subjects exactly: neither case nor form is folded (LOG-8)", () => {
    for (const subject of ["Alice@example.org", `${ALICE} `, "alice@example.orɡ"]) {
      expectError(() => verifyLog(world.entries, { subject, now: "unchecked" }), "WRONG_SUBJECT", "LOG-8");
    }
  });

  it.each([undefined, "", 7, null])("needs a subject: %s is none (LOG-8)", (subject) => {
    expect(() => verifyLog(world.entries, { subject: subject as string, now: "unchecked" })).toThrow(/LOG-8/);
    expectError(
      () => verifyLog(world.entries, { subject: subject as string, now: "unchecked" }),
      "INVALID_ARGUMENT",
      undefined,
    );
  });

  it("refuses an empty list, which is no log (LOG-8)", () => {
    expectError(() => verify([]), "INVALID_ARGUMENT", "LOG-8");
  });
});

describe("pins", () => {
  it.each(pins(young.log))("accepts the known log and every extension, pinned as %s (LOG-8)", (_form, pin) => {
    expect(verify(young.entries, pin).head).toEqual(young.log.head);
    expect(verify(world.entries, pin).head).toEqual(world.log.head);
  });

  it("may be the head of a first link, and no head that no link has (LOG-8)", () => {
    const { hash, seq } = young.log.links.at(0) as LinkRecord;
    const pin = { ...young.log.head, hash, seq };
    expect(verify(young.entries, pin).head).toEqual(young.log.head);
    for (const none of [0, -1, 1.5]) {
      expectError(() => verify(young.entries, { ...pin, seq: none }), "INVALID_ARGUMENT", undefined);
    }
  });

  it.each(pins(world.log))("refuses a log that ends before the verified head, pinned as %s (LOG-8)", (form, pin) => {
    const error = expectError(() => verify(young.entries, pin), "ROLLED_BACK", "LOG-8");
    expect(error.details).toMatchObject({ pinned: world.log.head, offered: young.log.head });
    expect(evidenceOf(error).ours).toHaveLength(form === "a state" ? 4 : 0);
    expect(checkEvidence(evidenceOf(error))).toMatchObject({
      verdict: "claimed",
      pinned: world.log.head,
      offered: young.log.head,
      seq: 3,
    });
  });

  it.each(pins(world.log))("refuses a log that forked before the pin, pinned as %s (LOG-8)", (form, pin) => {
    for (const offered of [forked.entries, forked.entries.slice(0, 4)]) {
      const error = expectError(() => verify(offered, pin), "FORKED", "LOG-8");
      const seq = form === "a state" ? 3 : 4;
      expect(error.details).toMatchObject({ pinned: world.log.head, offered: { seq } });
      expect(checkEvidence(evidenceOf(error)).verdict).toBe(form === "a state" ? "proven" : "claimed");
    }
  });

  it("detects the fork in a shorter log, with the whole state (LOG-8)", () => {
    const shorter = forked.entries.slice(0, 3);
    expectError(() => verify(shorter, world.log), "FORKED", "LOG-8");
    expectError(() => verify(shorter, world.log.head), "ROLLED_BACK", "LOG-8");
  });

  it.each(pins(world.log))(
    "refuses another log for a subject whose log is known, pinned as %s (LOG-8)",
    (_form, pin) => {
      const error = expectError(() => verify(other.entries, pin), "REPLACED", "LOG-8");
      expect(checkEvidence(evidenceOf(error))).toMatchObject({ verdict: "claimed", pinned: world.log.head, seq: 1 });
      expect(verify(other.entries).head).toEqual(other.log.head);
    },
  );

  it("must be of the given subject: the state of another one is the caller's mistake (LOG-8)", () => {
    const error = expectError(() => verify(world.entries, bob.log), "WRONG_SUBJECT", "LOG-8");
    const { log } = bob.log.head;
    expect(error.details).toEqual({ expected: ALICE, actual: "bob@example.org", log });
    expect(error.message).toContain("options.pinned");
    // A head does not contain its subject: another log is offered than the one that it belongs to.
    expectError(() => verify(world.entries, bob.log.head), "REPLACED", "LOG-8");
  });

  it.each(pins(world.log))("are rolled back if nothing is offered any more, pinned as %s (LOG-8)", (form, pin) => {
    const error = expectError(() => verify([], pin), "ROLLED_BACK", "LOG-8");
    const offered = { log: world.log.head.log, seq: 0, hash: "" };
    expect(error.details).toMatchObject({ pinned: world.log.head, offered });
    const evidence = decodeEvidence(encodeEvidence(evidenceOf(error)));
    expect(evidence).toMatchObject({ subject: ALICE, theirs: [] });
    expect(evidence.ours).toHaveLength(form === "a state" ? 4 : 0);
    const verdict = { verdict: "claimed", pinned: world.log.head, offered, seq: 1 };
    expect(checkEvidence(evidence)).toMatchObject(verdict);
    // The evidence shows no fork, no replacement, and no rollback of a log other than its own.
    for (const kind of ["forked", "replaced"] as const)
      expectError(() => checkEvidence({ ...evidence, kind }), "INVALID_ARGUMENT", undefined);
    const ours = bob.links();
    expectError(() => checkEvidence({ ...evidence, ours }), "INVALID_ARGUMENT", undefined);
  });

  it("does not call a broken log a fork: only valid links contradict (LOG-8)", () => {
    const broken = mutate(forked.entries[2] as Uint8Array, { signers: [young.signer("Laptop")] });
    expectError(() => verify([...young.entries, broken], world.log), "INVALID_SIGNATURE", "LOG-4");
  });
});

describe("one entry after another", () => {
  it("gives the same state from any prefix and the rest", () => {
    for (let length = 1; length <= world.entries.length; length++) {
      const prefix = verify(world.entries.slice(0, length));
      const whole = world.entries
        .slice(length)
        .reduce((log, entry) => appendEntry(log, entry, { now: "unchecked" }), prefix);
      expect(snapshot(whole)).toBe(snapshot(world.log));
    }
  });

  it("does not change the state before, from which two branches can grow", () => {
    const before = snapshot(young.log);
    const branches = [world, forked].map((branch) =>
      appendEntry(young.log, branch.entries[2] as Uint8Array, { now: "unchecked" }),
    );
    expect(branches.map(({ head }) => head.hash)).toEqual([world.log.links.at(2)?.hash, forked.log.links.at(2)?.hash]);
    expect(snapshot(young.log)).toBe(before);
  });

  it("accepts an entry that the log has already, and changes nothing", () => {
    for (const entry of world.entries) expect(appendEntry(world.log, entry, { now: "unchecked" })).toBe(world.log);
    for (const entry of world.entries)
      expect(appendEntry(world.log, withoutAttachments(entry), { now: "unchecked" })).toBe(world.log);
  });

  it("refuses another valid link for a position that is filled, with proof (LOG-8)", () => {
    const error = expectRefused(world.log, forked.entries[2] as Uint8Array, "FORKED", "LOG-8");
    expect(evidenceOf(error)).toMatchObject({ kind: "forked", subject: ALICE, pinned: world.log.head });
    expect(checkEvidence(evidenceOf(error))).toMatchObject({ verdict: "proven", seq: 3 });
  });

  it("reports an invalid link for a filled position as invalid", () => {
    const byLaptop = mutate(forked.entries[2] as Uint8Array, { signers: [young.signer("Laptop")] });
    expectRefused(world.log, byLaptop, "INVALID_LINK", "LOG-2");
    const unsigned = mutate(forked.entries[2] as Uint8Array, { body: (body) => body.set("time", young.log.time + 1) });
    expectRefused(world.log, unsigned, "INVALID_LINK", "LOG-2");
    // One of two signatures is not enough.
    const enrolled = young.enroll("Laptop", "Tablet").last;
    expectRefused(world.log, enrolled, "FORKED", "LOG-8");
    for (const broken of [0, 1]) {
      const half = mutate(enrolled, {
        signatures: (all) => all.map(([key, each], at) => [key, at === broken ? each.map((byte) => byte ^ 1) : each]),
      });
      expectRefused(world.log, half, "INVALID_LINK", "LOG-2");
    }
  });

  it("reports no fork for a link that follows an unknown one (LOG-2)", () => {
    const error = expectRefused(world.log, forked.entries[3] as Uint8Array, "INVALID_LINK", "LOG-2");
    // Detected without replaying the log: anybody can make such links.
    expect(error.message).toContain("it follows another link");
    expectRefused(world.log, forked.entries[4] as Uint8Array, "INVALID_LINK", "LOG-2");
  });

  it("refuses another first link of the same subject, and of another (LOG-8)", () => {
    expectRefused(world.log, first(other), "REPLACED", "LOG-8");
    expectRefused(world.log, first(bob), "WRONG_SUBJECT", "LOG-8");
  });

  it("refuses a link after a gap, and accepts it once the gap is closed (LOG-2)", () => {
    expectRefused(young.log, world.last, "INVALID_LINK", "LOG-2");
    const between = appendEntry(young.log, world.entries[2] as Uint8Array, { now: "unchecked" });
    expect(appendEntry(between, world.last, { now: "unchecked" }).head).toEqual(world.log.head);
  });
});

function first({ entries }: World): Uint8Array {
  return entries[0] as Uint8Array;
}

function withoutAttachments(entry: Uint8Array): Uint8Array {
  return takeApart(entry).attachments.length > 0 ? mutate(entry, { attachments: () => [] }) : entry;
}
