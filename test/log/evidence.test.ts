// Evidence judged by a third party from its bytes alone: when it proves a lie, when it only claims one, and that no altered
// evidence passes. docs/spec.md sections 6 (LOG-8) and 13.

import { describe, expect, it } from "vitest";
import type { LogId } from "../../src/bytes/ids.js";
import { KeysteadError } from "../../src/errors.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import { decodeLink } from "../../src/log/entry.js";
import { decodeEvidence, type Evidence, encodeEvidence, type Pin } from "../../src/log/evidence.js";
import { verifyLog } from "../../src/log/verify.js";
import { readBody } from "../../src/log/verify-link.js";
import { evidenceOf, expectError, snapshot, thrownBy } from "../support/refusal.js";
import { say } from "../support/spoken.js";
import { ALICE, openWorld } from "../support/world.js";

const young = openWorld("evidence").join("Phone");
const world = young.rotate("Laptop");
const forked = young.rotate("Phone");
const other = openWorld("evidence, another log").join("Phone").rotate("Laptop");

const offer = (entries: readonly Uint8Array[], pinned: Pin): Evidence =>
  evidenceOf(thrownBy(() => verifyLog(entries, { subject: ALICE, pinned, now: "unchecked" })));
const fork = offer(forked.entries, world.log);
const rollback = offer(young.entries, world.log);
const replacement = offer(other.entries, world.log);
const all = { fork, rollback, replacement, "fork by head": offer(forked.entries, world.log.head) };

describe("evidence", () => {
  it.each(Object.entries(all))("of a %s survives encoding and decoding", (_kind, evidence) => {
    const bytes = encodeEvidence(evidence);
    expect(snapshot(decodeEvidence(bytes))).toBe(snapshot(evidence));
    expect(encodeEvidence(decodeEvidence(bytes))).toEqual(bytes);
    expect(checkEvidence(decodeEvidence(bytes))).toEqual(checkEvidence(evidence));
  });

  it("proves a fork, and names the first position at which the sides differ", () => {
    expect(checkEvidence(fork)).toMatchObject({
      verdict: "proven",
      pinned: world.log.head,
      offered: forked.log.head,
      seq: 3,
    });
  });

  it("calls a fork `claimed` with only the pinned head, since no signature shows its link", () => {
    expect(checkEvidence(all["fork by head"]).verdict).toBe("claimed");
    expect(checkEvidence({ ...fork, ours: [] }).verdict).toBe("claimed");
  });

  it("describes the explanations without a lie", () => {
    expect(say(checkEvidence(fork))).toContain("lost a race");
    for (const evidence of [rollback, replacement]) {
      expect(say(checkEvidence(evidence))).toContain("rests on the word of the side that pinned it");
    }
  });

  it("calls rollback and replacement `claimed`: a shorter log or another first link is no lie by itself", () => {
    expect([checkEvidence(rollback).verdict, checkEvidence(replacement).verdict]).toEqual(["claimed", "claimed"]);
  });

  it.each(Object.entries({ fork, rollback, replacement }))(
    "of a %s altered in one byte proves nothing, and claims something only by a link that nobody can judge (LOG-1)",
    (_kind, evidence) => {
      const bytes = encodeEvidence(evidence);
      // Every byte beside the links, and a sample of the links.
      const [pinned = 0, theirs = 0, subject = 0] = ["pinned", "theirs", "subject"].map((name) => indexOf(bytes, name));
      const chosen = (at: number) => at < 16 || (at >= pinned && at < theirs) || at >= subject || at % 509 === 0;
      for (const at of bytes.keys()) {
        if (!chosen(at)) continue;
        const altered = bytes.map((byte, index) => (index === at ? byte ^ 0x01 : byte));
        const verdict = verdictOf(altered);
        if (verdict === undefined) continue;
        expect(verdict, `byte ${at}`).toBe("claimed");
        expect(decodeEvidence(altered).theirs.some(isUnsupported), `byte ${at}`).toBe(true);
      }
    },
  );

  it("of a log of many links can be read again", () => {
    const links = Array.from({ length: 40_000 }, () => Uint8Array.of(1));
    expect(decodeEvidence(encodeEvidence({ ...fork, ours: links, theirs: links })).theirs).toHaveLength(40_000);
  });
});

/** The verdict on evidence; undefined if it is refused. */
function verdictOf(bytes: Uint8Array): string | undefined {
  try {
    return checkEvidence(decodeEvidence(bytes)).verdict;
  } catch (error) {
    if (error instanceof KeysteadError) return undefined;
    throw error;
  }
}

/** Whether a link is of a version or type that the library does not know. */
function isUnsupported(link: Uint8Array): boolean {
  try {
    readBody(decodeLink(link));
    return false;
  } catch (error) {
    return error instanceof KeysteadError && error.code === "UNSUPPORTED";
  }
}

/** Position of a field's name. */
function indexOf(bytes: Uint8Array, name: string): number {
  return String.fromCharCode(...bytes).lastIndexOf(name);
}

describe("evidence that does not show what it claims", () => {
  const cases: readonly (readonly [string, Evidence])[] = [
    ["a fork of a log with itself", { ...fork, theirs: fork.ours }],
    ["a fork of a log with its own extension", { ...fork, theirs: world.rotate("Laptop").links() }],
    ["a fork that is a replacement", { ...replacement, kind: "forked" }],
    ["a replacement that is a fork", { ...fork, kind: "replaced" }],
    ["a rollback to a longer log", { ...rollback, theirs: world.links() }],
    ["a rollback by head to a log as long", { ...rollback, ours: [], theirs: world.links() }],
    ["a fork by head at the pinned head", { ...fork, ours: [], theirs: world.links() }],
    ["a fork by head at another position", { ...fork, ours: [], theirs: young.links() }],
    ["a rollback that is a fork", { ...fork, kind: "rolled-back" }],
    ["a pin that its links do not end at", { ...fork, ours: young.links() }],
    ["a pin at another position", { ...fork, pinned: { ...fork.pinned, seq: 2 } }],
    ["a pin of another log", { ...replacement, pinned: { ...replacement.pinned, log: "00".repeat(32) as LogId } }],
    ["a log of another subject", { ...fork, subject: "bob@example.org" }],
    ["no offered links", { ...fork, theirs: [] }],
  ];
  it.each(cases)("is refused: %s", (_what, evidence) => {
    expect(evidence).not.toEqual(fork);
    expectError(() => checkEvidence(evidence), "INVALID_ARGUMENT", undefined);
  });

  it("is refused when it pins the position before the first (ENC-2)", () => {
    const pinned = { ...fork.pinned, seq: 0 };
    expectError(() => checkEvidence({ ...fork, ours: [], pinned }), "INVALID_ENCODING", "ENC-2");
  });

  it("is refused when one side is no valid log", () => {
    const [first, second] = fork.theirs as readonly [Uint8Array, Uint8Array];
    expectError(() => checkEvidence({ ...fork, theirs: [second, first] }), "INVALID_LINK", "LOG-2");
  });
});
