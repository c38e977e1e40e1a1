// Writes the link that an operation calls for, whether or not the log admits it, with the grants that the model says it owes:
// what a dishonest member or another implementation could publish. docs/spec.md section 6.

import type { MemberId } from "../../src/bytes/ids.js";
import { drawKeys } from "../../src/grants/enter.js";
import { epochKemPublicKey } from "../../src/keys/epoch-keys.js";
import { type MemberKeys, memberIdOf } from "../../src/keys/member-keys.js";
import type { LogState } from "../../src/log/state.js";
import type { Env } from "../../src/primitives/env.js";
import { idBytes, type RawSigner, rawNext } from "../support/raw-link.js";
import { effectOf, type Model, type ModelRegrant, type Op, type Stretch, stretchesOf } from "./reference.js";

/** What a forger has: everybody's signing keys. Members are named by the position at which they entered. */
export interface Forger {
  readonly log: LogState;
  readonly env: Env;
  readonly operator: RawSigner;
  id(position: number): MemberId;
  signer(position: number): RawSigner;
}

/** A forged link. */
export interface Forged {
  readonly entry: Uint8Array;
  /** Of the member that enters or takes fresh keys, if the type has one. */
  readonly fresh: MemberKeys | undefined;
  /** Id that the fresh keys give a member that enters. */
  readonly id: MemberId | undefined;
}

/**
 * The link of an operation, signed by everybody who must sign it. Its grants commit to bytes that nobody will see: the log
 * judges links without them.
 */
export function forge(forger: Forger, model: Model, op: Exclude<Op, { type: "genesis" }>): Forged {
  const { env, log, operator } = forger;
  const digest = (): Uint8Array => env.random(32);
  const position = model.seq + 1;
  const fresh = op.type === "join" || op.type === "enroll" || op.type === "rekey" ? drawKeys(env) : undefined;
  const id = fresh && memberIdOf(fresh.publicKeys);
  const idOf = (member: number): MemberId => (member === position && id ? id : forger.id(member));
  const giveOf = (regrants: readonly ModelRegrant[]): [Uint8Array, Stretch[]][] =>
    regrants
      .map(({ member, epochs }) => [idOf(member), stretchesOf(epochs)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, runs]) => [idBytes(id), runs]);
  const ids = (members: readonly number[]): Uint8Array[] => members.map(idOf).sort().map(idBytes);
  const effect = effectOf(model, op);
  // The bodies of these types have no room for an epoch, nor for going without a grant: the rule under test is another one.
  const [epoch, grants] =
    op.type === "enroll" || op.type === "regrant"
      ? [undefined, effect.grants.filter(({ epochs }) => Math.min(...epochs) <= model.epoch)]
      : [effect.epoch, effect.grants];
  const due = op.type === "enroll" && grants.length === 0 ? [{ epochs: [1], recipients: [position] }] : grants;
  const author = "by" in op ? forger.signer(op.by) : undefined;
  const signers = [author ?? [], op.type === "expel" ? operator : [], fresh ?? []].flat();
  const kind = op.type === "enroll" ? op.kind : "device";
  const missing = "missing" in op && op.missing?.size ? stretchesOf(op.missing) : undefined;
  const entry = rawNext(
    log,
    {
      type: op.type,
      ...(author && { author: author.sign }),
      ...(fresh && op.type !== "rekey" && { member: { kind, ...fresh.publicKeys, name: digest() } }),
      ...(op.type === "review" && { approve: ids(op.approve) }),
      ...("remove" in op && { remove: ids(op.remove) }),
      ...(fresh && op.type === "rekey" && { keys: { ...fresh.publicKeys } }),
      ...(op.type === "rename" && { member: idBytes(forger.id(op.member)), name: digest() }),
      ...(op.type === "lockdown" && { on: op.on }),
      ...(op.type === "regrant" && { give: giveOf(op.regrants) }),
      ...{ missing, epoch: epoch === undefined ? undefined : { kem: epochKemPublicKey(digest()) } },
      ...(due.length > 0 && {
        grants: due.map(({ epochs, recipients }) => ({
          ...{ from: Math.min(...epochs), to: Math.max(...epochs), count: epochs.length, keyring: digest() },
          boxes: ids([...new Set(recipients)]).map((id) => [id, digest()]),
        })),
      }),
    },
    signers,
  );
  return { entry, fresh, id };
}
