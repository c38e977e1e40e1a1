// rotate and rekey: which members may make an epoch (in an escrow log only those with `manage`), and whose keys can be replaced.
// docs/spec.md section 6 (LOG-4, MEM-7, MEM-8).

import { describe, expect, it } from "vitest";
import { type LinkFields, Links, namedId, publicKeysOf } from "../support/links.js";
import { expectRefused, expectTwins } from "../support/refusal.js";

const escrow = Links.ofEscrow().hire("Bob", "discover", "recover").hire("Eve", "manage").hire("Zoe");

/** Fresh keys for a member, with which it also signs. */
const fresh = (name: string, fields: LinkFields = {}): LinkFields => ({
  ...{ type: "rekey", keys: publicKeysOf(`${name}, fresh`) },
  ...fields,
});
const rekey = (world: Links, name: string, fields: LinkFields = {}): Uint8Array =>
  world.by([name, `${name}, fresh`], fresh(name, fields));

describe("rotate in an escrow log", () => {
  it.each(["Bob", "Zoe"])("is refused to %s, who does not have manage (MEM-8)", (name) => {
    const attack = escrow.by(name, { type: "rotate" });
    expectTwins(escrow.log, attack, escrow.by("Eve", { type: "rotate" }), "INVALID_LINK", "MEM-8");
  });

  it("needs no role in a user's log (MEM-8)", () => {
    expect(Links.ofUser().join("Phone").rotate("Phone").record.epoch).toBe(3);
  });

  it("is refused first to a member that holds nothing (LOG-4)", () => {
    const joined = escrow.join("New");
    expectRefused(joined.log, joined.by("New", { type: "rotate" }), "INVALID_LINK", "LOG-4");
  });
});

describe("rekey in an escrow log", () => {
  it("makes an epoch if its author has manage (MEM-7)", () => {
    const rekeyed = escrow.append(rekey(escrow, "Eve"));
    expect(rekeyed.record).toMatchObject({ type: "rekey", epoch: 2, rekeyed: namedId("Eve") });
    expect(rekeyed.log.rotationDue).toBe(false);
    expect(rekeyed.member("Eve")).toMatchObject({ held: [[1, 2]], roles: ["manage"] });
    const without = rekey(escrow, "Eve", { epoch: undefined });
    expectTwins(escrow.log, without, rekey(escrow, "Eve"), "INVALID_LINK", "MEM-7");
  });

  it.each(["Bob", "Zoe"])("makes none if %s does not, and leaves rotation due (MEM-7, MEM-8)", (name) => {
    const rekeyed = escrow.append(rekey(escrow, name));
    expect(rekeyed.record).toMatchObject({ type: "rekey", epoch: undefined, rekeyed: namedId(name) });
    expect(rekeyed.log.rotationDue).toBe(true);
    expect(rekeyed.record.grants.map(({ boxes }) => boxes.map(({ member, kemKey: kem }) => ({ member, kem })))).toEqual(
      [[{ member: namedId(name), kem: publicKeysOf(`${name}, fresh`)["kem"] }]],
    );
    const attack = rekey(escrow, name, { epoch: publicKeysOf("a junk epoch") });
    expectTwins(escrow.log, attack, rekey(escrow, name), "INVALID_LINK", "MEM-7");
    expect(rekeyed.rotate("Ann").log).toMatchObject({ rotationDue: false });
  });

  it("makes none if its author declares the current one missing, and then needs no grants (MEM-8, MEM-9)", () => {
    const missing = [[1, 1]];
    const declared = escrow.append(rekey(escrow, "Bob", { missing }));
    expect(declared.record).toMatchObject({ epoch: undefined, missing, grants: [] });
    expect(declared.log.rotationDue).toBe(true);
    expect(declared.member("Bob")).toMatchObject({ held: [], reach: [[1, 1]] });
    const attack = rekey(escrow, "Bob", { missing, epoch: publicKeysOf("a junk epoch") });
    expectTwins(escrow.log, attack, rekey(escrow, "Bob", { missing }), "INVALID_LINK", "MEM-7");
    // With manage it makes one at once (MEM-9).
    expect(escrow.append(rekey(escrow, "Eve", { missing })).record.epoch).toBe(2);
    // Its fresh keys do not get an epoch that it cannot open either.
    const more = escrow.rotate("Ann");
    expect(more.append(rekey(more, "Bob", { missing })).member("Bob").held).toEqual([[2, 2]]);
  });

  it("is refused to an unconfirmed member (MEM-5)", () => {
    const joined = escrow.join("New");
    expectTwins(joined.log, rekey(joined, "New"), rekey(joined, "Bob"), "INVALID_LINK", "MEM-5");
  });
});

describe("rekey in a user's log", () => {
  const user = Links.ofUser().enroll("Laptop", "Paper", "backup").enroll("Laptop", "Phone", "device");

  it("makes an epoch, and leaves nothing due (MEM-7)", () => {
    const rekeyed = user.append(rekey(user, "Phone"));
    expect(rekeyed.record.epoch).toBe(2);
    expect(rekeyed.log.rotationDue).toBe(false);
    const attack = rekey(user, "Phone", { epoch: undefined });
    expectTwins(user.log, attack, rekey(user, "Phone"), "INVALID_LINK", "MEM-7");
  });

  it("is refused to a backup key, whose paper would open nothing any more (LOG-4)", () => {
    expectTwins(user.log, rekey(user, "Paper"), rekey(user, "Phone"), "INVALID_LINK", "LOG-4");
  });

  it("is refused to a backup key of an escrow log too (LOG-4)", () => {
    const papers = escrow.enroll("Ann", "Paper", "backup", { roles: ["manage"] });
    expectTwins(papers.log, rekey(papers, "Paper"), rekey(papers, "Eve"), "INVALID_LINK", "LOG-4");
  });
});
