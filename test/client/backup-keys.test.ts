// What a user does with a backup key beside using it: cancels it, types it with mistakes on a new device, and drills it.

import { describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import type { Session } from "../../src/client/session.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { writtenInto } from "./sessions.js";
import { phone } from "./simple.js";

/** A laptop with a backup key, and its text. */
async function withPaper() {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const papers: string[] = [];
  await laptop.createBackupKey(writtenInto(papers), { name: "In the safe" });
  return { relay, laptop, text: present(papers[0]) };
}

const backupKeys = (session: Session) => [...session.log.active.values()].filter(({ kind }) => kind === "backup");

/** The first character of a group, replaced by `by`, or by another letter. */
function mistyped(text: string, group: number, by?: string) {
  const at = 5 * (group - 1);
  const meant = text.charAt(at);
  const read = by ?? (meant === "A" ? "B" : "A");
  return { meant, read, text: text.slice(0, at) + read + text.slice(at + 1) };
}

describe("a backup key that its user cancels", () => {
  it("is removed from the log", async () => {
    const relay = new MaliciousRelay();
    const laptop = await phone(relay, "laptop").open();
    await laptop.create({ name: "Laptop" });
    let member: MemberId | undefined;
    await laptop.createBackupKey(async ({ text }) => {
      ({ member } = laptop.checkBackupKey(text));
      expect(laptop.log.active.has(member)).toBe(true);
      return "cancel";
    });
    expect(laptop.log.removed.get(present(member))).toBeDefined();
    expect(backupKeys(laptop)).toEqual([]);
    expect(laptop.getSnapshot().asks).toEqual([]);
  });

  it("is removed where the app was ended while it was shown, and again while it was removed", async () => {
    const relay = new MaliciousRelay();
    let lost: "before" | undefined;
    const device = phone(relay, "laptop", { next: (what: string) => (what === "publish" ? lost : undefined) });
    let laptop = await device.open();
    await laptop.create({ name: "Laptop" });
    await new Promise<void>((shown) => {
      void laptop.createBackupKey(() => {
        shown();
        return new Promise(() => undefined);
      });
    });
    laptop.close();

    laptop = await device.open();
    const { id: member } = present(backupKeys(laptop)[0]);
    expect(laptop.getSnapshot().asks).toMatchObject([{ question: "prove-backup-key" }]);
    lost = "before";
    const cancelling = expect(laptop.proveBackupKey(async () => "cancel")).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
    });
    await expect.poll(() => laptop.getSnapshot().pending?.intent).toBe("review");
    laptop.close();
    await cancelling;

    lost = undefined;
    laptop = await device.open();
    await laptop.sync();
    expect(laptop.log.removed.get(member)).toBeDefined();
    expect(backupKeys(laptop)).toEqual([]);
    expect(laptop.getSnapshot().asks).toEqual([]);
  });
});

describe("a backup key that is typed on a new device", () => {
  const typing = async () => {
    const { relay, text } = await withPaper();
    const mobile = await phone(relay, "phone").open();
    await mobile.join({ name: "Phone" });
    return { mobile, text };
  };

  it("is corrected while it is typed, and nothing is used up", async () => {
    const { mobile, text } = await typing();
    const { head } = mobile.log;
    const invalid = expect.objectContaining({ code: "BACKUP_KEY_INVALID" });
    const typed = text.replaceAll("-", "");
    for (let count = 0; count < 35; count++)
      expect(() => mobile.checkBackupKey(typed.slice(0, count)), `${count} characters`).toThrow(invalid);
    expect(mobile.checkBackupKey(typed).corrections).toEqual([]);

    const wrong = mistyped(text, 4);
    const both = mistyped(wrong.text, 7, "?");
    expect(mobile.checkBackupKey(both.text).corrections).toEqual([
      { kind: "wrong", position: 13, group: 4, read: wrong.read, meant: wrong.meant },
      { kind: "unreadable", position: 25, group: 7, read: "?", meant: both.meant },
    ]);
    expect(mobile.checkBackupKey(text.slice(0, -1)).corrections).toMatchObject([{ kind: "missing", group: 9 }]);
    expect(mobile.log.head).toEqual(head);
    expect(mobile.getSnapshot().status).toBe("waiting");
  });

  it("approves the device as it was typed, with its mistake", async () => {
    const { mobile, text } = await typing();
    await mobile.useBackupKey(mistyped(text, 4).text);
    expect(mobile.getSnapshot().status).toBe("ready");
  });
});

describe("the drill", () => {
  it("names an active backup key, and says that one was removed", async () => {
    const { laptop, text } = await withPaper();
    const drilled = laptop.checkBackupKey(text);
    expect(drilled).toMatchObject({
      name: { name: "In the safe" },
      standing: "active",
      access: { since: expect.anything() },
    });
    await laptop.save({ remove: [drilled.member] });
    expect(laptop.checkBackupKey(text)).toMatchObject({ member: drilled.member, standing: "removed", corrections: [] });
  });

  it("refuses a text with too many mistakes, and the backup key of another account", async () => {
    const { laptop, text } = await withPaper();
    const other = await phone(new MaliciousRelay(), "other").open();
    await other.create({ name: "Other" });
    const wrong = [4, 5, 6, 7].reduce((typed, group) => mistyped(typed, group).text, text);
    const invalid = expect.objectContaining({ code: "BACKUP_KEY_INVALID" });
    expect(() => laptop.checkBackupKey(wrong)).toThrow(invalid);
    expect(() => other.checkBackupKey(text)).toThrow(invalid);
  });
});
