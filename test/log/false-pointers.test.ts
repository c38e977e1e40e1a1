// Pointers to false keys, admins that give up epochs, and escrow that is enrolled again: none of them changes what escrow gives.
// docs/spec.md section 11 (ESC-11).

import { describe, expect, it } from "vitest";
import type { Runs } from "../../src/bytes/runs.js";
import { grantedOf, Links, type NamedPair, namedKeys, pairsInOrder, pointerTo } from "../support/links.js";
import { forger, mutate } from "../support/raw-link.js";
import { expectRefused, expectTwins } from "../support/refusal.js";
import { approving, base, K1, K2, K3, K4 } from "./three-pairs.js";

describe("escrow declares nothing missing", () => {
  it("is refused in a review, of any epoch (MEM-9)", () => {
    const twin = approving(base, [[6, 7]]);
    for (const missing of [[[1, 2]], [[7, 7]], [[1, 7]], []] as readonly Runs[]) {
      const attack = base.reviewByEscrow(K3, { approve: ["Phone"], runs: [[6, 7]] }, { missing });
      expectTwins(base.log, attack, twin, "INVALID_LINK", "MEM-9");
    }
    const removing = base.reviewByEscrow(K3, { remove: ["Phone"] }, { missing: [[1, 2]] });
    expectTwins(base.log, removing, base.reviewByEscrow(K3, { remove: ["Phone"] }), "INVALID_LINK", "MEM-9");
  });

  it("so a removed admin cannot make it give up epochs, and a false pointer gets no past epoch (cases 1 and 8)", () => {
    const falsely = base.renew("Phone", pointerTo("Thief key"));
    const forgetting = falsely.reviewByEscrow("Thief key", { remove: ["Laptop"] }, { missing: [[1, 7]] });
    expectTwins(
      falsely.log,
      forgetting,
      falsely.reviewByEscrow("Thief key", { remove: ["Laptop"] }),
      "INVALID_LINK",
      "MEM-9",
    );
    // No link by escrow lowers the epochs that escrow holds by the log. So a member that approves it by mistake gives it no older
    // epoch.
    const approved = falsely.review("Laptop", { approve: ["Escrow"] });
    expect(approved.record.grants).toEqual([]);
    expect(grantedOf(approved, "Thief key")).toEqual([[8, 8]]);
  });
});

describe("a false pointer", () => {
  const falsely = base.join("Thief").renew("Thief", pointerTo("Thief key")).join("Accomplice");

  it("gives no epoch from before it (case 1)", () => {
    expect(grantedOf(falsely, "Thief key")).toEqual([[9, 10]]);
    expect(falsely.escrow.held).toEqual([[1, 10]]);
    const twin = falsely.reviewByEscrow("Thief key", { approve: ["Accomplice"], runs: [[9, 10]] });
    for (const runs of [[[1, 10]], [[8, 10]], [[1, 1]]] as readonly Runs[]) {
      const attack = falsely.reviewByEscrow("Thief key", { approve: ["Accomplice"], runs });
      expectTwins(falsely.log, attack, twin, "INVALID_LINK", "ESC-11");
    }
    // It names the true pair, for which it cannot sign.
    const claiming = falsely.reviewByEscrow("Thief key", { approve: ["Accomplice"], runs: [[6, 10]], pairs: [[K3]] });
    const forged = mutate(claiming, {
      signers: [namedKeys("Thief key"), namedKeys("Ann"), forger(namedKeys(K3), namedKeys("Thief key"))],
    });
    expectTwins(falsely.log, forged, claiming, "INVALID_SIGNATURE", "LOG-4");
  });

  it("with the thief's signing key and the true KEM key was granted nothing else either (ESC-11)", () => {
    const mixed = base.join("Thief").renew("Thief", pointerTo("Thief key", K3)).join("Accomplice");
    expect(grantedOf(mixed, "Thief key", K3)).toEqual([[9, 10]]);
    expect(grantedOf(mixed, K3)).toEqual([[6, 8]]);
    const giving = (runs: Runs, pairs?: readonly NamedPair[]) =>
      mixed.reviewByEscrow("Thief key", { approve: ["Accomplice"], runs, pairs });
    const twin = giving([[9, 10]]);
    expectTwins(mixed.log, giving([[6, 10]]), twin, "INVALID_LINK", "ESC-11");
    // It does not count for another pointer either: by its true pair epoch 6 is given, by this one it is not.
    const healed = mixed.renew("Laptop", pointerTo(K4));
    const later = (runs: Runs, pairs: readonly NamedPair[]) =>
      healed.reviewByEscrow(K4, { approve: ["Phone"], runs, pairs });
    const proven = later(
      [
        [6, 6],
        [11, 11],
      ],
      [[K3]],
    );
    expectTwins(
      healed.log,
      later(
        [
          [6, 6],
          [11, 11],
        ],
        [["Thief key", K3]],
      ),
      proven,
      "INVALID_LINK",
      "ESC-11",
    );
    // The true pair and the thief's are two pairs, each with a signature of its own.
    const both = later([[6, 11]], pairsInOrder([K3], ["Thief key", K3]));
    expect(healed.append(both).member("Phone").held).toEqual([[6, 11]]);
  });
});

describe("escrow that was removed and is enrolled again", () => {
  // A thief's device removes escrow. A new phone of the owner enrolls it again, and all other devices are lost.
  const before = Links.ofUser().rotate("Laptop").enrollEscrow("Laptop", pointerTo(K1)).join("Thief");
  const removed = before.review("Thief", { remove: ["Laptop", "Escrow"] }).join("New phone");
  const again = (key: string) => removed.enrollEscrow("New phone", pointerTo(key)).join("Restored");

  it("loses nothing: the same keys continue (case 17)", () => {
    const world = again(K1);
    expect(world.escrow.held).toEqual([[5, 6]]);
    expect(grantedOf(world, K1)).toEqual([
      [1, 3],
      [5, 6],
    ]);
    const restored = world.append(
      world.reviewByEscrow(K1, {
        approve: ["Restored"],
        runs: [
          [1, 3],
          [5, 6],
        ],
      }),
    );
    expect(restored.member("Restored").held).toEqual([
      [1, 3],
      [5, 6],
    ]);
    const attack = world.reviewByEscrow(K1, { approve: ["Restored"], runs: [[1, 6]] });
    expectTwins(
      world.log,
      attack,
      world.reviewByEscrow(K1, { approve: ["Restored"], runs: [[5, 6]] }),
      "INVALID_LINK",
      "ESC-11",
    );
  });

  it("loses nothing: newer keys prove the older ones, which admins still hold (case 17)", () => {
    const world = again(K2);
    expect(grantedOf(world, K2)).toEqual([[5, 6]]);
    const restoring = world.reviewByEscrow(K2, {
      approve: ["Restored"],
      runs: [
        [1, 3],
        [5, 6],
      ],
      pairs: [[K1]],
    });
    expect(world.append(restoring).member("Restored").held).toEqual([
      [1, 3],
      [5, 6],
    ]);
    const unproven = world.reviewByEscrow(K2, {
      approve: ["Restored"],
      runs: [
        [1, 3],
        [5, 6],
      ],
    });
    expectTwins(world.log, unproven, restoring, "INVALID_LINK", "ESC-11");
  });

  it("gives nothing while it is removed: its keys are no member's (MEM-4)", () => {
    const attack = removed.reviewByEscrow(K1, { approve: ["New phone"], runs: [[1, 3]] });
    expectRefused(removed.log, attack, "INVALID_LINK", "MEM-4");
  });
});
