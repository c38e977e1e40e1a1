// Grants that break what their link owes, in valid links: docs/spec.md section 7 (GRT-2 to GRT-5).

import { concat } from "../../../src/bytes/bytes.js";
import { encodeCbor } from "../../../src/bytes/cbor.js";
import type { Run, Runs } from "../../../src/bytes/runs.js";
import { Secret } from "../../../src/bytes/secret.js";
import { fromHex } from "../../../src/bytes/text.js";
import type { RuleId } from "../../../src/errors.js";
import { boxInfo, epochsDigest, type GrantPlace, makeGrant } from "../../../src/grants/make.js";
import { partsOf } from "../../../src/keys/keyring.js";
import { spanOf } from "../../../src/log/effects.js";
import type { Epoch } from "../../../src/log/state.js";
import { chachaSeal } from "../../../src/primitives/aead.js";
import { hpkeSeal } from "../../../src/primitives/hpke.js";
import { deriveKey } from "../../../src/primitives/kdf.js";
import * as LABELS from "../../../src/primitives/labels.js";
import { flipped } from "../../../test/primitives/support.js";
import { regrant } from "../../../test/support/accepted.js";
import { boxIndex, mutate, takeApart, withAttachment } from "../../../test/support/raw-link.js";
import { keysNamed, seedNamed, type World } from "../../../test/support/world.js";
import { withField } from "../attack.js";
import { type GrantVector, type Outcome, text, type VectorFile, type WrongGrantText } from "../format.js";
import { prefixOf } from "../prefixes.js";
import { secretsOf } from "../secrets.js";
import { alone, bob, joined, staffed, two } from "../worlds.js";

/** An attack by the author of grants, or by a server that moves or withholds their bytes. */
interface GrantAttack {
  readonly name: string;
  readonly description: string;
  readonly rules: readonly RuleId[];
  /** The state before, and the honest link. */
  readonly before: World;
  readonly honest: World;
  /** The member whose keyring receives it. */
  readonly recipient: string;
  /** The member that recomputes it; default Laptop. */
  readonly holder?: string;
  readonly bad: Uint8Array;
  readonly received: Outcome;
  readonly checked: readonly WrongGrantText[];
}

// Epochs 1 to 3 by the laptop and the phone; the laptop approves the phone, which lacks epoch 1, or a tablet, which lacks 1 to 3.
const approved = joined.review("Laptop", { approve: ["Phone"] });
const many = joined.rotate("Laptop").join("Tablet");
const whole = many.review("Laptop", { approve: ["Tablet"] });
const laptop = alone.signer("Laptop");
const [keyring, box] = [0, 1];
const OPENED: Outcome = { opened: [[1, 1]], junk: [], withheld: [] };
const JUNK: Outcome = { opened: [], junk: [[1, 1]], withheld: [] };

/** The honest link with other attachments, which its author commits to. */
const withBytes = (world: World, ...changes: readonly (readonly [index: number, bytes: Uint8Array])[]): Uint8Array =>
  changes.reduce((entry, [index, bytes]) => withAttachment(entry, index, bytes, [laptop]), world.last);
const faulty = (wrong: "keyring" | "box", world: World, name: string): readonly WrongGrantText[] =>
  world.record.grants.map(({ epochs }) => ({ recipient: world.id(name), ...spanOf(epochs), wrong }));

/** The phone's approval with one attachment changed. */
const changed = (name: string, description: string, index: number, bytes: Uint8Array): GrantAttack => ({
  name,
  description,
  rules: ["GRT-4", "GRT-3"],
  ...{ before: joined, honest: approved, recipient: "Phone", bad: withBytes(approved, [index, bytes]) },
  ...{ received: JUNK, checked: faulty(index === keyring ? "keyring" : "box", approved, "Phone") },
});
const honestAttachment = (index: number): Uint8Array => takeApart(approved.last).attachments[index] as Uint8Array;
const flip = (index: number, at: number): Uint8Array => flipped(honestAttachment(index), at);

const CHANGED: readonly GrantAttack[] = [
  changed("box_of_zeros", "The box is 1,168 zero bytes.", box, new Uint8Array(1168)),
  changed("box_of_one_byte", "The box is a single byte.", box, Uint8Array.of(1)),
  changed("box_bit_flipped", "A bit of the box's ciphertext was flipped.", box, flip(box, 1140)),
  changed("box_encapsulation_bit_flipped", "A bit of the box's encapsulated key was flipped.", box, flip(box, 5)),
  changed("box_with_trailing_byte", "A byte follows the box.", box, concat(honestAttachment(box), Uint8Array.of(0))),
  changed(
    "box_of_low_order",
    "The X25519 half of the box's encapsulated key is zero.",
    box,
    honestAttachment(box).map((byte, at) => (at >= 1088 && at < 1120 ? 0 : byte)),
  ),
  changed("keyring_of_one_byte", "The keyring ciphertext is a single byte.", keyring, Uint8Array.of(0)),
  changed("keyring_bit_flipped", "A bit of the keyring ciphertext was flipped.", keyring, flip(keyring, 3)),
  changed(
    "keyring_with_trailing_byte",
    "A byte follows the keyring ciphertext.",
    keyring,
    concat(honestAttachment(keyring), Uint8Array.of(0)),
  ),
];

/** The honest grant, made from other seeds, for another run or another place. */
const madeFor = (
  world: World,
  name: string,
  seedOf: (epoch: number) => Secret,
  place: Partial<GrantPlace>,
  run: Run,
) => {
  const { seq, prev } = world.record;
  const recipients = [{ id: world.id(name), kemKey: world.member(name).kemKey }];
  const at = { log: world.log.head.log, prev, seq, ...place };
  const made = makeGrant({ epochs: [run], recipients }, at, seedOf);
  return withBytes(world, [keyring, made.keyring], [box, made.boxes[0] as Uint8Array]);
};
const truth = (epoch: number): Secret => partsOf(whole.session("Laptop").keyring).seeds.get(epoch) as Secret;
const lie = (): Secret => new Secret(seedNamed("junk"));

const moved = (name: string, what: string, place: Partial<GrantPlace>, run: Run = [1, 1]): GrantAttack => ({
  name: `grant_made_for_${name}`,
  description: `The grant has the right seed and was made for ${what}.`,
  rules: ["GRT-5"],
  ...{ before: joined, honest: approved, recipient: "Phone", bad: madeFor(approved, "Phone", truth, place, run) },
  ...{ received: JUNK, checked: faulty("keyring", approved, "Phone") },
});

const PLACES: readonly GrantAttack[] = [
  moved("another_log", "another log", { log: bob.log.head.log }),
  moved("another_position", "another position", { seq: 4 }),
  moved("another_predecessor", "another predecessor", { prev: alone.log.head.hash }),
  moved("the_first_link", "the first link, which knows no log id", { log: undefined }),
  moved("another_run", "another run", {}, [2, 2]),
];

/** The tablet's approval, with a grant key of the author's choice. */
const withKey = (key: Uint8Array): Uint8Array => {
  const run = [1, 2, 3].map((epoch) => truth(epoch).bytes());
  const { kemKey: kem } = many.member("Tablet");
  const coins = deriveKey(LABELS.grantCoins, key, { info: kem, length: 64 });
  const info = boxInfo(many.log.head.log, epochsDigest([[1, 3]]), kem);
  return withBytes(
    whole,
    [keyring, chachaSeal(key, new Uint8Array(12), new Uint8Array(0), concat(...run))],
    [box, hpkeSeal(kem, { info, plaintext: key, coins })],
  );
};
const hex = (id: string | undefined) => fromHex(id, { name: "id" });
const context = encodeCbor([
  hex(many.log.head.log),
  epochsDigest([[1, 3]]),
  hex(many.log.head.hash),
  whole.log.head.seq,
]);
const onTablet = { before: many, honest: whole, recipient: "Tablet" };
const ALL_JUNK: Outcome = { opened: [], junk: [[1, 3]], withheld: [] };
const randomCoins = (() => {
  const { kemKey: kem } = joined.member("Phone");
  const { prev, seq } = approved.record;
  const place = encodeCbor([hex(joined.log.head.log), epochsDigest([[1, 1]]), hex(prev), seq]);
  const key = deriveKey(LABELS.grantKey, truth(1).bytes(), { info: place });
  const coins = concat(seedNamed("coins"), seedNamed("more coins"));
  return hpkeSeal(kem, { info: boxInfo(joined.log.head.log, epochsDigest([[1, 1]]), kem), plaintext: key, coins });
})();

const MADE: readonly GrantAttack[] = [
  {
    name: "seed_of_another_key",
    description: "The grant is well made from a seed that does not derive the published key.",
    rules: ["GRT-4"],
    ...{ before: joined, honest: approved, recipient: "Phone", bad: madeFor(approved, "Phone", lie, {}, [1, 1]) },
    ...{ received: JUNK, checked: faulty("keyring", approved, "Phone") },
  },
  {
    name: "one_false_seed_among_right_ones",
    description: "Of three seeds the second is false. The others are kept.",
    rules: ["GRT-4"],
    ...onTablet,
    bad: madeFor(whole, "Tablet", (epoch) => (epoch === 2 ? lie() : truth(epoch)), {}, [1, 3]),
    received: {
      opened: [
        [1, 1],
        [3, 3],
      ],
      junk: [[2, 2]],
      withheld: [],
    },
    checked: faulty("keyring", whole, "Tablet"),
  },
  {
    name: "key_from_the_last_seed_only",
    description: "The grant's key is derived from the run's last seed instead of all, so that others could compute it.",
    rules: ["GRT-2"],
    ...onTablet,
    bad: withKey(deriveKey(LABELS.grantKey, truth(3).bytes(), { info: context })),
    ...{ received: ALL_JUNK, checked: faulty("keyring", whole, "Tablet") },
  },
  {
    name: "key_drawn_at_random",
    description: "The grant's key was drawn instead of derived. Every box and seed is right.",
    rules: ["GRT-2"],
    ...onTablet,
    bad: withKey(seedNamed("a grant's key")),
    ...{ received: ALL_JUNK, checked: faulty("keyring", whole, "Tablet") },
  },
  {
    name: "box_with_random_coins",
    description:
      "The box opens to the right key, and is not the one that everybody computes: only who recomputes it sees that.",
    rules: ["GRT-2", "GRT-3"],
    ...{ before: joined, honest: approved, recipient: "Phone", bad: withBytes(approved, [box, randomCoins]) },
    ...{ received: OPENED, checked: faulty("box", approved, "Phone") },
  },
];

// The laptop grants epoch 1 to the phone again, in a link of its own.
const again = approved.act("Laptop", "regrants", (session, env) =>
  regrant(session, [{ member: approved.id("Phone"), epochs: [[1, 1]] }], env),
);
const fresh = approved.with("Phone", joined.session("Phone").keyring);
const copied = (...indexes: readonly number[]): Uint8Array =>
  indexes.reduce((entry, index) => withAttachment(entry, index, honestAttachment(index), [laptop]), again.last);
const fromEarlier = (
  name: string,
  what: string,
  wrong: "keyring" | "box",
  ...indexes: readonly number[]
): GrantAttack => ({
  name: `${name}_from_an_earlier_link`,
  description: `A regrant has ${what} from an earlier grant of the same run to the same member.`,
  rules: ["GRT-5"],
  ...{ before: fresh, honest: again, recipient: "Phone", bad: copied(...indexes) },
  ...{ received: JUNK, checked: faulty(wrong, again, "Phone") },
});

// A thief's device joins a log that has a paper, and grants junk to the paper.
const papered = alone.backup("Laptop", "Paper");
const thief = papered.join("Thief");
const toPaper = boxIndex(thief.record, papered.id("Paper"));

const MOVED: readonly GrantAttack[] = [
  fromEarlier("box", "the box", "box", box),
  fromEarlier("keyring", "the keyring ciphertext", "keyring", keyring),
  fromEarlier("grant", "box and keyring ciphertext", "keyring", keyring, box),
  {
    name: "junk_to_the_backup_key",
    description:
      "A thief's device joins and grants junk to the paper backup key. Laptop's own grant is right, and it finds out.",
    rules: ["GRT-3"],
    ...{ before: papered, honest: thief, recipient: "Laptop" },
    bad: withAttachment(thief.last, toPaper, new Uint8Array(1168), [thief.signer("Thief")]),
    received: { opened: [[2, 2]], junk: [], withheld: [] },
    checked: [{ recipient: papered.id("Paper"), from: 2, to: 2, count: 1, wrong: "box" }],
  },
  {
    name: "box_withheld",
    description: "The server withholds the box: no junk, to be fetched again.",
    rules: ["GRT-4"],
    ...{ before: joined, honest: approved, recipient: "Phone" },
    bad: mutate(approved.last, { attachments: (list) => list.slice(0, 1) }),
    ...{ received: { opened: [], junk: [], withheld: [[1, 1]] }, checked: [] },
  },
  {
    name: "keyring_withheld",
    description: "The server withholds the keyring ciphertext: no junk, to be fetched again.",
    rules: ["GRT-4"],
    ...{ before: joined, honest: approved, recipient: "Phone" },
    bad: mutate(approved.last, { attachments: (list) => list.slice(1) }),
    ...{ received: { opened: [], junk: [], withheld: [[1, 1]] }, checked: [] },
  },
];

// The author of an epoch publishes a false key with seeds that are right.
const made = two.rotate("Laptop");
const { kem } = keysNamed("a false epoch").publicKeys;
const published = (made.log.epochs.last() as Epoch).kemKey;
const half = concat(published.subarray(0, 1184), kem.subarray(1184));
const escrowMade = staffed.rotate("Ann");
// A set with a hole, to a phone that has lost its epochs of the set.
const third = approved.rotate("Laptop");
const HOLES: Runs = [
  [1, 1],
  [3, 3],
];
const holed = third.act("Laptop", "regrants", (session, env) =>
  regrant(session, [{ member: third.id("Phone"), epochs: HOLES }], env),
);
const poor = third.with("Phone", joined.session("Phone").keyring);

const PUBLISHED: readonly GrantAttack[] = [
  {
    name: "epoch_key_with_another_x25519_half",
    description:
      "The epoch's published key has the right ML-KEM half, and so passes the quick check, and another X25519 half.",
    rules: ["GRT-4"],
    ...{ before: two, honest: made, recipient: "Phone" },
    bad: withField(made, "epoch.kem", half, laptop),
    ...{ received: { opened: [], junk: [[3, 3]], withheld: [] }, checked: [] },
  },
  {
    name: "epoch_key_of_another_seed",
    description: "The epoch's published key is that of another seed.",
    rules: ["GRT-4"],
    ...{ before: two, honest: made, recipient: "Phone", bad: withField(made, "epoch.kem", kem, laptop) },
    ...{ received: { opened: [], junk: [[3, 3]], withheld: [] }, checked: [] },
  },
  {
    name: "escrow_epoch_with_another_signing_key",
    description:
      "An escrow epoch's published KEM key is right, and its signing key is not, so that no admin could act by it.",
    rules: ["GRT-4"],
    ...{ before: staffed, honest: escrowMade, recipient: "Bob", holder: "Ann" },
    bad: withField(escrowMade, "epoch.sign", keysNamed("a false epoch").signingKey, staffed.signer("Ann")),
    ...{ received: { opened: [], junk: [[2, 2]], withheld: [] }, checked: [] },
  },
  {
    name: "grant_with_what_is_in_its_holes",
    description: "A grant of a set with a hole has the seeds of the whole stretch, the hole's too.",
    rules: ["GRT-1", "GRT-4"],
    ...{ before: poor, honest: holed, recipient: "Phone", bad: stretched() },
    received: { opened: [], junk: HOLES, withheld: [] },
    checked: [{ recipient: third.id("Phone"), from: 1, to: 3, count: 2, wrong: "keyring" }],
  },
];

/** The regrant with the seeds of all epochs between its ends. */
function stretched(): Uint8Array {
  const { seq, prev } = holed.record;
  const recipients = [{ id: third.id("Phone"), kemKey: third.member("Phone").kemKey }];
  const seeds = partsOf(third.session("Laptop").keyring).seeds;
  const place = { log: third.log.head.log, prev, seq };
  const grant = makeGrant({ epochs: [[1, 3]], recipients }, place, (epoch) => seeds.get(epoch) as Secret);
  return withBytes(holed, [keyring, grant.keyring], [box, grant.boxes[0] as Uint8Array]);
}

export function grantFiles(): readonly VectorFile[] {
  return [...CHANGED, ...PLACES, ...MADE, ...MOVED, ...PUBLISHED].map((attack) => [
    `negative/grants/${attack.name}.json`,
    file(attack),
  ]);
}

function file(attack: GrantAttack): GrantVector {
  const { description, rules, before, honest, recipient, holder = "Laptop", bad, received, checked } = attack;
  const owed = honest.record.grants.filter(({ boxes }) => boxes.some(({ member }) => member === before.id(recipient)));
  return {
    description,
    rules,
    load: { subject: before.log.subject, kind: before.log.kind },
    prefix: prefixOf(before),
    recipient: secretsOf(before.session(recipient).keyring),
    holder: secretsOf(honest.session(holder).keyring),
    bad: text(bad),
    good: text(honest.last),
    received: { bad: received, good: { opened: owed.flatMap(({ epochs }) => epochs), junk: [], withheld: [] } },
    checked: { bad: checked, good: [] },
  };
}
