// Writes the link of an operation, whether or not the log admits it, with the grants that it owes by the model: links that a
// dishonest member or another implementation could publish. docs/spec.md section 6.

import { drawKeys } from "../../src/authoring/enter.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { fromHex } from "../../src/bytes/text.js";
import { epochKemPublicKey, epochSigningPublicKey } from "../../src/keys/epoch-keys.js";
import { type MemberKeys, memberIdOf } from "../../src/keys/member-keys.js";
import { escrowIdOf } from "../../src/log/escrow-id.js";
import type { LogState } from "../../src/log/state.js";
import type { Env } from "../../src/primitives/env.js";
import { idBytes, type RawSigner, type RawValue, rawNext } from "../support/raw-link.js";
import {
  compareSpans,
  type Effect,
  effectOf,
  escrowOf,
  type Gift,
  isEscrow,
  type Model,
  type ModelPointer,
  type ModelRegrant,
  memberOf,
  type Op,
  type Pair,
  type Stretch,
  stretchesOf,
} from "./reference.js";

/** A forger's keys: all signing keys. Members are named by the position at which they entered. */
export interface Forger {
  readonly log: LogState;
  readonly env: Env;
  readonly operator: RawSigner;
  /** An admin of the escrow log that signs for escrow. */
  readonly admin: RawSigner;
  id(position: number): MemberId;
  signer(position: number): RawSigner;
  /** The signer of a pair, and the KEM key with its digest. */
  pair(pair: Pair): { readonly signer: RawSigner; readonly kem: Uint8Array };
}

/** A forged link. */
export interface Forged {
  readonly entry: Uint8Array;
  /** Keys of the member that enters or takes fresh keys, if the type has one. */
  readonly fresh: MemberKeys | undefined;
  /** Id of a member that enters. */
  readonly id: MemberId | undefined;
}

const NO_EPOCH: ReadonlySet<Op["type"]> = new Set(["enroll", "enroll-escrow", "regrant", "reclaim"]);
const ALWAYS_GRANTS: ReadonlySet<Op["type"]> = new Set([
  ...["enroll", "enroll-escrow", "reclaim", "rotate", "renew-escrow", "regrant"],
] as Op["type"][]);

/**
 * The link of an operation, with all required signatures. Its grants commit to bytes that nobody will see: the log judges links
 * without them.
 */
export function forge(forger: Forger, model: Model, op: Exclude<Op, { type: "genesis" }>): Forged {
  const { env, log } = forger;
  const digest = (): Uint8Array => env.random(32);
  const position = model.seq + 1;
  const fresh = op.type === "join" || op.type === "enroll" || op.type === "rekey" ? drawKeys(env) : undefined;
  const id =
    op.type === "enroll-escrow"
      ? escrowIdOf(log.head, position)
      : fresh && op.type !== "rekey"
        ? memberIdOf(fresh.publicKeys)
        : undefined;
  const idOf = (member: number): MemberId => (member === position && id ? id : forger.id(member));
  const effect = effectOf(model, op);
  const isByEscrow = "by" in op && isEscrow(model, op.by) && (op.type === "review" || op.type === "renew-escrow");
  const missing = "missing" in op && op.missing?.size ? stretchesOf(op.missing) : undefined;
  const entry = rawNext(
    log,
    {
      type: op.type === "enroll-escrow" ? "enroll" : op.type,
      ...("by" in op && { author: authorKey(forger, model, op.by) }),
      ...(isByEscrow && { by: actorOf(forger, op, digest) }),
      ...fieldsOf(forger, model, op, { fresh, idOf, digest }),
      ...{ missing, escrow: undefined },
      ...("pointer" in op && { escrow: pointerOf(forger, op.pointer) }),
      ...("withhold" in op && op.withhold && { escrow: "withheld" }),
      ...epochAndGrants(model, op, effect, idOf, digest),
    },
    signersOf(forger, model, op, fresh),
  );
  return { entry, fresh, id };
}

/** The key by which a body names its author. For escrow it is the pointer's. */
function authorKey(forger: Forger, model: Model, by: number): Uint8Array {
  const { pointer } = memberOf(model, by);
  return pointer ? fromHex(pointer.sign, { name: "sign" }) : forger.signer(by).signingKey;
}

function signersOf(forger: Forger, model: Model, op: Op, fresh: MemberKeys | undefined): RawSigner[] {
  const author = (by: number): RawSigner => {
    const { pointer } = memberOf(model, by);
    return pointer ? forger.pair(pointer).signer : forger.signer(by);
  };
  const signers = [
    ...("by" in op ? [author(op.by)] : []),
    ...(op.type === "expel" ? [forger.operator] : []),
    ...(fresh ? [fresh] : []),
  ];
  if (op.type === "reclaim") return [...signers, author(op.from)];
  if (!("by" in op) || !isEscrow(model, op.by)) return signers;
  const gift: Gift | undefined = op.type === "review" ? op.gift : undefined;
  return [...signers, forger.admin, ...(gift?.pairs ?? []).map((pair) => forger.pair(pair).signer)];
}

/** The actor for escrow. A review has the salt of its act, and the epochs that it gives (ESC-11). */
function actorOf(forger: Forger, op: Op, digest: () => Uint8Array): RawValue {
  const actor = { admin: forger.admin.signingKey, seq: 1, hash: digest() };
  if (op.type !== "review") return actor;
  const pairs = (op.gift?.pairs ?? []).map(({ sign, kem }) => [sign, kem].map((hex) => fromHex(hex, { name: "pair" })));
  const runs = op.gift?.epochs && stretchesOf(op.gift.epochs);
  return { ...actor, salt: digest(), runs, pairs: pairs.length > 0 ? pairs : undefined };
}

function pointerOf(forger: Forger, { log, seq, epoch, sign, ...pair }: ModelPointer): RawValue {
  const place = { log: fromHex(log, { name: "log" }), seq, hash: new Uint8Array(32).fill(seq) };
  return { ...place, epoch, sign: fromHex(sign, { name: "sign" }), kem: forger.pair({ sign, ...pair }).kem };
}

interface Naming {
  readonly fresh: MemberKeys | undefined;
  readonly digest: () => Uint8Array;
  idOf(member: number): MemberId;
}

/** The fields of the type. */
function fieldsOf(
  forger: Forger,
  model: Model,
  op: Op,
  { fresh, idOf, digest }: Naming,
): { readonly [field: string]: RawValue | undefined } {
  const ids = (members: readonly number[]): Uint8Array[] => members.map(idOf).sort().map(idBytes);
  const byId = <T>(list: Iterable<readonly [number, T]>): (readonly [Uint8Array, T])[] =>
    [...list]
      .map(([member, value]) => [idOf(member), value] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, value]) => [idBytes(id), value]);
  const entering = (kind: string) => ({ member: { kind, ...(fresh as MemberKeys).publicKeys, name: digest() } });
  switch (op.type) {
    case "join":
      return entering("device");
    case "enroll": {
      const checked = op.kind === "backup" && escrowOf(model) && { escrowHead: { seq: 1, hash: digest() } };
      return { ...entering(op.kind), ...(op.roles && { roles: [...op.roles].sort() }), ...checked };
    }
    case "enroll-escrow":
      return model.kind === "escrow" ? { roles: [] } : {};
    case "rekey":
      return { keys: { ...(fresh as MemberKeys).publicKeys } };
    case "review": {
      const roles = byId([...(op.roles ?? [])].map(([member, list]) => [member, [...list].sort()] as const));
      return {
        ...{ approve: ids(op.approve), remove: ids(op.remove), disown: op.disown },
        ...(roles.length > 0 && { roles }),
      };
    }
    case "expel":
      return { remove: ids(op.remove) };
    case "lockdown":
      return { remove: ids(op.remove), on: op.on };
    case "rename":
      return { member: idBytes(forger.id(op.member)), name: digest() };
    case "regrant":
      return {
        give: byId<Stretch[]>(op.regrants.map(({ member, epochs }: ModelRegrant) => [member, stretchesOf(epochs)])),
      };
    case "reclaim":
      return { from: idBytes(forger.id(op.from)), runs: stretchesOf(op.epochs) };
    case "act":
    case "access":
      return { commitment: digest(), opening: digest() };
    case "disown":
      return { acts: op.acts };
    default:
      return {};
  }
}

function epochAndGrants(
  model: Model,
  op: Op,
  effect: Effect,
  idOf: (member: number) => MemberId,
  digest: () => Uint8Array,
): { readonly [field: string]: RawValue | undefined } {
  // Bodies of some types have no field for an epoch, or need a grant. Then the rule under test is another one.
  const [epoch, grants] = NO_EPOCH.has(op.type)
    ? [undefined, effect.grants.filter(({ epochs }) => Math.min(...epochs) <= model.epoch)]
    : [effect.epoch, effect.grants];
  const someone = op.type === "enroll" || op.type === "enroll-escrow" ? model.seq + 1 : 1;
  const due = ALWAYS_GRANTS.has(op.type) && grants.length === 0 ? [{ epochs: [1], recipients: [someone] }] : grants;
  const seed = digest();
  const sign = model.kind === "escrow" ? { sign: epochSigningPublicKey(seed) } : {};
  const first = (recipients: readonly number[]): MemberId => recipients.map(idOf).sort()[0] as MemberId;
  const inOrder = [...due].sort(
    (a, b) => compareSpans(a.epochs, b.epochs) || (first(a.recipients) < first(b.recipients) ? -1 : 1),
  );
  return {
    epoch: epoch === undefined ? undefined : { kem: epochKemPublicKey(seed), ...sign },
    ...(due.length > 0 && {
      grants: inOrder.map(({ epochs, recipients }) => ({
        ...{ from: Math.min(...epochs), to: Math.max(...epochs), count: epochs.length, keyring: digest() },
        boxes: [...new Set(recipients)]
          .map(idOf)
          .sort()
          .map((id) => [idBytes(id), digest()]),
      })),
    }),
  };
}
