// Acting as escrow: an admin's keyring of the escrow log opens the grants of users' logs to the escrow member.
// docs/spec.md section 11.

import { entryList } from "../arguments/entries.js";
import { type OpenedKeyring, openAll } from "../authoring/receive.js";
import type { Signer } from "../authoring/write-link.js";
import { present } from "../bytes/present.js";
import { compareBytes, toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { epochSigningSeed } from "../keys/epoch-keys.js";
import { canOpen, epochPrivateKey, epochSeed, newKeyring } from "../keys/keyring.js";
import type { KeyHolder } from "../keys/member-keys.js";
import { grantedTo, pairOf } from "../log/pairs.js";
import { assertLog, type LogState, type Member, type PairGrants } from "../log/state.js";
import { signLabelled } from "../primitives/sign.js";

/** A signer for an escrow epoch. The secrets stay in the admin's keyring. */
function epochSigner(admin: MemberState, number: number, signingKey: Uint8Array): Signer {
  return {
    signingKey,
    signLabelled(label, message) {
      const seed = epochSigningSeed(epochSeed(admin.keyring, number).bytes());
      const signature = signLabelled(label, seed.bytes(), message);
      seed.wipe();
      return signature;
    },
  };
}

/**
 * The keys of the escrow member in force of a user's log, as far as an admin's keyring holds them: for what it signs, and for
 * what was granted to it. The secrets stay in the admin's keyring.
 */
export function escrowKeys(admin: MemberState, { pointer, signingKey }: Member): KeyHolder {
  /** The escrow epochs by their KEM keys: those that the admin holds, and those with which it can only open. */
  const epochs = new Map(
    [...admin.log.epochs]
      .filter(({ number }) => canOpen(admin.keyring, number))
      .map(({ number, kemKey }) => [toHex(kemKey), number]),
  );
  return {
    ...epochSigner(admin, present(pointer).epoch, signingKey),
    // Older escrow epochs open older grants, because a renewal does not grant older epochs again (ESC-6).
    kemFor(publicKey) {
      const epoch = epochs.get(toHex(publicKey));
      return epoch === undefined ? undefined : epochPrivateKey(admin.keyring, epoch);
    },
    // The admin's keyring wipes its secrets.
    wipe() {},
  };
}

/** A pair that an admin can prove, because it holds the escrow epoch (ESC-11). */
export interface ProvablePair extends PairGrants {
  readonly signer: Signer;
}

/**
 * The pairs of a user's log that belong to escrow epochs which the admin holds, in wire order. A pair of one true key and one key
 * of a thief is not among them: nobody can sign for it, or nobody can open the grants to it.
 */
export function provablePairs(admin: MemberState, userLog: LogState): readonly ProvablePair[] {
  const held = new Set(admin.keyring.epochs);
  return [...admin.log.epochs]
    .flatMap((epoch) => {
      const pair = held.has(epoch.number) && grantedTo(userLog, pairOf(epoch));
      return pair ? [{ ...pair, signer: epochSigner(admin, epoch.number, pair.signingKey) }] : [];
    })
    .sort((a, b) => compareBytes(a.signingKey, b.signingKey) || compareBytes(a.kemDigest, b.kemDigest));
}

/** Every escrow member that a user's log ever had. The last one is in force, or was removed last. */
export function escrowsOf(userLog: LogState): readonly Member[] {
  return [...userLog.removed, ...userLog.active.values()].filter(({ kind }) => kind === "escrow");
}

/**
 * Everything that escrow can open of a user's log: all grants to this escrow member and to earlier ones, for escrow epochs that
 * the admin's keyring holds. Internal: an admin reaches it only through recovery or discovery, and must record both first.
 *
 * @throws `INVALID_ARGUMENT` when the log never enrolled escrow
 */
export function openAsEscrow(admin: MemberState, userLog: LogState, entries: Iterable<Uint8Array>): OpenedKeyring {
  const state = checkMemberState(admin);
  assertLog(userLog, "userLog");
  const escrows = escrowsOf(userLog);
  const newest = escrows.at(-1);
  if (!newest) throw new KeysteadError("INVALID_ARGUMENT", `${userLog.subject} never enrolled escrow`);
  const keys = escrowKeys(state, newest);
  const empty = newKeyring(userLog.head.log, newest.id, keys);
  // One pass opens the grants to all of them, because a thief can enroll and remove escrow as often as it likes.
  return openAll(userLog, entryList(entries), empty, new Set(escrows.map(({ id }) => id)));
}
