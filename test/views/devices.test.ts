// Devices & Activity: the contents of the window, on every device (docs/spec.md section 8).

import { describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { compareFingerprint } from "../../src/fingerprint/compare.js";
import type { Keyring } from "../../src/keys/keyring.js";
import type { LogState } from "../../src/log/state.js";
import { membersSeenBy } from "../../src/views/devices.js";
import { membersAndActivity, devicesAndActivity as withFingerprints } from "../../src/views/devices-and-activity.js";
import { byHand, escrowReview, recordAct } from "../coverage/support/escrow.js";
import { World } from "../coverage/support/world.js";
import {
  dismiss,
  enroll,
  escrowOf,
  hire,
  joinWithholding,
  openEscrow,
  openOrganisation,
  openUser,
  paper,
  policyBy,
  renew,
} from "../escrow/support.js";
import { leave, recordAccess, regrant, rekey, rename, rotate, setLockdown } from "../support/accepted.js";
import { say, spokenView } from "../support/spoken.js";
import { OPERATOR, openWorld } from "../support/world.js";

const view = (world: World, me: string, more: { seen?: number; limit?: number } = {}) =>
  spokenView(membersSeenBy(world.log, { me: world.id(me), now: world.now, ...more }));

const statuses = (world: World, me: string) => view(world, me).members.map(({ name, status }) => `${name}: ${status}`);

const warnings = (world: World, me: string, code: string, more: { seen?: number } = {}) =>
  view(world, me, more)
    .warnings.filter((warning) => warning.code === code)
    .map(({ text }) => text);

/** Laptop opens the log on 1 January, Tablet joins on 3 March, Phone on 5 March. */
function story(): World {
  return new World().on("2026-03-03").join("Tablet").on("2026-03-05").join("Phone");
}

function fourDevices(): World {
  return new World().on("2026-03-03").join("Phone").on("2026-03-05").join("Tablet").on("2026-04-07").join("Watch");
}

describe("membersAndActivity", () => {
  it("is what a device shows, in which no member is this device, may remove one, or has a choice", () => {
    const world = story()
      .review("Laptop", { approve: ["Tablet"] })
      .on("2026-04-07")
      .enroll("Tablet", "Paper")
      .review("Tablet", { remove: ["Phone"] });
    for (const me of ["Laptop", "Phone"]) {
      const shown = withFingerprints(world.log, { me: world.id(me), now: world.now });
      const { members, activity } = membersAndActivity(world.log);
      expect(activity).toEqual(shown.activity);
      expect(members).toEqual(
        shown.members.map((each) => ({
          ...{ ...each, removable: false, removal: undefined, offers: [] },
          status: each.status === "this-device" ? "approved" : each.status,
        })),
      );
    }
    expect(membersAndActivity(world.log, { limit: 1 }).activity.map(({ seq }) => seq)).toEqual([world.log.head.seq]);
    expect(() => membersAndActivity(world.log, { limit: -1 })).toThrowError(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });

  it("says who waits for approval", () => {
    const world = story();
    expect(membersAndActivity(world.log).members.map(({ status }) => status)).toEqual([
      "approved",
      "pending",
      "pending",
    ]);
  });
});

describe("membersSeenBy", () => {
  it("shows every member with its kind, the start of its access, and the members that approved and removed it", () => {
    const world = story()
      .review("Laptop", { approve: ["Tablet"] })
      .on("2026-04-07")
      .review("Tablet", { remove: ["Phone"] });
    const active = { standing: "active", removed: undefined, removal: undefined, offers: [], removable: true };
    expect(view(world, "Laptop").members).toEqual([
      {
        ...{ member: world.id("Laptop"), name: "Laptop", kind: "device", platform: undefined, details: undefined },
        ...{ added: new Date("2026-01-01T12:00:00Z"), access: { epoch: 1, since: new Date("2026-01-01T12:00:00Z") } },
        ...{ status: "this-device", approvals: [], ...active, removable: false },
      },
      {
        ...{ member: world.id("Tablet"), name: "Tablet", kind: "device", platform: undefined, details: undefined },
        ...{ added: new Date("2026-03-03T12:00:00Z"), access: { epoch: 1, since: new Date("2026-01-01T12:00:00Z") } },
        approvals: [{ by: world.id("Laptop"), name: "Laptop", seq: 4, when: new Date("2026-03-05T12:00:00Z") }],
        ...{ status: "approved", ...active },
      },
      {
        ...{ member: world.id("Phone"), name: "Phone", kind: "device", platform: undefined, details: undefined },
        ...{ added: new Date("2026-03-05T12:00:00Z"), access: undefined, status: "removed", approvals: [] },
        removed: { by: world.id("Tablet"), name: "Tablet", seq: 5, when: new Date("2026-04-07T12:00:00Z") },
        ...{ standing: "removed", removal: undefined, offers: [], removable: false },
      },
    ]);
  });

  it("shows a device's own description, on one line and without hidden characters", () => {
    const says = { name: "Laptop", platform: "Windows\u202e 11", details: "The one\r\nat home" };
    const world = new World().act("Laptop", (s, env) => rename(s, says, env));
    expect(view(world, "Laptop").me).toMatchObject({ platform: "Windows 11", details: "The one at home" });
  });

  it("shows a device as pending until a member of the confirmed class approves, on every device including itself", () => {
    const world = story();
    expect(statuses(world, "Laptop")).toEqual(["Laptop: this-device", "Tablet: pending", "Phone: pending"]);
    expect(statuses(world, "Tablet")).toEqual(["Laptop: approved", "Tablet: this-device", "Phone: pending"]);
    expect([view(world, "Laptop").awaitingApproval, view(world, "Tablet").awaitingApproval]).toEqual([false, true]);
    world.review("Laptop", { approve: ["Tablet"] });
    expect(statuses(world, "Phone")).toEqual(["Laptop: approved", "Tablet: approved", "Phone: this-device"]);
    expect(view(world, "Tablet").awaitingApproval).toBe(false);
  });

  it("shows a device as pending although its own backup key approves it: only the confirmed class can end that (MEM-1)", () => {
    const world = new World()
      .join("Thief")
      .enroll("Thief", "Paper")
      .lie("Thief", 2)
      .review("Paper", { approve: ["Thief"] });
    expect(world.member("Thief").approvals).toHaveLength(1);
    expect(statuses(world, "Laptop")).toEqual(["Laptop: this-device", "Thief: pending", "Paper: pending"]);
    expect(view(world, "Laptop").pending.map(({ name }) => name)).toEqual(["Thief", "Paper"]);
  });

  it("offers for review the devices that this one can approve, with the result and the member that would give more", () => {
    const world = story().on("2026-04-07").join("Watch");
    const [forLaptop] = view(world, "Laptop").pending;
    expect(forLaptop).toEqual({
      ...{ member: world.id("Tablet"), name: "Tablet", letsIn: [], further: [], lost: [] },
      gives: { epoch: 1, since: new Date("2026-01-01T12:00:00Z") },
    });
    const { pending } = view(world, "Phone");
    expect(pending.map(({ name, gives }) => [name, gives?.epoch])).toEqual([["Watch", 3]]);
    expect(pending[0]?.further.map(({ name, gives }) => [name, gives?.epoch])).toEqual([
      ["Laptop", 1],
      ["Tablet", 2],
    ]);
    expect(warnings(world, "Phone", "reaches-further")).toEqual([
      "Approving from Phone will only reach back to 5 March 2026; Laptop reaches back to 1 January 2026.",
    ]);
    expect(warnings(world, "Laptop", "reaches-further")).toEqual([]);
  });

  it("names whom an approval lets in with a device, and no member that is approved already (MEM-1)", () => {
    // The phone waits itself, and approved a thief's device, which brings its paper.
    const world = fourDevices()
      .review("Phone", { approve: ["Watch"] })
      .enroll("Watch", "Paper");
    const letsIn = () => view(world, "Laptop").pending.map(({ name, letsIn: others }) => [name, others]);
    expect(letsIn()).toEqual([
      ["Phone", ["Watch", "Paper"]],
      ["Tablet", []],
      ["Watch", ["Paper"]],
      ["Paper", []],
    ]);
    expect(warnings(world, "Laptop", "lets-in-others")).toEqual([
      "Approving Phone also lets in Watch and Paper: what you do not know, remove first.",
      "Approving Watch also lets in Paper: what you do not know, remove first.",
    ]);
    world.review("Laptop", { remove: ["Watch", "Paper"] });
    expect(letsIn()).toEqual([
      ["Phone", []],
      ["Tablet", []],
    ]);
    expect(warnings(world, "Laptop", "lets-in-others")).toEqual([]);
  });

  it("names escrow that a waiting device enrolled: its approval gives the pointer its class (ESC-3)", () => {
    const staffed = hire(openOrganisation("let in with a device"), "Bob", ["recover"]);
    const world = enroll(openWorld("lets escrow in").join("Phone"), "Phone", staffed);
    const { pending } = membersSeenBy(world.log, { me: world.id("Laptop"), now: world.log.time });
    expect(pending.map(({ letsIn }) => letsIn.map(({ code, member }) => [code, member]))).toEqual([
      [["escrow", escrowOf(world).id]],
    ]);
  });

  it("offers a device that an approval would only move to the confirmed class, and none that is in it (MEM-1)", () => {
    const world = new World().enroll("Laptop", "Paper").join("Phone").lie("Laptop", 1).lie("Paper", 2);
    expect(world.member("Laptop").held).toEqual(world.member("Phone").held.map(([, to]) => [2, to]));
    expect(view(world, "Laptop").pending.map(({ name }) => name)).toEqual(["Phone"]);
    world.review("Laptop", { approve: ["Phone"] });
    expect(view(world, "Laptop").pending).toEqual([]);
  });

  it("distinguishes two epochs of one day, where dates would be the same", () => {
    const world = new World().join("Tablet").join("Phone");
    expect(warnings(world, "Tablet", "reaches-further")).toEqual([
      "Approving from Tablet leaves out encryption key 1 (1 January 2026); Laptop has that.",
    ]);
  });

  it("names the member first that reaches furthest, and of two alike the one that entered first (section 8)", () => {
    const world = fourDevices();
    world
      .review("Laptop", { approve: ["Phone"] })
      .lie("Laptop", 1)
      .enroll("Phone", "Paper");
    const watch = view(world, "Tablet").pending.find(({ name }) => name === "Watch");
    expect(watch?.further.map(({ name, adds }) => [name, adds.map(({ from, to }) => [from, to])])).toEqual([
      ["Phone", [[1, 2]]],
      ["Paper", [[1, 2]]],
      ["Laptop", [[2, 2]]],
    ]);
    expect(view(world, "Tablet").warnings.filter(({ code }) => code === "reaches-further")).toEqual([
      {
        ...{ code: "reaches-further", members: [world.id("Phone")] },
        text: "Approving from Tablet will only reach back to 5 March 2026; Phone reaches back to 1 January 2026.",
        stretch: { from: 1, to: 2, since: new Date("2026-01-01T12:00:00Z"), until: new Date("2026-03-05T12:00:00Z") },
      },
    ]);
  });

  it("names every stretch that an approval leaves out, if another member has them all (MEM-1, MEM-9)", () => {
    const world = new World().join("Phone").join("Tablet").enroll("Laptop", "Paper").join("Watch").lie("Laptop", 1);
    world.lie("Laptop", 3);
    expect(warnings(world, "Laptop", "reaches-further")).toContain(
      "Approving from Laptop leaves out encryption key 1 (1 January 2026) and encryption key 3 (1 January 2026); Paper has that.",
    );
  });

  it("names epochs, not dates, if the member with older ones lacks newer ones and so reads less far back (MEM-9)", () => {
    const world = fourDevices();
    world.lie("Laptop", 3);
    const watch = view(world, "Phone").pending.find(({ name }) => name === "Watch");
    expect([watch?.gives?.epoch, watch?.further[0]?.gives?.epoch]).toEqual([2, 4]);
    expect(warnings(world, "Phone", "reaches-further")).toContain(
      "Approving from Phone leaves out encryption key 1 (1 January 2026 to 3 March 2026); Laptop has that.",
    );
  });

  it("offers no confirmed member for review, even if it lacks epochs: that is a gap (MEM-1)", () => {
    const world = new World().enroll("Laptop", "Paper").lie("Paper", 1);
    expect(view(world, "Laptop").pending).toEqual([]);
  });

  it("offers no escrow that a pending device enrolled: that decision depends on the escrow log (ESC-4)", () => {
    const world = enroll(openWorld("devices").join("Phone"), "Phone", openOrganisation("devices"));
    const { members, pending } = membersSeenBy(world.log, { me: world.id("Laptop"), now: world.log.time });
    expect(members.find(({ member }) => member === escrowOf(world).id)).toMatchObject({ status: "pending" });
    expect(pending.map(({ name }) => say(name))).toEqual(["Phone"]);
  });

  it("says that data is lost if no active member reaches further, with dates", () => {
    const world = story();
    expect(warnings(world, "Tablet", "lost")).toEqual([]);
    world.review("Tablet", { remove: ["Laptop"] });
    expect(warnings(world, "Tablet", "lost")).toEqual([
      "Data of encryption key 1 (1 January 2026 to 3 March 2026) is lost, nobody active holds it; Laptop, removed since, could bring it back.",
    ]);
    expect(warnings(world, "Tablet", "limited-access")).toEqual([]);
    expect(view(world, "Tablet").pending[0]).toMatchObject({
      name: "Phone",
      gives: { epoch: 2 },
      lost: [{ from: 1, to: 1 }],
    });
  });

  it("shows a limited device the member that can give it more, until one has", () => {
    const world = story();
    expect(warnings(world, "Phone", "limited-access")).toEqual([
      "This device lacks encryption keys 1-2 (1 January 2026 to 5 March 2026): approve Phone from Laptop.",
    ]);
    world.review("Laptop", { approve: ["Phone"] });
    expect(warnings(world, "Phone", "limited-access")).toEqual([]);
  });

  it("offers nothing to a device that may not act: unconfirmed in lockdown, or removed (MEM-4, MEM-5)", () => {
    const world = new World()
      .act("Laptop", (s, env) => setLockdown(s, { on: true }, env))
      .join("Phone")
      .join("Tablet");
    expect(view(world, "Phone").pending).toEqual([]);
    expect(view(world, "Laptop").pending.map(({ name }) => name)).toEqual(["Phone", "Tablet"]);
    world.review("Laptop", { approve: ["Phone"] });
    expect(view(world, "Phone").pending.map(({ name }) => name)).toEqual(["Tablet"]);
    world.review("Laptop", { remove: ["Phone"] });
    expect(warnings(world, "Phone", "limited-access")).toEqual([]);
    expect(view(world, "Phone")).toMatchObject({
      pending: [],
      awaitingApproval: false,
      me: { status: "removed", standing: "removed", removed: { name: "Laptop" }, removal: { removerWas: "founding" } },
    });
  });

  it("gives every warning with the members and epochs that it concerns, and no others", () => {
    const world = story().review("Tablet", { remove: ["Laptop"] });
    const [laptop, tablet, phone] = [world.id("Laptop"), world.id("Tablet"), world.id("Phone")];
    const [first, second] = [new Date("2026-01-01T12:00:00Z"), new Date("2026-03-03T12:00:00Z")];
    const third = new Date("2026-03-05T12:00:00Z");
    world.on("2026-03-04");
    const shared = [
      {
        code: "lost",
        text: "Data of encryption key 1 (1 January 2026 to 3 March 2026) is lost, nobody active holds it; Laptop, removed since, could bring it back.",
        ...{ members: [], stretch: { from: 1, to: 1, since: first, until: second } },
      },
      {
        code: "single-member",
        text: "Only Tablet holds encryption key 2 (3 March 2026 to 5 March 2026): approve another device or backup key from it, or that data goes with it.",
        ...{ members: [tablet], stretch: { from: 2, to: 2, since: second, until: third } },
      },
      {
        ...{ code: "no-backup-key", members: [] },
        text: "There is no backup key: when every device is lost, so is the data.",
      },
      {
        ...{ code: "ahead-of-clock", members: [] },
        text: "The newest change is dated 5 March 2026, ahead of this device's clock: check the clock.",
      },
    ];
    expect(view(world, "Tablet").warnings).toEqual(shared);
    expect(view(world, "Phone").warnings).toMatchObject([
      {
        ...{ code: "removed-by-other", members: [laptop] },
        text: "On 5 March 2026 Tablet removed Laptop (change 4).",
      },
      {
        code: "limited-access",
        text: "This device lacks encryption keys 1-2 (1 January 2026 to 5 March 2026): approve Phone from Tablet for encryption key 2; encryption key 1 (1 January 2026 to 3 March 2026): lost, nobody active holds it; Laptop, removed since, could bring it back.",
        ...{ members: [phone], stretch: { from: 1, to: 2, since: first, until: third } },
      },
      ...shared,
    ]);
    expect(view(world.on("2026-03-05"), "Laptop").warnings.map(({ code }) => code)).toEqual([
      ...["removed-by-other", "takeover", "lost", "single-member", "no-backup-key"],
    ]);
  });

  it("warns of removals by others that were not shown yet, with any date (LOG-7)", () => {
    const world = story()
      .expel("Phone")
      .join("Watch")
      .act("Watch", leave)
      .review("Laptop", { remove: ["Tablet"] });
    expect(warnings(world, "Laptop", "removed-by-other")).toEqual([
      "On 5 March 2026 the service removed Phone (change 4).",
    ]);
    expect(warnings(world, "Laptop", "removed-by-other", { seen: 4 })).toEqual([]);
    expect(warnings(world, "Tablet", "removed-by-other", { seen: 4 })).toEqual([
      "On 5 March 2026 Laptop removed this device (change 7).",
    ]);
  });

  it("warns of strays, but does not warn a device of itself", () => {
    const world = story()
      .review("Laptop", { approve: ["Phone"] })
      .enroll("Phone", "Paper");
    world.review("Phone", { remove: ["Laptop"] });
    expect(warnings(world, "Phone", "stray")).toEqual([]);
    expect(warnings(world, "Tablet", "stray")).toEqual([
      "Nobody who is still active vouches for Phone (approved by Laptop, removed since): if you do not know it, remove it.",
    ]);
  });

  it("warns when the log is ahead of the clock (LOG-3)", () => {
    const world = story();
    expect(warnings(world, "Laptop", "ahead-of-clock")).toEqual([]);
    const tenMinutesAgo = { me: world.id("Laptop"), now: world.now - 600_000 };
    expect(membersSeenBy(world.log, tenMinutesAgo).warnings.map(({ code }) => code)).not.toContain("ahead-of-clock");
    world.on("2026-03-04");
    expect(warnings(world, "Laptop", "ahead-of-clock")).toEqual([
      "The newest change is dated 5 March 2026, ahead of this device's clock: check the clock.",
    ]);
  });

  it("has the fingerprint of this device as digits and for a QR code, and neither once it may not be approved", () => {
    const world = story();
    const tablet = world.id("Tablet");
    const old = world.session("Tablet").keyring;
    const shown = () => withFingerprints(world.log, { me: tablet, now: world.now, keyring: old });
    for (const given of [shown().fingerprint, shown().fingerprintQr])
      expect(compareFingerprint(world.log, present(given), tablet).status).toBe("match");
    expect(shown().fingerprintQr).toMatch(/^KEYSTEAD-FP:1:/);
    world.act("Tablet", rekey);
    expect(shown()).toMatchObject({ fingerprint: undefined, fingerprintQr: undefined });
  });

  it("shows the choices for a removed or superseded device, and none for an active one", () => {
    const world = story().review("Laptop", { approve: ["Tablet"] });
    const old = world.session("Tablet").keyring;
    const meWith = (keyring?: Keyring) =>
      membersSeenBy(world.log, { me: world.id("Tablet"), now: world.now, keyring }).me;
    expect(meWith(old)).toMatchObject({ status: "this-device", standing: "active", offers: [] });
    world.act("Tablet", rekey);
    expect(meWith(old)).toMatchObject({ status: "superseded", standing: "superseded", removal: undefined });
    expect(meWith(old).offers).toEqual(["keep-reading", "rejoin", "wipe"]);
    // The log alone does not show it, and the copy with the fresh keys is not affected.
    expect(meWith()).toMatchObject({ status: "this-device", standing: "active", offers: [] });
    expect(meWith(world.session("Tablet").keyring)).toMatchObject({ standing: "active" });
    world.review("Laptop", { remove: ["Tablet"] });
    expect(meWith(old)).toMatchObject({
      status: "removed",
      standing: "removed",
      removal: { name: { name: "Laptop" } },
    });
    expect(meWith(old).offers).toEqual(["keep-reading", "rejoin", "wipe"]);
    expect(view(world, "Laptop").members.every(({ offers }) => offers.length === 0)).toBe(true);
  });

  it("warns a superseded device, which has nothing to approve with, and not the copy that took the keys", () => {
    const world = story().review("Laptop", { approve: ["Tablet"] });
    const old = world.session("Tablet").keyring;
    world.act("Tablet", rekey);
    const viewWith = (keyring: Keyring) => {
      const { warnings, pending } = membersSeenBy(world.log, { me: world.id("Tablet"), now: world.now, keyring });
      return [warnings.filter(({ code }) => code === "superseded").map(say), pending.length];
    };
    expect(viewWith(old)).toEqual([
      [
        "Another copy of this device took fresh keys: this one reads what it has, and gets nothing new until it joins again.",
      ],
      0,
    ]);
    expect(viewWith(world.session("Tablet").keyring)).toEqual([[], 1]);
  });

  it("refuses the keyring of another member or log", () => {
    const world = story();
    for (const keyring of [world.session("Phone").keyring, new World("other").session("Laptop").keyring, {} as never]) {
      expect(() => membersSeenBy(world.log, { me: world.id("Laptop"), now: world.now, keyring })).toThrowError(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }),
      );
    }
  });

  it("warns of members that removed the user's devices until they are gone too, and offers none of them for approval", () => {
    const world = story()
      .review("Phone", { remove: ["Tablet"] })
      .join("Tablet again");
    const own = [world.id("Tablet")];
    const takeovers = (options: { own?: readonly MemberId[] }) =>
      membersSeenBy(world.log, { me: world.id("Tablet again"), now: world.now, ...options })
        .warnings.filter(({ code }) => code === "takeover")
        .map(say);
    expect(takeovers({ own })).toEqual([
      "Phone removed Tablet on 5 March 2026 (change 4). If that was not you, remove Phone.",
    ]);
    expect(takeovers({})).toEqual([]);
    world.review("Laptop", { remove: ["Phone"] });
    expect(takeovers({ own })).toEqual([]);
  });

  it("shows that a device reclaimed the epochs of a removed one (MEM-10)", () => {
    const world = new World()
      .join("Phone")
      .review("Phone", { remove: ["Laptop"] })
      .reclaim("Phone", "Laptop", [[1, 1]]);
    expect(view(world, "Phone").activity[0]).toMatchObject({
      type: "reclaim",
      text: "Phone took over encryption key 1 of Laptop, which was removed",
    });
  });

  it("shows epochs withheld from escrow, epochs that escrow gave, and records and disowned acts (section 11)", () => {
    const organisation = openOrganisation("what escrow did");
    const user = joinWithholding(openUser("what escrow did", organisation), "Phone");
    const recorded = recordAct(organisation, user, { approve: ["Phone"] });
    const texts = ({ log }: { readonly log: LogState }) =>
      membersSeenBy(log, { me: [...log.active.keys()][0] as MemberId, now: log.time }).activity.map(say);
    const escrow = `escrow (${escrowOf(user).id.slice(0, 8)})`;
    expect(texts(user)[0]).toBe("Phone joined, and withheld encryption key 2 from escrow");
    const given = escrowReview(user, recorded, { approve: ["Phone"], runs: [[1, 1]] });
    expect(texts(given)[0]).toBe(`${escrow} approved Phone, and gave encryption key 1`);
    const nothing = escrowReview(user.leave("Laptop"), recorded, { approve: ["Phone"] });
    expect(texts(nothing)[0]).toBe(`${escrow} approved Phone, and gave nothing older`);
    expect(texts(recorded)[0]).toBe("Ann recorded an act in a user's account");
    const hired = recorded.join("Bob");
    const acts = [recorded.log.head.seq];
    const disowned = hired.act("Ann", "disowns", byHand("disown", { acts }));
    expect(texts(disowned)[0]).toBe(`Ann disowned the act of change ${acts}`);
    const lists = { approve: [], remove: hired.ids("Bob") };
    const removed = hired.act("Ann", "disowns too", byHand("review", { ...lists, disown: acts }));
    expect(texts(removed)[0]).toBe(`Ann removed Bob, and disowned the act of change ${acts}`);
  });

  it("shows the activity, newest first", () => {
    const world = new World()
      .enroll("Laptop", "Paper")
      .join("Phone", { junk: ["Paper"] })
      .join("Tablet");
    world.review("Laptop", { approve: ["Phone"], remove: ["Tablet"] }).act("Paper", rotate);
    world.act("Laptop", (s, env) => regrant(s, [{ member: world.id("Paper"), epochs: [[2, 2]] }], env));
    world.act("Phone", rekey).act("Phone", (s, env) => rename(s, { name: "Pixel" }, env));
    world.act("Laptop", (s, env) => rename(s, { name: "Pixel 2", member: world.id("Phone") }, env));
    world.act("Laptop", (s, env) => setLockdown(s, { on: true, remove: [world.id("Phone")] }, env));
    world
      .act("Laptop", (s, env) => setLockdown(s, { on: false }, env))
      .join("Watch")
      .act("Watch", leave)
      .join("Ring");
    world.expel("Ring");
    const { activity } = view(world, "Laptop");
    expect(activity.map(({ seq, text }) => `${seq} ${text}`).reverse()).toEqual([
      "1 Laptop started the list of devices",
      "2 Laptop added the backup key Paper",
      "3 Pixel 2 joined",
      "4 Tablet joined",
      "5 Laptop approved Pixel 2 and removed Tablet",
      "6 Paper made encryption key 5, and could not open encryption key 2",
      "7 Laptop gave encryption key 2 to Paper",
      "8 Pixel 2 took fresh keys",
      "9 Pixel 2 renamed itself",
      "10 Laptop renamed Pixel 2",
      "11 Laptop switched lockdown on and removed Pixel 2",
      "12 Laptop switched lockdown off",
      "13 Watch joined",
      "14 Watch left",
      "15 Ring joined",
      "16 The service removed Ring",
    ]);
    expect(activity[0]).toMatchObject({
      seq: 16,
      type: "expel",
      author: "operator",
      when: new Date("2026-01-01T12:00:00Z"),
    });
    expect(view(world, "Laptop", { limit: 2 }).activity.map(({ seq }) => seq)).toEqual([16, 15]);
  });

  it("names every member that one link approved and removed", () => {
    const world = new World().join("Phone").join("Tablet").join("Watch").join("Ring").join("Thief");
    world.review("Laptop", { approve: ["Phone", "Tablet", "Watch"], remove: ["Ring", "Thief"] });
    // A link names members in the order of their ids.
    const named = (...names: string[]) => names.sort((a, b) => (world.id(a) < world.id(b) ? -1 : 1));
    const [first, second, third] = named("Phone", "Tablet", "Watch");
    const [ring, thief] = named("Ring", "Thief");
    const did = `approved ${first}, ${second} and ${third} and removed ${ring} and ${thief}`;
    expect(view(world, "Laptop").activity[0]?.text).toBe(`Laptop ${did}`);
  });

  it("shows the activity of an organisation's admins, and that a device renewed its escrow (section 11)", () => {
    const texts = ({ log }: { readonly log: LogState }) =>
      membersSeenBy(log, { me: [...log.active.keys()][0] as MemberId, now: log.time })
        .activity.map(say)
        .reverse();
    const hired = hire(openEscrow("activity", { operator: true }), "Bob", ["discover"]);
    const ready = policyBy(paper(hired, ["manage"]), "Ann", { enabled: true });
    const user = openUser("activity", ready);
    const access = { userLog: user.log, epochs: [[1, 1]] as const, reason: "a court order" };
    const recorded = ready.act("Bob", "looks", (session, env) => recordAccess(session, access, env));
    expect(texts(policyBy(recorded, "Ann", { enabled: false }, OPERATOR))).toEqual([
      "Ann started the list of devices",
      "Bob joined",
      "Ann approved Bob",
      "Ann added the backup key Backup key",
      "Ann set the policy: escrow is enabled",
      "Bob recorded an access to a user's data",
      "Ann set the policy: escrow is not enabled",
    ]);
    const renewed = renew(user, "Laptop", dismiss(ready, "Bob"));
    expect(texts(renewed).at(-1)).toBe("Laptop renewed escrow, to its encryption key 2");
  });

  it("shows no activity, and all removals, with these options", () => {
    const world = story().expel("Phone");
    expect(view(world, "Laptop", { limit: 0 }).activity).toEqual([]);
    expect(warnings(world, "Laptop", "removed-by-other", { seen: 0 })).toHaveLength(1);
  });

  it("refuses an invalid member and an invalid time", () => {
    const world = new World();
    const invalid = expect.objectContaining({ code: "INVALID_ARGUMENT" });
    const [log, me, now] = [world.log, world.id("Laptop"), 0];
    for (const options of [
      null,
      {},
      { me },
      { me, now: "0" },
      { me, now, seen: -1 },
      { me, now, limit: 0.5 },
      { now },
    ]) {
      expect(() => membersSeenBy(log, options as never)).toThrowError(invalid);
    }
    expect(() => membersSeenBy({} as never, { me, now })).toThrowError(invalid);
    const unknown = { me: "00".repeat(16) as typeof me, now };
    expect(() => membersSeenBy(log, unknown)).toThrowError(expect.objectContaining({ code: "UNKNOWN_MEMBER" }));
    expect(membersSeenBy(log, { me, now }).head).toBe(log.head);
  });
});
