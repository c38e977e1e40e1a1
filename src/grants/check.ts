// Checks grants to other members. Grants are deterministic, so a holder of the epochs recomputes every byte and compares digests;
// it needs only the log. docs/spec.md section 7 (GRT-3).

import { equalBytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { epochsIn, type Runs } from "../bytes/runs.js";
import { KeysteadError } from "../errors.js";
import type { Keyring } from "../keys/keyring.js";
import type { RightSeed } from "../keys/seed-vault.js";
import { attachmentDigest } from "../log/entry.js";
import type { GrantRecord, LinkRecord, LogState } from "../log/state.js";
import { makeGrant } from "./make.js";
import { checkMemberState, type MemberState } from "./member-state.js";
import { rightSeed } from "./seed-check.js";

/** A wrong grant to one member: not the one that its author owed. */
export interface WrongGrant {
  /** Position of the link. */
  readonly seq: number;
  readonly author: MemberId | "operator";
  readonly recipient: MemberId;
  /** The set of epochs that was due. */
  readonly epochs: Runs;
  /** `keyring`: the shared ciphertext is wrong, for every recipient. `box`: only this recipient's box is. */
  readonly wrong: "keyring" | "box";
}

/** Result of {@link checkGrants}. */
export interface CheckedGrants {
  readonly wrong: readonly WrongGrant[];
  /** Grants that could not be judged, because this member does not have every epoch of the set. */
  readonly unknown: readonly Omit<WrongGrant, "wrong">[];
}

/**
 * Recomputes the grants of links and names every wrong one. Costs a KEM encapsulation for each box.
 *
 * @param links positions of the links to check; usually the one link that was just received.
 * @throws `INVALID_ARGUMENT` for a position that the log does not have
 */
export function checkGrants(state: MemberState, links: Iterable<number>): CheckedGrants {
  const { log, keyring } = checkMemberState(state);
  if (typeof links?.[Symbol.iterator] !== "function") {
    throw new KeysteadError("INVALID_ARGUMENT", "links must be a list of positions, such as [log.head.seq]");
  }
  const wrong: WrongGrant[] = [];
  const unknown: CheckedGrants["unknown"][number][] = [];
  for (const seq of links) {
    const record = Number.isSafeInteger(seq) ? log.links.at(seq - 1) : undefined;
    if (!record) {
      throw new KeysteadError(
        "INVALID_ARGUMENT",
        `links must be positions from 1 to ${log.head.seq}, where the log ends`,
      );
    }
    for (const grant of record.grants) {
      const { epochs } = grant;
      const about = (recipient: MemberId) => ({ seq, author: record.author, recipient, epochs });
      const faults = faultsOf(log, record, grant, keyring);
      if (faults === undefined) for (const { member } of grant.boxes) unknown.push(about(member));
      else for (const [member, fault] of faults) wrong.push({ ...about(member), wrong: fault });
    }
  }
  return { wrong, unknown };
}

/** Wrong boxes of a grant; undefined when this keyring cannot judge it. */
export function faultsOf(
  log: LogState,
  record: LinkRecord,
  grant: GrantRecord,
  keyring: Keyring,
): ReadonlyMap<MemberId, WrongGrant["wrong"]> | undefined {
  const { epochs, boxes } = grant;
  const seeds = new Map<number, RightSeed>();
  for (const epoch of epochsIn(epochs)) {
    // With a wrong seed of its own, this member would accuse honest authors (GRT-4).
    const seed = rightSeed(log, keyring, epoch);
    if (!seed) return undefined;
    seeds.set(epoch, seed);
  }
  const place = { log: record.seq === 1 ? undefined : log.head.log, prev: record.prev, seq: record.seq };
  const recipients = boxes.map(({ member, kemKey }) => ({ id: member, kemKey }));
  const right = makeGrant({ epochs, recipients }, place, (epoch) => present(seeds.get(epoch)));
  const keyringIsRight = equalBytes(attachmentDigest(right.keyring), grant.keyring);
  const faults = new Map<MemberId, WrongGrant["wrong"]>();
  for (const [index, { member, digest }] of boxes.entries()) {
    const boxIsRight = equalBytes(attachmentDigest(present(right.boxes[index])), digest);
    if (!keyringIsRight) faults.set(member, "keyring");
    else if (!boxIsRight) faults.set(member, "box");
  }
  return faults;
}
