// Links of versions and types that this library does not know: they give no verdict on the log, cannot hide a contradiction, and
// are read in a fixed order. docs/spec.md section 6.4 (LOG-1) and section 13.

import { describe, expect, it } from "vitest";
import { concat } from "../../src/bytes/bytes.js";
import { type CborValue, encodeCbor } from "../../src/bytes/cbor.js";
import type { LogId } from "../../src/bytes/ids.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import { decodeEntry, linkHash, MAX_LINK_BYTES } from "../../src/log/entry.js";
import { decodeEvidence, encodeEvidence, type Pin } from "../../src/log/evidence.js";
import type { Head } from "../../src/log/state.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import { mutate, type RawBody, rawEntry, rawLink, takeApart } from "../support/raw-link.js";
import { evidenceOf, expectError, expectRefused, expectTwins, thrownBy } from "../support/refusal.js";
import { say } from "../support/spoken.js";
import { ALICE, openWorld } from "../support/world.js";

const young = openWorld("unsupported").join("Phone");
const world = young.rotate("Laptop").rotate("Phone");
const laptop = young.signer("Laptop");
const { body: good, signatures } = takeApart(young.rotate("Laptop").last);

/** The good next link with another body, signed or not. */
const withBody = (change: (body: RawBody) => unknown): Uint8Array =>
  mutate(young.rotate("Laptop").last, { body: change, signers: [laptop] });
/** An entry whose link is any value. */
const entryOf = (link: CborValue): Uint8Array => rawEntry(encodeCbor(link));
const bodyOf = (changes: Readonly<Record<string, CborValue>>): Uint8Array =>
  encodeCbor(new Map([...good, ...Object.entries(changes)]));

/** A link of a version that only newer libraries know, for any position, without an author. */
const later = (seq: number, version = 99): Uint8Array => entryOf([encodeCbor(new Map([...body(seq), ["v", version]]))]);
const body = (seq: number): RawBody => new Map<string, CborValue>([...good, ["seq", seq]]);
const linkOf = (entry: Uint8Array): Uint8Array => decodeEntry(entry).link.bytes;

describe("the order in which a link is read", () => {
  it.each<readonly [string, CborValue]>([
    ["has no signatures", [bodyOf({ v: 2 })]],
    ["has signatures of another shape", [bodyOf({ v: 2 }), new Map([["quorum", 3]])]],
    ["has more parts", [bodyOf({ v: 2 }), signatures as unknown as CborValue, true]],
    ["has a body of another shape", [bodyOf({ v: 2, time: "noon", comment: true }), []]],
  ])("calls a link of a later version that, even where it %s (LOG-1)", (_what, link) => {
    expectRefused(young.log, entryOf(link), "UNSUPPORTED", "LOG-1");
    const ours = (link as CborValue[]).map((part, index) => (index === 0 ? bodyOf({}) : part));
    expectRefused(young.log, entryOf(ours), "INVALID_ENCODING", "ENC-2");
  });

  it("reports an unknown type of version 1 as such, even if the link has another shape (LOG-1)", () => {
    expectRefused(young.log, entryOf([bodyOf({ type: "quorum" })]), "UNSUPPORTED", "LOG-1");
  });

  it("judges the link's own shape before the body's (ENC-2)", () => {
    const both = entryOf([bodyOf({ time: "noon" }), []]);
    expect(expectRefused(young.log, both, "INVALID_ENCODING", "ENC-2").details).toMatchObject({ name: "link[1]" });
    const one = rawEntry(rawLink(bodyOf({ time: "noon" }), signatures));
    expect(expectRefused(young.log, one, "INVALID_ENCODING", "ENC-2").details).toMatchObject({
      name: "link.body.time",
    });
  });

  it("judges version and type before position, time and author (LOG-1)", () => {
    const attack = withBody((fields) =>
      fields.set("v", 2).set("seq", 9).set("time", 0).set("author", new Uint8Array(32)),
    );
    expectRefused(young.log, attack, "UNSUPPORTED", "LOG-1");
  });

  it.each<readonly [string, CborValue]>([
    ["is no array", new Map([["body", bodyOf({ v: 2 })]])],
    ["is empty", []],
    ["begins with text", ["body", signatures as unknown as CborValue]],
    ["begins with an empty body", [new Uint8Array(0), signatures as unknown as CborValue]],
  ])("refuses a link that %s: it has no body to read (ENC-2)", (_what, link) => {
    expectTwins(young.log, entryOf(link), world.entries[2] as Uint8Array, "INVALID_ENCODING", "ENC-2");
  });

  it("refuses a body that is no map, or no strict CBOR (ENC-1, ENC-2)", () => {
    expectRefused(young.log, entryOf([encodeCbor(["v", 2])]), "INVALID_ENCODING", "ENC-2");
    // The version in two bytes.
    const long = concat(Uint8Array.of(0xa1, 0x61, 0x76, 0x18), Uint8Array.of(0x02));
    expectRefused(young.log, entryOf([long]), "INVALID_ENCODING", "ENC-1");
  });

  it("applies the limits to later versions too (ENC-3)", () => {
    const large = entryOf([bodyOf({ v: 2, comment: new Uint8Array(MAX_LINK_BYTES) })]);
    expectRefused(young.log, large, "TOO_LARGE", "ENC-3");
    const deep = concat(Uint8Array.of(0xa1, 0x61, 0x76), new Uint8Array(9).fill(0x81), Uint8Array.of(2));
    expectRefused(young.log, entryOf([deep]), "TOO_LARGE", "ENC-3");
  });

  it("names the version or type, and nothing else that a stranger wrote (LOG-1)", () => {
    const long = withBody((fields) => fields.set("type", `"${"x".repeat(1000)}`));
    const error = expectRefused(young.log, long, "UNSUPPORTED", "LOG-1");
    expect(error.details).toEqual({ type: `"${"x".repeat(39)}`, seq: 3, log: young.log.head.log });
    expect(error.message).toContain('\\"');
    expect(error.message.length).toBeLessThan(300);
  });
});

describe("signatures of a link", () => {
  const many = (count: number) =>
    mutate(young.rotate("Laptop").last, { signers: Array.from({ length: count }, () => laptop) });

  it("may be 66 by its shape, and as many as its type requires by the rules (ENC-2, LOG-4)", () => {
    expectRefused(young.log, many(2), "INVALID_SIGNATURE", "LOG-4");
    expectRefused(young.log, many(66), "INVALID_SIGNATURE", "LOG-4");
    expectRefused(young.log, many(67), "INVALID_ENCODING", "ENC-2");
    expectRefused(young.log, many(0), "INVALID_ENCODING", "ENC-2");
  });
});

describe("a link that cannot be judged, among those of a whole log", () => {
  const verify = (entries: readonly Uint8Array[], pinned?: Pin) =>
    verifyLog(entries, { subject: ALICE, pinned, now: "unchecked" });
  const { log } = world;
  const [first, second, third, fourth] = world.entries as readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];

  /** Expects a contradiction, whose evidence is only `claimed`. */
  function expectContradiction(entries: readonly Uint8Array[], pinned: Pin, code: Contradiction, seq: number): void {
    const error = expectError(() => verify(entries, pinned), code, "LOG-8");
    const evidence = decodeEvidence(encodeEvidence(evidenceOf(error)));
    const verdict = checkEvidence(evidence);
    expect(verdict).toMatchObject({
      verdict: "claimed",
      pinned: "head" in pinned ? pinned.head : pinned,
      offered: error.details["offered"],
      seq,
    });
    expect(verdict.offered.seq).toBe(evidence.theirs.length);
    expect(say(verdict)).toContain("of a version that this library does not know");
  }
  type Contradiction = "FORKED" | "REPLACED" | "ROLLED_BACK";

  it("gives no verdict on the log beyond the pin (LOG-1)", () => {
    for (const pinned of [undefined, log, log.head, young.log]) {
      const error = expectError(() => verify([...world.entries, later(5)], pinned), "UNSUPPORTED", "LOG-1");
      expect(error.details).toEqual({ version: 99, seq: 5, log: log.head.log });
    }
    expectError(() => verify([later(1)]), "UNSUPPORTED", "LOG-1");
  });

  it.each([
    ["the state", log],
    ["the head", log.head],
  ])("hides no fork at the pinned position, pinned as %s (LOG-1, LOG-8)", (_form, pin) => {
    expectContradiction([first, second, third, later(4)], pin, "FORKED", 4);
    expectContradiction([first, second, third, later(4), later(5)], pin, "FORKED", 4);
  });

  it("hides no fork below the pinned position (LOG-1, LOG-8)", () => {
    // The state knows every position. A head knows its own, and the link offered there is compared although it cannot be judged.
    expectContradiction([first, second, later(3), fourth], log, "FORKED", 3);
    expectContradiction([first, second, later(3), later(4)], log.head, "FORKED", 4);
    expectContradiction([first, second, later(3), third, fourth], log.head, "FORKED", 4);
  });

  it("hides no rollback (LOG-1, LOG-8)", () => {
    expectContradiction([first, second, later(3)], log.head, "ROLLED_BACK", 4);
    expectContradiction([first, later(2)], log.head, "ROLLED_BACK", 3);
  });

  it("hides no replacement: in place of a first link it is another log (LOG-1, LOG-8)", () => {
    for (const pin of [log, log.head]) {
      expectContradiction([later(1)], pin, "REPLACED", 1);
      expectContradiction([later(1), second, third, fourth], pin, "REPLACED", 1);
    }
  });

  it("gives no verdict if a newer library pinned this very link (LOG-1)", () => {
    const link = later(3);
    const head: Head = { ...log.head, seq: 3, hash: linkHash(linkOf(link)) };
    expectError(() => verify([first, second, link], head), "UNSUPPORTED", "LOG-1");
    expectError(() => verify([first, second, link, later(4)], head), "UNSUPPORTED", "LOG-1");
    expectError(() => verify([first, second, later(3, 98)], head), "FORKED", "LOG-8");
    const beyond: Head = { ...log.head, seq: 4, hash: linkHash(linkOf(later(4))) };
    expectError(() => verify([first, second, link, later(4)], beyond), "UNSUPPORTED", "LOG-1");
  });

  it("does not replace the error for an undecodable entry at the pinned position (ENC-1)", () => {
    const entries = [first, second, later(3), Uint8Array.of(0xff)];
    expectError(() => verify(entries, log.head), "INVALID_ENCODING", "ENC-1");
  });

  it("proves nothing as evidence, on either side (LOG-1)", () => {
    const forked = young.rotate("Phone");
    const fork = evidenceOf(thrownBy(() => verify(forked.entries, world.log)));
    expect(checkEvidence(fork).verdict).toBe("proven");
    // A newer library may judge both sides; this one cannot.
    const links = [...fork.ours.slice(0, 3), linkOf(later(4))];
    const pinned = { ...fork.pinned, seq: 4, hash: linkHash(links[3] as Uint8Array) };
    expect(checkEvidence({ ...fork, ours: links, pinned })).toMatchObject({ verdict: "claimed", seq: 3 });
    const theirs = [...fork.theirs, linkOf(later(4))];
    expect(checkEvidence({ ...fork, theirs })).toMatchObject({ verdict: "claimed", seq: 3 });
    expectError(() => checkEvidence({ ...fork, ours: links }), "INVALID_ARGUMENT", undefined);
    // Nobody knows the subject of a first link that cannot be judged. The subject of any other log is still compared.
    const alone = linkOf(later(1));
    const head = { log: linkHash(alone) as string as LogId, seq: 1, hash: linkHash(alone) };
    const replaced = { ...fork, kind: "replaced" as const, theirs: [alone] };
    expect(checkEvidence(replaced)).toMatchObject({ verdict: "claimed", offered: head, seq: 1 });
    expectError(() => checkEvidence({ ...replaced, subject: "bob@example.org" }), "INVALID_ARGUMENT", undefined);
    expectError(() => checkEvidence({ ...fork, theirs, subject: "bob@example.org" }), "INVALID_ARGUMENT", undefined);
  });
});

describe("a single link that cannot be judged", () => {
  it("gives no verdict if it comes next, or has no position (LOG-1)", () => {
    expectRefused(world.log, later(5), "UNSUPPORTED", "LOG-1");
    expectRefused(world.log, later(99), "UNSUPPORTED", "LOG-1");
    expectRefused(world.log, later(0), "UNSUPPORTED", "LOG-1");
    expectRefused(world.log, entryOf([encodeCbor(new Map([["v", 2]]))]), "UNSUPPORTED", "LOG-1");
  });

  it.each([1, 2, 4])("is a bad link for position %d, which is filled (LOG-2)", (seq) => {
    const error = expectRefused(world.log, later(seq), "INVALID_LINK", "LOG-2");
    expect(error.details).toEqual({ seq });
    const type = entryOf([encodeCbor(new Map([...body(seq), ["type", "quorum"]]))]);
    expectRefused(world.log, type, "INVALID_LINK", "LOG-2");
  });

  it("does not change the log: the next good link is accepted", () => {
    thrownBy(() => appendEntry(young.log, later(3), { now: "unchecked" }));
    expect(appendEntry(young.log, world.entries[2] as Uint8Array, { now: "unchecked" }).head.seq).toBe(3);
  });
});
