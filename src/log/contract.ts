// The contract of a link type: everything that defines a type, so that a forgotten rule is a compile error.
// docs/spec.md section 6.

import type { Bytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import type { Runs } from "../bytes/runs.js";
import type { Schema } from "../bytes/schema.js";
import { KeysteadError, type RuleId } from "../errors.js";
import type { AnyBody, NewMember, Pointer, Policy, Role, SealedRecord } from "./fields.js";
import type { LogFacts, Member } from "./state.js";

/** What a link does, in the protocol's own terms. {@link applyEffect} does it, in the protocol's order. */
export interface Effect {
  /** A part of what the author holds that it could not open (MEM-9). */
  readonly missing?: Runs;
  readonly remove?: readonly MemberId[];
  readonly enter?: NewMember;
  /** An escrow epoch to stand for: for the escrow member that enters, or in place of its last pointer (ESC-3, ESC-6). */
  readonly pointer?: Pointer;
  /** Roles of the members that this link first confirms (MEM-8). */
  readonly roles?: ReadonlyMap<MemberId, readonly Role[]>;
  readonly policy?: Policy;
  /** The record of an access (ESC-9). */
  readonly access?: SealedRecord;
  /** The record of an act that an admin is about to do in escrow's name (ESC-8). */
  readonly act?: SealedRecord;
  /** Positions of acts that are not to be believed (ESC-8). */
  readonly disown?: readonly number[];
  /** The new epoch is kept from an escrow member that the author cannot judge or finds bad (MEM-6). */
  readonly withholdEscrow?: boolean;
  readonly rekey?: { readonly member: MemberId; readonly signingKey: Bytes; readonly kemKey: Bytes };
  readonly rename?: { readonly member: MemberId; readonly name: Bytes };
  readonly lockdown?: boolean;
  /** Members that the author approves; an enrolled member is approved as it enters (MEM-1). */
  readonly approve?: readonly MemberId[];
  /** What an approval by escrow gives (ESC-11); every other author gives what it holds. */
  readonly gives?: Runs;
  /** The removed member whose epochs the author takes over (MEM-10). */
  readonly reclaimFrom?: MemberId;
  /** Sets of epochs that the author gives again. */
  readonly regrant?: readonly { readonly member: MemberId; readonly runs: Runs }[];
  /** Whether the link makes a new epoch (MEM-7). */
  readonly newEpoch: boolean;
  /** Whether a removal leaves rotation due (MEM-7): `leave` and `expel` cannot rotate by themselves. */
  readonly leavesRotationDue?: boolean;
}

/** What a link is judged on: the state before it, and who wrote it. */
export interface Context {
  readonly before: LogFacts;
  /** The active member whose current key the body names as author, escrow included; undefined where it is new or the operator. */
  readonly author: Member | undefined;
}

/** One type of link. */
export interface LinkType<Body extends AnyBody = AnyBody> {
  readonly type: Body["type"];
  /** ENC-2: fields, types and lengths. */
  readonly schema: Schema<Body>;
  /** The signing key of the member that the body calls its author; absent where the author is new or the operator. */
  readonly author?: (body: Body) => Uint8Array;
  /** Checked before any signature: the result decides who must sign. @throws INVALID_LINK with the rule */
  readonly admitSigners?: (body: Body, context: Context) => void;
  /** LOG-4: the keys that sign, in order. */
  readonly signers: (body: Body, before: LogFacts) => readonly Uint8Array[];
  /** LOG-5: the keys that it introduces, besides the new epoch's. */
  readonly introduces: (body: Body) => IntroducedKeys;
  /** The commitment to a name, whose opening comes as an attachment. */
  readonly name?: (body: Body) => Bytes | undefined;
  /** Digests of further attachments. */
  readonly carries?: (body: Body) => readonly Bytes[];
  /** Checks that the state before the link admits it. @throws INVALID_LINK with the rule */
  readonly admit: (body: Body, context: Context) => void;
  /** What it does. Called after {@link admit}. */
  readonly effect: (body: Body, context: Context) => Effect;
  /** MEM-9: whether its author may declare epochs missing in it, and if so, whether the current epoch may be among them. */
  readonly missing: "never" | "past" | "any";
}

/** A body with the type that describes it. */
export interface TypedBody {
  readonly type: LinkType;
  readonly body: AnyBody;
}

/** Keys that a link introduces (LOG-5). */
export interface IntroducedKeys {
  readonly signing: readonly Bytes[];
  /** Validated by KEM-1. */
  readonly kem: readonly Bytes[];
}

/** Introduces nothing. */
export const NO_KEYS: IntroducedKeys = { signing: [], kem: [] };

/** Refuses a link. */
export function refuse(rule: RuleId, message: string, details: Readonly<Record<string, unknown>> = {}): never {
  throw new KeysteadError("INVALID_LINK", message, { rule, details });
}
