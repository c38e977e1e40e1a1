// Attacks with epochs that are withheld from escrow: docs/spec.md section 6.7 (MEM-6). The twins are all the links that may
// withhold.

import type { ErrorCode, RuleId } from "../../../src/errors.js";
import {
  DIGEST,
  idList,
  type LinkFields,
  Links,
  namedId,
  namedKeys,
  pointerTo,
  publicKeysOf,
} from "../../../test/support/links.js";
import { mutate, type RawValue, setField, takeApart } from "../../../test/support/raw-link.js";
import { type LogAttack, withEntries } from "../attack.js";

const WITHHELD: LinkFields = { escrow: "withheld" };
const base = Links.ofUser().enrollEscrow("Laptop", pointerTo("Key 1")).join("Phone").join("Thief");
const plain = Links.ofUser().join("Phone").join("Thief");
const laptop = namedKeys("Laptop");

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
  { rule = "MEM-6", breaks = [rule, "MEM-6"], ...told }: Told = {},
): LogAttack => ({
  ...{ name, description, rule, breaks: [...new Set(breaks)], ...told },
  make: () => ({ before: withEntries(world), bad, good }),
});

type Writing = (world: Links, fields: LinkFields) => Uint8Array;
const removing = { type: "review", approve: [], remove: idList(namedId("Thief")) };
const approving = { type: "review", approve: idList(namedId("Phone")), remove: [] };

/** Links of each type that may withhold, each of which makes an epoch. */
const MAKING: readonly (readonly [what: string, write: Writing])[] = [
  ["review", (world, fields) => world.by("Laptop", { ...removing, ...fields })],
  ["rotate", (world, fields) => world.by("Laptop", { type: "rotate", ...fields })],
  [
    "rekey",
    (world, fields) =>
      world.by(["Laptop", "Laptop, fresh"], { type: "rekey", keys: publicKeysOf("Laptop, fresh"), ...fields }),
  ],
];

/** A log without escrow refuses the same link. The twin is the same link without the field. */
const NOBODY = MAKING.map(([what, write]) =>
  attack(
    `${what}_withholds_where_there_is_no_escrow`,
    `A ${what} withholds its epoch from an escrow member that there is not.`,
    plain,
    [write(plain, WITHHELD), write(plain, {})],
  ),
);

/** A withheld epoch must not be granted. In the twin it is not. */
const GRANTED = MAKING.map(([what, write]) =>
  attack(
    `${what}_grants_what_it_withholds`,
    `A ${what} says that it withholds its epoch from escrow, and grants it.`,
    base,
    [write(base, { ...WITHHELD, grants: grantsOf(write(base, {})) }), write(base, WITHHELD)],
    { rule: "GRT-1", breaks: ["MEM-6", "GRT-1"] },
  ),
);

function grantsOf(entry: Uint8Array): RawValue {
  return takeApart(entry).body.get("grants") as RawValue;
}

const locking = { type: "lockdown", on: true, remove: idList(namedId("Phone"), namedId("Thief")) };
const locked = base.plus("Laptop", locking);
const falsely = base.plus("Thief", { type: "renew-escrow", escrow: pointerTo("Key of the thief") });
const gone = { type: "review", approve: [], remove: idList(base.escrow.id) };
const device = { kind: "device", ...publicKeysOf("Watch"), name: DIGEST };

const WHERE: readonly LogAttack[] = [
  attack("review_withholds_and_makes_no_epoch", "A review that makes no epoch withholds one.", base, [
    base.by("Laptop", { ...approving, ...WITHHELD }),
    base.by("Laptop", approving),
  ]),
  attack(
    "lockdown_off_withholds_and_makes_no_epoch",
    "Lockdown is switched off, makes no epoch, and withholds one.",
    locked,
    [
      locked.by("Laptop", { type: "lockdown", on: false, remove: [], ...WITHHELD }),
      locked.by("Laptop", { type: "lockdown", on: false, remove: [] }),
    ],
  ),
  attack(
    "lockdown_grants_what_it_withholds",
    "A lockdown says that it withholds its epoch from escrow, and grants it.",
    base,
    [
      base.by("Laptop", { ...locking, ...WITHHELD, grants: grantsOf(base.by("Laptop", locking)) }),
      base.by("Laptop", { ...locking, ...WITHHELD }),
    ],
    { rule: "GRT-1", breaks: ["MEM-6", "GRT-1"] },
  ),
  attack(
    "removal_of_escrow_withholds",
    "A review removes escrow and withholds its epoch from it, which would get none.",
    base,
    [base.by("Laptop", { ...gone, ...WITHHELD }), base.by("Laptop", gone)],
  ),
  attack("escrow_withholds_from_itself", "A review by escrow withholds its epoch from escrow.", base, [
    base.reviewByEscrow("Key 1", { remove: ["Thief"] }, WITHHELD),
    base.reviewByEscrow("Key 1", { remove: ["Thief"] }),
  ]),
  (() => {
    const renewal = base.by("Laptop", { type: "renew-escrow", escrow: pointerTo("Key 2") });
    return attack(
      "renewal_withholds",
      "A renewal has the word in place of its pointer.",
      base,
      [mutate(renewal, { body: setField("escrow", "withheld"), signers: [laptop] }), renewal],
      { rule: "ENC-2", code: "INVALID_ENCODING" },
    );
  })(),
  (() => {
    const enroll = base.by(["Laptop", "Watch"], { type: "enroll", member: device });
    return attack(
      "enroll_withholds",
      "The enroll of a device withholds from escrow.",
      base,
      [mutate(enroll, { body: setField("escrow", "withheld"), signers: [laptop, namedKeys("Watch")] }), enroll],
      { rule: "ENC-2", code: "INVALID_ENCODING" },
    );
  })(),
  (() => {
    const inDoubt = falsely.by("Thief", { type: "leave" });
    return attack(
      "leave_withholds",
      "A leave, which makes no epoch, has the word.",
      falsely,
      [mutate(inDoubt, { body: setField("escrow", "withheld"), signers: [namedKeys("Thief")] }), inDoubt],
      { rule: "ENC-2", code: "INVALID_ENCODING" },
    );
  })(),
];

export const WITHHOLDING: readonly LogAttack[] = [...NOBODY, ...GRANTED, ...WHERE];
