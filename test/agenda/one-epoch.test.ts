// A due rotation waits where an earlier step makes a new epoch, or where the device doubts a member that would get it.
// docs/spec.md section 11.2, row 21 (MEM-7, ESC-8).

import { expect, it } from "vitest";
import { newestPointer } from "../../src/trust/pointer.js";
import {
  dismiss,
  enroll,
  escrowOf,
  hire,
  openOrganisation,
  openUser,
  owes,
  recoverBy,
  renewedRaw,
  stepsOf,
} from "../escrow/support.js";
import { openWorld } from "../support/world.js";

const escrow = hire(openOrganisation("one epoch"), "Bob", ["recover"]);
const later = dismiss(escrow, "Bob");
const due = openUser("one epoch", escrow).join("Phone").leave("Phone");
const [rotates, confirmed] = ["author rotate rotation-due", escrow];

it("is a rotation where no other step makes one", () => {
  expect(owes(due, "Laptop", escrow)).toEqual([rotates]);
  expect(stepsOf(due, "Laptop", escrow)).toMatchObject([{ withholdFromEscrow: false }]);
  expect(owes(due, "Laptop", undefined)).toEqual(["fetch escrow-log none-at-hand", rotates]);
  expect(stepsOf(due, "Laptop", undefined)).toMatchObject([{}, { withholdFromEscrow: true }]);
  // An enrollment makes none that excludes the device that left.
  const plain = openWorld("one epoch").join("Phone").leave("Phone");
  expect(owes(plain, "Laptop", escrow, { confirmed })).toEqual(["author enroll-escrow", rotates]);
});

it("is the renewal of escrow's pointer, where that is due too", () => {
  expect(owes(due, "Laptop", later, { confirmed })).toEqual(["author renew-escrow older"]);
});

it("is the removal of escrow, where the user said so", () => {
  const moved = enroll(openWorld("one epoch").join("Phone"), "Laptop", openOrganisation("another")).leave("Phone");
  expect(owes(moved, "Laptop", escrow, { confirmed })).toEqual(["ask remove-escrow other-log", rotates]);
  const removeEscrow = escrowOf(moved).id;
  expect(owes(moved, "Laptop", escrow, { confirmed, removeEscrow })).toEqual(["author remove user-said"]);
});

it("is the rotation that replaces a former admin's epoch (ESC-10)", () => {
  const joined = openUser("one epoch", escrow).join("Phone");
  const left = renewedRaw(joined, escrow, "Bob", newestPointer(later.log)).leave("Phone");
  expect(left.log.rotationDue).toBe(true);
  expect(owes(left, "Laptop", later, { confirmed })).toEqual(["author rotate known-to-former-admin"]);
});

it("waits while a member is doubted, which would be granted the new epoch (ESC-8)", () => {
  const acted = recoverBy(openUser("one epoch", escrow).join("Thief"), escrow, "Bob", { approve: ["Thief"] });
  const left = acted.join("Phone").leave("Phone");
  expect(left.log.rotationDue).toBe(true);
  expect(owes(left, "Laptop", later, { confirmed })).toEqual(["ask whose-members"]);
  const strangers = left.ids("Thief");
  expect(owes(left, "Laptop", later, { confirmed, strangers })).toEqual(["author remove not-believed"]);
});
