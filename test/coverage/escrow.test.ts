// What views report that escrow holds. They judge by the organisation's keys, which only a trusted escrow log shows. Without one
// it is unknown: neither lost nor held (docs/spec.md section 8, ESC-11).

import { describe, expect, it } from "vitest";
import { coverageReport } from "../../src/coverage/coverage-report.js";
import { explainAccess } from "../../src/coverage/explain.js";
import { gapsOf } from "../../src/coverage/gaps.js";
import type { KnownEscrow } from "../../src/coverage/knowledge.js";
import { lostStretches, unknownStretches } from "../../src/coverage/loss.js";
import { proveCoverage } from "../../src/coverage/proven.js";
import { resilienceWarnings } from "../../src/coverage/resilience.js";
import { membersSeenBy } from "../../src/views/devices.js";
import { english } from "../../src/views/english.js";
import { formatCoverage } from "../../src/views/format-coverage.js";
import { linksTouching } from "../../src/views/lost-race.js";
import { suggestRemovals } from "../../src/views/removal.js";
import {
  enroll,
  escrowOf,
  joinWithholding,
  openOrganisation,
  openUser,
  regrantEscrow,
  reviewEscrow,
} from "../escrow/support.js";
import { adviceOn, say } from "../support/spoken.js";
import { openWorld, type World } from "../support/world.js";
import { pointFalsely } from "./support/escrow.js";

const organisation = openOrganisation("views");
const known: KnownEscrow = { escrowLog: organisation.log };
const confirmedToo: KnownEscrow = { ...known, storedConfirmation: organisation.log.head };

/** Escrow holds epoch 1. The only device that held it is gone. Phone made epoch 2. */
const bereft = openUser("views", organisation).join("Phone").leave("Laptop");

/** A thief's device points escrow at keys of its own, and the laptop, which does not check, grants to them. */
function falsely(user: World): World {
  return reviewEscrow(pointFalsely(user).rotate("Laptop"), "Laptop", "remove", { remove: ["Thief"] });
}

const runs = (stretches: readonly { readonly from: number; readonly to: number }[]) =>
  stretches.map(({ from, to }) => [from, to]);

const texts = (world: World, code: string, options: KnownEscrow = {}) =>
  resilienceWarnings(world.log, options)
    .filter((warning) => warning.code === code)
    .map((warning) => say(warning).replace(/\(\d+ \w+ \d+\)/g, "(…)"));

describe("escrow that its enroller left behind", () => {
  it("is no stray where the organisation's own log has its keys: it is needed most when the device that enrolled it is lost", () => {
    const [id, me] = [escrowOf(bereft).id, bereft.id("Phone")];
    const strays = (options: KnownEscrow) => [
      resilienceWarnings(bereft.log, options).flatMap(({ code, members }) => (code === "stray" ? members : [])),
      suggestRemovals(bereft.log, { removed: bereft.id("Laptop"), me, ...options }).map(({ member }) => member),
    ];
    expect(strays({})).toEqual([[id], [id]]);
    expect(strays({ escrowLog: openOrganisation("another").log })).toEqual([[id], [id]]);
    for (const options of [known, confirmedToo]) expect(strays(options)).toEqual([[], []]);
  });
});

describe("what only escrow holds", () => {
  it("is neither lost nor held until the escrow log is known, and then held", () => {
    expect([runs(lostStretches(bereft.log)), runs(unknownStretches(bereft.log))]).toEqual([[], [[1, 1]]]);
    for (const options of [known, confirmedToo]) {
      expect([lostStretches(bereft.log, options), unknownStretches(bereft.log, options)]).toEqual([[], []]);
    }
    const [another, none] = [{ escrowLog: openOrganisation("another").log }, { escrowLog: "unsupported" } as const];
    for (const options of [another, none]) expect(runs(unknownStretches(bereft.log, options))).toEqual([[1, 1]]);
  });

  it("stays held when escrow was removed: the administrators can still open it (ESC-11)", () => {
    const gone = reviewEscrow(bereft, "Phone", "remove");
    expect([runs(lostStretches(gone.log)), runs(unknownStretches(gone.log))]).toEqual([[], [[1, 1]]]);
    expect([lostStretches(gone.log, known), unknownStretches(gone.log, known)]).toEqual([[], []]);
  });

  it("excludes grants to a thief's keys: those epochs are lost, if the escrow log is known (case 1)", () => {
    const user = falsely(openUser("a thief's keys", organisation));
    const left = user.join("Tablet").review("Tablet", { remove: ["Laptop"] });
    expect([runs(lostStretches(left.log)), runs(unknownStretches(left.log))]).toEqual([[[5, 5]], [[1, 4]]]);
    expect([runs(lostStretches(left.log, confirmedToo)), runs(unknownStretches(left.log, confirmedToo))]).toEqual([
      [[3, 5]],
      [],
    ]);
  });

  it("is named in a gap, and escrow is not offered to close it", () => {
    const [unknown] = gapsOf(bereft.log, bereft.id("Phone"));
    expect(unknown).toMatchObject({ closers: [], lost: [], escrowOnly: [], unknown: [[1, 1]] });
    expect(adviceOn(unknown)).toContain("whether escrow does is unknown");
    const [held] = gapsOf(bereft.log, bereft.id("Phone"), known);
    expect(held).toMatchObject({ closers: [], lost: [], escrowOnly: [[1, 1]], unknown: [] });
    expect(adviceOn(held)).toMatch(/^encryption key 1 \(.*\): only escrow holds it$/);
  });

  it("is reported by warnings without advice", () => {
    expect(texts(bereft, "single-member", known)).toEqual([
      expect.stringMatching(
        /^Only the organisation's escrow holds encryption key 1 .*: no device or backup key does\.$/,
      ),
    ]);
    const unknown = membersSeenBy(bereft.log, { me: bereft.id("Phone"), now: bereft.log.time }).warnings;
    expect(unknown.filter(({ code }) => code === "escrow-unknown").map(say)[0]).toMatch(
      /^Data of encryption key 1 \(.*\) may be lost: no device or backup key holds it, and whether escrow does is unknown/,
    );
  });
});

describe("single-member beside escrow", () => {
  const user = openUser("single", organisation);

  it("counts escrow as another holder by the organisation's keys, and says nothing if that is unknown (section 8)", () => {
    expect([texts(user, "single-member"), texts(user, "single-member", known)]).toEqual([[], []]);
    expect(texts(reviewEscrow(user, "Laptop", "remove"), "single-member", known)).toHaveLength(1);
    expect(texts(openWorld("single"), "single-member")).toHaveLength(1);
  });

  it("does not count escrow if its keys are a thief's", () => {
    const taken = falsely(user);
    expect(texts(taken, "single-member", confirmedToo)).toEqual([
      expect.stringMatching(/^Only Laptop holds encryption keys 3-5 /),
    ]);
  });
});

describe("an epoch withheld from escrow", () => {
  const user = openUser("withheld", organisation);
  const withheld = joinWithholding(user, "Phone");

  it("is a warning in every report until it is granted (MEM-6)", () => {
    const text =
      /^Phone withheld encryption key 2 \(.*\) from escrow, and no administrator can restore that yet: a device gives it to escrow by itself, once it has a trusted history of escrow\.$/;
    expect(texts(withheld, "withheld-from-escrow")).toEqual([expect.stringMatching(text)]);
    expect(texts(withheld, "withheld-from-escrow", known)).toHaveLength(1);
    expect(coverageReport(withheld.log).warnings.map(({ code }) => code)).toContain("withheld-from-escrow");
    const { warnings } = membersSeenBy(withheld.log, { me: user.id("Laptop"), now: withheld.log.time });
    expect(warnings.map(({ code }) => code)).toContain("withheld-from-escrow");
    expect(texts(user.join("Phone"), "withheld-from-escrow")).toEqual([]);
    expect(texts(regrantEscrow(withheld, "Phone", [[2, 2]]), "withheld-from-escrow")).toEqual([]);
  });

  it("is explained by explainAccess as withheld from escrow only", () => {
    const { links } = explainAccess(withheld.log, escrowOf(withheld).id, 2);
    expect(links.map(({ code }) => code)).toEqual(["access-made"]);
    expect(explainAccess(withheld.log, user.id("Laptop"), 2).canRead).toBe(true);
  });
});

describe("explainAccess of escrow", () => {
  it("gives no answer without the escrow log, except when nothing was granted at all", () => {
    const { id } = escrowOf(bereft);
    expect(explainAccess(bereft.log, id, 1)).toMatchObject({ canRead: undefined, mayHaveRead: true });
    expect(explainAccess(bereft.log, id, 1, known)).toMatchObject({ canRead: true, mayHaveRead: true });
    const withheld = joinWithholding(openUser("explained", organisation), "Phone");
    expect(explainAccess(withheld.log, escrowOf(withheld).id, 2).canRead).toBe(false);
  });

  it("says that grants to a thief's keys are grants to keys that are not the organisation's", () => {
    const user = openUser("explained", organisation);
    const before = escrowOf(user).id;
    const taken = falsely(user);
    const effects = (epoch: number, options: KnownEscrow) =>
      explainAccess(taken.log, before, epoch, options).links.map(({ code }) => code.replace("access-", ""));
    expect(effects(1, confirmedToo)).toEqual(["made", "entered", "granted", "removed"]);
    expect(effects(3, confirmedToo)).toEqual(["foreign", "removed"]);
    expect(effects(3, {})).toEqual(["granted", "removed"]);
    const { canRead, links } = explainAccess(taken.log, before, 3, confirmedToo);
    expect(canRead).toBe(false);
    expect(links.map(say)[0]).toMatch(/, with keys that are not the organisation's$/);
  });
});

describe("reports with escrow", () => {
  it("show the epochs that escrow reads with the organisation's keys, or that they are unknown", () => {
    const row = (options: KnownEscrow) =>
      formatCoverage(coverageReport(bereft.log, options), english)
        .split("\n")
        .find((line) => line.startsWith("escrow"))
        ?.replace(/^escrow (\(\w+\)|of \S+) +/, "");
    expect(row({})).toMatch(/^escrow +unknown +unknown +1-2$/);
    expect(row(known)).toMatch(/^escrow +\d+ \w+ \d+ +1-2 +1-2$/);
    expect(formatCoverage(coverageReport(bereft.log), english)).toMatch(
      /\nUnknown\n- encryption key 1 \(.*\): no device or backup key holds it, and whether escrow does is unknown/,
    );
    expect(formatCoverage(coverageReport(bereft.log, known), english)).not.toContain("Unknown");
    expect(runs(coverageReport(bereft.log).unknown)).toEqual([[1, 1]]);
    expect(coverageReport(bereft.log, known).members.map(({ claimed }) => claimed)).toEqual([[[1, 2]], undefined]);
  });

  it("prove for escrow only grants to the organisation's keys (GRT-3)", async () => {
    const honest = openUser("proven", organisation).rotate("Laptop");
    const renewed = pointFalsely(honest);
    const proof = async (world: World, options: KnownEscrow) => {
      const { members } = await proveCoverage(world.session("Laptop"), options);
      const { proven, claimed, wrong } = members.find(({ member }) => member === escrowOf(world).id) ?? {};
      return { proven, claimed, wrong };
    };
    expect(await proof(honest, known)).toEqual({ proven: [[1, 2]], claimed: [], wrong: [] });
    expect(await proof(honest, {})).toEqual({ proven: [], claimed: [[1, 2]], wrong: [] });
    expect(await proof(renewed, confirmedToo)).toEqual({ proven: [[1, 3]], claimed: [], wrong: [[4, 4]] });
  });
});

describe("linksTouching of escrow", () => {
  it("names a renewal: the member that a lost link approves has other keys now", () => {
    const user = openUser("meanwhile", organisation);
    const { id } = escrowOf(user);
    const joined = user.join("Phone");
    const options = { since: joined.log.head, members: [id] };
    expect(linksTouching(joined.rotate("Laptop").log, options)).toEqual([]);
    expect(linksTouching(pointFalsely(joined).log, options)).toMatchObject([{ type: "renew-escrow", member: id }]);
  });

  it("names no member for an escrow that was enrolled elsewhere", () => {
    const user = openUser("meanwhile", organisation).join("Phone");
    const since = user.log.head;
    const again = enroll(reviewEscrow(user, "Laptop", "remove"), "Laptop", organisation);
    expect(linksTouching(again.log, { since, members: [user.id("Phone")] })).toEqual([]);
  });
});
