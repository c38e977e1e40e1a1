// Comparing a fingerprint that somebody gave with a log, or with one device of it. docs/spec.md section 10.

import { equalBytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { utf8Encode } from "../bytes/text.js";
import { type MemberName, nameMembers } from "../coverage/names.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { requireActive } from "../grants/standing.js";
import { letInWith } from "../log/approvals.js";
import { assertLog, findMember, type Head, type LogState, type Member } from "../log/state.js";
import { type ComparedDevice, type ComparedLog, deviceMatched, logMatched } from "../trust/compared.js";
import { deviceOf, fingerprintAt, fingerprintHead, formatFingerprint } from "./fingerprint.js";
import { wordBits } from "./forms.js";
import { type ParsedFingerprint, readFingerprint } from "./parse.js";

/** A result that proves nothing and names no device. See {@link compareFingerprint}. */
export type NoMatch = "older" | "not-recognised" | "mismatch" | "other-log";

/** A result without a token. `textOf` puts it into words by its `code`. */
interface Unmatched<S extends string> {
  readonly code: `comparison-${S}`;
  readonly status: S;
  readonly token?: undefined;
}

/** A result that names a device, and no match. */
interface Named<S extends string> extends Unmatched<S> {
  readonly member: MemberId;
  readonly name: MemberName;
}

/** A result that names no device. */
interface Unnamed<S extends string> extends Unmatched<S> {
  readonly member?: undefined;
}

/** A match with a whole log. */
export interface LogMatch {
  readonly code: "comparison-log-match";
  readonly status: "match";
  readonly token: ComparedLog;
  readonly member?: undefined;
}

/** A result that says that the two sides see different logs, or different devices. */
export type Mismatch = Unnamed<"mismatch">;

/** A match with the requested device. */
export interface DeviceMatch {
  readonly code: "comparison-match";
  readonly status: "match";
  readonly token: ComparedDevice;
  readonly member?: undefined;
  /** That device. */
  readonly name: MemberName;
  /** Members that its approval lets in with it: the token is good for these, and for no others. */
  readonly letsIn: readonly MemberName[];
}

/** What a comparison with a whole log finds. */
export type LogComparison = LogMatch | Unnamed<NoMatch> | Named<"names-device">;

/** What a comparison with one device of a log finds. */
export type DeviceComparison = DeviceMatch | Unnamed<NoMatch | "names-no-device"> | Named<"other-device">;

/**
 * Compares a fingerprint with a log, or with one device of it, in constant time for each head.
 *
 * - `match`: both sides see the same log (of an escrow log, except for daily records of its admins), and it is the requested
 *   device. Only this is a reason to approve. `token` is what `review` takes to approve the device, and what confirms an escrow
 *   log.
 * - `other-device`, `names-device`: of this very log, and of another device of it: `member`. Perhaps the user chose the wrong one
 *   of two devices that wait for approval; or a stranger's device has the name of the right one: remove it.
 * - `names-no-device`: of the whole log, which all its devices show alike. Let the new device show its own.
 * - `older`: of an earlier head of this very log; the other side has not seen the newest links. Let it refresh, and
 *   compare again.
 * - `not-recognised`: of no head of this log so far. Refresh this side and compare again. If it is still so when both sides are
 *   up to date, treat it as a mismatch. Digits, hexadecimal and words do not say how long the other log is: a newer one and a
 *   false one look alike.
 * - `mismatch` (QR only): the same log and a position that this log has, with another history. Somebody shows the two
 *   sides different logs: approve nothing, remove what is in question.
 * - `other-log` (QR only): of another log, perhaps another user's. Scan the right one; if this was meant to be this user's log,
 *   it is a mismatch.
 *
 * @param log the verified state to compare with.
 * @param given text as the other side shows it, or what `parseFingerprint` (of `keystead/contacts`) or `parseFingerprintWords` (of
 * `keystead/words`) made of it.
 * @param member the device that is to be approved.
 * @throws `FINGERPRINT_INVALID`, `INVALID_ARGUMENT`; `UNKNOWN_MEMBER` when the device is not active in the log
 */
export function compareFingerprint(
  log: LogState,
  given: string | ParsedFingerprint,
  member: MemberId,
): DeviceComparison;
/**
 * Compares a fingerprint with a whole log, as with a contact or an escrow log. The results are those of a comparison with a
 * device.
 *
 * @param log the verified state to compare with.
 * @param given text as the other side shows it, or what `parseFingerprint` (of `keystead/contacts`) or `parseFingerprintWords` (of
 * `keystead/words`) made of it.
 * @throws `FINGERPRINT_INVALID`, `INVALID_ARGUMENT`
 */
export function compareFingerprint(log: LogState, given: string | ParsedFingerprint): LogComparison;
export function compareFingerprint(
  log: LogState,
  given: string | ParsedFingerprint,
  member?: MemberId,
): LogComparison | DeviceComparison {
  assertLog(log);
  const device = member === undefined ? undefined : deviceOf(log, member);
  const parsed = readFingerprint(given);
  const found = parsed.form === "qr" ? findQr(log, parsed) : findText(log, parsed, device);
  if (typeof found === "string") return unnamed(found);
  const { member: shown, seq } = found;
  if (shown !== device?.id) {
    if (shown === undefined) return unnamed("names-no-device");
    const named = { member: shown, name: nameMembers(log)(shown) };
    return device
      ? { code: "comparison-other-device", status: "other-device", ...named }
      : { code: "comparison-names-device", status: "names-device", ...named };
  }
  if (seq < fingerprintHead(log).seq) return unnamed("older");
  if (!device) return { code: "comparison-log-match", status: "match", token: logMatched(log) };
  return matchOf(log, device);
}

/** @internal What a comparison gives that matched: of fingerprints, or of digits. */
export function matchOf(log: LogState, device: Member): DeviceMatch {
  const nameOf = nameMembers(log);
  const facts = { name: nameOf(device.id), letsIn: letInWith(log, device.id).map(nameOf) };
  return { code: "comparison-match", status: "match", token: deviceMatched(log, device), ...facts };
}

function unnamed<S extends string>(status: S): Unnamed<S> {
  return { code: `comparison-${status}`, status };
}

/**
 * The token of the device that holds this keyring. When the user opens a backup key on a new device, the backup key is to approve
 * that device, and there is nothing to compare.
 *
 * @throws `NOT_PERMITTED` when the device was removed, or the log has other keys for it; `INVALID_ARGUMENT` for what is no device
 */
export function thisDevice(state: MemberState): ComparedDevice {
  const { log, keyring } = checkMemberState(state);
  requireActive(log, keyring);
  return deviceMatched(log, deviceOf(log, keyring.member));
}

/** Finds the head of a fingerprint, and the device if it names one. */
interface Found {
  readonly seq: number;
  readonly member: MemberId | undefined;
}

/** The payload of a QR code names the head and the device that it claims to be of. */
function findQr(log: LogState, parsed: Extract<ParsedFingerprint, { form: "qr" }>): Found | NoMatch {
  const { seq, member } = parsed;
  if (!equalText(parsed.log, log.head.log)) return "other-log";
  const record = log.links.at(seq - 1);
  if (!record) return "not-recognised";
  const head: Head = { log: log.head.log, seq, hash: record.hash };
  const isKnown = member === undefined || wasDevice(findMember(log, member), seq);
  return isKnown && isOf(parsed, head, member) ? { seq, member } : "mismatch";
}

/**
 * Text in another form can be of any head and any device. The search covers the requested device and the whole log at every head,
 * and the other devices only at the newest heads, where they would match: at every head, the work would grow with links times
 * devices.
 */
function findText(log: LogState, parsed: ParsedFingerprint, device: Member | undefined): Found | NoMatch {
  const newest = fingerprintHead(log).seq;
  const devices = [...log.active.values()].filter(({ kind }) => kind === "device");
  let found: Found | NoMatch = "not-recognised";
  for (const { seq, hash } of log.links) {
    const members = seq >= newest ? devices : device ? [device] : [];
    for (const member of [undefined, ...members.filter((each) => wasDevice(each, seq)).map(({ id }) => id)]) {
      if (isOf(parsed, { log: log.head.log, seq, hash }, member)) found = { seq, member };
    }
  }
  return found;
}

/** Whether a member was a device of the log at a head, or had been one. */
function wasDevice(member: Member | undefined, seq: number): boolean {
  return member?.kind === "device" && member.position <= seq;
}

function isOf(parsed: ParsedFingerprint, head: Head, member: MemberId | undefined): boolean {
  const fingerprint = fingerprintAt(head, member);
  if (parsed.form === "words") return equalText(wordBits(fingerprint), parsed.bits);
  return equalText(formatFingerprint(fingerprint, parsed.form), parsed.text);
}

function equalText(a: string, b: string): boolean {
  return equalBytes(utf8Encode(a), utf8Encode(b));
}
