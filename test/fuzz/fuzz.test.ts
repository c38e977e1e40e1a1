// Fuzzing: for any bytes and texts, each function answers, or throws a KeysteadError. No other error, no endless run, no change
// of an input. KEYSTEAD_RUNS=n runs longer. docs/spec.md sections 4 (ENC-1 to ENC-3), 6, 9 to 12.

import fc from "fast-check";
import { KeysteadError, openContent, openRandomAccess, openStream, openWithDetails } from "keystead";
import { readContentHeader } from "keystead/audit";
import { afterEach, describe, expect, it, vi } from "vitest";
import { concat, equalBytes } from "../../src/bytes/bytes.js";
import { collect, pieces, through } from "../content/stream-support.js";
import { numRuns, timeout } from "../support/runs.js";
import { decoders, openings, parsers, sourceOf, surroundings } from "./decoders.js";
import { rawChanges } from "./mutations.js";
import { contents, smallWorld } from "./samples.js";

const runs = (inNode: number, inBrowser: number) => ({ numRuns: numRuns(inNode, inBrowser) });
const RAW = runs(500, 40);
const CONTENT = runs(300, 20);
const TEXT = runs(400, 20);

/** Calls, and returns the error's code; undefined without an error. Any error but a KeysteadError fails the test. */
async function codeOf(call: () => unknown): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return codeOfError(error);
  }
}

function codeOfError(error: unknown): string {
  if (!(error instanceof KeysteadError)) throw error;
  return error.code;
}

const untouched = surroundings();
// All calls of a test get the same states and keyrings: one comparison at the end finds any change.
afterEach(() => expect(surroundings() === untouched, "states and keyrings stay as they were").toBe(true));

describe("raw bytes", () => {
  it.each(decoders)(
    "are accepted or refused by %s, which does not change them (ENC-1, ENC-2, ENC-3)",
    async (_name, good, feed) => {
      expect(await codeOf(() => feed(good))).toBeUndefined();
      const codes = new Set<string | undefined>();
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(
            fc.uint8Array({ maxLength: 200 }),
            rawChanges.map((change) => change(good)),
          ),
          async (bytes) => {
            const before = bytes.slice();
            codes.add(await codeOf(() => feed(bytes)));
            expect(equalBytes(bytes, before), "inputs are not changed").toBe(true);
          },
        ),
        { ...RAW, examples: [[Uint8Array.of(0xff)]] },
      );
      expect([...codes]).toContain("INVALID_ENCODING");
    },
    timeout(RAW.numRuns),
  );

  it.each(openings)(
    "are read or reported as junk as %s: a link that commits to them stays valid",
    (_name, good, feed) => {
      let junk = 0;
      expect(feed(good)).toBeDefined();
      fc.assert(
        fc.property(rawChanges, (change) => {
          const bytes = change(good);
          // An attachment of no bytes counts as absent.
          fc.pre(bytes.length > 0);
          if (feed(bytes) === undefined) junk++;
        }),
        { ...RAW, examples: [[(bytes: Uint8Array) => bytes.subarray(0, 1)]] },
      );
      expect(junk).toBeGreaterThan(0);
    },
    timeout(RAW.numRuns),
  );

  it(
    "are accepted or refused as sealed content, whole, as a stream and in parts, and never believed in part",
    async () => {
      const { keyring } = smallWorld.session("Phone");
      for (const { good, options } of await contents()) {
        const plain = await openContent(good, keyring, options);
        await fc.assert(
          fc.asyncProperty(rawChanges, async (change) => {
            const bytes = change(good);
            const before = bytes.slice();
            const whole = await openContent(bytes, keyring, options).catch(codeOfError);
            const signed = await openWithDetails(bytes, keyring, options).catch(codeOfError);
            const streamed = await collect(through(openStream(keyring, options), bytes)).catch(codeOfError);
            // Content that opens is the sealed content: there is no second way to write it.
            if (typeof whole !== "string") expect([bytes, whole]).toEqual([good, plain]);
            expect(typeof signed === "string" ? signed : signed.plaintext).toEqual(whole);
            expect(typeof streamed === "string").toBe(typeof whole === "string");
            // Parts are not checked against the signature, which is over the whole content.
            const { purpose } = options;
            const part = await openRandomAccess(sourceOf(bytes), keyring, { purpose })
              .then((reader) => reader.read(0, reader.size))
              .catch(codeOfError);
            if (typeof part !== "string") expect(part).toEqual(plain);
            expect(equalBytes(bytes, before), "inputs are not changed").toBe(true);
          }),
          CONTENT,
        );
      }
    },
    timeout(CONTENT.numRuns),
  );
});

describe("texts", () => {
  const text = (good: string) =>
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 200 }),
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.tuple(fc.nat(good.length), fc.nat(4), fc.string({ maxLength: 4 })).map(([at, gone, given]) => {
        return good.slice(0, at) + given + good.slice(at + gone);
      }),
    );

  it.each(parsers)(
    "are accepted or refused by %s (BAK-1, ENC-2)",
    async (_name, good, feed, refusal) => {
      expect(await codeOf(() => feed(good))).toBeUndefined();
      await fc.assert(
        fc.asyncProperty(text(good), async (given) => {
          expect([undefined, refusal]).toContain(await codeOf(() => feed(given)));
        }),
        TEXT,
      );
    },
    timeout(TEXT.numRuns),
  );
});

// Memory is measured by counting, which gives the same on every machine: the bytes of all arrays that a call makes. The number of
// decoded values is limited (ENC-3), which bounds the rest; a million of them is too many. Time is measured by the clock, with a
// limit that no busy machine misses: linear work on a million bytes takes milliseconds, quadratic work takes hours.
describe("shapes made to exhaust are refused in bounded time and memory (ENC-3)", () => {
  const MILLION = 1_000_000;
  const many = (count: number, byte: number) => new Uint8Array(count).fill(byte);
  const head = (major: number, length: readonly number[]) =>
    Uint8Array.of((major << 5) | (length.length === 8 ? 27 : 26), ...length);
  const items = (item: number) => concat(Uint8Array.of(0x9a, 0, 15, 66, 64), many(MILLION, item));
  const content = (...length: readonly number[]) => Uint8Array.of(0x4b, 0x53, 0x43, 1, ...length);
  const huge = [0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
  const shapes: readonly (readonly [string, Uint8Array])[] = [
    ["arrays nested 100,000 deep", many(100_000, 0x81)],
    ["maps nested 100,000 deep", many(100_000, 0xa1)],
    ["an array that claims 2^53 items", head(4, huge)],
    ["a map that claims 2^53 entries", head(5, huge)],
    ["bytes that claim 2^53", head(2, huge)],
    ["text that claims 4 GiB", head(3, [0xff, 0xff, 0xff, 0xff])],
    ["a million empty arrays", items(0x80)],
    ["a million empty byte strings", items(0x40)],
    ["a million zeros", items(0)],
    ["content that claims a header of 4 GiB", content(0xff, 0xff, 0xff, 0xff)],
    ["content that claims a header of 16 MiB", content(1, 0, 0, 0)],
  ];

  /** Bytes of all arrays made during the call. */
  async function allocatedBy(call: () => unknown): Promise<number> {
    let allocated = 0;
    const Counted = new Proxy(Uint8Array, {
      construct(target, args, newTarget) {
        const made = Reflect.construct(target, args, newTarget === Counted ? target : newTarget) as Uint8Array;
        if (!(args[0] instanceof ArrayBuffer)) allocated += made.byteLength;
        return made;
      },
    });
    vi.stubGlobal("Uint8Array", Counted);
    try {
      await call();
    } finally {
      vi.unstubAllGlobals();
    }
    return allocated;
  }

  /** Expects a call to throw one of these codes, and to use little memory. The time limit of the test ends one that goes on and on. */
  async function expectCheap(call: () => unknown, size: number, codes: readonly string[], what: string): Promise<void> {
    const allocated = await allocatedBy(async () => expect(codes, what).toContain(await codeOf(call)));
    // A stream reserves the 16 MiB that a header may have.
    expect(allocated, `${what}: bytes`).toBeLessThan(17 * 2 ** 20 + 16 * size);
  }

  it.each(shapes)("%s, by every function that takes bytes", async (_what, shape) => {
    for (const [name, , feed] of decoders) {
      await expectCheap(() => feed(shape), shape.length, ["INVALID_ENCODING", "TOO_LARGE"], name);
    }
  });

  it.each(["1", "a", " ", "-", "abandon ", "\u0301", "\uff11", "\ud800", "KEYSTEAD-FP:1:"])(
    "%j again and again, by every function that takes texts",
    async (part) => {
      for (const [name, , feed, refusal] of parsers) {
        for (const length of [1000, 4096, MILLION]) {
          const text = part.repeat(length / part.length);
          await expectCheap(() => feed(text), text.length, [refusal], name);
        }
      }
    },
  );

  it("a header in 100,000 pieces, by a stream", async () => {
    const bytes = concat(content(0, 1, 0x86, 0xa0), many(100_000, 0x81));
    const { keyring } = smallWorld.session("Phone");
    const open = () => collect(pieces(bytes, new Array<number>(bytes.length).fill(1)).pipeThrough(openStream(keyring)));
    await expectCheap(open, bytes.length, ["TOO_LARGE"], "openStream");
  });

  it("a source that claims 2^53 bytes, from which only a header and a chunk are read", async () => {
    const [{ good, options }] = await contents();
    const { keyring } = smallWorld.session("Phone");
    let asked = 0;
    const read = (offset: number, length: number) => {
      asked += length;
      return concat(good.subarray(offset, offset + length), new Uint8Array(length)).subarray(0, length);
    };
    const open = () => openRandomAccess({ size: Number.MAX_SAFE_INTEGER, read }, keyring, options);
    await expectCheap(open, good.length, ["CORRUPT_CONTENT"], "openRandomAccess");
    expect(asked).toBeLessThan(good.length + 2 ** 17);
    expect(readContentHeader(good).purpose).toBe(options.purpose);
  });
});
