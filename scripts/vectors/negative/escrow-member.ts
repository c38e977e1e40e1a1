// Attacks on the escrow member of a user's log: its pointer, and the epochs withheld from it. docs/spec.md sections 6.5, 6.8 and
// 11 (ESC-3, ESC-4, ESC-7, BAK-5).

import { newestPointer } from "../../../src/trust/pointer.js";
import { dismiss, escrowOf, joinWithholding, renew, reviewEscrow } from "../../../test/escrow/support.js";
import { dueNext } from "../../../test/support/links.js";
import { boxesOf, grantsOf, idBytes, type RawBody, rawNext, takeApart } from "../../../test/support/raw-link.js";
import { keysNamed, OPERATOR, type World } from "../../../test/support/world.js";
import { changed, DIGEST, idList, type LogAttack, rawMap, type Twins, withField } from "../attack.js";
import { alone, bob, staffed, user } from "../worlds.js";

const laptop = alone.signer("Laptop");
const later = dismiss(staffed, "Bob");
const renewed = renew(user, "Laptop", later);
const joined = user.join("Phone");

/** A pointer in the form that a body has. */
const { log, seq, hash, epoch: number, signingKey: sign, kemKey: kem } = newestPointer(staffed.log);
const pointer = rawMap({ log: idBytes(log), seq, hash: idBytes(hash), epoch: number, sign, kem });
const grants = (world: World) => takeApart(world.last).body.get("grants") as Uint8Array[];
/** The honest enroll or renewal of escrow with its pointer changed. */
const withPointer = (before: World, after: World, change: (pointer: RawBody) => unknown): Twins => ({
  before,
  bad: changed(after, (body) => change(body.get("escrow") as RawBody), laptop),
  good: after.last,
});
const neutral = Uint8Array.from({ length: 32 }, (_, index) => Number(index === 0));

const POINTERS: readonly LogAttack[] = [
  {
    name: "second_escrow_member",
    description: "A second escrow member is enrolled. The twin enrolls a device.",
    rule: "MEM-3",
    make: () => {
      const body = { type: "enroll", author: laptop.signingKey, escrow: pointer, grants: grants(user) };
      return { before: user, bad: rawNext(user.log, body, [laptop]), good: user.enroll("Laptop", "Tablet").last };
    },
  },
  {
    name: "enroll_of_member_and_escrow",
    description: "One enroll adds both a device and escrow.",
    rule: "ENC-2",
    make: () => {
      const next = alone.enroll("Laptop", "Tablet");
      return { before: alone, bad: withField(next, "escrow", pointer, laptop, next.signer("Tablet")), good: next.last };
    },
  },
  {
    name: "enroll_of_nobody",
    description: "An enroll adds neither a member nor escrow.",
    rule: "ENC-2",
    make: () => ({
      before: alone,
      bad: changed(user, (body) => body.delete("escrow"), laptop),
      good: user.last,
    }),
  },
  {
    name: "pointer_without_its_log",
    description: "A pointer does not say into which escrow log it points.",
    rule: "ENC-2",
    breaks: ["ENC-2", "ESC-3"],
    code: "INVALID_ENCODING",
    make: () => withPointer(alone, user, (value) => value.delete("log")),
  },
  {
    name: "pointer_kem_key_junk",
    description: "A pointer's KEM key is junk, so that nobody could grant to escrow, or make an epoch.",
    rule: "KEM-1",
    breaks: ["KEM-1", "ESC-3"],
    code: "INVALID_KEY",
    make: () =>
      withPointer(alone, user, (value) =>
        value.set(
          "kem",
          kem.map((byte, at) => (at >= 1184 ? 0 : byte)),
        ),
      ),
  },
  {
    name: "pointer_signing_key_of_small_order",
    description: "A pointer's signing key is the neutral point, so that anybody would act for escrow.",
    rule: "SIG-4",
    breaks: ["SIG-4", "ESC-3"],
    code: "INVALID_KEY",
    make: () => withPointer(alone, user, (value) => value.set("sign", neutral)),
  },
  {
    name: "renewal_into_another_escrow_log",
    description: "A renewal points into another organisation's escrow log.",
    rule: "ESC-4",
    make: () => withPointer(user, renewed, (value) => value.set("log", idBytes(bob.log.head.log))),
  },
  {
    name: "renewal_where_there_is_no_escrow",
    description: "A renewal in a log that has no escrow member. In the twin escrow was enrolled before.",
    rule: "ESC-4",
    make: () => {
      const { body } = takeApart(renewed.last);
      const fields = Object.fromEntries(
        ["escrow", "epoch", "grants"].map((name) => [name, body.get(name) as Uint8Array]),
      );
      const bad = rawNext(alone.log, { type: "renew-escrow", author: laptop.signingKey, ...fields }, [laptop]);
      return { before: alone, bad, good: [user.last, renewed.last] };
    },
  },
  {
    name: "renewal_to_the_pointer_in_force",
    description: "A renewal that changes nothing.",
    rule: "MEM-2",
    make: () => ({ before: user, bad: withField(renewed, "escrow", pointer, laptop), good: renewed.last }),
  },
  {
    name: "renewal_without_its_epoch",
    description: "A renewal makes no new epoch, so that the removed admin reads on.",
    rule: "MEM-7",
    breaks: ["MEM-7", "ESC-6"],
    make: () => ({ before: user, bad: changed(renewed, (body) => body.delete("epoch"), laptop), good: renewed.last }),
  },
  {
    name: "removal_of_escrow_without_an_epoch",
    description: "A review removes escrow, which knows the current epoch, and makes no new one.",
    rule: "MEM-7",
    make: () => {
      const gone = reviewEscrow(user, "Laptop", "remove");
      const body = (fields: RawBody) => ["epoch", "grants"].map((field) => fields.delete(field));
      return { before: user, bad: changed(gone, body, laptop), good: gone.last };
    },
  },
  {
    name: "operator_expels_escrow",
    description: "The operator expels the escrow member.",
    rule: "ESC-7",
    make: () => {
      const expelled = joined.expel("Phone");
      return {
        before: joined,
        bad: withField(expelled, "remove", idList([escrowOf(joined).id]), OPERATOR),
        good: expelled.last,
      };
    },
  },
  {
    name: "rename_of_escrow",
    description: "A device gives the escrow member a name.",
    rule: "LOG-4",
    make: () => {
      const next = user.rename("Laptop", "Old laptop");
      return { before: user, bad: withField(next, "member", idBytes(escrowOf(user).id), laptop), good: next.last };
    },
  },
];

const withheld = joinWithholding(user, "Phone");
const head = rawMap({ seq: 1, hash: DIGEST });

const KEPT: readonly LogAttack[] = [
  {
    name: "join_leaves_out_escrow_silently",
    description: "A join does not grant its epoch to escrow and does not say so.",
    rule: "GRT-1",
    breaks: ["MEM-6", "GRT-1"],
    make: () => ({
      before: user,
      bad: changed(withheld, (body) => body.delete("escrow"), withheld.signer("Phone")),
      good: withheld.last,
    }),
  },
  {
    name: "join_grants_what_it_withholds",
    description: "A join says that it withholds its epoch from escrow, and grants it.",
    rule: "GRT-1",
    breaks: ["MEM-6", "GRT-1"],
    make: () => ({
      before: user,
      bad: withField(joined, "escrow", "withheld", joined.signer("Phone")),
      good: joined.last,
    }),
  },
  {
    name: "join_withholds_where_there_is_no_escrow",
    description: "A join withholds its epoch from an escrow member that there is not.",
    rule: "MEM-6",
    make: () => {
      const good = alone.join("Phone");
      return { before: alone, bad: withField(good, "escrow", "withheld", good.signer("Phone")), good: good.last };
    },
  },
  {
    name: "join_in_lockdown_withholds",
    description: "A join in lockdown, which makes no epoch, says that it withholds one.",
    rule: "MEM-6",
    make: () => {
      const before = user.lockdown("Laptop", true);
      const good = before.join("Phone");
      return { before, bad: withField(good, "escrow", "withheld", good.signer("Phone")), good: good.last };
    },
  },
  {
    name: "rotate_leaves_out_escrow",
    description: "A new epoch is not granted to escrow.",
    rule: "GRT-1",
    breaks: ["MEM-6", "GRT-1"],
    make: () => {
      const good = user.rotate("Laptop");
      const id = escrowOf(user).id;
      const bad = changed(
        good,
        (body) => {
          const [grant] = grantsOf(body);
          const others = boxesOf(grant).filter(([member]) => !member.every((byte, at) => byte === idBytes(id)[at]));
          grant?.set("boxes", others);
        },
        laptop,
      );
      return { before: user, bad, good: good.last };
    },
  },
  {
    name: "backup_key_without_the_escrow_head",
    description:
      "In a log with escrow, the enroll of a backup key does not name the escrow head whose policy was checked.",
    rule: "BAK-5",
    make: () => {
      const paper = keysNamed("Paper");
      const plain = alone.backup("Laptop", "Paper");
      const { body } = takeApart(plain.last);
      const fields = { type: "enroll", author: laptop.signingKey, member: body.get("member") as Uint8Array };
      const signers = [laptop, paper];
      return {
        before: user,
        bad: dueNext(user.log, fields, signers),
        good: dueNext(user.log, { ...fields, escrowHead: head }, signers),
      };
    },
  },
  {
    name: "escrow_head_where_there_is_no_escrow",
    description: "In a log without escrow, the enroll of a backup key names an escrow head.",
    rule: "BAK-5",
    make: () => {
      const good = alone.backup("Laptop", "Paper");
      return { before: alone, bad: withField(good, "escrowHead", head, laptop, keysNamed("Paper")), good: good.last };
    },
  },
  {
    name: "escrow_head_for_a_device",
    description: "The enroll of a device names an escrow head, which is for backup keys.",
    rule: "BAK-5",
    make: () => {
      const good = user.enroll("Laptop", "Tablet");
      return { before: user, bad: withField(good, "escrowHead", head, laptop, good.signer("Tablet")), good: good.last };
    },
  },
];

export const ESCROW_MEMBER: readonly LogAttack[] = [...POINTERS, ...KEPT];
