// KeysteadError: every code has its kind, and an error survives being sent. docs/errors.md.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeysteadError } from "../../src/errors.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { trackContact } from "../../src/fingerprint/tracked-contact.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import type { Evidence } from "../../src/log/evidence.js";
import { verifyLog } from "../../src/log/verify.js";
import { thrownBy } from "../support/refusal.js";
import { ALICE, openWorld } from "../support/world.js";

const young = openWorld("errors").join("Phone");
const [ours, theirs] = [young.rotate("Laptop"), young.rotate("Phone")];
const forked = thrownBy(() => verifyLog(theirs.entries, { subject: ALICE, pinned: ours.log, now: "unchecked" }));

/** The ways in which what `toJSON` gave travels. */
const ways: readonly (readonly [string, (error: KeysteadError) => unknown])[] = [
  ["toJSON", (error) => error.toJSON()],
  ["a structured clone of toJSON", (error) => structuredClone(error.toJSON())],
  ["JSON", (error) => JSON.parse(JSON.stringify(error))],
];

const facts = (error: KeysteadError | undefined) =>
  error && {
    ...{ code: error.code, kind: error.kind, rule: error.rule },
    message: error.message,
    details: error.details,
  };

describe("kinds", () => {
  it("follow from the code", () => {
    const kinds = [
      ...[["INVALID_ARGUMENT", "caller"] as const, ["NOT_PERMITTED", "caller"] as const],
      ...[["INVALID_LINK", "bad-input"] as const, ["CORRUPT_CONTENT", "bad-input"] as const],
      ...[["NOT_YET", "not-now"] as const, ["NO_ACCESS", "not-now"] as const],
      ...[["FORKED", "contradiction"] as const, ["REPLACED", "contradiction"] as const],
    ];
    for (const [code, kind] of kinds) expect(new KeysteadError(code, "x").kind, code).toBe(kind);
    expect(forked.kind).toBe("contradiction");
  });
});

describe("an error that is sent", () => {
  it.each(ways)("by %s is the same error again, with its evidence", (_way, send) => {
    const arrived = KeysteadError.from(send(forked));
    expect(arrived).toBeInstanceOf(KeysteadError);
    expect(facts(arrived)).toEqual(facts(forked));
    const evidence = arrived?.details["evidence"] as Evidence;
    expect(checkEvidence(evidence)).toEqual(checkEvidence(forked.details["evidence"] as Evidence));
  });

  it.each(ways)("by %s still tells compareContact what happened", (_way, send) => {
    const pin = trackContact(ours.log, { unsafeVerified: true });
    expect(compareContact(pin, KeysteadError.from(send(forked)) as KeysteadError)).toEqual(compareContact(pin, forked));
  });

  it.each(ways)("by %s keeps bytes, dates, heads and causes", (_way, send) => {
    const cause = new KeysteadError("WIPED", "before", { details: { at: new Date(0) } });
    const details = {
      bytes: Uint8Array.of(0, 255, 16),
      none: new Uint8Array(0),
      at: new Date(1_700_000_000_000),
      head: ours.log.head,
      deep: [{ list: [Uint8Array.of(1), "text", 7, null, true] }],
    };
    const error = new KeysteadError("INVALID_LINK", "after", { rule: "LOG-3", details, cause });
    const arrived = KeysteadError.from(send(error));
    expect(arrived?.message).toBe("after [LOG-3]");
    expect(arrived?.details).toEqual(details);
    expect(facts(arrived?.cause as KeysteadError)).toEqual(facts(cause));
  });

  it("comes back from any plain details", () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.boolean(),
      fc.integer(),
      fc.constant(null),
      fc.uint8Array(),
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(8e14) }),
    );
    const { node } = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: "small" },
        leaf,
        fc.array(tie("node")),
        fc.dictionary(
          fc.string().filter((name) => !name.startsWith("$")),
          tie("node"),
          { noNullPrototype: true },
        ),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), node, { noNullPrototype: true }), (details) => {
        const error = new KeysteadError("STALE_LOG", "x", { details });
        for (const [, send] of ways) expect(KeysteadError.from(send(error))?.details).toEqual(details);
      }),
    );
  });

  it("leaves out what is no plain data: an object of a class may hold a secret", () => {
    const { keyring } = ours.session("Laptop");
    const details = {
      keyring,
      keyrings: [keyring],
      call: () => 1,
      sign: Symbol("x"),
      big: 1n,
      not: Number.NaN,
      gone: undefined,
    };
    const sent = new KeysteadError("NO_ACCESS", "x", { details, cause: new Error("the password is 123") }).toJSON();
    expect(sent).toEqual({
      ...{ name: "KeysteadError", code: "NO_ACCESS", kind: "not-now", message: "x" },
      details: { keyrings: [null] },
    });
    expect(structuredClone(sent)).toEqual(JSON.parse(JSON.stringify(sent)));
  });

  it("ends where details and causes go on without end", () => {
    const endless: Record<string, unknown> = {};
    endless["more"] = endless;
    let error = new KeysteadError("WIPED", "0", { details: endless });
    for (let at = 1; at < 100; at++) error = new KeysteadError("WIPED", String(at), { cause: error });
    expect(KeysteadError.from(structuredClone(error.toJSON()))?.message).toBe("99");
    expect(KeysteadError.from(new KeysteadError("WIPED", "x", { details: endless }).toJSON())?.code).toBe("WIPED");
  });
});

describe("KeysteadError.from", () => {
  const good = { name: "KeysteadError", code: "WIPED", kind: "caller", message: "x", details: {} };
  /** A list that holds another one twice, and so on: small in memory, and in a structured clone. */
  function doubled(times: number): readonly unknown[] {
    let list: readonly unknown[] = [];
    for (let n = 0; n < times; n++) list = [list, list];
    return list;
  }

  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
  const throwing = new Proxy(
    {},
    {
      get: () => {
        throw new Error("no");
      },
      getPrototypeOf: () => {
        throw new Error("no");
      },
    },
  );

  it("takes an error of this copy as it is", () => {
    expect(KeysteadError.from(forked)).toBe(forked);
    expect(KeysteadError.from(good)?.kind).toBe("caller");
  });

  it("does not let the sender choose the kind", () => {
    expect(KeysteadError.from({ ...good, kind: "not-now" })?.kind).toBe("caller");
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["text", JSON.stringify(good)],
    ["another error", new Error("x")],
    ["a structured clone of an error, which has lost its code", structuredClone(forked)],
    ["an unknown code", { ...good, code: "NEW_CODE" }],
    ["a code of Object's", { ...good, code: "constructor" }],
    ["another name", { ...good, name: "Error" }],
    ["no message", { ...good, message: undefined }],
    ["an unknown rule", { ...good, rule: "X-1" }],
    ["details that are none", { ...good, details: [] }],
    ["bytes that are none", { ...good, details: { bytes: { $bytes: "0g" } } }],
    ["a date that is none", { ...good, details: { at: { $date: "yesterday" } } }],
    ["details that are too deep", { ...good, details: { deep: deep(40) } }],
    ["details that hold one list a billion times", structuredClone({ ...good, details: { list: doubled(30) } })],
    ["a list", [good]],
    ["an object that throws when it is read", throwing],
    ["an object with only the prototype", Object.create(KeysteadError.prototype)],
  ])("refuses %s", (_what, value) => {
    expect(KeysteadError.from(value)).toBeUndefined();
  });

  it("changes no prototype by what it was sent", () => {
    const sent = JSON.parse(
      '{"name":"KeysteadError","code":"WIPED","message":"x","details":{"a":{"__proto__":{"x":1}}}}',
    );
    const a = KeysteadError.from(sent)?.details["a"] as object;
    expect(Object.getPrototypeOf(a)).toBe(Object.prototype);
    expect("x" in {}).toBe(false);
  });
});

describe("KeysteadError.is", () => {
  it("knows errors of the library from others", () => {
    expect(KeysteadError.is(forked)).toBe(true);
    for (const other of [new Error("x"), forked.toJSON(), structuredClone(forked), undefined, null, "x"])
      expect(KeysteadError.is(other)).toBe(false);
  });
});
