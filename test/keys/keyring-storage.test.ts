// Keyrings as bytes: all of a keyring comes back, and no damaged byte is accepted. docs/spec.md section 5.

import { describe, expect, it, vi } from "vitest";
import { type CborValue, decodeCbor, encodeCbor } from "../../src/bytes/cbor.js";
import type { LinkHash, LogId } from "../../src/bytes/ids.js";
import { Secret } from "../../src/bytes/secret.js";
import { toHex } from "../../src/bytes/text.js";
import { changedKeyring, type Keyring, newKeyring, partsOf } from "../../src/keys/keyring.js";
import { encodeKeyring, parseKeyring } from "../../src/keys/keyring-bytes.js";
import { MemberKeys, memberIdOf } from "../../src/keys/member-keys.js";
import { labelledHash } from "../../src/primitives/hash.js";
import * as LABELS from "../../src/primitives/labels.js";
import { expectError, thrownBy } from "../support/refusal.js";

const LOG = "ab".repeat(32) as LogId;
const HEAD = { seq: 7, hash: "cd".repeat(32) as LinkHash };
const seedOf = (epoch: number): Secret =>
  new Secret(Uint8Array.from({ length: 32 }, (_, at) => (epoch >> (8 * (at % 4))) & 255));

/** A keyring with epochs 1 to `epochs`, one that is junk and opens, another that is junk, and a seed that was set aside. */
function keyringWith(epochs: number): Keyring {
  const own = new MemberKeys(new Uint8Array(32).fill(7));
  const gained = new Map(Array.from({ length: epochs }, (_, index) => [index + 1, seedOf(index + 1)] as const));
  const opens = new Map([[epochs + 2, seedOf(epochs + 2)]]);
  const aside = new Map([["ef".repeat(32), seedOf(99)]]);
  const change = { gained, opens, aside, junk: [epochs + 2, epochs + 4] };
  return changedKeyring(newKeyring(LOG, memberIdOf(own.publicKeys), own), change);
}

const stored = encodeKeyring(keyringWith(3), HEAD, [[1, 2]]);

/** A stored keyring with another content and the right checksum of it. */
function forged(change: (content: Map<string, CborValue>) => unknown): Uint8Array {
  const limits = { maxBytes: 4000, maxObjects: 100 };
  const [bytes] = decodeCbor(stored, { name: "keyring", ...limits }) as [Uint8Array, Uint8Array];
  const content = decodeCbor(bytes, { name: "content", ...limits }) as Map<string, CborValue>;
  change(content);
  const changed = encodeCbor(content);
  return encodeCbor([changed, labelledHash(LABELS.keyring, changed)]);
}

describe("a stored keyring", () => {
  it("comes back complete: seeds, junk epochs, seeds that only open, seeds set aside, and checked epochs", () => {
    const parsed = parseKeyring(stored);
    const { log, member, seeds, junk, opens, aside, stored: facts } = partsOf(parsed);
    expect([log, member, [...seeds.keys()], [...junk]]).toEqual([LOG, keyringWith(3).member, [1, 2, 3], [5, 7]]);
    expect([...opens].map(([epoch, seed]) => [epoch, toHex(seed.bytes())])).toEqual([[5, toHex(seedOf(5).bytes())]]);
    expect([...aside].map(([digest, seed]) => [digest, toHex(seed.bytes())])).toEqual([
      ["ef".repeat(32), toHex(seedOf(99).bytes())],
    ]);
    expect(facts).toEqual({ head: HEAD, checked: new Set([1, 2]) });
    expect(encodeKeyring(parsed, HEAD, [[1, 2]])).toEqual(stored);
    for (const [epoch, seed] of seeds) expect(seed.equals(seedOf(epoch))).toBe(true);
  });

  it("comes back with more epochs than a link could ever name", () => {
    const long = parseKeyring(encodeKeyring(keyringWith(40_000), HEAD, [[1, 40_000]]));
    expect(long.epochs).toHaveLength(40_000);
    expect(partsOf(long).seeds.get(40_000)?.equals(seedOf(40_000))).toBe(true);
    expect(partsOf(long).stored?.checked.size).toBe(40_000);
  });

  it("is refused with any bit changed: otherwise its owner would author junk in its own name", () => {
    for (let bit = 0; bit < 8 * stored.length; bit++) {
      const damaged = stored.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(thrownBy(() => parseKeyring(damaged)).code, `bit ${bit}`).toBe("INVALID_ENCODING");
    }
    expect(parseKeyring(stored).epochs).toEqual([1, 2, 3]);
  });

  it("is refused when it was cut or extended, and cannot be used after it was wiped", () => {
    for (const bytes of [stored.subarray(0, -1), Uint8Array.of(...stored, 0), stored.subarray(1), new Uint8Array(0)]) {
      expect(thrownBy(() => parseKeyring(bytes)).code).toBe("INVALID_ENCODING");
    }
    const form = expectError(() => parseKeyring(encodeCbor([1, 2])), "INVALID_ENCODING", "ENC-2");
    expect([form.message, form.details]).toEqual(["keyring[0] must be a byte string [ENC-2]", { name: "keyring[0]" }]);
    const keyring = parseKeyring(stored);
    keyring.wipe();
    expectError(() => encodeKeyring(keyring, HEAD, []), "WIPED", undefined);
    expectError(() => keyring.exportKey(1, "notes"), "WIPED", undefined);
    const none = expectError(() => encodeKeyring(keyringWith(1), { ...HEAD, seq: 0 }, []), "INVALID_ENCODING", "ENC-2");
    expect(none.details["name"]).toBe("keyring.head.seq");
    const { details } = expectError(() => parseKeyring("keyring" as never), "INVALID_ARGUMENT", undefined);
    expect(details).toEqual({ name: "keyring" });
  });

  it("leaves the caller's bytes as they are, and overwrites its own copy", () => {
    const bytes = stored.slice();
    const fill = vi.spyOn(Uint8Array.prototype, "fill");
    parseKeyring(bytes);
    expect(bytes).toEqual(stored);
    // The copy of its content, which has the seeds.
    const [content] = decodeCbor(stored, { name: "keyring", maxBytes: 4000, maxObjects: 3 }) as [
      Uint8Array,
      Uint8Array,
    ];
    expect(fill.mock.contexts).toContainEqual(new Uint8Array(content.length));
    fill.mockRestore();
  });

  const epochs = (...list: readonly number[]) => list.map((epoch): CborValue => [epoch, new Uint8Array(32)]);
  it.each<[string, string, CborValue]>([
    ["an epoch twice", "epochs", epochs(1, 1, 2, 3)],
    ["epochs out of order", "epochs", epochs(2, 1, 3)],
    ["junk twice", "junk", [5, 5]],
    ["junk out of order", "junk", [7, 5]],
    ["junk that it holds", "junk", [2]],
    ["an epoch 0", "junk", [0]],
    ["an epoch that it holds and only opens", "opens", epochs(2)],
    ["opening epochs out of order", "opens", epochs(6, 5)],
    ["a seed set aside twice", "aside", [0, 0].map((): CborValue => [new Uint8Array(32), new Uint8Array(32)])],
    ["a checked epoch that it does not have", "checked", [[1, 4]]],
    ["all possible epochs as checked", "checked", [[1, 2 ** 53 - 1]]],
    [
      "checked runs that touch",
      "checked",
      [
        [1, 1],
        [2, 2],
      ],
    ],
    ["a checked run that ends before it begins", "checked", [[2, 1]]],
    ["another version", "v", 2],
    ["no head", "head", new Map()],
  ])("is refused with %s: one keyring has one form (ENC-2)", (_what, field, value) => {
    expect(parseKeyring(forged((content) => content)).epochs).toEqual([1, 2, 3]);
    const set = forged((content) => content.set(field, value));
    expect(expectError(() => parseKeyring(set), "INVALID_ENCODING", "ENC-2").message).toMatch(/^keyring[ .]/);
  });

  it("accepts checked runs that do not touch, to the last epoch, and refuses a gap in one", () => {
    const checked = (value: CborValue) =>
      partsOf(parseKeyring(forged((content) => content.set("checked", value)))).stored?.checked;
    expect(
      checked([
        [1, 1],
        [3, 3],
      ]),
    ).toEqual(new Set([1, 3]));
    expect(checked([[1, 3]])).toEqual(new Set([1, 2, 3]));
    const sparse = (value: CborValue) =>
      forged((content) =>
        content
          .set("epochs", epochs(1, 2, 4, 6))
          .set("junk", [])
          .set("opens", [])
          .set("checked", value),
      );
    expect(
      partsOf(
        parseKeyring(
          sparse([
            [1, 2],
            [4, 4],
            [6, 6],
          ]),
        ),
      ).stored?.checked,
    ).toEqual(new Set([1, 2, 4, 6]));
    expectError(() => parseKeyring(sparse([[1, 4]])), "INVALID_ENCODING", "ENC-2");
  });

  it("has the same bytes in whatever order its parts came", () => {
    const own = () => new MemberKeys(new Uint8Array(32).fill(7));
    const written = (order: <T>(list: T[]) => T[]) => {
      const keys = own();
      const change = {
        gained: new Map(order([1, 2, 3]).map((epoch) => [epoch, seedOf(epoch)] as const)),
        opens: new Map(order([5, 6, 7]).map((epoch) => [epoch, seedOf(epoch)] as const)),
        aside: new Map(order(["aa", "bb", "cc"]).map((digest) => [digest.repeat(32), seedOf(99)] as const)),
        junk: order([9, 10, 20]),
      };
      return encodeKeyring(changedKeyring(newKeyring(LOG, memberIdOf(keys.publicKeys), keys), change), HEAD, []);
    };
    const ascending = written((list) => list);
    expect(written((list) => [...list].reverse())).toEqual(ascending);
    expect(parseKeyring(ascending).epochs).toEqual([1, 2, 3]);
  });

  it("says whether it was damaged or is too large", () => {
    // More objects than a keyring's frame has, in few bytes.
    const many = encodeCbor([[[[[1]]]], 2]);
    const damaged = expectError(() => parseKeyring(many), "INVALID_ENCODING", "ENC-2");
    expect(damaged.message).toBe(
      "keyring cannot be read: it was not written by unsafeSerializeKeyring, or was damaged [ENC-2]",
    );
    expect(thrownBy(() => parseKeyring(new Uint8Array(64_000_001))).code).toBe("TOO_LARGE");
    const full = new Uint8Array(64_000_000);
    full.set(many);
    expect(thrownBy(() => parseKeyring(full)).code).toBe("INVALID_ENCODING");
    const flipped = Uint8Array.of(...stored.subarray(0, -1), (stored.at(-1) as number) ^ 1);
    const wrong = expectError(() => parseKeyring(flipped), "INVALID_ENCODING", "ENC-2");
    expect(wrong.message).toBe("keyring cannot be read: its checksum is not right: the bytes were damaged [ENC-2]");
    const twice = forged((content) => content.set("junk", [5, 5]));
    const form = expectError(() => parseKeyring(twice), "INVALID_ENCODING", "ENC-2");
    expect(form.message).toBe("keyring cannot be read: it must name each epoch once, in order [ENC-2]");
  });

  it("gives no key of an unchecked epoch before it meets its log again (GRT-4)", () => {
    const parsed = parseKeyring(stored);
    expect(parsed.exportKey(1, "notes")).toHaveLength(32);
    const error = expectError(() => parsed.exportKey(3, "notes"), "NO_ACCESS", "GRT-4");
    expect(error.message).toContain("resume");
  });
});
