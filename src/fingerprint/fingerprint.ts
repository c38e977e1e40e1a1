// Fingerprints: 256 bits that commit to a whole log, to be compared by people or by their devices.
// docs/spec.md section 10.

import { checkHead } from "../arguments/heads.js";
import { finishInstance, isDisguised, wrongInstance } from "../arguments/instances.js";
import { encodeCbor } from "../bytes/cbor.js";
import { lastOf } from "../bytes/present.js";
import { fromHex, toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { assertLog, type Head, LogState } from "../log/state.js";
import { labelledHash } from "../primitives/hash.js";
import { LABELS } from "../primitives/labels.js";
import { type FingerprintForm, FORMS } from "./forms.js";

/**
 * Commits to a log up to one head. Public: it may be shown, printed and sent. It changes with every link (of an escrow log, but for
 * daily records), so two people who compare must both have the newest state.
 */
export class Fingerprint {
  readonly head: Head;
  /** All 256 bits: 64 lower-case hexadecimal digits. */
  readonly hex: string;
  // Only fingerprintOf makes one, so that what is shown is the hash of the head it names.
  readonly #hashed = true;

  private constructor(head: Head, hex: string) {
    this.head = head;
    this.hex = hex;
    finishInstance(this, "Fingerprint");
  }

  /** @internal Only {@link fingerprintOf} calls this. */
  static ofHashed(head: Head, hex: string): Fingerprint {
    return new Fingerprint(head, hex);
  }

  /** Whether the value is a fingerprint made by {@link fingerprintOf}. */
  static is(value: unknown): value is Fingerprint {
    return typeof value === "object" && value !== null && #hashed in value;
  }

  /** The default form: 60 digits. */
  toString(): string {
    return FORMS.digits(this);
  }
}

/** Links of an escrow log that change neither its devices, nor its epoch, nor its policy. */
const DAILY: ReadonlySet<string> = /* @__PURE__ */ new Set(["act", "access", "disown", "rename"]);

/**
 * The head whose fingerprint is that of a log: the newest, and in an escrow log the one at the newest link other than `act`, `access`,
 * `disown` and `rename`. Users compare it with what was published when the admins' devices last changed: daily records must not
 * change it.
 */
export function fingerprintHead({ kind, head, links }: LogState): Head {
  if (kind === "user") return head;
  // The first link is none of these, so there is one.
  const { seq, hash } = lastOf([...links].filter(({ type }) => !DAILY.has(type)));
  return { log: head.log, seq, hash };
}

/**
 * The fingerprint of a log, or of one head of it: SHA-256(label ‖ 0x00 ‖ CBOR [log id, seq, link hash]). That of an escrow log does not
 * change with the daily records of its admins.
 *
 * @throws `INVALID_ARGUMENT`, `INVALID_ENCODING` for what is no log and no head
 */
export function fingerprintOf(of: Head | LogState): Fingerprint {
  if (isDisguised("LogState", of)) assertLog(of);
  const { log, seq, hash } = checkHead(LogState.is(of) ? fingerprintHead(of) : of);
  const logId = fromHex(log, { name: "head.log", length: 32 });
  const linkHash = fromHex(hash, { name: "head.hash", length: 32 });
  const digest = labelledHash(LABELS.fingerprint, encodeCbor([logId, seq, linkHash]));
  return Fingerprint.ofHashed(Object.freeze({ log, seq, hash }), toHex(digest));
}

/**
 * A fingerprint for people or devices to compare:
 *
 * - `digits` (default): 60 digits in 12 groups of five; the 256-bit number modulo 10^60.
 * - `hex`: 64 hexadecimal digits in 16 groups of four.
 * - `words`: 19 words for reading aloud, from the top 209 bits, of the list of BIP-39 (English). **Not** a wallet's
 *   secret phrase: those have 12 to 24 words in steps of three, never 19, and this is public. Say so where it is shown.
 * - `qr`: text for a QR code, which carries log id and seq too, so that the comparison can tell more.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function formatFingerprint(fingerprint: Fingerprint, form: FingerprintForm = "digits"): string {
  if (!Fingerprint.is(fingerprint)) throw wrongInstance("fingerprint", "Fingerprint", fingerprint);
  if (!Object.hasOwn(FORMS, form)) {
    throw new KeysteadError("INVALID_ARGUMENT", `form must be one of ${Object.keys(FORMS).join(", ")}`);
  }
  return FORMS[form](fingerprint);
}
