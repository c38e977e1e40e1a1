// A server accepts an entry or says why not, by all rules, by its clock and with all attachments; and it gives senders entries
// without names. docs/spec.md section 13.

import { describe, expect, it, vi } from "vitest";
import { decodeCbor } from "../../src/bytes/cbor.js";
import { acceptEntry, acceptEntryLater, entryForSenders } from "../../src/log/accept.js";
import { decodeEntry } from "../../src/log/entry.js";
import type { LogState } from "../../src/log/state.js";
import { verifyLog } from "../../src/log/verify.js";
import { platform, primitives } from "../../src/primitives/current.js";
import { exactVerifier } from "../../src/primitives/verify-later.js";
import { countVerifications, countVerificationsOf } from "../support/count-verifications.js";
import { idBytes, mutate, rawNext, takeApart } from "../support/raw-link.js";
import { expectError, snapshot, thrownBy } from "../support/refusal.js";
import { ALICE, keysNamed, openWorld } from "../support/world.js";

const opened = openWorld("accept");
const world = opened.join("Phone").rotate("Laptop");
const [first, joined, rotated] = world.entries as readonly [Uint8Array, Uint8Array, Uint8Array];
const [atFirst, atJoin, atRotate] = world.states() as readonly [LogState, LogState, LogState];
const NOW = world.log.time;
const SERVER = { subject: ALICE, now: NOW };
const without = (entry: Uint8Array) => mutate(entry, { attachments: () => [] });

describe("a server", () => {
  it("accepts entry by entry, from the first on, and reaches the state that everybody verifies", () => {
    let log: LogState | undefined;
    for (const entry of world.entries) {
      const accepted = acceptEntry(log, entry, SERVER);
      if (accepted.verdict !== "accepted") return expect.unreachable(accepted.verdict);
      log = accepted.log;
    }
    expect(snapshot(log)).toBe(snapshot(verifyLog(world.entries, SERVER)));
  });

  it("recognises an entry that it has, with or without its attachments", () => {
    for (const [index, entry] of world.entries.entries()) {
      const same = { verdict: "same", seq: index + 1 };
      expect(acceptEntry(atRotate, entry, SERVER)).toEqual(same);
      expect(acceptEntry(atRotate, without(entry), SERVER)).toEqual(same);
      // Much later, or on a server whose clock was set back: the entry was accepted before.
      expect(acceptEntry(atRotate, entry, { ...SERVER, now: 0 })).toEqual(same);
    }
  });

  it("names the position that another entry took, also for a join, without verifying a signature", () => {
    const late = [world.join("Other").last, atJoin && opened.join("Other").last, opened.rotate("Laptop").last];
    expect(acceptEntry(atRotate, late[0] as Uint8Array, SERVER)).toMatchObject({ verdict: "accepted" });
    for (const entry of late.slice(1) as Uint8Array[]) {
      const counted = countVerifications(() => acceptEntry(atRotate, entry, SERVER));
      expect(counted.value).toEqual({ verdict: "lost", seq: 2 });
      expect(counted.verifications).toBe(0);
    }
  });

  it("does the same for a second first link of the subject", () => {
    const slower = openWorld("accept, slower").last;
    expect(acceptEntry(undefined, slower, SERVER)).toMatchObject({ verdict: "accepted" });
    for (const log of [atFirst, atRotate])
      expect(acceptEntry(log, slower, SERVER)).toEqual({ verdict: "lost", seq: 1 });
  });

  it("refuses an entry dated ahead as not yet acceptable, also the first one (LOG-3)", () => {
    const early = { ...SERVER, now: verifyLog([first], SERVER).time - 600_001 };
    for (const [log, entry] of [
      [undefined, first],
      [atFirst, joined],
    ] as const) {
      const ahead = acceptEntry(log, entry, early);
      expect(ahead).toMatchObject({ verdict: "ahead", error: { code: "NOT_YET", rule: "LOG-3" } });
      expect(acceptEntry(log, entry, { ...early, skew: 3_600_000 })).toMatchObject({ verdict: "accepted" });
    }
  });

  const stranger = keysNamed("stranger");
  const next = { type: "leave", author: stranger.signingKey };
  it.each<readonly [string, LogState | undefined, Uint8Array, string, string | undefined]>([
    ["is no entry", atFirst, new Uint8Array(9), "INVALID_ENCODING", "ENC-2"],
    ["is empty", undefined, new Uint8Array(0), "INVALID_ENCODING", "ENC-1"],
    ["lacks attachments", atFirst, without(joined), "GRANT_UNAVAILABLE", undefined],
    ["lacks attachments, as the first", undefined, without(first), "GRANT_UNAVAILABLE", undefined],
    [
      "has others' attachments",
      atFirst,
      mutate(joined, { attachments: (all) => [...all].reverse() }),
      "INVALID_ENCODING",
      "ENC-2",
    ],
    ["is not signed by a member", atFirst, rawNext(atFirst, next, [stranger]), "INVALID_LINK", "LOG-4"],
    ["is badly signed", atJoin, mutate(rotated, { signers: [stranger] }), "INVALID_SIGNATURE", "LOG-4"],
    ["leaves out a position", atFirst, rotated, "INVALID_LINK", "LOG-2"],
    ["is no first link", undefined, joined, "INVALID_LINK", "LOG-2"],
    [
      "is of another subject",
      undefined,
      openWorld("bob", { subject: "bob@example.org" }).last,
      "WRONG_SUBJECT",
      "LOG-8",
    ],
    [
      "is another subject's first",
      atFirst,
      openWorld("bob", { subject: "bob@example.org" }).last,
      "WRONG_SUBJECT",
      "LOG-8",
    ],
    ["is of a later version", atFirst, mutate(joined, { body: (body) => body.set("v", 2) }), "UNSUPPORTED", "LOG-1"],
    [
      "is of a later version and late",
      atJoin,
      mutate(joined, { body: (body) => body.set("v", 2) }),
      "UNSUPPORTED",
      "LOG-1",
    ],
    [
      "is of a later type",
      atFirst,
      mutate(joined, { body: (body) => body.set("type", "quorum") }),
      "UNSUPPORTED",
      "LOG-1",
    ],
    [
      "is late and of another log",
      atRotate,
      rawNext(atFirst, { ...next, log: new Uint8Array(32) }, [stranger]),
      "INVALID_LINK",
      "LOG-2",
    ],
    [
      "is late and follows no link here",
      atRotate,
      rawNext(atFirst, { ...next, prev: new Uint8Array(32) }, [stranger]),
      "INVALID_LINK",
      "LOG-2",
    ],
    [
      "is late and of a wrong shape",
      atRotate,
      rawNext(atFirst, { ...next, time: "noon" }, [stranger]),
      "INVALID_ENCODING",
      "ENC-2",
    ],
  ])("refuses an entry that %s, and throws nothing", async (_what, log, entry, code, rule) => {
    const before = log && snapshot(log);
    const refused = acceptEntry(log, entry, SERVER);
    expect(refused).toMatchObject({ verdict: "refused", error: { code, rule } });
    const later = await exactVerifier(platform.verifiers);
    expect(await acceptEntryLater(log, entry, SERVER, later)).toEqual(refused);
    expect(log && snapshot(log)).toBe(before);
  });

  it("refuses the link after a losing one: it follows no link of this log", () => {
    const other = opened.rotate("Laptop").rotate("Laptop");
    expect(acceptEntry(atRotate, other.entries[1] as Uint8Array, SERVER)).toEqual({ verdict: "lost", seq: 2 });
    expect(acceptEntry(atRotate, other.last, SERVER)).toMatchObject({ verdict: "refused", error: { rule: "LOG-2" } });
    const { body } = takeApart(other.last);
    expect(body.get("prev")).not.toEqual(idBytes(atJoin.head.hash));
  });

  it("that verifies beside its thread accepts the same entries, and verifies none of them twice", async () => {
    const later = (await exactVerifier(platform.verifiers)) ?? expect.unreachable("no verifier");
    const states = [undefined, ...world.states()];
    for (const [at, entry] of world.entries.entries()) {
      const beside = await countVerificationsOf(() => acceptEntryLater(states[at], entry, SERVER, later));
      expect(beside.value).toMatchObject({ verdict: "accepted", log: { head: { hash: states[at + 1]?.head.hash } } });
      expect(beside.verifications).toBe(0);
      const failing = await countVerificationsOf(() => acceptEntryLater(states[at], entry, SERVER, async () => false));
      expect(failing.value).toMatchObject({ verdict: "accepted" });
      expect(failing.verifications).toBeGreaterThan(0);
      expect(await acceptEntryLater(atRotate, entry, SERVER, later)).toEqual({ verdict: "same", seq: at + 1 });
    }
  });

  it("does not report a fault of the library as a bad entry", () => {
    const verify = vi.spyOn(primitives, "ed25519Verify").mockImplementation(() => {
      throw new TypeError("a mistake");
    });
    try {
      expect(() => acceptEntry(atFirst, joined, SERVER)).toThrow(TypeError);
    } finally {
      verify.mockRestore();
    }
  });

  it("throws for mistakes of its own only", () => {
    expectError(
      () => acceptEntry(atRotate, rotated, { ...SERVER, subject: "bob@example.org" }),
      "WRONG_SUBJECT",
      "LOG-8",
    );
    for (const call of [
      () => acceptEntry({ ...atRotate } as never, rotated, SERVER),
      () => acceptEntry(null as never, rotated, SERVER),
      () => acceptEntry(atFirst, "entry" as never, SERVER),
      () => acceptEntry(atFirst, undefined as never, SERVER),
      () => acceptEntry(atFirst, joined, undefined as never),
      () => acceptEntry(atFirst, joined, { now: NOW } as never),
      () => acceptEntry(atFirst, joined, { ...SERVER, subject: "" }),
      () => acceptEntry(atFirst, joined, { subject: ALICE } as never),
      () => acceptEntry(atFirst, joined, { ...SERVER, now: -1 }),
      () => acceptEntry(atFirst, joined, { ...SERVER, skew: -1 }),
    ])
      expect(thrownBy(call).code).toBe("INVALID_ARGUMENT");
  });
});

describe("an entry for senders", () => {
  it("is the link alone: it verifies to the same head, and has no names", () => {
    const stripped = world.entries.map(entryForSenders);
    const log = verifyLog(stripped, SERVER);
    expect(log.head).toEqual(world.log.head);
    expect([...log.active.values()].map(({ name }) => name)).toEqual([undefined, undefined]);
    for (const [index, entry] of stripped.entries()) {
      const [link, attachments] = decodeCbor(entry, { name: "entry", maxBytes: 1e6 }) as [Uint8Array, unknown[]];
      expect(link).toEqual(decodeEntry(world.entries[index] as Uint8Array).link.bytes);
      expect(attachments).toEqual([]);
      expect(String.fromCharCode(...entry)).not.toMatch(/Laptop|Phone/);
      expect(entryForSenders(entry)).toEqual(entry);
    }
    expect(String.fromCharCode(...first)).toMatch(/Laptop/);
  });

  it("is made from entries only", () => {
    expect(thrownBy(() => entryForSenders(new Uint8Array(3))).code).toBe("INVALID_ENCODING");
    expect(thrownBy(() => entryForSenders("x" as never)).code).toBe("INVALID_ARGUMENT");
  });
});
