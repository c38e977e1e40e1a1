// Attacks with wrong signers, and with signing keys that did not sign: docs/spec.md section 6.4 (LOG-4, LOG-6).

import * as LABELS from "../../../src/primitives/labels.js";
import { authoredBy, forger, idBytes, mutate, rawNext, setField, takeApart } from "../../../test/support/raw-link.js";
import { keysNamed, OPERATOR, openWorld } from "../../../test/support/world.js";
import { changed, idList, type LogAttack } from "../attack.js";
import { alone, bob, joined, pending, two } from "../worlds.js";

const [laptop, phone] = [two.signer("Laptop"), two.signer("Phone")];
const rotated = two.rotate("Laptop");
const withPaper = two.backup("Laptop", "Paper");
const paper = keysNamed("Paper");
const next = two.join("Tablet");
const rekeyed = two.rekey("Phone");
const expelled = two.expel("Phone");
const unattended = bob.join("Phone");
const attended = openWorld("vectors of bob", { subject: bob.log.subject, operator: true }).join("Phone");

const onRotate = (bad: Uint8Array) => ({ before: two, bad, good: rotated.last });

const SIGNED: readonly LogAttack[] = [
  {
    name: "one_signature_more",
    description: "A member's signature follows the author's, which no rotate calls for.",
    rule: "LOG-4",
    code: "INVALID_SIGNATURE",
    make: () => onRotate(mutate(rotated.last, { signers: [laptop, phone] })),
  },
  {
    name: "signed_by_another_member",
    description: "A member that is not the author signed.",
    rule: "LOG-4",
    code: "INVALID_SIGNATURE",
    make: () => onRotate(mutate(rotated.last, { signers: [phone] })),
  },
  {
    name: "forged_signature",
    description: "Another member's signature stands under the author's key.",
    rule: "LOG-4",
    code: "INVALID_SIGNATURE",
    make: () => onRotate(mutate(rotated.last, { signers: [forger(laptop, phone)] })),
  },
  {
    name: "signed_for_another_purpose",
    description: "The author signed the same bytes under another label.",
    rule: "LOG-4",
    breaks: ["LOG-4", "ENC-5"],
    code: "INVALID_SIGNATURE",
    make: () => onRotate(mutate(rotated.last, { signers: [forger(laptop, laptop, LABELS.linkHash)] })),
  },
  {
    name: "changed_after_signing",
    description: "The time was changed after the author had signed.",
    rule: "LOG-4",
    breaks: ["LOG-4", "ENC-4"],
    code: "INVALID_SIGNATURE",
    make: () => onRotate(mutate(rotated.last, { body: setField("time", two.log.time + 7) })),
  },
  {
    name: "signatures_in_other_order",
    description: "The two signers of an enroll have changed places.",
    rule: "LOG-4",
    code: "INVALID_SIGNATURE",
    make: () => ({ before: two, bad: mutate(withPaper.last, { signers: [paper, laptop] }), good: withPaper.last }),
  },
  {
    name: "authorship_claimed",
    description: "The body names Phone as its author, and Laptop signed it. The twin is signed by Phone.",
    rule: "LOG-4",
    code: "INVALID_SIGNATURE",
    make: () => ({
      before: two,
      bad: changed(rotated, setField("author", phone.signingKey), laptop),
      good: authoredBy(rotated.last, phone),
    }),
  },
  {
    name: "enroller_replaced",
    description: "A thief puts its own signature in place of the enroller's, under the body that names the enroller.",
    rule: "LOG-4",
    code: "INVALID_SIGNATURE",
    make: () => ({ before: two, bad: mutate(withPaper.last, { signers: [phone, paper] }), good: withPaper.last }),
  },
];

const AUTHORS: readonly LogAttack[] = [
  {
    name: "author_is_a_stranger",
    description: "The author is nobody in this log.",
    rule: "LOG-4",
    make: () => onRotate(authoredBy(rotated.last, keysNamed("Stranger"))),
  },
  {
    name: "author_by_key_from_before_its_rekey",
    description: "A member signs with the key that it has replaced.",
    rule: "LOG-4",
    make: () => {
      const good = rekeyed.rotate("Phone").last;
      return { before: rekeyed, bad: authoredBy(good, phone), good };
    },
  },
  {
    name: "rotate_by_the_operator",
    description: "The operator writes something else than an expel.",
    rule: "LOG-4",
    make: () => onRotate(authoredBy(rotated.last, OPERATOR)),
  },
  {
    name: "expel_by_a_member",
    description: "A member signs an expel in the operator's place.",
    rule: "LOG-4",
    code: "INVALID_SIGNATURE",
    make: () => ({ before: two, bad: mutate(expelled.last, { signers: [laptop] }), good: expelled.last }),
  },
  {
    name: "expel_where_there_is_no_operator",
    description: "An expel in a log whose first link names no operator. In the twin it names one.",
    rule: "LOG-4",
    make: () => {
      const body = { type: "expel", remove: idList(unattended.ids("Phone")) };
      const bad = [...unattended.entries, rawNext(unattended.log, body, [OPERATOR])];
      return {
        before: undefined,
        bad,
        good: attended.expel("Phone").entries,
        at: 2,
        load: { subject: bob.log.subject },
      };
    },
  },
  ...(["rotate", "review", "enroll"] as const).map((type): LogAttack => {
    const honest = {
      rotate: pending.rotate("Laptop"),
      review: pending.review("Laptop", { remove: ["Phone"] }),
      enroll: pending.backup("Laptop", "Paper"),
    }[type];
    const holdsNothing = pending.signer("Pending");
    const others = type === "enroll" ? [paper] : [];
    return {
      name: `${type}_by_a_member_that_holds_nothing`,
      description: `A device that waits for its approval writes a ${type}, which is for holders.`,
      rule: "LOG-4",
      make: () => ({ before: pending, bad: authoredBy(honest.last, holdsNothing, ...others), good: honest.last }),
    };
  }),
  {
    name: "backup_key_joins_by_itself",
    description: "A join adds a backup key; those are enrolled by a holder.",
    rule: "LOG-4",
    breaks: ["LOG-4", "BAK-3"],
    make: () => ({
      before: two,
      bad: changed(next, setField("member.kind", "backup"), next.signer("Tablet")),
      good: next.last,
    }),
  },
  {
    name: "log_opened_by_a_backup_key",
    description: "The first member of a log is a backup key.",
    rule: "LOG-4",
    make: () => ({
      before: undefined,
      bad: changed(alone, setField("member.kind", "backup"), laptop),
      good: alone.last,
    }),
  },
  {
    name: "rename_of_another_class",
    description: "A device that nobody approved renames the owner's.",
    rule: "LOG-4",
    make: () => {
      const good = joined.rename("Phone", "Handy");
      const bad = changed(good, setField("member", idBytes(joined.id("Laptop"))), joined.signer("Phone"));
      return { before: joined, bad, good: good.last };
    },
  },
];

const POSSESSION: readonly LogAttack[] = [
  {
    name: "join_without_the_new_key",
    description: "A device joins with a signing key that it does not have.",
    rule: "LOG-6",
    code: "INVALID_SIGNATURE",
    make: () => ({
      before: two,
      bad: mutate(next.last, { signers: [forger(next.signer("Tablet"), phone)] }),
      good: next.last,
    }),
  },
  {
    name: "enroll_without_the_new_member",
    description: "The enrolled member did not sign.",
    rule: "LOG-6",
    code: "INVALID_SIGNATURE",
    make: () => ({ before: two, bad: mutate(withPaper.last, { signers: [laptop] }), good: withPaper.last }),
  },
  {
    name: "rekey_without_the_new_key",
    description: "A member takes a signing key that did not sign.",
    rule: "LOG-6",
    code: "INVALID_SIGNATURE",
    make: () => ({
      before: two,
      bad: mutate(rekeyed.last, { signers: [phone, forger(rekeyed.signer("Phone"), phone)] }),
      good: rekeyed.last,
    }),
  },
  {
    name: "genesis_signed_by_another_key",
    description: "The first link is signed by another key than its member's.",
    rule: "LOG-6",
    code: "INVALID_SIGNATURE",
    make: () => ({ before: undefined, bad: mutate(alone.last, { signers: [phone] }), good: alone.last }),
  },
  {
    name: "possession_proved_for_another_place",
    description: "The new device's signature is from its join at an earlier position.",
    rule: "LOG-6",
    code: "INVALID_SIGNATURE",
    make: () => {
      const { signatures } = takeApart(next.last);
      const later = rotated.join("Tablet");
      const bad = changed(later, (body) => body.set("member", takeApart(next.last).body.get("member") as never));
      return { before: rotated, bad: mutate(bad, { signatures: () => signatures }), good: later.last };
    },
  },
];

export const SIGNATURES: readonly LogAttack[] = [...SIGNED, ...AUTHORS, ...POSSESSION];
