// Fuzzing of logs: links that decode, with random content, and lists of entries of which some were changed, left out, repeated,
// exchanged, cut off or taken from other logs. They give only KeysteadErrors, and change no state. KEYSTEAD_RUNS=n runs longer.
// docs/spec.md sections 6 and 13.

import fc from "fast-check";
import { KeysteadError, type LogState, type Pin } from "keystead";
import { checkEvidence } from "keystead/audit";
import { describe, expect, it } from "vitest";
import { equalBytes } from "../../src/bytes/bytes.js";
import type { CborValue } from "../../src/bytes/cbor.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { evidenceOf, snapshot } from "../support/refusal.js";
import { numRuns, slow, timeout } from "../support/runs.js";
import type { World } from "../support/world.js";
import { changedBody, type ListChange, listChange, worlds } from "./list-changes.js";
import { valueChanges } from "./mutations.js";
import { escrowWorld, userWorld } from "./samples.js";

const LINKS = numRuns(4000, 150);
const LISTS = numRuns(100, 8);

/** The state after each link of each world. */
const states = new Map(worlds.map((world) => [world.entries, world.states()]));
const statesOf = ({ entries }: World) => states.get(entries) ?? expect.unreachable();

// All runs get the same states and bytes: one comparison at the end finds any change.
const everything = () => snapshot([...states]);

const ofAnotherLog = (body: CborValue): CborValue =>
  new Map(body as ReadonlyMap<string, CborValue>).set("log", new Uint8Array(32));

describe("well-formed links with random content", () => {
  it.each([
    ["a user's log", userWorld],
    ["an escrow log", escrowWorld],
  ])(
    "are admitted or refused in %s by a rule, and change no state",
    (_what, world) => {
      const before = everything();
      const codes = new Set<string>();
      fc.assert(
        fc.property(fc.nat(world.entries.length - 2), valueChanges, fc.boolean(), (index, change, resigned) => {
          const log = statesOf(world)[index] as LogState;
          const entry = changedBody(world, world.entries[index + 1] as Uint8Array, change, resigned);
          const given = entry.slice();
          const outcome = outcomeOf(() => appendEntry(log, entry, { now: "unchecked" }));
          codes.add(outcome instanceof KeysteadError ? outcome.code : "admitted");
          expect(equalBytes(entry, given), "inputs are not changed").toBe(true);
        }),
        // In every run: no body at all, and one of another log.
        slow(LINKS, [0, () => 0, true], [0, ofAnotherLog, true]),
      );
      expect(everything() === before).toBe(true);
      for (const code of ["INVALID_ENCODING", "INVALID_LINK"]) expect([...codes]).toContain(code);
    },
    timeout(LINKS),
  );
});

describe("lists of entries", () => {
  it.each([
    ["a user's log", userWorld],
    ["an escrow log", escrowWorld],
  ])(
    "of %s are the pinned log or a continuation, or are refused, with valid evidence where it is due (LOG-2, LOG-8)",
    (_what, world) => {
      const before = everything();
      const { subject } = world.log;
      const codes = new Set<string>();
      // Most lists have one change: the rules judge single changes.
      const changes = fc.oneof(fc.tuple(listChange), fc.array(listChange, { maxLength: 3 }));
      const pins = fc.option(fc.tuple(fc.constantFrom(...statesOf(world)), fc.boolean()), { nil: undefined });
      const last: [LogState, boolean] = [world.log, true];
      // The strongest contradictions, in every run: each log in the place of this one, and a beginning of it.
      const examples: [ListChange[], [LogState, boolean]][] = worlds.map(({ entries }) => [[() => entries], last]);
      examples.push([[(entries) => entries.slice(0, 2)], last]);
      fc.assert(
        fc.property(changes, pins, (changed, pin) => {
          const entries = changed.reduce(
            (list, change) => (list.length > 0 ? change(list, world) : list),
            world.entries,
          );
          const given = entries.map((entry) => entry.slice());
          const pinned: Pin | undefined = pin && (pin[1] ? pin[0] : pin[0].head);
          const outcome = outcomeOf(() => verifyLog(entries, { subject, pinned, now: "unchecked" }));
          const isSame = entries.every((entry, index) => equalBytes(entry, given[index] as Uint8Array));
          expect(isSame, "inputs are not changed").toBe(true);
          if (outcome instanceof KeysteadError) {
            codes.add(outcome.code);
            expect("evidence" in outcome.details).toBe(["FORKED", "REPLACED", "ROLLED_BACK"].includes(outcome.code));
            if (outcome.details.evidence) expect(checkEvidence(evidenceOf(outcome)).pinned).toEqual(pin?.[0].head);
            return;
          }
          codes.add("admitted");
          expect(outcome.head.seq).toBe(entries.length);
          if (pin) expect(outcome.links.at(pin[0].head.seq - 1)?.hash).toBe(pin[0].head.hash);
        }),
        slow(LISTS, ...examples),
      );
      expect(everything() === before).toBe(true);
      const due = ["admitted", "WRONG_SUBJECT", "ROLLED_BACK"];
      for (const code of world === userWorld ? [...due, "FORKED", "REPLACED"] : due) expect([...codes]).toContain(code);
    },
    timeout(LISTS),
  );
});

/** The result of a call, or the KeysteadError that it throws. Any other error fails the test. */
function outcomeOf<T>(call: () => T): T | KeysteadError {
  try {
    return call();
  } catch (error) {
    if (error instanceof KeysteadError) return error;
    throw error;
  }
}
