// Attacks by members that sign for escrow: on the epochs that escrow may give, and on the proof of that. docs/spec.md sections
// 6.4 (step 4) and 11.3 (ESC-11), and 6.7 (MEM-1, MEM-6, MEM-7, MEM-9).

import type { Runs } from "../../../src/bytes/runs.js";
import { compareBytes } from "../../../src/bytes/text.js";
import type { ErrorCode, RuleId } from "../../../src/errors.js";
import { actor, DIGEST, idList, Links, namedId, namedKeys, pairOf, pointerTo } from "../../../test/support/links.js";
import { mutate, type RawBody, type RawValue, takeApart } from "../../../test/support/raw-link.js";
import { type LogAttack, rawMap, withEntries } from "../attack.js";

type Pair = readonly [sign: string, kem?: string];

/** Pairs by the names of their keys, in the order of a link. */
const inOrder = (...pairs: readonly Pair[]): readonly Pair[] =>
  [...pairs].sort(([a, kemA], [b, kemB]) => {
    const [[signA, digestA], [signB, digestB]] = [pairOf(a, kemA), pairOf(b, kemB)];
    return compareBytes(signA, signB) || compareBytes(digestA, digestB);
  });
/** Names of keys, ordered by signing key, so that which of two pairs comes first is known. */
const [K1 = "", K2 = "", K3 = "", K4 = ""] = inOrder(["Key A"], ["Key B"], ["Key C"], ["Key D"]).map(([name]) => name);

// K1 was granted 1 to 3, K2 4 and 5, and K3, in force, 6 and 7. Epoch 7 is the current one, which the phone joined with.
const base = Links.ofUser()
  .rotate("Laptop")
  .enrollEscrow("Laptop", pointerTo(K1))
  .rotate("Laptop")
  .renew("Laptop", pointerTo(K2))
  .rotate("Laptop")
  .renew("Laptop", pointerTo(K3))
  .join("Phone");
const before = withEntries(base);
const BOTH: readonly Pair[] = [[K1], [K2]];

const approving = (world: Links, runs: Runs | undefined, pairs?: readonly Pair[], key = K3): Uint8Array =>
  world.reviewByEscrow(key, { approve: ["Phone"], runs, pairs });
const own = approving(base, [[6, 7]]);
const all = approving(base, [[1, 7]], BOTH);

interface Told {
  readonly rule?: RuleId;
  readonly code?: ErrorCode;
  readonly breaks?: readonly RuleId[];
  readonly world?: Links;
}

const attack = (
  name: string,
  description: string,
  bad: Uint8Array,
  good: Uint8Array,
  { rule = "ESC-11", world = base, ...told }: Told = {},
): LogAttack => ({
  ...{ name, description, rule, ...told },
  make: () => ({ before: world === base ? before : withEntries(world), bad, good }),
});

const RUNS: readonly LogAttack[] = [
  attack(
    "escrow_gives_what_only_an_older_pair_was_granted",
    "Escrow gives an epoch that was granted to an earlier pointer's keys, and does not prove these.",
    approving(base, [[5, 7]]),
    own,
  ),
  attack(
    "escrow_gives_beyond_the_pairs_that_it_proves",
    "Escrow proves one earlier pair and gives an epoch of another.",
    approving(base, [[3, 7]], [[K2]]),
    approving(base, [[4, 7]], [[K2]]),
  ),
  attack(
    "escrow_gives_an_epoch_that_is_not_there_yet",
    "Escrow gives the epoch after the current one.",
    approving(base, [[6, 8]]),
    own,
  ),
  attack("escrow_gives_no_runs", "What escrow gives is an empty list, not absent.", approving(base, []), own),
  attack(
    "escrow_gives_runs_that_touch",
    "What escrow gives is not maximal runs.",
    approving(base, [
      [6, 6],
      [7, 7],
    ]),
    own,
  ),
  attack(
    "escrow_gives_runs_unsorted",
    "What escrow gives is not sorted.",
    approving(
      base,
      [
        [7, 7],
        [4, 4],
      ],
      [[K2]],
    ),
    approving(
      base,
      [
        [4, 4],
        [7, 7],
      ],
      [[K2]],
    ),
  ),
  attack(
    "escrow_gives_where_it_approves_nobody",
    "A review by escrow that only removes names what it gives.",
    base.reviewByEscrow(K3, { remove: ["Phone"], runs: [[6, 7]] }),
    base.reviewByEscrow(K3, { remove: ["Phone"] }),
  ),
  attack(
    "escrow_grants_more_than_it_says_that_it_gives",
    "Escrow says that it gives two epochs, and grants all that the log says it holds.",
    base.reviewByEscrow(
      K3,
      { approve: ["Phone"], runs: [[6, 7]] },
      { grants: takeApart(all).body.get("grants") as RawValue },
    ),
    own,
    { rule: "GRT-1", breaks: ["ESC-11", "GRT-1"] },
  ),
  attack(
    "escrow_approves_by_what_it_does_not_give",
    "Escrow approves a device and gives nothing that it lacks. Escrow itself holds more.",
    approving(base, [[7, 7]]),
    own,
    { rule: "MEM-1", breaks: ["ESC-11", "MEM-1"] },
  ),
  attack(
    "escrow_forgets",
    "A review by escrow declares epochs missing, so that escrow would never give them again.",
    base.reviewByEscrow(K3, { remove: ["Phone"] }, { missing: [[1, 2]] }),
    base.reviewByEscrow(K3, { remove: ["Phone"] }),
    { rule: "MEM-9", breaks: ["ESC-11", "MEM-9"] },
  ),
];

const PAIRS: readonly LogAttack[] = [
  attack(
    "pairs_unsorted",
    "The pairs that escrow proves are not sorted.",
    approving(base, [[1, 7]], [[K2], [K1]]),
    all,
  ),
  attack("pair_twice", "Escrow proves one pair twice.", approving(base, [[1, 7]], [[K1], [K1], [K2]]), all),
  attack(
    "pair_that_no_pointer_had",
    "Escrow proves keys that no pointer of this log ever had.",
    approving(base, [[6, 7]], inOrder([K1], [K4])),
    all,
  ),
  attack(
    "pair_of_two_pointers_keys",
    "Escrow proves the signing key of one pointer beside the KEM key of another, as a thief's pointer would have it.",
    approving(base, [[6, 7]], inOrder([K1, K2], [K2])),
    all,
  ),
  attack(
    "pair_in_force_named",
    "Escrow proves the pair in force besides, which its first signature proves.",
    approving(base, [[1, 7]], inOrder([K1], [K2], [K3])),
    all,
  ),
  (() => {
    // After a new enrollment, K1 was granted all that K2 was granted, and more.
    const world = Links.ofUser()
      .enrollEscrow("Laptop", pointerTo(K2))
      .review("Laptop", { remove: ["Escrow"] })
      .enrollEscrow("Laptop", pointerTo(K1))
      .renew("Laptop", pointerTo(K3))
      .join("Phone");
    return attack(
      "pair_that_adds_nothing",
      "Escrow proves a pair that was granted nothing more than the pairs before it: a signature to verify for nothing.",
      approving(world, [[1, 4]], BOTH),
      approving(world, [[1, 4]], [[K1]]),
      { world },
    );
  })(),
  attack(
    "pairs_that_give_nothing",
    "Escrow proves pairs and does not say what it gives.",
    base.by([K3, "Ann", K1], {
      ...{ type: "review", by: actor({ salt: DIGEST, pairs: [pairOf(K1)] }) },
      ...{ approve: idList(namedId("Phone")), remove: [] },
    }),
    approving(base, [[1, 7]], BOTH),
  ),
  attack(
    "list_of_no_pairs",
    "The pairs that escrow proves are an empty list, not absent.",
    base.by([K3, "Ann"], {
      ...{ type: "review", by: actor({ salt: DIGEST, runs: [[6, 7]], pairs: [] }) },
      ...{ approve: idList(namedId("Phone")), remove: [] },
    }),
    own,
    { rule: "ENC-2", code: "INVALID_ENCODING", breaks: ["ESC-11", "ENC-2"] },
  ),
];

const [inForce, ann, first, second] = [K3, "Ann", K1, K2].map(namedKeys) as [
  ReturnType<typeof namedKeys>,
  ReturnType<typeof namedKeys>,
  ReturnType<typeof namedKeys>,
  ReturnType<typeof namedKeys>,
];
const signed = (name: string, description: string, ...signers: readonly (typeof ann)[]): LogAttack =>
  attack(name, description, mutate(all, { signers }), all, {
    ...{ rule: "LOG-4", code: "INVALID_SIGNATURE", breaks: ["ESC-11", "LOG-4"] },
  });

const PROOF: readonly LogAttack[] = [
  signed("pair_not_proved", "One of the pairs that escrow names did not sign.", inForce, ann, first),
  signed(
    "pairs_proved_in_other_order",
    "The signatures of two pairs have changed places.",
    inForce,
    ann,
    second,
    first,
  ),
  signed("pair_proved_by_the_pair_in_force", "The pair in force signs for another.", inForce, ann, inForce, second),
  attack(
    "pair_proved_that_is_not_named",
    "A pair's key signs, and the review does not name the pair.",
    mutate(own, { signers: [inForce, ann, first] }),
    own,
    { rule: "LOG-4", code: "INVALID_SIGNATURE", breaks: ["ESC-11", "LOG-4"] },
  ),
];

// The current epoch was withheld from escrow, so it was granted to no pair.
const starved = base.rotate("Laptop", { escrow: "withheld" });
const epochOf = (name: string) => rawMap({ kem: namedKeys(name).publicKeys.kem });

const EPOCHS: readonly LogAttack[] = [
  attack(
    "escrow_gives_the_current_epoch_with_a_new_one",
    "A review by escrow that gives the current epoch makes a new one.",
    mutate(own, { body: (body) => body.set("epoch", epochOf("another epoch")), signers: [inForce, ann] }),
    own,
    { rule: "MEM-7", breaks: ["ESC-11", "MEM-7"] },
  ),
  attack(
    "escrow_does_not_give_the_current_epoch_and_makes_none",
    "A review by escrow that approves and leaves out the current epoch makes no new one, so that whom it approves could not act.",
    mutate(approving(base, [[6, 6]]), {
      body: (body: RawBody) => {
        body.delete("epoch");
        body.set("grants", (body.get("grants") as RawBody[]).slice(0, 1));
      },
      signers: [inForce, ann],
    }),
    approving(base, [[6, 6]]),
    { rule: "MEM-7", breaks: ["ESC-11", "MEM-7"] },
  ),
  attack(
    "escrow_gives_what_was_withheld_from_it",
    "Escrow gives the current epoch, which a device withheld from it. In the twin it makes a new one.",
    approving(starved, [[6, 8]]),
    approving(starved, [[6, 7]]),
    { world: starved },
  ),
];

export const GIVEN: readonly LogAttack[] = [...RUNS, ...PAIRS, ...PROOF, ...EPOCHS];
