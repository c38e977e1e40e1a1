// Pointers in users' logs: how the escrow member is enrolled, renewed, removed and enrolled again, and what its keys cannot do.
// docs/spec.md section 11 (ESC-3, ESC-4, ESC-7) and section 6 (LOG-5, MEM-2 to MEM-4).

import { describe, expect, it } from "vitest";
import type { Bytes } from "../../src/bytes/bytes.js";
import type { CborValue } from "../../src/bytes/cbor.js";
import { toHex } from "../../src/bytes/text.js";
import { renewEscrow } from "../../src/escrow/enroll.js";
import { memberIdOf } from "../../src/keys/member-keys.js";
import { encodeNameOpening } from "../../src/log/entry.js";
import { appendEntry } from "../../src/log/verify.js";
import { judgePointer, newestPointer } from "../../src/trust/pointer.js";
import { enrollEscrow } from "../support/accepted.js";
import {
  idBytes,
  mutate,
  type RawBody,
  type RawSigner,
  rawNext,
  setField,
  takeApart,
  withAttachment,
} from "../support/raw-link.js";
import { expectError, expectRefused, expectTwins } from "../support/refusal.js";
import { keysNamed, OPERATOR, openWorld, pointerKeys, type World } from "../support/world.js";
import {
  dismiss,
  enroll,
  epochSigner,
  escrowOf,
  expectSameClasses,
  hire,
  openOrganisation,
  recoverBy,
  renew,
  reviewEscrow,
  write,
} from "./support.js";

const escrow = hire(openOrganisation("pointers"), "Bob", ["recover"]);
const later = dismiss(escrow, "Bob");
const plain = openWorld("pointers", { operator: true }).rotate("Laptop");
const user = enroll(plain, "Laptop", escrow);
const laptop = plain.signer("Laptop");

/** Digests that a link may commit to although their attachments are never delivered. */
const DIGEST = new Uint8Array(32);

/** An honest enroll or renewal with its pointer changed. */
const withPointer = (entry: Uint8Array, change: (pointer: RawBody) => unknown): Uint8Array =>
  mutate(entry, { body: (body) => change(body.get("escrow") as RawBody), signers: [laptop] });

describe("enrolling escrow", () => {
  it("makes a member whose keys are the escrow epoch's, with all epochs that the device holds (ESC-3)", () => {
    const member = escrowOf(user);
    const { kemKey, signingKey } = escrow.log.epochs.at(0) ?? expect.unreachable();
    expect(member).toMatchObject({
      kind: "escrow",
      kemKey,
      signingKey,
      pointer: newestPointer(escrow.log),
      held: [[1, 2]],
    });
    expect(user.record).toMatchObject({ type: "enroll", epoch: undefined, entered: member.id, pointed: member.id });
    expect(user.log.epochs.length).toBe(plain.log.epochs.length);
    expectSameClasses(user);
  });

  it("refuses a confirmed head that names another log, even with the position and hash of this one (ESC-4)", () => {
    const confirmed = { ...escrow.log.head, log: user.log.head.log };
    const act = () => enrollEscrow(plain.session("Laptop"), escrow.log, confirmed, plain.env("enrolls"));
    expectError(act, "ESCROW_UNKNOWN", "ESC-4");
  });

  it("gives it no name, even if an attachment of a grant is the opening of a name (LOG-4)", () => {
    const opening = encodeNameOpening({ salt: new Uint8Array(16), name: "Laptop" });
    const named = appendEntry(plain.log, withAttachment(user.last, 0, opening, [laptop]), { now: "unchecked" });
    expect(escrowOf({ log: named })).toMatchObject({ id: escrowOf(user).id, name: undefined });
  });

  it("refuses a second one (MEM-3)", () => {
    expectError(() => enroll(user, "Laptop", escrow), "NOT_PERMITTED", "MEM-3");
    const gone = reviewEscrow(user, "Laptop", "remove");
    const again = enroll(gone, "Laptop", escrow);
    expect(escrowOf(again).held).toEqual([[1, 3]]);
    const replay = {
      type: "enroll",
      author: laptop.signingKey,
      escrow: pointerValue(user),
      grants: grantsOfLast(user),
    };
    expectRefused(user.log, rawNext(user.log, replay, [laptop]), "INVALID_LINK", "MEM-3");
  });

  it("refuses one that adds both a member and escrow, or neither (ENC-2)", () => {
    const device = plain.enroll("Laptop", "Tablet");
    const pointer = pointerValue(user);
    const both = mutate(device.last, { body: setField("escrow", pointer), signers: [laptop, device.signer("Tablet")] });
    expectTwins(plain.log, both, device.last, "INVALID_LINK", "ENC-2");
    const neither = mutate(user.last, { body: (body) => body.delete("escrow"), signers: [laptop] });
    expectTwins(plain.log, neither, user.last, "INVALID_LINK", "ENC-2");
  });

  it("is refused in an escrow log (MEM-3)", () => {
    const act = write("enroll", { escrow: newestPointer(escrow.log), roles: [] });
    expectError(() => escrow.act("Ann", "enrolls escrow", act), "NOT_PERMITTED", "MEM-3");
  });

  it("is refused to a device that does not hold the current epoch (LOG-4)", () => {
    const locked = plain.lockdown("Laptop", true).join("Phone");
    expectError(() => enroll(locked, "Phone", escrow), "NOT_PERMITTED", "LOG-4");
    expect(escrowOf(enroll(locked, "Laptop", escrow)).kind).toBe("escrow");
  });

  it("refuses a pointer without a part of it, or with more (ENC-2)", () => {
    for (const field of ["log", "seq", "hash", "epoch", "sign", "kem"]) {
      const attack = withPointer(user.last, (pointer) => pointer.delete(field));
      const { message } = expectTwins(plain.log, attack, user.last, "INVALID_ENCODING", "ENC-2");
      expect(message).toContain(`link.body.escrow.${field}`);
    }
    const more = withPointer(user.last, (pointer) => pointer.set("name", "x"));
    expectRefused(plain.log, more, "INVALID_ENCODING", "ENC-2");
    const zero = withPointer(user.last, (pointer) => pointer.set("epoch", 0));
    expectRefused(plain.log, zero, "INVALID_ENCODING", "ENC-2");
  });

  it("refuses grants that leave out an epoch of the device, or escrow's box (GRT-1)", () => {
    const short = mutate(user.last, {
      body: (body) => (body.get("grants") as RawBody[])[0]?.set("from", 2),
      signers: [laptop],
    });
    expectTwins(plain.log, short, user.last, "INVALID_LINK", "GRT-1");
    const none = mutate(user.last, { body: (body) => body.delete("grants"), signers: [laptop] });
    expectRefused(plain.log, none, "INVALID_ENCODING", "ENC-2");
  });
});

describe("a pointer's keys", () => {
  const good = escrowOf(user).kemKey;
  const kems: readonly (readonly [string, Uint8Array])[] = [
    ["a coefficient out of range", good.map((byte, at) => (at === 0 ? 0xff : at === 1 ? byte | 0x0f : byte))],
    ["an X25519 half of low order", good.map((byte, at) => (at >= 1184 ? 0 : byte))],
  ];
  const renewed = renew(user, "Laptop", later);

  it.each(kems)("refuses a pointer's KEM key with %s (KEM-1)", (_what, kem) => {
    for (const [before, honest] of [
      [plain, user],
      [user, renewed],
    ] as const) {
      const attack = withPointer(honest.last, (pointer) => pointer.set("kem", kem));
      expectTwins(before.log, attack, honest.last, "INVALID_KEY", "KEM-1");
    }
  });

  it("refuses a pointer's signing key of small order (SIG-4)", () => {
    const identity = new Uint8Array(32);
    identity[0] = 1;
    const attack = withPointer(user.last, (pointer) => pointer.set("sign", identity));
    expectTwins(plain.log, attack, user.last, "INVALID_KEY", "SIG-4");
  });

  it("are exempt from the rule of fresh keys both ways: a pointer may name a member's keys (LOG-5)", () => {
    // Otherwise a thief who knows the escrow log could join with its next key, and make every honest renewal impossible.
    const same = withPointer(user.last, (pointer) => {
      pointer.set("sign", laptop.signingKey);
      pointer.set("kem", plain.member("Laptop").kemKey);
    });
    const log = appendEntry(plain.log, same, { now: "unchecked" });
    expect([...log.active.values()].map(({ kind }) => kind)).toEqual(["device", "escrow"]);
    // A signature by the key counts as the laptop's, except when the link says `by: escrow`.
    const entry = rawNext(log, { type: "leave", author: laptop.signingKey }, [laptop]);
    expectRefused(log, entry, "INVALID_LINK", "MEM-3");
    const rename = {
      type: "rename",
      author: laptop.signingKey,
      member: idBytes(plain.id("Laptop")),
      name: new Uint8Array(32),
    };
    const renamed = appendEntry(log, rawNext(log, rename, [laptop]), { now: "unchecked" });
    expect(renamed.links.last()?.author).toBe(plain.id("Laptop"));
  });

  it("are exempt from the rule of fresh keys both ways: a member may enter with a pointer's keys (LOG-5)", () => {
    const keys = keysNamed("a fake escrow epoch");
    const { sign, kem } = keys.publicKeys;
    const fake = plain.append(withPointer(user.last, (pointer) => pointer.set("sign", sign).set("kem", kem)));
    const joined = fake.append(rawJoin(fake, keys, { sign, kem }));
    expect(joined.log.active.size).toBe(3);
    const taken = rawJoin(fake, laptop, { sign: new Uint8Array(laptop.signingKey), kem });
    expectTwins(fake.log, taken, joined.last, "INVALID_LINK", "LOG-5");
    // The shared key speaks for the device, except when the link says `by: escrow`.
    const left = joined.append(rawNext(joined.log, { type: "leave", author: sign }, [keys]));
    expect([...left.log.active.values()].map(({ kind }) => kind)).toEqual(["device", "escrow"]);
    const by = { admin: laptop.signingKey, seq: 1, hash: new Uint8Array(32), salt: new Uint8Array(32), runs: [[1, 3]] };
    const review = {
      type: "review",
      author: sign,
      by,
      approve: [idBytes(joined.record.entered as string)],
      remove: [],
    };
    const grants = [
      { from: 1, to: 2, count: 2, keyring: DIGEST, boxes: [[idBytes(joined.record.entered as string), DIGEST]] },
    ];
    const acted = joined.append(rawNext(joined.log, { ...review, grants }, [keys, laptop]));
    expect(acted.record.author).toBe(escrowOf(joined).id);
  });

  it("sign no link without `by: escrow` (LOG-4, LOG-5)", () => {
    const signer = epochSigner(escrow, "Ann");
    for (const body of [
      { type: "leave" },
      { type: "rotate", grants: grantsOfLast(user) },
      { type: "review", approve: [], remove: [idBytes(user.id("Laptop"))] },
    ]) {
      const attack = rawNext(user.log, { ...body, author: signer.signingKey }, [signer]);
      expectRefused(user.log, attack, "INVALID_LINK", "LOG-4");
    }
  });
});

describe("renewing escrow", () => {
  const renewed = renew(user, "Laptop", later);

  it("points elsewhere in the same log, and makes an epoch that the old pointer does not get (ESC-6)", () => {
    const [before, after] = [escrowOf(user), escrowOf(renewed)];
    expect(after).toMatchObject({ id: before.id, position: before.position, held: [[1, 3]] });
    expect(after.pointer).toEqual(newestPointer(later.log));
    expect(renewed.record).toMatchObject({ type: "renew-escrow", epoch: 3, pointed: before.id, entered: undefined });
    const box = renewed.record.grants.flatMap(({ boxes }) => boxes).find(({ member }) => member === after.id);
    expect(box?.kemKey).toEqual(later.log.epochs.at(1)?.kemKey);
    expect(renewed.record.grants).toHaveLength(1);
    expectSameClasses(renewed);
  });

  it("may declare epochs that its author could not open, which it then no longer holds (MEM-9)", () => {
    const declaring = mutate(renewed.last, { body: setField("missing", [[1, 1]]), signers: [laptop] });
    const { log, record } = user.append(declaring);
    expect(record).toMatchObject({ missing: [[1, 1]], epoch: 3 });
    expect(log.active.get(user.id("Laptop"))).toMatchObject({ reach: [[1, 3]], held: [[2, 3]] });
  });

  it("refuses another escrow log (ESC-4)", () => {
    const other = openOrganisation("another");
    const attack = withPointer(renewed.last, (pointer) => pointer.set("log", idBytes(other.log.head.log)));
    expectTwins(user.log, attack, renewed.last, "INVALID_LINK", "ESC-4");
    expectError(() => renew(user, "Laptop", other), "NOT_PERMITTED", "ESC-4");
  });

  it("refuses the pointer that is in force (MEM-2)", () => {
    expectError(() => renew(user, "Laptop", escrow), "NOT_PERMITTED", "MEM-2");
    const same = mutate(renewed.last, { body: setField("escrow", pointerValue(user)), signers: [laptop] });
    expectTwins(user.log, same, renewed.last, "INVALID_LINK", "MEM-2");
  });

  it("replaces a true head and epoch under false keys: all of a pointer is compared (MEM-2, ESC-3)", () => {
    const keys = pointerKeys(keysNamed("a thief"));
    const lie = write("renew-escrow", { escrow: { ...newestPointer(escrow.log), ...keys } });
    const lied = user.append(lie(user.session("Laptop"), user.env("lies")).entry);
    expect(judgePointer(escrowOf(lied).pointer ?? expect.unreachable(), escrow.log)).toBe("false");
    expect(escrowOf(renew(lied, "Laptop", escrow)).pointer).toEqual(newestPointer(escrow.log));
  });

  it("accepts any other pointer, even an older one: a thief must not block honest renewals (ESC-4)", () => {
    const back = renew(renewed, "Laptop", escrow);
    expect(escrowOf(back).pointer?.epoch).toBe(1);
    const far = withPointer(renewed.last, (pointer) => pointer.set("seq", 1_000_000).set("epoch", 1_000_000));
    expect(appendEntry(user.log, far, { now: "unchecked" }).head.seq).toBe(user.log.head.seq + 1);
    expect(escrowOf(renew(back, "Laptop", later)).pointer?.epoch).toBe(2);
  });

  it("is refused without an escrow member (ESC-4)", () => {
    const act = write("renew-escrow", { escrow: newestPointer(later.log) });
    expectError(() => plain.act("Laptop", "renews", act), "NOT_PERMITTED", "ESC-4");
    const knowledge = { escrowLog: later.log, storedConfirmation: later.log.head };
    const renewal = () => renewEscrow(plain.session("Laptop"), knowledge, plain.env("renews"));
    expectError(renewal, "INVALID_ARGUMENT", undefined);
  });

  it("is refused without its epoch (MEM-7), and with escrow's box left out of it (GRT-1)", () => {
    const without = mutate(renewed.last, { body: (body) => body.delete("epoch"), signers: [laptop] });
    expectTwins(user.log, without, renewed.last, "INVALID_LINK", "MEM-7");
    const id = escrowOf(user).id;
    const dropped = mutate(renewed.last, {
      body: (body) => {
        for (const grant of body.get("grants") as RawBody[]) {
          const boxes = grant.get("boxes") as [Uint8Array, Uint8Array][];
          grant.set(
            "boxes",
            boxes.filter(([member]) => toHex(member) !== id),
          );
        }
      },
      signers: [laptop],
    });
    expectTwins(user.log, dropped, renewed.last, "INVALID_LINK", "GRT-1");
  });
});

describe("removing escrow", () => {
  it("is refused to the operator (ESC-7)", () => {
    const joined = user.join("Phone");
    const expelled = joined.expel("Phone");
    const id = idBytes(escrowOf(joined).id);
    const attack = mutate(expelled.last, { body: setField("remove", [id]), signers: [OPERATOR] });
    expectTwins(joined.log, attack, expelled.last, "INVALID_LINK", "ESC-7");
  });

  it("is permitted to a confirmed member when an unconfirmed one enrolled it (ESC-7)", () => {
    const thief = enroll(plain.join("Thief"), "Thief", escrow);
    const cleared = reviewEscrow(thief, "Laptop", "remove", { remove: ["Thief"] });
    expect([...cleared.log.active.keys()]).toEqual(cleared.ids("Laptop"));
    expectSameClasses(cleared);
  });

  it("makes a new epoch when it knew the current one (MEM-7)", () => {
    const gone = reviewEscrow(user, "Laptop", "remove");
    expect(gone.record.epoch).toBe(3);
    const without = mutate(gone.last, {
      body: (body) => {
        body.delete("epoch");
        body.delete("grants");
      },
      signers: [laptop],
    });
    expectTwins(user.log, without, gone.last, "INVALID_LINK", "MEM-7");
  });

  it("ends its key's signatures (MEM-4), and its id never returns: enrolled again, escrow is another member", () => {
    const gone = reviewEscrow(user, "Laptop", "remove");
    const locked = gone.join("Phone");
    const signer = epochSigner(escrow, "Ann");
    const admin = escrow.signer("Bob");
    const { seq, hash } = escrow.log.head;
    const by = { admin: admin.signingKey, seq, hash: idBytes(hash), salt: new Uint8Array(32) };
    const body = { type: "review", author: signer.signingKey, by, approve: [idBytes(locked.id("Phone"))], remove: [] };
    expectRefused(locked.log, rawNext(locked.log, body, [signer, admin]), "INVALID_LINK", "MEM-4");

    const again = enroll(gone, "Laptop", escrow);
    expect(escrowOf(again).id).not.toBe(escrowOf(user).id);
    expect([...again.log.removed].map(({ id }) => id)).toEqual([escrowOf(user).id]);
    expect(recoverBy(again.join("Phone"), escrow, "Bob", { approve: ["Phone"] }).record.author).toBe(
      escrowOf(again).id,
    );
    expectSameClasses(again);
  });

  it("leaves an id that depends only on log, position and predecessor (MEM-4)", () => {
    const other = enroll(openWorld("other").rotate("Laptop"), "Laptop", escrow);
    const elsewhere = enroll(plain.rotate("Laptop"), "Laptop", escrow);
    const ids = [user, other, elsewhere].map((world) => escrowOf(world).id);
    expect(new Set(ids).size).toBe(3);
    // Another pointer at the same position gives the same member.
    expect(escrowOf(enroll(plain, "Laptop", later)).id).toBe(ids[0]);
  });

  it("does not count escrow as a last member: the last device cannot leave (MEM-3)", () => {
    expectError(() => user.leave("Laptop"), "NOT_PERMITTED", "MEM-3");
    const two = user.join("Phone");
    expect(two.leave("Laptop").log.active.size).toBe(2);
    expectError(() => recoverBy(two, escrow, "Bob", { remove: ["Laptop", "Phone"] }), "NOT_PERMITTED", "MEM-3");
  });
});

/** The pointer in force, in the form of a body. */
function pointerValue({ log }: World): RawBody {
  const { log: id, seq, hash, epoch, signingKey, kemKey } = escrowOf({ log }).pointer ?? expect.unreachable();
  const fields: readonly (readonly [string, CborValue])[] = [
    ["log", idBytes(id)],
    ["seq", seq],
    ["hash", idBytes(hash)],
    ["epoch", epoch],
    ["sign", signingKey],
    ["kem", kemKey],
  ];
  return new Map(fields);
}

/** The grants of the newest entry. */
function grantsOfLast({ last }: World): CborValue {
  return takeApart(last).body.get("grants") as CborValue;
}

/** A device joins with keys of its choice. Its grants are never delivered. */
function rawJoin({ log }: World, signer: RawSigner, keys: { readonly sign: Bytes; readonly kem: Bytes }): Uint8Array {
  const epoch = log.epochs.length + 1;
  const boxes = [...log.active.keys(), memberIdOf(keys)].sort().map((id) => [idBytes(id), DIGEST]);
  const fields = {
    ...{ type: "join", member: { kind: "device", ...keys, name: DIGEST } },
    ...{
      epoch: { kem: keysNamed("an epoch").publicKeys.kem },
      grants: [{ from: epoch, to: epoch, count: 1, keyring: DIGEST, boxes }],
    },
  };
  return rawNext(log, fields, [signer]);
}
