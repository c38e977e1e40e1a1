// Attacks with renewals of escrow's pointer: docs/spec.md sections 6.5 and 11.2 (MEM-2, MEM-9, ESC-4, ESC-10).

import type { ErrorCode, RuleId } from "../../../src/errors.js";
import { actor, DIGEST, type LinkFields, Links, pointerTo } from "../../../test/support/links.js";
import { type LogAttack, withEntries } from "../attack.js";

const TRUE = pointerTo("Key 1");
const NEWER = pointerTo("Key 2");
const base = Links.ofUser().enrollEscrow("Laptop", TRUE).join("Thief").join("Phone");
/** The thief points escrow at the true newest pointer. */
const thiefs = base.renew("Thief", NEWER);
const kept = thiefs.renew("Laptop", NEWER);

const renewal = (world: Links, by: string, escrow: LinkFields, fields: LinkFields = {}): Uint8Array =>
  world.by(by, { type: "renew-escrow", escrow, ...fields });

interface Told {
  readonly rule?: RuleId;
  readonly code?: ErrorCode;
  readonly breaks?: readonly RuleId[];
}

const attack = (
  name: string,
  description: string,
  world: Links,
  [bad, good]: readonly [Uint8Array, Uint8Array],
  { rule = "MEM-2", breaks = [rule, "ESC-4"], ...told }: Told = {},
): LogAttack => ({
  ...{ name, description, rule, breaks, ...told },
  make: () => ({ before: withEntries(world), bad, good }),
});

const byEscrow = base.renewByEscrow("Key 1", NEWER);
const withActor = (fields: LinkFields): Uint8Array =>
  base.by(["Key 1", "Ann"], {
    ...{ type: "renew-escrow", by: actor(fields), escrow: NEWER },
    grants: [{ from: 4, to: 4, count: 1, keyring: DIGEST, boxes: [[new Uint8Array(16), DIGEST]] }],
  });

export const RENEWALS: readonly LogAttack[] = [
  attack(
    "pointer_kept_by_an_unconfirmed_device",
    "A thief's device set the true newest pointer, and another unconfirmed device keeps it. In the twin the confirmed one does, which ends the thief's class.",
    thiefs,
    [renewal(thiefs, "Phone", NEWER), renewal(thiefs, "Laptop", NEWER)],
  ),
  attack("pointer_kept_by_whom_it_is_of", "A thief's device keeps the pointer that it set.", thiefs, [
    renewal(thiefs, "Thief", NEWER),
    renewal(thiefs, "Laptop", NEWER),
  ]),
  attack(
    "pointer_kept_twice",
    "A confirmed device keeps the pointer, whose class is the confirmed one since its last renewal.",
    kept,
    [renewal(kept, "Laptop", NEWER), renewal(kept, "Laptop", TRUE)],
  ),
  (() => {
    // Escrow approves the phone, which then points escrow elsewhere. While the laptop is there, that approval does not count.
    const approved = base.append(base.reviewByEscrow("Key 1", { approve: ["Phone"], runs: [[1, 3]] }));
    const world = approved.renew("Phone", NEWER);
    return attack(
      "pointer_kept_by_a_device_that_only_escrow_confirmed",
      "A device that escrow approved keeps the pointer that it set, while a founding device is active.",
      world,
      [renewal(world, "Phone", NEWER), renewal(world, "Laptop", NEWER)],
    );
  })(),
  attack(
    "pointer_kept_by_a_device_where_escrow_may",
    "A confirmed device keeps a pointer of its own class. In the twin escrow does.",
    base,
    [renewal(base, "Laptop", TRUE), base.renewByEscrow("Key 1", TRUE)],
    { breaks: ["MEM-2", "ESC-10"] },
  ),
  attack(
    "renewal_by_escrow_into_another_escrow_log",
    "A renewal by escrow points into another escrow log.",
    base,
    [base.renewByEscrow("Key 1", { ...NEWER, log: new Uint8Array(32).fill(2) }), byEscrow],
    { rule: "ESC-4" },
  ),
  attack(
    "renewal_by_escrow_that_forgets",
    "A removed admin renews and declares epochs missing in escrow's name, for good.",
    base,
    [base.renewByEscrow("Key 1", NEWER, { missing: [[1, 2]] }), byEscrow],
    { rule: "MEM-9", breaks: ["MEM-9", "ESC-11"] },
  ),
  attack(
    "renewal_by_an_earlier_pointers_key",
    "The keys of an earlier pointer renew.",
    thiefs,
    [thiefs.renewByEscrow("Key 1", TRUE), thiefs.renewByEscrow("Key 2", TRUE)],
    { rule: "LOG-4", breaks: ["LOG-4", "ESC-3"] },
  ),
  ...(
    [
      ["a_salt", { salt: DIGEST }],
      ["runs", { runs: [[1, 1]] }],
      ["pairs", { pairs: [[DIGEST, DIGEST]] }],
    ] as const
  ).map(([what, fields]) =>
    attack(
      `renewal_by_escrow_with_${what}`,
      "A renewal by escrow has a field that only a review by escrow has.",
      base,
      [withActor(fields), byEscrow],
      { rule: "ENC-2", code: "INVALID_ENCODING", breaks: ["ENC-2", "ESC-11"] },
    ),
  ),
];
