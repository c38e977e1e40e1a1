// What a keyring keeps when it changes, which secrets it gives, and why it gives none. docs/spec.md sections 5 and 7 (GRT-4).

import { describe, expect, it } from "vitest";
import type { LogId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { Secret } from "../../src/bytes/secret.js";
import { type EpochPublicKeys, epochKemPublicKey, epochSigningPublicKey } from "../../src/keys/epoch-keys.js";
import {
  canOpen,
  changedKeyring,
  epochPrivateKey,
  epochSeed,
  type Keyring,
  lacksEpoch,
  newKeyring,
  ownKeys,
  partsOf,
} from "../../src/keys/keyring.js";
import type { KeyHolder } from "../../src/keys/member-keys.js";
import { MemberKeys, memberIdOf } from "../../src/keys/member-keys.js";
import { expectError, thrownBy } from "../support/refusal.js";

const LOG = "ab".repeat(32) as LogId;
const seedOf = (byte: number): Secret => new Secret(new Uint8Array(32).fill(byte));
const seeds = (...epochs: readonly number[]) => new Map(epochs.map((epoch) => [epoch, seedOf(epoch)] as const));

function emptyKeyring(): Keyring {
  const own = new MemberKeys(new Uint8Array(32).fill(7));
  return newKeyring(LOG, memberIdOf(own.publicKeys), own);
}

/** The keys that a log publishes for the epochs whose seeds are these bytes. */
const published = (...bytes: readonly number[]): EpochPublicKeys[] =>
  bytes.map((byte) => ({
    kemKey: epochKemPublicKey(seedOf(byte).bytes()),
    signingKey: epochSigningPublicKey(seedOf(byte).bytes()),
  }));

describe("a changed keyring", () => {
  it("has what it gained, lacks what was dropped, and leaves the old one as it was", () => {
    const old = changedKeyring(emptyKeyring(), { gained: seeds(1, 2, 3) });
    const changed = changedKeyring(old, { gained: seeds(4), dropped: new Set([2]) });
    expect([old.epochs, changed.epochs]).toEqual([
      [1, 2, 3],
      [1, 3, 4],
    ]);
    expect(emptyKeyring().epochs).toEqual([]);
    expect(changedKeyring(emptyKeyring(), { gained: seeds(10, 9, 2) }).epochs).toEqual([2, 9, 10]);
  });

  it("opens with a seed that only opens, and has it as nothing else", () => {
    const opens = changedKeyring(changedKeyring(emptyKeyring(), { gained: seeds(1, 2) }), { opens: seeds(2) });
    expect(opens.epochs).toEqual([1]);
    expect([1, 2, 3].map((epoch) => canOpen(opens, epoch))).toEqual([true, true, false]);
    // The real seed comes later: it replaces the one that only opens.
    const real = changedKeyring(opens, { gained: seeds(2) });
    expect([real.epochs, [...partsOf(real).opens.keys()]]).toEqual([[1, 2], []]);
    // And another such seed does not drop the first.
    expect([...partsOf(changedKeyring(opens, { opens: seeds(5) })).opens.keys()]).toEqual([2, 5]);
  });

  it("remembers junk until the seed or its grant comes", () => {
    const junk = (keyring: Keyring) => [...partsOf(keyring).junk];
    const old = changedKeyring(emptyKeyring(), { junk: [3, 4, 5] });
    expect(junk(changedKeyring(old, {}))).toEqual([3, 4, 5]);
    expect(junk(changedKeyring(old, { junk: [6] }))).toEqual([3, 4, 5, 6]);
    expect(junk(changedKeyring(old, { gained: seeds(4) }))).toEqual([3, 5]);
    expect(junk(changedKeyring(old, { awaited: [5] }))).toEqual([3, 4]);
  });

  it("sets seeds aside, and drops them", () => {
    const [first, second] = ["aa".repeat(32), "bb".repeat(32)];
    const old = changedKeyring(emptyKeyring(), { aside: new Map([[first, seedOf(1)]]) });
    const both = changedKeyring(old, { aside: new Map([[second, seedOf(2)]]) });
    expect([...partsOf(both).aside.keys()]).toEqual([first, second]);
    const change = { aside: new Map([[first, undefined]]) };
    expect([...partsOf(changedKeyring(both, change)).aside.keys()]).toEqual([second]);
  });

  it("is wiped with all that it ever had, also what it dropped, set aside, replaced or only opened with", () => {
    const had = [1, 2, 3, 4].map(seedOf) as [Secret, Secret, Secret, Secret];
    const keys = new MemberKeys(new Uint8Array(32).fill(8));
    const first = changedKeyring(emptyKeyring(), { gained: new Map([[1, had[0]]]), opens: new Map([[2, had[1]]]) });
    const own = ownKeys(first);
    const changed = changedKeyring(first, {
      ...{ keys, gained: new Map([[3, had[2]]]), dropped: new Set([1]), aside: new Map([["aa".repeat(32), had[3]]]) },
    });
    expect([ownKeys(first), ownKeys(changed)]).toEqual([own, keys]);
    changed.wipe();
    for (const secret of had) expectError(() => secret.bytes(), "WIPED", undefined);
    for (const each of [own, keys]) expectError(() => each.copySeed(), "WIPED", undefined);
    for (const each of [first, changed]) {
      const error = expectError(() => partsOf(each), "WIPED", undefined);
      expect(error.message).toBe("this keyring was wiped; load it from storage again");
    }
  });
});

describe("a seed that a keyring gives", () => {
  const keyring = changedKeyring(emptyKeyring(), { gained: seeds(1, 2), opens: seeds(3) });
  const keys = published(1, 9, 3);
  const met = changedKeyring(keyring, { published: keys });

  it("is given unchecked only before the keyring meets a log", () => {
    expect(epochSeed(keyring, 2).equals(seedOf(2))).toBe(true);
    expect(epochPrivateKey(keyring, 2).publicKey).toEqual(epochKemPublicKey(seedOf(2).bytes()));
  });

  it("is the log's, or is not given (GRT-4)", () => {
    expect(epochSeed(met, 1).equals(seedOf(1))).toBe(true);
    expect(epochPrivateKey(met, 3).publicKey).toEqual(epochKemPublicKey(seedOf(3).bytes()));
    for (const give of [epochSeed, epochPrivateKey]) {
      const error = expectError(() => give(met, 2), "NO_ACCESS", "GRT-4");
      expect(error.message).toContain("another seed for epoch 2");
      expect(error.details).toEqual({ epoch: 2, member: keyring.member });
      const { seeds, vault } = partsOf(met);
      expect(vault.known(present(seeds.get(2)), present(keys[1]))).toBe("wrong");
    }
  });

  it("is not given for an epoch that it only opens: such a seed must sign nothing", () => {
    expectError(() => epochSeed(met, 3), "NO_ACCESS", undefined);
    expect(canOpen(met, 3)).toBe(true);
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53])("is no seed of epoch %s", (epoch) => {
    for (const give of [epochSeed, epochPrivateKey]) {
      const error = expectError(() => give(keyring, epoch), "INVALID_ARGUMENT", undefined);
      expect(error.details).toEqual({ name: "epoch" });
      expect(error.message).toBe("epoch must be a whole number from 1");
    }
  });
});

describe("the reason why a keyring lacks an epoch", () => {
  const middle = changedKeyring(emptyKeyring(), { gained: seeds(3, 4, 6) });
  it.each<[string, Keyring, number, string]>([
    ["holds nothing", emptyKeyring(), 1, "holds no epoch yet"],
    ["starts later", middle, 2, "starts at 3"],
    ["ends earlier", middle, 7, "ends at 6"],
    ["has a hole", middle, 5, "did not receive or could not open"],
  ])("is that it %s", (_what, keyring, epoch, reason) => {
    const error = lacksEpoch(keyring, epoch, "content needs it", { from: 1 });
    expect(error.code).toBe("NO_ACCESS");
    expect(error.message).toMatch(/^content needs it, (and|which) this member /);
    expect(error.message).toContain(reason);
    const [earliest, latest] = [keyring.epochs[0], keyring.epochs.at(-1)];
    expect(error.details).toEqual({ epoch, member: keyring.member, earliest, latest, from: 1 });
    expect(thrownBy(() => keyring.exportKey(epoch, "notes")).message).toContain(`epoch ${epoch} is needed, `);
  });

  it("is that it was opened as escrow, where no approval helps; and such a keyring has no seed of its own", () => {
    const own = new MemberKeys(new Uint8Array(32).fill(7));
    // What an admin got for recorded epochs holds no member's keys.
    const holder = { publicKeys: own.publicKeys, wipe: () => own.wipe() } as unknown as KeyHolder;
    const opened = changedKeyring(newKeyring(LOG, memberIdOf(own.publicKeys), holder), { gained: seeds(3) });
    for (const epoch of [1, 4])
      expect(lacksEpoch(opened, epoch, "x").message).toContain("record an access that names it");
    const error = expectError(() => ownKeys(opened), "INVALID_ARGUMENT", undefined);
    expect(error.message).toContain("opened as escrow and has no seed of its own");
  });
});
