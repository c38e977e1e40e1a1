// What opening a paper costs, and its seeds whose full check waits until they are first used. docs/spec.md sections 7 (GRT-4) and 9.

import { afterEach, describe, expect, it, vi } from "vitest";
import { reclaim, review } from "../../src/authoring/verbs.js";
import { openBackupKey } from "../../src/backup/open.js";
import { concat } from "../../src/bytes/bytes.js";
import { openContent } from "../../src/content/open.js";
import { sealContent } from "../../src/content/seal.js";
import { proveCoverage } from "../../src/coverage/proven.js";
import { checkGrants } from "../../src/grants/check.js";
import { checkSeeds } from "../../src/grants/check-seeds.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { fullyChecked } from "../../src/grants/seed-check.js";
import { unsafeSerializeKeyring } from "../../src/grants/store-keyring.js";
import { partsOf } from "../../src/keys/keyring.js";
import { parseKeyring } from "../../src/keys/keyring-bytes.js";
import { currentEpoch, type LogState } from "../../src/log/state.js";
import { primitives } from "../../src/primitives/current.js";
import { createBackupKey, joinLog } from "../support/accepted.js";
import { mutate, type RawBody, setField } from "../support/raw-link.js";
import { expectError } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import { keysNamed, openWorld, type World } from "../support/world.js";

const env = seededEnv("paper epochs");

/** A world with a paper, made by the laptop. */
function withPaper(world: World) {
  const made = createBackupKey(world.session("Laptop"), { name: "Paper" }, world.env("makes a paper"));
  return { world: world.append(made.entry), text: made.paper.reveal(made.log), paper: made.paper.member };
}

const rotated = (world: World, times: number, by = "Laptop"): World =>
  [...Array(times)].reduce<World>((each) => each.rotate(by), world);

/** A rotation to a published key that nobody has. Its ρ is that of the seed that it grants. */
function hidden(world: World, author: string): World {
  const change = (body: RawBody) => {
    const kem = (body.get("epoch") as RawBody).get("kem") as Uint8Array;
    setField("epoch.kem", concat(keysNamed("hidden").publicKeys.kem.subarray(0, 1152), kem.subarray(1152)))(body);
  };
  return world.append(mutate(world.rotate(author).last, { body: change, signers: [world.signer(author)] }));
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("opening a paper", () => {
  it("derives no key and hashes no seed twice", () => {
    const { world, text } = withPaper(openWorld("once"));
    const names = [
      "hkdfSha256",
      "shake256",
      "sha3_512",
      "ed25519PublicKey",
      "mlkem768PrivateKey",
      "x25519PrivateKey",
    ] as const;
    const calls: string[] = [];
    const recording =
      (name: string, own: (...given: never[]) => unknown) =>
      (...given: never[]) => {
        calls.push(`${name} ${given.map(String).join(" ")}`);
        return own(...given);
      };
    for (const name of names) {
      const own = primitives[name];
      vi.spyOn(primitives, name).mockImplementation(recording(name, own) as never);
    }
    const { keyring } = openBackupKey(world.log, world.entries, text);
    vi.restoreAllMocks();
    expect(keyring.epochs).toEqual([1]);
    expect(calls.filter((call, index) => calls.indexOf(call) !== index)).toEqual([]);
    const count = (name: string) => calls.filter((call) => call.startsWith(`${name} `)).length;
    // The paper's own keys, the grant's, and the epoch's.
    expect(names.map(count)).toEqual([5, 2, 1, 1, 2, 2]);
  });

  it.each([3, 40])("expands two keys after %i epochs: its own, and that of the current epoch (GRT-4)", (epochs) => {
    const { world, text } = withPaper(rotated(openWorld("long"), epochs - 1));
    const [expand, hash] = [vi.spyOn(primitives, "mlkem768PrivateKey"), vi.spyOn(primitives, "sha3_512")];
    const { keyring, withheld } = openBackupKey(world.log, world.entries, text);
    expect([expand.mock.calls.length, hash.mock.calls.length]).toEqual([2, epochs]);
    expect([keyring.epochs.length, withheld]).toEqual([epochs, []]);
    // Nothing counts as fully checked that was not.
    expect(fullyChecked(world.log, keyring)).toEqual([epochs]);
    expect(partsOf(parseKeyring(unsafeSerializeKeyring({ log: world.log, keyring }))).stored?.checked).toEqual(
      new Set([epochs]),
    );
  });
});

describe("a paper in a log with a published key that only looks like its seed's", () => {
  const base = openWorld("false key")
    .join("Phone")
    .review("Laptop", { approve: ["Phone"] });
  const papered = withPaper(base);
  const N = currentEpoch(papered.world.log) + 1;
  const invaded = hidden(papered.world, "Phone");
  const later = rotated(invaded, 2, "Laptop");
  const opened = (world: World = later, log: LogState = world.log): MemberState => ({
    log,
    keyring: openBackupKey(log, world.entries, papered.text).keyring,
  });
  const junkOf = ({ keyring }: MemberState) => [...partsOf(keyring).junk];

  it("finds the current epoch junk at once (GRT-4)", () => {
    const paper = opened(invaded);
    expect(paper.keyring.epochs).not.toContain(N);
    expect(junkOf(paper)).toEqual([N]);
  });

  it("keeps an older one for now, and never uses it: export, content (GRT-4)", async () => {
    expect(opened().keyring.epochs).toContain(N);
    expectError(() => opened().keyring.exportKey(N, "test"), "NO_ACCESS", "GRT-4");
    expect(opened().keyring.exportKey(N - 1, "test")).toHaveLength(32);
    const sealed = await sealContent([invaded.log], Uint8Array.of(7), { purpose: "test" }, env);
    expect(await rejection(openContent(sealed, opened().keyring))).toMatchObject({ code: "NO_ACCESS", rule: "GRT-4" });
    const good = await sealContent([later.log], Uint8Array.of(7), { purpose: "test" }, env);
    expect(await openContent(good, opened().keyring)).toEqual(Uint8Array.of(7));
  });

  it("does not call it proven, and judges no grant by it (GRT-3, GRT-4)", async () => {
    const { members } = await proveCoverage(opened());
    const self = members.find(({ member }) => member === papered.paper);
    expect([self?.proven, self?.wrong]).toEqual([
      [
        [1, N - 1],
        [N + 1, N + 2],
      ],
      [],
    ]);
    expect(checkGrants(opened(), [invaded.log.head.seq]).unknown).not.toEqual([]);
  });

  it("approves a device in one link, and declares the epoch missing (GRT-4, MEM-9)", () => {
    const joined = joinLog(later.log, { device: { name: "New" } }, env);
    const world = later.append(joined.entry);
    const approve = { approveUncompared: [joined.keyring.member] };
    const { log, keyring } = review(opened(world), approve, env).accept();
    expect(log.links.last()?.missing).toEqual([[N, N]]);
    // Declaring makes a new epoch at once.
    expect(log.active.get(joined.keyring.member)?.held).toEqual([
      [1, N - 1],
      [N + 1, N + 3],
    ]);
    expect(keyring.epochs).not.toContain(N);
  });

  it("says that it is junk once it was found, before or while it is used (GRT-4, MEM-9)", async () => {
    const used = opened();
    expectError(() => used.keyring.exportKey(N, "test"), "NO_ACCESS", "GRT-4");
    for (const [state, wrong] of [
      [opened(), [[N, N]]],
      [used, []],
    ] as const) {
      const checked = await checkSeeds(state);
      expect([checked.wrong, junkOf(checked)]).toEqual([wrong, [N]]);
      expect(partsOf(checked.keyring).aside.size).toBe(1);
    }
    // Another log publishes another key: there the seed is not the epoch's, and nothing says that its grant is junk.
    const fork = rotated(papered.world, 3, "Laptop");
    expect(junkOf(await checkSeeds({ log: fork.log, keyring: opened().keyring }))).toEqual([]);
  });

  it("is not taken over by a device that reclaims from a removed paper (GRT-4, MEM-10)", () => {
    const gone = later.append(
      review(later.session("Laptop"), { remove: [papered.paper] }, later.env("removes the paper")).entry,
    );
    const fresh = gone.join("Tablet").review("Laptop", { approve: ["Tablet"] });
    const lacking: MemberState = fresh.session("Tablet");
    expect(fresh.log.active.get(lacking.keyring.member)?.held).not.toContainEqual([1, N]);
    const from = openBackupKey(fresh.log, fresh.entries, papered.text);
    expect(from.standing).toBe("removed");
    expectError(() => reclaim(lacking, { from: from.keyring }, env), "NOT_PERMITTED", "MEM-10");
  });
});
