// A plain JavaScript caller's wrong arguments are named as such by every function of escrow, and never end in a TypeError
// (errors of docs/spec.md section 11).

import { describe, expect, it } from "vitest";
import { isBytes } from "../../src/bytes/bytes.js";
import { KeysteadError } from "../../src/errors.js";
import { escrowActs, unverifiedMembers } from "../../src/escrow/acts.js";
import { accessRecords, openRecorded } from "../../src/escrow/discover.js";
import { escrowDuty, escrowIsSound } from "../../src/escrow/duty.js";
import { escrowNeeds, policyOf } from "../../src/escrow/escrow-log.js";
import { formatTotals, formatUserCoverage, reportCsvLine } from "../../src/escrow/format-report.js";
import { judgePointer, newestPointer } from "../../src/escrow/pointer.js";
import { organisationReport, ReportTotals, toDosOf } from "../../src/escrow/report.js";
import { escrowDevicesAndActivity } from "../../src/escrow-devices-and-activity.js";
import {
  createEscrowLog,
  enrollEscrow,
  recordAccess,
  recover,
  renewEscrow,
  renewFor,
  setPolicy,
} from "../support/accepted.js";
import { expectError, expectWrongArgument } from "../support/refusal.js";
import { openOrganisation, openUser, paper, policyBy } from "./support.js";

type Call = (value: never) => unknown;

const escrow = policyBy(paper(openOrganisation("arguments", { operator: true })), "Ann", { userContacts: [] });
const user = openUser("arguments", escrow).join("Phone");
const [ann, laptop] = [escrow.session("Ann"), user.session("Laptop")];
const env = () => escrow.env("arguments");
const { log: userLog, entries } = user;
const me = user.id("Laptop");
const pointer = newestPointer(escrow.log);

/** What JavaScript lets through where nothing else was meant. */
const WRONG: readonly unknown[] = [undefined, null, NaN, "text", 7, true, [], {}, new Uint8Array(32), () => undefined];

/** Arguments one at a time, and which of the wrong values are right for them after all. */
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
  "enrollEscrow session": [(value) => enrollEscrow(value, escrow.log, escrow.log.head, env())],
  "enrollEscrow log": [(value) => enrollEscrow(laptop, value, escrow.log.head, env())],
  "enrollEscrow confirmed": [(value) => enrollEscrow(laptop, escrow.log, value, env())],
  "renewEscrow session": [(value) => renewEscrow(value, escrow.log, env())],
  "renewEscrow log": [(value) => renewEscrow(laptop, value, env())],
  "escrowDuty log": [(value) => escrowDuty(value, { me, escrowLog: escrow.log })],
  "escrowDuty knowledge": [(value) => escrowDuty(userLog, value)],
  "escrowDuty me": [(value) => escrowDuty(userLog, { me: value, escrowLog: escrow.log })],
  "escrowDuty escrowLog": [(value) => escrowDuty(userLog, { me, escrowLog: value }), undefined],
  "escrowDuty confirmed": [(confirmed) => escrowDuty(userLog, { me, escrowLog: escrow.log, confirmed }), undefined],
  "escrowIsSound log": [(value) => escrowIsSound(value, { escrowLog: escrow.log })],
  "escrowIsSound knowledge": [(value) => escrowIsSound(userLog, value), [], {}, new Uint8Array(32)],
  "escrowIsSound escrowLog": [(value) => escrowIsSound(userLog, { escrowLog: value }), undefined],
  "escrowIsSound confirmed": [(confirmed) => escrowIsSound(userLog, { escrowLog: escrow.log, confirmed }), undefined],
  "escrowActs log": [(value) => escrowActs(value, escrow.log)],
  "escrowActs escrowLog": [(value) => escrowActs(userLog, value)],
  "unverifiedMembers log": [(value) => unverifiedMembers(value, escrow.log)],
  "unverifiedMembers escrowLog": [(value) => unverifiedMembers(userLog, value)],
  "unverifiedMembers perspective": [
    (value) => unverifiedMembers(userLog, escrow.log, value),
    undefined,
    [],
    {},
    new Uint8Array(32),
  ],
  "unverifiedMembers own": [(own) => unverifiedMembers(userLog, escrow.log, { own }), undefined, []],
  "escrowDuty own": [(own) => escrowDuty(userLog, { me, escrowLog: escrow.log, own }), undefined, []],
  "recover admin": [(value) => recover(value, { userLog, entries, approve: user.ids("Phone") }, env())],
  "recover options": [(value) => recover(ann, value, env())],
  "recover userLog": [(value) => recover(ann, { userLog: value, entries, approve: user.ids("Phone") }, env())],
  "recover userLog alone": [(value) => recover(ann, { userLog: value, entries }, env())],
  "recover entries": [(value) => recover(ann, { userLog, entries: value, approve: user.ids("Phone") }, env()), []],
  "recover approve": [(value) => recover(ann, { userLog, entries, approve: value }, env()), undefined, []],
  "recover approve member": [(value) => recover(ann, { userLog, entries, approve: [value] }, env())],
  "renewFor admin": [(value) => renewFor(value, { userLog, entries }, env())],
  "renewFor options": [(value) => renewFor(ann, value, env())],
  "renewFor userLog": [(value) => renewFor(ann, { userLog: value, entries }, env())],
  "renewFor entries": [(value) => renewFor(ann, { userLog, entries: value }, env()), []],
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
  "openRecorded admin": [(value) => openRecorded(value, { record: 1, recordEntry: escrow.last, userLog, entries })],
  "openRecorded options": [(value) => openRecorded(ann, value)],
  "openRecorded record": [(record) => openRecorded(ann, { record, recordEntry: escrow.last, userLog, entries }), 7],
  "openRecorded recordEntry": [(recordEntry) => openRecorded(ann, { record: 1, recordEntry, userLog, entries })],
  "openRecorded userLog": [
    (value) => openRecorded(ann, { record: 1, recordEntry: escrow.last, userLog: value, entries }),
  ],
  "escrowDevicesAndActivity log": [(value) => escrowDevicesAndActivity(value, { me, now: 0 })],
  "escrowDevicesAndActivity options": [(value) => escrowDevicesAndActivity(escrow.log, value)],
  "ReportTotals most": [(value) => new ReportTotals(value), undefined, 7],
  "ReportTotals add": [(value) => new ReportTotals().add(value)],
  "formatUserCoverage user": [(value) => formatUserCoverage(value)],
  "reportCsvLine user": [(value) => reportCsvLine(value)],
  "formatTotals totals": [(value) => formatTotals(value)],
  "formatTotals options": [(value) => formatTotals(new ReportTotals(), value), undefined, [], {}, new Uint8Array(32)],
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
  it("are a list: bytes or text in its place are refused, even empty ones", () => {
    for (const wrong of [new Uint8Array(0), ""]) {
      expectError(() => accessRecords(ann, wrong as never), "INVALID_ARGUMENT", undefined);
    }
    expect(accessRecords(ann, [])).toEqual([]);
  });
});

describe("a head that an app stored", () => {
  it("is refused unless its position is a whole number from 1", () => {
    for (const seq of [0, -1, 1.5]) {
      const confirmed = { ...escrow.log.head, seq };
      expectError(() => enrollEscrow(laptop, escrow.log, confirmed, env()), "INVALID_ARGUMENT", undefined);
    }
  });
});

describe("members and epochs for recover", () => {
  it("are refused by the name of the option", () => {
    for (const option of ["approve", "remove", "abandon"]) {
      const call = () => recover(ann, { userLog, entries, [option]: 7 }, env());
      expect(expectError(call, "INVALID_ARGUMENT", undefined).message).toContain(option);
    }
  });
});

describe("an escrow log in the place of a user's", () => {
  it.each([
    ["escrowDuty", () => escrowDuty(escrow.log, { me: escrow.id("Ann"), escrowLog: escrow.log })],
    ["escrowIsSound", () => escrowIsSound(escrow.log, { escrowLog: escrow.log })],
  ])("is refused by %s", (_, call) => {
    expectError(call, "INVALID_ARGUMENT", undefined);
  });
});

describe("a report's row", () => {
  it("is taken as a copy, and refused when any field is not what it should be", async () => {
    const users = [{ log: userLog, entries, lastSeen: new Map() }];
    for await (const row of organisationReport(escrow.log, users, { admin: ann })) {
      const stretch = { from: 1, to: 1, since: new Date(0), until: undefined };
      const full = { ...row, gaps: [{ ...stretch, closers: [] }], withheld: [stretch], lost: [stretch] };
      const users = [formatUserCoverage, reportCsvLine, toDosOf, (value: never) => new ReportTotals().add(value)];
      for (const use of users) {
        expect(() => use(structuredClone(full) as never)).not.toThrow();
        expectWrongArgument(() => use(JSON.parse(JSON.stringify(full)) as never), "through JSON");
        for (const field of Object.keys(full).filter((name) => name !== "log" && name !== "rotationDue")) {
          for (const value of [null, "text", 1.5, [null], [{}], {}]) {
            if (typeof value === "string" && typeof full[field as keyof typeof full] === "string" && field !== "status")
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
