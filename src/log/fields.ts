// The fields that link bodies are made of. docs/spec.md sections 4 and 6.

import { MAX_TIME } from "../arguments/time.js";
import type { Bytes } from "../bytes/bytes.js";
import type { LinkHash, LogId, MemberId } from "../bytes/ids.js";
import {
  array,
  bool,
  bytes,
  hexBytes,
  type Infer,
  literal,
  mapped,
  oneOf,
  optional,
  record,
  type Schema,
  text,
  tuple,
  uint,
} from "../bytes/schema.js";
import { KEM_PUBLIC_KEY_LENGTH } from "../primitives/kem.js";

/** Most active members of a log (ENC-3). */
export const MAX_ACTIVE_MEMBERS = 256;
/** Longest name in bytes of UTF-8 (ENC-3). */
export const MAX_NAME_BYTES = 128;
/** Longest subject in bytes of UTF-8: room for any mail address. */
export const MAX_SUBJECT_BYTES = 256;
/** A run takes at least two bytes, so this many never fit into a link; the link's own limit decides. */
const MAX_RUNS = 32768;

const memberId = hexBytes<MemberId>(16);
const publicSigningKey = bytes(32);
const publicKemKey = bytes(KEM_PUBLIC_KEY_LENGTH);
/** A digest: a commitment, or the digest that identifies an attachment. */
export const digest = bytes(32);

/** A list of member ids; MEM-2 asks for it to be sorted and without repeats. */
export const memberList = array(memberId, { max: 2 * MAX_ACTIVE_MEMBERS });

/** Runs of epochs: `[[from, to], …]`. */
export const runList = array(tuple(uint({ min: 1 }), uint({ min: 1 })), { max: MAX_RUNS });

/** A member that enters: its kind, its public keys, and a commitment to its name. */
export const newMember = record({
  kind: oneOf(["device", "backup"]),
  sign: publicSigningKey,
  kem: publicKemKey,
  name: digest,
});
export type NewMember = Infer<typeof newMember>;

/** What an admin may do: `discover`, `recover`, or `manage`, which implies the others (MEM-8). */
export type Role = "discover" | "manage" | "recover";
/** The roles in wire order. */
export const ROLES: readonly Role[] = ["discover", "manage", "recover"];
/** Roles as listed: sorted, none twice (MEM-8). */
export const roleList = array(oneOf(ROLES), { max: ROLES.length });

/** What an organisation decides for escrow (section 11; ESC-2, BAK-5). */
export interface Policy {
  readonly enabled: boolean;
  /** Whether users may make backup keys (BAK-5). */
  readonly allowUserBackupKeys: boolean;
  /** The people that a new escrow device should ask for approval: up to 16 lines. */
  readonly escrowContacts: readonly string[];
  /** The people that a user's new device may ask: up to 16 lines. */
  readonly userContacts: readonly string[];
}
/** A policy on the wire. */
export const policyFields: Schema<Policy> = record({
  enabled: bool(),
  allowUserBackupKeys: bool(),
  escrowContacts: array(text(MAX_NAME_BYTES, 1), { max: 16 }),
  userContacts: array(text(MAX_NAME_BYTES, 1), { max: 16 }),
});

/** Which escrow epoch an escrow member stands for, and that epoch's keys (ESC-3). */
export interface Pointer {
  /** The escrow log. */
  readonly log: LogId;
  /** A head of it. */
  readonly seq: number;
  readonly hash: LinkHash;
  /** The epoch that was the current one there. */
  readonly epoch: number;
  /** Its Ed25519 public key, 32 bytes. */
  readonly signingKey: Bytes;
  /** Its X-Wing public key, 1,216 bytes. */
  readonly kemKey: Bytes;
}
type WirePointer = Omit<Pointer, "signingKey" | "kemKey"> & { readonly sign: Bytes; readonly kem: Bytes };
/** A pointer on the wire. */
export const pointerFields = mapped<WirePointer, Pointer>(
  record({
    log: hexBytes<LogId>(32),
    seq: uint({ min: 1 }),
    hash: hexBytes<LinkHash>(32),
    epoch: uint({ min: 1 }),
    sign: publicSigningKey,
    kem: publicKemKey,
  }),
  ({ sign: signingKey, kem: kemKey, ...place }) => ({ ...place, signingKey, kemKey }),
  ({ signingKey: sign, kemKey: kem, ...place }) => ({ ...place, sign, kem }),
);

const escrowActorFields = { admin: publicSigningKey, seq: uint({ min: 1 }), hash: hexBytes<LinkHash>(32) };
/** The actor that renews for escrow: the admin's own device, and a head of the escrow log. */
export const renewingActor = record(escrowActorFields);
/** Most pairs that one review by escrow names beside the one in force (ESC-11). */
export const MAX_PAIRS = 64;
/**
 * Who reviews for escrow: the admin, the place of its `act` with the salt of the commitment (ESC-8), and what escrow gives
 * (ESC-11).
 */
export const reviewingActor = record({
  ...escrowActorFields,
  salt: bytes(32),
  runs: optional(runList),
  pairs: optional(array(tuple(publicSigningKey, digest), { min: 1, max: MAX_PAIRS })),
});
/** Who acts for escrow, and the place in the escrow log that it names. */
export interface EscrowActor {
  /** The signing key of the admin's device, 32 bytes, as its act names it. */
  readonly admin: Bytes;
  readonly seq: number;
  readonly hash: LinkHash;
  /** In a review: the salt of the act's commitment (ESC-8). */
  readonly salt?: Bytes;
  /** In a review: the epochs that escrow gives, as runs (ESC-11). */
  readonly runs?: readonly (readonly [from: number, to: number])[];
  /**
   * In a review: signing key and digest of the KEM key of the pairs that escrow opened them with, beside the one in force
   * (ESC-11).
   */
  readonly pairs?: readonly (readonly [signingKey: Bytes, kemDigest: Bytes])[];
}

/** Positions of acts that an escrow log's link disowns (ESC-8). */
export const disownList = array(uint({ min: 1 }), { min: 1, max: 4096 });

/** States that the link keeps its new epoch from escrow (MEM-6). */
export const withheldFromEscrow = literal("withheld");

/** The head of an escrow log that a link checked itself against. */
export const escrowHead = record({ seq: uint({ min: 1 }), hash: hexBytes<LinkHash>(32) });

/** What an `access` or `act` link shows: a commitment, and the digest of its sealed opening. */
export interface SealedRecord {
  readonly commitment: Bytes;
  readonly opening: Bytes;
}

/** The keys that replace a member's in `rekey`. */
export const freshKeys = record({ sign: publicSigningKey, kem: publicKemKey });

/** The public keys of a new epoch. An escrow log's epochs sign too, and a user log's do not. */
export const newEpoch = record({ kem: publicKemKey, sign: optional(publicSigningKey) });
export type NewEpoch = Infer<typeof newEpoch>;

/**
 * One grant: the smallest and the largest of its epochs and how many they are, the digest of its keyring ciphertext, and the
 * digest of each recipient's box. Which epochs it has, every reader computes from the state (GRT-1).
 */
export const grant = record({
  from: uint({ min: 1 }),
  to: uint({ min: 1 }),
  count: uint({ min: 1 }),
  keyring: digest,
  boxes: array(tuple(memberId, digest), { min: 1, max: MAX_ACTIVE_MEMBERS }),
});
export type Grant = Infer<typeof grant>;

/** Every grant of a link; GRT-1 says which. Left out where none is due. */
export const grantList = array(grant, { min: 1, max: MAX_RUNS });

/** Milliseconds since 1970 (LOG-3). */
export const time = uint({ max: MAX_TIME });

/** What every body after the first starts with. */
export function header<const Type extends string>(type: Type) {
  return {
    v: literal(1),
    type: literal(type),
    log: hexBytes<LogId>(32),
    seq: uint({ min: 2 }),
    prev: hexBytes<LinkHash>(32),
    time,
  };
}

/** The author's current signing key: it binds the author into what every signer signs. */
export const author = publicSigningKey;
/** A signing key named in a body. */
export const signingKey = publicSigningKey;
/** The id of a member named in a body. */
export const member = memberId;
/** A commitment to a name opening. */
export const nameCommitment = digest;
/** The subject of a log. */
export const subject = text(MAX_SUBJECT_BYTES, 1);
/** A head of a log, with the log's id. */
export const head = record({ log: hexBytes<LogId>(32), seq: uint({ min: 1 }), hash: hexBytes<LinkHash>(32) });

/** What every decoded body has, whatever its type. */
export interface AnyBody {
  readonly v: 1;
  readonly type: string;
  readonly log?: LogId;
  readonly seq: number;
  readonly prev?: LinkHash;
  readonly time: number;
  readonly epoch?: NewEpoch;
  readonly grants?: readonly Grant[];
  /** Present in what escrow signs: the author is then the escrow member, and its admin signs too. */
  readonly by?: EscrowActor;
  readonly missing?: readonly (readonly [number, number])[];
}
