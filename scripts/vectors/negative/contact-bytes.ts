// Bytes that are no tracked contact: docs/spec.md section 10.

import { concat } from "../../../src/bytes/bytes.js";
import { type CborValue, decodeCbor, encodeCbor } from "../../../src/bytes/cbor.js";
import type { ErrorCode, RuleId } from "../../../src/errors.js";
import { encodeContact, trackContact } from "../../../src/fingerprint/tracked-contact.js";
import type { RawBody } from "../../../test/support/raw-link.js";
import { type ContactBytesVector, text, type VectorFile } from "../format.js";
import { two } from "../worlds.js";

const good = encodeContact(trackContact(two.log));

/** The contact with a field set, or left out. */
function withField(field: string, value: CborValue | undefined): Uint8Array {
  const contact = decodeCbor(good, { name: "contact", maxBytes: good.length }) as RawBody;
  if (value === undefined) contact.delete(field);
  else contact.set(field, value);
  return encodeCbor(contact);
}
const many = Array.from({ length: 257 }, (_, index) => index + 1);

const ATTACKS: readonly (readonly [
  name: string,
  description: string,
  bad: Uint8Array,
  code?: ErrorCode | undefined,
  rule?: RuleId | undefined,
  good?: Uint8Array,
])[] = [
  ["contact_of_a_later_version", "A contact of version 2.", withField("v", 2)],
  ["contact_without_its_class", "A contact that does not say whom it trusts.", withField("confirmed", undefined)],
  ["contact_of_an_empty_class", "A contact that trusts nobody.", withField("confirmed", [])],
  [
    "contact_with_unsorted_founders",
    "The founders are not sorted.",
    withField("confirmed", [2, 1]),
    ...([undefined, undefined, withField("confirmed", [1, 2])] as const),
  ],
  ["contact_with_a_founder_twice", "A founder is in it twice.", withField("confirmed", [1, 1])],
  [
    "contact_with_a_founder_beyond_its_head",
    "A founder is at a later position than the contact's head. In the twin it is at the head.",
    withField("confirmed", [1, 4]),
    ...([undefined, undefined, withField("confirmed", [1, 3])] as const),
  ],
  ["contact_of_257_founders", "A contact with more founders than a log has members.", withField("confirmed", many)],
  ["contact_with_an_unknown_field", "A contact has a field that contacts do not have.", withField("name", "Alice")],
  ["contact_verified_by_number", "Whether fingerprints were compared is said by a number.", withField("verified", 1)],
  ["contact_with_trailing_byte", "A byte follows the contact.", concat(good, Uint8Array.of(0))],
  ["contact_larger_than_4096_bytes", "More bytes than a contact has.", new Uint8Array(4097), "TOO_LARGE", "ENC-3"],
];

export function contactBytesFiles(): readonly VectorFile[] {
  return ATTACKS.map(([name, description, bad, code = "INVALID_ENCODING", rule = "ENC-2", twin = good]): VectorFile => {
    const sides = { bad: text(bad), good: text(twin), error: { code, rule } };
    const vector: ContactBytesVector = { description, rules: [rule], ...sides };
    return [`negative/contact-bytes/${name}.json`, vector];
  });
}
