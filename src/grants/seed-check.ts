// Checks a keyring's seeds against what its log publishes, so that no seed of a link that lost its race, of a fork or of a
// damaged store passes for an epoch's. docs/spec.md section 7 (GRT-4).

import type { Secret } from "../bytes/secret.js";
import { toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { epochKemPublicKey } from "../keys/epoch-keys.js";
import { changedKeyring, type Keyring, type KeyringParts, partsOf } from "../keys/keyring.js";
import type { KeyHolder } from "../keys/member-keys.js";
import type { RightSeed, Vault } from "../keys/seed-vault.js";
import { continuityOf } from "../log/heads.js";
import type { LogState } from "../log/state.js";
import { epochAt } from "../log/state.js";
import { labelledHash } from "../primitives/hash.js";
import { rhoOf } from "../primitives/kem.js";
import * as LABELS from "../primitives/labels.js";

/**
 * Compares a keyring with the log at hand. Seeds that fail the quick check, or failed the full one, are set aside under the
 * public key that they do derive; their epochs must be opened again. A seed that was set aside before and belongs to this log
 * comes back. Costs nothing when the log has no new epochs.
 */
export function meet(log: LogState, keyring: Keyring): Keyring {
  const parts = partsOf(keyring);
  const { published, seeds, vault } = parts;
  trustStored(log, parts);
  const known = metBefore(log, published);
  const dropped = new Set<number>();
  const opens = new Map<number, Secret>();
  const aside = new Map<string, Secret | undefined>();
  const junk: number[] = [];
  for (const number of numbersAfter(vault.hasSuspects ? 0 : known, log)) {
    const [seed, epoch] = [seeds.get(number), log.epochs.at(number - 1)];
    if (!seed || !epoch) continue;
    const verdict = vault.known(seed, epoch);
    if (verdict === "opens") opens.set(number, seed);
    else if (verdict === "wrong" || !vault.passes(seed, epoch)) {
      dropped.add(number);
      aside.set(digestOf(epochKemPublicKey(seed.bytes())), seed);
    } else continue;
    // The grant that gave it is at hand, and the seed is the one to which the published ρ commits: no other will pass.
    if (vault.delivered.has(seed) && vault.passes(seed, epoch)) junk.push(number);
  }
  // Without new epochs, no seed comes back from aside.
  if (published === log.epochs && dropped.size === 0 && opens.size === 0) return keyring;
  const back = takenBack(log, vault, new Map([...parts.aside, ...aside] as [string, Secret][]), known);
  for (const digest of back.digests) aside.set(digest, undefined);
  return changedKeyring(keyring, {
    ...{ dropped, aside, junk, published: log.epochs, gained: back.gained },
    opens: new Map([...opens, ...back.opens]),
  });
}

/**
 * Refuses a log that does not extend the head with which the keyring was stored. Call it before the seeds are checked.
 *
 * @throws `ROLLED_BACK`, `FORKED`
 */
export function requireContinued(log: LogState, keyring: Keyring): void {
  const { stored } = partsOf(keyring);
  const history = stored ? continuityOf(log, stored.head) : "continued";
  if (history === "continued") return;
  throw new KeysteadError(
    history === "forked" ? "FORKED" : "ROLLED_BACK",
    `${
      history === "forked"
        ? `the log has another link ${stored?.head.seq} than when this keyring was stored`
        : `the log ends at link ${log.head.seq}, and this keyring was stored at link ${stored?.head.seq}`
    }; verify the log with your pin, find the cause, and then call resume with the log and this keyring`,
    { rule: "LOG-8", details: { stored: { log: log.head.log, ...stored?.head }, offered: log.head } },
  );
}

/** The keyring of a member that made new epochs itself, in the last links of the log. Takes over `made` and `keys`. */
export function withMade(
  log: LogState,
  keyring: Keyring,
  made: ReadonlyMap<number, Secret>,
  keys?: KeyHolder | undefined,
): Keyring {
  const { vault } = partsOf(keyring);
  for (const [number, seed] of made) vault.remember(seed, epochAt(log, number), "right");
  return meet(log, changedKeyring(keyring, { keys, gained: made }));
}

/** The keyring after the full check of these epochs. Seeds that fail are set aside. */
export function checkedFully(log: LogState, keyring: Keyring, epochs: Iterable<number>): Keyring {
  for (const epoch of epochs) rightSeed(log, keyring, epoch);
  return meet(log, keyring);
}

/**
 * The keyring of a paper after the full check of its seeds. Those that fail are junk, so that the author declares them. So a
 * thief who published a false key of an epoch makes no link impossible.
 */
export function paperChecked(log: LogState, keyring: Keyring): Keyring {
  const { seeds, vault } = partsOf(keyring);
  for (const [epoch, seed] of seeds) if (vault.delivered.has(seed)) rightSeed(log, keyring, epoch);
  return meet(log, keyring);
}

/** The seed of an epoch, if the keyring has one that passes the full check (GRT-4). */
export function rightSeed(log: Pick<LogState, "epochs">, keyring: Keyring, epoch: number): RightSeed | undefined {
  const { seeds, vault } = partsOf(keyring);
  const seed = seeds.get(epoch);
  const published = log.epochs.at(epoch - 1);
  return seed && published && vault.isRight(seed, published) ? seed : undefined;
}

/** Epochs of this log whose seeds have passed the full check, ascending. */
export function fullyChecked({ epochs }: LogState, keyring: Keyring): readonly number[] {
  const { seeds, vault } = partsOf(keyring);
  return keyring.epochs.filter((number) => {
    const [seed, epoch] = [seeds.get(number), epochs.at(number - 1)];
    return seed && epoch && vault.known(seed, epoch) === "right";
  });
}

/** Checks from before the keyring was stored stay valid for the log it was stored with, and for every log that extends it. */
function trustStored(log: LogState, { stored, seeds, vault }: KeyringParts): void {
  if (!stored || continuityOf(log, stored.head) !== "continued") return;
  for (const number of stored.checked) {
    const [seed, epoch] = [seeds.get(number), log.epochs.at(number - 1)];
    if (seed && epoch && epoch.seq <= stored.head.seq && vault.passes(seed, epoch)) {
      vault.remember(seed, epoch, "right");
    }
  }
}

/** Numbers of the epochs of a log after the first `known`. */
function* numbersAfter(known: number, { epochs }: LogState): Generator<number> {
  for (let number = known + 1; number <= epochs.length; number++) yield number;
}

/** How many epochs of the log the keyring met before: none, unless the log has those that it met last, and perhaps more. */
function metBefore({ epochs }: LogState, published: KeyringParts["published"]): number {
  if (!published) return 0;
  const last = published.length - 1;
  return epochs.at(last) === published.at(last) ? published.length : 0;
}

/** Seeds that were set aside although they derive the key of an epoch of this log. */
function takenBack(log: LogState, vault: Vault, aside: ReadonlyMap<string, Secret>, known: number) {
  const gained = new Map<number, Secret>();
  const opens = new Map<number, Secret>();
  const digests: string[] = [];
  const rhos = new Set([...aside.values()].map((seed) => toHex(vault.rho(seed))));
  for (const number of aside.size > 0 ? numbersAfter(known, log) : []) {
    const epoch = epochAt(log, number);
    if (!rhos.has(toHex(rhoOf(epoch.kemKey)))) continue;
    const digest = digestOf(epoch.kemKey);
    const seed = aside.get(digest);
    if (!seed) continue;
    digests.push(digest);
    if (vault.judge(seed, epoch) === "right") gained.set(number, seed);
    else opens.set(number, seed);
  }
  return { gained, opens, digests };
}

function digestOf(kem: Uint8Array): string {
  return toHex(labelledHash(LABELS.publicKey, kem));
}
