// Discovery: an admin records whose data it opens, which epochs and why, and then gets exactly those epochs. docs/spec.md section
// 11 (ESC-9) and section 6 (MEM-8).

import { describe, expect, it } from "vitest";
import type { Runs } from "../../src/bytes/runs.js";
import { openContent } from "../../src/content/open.js";
import { sealContent } from "../../src/content/seal.js";
import {
  type AccessOptions,
  accessRecords,
  encodeOpening,
  type OpenRecordedAccessOptions,
  openRecordedAccess,
} from "../../src/escrow/discover.js";
import { partsOf } from "../../src/keys/keyring.js";
import * as LABELS from "../../src/primitives/labels.js";
import { recordAccess, rotate } from "../support/accepted.js";
import { idBytes, mutate, rawBytes, rawNext, takeApart, withAttachment } from "../support/raw-link.js";
import { expectError, expectRefused, expectTwins, snapshot } from "../support/refusal.js";
import { openWorld, type World } from "../support/world.js";
import {
  dismiss,
  enroll,
  grantedJunk,
  hire,
  openOrganisation,
  openUser,
  recordOf,
  renewedBy,
  reviewEscrow,
} from "./support.js";

const staffed = hire(hire(openOrganisation("discovery"), "Dan", ["discover"]), "Bob", ["recover"]);
const user = openUser("discovery", staffed).rotate("Laptop").rotate("Laptop");
const other = openUser("another user", staffed);

const accessOf = (world: World, epochs: Runs, options: Partial<AccessOptions> = {}): AccessOptions => ({
  ...{ userLog: world.log, epochs, reason: "a court order", case: "17-4" },
  ...options,
});

/** An admin records an access, and the escrow log accepts it. */
const record = (escrow: World, by: string, options: AccessOptions): World =>
  escrow.act(by, `records ${JSON.stringify(options.epochs)}`, (session, env) => recordAccess(session, options, env));

const recorded = record(
  staffed,
  "Dan",
  accessOf(user, [
    [1, 1],
    [3, 3],
  ]),
);
const dan = staffed.signer("Dan");

/** Opens the epochs that the newest record names. */
const open = (escrow: World, by: string, world: World, options: Partial<OpenRecordedAccessOptions> = {}) =>
  openRecordedAccess(escrow.session(by), {
    ...{ record: escrow.log.head.seq, recordEntry: escrow.last, userLog: world.log, entries: world.entries },
    ...options,
  });

describe("recording an access", () => {
  it("is a link of the escrow log that reveals only that there was an access (ESC-9)", () => {
    const { body, attachments } = takeApart(recorded.last);
    expect([...body.keys()].sort()).toEqual("author commitment log opening prev seq time type v".split(" ").sort());
    expect(recorded.record).toMatchObject({ type: "access", author: staffed.id("Dan"), grants: [], epoch: undefined });
    const text = new TextDecoder().decode(recorded.last);
    expect(text).not.toContain("court");
    expect(text).not.toContain(user.log.subject);
    expect(attachments).toHaveLength(1);
  });

  it("is refused without the role discover, which manage implies (MEM-8)", () => {
    expectError(() => record(staffed, "Bob", accessOf(user, [[1, 1]])), "NOT_PERMITTED", "MEM-8");
    expect(record(staffed, "Ann", accessOf(user, [[1, 1]])).record.type).toBe("access");
    const { commitment, opening } = recorded.record.access ?? expect.unreachable();
    const bob = staffed.signer("Bob");
    const attack = rawNext(staffed.log, { type: "access", author: bob.signingKey, commitment, opening }, [bob]);
    const twin = rawNext(staffed.log, { type: "access", author: dan.signingKey, commitment, opening }, [dan]);
    expectTwins(staffed.log, attack, twin, "INVALID_LINK", "MEM-8");
  });

  it("is refused in a user's log (MEM-8)", () => {
    const { commitment, opening } = recorded.record.access ?? expect.unreachable();
    const laptop = user.signer("Laptop");
    const attack = rawNext(user.log, { type: "access", author: laptop.signingKey, commitment, opening }, [laptop]);
    expectRefused(user.log, attack, "INVALID_LINK", "MEM-8");
  });

  it("is permitted to an admin that was granted junk, without declaring it (MEM-9)", () => {
    const junk = grantedJunk(staffed, "Dan", "Ann");
    expect(record(junk, "Dan", accessOf(user, [[1, 1]])).record).toMatchObject({ type: "access", missing: [] });
    // Without manage it makes no epoch: it takes fresh keys, declares what it lacks, and leaves rotation due (MEM-8).
    const rekeyed = junk.rekey("Dan");
    expect(rekeyed.record).toMatchObject({ missing: [[2, 2]], epoch: undefined });
    expect(rekeyed.log.rotationDue).toBe(true);
  });

  it("is refused by an admin that is not confirmed yet (LOG-4)", () => {
    const pending = staffed.join("Zoe");
    expectError(() => record(pending, "Zoe", accessOf(user, [[1, 1]])), "NOT_PERMITTED", "LOG-4");
  });

  it("is refused when it would be too long for its readers (ESC-9)", () => {
    const runs = (count: number): Runs => Array.from({ length: count }, (_, index) => [2 * index + 1, 2 * index + 1]);
    const access = { salt: new Uint8Array(32), log: user.log.head.log, subject: "user", epochs: runs(9_300), case: "" };
    const reason = "r".repeat(300);
    const room = 65_536 - encodeOpening({ ...access, reason }).length;
    expect(encodeOpening({ ...access, reason: reason + "r".repeat(room) })).toHaveLength(65_536);
    const tooLong = { ...access, reason: reason + "r".repeat(room + 1) };
    expectError(() => encodeOpening(tooLong), "INVALID_ARGUMENT", "ESC-9");
  });

  it("is refused for epochs that escrow does not hold (ESC-9)", () => {
    const runs: readonly Runs[] = [
      [[1, 4]],
      [[4, 4]],
      [],
      [[2, 1]],
      [
        [2, 3],
        [1, 1],
      ],
      [
        [1, 1],
        [2, 2],
      ],
      [[0, 1]],
      [[1, 1, 1]] as never,
      [[1, "1"]] as never,
      [[1, 1], 7] as never,
    ];
    for (const epochs of runs) {
      const error = expectError(() => record(staffed, "Dan", accessOf(user, epochs)), "INVALID_ARGUMENT", "ESC-9");
      expect(error.message).toContain("granted to escrow: 1-3");
    }
    const silent = () => record(staffed, "Dan", accessOf(user, [[1, 1]], { reason: "" }));
    expect(expectError(silent, "INVALID_ARGUMENT", "ESC-9").message).toContain("access.reason");
    const late = enroll(openWorld("discovery").join("Phone"), "Phone", staffed);
    expectError(() => record(staffed, "Dan", accessOf(late, [[1, 1]])), "INVALID_ARGUMENT", "ESC-9");
    expect(record(staffed, "Dan", accessOf(late, [[2, 2]])).record.type).toBe("access");
    expectError(() => record(staffed, "Dan", accessOf(openWorld("bare"), [[1, 1]])), "INVALID_ARGUMENT", "ESC-9");
  });

  it("needs a reason, of at most 4,096 bytes (ESC-9)", () => {
    for (const reason of ["", "x".repeat(4097)]) {
      expectError(() => record(staffed, "Dan", accessOf(user, [[1, 1]], { reason })), "INVALID_ARGUMENT", "ESC-9");
    }
    const long = record(staffed, "Dan", accessOf(user, [[1, 1]], { reason: "x".repeat(4096) }));
    expect(accessRecords(long.session("Ann"), long.entries)[0]?.access?.reason).toHaveLength(4096);
  });
});

describe("openRecordedAccess", () => {
  it("gives exactly the named epochs, and no key of escrow's own (ESC-9)", async () => {
    const before = snapshot([recorded.log, user.log, recorded.session("Dan").keyring.epochs]);
    const { keyring, withheld } = open(recorded, "Dan", user);
    expect(keyring.epochs).toEqual([1, 3]);
    expect(withheld).toEqual([]);
    expect(snapshot([recorded.log, user.log, recorded.session("Dan").keyring.epochs])).toBe(before);

    const at = (world: World) => sealContent([world.log], new Uint8Array([7]), { purpose: "note" }, world.env("seals"));
    const [first, second] = [openUser("discovery", staffed), openUser("discovery", staffed).rotate("Laptop")];
    expect(await openContent(await at(first), keyring)).toEqual(new Uint8Array([7]));
    await expect(openContent(await at(second), keyring)).rejects.toMatchObject({
      code: "NO_ACCESS",
      // Nobody can approve it: only another record gives more.
      message: expect.stringMatching(/record an access that names it/),
    });
    expectError(() => rotate({ log: user.log, keyring }, user.env("signs")), "NOT_PERMITTED", "LOG-4");
    const signs = () => partsOf(keyring).keys.signLabelled(LABELS.linkSignature, new Uint8Array(32));
    expect(expectError(signs, "NOT_PERMITTED", "ESC-9").message).toContain("signs nothing");
    keyring.wipe();
    // The result is a copy: the admin can open it again, and still has its own keys.
    expect(open(recorded, "Dan", user).keyring.epochs).toEqual([1, 3]);
  });

  it("refuses another admin's record (ESC-9)", () => {
    for (const name of ["Ann", "Bob"]) {
      const { message } = expectError(() => open(recorded, name, user), "NOT_PERMITTED", "ESC-9");
      expect(message).toContain("another admin's");
    }
    expect(open(recorded, "Dan", user).keyring.epochs).toEqual([1, 3]);
  });

  it("refuses a record of another log (ESC-9)", () => {
    const { message } = expectError(() => open(recorded, "Dan", other), "NOT_PERMITTED", "ESC-9");
    expect(message).toContain("names another log");
    const both = record(recorded, "Dan", accessOf(other, [[1, 1]]));
    expect(open(both, "Dan", other).keyring.epochs).toEqual([1]);
    expectError(() => open(both, "Dan", user), "NOT_PERMITTED", "ESC-9");
  });

  it("refuses a record that shows auditors another subject than the log's (ESC-9)", () => {
    const subject = "somebody@example.org";
    const world = staffed.append(dishonestRecord([[1, 1]], subject));
    expect(accessRecords(world.session("Ann"), world.entries)[0]?.access?.subject).toBe(subject);
    expectError(() => open(world, "Dan", user), "NOT_PERMITTED", "ESC-9");
  });

  it("refuses a copy of the log from before escrow was enrolled (ESC-9)", () => {
    const bare = openWorld("discovery");
    expect(bare.log.head.log).toBe(user.log.head.log);
    expectError(() => open(recorded, "Dan", bare), "INVALID_ARGUMENT", undefined);
  });

  it("refuses an entry that is no record, or is not yet in the admin's escrow log (ESC-9)", () => {
    const seq = recorded.log.head.seq;
    for (const wrong of [{ record: seq - 1 }, { record: seq + 1 }, { record: 1 }, { recordEntry: staffed.last }]) {
      const { message } = expectError(() => open(recorded, "Dan", user, wrong), "NOT_PERMITTED", "ESC-9");
      expect(message).toContain("no such record");
    }
    const unpublished = () => open(staffed, "Dan", user, { record: seq, recordEntry: recorded.last });
    expectError(unpublished, "NOT_PERMITTED", "ESC-9");
  });

  it("needs the record's opening (ESC-9)", () => {
    const bare = mutate(recorded.last, { attachments: () => [] });
    expectError(() => open(recorded, "Dan", user, { recordEntry: bare }), "GRANT_UNAVAILABLE", "ESC-9");
  });

  it("gives nothing for a record whose opening is junk (ESC-9)", () => {
    const junk = staffed.append(withAttachment(recorded.last, 0, new Uint8Array(1300), [dan]));
    expectError(() => open(junk, "Dan", user), "GRANT_UNAVAILABLE", "ESC-9");
  });

  it("names the requested epochs that were not delivered", () => {
    const entries = user.entries.map((entry, at) =>
      at === user.entries.length - 1 ? mutate(entry, { attachments: () => [] }) : entry,
    );
    const { keyring, withheld } = open(recorded, "Dan", user, { entries });
    expect(keyring.epochs).toEqual([1]);
    expect(withheld).toEqual([[3, 3]]);
  });

  it("counts an epoch as withheld only if no escrow member's grant gave it", () => {
    const again = enroll(reviewEscrow(user, "Laptop", "remove"), "Laptop", staffed);
    const escrow = record(staffed, "Dan", accessOf(again, [[1, 4]]));
    const without = (seq: number) =>
      again.entries.map((entry, at) => (at === seq - 1 ? mutate(entry, { attachments: () => [] }) : entry));
    const first = open(escrow, "Dan", again, { entries: without(2) });
    expect(first.keyring.epochs).toEqual([1, 2, 3, 4]);
    expect(first.withheld).toEqual([]);
    const second = open(escrow, "Dan", again, { entries: without(again.log.head.seq) });
    expect(second.keyring.epochs).toEqual([1, 2, 3]);
    expect(second.withheld).toEqual([[4, 4]]);
  });

  it("opens epochs that escrow was granted before it was removed or renewed", () => {
    const later = dismiss(recorded, "Bob");
    const moved = renewedBy(user, later, "Ann");
    const gone = enroll(reviewEscrow(moved, "Laptop", "remove"), "Laptop", later);
    for (const world of [moved, reviewEscrow(moved, "Laptop", "remove"), gone]) {
      const again = record(later, "Dan", accessOf(world, [[1, 4]]));
      expect(open(again, "Dan", world).keyring.epochs).toEqual([1, 2, 3, 4]);
      expect(open(again, "Dan", world).withheld).toEqual([]);
    }
  });
});

describe("accessRecords", () => {
  const twice = record(recorded, "Ann", accessOf(other, [[1, 1]], { case: undefined }));

  it("lists every access with its opening, for every admin that holds the epoch (ESC-9)", () => {
    const [first, second] = accessRecords(twice.session("Bob"), twice.entries);
    expect(first).toEqual({
      seq: recorded.log.head.seq,
      admin: staffed.id("Dan"),
      when: new Date(recorded.log.time),
      access: {
        ...{ log: user.log.head.log, subject: user.log.subject },
        ...{
          epochs: [
            [1, 1],
            [3, 3],
          ],
          reason: "a court order",
          case: "17-4",
        },
      },
      junk: false,
    });
    expect(second).toMatchObject({ admin: staffed.id("Ann"), access: { case: "", log: other.log.head.log } });
    expect(accessRecords(staffed.session("Ann"), staffed.entries)).toEqual([]);
  });

  it("skips entries that this escrow log does not have", () => {
    expect(accessRecords(recorded.session("Ann"), twice.entries)).toHaveLength(1);
    expect(accessRecords(recorded.session("Ann"), [...user.entries, ...recorded.entries])).toHaveLength(1);
  });

  it("lists records that were not delivered or cannot be read as unknown, not as junk", () => {
    const [first] = accessRecords(recorded.session("Ann"), []);
    expect(first).toMatchObject({ access: undefined, junk: false });
    const later = record(dismiss(recorded, "Bob"), "Dan", accessOf(user, [[2, 2]]));
    const seen = accessRecords(later.session("Bob"), later.entries);
    expect(seen.map(({ access }) => access?.epochs)).toEqual([
      [
        [1, 1],
        [3, 3],
      ],
      undefined,
    ]);
  });

  it.each([
    ["without an end", [[1, Number.MAX_SAFE_INTEGER]], false],
    [
      "that overlap",
      [
        [1, 3],
        [2, 4],
      ],
      true,
    ],
    ["that run backwards", [[3, 1]], true],
  ] as const)("names a record of runs %s, or opens no more than there is (ESC-9)", (_what, epochs, junk) => {
    const world = staffed.append(dishonestRecord(epochs));
    expect(accessRecords(world.session("Ann"), world.entries)[0]?.junk).toBe(junk);
    if (junk) expectError(() => open(world, "Dan", user), "GRANT_UNAVAILABLE", "ESC-9");
    else expect(open(world, "Dan", user).keyring.epochs).toEqual([1, 2, 3]);
  });

  it("names a record whose opening does not match its commitment (ESC-9)", () => {
    const junk = staffed.append(withAttachment(recorded.last, 0, new Uint8Array(1300), [dan]));
    expect(accessRecords(junk.session("Ann"), junk.entries)).toMatchObject([
      { admin: staffed.id("Dan"), access: undefined, junk: true },
    ]);
    const lied = mutate(recorded.last, {
      body: (body) => body.set("commitment", new Uint8Array(32)),
      signers: [dan],
    });
    const world = staffed.append(lied);
    expect(accessRecords(world.session("Ann"), world.entries)).toMatchObject([{ access: undefined, junk: true }]);
  });
});

/** A record by other software: with any runs and any subject, in a correct opening. */
function dishonestRecord(epochs: Runs, subject = user.log.subject): Uint8Array {
  const log = idBytes(user.log.head.log);
  const opening = rawBytes({ salt: new Uint8Array(32), log, subject, epochs, reason: "x", case: "" });
  return recordOf(staffed, dan, opening);
}
