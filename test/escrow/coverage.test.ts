// Escrow's coverage of one user's data: members that could close a gap, what is lost, and rows of a report from other sources.
// docs/spec.md section 8.

import { describe, expect, it } from "vitest";
import type { LastSeen } from "../../src/escrow/user-coverage.js";
import { english } from "../../src/views/english.js";
import { formatUserCoverage } from "../../src/views/format-report.js";
import { expectError } from "../support/refusal.js";
import { named } from "../support/spoken.js";
import { openWorld, type World } from "../support/world.js";
import { enroll, openOrganisation, rowAbout } from "./support.js";

const escrow = openOrganisation("coverage");

const rowOf = ({ log }: World, lastSeen?: LastSeen) => rowAbout(escrow, { log, lastSeen });

/** Epoch 1 is the laptop's, which left. The phone never got it, the tablet did. The watch enrolled escrow with epoch 4. */
const handedOn = enroll(
  openWorld("coverage")
    .join("Phone")
    .join("Tablet")
    .review("Laptop", { approve: ["Tablet"] })
    .leave("Laptop")
    .join("Watch"),
  "Watch",
  escrow,
);

describe("a gap (section 8)", () => {
  it("names the members that hold a part of it, with the largest part first, and when they were last seen", async () => {
    const seen = new Date("2024-01-01");
    const row = await rowOf(handedOn, new Map([[handedOn.id("Phone"), seen]]));
    expect(row.gaps).toMatchObject([{ from: 1, to: 3 }]);
    expect(named(row.gaps[0]?.closers)).toEqual([
      { member: handedOn.id("Tablet"), name: "Tablet", lastSeen: undefined, epochs: [[1, 3]] },
      { member: handedOn.id("Phone"), name: "Phone", lastSeen: seen, epochs: [[2, 3]] },
    ]);
    expect(row.closable).toBe(3);
    expect(row.covered).toMatchObject([{ from: 4, until: undefined }]);
  });
});

describe("a loss (section 8)", () => {
  it("is an epoch that no member of the user holds, although the log says that another organisation's escrow does", async () => {
    const fake = openOrganisation("another");
    const left = enroll(openWorld("coverage"), "Laptop", fake).join("Phone").leave("Laptop");
    const row = await rowOf(left);
    expect(row.lost).toMatchObject([{ from: 1, to: 1, keepers: [{ name: { name: "Laptop" }, epochs: [[1, 1]] }] }]);
    expect(row.gaps).toMatchObject([{ from: 2, to: 2, closers: [{ name: { name: "Phone" } }] }]);
    expect(row.covered).toEqual([]);
  });
});

describe("the user's own backup keys (section 8)", () => {
  it("are counted while they are active, devices and escrow left out", async () => {
    const papers = enroll(
      openWorld("coverage").backup("Laptop", "Paper").backup("Laptop", "Old paper"),
      "Laptop",
      escrow,
    );
    expect((await rowOf(handedOn)).backupKeys).toBe(0);
    expect((await rowOf(papers)).backupKeys).toBe(2);
    expect((await rowOf(papers.review("Laptop", { remove: ["Old paper"] }))).backupKeys).toBe(1);
  });
});

describe("a row that comes from a worker or a store", () => {
  const date = new Date(0);
  const stretch = { from: 1, to: 2, since: date, until: date };
  const closer = { name: { code: "member", name: "Laptop" }, epochs: [[1, 1]], lastSeen: date };
  const done = { seq: 1, because: "recorded", believed: true, when: date, reason: "text", case: "" };
  const undone = { recordedAt: 1, when: date, reason: "text", case: "", status: "open" };
  const closedBy = (...closers: readonly unknown[]) => ({ gaps: [{ ...stretch, closers }] });

  async function expectTaken(...changes: readonly object[]): Promise<void> {
    const row = await rowOf(handedOn);
    for (const change of changes) expect(formatUserCoverage({ ...row, ...change }, english)).toContain(": partly");
  }

  async function expectWrong(...changes: readonly object[]): Promise<void> {
    const row = await rowOf(handedOn);
    for (const change of changes)
      expectError(() => formatUserCoverage({ ...row, ...change }, english), "INVALID_ARGUMENT", undefined);
  }

  it("has pairs of whole numbers for its runs", async () => {
    await expectTaken({ claimed: [[1, 2]] }, { proven: [[1, 2]] }, { claimed: [], proven: [] });
    for (const run of [[], [1], [1, 2, 3], ["1", "2"], [1, 2.5], "12"])
      await expectWrong({ claimed: [[1, 2], run] }, { proven: [run] });
  });

  it("has whole numbers and dates for its stretches, each of them", async () => {
    await expectTaken({ withheld: [stretch, { ...stretch, until: undefined }] });
    await expectWrong({ gaps: [null] }, { withheld: [null] }, { lost: [undefined] });
    const wrong = [{ from: "1" }, { to: 1.5 }, { since: "1970" }, { until: "1970" }, { until: new Date(Number.NaN) }];
    for (const change of wrong.map((each) => ({ ...stretch, closers: [], keepers: [], ...each })))
      await expectWrong({ gaps: [change] }, { withheld: [stretch, change] }, { lost: [change] });
  });

  it("has names of the members that close its gaps, and dates if it says when they were last seen", async () => {
    await expectTaken(closedBy(), closedBy(closer, { ...closer, lastSeen: undefined }));
    await expectWrong({ gaps: [stretch] }, closedBy(null), closedBy(closer, { ...closer, name: undefined }));
    await expectWrong(
      closedBy({ ...closer, lastSeen: "1970" }),
      closedBy({ ...closer, lastSeen: new Date(Number.NaN) }),
      closedBy({ ...closer, epochs: undefined }),
      closedBy({ ...closer, epochs: [["1", 1]] }),
    );
  });

  it("has names of the removed members that could bring lost epochs back", async () => {
    const { lastSeen: _, ...keeper } = closer;
    await expectTaken({ lost: [{ ...stretch, keepers: [{ ...keeper, can: "reclaim" }] }] });
    await expectWrong({ lost: [stretch] }, { lost: [{ ...stretch, keepers: [{ ...keeper, name: undefined }] }] });
  });

  it("has positions, dates and reasons for acts in escrow's name", async () => {
    await expectTaken({ recoveries: [done] }, { recoveries: [{ ...done, reason: undefined, case: undefined }] });
    await expectWrong(
      { recoveries: [{ ...done, seq: "1" }] },
      { recoveries: [{ ...done, because: undefined }] },
      { recoveries: [{ ...done, when: "1970" }] },
      { recoveries: [{ ...done, believed: "yes" }] },
      { recoveries: [{ ...done, reason: 7 }] },
      { recoveries: [done, null] },
    );
  });

  it("has names of the removed members that could bring lost epochs back", async () => {
    const { lastSeen: _, ...keeper } = closer;
    await expectTaken({ lost: [{ ...stretch, keepers: [{ ...keeper, can: "reclaim" }] }] });
    await expectWrong({ lost: [stretch] }, { lost: [{ ...stretch, keepers: [{ ...keeper, name: undefined }] }] });
  });

  it("has positions, dates and reasons for acts that were not done", async () => {
    await expectTaken({ unfinished: [undone] }, { unfinished: [{ ...undone, status: "disowned" }] });
    await expectWrong(
      { unfinished: [{ ...undone, recordedAt: "1" }] },
      { unfinished: [{ ...undone, when: undefined }] },
      { unfinished: [{ ...undone, reason: undefined }] },
      { unfinished: [{ ...undone, status: "done" }] },
      { unfinished: [null] },
    );
  });

  it("has every field of a row", async () => {
    const row = await rowOf(handedOn);
    const needed = Object.keys(row).filter((field) => !["since", "proven"].includes(field));
    expect(needed, "count a new field of UserCoverage here, so that none is left untested below").toHaveLength(17);
    for (const field of needed) await expectWrong({ [field]: undefined });
    await expectWrong({ log: 7 }, { rotationDue: "no" });
  });

  it("has reasons for its renewal", async () => {
    await expectTaken({ renewal: ["older"] }, { renewal: [] });
    await expectWrong({ renewal: "older" }, { renewal: [7] }, { renewal: undefined });
  });
});
