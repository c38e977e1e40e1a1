// Attacks on the epochs that a member takes over from a removed one: docs/spec.md section 6.7 (MEM-10).

import type { Runs } from "../../../src/bytes/runs.js";
import type { ErrorCode, RuleId } from "../../../src/errors.js";
import {
  idList,
  type LinkFields,
  Links,
  namedId,
  namedKeys,
  pointerTo,
  publicKeysOf,
} from "../../../test/support/links.js";
import { idBytes, mutate, type RawValue, takeApart } from "../../../test/support/raw-link.js";
import { type LogAttack, withEntries } from "../attack.js";

// The phone held 1 to 3 when a thief's device removed it. Its owner's new phone joined with epoch 5.
const young = Links.ofUser().rotate("Laptop").enroll("Laptop", "Phone", "device").enroll("Laptop", "Paper", "backup");
const base = young
  .join("Thief")
  .review("Thief", { remove: ["Phone"] })
  .join("New phone");

const reclaim = (world: Links, author: string, from: string, runs: Runs, fields: LinkFields = {}): Uint8Array =>
  world.by([author, from], { type: "reclaim", from: idBytes(namedId(from)), runs, ...fields });
const good = reclaim(base, "New phone", "Phone", [[1, 3]]);
/** An attack that names epochs which cannot be granted has the grants of its twin. */
const grants = takeApart(good).body.get("grants") as RawValue;

interface Told {
  readonly world?: Links;
  readonly twin?: Uint8Array;
  readonly rule?: RuleId;
  readonly code?: ErrorCode;
  readonly breaks?: readonly RuleId[];
}

const attack = (name: string, description: string, bad: Uint8Array, told: Told = {}): LogAttack => {
  const { world = base, twin = good, rule = "MEM-10", breaks = ["MEM-10"], ...more } = told;
  return {
    ...{ name, description, rule, breaks },
    ...more,
    make: () => ({ before: withEntries(world), bad, good: twin }),
  };
};
const withRuns = (name: string, description: string, runs: Runs): LogAttack =>
  attack(name, description, reclaim(base, "New phone", "Phone", runs, { grants }));
const fromWhom = (name: string, description: string, id: string, key: string): LogAttack =>
  attack(
    name,
    description,
    base.by(["New phone", key], { type: "reclaim", from: idBytes(id), runs: [[1, 3]], grants }),
  );
const signed = (name: string, description: string, ...signers: readonly string[]): LogAttack =>
  attack(name, description, mutate(good, { signers: signers.map(namedKeys) }), {
    ...{ rule: "LOG-4", code: "INVALID_SIGNATURE", breaks: ["MEM-10", "LOG-4"] },
  });

const RUNS: readonly LogAttack[] = [
  withRuns("reclaim_of_what_the_removed_never_held", "A reclaim takes an epoch that the removed member never had.", [
    [1, 4],
  ]),
  withRuns("reclaim_of_what_its_author_holds", "A reclaim takes an epoch that its author holds.", [
    [1, 3],
    [5, 5],
  ]),
  withRuns("reclaim_of_nothing", "A reclaim takes no epochs.", []),
  withRuns("reclaim_runs_touch", "The runs of a reclaim have no epoch between them.", [
    [1, 1],
    [2, 3],
  ]),
  withRuns("reclaim_runs_unsorted", "The runs of a reclaim are not sorted.", [
    [3, 3],
    [1, 1],
  ]),
  (() => {
    const world = young
      .rotate("Phone", { missing: [[2, 2]] })
      .review("Laptop", { remove: ["Phone"] })
      .join("New phone");
    const twin = reclaim(world, "New phone", "Phone", [
      [1, 1],
      [3, 3],
    ]);
    return attack(
      "reclaim_of_what_the_removed_declared_missing",
      "A reclaim takes an epoch that the removed member had reached, and had declared missing.",
      reclaim(world, "New phone", "Phone", [[1, 3]]),
      { world, twin },
    );
  })(),
  (() => {
    const world = young.review("Laptop", { remove: ["Phone"] });
    const declaring = (missing: Runs, runs: Runs) => reclaim(world, "Laptop", "Phone", runs, { missing });
    return attack(
      "reclaim_of_more_than_its_author_declares_missing",
      "A reclaim takes in place of what its author declares missing, and one epoch more that it holds.",
      declaring([[1, 1]], [[1, 2]]),
      { world, twin: declaring([[1, 2]], [[1, 2]]) },
    );
  })(),
  (() => {
    const world = young.review("Laptop", { remove: ["Phone"] });
    const declaring = (missing: Runs) => reclaim(world, "Laptop", "Phone", [[1, 2]], { missing });
    return attack(
      "reclaim_declares_current_epoch_missing",
      "A reclaim declares the current epoch missing.",
      declaring([
        [1, 2],
        [4, 4],
      ]),
      { world, twin: declaring([[1, 2]]), rule: "MEM-9", breaks: ["MEM-9"] },
    );
  })(),
  (() => {
    const world = base.review("Laptop", { remove: ["Thief"] });
    return attack(
      "reclaim_from_the_wrong_member",
      "A reclaim takes from one removed member what only another one held.",
      reclaim(world, "New phone", "Thief", [[2, 4]]),
      { world, twin: reclaim(world, "New phone", "Thief", [[3, 4]]) },
    );
  })(),
];

const active = base.enrollEscrow("New phone", pointerTo("Key 1"));
const FROM: readonly LogAttack[] = [
  fromWhom(
    "reclaim_from_an_active_member",
    "A reclaim takes from a member that is active.",
    namedId("Laptop"),
    "Laptop",
  ),
  fromWhom("reclaim_from_itself", "A reclaim takes from its author.", namedId("New phone"), "New phone"),
  fromWhom("reclaim_from_a_stranger", "A reclaim takes from an id that is nobody's.", namedId("Stranger"), "Stranger"),
  (() => {
    const world = active.review("Laptop", { remove: ["Escrow"] });
    const body = { type: "reclaim", from: idBytes(active.escrow.id), runs: [[1, 3]], grants };
    return attack(
      "reclaim_from_removed_escrow",
      "A reclaim takes what a removed escrow member held.",
      world.by(["New phone", "Key 1"], body),
      { world, twin: reclaim(world, "New phone", "Phone", [[1, 3]]) },
    );
  })(),
];

const AUTHOR: readonly LogAttack[] = [
  (() => {
    const body = { type: "reclaim", from: idBytes(namedId("Phone")), runs: [[1, 3]], grants };
    return attack("reclaim_by_escrow", "Escrow's keys reclaim.", active.by(["Key 1", "Phone"], body), {
      ...{ world: active, twin: reclaim(active, "New phone", "Phone", [[1, 3]]) },
      ...{ rule: "LOG-4", breaks: ["MEM-10", "LOG-4"] },
    });
  })(),
  attack(
    "reclaim_by_the_removed_member",
    "A removed member reclaims what it held itself.",
    reclaim(base, "Phone", "Phone", [[1, 3]], { grants }),
    { rule: "MEM-4", breaks: ["MEM-4", "MEM-10"] },
  ),
  (() => {
    const world = young
      .review("Laptop", { remove: ["Phone"] })
      .plus("Laptop", { type: "lockdown", on: true, remove: [] })
      .rotate("Laptop", { missing: [[1, 1]] })
      .join("Pending");
    return attack(
      "reclaim_by_a_device_that_waits",
      "In lockdown a device that waits for its approval reclaims.",
      reclaim(world, "Pending", "Phone", [[1, 1]]),
      { world, twin: reclaim(world, "Laptop", "Phone", [[1, 1]]), rule: "LOG-4", breaks: ["MEM-5", "MEM-10", "LOG-4"] },
    );
  })(),
  (() => {
    const missing: Runs = [[1, 1]];
    const fresh = { type: "rekey", keys: publicKeysOf("Bob, fresh"), missing };
    const world = Links.ofEscrow()
      .hire("Bob", "discover", "recover")
      .hire("Eve", "manage")
      .hire("Zoe")
      .review("Ann", { remove: ["Zoe"] })
      .plus(["Bob", "Bob, fresh"], fresh)
      .rotate("Eve", { missing });
    const body = { type: "reclaim", from: idBytes(namedId("Zoe")), runs: missing };
    return attack(
      "reclaim_without_manage",
      "An admin without the role manage reclaims what a removed one held.",
      world.by(["Bob, fresh", "Zoe"], body),
      { world, twin: reclaim(world, "Eve", "Zoe", missing), rule: "MEM-8", breaks: ["MEM-8", "MEM-10"] },
    );
  })(),
];

const PROOF: readonly LogAttack[] = [
  signed("reclaim_without_the_removed_members_key", "A reclaim by claim: only its author signs.", "New phone"),
  signed(
    "reclaim_signed_by_its_author_twice",
    "The author signs in the removed member's place.",
    "New phone",
    "New phone",
  ),
  signed("reclaim_signed_by_another_removed_member", "Another key signs as the removed member.", "New phone", "Thief"),
  signed("reclaim_signed_in_other_order", "Author and removed member have changed places.", "Phone", "New phone"),
  (() => {
    const world = young
      .plus(["Phone", "Phone, fresh"], { type: "rekey", keys: publicKeysOf("Phone, fresh") })
      .review("Laptop", { remove: ["Phone"] })
      .join("New phone");
    const by = (key: string) =>
      world.by(["New phone", key], { type: "reclaim", from: idBytes(namedId("Phone")), runs: [[1, 3]] });
    return attack(
      "reclaim_with_a_key_from_before_a_rekey",
      "The removed member's key from before its rekey signs a reclaim.",
      by("Phone"),
      { world, twin: by("Phone, fresh"), rule: "LOG-4", code: "INVALID_SIGNATURE", breaks: ["MEM-10", "LOG-4"] },
    );
  })(),
  (() => {
    const world = young.review("Laptop", { remove: ["Paper"] }).join("New phone");
    const approving = { type: "review", approve: idList(namedId("New phone")), remove: [] };
    return attack(
      "removed_backup_key_approves",
      "The paper of a backup key that was removed approves a device. In the twin it is reclaimed from, by a device of the owner.",
      world.by("Paper", { ...approving, grants }),
      {
        ...{ world, twin: reclaim(world, "New phone", "Paper", [[1, 2]]) },
        ...{ rule: "MEM-4", breaks: ["BAK-1", "BAK-3", "MEM-4"] },
      },
    );
  })(),
  attack(
    "removed_member_signs_more_than_a_reclaim",
    "A removed member's key, which may sign a reclaim, rotates.",
    base.by("Phone", { type: "rotate", grants }),
    { rule: "MEM-4", breaks: ["MEM-4", "MEM-10"] },
  ),
];

export const RECLAIMS: readonly LogAttack[] = [...RUNS, ...FROM, ...AUTHOR, ...PROOF];
