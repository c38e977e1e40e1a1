// Recipients of new epochs in a log with escrow: a join may withhold its own epoch, a regrant closes that gap, and lockdown
// excludes an unconfirmed pointer. docs/spec.md section 6 (MEM-6, MEM-7, MEM-9) and section 9 (BAK-5).

import { describe, expect, it } from "vitest";
import { runsOf } from "../../src/bytes/runs.js";
import { openAsEscrow } from "../../src/escrow/escrow-keys.js";
import { createBackupKey, rotate } from "../support/accepted.js";
import { idBytes, mutate, type RawBody, setField } from "../support/raw-link.js";
import { expectError, expectRefused, expectTwins } from "../support/refusal.js";
import { keysNamed, openWorld, type World } from "../support/world.js";
import {
  enroll,
  escrowOf,
  expectSameClasses,
  hire,
  joinWithholding,
  openOrganisation,
  openUser,
  policyBy,
  recoverBy,
  regrantEscrow,
  write,
} from "./support.js";

const escrow = hire(openOrganisation("recipients"), "Bob", ["recover"]);
const user = openUser("recipients", escrow);
const laptop = user.signer("Laptop");

/** The epochs that an admin really opens. */
const openedBy = (world: World): unknown =>
  runsOf(openAsEscrow(escrow.session("Ann"), world.log, world.entries).keyring.epochs);

describe("a join", () => {
  const joined = user.join("Phone");
  const withheld = joinWithholding(user, "Phone");
  const phone = withheld.signer("Phone");

  it("grants its epoch to escrow, or declares that it withholds it (MEM-6)", () => {
    expect(escrowOf(joined)).toMatchObject({ held: [[1, 2]], withheld: [] });
    expect(openedBy(joined)).toEqual([[1, 2]]);
    expect(escrowOf(withheld)).toMatchObject({ held: [[1, 1]], reach: [[1, 1]], withheld: [[2, 2]] });
    expect([withheld, joined].map(({ record }) => record.withheldFromEscrow)).toEqual([true, false]);
    expect(openedBy(withheld)).toEqual([[1, 1]]);
    expectSameClasses(withheld);
  });

  it("must not leave escrow out without declaring it, or grant an epoch that it declares as withheld (GRT-1)", () => {
    const silent = mutate(withheld.last, { body: (body) => body.delete("escrow"), signers: [phone] });
    expectTwins(user.log, silent, withheld.last, "INVALID_LINK", "GRT-1");
    const both = mutate(joined.last, { body: setField("escrow", "withheld"), signers: [joined.signer("Phone")] });
    expectTwins(user.log, both, joined.last, "INVALID_LINK", "GRT-1");
  });

  it("must not withhold without escrow, or in lockdown, where it makes no epoch (MEM-6)", () => {
    const bare = openWorld("recipients");
    const plain = bare.join("Phone");
    const nothing = mutate(plain.last, { body: setField("escrow", "withheld"), signers: [plain.signer("Phone")] });
    expectTwins(bare.log, nothing, plain.last, "INVALID_LINK", "MEM-6");
    const locked = user.lockdown("Laptop", true);
    const pending = locked.join("Phone");
    const attack = mutate(pending.last, { body: setField("escrow", "withheld"), signers: [pending.signer("Phone")] });
    expectTwins(locked.log, attack, pending.last, "INVALID_LINK", "MEM-6");
    const said = mutate(withheld.last, { body: setField("escrow", "kept"), signers: [phone] });
    expectRefused(user.log, said, "INVALID_ENCODING", "ENC-2");
  });

  it("is followed by grants of others, who may withhold too, and must declare it (MEM-6, GRT-1)", () => {
    const rotated = withheld.rotate("Laptop");
    expect(escrowOf(rotated)).toMatchObject({
      held: [
        [1, 1],
        [3, 3],
      ],
      withheld: [[2, 2]],
    });
    const attack = mutate(rotated.last, { body: setField("escrow", "withheld"), signers: [laptop] });
    expectTwins(withheld.log, attack, rotated.last, "INVALID_LINK", "GRT-1");
    const kept = withheld.act("Laptop", "rotates, withholding", (session, env) =>
      rotate(session, env, { withholdFromEscrow: true }),
    );
    expect(escrowOf(kept)).toMatchObject({ held: [[1, 1]], withheld: [[2, 3]] });
  });
});

describe("a regrant", () => {
  const withheld = joinWithholding(user, "Phone").rotate("Laptop");

  it("closes the gap of a join that withheld, without a new epoch (MEM-6)", () => {
    const closed = regrantEscrow(withheld, "Laptop", [[2, 2]]);
    expect(closed.record.epoch).toBeUndefined();
    expect(escrowOf(closed)).toMatchObject({ held: [[1, 3]], withheld: [] });
    expect(openedBy(closed)).toEqual([[1, 3]]);
    expectSameClasses(closed);
  });

  it("must not give escrow an epoch that was neither granted to it nor withheld by a join (MEM-9)", () => {
    const late = enroll(openWorld("recipients").join("Phone"), "Phone", escrow);
    expectError(() => regrantEscrow(late, "Laptop", [[1, 1]]), "NOT_PERMITTED", "MEM-9");
    expect(regrantEscrow(late, "Laptop", [[2, 2]]).record.type).toBe("regrant");
  });

  it("can be replaced by an approval: escrow then holds the withheld epoch (MEM-6)", () => {
    const id = escrowOf(withheld).id;
    const act = write("review", { approve: [id], remove: [] });
    expect(escrowOf(withheld.act("Laptop", "extends escrow", act))).toMatchObject({ held: [[1, 3]], withheld: [] });
  });
});

describe("in lockdown", () => {
  it("a new epoch goes to escrow while its pointer is confirmed (MEM-6)", () => {
    const rotated = user.lockdown("Laptop", true).join("Phone").rotate("Laptop");
    expect(rotated.record.grants.flatMap(({ boxes }) => boxes.map(({ member }) => member)).sort()).toEqual(
      [rotated.id("Laptop"), escrowOf(rotated).id].sort(),
    );
    expect(rotated.member("Phone").held).toEqual([]);
    const dropped = mutate(rotated.last, {
      body: (body) => {
        const [grant] = body.get("grants") as [RawBody];
        const boxes = grant.get("boxes") as [Uint8Array, Uint8Array][];
        grant.set("boxes", boxes.slice(1));
      },
      signers: [laptop],
    });
    const before = user.lockdown("Laptop", true).join("Phone");
    expectTwins(before.log, dropped, rotated.last, "INVALID_LINK", "GRT-1");
  });

  it("switching it off makes an epoch only if a member lacks the current one, including escrow (MEM-7)", () => {
    const locked = user.lockdown("Laptop", true);
    expect(locked.lockdown("Laptop", false).record.epoch).toBeUndefined();
    const lacking = joinWithholding(user, "Phone")
      .review("Laptop", { approve: ["Phone"] })
      .lockdown("Laptop", true);
    const off = lacking.lockdown("Laptop", false);
    expect(off.record.epoch).toBe(3);
    expect(escrowOf(off).held).toEqual([
      [1, 1],
      [3, 3],
    ]);
  });
});

describe("removals by escrow", () => {
  it("make an epoch in the same link, which the removed member does not get (MEM-7)", () => {
    const joined = user.join("Phone").join("Lost");
    const removed = recoverBy(joined, escrow, "Bob", { remove: ["Lost"] });
    expect(removed.record.epoch).toBe(4);
    expect(removed.session("Lost").keyring.epochs).toEqual([3]);
    expect(removed.log.rotationDue).toBe(false);
    const approved = recoverBy(joined, escrow, "Bob", { approve: ["Phone"] });
    expect(approved.record.epoch).toBeUndefined();
  });
});

describe("a backup key in a log with escrow", () => {
  const make = (world: World, organisation?: World): World =>
    world.act("Laptop", "makes a paper", (session, env) =>
      createBackupKey(session, { escrowLog: organisation?.log }, env),
    );

  it("names the escrow head whose policy was checked (BAK-5)", () => {
    const made = make(user, escrow);
    expect([...made.log.active.values()].map(({ kind }) => kind)).toEqual(["device", "escrow", "backup"]);
    expectError(() => make(user), "ESCROW_UNKNOWN", "BAK-5");
    expectError(() => make(user, openOrganisation("another")), "ESCROW_UNKNOWN", "BAK-5");
    expect(make(openWorld("recipients")).log.active.size).toBe(2);
  });

  it("refuses the enroll without the head, and any other enroll with one (BAK-5)", () => {
    const bare = openWorld("recipients");
    const head = new Map<string, Uint8Array | number>([
      ["seq", 1],
      ["hash", new Uint8Array(32)],
    ]);
    const unasked = bare.backup("Laptop", "Paper");
    const signers = [bare.signer("Laptop"), keysNamed("Paper")];
    const named = mutate(unasked.last, { body: setField("escrowHead", head), signers });
    expectTwins(bare.log, named, unasked.last, "INVALID_LINK", "BAK-5");
    expectError(() => user.backup("Laptop", "Paper"), "NOT_PERMITTED", "BAK-5");
    const device = user.enroll("Laptop", "Tablet");
    const tablet = mutate(device.last, {
      body: setField("escrowHead", head),
      signers: [laptop, device.signer("Tablet")],
    });
    expectTwins(user.log, tablet, device.last, "INVALID_LINK", "BAK-5");
  });

  it("is not made if the policy forbids it (BAK-5)", () => {
    const strict = policyBy(escrow, "Ann", { allowUserBackupKeys: false });
    expectError(() => make(user, strict), "NOT_PERMITTED", "BAK-5");
    expect(make(user, policyBy(strict, "Ann", { allowUserBackupKeys: true })).log.active.size).toBe(3);
  });

  it("may be removed by a member that finds that the policy forbade it: the head that it names shows it (BAK-5)", () => {
    const made = make(user, escrow);
    const id = made.record.entered as string;
    expect(idBytes(id)).toHaveLength(16);
    const act = write("review", { approve: [], remove: [id] });
    expect(made.act("Laptop", "removes it", act).log.active.size).toBe(2);
  });
});
