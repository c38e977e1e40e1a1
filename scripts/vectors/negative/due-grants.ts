// Attacks on the grants that a link must have, and on the epochs of a regrant: docs/spec.md section 7.1 (GRT-1) and 6.5 (MEM-2,
// MEM-9).

import type { Runs } from "../../../src/bytes/runs.js";
import { compareBytes } from "../../../src/bytes/text.js";
import type { ErrorCode, RuleId } from "../../../src/errors.js";
import { DIGEST, idList, type LinkFields, Links, namedId, namedKeys } from "../../../test/support/links.js";
import { boxesOf, grantsOf, idBytes, mutate, type RawBody } from "../../../test/support/raw-link.js";
import { type LogAttack, rawMap, withEntries } from "../attack.js";

const laptop = namedKeys("Laptop");
// Epochs 1 to 6. The phone lacks 1, 3 and 4, the tablet 1, 2 and 4: sets with the same ends, and as many epochs.
const base = Links.ofUser()
  .rotate("Laptop")
  .rotate("Laptop")
  .rotate("Laptop")
  .enroll("Laptop", "Phone", "device")
  .enroll("Laptop", "Tablet", "device")
  .rotate("Phone", {
    missing: [
      [1, 1],
      [3, 4],
    ],
  })
  .rotate("Tablet", {
    missing: [
      [1, 2],
      [4, 4],
    ],
  });
const before = withEntries(base);
const ids = (...names: readonly string[]) => idList(...names.map(namedId));
const both = base.by("Laptop", { type: "review", approve: ids("Phone", "Tablet"), remove: [] });
const phone = base.by("Laptop", { type: "review", approve: ids("Phone"), remove: [] });
// Two devices that joined lack the same epochs.
const joined = base.join("One").join("Two");
const same = joined.by("Laptop", { type: "review", approve: ids("One", "Two"), remove: [] });
const removing = joined.by("Laptop", { type: "review", approve: ids("One"), remove: ids("Two") });

const due = (
  name: string,
  description: string,
  good: Uint8Array,
  change: (grants: RawBody[], body: RawBody) => unknown,
  world = base,
): LogAttack => ({
  ...{ name, description, rule: "GRT-1" },
  make: () => ({
    before: world === base ? before : withEntries(world),
    bad: mutate(good, { body: (body) => change(grantsOf(body), body), signers: [laptop] }),
    good,
  }),
});

const DUE: readonly LogAttack[] = [
  due(
    "grant_counts_a_hole",
    "A grant says that its set has an epoch more than it has, as if it had no hole.",
    phone,
    ([grant]) => grant?.set("count", 4),
  ),
  due("grant_counts_one_less", "A grant says that its set has an epoch less than it has.", phone, ([grant]) =>
    grant?.set("count", 2),
  ),
  due("grant_ends_elsewhere", "A grant says that its set ends at another epoch.", phone, ([grant]) =>
    grant?.set("to", 3),
  ),
  due(
    "grant_of_two_sets",
    "Two members that lack different epochs, with the same ends and as many, share one grant.",
    both,
    (grants, body) => {
      const [first, second] = grants;
      boxesOf(first).push(...boxesOf(second));
      boxesOf(first).sort(([a], [b]) => compareBytes(a, b));
      body.set("grants", [first as RawBody]);
    },
  ),
  due(
    "grants_of_alike_sets_out_of_order",
    "Two grants that differ in their recipients only have changed places.",
    both,
    (grants) => grants.reverse(),
  ),
  due(
    "set_granted_to_each_recipient",
    "Two members that lack the same have a grant each.",
    same,
    (grants, body) => {
      const [shared] = grants as [RawBody];
      const alone = boxesOf(shared).map((box): RawBody => new Map(shared).set("boxes", [box]));
      body.set("grants", alone);
    },
    joined,
  ),
  due(
    "new_epoch_joined_to_older_ones",
    "A review approves a device and makes an epoch, and grants it all in one grant.",
    removing,
    (grants) => {
      const [older, fresh] = grants as [RawBody, RawBody];
      const id = idBytes(namedId("One"));
      const others = boxesOf(fresh).filter(([member]) => compareBytes(member, id) !== 0);
      older.set("to", 9).set("count", (older.get("count") as number) + 1);
      fresh.set("boxes", others);
    },
    joined,
  ),
];

/** A regrant to some members, with the grants that it owes, if any. */
const giving = (give: readonly (readonly [name: string, runs: Runs])[], fields: LinkFields = {}): Uint8Array =>
  base.by("Laptop", { type: "regrant", give: give.map(([name, runs]) => [idBytes(namedId(name)), runs]), ...fields });
const [A = "", B = ""] = ["Phone", "Tablet"].sort((a, b) => (namedId(a) < namedId(b) ? -1 : 1));
const some = [rawMap({ from: 1, to: 1, count: 1, keyring: DIGEST, boxes: [[idBytes(namedId("Phone")), DIGEST]] })];
const two = giving([
  [A, [[1, 1]]],
  [B, [[1, 1]]],
]);
const one = giving([["Phone", [[1, 1]]]]);

const regrant = (
  name: string,
  description: string,
  rule: RuleId,
  [bad, good]: readonly [Uint8Array, Uint8Array],
  code?: ErrorCode,
): LogAttack => ({ ...{ name, description, rule, ...(code && { code }) }, make: () => ({ before, bad, good }) });

const GIVEN_AGAIN: readonly LogAttack[] = [
  regrant("regrant_list_unsorted", "A regrant names its members in another order.", "MEM-2", [
    giving([
      [B, [[1, 1]]],
      [A, [[1, 1]]],
    ]),
    two,
  ]),
  regrant("regrant_names_one_twice", "A regrant names one member twice.", "MEM-2", [
    giving([
      ["Phone", [[1, 1]]],
      ["Phone", [[3, 3]]],
    ]),
    giving([
      [
        "Phone",
        [
          [1, 1],
          [3, 3],
        ],
      ],
    ]),
  ]),
  regrant(
    "regrant_to_nobody",
    "A regrant names no members.",
    "ENC-2",
    [giving([], { grants: some }), one],
    "INVALID_ENCODING",
  ),
  regrant("regrant_of_no_runs", "A regrant names a member and gives it nothing.", "GRT-1", [
    giving([["Phone", []]], { grants: some }),
    one,
  ]),
  regrant("regrant_runs_unsorted", "The runs that a regrant gives are not sorted.", "GRT-1", [
    giving(
      [
        [
          "Phone",
          [
            [3, 3],
            [1, 1],
          ],
        ],
      ],
      { grants: some },
    ),
    one,
  ]),
  regrant(
    "regrant_of_what_it_declares_missing",
    "A regrant declares an epoch missing and gives it. The twin gives another.",
    "GRT-1",
    [
      giving([["Phone", [[1, 1]]]], { missing: [[1, 1]], grants: some }),
      giving([["Phone", [[3, 3]]]], { missing: [[1, 1]] }),
    ],
  ),
  regrant("regrant_grants_more_than_it_gives", "A regrant gives one epoch, and grants another one too.", "GRT-1", [
    mutate(one, { body: (body) => grantsOf(body)[0]?.set("to", 3).set("count", 2), signers: [laptop] }),
    one,
  ]),
];

export const DUE_GRANTS: readonly LogAttack[] = [...DUE, ...GIVEN_AGAIN];
