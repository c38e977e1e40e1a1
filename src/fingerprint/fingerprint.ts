// Fingerprints: 256 bits that commit to a whole log, and to one device of it, to be compared by people or by their devices.
// docs/spec.md section 10.

import { checkHead } from "../arguments/heads.js";
import { FINGERPRINT, finishInstance, isDisguised, LOG_STATE, wrongInstance } from "../arguments/instances.js";
import { LIBRARY, type Library, requireLibrary } from "../arguments/library-only.js";
import { encodeCbor } from "../bytes/cbor.js";
import type { MemberId } from "../bytes/ids.js";
import { lastOf } from "../bytes/present.js";
import { fromHex, parseMemberId, toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { activeMember, assertLog, type Head, LogState, type Member } from "../log/state.js";
import { labelledHash } from "../primitives/hash.js";
import * as LABELS from "../primitives/labels.js";
import { type FingerprintForm, FORMS } from "./forms.js";

/**
 * Commits to a log up to one head, and to one device if it is a device's fingerprint. Public: it may be shown, printed and sent.
 * It changes with every link (of an escrow log, except for daily records), so two people who compare must both have the newest
 * state.
 */
export class Fingerprint {
  readonly head: Head;
  /** The device that it names; undefined for the fingerprint of a whole log. */
  readonly member: MemberId | undefined;
  /** All 256 bits: 64 lower-case hexadecimal digits. */
  readonly hex: string;
  // Only fingerprintOf makes one, so that what is shown is the hash of the head it names.
  readonly #hashed = true;

  /** @internal Called by {@link fingerprintOf} only. */
  constructor(library: Library, head: Head, member: MemberId | undefined, hex: string) {
    requireLibrary(library, FINGERPRINT);
    this.head = head;
    this.member = member;
    this.hex = hex;
    finishInstance(this, FINGERPRINT);
  }

  /** @internal Whether the value is a fingerprint made by {@link fingerprintOf}. */
  static is(value: unknown): value is Fingerprint {
    return typeof value === "object" && value !== null && #hashed in value;
  }

  /** The default form: 60 digits. */
  toString(): string {
    return FORMS.digits(this);
  }
}

/** Links of an escrow log that change neither its devices, nor its epoch, nor its policy. */
export const DAILY: ReadonlySet<string> = /* @__PURE__ */ new Set(["act", "access", "disown", "rename"]);

/**
 * The head whose fingerprint is that of a log: the newest, and in an escrow log the one at the newest link other than `act`,
 * `access`, `disown` and `rename`. Users compare it with what was published when the admins' devices last changed: daily records
 * must not change it.
 */
export function fingerprintHead({ kind, head, links }: LogState): Head {
  if (kind === "user") return head;
  // The first link is none of these, so there is one.
  const { seq, hash } = lastOf([...links].filter(({ type }) => !DAILY.has(type)));
  return { log: head.log, seq, hash };
}

/**
 * The fingerprint of a log, of one head of it, or of one device of it: what a new device shows about itself. That of a device
 * names the device besides the log: two devices that wait for approval show different ones.
 *
 * That of a log: SHA-256(label ‖ 0x00 ‖ CBOR [log id, seq, link hash]). That of a device has a label of its own, and ends with
 * the member id. Those of an escrow log do not change with the daily records of its admins.
 *
 * @param of a verified log, or one of its heads.
 * @param member the device; without it the fingerprint is the log's.
 * @throws `INVALID_ARGUMENT`, `INVALID_ENCODING` for what is no log, no head and no device; `UNKNOWN_MEMBER` for a device that is
 * not active in the log
 */
export function fingerprintOf(of: Head | LogState, member?: MemberId): Fingerprint {
  if (isDisguised(LOG_STATE, of)) assertLog(of);
  const device = member === undefined ? undefined : LogState.is(of) ? deviceOf(of, member).id : parseMemberId(member);
  return fingerprintAt(LogState.is(of) ? fingerprintHead(of) : of, device);
}

/** An active device: nothing else has a screen to show its fingerprint on. @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT` */
export function deviceOf(log: LogState, id: unknown): Member {
  const member = activeMember(log, id);
  if (member.kind === "device") return member;
  throw new KeysteadError("INVALID_ARGUMENT", `member ${member.id} is no device, and shows no fingerprint of itself`, {
    details: { member: member.id, kind: member.kind },
  });
}

/** The fingerprint at one head, for any member id. @throws `INVALID_ARGUMENT`, `INVALID_ENCODING` */
export function fingerprintAt(given: Head, member: MemberId | undefined): Fingerprint {
  const { log, seq, hash } = checkHead(given);
  const logId = fromHex(log, { name: "head.log", length: 32 });
  const linkHash = fromHex(hash, { name: "head.hash", length: 32 });
  const of = [logId, seq, linkHash];
  const digest =
    member === undefined
      ? labelledHash(LABELS.fingerprint, encodeCbor(of))
      : labelledHash(LABELS.deviceFingerprint, encodeCbor([...of, fromHex(member, { name: "member", length: 16 })]));
  return new Fingerprint(LIBRARY, Object.freeze({ log, seq, hash }), member, toHex(digest));
}

/**
 * A fingerprint for people or devices to compare:
 *
 * - `digits` (default): 60 digits in 12 groups of five; the 256-bit number modulo 10^60.
 * - `hex`: 64 hexadecimal digits in 16 groups of four.
 * - `qr`: text for a QR code, which carries log id, seq and member id too, so that the comparison can tell more.
 *
 * For reading aloud `fingerprintWords` of `keystead/words` writes it as 19 words.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function formatFingerprint(fingerprint: Fingerprint, form: FingerprintForm = "digits"): string {
  if (!Fingerprint.is(fingerprint)) throw wrongInstance("fingerprint", FINGERPRINT, fingerprint);
  if (!Object.hasOwn(FORMS, form)) {
    throw new KeysteadError("INVALID_ARGUMENT", `form must be one of ${Object.keys(FORMS).join(", ")}`);
  }
  return FORMS[form](fingerprint);
}
