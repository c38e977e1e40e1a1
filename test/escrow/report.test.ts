// The steps that the organisation's report names, its totals, and its input about users. docs/spec.md sections 8 and 11 (ESC-6,
// ESC-7).

import { describe, expect, it, vi } from "vitest";
import { type ReportedUser, ReportTotals, toDosOf } from "../../src/escrow/organisation-report.js";
import type { UserCoverage } from "../../src/escrow/user-coverage.js";
import { rotate } from "../support/accepted.js";
import { boxIndex, mutate, withAttachment } from "../support/raw-link.js";
import { expectError } from "../support/refusal.js";
import { say } from "../support/spoken.js";
import { ALICE, openWorld, type World } from "../support/world.js";
import {
  dismiss,
  enroll,
  hire,
  joinWithholding,
  openOrganisation,
  openUser,
  report,
  reviewEscrow,
  rowAbout,
  secretsLeftBy,
} from "./support.js";

const escrow = hire(openOrganisation("to do"), "Bob", ["recover"]);
const admin = escrow.session("Ann");
const bare = openWorld("to do");
const user = openUser("to do", escrow);

const rowOf = (each: ReportedUser, options = {}, organisation = escrow) => rowAbout(organisation, each, options);

const todo = (text: string, closes = 0) => ({ subject: ALICE, text, closes });
const spoken = (row: UserCoverage) =>
  toDosOf(row).map((each) => ({ subject: each.subject, text: say(each), closes: each.closes }));
const toDos = async (world: World, organisation = escrow) => spoken(await rowOf(world, {}, organisation));

describe("the steps for a user", () => {
  it("are none if escrow covers everything", async () => {
    expect(await toDos(user)).toEqual([]);
  });

  it("are to ask for escrow if it is pending or was removed, which gains all that is missing (ESC-7)", async () => {
    expect(await toDos(bare.join("Phone"))).toEqual([todo("ask the user to acknowledge escrow on any device", 2)]);
    expect(await toDos(reviewEscrow(user, "Laptop", "remove").rotate("Laptop"))).toEqual([
      todo("escrow was removed: find out why, and ask the user to acknowledge it again", 2),
    ]);
  });

  it("include one for every gap, with the epochs that it gains (ESC-5)", async () => {
    const late = enroll(bare.join("Phone").join("Tablet"), "Tablet", escrow);
    const row = await rowOf(joinWithholding(late, "Watch"));
    expect(spoken(row)).toEqual([
      todo("let Laptop give escrow encryption keys 1-2", 2),
      todo("let Laptop give escrow encryption key 4", 1),
      todo("let a confirmed device renew escrow: an unconfirmed one chose its key"),
    ]);
    expect(row.keptFromEscrow).toMatchObject([{ from: 4, to: 4 }]);
    const gaps = row.gaps.map((gap) => ({ ...gap, closers: [] }));
    expect(toDosOf({ ...row, gaps, renewal: [] })).toEqual([]);
  });

  it("ask a device only for the epochs that it holds of a gap (section 8)", async () => {
    const rotated = bare.join("Phone").act("Phone", "rotates with junk", rotate);
    const box = boxIndex(rotated.record, rotated.id("Laptop"));
    const signers = [bare.join("Phone").signer("Phone")];
    const junk = bare.join("Phone").append(withAttachment(rotated.last, box, new Uint8Array(1168), signers));
    const late = junk.rotate("Laptop").join("Tablet");
    expect(late.member("Laptop").held).toEqual([
      [1, 2],
      [4, 5],
    ]);
    const row = await rowOf(enroll(late, "Tablet", escrow));
    expect(row.gaps.map(({ from, to }) => [from, to])).toEqual([[1, 4]]);
    expect(spoken({ ...row, renewal: [] })).toEqual([todo("let Laptop give escrow encryption keys 1-2, 4", 3)]);
  });

  it("are refused for a row whose devices hold invalid epochs", async () => {
    const row = await rowOf(enroll(bare.join("Phone"), "Phone", escrow));
    const holding = (epochs: unknown) =>
      row.gaps.map((gap) => ({ ...gap, closers: gap.closers.map((closer) => ({ ...closer, epochs })) }));
    for (const epochs of [undefined, 7, [7], [["1", 2]]]) {
      const call = () => toDosOf({ ...row, gaps: holding(epochs) } as UserCoverage);
      expectError(call, "INVALID_ARGUMENT", undefined);
    }
  });

  it("are to fetch every stretch that was given and not delivered (GRT-4)", async () => {
    const world = user.rotate("Laptop").rotate("Laptop").rotate("Laptop");
    const entries = world.entries.map((entry, at) => (at % 2 === 0 ? mutate(entry, { attachments: () => [] }) : entry));
    expect(spoken(await rowOf({ log: world.log, entries }, { admin }))).toEqual([
      todo(
        "fetch the user's attachments again: encryption key 2 (14 November 2023); encryption key 4 (since 14 November 2023) was given and not delivered",
      ),
    ]);
  });

  it("are to renew the pointer and to rotate, if both are due (ESC-6)", async () => {
    expect(await toDos(user.join("Phone").leave("Phone"), dismiss(escrow, "Bob"))).toEqual([
      todo("renew escrow: the user's data goes to an old key of escrow"),
      todo("rotation is due: any of the user's devices does it when it is online"),
    ]);
  });
});

describe("totals", () => {
  it("count only the users that lost data (section 8)", async () => {
    const lost = enroll(bare.join("Phone").review("Phone", { remove: ["Laptop"] }), "Phone", escrow);
    const totals = new ReportTotals();
    for (const row of await report(escrow, [user, lost, bare, lost])) totals.add(row);
    expect(totals).toMatchObject({ users: 4, withLoss: 2, closable: 1, stale: 0 });
  });

  it("list the steps that close the most first, then by user, and each user's steps in their order", async () => {
    const due = await rowOf(user.join("Phone").leave("Phone"), {}, dismiss(escrow, "Bob"));
    const pending = await rowOf(bare);
    const totals = new ReportTotals();
    for (const subject of ["d", "b", "e", "a", "c"]) totals.add({ ...due, subject });
    for (const subject of ["z", "x", "y"]) totals.add({ ...pending, subject, closable: 1 });
    totals.add({ ...pending, subject: "w", closable: 2 });
    expect(totals.todo.map((todo) => `${todo.subject} ${todo.closes} ${say(todo).slice(0, 3)}`)).toEqual([
      ...["w 2 ask", "x 1 ask", "y 1 ask", "z 1 ask"],
      ...["a", "b", "c", "d", "e"].flatMap((subject) => [`${subject} 0 ren`, `${subject} 0 rot`]),
    ]);
  });

  it("keep a list whose length does not grow with the users, and sort it seldom", async () => {
    const row = await rowOf(bare);
    const totals = new ReportTotals(100);
    const sort = vi.spyOn(Array.prototype, "sort");
    for (let index = 0; index < 1000; index++) totals.add({ ...row, subject: `user ${index}` });
    const kept = totals.todo.length;
    const lengths = sort.mock.contexts.map((list) => (list as readonly unknown[]).length);
    sort.mockRestore();
    expect(kept).toBe(100);
    expect(Math.max(...lengths)).toBeLessThan(300);
    expect(lengths.length).toBeLessThan(10);
  });
});

describe("a reported user", () => {
  const partly = enroll(bare.join("Phone"), "Phone", escrow);

  it("is proven by its entries, and claimed if they are not given (section 8)", async () => {
    const [proven, claimed] = await report(escrow, [user, { log: user.log }], { admin });
    expect(proven).toMatchObject({ claimed: [[1, 1]], proven: [[1, 1]], status: "covered" });
    expect(claimed).toEqual({ ...proven, proven: undefined });
  });

  it("leaves no key behind that was opened for its proof (section 5)", async () => {
    expect(await secretsLeftBy(() => report(escrow, [user], { admin }))).toEqual([]);
  });

  it("shows when its devices were last seen, as dates only", async () => {
    const seen = new Date("2026-01-02T03:04:05Z");
    const lastSeen = new Map([[partly.id("Laptop"), seen]]);
    const { gaps } = await rowOf({ log: partly.log, lastSeen });
    expect(gaps).toMatchObject([
      {
        from: 1,
        to: 1,
        closers: [{ member: partly.id("Laptop"), name: { name: "Laptop" }, epochs: [[1, 1]], lastSeen: seen }],
      },
    ]);
    const wrong = new Map(lastSeen).set(partly.id("Phone"), "yesterday" as never);
    await expect(rowOf({ log: partly.log, lastSeen: wrong })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
