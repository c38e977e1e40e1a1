// Fingerprints and backup keys in all their forms, and texts with mistakes: docs/spec.md sections 9 and 10.

import { secretFromBytes } from "../../../src/backup/bits.js";
import { encodeBackupText } from "../../../src/backup/code.js";
import { backupIdSymbols, backupKeys } from "../../../src/backup/key.js";
import { checkBackupKey } from "../../../src/backup/open.js";
import { decodeCbor } from "../../../src/bytes/cbor.js";
import type { MemberId } from "../../../src/bytes/ids.js";
import { present } from "../../../src/bytes/present.js";
import { compareFingerprint } from "../../../src/fingerprint/compare.js";
import { answerDigits, askForDigits, type DigitsOf, digitsOf } from "../../../src/fingerprint/digits.js";
import { fingerprintOf, formatFingerprint } from "../../../src/fingerprint/fingerprint.js";
import { encodeContact, trackContact } from "../../../src/fingerprint/tracked-contact.js";
import { activeMember } from "../../../src/log/state.js";
import { announce } from "../../../test/escrow/support.js";
import { ALL_FORMS, type AnyForm, readAny, written } from "../../../test/fingerprint/support.js";
import { createBackupKey, review } from "../../../test/support/accepted.js";
import type { RawBody } from "../../../test/support/raw-link.js";
import { seededEnv } from "../../../test/support/seeded-env.js";
import type { World } from "../../../test/support/world.js";
import { text, type VectorFile } from "../format.js";
import { prefixOf } from "../prefixes.js";
import { alone, bob, joined, ready, staffed, two, user } from "../worlds.js";

/** In full width, as input methods for Chinese and Japanese write it: letters, digits, punctuation and `?`. */
const wide = (text: string): string =>
  text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)).replaceAll(" ", "\u3000");

/** vectors/positive/fingerprints.json */
export function fingerprintValues() {
  const forms = ({ log }: Pick<World, "log">, member?: MemberId) =>
    Object.fromEntries(ALL_FORMS.map((form) => [form, written(log, form, member)])) as Record<AnyForm, string>;
  const { digits, hex, words, qr } = forms(joined);
  const typed = [
    digits.replaceAll(" ", ""),
    digits.replaceAll(" ", "-"),
    hex.toUpperCase(),
    words.toUpperCase(),
    words.replaceAll(" ", ", "),
    words.replaceAll(" ", " | "),
    wide(digits),
    wide(hex),
    wide(words),
    wide(qr),
    qr.toLowerCase(),
    `  ${qr}\n`,
  ];
  const fork = joined.review("Laptop", { remove: ["Phone"] });
  const given = [
    ...Object.values(forms(two)),
    ...Object.values(forms(joined)),
    ...Object.values(forms(two.rotate("Laptop"))),
    forms(fork).qr,
    forms(bob).qr,
    forms(bob).digits,
  ].map((text) => ({ text, with: undefined }));
  const [laptop, phone] = [two.id("Laptop"), two.id("Phone")];
  const ofDevices = [two, joined].flatMap((world) => [forms(world, phone), forms(world, laptop)]);
  const devices = [...ofDevices.flatMap((each) => Object.values(each)), digits, qr];
  const compared = [
    ...given,
    ...devices.flatMap((text) => [phone, undefined].map((member) => ({ text, with: member }))),
  ];
  return {
    heads: [alone, joined, bob].map((world) => ({ head: world.log.head, ...forms(world) })),
    devices: [two, joined].flatMap((world) =>
      [laptop, phone].map((member) => ({ head: world.log.head, member, ...forms(world, member) })),
    ),
    readings: [...typed, forms(two, phone).qr.toLowerCase()].map((text) => ({
      typed: text,
      ...readingOf(text),
    })),
    comparisons: {
      ...{ log: prefixOf(two), subject: two.log.subject },
      given: compared.map(({ text, with: member }) => ({ text, with: member, ...comparison(two, text, member) })),
    },
    escrow: escrowFingerprints(),
    pins: [false, true].map((verified) => {
      const pin = trackContact(two.log, { unsafeVerified: verified });
      return { ...pin, bytes: text(encodeContact(pin)) };
    }),
  };
}

/** vectors/positive/digits.json: a comparison of digits, and what the digits are when one thing is another. */
export function digitsValues() {
  const { log } = two;
  const laptop = activeMember(log, two.id("Laptop"));
  const device = activeMember(log, two.id("Phone"));
  const asking = askForDigits(log, device.id, seededEnv("the approving device"));
  const answering = answerDigits(two.session("Phone"), asking.message, seededEnv("the other device"));
  const { message: open, comparison } = present(asking.take(answering.message));
  const fields = decodeCbor(open, { name: "open", maxBytes: open.length }) as RawBody;
  const [salt, part, answer, commitment] = ["salt", "part", "answer", "commitment"].map(
    (name) => fields.get(name) as Uint8Array,
  ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const swapped = {
    head: { head: joined.log.head, device },
    member: { head: log.head, device: { ...device, id: laptop.id } },
    signingKey: { head: log.head, device: { ...device, signingKey: laptop.signingKey } },
    kemKey: { head: log.head, device: { ...device, kemKey: laptop.kemKey } },
  };
  const plain = ({ head, device: { id, signingKey, kemKey } }: DigitsOf) => ({
    ...{ head, member: id, signingKey: text(signingKey), kemKey: text(kemKey) },
  });
  return {
    ...plain({ head: log.head, device }),
    ...{ salt: text(salt), part: text(part), answer: text(answer), commitment: text(commitment) },
    messages: { commit: text(asking.message), answer: text(answering.message), open: text(open) },
    digits: comparison.digits,
    // Somebody between the two devices who swaps this shows other digits.
    swapped: Object.entries(swapped).map(([what, of]) => ({ what, ...plain(of), digits: digitsOf(of, part, answer) })),
  };
}

/** What a text says: its form and spelling, and what a QR payload names. */
function readingOf(text: string) {
  const read = readAny(text);
  return read.form === "words" ? { form: read.form, text: read.text } : read;
}

/** What a comparison finds: with the whole log, or with one device. */
function comparison({ log }: World, text: string, member: MemberId | undefined) {
  const given = readAny(text);
  const found = member === undefined ? compareFingerprint(log, given) : compareFingerprint(log, given, member);
  return { result: found.status, names: found.member };
}
/** An escrow log that continues with daily records, and texts that are compared with it. */
function escrowFingerprints() {
  const record = (world: World, name: string) =>
    announce(world, "Bob", user.join(name), { approve: [name] }, { reason: "a record" }).escrow;
  const daily = record(record(staffed, "Phone"), "Tablet").rename("Bob", "Robert");
  const later = daily.rotate("Ann");
  const heads = [ready, staffed, daily, later];
  const given = heads.map(({ log }) => formatFingerprint(fingerprintOf(log.head), "qr"));
  const compared = ({ log }: World) => given.map((text) => ({ text, result: compareFingerprint(log, text).status }));
  return [staffed, daily, later].map((world) => ({
    ...{ log: prefixOf(world), hex: fingerprintOf(world.log).hex, given: compared(world) },
  }));
}

/** vectors/positive/backup.json */
export function backupValues() {
  const made = createBackupKey(alone.session("Laptop"), { name: "Paper" }, alone.env("makes a paper"));
  const world = alone.append(made.entry);
  const paper = made.paper.reveal(world.log);
  const gone = world.act("Laptop", "removes the paper", (session, env) =>
    review(session, { remove: [made.paper.member] }, env),
  );
  const chars = [...paper.replaceAll("-", "")];
  const at = (changes: Readonly<Record<number, string>>) => chars.map((char, index) => changes[index] ?? char).join("");
  const other = (char: string | undefined) => (char === "7" ? "8" : "7");
  const swap = { 10: chars[11] as string, 11: chars[10] as string };
  const typed = [
    paper,
    paper.toLowerCase().replaceAll("-", " "),
    paper.replaceAll("0", "o").replaceAll("1", "L"),
    at({ 5: other(chars[5]) }),
    at({ 5: other(chars[5]), 20: other(chars[20]), 33: other(chars[33]) }),
    at({ 4: "?", 9: "?", 13: "?", 18: "?", 22: "?", 27: "?" }),
    at({ 0: "?", 1: other(chars[1]) }),
    at(swap),
    [...chars.slice(0, 7), ...chars.slice(8)].join(""),
    [...chars.slice(0, 7), "Z", ...chars.slice(7)].join(""),
    ["-", "_", ".", ", ", " | ", "\u00b7", "\u2022", "\u2192", "\u200b"].reduce(
      (text, between) => text.replace("-", between),
      paper,
    ),
    wide(at({ 4: "?" })),
  ];
  return {
    keys: ["a", "b"].map((name) => {
      const secretBytes = seededEnv(`secret ${name}`)
        .random(17)
        .map((byte, index) => (index === 0 ? byte & 3 : byte));
      const secret = secretFromBytes(secretBytes);
      const { log } = alone.log.head;
      const keys = backupKeys(secret, log);
      const id = backupIdSymbols(keys.signingKey);
      const seed = keys.copySeed().bytes();
      return {
        ...{ log, secretBytes: text(secretBytes), secret, seed: text(seed), sign: text(keys.signingKey) },
        ...{ id, text: encodeBackupText(id, secret) },
      };
    }),
    typed: [world, gone].map(({ log, entries }) => ({
      ...{ log: prefixOf({ log, entries }), subject: log.subject, paper },
      texts: typed.map((text) => {
        const { member, standing, corrections } = checkBackupKey(log, text);
        return { text, member, standing, corrections };
      }),
    })),
  };
}

export function textFiles(): readonly VectorFile[] {
  return [
    ["positive/fingerprints.json", fingerprintValues()],
    ["positive/digits.json", digitsValues()],
    ["positive/backup.json", backupValues()],
  ];
}
