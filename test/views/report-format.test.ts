// The organisation's report for people: text, CSV that no spreadsheet runs, totals that stay small, progress and cancellation.
// docs/spec.md sections 8 and 11 (ESC-6, ESC-7).

import { describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import type { MemberName } from "../../src/coverage/names.js";
import { actRecords } from "../../src/escrow/act.js";
import { organisationReport, ReportTotals, toDosOf } from "../../src/escrow/organisation-report.js";
import type { Recovery, UserCoverage } from "../../src/escrow/user-coverage.js";
import { pointerTo } from "../../src/trust/pointer.js";
import { english } from "../../src/views/english.js";
import { formatTotals, formatUserCoverage, reportCsvHeader, reportCsvLine } from "../../src/views/format-report.js";
import {
  announce,
  dismiss,
  enroll,
  hire,
  openOrganisation,
  openUser,
  renewedBy,
  renewedRaw,
  report,
  restore,
  reviewEscrow,
  rowAbout,
} from "../escrow/support.js";
import { disown } from "../support/accepted.js";
import { expectError, snapshot } from "../support/refusal.js";
import { places, say } from "../support/spoken.js";
import { openWorld, type World } from "../support/world.js";

const escrow = hire(openOrganisation("report"), "Bob", ["recover"]);
const later = dismiss(escrow, "Bob");
const user = openUser("report", escrow);
const FORMULA = '=HYPERLINK("http://x","y")';

const rowOf = ({ log }: World, organisation: World = escrow): Promise<UserCoverage> => rowAbout(organisation, { log });

/** A row with all fields, and distinct days. */
async function fullRow(change: Partial<UserCoverage> = {}): Promise<UserCoverage> {
  const [member] = user.ids("Laptop") as [MemberId];
  const day = (text: string) => new Date(`${text}T12:00:00Z`);
  const stretch = (from: number, to: number, since: string, until?: string) => ({
    ...{ from, to, since: day(since), until: until === undefined ? undefined : day(until) },
  });
  const nameOf = (name: string): MemberName => ({
    ...{ code: "member", member, kind: "device", name, shortId: "00000000", withId: false, organisation: undefined },
  });
  const phone = { member, name: nameOf("Phone"), epochs: [], lastSeen: day("2026-08-07") };
  const tablet = { member, name: nameOf("Tablet"), epochs: [], lastSeen: undefined };
  const recovery: Recovery = {
    ...{ seq: 5, type: "review", approved: [], removed: [], admin: member, believed: true, because: "recorded" },
    ...{ recordedAt: 7, when: day("2026-09-08"), reason: "locked out; lost", case: "17-4" },
  };
  const unbelieved = {
    seq: 6,
    admin: undefined,
    believed: false,
    because: "not-recorded",
    recordedAt: undefined,
  } as const;
  return {
    ...(await rowOf(user)),
    status: "partly",
    since: { epoch: 9, since: day("2026-07-06") },
    claimed: [
      [5, 6],
      [9, 9],
    ],
    proven: [[9, 9]],
    gaps: [
      { ...stretch(1, 2, "2026-01-02", "2026-02-03"), closers: [phone, { ...tablet, name: nameOf("Watch") }] },
      { ...stretch(3, 3, "2026-02-03", "2026-03-04"), closers: [tablet] },
      { ...stretch(4, 4, "2026-03-04", "2026-03-04"), closers: [phone] },
      { ...stretch(7, 7, "2026-05-06", "2026-06-05"), closers: [] },
    ],
    withheld: [stretch(5, 5, "2026-03-04", "2026-04-05"), stretch(6, 6, "2026-04-05", "2026-05-06")],
    covered: [],
    lost: [stretch(8, 8, "2026-06-05", "2026-07-06"), stretch(10, 10, "2026-07-06")].map((each) => ({
      ...each,
      keepers: [],
    })),
    pointer: "older",
    rotationDue: true,
    removals: [{ seq: 3, time: 0, by: "operator" }],
    renewal: ["older", "founder"],
    keptFromEscrow: [stretch(7, 7, "2026-05-06", "2026-06-05")],
    recoveries: [recovery, { ...recovery, ...unbelieved, reason: undefined, case: undefined }],
    unfinished: (["open", "unused", "disowned"] as const).map((status, index) => ({
      ...{ recordedAt: 20 + index, admin: member, when: day("2026-10-09"), status },
      ...{ reason: `stolen ${index}`, case: "" },
    })),
    backupKeys: 4,
    closable: 4,
    ...change,
  };
}

/** A row without acts for escrow, without withheld bytes, and without due steps. */
const NOTHING = { renewal: [], keptFromEscrow: [], recoveries: [], unfinished: [] };

/** Reads a line of CSV back (RFC 4180). */
function cellsOf(line: string): readonly string[] {
  expect(line.endsWith("\r\n")).toBe(true);
  const cells = [...line.slice(0, -2).matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)];
  return cells.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "");
}

describe("the statuses", () => {
  const bare = openWorld("report");

  it("distinguish covered, partly, pending, removed and behind", async () => {
    const partly = enroll(bare.join("Phone"), "Phone", escrow);
    const fake = enroll(bare, "Laptop", openOrganisation("a fake"));
    for (const [world, status] of [
      [user, "covered"],
      [partly, "partly"],
      [bare, "pending"],
      [reviewEscrow(user, "Laptop", "remove"), "removed"],
      [fake, "behind"],
    ] as const) {
      expect((await rowOf(world)).status).toBe(status);
    }
  });

  it("come with other facts to look at (ESC-6, ESC-7, ESC-8)", async () => {
    expect(await rowOf(user, later)).toMatchObject({
      pointer: "older",
      renewal: ["older"],
      removals: [],
      recoveries: [],
      rotationDue: false,
    });
    const removed = await rowOf(reviewEscrow(user, "Laptop", "remove"));
    expect(removed).toMatchObject({ pointer: "none", removals: [{ by: user.id("Laptop") }] });
    const done = restore(user.join("Phone"), escrow, "Bob", { approve: ["Phone"] });
    const acted = done.user;
    const bob = escrow.id("Bob");
    expect((await rowOf(acted, done.escrow)).recoveries).toMatchObject([
      { admin: bob, believed: true, reason: undefined },
    ]);
    expect((await rowOf(acted, later)).recoveries).toMatchObject([{ believed: false, because: "not-recorded" }]);
    const left = acted.leave("Phone");
    expect((await rowOf(left)).rotationDue).toBe(true);
  });

  it("come with reason and case of every recovery, and with acts that were not done (ESC-8)", async () => {
    const joined = user.join("Phone");
    const done = restore(joined, escrow, "Bob", { approve: ["Phone"] });
    const open = announce(done.escrow, "Ann", done.user, { remove: ["Phone"] }, { reason: "stolen", case: "" });
    const lost = announce(open.escrow, "Ann", done.user, { remove: ["Phone"] }, { reason: "twice" });
    const disowned = lost.escrow.act("Ann", "disowns", (session, env) => disown(session, [lost.act.recordedAt], env));
    const acts = actRecords(disowned.session("Ann"), disowned.entries);
    const [row] = await report(disowned, [{ log: done.user.log }], { acts });
    expect(row?.recoveries).toMatchObject([
      { seq: done.act.seq, believed: true, reason: "lost everything", case: "7", recordedAt: done.act.recordedAt },
    ]);
    expect(row?.unfinished).toMatchObject([
      { recordedAt: open.act.recordedAt, reason: "stolen", case: "", status: "open" },
      { recordedAt: lost.act.recordedAt, reason: "twice", case: "7", status: "disowned" },
    ]);
    const [taken] = await report(disowned, [{ log: done.user.rename("Phone", "Mobile").log }], { acts });
    expect(taken?.unfinished.map(({ status }) => status)).toEqual(["unused", "disowned"]);
    expect(toDosOf(taken ?? expect.unreachable()).map(say)).toEqual([
      `change ${open.act.recordedAt} of escrow announced an act that was not done (stolen): do it, or disown it`,
    ]);
    // Acts for other users are not this user's.
    const [other] = await report(disowned, [{ log: openUser("another", escrow).log }], { acts });
    expect(other).toMatchObject({ recoveries: [], unfinished: [] });
    await expect(report(escrow, [], { acts: 7 as never })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("say when a former admin knows the current epoch (ESC-10)", async () => {
    const renewed = renewedRaw(user, escrow, "Bob", pointerTo(later.log));
    expect((await rowOf(renewed, later)).renewal).toEqual(["known-to-former-admin"]);
    expect((await rowOf(renewedBy(user, later, "Ann"), later)).renewal).toEqual([]);
  });
});

describe("CSV", () => {
  it("has one title a cell, and one line a user", async () => {
    const titles = cellsOf(reportCsvHeader(english));
    const cells = cellsOf(reportCsvLine(await rowOf(user), english));
    expect(cells).toHaveLength(titles.length);
    const row = Object.fromEntries(titles.map((title, index) => [title, cells[index]]));
    expect(row).toMatchObject({
      ...{
        user: user.log.subject,
        status: "covered",
        "claimed encryption keys": "1",
        "proven encryption keys": "",
        gaps: "",
      },
      ...{ "key of escrow": "newest", "rotation due": "no", "escrow removals": "0", "own backup keys": "0" },
    });
  });

  it("has all facts of a row, in days, with a list in one cell (section 8)", async () => {
    const titles = cellsOf(reportCsvHeader(english));
    const cells = cellsOf(reportCsvLine(await fullRow(), english));
    expect(titles.map((title, index) => [title, cells[index]])).toEqual([
      ["user", "alice@example.org"],
      ["status", "partly"],
      ["covered since", "2026-07-06"],
      ["claimed encryption keys", "5-6, 9"],
      ["proven encryption keys", "9"],
      [
        "gaps",
        "encryption keys 1-2 (2 January 2026 to 3 February 2026); encryption key 3 (3 February 2026 to 4 March 2026); " +
          "encryption key 4 (4 March 2026); encryption key 7 (6 May 2026 to 5 June 2026)",
      ],
      ["closed by", "Phone; Tablet"],
      [
        "not delivered",
        "encryption key 5 (4 March 2026 to 5 April 2026); encryption key 6 (5 April 2026 to 6 May 2026)",
      ],
      ["kept from escrow", "encryption key 7 (6 May 2026 to 5 June 2026)"],
      ["lost", "encryption key 8 (5 June 2026 to 6 July 2026); encryption key 10 (since 6 July 2026)"],
      ["key of escrow", "older"],
      ["renewal due", "older key; set by an unconfirmed device"],
      ["rotation due", "yes"],
      ["escrow removals", "1"],
      ["recoveries", "8 September 2026, 17-4, locked out; lost; 8 September 2026, not believed (not recorded)"],
      ["acts without a review", "9 October 2026, open, stolen 0; 9 October 2026, unused, stolen 1"],
      ["disowned acts", "9 October 2026, disowned, stolen 2"],
      ["own backup keys", "4"],
    ]);
  });

  it("quotes only the cells that need it (RFC 4180), and leaves cells without a value empty", async () => {
    const none = {
      since: undefined,
      proven: undefined,
      gaps: [],
      withheld: [],
      lost: [],
      rotationDue: false,
      ...NOTHING,
    };
    const line = reportCsvLine(await fullRow({ ...none, status: "behind" }), english);
    expect(line).toBe('alice@example.org,behind,,"5-6, 9",,,,,,,older,,no,1,,,,4\r\n');
  });

  it("has no word of its own but the user's name, days and numbers: the rest is the catalogue's", async () => {
    const row = await fullRow();
    const totals = new ReportTotals();
    totals.add(row);
    const all = [
      reportCsvHeader(places),
      reportCsvLine(row, places),
      formatUserCoverage(row, places),
      formatTotals(totals, places, { most: 1 }),
    ].join("");
    expect(all).toContain("<statuses partly>");
    expect(all.replace(/<[^>]*>/g, "").match(/[a-z@.]{2,}|[0-9]{2,}/g)).toEqual([
      "alice@example.org",
      "2026",
      "07",
      "06",
    ]);
  });

  it("writes the whole day of a device whose clock is far ahead (LOG-7)", async () => {
    const last = new Date(8_640_000_000_000_000);
    const cells = cellsOf(reportCsvLine(await fullRow({ since: { epoch: 9, since: last } }), english));
    expect(cells[2]).toBe("'+275760-09-13");
  });

  it.each([
    ["a;=1", "a;'=1"],
    ["a;  -1; b", "a;  '-1; b"],
    ["a;b=1", "a;b=1"],
    ["a=1; b", "a=1; b"],
  ])("keeps what follows a semicolon in %j from being run", async (subject, cell) => {
    expect(cellsOf(reportCsvLine(await fullRow({ subject }), english))[0]).toBe(cell);
  });

  it.each([FORMULA, "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])(
    "prevents that %j is run, as a user's name",
    async (subject) => {
      const line = reportCsvLine(await rowOf(openWorld("report", { subject })), english);
      expect(cellsOf(line)[0]).toBe(`'${subject}`);
    },
  );

  it("prevents that a device's name is run, or ends its cell", async () => {
    const named = enroll(openWorld("report", { first: `${FORMULA},"x"` }).join("Phone"), "Phone", escrow);
    const cells = cellsOf(reportCsvLine(await rowOf(named), english));
    expect(cells).toHaveLength(cellsOf(reportCsvHeader(english)).length);
    expect(cells[6]).toBe(`'${FORMULA},"x"`);
  });

  it.each(['a "quoted" one', "a, comma", "line\nbreak", "line\r\nbreak"])("quotes %j", async (subject) => {
    const line = reportCsvLine(await rowOf(openWorld("report", { subject })), english);
    expect(line.startsWith(`"${subject.replaceAll('"', '""')}",`)).toBe(true);
    expect(cellsOf(line)[0]).toBe(subject);
  });
});

describe("text", () => {
  it("shows what is covered, what is missing and which member can give it", async () => {
    const partly = await rowOf(enroll(openWorld("report").join("Phone"), "Phone", escrow));
    expect(formatUserCoverage(partly, english)).toMatch(
      /: partly, everything since .*\n {2}lacks .*: Laptop can give it\n$/,
    );
    const [proven] = await report(escrow, [{ log: user.log, entries: user.entries }], { admin: escrow.session("Ann") });
    expect(formatUserCoverage(proven ?? expect.unreachable(), english)).toContain("(proven)");
    expect(formatUserCoverage(await rowOf(user), english)).not.toContain("(proven)");
  });

  it("shows all facts of a row about data, in days (section 8)", async () => {
    expect(formatUserCoverage(await fullRow(), english)).toBe(
      [
        "alice@example.org: partly, everything since 6 July 2026 (proven)",
        "  lacks encryption keys 1-2 (2 January 2026 to 3 February 2026): Phone (last seen 7 August 2026) can give it",
        "  lacks encryption key 3 (3 February 2026 to 4 March 2026): Tablet can give it",
        "  lacks encryption key 4 (4 March 2026): Phone (last seen 7 August 2026) can give it",
        "  lacks encryption key 7 (6 May 2026 to 5 June 2026)",
        "  not delivered: encryption key 5 (4 March 2026 to 5 April 2026): fetch it again",
        "  not delivered: encryption key 6 (5 April 2026 to 6 May 2026): fetch it again",
        "  kept from escrow by a device: encryption key 7 (6 May 2026 to 5 June 2026)",
        "  lost for good: encryption key 8 (5 June 2026 to 6 July 2026)",
        "  lost for good: encryption key 10 (since 6 July 2026)",
        "  restored by escrow: 8 September 2026, 17-4, locked out; lost",
        "  restored by escrow: 8 September 2026, not believed (not recorded)",
        "  announced, and not done: 9 October 2026, open, stolen 0",
        "  announced, and not done: 9 October 2026, unused, stolen 1",
        "  announced, and not done: 9 October 2026, disowned, stolen 2",
        "",
      ].join("\n"),
    );
    const claimed = await fullRow({ proven: undefined, gaps: [], withheld: [], lost: [], ...NOTHING });
    expect(formatUserCoverage(claimed, english)).toBe("alice@example.org: partly, everything since 6 July 2026\n");
  });

  it("shows names that cannot rewrite a terminal", async () => {
    const row = await rowOf(openWorld("report", { subject: "alice\u001b[2J\u202Eadmin\nbob" }));
    expect(formatUserCoverage(row, english).split("\n")[0]).toBe("alice [2Jadmin bob: pending");
  });
});

describe("totals", () => {
  it("count users by status, epochs to gain, and pointers that are not the newest", async () => {
    const totals = new ReportTotals();
    const worlds = [user, enroll(openWorld("report").join("Phone"), "Phone", later), openWorld("report")];
    for (const world of worlds) totals.add(await rowOf(world, later));
    expect(totals.users).toBe(3);
    expect(totals.statuses).toEqual({ covered: 1, partly: 1, behind: 0, pending: 1, removed: 0 });
    expect(totals).toMatchObject({ closable: 2, withLoss: 0, stale: 1 });
    expect(totals.todo.map(({ closes }) => closes)).toEqual([1, 1, 0, 0]);
    expect(formatTotals(totals, english)).toContain("3 users: 1 covered, 1 partly, 1 pending\n");
  });

  it("are printed with the steps that close the most first, up to the given number", async () => {
    const totals = new ReportTotals();
    const bare = openWorld("report", { subject: "bob\u001b@example.org" });
    totals.add(await fullRow({ gaps: [], withheld: [], lost: [], ...NOTHING, renewal: ["older"], rotationDue: false }));
    totals.add(await rowOf(bare.rotate("Laptop")));
    const head = [
      "2 users: 1 partly, 1 pending",
      "to bring under escrow: 6 encryption keys; with data lost: 0 users; escrow's key not the newest: 1 user",
      "",
      "To do, what closes the most first:",
    ];
    const todo = [
      "- bob @example.org: ask the user to acknowledge escrow on any device (2 encryption keys)",
      "- alice@example.org: renew escrow: the user's data goes to an old key of escrow",
    ];
    const text = (...lines: readonly string[]) => `${[...head, ...lines].join("\n")}\n`;
    expect(formatTotals(totals, english)).toBe(text(...todo));
    expect(formatTotals(totals, english, { most: 2 })).toBe(text(...todo));
    expect(formatTotals(totals, english, { most: 1 })).toBe(text(todo[0] as string, "… and 1 more"));
    expect(formatTotals(totals, english, { most: 0 })).toBe(text("… and 2 more"));
    for (const most of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expectError(() => formatTotals(totals, english, { most }), "INVALID_ARGUMENT", undefined);
  });

  it("have no list of steps if there are none", () => {
    expect(formatTotals(new ReportTotals(), english)).toBe(
      "0 users: none\nto bring under escrow: 0 encryption keys; with data lost: 0 users; escrow's key not the newest: 0 users\n",
    );
  });

  it("keep the steps that close the most, for any number and order of users", async () => {
    const row = await rowOf(openWorld("report"));
    const users = Array.from({ length: 1000 }, (_, index) => ({
      ...row,
      subject: `user ${index}`,
      closable: (index * 7) % 1000,
    }));
    for (const order of [users, [...users].reverse()]) {
      const totals = new ReportTotals(10);
      for (const each of order) totals.add(each);
      expect(totals.users).toBe(1000);
      expect(totals.todo.map(({ closes }) => closes)).toEqual([999, 998, 997, 996, 995, 994, 993, 992, 991, 990]);
    }
    const none = new ReportTotals(0);
    for (const each of users) none.add(each);
    expect(none.todo).toEqual([]);
    expect(none.statuses.pending).toBe(1000);
  });

  it("expose nothing that a caller could change", async () => {
    const totals = new ReportTotals();
    totals.add(await rowOf(openWorld("report")));
    const before = snapshot([totals.statuses, totals.todo]);
    (totals.todo as unknown[]).length = 0;
    (totals.statuses as { pending: number }).pending = 7;
    expect(snapshot([totals.statuses, totals.todo])).toBe(before);
  });
});

describe("organisationReport", () => {
  const users = [user, openWorld("report"), user].map(({ log }) => ({ log }));

  it("reads users one at a time, also from an async iterable, and reports how many are done", async () => {
    const asked: number[] = [];
    const done: number[] = [];
    async function* load() {
      for (const [index, each] of users.entries()) {
        asked.push(index);
        yield each;
      }
    }
    const onProgress = (count: number) => void done.push(count);
    for await (const row of organisationReport(escrow.log, load(), { onProgress })) {
      expect(row.subject).toBe(user.log.subject);
      expect(asked).toHaveLength(done.length + 1);
    }
    expect(done).toEqual([1, 2, 3]);
  });

  it("ends between two users on an aborted signal, with the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const rows: UserCoverage[] = [];
    const read = async () => {
      for await (const row of organisationReport(escrow.log, users, { signal: controller.signal })) {
        rows.push(row);
        controller.abort(reason);
      }
    };
    await expect(read()).rejects.toBe(reason);
    expect(rows).toHaveLength(1);
  });

  it("does not change its arguments, and gives the same again", async () => {
    const given = users.map((each) => ({ ...each, entries: user.entries, lastSeen: new Map() }));
    const before = snapshot([given, escrow.log, escrow.session("Ann").keyring.epochs]);
    const first = await report(escrow, given.slice(0, 1), { admin: escrow.session("Ann") });
    expect(await report(escrow, given.slice(0, 1), { admin: escrow.session("Ann") })).toEqual(first);
    expect(first[0]).toMatchObject({ claimed: [[1, 1]], proven: [[1, 1]] });
    expect(snapshot([given, escrow.log, escrow.session("Ann").keyring.epochs])).toBe(before);
  });

  it("refuses an admin of another organisation, and a user's log", async () => {
    const other = openOrganisation("another").session("Ann");
    await expect(report(escrow, [], { admin: other })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(report(user, [])).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expectError(() => new ReportTotals(-1), "INVALID_ARGUMENT", undefined);
  });
});
