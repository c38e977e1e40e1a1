// How a device enters a log: it opens one, joins one, or is provisioned face to face. docs/spec.md section 6 (genesis, join,
// enroll).

import { checkOptions } from "../arguments/options.js";
import { assertBytes, type Bytes } from "../bytes/bytes.js";
import { bytesUpTo, decode, encode, literal, record } from "../bytes/schema.js";
import { Secret, wipingOnFailure } from "../bytes/secret.js";
import { utf8Encode } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { openGrants } from "../grants/open.js";
import { withMade } from "../grants/seed-check.js";
import { type Keyring, newKeyring, partsOf } from "../keys/keyring.js";
import { MemberKeys, memberIdOf, SEED_LENGTH } from "../keys/member-keys.js";
import { ORIGIN } from "../log/advance.js";
import { type Clock, checkClock } from "../log/clock.js";
import { attachmentDigest, decodeEntry, encodeEntry, encodeLink } from "../log/entry.js";
import { freshKeys, MAX_NAME_BYTES, MAX_SUBJECT_BYTES, type NewMember, ROLES, type Role } from "../log/fields.js";
import { assertLog, type LogFacts, type LogState } from "../log/state.js";
import { recorded } from "../log/verify.js";
import { readBody, verifyEntry } from "../log/verify-link.js";
import { drawRandom, type Env } from "../primitives/env.js";
import { VERIFYING_KEY_LENGTH } from "../primitives/sign.js";
import { type DeviceDescription, openingOf } from "./device-description.js";
import type { EscrowOptions } from "./escrow-guard.js";
import { makeProposal, type Proposal } from "./proposal.js";
import { compose, type Draft, signBody, writeLink } from "./write-link.js";

/** Options of {@link createLog}. */
export interface CreateLogOptions {
  /**
   * Whose log this is, for everybody who verifies it: 1 to 256 bytes of UTF-8, compared byte for byte. It can never change, and
   * everybody who reads the log reads it. Use an opaque id of the account, such as a UUID: addresses change, and are written in
   * several ways.
   */
  readonly subject: string;
  readonly device: DeviceDescription;
  /** The service's Ed25519 public key, 32 bytes, if its web portal may remove lost devices. */
  readonly operator?: Uint8Array | undefined;
}

/**
 * The first device opens a log and makes epoch 1.
 *
 * @returns a proposal of that device's state. The caller wipes the keyring.
 * @throws `INVALID_ARGUMENT`, `INVALID_KEY` for an operator key that is not a valid public key
 */
export function createLog(options: CreateLogOptions, env: Env): Proposal<MemberState> {
  const { subject, operator, device } = checkOptions(options);
  return writeGenesis(device, { kind: "user", subject, operator }, env);
}

/** The first link of a log of any kind, by its first device. */
export function writeGenesis(
  device: DeviceDescription,
  fields: Readonly<Record<string, unknown>>,
  env: Env,
): Proposal<MemberState> {
  checkSubjectText(fields["subject"]);
  if (fields["operator"] !== undefined) assertBytes(fields["operator"], VERIFYING_KEY_LENGTH, "options.operator");
  return enter(ORIGIN, "genesis", { device, fields: { suite: 1, ...fields }, guard: {} }, env);
}

/** @throws `INVALID_ARGUMENT`, because the error of the encoder would name a link that the caller has not seen */
function checkSubjectText(subject: unknown): void {
  const isText = typeof subject === "string" && !/\p{Surrogate}/u.test(subject);
  const bytes = isText ? utf8Encode(subject).length : 0;
  if (bytes >= 1 && bytes <= MAX_SUBJECT_BYTES) return;
  throw new KeysteadError(
    "INVALID_ARGUMENT",
    `options.subject must be text of 1 to ${MAX_SUBJECT_BYTES} bytes of UTF-8; give an opaque id of the account, such as a UUID`,
    { details: { name: "options.subject" } },
  );
}

/** A device with fresh keys enters by a link that it signs itself. */
function enter(
  before: LogFacts,
  type: "genesis" | "join",
  { device, fields, guard }: Pick<Draft, "fields" | "guard"> & { readonly device: DeviceDescription },
  env: Env,
): Proposal<MemberState> {
  return withFreshKeys(env, (keys) => {
    const opening = openingOf(device, env);
    const member = newMember("device", keys, opening);
    const draft = { before, type, fields: { ...fields, member }, signers: [keys], opening, guard };
    const { log, entry, newEpoch } = writeLink(draft, env);
    // Its own keyring, which nobody else has yet: wiping it wipes the fresh keys and the new epoch.
    const keyring = withMade(log, newKeyring(log.head.log, memberIdOf(member), keys), newEpoch);
    return makeProposal({ entry, log, accept: () => ({ log, keyring }), fresh: [keyring] });
  });
}

/** Options of {@link joinLog}. */
export interface JoinLogOptions extends EscrowOptions {
  readonly device: DeviceDescription;
}

/**
 * A new device adds itself. Outside lockdown it can send and receive at once; it can read older data after it is approved.
 *
 * @param log the newest verified state. When another link wins the race, call again on the new state: fresh keys are drawn.
 * @returns a proposal of the new device's state. The caller wipes the keyring.
 */
export function joinLog(log: LogState, options: JoinLogOptions, env: Env): Proposal<MemberState> {
  assertLog(log);
  return enter(log, "join", { device: checkOptions(options).device, fields: {}, guard: options }, env);
}

/** A device that is to be provisioned face to face: what it shows, and what it keeps. */
export interface PreparedDevice {
  /** Public: keys and name, to be carried to the enrolling device, for instance in a QR code. */
  readonly request: Bytes;
  /** Secret: kept by the new device until {@link acceptProvisioning}. */
  readonly keyring: Keyring;
}

const requestSchema = record({ v: literal(1), keys: freshKeys, opening: bytesUpTo(4 * MAX_NAME_BYTES, 1) });

/**
 * The new device's first step when it is provisioned face to face: it draws its keys.
 *
 * @param log the log it is to enter, verified.
 */
export function prepareDevice(
  log: LogState,
  options: { readonly device: DeviceDescription },
  env: Env,
): PreparedDevice {
  assertLog(log);
  const { device } = checkOptions(options);
  return withFreshKeys(env, (keys) => {
    const opening = openingOf(device, env);
    const request = encode(requestSchema, { v: 1, keys: keys.publicKeys, opening }, "request");
    return { request, keyring: newKeyring(log.head.log, memberIdOf(keys.publicKeys), keys) };
  });
}

/**
 * The enrolling device's step: it offers the new device everything that it holds itself.
 *
 * @param request as the new device showed it, face to face: the device that made the request will be able to read everything that
 * this device reads.
 * @returns the offer for {@link acceptProvisioning}. It is no valid entry until the new device has signed it (LOG-6).
 * @throws `NOT_PERMITTED`, `INVALID_ENCODING`, `GRANT_UNAVAILABLE`
 */
export function provisionDevice(
  state: MemberState,
  request: Uint8Array,
  env: Env,
  options: { readonly roles?: readonly Role[] | undefined } & EscrowOptions = {},
): Bytes {
  const { log, keyring } = checkMemberState(state);
  const { keys, opening } = decode(requestSchema, request, { name: "request", maxBytes: 4096 });
  const own = partsOf(keyring).keys;
  const fields = {
    author: own.signingKey,
    member: { kind: "device" as const, ...keys, name: attachmentDigest(opening) },
    ...rolesField(log, checkOptions(options).roles),
  };
  const { body, attachments } = compose({ before: log, type: "enroll", fields, keyring, opening, guard: options }, env);
  return encodeEntry(encodeLink(body, [signBody(body, own.signingKey, [own])]), attachments);
}

/**
 * The new device's second step: it signs the offer. It opens what it was granted when the proposal is accepted. The prepared
 * keyring stays the caller's: when another link wins the race, it can sign another offer for the same request.
 *
 * @param log the state that the offer was made on.
 * @param prepared what {@link prepareDevice} returned.
 * @param options the new device's clock: it signs no offer that is dated ahead of it.
 * @returns a proposal of the new device's state.
 * @throws `INVALID_ARGUMENT` when the offer is for another device; errors of `appendEntry`
 */
export function acceptProvisioning(
  log: LogState,
  offer: Uint8Array,
  prepared: Pick<PreparedDevice, "keyring">,
  options: Clock,
): Proposal<MemberState> {
  checkClock(checkOptions(options));
  const { keyring } = checkMemberState({ log, keyring: checkOptions(prepared).keyring });
  const { keys } = partsOf(keyring);
  const { link, attachments } = decodeEntry(offer);
  const { type, body } = readBody(link);
  const {
    signing: [sign],
    kem: [kem],
  } = type.introduces(body);
  if (type.type !== "enroll" || !sign || !kem || memberIdOf({ sign, kem }) !== keyring.member) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "the offer does not enroll this device; show this device's request to the enrolling device again",
    );
  }
  const signed = encodeLink(link.body, [...link.signatures, signBody(link.body, keys.signingKey, [keys])]);
  const entry = encodeEntry(signed, attachments);
  const { log: after, record, delivered } = recorded(verifyEntry(log, decodeEntry(entry), options));
  const accept = () => ({ log: after, keyring: openGrants(after, record, delivered, keyring).keyring });
  return makeProposal({ entry, log: after, accept, fresh: [] });
}

/** A member description as a link's body has it. */
export function newMember(kind: NewMember["kind"], keys: MemberKeys, opening: Uint8Array) {
  return { kind, ...keys.publicKeys, name: attachmentDigest(opening) };
}

/** Fresh member keys. */
export function drawKeys(env: Env): MemberKeys {
  const seed = Secret.take(drawRandom(env, SEED_LENGTH));
  const keys = new MemberKeys(seed.bytes());
  seed.wipe();
  return keys;
}

/** What is made with fresh member keys. They are wiped when it fails; otherwise the caller owns them. */
export function withFreshKeys<T>(env: Env, make: (keys: MemberKeys) => T): T {
  return wipingOnFailure(drawKeys(env), make);
}

/** MEM-8: in an escrow log, the author of an enrollment says what the member may do; nothing by default. */
export function rolesField(log: LogState, roles: readonly Role[] | undefined): { readonly roles?: readonly Role[] } {
  if (log.kind === "escrow") return { roles: sortedRoles(roles ?? []) };
  if (roles === undefined) return {};
  throw new KeysteadError(
    "INVALID_ARGUMENT",
    "roles are given in escrow logs only, and this is a user's log; leave options.roles out",
    { rule: "MEM-8" },
  );
}

/** Roles in wire order. @throws `INVALID_ARGUMENT` */
export function sortedRoles(roles: readonly Role[]): readonly Role[] {
  if (!Array.isArray(roles) || !roles.every((role) => ROLES.includes(role))) {
    throw new KeysteadError("INVALID_ARGUMENT", `roles must be a list out of ${ROLES.join(", ")}`, { rule: "MEM-8" });
  }
  return [...new Set(roles)].sort();
}
