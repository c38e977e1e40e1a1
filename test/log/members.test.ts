// Naming members, removing them, and that a removed member can do nothing. docs/spec.md section 6 (MEM-2..4).

import { describe, expect, it } from "vitest";
import type { CborValue } from "../../src/bytes/cbor.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { activeMember } from "../../src/log/state.js";
import { appendEntry } from "../../src/log/verify.js";
import { authoredBy, idBytes, mutate, rawNext, setField } from "../support/raw-link.js";
import { expectError, expectRefused, expectTwins } from "../support/refusal.js";
import { OPERATOR, openWorld, type World } from "../support/world.js";

const base = openWorld("members", { operator: true }).join("Phone").join("Tablet").join("Watch");
const [laptop, phone] = [base.signer("Laptop"), base.signer("Phone")];
const reviewed = base.review("Laptop", { approve: ["Phone"], remove: ["Tablet"] });
const stranger = openWorld("another log").id("Laptop");

const idsOf = (ids: readonly MemberId[]): CborValue => [...ids].sort().map(idBytes);
/** A link with another list of members in it. */
const withList = (world: World, field: string, list: CborValue, signer = laptop): Uint8Array =>
  mutate(world.last, { body: setField(field, list), signers: [signer] });
const reversed = (...names: readonly string[]): CborValue => [...base.ids(...names)].sort().reverse().map(idBytes);
const twice = (name: string): CborValue => [idBytes(base.id(name)), idBytes(base.id(name))];

describe("members named in a review", () => {
  const id = (name: string): MemberId => base.id(name);
  it.each([
    ["approves its author", withList(reviewed, "approve", idsOf([id("Phone"), id("Laptop")]))],
    ["removes its author", withList(reviewed, "remove", idsOf([id("Tablet"), id("Laptop")]))],
    ["approves a stranger", withList(reviewed, "approve", idsOf([id("Phone"), stranger]))],
    ["removes a stranger", withList(reviewed, "remove", idsOf([id("Tablet"), stranger]))],
    ["approves one member twice", withList(reviewed, "approve", twice("Phone"))],
    ["removes one member twice", withList(reviewed, "remove", twice("Tablet"))],
    ["approves a member that it removes", withList(reviewed, "approve", idsOf([id("Phone"), id("Tablet")]))],
    ["approves in another order", withList(reviewed, "approve", reversed("Phone", "Watch"))],
    ["removes in another order", withList(reviewed, "remove", reversed("Tablet", "Watch"))],
  ])("refuses a review that %s (MEM-2)", (_what, attack) => {
    expectTwins(base.log, attack, reviewed.last, "INVALID_LINK", "MEM-2");
  });

  it("refuses a review that names no member (MEM-2)", () => {
    const attack = rawNext(base.log, { type: "review", author: laptop.signingKey, approve: [], remove: [] }, [laptop]);
    expectTwins(base.log, attack, reviewed.last, "INVALID_LINK", "MEM-2");
  });

  it.each(["approve", "remove"])("refuses a review that names a removed member to %s (MEM-2)", (field) => {
    const next = reviewed.review("Laptop", { approve: ["Watch"], remove: ["Phone"] });
    const list = idsOf([...reviewed.ids(field === "approve" ? "Watch" : "Phone"), reviewed.id("Tablet")]);
    const error = expectTwins(reviewed.log, withList(next, field, list), next.last, "INVALID_LINK", "MEM-2");
    expect(error.message).toContain("was removed");
  });
});

describe("the record of a link", () => {
  it("names exactly the members that it approved, removed, or let in", () => {
    const named = ({ record: { approved, removed, entered } }: World) => ({ approved, removed, entered });
    const [phone, tablet] = [base.ids("Phone"), base.ids("Tablet")];
    expect(named(reviewed)).toEqual({ approved: phone, removed: tablet, entered: undefined });
    expect(named(base.rotate("Laptop"))).toEqual({ approved: [], removed: [], entered: undefined });
    expect(named(base)).toEqual({ approved: [], removed: [], entered: base.id("Watch") });
  });
});

describe("members named in other links", () => {
  const expelled = base.expel("Tablet", "Watch");
  it.each([
    ["nobody", [] as CborValue],
    ["a stranger", idsOf([stranger])],
    ["one member twice", twice("Tablet")],
    ["members in another order", reversed("Tablet", "Watch")],
  ])("refuses an expel of %s (MEM-2)", (_what, list) => {
    const attack = withList(expelled, "remove", list, OPERATOR);
    expectTwins(base.log, attack, expelled.last, "INVALID_LINK", "MEM-2");
  });

  const locked = base.lockdown("Laptop", true, ["Phone", "Tablet", "Watch"]);
  it.each([
    ["its author", idsOf(base.ids("Laptop", "Phone", "Tablet", "Watch"))],
    ["a stranger", idsOf([...base.ids("Phone", "Tablet", "Watch"), stranger])],
    ["members in another order", reversed("Phone", "Tablet", "Watch")],
  ])("refuses a lockdown that removes %s (MEM-2)", (_what, list) => {
    expectTwins(base.log, withList(locked, "remove", list), locked.last, "INVALID_LINK", "MEM-2");
  });

  it("refuses a lockdown that is on already, or off already (MEM-2)", () => {
    const off = locked.lockdown("Laptop", false);
    const again = mutate(off.last, { body: setField("on", true), signers: [laptop] });
    expectTwins(locked.log, again, off.last, "INVALID_LINK", "MEM-2");
    const never = mutate(locked.last, { body: setField("on", false), signers: [laptop] });
    expectTwins(base.log, never, locked.last, "INVALID_LINK", "MEM-2");
  });

  it("refuses a lockdown off that removes a member (MEM-2)", () => {
    const pending = locked.join("Pending");
    const off = pending.lockdown("Laptop", false);
    const attack = withList(off, "remove", idsOf(pending.ids("Pending")));
    expectTwins(pending.log, attack, off.last, "INVALID_LINK", "MEM-2");
  });

  it("refuses a regrant that gives nothing, or to a stranger (MEM-2)", () => {
    const { log } = reviewed;
    const fields = (member: MemberId) => ({
      ...{ type: "regrant", author: laptop.signingKey, give: [[idBytes(member), [[1, 1]]]] },
      grants: [
        { from: 1, to: 1, count: 1, keyring: new Uint8Array(32), boxes: [[idBytes(member), new Uint8Array(32)]] },
      ],
    });
    const regrant = (member: MemberId) => rawNext(log, fields(member), [laptop]);
    expectTwins(log, regrant(stranger), regrant(base.id("Phone")), "INVALID_LINK", "MEM-2");
    expectRefused(log, regrant(base.id("Tablet")), "INVALID_LINK", "MEM-2");
    const nothing = { give: [], grants: [] };
    for (const [field, value] of Object.entries(nothing)) {
      const attack = rawNext(log, { ...fields(base.id("Phone")), [field]: value }, [laptop]);
      expectRefused(log, attack, "INVALID_ENCODING", "ENC-2");
    }
  });

  it("refuses a regrant that names a member twice, or out of order (MEM-2)", () => {
    const [first, second] = [...reviewed.ids("Laptop", "Phone")].sort().map(idBytes) as [Uint8Array, Uint8Array];
    const boxes = [first, second].map((id) => [id, new Uint8Array(32)]);
    const grants = [{ from: 1, to: 1, count: 1, keyring: new Uint8Array(32), boxes }];
    const regrant = (...ids: readonly Uint8Array[]) => {
      const give = ids.map((id) => [id, [[1, 1]]]);
      return rawNext(reviewed.log, { type: "regrant", author: laptop.signingKey, give, grants }, [laptop]);
    };
    for (const ids of [
      [second, first],
      [first, first],
    ]) {
      expectTwins(reviewed.log, regrant(...ids), regrant(first, second), "INVALID_LINK", "MEM-2");
    }
  });

  it("refuses a rename of a stranger, and one that changes nothing (MEM-2)", () => {
    const renamed = base.rename("Laptop", "Old laptop");
    const attack = mutate(renamed.last, { body: setField("member", idBytes(stranger)), signers: [laptop] });
    expectTwins(base.log, attack, renamed.last, "INVALID_LINK", "MEM-2");
    const name = base.member("Laptop").nameCommitment;
    const same = mutate(renamed.last, { body: setField("name", name), signers: [laptop], attachments: () => [] });
    expectRefused(base.log, same, "INVALID_LINK", "MEM-2");
  });
});

describe("the last member", () => {
  const alone = openWorld("members", { operator: true });

  it("cannot leave; of two, one can (MEM-3)", () => {
    const attack = rawNext(alone.log, { type: "leave", author: laptop.signingKey }, [laptop]);
    expectRefused(alone.log, attack, "INVALID_LINK", "MEM-3");
    expectError(() => alone.leave("Laptop"), "NOT_PERMITTED", "MEM-3");
    expect(alone.join("Phone").leave("Laptop").log.active.size).toBe(1);
  });

  it("cannot be expelled: the service must not empty a log (MEM-3)", () => {
    const two = alone.join("Phone");
    const twin = two.expel("Phone").last;
    const attack = mutate(twin, { body: setField("remove", idsOf(two.ids("Laptop", "Phone"))), signers: [OPERATOR] });
    expectTwins(two.log, attack, twin, "INVALID_LINK", "MEM-3");
  });

  it("may be a backup key, since it counts as a device (MEM-3)", () => {
    expect(alone.backup("Laptop", "Paper").leave("Laptop").log.active.size).toBe(1);
  });
});

describe("a removed member", () => {
  const approved = base.review("Laptop", { approve: ["Phone"] });
  it.each([
    ["by review", approved.review("Laptop", { remove: ["Phone"] })],
    ["by leaving", approved.leave("Phone")],
    ["by the operator", approved.expel("Phone")],
    ["by lockdown", approved.lockdown("Laptop", true, ["Phone", "Tablet", "Watch"])],
  ])("signs nothing any more when it went %s (MEM-4)", (_how, world) => {
    const twin = world.rotate("Laptop").last;
    const error = expectTwins(world.log, authoredBy(twin, phone), twin, "INVALID_LINK", "MEM-4");
    expect(error.message).toContain(base.id("Phone"));
  });

  it.each([
    ["review", { approve: [], remove: [idBytes(base.id("Laptop"))] }],
    ["enroll", {}],
    ["rekey", { keys: { sign: new Uint8Array(32), kem: new Uint8Array(1216) } }],
    ["leave", {}],
    ["rename", { member: idBytes(base.id("Phone")), name: new Uint8Array(32) }],
    ["lockdown", { on: true, remove: [] }],
  ] as const)("cannot author a %s (MEM-4)", (type, fields) => {
    const gone = approved.review("Laptop", { remove: ["Phone"] });
    const member = {
      kind: "device",
      sign: phone.signingKey,
      kem: base.member("Phone").kemKey,
      name: new Uint8Array(32),
    };
    const grants = [
      {
        from: 1,
        to: 1,
        count: 1,
        keyring: new Uint8Array(32),
        boxes: [[idBytes(base.id("Phone")), new Uint8Array(32)]],
      },
    ];
    const body = { type, author: phone.signingKey, ...fields };
    const needed = { ...(type === "enroll" && { member }), ...(["enroll", "rekey"].includes(type) && { grants }) };
    const attack = rawNext(gone.log, { ...body, ...needed }, [phone]);
    expectRefused(gone.log, attack, "INVALID_LINK", "MEM-4");
  });

  it("returns only as a new member, with fresh keys and none of its epochs (MEM-4)", () => {
    const gone = approved.review("Laptop", { remove: ["Phone"] });
    const again = gone.join("Phone again");
    expect(again.id("Phone again")).not.toBe(base.id("Phone"));
    expect(again.member("Phone again")).toMatchObject({ founder: again.log.head.seq, approvals: [] });
    expect(again.session("Phone again").keyring.epochs).toEqual([again.log.epochs.length]);
    expect([...again.log.removed].map(({ id }) => id)).toContain(base.id("Phone"));
  });

  it("is no active member for any action, and the error names the link that removed it (MEM-4)", () => {
    const gone = reviewed;
    const error = expectError(() => gone.review("Laptop", { remove: ["Tablet"] }), "UNKNOWN_MEMBER", "MEM-4");
    expect(error.message).toContain(`removed by link ${gone.log.head.seq}`);
    expect(appendEntry(base.log, reviewed.last, { now: "unchecked" }).active.has(base.id("Tablet"))).toBe(false);
    // The same if others were removed before. And an id that never was a member was not removed (MEM-2).
    const more = gone.review("Laptop", { remove: ["Watch"] });
    const later = expectError(() => more.review("Laptop", { remove: ["Watch"] }), "UNKNOWN_MEMBER", "MEM-4");
    expect(later.message).toContain(`removed by link ${more.log.head.seq}`);
    expectError(() => activeMember(more.log, stranger), "UNKNOWN_MEMBER", "MEM-2");
  });
});
