// Acts and disowning: the records of an escrow log before an admin acts for escrow, and how admins disown them. docs/spec.md
// sections 6 and 11 (MEM-8, ESC-8).

import { describe, expect, it } from "vitest";
import { attachmentDigest } from "../../src/log/entry.js";
import type { Member } from "../../src/log/state.js";
import { DIGEST, idList, type LinkFields, Links, namedId, namedKeys, publicKeysOf } from "../support/links.js";
import { idBytes, mutate } from "../support/raw-link.js";
import { expectRefused, expectTwins } from "../support/refusal.js";

const staffed = Links.ofEscrow()
  .enroll("Ann", "Paper", "backup", { roles: ["manage"] })
  .hire("Bob", "recover")
  .hire("Dan", "discover")
  .hire("Zoe");
const user = Links.ofUser().join("Phone");

const ACT: LinkFields = { type: "act", commitment: new Uint8Array(32).fill(3), opening: DIGEST };
const disowning = (...acts: readonly number[]): LinkFields => ({ type: "disown", acts });

/** A state in which an unconfirmed member holds the current epoch. The rules never lead to such a state. */
function holding(world: Links, name: string, roles: Member["roles"]): Links {
  const joined = world.join(name);
  const member = { ...joined.member(name), held: [[1, joined.log.epochs.length]] as const, roles };
  return joined.with({ active: new Map([...joined.log.active, [member.id, member]]) });
}

describe("an act", () => {
  it("is recorded by a device with recover or manage, and does nothing else (MEM-8)", () => {
    for (const name of ["Bob", "Ann"]) {
      const acted = staffed.plus(name, ACT);
      expect(acted.record).toMatchObject({
        ...{ type: "act", author: namedId(name), act: { commitment: ACT["commitment"], opening: DIGEST } },
        ...{ approved: [], removed: [], grants: [], epoch: undefined, access: undefined, attachments: [DIGEST] },
      });
      const { head: _head, links: _links, seen, ...after } = acted.log;
      const { head: _headBefore, links: _linksBefore, seen: seenBefore, ...before } = staffed.log;
      expect(after).toEqual(before);
      expect(seen.size).toBe(seenBefore.size);
    }
  });

  it.each([
    ["Dan, who may only discover", "Dan"],
    ["Zoe, who has no role", "Zoe"],
    ["a backup key, which names no person", "Paper"],
  ])("is refused to %s (MEM-8)", (_who, name) => {
    expectTwins(staffed.log, staffed.by(name, ACT), staffed.by("Bob", ACT), "INVALID_LINK", "MEM-8");
  });

  it("is a link of escrow logs only (MEM-8)", () => {
    expectRefused(user.log, user.by("Laptop", ACT), "INVALID_LINK", "MEM-8");
    expect(staffed.plus("Ann", ACT).log.kind).toBe("escrow");
  });

  it("must be by a holder, which is checked before anything else (LOG-4)", () => {
    const emptied = staffed.plus(["Bob", "Bob, fresh"], {
      type: "rekey",
      keys: publicKeysOf("Bob, fresh"),
      missing: [[1, 1]],
    });
    expectTwins(emptied.log, emptied.by("Bob, fresh", ACT), emptied.by("Ann", ACT), "INVALID_LINK", "LOG-4");
    const pending = staffed.join("New");
    expectTwins(pending.log, pending.by("New", ACT), pending.by("Bob", ACT), "INVALID_LINK", "LOG-4");
    // The same in a user's log, where it is refused anyway.
    const locked = Links.ofUser().plus("Laptop", { type: "lockdown", on: true, remove: [] }).join("Phone");
    expectRefused(locked.log, locked.by("Phone", ACT), "INVALID_LINK", "LOG-4");
  });

  it("must be by a confirmed member, which is checked before log and role (MEM-5)", () => {
    const unconfirmed = holding(staffed, "New", ["manage"]);
    expectTwins(unconfirmed.log, unconfirmed.by("New", ACT), unconfirmed.by("Bob", ACT), "INVALID_LINK", "MEM-5");
    const locked = user.with({ lockdown: true });
    expectRefused(locked.log, locked.by("Phone", ACT), "INVALID_LINK", "MEM-5");
    expectRefused(locked.log, locked.by("Laptop", ACT), "INVALID_LINK", "MEM-8");
  });

  it("may come with or without its opening (ENC-2)", () => {
    const opening = new Uint8Array(40).fill(9);
    const entry = staffed.by("Bob", { ...ACT, opening: attachmentDigest(opening) });
    const whole = mutate(entry, { attachments: () => [opening] });
    const other = mutate(entry, { attachments: () => [new Uint8Array(40)] });
    expectTwins(staffed.log, other, whole, "INVALID_ENCODING", "ENC-2");
    expect(staffed.append(entry).log.head).toEqual(staffed.append(whole).log.head);
  });

  it("declares nothing missing and makes no epoch (ENC-2)", () => {
    for (const field of [{ missing: [[1, 1]] }, { epoch: { kem: DIGEST } }, { escrow: "withheld" }, { grants: [] }]) {
      const attack = staffed.by("Bob", { ...ACT, ...field });
      expectTwins(staffed.log, attack, staffed.by("Bob", ACT), "INVALID_ENCODING", "ENC-2");
    }
  });
});

// Links 9, 10 and 12 are acts of Bob's, 11 is one of Ann's.
const acted = staffed.plus("Bob", ACT).plus("Bob", ACT).plus("Ann", ACT).plus("Bob", ACT);
const [B1, B2, A1, B3] = [9, 10, 11, 12] as const;

describe("disowning", () => {
  it("names acts: of any admin if its author has manage (MEM-8)", () => {
    expect([B1, B2, A1, B3].map((seq) => acted.log.links.at(seq - 1)?.type)).toEqual(["act", "act", "act", "act"]);
    for (const name of ["Ann", "Paper"]) {
      const disowned = acted.plus(name, disowning(B1, A1, B3));
      expect(disowned.record).toMatchObject({ type: "disown", disowned: [B1, A1, B3], grants: [], epoch: undefined });
      expect([...disowned.log.disowned]).toEqual([B1, A1, B3].map(String));
      expect(disowned.log.active).toEqual(acted.log.active);
    }
    expect([...acted.log.disowned]).toEqual([]);
  });

  it("is permitted to every member for its own acts, also after its rekey (MEM-8)", () => {
    const own = acted.by("Bob", disowning(B1, B3));
    for (const acts of [[A1], [B1, A1], [A1, B3]])
      expectTwins(acted.log, acted.by("Bob", disowning(...acts)), own, "INVALID_LINK", "MEM-8");
    // An entry that is no act is not its own act either.
    expect(acted.log.links.at(2)).toMatchObject({ type: "join", author: namedId("Bob") });
    for (const acts of [[1], [3], [8, B1], [99]])
      expectTwins(acted.log, acted.by("Bob", disowning(...acts)), own, "INVALID_LINK", "MEM-8");
    expectTwins(acted.log, acted.by("Zoe", disowning(B1)), own, "INVALID_LINK", "MEM-8");
    const keys = publicKeysOf("Bob, fresh");
    const rekeyed = acted.plus(["Bob", "Bob, fresh"], { type: "rekey", keys });
    expect(rekeyed.plus("Bob, fresh", disowning(B2)).record.disowned).toEqual([B2]);
  });

  it("names them ascending and once (MEM-2)", () => {
    for (const acts of [
      [B2, B1],
      [B1, B1],
      [B1, A1, B2],
    ])
      expectTwins(
        acted.log,
        acted.by("Ann", disowning(...acts)),
        acted.by("Ann", disowning(B1, B2, A1)),
        "INVALID_LINK",
        "MEM-2",
      );
    expectRefused(acted.log, acted.by("Bob", disowning(B3, B1)), "INVALID_LINK", "MEM-2");
  });

  it("names earlier acts, and nothing else (MEM-2)", () => {
    // Itself, later positions, a position that never comes, and links of other types, including the first.
    for (const seq of [acted.log.head.seq + 1, acted.log.head.seq + 2, Number.MAX_SAFE_INTEGER, 1, 8])
      expectTwins(
        acted.log,
        acted.by("Ann", disowning(...[B1, seq].sort((a, b) => a - b))),
        acted.by("Ann", disowning(B1)),
        "INVALID_LINK",
        "MEM-2",
      );
    const accessed = acted.plus("Dan", { type: "access", commitment: DIGEST, opening: DIGEST });
    const attack = accessed.by("Ann", disowning(accessed.log.head.seq));
    expectTwins(accessed.log, attack, accessed.by("Ann", disowning(B3)), "INVALID_LINK", "MEM-2");
  });

  it("disowns no act twice, by any link (MEM-2)", () => {
    const once = acted.plus("Ann", disowning(B1));
    expectTwins(once.log, once.by("Ann", disowning(B1, B2)), once.by("Ann", disowning(B2)), "INVALID_LINK", "MEM-2");
    expectTwins(once.log, once.by("Bob", disowning(B1)), once.by("Bob", disowning(B2)), "INVALID_LINK", "MEM-2");
    const reviewed = acted.review("Ann", { remove: ["Bob"], disown: [B2] });
    const twin = reviewed.by("Ann", disowning(B1));
    expectTwins(reviewed.log, reviewed.by("Ann", disowning(B2)), twin, "INVALID_LINK", "MEM-2");
  });

  it("is a link of escrow logs only, which is checked before anything else (MEM-8)", () => {
    const locked = Links.ofUser().plus("Laptop", { type: "lockdown", on: true, remove: [] }).join("Phone");
    for (const name of ["Laptop", "Phone"])
      expectRefused(locked.log, locked.by(name, disowning(1)), "INVALID_LINK", "MEM-8");
  });

  it("must be by a holder (LOG-4), and a confirmed one (MEM-5)", () => {
    const emptied = acted.plus(["Bob", "Bob, fresh"], {
      type: "rekey",
      keys: publicKeysOf("Bob, fresh"),
      missing: [[1, 1]],
    });
    expectTwins(
      emptied.log,
      emptied.by("Bob, fresh", disowning(B1)),
      emptied.by("Ann", disowning(B1)),
      "INVALID_LINK",
      "LOG-4",
    );
    const unconfirmed = holding(acted, "New", ["manage"]);
    expectTwins(
      unconfirmed.log,
      unconfirmed.by("New", disowning(B1)),
      unconfirmed.by("Ann", disowning(B1)),
      "INVALID_LINK",
      "MEM-5",
    );
  });

  it("names one to 4,096 positions, from 1 (ENC-2)", () => {
    const many = Array.from({ length: 4097 }, (_, index) => index + 1);
    for (const acts of [[], [0], many])
      expectTwins(
        acted.log,
        acted.by("Ann", disowning(...acts)),
        acted.by("Ann", disowning(B1)),
        "INVALID_ENCODING",
        "ENC-2",
      );
    // That many have the right shape, and are judged.
    expectRefused(acted.log, acted.by("Ann", disowning(...many.slice(0, 4096))), "INVALID_LINK", "MEM-2");
  });

  it("declares nothing missing (ENC-2)", () => {
    const attack = acted.by("Ann", { ...disowning(B1), missing: [[1, 1]] });
    expectTwins(acted.log, attack, acted.by("Ann", disowning(B1)), "INVALID_ENCODING", "ENC-2");
  });
});

describe("a review that disowns", () => {
  const removing = (world: Links, fields: LinkFields = {}): Uint8Array =>
    world.by("Ann", { type: "review", approve: [], remove: idList(namedId("Bob")), ...fields });

  it("removes an admin together with its acts (ESC-8)", () => {
    const removed = acted.append(removing(acted, { disown: [B1, B2, B3] }));
    expect(removed.record).toMatchObject({ removed: [namedId("Bob")], disowned: [B1, B2, B3], epoch: 2 });
    expect([...removed.log.disowned]).toEqual([B1, B2, B3].map(String));
    expect([...acted.append(removing(acted)).log.disowned]).toEqual([]);
  });

  it("is judged like a disown link (MEM-2)", () => {
    const once = acted.plus("Ann", disowning(B1));
    for (const disown of [[B3, B2], [B2, B2], [1], [B1], [once.log.head.seq + 1]])
      expectTwins(once.log, removing(once, { disown }), removing(once, { disown: [B2, B3] }), "INVALID_LINK", "MEM-2");
    for (const disown of [[], [0]])
      expectTwins(once.log, removing(once, { disown }), removing(once, { disown: [B2] }), "INVALID_ENCODING", "ENC-2");
  });

  it("must be in an escrow log (MEM-8)", () => {
    const review = { type: "review", approve: [], remove: idList(namedId("Phone")) };
    expectTwins(
      user.log,
      user.by("Laptop", { ...review, disown: [1] }),
      user.by("Laptop", review),
      "INVALID_LINK",
      "MEM-8",
    );
  });

  it("must approve or remove a member, or it is no review (MEM-2)", () => {
    const attack = acted.by("Ann", { type: "review", approve: [], remove: [], disown: [B1] });
    expectTwins(acted.log, attack, acted.by("Ann", disowning(B1)), "INVALID_LINK", "MEM-2");
  });

  it("is judged after roles and before the effects of its approvals (MEM-8, MEM-2, MEM-1)", () => {
    const joined = acted.join("New");
    const approve = idList(namedId("New"));
    const roles = [[idBytes(namedId("New")), []]];
    const reviewing = (fields: LinkFields) =>
      joined.by("Ann", { type: "review", remove: [], approve, roles, ...fields });
    const twin = reviewing({ disown: [B1] });
    expectTwins(joined.log, reviewing({ roles: undefined, disown: [1] }), twin, "INVALID_LINK", "MEM-8");
    expectTwins(
      joined.log,
      reviewing({ approve: idList(namedId("Zoe")), roles: undefined, disown: [1] }),
      twin,
      "INVALID_LINK",
      "MEM-2",
    );
    expectTwins(
      joined.log,
      reviewing({ approve: idList(namedId("Zoe")), roles: undefined, disown: [B1] }),
      twin,
      "INVALID_LINK",
      "MEM-1",
    );
  });

  it("needs manage, also for the author's own acts (MEM-8)", () => {
    const attack = acted.by("Bob", { type: "review", approve: [], remove: idList(namedId("Zoe")), disown: [B1] });
    const twin = acted.by("Ann", { type: "review", approve: [], remove: idList(namedId("Zoe")), disown: [B1] });
    expectTwins(acted.log, attack, twin, "INVALID_LINK", "MEM-8");
    expect(
      acted.append(mutate(twin, { signers: [namedKeys("Ann")], body: (body) => body.set("disown", [B2]) })).record
        .disowned,
    ).toEqual([B2]);
  });
});
