// Judges a link on the state before it: readers and authors of links use the same checks in the same order.
// docs/spec.md section 6.4.

import { type Bytes, equalBytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { containsRuns, hasEpoch, isCanonical, NO_RUNS } from "../bytes/runs.js";
import { toHex } from "../bytes/text.js";
import { KeysteadError, type RuleId } from "../errors.js";
import { labelledHash } from "../primitives/hash.js";
import { checkKemKey } from "../primitives/kem.js";
import * as LABELS from "../primitives/labels.js";
import { checkVerifyingKey, type SignatureCheck } from "../primitives/sign.js";
import { type Clock, DEFAULT_SKEW } from "./clock.js";
import { type Context, type Effect, type LinkType, refuse, type TypedBody } from "./contract.js";
import { applyEffect, type DueGrant, spanOf, type Transition } from "./effects.js";
import { type Delivered, matchAttachments, type UnverifiedEntry } from "./entry.js";
import type { AnyBody, Grant } from "./fields.js";
import { checkInvariants } from "./invariants.js";
import { originOf } from "./links/genesis.js";
import { currentEpoch, escrowMember, type LogFacts, type LogKind, type Member, memberBySigningKey } from "./state.js";

/** What a reader of a link has, and its author does not have yet: the bytes, signed and with their attachments. */
export interface ReceivedLink {
  readonly entry: UnverifiedEntry;
  readonly clock: Clock;
  /** What judges each of its signatures. */
  readonly check: SignatureCheck;
}

/** The findings about a link that the state before it admits. */
export interface Judgement {
  readonly typed: TypedBody;
  readonly context: Context;
  /** The keys that sign, in order (LOG-4). */
  readonly signers: readonly Uint8Array[];
  /** Keys that LOG-5 remembers. */
  readonly introduced: readonly string[];
  readonly effect: Effect;
  readonly transition: Transition;
  /** Digests of the attachments that the link commits to, in order, and what was delivered for each. */
  readonly attachments: readonly Bytes[];
  readonly delivered: Delivered;
}

/**
 * Judges a link by steps 3 to 11 of section 6.4, in that order: the first check that fails gives the error. Steps 1 and 2 are
 * `decodeEntry` and `readBody`. An author judges a body that has no grants, no keys of a new epoch and no signatures. It leaves
 * out the steps that need those. They follow when it verifies what it wrote, as a reader does.
 *
 * @param received what only a reader has; undefined for an author.
 * @throws `INVALID_LINK`, `INVALID_SIGNATURE`, `INVALID_KEY` with the rule, `NOT_YET`; `INVALID_ENCODING` for attachments
 */
export function judge(before: LogFacts, typed: TypedBody, received?: ReceivedLink): Judgement {
  const { type, body } = typed;
  // 3. The link continues this log: number, log, previous link; then its time.
  if (received) checkPosition(before, body, received.clock);
  // 4. The author; then what decides whose signatures there must be. First, so that up to 66 signatures are verified only for a
  //    link whose author is there.
  const context = contextOf(before, type, body);
  // 5. The signatures that type and body call for.
  const signers = type.signers(body, before);
  if (received) checkSignatures(signers, type.introduces(body).signing, received);
  // 6. The keys that it introduces.
  const introduced = checkIntroduced(before, type, body);
  // 7. What its author declares missing; then whether the state admits it.
  checkMissing(type, body, context);
  type.admit(body, context);
  // 8. Its effects, and that nobody enters under an id that was there before.
  const effect = type.effect(body, context);
  const transition = applyEffect(before, context.author, effect, body);
  checkEntered(before, transition.entered);
  // 9. The new epoch and the grants, exactly as they are due.
  if (received) checkGrants(kindOf(before, body), transition, effect, body);
  // 10. What must be true of every state.
  checkInvariants(before, transition, { author: context.author, effect });
  // 11. The attachments.
  const attachments = committedTo(typed);
  const delivered = received ? matchAttachments(attachments, received.entry.attachments) : [];
  return { typed, context, signers, introduced, effect, transition, attachments, delivered };
}

/** The kind of log, which its first link gives. */
function kindOf(before: LogFacts, body: AnyBody): LogKind {
  return before.head.seq === 0 ? originOf(body).kind : before.kind;
}

/** Digests of the attachments that a link commits to, in order. */
function committedTo({ type, body }: TypedBody): readonly Bytes[] {
  const name = type.name?.(body);
  const digests: Bytes[] = [...(name ? [name] : []), ...(type.carries?.(body) ?? [])];
  for (const { keyring, boxes } of body.grants ?? []) {
    digests.push(keyring);
    for (const [, digest] of boxes) digests.push(digest);
  }
  return digests;
}

/** LOG-2, LOG-3: the link continues this log. */
function checkPosition(before: LogFacts, body: AnyBody, { now, skew = DEFAULT_SKEW }: Clock): void {
  const { head } = before;
  if (body.seq !== head.seq + 1)
    refuse("LOG-2", `the link says it is number ${body.seq}, but number ${head.seq + 1} comes next`);
  if (head.seq > 0) {
    if (body.log !== head.log) refuse("LOG-2", "the link belongs to another log");
    if (body.prev !== head.hash)
      refuse(
        "LOG-2",
        "the link follows another link than the newest one here; verify the whole log with `pinned` to see which side lied",
      );
  }
  if (body.time < before.time) refuse("LOG-3", "the link's time is before the previous link's");
  if (now !== "unchecked" && body.time > now + skew) {
    throw new KeysteadError(
      "NOT_YET",
      `the link is dated ${body.time - now} ms ahead of this clock; try again later, or set the clock`,
      {
        rule: "LOG-3",
        details: { ahead: body.time - now, skew },
      },
    );
  }
}

/** The state before and the author. LOG-4, MEM-4: an active member, by its current key. */
function contextOf(before: LogFacts, type: LinkType, body: AnyBody): Context {
  const key = type.author?.(body);
  if (key === undefined) return { before, author: undefined };
  const author = body.by ? escrowSigner(before, key) : memberBySigningKey(before, key);
  if (author) {
    const context = { before, author };
    type.admitSigners?.(body, context);
    return context;
  }
  for (const member of before.removed) {
    if (equalBytes(member.signingKey, key))
      refuse("MEM-4", `the author ${member.id} was removed and signs nothing any more`, { member: member.id });
  }
  return refuse("LOG-4", "the author is not an active member, or this is not its current key");
}

/** LOG-5: escrow's keys sign only in links that say so, and no other key is accepted in their place. */
function escrowSigner(before: LogFacts, key: Uint8Array): Member | undefined {
  const escrow = escrowMember(before);
  return escrow && equalBytes(escrow.signingKey, key) ? escrow : undefined;
}

/**
 * LOG-4: the signatures that type and body call for, in order, no extra one, each valid. LOG-6: also those by keys that enter.
 */
function checkSignatures(
  signers: readonly Uint8Array[],
  entering: readonly Uint8Array[],
  { entry: { link }, check }: ReceivedLink,
): void {
  for (const [index, signer] of signers.entries()) {
    // Without the key's own signature, somebody who does not have the key could enter it.
    const rule = entering.some((key) => equalBytes(key, signer)) ? "LOG-6" : "LOG-4";
    const found = link.signatures[index];
    if (!found) throw wrongSignature(rule, `signature ${index + 1} of ${signers.length} is missing`);
    if (!equalBytes(found.key, signer)) {
      throw wrongSignature(rule, `signature ${index + 1} is by another key than type and body call for`);
    }
    if (!check(LABELS.linkSignature, found.key, link.body, found.signature)) {
      throw wrongSignature(rule, `signature ${index + 1} is not valid`);
    }
  }
  if (link.signatures.length > signers.length) {
    throw wrongSignature("LOG-4", `more signatures than the ${signers.length} that type and body call for`);
  }
}

function wrongSignature(rule: RuleId, message: string): KeysteadError {
  return new KeysteadError("INVALID_SIGNATURE", message, { rule });
}

/** LOG-5, KEM-1: keys are new and sound. @returns their fingerprints, to be remembered */
function checkIntroduced(before: LogFacts, type: LinkType, body: AnyBody): readonly string[] {
  const { signing, kem } = type.introduces(body);
  const kemKeys = body.epoch ? [...kem, body.epoch.kem] : kem;
  const signingKeys = body.epoch?.sign ? [...signing, body.epoch.sign] : signing;
  for (const key of signingKeys) checkVerifyingKey(key, "link.body: a signing key");
  // Otherwise one junk key makes it impossible to write any later honest link.
  for (const key of kemKeys) checkKemKey(key, "link.body: a KEM key");
  const fingerprints = [...signingKeys, ...kemKeys].map((key) => toHex(labelledHash(LABELS.publicKey, key)));
  for (const [index, fingerprint] of fingerprints.entries()) {
    if (before.seen.has(fingerprint) || fingerprints.indexOf(fingerprint) !== index) {
      refuse("LOG-5", "the link introduces a key that this log has seen before; draw fresh keys");
    }
  }
  return fingerprints;
}

/** MEM-4: a member's id never returns, not even by a collision of truncated hashes. */
export function checkEntered(before: Pick<LogFacts, "seen">, entered: MemberId | undefined): void {
  if (entered !== undefined && before.seen.has(entered)) {
    refuse("MEM-4", `member id ${entered} was in this log before; draw fresh keys`, { member: entered });
  }
}

/** MEM-9: what the author declares missing is a part of what it held. */
function checkMissing(type: LinkType, { missing }: AnyBody, { before, author }: Context): void {
  if (missing === undefined) return;
  // Otherwise a removed admin could make escrow lose the past permanently. Escrow names what it opens instead (ESC-11).
  if (author?.kind === "escrow") refuse("MEM-9", "escrow declares nothing missing");
  if (missing.length === 0 || !isCanonical(missing)) {
    refuse("MEM-9", "missing must be sorted runs with a gap between each two, and left out when there are none");
  }
  if (!containsRuns(author?.held ?? NO_RUNS, missing))
    refuse("MEM-9", "the author declares epochs missing that it does not hold");
  if (type.missing === "past" && hasEpoch(missing, currentEpoch(before))) {
    refuse("MEM-9", `${type.type} cannot declare the current epoch missing; rotate first`);
  }
}

/**
 * MEM-7: a new epoch exactly when one is required. MEM-6: withheld from escrow only where escrow would have had it. GRT-1:
 * exactly the grants that are due, in order.
 */
function checkGrants(kind: LogKind, { epoch, due, withheld }: Transition, effect: Effect, body: AnyBody): void {
  if ((epoch !== undefined) !== (body.epoch !== undefined)) {
    refuse("MEM-7", epoch === undefined ? "this link must not make a new epoch" : "this link must make a new epoch");
  }
  // An escrow epoch signs for escrow in users' logs; a user's epoch signs for nobody.
  if (body.epoch && (body.epoch.sign !== undefined) !== (kind === "escrow")) {
    refuse("ENC-2", "an epoch of an escrow log has a signing key, and an epoch of a user's log has none");
  }
  if (effect.withholdEscrow && !withheld) {
    refuse(
      "MEM-6",
      "the link withholds an epoch from escrow, but it makes none, or escrow would not get it or wrote the link",
    );
  }
  const grants = body.grants ?? [];
  const isDue = (grant: Grant, { epochs, recipients }: DueGrant) => {
    const { from, to, count } = spanOf(epochs);
    return (
      grant.from === from &&
      grant.to === to &&
      grant.count === count &&
      grant.boxes.length === recipients.length &&
      recipients.every(({ id }, index) => grant.boxes[index]?.[0] === id)
    );
  };
  if (grants.length !== due.length || !grants.every((grant, index) => isDue(grant, present(due[index])))) {
    const inWords = ({ epochs, recipients }: DueGrant) => {
      const { from, to, count } = spanOf(epochs);
      return `${count} of [${from}-${to}] to ${recipients.length}`;
    };
    const expected = due.map(inWords).join(", ") || "none";
    refuse("GRT-1", `the grants are not exactly those that the link's effect requires: ${expected}`);
  }
}
