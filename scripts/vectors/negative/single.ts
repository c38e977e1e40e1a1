// Entries that come alone for a position that the log has filled: docs/spec.md section 13.1 (LOG-1, LOG-2, LOG-8).

import { encodeCbor } from "../../../src/bytes/cbor.js";
import type { ErrorCode, RuleId } from "../../../src/errors.js";
import { DIGEST, dueNext } from "../../../test/support/links.js";
import { forger, idBytes, mutate, rawEntry, rawNext, setField } from "../../../test/support/raw-link.js";
import { keysNamed, OPERATOR, openWorld } from "../../../test/support/world.js";
import { bare } from "../entries.js";
import { type SingleVector, text, type VectorFile } from "../format.js";
import { prefixOf } from "../prefixes.js";
import { bob, two } from "../worlds.js";

/** Links 4 and 5 of a log, and another history from link 4 on. */
const log = two.rotate("Laptop").rename("Laptop", "Old laptop");
const fork = two.rotate("Phone");
const laptop = two.signer("Laptop");
const stranger = keysNamed("a stranger");
const standing = log.entries[3] as Uint8Array;
const byStranger = rawNext(two.log, { type: "leave", author: stranger.signingKey }, [stranger]);

interface Single {
  readonly name: string;
  readonly description: string;
  readonly bad: Uint8Array;
  readonly good?: Uint8Array;
  readonly code?: ErrorCode;
  readonly rule?: RuleId;
  readonly rules?: readonly RuleId[];
}

const later = (fields: readonly (readonly [string, number | undefined])[]): Uint8Array =>
  mutate(fork.last, {
    body: (body) => {
      body.set("v", 2);
      for (const [field, value] of fields) value === undefined ? body.delete(field) : body.set(field, value);
    },
    signers: [two.signer("Phone")],
  });

const SINGLE: readonly Single[] = [
  {
    name: "other_link_for_a_filled_position",
    description: "A valid link by a member, where another one of this log stands: two histories.",
    ...{ bad: fork.last, code: "FORKED", rule: "LOG-8" },
  },
  {
    name: "link_of_a_stranger_for_a_filled_position",
    description: "264 bytes that anybody could sign, which would make a reader replay the log.",
    bad: byStranger,
  },
  {
    name: "join_for_a_filled_position",
    description: "A join, which is valid there, and by a stranger always.",
    bad: two.join("Thief").last,
  },
  {
    name: "link_after_another_predecessor_for_a_filled_position",
    description: "A member's link for this position, after another link than the one that stands before it.",
    bad: mutate(fork.last, { body: setField("prev", DIGEST), signers: [two.signer("Phone")] }),
  },
  {
    name: "link_of_another_log_for_a_filled_position",
    description: "A member's link for this position of another log.",
    bad: mutate(fork.last, { body: setField("log", DIGEST), signers: [two.signer("Phone")] }),
  },
  {
    name: "forged_link_for_a_filled_position",
    description: "A stranger signs in a member's name.",
    bad: mutate(fork.last, { signers: [forger(two.signer("Phone"), stranger)] }),
  },
  {
    name: "link_signed_by_another_member_for_a_filled_position",
    description: "The first signature is not by the author.",
    bad: mutate(fork.last, { signers: [laptop] }),
  },
  {
    name: "forged_second_signature_for_a_filled_position",
    description: "The author signed, and a second signature is forged.",
    bad: mutate(fork.last, { signers: [two.signer("Phone"), forger(laptop, stranger)] }),
  },
  {
    name: "invalid_link_for_a_filled_position",
    description: "A member's link that its rules would refuse: it is refused as what it is there.",
    ...{
      bad: mutate(fork.last, { body: (body) => body.delete("epoch"), signers: [two.signer("Phone")] }),
      rule: "MEM-7",
    },
  },
  {
    name: "expel_for_a_filled_position",
    description: "The operator's link, where another stands: two histories. In the twin somebody else signed.",
    bad: dueNext(two.log, { type: "expel", remove: [idBytes(two.id("Phone"))] }, [OPERATOR]),
    ...{ code: "FORKED", rule: "LOG-8" },
  },
  {
    name: "expel_by_nobody_for_a_filled_position",
    description: "An expel that the operator did not sign.",
    bad: dueNext(two.log, { type: "expel", remove: [idBytes(two.id("Phone"))] }, [stranger]),
  },
  {
    name: "other_first_link",
    description: "Another first link of the same subject.",
    bad: openWorld("vectors of another first link").last,
    ...{ good: log.entries[0] as Uint8Array, code: "REPLACED", rule: "LOG-8", rules: ["LOG-8"] },
  },
  {
    name: "first_link_of_another_subject",
    description: "The first link of another subject's log.",
    ...{ bad: bob.last, good: log.entries[0] as Uint8Array, code: "WRONG_SUBJECT", rule: "LOG-8", rules: ["LOG-8"] },
  },
  {
    name: "first_link_that_is_invalid",
    description: "A first link that its device did not sign.",
    bad: mutate(openWorld("vectors of another first link").last, { signers: [stranger] }),
    ...{ good: log.entries[0] as Uint8Array, code: "INVALID_SIGNATURE", rule: "LOG-6", rules: ["LOG-8"] },
  },
  {
    name: "later_version_for_a_filled_position",
    description:
      "A link of a later version for a filled position: a bad link, and no fork, since nobody here can judge it.",
    ...{ bad: later([]), rules: ["LOG-1", "LOG-2"] },
  },
  {
    name: "later_version_without_a_position",
    description: "A link of a later version that does not say for which position it is.",
    ...{ bad: later([["seq", undefined]]), code: "UNSUPPORTED", rule: "LOG-1", rules: ["LOG-1"] },
  },
  {
    name: "later_version_for_the_next_position",
    description: "A link of a later version for the next position: the software is to be updated.",
    ...{ bad: later([["seq", 6]]), code: "UNSUPPORTED", rule: "LOG-1", rules: ["LOG-1"] },
  },
  {
    name: "link_without_a_body_for_a_filled_position",
    description: "Bytes in which no position can be read: the error is that of the bytes.",
    ...{ bad: rawEntry(encodeCbor([encodeCbor([1]), []])), code: "INVALID_ENCODING", rule: "ENC-2", rules: ["ENC-2"] },
  },
];

export function singleFiles(): readonly VectorFile[] {
  const name = prefixOf(log);
  return SINGLE.map(
    ({ name: attack, description, bad, good = standing, code = "INVALID_LINK", rule = "LOG-2", rules }) => {
      const error = { code, rule };
      const sides = { bad: text(bare(bad)), good: text(bare(good)) };
      const vector: SingleVector = { description, rules: rules ?? ["LOG-2", "LOG-8"], log: name, ...sides, error };
      return [`negative/single/${attack}.json`, vector];
    },
  );
}
