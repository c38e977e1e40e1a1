// Fuzzing of links whose grants are computed and not sealed: acts, disowning, reclaiming, and links by escrow, with random
// content. They give only KeysteadErrors, and change no state. KEYSTEAD_RUNS=n runs longer. docs/spec.md section 6.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CborValue, encodeCbor } from "../../src/bytes/cbor.js";
import { DIGEST, keysInOrder, Links, namedId, namedKeys, pointerTo, publicKeysOf } from "../support/links.js";
import { idBytes, rawEntry, rawLink, rawSignature, takeApart } from "../support/raw-link.js";
import { snapshot } from "../support/refusal.js";
import { numRuns, slow, timeout } from "../support/runs.js";
import { errorOf } from "../support/thrown.js";
import { valueChanges } from "./mutations.js";

const LINKS = numRuns(2000, 100);

const [K1, K2] = keysInOrder("Key A", "Key B");
const user = Links.ofUser()
  .rotate("Laptop")
  .enrollEscrow("Laptop", pointerTo(K1))
  .renew("Laptop", pointerTo(K2))
  .renew("Laptop", pointerTo("Key C"))
  .enroll("Laptop", "Old", "device")
  .review("Laptop", { remove: ["Old"] })
  .join("Phone");
const escrow = Links.ofEscrow()
  .hire("Bob", "recover")
  .plus("Bob", { type: "act", commitment: DIGEST, opening: DIGEST })
  .plus("Ann", { type: "act", commitment: DIGEST, opening: DIGEST });

/** Good links with the log before each and the names of their signers. */
const good: readonly (readonly [Links, Uint8Array, readonly string[]])[] = [
  [
    user,
    user.reviewByEscrow("Key C", { approve: ["Phone"], runs: [[1, 4]], pairs: [[K1], [K2]] }),
    ["Key C", "Ann", K1, K2],
  ],
  [user, user.reviewByEscrow("Key C", { remove: ["Phone"] }), ["Key C", "Ann"]],
  [user, user.renewByEscrow("Key C", pointerTo("Key C")), ["Key C", "Ann"]],
  [
    user,
    user.by(["Phone", "Old"], { type: "reclaim", from: idBytes(namedId("Old")), runs: [[1, 4]] }),
    ["Phone", "Old"],
  ],
  [user, user.by("Phone", { type: "rotate", escrow: "withheld", missing: [[6, 6]] }), ["Phone"]],
  [escrow, escrow.by("Bob", { type: "act", commitment: DIGEST, opening: DIGEST }), ["Bob"]],
  [escrow, escrow.by("Ann", { type: "disown", acts: [4, 5] }), ["Ann"]],
  [
    escrow,
    escrow.by("Ann", { type: "review", approve: [], remove: [idBytes(namedId("Bob"))], disown: [4, 5] }),
    ["Ann"],
  ],
  [
    escrow,
    escrow.by(["Bob", "Bob, fresh"], { type: "rekey", keys: publicKeysOf("Bob, fresh"), missing: [[1, 1]] }),
    ["Bob", "Bob, fresh"],
  ],
];

/** An entry with a changed body, signed again by the signers of the good one. */
function changed(entry: Uint8Array, names: readonly string[], change: (body: CborValue) => CborValue): Uint8Array {
  const body = encodeCbor(change(takeApart(entry).body));
  return rawEntry(
    rawLink(
      body,
      names.map((name) => rawSignature(body, namedKeys(name))),
    ),
  );
}

const byAnn = (body: CborValue): CborValue =>
  new Map(body as ReadonlyMap<string, CborValue>).set("author", namedKeys("Ann").signingKey);

describe("well-formed links of a user's log and of an escrow log", () => {
  it("are good before they are changed", () => {
    for (const [before, entry] of good) expect(before.append(entry).log.head.seq).toBe(before.log.head.seq + 1);
  });

  it(
    "are admitted or refused by a rule, and change no state",
    () => {
      const states = () => snapshot([user.log, escrow.log]);
      const before = states();
      const rules = new Set(good.map(([world, entry]) => ruleOf(() => world.append(entry))));
      expect([...rules]).toEqual(["admitted"]);
      fc.assert(
        fc.property(fc.constantFrom(...good), valueChanges, ([world, entry, names], change) => {
          rules.add(ruleOf(() => world.append(changed(entry, names, change))));
        }),
        // In every run: no body at all, and one by an author who did not sign it.
        slow(LINKS, [good[0] as (typeof good)[number], () => 0], [good[0] as (typeof good)[number], byAnn]),
      );
      expect(states() === before).toBe(true);
      expect([...rules]).toEqual(expect.arrayContaining(["ENC-2", "LOG-4"]));
    },
    timeout(LINKS),
  );
});

/** The rule of the refusal. Any error but a KeysteadError with a rule fails the test. */
function ruleOf(act: () => unknown): string {
  const error = errorOf(act);
  return error ? (error.rule ?? expect.unreachable(`no rule: ${error.message}`)) : "admitted";
}
