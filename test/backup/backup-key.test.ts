import { describe, expect, it, vi } from "vitest";
import { receive } from "../../src/authoring/receive.js";
import { activeBackupKeys, backupKeyId } from "../../src/backup/key.js";
import * as propose from "../../src/backup/make.js";
import { checkBackupKey, openBackupKey } from "../../src/backup/open.js";
import { Secret } from "../../src/bytes/secret.js";
import { openContent } from "../../src/content/open.js";
import { sealContent } from "../../src/content/seal.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { MemberKeys } from "../../src/keys/member-keys.js";
import { activeMember } from "../../src/log/state.js";
import { verifyLog } from "../../src/log/verify.js";
import { primitives } from "../../src/primitives/current.js";
import * as LABELS from "../../src/primitives/labels.js";
import { newestPointer } from "../../src/trust/pointer.js";
import { hire, openOrganisation, openUser, policyBy, write } from "../escrow/support.js";
import { createBackupKey, createLog, joinLog, review, rotate } from "../support/accepted.js";
import { boxIndex, idBytes, takeApart, withAttachment } from "../support/raw-link.js";
import { expectError, expectWrongArgument, thrownBy } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { openWorld, World } from "../support/world.js";
import { ALPHABET } from "./support.js";

const env = seededEnv("backup keys");
const SUBJECT = "alice@example.org";
const laptop = createLog({ subject: SUBJECT, device: { name: "Laptop" } }, env);
const made = createBackupKey(laptop, { name: "In the drawer" }, env);
const entries = [laptop.entry, made.entry];
const text = made.paper.reveal(made.log);
const other = createLog({ subject: SUBJECT, device: { name: "Laptop" } }, seededEnv("another log"));

/** The text with other characters at these places, dashes not counted. */
function mistyped(...places: number[]): string {
  const characters = [...text.replaceAll("-", "")];
  for (const place of places) {
    const index = ALPHABET.indexOf(characters[place] as string);
    characters[place] = ALPHABET[(index + 7) % 32] as string;
  }
  return characters.join("");
}

describe("opening a paper", () => {
  it.each([
    ["a drill", () => checkBackupKey(made.log, text)],
    ["opening", () => openBackupKey(made.log, entries, text).keyring.wipe()],
    ["opening a mistyped one", () => openBackupKey(made.log, entries, mistyped(20)).keyring.wipe()],
  ])("derives the key's seed and its signing key once: %s", (_, open) => {
    const derive = vi.spyOn(primitives, "hkdfSha256");
    open();
    const infos = derive.mock.calls.map(([, , info]) => new TextDecoder().decode(info));
    derive.mockRestore();
    const count = (label: string) => infos.filter((info) => info.startsWith(`${label}\0`)).length;
    expect([count(LABELS.backupSeed), count(LABELS.memberSigning)]).toEqual([1, 1]);
  });

  it("wipes the keys by which it found the paper when the entries are another log's", () => {
    const wiped = vi.spyOn(MemberKeys.prototype, "wipe");
    expectError(() => openBackupKey(made.log, [other.entry], text), "INVALID_ARGUMENT", undefined);
    expect(wiped).toHaveBeenCalledTimes(1);
    wiped.mockRestore();
  });
});

describe("createBackupKey", () => {
  it("lists the key like a device, with the epochs that its maker holds (BAK-3)", () => {
    const log = verifyLog(entries, { subject: SUBJECT, now: "unchecked" });
    const member = activeMember(log, made.paper.member);
    expect(member).toMatchObject({ kind: "backup", name: "In the drawer", held: [[1, 1]], founder: 1 });
    expect(text.slice(0, 4)).toBe(backupKeyId(member));
  });

  it("is among its log's backup keys, which include no device, until it is removed (BAK-3)", () => {
    const second = createBackupKey(made, {}, env);
    const listed = ({ log }: MemberState) => activeBackupKeys(log).map(({ id }) => id);
    expect(listed(laptop)).toEqual([]);
    expect(listed(second)).toEqual([made.paper.member, second.paper.member]);
    expect(listed(review(second, { remove: [made.paper.member] }, env))).toEqual([second.paper.member]);
  });

  it("makes different keys from the same seed in different logs (BAK-2)", () => {
    const error = thrownBy(() => checkBackupKey(other.log, text));
    expect(error).toMatchObject({ code: "BACKUP_KEY_INVALID", rule: "BAK-1", details: { reason: "unknown" } });
  });

  it("shows the paper only once its log has the key (BAK-2)", () => {
    expectError(() => made.paper.reveal(laptop.log), "UNKNOWN_MEMBER", "MEM-2");
    expect(made.paper.reveal(made.log)).toBe(text);
  });

  it("never prints the paper, and forgets it when wiped", () => {
    const { paper, log } = createBackupKey(laptop, {}, seededEnv("wiped"));
    expect(`${paper} ${JSON.stringify({ paper })}`).toBe('BackupPaper [secret] {"paper":"BackupPaper [secret]"}');
    const inspected = (paper as unknown as Record<symbol, () => string>)[Symbol.for("nodejs.util.inspect.custom")];
    expect(inspected?.()).toBe("BackupPaper [secret]");
    expect(Object.values(paper)).not.toContainEqual(expect.any(Array));
    paper.wipe();
    expectError(() => paper.reveal(log), "WIPED", undefined);
  });

  it("keeps no keys of the paper, whether it succeeds or is refused", () => {
    const wiped = vi.spyOn(MemberKeys.prototype, "wipe");
    const { log, paper } = createBackupKey(laptop, {}, seededEnv("made"));
    thrownBy(() => createBackupKey(laptop, { roles: ["manage"] }, seededEnv("refused")));
    const keys = (wiped.mock.contexts as MemberKeys[]).map(({ signingKey: sign }) => sign);
    wiped.mockRestore();
    expect(keys).toEqual([activeMember(log, paper.member).signingKey, expect.any(Uint8Array)]);
  });

  it("refuses a name that does not fit, roles, and other logs", () => {
    expectError(() => createBackupKey(laptop, { name: "x".repeat(129) }, env), "INVALID_ARGUMENT", undefined);
    expectError(() => createBackupKey(laptop, { roles: ["manage"] }, env), "INVALID_ARGUMENT", "MEM-8");
    expectError(() => made.paper.reveal(other.log), "INVALID_ARGUMENT", undefined);
    for (const wrong of [undefined, null, 7, "log"]) {
      expectWrongArgument(() => made.paper.reveal(wrong as never), String(wrong));
      expectWrongArgument(() => createBackupKey(wrong as never, {}, env), String(wrong));
      expectWrongArgument(() => checkBackupKey(wrong as never, text), String(wrong));
      expectWrongArgument(() => openBackupKey(wrong as never, entries, text), String(wrong));
    }
    expectWrongArgument(() => propose.createBackupKey(laptop, null as never, env), "options");
    expectWrongArgument(() => checkBackupKey(made.log, 36 as never), "text");
    expect(made.paper).toBeInstanceOf(propose.BackupPaper);
  });
});

describe("backupKeyId", () => {
  it("refuses a value that is no member's signing key, by name", () => {
    for (const wrong of [undefined, {}, { sign: "text" }, { sign: new Uint8Array(31) }]) {
      const error = expectError(() => backupKeyId(wrong as never), "INVALID_ARGUMENT", undefined);
      expect(error.details).toMatchObject({ name: "member.signingKey" });
    }
  });
});

describe("createBackupKey in a log with escrow", () => {
  const escrow = openOrganisation("organisation of backup keys");
  const user = openUser("user with backup keys", escrow);
  const make = (world: World, organisation?: World): World =>
    world.act("Laptop", "makes a paper", (session, env) =>
      createBackupKey(session, { escrowLog: organisation?.log }, env),
    );

  it("names the head of the escrow log whose policy was checked (BAK-5)", () => {
    const newest = hire(escrow, "Bob", []);
    const { seq, hash } = newest.log.head;
    const head = new Map<string, unknown>([
      ["seq", seq],
      ["hash", idBytes(hash)],
    ]);
    expect(takeApart(make(user, newest).last).body.get("escrowHead")).toEqual(head);
    expect(takeApart(make(openWorld("user without escrow"), newest).last).body.has("escrowHead")).toBe(false);
  });

  it("refuses without the escrow log that the pointer names, or against its policy (BAK-5)", () => {
    expectError(() => make(user), "ESCROW_UNKNOWN", "BAK-5");
    expectError(() => make(user, openOrganisation("another organisation")), "ESCROW_UNKNOWN", "BAK-5");
    const strict = policyBy(escrow, "Ann", { allowUserBackupKeys: false });
    expectError(() => make(user, strict), "NOT_PERMITTED", "BAK-5");
    expect(make(user, policyBy(strict, "Ann", { allowUserBackupKeys: true })).log.active.size).toBe(3);
  });

  it("accepts no permission from a log that is no escrow log, although the pointer names it (BAK-5)", () => {
    const alone = openWorld("user with a false pointer");
    const pointer = { ...newestPointer(escrow.log), log: alone.log.head.log };
    const pointed = alone.act("Laptop", "enrolls a false escrow", write("enroll", { escrow: pointer }));
    expectError(() => make(pointed, pointed), "NOT_PERMITTED", "BAK-5");
  });
});

describe("checkBackupKey", () => {
  // A thief's device joins. No log shows where it grants junk to the paper.
  const papered = new World(
    "paper",
    made.log,
    new Map([["Laptop", { log: made.log, keyring: made.keyring }]]),
    entries,
  );
  const world = papered.join("Thief");
  const thief = world.signer("Thief");

  it("proves from the public log alone that a paper is a backup key, and which epochs it reads (BAK-4)", () => {
    const links = verifyLog(entries, { subject: SUBJECT, now: "unchecked" });
    expect(checkBackupKey(links, text)).toMatchObject({
      member: made.paper.member,
      name: { code: "member", kind: "backup", name: "In the drawer", withId: false },
      corrections: [],
    });
    expect(checkBackupKey(links, text).access?.epoch).toBe(1);
  });

  it("corrects three wrong characters against the log, and says which (BAK-1)", () => {
    const { corrections } = checkBackupKey(made.log, mistyped(5, 17, 33));
    expect(corrections.map(({ position }) => position)).toEqual([6, 18, 34]);
    expectError(() => checkBackupKey(made.log, mistyped(5, 17, 29, 33)), "BACKUP_KEY_INVALID", "BAK-1");
  });

  it("accepts the paper of a key that was removed, and says so (BAK-1, BAK-4)", () => {
    const removed = review(made, { remove: [made.paper.member] }, env);
    const on = rotate(removed, env);
    const { member } = made.paper;
    const shown = { code: "member", member, kind: "backup", name: "In the drawer", shortId: member.slice(0, 8) };
    const facts = { member, name: { ...shown, withId: false, organisation: undefined }, corrections: [] };
    expect(checkBackupKey(made.log, text)).toMatchObject({ ...facts, standing: "active", atMost: [[1, 1]] });
    expect(checkBackupKey(on.log, text)).toEqual({
      ...{ ...facts, standing: "removed", atMost: [[1, 1]], access: undefined },
    });
    expect(checkBackupKey(removed.log, mistyped(5, 17, 33)).standing).toBe("removed");
  });

  it("gives an upper limit of the epochs that it would bring back: only the key knows what it could not open (BAK-4)", () => {
    const junk = papered.append(
      withAttachment(world.last, boxIndex(world.record, made.paper.member, 2), new Uint8Array(1168), [thief]),
    );
    for (const { log } of [world, junk]) expect(checkBackupKey(log, text).atMost).toEqual([[1, 2]]);
    expect(openBackupKey(world.log, world.entries, text).keyring.epochs).toEqual([1, 2]);
    expect(openBackupKey(junk.log, junk.entries, text).keyring.epochs).toEqual([1]);
  });

  it("does not repeat the typed text", () => {
    const error = thrownBy(() => checkBackupKey(made.log, mistyped(5, 17, 29, 33)));
    for (const group of text.split("-").slice(1))
      expect(`${error.message}${JSON.stringify(error.details)}`).not.toContain(group);
  });
});

describe("openBackupKey", () => {
  it("opens everything that the key reached, from the text and the entries (BAK-3)", () => {
    const rotated = rotate(made, env);
    const opened = openBackupKey(rotated.log, [...entries, rotated.entry], mistyped(8, 20));
    expect(opened.keyring.epochs).toEqual([1, 2]);
    expect(opened.corrections).toHaveLength(2);
    expect(opened.withheld).toEqual([]);
  });

  it.each([
    ["once its keyring is wiped", () => openBackupKey(made.log, entries, text).keyring.wipe()],
    ["when an entry is another log's", () => thrownBy(() => openBackupKey(made.log, [other.entry], text))],
  ])("leaves no secret behind %s (section 5)", (_when, call) => {
    const read = vi.spyOn(Secret.prototype, "bytes");
    call();
    const secrets = [...new Set(read.mock.contexts as Secret[])];
    read.mockRestore();
    expect(secrets.length).toBeGreaterThan(1);
    for (const secret of secrets) expectError(() => secret.bytes(), "WIPED", undefined);
  });

  it("reads with the paper of a removed key, and approves nothing with it (BAK-1, MEM-4)", async () => {
    const sealed = await sealContent([made.log], Uint8Array.of(7), { purpose: "test" }, env);
    const removed = review(made, { remove: [made.paper.member] }, env);
    const tablet = joinLog(removed.log, { device: { name: "Tablet" } }, env);
    const all = [...entries, removed.entry, tablet.entry];
    const { keyring, standing, withheld } = openBackupKey(tablet.log, all, text);
    expect([standing, keyring.epochs, withheld]).toEqual(["removed", [1], []]);
    expect(await openContent(sealed, keyring)).toEqual(Uint8Array.of(7));
    const approve = () => review({ log: tablet.log, keyring }, { approve: [tablet.keyring.member] }, env);
    expectError(approve, "NOT_PERMITTED", "MEM-4");
    // Its twin, which is still active, approves.
    const joined = joinLog(made.log, { device: { name: "Tablet" } }, env);
    const paper = openBackupKey(joined.log, [...entries, joined.entry], text);
    expect(paper.standing).toBe("active");
    const session = { log: joined.log, keyring: paper.keyring };
    expect(review(session, { approve: [joined.keyring.member] }, env).log.head.seq).toBe(joined.log.head.seq + 1);
  });

  it("restores a new device after all others are lost", () => {
    let tablet: MemberState = joinLog(made.log, { device: { name: "Tablet" } }, env);
    const joined = (tablet as typeof made).entry;
    const { keyring } = openBackupKey(tablet.log, [...entries, joined], text);
    const approved = review({ log: tablet.log, keyring }, { approve: [tablet.keyring.member] }, env);
    tablet = receive(tablet, approved.entry, { now: "unchecked" });
    expect(tablet.keyring.epochs).toEqual([1, 2]);
    const cleaned = review(tablet, { remove: [laptop.keyring.member] }, env);
    expect([...cleaned.log.active.keys()].sort()).toEqual([tablet.keyring.member, made.paper.member].sort());
  });

  it("names the epochs whose grants were not among the entries", () => {
    const rotated = rotate(made, env);
    const opened = openBackupKey(rotated.log, [rotated.entry], text);
    expect(opened.keyring.epochs).toEqual([2]);
    const bare = openBackupKey(made.log, [], text);
    expect(bare.keyring.epochs).toEqual([]);
  });

  it("extends a backup key when an older device approves it (BAK-3)", () => {
    const phone = joinLog(made.log, { device: { name: "Phone" } }, env);
    const younger = createBackupKey(phone, {}, env);
    const key = younger.paper.reveal(younger.log);
    expect(checkBackupKey(younger.log, key).access?.epoch).toBe(2);
    const seen = [phone.entry, younger.entry].reduce<MemberState>(
      (session, entry) => receive(session, entry, { now: "unchecked" }),
      made,
    );
    const approved = review(seen, { approve: [younger.paper.member] }, env);
    expect(checkBackupKey(approved.log, key).access?.epoch).toBe(1);
  });
});
