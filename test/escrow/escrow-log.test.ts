// The escrow log: when it is ready, which roles permit which links, and what cannot be undone. docs/spec.md section 11 (ESC-1,
// ESC-2) and section 6 (MEM-3, MEM-5, MEM-8).

import { describe, expect, it } from "vitest";
import { agenda } from "../../src/agenda/agenda.js";
import { performStep } from "../../src/agenda/perform.js";
import type { AuthorStep } from "../../src/agenda/steps.js";
import { prepareDevice, provisionDevice } from "../../src/authoring/enter.js";
import { openKeyring } from "../../src/authoring/receive.js";
import { openBackupKey } from "../../src/backup/open.js";
import { decodeCbor } from "../../src/bytes/cbor.js";
import { encode } from "../../src/bytes/schema.js";
import { KeysteadError } from "../../src/errors.js";
import { actRecords } from "../../src/escrow/act.js";
import { compareFingerprint } from "../../src/fingerprint/compare.js";
import { fingerprintOf, formatFingerprint } from "../../src/fingerprint/fingerprint.js";
import { ownKeys } from "../../src/keys/keyring.js";
import { type Policy, policyFields, type Role } from "../../src/log/fields.js";
import { verifyLog } from "../../src/log/verify.js";
import { escrowActs } from "../../src/trust/acts.js";
import { escrowNeeds } from "../../src/trust/escrow-needs.js";
import { newestPointer } from "../../src/trust/pointer.js";
import { escrowDevicesAndActivity } from "../../src/views/escrow-devices-and-activity.js";
import {
  accepted,
  createBackupKey,
  createEscrowLog,
  disown,
  recordAccess,
  regrant,
  review,
} from "../support/accepted.js";
import { idBytes, mutate, type RawBody, rawNext, setField, takeApart, withAttachment } from "../support/raw-link.js";
import { expectError, expectRefused, expectTwins } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { spokenView } from "../support/spoken.js";
import { OPERATOR, openWorld, type World } from "../support/world.js";
import {
  announce,
  dismiss,
  doAct,
  grantedJunk,
  hire,
  ORGANISATION,
  openEscrow,
  openOrganisation,
  openUser,
  owes,
  paper,
  policyBy,
  stepsOf,
  write,
} from "./support.js";

const opened = openEscrow("escrow log", { operator: true });
const ready = openOrganisation("escrow log", { operator: true });
const ann = ready.signer("Ann");
const staffed = hire(hire(ready, "Bob", ["recover"]), "Eve", ["manage"]);

describe("readiness", () => {
  it("needs an active device and an active backup key that reach epoch 1, and an enabled policy (ESC-1)", () => {
    expect(escrowNeeds(opened.log)).toEqual(["backup-key", "enabled"]);
    expect(escrowNeeds(paper(opened, ["manage"]).log)).toEqual(["enabled"]);
    // A paper without manage could let no new device in, and nobody would notice before the disaster (case 16).
    for (const roles of [[], ["recover"], ["discover", "recover"]] as const)
      expect(escrowNeeds(paper(opened, roles).log)).toEqual(["backup-key", "enabled"]);
    expect(escrowNeeds(ready.log)).toEqual([]);
    const [backup] = [...ready.log.active.values()].filter(({ kind }) => kind === "backup");
    const id = backup?.id as NonNullable<typeof backup>["id"];
    const without = ready.act("Ann", "removes the paper", (session, env) => review(session, { remove: [id] }, env));
    expect(escrowNeeds(without.log)).toEqual(["backup-key"]);
    // A paper made by a member that starts later would not do, but in lockdown there is no such member: Ann's next paper reaches
    // epoch 1.
    expect(escrowNeeds(paper(without).log)).toEqual(["backup-key"]);
    expect(escrowNeeds(paper(without, ["manage"]).log)).toEqual([]);
    // A device without manage does not do either.
    const made = createBackupKey(opened.session("Ann"), { roles: ["manage"] }, opened.env("paper"));
    const staffed = hire(opened.append(made.entry), "Bob", ["recover"]);
    const { keyring } = openBackupKey(staffed.log, staffed.entries, made.paper.reveal(staffed.log));
    const used = staffed.with("Paper", keyring);
    expect(escrowNeeds(used.log)).toEqual(["enabled"]);
    const left = used.act("Paper", "removes Ann", (session, env) => review(session, { remove: used.ids("Ann") }, env));
    expect(escrowNeeds(left.log)).toEqual(["device", "enabled"]);
  });

  it("refuses to enable escrow or to point at it before it is ready (ESC-1)", () => {
    const error = expectError(() => policyBy(opened, "Ann", { enabled: true }), "NOT_PERMITTED", "ESC-1");
    expect(error.details).toEqual({ lacking: ["backup-key"] });
    expectError(() => policyBy(paper(opened), "Ann", { enabled: true }), "NOT_PERMITTED", "ESC-1");
    expect(policyBy(paper(opened, ["manage"]), "Ann", { enabled: true }).log.policy?.enabled).toBe(true);
    expectError(() => newestPointer(opened.log), "NOT_PERMITTED", "ESC-1");
    expectError(() => newestPointer(paper(opened, ["manage"]).log), "NOT_PERMITTED", "ESC-1");
    expect(newestPointer(ready.log)).toMatchObject({ ...ready.log.head, epoch: 1 });
    expectError(() => newestPointer(openWorld("a user").log), "INVALID_ARGUMENT", undefined);
  });
});

describe("the policy", () => {
  const off = policyBy(ready, "Ann", { enabled: false }, OPERATOR);

  it("is by default disabled, allows backup keys and names no contacts (ESC-1)", () => {
    const made = createEscrowLog({ subject: ORGANISATION, device: { name: "Ann" } }, seededEnv("plain"));
    const plain = { enabled: false, allowUserBackupKeys: true, escrowContacts: [], userContacts: [] };
    expect(made.log.policy).toEqual(plain);
    expect(opened.log.policy).toEqual({ ...plain, escrowContacts: ["Ann, room 1"], userContacts: ["help desk"] });
  });

  it("keeps the fields that a change leaves undefined", () => {
    const change = { enabled: undefined as never, userContacts: ["desk 2"] };
    const changed = policyBy(ready, "Ann", change);
    expect(changed.log.policy).toEqual({ ...ready.log.policy, userContacts: ["desk 2"] });
  });

  it("refuses invalid contacts, and names them", () => {
    const error = expectError(
      () => policyBy(ready, "Ann", { userContacts: ["x", 7 as never] }),
      "INVALID_ARGUMENT",
      undefined,
    );
    expect(error.details).toEqual({ name: "policy.userContacts[1]" });
    expect(error.cause).toBeInstanceOf(KeysteadError);
  });

  it("changes only the given fields, and not the state's keyring", () => {
    const changed = policyBy(ready, "Ann", { userContacts: ["desk 2"] });
    expect(changed.log.policy).toEqual({ ...ready.log.policy, userContacts: ["desk 2"] });
    expect(changed.record).toMatchObject({ type: "policy", policy: changed.log.policy, epoch: undefined });
    expect(ready.log.policy?.userContacts).toEqual(["help desk"]);
  });

  it("refuses to be disabled without the operator's signature (ESC-2, LOG-4)", () => {
    // The type requires two signatures, so the missing one breaks LOG-4.
    const alone = mutate(off.last, { signatures: ([first]) => (first ? [first] : []) });
    expectTwins(ready.log, alone, off.last, "INVALID_SIGNATURE", "LOG-4");
    const forged = mutate(off.last, { signers: [ann, staffed.signer("Bob")] });
    expectTwins(ready.log, forged, off.last, "INVALID_SIGNATURE", "LOG-4");
    expectError(() => policyBy(ready, "Ann", { enabled: false }), "NOT_PERMITTED", "ESC-2");
  });

  it("cannot be disabled in a log that names no operator (ESC-2)", () => {
    const orphan = openOrganisation("no operator");
    expectError(() => policyBy(orphan, "Ann", { enabled: false }, OPERATOR), "NOT_PERMITTED", "ESC-2");
    const policy = { ...orphan.log.policy, enabled: false } as Parameters<typeof policyBy>[2];
    const body = { type: "policy", author: orphan.signer("Ann").signingKey, policy: asCbor(policy) };
    expectRefused(orphan.log, rawNext(orphan.log, body, [orphan.signer("Ann")]), "INVALID_LINK", "ESC-2");
  });

  it("needs nobody else's signature to be enabled again, or changed while it is disabled (ESC-2, LOG-4)", () => {
    expect(policyBy(off, "Ann", { allowUserBackupKeys: false }).log.policy?.enabled).toBe(false);
    expect(policyBy(off, "Ann", { enabled: true }).log.policy?.enabled).toBe(true);
    const extra = mutate(policyBy(off, "Ann", { enabled: true }).last, { signers: [ann, OPERATOR] });
    expectRefused(off.log, extra, "INVALID_SIGNATURE", "LOG-4");
  });

  it("may be set by an admin that was granted junk, without declaring it (MEM-9)", () => {
    const set = policyBy(grantedJunk(staffed, "Ann", "Eve"), "Ann", { userContacts: [] });
    expect(set.record).toMatchObject({ type: "policy", missing: [] });
    expect(set.rotate("Ann").record.missing).toEqual([[2, 2]]);
  });

  it("refuses the policy that is in force (MEM-2)", () => {
    expectError(() => policyBy(ready, "Ann", { enabled: true }), "NOT_PERMITTED", "MEM-2");
  });

  it("refuses a policy by an admin without manage, and in a user's log (MEM-8)", () => {
    expectError(() => policyBy(staffed, "Bob", { userContacts: [] }), "NOT_PERMITTED", "MEM-8");
    expect(policyBy(staffed, "Eve", { userContacts: [] }).log.policy?.userContacts).toEqual([]);
    const user = openWorld("policy of a user");
    for (const enabled of [true, false]) {
      const policy = asCbor({ ...(ready.log.policy as Policy), enabled });
      const body = { type: "policy", author: user.signer("Laptop").signingKey, policy };
      expectRefused(user.log, rawNext(user.log, body, [user.signer("Laptop")]), "INVALID_LINK", "MEM-8");
    }
  });
});

describe("roles", () => {
  it("are given in the link that first confirms a member, and in no other (MEM-8)", () => {
    const joined = ready.join("Bob");
    const given = hire(ready, "Bob", ["discover", "recover"]);
    expect(given.member("Bob").roles).toEqual(["discover", "recover"]);
    expect(joined.member("Bob").roles).toEqual([]);
    const withheld = mutate(given.last, { body: (body) => body.delete("roles"), signers: [ann] });
    expectTwins(joined.log, withheld, given.last, "INVALID_LINK", "MEM-8");
    const unsorted = mutate(given.last, {
      body: (body) => body.set("roles", [[idBytes(given.id("Bob")), ["recover", "discover"]]]),
      signers: [ann],
    });
    expectRefused(joined.log, unsorted, "INVALID_LINK", "MEM-8");
    const twice = mutate(given.last, {
      body: (body) => body.set("roles", [[idBytes(given.id("Bob")), ["recover", "recover"]]]),
      signers: [ann],
    });
    expectRefused(joined.log, twice, "INVALID_LINK", "MEM-8");
    expectError(
      () =>
        given.act("Ann", "promotes Bob", (session, env) =>
          review(session, { approve: given.ids("Bob"), roles: { [given.id("Bob")]: ["manage"] } }, env),
        ),
      "INVALID_ARGUMENT",
      "MEM-8",
    );
  });

  it("do not change when a member is approved again (MEM-8)", () => {
    const bob = hire(ready, "Bob", ["recover"]);
    const lacking = bob.append(
      mutate(bob.rekey("Bob").last, {
        body: (body) => body.set("missing", [[1, 1]]) && body.delete("grants"),
        attachments: () => [],
        signers: [bob.signer("Bob"), bob.rekey("Bob").signer("Bob")],
      }),
    );
    expect(lacking.member("Bob").held).toEqual([]);
    const again = lacking.review("Ann", { approve: ["Bob"] });
    expect(again.member("Bob")).toMatchObject({ held: [[1, 1]], roles: ["recover"] });
    const promoting = mutate(again.last, {
      body: setField("roles", [[idBytes(bob.id("Bob")), ["manage"]]]),
      signers: [ann],
    });
    expectTwins(lacking.log, promoting, again.last, "INVALID_LINK", "MEM-8");
  });

  it("are none by default, and cannot be given to a member that the review does not approve (MEM-8)", () => {
    const joined = ready.join("Bob").join("Zoe");
    expect(joined.review("Ann", { approve: ["Bob"] }).member("Bob").roles).toEqual([]);
    const roles = { [joined.id("Zoe")]: ["recover"] as const };
    const lets = (approve: readonly string[]) =>
      review(joined.session("Ann"), { approve: joined.ids(...approve), roles }, joined.env("Ann"));
    expectError(() => lets(["Bob"]), "INVALID_ARGUMENT", "MEM-8");
    expect(lets(["Bob", "Zoe"]).log.active.get(joined.id("Zoe"))?.roles).toEqual(["recover"]);
  });

  it("are a list of known roles, in an escrow log only (MEM-8)", () => {
    const env = ready.env("enrolling");
    const enrolls = (world: World, by: string, roles: unknown) =>
      provisionDevice(world.session(by), prepareDevice(world.log, { device: { name: "x" } }, env).request, env, {
        roles: roles as readonly Role[],
      });
    for (const wrong of ["recover", ["recover", "rule"], { length: 0 }])
      expectError(() => enrolls(ready, "Ann", wrong), "INVALID_ARGUMENT", "MEM-8");
    const offer = enrolls(ready, "Ann", ["recover", "discover", "recover"]);
    expect(takeApart(offer).body.get("roles")).toEqual(["discover", "recover"]);
    const user = openWorld("a user");
    expectError(() => enrolls(user, "Laptop", []), "INVALID_ARGUMENT", "MEM-8");
    expect(takeApart(enrolls(user, "Laptop", undefined)).body.has("roles")).toBe(false);
  });

  it("are named by every enroll in an escrow log, and by none in a user's (MEM-8)", () => {
    const enrolled = ready.enroll("Ann", "Tablet");
    const signers = [ann, enrolled.signer("Tablet")];
    const silent = mutate(enrolled.last, { body: (body) => body.delete("roles"), signers });
    expectTwins(ready.log, silent, enrolled.last, "INVALID_LINK", "MEM-8");
    const naming = (...roles: Role[]) => mutate(enrolled.last, { body: setField("roles", roles), signers });
    for (const wrong of [naming("recover", "discover"), naming("recover", "recover")])
      expectTwins(ready.log, wrong, naming("discover", "recover"), "INVALID_LINK", "MEM-8");
    const user = openWorld("roles of a user");
    expectError(
      () => user.act("Laptop", "enrolls", write("enroll", { escrow: newestPointer(ready.log), roles: ["recover"] })),
      "NOT_PERMITTED",
      "MEM-8",
    );
    expect(user.act("Laptop", "enrolls", write("enroll", { escrow: newestPointer(ready.log) })).log.head.seq).toBe(2);
  });

  it("let only manage approve, enroll, remove, regrant and make epochs; rekey makes no epoch without manage (MEM-8)", () => {
    const joined = staffed.join("Zoe");
    const [id] = joined.ids("Zoe");
    const roles = { [id as string]: [] };
    const lets = (by: string) =>
      joined.act(by, "lets Zoe in", (session, env) => review(session, { approve: joined.ids("Zoe"), roles }, env));
    expectError(() => lets("Bob"), "NOT_PERMITTED", "MEM-8");
    expect(lets("Eve").member("Zoe").held).toEqual([[1, 1]]);
    expectError(() => joined.review("Bob", { remove: ["Zoe"] }), "NOT_PERMITTED", "MEM-8");
    expectError(() => paper(staffed, [], "Bob"), "NOT_PERMITTED", "MEM-8");
    expectError(() => regrantBy("Bob"), "NOT_PERMITTED", "MEM-8");
    expect(regrantBy("Eve").record.type).toBe("regrant");
    // A junk epoch by an admin without a role would cut all users off from escrow (case 17).
    expectError(() => staffed.rotate("Bob"), "NOT_PERMITTED", "MEM-8");
    const rekeyed = staffed.rekey("Bob");
    expect(rekeyed.record.epoch).toBeUndefined();
    expect(rekeyed.log.rotationDue).toBe(true);
    expect(rekeyed.rotate("Eve").log).toMatchObject({ rotationDue: false });
    expect(staffed.rotate("Eve").rekey("Eve").log.epochs.length).toBe(3);
  });

  function regrantBy(by: string) {
    const [runs, id] = [[[1, 1]] as const, staffed.id("Ann")];
    return staffed.act(by, "re-grants", (session, env) => regrant(session, [{ member: id, epochs: runs }], env));
  }
});

describe("the last admin with manage", () => {
  const backup = [...ready.log.active.values()].find(({ kind }) => kind === "backup")?.id as never;
  const alone = hire(
    ready.act("Ann", "removes the paper", (session, env) => review(session, { remove: [backup] }, env)),
    "Bob",
    ["discover", "recover"],
  );

  it("cannot leave (MEM-3)", () => {
    expectError(() => alone.leave("Ann"), "NOT_PERMITTED", "MEM-3");
    const body = { type: "leave", author: alone.signer("Ann").signingKey };
    expectRefused(alone.log, rawNext(alone.log, body, [alone.signer("Ann")]), "INVALID_LINK", "MEM-3");
    const two = hire(alone, "Eve", ["manage"]);
    expect(two.leave("Ann").log.active.size).toBe(2);
    expectError(() => two.leave("Ann").leave("Eve"), "NOT_PERMITTED", "MEM-3");
  });

  it("may be a backup key (MEM-3)", () => {
    expect(hire(ready, "Bob", []).leave("Ann").log.active.size).toBe(2);
  });
});

describe("lockdown", () => {
  it("is on from the first link and cannot be switched (MEM-5)", () => {
    expect(opened.log).toMatchObject({ kind: "escrow", lockdown: true, subject: ORGANISATION });
    expectError(() => ready.lockdown("Ann", false), "NOT_PERMITTED", "MEM-5");
    expectError(() => ready.lockdown("Ann", true), "NOT_PERMITTED", "MEM-5");
    expect(openWorld("locked").lockdown("Laptop", true).log.lockdown).toBe(true);
    // A device that joins holds nothing, and the operator can expel no confirmed member.
    const joined = ready.join("Zoe");
    expect(joined.session("Zoe").keyring.epochs).toEqual([]);
    expectError(() => joined.expel("Ann"), "NOT_PERMITTED", "MEM-5");
    expect(joined.expel("Zoe").log.active.size).toBe(2);
  });
});

describe("escrow epochs", () => {
  const annOf = opened.signer("Ann");

  it("have a signing key, and users' epochs have none (ENC-2)", () => {
    const [genesis] = opened.entries as readonly [Uint8Array];
    const silent = mutate(genesis, { body: (body) => (body.get("epoch") as RawBody).delete("sign"), signers: [annOf] });
    expectError(() => verifyLog([silent], { subject: ORGANISATION, now: "unchecked" }), "INVALID_LINK", "ENC-2");
    const rotated = ready.rotate("Ann");
    const later = mutate(rotated.last, {
      body: (body) => (body.get("epoch") as RawBody).delete("sign"),
      signers: [ann],
    });
    expectTwins(ready.log, later, rotated.last, "INVALID_LINK", "ENC-2");
    const user = openWorld("epochs of a user");
    const turned = user.rotate("Laptop");
    const key = ready.log.epochs.last()?.signingKey as Uint8Array;
    const signing = mutate(turned.last, { body: setField("epoch.sign", key), signers: [user.signer("Laptop")] });
    expectTwins(user.log, signing, turned.last, "INVALID_LINK", "ENC-2");
  });

  it("introduce their signing key: it must never have appeared before (LOG-5)", () => {
    const rotated = ready.rotate("Ann");
    for (const key of [ann.signingKey, OPERATOR.signingKey, ready.log.epochs.at(0)?.signingKey as Uint8Array]) {
      const attack = mutate(rotated.last, { body: setField("epoch.sign", key), signers: [ann] });
      expectTwins(ready.log, attack, rotated.last, "INVALID_LINK", "LOG-5");
    }
  });

  it("refuse a first link whose policy and kind do not fit (MEM-8)", () => {
    const [genesis] = opened.entries as readonly [Uint8Array];
    const without = mutate(genesis, { body: (body) => body.delete("policy"), signers: [annOf] });
    expectError(() => verifyLog([without], { subject: ORGANISATION, now: "unchecked" }), "INVALID_LINK", "MEM-8");
    expect(verifyLog([genesis], { subject: ORGANISATION, now: "unchecked" }).policy?.enabled).toBe(false);
  });
});

describe("escrowDevicesAndActivity", () => {
  const pending = dismiss(staffed, "Bob").join("Zoe");
  const view = spokenView(escrowDevicesAndActivity(pending.log, { me: pending.id("Ann"), now: pending.log.time }));

  it("shows roles, policy, needs and contacts", () => {
    const rows = view.members.map(({ name, kind, status, roles }) => ({ name, kind, status, roles }));
    expect(rows).toEqual([
      { name: "Ann", kind: "device", status: "this-device", roles: ["manage"] },
      { name: "Backup key", kind: "backup", status: "approved", roles: ["manage"] },
      { name: "Eve", kind: "device", status: "approved", roles: ["manage"] },
      { name: "Zoe", kind: "device", status: "pending", roles: [] },
      { name: "Bob", kind: "device", status: "removed", roles: ["recover"] },
    ]);
    expect(view).toMatchObject({ policy: pending.log.policy, needs: [], contacts: ["Ann, room 1"] });
    expect(view.me).toMatchObject({ name: "Ann", roles: ["manage"] });
    expect(view.pending.map(({ name }) => name)).toEqual(["Zoe"]);
    expect(escrowDevicesAndActivity(opened.log, { me: opened.id("Ann"), now: 0 }).needs).toEqual([
      "backup-key",
      "enabled",
    ]);
  });

  it("refuses a user's log", () => {
    const user = openWorld("view of a user");
    expectError(
      () => escrowDevicesAndActivity(user.log, { me: user.id("Laptop"), now: 0 }),
      "INVALID_ARGUMENT",
      undefined,
    );
  });
});

describe("the fingerprint of an escrow log (section 10)", () => {
  const user = openUser("fingerprint", ready).join("Phone");
  const published = String(fingerprintOf(ready.log));
  const qr = formatFingerprint(fingerprintOf(ready.log), "qr");

  it("stays as published until the admins' devices change: daily records do not change it", () => {
    const acted = announce(ready, "Ann", user, { approve: ["Phone"] });
    const access = { userLog: user.log, epochs: [[1, 1]] as const, reason: "order" };
    const recorded = acted.escrow.act("Ann", "records", (session, env) => recordAccess(session, access, env));
    const seqs = [acted.act.recordedAt];
    const disowned = recorded.act("Ann", "disowns", (session, env) => disown(session, seqs, env)).rename("Ann", "Anne");
    for (const { log } of [acted.escrow, recorded, disowned]) {
      expect(String(fingerprintOf(log))).toBe(published);
      expect(fingerprintOf(log).head).toEqual(ready.log.head);
      for (const given of [published, qr]) expect(compareFingerprint(log, given).status).toBe("match");
      // A fingerprint of the head itself matches too, and one of an earlier head is older.
      expect(compareFingerprint(log, String(fingerprintOf(log.head))).status).toBe("match");
      const before = ready.log.links.at(ready.log.head.seq - 2) ?? expect.unreachable();
      const older = fingerprintOf({ log: log.head.log, seq: before.seq, hash: before.hash });
      expect(compareFingerprint(log, String(older)).status).toBe("older");
    }
    const view = escrowDevicesAndActivity(disowned.log, { me: disowned.id("Ann"), now: disowned.log.time });
    expect(view.logFingerprint).toBe(published);
    expect(view.fingerprint).toBe(String(fingerprintOf(disowned.log, disowned.id("Ann"))));
    // The twin: a link that changes devices, epoch or policy changes it.
    for (const { log } of [disowned.join("Zoe"), disowned.rotate("Ann"), dismiss(staffed, "Bob")]) {
      expect(String(fingerprintOf(log))).not.toBe(published);
      expect(compareFingerprint(log, published).status).toBe("older");
    }
  });

  it("of a user's log changes with every link", () => {
    const renamed = user.rename("Phone", "Mobile");
    expect(compareFingerprint(renamed.log, String(fingerprintOf(user.log))).status).toBe("older");
  });
});

describe("the agenda of an admin", () => {
  const user = openUser("admins' agenda", staffed).join("Phone");
  const announced = announce(staffed, "Bob", user, { approve: ["Phone"] });
  const { act } = announced;
  const without = dismiss(announced.escrow, "Bob");
  const readBy = (world: World, name = "Ann") => actRecords(world.session(name), world.entries);
  const logs = (world: World) => new Map([[world.log.head.log, world.log]]);
  const disowning = (...acts: number[]) => ({ do: "author", link: "disown", acts });

  it("rotates when that is due, and only with manage (MEM-7, MEM-8)", () => {
    const left = staffed.leave("Bob");
    expect(owes(left, "Ann", undefined)).toEqual(["author rotate rotation-due"]);
    expect(owes(left, "Eve", undefined)).toEqual(["author rotate rotation-due"]);
    expect(stepsOf(left, "Ann", undefined)).toMatchObject([{ link: "rotate", withholdFromEscrow: false }]);
    expect(owes(hire(staffed, "Dan", ["recover", "discover"]).leave("Bob"), "Dan", undefined)).toEqual([]);
    const done = left.act("Ann", "rotates", (session, env) => {
      const [step] = agenda(session, { now: "unchecked", escrowLog: undefined });
      return accepted(performStep(session, step as AuthorStep, { now: "unchecked", escrowLog: undefined }, env));
    });
    expect(owes(done, "Ann", undefined)).toEqual([]);
  });

  it("regrants epochs that an admin could not open, and fetches bytes that were not delivered (MEM-9)", () => {
    const junk = grantedJunk(staffed, "Ann", "Eve");
    expect(owes(junk, "Ann", undefined)).toEqual(["author rotate current-epoch-unopened"]);
    const rotated = junk.rotate("Ann");
    expect(stepsOf(rotated, "Eve", undefined)).toMatchObject([
      { link: "regrant", give: [{ member: rotated.id("Ann"), epochs: [[2, 2]] }] },
    ]);
    const { keyring } = openKeyring(
      ready.log,
      ready.entries.slice(1),
      ownKeys(ready.session("Ann").keyring).copySeed().bytes(),
    );
    expect(agenda({ log: ready.log, keyring }, { now: "unchecked", escrowLog: undefined })).toMatchObject([
      { do: "fetch", what: "attachments", epochs: [[1, 1]] },
    ]);
  });

  it("disowns acts that a removed admin announced and did not do, once the user's log was checked (ESC-8)", () => {
    expect(stepsOf(announced.escrow, "Ann", undefined)).toEqual([]);
    const fetch = { do: "fetch", what: "user-log", log: user.log.head.log, subject: user.log.subject };
    const acts = readBy(without);
    expect(stepsOf(without, "Ann", undefined, { acts })).toEqual([fetch]);
    const others = without.ids("Eve");
    const known = { acts, userLogs: logs(user) };
    const steps = stepsOf(without, "Ann", undefined, known);
    expect(steps).toMatchObject([disowning(act.recordedAt)]);
    expect((steps[0] as { others: unknown }).others).toEqual(expect.arrayContaining([...others]));
    const done = without.act("Ann", "disowns", (session, env) =>
      accepted(performStep(session, steps[0] as AuthorStep, { now: "unchecked", escrowLog: undefined }, env)),
    );
    expect(stepsOf(done, "Ann", undefined, { ...known, acts: readBy(done) })).toEqual([]);
    // A review that is published after that is believed by no device.
    const late = doAct(user, announced.escrow, "Bob", act);
    expect(escrowActs(late.log, done.log)).toMatchObject([{ believed: false, because: "disowned" }]);
    expect(escrowActs(late.log, without.log)).toMatchObject([{ believed: true }]);
  });

  it("does not disown acts that were done, or that present admins announced (ESC-8; case 7)", () => {
    const done = doAct(user, announced.escrow, "Bob", act);
    expect(stepsOf(without, "Ann", undefined, { acts: readBy(without), userLogs: logs(done) })).toEqual([]);
    // An admin without manage owes nothing, and no admin owes anything while Bob is there.
    const dan = hire(announced.escrow, "Dan", ["recover"]);
    expect(stepsOf(dismiss(dan, "Bob"), "Dan", undefined, { acts: readBy(dan), userLogs: logs(user) })).toEqual([]);
    expect(stepsOf(dan, "Ann", undefined, { acts: readBy(dan), userLogs: logs(user) })).toEqual([]);
  });

  it("disowns after leave and rekey too, and if another link took the position (ESC-8, MEM-5)", () => {
    const moved = user.rename("Phone", "Mobile");
    for (const later of [announced.escrow.leave("Bob"), announced.escrow.rekey("Bob")]) {
      for (const world of [user, moved]) {
        const known = { acts: readBy(later), userLogs: logs(world) };
        expect(stepsOf(later, "Eve", undefined, known)).toMatchObject([
          { link: "rotate", because: ["rotation-due"] },
          disowning(act.recordedAt),
        ]);
      }
    }
  });

  it("asks whether to disown acts unread whose opening is not delivered, and disowns junk (ESC-8)", () => {
    const acts = [act.recordedAt];
    const undelivered = actRecords(without.session("Ann"), []);
    const asks = [
      { do: "fetch", what: "openings", acts },
      { do: "ask", question: "disown", code: "question-disown", acts },
    ];
    expect(stepsOf(without, "Ann", undefined)).toEqual(asks);
    expect(stepsOf(without, "Ann", undefined, { acts: undelivered })).toEqual(asks);
    const answered = { acts: undelivered, disownUnread: acts };
    expect(stepsOf(without, "Ann", undefined, answered)).toMatchObject([disowning(...acts)]);
    const noise = withAttachment(announced.escrow.last, 0, new Uint8Array(1300), [staffed.signer("Bob")]);
    const junk = dismiss(staffed.append(noise), "Bob");
    expect(stepsOf(junk, "Ann", undefined, { acts: readBy(junk) })).toMatchObject([disowning(...acts)]);
  });

  it("asks the same about an opening that it cannot read without a seed (ESC-8)", () => {
    // Ann's keyring from before: it lacks the epoch that the act was sealed to.
    const rotated = staffed.rotate("Ann");
    const later = announce(rotated, "Bob", user, { approve: ["Phone"] }).escrow;
    const poor = dismiss(later, "Bob").with("Eve", staffed.session("Eve").keyring);
    const acts = actRecords({ log: poor.log, keyring: poor.session("Eve").keyring }, poor.entries);
    const seq = later.log.head.seq;
    expect(acts.at(-1)).toMatchObject({ seq, delivered: true, junk: false, act: undefined });
    const readable = poor.with("Eve", dismiss(later, "Bob").session("Eve").keyring);
    const known = { acts: actRecords(readable.session("Eve"), readable.entries), userLogs: logs(user) };
    expect(stepsOf(readable, "Eve", undefined, known)).toMatchObject([disowning(seq)]);
    const blind = readable.session("Eve");
    const unread = agenda(blind, { now: "unchecked", escrowLog: undefined, acts, userLogs: logs(user) });
    expect(unread).toEqual([
      { do: "fetch", what: "openings", acts: [seq] },
      { do: "ask", question: "disown", code: "question-disown", acts: [seq] },
    ]);
  });

  it("refuses invalid knowledge", () => {
    for (const known of [{ acts: 7 }, { acts: [null] }, { userLogs: [] }, { userLogs: new Map([["x", user.log]]) }]) {
      expectError(() => stepsOf(without, "Ann", undefined, known as never), "INVALID_ARGUMENT", undefined);
    }
    expectError(() => stepsOf(without, "Ann", undefined, { disownUnread: 7 as never }), "INVALID_ARGUMENT", undefined);
  });
});

/** A policy in the form of a body. */
function asCbor(policy: unknown) {
  return decodeCbor(encode(policyFields, policy as never, "policy"), { name: "policy", maxBytes: 4096 });
}
