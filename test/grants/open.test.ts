// Opening grants: junk, wrong seeds and withheld bytes never harm the keyring and never block what comes later, and nothing
// that was made for another place opens. docs/spec.md section 7 (GRT-4, GRT-5).

import { describe, expect, it } from "vitest";
import { Secret } from "../../src/bytes/secret.js";
import { type Regrant, regrant } from "../../src/grants/actions.js";
import { type GrantPlace, makeGrant } from "../../src/grants/make.js";
import { type Received, receive } from "../../src/grants/receive.js";
import { epochSeed, partsOf, unsafeSerializeKeyring } from "../../src/keys/keyring.js";
import type { Run } from "../../src/log/runs.js";
import { mutate, type RawEntry, takeApart, withAttachment } from "../support/raw-link.js";
import { expectError } from "../support/refusal.js";
import { openWorld, seedNamed, type World } from "../support/world.js";

// Epochs: 1 by the laptop, 2 by the phone. The laptop then approves the phone: one grant, of epoch 1, to the phone.
const before = openWorld("open").join("Phone");
const approved = before.review("Laptop", { approve: ["Phone"] });
const laptop = before.signer("Laptop");
const phone = before.session("Phone");
const { keyring, boxes } = { keyring: 0, boxes: 1 };

const got = ({ opened, junk, withheld }: Received) => ({ opened, junk, withheld });
/** What the phone makes of the approval with other attachments, which the laptop commits to. */
const receives = (...attachments: readonly (readonly [number, Uint8Array])[]): Received =>
  receive(
    phone,
    attachments.reduce((entry, [index, bytes]) => withAttachment(entry, index, bytes, [laptop]), approved.last),
  );
/** The approval's grant, made from other seeds, for another run or another place. */
const madeFrom = (seedOf: (epoch: number) => Secret, change: Partial<GrantPlace> = {}, run: Run = [1, 1]) => {
  const { seq, prev } = approved.record;
  const recipients = [{ id: phone.keyring.member, kem: before.member("Phone").kem }];
  const place = { log: before.log.head.log, prev, seq, ...change };
  const made = makeGrant({ from: run[0], to: run[1], recipients }, place, seedOf);
  return [
    [keyring, made.keyring],
    [boxes, made.boxes[0] as Uint8Array],
  ] as const;
};
const truth = (epoch: number): Secret => epochSeed(approved.session("Laptop").keyring, epoch);
const OPENED = { opened: [[1, 1]], junk: [], withheld: [] };
const JUNK = { opened: [], junk: [[1, 1]], withheld: [] };

describe("a grant", () => {
  it("opens to the seeds that derive the published keys, and to nothing else (GRT-4)", () => {
    expect(got(receive(phone, approved.last))).toEqual(OPENED);
    expect(madeFrom(truth).map(([, bytes]) => bytes)).toEqual(takeApart(approved.last).attachments);
    // All in order but for the seed: nobody could open what is sealed to the published key.
    expect(got(receives(...madeFrom(() => new Secret(seedNamed("junk")))))).toEqual(JUNK);
  });

  const flip = (entry: RawEntry["attachments"], index: number, at: number): Uint8Array =>
    (entry[index] as Uint8Array).map((byte, each) => (each === at ? byte ^ 1 : byte));
  const { attachments } = takeApart(approved.last);
  it.each([
    ["a box of junk", boxes, new Uint8Array(1168)],
    ["a box of one byte", boxes, Uint8Array.of(1)],
    ["a box with one bit changed", boxes, flip(attachments, boxes, 1140)],
    ["a box with one bit of its encapsulated key changed", boxes, flip(attachments, boxes, 5)],
    ["a box with a byte after its end", boxes, Uint8Array.of(...(attachments[boxes] as Uint8Array), 0)],
    ["an empty keyring", keyring, Uint8Array.of(0)],
    ["a keyring with one bit changed", keyring, flip(attachments, keyring, 3)],
    ["a keyring with a byte after its end", keyring, Uint8Array.of(...(attachments[keyring] as Uint8Array), 0)],
  ])("with %s is junk, and harms nothing (GRT-4)", (_what, index, bytes) => {
    const after = receives([index, bytes]);
    expect(got(after)).toEqual(JUNK);
    expect(after.keyring.epochs).toEqual([2]);
    // What comes later opens all the same.
    const rotated = approved.rotate("Laptop");
    const world = before.append(withAttachment(approved.last, index, bytes, [laptop]));
    expect(world.rotate("Laptop").session("Phone").keyring.epochs).toEqual([2, 3]);
    expect(rotated.session("Phone").keyring.epochs).toEqual([1, 2, 3]);
  });

  it("with some right seeds opens those, and names the others (GRT-4)", () => {
    const many = before.rotate("Laptop").rotate("Laptop").join("Tablet");
    const honest = many.review("Laptop", { approve: ["Tablet"] });
    const right = partsOf(honest.session("Laptop").keyring).seeds;
    const { seq, prev, grants } = honest.record;
    const seedOf = (epoch: number) => (epoch === 2 ? new Secret(seedNamed("junk")) : (right.get(epoch) as Secret));
    const recipients = [{ id: many.id("Tablet"), kem: many.member("Tablet").kem }];
    expect(grants.map(({ from, to }) => [from, to])).toEqual([[1, 4]]);
    const made = makeGrant({ from: 1, to: 4, recipients }, { log: many.log.head.log, prev, seq }, seedOf);
    const entry = withAttachment(
      withAttachment(honest.last, 0, made.keyring, [laptop]),
      1,
      made.boxes[0] as Uint8Array,
      [laptop],
    );
    const after = receive(many.session("Tablet"), entry);
    expect(got(after)).toEqual({
      opened: [
        [1, 1],
        [3, 4],
      ],
      junk: [[2, 2]],
      withheld: [],
    });
    expect(after.keyring.epochs).toEqual([1, 3, 4, 5]);
  });
});

describe("a grant whose bytes were withheld", () => {
  it.each([
    ["both", []],
    ["the box", [keyring]],
    ["the keyring", [boxes]],
  ])("is the server's doing and no junk: %s (GRT-4)", (_what, kept) => {
    const entry = mutate(approved.last, { attachments: (list) => list.filter((_, index) => kept.includes(index)) });
    const after = receive(phone, entry);
    expect(got(after)).toEqual({ opened: [], junk: [], withheld: [[1, 1]] });
    expect(after.log.head).toEqual(approved.log.head);
    // Delivered later, it opens.
    const later = receive(after, approved.last);
    expect(got(later)).toEqual(OPENED);
    expect(later.keyring.epochs).toEqual([1, 2]);
    expect(later.log).toBe(after.log);
  });

  it("stays junk when junk was delivered, whatever else comes later (GRT-4)", () => {
    const junk = withAttachment(approved.last, boxes, new Uint8Array(1168), [laptop]);
    const after = receive(phone, junk);
    expect(got(receive(after, junk))).toEqual(JUNK);
    expectError(() => receive(after, approved.last), "FORKED", "LOG-8");
  });

  it("cannot be replaced by bytes that the link does not commit to (ENC-2)", () => {
    const stored = unsafeSerializeKeyring(phone.keyring);
    for (const entry of [
      mutate(approved.last, {
        attachments: ([first, second]) => [first as Uint8Array, Uint8Array.of(1), second as Uint8Array],
      }),
      mutate(approved.last, { attachments: ([first]) => [first as Uint8Array, new Uint8Array(1168)] }),
    ]) {
      expectError(() => receive(phone, entry), "INVALID_ENCODING", "ENC-2");
      expectError(() => receive(approved.session("Phone"), entry), "INVALID_ENCODING", "ENC-2");
    }
    expect(unsafeSerializeKeyring(phone.keyring)).toEqual(stored);
  });
});

describe("a grant moved to another place", () => {
  it.each([
    ["another log", { log: openWorld("another").log.head.log }, [1, 1]],
    ["another position", { seq: 4 }, [1, 1]],
    ["another predecessor", { prev: before.log.links.at(0)?.hash }, [1, 1]],
    ["the first link, which knows no log yet", { log: undefined }, [1, 1]],
    ["another run", {}, [2, 2]],
  ] as readonly (readonly [string, Partial<GrantPlace>, Run])[])(
    "does not open: made for %s (GRT-5)",
    (_what, place, run) => {
      // The seed is the right one in every case: only the place is not.
      expect(got(receives(...madeFrom(() => truth(1), place, run)))).toEqual(JUNK);
      expect(got(receive(phone, approved.last))).toEqual(OPENED);
    },
  );

  // The laptop grants epoch 1 to the phone and the watch again, in links of their own.
  const base = approved.join("Watch").review("Laptop", { approve: ["Watch"] });
  const again = (world: World, name: string): World => {
    const give: Regrant = { member: world.id(name), runs: [[1, 1]] };
    return world.act("Laptop", `regrants to ${name}`, (session, env) => regrant(session, [give], env));
  };
  const first = again(base, "Phone");
  const second = again(first, "Phone");
  const toWatch = again(first, "Watch");
  /** Whoever has nothing of it yet: the phone, as a device that kept only its seed. */
  const fresh = (world: World): World => world.with("Phone", before.session("Phone").keyring);
  const copied = (from: World, to: World, indexes: readonly number[]): Uint8Array =>
    indexes.reduce(
      (entry, index) => withAttachment(entry, index, takeApart(from.last).attachments[index] as Uint8Array, [laptop]),
      to.last,
    );

  it.each([
    ["the box", [1]],
    ["the keyring", [0]],
    ["box and keyring", [0, 1]],
  ])("does not open: %s copied from an earlier link (GRT-5)", (_what, indexes) => {
    const receiver = fresh(first).session("Phone");
    expect(got(receive(receiver, second.last))).toEqual(OPENED);
    expect(got(receive(receiver, copied(first, second, indexes)))).toEqual(JUNK);
  });

  it("does not open: a box for another recipient of the same run (GRT-5)", () => {
    const receiver = fresh(first).session("Phone");
    expect(got(receive(receiver, copied(toWatch, second, [1])))).toEqual(JUNK);
  });

  it("is refused where the digests were left as they are (ENC-2)", () => {
    const attack = mutate(second.last, { attachments: () => takeApart(first.last).attachments });
    expectError(() => receive(first.session("Phone"), attack), "INVALID_ENCODING", "ENC-2");
  });
});
