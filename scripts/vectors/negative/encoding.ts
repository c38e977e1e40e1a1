// Attacks on the encoding of entries, links and bodies: docs/spec.md section 4 (ENC-1 to ENC-4) and 6.2.

import { concat } from "../../../src/bytes/bytes.js";
import { encodeCbor } from "../../../src/bytes/cbor.js";
import { fromHex, toHex } from "../../../src/bytes/text.js";
import type { ErrorCode, RuleId } from "../../../src/errors.js";
import { mutate, type RawBody, rawEntry, rawLink, rawSignature, takeApart } from "../../../test/support/raw-link.js";
import { keysNamed } from "../../../test/support/world.js";
import { changed, type LogAttack, type Twins, withField } from "../attack.js";
import { alone, joined } from "../worlds.js";

// A rename is the shortest link that a member writes.
const renamed = alone.rename("Laptop", "Old laptop");
const rotated = joined.rotate("Laptop");
const laptop = alone.signer("Laptop");
const { body: honest } = takeApart(renamed.last);

const hex = (digits: string): Uint8Array => fromHex(digits, { name: "vector" });

/** Laptop signs these bytes as its body. */
const signed = (body: Uint8Array): Uint8Array => rawEntry(rawLink(body, [rawSignature(body, laptop)]));
const onRename = (bad: Uint8Array): Twins => ({ before: alone, bad, good: renamed.last });
const asBytes = (bad: Uint8Array): Twins => ({ ...onRename(bad), whole: true });

type Pair = readonly [key: Uint8Array, value: Uint8Array];
/** The honest body's fields as bytes, in their order on the wire. */
const pairs = (): Pair[] =>
  [...(honest as RawBody)]
    .map(([key, value]): Pair => [encodeCbor(key), encodeCbor(value)])
    .sort(([a], [b]) => (toHex(a) < toHex(b) ? -1 : 1));
const mapOf = (fields: readonly Pair[]): Uint8Array => concat(Uint8Array.of(0xa0 + fields.length), ...fields.flat());
/** The honest body with other bytes for the value of one field. */
const withValue = (field: string, value: string): Uint8Array => {
  const key = toHex(encodeCbor(field));
  return signed(mapOf(pairs().map(([name, old]): Pair => [name, toHex(name) === key ? hex(value) : old])));
};

/** A value of `time` or `type` in bytes that no strict decoder accepts. */
const values: readonly (readonly [name: string, description: string, field: string, value: string])[] = [
  ["integer_not_shortest", "The version 1 takes two bytes instead of one", "v", "1801"],
  [
    "length_not_shortest",
    "The length of a byte string takes three bytes instead of two",
    "log",
    `590020${"11".repeat(32)}`,
  ],
  ["integer_above_2_53", "The time is 2^53, which not every number type holds exactly", "time", "1b0020000000000000"],
  ["negative_integer", "The time is -1", "time", "20"],
  ["float", "The time is a floating-point number", "time", "fb4278bcfe56800000"],
  ["tagged_value", "The time is tagged as a date", "time", "c11b0000018bcfe56800"],
  ["null_value", "The name is null instead of 32 bytes", "name", "f6"],
  ["undefined_value", "The name is undefined", "name", "f7"],
  ["unassigned_simple_value", "The time is a simple value that nobody has assigned", "time", "e0"],
  ["reserved_length", "A head whose length field is reserved", "time", "1c"],
  [
    "byte_string_in_pieces",
    "A byte string of indefinite length, in two pieces",
    "name",
    `5f50${"22".repeat(16)}50${"22".repeat(16)}ff`,
  ],
  ["text_not_utf8", "The type is a text with a byte that is no UTF-8", "type", "6672656e616dff"],
  ["text_overlong", "The type has its first letter in an overlong form", "type", "67c1b2656e616d65"],
  ["text_surrogate", "The type is a lone surrogate in UTF-8", "type", "63eda080"],
];

/** A body of another shape than its type's. */
const shapes: readonly (readonly [name: string, description: string, change: (body: RawBody) => unknown])[] = [
  ["unknown_field", "A field that no type has", (body) => body.set("comment", "hello")],
  ["field_of_another_type", "A field that another type has", (body) => body.set("remove", [])],
  ["missing_field", "The field member is left out", (body) => body.delete("member")],
  ["text_for_a_number", "The time is a text", (body) => body.set("time", "now")],
  [
    "hexadecimal_id",
    "The log id is a text of hexadecimal digits instead of bytes",
    (body) => body.set("log", alone.log.head.log),
  ],
  ["digest_too_short", "The predecessor's hash has 31 bytes", (body) => body.set("prev", new Uint8Array(31))],
  [
    "time_beyond_dates",
    "The time is a millisecond later than a date can show",
    (body) => body.set("time", 8_640_000_000_000_001),
  ],
];

const cbor: readonly LogAttack[] = [
  ...values.map(([name, description, field, value]) =>
    malformed(
      name,
      `${description}; the author signed these very bytes.`,
      "ENC-1",
      () => onRename(withValue(field, value)),
      ["ENC-1", "ENC-4"],
    ),
  ),
  malformed("map_of_indefinite_length", "The body is a map of indefinite length.", "ENC-1", () =>
    onRename(signed(concat(hex("bf"), ...pairs().flat(), hex("ff")))),
  ),
  malformed("map_keys_unsorted", "The body's first two fields have changed places.", "ENC-1", () => {
    const [first, second, ...rest] = pairs() as [Pair, Pair, ...Pair[]];
    return onRename(signed(mapOf([second, first, ...rest])));
  }),
  malformed("map_key_twice", "The body has its first field twice.", "ENC-1", () => {
    const [first, ...rest] = pairs() as [Pair, ...Pair[]];
    return onRename(signed(mapOf([first, first, ...rest])));
  }),
  malformed("map_key_not_text", "A key of the body is a number.", "ENC-1", () =>
    onRename(signed(mapOf([[hex("01"), hex("01")], ...pairs()]))),
  ),
  malformed("body_cut_short", "The body lacks its last byte.", "ENC-1", () =>
    onRename(signed(mapOf(pairs()).slice(0, -1))),
  ),
  malformed("body_with_trailing_byte", "A byte follows the body.", "ENC-2", () =>
    onRename(signed(concat(mapOf(pairs()), hex("00")))),
  ),
  malformed("body_not_a_map", "The body is an array.", "ENC-2", () => onRename(signed(encodeCbor([1])))),
  ...shapes.map(([name, description, body]) =>
    malformed(name, `${description}.`, "ENC-2", () => onRename(changed(renamed, body, laptop))),
  ),
];

const frames: readonly LogAttack[] = [
  malformed("link_with_trailing_byte", "A byte follows the signatures of a link.", "ENC-2", () => {
    const { signatures } = takeApart(renamed.last);
    return onRename(rawEntry(concat(rawLink(encodeCbor(honest), signatures), hex("00"))));
  }),
  malformed("entry_with_trailing_byte", "A byte follows an entry.", "ENC-2", () =>
    asBytes(concat(renamed.last, hex("00"))),
  ),
  malformed("entry_cut_short", "An entry lacks its last byte.", "ENC-1", () => asBytes(renamed.last.slice(0, -1))),
  malformed("entry_empty", "An entry of no bytes.", "ENC-1", () => asBytes(new Uint8Array(0))),
  malformed("link_empty", "An entry whose link has no bytes.", "ENC-2", () => asBytes(rawEntry(new Uint8Array(0)))),
  malformed("body_empty", "A link whose body has no bytes.", "ENC-2", () => onRename(signed(new Uint8Array(0)))),
  malformed("link_without_signatures", "A link that nobody signed.", "ENC-2", () =>
    onRename(mutate(renamed.last, { signers: [] })),
  ),
  malformed("link_with_67_signatures", "A link with more signatures than any type calls for.", "ENC-2", () =>
    onRename(mutate(renamed.last, { signers: Array.from({ length: 67 }, () => laptop) })),
  ),
  malformed("grants_empty", "The list of grants is there and empty, where it is to be left out.", "ENC-2", () => ({
    before: joined,
    bad: changed(rotated, (body) => body.set("grants", []), laptop),
    good: rotated.last,
  })),
  malformed("subject_empty", "A log about nobody.", "ENC-2", () => firstLink((body) => body.set("subject", ""))),
  malformed("subject_too_long", "A subject of 257 bytes.", "ENC-2", () =>
    firstLink((body) => body.set("subject", "a".repeat(257))),
  ),
  malformed("unknown_suite", "A log that names another suite.", "ENC-2", () =>
    firstLink((body) => body.set("suite", 2)),
  ),
  malformed(
    "epoch_of_user_log_that_signs",
    "An epoch of a user's log has a signing key.",
    "ENC-2",
    () => ({
      before: joined,
      bad: withField(rotated, "epoch.sign", keysNamed("an epoch").signingKey, laptop),
      good: rotated.last,
    }),
    ["ENC-2"],
    "INVALID_LINK",
  ),
];

const limits: readonly LogAttack[] = [
  malformed("link_over_64_kib", "A link of more than 65,536 bytes, well signed.", "ENC-3", () =>
    onRename(changed(renamed, (body) => body.set("author", new Uint8Array(65_536)), laptop)),
  ),
  malformed("nested_too_deep", "Arrays nested nine deep within the body's map.", "ENC-3", () =>
    onRename(withValue("time", `${"81".repeat(9)}00`)),
  ),
];

const attached: readonly (readonly [string, string, (list: readonly Uint8Array[]) => readonly Uint8Array[]])[] = [
  ["attachment_not_committed_to", "An attachment more than the link commits to", (list) => [...list, Uint8Array.of(1)]],
  ["attachment_twice", "The first attachment comes twice", (list) => [list[0] as Uint8Array, ...list]],
  ["attachments_out_of_order", "The attachments come in reverse", (list) => [...list].reverse()],
  [
    "attachment_changed",
    "A bit of an attachment was flipped",
    ([first, ...rest]) => [(first as Uint8Array).map((byte, at) => (at === 0 ? byte ^ 1 : byte)), ...rest],
  ],
];

const attachments: readonly LogAttack[] = attached.map(([name, description, change]) =>
  malformed(name, `${description}.`, "ENC-2", () => ({
    before: joined,
    bad: mutate(rotated.last, { attachments: change }),
    good: rotated.last,
    whole: true,
  })),
);

export const ENCODING: readonly LogAttack[] = [...cbor, ...frames, ...limits, ...attachments];

function firstLink(change: (body: RawBody) => unknown): Twins {
  return { before: undefined, bad: changed(alone, change, laptop), good: alone.last };
}

function malformed(
  name: string,
  description: string,
  rule: RuleId,
  make: () => Twins,
  breaks: readonly RuleId[] = [rule],
  code: ErrorCode = rule === "ENC-3" ? "TOO_LARGE" : "INVALID_ENCODING",
): LogAttack {
  return { name, description, rule, breaks, code, make };
}
