// Seven digits in place of a fingerprint, for two devices that are online: both are bound to their parts before they see the other's, so
// a service that stands between them has one try in ten million. docs/spec.md section 10.1.

import { type Bytes, equalBytes } from "../bytes/bytes.js";
import { encodeCbor } from "../bytes/cbor.js";
import type { MemberId } from "../bytes/ids.js";
import { bytes, decode, encode, type Infer, literal, record, type Schema } from "../bytes/schema.js";
import { fromHex, toHex, utf8Encode } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import type { MemberState } from "../grants/member-state.js";
import { requireActive } from "../grants/standing.js";
import { head } from "../log/fields.js";
import { isSameHead } from "../log/heads.js";
import type { Head, LogState, Member } from "../log/state.js";
import { drawRandom, type Env } from "../primitives/env.js";
import { labelledHash } from "../primitives/hash.js";
import * as LABELS from "../primitives/labels.js";
import { type DeviceMatch, type Mismatch, matchOf } from "./compare.js";
import { deviceOf } from "./fingerprint.js";

/** Most bytes of a message. */
export const MAX_DIGITS_MESSAGE = 512;
/** Bytes of a salt and of a part. */
const PART_LENGTH = 32;
const COUNT = 7;

const hash = bytes(32);
const commitSchema = record({ v: literal(1), step: literal("commit"), head, commitment: hash });
const answerSchema = record({ v: literal(1), step: literal("answer"), commitment: hash, part: hash });
const openSchema = record({
  v: literal(1),
  step: literal("open"),
  commitment: hash,
  answer: hash,
  salt: hash,
  part: hash,
});

/** What digits are of: a head of a log, and a device in it with its keys there. */
export interface DigitsOf {
  readonly head: Head;
  readonly device: Pick<Member, "id" | "signingKey" | "kemKey">;
}

/** What binds the approving device to its part, 32 bytes. @param salt and part 32 bytes each */
export function digitsCommitment({ head, device }: DigitsOf, salt: Uint8Array, part: Uint8Array): Bytes {
  return labelledHash(LABELS.digitsCommitment, encodeCbor([salt, part, ...fieldsOf(head), idOf(device)]));
}

/** Seven digits, such as `012 3456`. @param part of the approving device. @param answer the other device's part; 32 bytes each */
export function digitsOf({ head, device }: DigitsOf, part: Uint8Array, answer: Uint8Array): string {
  const { signingKey, kemKey } = device;
  const of = [...fieldsOf(head), idOf(device), signingKey, kemKey, part, answer];
  const number = BigInt(`0x${toHex(labelledHash(LABELS.digits, encodeCbor(of)))}`) % 10n ** BigInt(COUNT);
  return number.toString().padStart(COUNT, "0").replace(/^.../, "$& ");
}

function fieldsOf({ log, seq, hash }: Head) {
  return [fromHex(log, { name: "head.log", length: 32 }), seq, fromHex(hash, { name: "head.hash", length: 32 })];
}

function idOf({ id }: Pick<Member, "id">) {
  return fromHex(id, { name: "member", length: 16 });
}

/** The digits on the approving device. */
export interface DigitsComparison {
  /** Such as `012 3456`, to be shown beside the question whether the other device shows the same. */
  readonly digits: string;
  /**
   * Compares what the other device shows: what the user typed; or `digits`, where the user saw both and said that they are equal. It can
   * be called once.
   *
   * @returns with the token that approves the device; or a mismatch: somebody stands between the two devices, so remove the device.
   * @throws `FINGERPRINT_INVALID` for what are not seven digits: ask again; `COMPARE_AGAIN` at the second call
   */
  check(shown: string): DeviceMatch | Mismatch;
}

/** The approving device's side. */
export interface DigitsQuestion {
  /** To be sent to the device: the commitment. */
  readonly message: Bytes;
  /**
   * Takes a message of the device.
   *
   * @returns what opens the commitment, to be sent, and the digits; undefined for a message of another comparison, and for a second
   * answer (SAS-1)
   */
  take(message: Uint8Array): { readonly message: Bytes; readonly comparison: DigitsComparison } | undefined;
}

/**
 * Begins a comparison on the approving device.
 *
 * @param log the newest verified state.
 * @param member the device that is to be approved.
 * @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`
 */
export function askForDigits(log: LogState, member: MemberId, env: Env): DigitsQuestion {
  const device = deviceOf(log, member);
  const of = { head: log.head, device };
  const salt = drawRandom(env, PART_LENGTH);
  const part = drawRandom(env, PART_LENGTH);
  const commitment = digitsCommitment(of, salt, part);
  let isAnswered = false;
  return {
    message: encode(commitSchema, { v: 1, step: "commit", head: log.head, commitment }, "commit"),
    take(message) {
      const answer = read(answerSchema, message);
      if (!answer || isAnswered || !equalBytes(answer.commitment, commitment)) return undefined;
      isAnswered = true;
      const opening = { v: 1 as const, step: "open" as const, commitment, answer: answer.part, salt, part };
      const digits = digitsOf(of, part, answer.part);
      return { message: encode(openSchema, opening, "open"), comparison: comparisonOf(log, device, digits) };
    },
  };
}

function comparisonOf(log: LogState, device: Member, digits: string): DigitsComparison {
  let isChecked = false;
  return Object.freeze({
    digits,
    check(shown: string) {
      const typed = typeof shown === "string" ? shown.replace(/[\s-]/g, "") : "";
      if (!/^\d{7}$/.test(typed))
        throw new KeysteadError(
          "FINGERPRINT_INVALID",
          "the other device shows seven digits; give these, and nothing else",
        );
      // SAS-2: somebody who guesses gets no second try.
      if (isChecked) throw beginAgain("these digits were compared already", "compared");
      isChecked = true;
      // SAS-3: what a match of fingerprints gives, or nothing.
      const isEqual = equalBytes(utf8Encode(typed), utf8Encode(digits.replace(" ", "")));
      return isEqual ? matchOf(log, device) : { code: "comparison-mismatch" as const, status: "mismatch" as const };
    },
  });
}

/** The other device's side. */
export interface DigitsAnswer {
  /** To be sent to the approving device. */
  readonly message: Bytes;
  /**
   * Takes a message of the approving device.
   *
   * @returns the digits to show; undefined for a message of another comparison.
   * @throws `COMPARE_AGAIN` (SAS-1) when it opens something else than it committed to
   */
  take(message: Uint8Array): string | undefined;
}

/** The head and the commitment of a message that begins a comparison; undefined for any other message. */
export function beginningIn(message: Uint8Array): Pick<Infer<typeof commitSchema>, "head" | "commitment"> | undefined {
  return read(commitSchema, message);
}

/**
 * Answers a commitment. A device answers no commitment twice (SAS-2): the caller sees to it.
 *
 * @param state of this device, at the newest verified head.
 * @throws `COMPARE_AGAIN` when the approving device knows another head; `NOT_PERMITTED` for a device that was removed
 */
export function answerDigits({ log, keyring }: MemberState, commit: Uint8Array, env: Env): DigitsAnswer {
  requireActive(log, keyring);
  const device = deviceOf(log, keyring.member);
  const begun = beginningIn(commit);
  if (!begun) throw new KeysteadError("INVALID_ARGUMENT", "this message begins no comparison of digits");
  if (!isSameHead(begun.head, log.head))
    throw beginAgain("the devices know different heads of the log; refresh both sides", "moved-on");
  const { commitment } = begun;
  const of = { head: log.head, device };
  const part = drawRandom(env, PART_LENGTH);
  return {
    message: encode(answerSchema, { v: 1, step: "answer", commitment, part }, "answer"),
    take(message) {
      const opened = read(openSchema, message);
      if (!opened || !equalBytes(opened.commitment, commitment) || !equalBytes(opened.answer, part)) return undefined;
      if (!equalBytes(digitsCommitment(of, opened.salt, opened.part), commitment))
        throw beginAgain(
          "the other side opened something else than it had committed to: somebody interferes",
          "opened-otherwise",
        );
      return digitsOf(of, opened.part, part);
    },
  };
}

/** A message is one of many, from anybody: what is not in the form is not for this step. */
function read<T>(schema: Schema<T>, message: Uint8Array): T | undefined {
  try {
    return decode(schema, message, { name: "message", maxBytes: MAX_DIGITS_MESSAGE });
  } catch (error) {
    if (KeysteadError.from(error)) return undefined;
    throw error;
  }
}

/** The error for a comparison that gives nothing. */
export function beginAgain(problem: string, because: string): KeysteadError {
  return new KeysteadError("COMPARE_AGAIN", `${problem}; begin again on both devices`, {
    rule: because === "opened-otherwise" ? "SAS-1" : "SAS-2",
    details: { because },
  });
}
