// Schemas: a written value is read back, and every wrong, missing or unknown field is refused by name (ENC-2), both ways.

import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { Bytes } from "../../src/bytes/bytes.js";
import { type CborValue, encodeCbor } from "../../src/bytes/cbor.js";
import type { LogId, MemberId } from "../../src/bytes/ids.js";
import * as s from "../../src/bytes/schema.js";
import { parseLogId, parseMemberId, toHex } from "../../src/bytes/text.js";
import { KeysteadError } from "../../src/errors.js";
import { thrownBy } from "../support/thrown.js";
import { cborValue, mutate, mutations } from "./arbitraries.js";
import { hex, WRONG_TYPES } from "./support.js";

const grant = s.record({ from: s.uint({ min: 1 }), to: s.uint({ max: 1000 }), box: s.bytes(4) });
const link = s.record({
  v: s.literal(1),
  type: s.oneOf(["join", "review"]),
  log: s.optional(s.hexBytes<LogId>(32)),
  members: s.array(s.hexBytes<MemberId>(16), { min: 1, max: 3 }),
  grants: s.array(grant, { max: 5 }),
  span: s.tuple(s.uint(), s.bool()),
  note: s.optional(s.text(8)),
  blob: s.bytesUpTo(6, 2),
});
type Link = s.Infer<typeof link>;

const MEMBER = parseMemberId("0123456789abcdef".repeat(2));
const LOG = parseLogId("0123456789abcdef".repeat(4));
const example: Link = {
  v: 1,
  type: "review",
  log: LOG,
  members: [MEMBER],
  grants: [{ from: 1, to: 2, box: new Uint8Array(hex("01020304")) }],
  span: [7, true],
  note: "n\u00f6te",
  blob: new Uint8Array(hex("aabb")),
};

const linkArbitrary: fc.Arbitrary<Link> = fc.record(
  {
    v: fc.constant(1 as const),
    type: fc.constantFrom("join", "review"),
    log: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => parseLogId(toHex(bytes))),
    members: fc.array(
      fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => parseMemberId(toHex(bytes))),
      { minLength: 1, maxLength: 3 },
    ),
    grants: fc.array(
      fc.record(
        {
          from: fc.integer({ min: 1, max: 5 }),
          to: fc.nat(1000),
          box: fc.uint8Array({ minLength: 4, maxLength: 4 }),
        },
        { noNullPrototype: true },
      ),
      { maxLength: 5 },
    ),
    span: fc.tuple(fc.maxSafeNat(), fc.boolean()),
    note: fc.string({ unit: "binary", maxLength: 2 }),
    blob: fc.uint8Array({ minLength: 2, maxLength: 6 }),
  },
  { requiredKeys: ["v", "type", "members", "grants", "span", "blob"], noNullPrototype: true },
);

const LIMITS = { name: "link", maxBytes: 4096 };
const decodeLink = (bytes: Uint8Array): Link => s.decode(link, bytes, LIMITS);

describe("types", () => {
  it("are inferred, with optional fields optional and everything readonly", () => {
    expectTypeOf<Link>().toEqualTypeOf<{
      readonly v: 1;
      readonly type: "join" | "review";
      readonly log?: LogId;
      readonly members: readonly MemberId[];
      readonly grants: readonly { readonly from: number; readonly to: number; readonly box: Bytes }[];
      readonly span: readonly [number, boolean];
      readonly note?: string;
      readonly blob: Bytes;
    }>();
    // @ts-expect-error: with exactOptionalPropertyTypes an absent field is absent, not undefined
    const wrong: Link = { ...example, note: undefined };
    expect(wrong.note).toBeUndefined();
  });
});

describe("round trip", () => {
  it("reads back what it wrote, and the same bytes again", () => {
    fc.assert(
      fc.property(linkArbitrary, (value) => {
        const bytes = s.encode(link, value, "link");
        const read = decodeLink(bytes);
        expect(read).toStrictEqual(value);
        expect(s.encode(link, read, "link")).toEqual(bytes);
      }),
    );
  });

  it("re-encodes every accepted mutation to itself, and refuses the others with a KeysteadError (ENC-2)", () => {
    fc.assert(
      fc.property(linkArbitrary, mutations, (value, changes) => {
        const bytes = mutate(s.encode(link, value, "link"), changes);
        let read: Link;
        try {
          read = decodeLink(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(KeysteadError);
          return;
        }
        expect(s.encode(link, read, "link")).toEqual(bytes);
      }),
      { numRuns: 2_000 },
    );
  });

  it("refuses random values of the wrong shape with a KeysteadError that names the place", () => {
    fc.assert(
      fc.property(cborValue, (value) => {
        const error = thrownBy(() => link.read(value, "link"));
        expect(error).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-2" });
        expect(error.message).toMatch(/^link/);
      }),
    );
  });

  it("leaves absent fields absent, and treats undefined as absent when writing", () => {
    const { log: _, note: __, ...rest } = example;
    const read = decodeLink(s.encode(link, { ...rest, log: undefined, note: undefined } as unknown as Link, "link"));
    expect(read).toStrictEqual(rest);
    expect(Object.keys(read)).not.toContain("log");
  });

  it("gives copies of byte strings, and mutates no input", () => {
    const copy = structuredClone(example);
    const bytes = s.encode(link, example, "link");
    const read = decodeLink(bytes);
    bytes.fill(0);
    expect(read).toStrictEqual(copy);
    expect(example).toStrictEqual(copy);
  });
});

/** A change of one place of the example: the place, the new value, and how the error names the place. */
const CHANGES: readonly (readonly [string, (value: Record<string, unknown>) => void, string])[] = [
  ["a literal of another value", (value) => (value["v"] = 2), "link.v must be 1"],
  ["a choice that is none", (value) => (value["type"] = "leave"), "link.type must be one of join, review"],
  ["too few items", (value) => (value["members"] = []), "link.members must have 1 to 3 items, not 0"],
  ["too many items", (value) => (value["members"] = Array(4).fill(MEMBER)), "link.members must have 1 to 3 items"],
  ["a tuple too short", (value) => (value["span"] = [1]), "link.span must have 2 items, not 1"],
  ["a tuple too long", (value) => (value["span"] = [1, true, 1]), "link.span must have 2 items, not 3"],
  ["a wrong item of a tuple", (value) => (value["span"] = [1, 1]), "link.span[1] must be true or false"],
  [
    "a text too long in UTF-8",
    (value) => (value["note"] = "\u00f6".repeat(5)),
    "link.note must have 0 to 8 bytes of UTF-8",
  ],
  ["a text far too long", (value) => (value["note"] = "a".repeat(9)), "link.note must have at most 8 bytes of UTF-8"],
  ["a byte string too short", (value) => (value["blob"] = hex("00")), "link.blob must have 2 to 6 bytes, not 1"],
  ["a byte string too long", (value) => (value["blob"] = new Uint8Array(7)), "link.blob must have 2 to 6 bytes, not 7"],
  [
    "an integer below its minimum, deep inside",
    (value) => (value["grants"] = [example.grants[0], { ...example.grants[0], from: 0 }]),
    "link.grants[1].from must be from 1 to",
  ],
  [
    "an integer above its maximum",
    (value) => (value["grants"] = [{ ...example.grants[0], to: 1001 }]),
    "link.grants[0].to must be from 0 to 1000",
  ],
  [
    "a byte string of another length",
    (value) => (value["grants"] = [{ ...example.grants[0], box: hex("01") }]),
    "link.grants[0].box must have 4 bytes, not 1",
  ],
  ["a missing field", (value) => delete value["blob"], "link.blob is missing"],
  ["a missing field, deep inside", (value) => (value["grants"] = [{}]), "link.grants[0].from is missing"],
  ["an unknown field", (value) => (value["extra"] = 1), 'link has an unknown field "extra"'],
  ["a field with the name of a property of every object", (value) => (value["constructor"] = 1), "unknown field"],
];

/** The example on the wire, as a careless or hostile encoder would write a changed value. */
function wireOf(value: unknown): CborValue {
  if (Array.isArray(value)) return value.map(wireOf);
  if (value instanceof Uint8Array || typeof value !== "object") {
    return typeof value === "string" && /^[0-9a-f]{32,}$/.test(value) ? hex(value) : (value as CborValue);
  }
  return new Map(Object.entries(value as object).map(([key, field]) => [key, wireOf(field)]));
}

describe("refusals, each naming the field (ENC-2)", () => {
  it("accepts the example on which they are based", () => {
    expect(decodeLink(encodeCbor(wireOf(example)))).toStrictEqual(example);
  });

  it.each(CHANGES)("%s, reading and writing", (_, change, message) => {
    const changed: Record<string, unknown> = { ...example };
    change(changed);
    for (const call of [
      () => decodeLink(encodeCbor(wireOf(changed))),
      () => s.encode(link, changed as unknown as Link, "link"),
    ]) {
      const error = thrownBy(call);
      expect(error).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-2" });
      expect(error.message).toContain(message);
    }
  });

  it("accepts the largest number and the longest text", () => {
    const most = {
      ...example,
      grants: [{ from: 1, to: 1000, box: new Uint8Array(hex("01020304")) }],
      note: "eight by",
    };
    expect(decodeLink(s.encode(link, most, "link"))).toStrictEqual(most);
  });

  it("have a cause only where a function threw an error", () => {
    expect(
      Object.hasOwn(
        thrownBy(() => s.encode(s.uint(), "x" as never, "x")),
        "cause",
      ),
    ).toBe(false);
  });

  it("a field __proto__ is unknown, and reaches no prototype", () => {
    const wire = new Map(wireOf(example) as Map<string, CborValue>).set("__proto__", new Map([["polluted", true]]));
    expect(thrownBy(() => decodeLink(encodeCbor(wire))).message).toContain('unknown field "__proto__"');
    const value = JSON.parse('{"__proto__":{"polluted":true},"from":1,"to":1}') as s.Infer<typeof grant>;
    expect(thrownBy(() => s.encode(grant, value, "grant")).message).toContain('unknown field "__proto__"');
    expect(Object.getPrototypeOf(decodeLink(encodeCbor(wireOf(example))))).toBe(Object.prototype);
  });

  it("a field that only the prototype has is missing", () => {
    const inherits = Object.create({ from: 1, to: 2, box: new Uint8Array(hex("01020304")) }) as s.Infer<typeof grant>;
    expect(thrownBy(() => s.encode(grant, inherits, "grant")).message).toContain("grant.from is missing");
    const named = s.record({ toString: s.uint() });
    expect(thrownBy(() => s.encode(named, {} as never, "x")).message).toContain("x.toString is missing");
  });

  it("the name of an unknown field is quoted and shortened", () => {
    const error = thrownBy(() => grant.read(new Map<string, CborValue>([["\n".repeat(5000), 1]]), "grant"));
    expect(error.message).toContain("grant.from is missing");
    const flood = s.record({}).read.bind(s.record({}), new Map([["\n".repeat(5000), 1]]), "empty");
    expect(thrownBy(flood).message.length).toBeLessThan(200);
    expect(thrownBy(flood).message).not.toContain("\n");
  });

  it("no error repeats the wrong value: it may be secret", () => {
    for (const schema of [s.literal(1), s.oneOf(["a"]), s.text(3), s.bytes(2), s.uint({ max: 9 }), s.hexBytes(4)]) {
      for (const secret of ["5ec4e7", 54847]) {
        const error = thrownBy(() => schema.write(secret as never, "field"));
        expect(`${error.message}${JSON.stringify(error.details)}`).not.toContain(String(secret));
      }
    }
  });
});

describe("wrong types of a plain JavaScript caller", () => {
  const schemas: Readonly<Record<string, s.Schema<unknown>>> = {
    uint: s.uint(),
    bytes: s.bytes(3),
    bytesUpTo: s.bytesUpTo(3),
    text: s.text(3),
    bool: s.bool(),
    literal: s.literal("x"),
    oneOf: s.oneOf(["x", "y"]),
    array: s.array(s.uint(), { max: 3 }),
    tuple: s.tuple(s.uint()),
    record: s.record({ a: s.uint() }),
    hexBytes: s.hexBytes(3),
  };

  it.each(Object.entries(schemas))("%s refuses them, naming the field, when writing and reading", (_, schema) => {
    for (const wrong of [...WRONG_TYPES, "four", [0, "a"], true, new Map()]) {
      if (schema === schemas["bool"] && wrong === true) continue;
      for (const call of [
        () => schema.write(wrong, "body.field"),
        () => schema.read(wrong as CborValue, "body.field"),
      ]) {
        const error = thrownBy(call);
        expect(error).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-2" });
        expect(error.message).toMatch(/^body\.field/);
        expect(error.details["name"]).toMatch(/^body\.field/);
      }
    }
  });

  it("an unpaired surrogate is refused by the field's name", () => {
    const error = thrownBy(() => s.encode(s.record({ note: s.text(9) }), { note: "a\ud800" }, "link"));
    expect(error).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-1", details: { name: "link.note" } });
  });

  it.each(["AB", "abcd", "a", "", "zz"])("hexadecimal %j for one byte is refused (ENC-2)", (text) => {
    const error = thrownBy(() => s.encode(s.record({ id: s.hexBytes(1) }), { id: text }, "link"));
    expect(error).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-2" });
    expect(error.message).toContain("link.id");
  });
});

describe("mapped", () => {
  const date = s.mapped(
    s.uint(),
    (ms) => new Date(ms),
    (value) => value.getTime(),
  );

  it("reads and writes through the functions", () => {
    expectTypeOf<s.Infer<typeof date>>().toEqualTypeOf<Date>();
    expect(s.decode(date, s.encode(date, new Date(1234), "time"), { name: "time", maxBytes: 9 })).toEqual(
      new Date(1234),
    );
  });

  it("checks the function's result before it is written", () => {
    expect(thrownBy(() => s.encode(date, new Date(-1), "time")).message).toContain("time must be from 0 to");
  });

  it("turns an error of the functions into the field's error, with the cause", () => {
    const error = thrownBy(() => s.encode(date, "today" as unknown as Date, "time"));
    expect(error).toMatchObject({ code: "INVALID_ENCODING", rule: "ENC-2", details: { name: "time" } });
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  it("lets a KeysteadError through", () => {
    const refusing = s.mapped(
      s.uint(),
      (): number => {
        throw new KeysteadError("INVALID_KEY", "no", { rule: "KEM-1" });
      },
      (value) => value,
    );
    expect(thrownBy(() => s.decode(refusing, hex("00"), LIMITS))).toMatchObject({ code: "INVALID_KEY", rule: "KEM-1" });
  });
});
