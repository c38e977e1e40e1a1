// The epochs that escrow gives: only those granted to its keys, and each pair of keys proves its part. docs/spec.md section 11
// (ESC-11).

import { describe, expect, it } from "vitest";
import type { Runs } from "../../src/bytes/runs.js";
import { pairKey } from "../../src/log/pairs.js";
import {
  actor,
  DIGEST,
  grantedOf,
  idList,
  Links,
  type NamedPair,
  namedId,
  namedKeys,
  pairOf,
  pairsInOrder,
  pointerTo,
} from "../support/links.js";
import { forger, mutate, type RawBody, type RawValue, setField, takeApart } from "../support/raw-link.js";
import { expectRefused, expectTwins } from "../support/refusal.js";
import { approving, base, K1, K2, K3, K4 } from "./three-pairs.js";

const BOTH: readonly NamedPair[] = [[K1], [K2]];

describe("the epochs granted to a pair of keys", () => {
  it("are those that escrow's member got while the pointer had exactly these keys (ESC-11)", () => {
    expect([K1, K2, K3].map((name) => grantedOf(base, name))).toEqual([[[1, 3]], [[4, 5]], [[6, 7]]]);
    expect([...base.log.granted]).toHaveLength(3);
    expect(base.escrow.held).toEqual([[1, 7]]);
  });

  it("are none for keys that no pointer had together (ESC-11)", () => {
    expect([grantedOf(base, K1, K2), grantedOf(base, K2, K1), grantedOf(base, K4)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("depend on the keys alone: other fields of the pointer make no other pair (ESC-11)", () => {
    const moved = base.renew("Laptop", { ...pointerTo(K3), seq: 9 });
    expect(grantedOf(moved, K3)).toEqual([[6, 8]]);
    // A device that gave up all its epochs except the newest has only the newest to give to escrow.
    const poor = Links.ofUser()
      .rotate("Laptop", { missing: [[1, 1]] })
      .enrollEscrow("Laptop", pointerTo(K1));
    expect(grantedOf(poor, K1)).toEqual([[2, 2]]);
  });

  it("grow for the pair in force only, when escrow is granted older epochs again (ESC-11, MEM-9)", () => {
    const again = base.regrant("Laptop", "Escrow", [[2, 4]]);
    expect([K1, K2, K3].map((name) => grantedOf(again, name))).toEqual([
      [[1, 3]],
      [[4, 5]],
      [
        [2, 4],
        [6, 7],
      ],
    ]);
    expect(again.escrow.held).toEqual(base.escrow.held);
  });

  it("stay when escrow is removed, and grow on when it is enrolled again (ESC-11)", () => {
    const gone = base.review("Laptop", { remove: ["Escrow"] });
    expect([K1, K2, K3].map((name) => grantedOf(gone, name))).toEqual([[[1, 3]], [[4, 5]], [[6, 7]]]);
    const again = gone.rotate("Phone").enrollEscrow("Phone", pointerTo(K3));
    expect(grantedOf(again, K3)).toEqual([[6, 9]]);
  });
});

describe("the epochs that escrow gives", () => {
  it.each([
    ["what the pair in force has", [[6, 7]] as Runs, undefined, [[6, 7]] as Runs],
    ["all that three pairs have", [[1, 7]] as Runs, BOTH, [[1, 7]] as Runs],
    [
      "what the pair in force has and one other",
      [
        [1, 3],
        [6, 7],
      ] as Runs,
      [[K1]] as readonly NamedPair[],
      [
        [1, 3],
        [6, 7],
      ] as Runs,
    ],
    [
      "a part of it",
      [
        [2, 2],
        [5, 5],
        [7, 7],
      ] as Runs,
      BOTH,
      [
        [2, 2],
        [5, 5],
        [7, 7],
      ] as Runs,
    ],
  ])("is %s, and no new epoch where it gives the current one (ESC-11, GRT-1)", (_what, runs, pairs, held) => {
    const approved = base.append(approving(base, runs, pairs));
    expect(approved.member("Phone")).toMatchObject({ held, reach: held });
    expect(approved.record).toMatchObject({ author: base.escrow.id, approved: [namedId("Phone")], epoch: undefined });
    const attack = mutate(approving(base, runs, pairs), {
      body: setField("epoch", new Map([["kem", namedKeys("another epoch").publicKeys.kem]])),
      signers: [K3, "Ann", ...(pairs ?? []).map(([sign]) => sign)].map(namedKeys),
    });
    expectTwins(base.log, attack, approving(base, runs, pairs), "INVALID_LINK", "MEM-7");
  });

  it("are named, and are not all that it holds by the log (ESC-11, GRT-1)", () => {
    const all = takeApart(approving(base, [[1, 7]], BOTH)).body.get("grants") as RawValue;
    const some = approving(base, [[6, 7]]);
    const attack = base.reviewByEscrow(K3, { approve: ["Phone"], runs: [[6, 7]] }, { grants: all });
    expectTwins(base.log, attack, some, "INVALID_LINK", "GRT-1");
  });

  it("leave out those that the approved member holds, and must extend or move it (MEM-1)", () => {
    expectTwins(base.log, approving(base, [[7, 7]]), approving(base, [[6, 7]]), "INVALID_LINK", "MEM-1");
    // Judged by the named epochs: escrow could give more.
    const twin = approving(
      base,
      [
        [4, 4],
        [7, 7],
      ],
      [[K2]],
    );
    expectTwins(base.log, approving(base, [[7, 7]]), twin, "INVALID_LINK", "MEM-1");
    expectTwins(base.log, base.reviewByEscrow(K3, { approve: ["Phone"] }), twin, "INVALID_LINK", "MEM-1");
  });

  it("include no older one if it names no runs: then it can only move (ESC-11, MEM-1, MEM-7)", () => {
    const left = base.plus("Laptop", { type: "leave" });
    const moved = left.append(left.reviewByEscrow(K3, { approve: ["Phone"] }));
    expect(moved.record.epoch).toBe(8);
    expect(moved.founders("Phone")).toEqual([1]);
    expect(moved.member("Phone").held).toEqual([[7, 8]]);
  });

  it("go to each approved member as far as it lacks them (GRT-1)", () => {
    const two = base.join("Tablet");
    const approved = two.append(
      two.reviewByEscrow(K3, {
        approve: ["Phone", "Tablet"],
        runs: [
          [2, 2],
          [6, 8],
        ],
        pairs: [[K1]],
      }),
    );
    expect(approved.member("Phone").held).toEqual([
      [2, 2],
      [6, 8],
    ]);
    expect(approved.member("Tablet").held).toEqual([
      [2, 2],
      [6, 8],
    ]);
  });

  it("may follow in further reviews (ESC-11)", () => {
    const first = base.append(approving(base, [[6, 7]]));
    const second = first.append(
      approving(
        first,
        [
          [4, 5],
          [7, 7],
        ],
        [[K2]],
      ),
    );
    expect(second.record.epoch).toBeUndefined();
    expect(second.member("Phone").held).toEqual([[4, 7]]);
  });
});

describe("runs that escrow may not give", () => {
  it.each([
    ["epochs that only an older pair was granted, although escrow holds them by the log", [[5, 7]]],
    ["an epoch that is not there yet", [[6, 8]]],
    ["an epoch of any number", [[6, Number.MAX_SAFE_INTEGER]]],
    ["no runs", []],
    [
      "runs that touch",
      [
        [6, 6],
        [7, 7],
      ],
    ],
    [
      "runs that overlap",
      [
        [6, 7],
        [7, 7],
      ],
    ],
    [
      "a run twice",
      [
        [6, 6],
        [6, 6],
      ],
    ],
    [
      "runs in another order",
      [
        [7, 7],
        [6, 6],
      ],
    ],
    ["a run that ends before it starts", [[7, 6]]],
  ] as readonly (readonly [string, Runs])[])("are %s (ESC-11)", (_what, runs) => {
    expectTwins(base.log, approving(base, runs), approving(base, [[6, 7]]), "INVALID_LINK", "ESC-11");
  });

  it("include runs beyond the pairs that it proves (ESC-11)", () => {
    const twin = approving(base, [[4, 7]], [[K2]]);
    for (const runs of [
      [[3, 7]],
      [
        [1, 1],
        [4, 7],
      ],
    ] as readonly Runs[]) {
      expectTwins(base.log, approving(base, runs, [[K2]]), twin, "INVALID_LINK", "ESC-11");
      expect(base.append(approving(base, runs, BOTH)).record.type).toBe("review");
    }
  });

  it("have no epoch 0 (ENC-2)", () => {
    for (const runs of [[[0, 7]], [[6, 0]]] as readonly Runs[]) {
      expectTwins(base.log, approving(base, runs), approving(base, [[6, 7]]), "INVALID_ENCODING", "ENC-2");
    }
  });
});

describe("pairs", () => {
  const twin = approving(base, [[1, 7]], BOTH);

  it("are sorted by signing key, then by KEM digest, and named once (ESC-11)", () => {
    expectTwins(base.log, approving(base, [[1, 7]], [[K2], [K1]]), twin, "INVALID_LINK", "ESC-11");
    expectTwins(base.log, approving(base, [[1, 7]], [[K1], [K1], [K2]]), twin, "INVALID_LINK", "ESC-11");
    // Two pairs with one signing key: the KEM keys decide.
    const shared = Links.ofUser()
      .enrollEscrow("Laptop", pointerTo(K1, K2))
      .renew("Laptop", pointerTo(K1, K4))
      .renew("Laptop", pointerTo(K3))
      .join("Phone");
    const pairs = pairsInOrder([K1, K2], [K1, K4]);
    const sorted = approving(shared, [[1, 4]], pairs);
    expectTwins(shared.log, approving(shared, [[1, 4]], [...pairs].reverse()), sorted, "INVALID_LINK", "ESC-11");
    expect(takeApart(sorted).signatures.map(([key]) => key)).toEqual(
      [K3, "Ann", K1, K1].map((name) => namedKeys(name).signingKey),
    );
    // The key that is in both pairs signs for both.
    const once = mutate(sorted, { signatures: (all) => all.slice(0, 3) });
    expectTwins(shared.log, once, sorted, "INVALID_SIGNATURE", "LOG-4");
  });

  it("must be keys of earlier pointers of this log, exactly together (ESC-11)", () => {
    for (const pairs of [
      pairsInOrder([K1], [K4]),
      pairsInOrder([K1, K2], [K2]),
      pairsInOrder([K1], [K1, K2], [K2]),
      pairsInOrder([K1], [K2], [K3, K1]),
    ]) {
      expectTwins(base.log, approving(base, [[6, 7]], pairs), twin, "INVALID_LINK", "ESC-11");
    }
  });

  it("must not include the pair in force (ESC-11)", () => {
    const attack = approving(base, [[1, 7]], pairsInOrder([K1], [K2], [K3]));
    expectTwins(base.log, attack, twin, "INVALID_LINK", "ESC-11");
    // At any place in the list.
    for (const pairs of [pairsInOrder([K1], [K3]), pairsInOrder([K3])])
      expectTwins(base.log, approving(base, [[6, 7]], pairs), twin, "INVALID_LINK", "ESC-11");
  });

  // After a new enrollment, K2 was granted all that K1 was, and more.
  const again = Links.ofUser()
    .enrollEscrow("Laptop", pointerTo(K1))
    .review("Laptop", { remove: ["Escrow"] })
    .enrollEscrow("Laptop", pointerTo(K2))
    .renew("Laptop", pointerTo(K3))
    .join("Phone");

  it("must each add an epoch to the pair in force and the earlier pairs (ESC-11)", () => {
    expect([K1, K2, K3].map((name) => grantedOf(again, name))).toEqual([[[1, 1]], [[1, 2]], [[3, 4]]]);
    // K1 comes before K2, so both add an epoch: only the order of the list counts.
    expect(again.append(approving(again, [[1, 4]], BOTH)).member("Phone").held).toEqual([[1, 4]]);
    expect(again.append(approving(again, [[1, 4]], [[K2]])).member("Phone").held).toEqual([[1, 4]]);
    const other = Links.ofUser()
      .enrollEscrow("Laptop", pointerTo(K2))
      .review("Laptop", { remove: ["Escrow"] })
      .enrollEscrow("Laptop", pointerTo(K1))
      .renew("Laptop", pointerTo(K3))
      .join("Phone");
    const attack = approving(other, [[1, 4]], BOTH);
    expectTwins(other.log, attack, approving(other, [[1, 4]], [[K1]]), "INVALID_LINK", "ESC-11");
    // The same if the pair in force has all of it.
    const full = other.regrant("Laptop", "Escrow", [[1, 2]]);
    expectTwins(full.log, approving(full, [[1, 4]], [[K1]]), approving(full, [[1, 4]]), "INVALID_LINK", "ESC-11");
  });

  it("need not add to the given epochs (ESC-11)", () => {
    expect(base.append(approving(base, [[6, 7]], BOTH)).member("Phone").held).toEqual([[6, 7]]);
  });

  it("are one to 64 (ENC-2)", () => {
    const none = base.by([K3, "Ann"], {
      ...{ type: "review", by: actor({ salt: DIGEST, runs: [[6, 7]], pairs: [] }) },
      ...{ approve: idList(namedId("Phone")), remove: [] },
    });
    expectTwins(base.log, none, twin, "INVALID_ENCODING", "ENC-2");
    let world = Links.ofUser().enrollEscrow("Laptop", pointerTo("Key 0"));
    for (let n = 1; n <= 65; n++) world = world.renew("Laptop", pointerTo(`Key ${n}`));
    world = world.join("Phone");
    const pairs = (count: number) => pairsInOrder(...Array.from({ length: count }, (_, n): NamedPair => [`Key ${n}`]));
    const [all, more] = [64, 65].map((count) =>
      approving(
        world,
        [
          [1, count],
          [66, 67],
        ],
        pairs(count),
        "Key 65",
      ),
    );
    expect(takeApart(all as Uint8Array).signatures).toHaveLength(66);
    expectTwins(world.log, more as Uint8Array, all as Uint8Array, "INVALID_ENCODING", "ENC-2");
  });
});

describe("the proof", () => {
  const twin = approving(base, [[1, 7]], BOTH);
  const signers = [K3, "Ann", K1, K2].map(namedKeys);

  it("is a signature by the keys in force, by the admin, and by each pair in order (LOG-4)", () => {
    const [own, ann, first, second] = signers as [
      (typeof signers)[0],
      (typeof signers)[0],
      (typeof signers)[0],
      (typeof signers)[0],
    ];
    const wrong = [
      [own, ann, second, first],
      [ann, own, first, second],
      [own, first, second, ann],
      [own, ann, first],
      [own, ann],
      [own, ann, first, second, first],
      [own, ann, first, forger(second, first)],
      [own, ann, forger(first, second), second],
      [forger(own, first), ann, first, second],
    ];
    for (const each of wrong)
      expectTwins(base.log, mutate(twin, { signers: each }), twin, "INVALID_SIGNATURE", "LOG-4");
    // The signature of a pair is not required if the pair is not named.
    const fewer = approving(base, [[6, 7]]);
    expectTwins(base.log, mutate(fewer, { signers }), fewer, "INVALID_SIGNATURE", "LOG-4");
  });

  it("is checked after the runs and pairs were judged, so that unneeded signatures cost nothing (ESC-11)", () => {
    const unsigned = (entry: Uint8Array) =>
      mutate(entry, { signatures: (all) => all.map(([key]) => [key, new Uint8Array(64)] as const) });
    expectRefused(base.log, unsigned(approving(base, [[1, 8]], BOTH)), "INVALID_LINK", "ESC-11");
    expectRefused(base.log, unsigned(approving(base, [[1, 7]], [[K2], [K1]])), "INVALID_LINK", "ESC-11");
    expectRefused(
      base.log,
      unsigned(approving(base, [[1, 7]], pairsInOrder([K1], [K2], [K4]))),
      "INVALID_LINK",
      "ESC-11",
    );
    expectTwins(base.log, unsigned(twin), twin, "INVALID_SIGNATURE", "LOG-4");
  });

  it("is required of escrow only: the author is checked first (LOG-4)", () => {
    const attack = approving(base, [[1, 8]], BOTH, K4);
    expectTwins(base.log, attack, twin, "INVALID_LINK", "LOG-4");
    expectTwins(base.log, approving(base, [[1, 7]], BOTH, "Laptop"), twin, "INVALID_LINK", "LOG-4");
  });
});

describe("runs and pairs out of place", () => {
  const removing = base.reviewByEscrow(K3, { remove: ["Phone"] });

  it("may only be in a review by escrow that approves a member (ESC-11)", () => {
    const runs = base.reviewByEscrow(K3, { remove: ["Phone"], runs: [[6, 7]] });
    expectTwins(base.log, runs, removing, "INVALID_LINK", "ESC-11");
    const pairs = base.reviewByEscrow(K3, { remove: ["Phone"], pairs: BOTH });
    expectTwins(base.log, pairs, removing, "INVALID_LINK", "ESC-11");
    const both = base.reviewByEscrow(K3, { remove: ["Phone"], runs: [[1, 7]], pairs: BOTH });
    expectTwins(base.log, both, removing, "INVALID_LINK", "ESC-11");
  });

  it("must come together, or runs alone (ESC-11)", () => {
    const left = base.plus("Laptop", { type: "leave" });
    const attack = approving(left, undefined, BOTH);
    expectTwins(left.log, attack, left.reviewByEscrow(K3, { approve: ["Phone"] }), "INVALID_LINK", "ESC-11");
  });

  it("must not be in a review by a device (ENC-2)", () => {
    const twin = base.by("Laptop", { type: "review", approve: idList(namedId("Phone")), remove: [] });
    const attack = mutate(twin, { body: setField("runs", [[1, 7]]), signers: [namedKeys("Laptop")] });
    expectTwins(base.log, attack, twin, "INVALID_ENCODING", "ENC-2");
  });

  it("come with the salt of the act, which every review by escrow has (ENC-2)", () => {
    const signers = [K3, "Ann"].map(namedKeys);
    const unsalted = mutate(removing, { body: (body) => (body.get("by") as RawBody).delete("salt"), signers });
    expectTwins(base.log, unsalted, removing, "INVALID_ENCODING", "ENC-2");
    for (const length of [0, 31, 33]) {
      const salted = mutate(removing, { body: setField("by.salt", new Uint8Array(length)), signers });
      expectTwins(base.log, salted, removing, "INVALID_ENCODING", "ENC-2");
    }
  });
});

describe("when a review by escrow makes a new epoch", () => {
  const starved = base.rotate("Laptop", { escrow: "withheld" });
  const epochless = (entry: Uint8Array): Uint8Array =>
    mutate(entry, {
      body: (body) => body.delete("epoch"),
      signers: [K3, "Ann"].map(namedKeys),
    });

  it("it does if the current one was not granted to the keys in force: escrow need not hold it (ESC-11, MEM-7)", () => {
    const twin = approving(starved, [[6, 7]]);
    const approved = starved.append(twin);
    expect(approved.record.epoch).toBe(9);
    expect(approved.member("Phone").held).toEqual([[6, 9]]);
    expect(approved.escrow).toMatchObject({ withheld: [[8, 8]] });
    expectTwins(starved.log, epochless(twin), twin, "INVALID_LINK", "MEM-7");
    // It cannot name an epoch that it was not granted.
    expectTwins(starved.log, approving(starved, [[6, 8]]), twin, "INVALID_LINK", "ESC-11");
  });

  it("it does when the device that withheld is lost: the admin restores the epochs of escrow (case 11)", () => {
    const lost = Links.ofUser()
      .enrollEscrow("Laptop", pointerTo(K3))
      .rotate("Laptop", { escrow: "withheld" })
      .join("New phone", { escrow: "withheld" });
    expect(lost.escrow.held).toEqual([[1, 1]]);
    const restored = lost.append(
      lost.reviewByEscrow(K3, { approve: ["New phone"], remove: ["Laptop"], runs: [[1, 1]] }),
    );
    expect(restored.member("New phone").held).toEqual([
      [1, 1],
      [3, 4],
    ]);
    expect(restored.founders("New phone")).toEqual([1]);
  });

  it("it does if another pair was granted the current one, and the keys in force were not (ESC-11, MEM-7)", () => {
    // Every pointer gets the epoch that its link makes, or all that its enroller holds. Here a review is judged on a state in
    // which only the older pair has the current epoch.
    const has = (name: string, runs: Runs) => {
      const [signingKey, kemDigest] = pairOf(name);
      const pair = { signingKey, kemDigest };
      return [pairKey(pair), { ...pair, runs }] as const;
    };
    const granted = base.log.granted.set(...has(K1, [[7, 7]])).set(...has(K3, [[6, 6]]));
    const odd = base.with({ granted });
    const twin = approving(odd, [[6, 7]], [[K1]]);
    expect(odd.append(twin).record.epoch).toBe(8);
    const attack = mutate(twin, { body: (body) => body.delete("epoch"), signers: [K3, "Ann", K1].map(namedKeys) });
    expectTwins(odd.log, attack, twin, "INVALID_LINK", "MEM-7");
  });

  it("it does if it does not give the current one, although it could (ESC-11, MEM-7)", () => {
    const twin = approving(base, [[6, 6]]);
    const approved = base.append(twin);
    expect(approved.record.epoch).toBe(8);
    expect(approved.member("Phone").held).toEqual([[6, 8]]);
    expectTwins(base.log, epochless(twin), twin, "INVALID_LINK", "MEM-7");
  });

  it("it does if it removes a member that had the current one; without an approval, only then (MEM-7)", () => {
    expect(
      base
        .join("Thief")
        .append(base.join("Thief").reviewByEscrow(K3, { approve: ["Phone"], remove: ["Thief"], runs: [[6, 8]] })).record
        .epoch,
    ).toBe(9);
    expect(base.append(base.reviewByEscrow(K3, { remove: ["Phone"] })).record.epoch).toBe(8);
    // In lockdown a device without any epoch waits. Escrow removes it without the current epoch, and makes no epoch.
    const locked = base
      .review("Laptop", { approve: ["Phone"] })
      .plus("Laptop", { type: "lockdown", on: true, remove: [] });
    const waiting = locked.rotate("Laptop", { escrow: "withheld" }).join("Thief");
    const removed = waiting.append(waiting.reviewByEscrow(K3, { remove: ["Thief"] }));
    expect(removed.record.epoch).toBeUndefined();
    const attack = waiting.by([K3, "Ann"], {
      ...{ type: "review", by: actor({ salt: DIGEST }), approve: [], remove: idList(namedId("Thief")) },
      epoch: { kem: namedKeys("another epoch").publicKeys.kem },
    });
    expectTwins(waiting.log, attack, waiting.reviewByEscrow(K3, { remove: ["Thief"] }), "INVALID_LINK", "MEM-7");
  });
});
