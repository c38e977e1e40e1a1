// Writing a link: from what a member wants to say to a signed entry with its grants, judged by the same code that verifies.
// docs/spec.md sections 6 and 7 (GRT-6).

import { type Bytes, equalBytes } from "../bytes/bytes.js";
import { intersectRuns, NO_RUNS, type Runs, runsOf } from "../bytes/runs.js";
import { encode } from "../bytes/schema.js";
import { Secret, wipingOnFailure } from "../bytes/secret.js";
import { KeysteadError, problemOf } from "../errors.js";
import { makeGrants } from "../grants/make.js";
import { paperChecked, rightSeed } from "../grants/seed-check.js";
import { requireActive } from "../grants/standing.js";
import { epochKemPublicKey, epochSigningPublicKey } from "../keys/epoch-keys.js";
import { type Keyring, partsOf } from "../keys/keyring.js";
import { type KeyHolder, SEED_LENGTH } from "../keys/member-keys.js";
import { drawnHere, type RightSeed } from "../keys/seed-vault.js";
import { DEFAULT_SKEW, UNCHECKED } from "../log/clock.js";
import type { Effect } from "../log/contract.js";
import type { Transition } from "../log/effects.js";
import { decodeEntry, encodeEntry, encodeLink, type LinkSignature } from "../log/entry.js";
import type { AnyBody, NewEpoch } from "../log/fields.js";
import { judge } from "../log/judge.js";
import { LINK_TYPES, type LinkTypeName, typeOf } from "../log/registry.js";
import { currentEpoch, type LogFacts, LogState } from "../log/state.js";
import { verifyLink } from "../log/verify-link.js";
import { drawRandom, type Env, readClock } from "../primitives/env.js";
import * as LABELS from "../primitives/labels.js";
import { type EscrowGuard, grantsToEscrow, guardEscrow } from "./escrow-guard.js";

/** Something that signs: a member's keys, or the operator's. */
export type Signer = Pick<KeyHolder, "signingKey" | "signLabelled">;

/** What a member wants to say. */
export interface Draft {
  readonly before: LogFacts;
  readonly type: LinkTypeName;
  /** The fields of the body that are the type's own, except `missing`, `epoch` and `grants`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Keyring of the author; absent where the author is new or the operator. */
  readonly keyring?: Keyring | undefined;
  /** All signers whose signature is required and available here. */
  readonly signers: readonly Signer[];
  /** Name opening that the link commits to, or the sealed opening of a record. */
  readonly opening?: Uint8Array | undefined;
  /** What a user's device knows of escrow (ESC-4, ESC-8). */
  readonly guard: EscrowGuard;
  /** Seeds of epochs that the author lacks and that another keyring of its owner provides (MEM-10). */
  readonly lent?: ReadonlyMap<number, RightSeed> | undefined;
}

/** A complete body, before it is signed. */
export interface Composed {
  readonly body: Uint8Array;
  /** The keys that must sign, in order (LOG-4). */
  readonly signers: readonly Uint8Array[];
  readonly attachments: readonly Uint8Array[];
  /** Number and seed of the new epoch, owned by the caller. */
  readonly newEpoch: ReadonlyMap<number, RightSeed>;
}

/** An entry and its result. */
export interface Written {
  readonly log: LogState;
  readonly entry: Bytes;
  readonly newEpoch: ReadonlyMap<number, RightSeed>;
}

/**
 * Writes a link and verifies it as everybody else will.
 *
 * @throws `NOT_PERMITTED` with the rule when the log does not admit it; `GRANT_UNAVAILABLE` when the author lacks seeds that
 * it must pass on; `CLOCK` when the log is dated ahead of the author's clock. Nothing is changed then.
 */
export function writeLink(draft: Draft, env: Env): Written {
  const { body, signers, attachments, newEpoch } = compose(draft, env);
  const seeds = { wipe: () => newEpoch.forEach((seed) => void seed.wipe()) };
  return wipingOnFailure(seeds, () => {
    const signatures = signers.map((key) => signBody(body, key, draft.signers));
    const entry = encodeEntry(encodeLink(body, signatures), attachments);
    return { log: verifyLink(draft.before, decodeEntry(entry), UNCHECKED), entry, newEpoch };
  });
}

/** Signs a body with the signer whose key is required. */
export function signBody(body: Uint8Array, key: Uint8Array, signers: readonly Signer[]): LinkSignature {
  const signer = signers.find(({ signingKey }) => equalBytes(signingKey, key));
  if (!signer)
    throw new KeysteadError("INVALID_ARGUMENT", "a key that must sign this link is not at hand", { rule: "LOG-4" });
  return { key, signature: signer.signLabelled(LABELS.linkSignature, body) };
}

/** Puts a body together: common fields, what is missing, a new epoch where one is due, and the grants that are due. */
export function compose(draft: Omit<Draft, "signers">, env: Env): Composed {
  const { before, type: name, opening } = draft;
  if (draft.keyring) requireActive(before, draft.keyring);
  const type = typeOf(name);
  // A link that can declare epochs missing: what a paper lacks is known before (GRT-4).
  const isReady = type.missing === "never" || !LogState.is(before);
  const keyring = isReady ? draft.keyring : draft.keyring && paperChecked(before, draft.keyring);
  const missing = keyring ? missingOf(before, keyring, name) : [];
  const time = timeOf(before, env);
  const bodyWith = (fields: Draft["fields"]) =>
    draftBody(before, name, { time, ...fields, ...(missing.length > 0 && { missing }) });
  const { typed, effect, transition, signers } = permitted(() => {
    const judged = judge(before, { type, body: bodyWith(draft.fields) });
    // MEM-6: withheld where escrow would get the new epoch, and left out where it would get nothing.
    return mayWithhold(draft.guard) &&
      judged.effect.newEpoch &&
      !judged.effect.pointer &&
      grantsToEscrow(judged.transition)
      ? judge(before, { type, body: bodyWith({ ...draft.fields, escrow: "withheld" }) })
      : judged;
  });
  const unfinished = typed.body;
  if (LogState.is(before)) guardEscrow(before, { effect, transition }, draft.guard, keyring?.member);
  // GRT-6: drawn afresh every time, so that a member that left meanwhile does not hold what a lost attempt granted.
  const newEpoch = drawEpoch(before, effect, env);
  const place = { log: unfinished.log, prev: unfinished.prev, seq: unfinished.seq };
  const seeds = { wipe: () => newEpoch.forEach((seed) => void seed.wipe()) };
  return wipingOnFailure(seeds, () => {
    const { grants, attachments } = makeGrants(
      transition.due,
      place,
      (epoch) => newEpoch.get(epoch) ?? draft.lent?.get(epoch) ?? seedToGrant(before, keyring, epoch),
    );
    const [seed] = newEpoch.values();
    const body: AnyBody = {
      ...unfinished,
      ...(seed && { epoch: publicKeysOf(seed, draft.fields["kind"] === "escrow" || before.kind === "escrow") }),
      ...(grants.length > 0 && { grants }),
    };
    return {
      body: encode(type.schema, body, "link.body"),
      signers,
      attachments: opening ? [opening, ...attachments] : attachments,
      newEpoch,
    };
  });
}

/**
 * The result of a link, as far as it is known without its grants.
 *
 * @throws `NOT_PERMITTED` with the rule when the log does not admit it
 */
export function foresee(before: LogFacts, name: LinkTypeName, fields: Draft["fields"]): Transition {
  const body = draftBody(before, name, { time: before.time, ...fields });
  return permitted(() => judge(before, { type: typeOf(name), body }).transition);
}

/** A body on which a link is judged: without its grants. Fields that do not fit their type make {@link encode} throw. */
function draftBody({ head }: LogFacts, type: LinkTypeName, fields: Draft["fields"]): AnyBody {
  const follows = head.seq > 0 && { log: head.log, prev: head.hash };
  return { v: 1, type, seq: head.seq + 1, ...follows, ...fields } as AnyBody;
}

function mayWithhold(guard: EscrowGuard): boolean {
  return guard !== "not-a-users-device" && guard.withholdFromEscrow === true;
}

/** LOG-3: the later of the author's clock and the log's time, which may not be ahead of that clock. */
function timeOf({ time, head }: LogFacts, env: Env): number {
  const now = readClock(env);
  if (time <= now + DEFAULT_SKEW) return Math.max(now, time);
  // A link after such a time would date every later link ahead too, and the log would be NOT_YET for everybody else.
  throw new KeysteadError(
    "CLOCK",
    `the log's newest link is dated ${time - now} ms ahead of this clock; set the clock, or ask the service which is wrong`,
    { rule: "LOG-3", details: { ahead: time - now, skew: DEFAULT_SKEW, log: head.log, seq: head.seq } },
  );
}

/** What a link publishes of a new epoch: in an escrow log also the key that signs for escrow. */
function publicKeysOf(seed: Secret, signs: boolean): NewEpoch {
  return { kem: epochKemPublicKey(seed.bytes()), ...(signs && { sign: epochSigningPublicKey(seed.bytes()) }) };
}

function drawEpoch(before: LogFacts, { newEpoch }: Effect, env: Env): ReadonlyMap<number, RightSeed> {
  return new Map(newEpoch ? [[currentEpoch(before) + 1, drawnHere(Secret.take(drawRandom(env, SEED_LENGTH)))]] : []);
}

/** The number of runs that leaves room for a new epoch to 256 members. */
export const MAX_MISSING_RUNS = 4096;

/** MEM-9: the epochs that the log says the author holds, and that it could not open. */
function missingOf(before: LogFacts, keyring: Keyring, name: LinkTypeName): Runs {
  const { junk, member } = partsOf(keyring);
  // The newest first, and the rest in later links: a thief who shatters what others hold must not make their links too large.
  const missing = intersectRuns(before.active.get(member)?.held ?? NO_RUNS, runsOf(junk)).slice(-MAX_MISSING_RUNS);
  const allowed = LINK_TYPES[name].missing;
  return allowed === "never" ? [] : missing;
}

/** A seed that the author must pass on, because the log says that the author holds it. */
function seedToGrant(before: LogFacts, keyring: Keyring | undefined, epoch: number): RightSeed {
  const seed = keyring && rightSeed(before, keyring, epoch);
  if (seed) return seed;
  if (keyring && partsOf(keyring).junk.has(epoch)) {
    throw new KeysteadError(
      "GRANT_UNAVAILABLE",
      `this member could not open epoch ${epoch}, and more such epochs than one link declares missing; rotate first, until none is left`,
      { rule: "MEM-9", details: { epoch, log: before.head.log, member: keyring.member } },
    );
  }
  throw new KeysteadError(
    "GRANT_UNAVAILABLE",
    `the log says that this member holds epoch ${epoch}, but its grant was never delivered, or its seed here is wrong; fetch the attachments again`,
    { rule: "GRT-1", details: { epoch, log: before.head.log, member: keyring?.member } },
  );
}

/** An author may not write what a rule refuses in a link of somebody else. */
function permitted<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof KeysteadError) || error.code !== "INVALID_LINK") throw error;
    const { rule, details } = error;
    throw new KeysteadError("NOT_PERMITTED", problemOf(error), { rule, details, cause: error });
  }
}
