// Attacks on the place of a link: version, type, number, predecessor, time and subject. docs/spec.md section 6.4 (LOG-1 to LOG-3,
// LOG-8).

import { type CborValue, encodeCbor } from "../../../src/bytes/cbor.js";
import { idBytes, rawEntry, takeApart } from "../../../test/support/raw-link.js";
import { changed, type LogAttack, type Twins } from "../attack.js";
import { alone, bob, joined } from "../worlds.js";

// Links are judged alone here, so each is the tablet's honest join, changed and signed by the tablet itself.
const next = joined.join("Tablet");
const withValue = (field: string, value: CborValue | undefined): Twins => ({
  before: joined,
  bad: changed(
    next,
    (body) => (value === undefined ? body.delete(field) : body.set(field, value)),
    next.signer("Tablet"),
  ),
  good: next.last,
});
/** The log's entries in another order, after the first of them. */
const inOrder = (...order: readonly number[]): Twins => ({
  before: alone,
  bad: order.map((index) => next.entries[index] as Uint8Array),
  good: next.entries.slice(1),
});

const LATER = next.log.time - 600_000;

export const CHAIN: readonly LogAttack[] = [
  {
    name: "later_version",
    description: "A link of version 2, otherwise as version 1 has it.",
    rule: "LOG-1",
    code: "UNSUPPORTED",
    make: () => withValue("v", 2),
  },
  {
    name: "later_version_of_another_shape",
    description: "A link of version 2 that has no list of signatures, and a field that version 1 does not have.",
    rule: "LOG-1",
    code: "UNSUPPORTED",
    make: () => ({
      before: joined,
      bad: rawEntry(encodeCbor([encodeCbor(takeApart(next.last).body.set("v", 2).set("quorum", 3))])),
      good: next.last,
    }),
  },
  {
    name: "version_as_text",
    description: "A link whose version is the text 1.",
    rule: "ENC-2",
    code: "INVALID_ENCODING",
    make: () => withValue("v", "1"),
  },
  {
    name: "version_missing",
    description: "A link without a version.",
    rule: "ENC-2",
    code: "INVALID_ENCODING",
    make: () => withValue("v", undefined),
  },
  {
    name: "unknown_type",
    description: "A link of a type that nobody knows. It is no verdict on the log, and it is not skipped.",
    rule: "LOG-1",
    code: "UNSUPPORTED",
    make: () => withValue("type", "annul"),
  },
  {
    name: "type_named_constructor",
    description: "A type that many languages find in every object.",
    rule: "LOG-1",
    code: "UNSUPPORTED",
    make: () => withValue("type", "constructor"),
  },
  {
    name: "type_missing",
    description: "A link without a type.",
    rule: "ENC-2",
    code: "INVALID_ENCODING",
    make: () => withValue("type", undefined),
  },
  {
    name: "position_left_out",
    description: "A link says that it is number 4 where number 3 comes next.",
    rule: "LOG-2",
    make: () => withValue("seq", 4),
  },
  {
    name: "position_taken_again",
    description: "A link says that it is number 2, which the log has, and follows the newest link.",
    rule: "LOG-2",
    make: () => withValue("seq", 2),
  },
  {
    name: "follows_older_link",
    description: "A link names the first link as its predecessor instead of the newest.",
    rule: "LOG-2",
    make: () => withValue("prev", idBytes(alone.log.head.hash)),
  },
  {
    name: "link_for_another_log",
    description: "A link was signed for another log.",
    rule: "LOG-2",
    make: () => withValue("log", idBytes(bob.log.head.log)),
  },
  {
    name: "link_moved_from_another_log",
    description: "A link of another log, of the right number, as it is.",
    rule: "LOG-2",
    make: () => ({ before: joined, bad: bob.join("Thief").join("Accomplice").last, good: next.last }),
  },
  {
    name: "entry_withheld_between",
    description: "The second of three entries was left out.",
    rule: "LOG-2",
    make: () => inOrder(2),
  },
  {
    name: "entries_swapped",
    description: "The second and third entry have changed places.",
    rule: "LOG-2",
    make: () => inOrder(2, 1),
  },
  {
    name: "log_without_its_first_link",
    description: "A log begins with its second link. The twin has the first before it.",
    rule: "LOG-2",
    make: () => ({ before: undefined, bad: joined.last, good: joined.entries }),
  },
  {
    name: "time_before_previous_link",
    description: "A link is dated a millisecond before its predecessor. The twin has the predecessor's time.",
    rule: "LOG-3",
    make: () => ({ ...withValue("time", joined.log.time - 1), good: withValue("time", joined.log.time).bad }),
  },
  {
    name: "time_ahead_of_clock",
    description:
      "A link is dated 10 minutes and 1 millisecond ahead of the reader's clock: not acceptable yet, which is no verdict on the log. The twin is dated 10 minutes ahead.",
    rule: "LOG-3",
    code: "NOT_YET",
    make: () => ({ ...withValue("time", next.log.time + 1), good: next.last, load: { now: LATER } }),
  },
  {
    name: "log_of_another_subject",
    description: "The server gives Bob's log, valid in itself, when asked for Alice's. The twin is Alice's.",
    rule: "LOG-8",
    code: "WRONG_SUBJECT",
    make: () => ({ before: undefined, bad: bob.last, good: alone.last }),
  },
];
