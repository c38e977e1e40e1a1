// Signed content, and what its reader learns of the sender: docs/spec.md section 12.

import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import { hashHeader } from "../../src/content/content-key.js";
import {
  type ContentSender,
  encodeCore,
  encodeHeader,
  readContentHeader,
  splitContent,
} from "../../src/content/format.js";
import { type OpenOptions, openContent, openSigned, openStream, openWithDetails } from "../../src/content/open.js";
import { sealContent, sealStream } from "../../src/content/seal.js";
import { Transcript } from "../../src/content/signature.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { trackContact } from "../../src/fingerprint/tracked-contact.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { ownKeys } from "../../src/keys/keyring.js";
import { encodeEntry } from "../../src/log/entry.js";
import { verifyLog } from "../../src/log/verify.js";
import { verifyEd25519 } from "../../src/primitives/sign.js";
import { flipped, utf8 } from "../primitives/support.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import { openWorld, type World } from "../support/world.js";
import { collect, pieces, prefixOf, rejected, through } from "./stream-support.js";
import {
  CHUNK,
  chunksOf,
  content,
  contentKey,
  expectSame,
  forge,
  headerFor,
  kemOf,
  person,
  withHeader,
} from "./support.js";

const bob = person("bob");
const env = seededEnv("signed");
const purpose = "letter";
const size = 2 * CHUNK + 100;
/** Alice, with a laptop and a phone that it approved. */
const alice = openWorld("signed")
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] });

const seal = (signer: MemberState, length = size) => sealContent([bob.log], content(length), { purpose, signer }, env);
const open = (sealed: Uint8Array, options: OpenOptions = {}) => openWithDetails(sealed, bob.keyring, options);
const refusal = (sealed: Uint8Array, options: OpenOptions) => rejection(open(sealed, options));
/** The sender of content that proves to be from a world's log. */
const senderFrom = async (sealed: Uint8Array, world: World, options: OpenOptions = {}) =>
  (await open(sealed, { senderLog: world.log, ...options })).sender;

/** Content with a claimed sender and a signature by any keys. */
async function claim(sender: ContentSender, signer: MemberState): Promise<Uint8Array> {
  const key = contentKey(4);
  const header = { ...headerFor([bob.log], purpose), sender };
  const sealed = await forge({ header, boxes: [[kemOf(bob.log), key]], contentKey: key, plaintext: content(50) });
  const transcript = new Transcript(hashHeader(splitContent(sealed).headerBytes));
  for (const chunk of chunksOf(sealed).chunks) transcript.add(chunk);
  return concat(sealed, transcript.sign(ownKeys(signer.keyring)));
}

const by = (world: World, name: string): ContentSender => ({ member: world.id(name), head: world.log.head });

describe("content that a device signed", () => {
  const sealed = seal(alice.session("Phone"));

  it("opens with the facts about its sender", async () => {
    const { plaintext, header, sender } = await open(await sealed, { senderLog: alice.log });
    expectSame(plaintext, content(size));
    expect(header.sender).toEqual(by(alice, "Phone"));
    expect(sender).toEqual({
      status: "verified",
      subject: alice.log.subject,
      log: alice.log.head.log,
      member: alice.id("Phone"),
      name: {
        ...{ code: "member", member: alice.id("Phone"), kind: "device", name: "Phone" },
        ...{ shortId: alice.id("Phone").slice(0, 8), withId: false, organisation: undefined },
      },
      position: 2,
      head: alice.log.head,
      removedSince: undefined,
      rekeyedSince: undefined,
      trust: "founding",
      judgedBy: "log",
    });
    expectSame(await openContent(await sealed, bob.keyring, { senderLog: alice.log }), content(size));
  });

  it("is signed over header and all ciphertext, as the specification says, without this library's help", async () => {
    const bytes = await sealed;
    const { end, headerBytes } = splitContent(bytes);
    const zero = Uint8Array.of(0);
    const hash = (label: string, ...parts: Uint8Array[]) =>
      sha256(concat(utf8(`keystead/v1/content/${label}`), zero, ...parts));
    let transcript = hash("header", headerBytes);
    for (let at = end; at < bytes.length - 64; at += CHUNK + 16) {
      transcript = hash("transcript", transcript, bytes.subarray(at, Math.min(at + CHUNK + 16, bytes.length - 64)));
    }
    const message = concat(utf8("keystead/v1/content/signature"), zero, transcript);
    const { signingKey: sign } = alice.member("Phone");
    expect(verifyEd25519(sign, message, bytes.subarray(-64))).toBe(true);
  });

  it("does not look verified to a reader that checks no sender", async () => {
    const { sender } = await open(await sealed);
    expect(sender).toEqual({ status: "unchecked", claimed: by(alice, "Phone") });
    expectSame(await openContent(await sealed, bob.keyring), content(size));
    // Content with a lie about its sender opens all the same: the result claims nothing about the sender.
    const lie = await open(flipped(await sealed, -1));
    expect(lie.sender.status).toBe("unchecked");
  });

  it("is refused with any bit of the signature changed, or another's signature (INVALID_SIGNATURE)", async () => {
    const bytes = await sealed;
    for (const at of [-1, -32, -33, -64]) {
      expect(await refusal(flipped(bytes, at), { senderLog: alice.log })).toMatchObject({
        code: "INVALID_SIGNATURE",
        details: { member: alice.id("Phone"), log: alice.log.head.log },
      });
    }
    const other = await seal(alice.session("Phone"));
    const swapped = concat(bytes.subarray(0, -64), other.subarray(-64));
    expect(await refusal(swapped, { senderLog: alice.log })).toMatchObject({ code: "INVALID_SIGNATURE" });
  });

  it("is refused with the signature cut off, shortened or followed by other bytes", async () => {
    const bytes = await sealed;
    for (const mutant of [bytes.subarray(0, -64), bytes.subarray(0, -1), concat(bytes, Uint8Array.of(0))]) {
      for (const options of [{}, { senderLog: alice.log }]) {
        expect(await refusal(mutant, options)).toMatchObject({ code: "CORRUPT_CONTENT" });
      }
    }
  });

  it("cannot lose its sender, get another one, or be sealed to somebody else", async () => {
    const bytes = await sealed;
    const { coreBytes: _, commitment, boxes } = splitContent(bytes);
    const header = readContentHeader(bytes);
    const { sender: __, ...unsigned } = header;
    const cores = [
      unsigned,
      { ...header, sender: by(alice, "Laptop") },
      { ...header, sender: { ...by(alice, "Phone"), head: { ...alice.log.head, seq: 2 } } },
      headerFor([person("carol").log], purpose),
    ];
    for (const core of cores) {
      const mutant = withHeader(bytes, encodeHeader(encodeCore(core), commitment, boxes));
      const { code } = await refusal(mutant, {});
      expect(["CORRUPT_CONTENT", "NOT_A_RECIPIENT"]).toContain(code);
    }
  });

  it("behaves the same in streams, where the last bytes are held back until the signature has proved good", async () => {
    const options = { purpose, signer: alice.session("Phone") };
    const streamed = await collect(pieces(content(size), [1000]).pipeThrough(sealStream([bob.log], options, env)));
    expect((await open(streamed, { senderLog: alice.log })).sender.status).toBe("verified");
    const good = openStream(bob.keyring, { senderLog: alice.log });
    expectSame(await collect(through(good, await sealed)), content(size));
    expect((await good.opened).sender).toMatchObject({ status: "verified", member: alice.id("Phone") });

    for (const [mutant, code] of [
      [flipped(await sealed, -1), "INVALID_SIGNATURE"],
      [(await sealed).subarray(0, -64), "CORRUPT_CONTENT"],
    ] as const) {
      const bad = openStream(bob.keyring, { senderLog: alice.log });
      const { prefix, error } = await prefixOf(through(bad, mutant));
      expect(error).toMatchObject({ code });
      expect(prefix.length).toBeLessThan(size);
      expect(await rejected(bad.opened)).toBe(error);
    }
    // Padding must not let all of the content out before the signature: here two chunks are only padding.
    const long = 64 * CHUNK + 1;
    const padded = await sealContent([bob.log], content(long), { ...options, pad: true }, env);
    expect(chunksOf(padded).chunks.length).toBe(Math.ceil(long / (CHUNK - 8)) + 2);
    const held = await prefixOf(through(openStream(bob.keyring, { senderLog: alice.log }), flipped(padded, -1)));
    expect(held.error).toMatchObject({ code: "INVALID_SIGNATURE" });
    expect(held.prefix.length).toBeLessThan(long);
  });

  it("has no chunk for its signature: a chunk that is nearly full stays the only one", async () => {
    const bytes = await seal(alice.session("Phone"), CHUNK - 10);
    expectSame(await openContent(bytes, bob.keyring, { senderLog: alice.log }), content(CHUNK - 10));
    expect(await refusal(flipped(bytes, -70), { senderLog: alice.log })).toMatchObject({
      code: "CORRUPT_CONTENT",
      details: { chunk: 0, chunks: 1 },
    });
  });

  it("of no bytes is signed too", async () => {
    expect(await senderFrom(await seal(alice.session("Laptop"), 0), alice)).toMatchObject({ status: "verified" });
  });
});

describe("content that should be signed and is not", () => {
  it("is refused when the reader expects a sender (INVALID_SIGNATURE), and reported as unsigned otherwise", async () => {
    const plain = await sealContent([bob.log], content(5), { purpose }, env);
    expect(await refusal(plain, { senderLog: alice.log })).toMatchObject({ code: "INVALID_SIGNATURE" });
    expect((await open(plain)).sender).toEqual({ status: "unsigned" });
  });

  it("is never opened by openSigned, whatever the options", async () => {
    const plain = await sealContent([bob.log], content(5), { purpose }, env);
    const signed = await seal(alice.session("Phone"), 5);
    for (const sealed of [plain, signed]) {
      for (const options of [undefined, {}, { senderLog: undefined }, { purpose }, { log: bob.log }]) {
        expect(await rejection(openSigned(sealed, bob.keyring, options as never))).toMatchObject({
          code: "INVALID_ARGUMENT",
        });
      }
    }
    expect(await rejection(openSigned(plain, bob.keyring, { senderLog: alice.log }))).toMatchObject({
      code: "INVALID_SIGNATURE",
    });
    const { plaintext, sender } = await openSigned(signed, bob.keyring, { senderLog: alice.log });
    expectSame(plaintext, content(5));
    expect([sender.status, sender.member]).toEqual(["verified", alice.id("Phone")]);
  });
});

describe("a sender judged by the newest log", () => {
  it("may be removed since: the reader learns when and by which member", async () => {
    const sealed = await seal(alice.session("Phone"));
    const later = alice.review("Laptop", { remove: ["Phone"] });
    expect(await senderFrom(sealed, later)).toMatchObject({
      status: "verified",
      head: alice.log.head,
      removedSince: { seq: 4, by: alice.id("Laptop") },
    });
  });

  it("may have taken fresh keys since: the old key counts where it was the device's, and the reader learns of it", async () => {
    const before = await seal(alice.session("Phone"));
    const rekeyed = alice.rekey("Phone");
    const twice = rekeyed.rotate("Laptop").rekey("Phone");
    expect(await senderFrom(before, twice)).toMatchObject({ status: "verified", rekeyedSince: 4 });
    const between = await seal(rekeyed.session("Phone"));
    expect(await senderFrom(between, twice)).toMatchObject({ status: "verified", rekeyedSince: 6 });
    const after = await seal(twice.session("Phone"));
    expect(await senderFrom(after, twice)).toMatchObject({ status: "verified", rekeyedSince: undefined });
    // The old key, at a head where it was already replaced.
    const old = await claim(by(twice, "Phone"), alice.session("Phone"));
    expect(await refusal(old, { senderLog: twice.log })).toMatchObject({ code: "INVALID_SIGNATURE" });
    const twin = await claim(by(twice, "Phone"), twice.session("Phone"));
    expect(await senderFrom(twin, twice)).toMatchObject({ status: "verified" });
  });

  it("that was removed before the head that it names is refused (MEM-4)", async () => {
    const gone = alice.review("Laptop", { remove: ["Phone"] });
    const late = await claim(by(gone, "Phone"), alice.session("Phone"));
    const unknown = { code: "UNKNOWN_MEMBER", rule: "MEM-4" };
    expect(await refusal(late, { senderLog: gone.log })).toMatchObject(unknown);
    expect(await refusal(late, { senderLog: gone.rotate("Laptop").log })).toMatchObject(unknown);
    const twin = await claim(by(gone, "Laptop"), alice.session("Laptop"));
    expect(await senderFrom(twin, gone)).toMatchObject({ status: "verified" });
  });

  it("that entered only after the head that it names is refused (UNKNOWN_MEMBER)", async () => {
    const later = alice.join("Tablet");
    const early = await claim({ member: later.id("Tablet"), head: alice.log.head }, later.session("Tablet"));
    expect(await refusal(early, { senderLog: later.log })).toMatchObject({ code: "UNKNOWN_MEMBER" });
    const twin = await claim(by(later, "Tablet"), later.session("Tablet"));
    expect(await senderFrom(twin, later)).toMatchObject({ status: "verified", trust: "neither" });
  });

  it("that never was in the log is refused (UNKNOWN_MEMBER)", async () => {
    const head = alice.log.head;
    const stranger = await claim({ member: bob.keyring.member, head }, bob);
    const details = { member: bob.keyring.member, log: head.log, seq: head.seq };
    const refused = await refusal(stranger, { senderLog: alice.log });
    expect(refused).toMatchObject({ code: "UNKNOWN_MEMBER", rule: undefined });
    expect(refused.details).toEqual(details);
  });

  it("that is a backup key is refused: a backup key signs no content", async () => {
    const paper = alice.backup("Laptop", "Paper");
    const claimed = await claim(by(paper, "Paper"), paper.session("Paper"));
    expect(await refusal(claimed, { senderLog: paper.log })).toMatchObject({ code: "UNKNOWN_MEMBER" });
  });

  it("that knew a newer log than the given one is refused until the log is fetched (STALE_LOG)", async () => {
    const later = alice.rotate("Laptop");
    const sealed = await seal(later.session("Laptop"));
    expect(await refusal(sealed, { senderLog: alice.log })).toMatchObject({
      code: "STALE_LOG",
      details: { seq: 4, log: alice.log.head.log },
    });
    expect(await senderFrom(sealed, later)).toMatchObject({ status: "verified" });
  });

  it("that belongs to another log than the given one is refused (WRONG_SUBJECT)", async () => {
    const sealed = await seal(person("eve"));
    expect(await refusal(sealed, { senderLog: alice.log })).toMatchObject({
      code: "WRONG_SUBJECT",
      details: { expected: alice.log.head.log, actual: person("eve").log.head.log },
    });
  });

  it("that saw another history of its log raises an alarm, once the signature has proved good (FORKED)", async () => {
    const [mine, theirs] = [alice.rotate("Laptop"), alice.rename("Phone", "Handy")];
    const sealed = await seal(theirs.session("Phone"));
    const forked = { code: "FORKED", details: { pinned: mine.log.head, offered: theirs.log.head } };
    expect(await refusal(sealed, { senderLog: mine.log })).toMatchObject(forked);
    expect(await refusal(sealed, { senderLog: mine.rotate("Laptop").log })).toMatchObject(forked);
    expect(await senderFrom(sealed, theirs)).toMatchObject({ status: "verified", name: { name: "Handy" } });
    // Anybody can name a head that never existed. That must not raise the alarm.
    const lie = await claim(by(theirs, "Phone"), person("eve"));
    expect(await refusal(lie, { senderLog: mine.log })).toMatchObject({ code: "INVALID_SIGNATURE" });
  });

  it("whose name was not delivered has no name", async () => {
    const withoutNames = alice.links().map((link) => encodeEntry(link, []));
    const bare = verifyLog(withoutNames, { subject: alice.log.subject, now: "unchecked" });
    const { sender } = await open(await seal(alice.session("Phone")), { senderLog: bare });
    expect(sender).toMatchObject({ status: "verified", name: { code: "unnamed", name: undefined, withId: true } });
  });

  it("that calls itself like another device has its id beside its name, on one line (attack)", async () => {
    const thief = alice.join("Phone\n\u202e");
    const { sender } = await open(await seal(thief.session("Phone\n\u202e")), { senderLog: thief.log });
    expect(sender).toMatchObject({ status: "verified", name: { name: "Phone", withId: true } });
  });
});

describe("a sender who is a tracked contact", () => {
  const pin = trackContact(alice.log, { unsafeVerified: true });

  it("is founding when its device is of the class that was trusted at the pin, also if it was approved later", async () => {
    const later = alice.join("Tablet").review("Phone", { approve: ["Tablet"] });
    for (const name of ["Laptop", "Tablet"]) {
      const sealed = await seal(later.session(name));
      const founding = { status: "verified", trust: "founding" };
      expect(await senderFrom(sealed, later, { senderContact: pin })).toMatchObject({
        ...founding,
        judgedBy: "contact",
      });
      expect(await senderFrom(sealed, later)).toMatchObject({ ...founding, judgedBy: "log" });
    }
  });

  it("is `neither` when no device of that class approved it: it may be a thief's", async () => {
    const thief = alice.join("Thief");
    const sealed = await seal(thief.session("Thief"));
    expect(await senderFrom(sealed, thief, { senderContact: pin })).toMatchObject({
      trust: "neither",
      judgedBy: "contact",
    });
    expect(await senderFrom(sealed, thief)).toMatchObject({ trust: "neither", judgedBy: "log" });
    // Once it has removed all others it leads the log itself, but a pin still recognises it.
    const takeover = thief.review("Thief", { remove: ["Laptop", "Phone"] });
    const after = await seal(takeover.session("Thief"));
    expect(await senderFrom(after, takeover, { senderContact: pin })).toMatchObject({ trust: "neither" });
    expect(await senderFrom(after, takeover)).toMatchObject({ trust: "founding", judgedBy: "log" });
  });

  it("is refused when the log contradicts the pin (CONTACT_CHANGED), or is somebody else's", async () => {
    const sealed = await seal(alice.session("Phone"));
    const later = alice.rotate("Laptop");
    for (const contradicted of [later, alice.rename("Phone", "Handy").rotate("Phone")]) {
      const other = trackContact(contradicted.log);
      const world = contradicted === later ? alice : later.rotate("Laptop");
      const { status } = compareContact(other, world.log);
      expect(await refusal(sealed, { senderLog: world.log, senderContact: other })).toMatchObject({
        code: "CONTACT_CHANGED",
        details: { change: { status } },
      });
      expect(status).toBe(contradicted === later ? "rolled-back" : "forked");
    }
    const wrong = { senderLog: alice.log, senderContact: trackContact(bob.log) };
    expect(await refusal(sealed, wrong)).toMatchObject({ code: "WRONG_SUBJECT", rule: "LOG-8" });
    expect(await refusal(sealed, { senderContact: pin })).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(await refusal(sealed, { senderLog: alice.log, senderContact: 5 as never })).toMatchObject({
      code: "INVALID_ENCODING",
    });
  });
});

describe("a signer", () => {
  it("must be an active device with its current keys", async () => {
    const sign = (signer: unknown) => rejection(seal(signer as MemberState, 5));
    const gone = alice.review("Laptop", { remove: ["Phone"] });
    expect(await sign(gone.session("Phone"))).toMatchObject({ code: "UNKNOWN_MEMBER", rule: "MEM-4" });
    const paper = alice.backup("Laptop", "Paper");
    expect(await sign(paper.session("Paper"))).toMatchObject({ code: "INVALID_ARGUMENT" });
    const rekeyed = alice.rekey("Phone");
    const stale = { log: rekeyed.log, keyring: alice.session("Phone").keyring };
    expect(await sign(stale)).toMatchObject({
      code: "INVALID_ARGUMENT",
      details: { member: alice.id("Phone"), log: alice.log.head.log },
    });
    expect(await sign({ log: bob.log, keyring: alice.session("Phone").keyring })).toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    for (const junk of [null, "me", 7, {}, alice.log])
      expect(await sign(junk)).toMatchObject({ code: "INVALID_ARGUMENT" });
    await seal(rekeyed.session("Phone"), 5);
  });

  it("whose keyring is wiped before the end makes the stream error with WIPED", async () => {
    const signer = person("frank");
    const pair = sealStream([bob.log], { purpose, signer }, env);
    signer.keyring.wipe();
    expect(await rejection(collect(through(pair, content(5))))).toMatchObject({ code: "WIPED" });
  });
});
