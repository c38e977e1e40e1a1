// Opening grants: junk, wrong seeds and withheld bytes never harm the keyring and never block later grants, and no grant that was
// made for another place opens. docs/spec.md section 7 (GRT-4, GRT-5).

import { describe, expect, it, vi } from "vitest";
import { type Received, receive } from "../../src/authoring/receive.js";
import type { Regrant } from "../../src/authoring/verbs.js";
import { concat } from "../../src/bytes/bytes.js";
import type { LogId } from "../../src/bytes/ids.js";
import { type Run, type Runs, runsOf, uniteRuns } from "../../src/bytes/runs.js";
import { Secret } from "../../src/bytes/secret.js";
import { boxInfo, epochsDigest, type GrantPlace, KEYRING_NONCE, makeGrant } from "../../src/grants/make.js";
import { unsafeSerializeKeyring } from "../../src/grants/store-keyring.js";
import { epochSeed, partsOf } from "../../src/keys/keyring.js";
import { decodeEntry } from "../../src/log/entry.js";
import { chachaSeal } from "../../src/primitives/aead.js";
import { hpkeSeal } from "../../src/primitives/hpke.js";
import { hire, openOrganisation } from "../escrow/support.js";
import { flipped } from "../primitives/support.js";
import { regrant } from "../support/accepted.js";
import { mutate, rawEntry, setField, takeApart, withAttachment } from "../support/raw-link.js";
import { expectError } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { keysNamed, openWorld, seedNamed, type World } from "../support/world.js";

// Epochs: 1 by the laptop, 2 by the phone. The laptop then approves the phone: one grant, of epoch 1, to the phone.
const before = openWorld("open").join("Phone");
const approved = before.review("Laptop", { approve: ["Phone"] });
const laptop = before.signer("Laptop");
const phone = before.session("Phone");
const { keyring, boxes } = { keyring: 0, boxes: 1 };

const got = ({ opened, junk, withheld }: Received) => ({ opened, junk, withheld });
type Replacements = readonly (readonly [index: number, attachment: Uint8Array])[];
/** The approval with other attachments, to which the laptop commits. */
const approvalWith = (...attachments: Replacements): Uint8Array =>
  attachments.reduce((entry, [index, bytes]) => withAttachment(entry, index, bytes, [laptop]), approved.last);
/** What the phone opens of it. */
const receives = (...attachments: Replacements): Received =>
  receive(phone, approvalWith(...attachments), { now: "unchecked" });
/** The approval's grant, made from other seeds, for another run or another place. */
const madeFrom = (seedOf: (epoch: number) => Secret, change: Partial<GrantPlace> = {}, run: Run = [1, 1]) => {
  const { seq, prev } = approved.record;
  const recipients = [{ id: phone.keyring.member, kemKey: before.member("Phone").kemKey }];
  const place = { log: before.log.head.log, prev, seq, ...change };
  const made = makeGrant({ epochs: [run], recipients }, place, seedOf);
  return [
    [keyring, made.keyring],
    [boxes, made.boxes[0] as Uint8Array],
  ] as const;
};
/** A grant with any key, and any bytes in its keyring. */
const madeBy = (log: LogId, kem: Uint8Array, run: Run, plaintext: Uint8Array) => {
  const key = seedNamed("any key");
  const coins = seededEnv("coins").random(64);
  return [
    [keyring, chachaSeal(key, KEYRING_NONCE, new Uint8Array(0), plaintext)],
    [boxes, hpkeSeal(kem, { info: boxInfo(log, epochsDigest([run]), kem), plaintext: key, coins })],
  ] as const;
};
const truth = (epoch: number): Secret => epochSeed(approved.session("Laptop").keyring, epoch);
const { kemKey: kem } = before.member("Phone");
const tooMany = madeBy(before.log.head.log, kem, [1, 1], concat(truth(1).bytes(), truth(2).bytes()));
const OPENED = { opened: [[1, 1]], junk: [], withheld: [] };
const JUNK = { opened: [], junk: [[1, 1]], withheld: [] };

describe("a grant", () => {
  it("opens to the seeds that derive the published keys, and to nothing else (GRT-4)", () => {
    expect(got(receive(phone, approved.last, { now: "unchecked" }))).toEqual(OPENED);
    expect(madeFrom(truth).map(([, bytes]) => bytes)).toEqual(takeApart(approved.last).attachments);
    // All is in order except the seed: nobody could open content that is sealed to the published key.
    expect(got(receives(...madeFrom(() => new Secret(seedNamed("junk")))))).toEqual(JUNK);
  });

  const { attachments } = takeApart(approved.last);
  it.each([
    ["a box of junk", boxes, new Uint8Array(1168)],
    ["a box of one byte", boxes, Uint8Array.of(1)],
    ["a box with one bit changed", boxes, flipped(attachments[boxes] as Uint8Array, 1140)],
    ["a box with one bit of its encapsulated key changed", boxes, flipped(attachments[boxes] as Uint8Array, 5)],
    ["a box with a byte after its end", boxes, Uint8Array.of(...(attachments[boxes] as Uint8Array), 0)],
    ["an empty keyring", keyring, Uint8Array.of(0)],
    ["a keyring with one bit changed", keyring, flipped(attachments[keyring] as Uint8Array, 3)],
    ["a keyring with a byte after its end", keyring, Uint8Array.of(...(attachments[keyring] as Uint8Array), 0)],
  ])("with %s is junk, and harms nothing (GRT-4)", (_what, index, bytes) => {
    const after = receives([index, bytes]);
    expect(got(after)).toEqual(JUNK);
    expect(after.keyring.epochs).toEqual([2]);
    // Later grants open all the same.
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
    const recipients = [{ id: many.id("Tablet"), kemKey: many.member("Tablet").kemKey }];
    expect(grants.map(({ epochs }) => epochs)).toEqual([[[1, 4]]]);
    const made = makeGrant({ epochs: [[1, 4]], recipients }, { log: many.log.head.log, prev, seq }, seedOf);
    const entry = withAttachment(
      withAttachment(honest.last, 0, made.keyring, [laptop]),
      1,
      made.boxes[0] as Uint8Array,
      [laptop],
    );
    const after = receive(many.session("Tablet"), entry, { now: "unchecked" });
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

  it("keeps the good seeds even if its key was derived from none of them (GRT-4)", () => {
    const many = before.rotate("Laptop").join("Tablet");
    const honest = many.review("Laptop", { approve: ["Tablet"] });
    const right = (epoch: number) => epochSeed(honest.session("Laptop").keyring, epoch).bytes();
    const run: Run = [1, 3];
    const withSecond = (second: Uint8Array) => {
      const made = madeBy(many.log.head.log, many.member("Tablet").kemKey, run, concat(right(1), second, right(3)));
      const entry = made.reduce((link, [index, bytes]) => withAttachment(link, index, bytes, [laptop]), honest.last);
      return got(receive(many.session("Tablet"), entry, { now: "unchecked" }));
    };
    expect(honest.record.grants.map(({ epochs }) => epochs)).toEqual([[run]]);
    const ends: Runs = [
      [1, 1],
      [3, 3],
    ];
    expect(withSecond(seedNamed("junk"))).toEqual({ opened: ends, junk: [[2, 2]], withheld: [] });
    // If nothing else is wrong, the key itself shows that the grant was made for another place (GRT-5).
    expect(withSecond(right(2))).toEqual({ opened: [], junk: [run], withheld: [] });
  });

  it("of more seeds than its run has epochs is junk (GRT-4)", () => {
    expect(got(receives(...tooMany))).toEqual(JUNK);
  });

  it("in an escrow log opens to the seed of both published keys, including the signing key (GRT-4)", () => {
    const escrow = hire(openOrganisation("published keys"), "Dan", []);
    const { last } = escrow.rotate("Ann");
    const epoch = escrow.log.epochs.length + 1;
    const other = mutate(last, {
      body: setField("epoch.sign", keysNamed("another").signingKey),
      signers: [escrow.signer("Ann")],
    });
    expect(got(receive(escrow.session("Dan"), last, { now: "unchecked" }))).toEqual({
      opened: [[epoch, epoch]],
      junk: [],
      withheld: [],
    });
    expect(got(receive(escrow.session("Dan"), other, { now: "unchecked" }))).toEqual({
      opened: [],
      junk: [[epoch, epoch]],
      withheld: [],
    });
  });
});

describe("two grants of one link", () => {
  // The approval gives the phone epoch 1, and the removal everybody epoch 4.
  const base = before.join("Tablet");
  const world = base.review("Laptop", { approve: ["Phone"], remove: ["Tablet"] });
  const starts = world.record.grants.map((grant) => world.record.attachments.indexOf(grant.keyring));
  /** What the phone opens of it, with each grant in the given condition. */
  const as = (...states: readonly string[]): Received => {
    const junked = states.reduce(
      (entry, state, at) =>
        state === "junk" ? withAttachment(entry, starts[at] as number, Uint8Array.of(at), [laptop]) : entry,
      world.last,
    );
    const isDelivered = (index: number) => states[index < (starts[1] as number) ? 0 : 1] !== "withheld";
    const attachments = takeApart(junked).attachments.filter((_, index) => isDelivered(index));
    const entry = rawEntry(decodeEntry(junked).link.bytes, attachments);
    return receive(base.session("Phone"), entry, { now: "unchecked" });
  };

  it.each([
    ["good", "withheld", { opened: [[1, 1]], junk: [], withheld: [[4, 4]] }],
    ["good", "junk", { opened: [[1, 1]], junk: [[4, 4]], withheld: [] }],
    ["junk", "withheld", { opened: [], junk: [[1, 1]], withheld: [[4, 4]] }],
    ["withheld", "good", { opened: [[4, 4]], junk: [], withheld: [[1, 1]] }],
  ])("are distinguished, and both recorded: one %s, one %s (GRT-4)", (first, second, expected) => {
    const after = as(first, second);
    expect(got(after)).toEqual(expected);
    const { seeds, junk } = partsOf(after.keyring);
    expect(runsOf(seeds.keys())).toEqual(uniteRuns([[2, 3]], expected.opened as unknown as Runs));
    expect(runsOf(junk)).toEqual(expected.junk);
  });

  it("are both opened when both are good", () => {
    expect(as("good", "good").keyring.epochs).toEqual([1, 2, 3, 4]);
  });
});

describe("opening a grant", () => {
  const alive = (secret: Secret) => {
    try {
      return secret.bytes().length > 0;
    } catch {
      return false;
    }
  };
  /** Secrets that a call made or read. */
  const touched = (call: () => unknown): ReadonlySet<Secret> => {
    const read = vi.spyOn(Secret.prototype, "bytes");
    const taken = vi.spyOn(Secret, "take");
    call();
    const secrets = new Set([...read.mock.contexts, ...taken.mock.results.map(({ value }) => value)] as Secret[]);
    vi.restoreAllMocks();
    return secrets;
  };
  const again: Regrant = { member: phone.keyring.member, epochs: [[1, 2]] };
  const overlapping = approved.act("Laptop", "regrants", (session, env) => regrant(session, [again], env));

  it.each<[string, Uint8Array, readonly number[], World?]>([
    ["that is good", approved.last, [1, 2]],
    ["of junk seeds", approvalWith(...madeFrom(() => new Secret(seedNamed("junk")))), [2]],
    ["made for another place", approvalWith(...madeFrom(truth, { seq: 4 })), [2]],
    ["of too many seeds", approvalWith(...tooMany), [2]],
    ["of an epoch that is here already", overlapping.last, [1, 2], approved],
  ])("wipes every secret but the seeds that are kept: one %s", (_what, entry, kept, { log } = before) => {
    const open = () => receive({ log, keyring: phone.keyring }, entry, { now: "unchecked" });
    // Secrets that both the first and the second opening use are the state's own.
    const known = touched(open);
    let after: Received | undefined;
    const made = [...touched(() => (after = open()))].filter((secret) => !known.has(secret));
    const seeds = [...partsOf(after?.keyring).seeds.values()];
    expect(after?.keyring.epochs).toEqual(kept);
    expect(made.length).toBeGreaterThan(1);
    expect(made.filter((secret) => alive(secret) && !seeds.includes(secret))).toEqual([]);
    expect(seeds.every(alive)).toBe(true);
  });
});

describe("a grant whose bytes were withheld", () => {
  it.each([
    ["both", []],
    ["the box", [keyring]],
    ["the keyring", [boxes]],
  ])("is the server's doing and no junk: %s (GRT-4)", (_what, kept) => {
    const entry = mutate(approved.last, { attachments: (list) => list.filter((_, index) => kept.includes(index)) });
    const after = receive(phone, entry, { now: "unchecked" });
    expect(got(after)).toEqual({ opened: [], junk: [], withheld: [[1, 1]] });
    expect(after.log.head).toEqual(approved.log.head);
    // Delivered later, it opens.
    const later = receive(after, approved.last, { now: "unchecked" });
    expect(got(later)).toEqual(OPENED);
    expect(later.keyring.epochs).toEqual([1, 2]);
    expect(later.log).toBe(after.log);
  });

  it("stays junk when junk was delivered, even if other bytes come later (GRT-4)", () => {
    const junk = withAttachment(approved.last, boxes, new Uint8Array(1168), [laptop]);
    const after = receive(phone, junk, { now: "unchecked" });
    expect(got(receive(after, junk, { now: "unchecked" }))).toEqual(JUNK);
    expectError(() => receive(after, approved.last, { now: "unchecked" }), "FORKED", "LOG-8");
  });

  it("cannot be replaced by bytes that the link does not commit to (ENC-2)", () => {
    const stored = unsafeSerializeKeyring(phone);
    for (const entry of [
      mutate(approved.last, {
        attachments: ([first, second]) => [first as Uint8Array, Uint8Array.of(1), second as Uint8Array],
      }),
      mutate(approved.last, { attachments: ([first]) => [first as Uint8Array, new Uint8Array(1168)] }),
    ]) {
      expectError(() => receive(phone, entry, { now: "unchecked" }), "INVALID_ENCODING", "ENC-2");
      expectError(() => receive(approved.session("Phone"), entry, { now: "unchecked" }), "INVALID_ENCODING", "ENC-2");
    }
    expect(unsafeSerializeKeyring(phone)).toEqual(stored);
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
      // The seed is the right one in every case: only the place is wrong.
      expect(got(receives(...madeFrom(() => truth(1), place, run)))).toEqual(JUNK);
      expect(got(receive(phone, approved.last, { now: "unchecked" }))).toEqual(OPENED);
    },
  );

  // The laptop grants epoch 1 to the phone and the watch again, in links of their own.
  const base = approved.join("Watch").review("Laptop", { approve: ["Watch"] });
  const again = (world: World, name: string): World => {
    const give: Regrant = { member: world.id(name), epochs: [[1, 1]] };
    return world.act("Laptop", `regrants to ${name}`, (session, env) => regrant(session, [give], env));
  };
  const first = again(base, "Phone");
  const second = again(first, "Phone");
  const toWatch = again(first, "Watch");
  /** A device that has no seed of it yet: the phone, as a device that kept only its seed. */
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
    expect(got(receive(receiver, second.last, { now: "unchecked" }))).toEqual(OPENED);
    expect(got(receive(receiver, copied(first, second, indexes), { now: "unchecked" }))).toEqual(JUNK);
  });

  it("does not open: a box for another recipient of the same run (GRT-5)", () => {
    const receiver = fresh(first).session("Phone");
    expect(got(receive(receiver, copied(toWatch, second, [1]), { now: "unchecked" }))).toEqual(JUNK);
  });

  it("is refused if the digests were not changed (ENC-2)", () => {
    const attack = mutate(second.last, { attachments: () => takeApart(first.last).attachments });
    expectError(() => receive(first.session("Phone"), attack, { now: "unchecked" }), "INVALID_ENCODING", "ENC-2");
  });
});
