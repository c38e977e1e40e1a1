// Attacks with junk keys, with keys that were in the log before, and by removed members: docs/spec.md sections 3.2 (KEM-1) and 6
// (LOG-5, MEM-4).

import { concat } from "../../../src/bytes/bytes.js";
import { type RawSigner, setField } from "../../../test/support/raw-link.js";
import { OPERATOR } from "../../../test/support/world.js";
import { changed, type LogAttack, type Twins, withField } from "../attack.js";
import { alone, joined, two } from "../worlds.js";

// All keys that the attacks use again: of a member before its rekey, of a removed one, of a backup key, of epochs.
const base = two
  .join("Thief")
  .review("Laptop", { remove: ["Thief"] })
  .rekey("Phone")
  .backup("Laptop", "Paper");
const laptop = alone.signer("Laptop");
const rotated = alone.rotate("Laptop");
const tablet = alone.join("Tablet");
const next = base.join("Tablet");
const rotatedLater = base.rotate("Laptop");
const rekeyed = base.rekey("Laptop");
const enrolled = base.enroll("Laptop", "Tablet");

const sound = two.member("Laptop").kemKey;
const at = (change: (byte: number, index: number) => number): Uint8Array => Uint8Array.from(sound, change);
const JUNK: readonly (readonly [name: string, what: string, key: Uint8Array])[] = [
  ["coefficient_4095", "its first coefficient is 4095", at((b, i) => (i === 0 ? 0xff : i === 1 ? b | 0x0f : b))],
  [
    "coefficient_3329",
    "its last coefficient is 3329, the modulus",
    at((b, i) => (i === 1150 ? (b & 0x0f) | 0x10 : i === 1151 ? 0xd0 : b)),
  ],
  ["x25519_half_zero", "its X25519 half is zero", at((b, i) => (i >= 1184 ? 0 : b))],
  ["x25519_half_one", "its X25519 half is one", at((b, i) => (i >= 1184 ? Number(i === 1184) : b))],
  [
    "x25519_half_low_order_top_bit",
    "its X25519 half is of order 8, with the top bit set",
    concat(sound.subarray(0, 1184), lowOrder(), Uint8Array.of(0x80)),
  ],
];

const KEM: readonly LogAttack[] = [
  ...JUNK.map(
    ([name, what, key]): LogAttack => ({
      name: `kem_key_${name}`,
      description: `A joining device's KEM key is junk: ${what}.`,
      rule: "KEM-1",
      code: "INVALID_KEY",
      make: () => ({
        before: alone,
        bad: withField(tablet, "member.kem", key, tablet.signer("Tablet")),
        good: tablet.last,
      }),
    }),
  ),
  {
    name: "epoch_key_junk",
    description: "The KEM key of a new epoch is junk, so that nobody could seal to it.",
    rule: "KEM-1",
    code: "INVALID_KEY",
    make: () => ({
      before: alone,
      bad: withField(rotated, "epoch.kem", (JUNK[0] as (typeof JUNK)[number])[2], laptop),
      good: rotated.last,
    }),
  },
  {
    name: "kem_key_too_short",
    description: "The KEM key of a new epoch lacks its first byte.",
    rule: "ENC-2",
    breaks: ["ENC-2", "KEM-1"],
    code: "INVALID_ENCODING",
    make: () => ({
      before: alone,
      bad: withField(rotated, "epoch.kem", sound.subarray(1), laptop),
      good: rotated.last,
    }),
  },
];

/** A new key that was another member's before. */
const again = (name: string, description: string, make: () => Twins): LogAttack => ({
  name,
  description,
  rule: "LOG-5",
  make,
});
const joinsWith = (path: string, value: Uint8Array, signer: RawSigner = next.signer("Tablet")): Twins => ({
  before: base,
  bad: withField(next, path, value, signer),
  good: next.last,
});
const thief = two.join("Thief");

const FRESH: readonly LogAttack[] = [
  again("joins_with_signing_key_of_a_member", "A device joins with the signing key of an active member.", () =>
    joinsWith("member.sign", laptop.signingKey, laptop),
  ),
  again("joins_with_signing_key_of_the_operator", "A device joins with the operator's key.", () =>
    joinsWith("member.sign", OPERATOR.signingKey, OPERATOR),
  ),
  again("joins_with_signing_key_from_before_a_rekey", "A device joins with a key that a member has replaced.", () =>
    joinsWith("member.sign", two.signer("Phone").signingKey, two.signer("Phone")),
  ),
  again("removed_device_returns_with_its_keys", "A removed device joins again with the keys that it had.", () => ({
    before: base,
    bad: changed(
      next,
      (body) => {
        setField("member.sign", thief.member("Thief").signingKey)(body);
        setField("member.kem", thief.member("Thief").kemKey)(body);
      },
      thief.signer("Thief"),
    ),
    good: next.last,
  })),
  again("joins_with_kem_key_of_an_epoch", "A device joins with the KEM key of an old epoch.", () =>
    joinsWith("member.kem", base.log.epochs.at(0)?.kemKey as Uint8Array),
  ),
  again("one_key_in_two_roles", "A joining device's KEM key is its new epoch's too.", () =>
    joinsWith("epoch.kem", next.member("Tablet").kemKey),
  ),
  again("rotates_to_an_old_epoch", "A rotate brings back the key of the first epoch.", () => ({
    before: base,
    bad: withField(rotatedLater, "epoch.kem", base.log.epochs.at(0)?.kemKey as Uint8Array, laptop),
    good: rotatedLater.last,
  })),
  again("rekeys_to_a_removed_members_key", "A member takes the KEM key of a removed one.", () => ({
    before: base,
    bad: withField(rekeyed, "keys.kem", thief.member("Thief").kemKey, laptop, rekeyed.signer("Laptop")),
    good: rekeyed.last,
  })),
  again("enrolls_a_backup_keys_kem_key", "A device is enrolled with the KEM key of a backup key.", () => ({
    before: base,
    bad: withField(enrolled, "member.kem", base.member("Paper").kemKey, laptop, enrolled.signer("Tablet")),
    good: enrolled.last,
  })),
  again("first_device_is_the_operator", "The first link names its own device's key as the operator's.", () => ({
    before: undefined,
    bad: withField(alone, "operator", laptop.signingKey, laptop),
    good: alone.last,
  })),
  {
    name: "signed_by_removed_member",
    description: "A removed member signs a rotate with the key that it had. The twin is signed by an active member.",
    rule: "MEM-4",
    make: () => ({
      before: base,
      bad: changed(rotatedLater, setField("author", thief.signer("Thief").signingKey), thief.signer("Thief")),
      good: rotatedLater.last,
    }),
  },
  {
    name: "signed_by_member_that_left",
    description: "A member that left by itself signs a rotate.",
    rule: "MEM-4",
    make: () => {
      const left = two.leave("Phone");
      const good = left.rotate("Laptop");
      const phone = two.signer("Phone");
      return { before: left, bad: changed(good, setField("author", phone.signingKey), phone), good: good.last };
    },
  },
  {
    name: "signed_by_expelled_member",
    description: "A member that the operator expelled signs a rotate.",
    rule: "MEM-4",
    make: () => {
      const gone = joined.expel("Phone");
      const good = gone.rotate("Laptop");
      const phone = joined.signer("Phone");
      return { before: gone, bad: changed(good, setField("author", phone.signingKey), phone), good: good.last };
    },
  },
];

export const KEYS: readonly LogAttack[] = [...KEM, ...FRESH];

/** The first 31 bytes of a point of order 8 of X25519. */
function lowOrder(): Uint8Array {
  const point = "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b8";
  return Uint8Array.from({ length: 31 }, (_, index) => Number.parseInt(point.slice(2 * index, 2 * index + 2), 16));
}
