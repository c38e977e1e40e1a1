// Bytes that are no keyring, and keyrings that a log contradicts: docs/spec.md sections 5 and 13.

import { concat } from "../../../src/bytes/bytes.js";
import { type CborValue, decodeCbor, encodeCbor } from "../../../src/bytes/cbor.js";
import type { ErrorCode, RuleId } from "../../../src/errors.js";
import { unsafeSerializeKeyring } from "../../../src/grants/store-keyring.js";
import { labelledHash } from "../../../src/primitives/hash.js";
import * as LABELS from "../../../src/primitives/labels.js";
import { flipped } from "../../../test/primitives/support.js";
import type { RawBody } from "../../../test/support/raw-link.js";
import { seedNamed, type World } from "../../../test/support/world.js";
import { type KeyringVector, text, type VectorFile } from "../format.js";
import { prefixOf } from "../prefixes.js";
import { bob, joined, two } from "../worlds.js";

const bytesOf = (world: World, name = "Laptop"): Uint8Array => unsafeSerializeKeyring(world.session(name));
const good = bytesOf(two);

/** The keyring with another content, and the checksum of that content. */
function withContent(change: (content: RawBody) => unknown, bytes = good): Uint8Array {
  const [content] = decodeCbor(bytes, { name: "keyring", maxBytes: bytes.length }) as [Uint8Array];
  const body = decodeCbor(content, { name: "content", maxBytes: content.length }) as RawBody;
  change(body);
  const changed = encodeCbor(body);
  return encodeCbor([changed, labelledHash(LABELS.keyring, changed)]);
}
const list = (content: RawBody, field: string): CborValue[] => content.get(field) as CborValue[];

interface Attack {
  readonly name: string;
  readonly description: string;
  readonly bad: Uint8Array;
  readonly code?: ErrorCode;
  readonly rule?: RuleId;
  readonly good?: Uint8Array;
  readonly log?: World;
}

const READ: readonly Attack[] = [
  {
    name: "keyring_bit_flipped",
    description: "A bit of a seed was flipped in the store.",
    bad: flipped(good, good.length - 60),
  },
  {
    name: "keyring_checksum_bit_flipped",
    description: "A bit of the checksum was flipped.",
    bad: flipped(good, good.length - 1),
  },
  {
    name: "keyring_bytes_with_trailing_byte",
    description: "A byte follows the keyring.",
    bad: concat(good, Uint8Array.of(0)),
  },
  { name: "keyring_cut_short", description: "The last byte is missing.", bad: good.subarray(0, -1), rule: "ENC-1" },
  {
    name: "keyring_of_a_later_version",
    description: "A keyring of version 2.",
    bad: withContent((content) => content.set("v", 2)),
  },
  {
    name: "keyring_without_its_head",
    description: "A keyring that does not say to which head it belongs.",
    bad: withContent((content) => content.delete("head")),
  },
  {
    name: "keyring_epochs_unsorted",
    description: "The epochs are not sorted.",
    bad: withContent((content) => list(content, "epochs").reverse()),
  },
  {
    name: "keyring_epoch_twice",
    description: "An epoch is in it twice.",
    bad: withContent((content) => list(content, "epochs").push(list(content, "epochs").at(-1) as CborValue)),
  },
  {
    name: "keyring_checked_what_it_has_not",
    description: "It says that an epoch was fully checked, and has no seed of it.",
    bad: withContent((content) => content.set("checked", [[1, 3]])),
  },
  {
    name: "keyring_checked_runs_touch",
    description: "What was checked is not maximal runs.",
    bad: withContent((content) =>
      content.set("checked", [
        [1, 1],
        [2, 2],
      ]),
    ),
  },
  {
    name: "keyring_epoch_is_junk_too",
    description: "An epoch is junk and has a seed.",
    bad: withContent((content) => content.set("junk", [2])),
  },
  {
    name: "keyring_epoch_opens_too",
    description: "An epoch has a seed, and another one that only opens.",
    bad: withContent((content) => content.set("opens", [[2, seedNamed("another")]])),
  },
  {
    name: "keyring_aside_unsorted",
    description: "The seeds set aside are not sorted by digest.",
    bad: withContent((content) =>
      content.set("aside", [
        [new Uint8Array(32).fill(2), seedNamed("one")],
        [new Uint8Array(32).fill(1), seedNamed("two")],
      ]),
    ),
    good: withContent((content) =>
      content.set("aside", [
        [new Uint8Array(32).fill(1), seedNamed("two")],
        [new Uint8Array(32).fill(2), seedNamed("one")],
      ]),
    ),
  },
];

const BROUGHT_BACK: readonly Attack[] = [
  {
    name: "keyring_of_another_history",
    description: "The log has another link at the head up to which the keyring took it in.",
    ...{ bad: bytesOf(joined.rotate("Phone")), log: two, code: "FORKED", rule: "LOG-8" },
  },
  {
    name: "keyring_of_a_longer_log",
    description: "The log ends before the head up to which the keyring took it in.",
    ...{ bad: bytesOf(two.rotate("Laptop")), log: two, code: "ROLLED_BACK", rule: "LOG-8" },
  },
  {
    name: "keyring_of_another_log",
    description: "The keyring is of another log.",
    ...{ bad: bytesOf(bob), log: two, code: "INVALID_ARGUMENT" },
  },
];

export function keyringFiles(): readonly VectorFile[] {
  return [...READ, ...BROUGHT_BACK].map((attack): VectorFile => {
    const { name, description, bad, code = "INVALID_ENCODING", log } = attack;
    const rule = attack.rule ?? (code === "INVALID_ENCODING" ? "ENC-2" : undefined);
    const rules: readonly RuleId[] = rule ? ["GRT-4", rule] : ["GRT-4"];
    const sides = { bad: text(bad), good: text(attack.good ?? good) };
    const vector: KeyringVector = {
      description,
      rules,
      ...(log && { log: prefixOf(log) }),
      ...sides,
      error: { code, rule },
    };
    return [`negative/keyrings/${name}.json`, vector];
  });
}
