// The bytes that a device stores before it sends an entry. With them, a crash before the answer, or a server that refuses an
// entry and publishes it later, loses nothing. docs/spec.md sections 5 and 6.

import {
  createBackupKey,
  createLog,
  joinLog,
  leave,
  openBackupKey,
  openContent,
  type Proposal,
  parseKeyring,
  rekey,
  resume,
  review,
  rotate,
  sealContent,
  thisDevice,
  unsafeSerializeKeyring,
  unsafeSerializeProposal,
  verifyLog,
} from "keystead";
import { expel } from "keystead/server";
import { describe, expect, it } from "vitest";
import { expectError } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { ALICE, OPERATOR, openWorld } from "../support/world.js";

const env = seededEnv("write-ahead, fresh");
const base = openWorld("write-ahead")
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] });
const verify = (entries: readonly Uint8Array[]) => verifyLog(entries, { subject: ALICE, now: "unchecked" });
const text = new TextEncoder().encode("for the device that comes back");

/** The device after a crash: it has its stored bytes, and the entries that the server published later. */
function restarted(keyring: Uint8Array | undefined, entries: readonly Uint8Array[]) {
  return resume(verify(entries), entries, parseKeyring(keyring ?? expect.unreachable()));
}

describe("a proposal that is stored before it is sent", () => {
  it("brings a re-keyed device back, when the server published the entry that it had refused", async () => {
    const proposal = rekey(base.session("Laptop"), env);
    const { keyring } = unsafeSerializeProposal(proposal);
    const back = restarted(keyring, [...base.entries, proposal.entry]);
    expect(back).toMatchObject({ standing: "active", history: "continued" });
    expect(back.withheld).toEqual([]);
    const again = rotate(back, env);
    expect(again.head.seq).toBe(base.log.head.seq + 2);
    const sealed = await sealContent([back.log], text, { purpose: "note" }, env);
    expect(await openContent(sealed, back.keyring)).toEqual(text);
  });

  it("keeps the old keyring usable when another entry won", () => {
    const laptop = base.session("Laptop");
    const before = unsafeSerializeKeyring(laptop);
    const { keyring } = unsafeSerializeProposal(rekey(laptop, env));
    const winner = rotate(base.session("Phone"), env);
    const entries = [...base.entries, winner.entry];
    expect(restarted(keyring, entries)).toMatchObject({ history: "forked" });
    expect(restarted(before, entries)).toMatchObject({ standing: "active", history: "continued", withheld: [] });
  });

  it("brings back a new device that had joined, or created the log", () => {
    const joined = joinLog(base.log, { device: { name: "Tablet" } }, env);
    const stored = unsafeSerializeProposal(joined);
    expect(restarted(stored.keyring, [...base.entries, joined.entry]).standing).toBe("active");
    const opened = createLog({ subject: ALICE, device: { name: "First" } }, env);
    const first = unsafeSerializeProposal(opened);
    expect(restarted(first.keyring, [opened.entry])).toMatchObject({ standing: "active", withheld: [] });
  });

  it("keeps the paper of a backup key that nobody has seen yet", () => {
    const proposal = createBackupKey(base.session("Laptop"), {}, env);
    const { keyring, backupKey } = unsafeSerializeProposal(proposal);
    const entries = [...base.entries, proposal.entry];
    expect(restarted(keyring, entries).standing).toBe("active");
    expect(openBackupKey(verify(entries), entries, backupKey ?? expect.unreachable()).withheld).toEqual([]);
    const { log, paper } = proposal.accept();
    expect(paper.reveal(log)).toBe(backupKey);
  });

  describe("by a paper", () => {
    // The laptop is stolen. A new phone joined, and its user typed the paper in on it.
    const made = createBackupKey(openWorld("written by a paper").session("Laptop"), {}, env);
    const backupKey = unsafeSerializeProposal(made).backupKey ?? expect.unreachable();
    const first = openWorld("written by a paper");
    const papered = first.append(made.entry).join("Phone");
    const paper = openBackupKey(papered.log, papered.entries, backupKey);
    const state = { log: papered.log, keyring: paper.keyring };
    const phone = papered.session("Phone");
    const own = unsafeSerializeKeyring(phone);
    const options = { approve: [thisDevice(phone)], remove: papered.ids("Laptop") };

    it("has no keyring: the device's own opens what the entry gives it, and nothing stores the paper's secrets", async () => {
      const proposal = review(state, options, env);
      expect(unsafeSerializeProposal(proposal)).toEqual({ keyring: undefined, backupKey: undefined });
      const entries = [...papered.entries, proposal.entry];
      const back = restarted(own, entries);
      expect(back).toMatchObject({ standing: "active", history: "continued", withheld: [] });
      expect([back.keyring.member, back.keyring.epochs]).toEqual([papered.id("Phone"), [1, 2, 3]]);
      const sealed = await sealContent([back.log], text, { purpose: "note" }, env);
      expect(await openContent(sealed, back.keyring)).toEqual(text);
      // The paper still opens the same, out of its text.
      expect(openBackupKey(back.log, entries, backupKey)).toMatchObject({ standing: "active", withheld: [] });
      // The used paper is removed by the device, whose keyring is then in the bytes.
      const removal = review(back, { remove: [paper.member] }, env);
      const stored = unsafeSerializeProposal(removal);
      const after = restarted(stored.keyring, [...entries, removal.entry]);
      expect(after).toMatchObject({ standing: "active", history: "continued", withheld: [] });
      expect([after.keyring.member, after.keyring.epochs]).toEqual([papered.id("Phone"), [1, 2, 3, 4]]);
      expect(openBackupKey(after.log, [...entries, removal.entry], backupKey).standing).toBe("removed");
    });

    it("goes on with the device's own keyring when another entry won, and when the paper leaves", () => {
      const winner = rotate(papered.session("Laptop"), env);
      const entries = [...papered.entries, winner.entry];
      expect(restarted(own, entries)).toMatchObject({ standing: "active", history: "continued", withheld: [] });
      const again = openBackupKey(verify(entries), entries, backupKey);
      const proposal = review({ log: verify(entries), keyring: again.keyring }, options, env);
      expect(restarted(own, [...entries, proposal.entry]).keyring.epochs).toEqual([1, 2, 3, 4]);
      expect(unsafeSerializeProposal(leave(state, env)).keyring).toBeUndefined();
    });
  });

  it("stays unchanged: it can be accepted or discarded, and its bytes are the accepted keyring's", () => {
    const accepted = rotate(base.session("Laptop"), env);
    const { keyring } = unsafeSerializeProposal(accepted);
    expect(unsafeSerializeKeyring(accepted.accept())).toEqual(keyring);
    expect(unsafeSerializeProposal(accepted).keyring).toEqual(keyring);
    const discarded = rotate(base.session("Laptop"), env);
    unsafeSerializeProposal(discarded);
    discarded.discard();
    expectError(() => unsafeSerializeProposal(discarded), "WIPED", undefined);
    expect(rotate(base.session("Laptop"), env).head.seq).toBe(base.log.head.seq + 1);
  });

  it("has no keyring if its author gets none", () => {
    const operated = openWorld("operated", { operator: true }).join("Phone");
    const removal = expel(operated.log, { remove: operated.ids("Phone") }, OPERATOR, env);
    expect(unsafeSerializeProposal(removal)).toEqual({ keyring: undefined, backupKey: undefined });
  });

  it("must be a proposal", () => {
    for (const wrong of [undefined, null, {}, { entry: new Uint8Array(1) }, "proposal"]) {
      expectError(() => unsafeSerializeProposal(wrong as unknown as Proposal<unknown>), "INVALID_ARGUMENT", undefined);
    }
  });
});
