// Opening the grants that a link makes to one member. A wrong or missing grant never harms the keyring and never blocks a
// later one. docs/spec.md section 7 (GRT-4, GRT-5).

import { equalBytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { Secret } from "../bytes/secret.js";
import { epochKemPublicKey, epochSigningPublicKey } from "../keys/epoch-keys.js";
import { changedKeyring, type Keyring, partsOf } from "../keys/keyring.js";
import { SEED_LENGTH } from "../keys/member-keys.js";
import { matchAttachments } from "../log/entry.js";
import { countEpochs, epochsIn, type Runs, runsOf } from "../log/runs.js";
import type { Epoch, GrantRecord, LinkRecord, LogState } from "../log/state.js";
import { chachaOpen } from "../primitives/aead.js";
import { hpkeOpen } from "../primitives/hpke.js";
import { boxInfo, epochsDigest, type GrantPlace, grantKey, KEYRING_NONCE } from "./make.js";

const AEAD_KEY_LENGTH = 32;

/** What became of the grants that a link made to this member. */
export interface OpenedGrants {
  readonly keyring: Keyring;
  /** Epochs gained. */
  readonly opened: Runs;
  /** Epochs whose bytes match the log but do not open: the author's fault, to be declared missing (MEM-9). */
  readonly junk: Runs;
  /** Epochs whose bytes were not delivered: the server's fault, to be fetched again. */
  readonly withheld: Runs;
}

/**
 * Opens a link's grants to the keyring's member. Epochs that the keyring has already are left alone.
 *
 * @param log a state that has the link.
 * @param attachments what came with the link; any may be absent.
 * @param members whose grants to open: the keyring's member, or for escrow every member that ever stood for it.
 * @returns a new keyring; the old one is untouched.
 * @throws `INVALID_ENCODING` (ENC-2) for attachments that the link does not commit to.
 */
export function openGrants(
  log: LogState,
  record: LinkRecord,
  attachments: readonly Uint8Array[],
  keyring: Keyring,
  members: ReadonlySet<MemberId> = new Set([keyring.member]),
): OpenedGrants {
  const { keys, seeds } = partsOf(keyring);
  const delivered = matchAttachments(record.attachments, attachments);
  const find = (digest: Uint8Array) => delivered[record.attachments.indexOf(digest)];
  const gained = new Map<number, Secret>();
  const junk: number[] = [];
  const withheld: number[] = [];
  for (const grant of record.grants) {
    const box = grant.boxes.find((candidate) => members.has(candidate.member));
    // A box for a key that this member has replaced since is no longer its to open; the re-keying granted all again.
    const kem = box && keys.kemFor(box.kem);
    if (!box || !kem) continue;
    const wanted = [...epochsIn(grant.epochs)].filter((epoch) => !seeds.has(epoch));
    if (wanted.length === 0) continue;
    const [keyringBytes, boxBytes] = [find(grant.keyring), find(box.digest)];
    if (!keyringBytes || !boxBytes) {
      withheld.push(...wanted);
      continue;
    }
    // The first link's grants know no log id yet (GRT-2).
    const place = { log: record.seq === 1 ? undefined : log.head.log, prev: record.prev, seq: record.seq };
    const info = boxInfo(place.log, epochsDigest(grant.epochs), box.kem);
    const found = openGrant(log, grant, place, hpkeOpen(kem, { info, sealed: boxBytes }), keyringBytes);
    for (const epoch of wanted) {
      const seed = found.get(epoch);
      if (seed) gained.set(epoch, seed);
      else junk.push(epoch);
    }
    for (const [epoch, seed] of found) if (gained.get(epoch) !== seed) seed.wipe();
  }
  return {
    keyring:
      gained.size + junk.length + withheld.length > 0
        ? changedKeyring(keyring, { gained, junk, awaited: withheld })
        : keyring,
    ...{ opened: runsOf(gained.keys()), junk: runsOf(junk), withheld: runsOf(withheld) },
  };
}

/** The seeds that a grant really carries: those that derive the keys the log publishes for their epochs (GRT-4). */
function openGrant(
  log: LogState,
  { epochs }: GrantRecord,
  place: GrantPlace,
  opened: Uint8Array | undefined,
  ciphertext: Uint8Array,
): ReadonlyMap<number, Secret> {
  const found = new Map<number, Secret>();
  if (opened?.length !== AEAD_KEY_LENGTH) return found;
  const key = Secret.take(opened);
  const plaintext = chachaOpen(key.bytes(), KEYRING_NONCE, new Uint8Array(0), ciphertext);
  const seeds = plaintext && Secret.take(plaintext);
  const count = countEpochs(epochs);
  if (seeds?.length !== count * SEED_LENGTH) {
    wipeAll([key, seeds]);
    return found;
  }
  for (const [index, epoch] of [...epochsIn(epochs)].entries()) {
    const seed = new Secret(seeds.bytes().subarray(index * SEED_LENGTH, (index + 1) * SEED_LENGTH));
    // Junk in one place must not pass for a key: nobody could open what is sealed to the published one.
    if (publishes(log.epochs.at(epoch - 1) as Epoch, seed.bytes())) found.set(epoch, seed);
    else seed.wipe();
  }
  // GRT-5: a grant that was made for another place does not open here, though its box and keyring would. Where a seed is junk the
  // key cannot be recomputed, and the seeds that are good are kept: the author is found out by what is missing.
  const owed = grantKey(seeds, epochsDigest(epochs), place);
  if (found.size === count && !owed.equals(key)) {
    wipeAll(found.values());
    found.clear();
  }
  wipeAll([key, seeds, owed]);
  return found;
}

function wipeAll(secrets: Iterable<Secret | undefined>): void {
  for (const secret of secrets) secret?.wipe();
}

/** Whether an epoch's published keys are those of this seed. */
function publishes({ kem, sign }: Epoch, seed: Uint8Array): boolean {
  return (
    equalBytes(epochKemPublicKey(seed), kem) && (sign === undefined || equalBytes(epochSigningPublicKey(seed), sign))
  );
}
