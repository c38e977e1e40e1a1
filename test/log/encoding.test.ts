// Entries as bytes: one encoding, limits before work, and no bytes that can be changed, added or moved. docs/spec.md section 4
// (ENC-1..4) as far as a log shows it; test/bytes tests the codec itself.

import { sha256 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import { encodeCbor } from "../../src/bytes/cbor.js";
import { record, type Schema } from "../../src/bytes/schema.js";
import { toHex } from "../../src/bytes/text.js";
import { KeysteadError } from "../../src/errors.js";
import {
  attachmentDigest,
  decodeEntry,
  decodeLink,
  encodeEntry,
  encodeLink,
  MAX_ATTACHMENTS_BYTES,
  MAX_LINK_BYTES,
} from "../../src/log/entry.js";
import { escrowHead, grant, header, pointerFields, renewingActor } from "../../src/log/fields.js";
import type { LogState } from "../../src/log/state.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { verifyLink } from "../../src/log/verify-link.js";
import { joinLog, review } from "../support/accepted.js";
import {
  mutate,
  type RawBody,
  rawEntry,
  rawLink,
  rawNext,
  rawSignature,
  setField,
  takeApart,
} from "../support/raw-link.js";
import { expectError, expectRefused, expectTwins, snapshot, thrownBy } from "../support/refusal.js";
import { ALICE, keysNamed, openWorld } from "../support/world.js";

const base = openWorld("encoding").join("Phone");
const rotated = base.rotate("Laptop");
const joined = base.join("Tablet");
const approved = base.review("Laptop", { approve: ["Phone"] });
const laptop = base.signer("Laptop");
const tablet = joined.signer("Tablet");
const rotate = takeApart(rotated.last);

/** The honest rotate with a changed body, signed by its author. */
const changed = (body: (body: RawBody) => unknown): Uint8Array => mutate(rotated.last, { body, signers: [laptop] });
/** The honest rotate with other bytes of its body, signed by its author. */
const withBodyBytes = (change: (body: Uint8Array) => Uint8Array): Uint8Array => {
  const body = change(encodeCbor(rotate.body));
  return rawEntry(rawLink(body, [rawSignature(body, laptop)]), rotate.attachments);
};
const linkOf = (entry: Uint8Array): Uint8Array => {
  const { body, signatures } = takeApart(entry);
  return rawLink(encodeCbor(body), signatures);
};

describe("one encoding", () => {
  it.each([
    ["a field that its type does not have", (body: RawBody) => body.set("comment", "hello")],
    ["another type's field", (body: RawBody) => body.set("remove", [])],
    ["a field too few", (body: RawBody) => body.delete("author")],
    ["a text for a number", (body: RawBody) => body.set("time", "now")],
    ["a hexadecimal id", (body: RawBody) => body.set("log", base.log.head.log)],
    ["a digest that is too short", (body: RawBody) => body.set("prev", new Uint8Array(31))],
    ["an empty list that must be left out", (body: RawBody) => body.set("grants", [])],
  ])("refuses a body with %s (ENC-2)", (_what, change) => {
    expectTwins(base.log, changed(change), rotated.last, "INVALID_ENCODING", "ENC-2");
  });

  const hash = "00".repeat(32);
  const key = new Uint8Array(32);
  const actor = { admin: key, seq: 1, hash };
  const pointer = { log: hash, seq: 1, hash, epoch: 1, signingKey: key, kemKey: new Uint8Array(1216) };
  const run = { from: 1, to: 1, count: 1, keyring: key, boxes: [["00".repeat(16), key]] };
  const start = { v: 1, type: "leave", log: hash, seq: 2, prev: hash, time: 0 };
  const writes =
    <T>(schema: Schema<T>) =>
    (value: unknown) =>
      schema.write(value as T, "body");
  it.each([
    ["position of a link after the first", writes(record(header("leave"))), start, "seq"],
    ["position of an escrow head", writes(escrowHead), { seq: 1, hash }, "seq"],
    ["position at which an admin acts for escrow", writes(renewingActor), actor, "seq"],
    ["position that escrow points to", writes(pointerFields), pointer, "seq"],
    ["epoch that escrow points to", writes(pointerFields), pointer, "epoch"],
    ["first epoch of a grant", writes(grant), run, "from"],
    ["last epoch of a grant", writes(grant), run, "to"],
    ["number of epochs of a grant", writes(grant), run, "count"],
  ])("knows no %s before the first there can be (ENC-2)", (_what, write, good, field) => {
    const first = (good as Record<string, unknown>)[field] as number;
    expect(write(good)).toBeInstanceOf(Map);
    expectError(() => write({ ...good, [field]: first - 1 }), "INVALID_ENCODING", "ENC-2");
  });

  it("names the wrong field, and the position of the link (ENC-2)", () => {
    const attack = mutate(joined.last, { body: setField("member.name", "Tablet"), signers: [tablet] });
    const error = expectRefused(base.log, attack, "INVALID_ENCODING", "ENC-2");
    expect(error.message).toMatch(/^link 3: link\.body\.member\.name must be a byte string[^[]* \[ENC-2\]$/);
    expect(error.details).toMatchObject({ name: "link.body.member.name", seq: 3, log: base.log.head.log });
  });

  it("does not report a fault of the library as a bad link", () => {
    expect(() => verifyLink(base.log, undefined as never, { now: "unchecked" })).toThrow(TypeError);
  });

  it("refuses bytes after the body, after the link, and after the entry (ENC-2)", () => {
    const zero = Uint8Array.of(0);
    const afterBody = withBodyBytes((body) => concat(body, zero));
    const afterLink = rawEntry(concat(linkOf(rotated.last), zero), rotate.attachments);
    for (const attack of [afterBody, afterLink, concat(rotated.last, zero)]) {
      expectTwins(base.log, attack, rotated.last, "INVALID_ENCODING", "ENC-2");
    }
    expect(thrownBy(() => appendEntry(base.log, afterBody, { now: "unchecked" })).message).toContain("link.body");
  });

  it("refuses a well signed body whose version takes two bytes, one of the same meaning (ENC-4)", () => {
    // If bodies were compared by meaning, two links would have one meaning and two hashes.
    const short = Uint8Array.of(0x61, 0x76, 0x01);
    const attack = withBodyBytes((body) => {
      const at = toHex(body).indexOf(toHex(short)) / 2;
      return concat(body.subarray(0, at), Uint8Array.of(0x61, 0x76, 0x18, 0x01), body.subarray(at + 3));
    });
    expectTwins(base.log, attack, rotated.last, "INVALID_ENCODING", "ENC-1");
  });

  it("hashes and keeps the bytes that it received (ENC-4)", () => {
    const link = linkOf(rotated.last);
    const label = new TextEncoder().encode("keystead/v1/link/hash\0");
    expect(rotated.record.bytes).toEqual(link);
    expect(rotated.log.head.hash).toBe(toHex(sha256(concat(label, link))));
    expect(base.log.head.log).toBe(base.log.links.at(0)?.hash);
  });
});

describe("limits", () => {
  it("refuses a link of more than 64 KiB, even if well signed (ENC-3)", () => {
    const attack = changed((body) => body.set("author", new Uint8Array(MAX_LINK_BYTES)));
    const error = expectTwins(base.log, attack, rotated.last, "TOO_LARGE", "ENC-3");
    expect(error.message).toContain(`at most ${MAX_LINK_BYTES}`);
  });

  // Exactly the size: 106 bytes besides the body.
  const full = encodeLink(new Uint8Array(MAX_LINK_BYTES - 106), [
    { key: laptop.signingKey, signature: new Uint8Array(64) },
  ]);

  it("writes and reads a link of 64 KiB, and does not write one of one byte more (ENC-3)", () => {
    expect(full).toHaveLength(MAX_LINK_BYTES);
    const { body, signatures } = decodeLink(full);
    expect(encodeLink(body, signatures)).toEqual(full);
    expectError(() => encodeLink(concat(body, Uint8Array.of(0)), signatures), "TOO_LARGE", "ENC-3");
  });

  it("reads a link that does not change when the caller's bytes change, and keeps it once (ENC-4)", () => {
    const given = full.slice();
    const link = decodeLink(given);
    given.fill(0);
    expect(link.bytes).toEqual(full);
    // Otherwise a long log would take twice the memory.
    for (const { buffer } of [link.body, ...link.signatures.map(({ key }) => key)]) {
      expect(buffer).toBe(link.bytes.buffer);
    }
  });

  it("reads the largest entry: 64 KiB of link, and 4 MiB in 8192 attachments (ENC-3)", () => {
    const attachments = Array.from({ length: 8192 }, () => new Uint8Array(MAX_ATTACHMENTS_BYTES / 8192));
    const entry = decodeEntry(encodeEntry(full, attachments));
    expect(entry.link.bytes).toEqual(full);
    expect(entry.attachments).toHaveLength(8192);
  });

  it("refuses more than 4 MiB of attachments, in one or in many (ENC-3)", () => {
    const one = mutate(rotated.last, { attachments: () => [new Uint8Array(MAX_ATTACHMENTS_BYTES + 1)] });
    const half = new Uint8Array(MAX_ATTACHMENTS_BYTES / 2);
    const many = mutate(rotated.last, { attachments: () => [half, half, Uint8Array.of(1)] });
    for (const attack of [one, many]) expectTwins(base.log, attack, rotated.last, "TOO_LARGE", "ENC-3");
    // Attachments at the limit are refused only because the link does not commit to them.
    const twin = mutate(rotated.last, { attachments: () => [half, half] });
    expectRefused(base.log, twin, "INVALID_ENCODING", "ENC-2");
  });

  it("refuses an entry that cannot be within the limits before reading it (ENC-3)", () => {
    expectRefused(base.log, new Uint8Array(MAX_LINK_BYTES + MAX_ATTACHMENTS_BYTES + 400_000), "TOO_LARGE", "ENC-3");
  });

  it("refuses a body that is nested deeper than eight (ENC-3)", () => {
    // The encoder refuses it too, so the brackets are written by hand in place of an array.
    const attack = withBodyBytes((body) => {
      const at = toHex(body).indexOf(toHex(new TextEncoder().encode("grants"))) / 2 + 6;
      return concat(body.subarray(0, at), new Uint8Array(9).fill(0x81), body.subarray(at));
    });
    expectTwins(base.log, attack, rotated.last, "TOO_LARGE", "ENC-3");
  });

  it("refuses the 257th active member, so that nobody can fill the log without end by a password (ENC-3)", () => {
    const locked = openWorld("a full log").lockdown("Laptop", true);
    const pending = (log: LogState, number: number): Uint8Array => {
      const keys = keysNamed(`Pending ${number}`);
      const member = { kind: "device", sign: keys.signingKey, kem: keys.publicKeys.kem, name: new Uint8Array(32) };
      return rawNext(log, { type: "join", member }, [keys]);
    };
    let { log } = locked;
    while (log.active.size < 256) log = appendEntry(log, pending(log, log.active.size), { now: "unchecked" });
    expectRefused(log, pending(log, 256), "INVALID_LINK", "ENC-3");
    expectError(() => joinLog(log, { device: { name: "One more" } }, locked.env("joins")), "NOT_PERMITTED", "ENC-3");
    const { keyring } = locked.session("Laptop");
    const remove = [...log.active.keys()].slice(1);
    const cleared = review({ log, keyring }, { remove }, locked.env("clears")).log;
    expect(appendEntry(cleared, pending(cleared, 256), { now: "unchecked" }).active.size).toBe(2);
  });
});

describe("attachments", () => {
  it("refuses one that the link does not commit to, one twice, and two in another order (ENC-2)", () => {
    for (const attachments of [
      (list: readonly Uint8Array[]) => [...list, Uint8Array.of(1)],
      (list: readonly Uint8Array[]) => [list[0] as Uint8Array, ...list],
      (list: readonly Uint8Array[]) => [...list].reverse(),
      (list: readonly Uint8Array[]) => list.map((each, index) => (index === 0 ? each.map((byte) => byte ^ 1) : each)),
    ]) {
      expectTwins(base.log, mutate(rotated.last, { attachments }), rotated.last, "INVALID_ENCODING", "ENC-2");
    }
  });

  it("may be withheld: the state is the same except the name", () => {
    for (const { last, log } of [rotated, approved]) {
      const without = mutate(last, { attachments: () => [] });
      expect(snapshot(appendEntry(base.log, without, { now: "unchecked" }))).toBe(snapshot(log));
    }
    const unnamed = appendEntry(base.log, mutate(joined.last, { attachments: (list) => list.slice(1) }), {
      now: "unchecked",
    });
    expect(unnamed.head).toEqual(joined.log.head);
    expect([...unnamed.active.values()].map(({ name }) => name)).toEqual(["Laptop", "Phone", undefined]);
  });

  it("may not be absent with `complete`, also for known entries", () => {
    const complete = { complete: true, now: "unchecked" } as const;
    for (const { last, log } of [rotated, approved, joined]) {
      expect(appendEntry(base.log, last, complete).head).toEqual(log.head);
      expect(appendEntry(log, last, complete)).toBe(log);
      const attack = mutate(last, { attachments: (list) => list.slice(1) });
      for (const before of [base.log, log]) {
        const error = expectError(() => appendEntry(before, attack, complete), "GRANT_UNAVAILABLE", undefined);
        expect(error.details).toEqual({ seq: 3, absent: 1 });
      }
    }
  });
});

describe("names", () => {
  const opening = (fields: Record<string, string | Uint8Array | undefined>): Uint8Array =>
    encodeCbor(new Map(Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))));
  const salt = new Uint8Array(16);

  it.each([
    ["bytes that are no name", Uint8Array.of(0xff, 0x00)],
    ["a name of 129 bytes", opening({ salt, name: "n".repeat(129) })],
    ["an empty name", opening({ salt, name: "" })],
    ["a name without salt", opening({ name: "Tablet" })],
    ["an unknown field", opening({ salt, name: "Tablet", role: "admin" })],
    ["a megabyte", new Uint8Array(1_000_000)],
  ])("leaves a device that commits to %s without a name, and the log goes on", (_what, junk) => {
    const { attachments } = takeApart(joined.last);
    const entry = mutate(joined.last, {
      body: setField("member.name", attachmentDigest(junk)),
      signers: [tablet],
      attachments: () => [junk, ...attachments.slice(1)],
    });
    const log = appendEntry(base.log, entry, { now: "unchecked" });
    expect(log.active.get(joined.id("Tablet"))).toMatchObject({ name: undefined, platform: undefined });
    expect(log.head.seq).toBe(3);
  });

  it("reads name, platform and details of 128 bytes each (ENC-3)", () => {
    const text = "é".repeat(64);
    const good = opening({ salt, name: text, platform: text, details: text });
    const { attachments } = takeApart(joined.last);
    const entry = mutate(joined.last, {
      body: setField("member.name", attachmentDigest(good)),
      signers: [tablet],
      attachments: () => [good, ...attachments.slice(1)],
    });
    const named = appendEntry(base.log, entry, { now: "unchecked" }).active.get(joined.id("Tablet"));
    expect(named).toMatchObject({ name: text, platform: text, details: text });
  });
});

describe("bits", () => {
  const world = approved.leave("Phone");

  it("refuses an entry with any bit flipped", () => {
    const before = world.entries.map((_, index) =>
      verifyLog(world.entries.slice(0, index || 1), { subject: ALICE, now: "unchecked" }),
    );
    const places = world.entries.flatMap((entry, index) => Array.from(entry, (_, at) => [index, at] as const));
    fc.assert(
      fc.property(fc.nat(places.length - 1), fc.nat(7), (place, bit) => {
        const [index, at] = places[place] as readonly [number, number];
        const flipped = (world.entries[index] as Uint8Array).map((byte, each) =>
          each === at ? byte ^ (1 << bit) : byte,
        );
        const log = before[index] as typeof base.log;
        const judge = () =>
          index === 0
            ? verifyLog([flipped], { subject: ALICE, now: "unchecked" })
            : appendEntry(log, flipped, { now: "unchecked" });
        expect(judge).toThrow(KeysteadError);
      }),
      { numRuns: 500 },
    );
  });

  it("refuses an entry that ends early, at any byte", () => {
    fc.assert(
      fc.property(fc.nat(approved.last.length - 1), (length) => {
        expectRefused(base.log, approved.last.subarray(0, length), "INVALID_ENCODING", "ENC-1");
      }),
    );
  });
});
