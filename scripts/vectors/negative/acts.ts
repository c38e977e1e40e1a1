// Attacks with the records that admins make before they act, and with disowning them: docs/spec.md sections 6.5 and 11.3 (MEM-2,
// MEM-8, ESC-8).

import type { ErrorCode, RuleId } from "../../../src/errors.js";
import { attachmentDigest } from "../../../src/log/entry.js";
import { DIGEST, idList, type LinkFields, Links, namedId, publicKeysOf } from "../../../test/support/links.js";
import { mutate } from "../../../test/support/raw-link.js";
import { type LogAttack, withEntries } from "../attack.js";

const staffed = Links.ofEscrow()
  .enroll("Ann", "Paper", "backup", { roles: ["manage"] })
  .hire("Bob", "recover")
  .hire("Dan", "discover")
  .hire("Zoe");
const user = Links.ofUser().join("Phone");

const ACT: LinkFields = { type: "act", commitment: new Uint8Array(32).fill(3), opening: DIGEST };
// Links 9, 10 and 12 are acts of Bob's, 11 is one of Ann's.
const acted = staffed.plus("Bob", ACT).plus("Bob", ACT).plus("Ann", ACT).plus("Bob", ACT);
const [B1, B2, A1, B3] = [9, 10, 11, 12] as const;
const disowning = (...acts: readonly number[]): LinkFields => ({ type: "disown", acts });

const attack = (
  name: string,
  description: string,
  rule: RuleId,
  world: Links,
  [bad, good]: readonly [Uint8Array, Uint8Array],
  code?: ErrorCode,
): LogAttack => ({
  ...{ name, description, rule, breaks: [rule, "ESC-8"], ...(code && { code }) },
  make: () => ({ before: withEntries(world), bad, good }),
});
const by = (name: string, description: string, who: string): LogAttack =>
  attack(name, description, "MEM-8", staffed, [staffed.by(who, ACT), staffed.by("Bob", ACT)]);
const annDisowns = (name: string, description: string, acts: readonly number[], twin: readonly number[]): LogAttack =>
  attack(name, description, "MEM-2", acted, [acted.by("Ann", disowning(...acts)), acted.by("Ann", disowning(...twin))]);

const emptied = acted.plus(["Bob", "Bob, fresh"], {
  type: "rekey",
  keys: publicKeysOf("Bob, fresh"),
  missing: [[1, 1]],
});
const once = acted.plus("Ann", disowning(B1));
const opening = new Uint8Array(40).fill(9);
const withOpening = staffed.by("Bob", { ...ACT, opening: attachmentDigest(opening) });
const removing = (world: Links, fields: LinkFields = {}): Uint8Array =>
  world.by("Ann", { type: "review", approve: [], remove: idList(namedId("Bob")), ...fields });
const usersReview = { type: "review", approve: [], remove: idList(namedId("Phone")) };

const ACTS: readonly LogAttack[] = [
  by("act_without_recover", "An admin with the role discover records an act.", "Dan"),
  by("act_without_a_role", "An admin without a role records an act.", "Zoe"),
  by("act_by_a_backup_key", "A paper with the role manage records an act, which names no person.", "Paper"),
  attack(
    "act_by_an_admin_that_does_not_hold_the_epoch",
    "An admin that does not hold the current epoch records an act.",
    "LOG-4",
    emptied,
    [emptied.by("Bob, fresh", ACT), emptied.by("Ann", ACT)],
  ),
  attack("act_by_a_device_that_waits", "A device that nobody confirmed records an act.", "LOG-4", staffed.join("New"), [
    staffed.join("New").by("New", ACT),
    staffed.join("New").by("Bob", ACT),
  ]),
  attack(
    "act_that_declares_missing",
    "An act declares epochs missing, which its type does not allow.",
    "ENC-2",
    staffed,
    [staffed.by("Bob", { ...ACT, missing: [[1, 1]] }), staffed.by("Bob", ACT)],
    "INVALID_ENCODING",
  ),
  {
    ...attack(
      "act_with_another_opening",
      "The sealed opening that comes with an act is not the one that it commits to.",
      "ENC-2",
      staffed,
      [withOpening, withOpening],
      "INVALID_ENCODING",
    ),
    make: () => ({
      before: withEntries(staffed),
      bad: mutate(withOpening, { attachments: () => [new Uint8Array(40)] }),
      good: mutate(withOpening, { attachments: () => [opening] }),
      whole: true,
    }),
  },
];

const DISOWNED: readonly LogAttack[] = [
  attack("disown_anothers_act_without_manage", "An admin without manage disowns the act of another.", "MEM-8", acted, [
    acted.by("Bob", disowning(B1, A1)),
    acted.by("Bob", disowning(B1, B3)),
  ]),
  attack(
    "disown_what_is_no_act_without_manage",
    "An admin without manage disowns a link that is no act.",
    "MEM-8",
    acted,
    [acted.by("Bob", disowning(1)), acted.by("Bob", disowning(B1))],
  ),
  annDisowns("disown_unsorted", "The disowned acts are not sorted.", [B2, B1], [B1, B2]),
  annDisowns("disown_twice_in_one_link", "An act is disowned twice in one link.", [B1, B1], [B1]),
  annDisowns("disown_of_what_is_no_act", "A link that is no act is disowned.", [8, B1], [B1]),
  annDisowns("disown_of_itself", "A disown names its own position.", [B1, 13], [B1]),
  annDisowns("disown_of_what_never_comes", "A disown names a position that is not there yet.", [B1, 99], [B1]),
  attack("disown_again", "An act is disowned that was disowned before.", "MEM-2", once, [
    once.by("Ann", disowning(B1, B2)),
    once.by("Ann", disowning(B2)),
  ]),
  attack("disown_by_an_admin_that_does_not_hold_the_epoch", "A disown by one that is no holder.", "LOG-4", emptied, [
    emptied.by("Bob, fresh", disowning(B1)),
    emptied.by("Ann", disowning(B1)),
  ]),
  attack("review_disowns_again", "A removal disowns an act that was disowned before.", "MEM-2", once, [
    removing(once, { disown: [B1, B2] }),
    removing(once, { disown: [B2, B3] }),
  ]),
  attack("review_disowns_unsorted", "The acts that a removal disowns are not sorted.", "MEM-2", acted, [
    removing(acted, { disown: [B3, B2] }),
    removing(acted, { disown: [B2, B3] }),
  ]),
  attack("review_that_only_disowns", "A review names nobody and disowns. The twin is a disown.", "MEM-2", acted, [
    acted.by("Ann", { type: "review", approve: [], remove: [], disown: [B1] }),
    acted.by("Ann", disowning(B1)),
  ]),
  attack("users_review_that_disowns", "A review in a user's log disowns.", "MEM-8", user, [
    user.by("Laptop", { ...usersReview, disown: [1] }),
    user.by("Laptop", usersReview),
  ]),
];

export const ACTS_LOG: readonly LogAttack[] = [...ACTS, ...DISOWNED];
