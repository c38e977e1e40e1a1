// A thief has the founding device: it removes the laptop and the paper in one link. The owner joins again with the password and,
// with any one earlier key, gets all data back, passes it on, and removes the thief's device. Case 5 of the audits.

import {
  agenda,
  createBackupKey,
  type Keyring,
  openBackupKey,
  reclaim,
  resume,
  review,
  sealContent,
  setLockdown,
} from "keystead";
import { MaliciousRelay } from "keystead/testing";
import { describe, expect, it } from "vitest";
import { expectError } from "../support/refusal.js";
import { Device, readText } from "./device.js";

const ALICE = "alice@example.org";
const OPTIONS = { purpose: "letter" };
const KNOWS = { escrowLog: undefined, now: "unchecked" } as const;

const read = (keyring: Keyring, sealed: Uint8Array) => readText(keyring, sealed, OPTIONS);

/** The phone that opened the log is stolen, and the thief has removed the laptop and the paper. */
async function stolen() {
  const relay = new MaliciousRelay();
  const phone = new Device(relay, ALICE, "Phone").create();
  const letter = await sealContent([phone.log], new TextEncoder().encode("from before"), OPTIONS, phone.env);
  const laptop = new Device(relay, ALICE, "Laptop").join();
  phone.sync().write((session, env) => review(session, { approveUncompared: [laptop.id] }, env));
  const made = laptop.sync().write((session, env) => createBackupKey(session, {}, env));
  const paper = { member: made.paper.member, text: made.paper.reveal(laptop.log) };
  phone.sync().write((session, env) => review(session, { remove: [laptop.id, paper.member] }, env));
  return { relay, phone, laptop: laptop.sync(), paper, letter };
}

describe("a stolen founding device that removed the laptop and the paper", () => {
  it("makes no device wipe: the laptop asks its user, and can still read what it reached", async () => {
    const { laptop, letter } = await stolen();
    expect(agenda(laptop.session, KNOWS)).toEqual([
      { do: "ask", question: "standing", code: "question-standing", standing: "removed" },
    ]);
    expect(await read(laptop.keyring, letter)).toBe("from before");
    expectError(() => laptop.write((session, env) => review(session, { remove: [] }, env)), "NOT_PERMITTED", "MEM-4");
  });

  it.each(["the paper", "the laptop's old keyring"])(
    "lets an owner with %s get everything back (MEM-10, BAK-1)",
    async (key) => {
      const { relay, phone, laptop, paper, letter } = await stolen();
      const back = new Device(relay, ALICE, "New phone").join();
      expect(await read(back.keyring, letter)).toBe("NO_ACCESS");
      const opened = openBackupKey(back.log, relay.read(ALICE), paper.text);
      expect(opened.standing).toBe("removed");
      const from = key === "the paper" ? opened.keyring : resume(back.log, relay.read(ALICE), laptop.keyring).keyring;
      back.write((session, env) => reclaim(session, { from }, env));
      expect(await read(back.keyring, letter)).toBe("from before");

      // It passes on the epochs that it took over, and the thief's device is removed.
      const tablet = new Device(relay, ALICE, "Tablet").join();
      back.sync().write((session, env) => review(session, { approveUncompared: [tablet.id], remove: [phone.id] }, env));
      expect(await read(tablet.sync().keyring, letter)).toBe("from before");
      const later = await sealContent([back.log], new TextEncoder().encode("from after"), OPTIONS, back.env);
      expect([await read(tablet.keyring, later), await read(phone.sync().keyring, later)]).toEqual([
        "from after",
        "NO_ACCESS",
      ]);
    },
  );

  it("gives nothing without a key of a removed member, or to unconfirmed members in lockdown (MEM-5, MEM-10)", async () => {
    const { relay, phone, laptop, paper } = await stolen();
    const back = new Device(relay, ALICE, "New phone").join();
    const { keyring: from } = openBackupKey(back.log, relay.read(ALICE), paper.text);
    // Its own key proves nothing: it was not removed.
    expectError(
      () => back.write((session, env) => reclaim(session, { from: session.keyring, epochs: [[1, 1]] }, env)),
      "NOT_PERMITTED",
      "MEM-10",
    );
    phone.sync().write((session, env) => setLockdown(session, { on: true, remove: [back.id] }, env));
    const locked = new Device(relay, ALICE, "Another phone").join();
    expectError(() => locked.write((session, env) => reclaim(session, { from }, env)), "NOT_PERMITTED", "LOG-4");
    expect(await read(laptop.keyring, new Uint8Array(8))).toBe("INVALID_ENCODING");
  });
});
