// Every function of escrow names a plain JavaScript caller's wrong arguments, and never throws a TypeError (errors of
// docs/spec.md section 11).

import { describe, expect, it } from "vitest";
import { agenda } from "../../src/agenda/agenda.js";
import { isBytes } from "../../src/bytes/bytes.js";
import { KeysteadError } from "../../src/errors.js";
import { actRecords } from "../../src/escrow/act.js";
import { accessRecords, openRecordedAccess } from "../../src/escrow/discover.js";
import { enrollEscrow, renewEscrow } from "../../src/escrow/enroll.js";
import { organisationReport, ReportTotals, toDosOf } from "../../src/escrow/organisation-report.js";
import { recoverableEpochs } from "../../src/escrow/recover.js";
import { escrowActs } from "../../src/trust/acts.js";
import { doubtedMembers } from "../../src/trust/doubt.js";
import { escrowNeeds, policyOf } from "../../src/trust/escrow-needs.js";
import { judgePointer, newestPointer } from "../../src/trust/pointer.js";
import { renewalReasons } from "../../src/trust/renewal.js";
import { escrowIsSound } from "../../src/trust/soundness.js";
import { english } from "../../src/views/english.js";
import { escrowDevicesAndActivity } from "../../src/views/escrow-devices-and-activity.js";
import { formatTotals, formatUserCoverage, reportCsvHeader, reportCsvLine } from "../../src/views/format-report.js";
import {
  createEscrowLog,
  disown,
  recordAccess,
  recordRecovery,
  recover,
  renewEscrowForUser,
  setPolicy,
} from "../support/accepted.js";
import { expectError, expectWrongArgument } from "../support/refusal.js";
import { announce, openOrganisation, openUser, paper, policyBy } from "./support.js";

type Call = (value: never) => unknown;

const escrow = policyBy(paper(openOrganisation("arguments", { operator: true })), "Ann", { userContacts: [] });
const user = openUser("arguments", escrow).join("Phone");
const [ann, laptop] = [escrow.session("Ann"), user.session("Laptop")];
const env = () => escrow.env("arguments");
const { log: userLog, entries } = user;
const me = user.id("Laptop");
const pointer = newestPointer(escrow.log);

const announced = announce(escrow, "Ann", user, { approve: ["Phone"] });
const acting = announced.escrow.session("Ann");
const { act } = announced;
const usersOwn = [...userLog.active.keys()];
const recovery = { userLog, entries, approve: user.ids("Phone"), usersOwn, reason: "x" };
const knowledge = { now: "unchecked", escrowLog: escrow.log } as const;

/** Wrong values that JavaScript lets through. */
const WRONG: readonly unknown[] = [undefined, null, NaN, "text", 7, true, [], {}, new Uint8Array(32), () => undefined];

/** Calls with one argument, and the wrong values that are valid for it after all. */
const calls: Readonly<Record<string, readonly [call: Call, ...right: unknown[]]>> = {
  "createEscrowLog options": [(value) => createEscrowLog(value, env())],
  "createEscrowLog subject": [(subject) => createEscrowLog({ subject, device: { name: "x" } }, env()), "text"],
  "createEscrowLog device": [(device) => createEscrowLog({ subject: "x", device }, env())],
  "createEscrowLog operator": [
    (operator) => createEscrowLog({ subject: "x", device: { name: "x" }, operator }, env()),
    undefined,
    // Thirty-two bytes, but no key: INVALID_KEY.
    new Uint8Array(32),
  ],
  "createEscrowLog contacts": [
    (userContacts) => createEscrowLog({ subject: "x", device: { name: "x" }, userContacts }, env()),
    undefined,
    [],
  ],
  "createEscrowLog allowUserBackupKeys": [
    (allowUserBackupKeys) => createEscrowLog({ subject: "x", device: { name: "x" }, allowUserBackupKeys }, env()),
    undefined,
    true,
  ],
  "escrowNeeds log": [(value) => escrowNeeds(value)],
  "policyOf log": [(value) => policyOf(value)],
  "setPolicy session": [(value) => setPolicy(value, { allowUserBackupKeys: false }, env())],
  "setPolicy change": [(value) => setPolicy(ann, value, env()), [], {}],
  "setPolicy enabled": [(enabled) => setPolicy(ann, { enabled }, env()), true, undefined],
  "setPolicy contacts": [(userContacts) => setPolicy(ann, { userContacts }, env()), [], undefined],
  "setPolicy operator": [(value) => setPolicy(ann, { enabled: false }, env(), value), undefined],
  "newestPointer log": [(value) => newestPointer(value)],
  "judgePointer pointer": [(value) => judgePointer(value, escrow.log)],
  "judgePointer log": [(value) => judgePointer(pointer, value)],
  "enrollEscrow session": [(value) => enrollEscrow(value, knowledge, env())],
  "enrollEscrow knowledge": [(value) => enrollEscrow(laptop, value, env()), [], {}, new Uint8Array(32)],
  "enrollEscrow escrowLog": [(escrowLog) => enrollEscrow(laptop, { ...knowledge, escrowLog }, env()), undefined],
  "enrollEscrow confirmed": [(confirmed) => enrollEscrow(laptop, { ...knowledge, confirmed }, env()), undefined],
  "renewEscrow session": [(value) => renewEscrow(value, knowledge, env())],
  "renewEscrow knowledge": [(value) => renewEscrow(laptop, value, env()), [], {}, new Uint8Array(32)],
  "renewEscrow escrowLog": [(escrowLog) => renewEscrow(laptop, { ...knowledge, escrowLog }, env()), undefined],
  "agenda session": [(value) => agenda(value, knowledge)],
  "agenda knowledge": [(value) => agenda(laptop, value)],
  "agenda now": [(now) => agenda(laptop, { ...knowledge, now }), 7],
  "agenda escrowLog": [(escrowLog) => agenda(laptop, { now: "unchecked", escrowLog }), undefined],
  "agenda confirmed": [(confirmed) => agenda(laptop, { ...knowledge, confirmed }), undefined],
  "agenda own": [(own) => agenda(laptop, { ...knowledge, own }), undefined, []],
  "agenda acts": [(acts) => agenda(ann, { ...knowledge, acts }), undefined, []],
  "agenda userLogs": [(userLogs) => agenda(ann, { ...knowledge, userLogs }), undefined],
  "agenda disownUnread": [(disownUnread) => agenda(ann, { ...knowledge, disownUnread }), undefined, []],
  "escrowIsSound log": [(value) => escrowIsSound(value, { escrowLog: escrow.log })],
  "escrowIsSound knowledge": [(value) => escrowIsSound(userLog, value), [], {}, new Uint8Array(32)],
  "escrowIsSound escrowLog": [(value) => escrowIsSound(userLog, { escrowLog: value }), undefined],
  "escrowIsSound confirmed": [(confirmed) => escrowIsSound(userLog, { escrowLog: escrow.log, confirmed }), undefined],
  "escrowActs log": [(value) => escrowActs(value, escrow.log)],
  "escrowActs escrowLog": [(value) => escrowActs(userLog, value)],
  "doubtedMembers log": [(value) => doubtedMembers(value, knowledge)],
  "doubtedMembers own": [(own) => doubtedMembers(userLog, { ...knowledge, own }), undefined, []],
  "renewalReasons log": [(value) => renewalReasons(value, escrow.log)],
  "renewalReasons escrowLog": [(value) => renewalReasons(userLog, value)],
  "recordRecovery admin": [(value) => recordRecovery(value, recovery, env())],
  "recordRecovery options": [(value) => recordRecovery(ann, value, env())],
  "recordRecovery userLog": [(value) => recordRecovery(ann, { ...recovery, userLog: value }, env())],
  "recordRecovery entries": [(value) => recordRecovery(ann, { ...recovery, entries: value }, env()), undefined, []],
  "recordRecovery approve": [
    (value) => recordRecovery(ann, { ...recovery, approve: value, remove: user.ids("Phone") }, env()),
    undefined,
    [],
  ],
  "recordRecovery approve member": [(value) => recordRecovery(ann, { ...recovery, approve: [value] }, env())],
  "recordRecovery remove": [(value) => recordRecovery(ann, { ...recovery, remove: value }, env()), undefined, []],
  "recordRecovery usersOwn": [
    (value) => recordRecovery(ann, { ...recovery, remove: user.ids("Laptop"), usersOwn: value }, env()),
    undefined,
    [],
  ],
  "recordRecovery reason": [(reason) => recordRecovery(ann, { ...recovery, reason }, env()), "text"],
  "recordRecovery case": [(value) => recordRecovery(ann, { ...recovery, case: value }, env()), undefined, "text"],
  "recover admin": [(value) => recover(value, { act, userLog, entries, usersOwn }, env())],
  "recover options": [(value) => recover(acting, value, env())],
  "recover act": [(value) => recover(acting, { act: value, userLog, entries, usersOwn }, env())],
  "recover act salt": [
    (salt) => recover(acting, { act: { ...act, salt }, userLog, entries }, env()),
    new Uint8Array(32),
  ],
  "recover act recordedAt": [
    (value) => recover(acting, { act: { ...act, recordedAt: value }, userLog, entries }, env()),
    7,
  ],
  "recover userLog": [(value) => recover(acting, { act, userLog: value, entries, usersOwn }, env())],
  "recover entries": [(value) => recover(acting, { act, userLog, entries: value, usersOwn }, env()), []],
  "recover usersOwn": [(value) => recover(acting, { act, userLog, entries, usersOwn: value }, env()), undefined, []],
  "recoverableEpochs admin": [(value) => recoverableEpochs(value, { userLog, entries, members: [] })],
  "recoverableEpochs options": [(value) => recoverableEpochs(ann, value)],
  "recoverableEpochs userLog": [(value) => recoverableEpochs(ann, { userLog: value, entries, members: [] })],
  "recoverableEpochs members": [(members) => recoverableEpochs(ann, { userLog, entries, members }), []],
  "recoverableEpochs entries": [
    (value) => recoverableEpochs(ann, { userLog, entries: value, members: user.ids("Phone") }),
    [],
  ],
  "renewEscrowForUser admin": [(value) => renewEscrowForUser(value, { userLog }, env())],
  "renewEscrowForUser options": [(value) => renewEscrowForUser(ann, value, env())],
  "renewEscrowForUser userLog": [(value) => renewEscrowForUser(ann, { userLog: value }, env())],
  "disown admin": [(value) => disown(value, [act.recordedAt], env())],
  "disown acts": [(value) => disown(acting, value, env())],
  "disown act": [(value) => disown(acting, [value], env()), 7],
  "actRecords member": [(value) => actRecords(value, escrow.entries)],
  "actRecords entries": [(value) => actRecords(acting, value), []],
  "actRecords entry": [(value) => actRecords(acting, [value])],
  "recordAccess admin": [(value) => recordAccess(value, { userLog, epochs: [[1, 1]], reason: "x" }, env())],
  "recordAccess options": [(value) => recordAccess(ann, value, env())],
  "recordAccess userLog": [(value) => recordAccess(ann, { userLog: value, epochs: [[1, 1]], reason: "x" }, env())],
  "recordAccess epochs": [(value) => recordAccess(ann, { userLog, epochs: value, reason: "x" }, env())],
  "recordAccess run": [(value) => recordAccess(ann, { userLog, epochs: [value], reason: "x" }, env())],
  "recordAccess epoch": [(value) => recordAccess(ann, { userLog, epochs: [[value, value]], reason: "x" }, env())],
  "recordAccess reason": [(reason) => recordAccess(ann, { userLog, epochs: [[1, 1]], reason }, env()), "text"],
  "recordAccess case": [
    (value) => recordAccess(ann, { userLog, epochs: [[1, 1]], reason: "x", case: value }, env()),
    undefined,
    "text",
  ],
  "accessRecords member": [(value) => accessRecords(value, escrow.entries)],
  "accessRecords entries": [(value) => accessRecords(ann, value), []],
  "accessRecords entry": [(value) => accessRecords(ann, [value])],
  "openRecordedAccess admin": [
    (value) => openRecordedAccess(value, { record: 1, recordEntry: escrow.last, userLog, entries }),
  ],
  "openRecordedAccess options": [(value) => openRecordedAccess(ann, value)],
  "openRecordedAccess record": [
    (record) => openRecordedAccess(ann, { record, recordEntry: escrow.last, userLog, entries }),
    7,
  ],
  "openRecordedAccess recordEntry": [
    (recordEntry) => openRecordedAccess(ann, { record: 1, recordEntry, userLog, entries }),
  ],
  "openRecordedAccess userLog": [
    (value) => openRecordedAccess(ann, { record: 1, recordEntry: escrow.last, userLog: value, entries }),
  ],
  "escrowDevicesAndActivity log": [(value) => escrowDevicesAndActivity(value, { me, now: 0 })],
  "escrowDevicesAndActivity options": [(value) => escrowDevicesAndActivity(escrow.log, value)],
  "ReportTotals most": [(value) => new ReportTotals(value), undefined, 7],
  "ReportTotals add": [(value) => new ReportTotals().add(value)],
  "formatUserCoverage user": [(value) => formatUserCoverage(value, english)],
  "reportCsvLine user": [(value) => reportCsvLine(value, english)],
  "formatTotals totals": [(value) => formatTotals(value, english)],
  "formatTotals catalogue": [(value) => formatTotals(new ReportTotals(), value)],
  "reportCsvHeader catalogue": [(value) => reportCsvHeader(value)],
  "formatTotals options": [
    (value) => formatTotals(new ReportTotals(), english, value),
    undefined,
    [],
    {},
    new Uint8Array(32),
  ],
};

describe("wrong arguments", () => {
  it.each(Object.entries(calls))("are named: %s", (name, [call, ...right]) => {
    for (const value of WRONG) {
      const isRight = right.some((each) => (Array.isArray(each) ? Array.isArray(value) : isSame(each, value)));
      if (!isRight) expectWrongArgument(() => call(value as never), `${name}: ${String(value)}`);
    }
  });

  it.each([
    ["escrowLog", (value: never) => organisationReport(value, [])],
    ["users", (value: never) => organisationReport(escrow.log, value)],
    ["a user", (value: never) => organisationReport(escrow.log, [value])],
    ["a user's log", (value: never) => organisationReport(escrow.log, [{ log: value }])],
    ["lastSeen", (value: never) => organisationReport(escrow.log, [{ log: userLog, lastSeen: value }])],
    ["entries", (value: never) => organisationReport(escrow.log, [{ log: userLog, entries: value }], { admin: ann })],
    ["options", (value: never) => organisationReport(escrow.log, [], isBytes(value) ? (7 as never) : value)],
    ["admin", (value: never) => organisationReport(escrow.log, [], { admin: value })],
    ["acts", (value: never) => organisationReport(escrow.log, [], { acts: value })],
    ["onProgress", (value: never) => organisationReport(escrow.log, [], { onProgress: value })],
    ["signal", (value: never) => organisationReport(escrow.log, [], { signal: value })],
  ] as const)("are named by organisationReport: %s", async (name, report) => {
    for (const value of [null, NaN, "text", 7, true, new Uint8Array(32)]) {
      const read = async () => {
        for await (const row of report(value as never)) expect(row.subject).toBe(userLog.subject);
      };
      const error = await read().then(
        () => "nothing was thrown",
        (thrown: unknown) => thrown,
      );
      expect(error, `${name}: ${String(value)}`).toBeInstanceOf(KeysteadError);
      expect(["INVALID_ARGUMENT", "INVALID_ENCODING"]).toContain((error as KeysteadError).code);
    }
  });
});

describe("entries", () => {
  it("must be a list: bytes or text in its place are refused, even empty ones", () => {
    for (const wrong of [new Uint8Array(0), ""]) {
      expectError(() => accessRecords(ann, wrong as never), "INVALID_ARGUMENT", undefined);
    }
    expect(accessRecords(ann, [])).toEqual([]);
  });
});

describe("a head that an app stored", () => {
  it("is refused unless its position is a whole number from 1", () => {
    for (const seq of [0, -1, 1.5]) {
      const storedConfirmation = { ...escrow.log.head, seq };
      expectError(
        () => enrollEscrow(laptop, { ...knowledge, storedConfirmation }, env()),
        "INVALID_ARGUMENT",
        undefined,
      );
    }
  });
});

describe("members for a recovery", () => {
  it("are refused by the name of the option", () => {
    for (const option of ["approve", "remove", "usersOwn"]) {
      const call = () => recordRecovery(ann, { ...recovery, [option]: 7 }, env());
      expect(expectError(call, "INVALID_ARGUMENT", undefined).message).toContain(option);
    }
  });
});

describe("an escrow log in the place of a user's", () => {
  it.each([
    ["recordRecovery", () => recordRecovery(ann, { ...recovery, userLog: escrow.log }, env())],
    ["recover", () => recover(acting, { act, userLog: escrow.log, entries }, env())],
    ["renewEscrowForUser", () => renewEscrowForUser(ann, { userLog: escrow.log }, env())],
    ["escrowIsSound", () => escrowIsSound(escrow.log, { escrowLog: escrow.log })],
  ])("is refused by %s", (_, call) => {
    expectError(call, "INVALID_ARGUMENT", undefined);
  });
});

describe("a report's row", () => {
  it("is copied, and refused when any field is wrong", async () => {
    const users = [{ log: userLog, entries, lastSeen: new Map() }];
    for await (const row of organisationReport(escrow.log, users, { admin: ann })) {
      const stretch = { from: 1, to: 1, since: new Date(0), until: undefined };
      const full = {
        ...{ ...row, gaps: [{ ...stretch, closers: [] }], withheld: [stretch], lost: [{ ...stretch, keepers: [] }] },
        keptFromEscrow: [stretch],
      };
      const users = [
        (value: never) => formatUserCoverage(value, english),
        (value: never) => reportCsvLine(value, english),
        toDosOf,
        (value: never) => new ReportTotals().add(value),
      ];
      for (const use of users) {
        expect(() => use(structuredClone(full) as never)).not.toThrow();
        expectWrongArgument(() => use(JSON.parse(JSON.stringify(full)) as never), "through JSON");
        for (const field of Object.keys(full).filter((name) => name !== "log" && name !== "rotationDue")) {
          for (const value of [null, "text", 1.5, [null], [{}], {}]) {
            if (
              typeof value === "string" &&
              typeof full[field as keyof typeof full] === "string" &&
              !["status", "pointer"].includes(field)
            )
              continue;
            if (field === "removals" && Array.isArray(value)) continue;
            expectWrongArgument(() => use({ ...full, [field]: value } as never), `${field}: ${JSON.stringify(value)}`);
          }
        }
      }
    }
  });
});

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a === "object" && typeof b === "object" && a !== null && b !== null)
    return Object.getPrototypeOf(a) === Object.getPrototypeOf(b);
  return Object.is(a, b);
}
