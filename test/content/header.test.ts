// Headers that lie: docs/spec.md sections 4 and 12.

import { gcm } from "@noble/ciphers/aes.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { cdeDecodeOptions, decode } from "cbor2";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, uint32be, uint64be } from "../../src/bytes/bytes.js";
import { type CborValue, decodeCbor, encodeCbor } from "../../src/bytes/cbor.js";
import { fromHex } from "../../src/bytes/text.js";
import { BOX_LENGTH } from "../../src/content/content-key.js";
import { encodeCore, encodeHeader, frameHeader, readContentHeader, splitContent } from "../../src/content/format.js";
import { openContent } from "../../src/content/open.js";
import { packRecipients } from "../../src/content/recipient-list.js";
import { sealContent } from "../../src/content/seal.js";
import { epochPrivateKey } from "../../src/keys/keyring.js";
import { hpkeOpen } from "../../src/primitives/hpke.js";
import { failure, flipped, utf8 } from "../primitives/support.js";
import { slow } from "../support/runs.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import { content, contentKey, expectSame, forge, headerFor, kemOf, NO_BYTES, person, withHeader } from "./support.js";

const [alice, bob, eve] = [person("alice"), person("bob"), person("eve")];
const env = seededEnv("header");
const plaintext = content(300);
const sealed = sealContent([alice.log, bob.log], plaintext, { purpose: "note", associatedData: content(4) }, env);
const open = (bytes: Uint8Array, keyring = alice.keyring) =>
  openContent(bytes, keyring, { associatedData: content(4) });

describe("sealed content", () => {
  it("is what the specification says, taken apart without this library's help", async () => {
    const bytes = await sealed;
    expect(bytes.subarray(0, 4)).toEqual(Uint8Array.of(0x4b, 0x53, 0x43, 1));
    const end = 8 + new DataView(bytes.buffer).getUint32(4);
    const headerBytes = bytes.subarray(8, end);
    const [coreBytes, commitment, boxes] = decode(headerBytes, cdeDecodeOptions) as Uint8Array[];
    const core = decode(coreBytes as Uint8Array, cdeDecodeOptions) as Record<string, unknown>;
    const logs = [alice.log, bob.log].sort((a, b) => (a.head.log < b.head.log ? -1 : 1));
    const hex = (text: string) => fromHex(text, { name: "id" });
    expect(core).toEqual({
      suite: 1,
      purpose: "note",
      recipients: concat(
        ...logs.flatMap(({ head }) => [hex(head.log), uint64be(head.seq), hex(head.hash), uint64be(1)]),
      ),
    });
    expect(boxes?.length).toBe(2 * 1168);

    const zero = Uint8Array.of(0);
    const coreHash = sha256(concat(utf8("keystead/v1/content/core"), zero, coreBytes as Uint8Array));
    const slot = logs.indexOf(bob.log) * 1168;
    const key = hpkeOpen(epochPrivateKey(bob.keyring, 1), {
      info: concat(utf8("keystead/v1/content/box"), zero, coreHash),
      sealed: (boxes as Uint8Array).subarray(slot, slot + 1168),
    }) as Uint8Array;
    const committed = concat(utf8("keystead/v1/content/commitment"), zero, coreHash, content(4));
    expect(commitment).toEqual(hkdf(sha256, key, undefined, committed, 32));
    const headerHash = sha256(concat(utf8("keystead/v1/content/header"), zero, headerBytes));
    const info = concat(utf8("keystead/v1/content/payload"), zero, headerHash);
    const nonce = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
    expectSame(gcm(hkdf(sha256, key, undefined, info, 32), nonce).decrypt(bytes.subarray(end)), plaintext);
  });

  it("opens with a forged header whose fields are true: the twin of every forgery below", async () => {
    const header = headerFor([alice.log, bob.log]);
    const key = contentKey(1);
    const boxes = header.recipients.map(({ head }) => (head.log === alice.log.head.log ? alice.log : bob.log));
    const forged = await forge({ header, boxes: boxes.map((log) => [kemOf(log), key]), contentKey: key, plaintext });
    expectSame(await openContent(forged, alice.keyring), plaintext);
    expectSame(await openContent(forged, bob.keyring), plaintext);
  });
});

describe("a changed header", () => {
  it("is refused for every bit, with an error that says so", async () => {
    const bytes = await sealed;
    const { end } = splitContent(bytes);
    const refusals = ["CORRUPT_CONTENT", "INVALID_ENCODING", "TOO_LARGE", "NOT_A_RECIPIENT", "NO_ACCESS"];
    const place = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: end - 1 }));
    await fc.assert(
      fc.asyncProperty(place, fc.nat(7), async (at, bit) => {
        const mutant = bytes.slice();
        mutant[at] = (mutant[at] as number) ^ (1 << bit);
        const { code } = await rejection(open(mutant));
        expect(refusals).toContain(code);
      }),
      slow(300),
    );
  });

  it("is refused when cut off or junk", async () => {
    const bytes = await sealed;
    const { end } = splitContent(bytes);
    for (const length of [7, 8, end - 1]) {
      const cut = { code: "INVALID_ENCODING", rule: "ENC-2" };
      expect(failure(() => readContentHeader(bytes.subarray(0, length)))).toEqual(cut);
    }
    await fc.assert(
      fc.asyncProperty(fc.nat(end - 1), fc.uint8Array(), async (length, junk) => {
        // What begins like content can claim to be too large.
        fc.pre(junk[0] !== bytes[0]);
        const code = { code: "INVALID_ENCODING" };
        expect(await rejection(open(bytes.subarray(0, length)))).toMatchObject(code);
        expect(await rejection(open(junk))).toMatchObject(code);
      }),
    );
  });

  it("is refused when it claims to be larger than allowed, before it is read (ENC-3)", async () => {
    const huge = concat((await sealed).subarray(0, 4), uint32be(16 * 1024 * 1024 + 1), new Uint8Array(100));
    expect(failure(() => readContentHeader(huge))).toEqual({ code: "TOO_LARGE", rule: "ENC-3" });
    const most = concat(huge.subarray(0, 4), uint32be(16 * 1024 * 1024), new Uint8Array(100));
    expect(failure(() => readContentHeader(most))).toEqual({ code: "INVALID_ENCODING", rule: "ENC-2" });
  });

  it("is refused when a box, the commitment or the payload comes from other content to the same recipients", async () => {
    const [mine, other] = [await sealed, await sealContent([alice.log, bob.log], plaintext, { purpose: "note" }, env)];
    const [a, b] = [splitContent(mine), splitContent(other)];
    const mutants = [
      withHeader(mine, encodeHeader(a.coreBytes, a.commitment, b.boxes)),
      withHeader(mine, encodeHeader(a.coreBytes, b.commitment, a.boxes)),
      withHeader(mine, b.headerBytes),
      concat(mine.subarray(0, a.end), other.subarray(b.end)),
    ];
    for (const mutant of mutants) expect(await rejection(open(mutant))).toMatchObject({ code: "CORRUPT_CONTENT" });
  });
});

describe("the core of a header", () => {
  const header = headerFor([alice.log, bob.log]);
  const [first, second] = header.recipients as [(typeof header.recipients)[0], (typeof header.recipients)[0]];

  it("cannot be exchanged: no purpose changed, no recipient added or left out, no sender put in or stripped", async () => {
    const mine = splitContent(await sealed);
    const extra = headerFor([alice.log, bob.log, eve.log]);
    const slotOf = (log: string) => header.recipients.findIndex(({ head }) => head.log === log);
    const boxOf = (log: string) => mine.boxes.subarray(slotOf(log) * BOX_LENGTH, (slotOf(log) + 1) * BOX_LENGTH);
    const aliceId = alice.log.head.log;
    const cores = [
      [{ ...header, purpose: "Note" }, mine.boxes],
      [headerFor([alice.log]), boxOf(aliceId)],
      [extra, concat(...extra.recipients.map(({ head }) => boxOf(slotOf(head.log) < 0 ? aliceId : head.log)))],
      [{ ...header, recipients: [first, { ...second, head: { ...second.head, seq: 2 } }] }, mine.boxes],
    ] as const;
    for (const [core, boxes] of cores) {
      const mutant = withHeader(await sealed, encodeHeader(encodeCore(core), mine.commitment, boxes));
      expect(await rejection(open(mutant))).toMatchObject({ code: "CORRUPT_CONTENT" });
    }
  });

  it("binds the sender: content whose sender was removed does not open any more", async () => {
    const sender = { member: eve.keyring.member, head: eve.log.head };
    const key = contentKey(2);
    const single = headerFor([alice.log]);
    const signed = await forge({
      header: { ...single, sender },
      boxes: [[kemOf(alice.log), key]],
      contentKey: key,
      plaintext,
    });
    expect(readContentHeader(signed)).toEqual({ ...single, sender });
    const { commitment, boxes } = splitContent(signed);
    const stripped = withHeader(signed, encodeHeader(encodeCore(single), commitment, boxes));
    expect(await rejection(openContent(stripped, alice.keyring))).toMatchObject({ code: "CORRUPT_CONTENT" });
  });

  /** The refusal of content with this core, or with one field of an honest core replaced by this. */
  async function refusal(change: (core: Map<string, CborValue>) => void, boxes?: Uint8Array) {
    const mine = splitContent(await sealed);
    const honest = decodeCbor(mine.coreBytes, { name: "core", maxBytes: 10_000 });
    const core = new Map(honest as ReadonlyMap<string, CborValue>);
    change(core);
    const mutant = encodeHeader(encodeCbor(core), mine.commitment, boxes ?? mine.boxes);
    return rejection(open(withHeader(await sealed, mutant)));
  }
  const malformed = { code: "INVALID_ENCODING", rule: "ENC-2" };

  it("is refused with recipients out of order, twice, or none (ENC-2)", async () => {
    const list = packRecipients(header.recipients);
    const [one, two] = [list.subarray(0, 80), list.subarray(80)];
    const lists = [concat(two, one), concat(one, one), NO_BYTES, concat(one, two.subarray(1)), [one, two]];
    for (const wrong of lists) {
      expect(await refusal((core) => core.set("recipients", wrong))).toMatchObject(malformed);
    }
  });

  it("is refused with a position of 0 or above 2^53 - 1, for every recipient (ENC-2)", async () => {
    for (const at of [32, 72, 112, 152]) {
      for (const number of [uint64be(0), Uint8Array.of(0, 32, 0, 0, 0, 0, 0, 0), new Uint8Array(8).fill(255)]) {
        const list = packRecipients(header.recipients);
        list.set(number, at);
        expect(await refusal((core) => core.set("recipients", list))).toMatchObject(malformed);
      }
    }
  });

  it("is refused with unknown, missing or wrong fields (ENC-2)", async () => {
    const changes: ((core: Map<string, CborValue>) => void)[] = [
      (core) => core.set("padding", true),
      (core) => core.set("padding", "pad"),
      (core) => core.set("later", 1),
      (core) => core.delete("purpose"),
      (core) => core.delete("suite"),
      (core) => core.delete("recipients"),
      (core) => core.set("suite", 2),
      (core) => core.set("purpose", ""),
      (core) => core.set("purpose", "x".repeat(129)),
      (core) => core.set("sender", []),
      (core) => core.set("sender", [new Uint8Array(32), new Uint8Array(16), 0, new Uint8Array(32)]),
    ];
    for (const change of changes) expect(await refusal(change)).toMatchObject(malformed);
    // The twin, which fails only because the boxes are bound to another header.
    const sender = [new Uint8Array(32), new Uint8Array(16), 1, new Uint8Array(32)];
    expect(await refusal((core) => core.set("sender", sender))).toMatchObject({ code: "CORRUPT_CONTENT" });
  });

  it("is refused with an error that names the field", async () => {
    const { coreBytes, commitment, boxes } = splitContent(await sealed);
    const core = new Map(decodeCbor(coreBytes, { name: "core", maxBytes: 10_000 }) as ReadonlyMap<string, CborValue>);
    const wrong = encodeCbor(core.set("suite", 2));
    const read = (bytes: Uint8Array) => () => readContentHeader(frameHeader(bytes));
    expect(read(encodeHeader(wrong, commitment, boxes))).toThrow(/^content\.core\.suite /);
    expect(read(encodeCbor([coreBytes, commitment.subarray(1), boxes]))).toThrow(/^content\.header\[1\] /);
  });

  it("is refused with a box too few, too many or cut short (ENC-2)", async () => {
    const { boxes } = splitContent(await sealed);
    for (const wrong of [boxes.subarray(BOX_LENGTH), concat(boxes, boxes), boxes.subarray(0, -1)]) {
      expect(await refusal(() => {}, wrong)).toMatchObject(malformed);
    }
  });

  it("is refused when it is no strict encoding, although it means the same (ENC-1)", async () => {
    const { coreBytes, commitment, boxes } = splitContent(await sealed);
    // A map of three in the long form of its head.
    const long = concat(Uint8Array.of(0xb8, 3), coreBytes.subarray(1));
    const mutant = withHeader(await sealed, encodeHeader(long, commitment, boxes));
    expect(await rejection(open(mutant))).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-1" });
  });

  it("may name 10,000 recipients and no more (ENC-3)", () => {
    const list = (count: number) =>
      Array.from({ length: count }, (_, index) => {
        const log = (index + 1).toString(16).padStart(64, "0") as typeof first.head.log;
        return { head: { ...first.head, log }, epoch: 100_000 };
      });
    const most = encodeHeader(
      encodeCore({ purpose: "note", recipients: list(10_000) }),
      new Uint8Array(32),
      new Uint8Array(10_000 * BOX_LENGTH),
    );
    expect(readContentHeader(frameHeader(most)).recipients.length).toBe(10_000);
    const over = () => encodeCore({ purpose: "note", recipients: list(10_001) });
    expect(failure(over).code).toBe("INVALID_ENCODING");
    expect(over).toThrow(/^content\.core\.recipients /);
  });
});

describe("the key commitment", () => {
  const header = headerFor([alice.log, bob.log]);
  const [first, second] = header.recipients.map(({ head }) => (head.log === alice.log.head.log ? alice : bob)) as [
    typeof alice,
    typeof alice,
  ];

  it("refuses the second of two recipients who were given different content keys", async () => {
    const [one, two] = [contentKey(1), contentKey(2)];
    const boxes = [[kemOf(first.log), one] as const, [kemOf(second.log), two] as const];
    const forged = await forge({ header, boxes, contentKey: one, plaintext });
    expectSame(await openContent(forged, first.keyring), plaintext);
    expect(await rejection(openContent(forged, second.keyring))).toMatchObject({
      code: "CORRUPT_CONTENT",
      details: {},
    });
  });

  it("refuses a box with another key than the one the content was made with", async () => {
    const boxes = [[kemOf(first.log), contentKey(1)] as const, [kemOf(second.log), contentKey(1)] as const];
    const forged = await forge({ header, boxes, contentKey: contentKey(2), plaintext });
    expect(await rejection(openContent(forged, first.keyring))).toMatchObject({ code: "CORRUPT_CONTENT", details: {} });
  });

  it("refuses content whose commitment has any byte changed", async () => {
    const { coreBytes, commitment, boxes } = splitContent(await sealed);
    for (const at of [0, 15, 31]) {
      const mutant = withHeader(await sealed, encodeHeader(coreBytes, flipped(commitment, at), boxes));
      expect(await rejection(open(mutant))).toMatchObject({ code: "CORRUPT_CONTENT", details: {} });
    }
  });
});
