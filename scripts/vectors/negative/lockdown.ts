// Attacks in lockdown, and on turning it on and off: docs/spec.md section 6.7 (MEM-5).

import { idBytes, type RawValue, rawNext, takeApart } from "../../../test/support/raw-link.js";
import { OPERATOR } from "../../../test/support/world.js";
import { DIGEST, idList, type LogAttack, type Twins, withField } from "../attack.js";
import { invaded, pending, two } from "../worlds.js";

const laptop = two.signer("Laptop");
const waiting = pending.signer("Pending");
const on = invaded.lockdown("Laptop", true, ["Thief"]);
const rekeyed = pending.rekey("Phone");
const expelled = pending.expel("Pending");

/** A link of the device that waits for its approval. */
const byWaiting = (fields: Readonly<Record<string, RawValue>>): Uint8Array =>
  rawNext(pending.log, { author: waiting.signingKey, ...fields }, [waiting]);

const attack = (name: string, description: string, make: () => Twins): LogAttack => ({
  name,
  description,
  rule: "MEM-5",
  make,
});

export const LOCKDOWN: readonly LogAttack[] = [
  attack("lockdown_by_a_thief", "A device that nobody approved removes the owner's and switches lockdown on.", () => {
    const thief = invaded.signer("Thief");
    const body = {
      type: "lockdown",
      author: thief.signingKey,
      on: true,
      remove: idList(invaded.ids("Laptop", "Phone")),
    };
    return { before: invaded, bad: rawNext(invaded.log, body, [thief]), good: on.last };
  }),
  attack(
    "lockdown_with_a_stranger_left",
    "Lockdown is switched on while a device of another class stays active. The twin removes it.",
    () => ({ before: invaded, bad: withField(on, "remove", [], laptop), good: on.last }),
  ),
  attack(
    "lockdown_by_the_oldest_class_left",
    "A thief's device removes the owner's, is the oldest that is left, and switches lockdown on. In the twin the owner's removes the thief's and does so.",
    () => {
      const taken = invaded.review("Thief", { remove: ["Laptop", "Phone"] });
      const thief = taken.signer("Thief");
      const body = { type: "lockdown", author: thief.signingKey, on: true, remove: [] };
      const good = invaded
        .review("Laptop", { remove: ["Thief"] })
        .lockdown("Laptop", true)
        .entries.slice(-2);
      return { before: invaded, bad: [taken.last, rawNext(taken.log, body, [thief])], good, at: 1 };
    },
  ),
  attack("lockdown_off_by_a_waiting_device", "A device that waits for its approval switches lockdown off.", () => ({
    before: pending,
    bad: byWaiting({ type: "lockdown", on: false, remove: [] }),
    good: pending.lockdown("Laptop", false).last,
  })),
  attack(
    "rekey_by_a_waiting_device",
    "A device that waits for its approval takes fresh keys, which makes an epoch.",
    () => {
      const { body } = takeApart(rekeyed.last);
      const fields = Object.fromEntries(
        ["keys", "epoch", "grants"].map((field) => [field, body.get(field) as Uint8Array]),
      );
      const signers = [waiting, rekeyed.signer("Phone")];
      const bad = rawNext(pending.log, { type: "rekey", author: waiting.signingKey, ...fields }, signers);
      return { before: pending, bad, good: rekeyed.last };
    },
  ),
  attack(
    "rename_by_a_waiting_device",
    "In lockdown a device that waits for its approval gives itself a name, and could go on without end. In the twin a confirmed one does.",
    () => {
      const good = pending.rename("Laptop", "Old laptop");
      const bad = byWaiting({ type: "rename", member: idBytes(pending.id("Pending")), name: DIGEST });
      return { before: pending, bad, good: good.last };
    },
  ),
  attack("expel_of_a_confirmed_member_in_lockdown", "In lockdown the operator expels a confirmed member.", () => ({
    before: pending,
    bad: withField(expelled, "remove", [idBytes(pending.id("Phone"))], OPERATOR),
    good: expelled.last,
  })),
  attack(
    "last_confirmed_member_leaves_in_lockdown",
    "In lockdown the last confirmed member leaves, and one that waits would be confirmed by it. In the twin it was approved before.",
    () => {
      const one = pending.leave("Phone");
      const bad = rawNext(one.log, { type: "leave", author: laptop.signingKey }, [laptop]);
      const good = one
        .review("Laptop", { approve: ["Pending"] })
        .leave("Laptop")
        .entries.slice(-2);
      return { before: one, bad, good };
    },
  ),
];
