// The grants that a link owes: exactly the sets and recipients that its effect requires, in one order.
// docs/spec.md section 7 (GRT-1).

import { describe, expect, it } from "vitest";
import type { Run } from "../../src/bytes/runs.js";
import { boxesOf, grantsOf, mutate, type RawBody, type RawSigner, takeApart } from "../support/raw-link.js";
import { expectTwins } from "../support/refusal.js";
import { openWorld, type World } from "../support/world.js";

// Epochs: 1 by the laptop, 2 by the phone, 3 by the tablet, 4 by the watch, 5 by rotation. The watch holds 4 and 5.
const base = openWorld("duties").join("Phone").join("Tablet").join("Watch").rotate("Phone");
const laptop = base.signer("Laptop");
const approved = base.review("Laptop", { approve: ["Phone", "Tablet", "Watch"] });
const rotated = base.rotate("Laptop");
const enrolled = base.enroll("Phone", "Desktop");
const rekeyed = base.rekey("Watch");
const twoPending = openWorld("duties, lockdown").lockdown("Laptop", true).join("One").join("Two");
const otherLaptop = twoPending.signer("Laptop");
const bothApproved = twoPending.review("Laptop", { approve: ["One", "Two"] });

/** Grants as `from-to,from-to: recipients`, recipients by name. */
function grantsIn(world: World): readonly string[] {
  const nameOf = new Map([...world.sessions.keys()].map((name) => [world.id(name), name]));
  return world.record.grants.map(({ epochs, boxes }) => {
    return `${epochs.map((run) => run.join("-"))}: ${boxes.map(({ member }) => nameOf.get(member)).sort()}`;
  });
}

/** Expects a link with another list of grants to be refused. */
function refuses(
  before: World,
  after: World,
  signers: readonly RawSigner[],
  change: (grants: readonly RawBody[]) => readonly RawBody[],
): void {
  const attack = mutate(after.last, { body: (body) => body.set("grants", change(grantsOf(body))), signers });
  expectTwins(before.log, attack, after.last, "INVALID_LINK", "GRT-1");
}

/** The same grant for another run, or for another set. */
const forRun = (grant: RawBody | undefined, from: number, to: number, count = Math.max(to - from + 1, 1)): RawBody =>
  new Map([...(grant as RawBody), ["from", from], ["to", to], ["count", count]]);
/** The same grant with other boxes. */
const withBoxes = (grant: RawBody | undefined, change: (boxes: ReturnType<typeof boxesOf>) => unknown): RawBody => {
  const boxes = boxesOf(grant).slice();
  change(boxes);
  return new Map([...(grant as RawBody), ["boxes", boxes]]);
};

describe("what is due", () => {
  it("is the set of epochs that the author holds and the other lacks, and each new epoch by itself (GRT-1)", () => {
    expect(grantsIn(approved)).toEqual(["1-1: Phone", "1-2: Tablet", "1-3: Watch"]);
    expect(grantsIn(base.review("Phone", { approve: ["Watch"] }))).toEqual(["2-3: Watch"]);
    expect(grantsIn(rotated)).toEqual(["6-6: Laptop,Phone,Tablet,Watch"]);
    expect(grantsIn(enrolled)).toEqual(["2-5: Desktop"]);
    expect(grantsIn(rekeyed)).toEqual(["4-5: Watch", "6-6: Laptop,Phone,Tablet,Watch"]);
    expect(grantsIn(base.review("Laptop", { approve: ["Watch"], remove: ["Phone"] }))).toEqual([
      "1-3: Watch",
      "6-6: Laptop,Tablet,Watch",
    ]);
  });

  it("is one grant for all members that are owed the same set (GRT-1)", () => {
    expect(grantsIn(bothApproved)).toEqual(["1-1: One,Two"]);
  });

  it("is sorted by smallest epoch, largest epoch, number, and then the first recipient (GRT-1)", () => {
    // Four devices lack epochs 1 to 6 in different ways. The laptop, which holds all, approves them in one link.
    const names = ["One", "Two", "Three", "Four"] as const;
    const joined = names.reduce((world, name) => world.join(name), openWorld("sorted").rotate("Laptop"));
    const whole = joined.rotate("Laptop").review("Laptop", { approve: names });
    // Due sets: for One and Two, sets of one span and size; for Three, a smaller one of that span; for Four, one that ends
    // earlier.
    const lacks: Readonly<Record<(typeof names)[number], readonly Run[]>> = {
      One: [
        [1, 1],
        [3, 3],
        [6, 6],
      ],
      Two: [
        [1, 1],
        [4, 4],
        [6, 6],
      ],
      Three: [
        [1, 1],
        [6, 6],
      ],
      Four: [[1, 5]],
    };
    const shattered = names.reduce(
      (world, name) =>
        world.append(
          mutate(world.rotate(name).last, {
            body: (body) => body.set("missing", lacks[name]),
            signers: [world.signer(name)],
          }),
        ),
      whole,
    );
    const approved = shattered.review("Laptop", { approve: names });
    const [first, second] = [...shattered.ids("One", "Two")].sort();
    const nameOf = (id: string | undefined) => (id === shattered.id("One") ? "One" : "Two");
    const setOf = { One: "1-1,3-3,6-6", Two: "1-1,4-4,6-6" };
    expect(grantsIn(approved)).toEqual([
      "1-5: Four",
      "1-1,6-6: Three",
      `${setOf[nameOf(first)]}: ${nameOf(first)}`,
      `${setOf[nameOf(second)]}: ${nameOf(second)}`,
    ]);
    refuses(shattered, approved, [shattered.signer("Laptop")], ([a, b, c, d]) => [a, c, b, d] as RawBody[]);
    refuses(shattered, approved, [shattered.signer("Laptop")], ([a, b, c, d]) => [b, a, c, d] as RawBody[]);
    refuses(shattered, approved, [shattered.signer("Laptop")], ([a, b, c, d]) => [a, b, d, c] as RawBody[]);
  });

  it("leaves out epochs in between that the other holds (GRT-1)", () => {
    // The laptop holds all. The watch declared 4 missing and was approved by the phone before that: it holds 2, 3 and 5.
    const approvedByPhone = base.review("Phone", { approve: ["Watch"] });
    const declared = mutate(approvedByPhone.rotate("Watch").last, {
      body: (body) => body.set("missing", [[4, 4]]),
      signers: [base.signer("Watch")],
    });
    const gap = approvedByPhone.append(declared);
    expect(grantsIn(gap.review("Laptop", { approve: ["Watch"] }))).toEqual(["1-1,4-4: Watch"]);
  });
});

describe("a list of grants that is not the due one", () => {
  const enrollers = [base.signer("Phone"), enrolled.signer("Desktop")];
  const rekeyers = [base.signer("Watch"), rekeyed.signer("Watch")];

  it("is refused with one left out, one twice, or in another order (GRT-1)", () => {
    refuses(base, approved, [laptop], (grants) => grants.slice(1));
    refuses(base, approved, [laptop], (grants) => grants.slice(0, 2));
    refuses(base, approved, [laptop], (grants) => grants.flatMap((grant) => [grant, grant]));
    refuses(base, approved, [laptop], (grants) => [...grants].reverse());
  });

  it.each([
    ["begins later than what is held", 3, 5],
    ["begins earlier than what is held", 1, 5],
    ["ends earlier than what is held", 2, 4],
    ["ends later than what is held", 2, 6],
    ["begins after it ends", 5, 2],
    ["has fewer epochs than are held", 2, 5, 3],
    ["has more epochs than there are", 2, 5, 5],
  ])("is refused with a set that %s (GRT-1)", (_what, from, to, count?: number) => {
    refuses(base, enrolled, enrollers, ([grant]) => [forRun(grant, from, to, count)]);
  });

  it("is refused with a set in two grants (GRT-1)", () => {
    refuses(base, enrolled, enrollers, ([grant]) => [forRun(grant, 2, 3), forRun(grant, 4, 5)]);
  });

  it("is refused with the new epoch joined to the set before it (GRT-1)", () => {
    refuses(base, rekeyed, rekeyers, ([old]) => [forRun(old, 4, 6)]);
  });

  it("is refused with a set that some recipients do not share (GRT-1)", () => {
    refuses(twoPending, bothApproved, [otherLaptop], ([both]) => [
      withBoxes(both, (boxes) => boxes.pop()),
      withBoxes(both, (boxes) => boxes.shift()),
    ]);
  });

  it("is refused with a recipient left out, twice, in another order, or in another's place (GRT-1)", () => {
    refuses(base, rotated, [laptop], ([grant]) => [withBoxes(grant, (boxes) => boxes.pop())]);
    refuses(base, rotated, [laptop], ([grant]) => [withBoxes(grant, (boxes) => boxes.unshift(...boxes.slice(0, 1)))]);
    refuses(base, rotated, [laptop], ([grant]) => [withBoxes(grant, (boxes) => boxes.reverse())]);
    refuses(base, rotated, [laptop], ([grant]) => [
      withBoxes(grant, (boxes) => boxes.splice(2, 2, ...boxes.slice(2).reverse())),
    ]);
    refuses(base, approved, [laptop], ([one, two, three]) => [
      withBoxes(one, (boxes) => boxes.splice(0, 1, ...boxesOf(two))),
      two as RawBody,
      three as RawBody,
    ]);
  });

  it("is refused if none is due (GRT-1)", () => {
    const cleared = twoPending.review("Laptop", { remove: ["One"] });
    expect(cleared.record.grants).toEqual([]);
    const attack = mutate(cleared.last, {
      body: (body) => body.set("grants", grantsOf(takeApart(bothApproved.last).body)),
      signers: [otherLaptop],
    });
    expectTwins(twoPending.log, attack, cleared.last, "INVALID_LINK", "GRT-1");
  });

  it("is refused to a member that withholds in a review an epoch that it owes (GRT-1)", () => {
    const attack = mutate(approved.last, { body: (body) => body.delete("grants"), signers: [laptop] });
    expectTwins(base.log, attack, approved.last, "INVALID_LINK", "GRT-1");
  });
});
