// Grants are deterministic: every holder of the epochs computes every byte, from log, position, set, seeds and recipients only.
// docs/spec.md section 7 (GRT-2).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LinkHash, LogId, MemberId } from "../../src/bytes/ids.js";
import { epochsIn, type Runs, runsOf } from "../../src/bytes/runs.js";
import { Secret } from "../../src/bytes/secret.js";
import { toHex } from "../../src/bytes/text.js";
import { type GrantPlace, makeGrant } from "../../src/grants/make.js";
import { partsOf } from "../../src/keys/keyring.js";
import type { GrantRecord, LinkRecord } from "../../src/log/state.js";
import { digestByHand, epochKeyByHand, grantByHand } from "../support/grant-by-hand.js";
import { idBytes, takeApart } from "../support/raw-link.js";
import { keysNamed, openWorld, seedNamed } from "../support/world.js";

const ABSENT = new Uint8Array(32);
const world = openWorld("determinism")
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] })
  .backup("Phone", "Paper")
  .rotate("Paper")
  .rekey("Phone")
  .join("Thief")
  .review("Laptop", { approve: [], remove: ["Thief"] })
  .lockdown("Laptop", true)
  .enroll("Phone", "Tablet");

/** The bytes that a holder of every seed computes for one grant of a link. */
function expected({ seq, prev }: LinkRecord, { epochs, boxes }: GrantRecord) {
  const { seeds } = partsOf(world.session("Laptop").keyring);
  return grantByHand({
    log: seq === 1 ? ABSENT : idBytes(world.log.head.log),
    prev: prev ? idBytes(prev) : ABSENT,
    ...{ seq, epochs },
    seeds: [...epochsIn(epochs)].map((epoch) => (seeds.get(epoch) as Secret).bytes()),
    recipients: boxes.map(({ kemKey }) => kemKey),
  });
}

describe("the grants of a log", () => {
  it("match the specification, byte for byte, in every type of link (GRT-2)", () => {
    const types = new Set<string>();
    for (const [index, entry] of world.entries.entries()) {
      const record = world.log.links.at(index) as LinkRecord;
      const attached = takeApart(entry).attachments;
      for (const grant of record.grants) {
        const { keyring, boxes } = expected(record, grant);
        const start = record.attachments.indexOf(grant.keyring);
        expect(attached.slice(start, start + 1 + boxes.length)).toEqual([keyring, ...boxes]);
        expect(grant.keyring).toEqual(digestByHand(keyring));
        expect(grant.boxes.map(({ digest }) => digest)).toEqual(boxes.map(digestByHand));
        types.add(record.type);
      }
    }
    expect([...types].sort()).toEqual(["enroll", "genesis", "join", "rekey", "review", "rotate"]);
  });

  it("carry the seeds whose public keys the log publishes (GRT-2)", () => {
    const { seeds } = partsOf(world.session("Laptop").keyring);
    for (const { number, kemKey: kem } of world.log.epochs)
      expect(epochKeyByHand((seeds.get(number) as Secret).bytes())).toEqual(kem);
  });
});

describe("a grant's key", () => {
  const place: GrantPlace = { log: "11".repeat(32) as LogId, prev: "22".repeat(32) as LinkHash, seq: 7 };
  const seedOf = (epoch: number): Secret => new Secret(seedNamed(`epoch ${epoch}`));
  const recipients = ["Laptop", "Phone"].map((name) => ({
    id: name as MemberId,
    kemKey: keysNamed(name).publicKeys.kem,
  }));
  const epochs: Runs = [
    [3, 3],
    [5, 6],
  ];
  const due = { epochs, recipients };
  const made = makeGrant(due, place, seedOf);
  const sameSeeds = (shift: number) => (epoch: number) => seedOf(epoch - shift);

  const others: readonly (readonly [string, ReturnType<typeof makeGrant>])[] = [
    ["log", makeGrant(due, { ...place, log: "12".repeat(32) as LogId }, seedOf)],
    ["predecessor", makeGrant(due, { ...place, prev: "23".repeat(32) as LinkHash }, seedOf)],
    ["position", makeGrant(due, { ...place, seq: 8 }, seedOf)],
    [
      "set",
      makeGrant(
        {
          ...due,
          epochs: [
            [4, 4],
            [6, 7],
          ],
        },
        place,
        sameSeeds(1),
      ),
    ],
    ["gap", makeGrant({ ...due, epochs: [[3, 5]] }, place, (epoch) => seedOf(epoch === 3 ? 3 : epoch + 1))],
    [
      "gap, with the same ends",
      makeGrant(
        {
          ...due,
          epochs: [
            [3, 4],
            [6, 6],
          ],
        },
        place,
        (epoch) => seedOf(epoch === 4 ? 5 : epoch),
      ),
    ],
    ["first log id, before there is one", makeGrant(due, { ...place, log: undefined }, seedOf)],
  ];
  it.each(others)("changes with the %s, with the same seeds (GRT-2)", (_what, other) => {
    // The same plaintext under the same nonce: only another key gives another ciphertext.
    expect(other.keyring).toHaveLength(made.keyring.length);
    expect(other.keyring).not.toEqual(made.keyring);
    for (const [index, box] of other.boxes.entries()) expect(box).not.toEqual(made.boxes[index]);
  });

  it.each([3, 5, 6])("changes with the seed of epoch %i of the set 3, 5 to 6 (GRT-2)", (changed) => {
    // If the key depended on the first, the last or both ends only, a removed and an unapproved device could compute it together.
    const other = makeGrant(due, place, (epoch) => (epoch === changed ? seedOf(99) : seedOf(epoch)));
    for (const index of [0, 32, 64, 96]) {
      const block = (bytes: Uint8Array) => toHex(bytes.subarray(index, index + 32));
      if (index !== 32 * [3, 5, 6].indexOf(changed)) expect(block(other.keyring)).not.toBe(block(made.keyring));
    }
  });

  it("is the same for every holder, at any time, for any subset of recipients (GRT-2)", () => {
    expect(makeGrant(due, place, seedOf)).toEqual(made);
    const [, phone] = recipients as [unknown, (typeof recipients)[number]];
    const alone = makeGrant({ ...due, recipients: [phone] }, place, seedOf);
    expect(alone).toEqual({ keyring: made.keyring, boxes: [made.boxes[1]] });
  });

  it("matches a computation by hand for any place and set (GRT-2)", () => {
    const id = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const shape = fc.record({
      log: id,
      prev: id,
      seq: fc.integer({ min: 2, max: 70_000 }).map((each) => Math.min(each, 65_535)),
      numbers: fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 30 }),
    });
    fc.assert(
      fc.property(shape, ({ log, prev, seq, numbers }) => {
        const epochs = runsOf(numbers);
        const seeds = numbers.sort((a, b) => a - b).map((epoch) => seedNamed(`epoch ${epoch}`));
        const byHand = grantByHand({
          log,
          prev,
          seq,
          epochs,
          seeds,
          recipients: recipients.map(({ kemKey }) => kemKey),
        });
        const at = { log: toHex(log) as LogId, prev: toHex(prev) as LinkHash, seq };
        const { keyring, boxes } = makeGrant({ epochs, recipients }, at, seedOf);
        expect({ keyring, boxes }).toEqual({ keyring: byHand.keyring, boxes: byHand.boxes });
      }),
      { numRuns: 10 },
    );
  });
});
