// The coverage report, as an object and as text for a terminal (docs/spec.md section 8).

import { describe, expect, it } from "vitest";
import { coverageReport } from "../../src/coverage/coverage-report.js";
import { proveCoverage } from "../../src/coverage/proven.js";
import { english } from "../../src/views/english.js";
import { formatCoverage } from "../../src/views/format-coverage.js";
import { rotate, setLockdown } from "../support/accepted.js";
import { expectError } from "../support/refusal.js";
import { say } from "../support/spoken.js";
import { World } from "./support/world.js";

function thiefAtWork(): World {
  const world = new World().on("2026-01-15").enroll("Laptop", "Paper").on("2026-03-05");
  return world
    .join("Phone")
    .on("2026-04-07")
    .join("Thief", { called: "Laptop", junk: ["Paper"] });
}

describe("coverageReport", () => {
  it("holds each member's access, gaps, held and reach, what is lost, and what to look at", () => {
    const world = thiefAtWork();
    const report = coverageReport(world.log, { now: world.now });
    expect(report).toMatchObject({
      subject: "alice@example.org",
      head: world.log.head,
      epoch: 3,
      lost: [],
      lockdown: false,
    });
    expect(report.at).toEqual(new Date("2026-04-07T12:00:00Z"));
    const rows = report.members.map(({ kind, access, held, reach, gaps, proven }) => [
      kind,
      access?.epoch,
      held,
      reach,
      gaps.length,
      proven,
    ]);
    expect(rows).toEqual([
      ["device", 1, [[1, 3]], [[1, 3]], 0, undefined],
      ["backup", 1, [[1, 3]], [[1, 3]], 0, undefined],
      ["device", 2, [[2, 3]], [[2, 3]], 1, undefined],
      ["device", 3, [[3, 3]], [[3, 3]], 1, undefined],
    ]);
  });

  it("carries a proof, and refuses a proof of another head, which does not cover the newest links", async () => {
    const world = thiefAtWork();
    const proven = await proveCoverage(world.session("Laptop"));
    const report = coverageReport(world.log, { proven });
    expect(report.members[1]?.proven).toMatchObject({ proven: [[1, 2]], wrong: [[3, 3]] });
    expect(report.wrongGrants.map(say)).toEqual([
      `In change 4 Laptop (${world.id("Thief").slice(0, 8)}) gave Paper something else than encryption key 3.`,
    ]);
    world.act("Laptop", rotate);
    expect(() => coverageReport(world.log, { proven })).toThrowError(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });

  it("names every epoch of a wrong grant (GRT-3)", async () => {
    const world = new World()
      .act("Laptop", rotate)
      .join("Phone")
      .review("Laptop", { approve: ["Phone"] }, ["Phone"]);
    const proven = await proveCoverage(world.session("Laptop"));
    expect(coverageReport(world.log, { proven }).wrongGrants.map(say)).toEqual([
      "In change 4 Laptop gave Phone something else than encryption keys 1-2.",
    ]);
  });

  it("refuses an invalid log and invalid options", () => {
    const { log } = new World();
    const invalid = expect.objectContaining({ code: "INVALID_ARGUMENT" });
    expect(() => coverageReport({} as never)).toThrowError(invalid);
    expect(() => coverageReport(log, null as never)).toThrowError(invalid);
    expect(() => coverageReport(log, { now: Number.NaN })).toThrowError(invalid);
    for (const proven of [{}, null]) {
      expect(() => coverageReport(log, { proven: proven as never })).toThrowError(invalid);
    }
  });
});

describe("formatCoverage", () => {
  it("is a table and lists, for a terminal", async () => {
    const world = thiefAtWork();
    const proven = await proveCoverage(world.session("Laptop"));
    const [laptop, thief] = ["Laptop", `Laptop (${world.id("Thief").slice(0, 8)})`];
    expect(formatCoverage(coverageReport(world.log, { now: world.now, proven }), english)).toBe(
      `Coverage of alice@example.org: encryption key 3, change 4, as of 7 April 2026

Name               Kind        Reads since     Holds  May have read  Proven  Only claimed  Wrong
${laptop}             device      1 January 2026  1-3    1-3            1-3     none          none
Paper              backup key  1 January 2026  1-3    1-3            1-2     none          3
Phone              device      5 March 2026    2-3    2-3            2-3     none          none
${thief}  device      7 April 2026    3      3              3       none          none

Gaps
- Phone lacks encryption key 1 (1 January 2026 to 5 March 2026): approve Phone from ${laptop}
- ${thief} lacks encryption keys 1-2 (1 January 2026 to 7 April 2026): approve ${thief} from ${laptop}

Given wrongly
- In change 4 ${thief} gave Paper something else than encryption key 3.
`,
    );
  });

  it("says that the log is in lockdown and what a new device then cannot read (section 8)", () => {
    const world = new World()
      .enroll("Laptop", "Paper")
      .act("Laptop", (s, env) => setLockdown(s, { on: true }, env))
      .join("Phone");
    expect(formatCoverage(coverageReport(world.log), english)).toBe(
      `Coverage of alice@example.org: encryption key 1, change 4, in lockdown

Name    Kind        Reads since     Holds  May have read
Laptop  device      1 January 2026  1      1
Paper   backup key  1 January 2026  1      1
Phone   device      not now         none   none

Gaps
- Phone lacks encryption key 1 (since 1 January 2026): approve Phone from Laptop
`,
    );
  });

  it("shows epochs that the prover could not judge, and nothing proven for a member without a proof (section 8)", async () => {
    const world = new World().on("2026-03-05").join("Phone").enroll("Laptop", "Paper");
    const proof = await proveCoverage(world.session("Phone"));
    const proven = { ...proof, members: proof.members.filter(({ member }) => member !== world.id("Laptop")) };
    const [, table] = formatCoverage(coverageReport(world.log, { proven }), english).split("\n\n");
    expect(table).toBe(
      `Name    Kind        Reads since     Holds  May have read  Proven  Only claimed  Wrong
Laptop  device      1 January 2026  1-2    1-2            none    none          none
Phone   device      5 March 2026    2      2              2       none          none
Paper   backup key  1 January 2026  1-2    1-2            none    1-2           none`,
    );
  });

  it("refuses a value that is no report", () => {
    for (const report of [undefined, null, "report", {}, { members: "none" }]) {
      expectError(() => formatCoverage(report as never, english), "INVALID_ARGUMENT", undefined);
    }
    // It also refuses a report that went through storage, which turned its dates into texts.
    const world = new World().join("Phone");
    const stored = JSON.parse(JSON.stringify(coverageReport(world.log, { now: world.now })));
    expectError(() => formatCoverage(stored, english), "INVALID_ARGUMENT", undefined);
  });

  it("lists what is lost and what to look at, and leaves out empty parts", () => {
    const world = new World()
      .on("2026-03-05")
      .join("Phone")
      .review("Phone", { remove: ["Laptop"] });
    expect(formatCoverage(coverageReport(world.log), english)).toBe(
      `Coverage of alice@example.org: encryption key 3, change 3

Name   Kind    Reads since   Holds  May have read
Phone  device  5 March 2026  2-3    2-3

Lost
- encryption key 1 (1 January 2026 to 5 March 2026): lost, nobody active holds it; Laptop, removed since, could bring it back

Gaps
- Phone lacks encryption key 1 (1 January 2026 to 5 March 2026): lost, nobody active holds it; Laptop, removed since, could bring it back

To look at
- Only Phone holds encryption keys 2-3 (since 5 March 2026): approve another device or backup key from it, or that data goes with it.
- There is no backup key: when every device is lost, so is the data.
`,
    );
  });
});
