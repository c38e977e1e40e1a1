// Sealing and opening whole contents: docs/spec.md section 12.

import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import { Secret } from "../../src/bytes/secret.js";
import { readContentHeader, splitContent } from "../../src/content/format.js";
import { openContent } from "../../src/content/open.js";
import { sealContent } from "../../src/content/seal.js";
import { KeysteadError } from "../../src/errors.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { partsOf } from "../../src/keys/keyring.js";
import { slow } from "../support/runs.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import { CHUNK, content, expectSame, NO_BYTES, person } from "./support.js";

const people: readonly MemberState[] = ["alice", "bob", "carol", "dave", "erin"].map(person);
const [alice, bob] = people as [MemberState, MemberState];
const env = seededEnv("content");

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("sealContent and openContent", () => {
  const sizes = [0, 1, 15, 16, 17, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1];

  it.each(sizes)("bring back %i bytes", async (size) => {
    const sealed = await sealContent([alice.log], content(size), { purpose: "note" }, env);
    expectSame(await openContent(sealed, alice.keyring), content(size));
  });

  it("bring back more chunks than are in progress at a time", async () => {
    const sealed = await sealContent([alice.log], content(40 * CHUNK + 7), { purpose: "note" }, env);
    expectSame(await openContent(sealed, alice.keyring), content(40 * CHUNK + 7));
  });

  it("bring back any bytes to each of 1 to 5 recipients, given in any order, and to nobody else", async () => {
    const scene = fc.record({
      recipients: fc.shuffledSubarray([...people], { minLength: 1 }),
      size: fc.oneof(fc.nat(200), fc.integer({ min: CHUNK - 20, max: CHUNK + 20 })),
      purpose: fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }),
      associatedData: fc.option(fc.uint8Array(), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(scene, async ({ recipients, size, purpose, associatedData }) => {
        const logs = recipients.map(({ log }) => log);
        const sealed = await sealContent(logs, content(size), { purpose, associatedData }, env);
        for (const { keyring } of people) {
          const opened = openContent(sealed, keyring, { purpose, associatedData });
          if (recipients.some((recipient) => recipient.keyring === keyring)) expectSame(await opened, content(size));
          else
            expect(await rejection(opened)).toMatchObject({
              code: "NOT_A_RECIPIENT",
              details: { log: partsOf(keyring).log, recipients: recipients.length },
            });
        }
      }),
      slow(15),
    );
  });

  it("never use a key or coins twice: two sealings of the same share nothing", async () => {
    const [a, b] = await Promise.all([1, 2].map(() => sealContent([alice.log], content(40), { purpose: "note" }, env)));
    const [first, second] = [splitContent(a as Uint8Array), splitContent(b as Uint8Array)];
    expect(first.coreBytes).toEqual(second.coreBytes);
    expect(first.commitment).not.toEqual(second.commitment);
    expect(first.boxes.subarray(0, 32)).not.toEqual(second.boxes.subarray(0, 32));
    expect(a?.subarray(first.end)).not.toEqual(b?.subarray(second.end));
  });

  it("give the same bytes with WebCrypto and without", async () => {
    const seal = () => sealContent([alice.log, bob.log], content(CHUNK + 5), { purpose: "note" }, seededEnv("same"));
    const native = await seal();
    // A page that was served over plain HTTP has no WebCrypto.
    const { crypto } = globalThis;
    vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
    expect(globalThis.crypto.subtle).toBeUndefined();
    expectSame(await seal(), native);
    expectSame(await openContent(native, bob.keyring), content(CHUNK + 5));
  });

  it("change none of their inputs", async () => {
    const [plaintext, associatedData] = [content(CHUNK + 1), content(9)];
    const recipients = Object.freeze([bob.log, Object.freeze({ log: alice.log })]);
    const options = Object.freeze({ purpose: "note", associatedData });
    const sealed = await sealContent(recipients, plaintext, options, env);
    const copy = sealed.slice();
    await openContent(sealed, alice.keyring, options);
    expectSame(concat(plaintext, associatedData, sealed), concat(content(CHUNK + 1), content(9), copy));
  });

  it("give nothing if the plaintext shrank meanwhile: with zeros in its place, content would never open", async () => {
    type Resizable = ArrayBuffer & { resize(length: number): void };
    type Constructor = new (length: number, options: { maxByteLength: number }) => Resizable;
    const buffer = new (ArrayBuffer as unknown as Constructor)(40 * CHUNK, { maxByteLength: 40 * CHUNK });
    const onProgress = () => buffer.resize(20 * CHUNK);
    const sealed = sealContent([alice.log], new Uint8Array(buffer), { purpose: "note", onProgress }, env);
    expect(await rejection(sealed)).toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("accept a view of a part of a buffer", async () => {
    const room = new Uint8Array(9000).fill(9);
    room.set(content(100), 3);
    const sealed = await sealContent([alice.log], room.subarray(3, 103), { purpose: "note" }, env);
    room.set(sealed, 5);
    expect(await openContent(room.subarray(5, 5 + sealed.length), alice.keyring)).toEqual(content(100));
  });

  it("leave no key behind, whether they succeed or fail", async () => {
    await openContent(await sealContent([alice.log], NO_BYTES, { purpose: "note" }, env), alice.keyring);
    const taken: Secret[] = [];
    const { take } = Secret;
    vi.spyOn(Secret, "take").mockImplementation((bytes) => {
      taken.push(take.call(Secret, bytes));
      return taken.at(-1) as Secret;
    });
    const sealed = await sealContent([alice.log], content(10), { purpose: "note", associatedData: content(3) }, env);
    const cut = sealed.subarray(0, -1);
    const broken = { random: (length: number) => new Uint8Array(length === 64 ? 1 : length), now: () => 0 };
    await openContent(sealed, alice.keyring, { associatedData: content(3) });
    expect(await rejection(openContent(cut, alice.keyring, { associatedData: content(3) }))).toMatchObject({
      code: "CORRUPT_CONTENT",
    });
    expect(await rejection(openContent(sealed, alice.keyring))).toMatchObject({ code: "CORRUPT_CONTENT" });
    expect(await rejection(sealContent([alice.log], NO_BYTES, { purpose: "note" }, broken))).toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    expect(taken.length).toBeGreaterThanOrEqual(8);
    for (const secret of taken) expect(() => secret.bytes()).toThrow(KeysteadError);
  });
});

describe("purpose and associated data", () => {
  const options = { purpose: "voicemail", associatedData: content(20) };
  const sealed = sealContent([alice.log], content(50), options, env);

  it("open when they are the same as at sealing; the reader need not name the purpose", async () => {
    expect(await openContent(await sealed, alice.keyring, options)).toEqual(content(50));
    const { associatedData } = options;
    expect(await openContent(await sealed, alice.keyring, { associatedData })).toEqual(content(50));
  });

  it("are refused when they differ, since a server could have put one content in the place of another", async () => {
    const others = [
      { ...options, purpose: "voicemai1" },
      { ...options, associatedData: content(19) },
      { ...options, associatedData: content(21) },
      { ...options, associatedData: NO_BYTES },
      {},
    ];
    for (const other of others) {
      const opened = openContent(await sealed, alice.keyring, other);
      expect(await rejection(opened)).toMatchObject({ code: "CORRUPT_CONTENT" });
    }
  });

  it("are refused when associated data is given and there was none; no bytes are the same as none", async () => {
    const plain = await sealContent([alice.log], content(5), { purpose: "note", associatedData: NO_BYTES }, env);
    expect(await openContent(plain, alice.keyring)).toEqual(content(5));
    const opened = openContent(plain, alice.keyring, { associatedData: content(1) });
    expect(await rejection(opened)).toMatchObject({ code: "CORRUPT_CONTENT" });
  });

  it("are in the header if they are public: purpose and recipients, and nothing of the associated data", async () => {
    const header = readContentHeader(await sealed);
    expect(header).toEqual({ purpose: "voicemail", recipients: [{ head: alice.log.head, epoch: 1 }] });
    expect(readContentHeader((await sealed).subarray(0, splitContent(await sealed).end))).toEqual(header);
  });
});

describe("plain JavaScript callers", () => {
  const junk: readonly unknown[] = [undefined, null, "text", 7, Number.NaN, {}, [], [1, 2], new ArrayBuffer(8)];
  const invalid = { code: "INVALID_ARGUMENT" };
  type Loose = (...args: unknown[]) => Promise<Uint8Array>;
  const [seal, open] = [sealContent as unknown as Loose, openContent as unknown as Loose];

  it("get INVALID_ARGUMENT for invalid recipients", async () => {
    for (const value of junk) {
      for (const recipients of [value, [value], [alice.log, value], [{ log: value }]]) {
        expect(await rejection(seal(recipients, NO_BYTES, { purpose: "note" }, env))).toMatchObject(invalid);
      }
    }
    expect(await rejection(seal(alice.log, NO_BYTES, { purpose: "note" }, env))).toMatchObject(invalid);
    expect(await rejection(seal([{ ...alice.log }], NO_BYTES, { purpose: "note" }, env))).toMatchObject(invalid);
  });

  it("get INVALID_ARGUMENT for a log given twice, in two states too", async () => {
    for (const twice of [alice.log, { log: alice.log }]) {
      const sealed = sealContent([alice.log, bob.log, twice], NO_BYTES, { purpose: "note" }, env);
      expect(await rejection(sealed)).toMatchObject({ ...invalid, details: { log: alice.log.head.log } });
    }
  });

  it("get TOO_LARGE for more recipients than a header holds, before any is looked at (ENC-3)", async () => {
    const sealed = sealContent(new Array(10_001).fill(alice.log), NO_BYTES, { purpose: "note" }, env);
    expect(await rejection(sealed)).toMatchObject({ code: "TOO_LARGE", rule: "ENC-3" });
    // The twin: the largest permitted number is checked one by one.
    const most = sealContent(new Array(10_000).fill(alice.log), NO_BYTES, { purpose: "note" }, env);
    expect(await rejection(most)).toMatchObject({ code: "INVALID_ARGUMENT", details: { log: alice.log.head.log } });
  });

  it("get INVALID_ARGUMENT for wrong plaintext, options, purpose, associated data and env", async () => {
    for (const value of junk) {
      expect(await rejection(seal([alice.log], value, { purpose: "note" }, env))).toMatchObject({
        ...invalid,
        details: { name: "plaintext" },
      });
      if (value !== "text")
        expect(await rejection(seal([alice.log], NO_BYTES, { purpose: value }, env))).toMatchObject(invalid);
      if (!Array.isArray(value))
        expect(await rejection(seal([alice.log], NO_BYTES, value, env))).toMatchObject(invalid);
      if (value === undefined) continue;
      const options = { purpose: "note", associatedData: value };
      expect(await rejection(seal([alice.log], NO_BYTES, options, env))).toMatchObject({
        ...invalid,
        details: { name: "options.associatedData" },
      });
      expect(await rejection(seal([alice.log], NO_BYTES, { purpose: "note" }, value))).toMatchObject(invalid);
    }
    for (const purpose of ["", "x".repeat(129), "é".repeat(65)]) {
      expect(await rejection(seal([alice.log], NO_BYTES, { purpose }, env))).toMatchObject(invalid);
    }
    const unpaired = seal([alice.log], NO_BYTES, { purpose: "\ud800" }, env);
    expect(await rejection(unpaired)).toMatchObject({ code: "INVALID_ENCODING" });
    await expect(unpaired).rejects.toThrow(/options\.purpose/);
    for (const purpose of ["x", "x".repeat(128), "é".repeat(64)]) {
      const sealed = await sealContent([alice.log], NO_BYTES, { purpose }, env);
      expect(await openContent(sealed, alice.keyring, { purpose })).toEqual(NO_BYTES);
    }
  });

  it("get INVALID_ARGUMENT for anything but sealed bytes, a keyring and options", async () => {
    const sealed = await sealContent([alice.log], NO_BYTES, { purpose: "note" }, env);
    for (const value of junk) {
      expect(await rejection(open(value, alice.keyring))).toMatchObject({ ...invalid, details: { name: "content" } });
      expect(await rejection(open(sealed, value))).toMatchObject(invalid);
      expect(() => readContentHeader(value as Uint8Array)).toThrow(
        expect.objectContaining({ ...invalid, details: { name: "content" } }),
      );
      if (value === undefined) continue;
      if (typeof value !== "object" || value === null) {
        expect(await rejection(open(sealed, alice.keyring, value))).toMatchObject(invalid);
      }
      if (value !== "text") {
        expect(await rejection(open(sealed, alice.keyring, { purpose: value }))).toMatchObject(invalid);
      }
      expect(await rejection(open(sealed, alice.keyring, { associatedData: value }))).toMatchObject({
        ...invalid,
        details: { name: "options.associatedData" },
      });
    }
  });

  it("get WIPED for a keyring that was wiped", async () => {
    const { log, keyring } = person("frank");
    const sealed = await sealContent([log], NO_BYTES, { purpose: "note" }, env);
    keyring.wipe();
    expect(await rejection(openContent(sealed, keyring))).toMatchObject({ code: "WIPED" });
  });
});
