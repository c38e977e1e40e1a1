// Makes a link's grants. They are deterministic, so that every holder of the epochs can recompute every byte. docs/spec.md
// section 7 (GRT-2).

import { type Bytes, concat } from "../bytes/bytes.js";
import { encodeCbor } from "../bytes/cbor.js";
import type { LinkHash, LogId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { epochsIn, type Runs } from "../bytes/runs.js";
import { Secret } from "../bytes/secret.js";
import { fromHex } from "../bytes/text.js";
import { SEED_LENGTH } from "../keys/member-keys.js";
import type { RightSeed } from "../keys/seed-vault.js";
import { type DueGrant, spanOf } from "../log/effects.js";
import { attachmentDigest } from "../log/entry.js";
import type { Grant } from "../log/fields.js";
import { chachaSeal } from "../primitives/aead.js";
import { labelledHash } from "../primitives/hash.js";
import { hpkeSeal } from "../primitives/hpke.js";
import { deriveKey } from "../primitives/kdf.js";
import { KEM_COINS_LENGTH } from "../primitives/kem.js";
import { labelPrefix } from "../primitives/label.js";
import * as LABELS from "../primitives/labels.js";

/** The log and position of a grant. The first link has no log id and no predecessor: both are 32 zero bytes. */
export interface GrantPlace {
  readonly log: LogId | undefined;
  readonly prev: LinkHash | undefined;
  readonly seq: number;
}

/** A link's grants as its body lists them, and as the attachments that carry them. */
export interface MadeGrants {
  readonly grants: readonly Grant[];
  /** For each grant its keyring ciphertext, then its boxes, in the order of the body. */
  readonly attachments: readonly Uint8Array[];
}

const ZERO_NONCE = new Uint8Array(12);
const NO_BYTES = new Uint8Array(0);
const ABSENT = new Uint8Array(32);

/**
 * Makes the grants that are due.
 *
 * @param seedOf the seed of an epoch. It stays the caller's.
 * @throws the error of `seedOf` for an epoch that is not available.
 */
export function makeGrants(
  due: readonly DueGrant[],
  place: GrantPlace,
  seedOf: (epoch: number) => RightSeed,
): MadeGrants {
  const attachments: Uint8Array[] = [];
  const grants = due.map((grant): Grant => {
    const { keyring, boxes } = makeGrant(grant, place, seedOf);
    attachments.push(keyring, ...boxes);
    return {
      ...{ ...spanOf(grant.epochs), keyring: attachmentDigest(keyring) },
      boxes: grant.recipients.map(({ id }, index) => [id, attachmentDigest(present(boxes[index]))]),
    };
  });
  return { grants, attachments };
}

/** One grant: the keyring ciphertext, and a box for each recipient. */
export function makeGrant(
  { epochs, recipients }: DueGrant,
  place: GrantPlace,
  seedOf: (epoch: number) => Secret,
): { readonly keyring: Uint8Array; readonly boxes: readonly Uint8Array[] } {
  const set = epochsDigest(epochs);
  const seeds = Secret.take(joined([...epochsIn(epochs)].map(seedOf)));
  const key = grantKey(seeds, set, place);
  const keyring = chachaSeal(key.bytes(), ZERO_NONCE, NO_BYTES, seeds.bytes());
  const boxes = recipients.map(({ kemKey }) => {
    const coins = Secret.take(deriveKey(LABELS.grantCoins, key.bytes(), { info: kemKey, length: KEM_COINS_LENGTH }));
    const box = hpkeSeal(kemKey, {
      info: boxInfo(place.log, set, kemKey),
      plaintext: key.bytes(),
      coins: coins.bytes(),
    });
    coins.wipe();
    return box;
  });
  seeds.wipe();
  key.wipe();
  return { keyring, boxes };
}

/** Joins seeds. Not `concat(...seeds)`: some engines limit the number of arguments, and a set may have more seeds. */
function joined(seeds: readonly Secret[]): Bytes {
  const bytes = new Uint8Array(seeds.length * SEED_LENGTH);
  for (const [index, seed] of seeds.entries()) bytes.set(seed.bytes(), index * SEED_LENGTH);
  return bytes;
}

/** GRT-2: the digest of a set of epochs in a grant. */
export function epochsDigest(epochs: Runs): Bytes {
  return labelledHash(LABELS.grantEpochs, encodeCbor(epochs));
}

/**
 * GRT-2: the key of a grant. It depends on all seeds of the set, so a member that can compute it already holds every one. If it
 * depended on the first, the last or both ends only, a removed and an unapproved device together could compute a key that neither
 * was given. It also depends on log and position, so that two grants of the same set have two keys.
 *
 * @param set the digest of the set of epochs.
 */
export function grantKey(seeds: Secret, set: Uint8Array, { log, prev, seq }: GrantPlace): Secret {
  const info = encodeCbor([orAbsent(log), set, orAbsent(prev), seq]);
  return Secret.take(deriveKey(LABELS.grantKey, seeds.bytes(), { info }));
}

/** GRT-5: the HPKE info of a box binds it to log, set and recipient. The key inside is bound to the link's position. */
export function boxInfo(log: LogId | undefined, set: Uint8Array, kem: Uint8Array): Bytes {
  return concat(labelPrefix(LABELS.grantBox), encodeCbor([orAbsent(log), set, kem]));
}

/** The nonce of a keyring ciphertext. It is constant, because each key encrypts once. */
export const KEYRING_NONCE = ZERO_NONCE;

function orAbsent(id: LogId | LinkHash | undefined): Bytes {
  return id === undefined ? ABSENT : fromHex(id, { name: "id" });
}
