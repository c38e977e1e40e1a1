// A proposal is not a state of a log: it shows nothing, gives its state only when it is accepted, and leaves nothing behind when
// it is discarded. docs/spec.md sections 6, 7 (GRT-6) and 9 (BAK-2).

import {
  acceptProvisioning,
  createBackupKey,
  createLog,
  joinLog,
  type LogState,
  leave,
  type MemberState,
  openContent,
  type Proposal,
  prepareDevice,
  provisionDevice,
  receive,
  regrant,
  rekey,
  rename,
  review,
  rotate,
  sealContent,
  setLockdown,
  unsafeSerializeKeyring,
  verifyLog,
} from "keystead";
import { trackContact } from "keystead/contacts";
import { recordRecovery, recoverUser } from "keystead/escrow";
import { expel } from "keystead/server";
import { MaliciousRelay } from "keystead/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BackupPaper } from "../../src/backup/make.js";
import { Secret } from "../../src/bytes/secret.js";
import { enroll, hire, openOrganisation } from "../escrow/support.js";
import { expectError, expectWrongArgument, snapshot, thrownBy } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { ALICE, OPERATOR, openWorld } from "../support/world.js";

const base = openWorld("proposals", { operator: true })
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] });
const laptop = base.session("Laptop");
const device = { name: "Tablet" };
const env = seededEnv("proposals");
const enrolls = (): Proposal<MemberState> => {
  const prepared = prepareDevice(base.log, { device }, env);
  return acceptProvisioning(base.log, provisionDevice(laptop, prepared.request, env), prepared, { now: "unchecked" });
};
const organisation = hire(openOrganisation("proposals"), "Bob", ["recover"]);
const restored = enroll(openWorld("restored"), "Laptop", organisation).join("Phone");

/** One proposal of each verb. */
const verbs: readonly (readonly [string, () => Proposal<MemberState | LogState>])[] = [
  ["createLog", () => createLog({ subject: ALICE, device }, env)],
  ["joinLog", () => joinLog(base.log, { device }, env)],
  ["acceptProvisioning", enrolls],
  ["review", () => review(laptop, { remove: base.ids("Phone") }, env)],
  ["rotate", () => rotate(laptop, env)],
  ["regrant", () => regrant(laptop, [{ member: base.id("Phone"), epochs: [[1, 1]] }], env)],
  ["rekey", () => rekey(laptop, env)],
  ["leave", () => leave(laptop, env)],
  ["rename", () => rename(laptop, { name: "Desktop" }, env)],
  ["setLockdown", () => setLockdown(laptop, { on: true }, env)],
  ["expel", () => expel(base.log, { remove: base.ids("Phone") }, OPERATOR, env)],
  ["createBackupKey", () => createBackupKey(laptop, {}, env)],
  [
    "recover",
    () => {
      const lists = { approveUncompared: restored.ids("Phone"), remove: restored.ids("Laptop") };
      const user = { userLog: restored.log, entries: restored.entries };
      const options = { ...user, ...lists, reason: "lost" };
      const { act, ...bob } = recordRecovery(organisation.session("Bob"), options, env).accept();
      return recoverUser(bob, { ...user, act }, env);
    },
  ],
];
const logOf = (accepted: MemberState | LogState): LogState => ("keyring" in accepted ? accepted.log : accepted);

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(verbs)("a proposal: %s", (verb, propose) => {
  it("shows the entry and the head that it leads to, and neither log nor keyring", () => {
    const proposal = propose();
    // The third holds a symbol, so that a proposal is not cloned without its secrets.
    expect(Object.getOwnPropertyNames(proposal)).toEqual(["entry", "head", "uncloneable"]);
    expect(Object.isFrozen(proposal)).toBe(true);
    for (const shown of [JSON.stringify(proposal), String(proposal), `${proposal}`])
      expect(shown).toContain("Proposal [secret]");
    expect(JSON.stringify({ proposal })).toBe('{"proposal":"Proposal [secret]"}');
    expect(proposal.head).toEqual(logOf(proposal.accept()).head);
  });

  it("gives the same state each time it is accepted, and cannot be discarded after that", () => {
    const proposal = propose();
    const accepted = proposal.accept();
    expect(proposal.accept()).toBe(accepted);
    expectError(() => proposal.discard(), "INVALID_ARGUMENT", undefined);
    expect(proposal.accept()).toBe(accepted);
    if ("keyring" in accepted) expect(accepted.keyring.epochs.length).toBeGreaterThan(0);
  });

  it("becomes unusable when it is discarded, wipes every secret made for it, and changes nothing", () => {
    const before = [base.log, restored.log].map((log) => snapshot(log));
    const made = vi.spyOn(Secret, "take");
    const proposal = propose();
    proposal.discard();
    const left = made.mock.results.map(({ value }) => value as Secret).filter(isUsable);
    // Only a device that is provisioned has keys from before, which it keeps.
    expect(left).toHaveLength(verb === "acceptProvisioning" ? 1 : 0);
    proposal.discard();
    expectError(() => proposal.accept(), "WIPED", undefined);
    expect([base.log, restored.log].map((log) => snapshot(log))).toEqual(before);
    expect(laptop.keyring.exportKey(1, "test")).toHaveLength(32);
    expect(rotate(laptop, env).accept().keyring.epochs).toEqual([1, 2, 3]);
  });
});

describe("discarding", () => {
  it.each<[string, () => Proposal<MemberState>]>([
    ["createLog", () => createLog({ subject: ALICE, device }, env)],
    ["joinLog", () => joinLog(base.log, { device }, env)],
    ["rotate", () => rotate(laptop, env)],
    ["rekey", () => rekey(laptop, env)],
    ["review", () => review(laptop, { remove: base.ids("Phone") }, env)],
  ])("wipes secrets that would have been in use: %s", (_verb, propose) => {
    const made = vi.spyOn(Secret, "take");
    const proposal = propose();
    const kept = () => made.mock.results.map(({ value }) => value as Secret).filter(isUsable);
    const drawn = kept();
    expect(drawn.length).toBeGreaterThan(0);
    proposal.discard();
    expect(drawn.filter(isUsable)).toEqual([]);
  });

  it("wipes the secret of a backup key, and accepting returns it", () => {
    const wiped = vi.spyOn(BackupPaper.prototype, "wipe");
    createBackupKey(laptop, {}, env).discard();
    expect(wiped).toHaveBeenCalledTimes(1);
    const { paper, log } = createBackupKey(laptop, {}, env).accept();
    expect(wiped).toHaveBeenCalledTimes(1);
    expect(paper.reveal(log)).toMatch(/^([0-9A-Z]{4}-){8}[0-9A-Z]{4}$/);
  });

  it("does not wipe a prepared device's keys, so that it can sign another offer", () => {
    const prepared = prepareDevice(base.log, { device }, env);
    const offer = (of: MemberState) => provisionDevice(of, prepared.request, env);
    acceptProvisioning(base.log, offer(laptop), prepared, { now: "unchecked" }).discard();
    const moved = base.rotate("Phone");
    const { log, keyring } = acceptProvisioning(moved.log, offer(moved.session("Laptop")), prepared, {
      now: "unchecked",
    }).accept();
    expect(keyring.epochs).toEqual([1, 2, 3]);
    expect(log.active.has(prepared.keyring.member)).toBe(true);
  });
});

describe("a keyring", () => {
  it("has nothing of a proposal before the proposal is accepted", () => {
    const own = openWorld("own").session("Laptop");
    const stored = () => unsafeSerializeKeyring(own);
    const before = stored();
    const proposal = rekey(own, env);
    expect(stored()).toEqual(before);
    expect(own.keyring.epochs).toEqual([1]);
    expect(proposal.accept().keyring.epochs).toEqual([1, 2]);
  });

  it("that is wiped also wipes the states of its accepted proposals", () => {
    const own = openWorld("wiped with").session("Laptop");
    const { keyring } = rekey(own, env).accept();
    own.keyring.wipe();
    expectError(() => keyring.exportKey(2, "test"), "WIPED", undefined);
  });

  it("that is wiped makes its proposals useless, and accepting one wipes their new secrets", () => {
    for (const propose of [rotate, rekey, (of: MemberState) => createBackupKey(of, {}, env)]) {
      const own = openWorld("wiped before").session("Laptop");
      const made = vi.spyOn(Secret, "take");
      const wiped = vi.spyOn(BackupPaper.prototype, "wipe");
      const proposal: Proposal<MemberState> = propose(own, env);
      own.keyring.wipe();
      expectError(() => proposal.accept(), "WIPED", undefined);
      expect(made.mock.results.map(({ value }) => value as Secret).filter(isUsable)).toEqual([]);
      expect(wiped).toHaveBeenCalledTimes(propose === rotate || propose === rekey ? 0 : 1);
      vi.restoreAllMocks();
    }
  });
});

describe("a lost race", () => {
  const phone = base.session("Phone");

  it("never looks like a fork: the old state receives the winner, and writes again", async () => {
    const lost = rotate(laptop, env);
    const winner = rotate(phone, env);
    const won = winner.accept();
    const caughtUp = receive(laptop, winner.entry, { now: "unchecked" });
    expect(caughtUp.log.head).toEqual(won.log.head);
    expect(
      verifyLog([...base.entries, winner.entry], { subject: ALICE, pinned: laptop.log, now: "unchecked" }).head,
    ).toEqual(winner.head);
    expect(lost.head.seq).toBe(winner.head.seq);
    expect(lost.head.hash).not.toBe(winner.head.hash);
    lost.discard();

    const again = rotate(caughtUp, env);
    const seen = receive(won, again.entry, { now: "unchecked" });
    const { log, keyring } = again.accept();
    expect(log.head).toEqual(seen.log.head);
    const sealed = await sealContent([log], new Uint8Array([1]), { purpose: "test" }, env);
    expect(await openContent(sealed, keyring)).toEqual(new Uint8Array([1]));
    expect(await openContent(sealed, seen.keyring)).toEqual(new Uint8Array([1]));
  });

  it("shows in the server's answer, or in the entry that has the place", () => {
    const relay = new MaliciousRelay();
    for (const entry of base.entries) relay.publish(ALICE, entry);
    const [first, second] = [rotate(laptop, env), rotate(phone, env)];
    expect(relay.publish(ALICE, first.entry)).toBe(true);
    expect(relay.publish(ALICE, second.entry)).toBe(false);
    second.discard();
    const { log } = receive(phone, relay.read(ALICE).at(-1) as Uint8Array, { now: "unchecked" });
    expect([first.head, second.head].map(({ hash }) => hash === log.head.hash)).toEqual([true, false]);
    // Sent again after an answer was lost, it is still accepted.
    expect(relay.publish(ALICE, first.entry)).toBe(true);
    expect(first.accept().log.head).toEqual(log.head);
  });

  it("cannot go unnoticed: a proposal cannot receive, seal, open or be pinned", async () => {
    const proposal = rotate(laptop, env);
    const entry = rotate(phone, env).entry;
    const wrong = proposal as never;
    expectWrongArgument(() => receive(wrong, entry, { now: "unchecked" }), "session");
    expectWrongArgument(() => rotate(wrong, env), "session");
    expectWrongArgument(() => trackContact(wrong), "log");
    expectWrongArgument(() => unsafeSerializeKeyring(wrong), "session");
    expectWrongArgument(() => verifyLog(base.entries, { subject: ALICE, pinned: wrong, now: "unchecked" }), "pinned");
    const options = { purpose: "test" };
    await expect(sealContent([wrong], new Uint8Array(1), options, env)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    const signed = { ...options, signer: wrong };
    await expect(sealContent([base.log], new Uint8Array(1), signed, env)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    const sealed = await sealContent([base.log], new Uint8Array(1), options, env);
    await expect(openContent(sealed, wrong)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

describe("a backup key's paper", () => {
  it("is shown only after its proposal was accepted (BAK-2)", () => {
    const proposal = createBackupKey(laptop, {}, env);
    expect("paper" in proposal).toBe(false);
    const made = proposal.accept();
    expect(proposal.accept().paper).toBe(made.paper);
    expectError(() => made.paper.reveal(laptop.log), "UNKNOWN_MEMBER", "MEM-2");
    expect(made.paper.reveal(made.log)).toMatch(/^([0-9A-Z]{4}-){8}[0-9A-Z]{4}$/);
  });

  it("cannot be read once its proposal was discarded", () => {
    const proposal = createBackupKey(laptop, {}, env);
    proposal.discard();
    expect(thrownBy(() => proposal.accept()).message).toContain("discarded");
  });
});

function isUsable(secret: Secret): boolean {
  try {
    secret.bytes();
    return true;
  } catch {
    return false;
  }
}
