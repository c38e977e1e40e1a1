// Reading a log again from a head that this device verified before: the same outcome as a full verification, without the
// signatures up to there. docs/spec.md sections 6 (LOG-8) and 13.1. `KEYSTEAD_RUNS=n` runs longer.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CborValue, encodeCbor } from "../../src/bytes/cbor.js";
import { KeysteadError } from "../../src/errors.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import { decodeEntry, linkHash } from "../../src/log/entry.js";
import type { Pin } from "../../src/log/evidence.js";
import type { Head, LogState } from "../../src/log/state.js";
import { verifyLog } from "../../src/log/verify.js";
import { escrowWorld, forkedWorld, userWorld } from "../fuzz/samples.js";
import { countVerifications } from "../support/count-verifications.js";
import { idBytes, mutate, rawEntry, rawLink, takeApart } from "../support/raw-link.js";
import { evidenceOf, expectError, snapshot, thrownBy } from "../support/refusal.js";
import { numRuns, slow, timeout } from "../support/runs.js";
import { ALICE, openWorld, type World } from "../support/world.js";

const begun = [openWorld("verified")];
for (const step of [
  (world: World) => world.join("Phone"),
  (world: World) => world.review("Laptop", { approve: ["Phone"] }),
  (world: World) => world.rotate("Phone"),
  (world: World) => world.rotate("Laptop"),
])
  begun.push(step(begun.at(-1) as World));
const world = begun.at(-1) as World;
const states = world.states();
const headAt = (seq: number): Head => (states[seq - 1] as LogState).head;

interface Known {
  readonly verified?: Head | undefined;
  readonly pinned?: Pin | undefined;
}
const verify = (entries: readonly Uint8Array[], known: Known = {}, subject = ALICE) =>
  verifyLog(entries, { subject, ...known, now: "unchecked" });

/** A log that a server without any keys could write: one link changed, and all later ones put after it. */
function rewritten(entries: readonly Uint8Array[], seq: number): readonly Uint8Array[] {
  const changed = entries.slice(0, seq - 1);
  let prev: Uint8Array | undefined;
  for (const entry of entries.slice(seq - 1)) {
    const { body, signatures, attachments } = takeApart(entry);
    if (prev) body.set("prev", prev);
    else body.set("time", (body.get("time") as number) + 1);
    const link = rawLink(encodeCbor(body as CborValue), signatures);
    changed.push(rawEntry(link, attachments));
    prev = idBytes(hashOf(changed.at(-1) as Uint8Array));
  }
  return changed;
}

/** Another history from a position on, written by a member. */
const forkedFrom = (seq: number): World => {
  const other = (begun[seq - 1] as World).rename("Laptop", "Other");
  return other.rotate("Laptop").rotate("Laptop").rotate("Laptop");
};

const hashOf = (entry: Uint8Array): string => linkHash(decodeEntry(entry).link.bytes);

describe("a log read again from a verified head", () => {
  it("gives the state of a full verification, and verifies only the signatures after the head", () => {
    const full = countVerifications(() => verify(world.entries));
    expect(full.verifications).toBe(5);
    for (let seq = 1; seq <= 5; seq++) {
      const again = countVerifications(() => verify(world.entries, { verified: headAt(seq) }));
      expect(again.verifications).toBe(5 - seq);
      expect(snapshot(again.value)).toBe(snapshot(full.value));
    }
  });

  it("gives names, and continues like any state", () => {
    const again = verify(world.entries, { verified: headAt(5) });
    expect([...again.active.values()].map(({ name }) => name)).toEqual(["Laptop", "Phone"]);
    expect(verify(world.rotate("Phone").entries, { pinned: again }).head.seq).toBe(6);
  });

  it("still judges times by the clock (LOG-3)", () => {
    const call = () => verifyLog(world.entries, { subject: ALICE, verified: headAt(5), now: 0 });
    expectError(call, "NOT_YET", "LOG-3");
  });

  it("still judges the subject (LOG-8)", () => {
    expectError(() => verify(world.entries, { verified: headAt(5) }, "bob@example.org"), "WRONG_SUBJECT", "LOG-8");
  });

  it.each([
    ["log", { log: "x" }],
    ["hash", { hash: "" }],
    ["seq", { seq: 0 }],
    ["seq", { seq: 1.5 }],
  ])("takes no other than a head: %s", (_name, wrong) => {
    const verified = { ...headAt(2), ...wrong } as Head;
    expect(["INVALID_ARGUMENT", "INVALID_ENCODING"]).toContain(
      thrownBy(() => verify(world.entries, { verified })).code,
    );
  });
});

describe("attacks of a server below a verified head", () => {
  it("never hide a rollback (LOG-8)", () => {
    for (const length of [0, 1, 3]) {
      const call = () => verify(world.entries.slice(0, length), { verified: headAt(4) });
      const error = expectError(call, "ROLLED_BACK", "LOG-8");
      expect(error.details).toMatchObject({ pinned: headAt(4), offered: { seq: length } });
      expect(checkEvidence(evidenceOf(thrownBy(call)))).toMatchObject({ verdict: "claimed", seq: length + 1 });
    }
  });

  it("never hide a fork, from any position on (LOG-8)", () => {
    for (const seq of [1, 2, 3]) {
      const forked = forkedFrom(seq);
      const call = () => verify(forked.entries, { verified: headAt(4) });
      expectError(call, "FORKED", "LOG-8");
      expect(checkEvidence(evidenceOf(thrownBy(call)))).toMatchObject({
        verdict: "claimed",
        seq: 4,
        pinned: headAt(4),
      });
    }
    const other = openWorld("verified, another").rotate("Laptop");
    expectError(() => verify(other.entries, { verified: headAt(4) }), "REPLACED", "LOG-8");
  });

  it("are no fork without a signature: a changed link, and others put after it (LOG-4)", () => {
    for (let seq = 1; seq <= 4; seq++) {
      const forged = rewritten(world.entries, seq);
      const rule = seq <= 2 ? "LOG-6" : "LOG-4";
      expectError(() => verify(forged, { verified: headAt(4) }), "INVALID_SIGNATURE", rule);
      // The same for a shorter log, which would be a rollback.
      if (seq < 4) expectError(() => verify(forged.slice(0, seq), { verified: headAt(4) }), "INVALID_SIGNATURE", rule);
    }
  });

  it("are detected after the head, where signatures count again (LOG-4)", () => {
    const forged = rewritten(world.entries, 4);
    expectError(() => verify(forged, { verified: headAt(3) }), "INVALID_SIGNATURE", "LOG-4");
  });

  it("let unsigned links in if the head is false: so the caller must authenticate the head", () => {
    const forged = rewritten(world.entries, 4);
    const verified = { ...headAt(5), hash: hashOf(forged[4] as Uint8Array) } as Head;
    expect(verify(forged, { verified }).head).toEqual(verified);
    expectError(() => verify(forged), "INVALID_SIGNATURE", "LOG-4");
  });

  it("may withhold attachments, and not add others (ENC-2)", () => {
    const bare = world.entries.map((entry) => rawEntry(decodeEntry(entry).link.bytes));
    expect(verify(bare, { verified: headAt(5) }).head).toEqual(world.log.head);
    const swapped = world.entries.map((entry, index) =>
      index === 2 ? mutate(entry, { attachments: (all) => [...all].reverse() }) : entry,
    );
    expectError(() => verify(swapped, { verified: headAt(5) }), "INVALID_ENCODING", "ENC-2");
  });
});

describe("a verified head beside a pin", () => {
  const forked = forkedFrom(3);

  it("adds to the pin: both must be kept (LOG-8)", () => {
    for (const pinned of [headAt(2), headAt(5), states[1], states[4]] as Pin[]) {
      const known = { verified: headAt(4), pinned };
      expect(verify(world.entries, known).head).toEqual(world.log.head);
      expectError(() => verify(forked.entries, known), "FORKED", "LOG-8");
    }
    expectError(
      () => verify(world.entries.slice(0, 4), { verified: headAt(3), pinned: headAt(5) }),
      "ROLLED_BACK",
      "LOG-8",
    );
    expectError(
      () => verify(world.entries.slice(0, 4), { verified: headAt(5), pinned: headAt(3) }),
      "ROLLED_BACK",
      "LOG-8",
    );
  });

  it("is contradicted by evidence that is `proven` if the pin is a state (LOG-8)", () => {
    const call = () => verify(forked.entries, { verified: headAt(5), pinned: states[4] });
    expect(checkEvidence(evidenceOf(thrownBy(call)))).toMatchObject({ verdict: "proven", seq: 4 });
    // Without a signature on the other link there is no evidence either.
    const forged = rewritten(world.entries, 4);
    const error = thrownBy(() => verify(forged, { verified: headAt(5), pinned: states[4] }));
    expect(error).toMatchObject({ code: "INVALID_SIGNATURE" });
    expect(error.details["evidence"]).toBeUndefined();
  });

  it("contradicts the pin if the two are of different histories, for either offered log (LOG-8)", () => {
    const known = { verified: headAt(5), pinned: forked.log };
    const one = expectError(() => verify(world.entries, known), "FORKED", "LOG-8");
    expect(one.details["pinned"]).toEqual(forked.log.head);
    const two = expectError(() => verify(forked.entries, known), "FORKED", "LOG-8");
    expect(two.details["pinned"]).toEqual(headAt(5));
  });

  it("is compared behind a link that cannot be judged (LOG-1, LOG-8)", () => {
    const later = mutate(world.entries[2] as Uint8Array, { body: (body) => body.set("v", 99) });
    const replaced = (at: number) => world.entries.map((entry, index) => (index === at ? later : entry));
    expectError(() => verify(replaced(2), { verified: headAt(3) }), "FORKED", "LOG-8");
    expectError(() => verify(replaced(2).slice(0, 3), { verified: headAt(4) }), "ROLLED_BACK", "LOG-8");
    expectError(() => verify([...world.entries, later], { verified: headAt(5) }), "UNSUPPORTED", "LOG-1");
    // A head of a log that a newer library verified.
    expectError(() => verify(replaced(2), { verified: headAt(5) }), "UNSUPPORTED", "LOG-1");
  });
});

const RUNS = numRuns(400, 60);

describe("random logs and heads", () => {
  it(
    "have the outcome of a full verification, state or error, for any change (LOG-2, LOG-4, LOG-8)",
    () => {
      const seen = new Set<string>();
      fc.assert(
        fc.property(fc.constantFrom(userWorld, escrowWorld, forkedWorld), fc.nat(), fc.nat(), changeOf, (...drawn) => {
          const [{ entries, log }, headDraw, entryDraw, change] = drawn;
          const seq = 1 + (headDraw % log.head.seq);
          const verified = { ...log.head, seq, hash: log.links.at(seq - 1)?.hash } as Head;
          const changed = change(entries, entryDraw % entries.length);
          const outcome = outcomeOf(() => verify(changed, { verified }, log.subject));
          // A pin acts in addition to a verified head.
          expect(outcome).toBe(outcomeOf(() => verify(changed, { pinned: verified }, log.subject)));
          seen.add(outcome.slice(0, 20).replace(/[^A-Z_].*/s, ""));
        }),
        // The strongest contradictions, in every run: another history, a shorter one, and links that nobody signed or can judge.
        slow(
          RUNS,
          ...[() => forkedWorld.entries, shorter, rewrittenFrom, laterFrom].map(
            (change): [World, number, number, typeof change] => [userWorld, 5, 4, change],
          ),
        ),
      );
      for (const code of ["FORKED", "INVALID_SIGNATURE", "ROLLED_BACK"]) expect([...seen]).toContain(code);
    },
    timeout(RUNS),
  );

  it("detect every changed byte of a link below the head, and above it (LOG-2, LOG-4)", () => {
    const bare = world.entries.map((entry) => rawEntry(decodeEntry(entry).link.bytes));
    for (const [index, entry] of bare.entries()) {
      // Every byte of a small link is tried, and a sample of larger ones.
      for (let at = 0; at < entry.length; at += entry.length > 500 ? 97 : 1) {
        const altered = entry.map((byte, each) => (each === at ? byte ^ 1 : byte));
        const entries = bare.map((each, other) => (other === index ? altered : each));
        for (const verified of [headAt(3), headAt(5)])
          expect(() => verify(entries, { verified })).toThrow(KeysteadError);
      }
    }
  });
});

type Change = (entries: readonly Uint8Array[], index: number) => readonly Uint8Array[];
const replacing = (entries: readonly Uint8Array[], index: number, change: (entry: Uint8Array) => Uint8Array) =>
  entries.map((entry, each) => (each === index ? change(entry) : entry));
const shorter: Change = (entries, index) => entries.slice(0, index);
const rewrittenFrom: Change = (entries, index) => rewritten(entries, index + 1);
const laterFrom: Change = (entries, index) => replacing(entries, index, ofLaterVersion);
const ofLaterVersion = (entry: Uint8Array): Uint8Array => mutate(entry, { body: (body) => body.set("v", 99) });
const changeOf: fc.Arbitrary<Change> = fc.oneof(
  fc.constant(laterFrom),
  fc.constant<Change>((entries) => entries),
  fc.nat().map(
    (at): Change =>
      (entries, index) => {
        return replacing(entries, index, (entry) =>
          entry.map((byte, each) => (each === at % entry.length ? byte ^ 1 : byte)),
        );
      },
  ),
  fc.constant(shorter),
  fc.constant<Change>((entries, index) => entries.filter((_, each) => each !== index)),
  fc.constant(rewrittenFrom),
  fc.constant<Change>((entries, index) => replacing(entries, index, (e) => rawEntry(decodeEntry(e).link.bytes))),
  fc.constantFrom(userWorld, forkedWorld, escrowWorld).map(
    (other): Change =>
      (entries, index) => [...entries.slice(0, index), ...other.entries.slice(index)],
  ),
);

/** A state, or an error without its message and stack. */
function outcomeOf(call: () => LogState): string {
  try {
    return snapshot(call());
  } catch (error) {
    if (!(error instanceof KeysteadError)) throw error;
    return `${error.code} ${error.rule} ${snapshot(error.details)}`;
  }
}
