// Opens the grants that a link makes to one member. A wrong or missing grant never harms the keyring and never blocks a later
// one. docs/spec.md section 7 (GRT-4, GRT-5).

import type { Bytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { countEpochs, epochsIn, type Runs, runsOf } from "../bytes/runs.js";
import { Secret } from "../bytes/secret.js";
import { changedKeyring, type Keyring, partsOf } from "../keys/keyring.js";
import { SEED_LENGTH } from "../keys/member-keys.js";
import type { SeedVerdict } from "../keys/seed-vault.js";
import type { Delivered } from "../log/entry.js";
import type { GrantRecord, LinkRecord, LogState } from "../log/state.js";
import { epochAt } from "../log/state.js";
import { chachaOpen } from "../primitives/aead.js";
import { hpkeOpen } from "../primitives/hpke.js";
import { boxInfo, epochsDigest, grantKey, KEYRING_NONCE } from "./make.js";
import { checkedFully, meet } from "./seed-check.js";

const AEAD_KEY_LENGTH = 32;

/** Result of opening the grants of a link to this member. */
export interface OpenedGrants {
  readonly keyring: Keyring;
  /** Epochs gained. */
  readonly opened: Runs;
  /** Epochs whose bytes match the log but do not open. The author is at fault; the member declares them missing (MEM-9). */
  readonly junk: Runs;
  /** Epochs whose bytes were not delivered. The server is at fault; fetch them again. */
  readonly withheld: Runs;
}

/** Options of {@link openGrants}. */
export interface OpenGrantsOptions {
  /** Members whose grants to open; default the keyring's member. For escrow: every member that ever stood for it. */
  readonly members?: ReadonlySet<MemberId> | undefined;
  /** Position of the first link that was just received; default the link itself. Epochs made from there on are checked fully. */
  readonly since?: number | undefined;
  /** Whether a paper is opened: seeds whose full check waits are junk if they fail it, since the grants are at hand now. */
  readonly isPaper?: boolean | undefined;
}

/**
 * Opens a link's grants to the keyring's member. It skips epochs that the keyring has already and whose seeds pass the checks
 * (GRT-4). Where a seed does not pass, it opens the epoch again.
 *
 * @param log a state that has the link.
 * @param delivered for each attachment that the link commits to the bytes that were delivered for it; any may be absent.
 * @returns a new keyring; the old one is untouched.
 */
export function openGrants(
  log: LogState,
  record: LinkRecord,
  delivered: Delivered,
  before: Keyring,
  options: OpenGrantsOptions = {},
): OpenedGrants {
  const { members = new Set([before.member]), since = record.seq, isPaper = false } = options;
  const made = record.epoch !== undefined && record.seq >= since ? [record.epoch] : [];
  const keyring = checkedFully(log, meet(log, before), made);
  const { keys, seeds, aside, junk: known, vault } = partsOf(keyring);
  // Where a seed was found wrong or the epoch was found junk before, a matching ρ alone is not enough.
  const isFull = (epoch: number) => aside.size > 0 || known.has(epoch) || epochAt(log, epoch).seq >= since;
  const find = (digest: Bytes) => delivered[record.attachments.indexOf(digest)];
  const gained = new Map<number, Secret>();
  const opens = new Map<number, Secret>();
  const junk: number[] = [];
  const withheld: number[] = [];
  for (const grant of record.grants) {
    const box = grant.boxes.find((candidate) => members.has(candidate.member));
    // This member has replaced the key of this box since. The re-keying granted all epochs again.
    const kem = box && keys.kemFor(box.kemKey);
    if (!box || !kem) continue;
    const wanted = [...epochsIn(grant.epochs)].filter((epoch) => !seeds.has(epoch));
    if (wanted.length === 0) continue;
    const [keyringBytes, boxBytes] = [find(grant.keyring), find(box.digest)];
    if (!keyringBytes || !boxBytes) {
      for (const epoch of wanted) withheld.push(epoch);
      continue;
    }
    // The first link's grants know no log id yet (GRT-2).
    const place = { log: record.seq === 1 ? undefined : log.head.log, prev: record.prev, seq: record.seq };
    const set = epochsDigest(grant.epochs);
    const opened = hpkeOpen(kem, { info: boxInfo(place.log, set, box.kemKey), sealed: boxBytes });
    const keyOf = (held: Secret) => grantKey(held, set, place);
    const found = openGrant({ log, keyring, isFull }, grant, keyOf, opened, keyringBytes);
    for (const epoch of wanted) {
      const { seed, verdict } = found.get(epoch) ?? {};
      if (seed && verdict === "right") {
        gained.set(epoch, seed);
        if (isPaper) vault.delivered.add(seed);
      } else junk.push(epoch);
      if (seed && verdict === "opens") opens.set(epoch, seed);
    }
    for (const [epoch, { seed }] of found) if (gained.get(epoch) !== seed && opens.get(epoch) !== seed) seed.wipe();
  }
  return {
    keyring:
      gained.size + junk.length + withheld.length > 0
        ? changedKeyring(keyring, { gained, opens, junk, awaited: withheld })
        : keyring,
    ...{ opened: runsOf(gained.keys()), junk: runsOf(junk), withheld: runsOf(withheld) },
  };
}

interface Judging {
  readonly log: LogState;
  readonly keyring: Keyring;
  /** Whether an epoch's seed must pass the full check at once. */
  readonly isFull: (epoch: number) => boolean;
}

/** A seed that a grant carries. */
interface FoundSeed {
  readonly seed: Secret;
  /** Results of the checks so far. */
  readonly verdict: "right" | "opens";
}

/** The seeds that a grant really carries: those that derive the keys that the log publishes for their epochs (GRT-4). */
function openGrant(
  judging: Judging,
  { epochs }: GrantRecord,
  keyOf: (seeds: Secret) => Secret,
  opened: Uint8Array | undefined,
  ciphertext: Uint8Array,
): ReadonlyMap<number, FoundSeed> {
  const found = new Map<number, FoundSeed>();
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
    // One junk seed must not pass for a key: nobody could open content that is sealed to the published key.
    const verdict = judgeFound(judging, epoch, seed);
    if (verdict === "wrong") seed.wipe();
    else found.set(epoch, { seed, verdict });
  }
  // GRT-5: a grant that was made for another place is refused here, although its box and keyring open. Where a seed is junk the
  // key cannot be recomputed. The good seeds are kept then, and the missing ones expose the author.
  const owed = keyOf(seeds);
  const isWhole = found.size === count && [...found.values()].every(({ verdict }) => verdict === "right");
  if (isWhole && !owed.equals(key)) {
    wipeAll([...found.values()].map(({ seed }) => seed));
    found.clear();
  }
  wipeAll([key, seeds, owed]);
  return found;
}

/** The quick check, and the full check where it is due at once (GRT-4). */
function judgeFound({ log, keyring, isFull }: Judging, epoch: number, seed: Secret): SeedVerdict {
  const { vault } = partsOf(keyring);
  const published = epochAt(log, epoch);
  if (isFull(epoch)) return vault.judge(seed, published);
  return vault.passes(seed, published) ? "right" : "wrong";
}

function wipeAll(secrets: Iterable<Secret | undefined>): void {
  for (const secret of secrets) secret?.wipe();
}
