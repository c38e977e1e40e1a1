// A keyring: what one member secretly holds for one log: its own seed, and the epoch seeds that it really has.
// docs/spec.md section 5.

import { wipe } from "../bytes/bytes.js";
import type { LogId, MemberId } from "../bytes/ids.js";
import { array, bytes, decode, encode, hexBytes, literal, record, tuple, uint } from "../bytes/schema.js";
import { Secret } from "../bytes/secret.js";
import { KeysteadError } from "../errors.js";
import type { KemPrivateKey } from "../primitives/kem.js";
import { epochKemKey, exportEpochSecret } from "./epoch-keys.js";
import { type KeyHolder, MemberKeys, SEED_LENGTH } from "./member-keys.js";

const MAX_EPOCHS = 1_000_000;
const REDACTED = "Keyring [secret]";

/** Every secret that a keyring and the keyrings made from it ever held, so that wiping one leaves nothing behind. */
class Vault {
  readonly #secrets = new Set<{ wipe(): void }>();
  readonly #expanded = new Map<Secret, KemPrivateKey>();
  #wiped = false;

  get wiped(): boolean {
    return this.#wiped;
  }

  keep<T extends { wipe(): void }>(secret: T): T {
    this.#secrets.add(secret);
    return secret;
  }

  /** The X-Wing key of an epoch seed, expanded once. */
  expand(seed: Secret): KemPrivateKey {
    const key = this.#expanded.get(seed) ?? this.keep(epochKemKey(seed.bytes()));
    this.#expanded.set(seed, key);
    return key;
  }

  wipe(): void {
    this.#wiped = true;
    for (const secret of this.#secrets) secret.wipe();
  }
}

/** The parts of a keyring, for the library's own use. */
export interface KeyringParts {
  readonly log: LogId;
  readonly member: MemberId;
  readonly keys: KeyHolder;
  readonly seeds: ReadonlyMap<number, Secret>;
  /** Epochs whose grant matched the log but did not open (GRT-4): to be declared missing (MEM-9). */
  readonly junk: ReadonlySet<number>;
  readonly vault: Vault;
}

let partsOfKeyring: (keyring: Keyring) => KeyringParts;

/**
 * What one member secretly holds for one log. Immutable: receiving an entry gives a new keyring. Keyrings made from one
 * another share their secrets, so that {@link Keyring.wipe} on any of them leaves none behind. It never prints or serialises
 * its secrets.
 */
export class Keyring {
  readonly #parts: KeyringParts;
  /** The log that this keyring is for. */
  readonly log: LogId;
  /** The member whose keyring this is. */
  readonly member: MemberId;

  /** @internal */
  constructor(parts: KeyringParts) {
    this.#parts = parts;
    this.log = parts.log;
    this.member = parts.member;
  }

  static {
    partsOfKeyring = (keyring) => {
      if (keyring.#parts.vault.wiped)
        throw new KeysteadError("WIPED", "this keyring was wiped; load it from storage again");
      return keyring.#parts;
    };
  }

  /** Whether the value is a keyring. */
  static is(value: unknown): value is Keyring {
    return typeof value === "object" && value !== null && #parts in value;
  }

  /** Numbers of the epochs whose seeds are really here, ascending. */
  get epochs(): readonly number[] {
    return [...this.#parts.seeds.keys()].sort((a, b) => a - b);
  }

  /**
   * A symmetric key for the application's own data: the same on every member that holds the epoch.
   *
   * @param epoch number of the epoch; store it beside what you encrypt.
   * @param label names the use, 1 to 128 bytes of UTF-8.
   * @param length 1 to 1,024 bytes.
   * @returns the key; the caller wipes it.
   * @throws `NO_ACCESS` when the epoch is not in this keyring, `INVALID_ARGUMENT`, `WIPED`
   */
  exportKey(epoch: number, label: string, length = 32): Uint8Array {
    return exportEpochSecret(epochSeed(this, epoch).bytes(), label, length);
  }

  /** Overwrites every secret of this keyring and of all that it was made from or into. Later use throws `WIPED`. */
  wipe(): void {
    this.#parts.vault.wipe();
  }

  /** Says only that this is secret. */
  toString(): string {
    return REDACTED;
  }

  /** Says only that this is secret. */
  toJSON(): string {
    return REDACTED;
  }

  /** What Node's `console.log` and `util.inspect` print. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}

/** The parts of a keyring. @throws `INVALID_ARGUMENT`, `WIPED` */
export function partsOf(keyring: unknown): KeyringParts {
  if (!Keyring.is(keyring)) throw new KeysteadError("INVALID_ARGUMENT", "keyring must be a Keyring");
  return partsOfKeyring(keyring);
}

/** A device's or backup key's own keys. @throws `INVALID_ARGUMENT` for a keyring opened as escrow, `WIPED` */
export function ownKeys(keyring: unknown): MemberKeys {
  const { keys } = partsOf(keyring);
  if (keys instanceof MemberKeys) return keys;
  throw new KeysteadError(
    "INVALID_ARGUMENT",
    "this keyring was opened as escrow and has no seed of its own; open it again",
  );
}

/** A new keyring for a member that holds nothing yet. Takes over `keys`. */
export function newKeyring(log: LogId, member: MemberId, keys: KeyHolder): Keyring {
  const vault = new Vault();
  return new Keyring({ log, member, keys: vault.keep(keys), seeds: new Map(), junk: new Set(), vault });
}

/** What {@link changedKeyring} changes. */
export interface KeyringChange {
  /** Fresh member keys (`rekey`), taken over. */
  readonly keys?: KeyHolder | undefined;
  /** Epoch seeds gained, taken over. */
  readonly gained?: ReadonlyMap<number, Secret> | undefined;
  /** Epochs that turned out to be junk. */
  readonly junk?: Iterable<number> | undefined;
  /** Epochs of which a grant is still to be delivered: what was junk before is not declared missing until that one is seen. */
  readonly awaited?: Iterable<number> | undefined;
}

/** A keyring like this one but for the change, sharing its secrets. */
export function changedKeyring(keyring: Keyring, change: KeyringChange): Keyring {
  const { vault, ...parts } = partsOf(keyring);
  const gained = change.gained ?? new Map<number, Secret>();
  for (const seed of gained.values()) vault.keep(seed);
  const seeds = new Map([...parts.seeds, ...gained]);
  const awaited = new Set(change.awaited);
  const isJunk = (epoch: number) => !seeds.has(epoch) && !awaited.has(epoch);
  const junk = new Set([...parts.junk, ...(change.junk ?? [])].filter(isJunk));
  return new Keyring({ ...parts, keys: change.keys ? vault.keep(change.keys) : parts.keys, seeds, junk, vault });
}

/** The seed of an epoch, owned by the keyring. @throws `NO_ACCESS`, `WIPED` */
export function epochSeed(keyring: Keyring, epoch: number): Secret {
  const seed = partsOf(keyring).seeds.get(epoch);
  if (seed) return seed;
  const { epochs } = keyring;
  throw new KeysteadError(
    "NO_ACCESS",
    epochs.length === 0
      ? `epoch ${epoch} is needed, and this member holds no epoch yet; have another member approve it`
      : `epoch ${epoch} is needed, and this member starts at ${epochs[0]}; have a member that reaches further back approve it`,
    { details: { epoch, member: keyring.member, earliest: epochs[0] } },
  );
}

/** The X-Wing private key of an epoch, expanded once and owned by the keyring. @throws `NO_ACCESS`, `WIPED` */
export function epochPrivateKey(keyring: Keyring, epoch: number): KemPrivateKey {
  return partsOf(keyring).vault.expand(epochSeed(keyring, epoch));
}

const stored = record({
  v: literal(1),
  log: hexBytes<LogId>(32),
  member: hexBytes<MemberId>(16),
  seed: bytes(SEED_LENGTH),
  epochs: array(tuple(uint({ min: 1 }), bytes(SEED_LENGTH)), { max: MAX_EPOCHS }),
  junk: array(uint({ min: 1 }), { max: MAX_EPOCHS }),
});

/**
 * The keyring as bytes, for the device's own protected storage. **These bytes are the secrets**: encrypt them at rest where
 * the platform can, never send them anywhere. The caller wipes them.
 */
export function unsafeSerializeKeyring(keyring: Keyring): Uint8Array {
  const { log, member, seeds, junk } = partsOf(keyring);
  const seed = ownKeys(keyring).copySeed();
  const epochs = keyring.epochs.map((epoch) => [epoch, (seeds.get(epoch) as Secret).bytes()] as const);
  const junkEpochs = [...junk].sort((a, b) => a - b);
  const serialized = encode(stored, { v: 1, log, member, seed: seed.bytes(), epochs, junk: junkEpochs }, "keyring");
  seed.wipe();
  return serialized;
}

/** A keyring from its bytes. The caller wipes the bytes. @throws `INVALID_ENCODING`, `TOO_LARGE` */
export function parseKeyring(serialized: Uint8Array): Keyring {
  const { log, member, seed, epochs, junk } = decode(stored, serialized, {
    name: "keyring",
    maxBytes: 64 * MAX_EPOCHS,
    maxObjects: 4 * MAX_EPOCHS,
  });
  const keys = new MemberKeys(seed);
  wipe(seed);
  const gained = new Map(epochs.map(([epoch, bytes]) => [epoch, Secret.take(bytes)]));
  const isInOrder = (list: readonly number[]) =>
    list.every((epoch, at) => at === 0 || (list[at - 1] as number) < epoch);
  if (!isInOrder(epochs.map(([epoch]) => epoch)) || !isInOrder(junk) || junk.some((epoch) => gained.has(epoch))) {
    for (const secret of [keys, ...gained.values()]) secret.wipe();
    const message = "keyring must name each epoch once, in order; it was not written by unsafeSerializeKeyring";
    throw new KeysteadError("INVALID_ENCODING", message, { rule: "ENC-2" });
  }
  return changedKeyring(newKeyring(log, member, keys), { gained, junk });
}
