// A keyring: one member's secrets for one log: its own seed, and the epoch seeds that it really has. docs/spec.md sections 5 and
// 7 (GRT-4).

import { checkCount } from "../arguments/counts.js";
import { finishSecretInstance, KEYRING, wrongInstance } from "../arguments/instances.js";
import { LIBRARY, type Library, requireLibrary } from "../arguments/library-only.js";
import { type Bytes, equalBytes } from "../bytes/bytes.js";
import type { LinkHash, LogId, MemberId } from "../bytes/ids.js";
import type { Secret } from "../bytes/secret.js";
import { type ErrorDetails, KeysteadError } from "../errors.js";
import type { KemPrivateKey } from "../primitives/kem.js";
import { type EpochPublicKeys, exportEpochSecret } from "./epoch-keys.js";
import { type KeyHolder, MemberKeys } from "./member-keys.js";
import { drawnHere, type RightSeed, Vault } from "./seed-vault.js";

const REDACTED = "Keyring [secret]";

/** The epochs that a log publishes, from the first on. */
export interface PublishedEpochs {
  readonly length: number;
  at(index: number): EpochPublicKeys | undefined;
}

/** Facts from a stored keyring's own bytes, until it meets its log. */
export interface StoredFacts {
  /** The head of the log when it was stored. */
  readonly head: { readonly seq: number; readonly hash: LinkHash };
  /** Epochs whose seeds had passed the full check (GRT-4). */
  readonly checked: ReadonlySet<number>;
}

/** The parts of a keyring, for the library's own use. */
export interface KeyringParts {
  readonly log: LogId;
  readonly member: MemberId;
  readonly keys: KeyHolder;
  /** Seeds that are kept: they passed the quick check against `published`, as far as it has their epochs (GRT-4). */
  readonly seeds: ReadonlyMap<number, Secret>;
  /** Epochs whose grant matched the log but did not open (GRT-4). They must be declared missing (MEM-9). */
  readonly junk: ReadonlySet<number>;
  /** Escrow seeds with the right KEM key and a wrong signing key: junk that still opens content sealed to them. */
  readonly opens: ReadonlyMap<number, Secret>;
  /** Seeds that derive no key of the log at hand, by the digest of the KEM key that they do derive. */
  readonly aside: ReadonlyMap<string, Secret>;
  /** The epochs of the log that this keyring met last. */
  readonly published: PublishedEpochs | undefined;
  /** Only in a keyring that was loaded and has not met its log yet. */
  readonly stored: StoredFacts | undefined;
  readonly vault: Vault;
}

/**
 * One member's secrets for one log. Immutable: receiving an entry gives a new keyring. Keyrings made from one another share their
 * secrets, so that {@link Keyring.wipe} on any of them leaves none behind. It never prints or serialises its secrets.
 */
export class Keyring {
  readonly #parts: KeyringParts;
  /** The log that this keyring is for. */
  readonly log: LogId;
  /** The member whose keyring this is. */
  readonly member: MemberId;

  /** @internal */
  constructor(library: Library, parts: KeyringParts) {
    requireLibrary(library, KEYRING);
    this.#parts = parts;
    this.log = parts.log;
    this.member = parts.member;
    finishSecretInstance(this, KEYRING);
  }

  /** Its parts, also after it was wiped. @throws `INVALID_ARGUMENT` for a call on what is no keyring, such as a Proxy of one */
  static #of(keyring: Keyring): KeyringParts {
    if (!Keyring.is(keyring)) throw wrongInstance("keyring", KEYRING, keyring);
    return keyring.#parts;
  }

  /** @internal Its parts, for the library. @throws `WIPED` */
  static parts(library: Library, keyring: Keyring): KeyringParts {
    requireLibrary(library, KEYRING);
    if (keyring.#parts.vault.wiped)
      throw new KeysteadError("WIPED", "this keyring was wiped; load it from storage again");
    return keyring.#parts;
  }

  /** @internal Whether the value is a keyring. */
  static is(value: unknown): value is Keyring {
    return typeof value === "object" && value !== null && #parts in value;
  }

  /** Numbers of the epochs whose seeds this keyring really has, ascending. */
  get epochs(): readonly number[] {
    return [...Keyring.#of(this).seeds.keys()].sort((a, b) => a - b);
  }

  /**
   * A symmetric key for the application's own data: the same on every member that holds the epoch.
   *
   * @param epoch number of the epoch; store it beside what you encrypt.
   * @param label names the use, 1 to 128 bytes of UTF-8.
   * @param length 1 to 1,024 bytes.
   * @returns the key; the caller wipes it.
   * @throws `NO_ACCESS` when the epoch is not in this keyring, or its seed is not the log's (GRT-4); `INVALID_ARGUMENT`, `WIPED`
   */
  exportKey(epoch: number, label: string, length = 32): Bytes {
    return exportEpochSecret(epochSeed(this, epoch).bytes(), label, length);
  }

  /** Overwrites every secret of this keyring, and of all keyrings that it was made from or into. Later use throws `WIPED`. */
  wipe(): void {
    Keyring.#of(this).vault.wipe();
  }

  /** Says only that this is secret. */
  toString(): string {
    return REDACTED;
  }

  /** Says only that this is secret. */
  toJSON(): string {
    return REDACTED;
  }
}

/** The parts of a keyring. @throws `INVALID_ARGUMENT`, `WIPED` */
export function partsOf(keyring: unknown): KeyringParts {
  if (!Keyring.is(keyring)) throw wrongInstance("keyring", KEYRING, keyring);
  return Keyring.parts(LIBRARY, keyring);
}

/** A device's or backup key's own keys. @throws `INVALID_ARGUMENT` for a keyring opened as escrow, `WIPED` */
export function ownKeys(keyring: unknown): MemberKeys {
  const { keys } = partsOf(keyring);
  if (keys instanceof MemberKeys) return keys;
  throw new KeysteadError(
    "INVALID_ARGUMENT",
    "this keyring was opened as escrow and has no seed of its own: it cannot be stored or act as a device; open it again when needed",
  );
}

/** A new keyring for a member that holds nothing yet. Takes over `keys`. */
export function newKeyring(log: LogId, member: MemberId, keys: KeyHolder): Keyring {
  const vault = new Vault();
  const nothing = { seeds: new Map(), junk: new Set<number>(), opens: new Map(), aside: new Map() };
  return new Keyring(LIBRARY, {
    ...{ log, member, keys: vault.keep(keys), ...nothing },
    ...{ published: undefined, stored: undefined, vault },
  });
}

/** The changes of {@link changedKeyring}. */
export interface KeyringChange {
  /** Fresh member keys (`rekey`), which the keyring takes over. */
  readonly keys?: KeyHolder | undefined;
  /** Gained epoch seeds, which the keyring takes over. */
  readonly gained?: ReadonlyMap<number, Secret> | undefined;
  /** Epochs that turned out to be junk. */
  readonly junk?: Iterable<number> | undefined;
  /** Epochs with a grant that is not delivered yet: junk from before is not declared missing until that grant has come. */
  readonly awaited?: Iterable<number> | undefined;
  /** Seeds that only open, which the keyring takes over. The keyring does not keep these epochs otherwise. */
  readonly opens?: ReadonlyMap<number, Secret> | undefined;
  /** Seeds to set aside or, if undefined, to drop. */
  readonly aside?: ReadonlyMap<string, Secret | undefined> | undefined;
  /** Epochs that are not kept any more. */
  readonly dropped?: ReadonlySet<number> | undefined;
  /** The epochs of the log that it has met. This settles the stored facts. */
  readonly published?: PublishedEpochs | undefined;
}

/** A keyring with this change. It shares the secrets of the old one. */
export function changedKeyring(keyring: Keyring, change: KeyringChange): Keyring {
  const { vault, ...parts } = partsOf(keyring);
  const gained = change.gained ?? new Map<number, Secret>();
  const opened = change.opens ?? new Map<number, Secret>();
  for (const secret of [...gained.values(), ...opened.values()]) vault.keep(secret);
  const seeds = new Map(parts.seeds);
  for (const epoch of [...(change.dropped ?? []), ...opened.keys()]) seeds.delete(epoch);
  for (const [epoch, seed] of gained) seeds.set(epoch, seed);
  const opens = new Map([...parts.opens, ...opened].filter(([epoch]) => !seeds.has(epoch)));
  const aside = new Map(parts.aside);
  for (const [digest, seed] of change.aside ?? []) {
    if (seed) aside.set(digest, vault.keep(seed));
    else aside.delete(digest);
  }
  const awaited = new Set(change.awaited);
  const isJunk = (epoch: number) => !seeds.has(epoch) && !awaited.has(epoch);
  const junk = new Set([...parts.junk, ...(change.junk ?? [])].filter(isJunk));
  const keys = change.keys ? vault.keep(change.keys) : parts.keys;
  const met = change.published && { published: change.published, stored: undefined };
  return new Keyring(LIBRARY, { ...parts, ...met, keys, seeds, junk, opens, aside, vault });
}

/** A keyring that was loaded: it has not met its log yet. */
export function storedKeyring(keyring: Keyring, stored: StoredFacts): Keyring {
  return new Keyring(LIBRARY, { ...partsOf(keyring), stored });
}

/**
 * The seed of an epoch, owned by the keyring, once the full check has passed (GRT-4).
 *
 * @throws `NO_ACCESS`, `WIPED`
 */
export function epochSeed(keyring: Keyring, epoch: number): RightSeed {
  const { seeds, vault } = partsOf(keyring);
  const seed = seeds.get(epoch) ?? noAccess(keyring, epoch);
  const keys = publishedKeys(keyring, epoch);
  if (!keys) return drawnHere(seed);
  if (vault.isRight(seed, keys)) return seed;
  throw wrongSeed(keyring, epoch);
}

/**
 * The X-Wing private key of an epoch, expanded once and owned by the keyring. Its public key is the one that the log publishes
 * (GRT-4), so content that does not open with it was changed, or was sealed to another key.
 *
 * @throws `NO_ACCESS`, `WIPED`
 */
export function epochPrivateKey(keyring: Keyring, epoch: number): KemPrivateKey {
  const { seeds, opens, vault } = partsOf(keyring);
  const seed = seeds.get(epoch) ?? opens.get(epoch) ?? noAccess(keyring, epoch);
  const keys = publishedKeys(keyring, epoch);
  const key = vault.expand(seed);
  if (keys && !equalBytes(key.publicKey, keys.kemKey)) {
    vault.remember(seed, keys, "wrong");
    throw wrongSeed(keyring, epoch);
  }
  return key;
}

/** Whether this keyring can open content that was sealed to an epoch. */
export function canOpen(keyring: Keyring, epoch: number): boolean {
  const { seeds, opens } = partsOf(keyring);
  return seeds.has(epoch) || opens.has(epoch);
}

/**
 * The keys that the log publishes for an epoch: every seed is checked against them before its first use. A keyring that was made
 * here and has met no log yet has nothing to compare with. One that was loaded must meet its log first.
 */
function publishedKeys(keyring: Keyring, epoch: number): EpochPublicKeys | undefined {
  const { published, stored } = partsOf(keyring);
  const keys = published?.at(epoch - 1);
  if (keys || !stored || stored.checked.has(epoch)) return keys;
  throw new KeysteadError(
    "NO_ACCESS",
    `the seed of epoch ${epoch} was never checked against the log; call resume with the log and this keyring first`,
    { rule: "GRT-4", details: { epoch, member: keyring.member } },
  );
}

function noAccess(keyring: Keyring, epoch: number): never {
  checkCount("epoch", epoch, 1);
  throw lacksEpoch(keyring, epoch, `epoch ${epoch} is needed`);
}

/** The error for an epoch that a keyring does not hold. @param needed what it is needed for */
export function lacksEpoch(keyring: Keyring, epoch: number, needed: string, details: ErrorDetails = {}): KeysteadError {
  const { epochs, member } = keyring;
  const [earliest, latest] = [epochs[0], epochs.at(-1)];
  return new KeysteadError("NO_ACCESS", `${needed}, ${whyNot(keyring, epoch)}`, {
    details: { epoch, member, earliest, latest, ...details },
  });
}

function whyNot(keyring: Keyring, epoch: number): string {
  const { epochs } = keyring;
  const [earliest, latest] = [epochs[0], epochs.at(-1)];
  // No approval helps a keyring that an admin got for recorded epochs.
  if (!(partsOf(keyring).keys instanceof MemberKeys))
    return "and this keyring was opened as escrow, without that epoch; record an access that names it";
  if (earliest === undefined || latest === undefined)
    return "and this member holds no epoch yet; have another member approve it";
  if (epoch < earliest)
    return `and this member starts at ${earliest}; have a member that reaches further back approve it`;
  if (epoch > latest)
    return `and this member ends at ${latest}; fetch the newest entries of its log, it may have been removed`;
  return "which this member did not receive or could not open; fetch its log's entries, or have a member grant it again";
}

function wrongSeed(keyring: Keyring, epoch: number): KeysteadError {
  return new KeysteadError(
    "NO_ACCESS",
    `this keyring has another seed for epoch ${epoch} than the one that the log publishes; call resume with the log's entries`,
    { rule: "GRT-4", details: { epoch, member: keyring.member } },
  );
}
