// From the 130 secret bits of a backup key to a member's keys, and to the four characters that name it.
// docs/spec.md section 9 (BAK-2, BAK-3).

import { assertBytes, equalBytes, wipe } from "../bytes/bytes.js";
import type { LogId } from "../bytes/ids.js";
import { Secret } from "../bytes/secret.js";
import { fromHex } from "../bytes/text.js";
import { MemberKeys } from "../keys/member-keys.js";
import type { LogFacts, Member } from "../log/state.js";
import { labelledHash } from "../primitives/hash.js";
import { deriveKey } from "../primitives/kdf.js";
import * as LABELS from "../primitives/labels.js";
import { symbolChar } from "./alphabet.js";
import { idSymbols, secretToBytes } from "./bits.js";
import type { Arbiter } from "./candidates.js";

/**
 * The keys of the backup key with this secret in this log. No slow hash: the secret is 130 random bits. The caller wipes
 * both the secret and the keys.
 */
export function backupKeys(secret: readonly number[], log: LogId): MemberKeys {
  const bytes = secretToBytes(secret);
  const seed = Secret.take(deriveKey(LABELS.backupSeed, bytes, { salt: fromHex(log, { name: "log", length: 32 }) }));
  const keys = new MemberKeys(seed.bytes());
  seed.wipe();
  wipe(bytes);
  return keys;
}

/** The four id symbols of a backup key: 20 bits of the hash of its signing key. Public. */
export function backupIdSymbols(sign: Uint8Array): readonly number[] {
  return idSymbols(labelledHash(LABELS.backupId, sign));
}

/**
 * The first four characters on a backup key's paper: they name the key in a list of devices. Public. They are only 20 bits:
 * somebody can make two keys that share them, so distinguish keys by their member ids.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function backupKeyId(member: Pick<Member, "signingKey">): string {
  assertBytes(member?.signingKey, 32, "member.signingKey");
  return backupIdSymbols(member.signingKey).map(symbolChar).join("");
}

/** The log's active backup keys. */
export function activeBackupKeys(log: LogFacts): readonly Member[] {
  return [...log.active.values()].filter(({ kind }) => kind === "backup");
}

/** The backup keys that the log ever had, the active ones first: a removed one still opens the epochs that it reached. */
export function allBackupKeys(log: LogFacts): readonly Member[] {
  return [...activeBackupKeys(log), ...[...log.removed].filter(({ kind }) => kind === "backup")];
}

/** The backup key of a secret. */
export interface FoundBackupKey {
  readonly member: Member;
  /** Derived once, when the secret was judged. The caller wipes them. */
  readonly keys: MemberKeys;
}

/** Judges a secret by the log: the public key of a backup key, active or removed, is the arbiter (BAK-1). */
export function arbiterOf(log: LogFacts): Arbiter<FoundBackupKey> {
  const known = allBackupKeys(log);
  return (secret) => {
    const keys = backupKeys(secret, log.head.log);
    const member = known.find(({ signingKey: sign }) => equalBytes(sign, keys.signingKey));
    if (member) return { id: backupIdSymbols(member.signingKey), match: { member, keys } };
    keys.wipe();
    return undefined;
  };
}
