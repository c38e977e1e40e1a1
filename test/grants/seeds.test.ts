// Seeds that do not belong to the log: from a link that lost its race, a fork, a damaged store, or a dishonest author. Each is
// found before it does harm, its epoch is opened again, and no honest member is blamed. docs/spec.md section 7 (GRT-4).

import { afterEach, describe, expect, it, vi } from "vitest";
import { receive, resume } from "../../src/authoring/receive.js";
import * as propose from "../../src/authoring/verbs.js";
import { concat } from "../../src/bytes/bytes.js";
import type { LinkHash } from "../../src/bytes/ids.js";
import { runsOf } from "../../src/bytes/runs.js";
import { Secret } from "../../src/bytes/secret.js";
import { openContent } from "../../src/content/open.js";
import { sealContent } from "../../src/content/seal.js";
import { proveCoverage } from "../../src/coverage/proven.js";
import { checkGrants } from "../../src/grants/check.js";
import { checkSeeds } from "../../src/grants/check-seeds.js";
import { boxInfo, epochsDigest, KEYRING_NONCE } from "../../src/grants/make.js";
import { checkMemberState, type MemberState } from "../../src/grants/member-state.js";
import { fullyChecked } from "../../src/grants/seed-check.js";
import { unsafeSerializeKeyring } from "../../src/grants/store-keyring.js";
import { changedKeyring, epochPrivateKey, newKeyring, ownKeys, partsOf } from "../../src/keys/keyring.js";
import { encodeKeyring, parseKeyring } from "../../src/keys/keyring-bytes.js";
import { MemberKeys } from "../../src/keys/member-keys.js";
import { currentEpoch, type Epoch } from "../../src/log/state.js";
import { verifyLog } from "../../src/log/verify.js";
import { chachaSeal } from "../../src/primitives/aead.js";
import { primitives } from "../../src/primitives/current.js";
import { hpkeSeal } from "../../src/primitives/hpke.js";
import { hire, openOrganisation } from "../escrow/support.js";
import { rotate } from "../support/accepted.js";
import { mutate, type RawBody, type RawSigner, setField, withAttachment } from "../support/raw-link.js";
import { expectError, thrownBy } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import { ALICE, keysNamed, openWorld, seedNamed, type World } from "../support/world.js";

const NOW = { now: "unchecked" } as const;
const env = seededEnv("seeds");
const base = openWorld("seeds")
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] })
  .join("Tablet");
const laptop = base.session("Laptop");
const N = currentEpoch(base.log) + 1;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Whether two states have the same secret of an epoch. */
const share = (a: MemberState, b: MemberState, epoch: number): boolean =>
  `${a.keyring.exportKey(epoch, "test")}` === `${b.keyring.exportKey(epoch, "test")}`;

/** The device's next steps with its log go well: it blames nobody, passes on the right seeds, and opens sealed content. */
async function expectSound(session: MemberState, world: World): Promise<void> {
  const { log, keyring } = session;
  const seqs = [...log.links].map(({ seq }) => seq);
  expect(checkGrants(session, seqs).wrong).toEqual([]);
  for (const { wrong } of (await proveCoverage(session)).members) expect(wrong).toEqual([]);
  const sealed = await sealContent([log], Uint8Array.of(7), { purpose: "test" }, env);
  expect(await openContent(sealed, keyring)).toEqual(Uint8Array.of(7));
  const approved = propose.review(session, { approveUncompared: [world.id("Tablet")] }, env);
  const tablet = receive({ log, keyring: world.session("Tablet").keyring }, approved.entry, NOW);
  expect(tablet.junk).toEqual([]);
  expect(tablet.keyring.epochs).toEqual(keyring.epochs);
}

describe("a seed from a link that lost its race", () => {
  const lost = propose.rotate(laptop, env).accept();
  const won = base.rotate("Phone");
  const winner = won.last;

  it("is set aside, the winner's is opened, and nobody is blamed (GRT-4)", async () => {
    const after = receive({ log: base.log, keyring: lost.keyring }, winner, NOW);
    expect([after.opened, after.junk, after.withheld]).toEqual([[[N, N]], [], []]);
    expect(partsOf(after.keyring).aside.size).toBe(1);
    expect(share(after, won.session("Phone"), N)).toBe(true);
    await expectSound(after, won);
  });

  it("does not affect a device that discards the losing proposal", async () => {
    const after = receive(laptop, winner, NOW);
    expect([after.opened, after.junk, after.withheld]).toEqual([[[N, N]], [], []]);
    expect(partsOf(after.keyring).aside.size).toBe(0);
    await expectSound(after, won);
  });

  it("counts as withheld, never as junk, if the winner's grants were not delivered (GRT-4)", async () => {
    const bare = mutate(winner, { attachments: () => [] });
    const after = receive({ log: base.log, keyring: lost.keyring }, bare, NOW);
    expect([after.opened, after.junk, after.withheld]).toEqual([[], [], [[N, N]]]);
    expect([...partsOf(after.keyring).junk]).toEqual([]);
    // The device does not pass it on, and does not declare it missing.
    const error = expectError(() => propose.rekey(after, env), "GRANT_UNAVAILABLE", "GRT-1");
    expect(error.details).toMatchObject({ epoch: N });
    expect(rotate(after, env).log.links.last()?.missing).toEqual([]);
    await expectSound(receive(after, winner, NOW), won);
  });

  it("is found when the epoch comes later, if the winner made no epoch", () => {
    const renamed = base.rename("Phone", "Mine");
    const next = renamed.rotate("Phone");
    const between = receive({ log: base.log, keyring: lost.keyring }, renamed.last, NOW);
    const after = receive(between, next.last, NOW);
    expect([after.opened, after.junk]).toEqual([[[N, N]], []]);
    expect(share(after, next.session("Phone"), N)).toBe(true);
  });

  it("is found in any function that takes a state, also without an entry", () => {
    const late = { log: won.log, keyring: lost.keyring };
    expect(checkMemberState(late).keyring.epochs).not.toContain(N);
    expect(rotate(late, env).log.links.last()?.missing).toEqual([]);
    expectError(() => propose.rekey(late, env), "GRANT_UNAVAILABLE", "GRT-1");
    expect(resume(won.log, won.entries, lost.keyring).opened).toEqual([[N, N]]);
  });

  it("is not tried on content if the reader gives its log, and the content is not blamed (GRT-4)", async () => {
    const sealed = await sealContent([won.log], Uint8Array.of(7), { purpose: "test" }, env);
    const attempt = openContent(sealed, lost.keyring, { log: won.log });
    expect(await rejection(attempt)).toMatchObject({ code: "NO_ACCESS", details: { epoch: N } });
    const { keyring } = receive({ log: base.log, keyring: lost.keyring }, winner, NOW);
    expect(await openContent(sealed, keyring, { log: won.log })).toEqual(Uint8Array.of(7));
    // Content that was sealed to the losing link opens with its own log, even if other seeds were set aside since.
    const stray = await sealContent([lost.log], Uint8Array.of(8), { purpose: "test" }, env);
    expect(await openContent(stray, keyring, { log: lost.log })).toEqual(Uint8Array.of(8));
  });

  it("is found after a double click: both links were accepted here, one of them by the server", async () => {
    const remove = { remove: [base.id("Tablet")] };
    const [first, second] = [propose.review(laptop, remove, env), propose.review(laptop, remove, env)];
    const kept = second.accept().keyring;
    first.accept();
    const world = base.append(first.entry).join("Tablet again");
    const after = receive({ log: base.log, keyring: kept }, first.entry, NOW);
    expect([after.opened, after.junk]).toEqual([[[N, N]], []]);
    expect(share(after, world.session("Phone"), N)).toBe(true);
  });

  it("comes back when its own log is given after all", () => {
    const after = receive({ log: base.log, keyring: lost.keyring }, winner, NOW);
    const back = checkMemberState({ log: lost.log, keyring: after.keyring });
    expect(back.keyring.epochs).toEqual(lost.keyring.epochs);
    expect(share(back, lost, N)).toBe(true);
    // Both are kept, each for its log.
    expect(
      share({ ...after, keyring: checkMemberState({ log: won.log, keyring: back.keyring }).keyring }, after, N),
    ).toBe(true);
  });
});

describe("a keyring from one side of a fork", () => {
  // Two histories continue from the same links, each with two more epochs.
  const ours = base.rotate("Laptop").rotate("Phone");
  const theirs = base.rotate("Phone").rename("Phone", "Mine").rotate("Laptop");
  const keyringOfOurs = ours.session("Laptop").keyring;
  const stored = unsafeSerializeKeyring(ours.session("Laptop"));

  it("opens the other side's epochs, and sets its own aside (GRT-4)", async () => {
    const after = resume(theirs.log, theirs.entries, keyringOfOurs);
    expect([after.opened, after.junk, after.withheld]).toEqual([[[N, N + 1]], [], []]);
    expect(partsOf(after.keyring).aside.size).toBe(2);
    await expectSound(after, theirs);
  });

  it("comes back from its bytes only by resume, which says that the log was forked", async () => {
    const session = { log: theirs.log, keyring: parseKeyring(stored) };
    for (const use of [() => receive(session, theirs.last, NOW), () => rotate(session, env)]) {
      const error = expectError(use, "FORKED", "LOG-8");
      expect(error.details).toMatchObject({ stored: { seq: ours.log.head.seq }, offered: theirs.log.head });
    }
    const after = resume(theirs.log, theirs.entries, parseKeyring(stored));
    expect([after.history, after.opened]).toEqual(["forked", [[N, N + 1]]]);
    await expectSound(after, theirs);
    // Seeds that were set aside are stored too, and come back when the log is the first one again.
    const kept = parseKeyring(unsafeSerializeKeyring(after));
    const again = resume(ours.log, [], kept);
    expect([again.history, again.opened, again.withheld]).toEqual(["rolled-back", [], []]);
    expect(share(again, ours.session("Phone"), N)).toBe(true);
  });

  it("does not trust checks from the other side", () => {
    const { stored: facts } = partsOf(parseKeyring(stored));
    expect(facts?.checked.has(N)).toBe(true);
    const after = resume(theirs.log, [], parseKeyring(stored));
    expect(after.withheld).toEqual([[N, N + 1]]);
    expectError(() => after.keyring.exportKey(N, "test"), "NO_ACCESS", undefined);
  });
});

/** A keyring stored with other seeds for some epochs, under a right checksum. */
function damagedStore(
  { log, keyring }: MemberState,
  epochs: readonly number[],
  checked: readonly number[],
): Uint8Array {
  const { seeds } = partsOf(keyring);
  const own = ownKeys(keyring).copySeed();
  const other = (epoch: number) => new Secret(seedNamed(`damaged ${epoch}`));
  const gained = new Map(
    [...seeds].map(([epoch, seed]) => [epoch, epochs.includes(epoch) ? other(epoch) : seed.copy()]),
  );
  const copy = changedKeyring(newKeyring(log.head.log, keyring.member, new MemberKeys(own.bytes())), { gained });
  return encodeKeyring(copy, log.head, runsOf(checked));
}

describe("a keyring from a damaged store", () => {
  const whole = base.rotate("Laptop");

  it.each([
    ["with no epoch marked as checked", []],
    ["with all epochs marked as checked", [1, 2, 3, 4]],
  ])("whose seeds are wrong opens them again, though it %s (GRT-4)", async (_what, checked) => {
    const bytes = damagedStore(whole.session("Laptop"), [1, 3], checked);
    const after = resume(whole.log, whole.entries, parseKeyring(bytes));
    expect([after.opened, after.junk, after.withheld]).toEqual([
      [
        [1, 1],
        [3, 3],
      ],
      [],
      [],
    ]);
    await expectSound(after, whole);
  });

  it("lacks epochs that are not delivered, and says so", () => {
    const bytes = damagedStore(whole.session("Laptop"), [1, 3], []);
    const after = resume(whole.log, [], parseKeyring(bytes));
    expect([after.opened, after.junk, after.withheld]).toEqual([
      [],
      [],
      [
        [1, 1],
        [3, 3],
      ],
    ]);
    expectError(() => after.keyring.exportKey(1, "test"), "NO_ACCESS", undefined);
    expect(after.keyring.exportKey(2, "test")).toHaveLength(32);
  });

  it("that is undamaged comes back without opening a grant", () => {
    const open = vi.spyOn(primitives, "chacha20poly1305Open");
    const after = resume(whole.log, whole.entries, parseKeyring(unsafeSerializeKeyring(whole.session("Laptop"))));
    expect([after.opened, after.withheld, after.standing]).toEqual([[], [], "active"]);
    expect(open).not.toHaveBeenCalled();
  });
});

/** A KEM key with \u03c1 of one key and the rest of another: the quick check does not distinguish it from the first. */
function withRhoOf(kem: Uint8Array, other: Uint8Array): Uint8Array {
  return concat(other.subarray(0, 1152), kem.subarray(1152));
}

/** A rotation to a published key that nobody has. Its \u03c1 is that of the seed that it grants. */
function hidden(world: World, author: string, signers: readonly RawSigner[] = [world.signer(author)]): World {
  const { last } = world.rotate(author);
  const change = (body: RawBody) => {
    const kem = (body.get("epoch") as RawBody).get("kem") as Uint8Array;
    setField("epoch.kem", withRhoOf(kem, keysNamed("hidden").publicKeys.kem))(body);
  };
  return world.append(mutate(last, { body: change, signers }));
}

describe("a published key that only looks like its seed's", () => {
  const invaded = hidden(base, "Phone");

  // The laptop's rotation lost against one that publishes another key, with the \u03c1 of the same seed.
  const own = base.rotate("Laptop").session("Laptop");
  const twin = hidden(base, "Laptop");

  it("is not trusted by a check against the key of another side of the fork (GRT-4)", () => {
    const after = resume(twin.log, [], parseKeyring(unsafeSerializeKeyring(own)));
    expect([after.history, after.withheld]).toEqual(["forked", [[N, N]]]);
    expectError(() => after.keyring.exportKey(N, "test"), "NO_ACCESS", undefined);
  });

  it("is not trusted by a check that names an epoch behind the head with which it was stored (GRT-4)", () => {
    const stored = encodeKeyring(own.keyring, base.log.head, [[1, N]]);
    const after = resume(twin.log, [], parseKeyring(stored));
    expect([after.history, after.withheld]).toEqual(["continued", [[N, N]]]);
    expectError(() => after.keyring.exportKey(N, "test"), "NO_ACCESS", undefined);
    // The log of that head does not have the epoch yet.
    expect(resume(base.log, [], parseKeyring(stored)).keyring.epochs).toContain(N);
  });

  it("does not bring back a seed that was set aside (GRT-4)", () => {
    const { keyring } = receive({ log: base.log, keyring: own.keyring }, base.rotate("Phone").last, NOW);
    const back = partsOf(checkMemberState({ log: twin.log, keyring }).keyring);
    expect([back.seeds.has(N), back.opens.has(N)]).toEqual([false, false]);
    expect([...back.aside.keys()]).toEqual(expect.arrayContaining([...partsOf(keyring).aside.keys()]));
  });

  it("is found at once when its own link comes, by the full check (GRT-4)", () => {
    for (const name of ["Laptop", "Tablet"]) {
      const after = receive(base.session(name), invaded.last, NOW);
      expect([after.opened, after.junk, after.withheld]).toEqual([[], [[N, N]], []]);
    }
    expect(receive(laptop, base.rotate("Phone").last, NOW).opened).toEqual([[N, N]]);
  });

  it("stays junk when all entries are given again to a stored keyring, though the seed has its \u03c1 (GRT-4)", () => {
    const known = receive(laptop, invaded.last, NOW);
    const stored = parseKeyring(unsafeSerializeKeyring(known));
    const again = resume(invaded.log, invaded.entries, stored);
    expect(again.keyring.epochs).not.toContain(N);
    expect([...partsOf(again.keyring).junk]).toEqual([N]);
    expect(rotate(again, env).log.links.last()?.missing).toEqual([[N, N]]);
  });

  it("is found at once also if the author's own keyring has the seed already", () => {
    const { keyring } = base.rotate("Phone").session("Phone");
    const after = receive({ log: base.log, keyring }, invaded.last, NOW);
    expect(after.keyring.epochs).not.toContain(N);
    expect(after.junk).toEqual([[N, N]]);
  });

  // A device that joins later is granted the epoch with older ones: there only its ρ is checked for now. The phone is a dishonest
  // client: it treats the seed that it drew as right.
  const liar = (() => {
    const { log, keyring } = invaded.session("Phone");
    const drawn = partsOf(base.rotate("Phone").session("Phone").keyring).seeds.get(N) as Secret;
    partsOf(keyring).vault.remember(drawn, log.epochs.at(N - 1) as Epoch, "right");
    return changedKeyring(keyring, { gained: new Map([[N, drawn]]) });
  })();
  const later = invaded.with("Phone", liar).rotate("Phone").join("Watch");
  const given = later.review("Phone", { approve: ["Watch"] }).last;
  const watch = (): MemberState => receive(later.session("Watch"), given, NOW);

  it("is kept for now with the rest of a long history (GRT-4)", () => {
    const derive = vi.spyOn(primitives, "mlkem768PrivateKey");
    const after = receive(later.session("Watch"), given, NOW);
    expect(after.opened).toEqual([[1, N + 1]]);
    // Its own KEM key may be expanded here, but no epoch's.
    expect(derive.mock.calls.length).toBeLessThanOrEqual(1);
  });

  it("is never exported from, opened with, or blamed on the content (GRT-4)", async () => {
    const { log, keyring } = watch();
    expectError(() => keyring.exportKey(N, "test"), "NO_ACCESS", "GRT-4");
    expect(keyring.exportKey(N - 1, "test")).toHaveLength(32);
    const sealed = await sealContent([invaded.log], Uint8Array.of(7), { purpose: "test" }, env);
    expect(await rejection(openContent(sealed, watch().keyring))).toMatchObject({ code: "NO_ACCESS", rule: "GRT-4" });
    const good = await sealContent([log], Uint8Array.of(7), { purpose: "test" }, env);
    expect(await openContent(good, keyring)).toEqual(Uint8Array.of(7));
  });

  it("is never granted (GRT-4)", () => {
    const error = expectError(() => propose.rekey(watch(), env), "GRANT_UNAVAILABLE", "GRT-1");
    expect(error.details).toMatchObject({ epoch: N });
  });

  it("is never called proven: otherwise a user could hide data from their own escrow (GRT-4)", async () => {
    const session = watch();
    const { members } = await proveCoverage(session);
    const self = members.find(({ member }) => member === session.keyring.member);
    expect(self?.proven).toEqual([
      [1, N - 1],
      [N + 1, N + 2],
    ]);
    expect(checkGrants(watch(), [later.log.head.seq + 1]).unknown).toHaveLength(1);
  });

  it("is found when the device is idle, then delivered again, found junk, and declared (GRT-4, MEM-9)", async () => {
    const progress: string[] = [];
    const checked = await checkSeeds(watch(), {
      onProgress: ({ done, total }) => {
        progress.push(`${done}/${total}`);
      },
    });
    expect(checked.wrong).toEqual([[N, N]]);
    expect(progress.at(-1)).toBe(`${progress.length}/${progress.length}`);
    expect(checked.keyring.epochs).not.toContain(N);
    expect([...partsOf(checked.keyring).junk]).toEqual([]);
    const again = receive(checked, given, NOW);
    expect([again.opened, again.junk, again.withheld]).toEqual([[], [[N, N]], []]);
    expect(rotate(again, env).log.links.last()?.missing).toEqual([[N, N]]);
  });
});

describe("checking seeds in idle time", () => {
  const world = base.rotate("Laptop").review("Laptop", { approve: ["Tablet"] });

  it("checks each seed once, and storage remembers it", async () => {
    const derive = vi.spyOn(primitives, "mlkem768PrivateKey");
    const checked = await checkSeeds(world.session("Tablet"));
    expect(checked.wrong).toEqual([]);
    // Epochs 1 and 2 came by the approval. Later ones were checked when they came.
    expect(derive).toHaveBeenCalledTimes(2);
    const kept = parseKeyring(unsafeSerializeKeyring(checked));
    derive.mockClear();
    const back = resume(world.log, [], kept);
    await checkSeeds(back);
    for (const epoch of back.keyring.epochs) back.keyring.exportKey(epoch, "test");
    expect(derive).not.toHaveBeenCalled();
  });

  it("trusts the stored check of an epoch that the last link made", async () => {
    const kept = parseKeyring(unsafeSerializeKeyring(base.rotate("Laptop").session("Laptop")));
    const derive = vi.spyOn(primitives, "mlkem768PrivateKey");
    const { log, entries } = base.rotate("Laptop");
    derive.mockClear();
    await checkSeeds(resume(log, [], kept));
    expect([entries.length, derive.mock.calls.length]).toEqual([log.head.seq, 0]);
  });

  /** A world with a phone to which epochs 1 to 3 come by its approval. */
  const approvedLate = (name: string): World =>
    openWorld(name)
      .rotate("Laptop")
      .rotate("Laptop")
      .join("Phone")
      .review("Laptop", { approve: ["Phone"] });

  it("is not done earlier by a device that authors a link", () => {
    const { log, keyring } = approvedLate("author").session("Phone");
    rotate({ log, keyring }, env);
    expect(fullyChecked(log, keyring)).toEqual([4]);
  });

  it("is not done earlier when a stored keyring is given all entries again", () => {
    const { log, entries, sessions } = approvedLate("resumed");
    const stored = unsafeSerializeKeyring(sessions.get("Phone") as MemberState);
    const after = resume(log, entries, parseKeyring(stored));
    expect([after.keyring.epochs, fullyChecked(log, after.keyring)]).toEqual([[1, 2, 3, 4], [4]]);
  });

  it("passes over epochs that the log at hand does not have", async () => {
    const { keyring } = base.rotate("Laptop").session("Laptop");
    const checked = await checkSeeds({ log: base.log, keyring });
    expect([checked.wrong, checked.keyring.epochs.includes(N)]).toEqual([[], true]);
  });

  it("begins with the newest epochs, which are used first", async () => {
    const controller = new AbortController();
    const { log, keyring } = approvedLate("newest").session("Phone");
    const before = fullyChecked(log, keyring);
    expect(before).toEqual([4]);
    const stop = { signal: controller.signal, onProgress: () => controller.abort() };
    await expect(checkSeeds({ log, keyring }, stop)).rejects.toBe(controller.signal.reason);
    expect(fullyChecked(log, keyring)).toEqual([3, 4]);
  });

  it("ends on an aborted signal, and keeps its results", async () => {
    const controller = new AbortController();
    const session = openWorld("idle")
      .join("Phone")
      .review("Laptop", { approve: ["Phone"] })
      .session("Phone");
    const stop = { signal: controller.signal, onProgress: () => controller.abort() };
    await expect(checkSeeds(session, stop)).rejects.toBe(controller.signal.reason);
    const derive = vi.spyOn(primitives, "mlkem768PrivateKey");
    expect((await checkSeeds(session)).wrong).toEqual([]);
    expect(derive).not.toHaveBeenCalled();
  });
});

describe("the quick check", () => {
  it("costs one hash for each seed once, and nothing when log and keyring meet again (GRT-4)", () => {
    const world = [...Array(20)].reduce<World>((each) => each.rotate("Laptop"), base);
    const bytes = unsafeSerializeKeyring(world.session("Laptop"));
    const hash = vi.spyOn(primitives, "sha3_512");
    const back = resume(world.log, [], parseKeyring(bytes));
    expect(hash).toHaveBeenCalledTimes(currentEpoch(world.log));
    hash.mockClear();
    const verified = verifyLog(world.entries, { subject: ALICE, ...NOW });
    for (const log of [world.log, verified]) checkMemberState({ log, keyring: back.keyring });
    expect(hash).not.toHaveBeenCalled();
    expect(checkMemberState(back).keyring).toBe(back.keyring);
  });

  it("compares no more than \u03c1 of new epochs with seeds that were set aside", () => {
    const lost = base.rotate("Laptop").session("Laptop").keyring;
    const met = receive({ log: base.log, keyring: lost }, base.rotate("Phone").last, NOW);
    const { log } = base.rotate("Phone").rotate("Phone").rotate("Phone");
    const hash = vi.spyOn(primitives, "sha256");
    for (const { keyring } of [met, laptop]) checkMemberState({ log, keyring });
    expect([partsOf(met.keyring).aside.size, hash.mock.calls.length]).toEqual([1, 0]);
  });

  it("costs one hash for each new epoch", () => {
    const next = base.rotate("Phone");
    const second = next.rotate("Phone").last;
    const first = receive(laptop, next.last, NOW);
    const hash = vi.spyOn(primitives, "sha3_512");
    receive(first, second, NOW);
    expect(hash).toHaveBeenCalledTimes(1);
  });
});

describe("an escrow seed with the right KEM key and a wrong signing key", () => {
  const escrow = hire(openOrganisation("half"), "Dan", []);
  const number = escrow.log.epochs.length + 1;
  const half = escrow.append(
    mutate(escrow.rotate("Ann").last, {
      body: setField("epoch.sign", keysNamed("another").signingKey),
      signers: [escrow.signer("Ann")],
    }),
  );

  it("is junk, and still opens content that is sealed to it (GRT-4)", async () => {
    const { log, keyring } = half.session("Dan");
    expect(keyring.epochs).not.toContain(number);
    expect([...partsOf(keyring).junk]).toEqual([number]);
    expect([...partsOf(keyring).opens.keys()]).toEqual([number]);
    expect(epochPrivateKey(keyring, number).publicKey).toEqual(log.epochs.last()?.kemKey);
    expectError(() => keyring.exportKey(number, "test"), "NO_ACCESS", undefined);
    const sealed = await sealContent([log], Uint8Array.of(7), { purpose: "test" }, env);
    expect(await openContent(sealed, keyring)).toEqual(Uint8Array.of(7));
    const kept = parseKeyring(unsafeSerializeKeyring({ log, keyring }));
    expect(await openContent(sealed, resume(log, [], kept).keyring)).toEqual(Uint8Array.of(7));
  });

  it("still opens content if the key of its grant was derived from other seeds (GRT-4)", () => {
    const seed = partsOf(escrow.rotate("Ann").session("Ann").keyring).seeds.get(number) as Secret;
    const key = seedNamed("any key");
    const boxes = half.record.grants
      .flatMap((grant) => grant.boxes)
      .map(({ kemKey }) => {
        const info = boxInfo(half.log.head.log, epochsDigest([[number, number]]), kemKey);
        return hpkeSeal(kemKey, { info, plaintext: key, coins: env.random(64) });
      });
    const attachments = [chachaSeal(key, KEYRING_NONCE, new Uint8Array(0), seed.bytes()), ...boxes];
    const entry = attachments.reduce(
      (changed, bytes, index) => withAttachment(changed, index, bytes, [escrow.signer("Ann")]),
      half.last,
    );
    const after = receive(escrow.session("Dan"), entry, NOW);
    expect([after.junk, [...partsOf(after.keyring).opens.keys()]]).toEqual([[[number, number]], [number]]);
  });

  it("only opens also when it comes back after it was set aside (GRT-4)", () => {
    const mine = escrow.rotate("Ann").session("Ann");
    const other = propose.rotate(escrow.session("Ann"), env).entry;
    const { keyring } = receive({ log: escrow.log, keyring: mine.keyring }, other, NOW);
    expect([keyring.epochs.includes(number), partsOf(keyring).aside.size]).toEqual([true, 1]);
    const back = partsOf(checkMemberState({ log: half.log, keyring }).keyring);
    expect([back.seeds.has(number), [...back.opens.keys()]]).toEqual([false, [number]]);
  });

  it("only opens when it is found in idle time, and is found once (GRT-4)", async () => {
    const { keyring } = escrow.rotate("Ann").session("Ann");
    const checked = await checkSeeds({ log: half.log, keyring });
    expect(checked.wrong).toEqual([[number, number]]);
    expect([checked.keyring.epochs.includes(number), [...partsOf(checked.keyring).opens.keys()]]).toEqual([
      false,
      [number],
    ]);
    expect(checkMemberState(checked).keyring).toBe(checked.keyring);
  });

  it("is distinguished from one whose two keys are right", () => {
    const { keyring } = escrow.rotate("Ann").session("Dan");
    expect([keyring.epochs.includes(number), partsOf(keyring).opens.size]).toEqual([true, 0]);
  });
});

describe("resuming", () => {
  const world = base.rotate("Laptop");
  const stored = unsafeSerializeKeyring(world.session("Laptop"));

  it("opens grants that have come since the keyring was stored", () => {
    const newer = world.rotate("Phone").rotate("Tablet");
    const after = resume(newer.log, newer.entries.slice(world.entries.length), parseKeyring(stored));
    expect([after.opened, after.withheld, after.standing]).toEqual([[[N + 1, N + 2]], [], "active"]);
    expect(rotate(after, env).log.head.seq).toBe(newer.log.head.seq + 1);
  });

  it("goes on, and says so, in a log that was rolled back or forked since; no other call does (LOG-8)", () => {
    const other = base.rotate("Phone").rotate("Phone");
    for (const [{ log, entries }, history, code] of [
      [base, "rolled-back", "ROLLED_BACK"],
      [other, "forked", "FORKED"],
    ] as const) {
      const back = resume(log, entries, parseKeyring(stored));
      expect([back.history, back.withheld, back.junk]).toEqual([history, [], []]);
      expect(rotate(back, env).log.head.seq).toBe(log.head.seq + 1);
      expectError(() => rotate({ log, keyring: parseKeyring(stored) }, env), code, "LOG-8");
      expectError(() => checkGrants({ log, keyring: parseKeyring(stored) }, [1]), code, "LOG-8");
    }
    const twin = { log: world.log, keyring: parseKeyring(stored) };
    expect(resume(twin.log, [], twin.keyring).history).toBe("continued");
    expect(rotate(twin, env).log.head.seq).toBe(world.log.head.seq + 1);
  });

  it("does not change the given keyring, whether it succeeds or not", () => {
    const keyring = parseKeyring(stored);
    thrownBy(() => resume(world.log, [Uint8Array.of(1)], keyring));
    resume(world.log, world.entries, keyring);
    expect(encodeKeyring(keyring, world.log.head, [])).toEqual(encodeKeyring(parseKeyring(stored), world.log.head, []));
  });

  it("is refused for a member that the log does not have", () => {
    const alone = openWorld("seeds");
    const { keyring } = base.session("Phone");
    expectError(() => resume(alone.log, alone.entries, keyring), "UNKNOWN_MEMBER", "MEM-2");
  });

  it("does not accept another log's head as its own", () => {
    const { hash } = world.log.head;
    expect(hash).not.toBe("00".repeat(32) as LinkHash);
    const elsewhere = openWorld("elsewhere");
    expectError(() => resume(elsewhere.log, [], parseKeyring(stored)), "INVALID_ARGUMENT", undefined);
  });
});
