// Attacks by members that act for escrow in a user's log, and on them: docs/spec.md sections 6.5, 6.8 and 11.3 (LOG-4, LOG-5,
// MEM-1, MEM-3 to MEM-5).

import { epochSigner, recoverBy, reviewEscrow } from "../../../test/escrow/support.js";
import { dueNext } from "../../../test/support/links.js";
import { idBytes, mutate, type RawBody, rawNext, takeApart } from "../../../test/support/raw-link.js";
import { keysNamed } from "../../../test/support/world.js";
import { changed, DIGEST, idList, type LogAttack, rawMap, type Twins, withField } from "../attack.js";
import { alone, staffed, user } from "../worlds.js";

const laptop = alone.signer("Laptop");
const admin = staffed.signer("Bob");
const epoch = epochSigner(staffed, "Ann");
const actor = {
  ...{ admin: admin.signingKey, seq: staffed.log.head.seq, hash: idBytes(staffed.log.head.hash) },
  salt: DIGEST,
};
const joined = user.join("Phone");
const recovered = recoverBy(joined, staffed, "Bob", { approve: ["Phone"], remove: ["Laptop"] });

/** An honest act of escrow with other signers or other fields. */
const acted = (body: (body: RawBody) => unknown, ...signers: readonly (typeof laptop)[]): Twins => ({
  before: joined,
  bad: changed(recovered, body, ...signers),
  good: recovered.last,
});

export const ESCROW_ACTS: readonly LogAttack[] = [
  {
    name: "recovery_without_the_admin",
    description: "The escrow epoch signed alone, without the admin's device.",
    rule: "LOG-4",
    breaks: ["LOG-4", "ESC-8"],
    code: "INVALID_SIGNATURE",
    make: () => ({ before: joined, bad: mutate(recovered.last, { signers: [epoch] }), good: recovered.last }),
  },
  {
    name: "recovery_signed_in_other_order",
    description: "Admin and escrow epoch have changed places.",
    rule: "LOG-4",
    code: "INVALID_SIGNATURE",
    make: () => ({ before: joined, bad: mutate(recovered.last, { signers: [admin, epoch] }), good: recovered.last }),
  },
  {
    name: "recovery_in_another_admins_name",
    description: "The body names an admin that did not sign.",
    rule: "LOG-4",
    breaks: ["LOG-4", "ESC-8"],
    code: "INVALID_SIGNATURE",
    make: () =>
      acted((body) => (body.get("by") as RawBody).set("admin", staffed.signer("Ann").signingKey), epoch, admin),
  },
  {
    name: "recovery_by_another_key_than_the_pointers",
    description: "Somebody signs for escrow with a key that no pointer names.",
    rule: "LOG-4",
    breaks: ["LOG-4", "ESC-3"],
    make: () => {
      const stranger = keysNamed("a stranger");
      return acted((body) => body.set("author", stranger.signingKey), stranger, admin);
    },
  },
  {
    name: "recovery_that_does_not_say_by",
    description: "The escrow epoch signs a review that does not say who acts for it.",
    rule: "LOG-4",
    breaks: ["LOG-4", "LOG-5"],
    make: () => acted((body) => body.delete("by"), epoch),
  },
  {
    name: "device_that_says_by",
    description: "A device's own review says that an admin acts for escrow.",
    rule: "LOG-4",
    breaks: ["LOG-4", "LOG-5"],
    make: () => {
      const good = joined.review("Laptop", { approve: ["Phone"] });
      return { before: joined, bad: withField(good, "by", rawMap(actor), laptop, admin), good: good.last };
    },
  },
  {
    name: "escrow_rotates",
    description: "The escrow epoch writes a rotate, which is none of its types.",
    rule: "LOG-4",
    make: () => {
      const good = user.rotate("Laptop");
      return {
        before: user,
        bad: changed(good, (body) => body.set("author", epoch.signingKey), epoch),
        good: good.last,
      };
    },
  },
  {
    name: "removed_escrow_acts",
    description: "An admin acts for an escrow member that was removed.",
    rule: "MEM-4",
    make: () => {
      const gone = reviewEscrow(user, "Laptop", "remove").join("Phone");
      const approve = [idBytes(gone.id("Phone"))];
      const body = { type: "review", author: epoch.signingKey, by: { ...actor, runs: [[1, 1]] }, approve, remove: [] };
      return {
        before: gone,
        bad: rawNext(gone.log, body, [epoch, admin]),
        good: gone.review("Laptop", { approve: ["Phone"] }).last,
      };
    },
  },
  {
    name: "recovery_leaves_the_approved_unconfirmed",
    description:
      "In lockdown, while a founding device is active, escrow approves a device, which stays unconfirmed. The twin removes the founding device in the same link.",
    rule: "MEM-5",
    make: () => {
      const pending = user.lockdown("Laptop", true).join("Phone");
      const good = recoverBy(pending, staffed, "Bob", { approve: ["Phone"], remove: ["Laptop"] });
      const fields = {
        type: "review",
        author: epoch.signingKey,
        by: takeApart(good.last).body.get("by") as Uint8Array,
      };
      const lists = { approve: [idBytes(pending.id("Phone"))], remove: [] };
      return { before: pending, bad: dueNext(pending.log, { ...fields, ...lists }, [epoch, admin]), good: good.last };
    },
  },
  {
    name: "recovery_removes_every_device",
    description: "An act of escrow removes every device; escrow alone keeps no log alive.",
    rule: "MEM-3",
    make: () => {
      const lists = { approve: [], remove: idList(joined.ids("Laptop", "Phone")) };
      const body = { type: "review", author: epoch.signingKey, by: actor, ...lists };
      return { before: joined, bad: dueNext(joined.log, body, [epoch, admin]), good: recovered.last };
    },
  },
  {
    name: "escrow_approves_again",
    description:
      "While a founding device is active, escrow approves again whom it approved: nobody gains epochs or moves.",
    rule: "MEM-1",
    make: () => {
      const once = recoverBy(joined, staffed, "Bob", { approve: ["Phone"] });
      const by = { ...actor, runs: [[1, 2]] };
      const body = { type: "review", author: epoch.signingKey, by, approve: [idBytes(joined.id("Phone"))], remove: [] };
      const good = once.review("Laptop", { approve: ["Phone"] });
      return { before: once, bad: dueNext(once.log, body, [epoch, admin]), good: good.last };
    },
  },
];
