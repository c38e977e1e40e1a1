// Conversion of members' secrets to the form of vectors and back.

import type { LogId, MemberId } from "../../src/bytes/ids.js";
import { Secret } from "../../src/bytes/secret.js";
import { changedKeyring, type Keyring, newKeyring, partsOf } from "../../src/keys/keyring.js";
import { MemberKeys } from "../../src/keys/member-keys.js";
import { ownSeed } from "../../test/support/own-seed.js";
import { bytes, type Secrets, text } from "./format.js";

/** The seeds of a keyring's epochs, ascending. */
export function epochSeeds(keyring: Keyring): Secrets["epochs"] {
  const { seeds } = partsOf(keyring);
  return keyring.epochs.map((epoch) => [epoch, text((seeds.get(epoch) as Secret).bytes())]);
}

/** All secrets of a keyring. */
export function secretsOf(keyring: Keyring): Secrets {
  return { member: keyring.member, seed: text(ownSeed(keyring)), epochs: epochSeeds(keyring) };
}

/** The keyring of a log's member with these secrets. */
export function keyringOf(log: string, { member, seed, epochs }: Secrets): Keyring {
  const gained = new Map(epochs.map(([epoch, text]) => [epoch, new Secret(bytes(text))]));
  return changedKeyring(newKeyring(log as LogId, member as MemberId, new MemberKeys(bytes(seed))), { gained });
}

/** A keyring that can only read: it has a log's epochs, and no key of a member's own. */
export function readerOf({ log, epochs }: { readonly log: string; readonly epochs: Secrets["epochs"] }): Keyring {
  return keyringOf(log, { member: "00".repeat(16), seed: text(new Uint8Array(32)), epochs });
}
