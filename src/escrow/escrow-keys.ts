// Acting as escrow: an admin's keyring of the escrow log opens the grants of users' logs to the escrow member.
// docs/spec.md section 11.

import { entryList } from "../arguments/entries.js";
import { type OpenedKeyring, openAll } from "../authoring/receive.js";
import type { Signer } from "../authoring/write-link.js";
import { present } from "../bytes/present.js";
import { toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { epochSigningSeed } from "../keys/epoch-keys.js";
import { canOpen, epochPrivateKey, epochSeed, newKeyring } from "../keys/keyring.js";
import type { KeyHolder } from "../keys/member-keys.js";
import { kemDigest, pairKey } from "../log/pairs.js";
import { assertLog, type Epoch, type LogState, type Member, type PairGrants } from "../log/state.js";
import type { KemPrivateKey } from "../primitives/kem.js";
import type { Label } from "../primitives/labels.js";
import { signLabelled } from "../primitives/sign.js";

/** The epochs of the escrow log whose seeds an admin holds. */
function heldEpochs({ log, keyring }: MemberState): readonly Epoch[] {
  const held = new Set(keyring.epochs);
  return [...log.epochs].filter(({ number }) => held.has(number));
}

/** A signer for an escrow epoch. The secrets stay in the admin's keyring. */
function epochSigner(admin: MemberState, { number, signingKey: sign }: Pick<Epoch, "number" | "signingKey">): Signer {
  return {
    sign: present(sign),
    signLabelled(label, message) {
      const seed = epochSigningSeed(epochSeed(admin.keyring, number).bytes());
      const signature = signLabelled(label, seed.bytes(), message);
      seed.wipe();
      return signature;
    },
  };
}

/** The keys of the escrow member of one user's log, as far as an admin's keyring holds them. */
class EscrowKeys implements KeyHolder {
  readonly #admin: MemberState;
  readonly #signer: Signer;
  /** The escrow epochs by their KEM keys: those that the admin holds, and those with which it can only open. */
  readonly #epochs: ReadonlyMap<string, number>;
  readonly sign: Uint8Array;

  constructor(admin: MemberState, { pointer, signingKey: sign }: Member) {
    this.#admin = admin;
    this.#signer = epochSigner(admin, { number: present(pointer).epoch, signingKey: sign });
    this.sign = sign;
    const known = [...admin.log.epochs].filter(({ number }) => canOpen(admin.keyring, number));
    this.#epochs = new Map(known.map(({ number, kemKey: kem }) => [toHex(kem), number]));
  }

  signLabelled(label: Label, message: Uint8Array): Uint8Array {
    return this.#signer.signLabelled(label, message);
  }

  /** Older escrow epochs open older grants, because a renewal does not grant older epochs again (ESC-6). */
  kemFor(publicKey: Uint8Array): KemPrivateKey | undefined {
    const epoch = this.#epochs.get(toHex(publicKey));
    return epoch === undefined ? undefined : epochPrivateKey(this.#admin.keyring, epoch);
  }

  // The secrets belong to the admin's keyring, which wipes them.
  wipe(): void {}
}

/** The keys of the escrow member in force, for what it signs. */
export function escrowKeys(admin: MemberState, escrow: Member): KeyHolder {
  return new EscrowKeys(admin, escrow);
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
  const found: ProvablePair[] = [];
  for (const epoch of heldEpochs(admin)) {
    const pair = userLog.granted.get(pairKey({ sign: present(epoch.signingKey), kem: kemDigest(epoch.kemKey) }));
    if (pair) found.push({ ...pair, signer: epochSigner(admin, epoch) });
  }
  const order = new Map(found.map((pair) => [pair, toHex(pair.sign) + toHex(pair.kem)]));
  return found.sort((a, b) => (present(order.get(a)) < present(order.get(b)) ? -1 : 1));
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
export function openAsEscrow(
  admin: MemberState,
  userLog: LogState,
  entries: Iterable<Uint8Array>,
): Pick<OpenedKeyring, "keyring" | "withheld"> {
  const state = checkMemberState(admin);
  assertLog(userLog, "userLog");
  const escrows = escrowsOf(userLog);
  const newest = escrows.at(-1);
  if (!newest) throw new KeysteadError("INVALID_ARGUMENT", `${userLog.subject} never enrolled escrow`);
  const keys = new EscrowKeys(state, newest);
  const empty = newKeyring(userLog.head.log, newest.id, keys);
  // One pass opens the grants to all of them, because a thief can enroll and remove escrow as often as it likes.
  return openAll(userLog, entryList(entries), empty, new Set(escrows.map(({ id }) => id)));
}
