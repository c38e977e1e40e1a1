// The content of a verified log: members, epochs, head. Immutable; only verification makes one. docs/spec.md section 2.

import { finishInstance, LOG_STATE, wrongInstance } from "../arguments/instances.js";
import { LIBRARY, type Library, requireLibrary } from "../arguments/library-only.js";
import type { AppendList, AppendMap, AppendSet } from "../bytes/append-list.js";
import { type Bytes, equalBytes } from "../bytes/bytes.js";
import { FrozenMap, freeze } from "../bytes/frozen.js";
import type { Head, LinkHash, MemberId } from "../bytes/ids.js";
import type { PersistentMap } from "../bytes/persistent-map.js";
import { present } from "../bytes/present.js";
import { hasEpoch, type Runs } from "../bytes/runs.js";
import { parseMemberId } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import type { EscrowActor, Pointer, Policy, Role, SealedRecord } from "./fields.js";

export type { Head } from "../bytes/ids.js";

/** A device, a backup key on paper, or in a user's log the organisation's escrow. */
export type MemberKind = "device" | "backup" | "escrow";

/** Where a member stands in a graph of approvals. */
export interface Lineage {
  /** Position of the oldest among itself and, recursively, its approvers. */
  readonly founder: number;
  /** The active members among its approvers, their approvers, and so on. Kept for active members only. */
  readonly approvers: AppendSet<MemberId>;
}

/** An approval: who, in which link. */
export interface Approval {
  readonly by: MemberId;
  readonly seq: number;
}

/** How a member was removed. */
export interface Removal {
  readonly seq: number;
  /** When, by the link's time: for people only (LOG-7). */
  readonly time: number;
  /** The member that removed it (itself when it left), or the service's operator. */
  readonly by: MemberId | "operator";
}

/** A member of a log, active or removed. */
export interface Member {
  readonly id: MemberId;
  readonly kind: MemberKind;
  /** Current Ed25519 public key, 32 bytes. */
  readonly signingKey: Bytes;
  /** Current X-Wing public key, 1,216 bytes. */
  readonly kemKey: Bytes;
  /** Commitment to the current name, 32 bytes. */
  readonly nameCommitment: Bytes;
  /** The name and the other details that the device gives of itself; undefined when the opening was not delivered. */
  readonly name: string | undefined;
  readonly platform: string | undefined;
  readonly details: string | undefined;
  /** Position of the link in which it entered. */
  readonly position: number;
  /** When it entered, by the link's time. */
  readonly added: number;
  /** Every approval, enrolment included, oldest first. */
  readonly approvals: readonly Approval[];
  /**
   * Position of the oldest among itself and, recursively, its approvers: names its approval class. Escrow's approvals count
   * for it only while no active device or backup key is founding without them (MEM-1).
   */
  readonly founder: number;
  /** Its place among approvals by devices and backup keys only, and with escrow's. */
  readonly lineage: { readonly own: Lineage; readonly all: Lineage };
  /** MEM-8, in an escrow log: what it may do. Empty until it is first confirmed, and in a user's log. */
  readonly roles: readonly Role[];
  /** The escrow epoch that an escrow member stands for; undefined for others (ESC-3). */
  readonly pointer: Pointer | undefined;
  /** Epochs that were withheld from escrow and that nobody has granted it since (MEM-6). */
  readonly withheld: Runs;
  /** Every epoch ever granted to it. Judge secrecy by this. */
  readonly reach: Runs;
  /** Reach minus what it declared missing. Judge recovery by this. */
  readonly held: Runs;
  /** When it was removed; undefined while active. */
  readonly removed: Removal | undefined;
}

/** One generation of the log's shared key. */
export interface Epoch {
  /** From 1. */
  readonly number: number;
  /** X-Wing public key that data is sealed to, 1,216 bytes. */
  readonly kemKey: Bytes;
  /** Ed25519 public key that escrow signs with, 32 bytes; in an escrow log only. */
  readonly signingKey: Bytes | undefined;
  /** Position of the link that made it. */
  readonly seq: number;
  /** When it was made, by the link's time: shown as the data-access date. */
  readonly time: number;
}

/** A grant as its link committed to it, with the KEM keys that the boxes were due to. */
export interface GrantRecord {
  /** The epochs it grants, which follow from the link's effects (GRT-1). Equal sets share one object. */
  readonly epochs: Runs;
  /** Digest of the keyring ciphertext, 32 bytes. */
  readonly keyring: Bytes;
  readonly boxes: readonly GrantBox[];
}

/** One recipient of a grant. */
export interface GrantBox {
  readonly member: MemberId;
  /** The recipient's KEM key at that link. */
  readonly kemKey: Bytes;
  /** Digest of the box, 32 bytes. */
  readonly digest: Bytes;
}

/** What one verified link did. */
export interface LinkRecord {
  readonly seq: number;
  readonly hash: LinkHash;
  readonly prev: LinkHash | undefined;
  readonly type: string;
  readonly time: number;
  /** The link as received: evidence, and what is replayed. */
  readonly bytes: Bytes;
  readonly author: MemberId | "operator";
  readonly entered: MemberId | undefined;
  readonly approved: readonly MemberId[];
  readonly removed: readonly MemberId[];
  readonly renamed: MemberId | undefined;
  readonly rekeyed: MemberId | undefined;
  /** Whether it switched lockdown on or off. */
  readonly lockdown: boolean | undefined;
  /** The escrow member that it enrolled or renewed, and the pointer that it then stands for. */
  readonly pointed: MemberId | undefined;
  readonly pointer: Pointer | undefined;
  /** What an escrow log's link says: the policy set, the roles given, the access recorded. */
  readonly policy: Policy | undefined;
  readonly roles: ReadonlyMap<MemberId, readonly Role[]>;
  readonly access: SealedRecord | undefined;
  readonly act: SealedRecord | undefined;
  /** Positions of the acts that it disowned (ESC-8). */
  readonly disowned: readonly number[];
  /** The removed member whose epochs the author took over (MEM-10). */
  readonly reclaimedFrom: MemberId | undefined;
  /** The admin that acted for escrow, and the place in the escrow log that it named. */
  readonly actor: EscrowActor | undefined;
  /** Whether the author withheld its new epoch from escrow (MEM-6). */
  readonly withheldFromEscrow: boolean;
  /** What the author declared it could not open. */
  readonly missing: Runs;
  /** Number of the epoch it made. */
  readonly epoch: number | undefined;
  readonly grants: readonly GrantRecord[];
  /** Digests of every attachment it commits to, in order. */
  readonly attachments: readonly Bytes[];
}

/** Whose devices a log lists: those of a user, or of an organisation's escrow admins. */
export type LogKind = "user" | "escrow";

/** The keys of a pointer, as a review by escrow names them. */
export interface Pair {
  /** The signing key, 32 bytes. */
  readonly signingKey: Bytes;
  /** Digest of the KEM key, 32 bytes. */
  readonly kemDigest: Bytes;
}

/** A pair, and the epochs that were granted to it. */
export interface PairGrants extends Pair {
  /** Granted to any escrow member of the log by links after which the pointer in force had this pair. */
  readonly runs: Runs;
}

/** The facts a {@link LogState} is made of. */
export interface LogFacts {
  readonly kind: LogKind;
  /** Whose log this is (LOG-8). */
  readonly subject: string;
  readonly operator: Bytes | undefined;
  /** What the organisation decided; in an escrow log only. */
  readonly policy: Policy | undefined;
  readonly head: Head;
  /** Time of the newest link. */
  readonly time: number;
  readonly lockdown: boolean;
  /** A member that knows the current epoch was removed, and no new epoch has been made since (MEM-7). */
  readonly rotationDue: boolean;
  readonly epochs: AppendList<Epoch>;
  /** Active members by id, in order of entering. */
  readonly active: ReadonlyMap<MemberId, Member>;
  /** Removed members, in order of removal. */
  readonly removed: AppendMap<Member>;
  readonly links: AppendList<LinkRecord>;
  /** Every key that was ever introduced, and every member id (LOG-5, MEM-4). */
  readonly seen: AppendSet;
  /** For each pair of keys that a pointer ever had, what was granted to it (ESC-11). */
  readonly granted: PersistentMap<PairGrants>;
  /** Positions of the acts that were disowned (ESC-8); in an escrow log only. */
  readonly disowned: AppendSet;
}

/**
 * The state of a verified key log. Made only by `createLog`, `verifyLog` and `appendEntry`; every view, report and check
 * is a pure function of it. It holds no secret. Nobody can change it or what it leads to, except for its byte arrays, which
 * JavaScript cannot freeze: copy those before you write to them.
 */
export class LogState implements LogFacts {
  declare readonly kind: LogKind;
  declare readonly subject: string;
  declare readonly operator: Bytes | undefined;
  declare readonly policy: Policy | undefined;
  declare readonly head: Head;
  declare readonly time: number;
  declare readonly lockdown: boolean;
  declare readonly rotationDue: boolean;
  declare readonly epochs: AppendList<Epoch>;
  declare readonly active: ReadonlyMap<MemberId, Member>;
  declare readonly removed: AppendMap<Member>;
  declare readonly links: AppendList<LinkRecord>;
  declare readonly seen: AppendSet;
  declare readonly granted: PersistentMap<PairGrants>;
  declare readonly disowned: AppendSet;
  // A private field cannot be copied by spreading or forged by a cast: only this constructor makes one.
  readonly #verified = true;

  /** @internal Called by {@link verifiedState} only. */
  constructor(library: Library, facts: LogFacts) {
    requireLibrary(library, LOG_STATE);
    Object.assign(this, freeze({ ...facts, active: new FrozenMap(facts.active) }));
    finishInstance(this, LOG_STATE);
  }

  /** @internal Whether the value is a verified state. */
  static is(value: unknown): value is LogState {
    return typeof value === "object" && value !== null && #verified in value;
  }
}

/** The state with these facts. Only verification calls this. */
export function verifiedState(facts: LogFacts): LogState {
  return new LogState(LIBRARY, facts);
}

/** @throws `INVALID_ARGUMENT` unless the value is a verified state. @param argument what it was given as */
export function assertLog(value: unknown, argument = "log"): asserts value is LogState {
  if (!LogState.is(value)) throw wrongInstance(argument, LOG_STATE, value);
}

/** Number of the current epoch: data is sealed to it. */
export function currentEpoch(log: LogFacts): number {
  return log.epochs.length;
}

/** The epoch of this number, which the log is known to have. */
export function epochAt(log: Pick<LogFacts, "epochs">, number: number): Epoch {
  return present(log.epochs.at(number - 1), `epoch ${number}`);
}

/** The record of the link at this position, which the log is known to have. */
export function linkAt(log: Pick<LogFacts, "links">, seq: number): LinkRecord {
  return present(log.links.at(seq - 1), `link ${seq}`);
}

/** The member with this id, which is known to be active. */
export function memberOf({ active }: Pick<LogFacts, "active">, id: MemberId): Member {
  return present(active.get(id), `active member ${id}`);
}

/** The author of a link that no operator writes. */
export function memberNamed(author: MemberId | "operator"): MemberId {
  return present(author === "operator" ? undefined : author, "the member that is the author");
}

/** The active member with this id. @throws `INVALID_ARGUMENT`, `UNKNOWN_MEMBER` */
export function activeMember(log: LogFacts, id: unknown): Member {
  const member = log.active.get(parseMemberId(id));
  if (member) return member;
  const gone = findMember(log, parseMemberId(id));
  throw new KeysteadError(
    "UNKNOWN_MEMBER",
    gone?.removed
      ? `member ${gone.id} was removed by link ${gone.removed.seq}; it takes part in nothing any more`
      : `no member ${String(id)} in this log; check that the log is the newest you can get`,
    { rule: gone ? "MEM-4" : "MEM-2", details: { member: String(id), log: log.head.log, seq: log.head.seq } },
  );
}

/** The member with this id, active or removed. */
export function findMember(log: LogFacts, id: MemberId): Member | undefined {
  return log.active.get(id) ?? log.removed.get(id);
}

/** Every member that ever was, in order of entering. */
export function allMembers(log: LogFacts): readonly Member[] {
  return [...log.active.values(), ...log.removed].sort((a, b) => a.position - b.position);
}

/** The active device or backup key whose current signing key this is. Escrow signs only where a link says so (LOG-5). */
export function memberBySigningKey(log: LogFacts, key: Uint8Array): Member | undefined {
  for (const member of log.active.values())
    if (member.kind !== "escrow" && equalBytes(member.signingKey, key)) return member;
  return undefined;
}

/** The escrow member of a user's log (MEM-3: at most one). */
export function escrowMember(log: Pick<LogFacts, "active">): Member | undefined {
  for (const member of log.active.values()) if (member.kind === "escrow") return member;
  return undefined;
}

/** Whether the member is a holder: it holds the current epoch. */
export function isHolder(log: LogFacts, member: Member): boolean {
  return hasEpoch(member.held, currentEpoch(log));
}

/**
 * Position of the founder of the oldest class that still has an active device or backup key: the confirmed class.
 * Position 1 is the founding class.
 */
export function confirmedFounder(log: Pick<LogFacts, "active">): number {
  let oldest = Number.POSITIVE_INFINITY;
  // Escrow keeps no class alive.
  for (const { kind, founder } of log.active.values()) if (kind !== "escrow") oldest = Math.min(oldest, founder);
  return oldest;
}

/** Whether an active member belongs to the confirmed class. */
export function isConfirmed(log: Pick<LogFacts, "active">, member: Member): boolean {
  return member.founder === confirmedFounder(log);
}

/** Position of the first device: the founder of the founding class. */
export const FOUNDING = 1;

/** Whether a device or backup key is of the founding class without escrow's approvals. */
export function isFounding(member: Member): boolean {
  return member.kind !== "escrow" && member.lineage.own.founder === FOUNDING;
}

/** Whether escrow's approvals count for classes: only while nobody active is founding without them (MEM-1). */
export function escrowCounts(log: Pick<LogFacts, "active">): boolean {
  return ![...log.active.values()].some(isFounding);
}

/** MEM-8: whether a member of an escrow log has a role; `manage` implies the others. */
export function hasRole({ roles }: Pick<Member, "roles">, role: Role): boolean {
  return roles.includes(role) || roles.includes("manage");
}
