// Attacks on when an epoch is made and for which members, and on epochs declared missing: docs/spec.md section 6.7 (MEM-6, MEM-7,
// MEM-9) and 7.1 (GRT-1).

import type { Runs } from "../../../src/bytes/runs.js";
import { compareBytes } from "../../../src/bytes/text.js";
import { regrant } from "../../../test/support/accepted.js";
import {
  boxesOf,
  grantsOf,
  idBytes,
  mutate,
  type RawSigner,
  rawNext,
  takeApart,
} from "../../../test/support/raw-link.js";
import { keysNamed, type World } from "../../../test/support/world.js";
import { changed, DIGEST, type LogAttack, rawMap, type Twins, withField } from "../attack.js";
import { invaded, locked, pending, two } from "../worlds.js";

const laptop = two.signer("Laptop");
const fresh = rawMap({ kem: keysNamed("a fresh epoch").publicKeys.kem });

/** Honest links that make an epoch: the state before, the link, its signers. */
const watch = two.join("Watch");
const rekeyed = two.rekey("Laptop");
const MAKING: readonly (readonly [what: string, before: World, after: World, ...signers: readonly RawSigner[]])[] = [
  ["join", two, watch, watch.signer("Watch")],
  ["rotate", two, two.rotate("Laptop"), laptop],
  ["rekey", two, rekeyed, laptop, rekeyed.signer("Laptop")],
  ["review_that_removes", two, two.review("Laptop", { remove: ["Phone"] }), laptop],
  ["lockdown_that_removes", invaded, invaded.lockdown("Laptop", true, ["Thief"]), laptop],
  ["lockdown_off_with_a_member_that_waits", pending, pending.lockdown("Laptop", false), laptop],
];
/** Honest links that make no epoch. */
const NOT_MAKING: typeof MAKING = [
  ["review_that_only_approves", invaded, invaded.review("Laptop", { approve: ["Thief"] }), laptop],
  ["review_that_removes_a_waiting_member", pending, pending.review("Laptop", { remove: ["Pending"] }), laptop],
  ["lockdown_off_with_nobody_waiting", locked, locked.lockdown("Laptop", false), laptop],
  ["join_in_lockdown", locked, pending, pending.signer("Pending")],
];

const worded = (what: string): string => what.replaceAll("_", " ");

const WHEN: readonly LogAttack[] = [
  ...MAKING.map(
    ([what, before, after, ...signers]): LogAttack => ({
      name: `${what}_without_its_epoch`,
      description: `A ${worded(what)} makes no new epoch, so that what is sealed next stays readable for a member that should not read it.`,
      rule: "MEM-7",
      make: () => ({ before, bad: changed(after, (body) => body.delete("epoch"), ...signers), good: after.last }),
    }),
  ),
  ...NOT_MAKING.map(
    ([what, before, after, ...signers]): LogAttack => ({
      name: `${what}_with_an_epoch`,
      description: `A ${worded(what)} makes an epoch that it must not make.`,
      rule: "MEM-7",
      make: () => ({ before, bad: withField(after, "epoch", fresh, ...signers), good: after.last }),
    }),
  ),
];

const TO_WHOM: readonly LogAttack[] = [
  ...MAKING.filter(([what]) => what !== "review_that_removes").map(
    ([what, before, after, ...signers]): LogAttack => ({
      name: `${what}_leaves_out_a_recipient`,
      description: `The new epoch of a ${worded(what)} is not granted to one of those who are due.`,
      rule: "GRT-1",
      breaks: ["MEM-6", "GRT-1"],
      make: () => ({
        before,
        bad: changed(after, (body) => boxesOf(grantsOf(body).at(-1)).pop(), ...signers),
        good: after.last,
      }),
    }),
  ),
  {
    name: "review_grants_its_epoch_to_whom_it_removes",
    description: "The new epoch of a removal is granted to the removed member too.",
    rule: "GRT-1",
    breaks: ["MEM-6", "GRT-1"],
    make: () => withBox(two, two.review("Laptop", { remove: ["Phone"] }), "Phone"),
  },
  {
    name: "rotate_in_lockdown_for_a_waiting_device",
    description: "In lockdown, a new epoch is granted to a device that waits for its approval.",
    rule: "GRT-1",
    breaks: ["MEM-6", "GRT-1"],
    make: () => withBox(pending, pending.rotate("Laptop"), "Pending"),
  },
  {
    name: "join_in_lockdown_with_grants",
    description: "A device that joins in lockdown grants itself something.",
    rule: "GRT-1",
    make: () => {
      const grants = takeApart(two.join("Pending").last).body.get("grants") as Uint8Array[];
      return {
        before: locked,
        bad: changed(pending, (body) => body.set("grants", grants), pending.signer("Pending")),
        good: pending.last,
      };
    },
  },
];

function withBox(before: World, after: World, name: string): Twins {
  const bad = changed(
    after,
    (body) => {
      const boxes = boxesOf(grantsOf(body).at(-1));
      boxes.push([idBytes(before.id(name)), DIGEST]);
      boxes.sort(([a], [b]) => compareBytes(a, b));
    },
    laptop,
  );
  return { before, bad, good: after.last };
}

// Epochs 1 to 4, all of which Laptop and Phone hold.
const old = two.rotate("Laptop").rotate("Laptop");
const rotated = old.rotate("Laptop");
const enrolled = old.enroll("Laptop", "Tablet");
const declared = (world: World, runs: Runs, ...signers: readonly RawSigner[]): Uint8Array =>
  mutate(world.last, { body: (body) => body.set("missing", runs), signers: signers.length > 0 ? signers : [laptop] });
const inRotate = (runs: Runs): Twins => ({
  before: old,
  bad: declared(rotated, runs),
  good: declared(rotated, [[1, 2]]),
});
const missing = (name: string, description: string, make: () => Twins): LogAttack => ({
  name,
  description,
  rule: "MEM-9",
  make,
});
const regranted = old.act("Laptop", "regrants", (session, env) =>
  regrant(session, [{ member: old.id("Phone"), epochs: [[1, 1]] }], env),
);

const MISSING: readonly LogAttack[] = [
  missing("missing_empty", "A rotate declares nothing missing instead of leaving the field out.", () => inRotate([])),
  missing("missing_not_held", "A rotate declares an epoch missing that nobody made yet.", () => inRotate([[5, 5]])),
  missing("missing_run_backwards", "A run that ends before it begins.", () => inRotate([[2, 1]])),
  missing("missing_runs_touch", "Two runs with no epoch between them, where there must be one run.", () =>
    inRotate([
      [1, 2],
      [3, 3],
    ]),
  ),
  missing("missing_runs_unsorted", "Runs that are not sorted.", () =>
    inRotate([
      [3, 3],
      [1, 1],
    ]),
  ),
  missing("missing_run_twice", "The same run twice.", () =>
    inRotate([
      [1, 1],
      [1, 1],
    ]),
  ),
  missing("missing_what_another_holds", "A device declares an epoch missing that it was never granted.", () => {
    const next = invaded.rotate("Thief");
    return { before: invaded, bad: declared(next, [[1, 1]], invaded.signer("Thief")), good: next.last };
  }),
  missing(
    "enroll_declares_current_epoch_missing",
    "An enroll declares the current epoch missing, which it passes on.",
    () => ({
      before: old,
      bad: declared(enrolled, [[4, 4]], laptop, enrolled.signer("Tablet")),
      good: enrolled.last,
    }),
  ),
  missing("regrant_declares_current_epoch_missing", "A regrant declares the current epoch missing.", () => ({
    before: old,
    bad: declared(regranted, [[4, 4]]),
    good: declared(regranted, [[2, 2]]),
  })),
  {
    name: "rename_declares_missing",
    description: "A rename declares epochs missing, which its type does not allow.",
    rule: "ENC-2",
    breaks: ["MEM-9", "ENC-2"],
    code: "INVALID_ENCODING",
    make: () => {
      const next = old.rename("Laptop", "Old laptop");
      return { before: old, bad: declared(next, [[1, 1]]), good: next.last };
    },
  },
  {
    name: "enroll_grants_what_it_declares_missing",
    description: "An enroll declares an epoch missing and grants it all the same. The twin leaves it out.",
    rule: "GRT-1",
    breaks: ["MEM-9", "GRT-1"],
    make: () => {
      const signers = [laptop, enrolled.signer("Tablet")];
      const good = mutate(enrolled.last, {
        body: (body) => {
          body.set("missing", [[1, 1]]);
          grantsOf(body)[0]?.set("from", 2).set("count", 3);
        },
        signers,
      });
      return { before: old, bad: declared(enrolled, [[1, 1]], ...signers), good };
    },
  },
];

/** A regrant by Laptop of these runs to one member, in a grant that is never delivered. */
const regrantOf = (world: World, name: string, runs: Runs, by = "Laptop"): Uint8Array => {
  const signer = world.signer(by);
  const id = idBytes(world.id(name));
  const [from, to] = [runs[0]?.[0] as number, runs.at(-1)?.[1] as number];
  const count = runs.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const grants = [rawMap({ from, to, count, keyring: DIGEST, boxes: [[id, DIGEST]] })];
  return rawNext(world.log, { type: "regrant", author: signer.signingKey, give: [[id, runs]], grants }, [signer]);
};

const REGRANTS: readonly LogAttack[] = [
  {
    name: "regrant_beyond_reach",
    description: "A regrant gives a device an epoch from before it joined, which would be an approval without one.",
    rule: "MEM-9",
    make: () => ({
      before: invaded,
      bad: regrantOf(invaded, "Thief", [[1, 1]]),
      good: regrantOf(invaded, "Thief", [[3, 3]]),
    }),
  },
  {
    name: "regrant_of_what_its_author_lacks",
    description: "A device regrants an epoch that it does not hold to one that does.",
    rule: "GRT-1",
    make: () => ({
      before: invaded,
      bad: regrantOf(invaded, "Laptop", [[1, 1]], "Thief"),
      good: regrantOf(invaded, "Laptop", [[3, 3]], "Thief"),
    }),
  },
  {
    name: "regrant_runs_touch",
    description: "A regrant gives one member two runs with no epoch between them.",
    rule: "GRT-1",
    make: () => ({
      before: old,
      bad: regrantOf(old, "Phone", [
        [1, 1],
        [2, 2],
      ]),
      good: regrantOf(old, "Phone", [
        [1, 1],
        [3, 3],
      ]),
    }),
  },
];

export const EPOCHS: readonly LogAttack[] = [...WHEN, ...TO_WHOM, ...MISSING, ...REGRANTS];
