// Attacks with lists of members, and on the last members of a log: docs/spec.md section 6.7 (MEM-1 to MEM-3).

import type { CborValue } from "../../../src/bytes/cbor.js";
import { dueNext } from "../../../test/support/links.js";
import {
  boxesOf,
  idBytes,
  mutate,
  type RawBody,
  rawNext,
  setField,
  takeApart,
} from "../../../test/support/raw-link.js";
import { OPERATOR, type World } from "../../../test/support/world.js";
import { DIGEST, idList, type LogAttack, rawMap, type Twins, withField } from "../attack.js";
import { alone, bob, joined, two } from "../worlds.js";

const base = joined.join("Tablet").join("Watch");
const laptop = base.signer("Laptop");
const reviewed = base.review("Laptop", { approve: ["Phone"], remove: ["Tablet"] });
const stranger = bob.id("Laptop");
const ids = (...names: readonly string[]): CborValue => idList(base.ids(...names));
const reversed = (...names: readonly string[]): CborValue => [...(ids(...names) as Uint8Array[])].reverse();
const twice = (name: string): CborValue => [...base.ids(name, name)].map(idBytes);

const inReview = (field: string, list: CborValue): Twins => ({
  before: base,
  bad: withField(reviewed, field, list, laptop),
  good: reviewed.last,
});
const expelled = base.expel("Tablet", "Watch");
const inExpel = (list: CborValue): Twins => ({
  before: base,
  bad: withField(expelled, "remove", list, OPERATOR),
  good: expelled.last,
});
const locked = base.lockdown("Laptop", true, ["Phone", "Tablet", "Watch"]);
const inLockdown = (list: CborValue): Twins => ({
  before: base,
  bad: withField(locked, "remove", list, laptop),
  good: locked.last,
});
const named = (name: string, description: string, make: () => Twins): LogAttack => ({
  name,
  description,
  rule: "MEM-2",
  make,
});
const renamed = base.rename("Laptop", "Old laptop");

const LISTS: readonly LogAttack[] = [
  named("review_approves_its_author", "A review approves its own author.", () =>
    inReview("approve", ids("Laptop", "Phone")),
  ),
  named("review_removes_its_author", "A review removes its own author.", () =>
    inReview("remove", ids("Laptop", "Tablet")),
  ),
  named("review_approves_a_stranger", "A review approves an id that is nobody's in this log.", () =>
    inReview("approve", idList([base.id("Phone"), stranger])),
  ),
  named("review_removes_a_stranger", "A review removes an id that is nobody's in this log.", () =>
    inReview("remove", idList([base.id("Tablet"), stranger])),
  ),
  named("review_approves_one_twice", "A review names a member twice.", () => inReview("approve", twice("Phone"))),
  named("review_approves_whom_it_removes", "A review both approves and removes a member.", () =>
    inReview("approve", ids("Phone", "Tablet")),
  ),
  named("review_list_unsorted", "A review's list of members to be removed is not sorted.", () =>
    inReview("remove", reversed("Tablet", "Watch")),
  ),
  named("review_names_nobody", "A review that changes nothing.", () => ({
    before: base,
    bad: rawNext(base.log, { type: "review", author: laptop.signingKey, approve: [], remove: [] }, [laptop]),
    good: reviewed.last,
  })),
  named("review_removes_a_removed_member", "A review removes a member that an earlier one removed.", () => {
    const next = reviewed.review("Laptop", { remove: ["Phone"] });
    return {
      before: reviewed,
      bad: withField(next, "remove", ids("Phone", "Tablet"), laptop),
      good: next.last,
    };
  }),
  named("expel_names_nobody", "An expel that changes nothing.", () => inExpel([])),
  named("expel_names_a_stranger", "An expel of an id that is nobody's in this log.", () => inExpel(idList([stranger]))),
  named("expel_list_unsorted", "An expel's list is not sorted.", () => inExpel(reversed("Tablet", "Watch"))),
  named("expel_names_one_twice", "An expel names a member twice.", () => inExpel(twice("Tablet"))),
  named("lockdown_removes_its_author", "Switching lockdown on removes its author.", () =>
    inLockdown(ids("Laptop", "Phone", "Tablet", "Watch")),
  ),
  named("lockdown_list_unsorted", "The list of a lockdown is not sorted.", () =>
    inLockdown(reversed("Phone", "Tablet", "Watch")),
  ),
  named("lockdown_switched_on_twice", "Lockdown is switched on while it is on.", () => {
    const off = locked.lockdown("Laptop", false);
    return { before: locked, bad: withField(off, "on", true, laptop), good: off.last };
  }),
  named("lockdown_off_removes_somebody", "Switching lockdown off carries a removal.", () => {
    const waiting = locked.join("Pending");
    const off = waiting.lockdown("Laptop", false);
    return { before: waiting, bad: withField(off, "remove", idList(waiting.ids("Pending")), laptop), good: off.last };
  }),
  named("regrant_to_a_stranger", "A regrant gives an epoch to an id that is nobody's in this log.", () => {
    const to = (id: string) => {
      const grants = [rawMap({ from: 1, to: 1, count: 1, keyring: DIGEST, boxes: [[idBytes(id), DIGEST]] })];
      const body = { type: "regrant", author: laptop.signingKey, give: [[idBytes(id), [[1, 1]]]], grants };
      return rawNext(base.log, body, [laptop]);
    };
    return { before: base, bad: to(stranger), good: to(base.id("Laptop")) };
  }),
  named("rename_of_a_stranger", "A rename names an id that is nobody's in this log.", () => ({
    before: base,
    bad: withField(renamed, "member", idBytes(stranger), laptop),
    good: renamed.last,
  })),
  named("rename_to_the_same_commitment", "A rename commits to the name in force.", () => ({
    before: base,
    bad: withField(renamed, "name", base.member("Laptop").nameCommitment, laptop),
    good: renamed.last,
  })),
];

/** A review of one approval, repeated on the state after it, where it would neither extend nor move. */
function approvedAgain(): Twins {
  const once = base.review("Laptop", { approve: ["Phone"] });
  const body = { type: "review", author: laptop.signingKey, approve: [idBytes(base.id("Phone"))], remove: [] };
  return {
    before: once,
    bad: rawNext(once.log, body, [laptop]),
    good: once.review("Laptop", { approve: ["Tablet"] }).last,
  };
}

/** The younger device approves the older one, which has all epochs that the younger one has. */
function upward(): Twins {
  const phone = base.signer("Phone");
  const body = { type: "review", author: phone.signingKey, approve: [idBytes(base.id("Laptop"))], remove: [] };
  return {
    before: base,
    bad: rawNext(base.log, body, [phone]),
    good: base.review("Phone", { approve: ["Tablet"] }).last,
  };
}

/** The author declares missing all epochs by which its approval would extend; the twin declares another epoch. */
function declaredAway(): Twins {
  const [first, phone] = [two.signer("Laptop"), two.signer("Phone")];
  const before = two.append(
    mutate(two.rotate("Phone").last, { body: setField("missing", [[1, 1]]), signers: [phone] }),
  );
  const body = { type: "review", author: first.signingKey, approve: [idBytes(two.id("Phone"))], remove: [] };
  return {
    before,
    bad: dueNext(before.log, { ...body, missing: [[1, 1]] }, [first]),
    good: dueNext(before.log, { ...body, missing: [[2, 2]] }, [first]),
  };
}

const APPROVALS: readonly LogAttack[] = [
  {
    name: "approval_that_changes_nothing",
    description: "A member is approved again by the member that approved it: it would neither gain epochs nor move.",
    rule: "MEM-1",
    make: approvedAgain,
  },
  {
    name: "thief_approves_the_owner",
    description:
      "A device that nobody approved approves the owner's, hoping to share its class. The twin approves a younger one.",
    rule: "MEM-1",
    make: upward,
  },
  {
    name: "approval_that_gives_nothing_but_what_it_declares_missing",
    description: "A review declares missing the one epoch by which it would extend whom it approves.",
    rule: "MEM-1",
    make: declaredAway,
  },
  {
    name: "one_empty_approval_among_good_ones",
    description: "One of two approvals in a review would change nothing.",
    rule: "MEM-1",
    make: () => {
      const once = base.review("Laptop", { approve: ["Phone"] });
      const next = once.review("Laptop", { approve: ["Tablet"] });
      return { before: once, bad: withField(next, "approve", ids("Phone", "Tablet"), laptop), good: next.last };
    },
  },
];

const ONE_LEFT: readonly LogAttack[] = [
  {
    name: "last_member_leaves",
    description: "The only member leaves. In the twin another device has joined before.",
    rule: "MEM-3",
    make: () => ({
      before: alone,
      bad: rawNext(alone.log, { type: "leave", author: laptop.signingKey }, [laptop]),
      good: joined.leave("Laptop").entries.slice(1),
    }),
  },
  {
    name: "operator_empties_the_log",
    description: "The operator expels all members.",
    rule: "MEM-3",
    make: () => {
      const good = joined.expel("Phone");
      return {
        before: joined,
        bad: withField(good, "remove", idList(joined.ids("Laptop", "Phone")), OPERATOR),
        good: good.last,
      };
    },
  },
];

/** The members that a link grants to: a fault here leaves a member out, or lets one in. */
const approvedOnly = base.review("Laptop", { approve: ["Phone"] });
const inGrants = (world: World, change: (grants: RawBody[]) => unknown): Twins => ({
  before: base,
  bad: mutate(world.last, { body: (body) => change(body.get("grants") as RawBody[]), signers: [laptop] }),
  good: world.last,
});

const GRANTED: readonly LogAttack[] = [
  {
    name: "approval_without_its_grants",
    description: "A review approves and gives nothing.",
    rule: "GRT-1",
    make: () => ({
      before: base,
      bad: mutate(approvedOnly.last, { body: (body) => body.delete("grants"), signers: [laptop] }),
      good: approvedOnly.last,
    }),
  },
  {
    name: "grant_of_less_than_is_owed",
    description: "An approval says that its set begins later than what the approver holds and the approved lacks.",
    rule: "GRT-1",
    make: () => {
      const next = base.review("Laptop", { approve: ["Watch"] });
      return inGrants(next, ([grant]) => grant?.set("from", 2).set("count", 2));
    },
  },
  {
    name: "grant_of_more_than_is_owed",
    description: "An approval says that its set has an epoch that the approved holds already.",
    rule: "GRT-1",
    make: () => inGrants(approvedOnly, ([grant]) => grant?.set("to", 2).set("count", 2)),
  },
  {
    name: "grant_split_in_two",
    description: "An approval gives one set as two grants.",
    rule: "GRT-1",
    make: () =>
      inGrants(base.review("Laptop", { approve: ["Watch"] }), (grants) => {
        const [whole] = grants as [RawBody];
        const second = new Map(whole).set("from", 2).set("count", 2);
        whole.set("to", 1).set("count", 1);
        grants.push(second);
      }),
  },
  {
    name: "grants_out_of_order",
    description: "A review's two grants have changed places.",
    rule: "GRT-1",
    make: () => inGrants(reviewed, (grants) => grants.reverse()),
  },
  {
    name: "grant_to_another_member",
    description: "The box of an approval is for a member that the review does not approve.",
    rule: "GRT-1",
    make: () => inGrants(approvedOnly, ([grant]) => grant?.set("boxes", [[idBytes(base.id("Watch")), DIGEST]])),
  },
  {
    name: "boxes_unsorted",
    description: "The boxes of a grant are not sorted by member.",
    rule: "GRT-1",
    make: () => inGrants(base.rotate("Laptop"), ([grant]) => boxesOf(grant).reverse()),
  },
  {
    name: "leave_with_grants",
    description: "A leave has a field that its type does not have.",
    rule: "ENC-2",
    code: "INVALID_ENCODING",
    make: () => {
      const left = base.leave("Phone");
      const grants = takeApart(approvedOnly.last).body.get("grants") as CborValue;
      return {
        before: base,
        bad: mutate(left.last, { body: setField("grants", grants), signers: [base.signer("Phone")] }),
        good: left.last,
      };
    },
  },
];

export const MEMBERSHIP: readonly LogAttack[] = [...LISTS, ...APPROVALS, ...ONE_LEFT, ...GRANTED];
