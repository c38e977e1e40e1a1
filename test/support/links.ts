// Logs of raw links for tests of rules: bodies by hand, keys by name, and the grants that each link owes, which the link commits
// to and which are never delivered. Nothing is sealed, so a link costs only its signatures. docs/spec.md section 6.

import { expect } from "vitest";
import { type Bytes, equalBytes } from "../../src/bytes/bytes.js";
import { decodeCbor } from "../../src/bytes/cbor.js";
import type { MemberId } from "../../src/bytes/ids.js";
import type { Runs } from "../../src/bytes/runs.js";
import { compareBytes } from "../../src/bytes/text.js";
import { type MemberKeys, memberIdOf } from "../../src/keys/member-keys.js";
import { ORIGIN } from "../../src/log/advance.js";
import { foundersOf } from "../../src/log/approvals.js";
import { UNCHECKED } from "../../src/log/clock.js";
import type { LinkType } from "../../src/log/contract.js";
import { applyEffect, type DueGrant, spanOf } from "../../src/log/effects.js";
import { decodeEntry } from "../../src/log/entry.js";
import type { AnyBody, Role } from "../../src/log/fields.js";
import { grantedTo, kemDigest } from "../../src/log/pairs.js";
import { linkType } from "../../src/log/registry.js";
import {
  escrowMember,
  type GrantRecord,
  type LinkRecord,
  type LogFacts,
  type LogState,
  type Member,
  verifiedState,
} from "../../src/log/state.js";
import { verifyLink } from "../../src/log/verify-link.js";
import { idBytes, type RawBody, type RawSigner, type RawValue, rawBytes, rawNext } from "./raw-link.js";
import { ALICE, keysNamed, OPERATOR } from "./world.js";

/** Digests that a link may commit to although their attachments are never delivered. */
export const DIGEST = new Uint8Array(32);

/** The fields of a body, except its position, its author, its epoch and its grants. */
export type LinkFields = { readonly [field: string]: RawValue | undefined };

const keysByName = new Map<string, MemberKeys>();

/** The keys of a name, made once. */
export function namedKeys(name: string): MemberKeys {
  const keys = keysByName.get(name) ?? keysNamed(name);
  keysByName.set(name, keys);
  return keys;
}

/** The id of the member whose first keys are a name's. */
export function namedId(name: string): MemberId {
  return memberIdOf(namedKeys(name).publicKeys);
}

/** The public keys of a name, in the form of a body. */
export function publicKeysOf(name: string): LinkFields {
  const { sign, kem } = namedKeys(name).publicKeys;
  return { sign, kem };
}

/** A list of members in the form of a body: sorted. */
export function idList(...ids: readonly string[]): RawValue {
  return [...ids].sort().map(idBytes);
}

/** A pointer into the organisation's escrow log under the keys of these names. */
export function pointerTo(sign: string, kem = sign): LinkFields {
  const keys = { sign: namedKeys(sign).signingKey, kem: namedKeys(kem).publicKeys.kem };
  return { log: new Uint8Array(32).fill(1), seq: 1, hash: DIGEST, epoch: 1, ...keys };
}

/** A pair in the form of a body: the keys of the pointer with these names. */
export function pairOf(sign: string, kem = sign): readonly [sign: Bytes, kem: Bytes] {
  return [namedKeys(sign).signingKey, kemDigest(namedKeys(kem).publicKeys.kem)];
}

/** A pair by the names of its keys. By default the KEM key has the signing key's name. */
export type NamedPair = readonly [sign: string, kem?: string];

/** Pairs in the order of a link. */
export function pairsInOrder(...pairs: readonly NamedPair[]): readonly NamedPair[] {
  return [...pairs].sort(([a, kemA], [b, kemB]) => {
    const [[signA, digestA], [signB, digestB]] = [pairOf(a, kemA), pairOf(b, kemB)];
    return compareBytes(signA, signB) || compareBytes(digestA, digestB);
  });
}

/** Names of keys, in the order of their signing keys, so that a test knows which of two pairs comes first. */
export function keysInOrder<const Names extends readonly string[]>(...names: Names): { [I in keyof Names]: string } {
  const sorted = pairsInOrder(...names.map((name): NamedPair => [name])).map(([name]) => name);
  return sorted as readonly string[] as { [I in keyof Names]: string };
}

/** The state's record of the pair of these keys. */
export function grantedOf({ log }: Pick<Links, "log">, sign: string, kem = sign): Runs | undefined {
  const [key, digest] = pairOf(sign, kem);
  return grantedTo(log, { signingKey: key, kemDigest: digest })?.runs;
}

/** A member that enters with the keys of its name. */
function entering(name: string, kind: "device" | "backup"): LinkFields {
  return { kind, ...publicKeysOf(name), name: DIGEST };
}

/** An immutable log of raw links. */
export class Links {
  readonly log: LogState;

  private constructor(log: LogState) {
    this.log = log;
  }

  /** A user's log, whose first device is `Laptop`; the operator may expel. */
  static ofUser(first = "Laptop"): Links {
    return Links.#open({ kind: "user", subject: ALICE }, first);
  }

  /** An escrow log, whose first admin is `Ann`. */
  static ofEscrow(first = "Ann"): Links {
    const policy = { enabled: false, allowUserBackupKeys: true, escrowContacts: [], userContacts: [] };
    return Links.#open({ kind: "escrow", subject: "escrow@example.org", policy }, first);
  }

  static #open(fields: LinkFields, first: string): Links {
    const header = { log: undefined, prev: undefined, time: 1_700_000_000_000, type: "genesis" };
    const body = { ...header, ...fields, suite: 1, operator: OPERATOR.signingKey, member: entering(first, "device") };
    const entry = rawNext(ORIGIN, { ...body, ...owedBy(ORIGIN, body) }, [namedKeys(first)]);
    return new Links(verifyLink(ORIGIN, decodeEntry(entry), UNCHECKED));
  }

  /** A state that the rules never lead to: this one with other facts, so that one rule can be judged alone. */
  with(facts: Partial<LogFacts>): Links {
    return new Links(verifiedState({ ...this.log, ...facts }));
  }

  /** The newest link's record. */
  get record(): LinkRecord {
    return this.log.links.last() as LinkRecord;
  }

  /** The member whose first keys are a name's, active or removed. */
  member(name: string): Member {
    return memberOf(this.log, namedId(name));
  }

  /** The escrow member in force. */
  get escrow(): Member {
    const escrow = escrowMember(this.log);
    if (!escrow) throw new Error("this log has no escrow member");
    return escrow;
  }

  /** Founders by name, including `Escrow`, from the state and from the whole history (MEM-1). */
  founders(...names: readonly string[]): readonly (number | undefined)[] {
    const history = foundersOf(this.log);
    for (const { id, founder } of this.log.active.values()) expect(history.get(id), id).toBe(founder);
    return names.map((name) => history.get(idOf(this.log, name)));
  }

  /** The next entry, with the epoch and the grants that it owes; `fields` may override them. */
  next(fields: LinkFields, signers: readonly RawSigner[]): Uint8Array {
    return dueNext(this.log, fields, signers);
  }

  /** The next entry by a member with the keys of a name, or by several that sign: the first is the author. */
  by(names: string | readonly string[], fields: LinkFields): Uint8Array {
    const signers = [names].flat().map(namedKeys);
    return this.next({ author: signers[0]?.signingKey, ...fields }, signers);
  }

  /** The log after an entry. */
  append(entry: Uint8Array): Links {
    return new Links(verifyLink(this.log, decodeEntry(entry), UNCHECKED));
  }

  /** The log after the next entry by a member. */
  plus(names: string | readonly string[], fields: LinkFields): Links {
    return this.append(this.by(names, fields));
  }

  /** A device joins. */
  join(name: string, fields: LinkFields = {}): Links {
    const body = { type: "join", member: entering(name, "device"), ...fields };
    return this.append(this.next(body, [namedKeys(name)]));
  }

  /** A holder enrolls a member with the keys of a name. */
  enroll(by: string, name: string, kind: "device" | "backup", fields: LinkFields = {}): Links {
    return this.plus([by, name], { type: "enroll", member: entering(name, kind), ...fields });
  }

  /** A holder enrolls escrow. */
  enrollEscrow(by: string, pointer: LinkFields): Links {
    return this.plus(by, { type: "enroll", escrow: pointer });
  }

  rotate(by: string, fields: LinkFields = {}): Links {
    return this.plus(by, { type: "rotate", ...fields });
  }

  /** A holder points escrow elsewhere, or at the same place again. */
  renew(by: string, pointer: LinkFields): Links {
    return this.plus(by, { type: "renew-escrow", escrow: pointer });
  }

  /** A renewal by escrow itself: by the keys of the pointer in force and the admin `Ann`. */
  renewByEscrow(inForce: string, pointer: LinkFields, fields: LinkFields = {}): Uint8Array {
    return this.by([inForce, "Ann"], { type: "renew-escrow", by: actor(), escrow: pointer, ...fields });
  }

  /** A holder approves and removes members, named by their first keys or by id. */
  review(by: string, { approve = [], remove = [], ...fields }: Review): Links {
    const ids = (list: readonly string[]) => idList(...list.map((each) => idOf(this.log, each)));
    return this.plus(by, { type: "review", approve: ids(approve), remove: ids(remove), ...fields });
  }

  /** A review by escrow, signed by the pointer's keys, the admin `Ann`, and the pairs' keys. */
  reviewByEscrow(
    pointer: string,
    { approve = [], remove = [], runs, pairs }: EscrowReview,
    fields: LinkFields = {},
  ): Uint8Array {
    const ids = (list: readonly string[]) => idList(...list.map((each) => idOf(this.log, each)));
    const by = actor({ salt: DIGEST, runs, pairs: pairs?.map(([sign, kem]) => pairOf(sign, kem)) });
    const body = { type: "review", by, approve: ids(approve), remove: ids(remove), ...fields };
    return this.by([pointer, "Ann", ...(pairs ?? []).map(([sign]) => sign)], body);
  }

  /** A new admin joins an escrow log, and Ann confirms it with these roles. */
  hire(name: string, ...roles: readonly Role[]): Links {
    const given = [[idBytes(namedId(name)), roles]];
    return this.join(name).review("Ann", { approve: [name], roles: given });
  }

  /** A holder gives a member runs again. */
  regrant(by: string, name: string, runs: Runs): Links {
    return this.plus(by, { type: "regrant", give: [[idBytes(idOf(this.log, name)), runs]] });
  }

  /** The operator expels members. */
  expel(...names: readonly string[]): Links {
    return this.append(this.next({ type: "expel", remove: idList(...names.map(namedId)) }, [OPERATOR]));
  }
}

interface Review {
  readonly approve?: readonly string[];
  readonly remove?: readonly string[];
  readonly [field: string]: RawValue | undefined;
}

interface EscrowReview {
  readonly approve?: readonly string[];
  readonly remove?: readonly string[];
  readonly runs?: Runs | undefined;
  /** Names of the keys of each pair. */
  readonly pairs?: readonly NamedPair[] | undefined;
}

/** The actor for escrow: the admin `Ann`, at the first link of the escrow log. */
export function actor(fields: LinkFields = {}): LinkFields {
  return { admin: namedKeys("Ann").signingKey, seq: 1, hash: DIGEST, ...fields };
}

function memberOf(log: LogFacts, id: MemberId): Member {
  const member = log.active.get(id) ?? [...log.removed].find((gone) => gone.id === id);
  if (!member) throw new Error(`${id} never entered this log`);
  return member;
}

/** The id of a member that is named by its first keys, or of the escrow member. */
function idOf(log: LogFacts, name: string): MemberId {
  return name === "Escrow" ? (escrowMember(log) as Member).id : namedId(name);
}

/** The next entry of any log, with the epoch and the grants that it owes; `fields` may override them. */
export function dueNext(log: LogFacts, fields: LinkFields, signers: readonly RawSigner[]): Uint8Array {
  return rawNext(log, { ...owedBy(log, fields), ...fields }, signers);
}

/** The epoch and the grants that a link owes by its effect; none if it names an unknown member, or is malformed. */
function owedBy(log: LogFacts, fields: LinkFields): LinkFields {
  const seq = log.head.seq + 1;
  const type = linkType(fields["type"]) as LinkType;
  try {
    const body = read(log, type, fields);
    const author = authorOf(log, fields);
    const { epoch, due } = applyEffect(log, author, type.effect(body, { before: log, author }), body);
    const keys = namedKeys(`epoch of link ${seq}`).publicKeys;
    const signs = fields["kind"] === "escrow" || log.kind === "escrow";
    return {
      ...(epoch !== undefined && { epoch: { kem: keys.kem, ...(signs && { sign: keys.sign }) } }),
      ...(due.length > 0 && { grants: due.map(rawGrant) }),
    };
  } catch {
    return {};
  }
}

/** The member that a body names as author; escrow where it has `by`. */
function authorOf({ active }: LogFacts, { author, by }: LinkFields): Member | undefined {
  return [...active.values()].find(
    ({ kind, signingKey: sign }) =>
      author instanceof Uint8Array && equalBytes(sign, author) && (kind === "escrow") === (by !== undefined),
  );
}

/** A body in the form that its type reads, with any epoch and grants that it must have. */
function read({ head, time }: LogFacts, type: LinkType, fields: LinkFields): AnyBody {
  const position = head.seq > 0 && { log: idBytes(head.log), seq: head.seq + 1, prev: idBytes(head.hash), time };
  const start = { v: 1, seq: 1, ...position };
  const epoch = type.type === "genesis" ? { epoch: { kem: new Uint8Array(1216) } } : {};
  const grants = { grants: [{ from: 1, to: 1, count: 1, keyring: DIGEST, boxes: [[new Uint8Array(16), DIGEST]] }] };
  const bytes = rawBytes({ ...start, ...epoch, ...(GRANTING.has(type.type) && grants), ...fields });
  return type.schema.read(decodeCbor(bytes, { name: "body", maxBytes: bytes.length }) as RawBody, "body");
}

/** The types that always have grants. */
const GRANTING: ReadonlySet<string> = new Set(["genesis", "enroll", "rotate", "regrant", "reclaim", "renew-escrow"]);

/** The epochs of a grant, from its link's record. */
export function epochsOf({ epochs }: GrantRecord): Runs {
  return epochs;
}

/** A grant that commits to attachments that nobody has. */
function rawGrant({ epochs, recipients }: DueGrant): RawValue {
  const { from, to, count } = spanOf(epochs);
  // A run that ends before it starts counts as one epoch, so that it is not refused for its encoding.
  return {
    from,
    to,
    count: Math.max(1, count),
    keyring: DIGEST,
    boxes: recipients.map(({ id }) => [idBytes(id), DIGEST]),
  };
}
