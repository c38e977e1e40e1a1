// Errors that named a wrong cause: each says what is wrong, where, and what to do.

import { describe, expect, it } from "vitest";
import { createLog } from "../../src/authoring/enter.js";
import { reclaim, rename } from "../../src/authoring/verbs.js";
import { createBackupKey } from "../../src/backup/make.js";
import { openContent } from "../../src/content/open.js";
import { sealContent } from "../../src/content/seal.js";
import type { ErrorCode } from "../../src/errors.js";
import { openRecordedAccess, recordAccess } from "../../src/escrow/discover.js";
import { enrollEscrow, renewEscrow } from "../../src/escrow/enroll.js";
import { createEscrowLog, setPolicy } from "../../src/escrow/escrow-log.js";
import { recordRecovery } from "../../src/escrow/recover.js";
import { renewEscrowForUser } from "../../src/escrow/renew.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { trackContact } from "../../src/fingerprint/tracked-contact.js";
import { verifyLog } from "../../src/log/verify.js";
import { holdBack, rollBackTo } from "../../src/testing/lies.js";
import { newestPointer } from "../../src/trust/pointer.js";
import { openEscrow, openOrganisation, openUser } from "../escrow/support.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection, thrownBy } from "../support/thrown.js";
import { ALICE, OPERATOR, openWorld } from "../support/world.js";

const env = seededEnv("misleading");
const device = { name: "Laptop" };
const escrow = openOrganisation("misleading", { operator: true });
const user = openUser("misleading", escrow).join("Phone");
const plain = openWorld("misleading plain").join("Phone");
const [ann, laptop] = [escrow.session("Ann"), user.session("Laptop")];
const any = (value: unknown) => value as never;

describe("the caller's mistake is called that", () => {
  it.each(["", 7, undefined, "x".repeat(257), "\ud800"])("createLog with the subject %j", (subject) => {
    for (const create of [createLog, createEscrowLog]) {
      const error = thrownBy(() => create({ subject: any(subject), device }, env));
      expect(error.code).toBe("INVALID_ARGUMENT");
      expect(error.message).toMatch(/^options\.subject must be text of 1 to 256 bytes of UTF-8.*opaque id/);
      expect(error.details["name"]).toBe("options.subject");
    }
  });

  it("an operator's key of a wrong length, or the keys in place of the key", () => {
    for (const operator of [new Uint8Array(31), OPERATOR]) {
      const error = thrownBy(() => createLog({ subject: "u-1", device, operator: any(operator) }, env));
      expect(error).toMatchObject({ code: "INVALID_ARGUMENT", details: { name: "options.operator" } });
    }
  });

  it.each<[string, ErrorCode, RegExp, () => unknown]>([
    [
      "contacts of a new escrow log that are none",
      "INVALID_ARGUMENT",
      /^policy\.escrowContacts\[0\] must have 1 to 128 bytes/,
      () => createEscrowLog({ subject: "o-1", device, escrowContacts: [""] }, env),
    ],
    [
      "a name that is none",
      "INVALID_ARGUMENT",
      /^device\.name must have 1 to 128 bytes/,
      () => rename(plain.session("Laptop"), { name: "" }, env),
    ],
    [
      "a pin that is no head",
      "INVALID_ARGUMENT",
      /^options\.pinned\.log must be/,
      () => verifyLog(plain.entries, { subject: ALICE, pinned: any({ seq: 1 }), now: "unchecked" }),
    ],
    [
      "an epoch that is no number",
      "INVALID_ARGUMENT",
      /^epoch must be a whole number from 1/,
      () => laptop.keyring.exportKey(Number.NaN, "use"),
    ],
  ])("%s", (_what, code, message, call) => {
    const error = thrownBy(call);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    // One rule at most, which is said as a fact too.
    expect(error.message.match(/\[[A-Z]+-\d+\]/g) ?? []).toEqual(error.rule ? [`[${error.rule}]`] : []);
  });
});

describe("WRONG_SUBJECT", () => {
  const hint = /differ only in case, white space or Unicode normal form.*exactly/;
  const called = (subject: string) => openWorld(`subject ${subject}`, { subject });

  it.each([
    ["U-1", "u-1"],
    ["u-1 ", "u-1"],
    ["caf\u00e9", "cafe\u0301"],
  ])("hints that %j and %j are nearly the same", (given, actual) => {
    const { entries, log } = called(actual);
    expect(thrownBy(() => verifyLog(entries, { subject: given, now: "unchecked" })).message).toMatch(hint);
    const pinned = called(given).log;
    expect(thrownBy(() => verifyLog(entries, { subject: actual, pinned, now: "unchecked" })).message).toMatch(hint);
    expect(thrownBy(() => compareContact(trackContact(pinned, { unsafeVerified: false }), log)).message).toMatch(hint);
  });

  it("hints at nothing for two subjects", () => {
    const error = thrownBy(() => verifyLog(called("u-2").entries, { subject: "u-1", now: "unchecked" }));
    expect(error.message).not.toMatch(hint);
    expect(error.code).toBe("WRONG_SUBJECT");
  });
});

describe("a backup key where the organisation's policy decides", () => {
  it.each([[{}], [{ escrow: {} }], [{ escrow: { escrowLog: null } }], [{ escrow: { escrowLog: "unsupported" } }]])(
    "without the escrow log (%j) asks for it by its name",
    (options) => {
      const error = thrownBy(() => createBackupKey(laptop, any(options), env));
      expect(error).toMatchObject({ code: "ESCROW_UNKNOWN", rule: "BAK-5" });
      expect(error.message).toMatch(/escrow log .* options\.escrow\.escrowLog/);
    },
  );

  it("with the log in place of what is known of escrow says where it belongs", () => {
    const error = thrownBy(() => createBackupKey(laptop, any({ escrow: escrow.log }), env));
    expect(error.code).toBe("INVALID_ARGUMENT");
    expect(error.message).toMatch(/escrow must be \{ escrowLog, confirmed \}, and this is a log; give it as escrowLog/);
  });
});

describe("a function of escrow that is given the other kind of log", () => {
  const knowledge = { escrowLog: escrow.log, storedConfirmation: escrow.log.head };
  it.each<[string, RegExp, () => unknown]>([
    ["enrollEscrow", /^state\.log must be a user's log/, () => enrollEscrow(ann, knowledge, env)],
    [
      "enrollEscrow, not confirmed",
      /^state\.log must be a user's log/,
      () => enrollEscrow(ann, { escrowLog: escrow.log }, env),
    ],
    ["renewEscrow", /^state\.log must be a user's log/, () => renewEscrow(ann, knowledge, env)],
    ["setPolicy", /^state\.log must be an escrow log/, () => setPolicy(laptop, { enabled: true }, env)],
    [
      "renewEscrowForUser",
      /^admin\.log must be an escrow log/,
      () => renewEscrowForUser(laptop, { userLog: user.log }, env),
    ],
    [
      "recordAccess",
      /^admin\.log must be an escrow log/,
      () => recordAccess(laptop, any({ userLog: user.log, epochs: [[1, 1]], reason: "x" }), env),
    ],
  ])("%s says which log is wrong", (_what, message, call) => {
    const error = thrownBy(call);
    expect(error.code).toBe("INVALID_ARGUMENT");
    expect(error.message).toMatch(message);
  });

  it("a user without escrow is called that", () => {
    const calls = [
      () =>
        recordRecovery(
          ann,
          any({ userLog: plain.log, entries: plain.entries, approveUncompared: plain.ids("Phone"), reason: "x" }),
          env,
        ),
      () => renewEscrowForUser(ann, { userLog: plain.log }, env),
      () => recordAccess(ann, any({ userLog: plain.log, epochs: [[1, 1]], reason: "x" }), env),
    ];
    for (const call of calls) expect(thrownBy(call).message).toMatch(/has no escrow|never enrolled escrow/);
  });
});

describe("an epoch that a keyring lacks", () => {
  const { log, keyring } = plain.session("Laptop");

  it("below, above or before any: each says what helps", () => {
    const late = plain.rotate("Laptop").session("Phone").keyring;
    const own = openWorld("late").join("Phone").session("Phone").keyring;
    expect(thrownBy(() => keyring.exportKey(9, "use")).message).toMatch(/ends at 2; fetch the newest entries/);
    expect(thrownBy(() => own.exportKey(1, "use")).message).toMatch(
      /starts at 2; have a member that reaches further back approve it/,
    );
    expect(late.epochs.length).toBeGreaterThan(0);
    expect(thrownBy(() => keyring.exportKey(9, "use")).details).toMatchObject({ earliest: 1, latest: 2 });
  });

  it("content of an admin's record: the record names it or not, and no approval helps", async () => {
    const state = escrow.session("Ann");
    const recorded = recordAccess(state, { userLog: user.log, epochs: [[1, 1]], reason: "x" }, env);
    const { log: escrowLog, keyring: admin } = recorded.accept();
    const opened = openRecordedAccess(
      { log: escrowLog, keyring: admin },
      { record: escrowLog.head.seq, recordEntry: recorded.entry, userLog: user.log, entries: user.entries },
    );
    const sealed = await sealContent([user.rotate("Laptop").log], Uint8Array.of(1), { purpose: "note" }, env);
    const error = await openContent(sealed, opened.keyring).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "NO_ACCESS" });
    expect((error as Error).message).toMatch(/opened as escrow.*record an access that names it/);
    expect((error as Error).message).not.toMatch(/approve/);
    expect(log.kind).toBe("user");
  });
});

describe("content that this keyring does not open", () => {
  const options = { purpose: "note" };
  const alice = openWorld("whose fault").join("Phone");
  const [mine, theirs] = [alice.rotate("Laptop"), alice.rotate("Phone")];
  const { keyring } = mine.session("Laptop");
  const seal = () => sealContent([theirs.log], Uint8Array.of(1), options, env);
  const refusal = (sealed: Uint8Array, given: object) =>
    rejection(openContent(sealed, keyring, { ...options, ...given }));

  it("because it is sealed to another history is not blamed on the content", async () => {
    const error = await refusal(await seal(), { log: mine.log });
    expect(error).toMatchObject({
      code: "NO_ACCESS",
      kind: "not-now",
      details: { epoch: 3, named: { status: "forked" } },
    });
    expect(error.message).toMatch(/another history of this log.*keep the content/);
  });

  it("leaves open whose fault it is while the head that it names was not compared", async () => {
    const error = await refusal(await seal(), {});
    expect(error).toMatchObject({ code: "CORRUPT_CONTENT", details: { named: { status: "unchecked" } } });
    expect(error.message).toMatch(/changed, or .* another history.*options\.log/);
  });

  it("is blamed on the content once keyring and head are known to be right", async () => {
    const sealed = await sealContent([mine.log], Uint8Array.of(1), options, env);
    // The header ends with the box, and the payload of one byte has 17.
    const inBox = sealed.length - 17 - 1;
    sealed[inBox] = (sealed[inBox] as number) ^ 1;
    const error = await refusal(sealed, { log: mine.log });
    expect(error).toMatchObject({ code: "CORRUPT_CONTENT", details: { named: { status: "current" } } });
    expect(error.message).toMatch(/header was changed.*fetch it again/);
  });
});

describe("what a call needs that was not given", () => {
  it("a keyring and a log of two users are both named", () => {
    const [one, two] = [plain.session("Laptop"), user.session("Laptop")];
    const error = thrownBy(() => rename({ log: one.log, keyring: two.keyring }, device, env));
    expect(error.message).toContain(`the keyring is for log ${two.log.head.log}, not for log ${one.log.head.log}`);
    expect(error.details).toMatchObject({ expected: two.log.head.log, actual: one.log.head.log });
  });

  it("reclaim from a member that is still active says so", () => {
    const error = thrownBy(() => reclaim(plain.session("Laptop"), { from: plain.session("Phone").keyring }, env));
    expect(error).toMatchObject({ code: "NOT_PERMITTED", rule: "MEM-10", details: { member: plain.id("Phone") } });
    expect(error.message).toMatch(/was not removed/);
  });

  it("an escrow log that is not ready says what it lacks, and who mends it", () => {
    const young = openEscrow("misleading young");
    expect(thrownBy(() => newestPointer(young.log)).message).toMatch(
      /lacks a backup key that holds epoch 1 and has the role manage, and a policy that enables escrow.*an admin/,
    );
  });

  it("holding back no entries, or a part of one, is refused as a count", () => {
    for (const count of [0, 1.5]) expect(thrownBy(() => holdBack(count)).message).toMatch(/^count of entries/);
  });

  it("rolling back shows the links up to the one that is named", () => {
    const { entries } = plain.rotate("Laptop").rotate("Laptop");
    expect(rollBackTo(2)(entries)).toEqual(entries.slice(0, 2));
  });
});
