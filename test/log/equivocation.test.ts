// Statements of a service that contradict each other, as evidence: docs/spec.md sections 13.2 and 13.4 (SVC-5).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LogId } from "../../src/bytes/ids.js";
import { KeysteadError } from "../../src/errors.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { trackContact } from "../../src/fingerprint/tracked-contact.js";
import { OperatorKeys } from "../../src/keys/operator-keys.js";
import { StatementKeys } from "../../src/keys/statement-keys.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import { compareStatements } from "../../src/log/equivocation.js";
import { decodeEvidence, type Evidence, encodeEvidence } from "../../src/log/evidence.js";
import type { LogState } from "../../src/log/state.js";
import { certifyStatementKey, stateHead } from "../../src/log/statement.js";
import { verifyLog } from "../../src/log/verify.js";
import { flipped } from "../primitives/support.js";
import { expectError, snapshot, thrownBy } from "../support/refusal.js";
import { slow } from "../support/runs.js";
import { DAY, HOUR, NOON, STATEMENT_KEYS, statement, UNTIL } from "../support/service.js";
import { say } from "../support/spoken.js";
import { ALICE, OPERATOR, openWorld, seedNamed, type World } from "../support/world.js";

const young = openWorld("equivocation", { operator: true }).join("Phone");
const world = young.rotate("Laptop");
const fork = young.rotate("Phone");
const { log } = world;

/** The evidence of two statements, which must contradict each other. */
const evidenceOf = (first: Uint8Array, second: Uint8Array, of: LogState = log): Evidence =>
  compareStatements(of, first, second) ?? expect.unreachable();
const split = evidenceOf(statement(world), statement(fork, NOON + HOUR));
const shrunk = evidenceOf(statement(world), statement(young, NOON + HOUR));

describe("two statements contradict each other (SVC-5)", () => {
  it("when they name two hashes for one position, at any times", () => {
    expect(split).toMatchObject({ kind: "equivocated", subject: ALICE, pinned: log.head, ours: [] });
    expect(checkEvidence(split)).toMatchObject({
      verdict: "proven",
      pinned: log.head,
      offered: fork.log.head,
      seq: 3,
    });
    expect(checkEvidence(evidenceOf(statement(fork), statement(world)))).toMatchObject({ seq: 3 });
    // In the other order it is the same.
    expect(evidenceOf(statement(fork, NOON + HOUR), statement(world))).toEqual(split);
  });

  it("when a later one names fewer links", () => {
    expect(checkEvidence(shrunk)).toMatchObject({
      verdict: "proven",
      pinned: log.head,
      offered: young.log.head,
      seq: 3,
    });
    expect(evidenceOf(statement(young, NOON + 1), statement(world))).toBeTruthy();
  });

  it("and not when a log grew or stayed the same, or two replicas made statements at one moment: the twins", () => {
    for (const [first, second] of [
      [statement(young), statement(world, NOON + HOUR)],
      [statement(world), statement(world, NOON + HOUR)],
      [statement(world), statement(world)],
      [statement(young), statement(world)],
      [statement(world), statement(young)],
    ] as const) {
      expect(compareStatements(log, first, second)).toBeUndefined();
      expect(compareStatements(log, second, first)).toBeUndefined();
    }
  });

  it("also by two keys of one operator, and long after both have ended", () => {
    const other = new StatementKeys(seedNamed("another statement key"));
    const certificate = certifyStatementKey(OPERATOR, { signingKey: other.signingKey, until: UNTIL + DAY });
    const byOther = stateHead(fork.log.head, other, certificate, UNTIL + HOUR);
    expect(checkEvidence(evidenceOf(statement(world), byOther)).verdict).toBe("proven");
  });

  it("and the verdict names other explanations", () => {
    const text = say(checkEvidence(split));
    expect(text).toMatch(/replicas that lag behind/i);
    expect(text).toMatch(/stolen statement key/);
    expect(text).toMatch(/restored backup/);
    expect(text).toMatch(/clock that was set back/);
  });

  it("needs only the first link of the log", () => {
    const alone = verifyLog(world.entries.slice(0, 1), { subject: ALICE, now: "unchecked" });
    expect(evidenceOf(statement(world), statement(fork, NOON + HOUR), alone)).toEqual(split);
  });
});

describe("any statements of a service", () => {
  const worlds: readonly World[] = [...states(world.rotate("Laptop")), fork, fork.rotate("Laptop")];
  /** A beginning, and two ends of it. */
  function states(end: World): readonly World[] {
    const logs = end.states();
    return logs.map((log, index) => ({ log, seq: index + 1 }) as unknown as World);
  }
  const said = fc.record({ of: fc.nat(worlds.length - 1), at: fc.integer({ min: NOON, max: NOON + 3 }) });

  it("are judged by positions, hashes and times alone, and the evidence convinces a third party", () => {
    let found = 0;
    fc.assert(
      fc.property(said, said, (a, b) => {
        const [one, other] = [a, b].map(({ of }) => (worlds[of] as World).log.head) as [
          LogState["head"],
          LogState["head"],
        ];
        const differ = one.seq === other.seq && one.hash !== other.hash;
        const shrank = (a.at < b.at && other.seq < one.seq) || (b.at < a.at && one.seq < other.seq);
        const [first, second] = [a, b].map(({ of, at }) => statement(worlds[of] as World, at)) as [
          Uint8Array,
          Uint8Array,
        ];
        const evidence = compareStatements(log, first, second);
        expect(evidence !== undefined).toBe(differ || shrank);
        if (!evidence) return;
        found++;
        expect(checkEvidence(decodeEvidence(encodeEvidence(evidence)))).toMatchObject({ verdict: "proven" });
      }),
      // A log that shrank, in every run.
      slow(100, [
        { of: 1, at: NOON },
        { of: 0, at: NOON + 1 },
      ]),
    );
    expect(found).toBeGreaterThan(0);
  });

  it("of an honest service never contradict each other", () => {
    const honest = states(world.rotate("Laptop").join("Tablet"));
    const step = fc.record({ links: fc.nat(2), time: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 6 }), (steps) => {
        let [of, at] = [0, NOON];
        const all = steps.map(({ links, time }) => {
          of = Math.min(of + links, honest.length - 1);
          at += time;
          return statement(honest[of] as World, at);
        });
        for (const first of all)
          for (const second of all) expect(compareStatements(log, first, second)).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });
});

describe("evidence of statements", () => {
  it.each(Object.entries({ split, shrunk }))("that are %s survives encoding and decoding", (_how, evidence) => {
    const bytes = encodeEvidence(evidence);
    expect(snapshot(decodeEvidence(bytes))).toBe(snapshot(evidence));
    expect(checkEvidence(decodeEvidence(bytes))).toEqual(checkEvidence(evidence));
  });

  it("has statements exactly if it is of this kind (ENC-2)", () => {
    const { statements: _, ...bare } = split;
    const forked = { ...split, kind: "forked", theirs: fork.links(), ours: world.links() } as const;
    for (const wrong of [bare, forked]) {
      expectError(() => decodeEvidence(encodeEvidence(wrong)), "INVALID_ENCODING", "ENC-2");
    }
    const { statements: __, ...fair } = forked;
    expect(decodeEvidence(encodeEvidence(fair)).kind).toBe("forked");
  });

  it("altered in one byte proves nothing", () => {
    const bytes = encodeEvidence(shrunk);
    for (const at of bytes.keys()) {
      if (at % 3 !== 0 && at > 200 && at < bytes.length - 700) continue;
      expect(() => checkEvidence(decodeEvidence(flipped(bytes, at))), `byte ${at}`).toThrow(KeysteadError);
    }
  });

  const other = openWorld("equivocation, another log", { operator: true });
  const without = openWorld("equivocation, no operator");
  const [earlier, later] = split.statements as readonly [Uint8Array, Uint8Array];
  const cases: readonly (readonly [string, Evidence])[] = [
    ["one statement twice", { ...split, statements: [earlier, earlier] }],
    ["statements in the other order", { ...split, pinned: fork.log.head, statements: [later, earlier] }],
    ["statements that show growth", { ...split, pinned: young.log.head, statements: [statement(young), later] }],
    ["fewer links at one moment", { ...shrunk, statements: [statement(world), statement(young)] }],
    ["a pin that is not the first statement's", { ...split, pinned: fork.log.head }],
    ["a pin at another position", { ...split, pinned: { ...split.pinned, seq: 2 } }],
    ["a pin of another log", { ...split, pinned: { ...split.pinned, log: "00".repeat(32) as LogId } }],
    ["a log of another subject", { ...split, subject: "bob@example.org" }],
    ["more links than the first", { ...split, theirs: world.links() }],
    ["links of its own", { ...split, ours: world.links() }],
    ["no link", { ...split, theirs: [] }],
    ["a log without operator", { ...split, theirs: without.links() }],
    ["a fork with statements", { ...split, kind: "forked", theirs: fork.links(), ours: world.links() }],
  ];
  it.each(cases)("is refused for %s", (_what, evidence) => {
    expect(thrownBy(() => checkEvidence(evidence)).code).toBe("INVALID_ARGUMENT");
  });

  it("is refused without statements, and for statements of another log or operator", () => {
    const { statements: _, ...bare } = split;
    expectError(() => checkEvidence(bare), "INVALID_ARGUMENT", undefined);
    expectError(() => checkEvidence({ ...split, theirs: other.links() }), "WRONG_SUBJECT", "SVC-4");
    const mallory = new OperatorKeys(seedNamed("mallory"));
    const forged = certifyStatementKey(mallory, { signingKey: STATEMENT_KEYS.signingKey, until: UNTIL });
    const lie = stateHead(fork.log.head, STATEMENT_KEYS, forged, NOON + HOUR);
    expectError(() => checkEvidence({ ...split, statements: [earlier, lie] }), "INVALID_SIGNATURE", "SVC-1");
    expectError(() => compareStatements(log, earlier, lie), "INVALID_SIGNATURE", "SVC-1");
    expectError(() => compareStatements(other.log, earlier, later), "WRONG_SUBJECT", "SVC-4");
    expectError(() => compareStatements(without.log, earlier, later), "INVALID_ARGUMENT", "SVC-1");
  });

  it("accuses a service, and not a contact: compareContact refuses it", () => {
    const error = new KeysteadError("FORKED", "?", { details: { evidence: split, offered: fork.log.head } });
    expectError(() => compareContact(trackContact(log), error), "INVALID_ARGUMENT", undefined);
  });

  it("cannot be made from an invalid log or statement", () => {
    for (const junk of [undefined, null, 7, "x", {}, []] as unknown as readonly never[]) {
      expect(thrownBy(() => compareStatements(junk, earlier, later)).code).toBe("INVALID_ARGUMENT");
      expect(thrownBy(() => compareStatements(log, junk, later)).code).toBe("INVALID_ARGUMENT");
      expect(thrownBy(() => compareStatements(log, earlier, junk)).code).toBe("INVALID_ARGUMENT");
    }
  });
});
