// Who could act for escrow, at any head of the escrow log: read off its links once. docs/spec.md section 11 (ESC-8).

import type { MemberId } from "../bytes/ids.js";
import { toHex } from "../bytes/text.js";
import { decodeLink } from "../log/entry.js";
import type { EscrowActor, Role } from "../log/fields.js";
import { allMembers, hasRole, type LogState, type MemberKind } from "../log/state.js";

/** Whether to believe an admin, and why. */
export interface AdminVerdict {
  /** The admin's member id in the escrow log; undefined when no member had that key at the named head. */
  readonly admin: MemberId | undefined;
  /** `verified`: active with the role at the named head, and not removed in the newest. */
  readonly verdict: "verified" | "unverified";
  readonly because: string;
  /** The act names a head later than the escrow log at hand has, and an admin of this log wrote it: a newer log will tell. */
  readonly needsNewerLog: boolean;
}

/** A signing key, the member whose it was, and for which positions. */
interface Term {
  readonly member: MemberId;
  readonly from: number;
  before: number;
}

/**
 * The admins of a verified escrow log. Judging an act looks a few things up: a thief can write any number of acts that name any
 * heads, and replaying the escrow log for each would keep everybody busy for hours.
 */
class Admins {
  readonly #log: LogState;
  readonly #kinds: ReadonlyMap<MemberId, MemberKind>;
  readonly #terms = new Map<string, Term>();
  readonly #roles = new Map<MemberId, { readonly roles: readonly Role[]; readonly seq: number }>();

  constructor(escrowLog: LogState) {
    this.#log = escrowLog;
    this.#kinds = new Map(allMembers(escrowLog).map(({ id, kind }) => [id, kind]));
    const current = new Map<MemberId, Term>();
    for (const { seq, bytes, entered, rekeyed, roles, removed } of escrowLog.links) {
      // An escrow log is always in lockdown: roles are given when a member is confirmed, and it then stays so (MEM-5, MEM-8).
      for (const [id, given] of roles) this.#roles.set(id, { roles: given, seq });
      const renewed = entered ?? rekeyed;
      for (const id of renewed ? [...removed, renewed] : removed) {
        const term = current.get(id);
        if (term) term.before = seq;
      }
      if (renewed === undefined) continue;
      const term = { member: renewed, from: seq, before: Number.POSITIVE_INFINITY };
      current.set(renewed, term);
      // LOG-6: a new key proves possession, and signs last.
      this.#terms.set(toHex(decodeLink(bytes).signatures.at(-1)?.key as Uint8Array), term);
    }
  }

  /** ESC-8. */
  judge({ admin: key, seq, hash }: EscrowActor): AdminVerdict {
    const doubt = (because: string, admin?: MemberId, needsNewerLog = false): AdminVerdict => {
      return { admin, verdict: "unverified", because, needsNewerLog };
    };
    const end = this.#log.head.seq;
    if (seq > end) {
      const isAdmin = this.judge({ admin: key, seq: end, hash: this.#log.head.hash }).verdict === "verified";
      return doubt("the escrow head that it names is later than the escrow log at hand", undefined, isAdmin);
    }
    if (this.#log.links.at(seq - 1)?.hash !== hash)
      return doubt("the escrow head that it names is not in the escrow log");
    const term = this.#terms.get(toHex(key));
    if (!term || seq < term.from || seq >= term.before) return doubt("no admin had this key at the named head");
    const id = term.member;
    const given = this.#roles.get(id);
    if (!given || given.seq > seq || !hasRole(given, "recover"))
      return doubt("the admin did not have the role recover", id);
    // Paper brings a device in; it is not who compared a user's fingerprint.
    if (this.#kinds.get(id) !== "device") return doubt("a backup key acted, not an admin's device", id);
    if (!this.#log.active.has(id)) return doubt("the admin has been removed since", id);
    const because = "the admin had the role, and is still active";
    return { admin: id, verdict: "verified", because, needsNewerLog: false };
  }
}

const known = /* @__PURE__ */ new WeakMap<LogState, Admins>();

/** The admins of a log, read off it once: a client asks before every link. */
export function adminsOf(escrowLog: LogState): Admins {
  const admins = known.get(escrowLog) ?? new Admins(escrowLog);
  known.set(escrowLog, admins);
  return admins;
}
