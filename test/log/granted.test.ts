// Random logs with escrow: the epochs granted to each pair of keys by the state, and the epochs that a review by escrow may give,
// compared with a plain count over the links. docs/spec.md section 11 (ESC-11).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { epochsIn, runsOf } from "../../src/bytes/runs.js";
import { KeysteadError } from "../../src/errors.js";
import { pairKey, pairOf as pairOfKeys } from "../../src/log/pairs.js";
import { currentEpoch, escrowCounts, escrowMember, type LogState, type Member } from "../../src/log/state.js";
import { epochsOf, Links, namedId, namedKeys, pairOf, pointerTo } from "../support/links.js";
import { errorOf } from "../support/thrown.js";

const DEVICES = ["Laptop", "Phone", "Thief"] as const;
type Pair = readonly [sign: string, kem?: string];
/** Signing and KEM keys of pointers, so that pairs share one or the other. */
const PAIRS: readonly [Pair, ...Pair[]] = [["K1"], ["K2"], ["K1", "K2"], ["K2", "K1"], ["K3"]];

interface Step {
  readonly kind:
    | "enroll"
    | "renew"
    | "renew by escrow"
    | "remove"
    | "leave"
    | "rotate"
    | "withhold"
    | "regrant"
    | "approve"
    | "give";
  readonly by: (typeof DEVICES)[number];
  readonly pair: Pair;
  readonly epoch: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    "enroll",
    "renew",
    "renew by escrow",
    "remove",
    "leave",
    "rotate",
    "withhold",
    "regrant",
    "approve",
    "give",
  ),
  by: fc.constantFrom(...DEVICES),
  pair: fc.constantFrom(...PAIRS),
  epoch: fc.nat(),
});

/** The epochs granted to pairs and members, counted from the links alone. */
interface Recount {
  readonly pairs: ReadonlyMap<string, ReadonlySet<number>>;
  readonly reach: ReadonlyMap<MemberId, ReadonlySet<number>>;
}

function recount({ links }: LogState): Recount {
  const pairs = new Map<string, Set<number>>();
  const reach = new Map<MemberId, Set<number>>();
  const escrows = new Set<MemberId>();
  let inForce: { readonly id: MemberId; readonly key: string } | undefined;
  for (const { pointed, pointer, removed, grants } of links) {
    if (pointed && pointer) {
      escrows.add(pointed);
      inForce = { id: pointed, key: pairKey(pairOfKeys(pointer)) };
      pairs.set(inForce.key, pairs.get(inForce.key) ?? new Set());
    }
    if (inForce && removed.includes(inForce.id)) inForce = undefined;
    for (const grant of grants) {
      for (const { member } of grant.boxes) {
        for (const epoch of epochsIn(epochsOf(grant))) {
          reach.set(member, (reach.get(member) ?? new Set()).add(epoch));
          if (escrows.has(member)) pairs.get(inForce?.key as string)?.add(epoch);
        }
      }
    }
  }
  return { pairs, reach };
}

function expectRecounted(log: LogState): void {
  const { pairs, reach } = recount(log);
  const granted = [...log.granted].map(([key, { runs }]) => [key, runs]);
  const counted = [...pairs].map(([key, epochs]) => [key, runsOf(epochs)]);
  expect(granted, `link ${log.head.seq}`).toEqual(counted.sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)));
  for (const { id, reach: runs } of [...log.active.values(), ...log.removed])
    expect(runs, `reach of ${id}`).toEqual(runsOf(reach.get(id) ?? []));
}

const BEGINNING = Links.ofUser().join("Phone").join("Thief");

/** Plays the steps that the rules admit. */
function play(steps: readonly Step[]): Links {
  let world = BEGINNING;
  for (const each of steps) {
    try {
      world = playStep(world, each);
    } catch (error) {
      if (!(error instanceof KeysteadError)) throw error;
    }
  }
  return world;
}

function playStep(world: Links, { kind, by, pair, epoch }: Step): Links {
  const pointer = pointerTo(pair[0], pair[1]);
  const inForce = signerInForce(world);
  const at = (epoch % currentEpoch(world.log)) + 1;
  switch (kind) {
    case "enroll":
      return world.enrollEscrow(by, pointer);
    case "renew":
      return world.renew(by, pointer);
    case "renew by escrow":
      return world.append(world.renewByEscrow(inForce, pointer));
    case "remove":
      return world.log.active.size > 3 ? world.review(by, { remove: ["Escrow"] }) : world;
    case "leave":
      // The phone stays: escrow approves it below.
      return by === "Phone" ? world : world.plus(by, { type: "leave" });
    case "rotate":
      return world.rotate(by);
    case "withhold":
      return world.rotate(by, { escrow: "withheld" });
    case "regrant":
      return escrowMember(world.log) ? world.regrant(by, "Escrow", [[at, at]]) : world;
    case "approve":
      return escrowMember(world.log) ? world.review(by, { approve: ["Escrow"] }) : world;
    case "give":
      return world.append(world.reviewByEscrow(inForce, { approve: [by], runs: [[at, at]] }));
  }
}

/** The name of the key that signs for the pointer in force. */
function signerInForce({ log }: Links): string {
  const sign = escrowMember(log)?.signingKey;
  return (
    ["K1", "K2", "K3"].find((name) => sign && pairOf(name)[0].every((byte, index) => byte === sign[index])) ?? "K1"
  );
}

describe("in random logs", () => {
  it("the epochs granted to each pair, and to each member, match the links' grants (ESC-11)", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 25 }), (steps) => {
        const world = play(steps);
        expectRecounted(world.log);
        // The classes too, which escrow's pointers and approvals change (MEM-1).
        world.founders();
      }),
      { numRuns: 40 },
    );
  });

  it("escrow gives exactly what the pair in force and the pairs that it names were granted (ESC-11, MEM-1, MEM-7)", () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 5, maxLength: 20 }),
        fc.array(choice, { minLength: 4 }),
        (steps, choices) => {
          const world = play([{ kind: "enroll", by: "Laptop", pair: PAIRS[0], epoch: 0 }, ...steps]).join("Tablet");
          const escrow = escrowMember(world.log);
          if (escrow) for (const each of choices) expectJudged(world, escrow, each);
        },
      ),
      { numRuns: 40 },
    );
  });
});

interface Choice {
  readonly target: "Phone" | "Tablet";
  readonly pairs: readonly Pair[];
  /** Whether the pairs are in the order of a link. */
  readonly sorted: boolean;
  readonly picks: readonly number[];
  /** Whether to name any pairs and epochs, instead of permitted ones. */
  readonly wild: boolean;
}

const choice: fc.Arbitrary<Choice> = fc.record({
  target: fc.constantFrom("Phone", "Tablet"),
  pairs: fc.uniqueArray(fc.constantFrom(...PAIRS), { maxLength: 3 }),
  sorted: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  picks: fc.array(fc.nat(), { maxLength: 6 }),
  wild: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

/** A review by escrow that approves one member is admitted, and gives epochs, exactly as plain sets predict. */
function expectJudged(world: Links, escrow: Member, { target, pairs, sorted, picks, wild }: Choice): void {
  const { pairs: granted } = recount(world.log);
  const isEarlier = (key: string) => granted.has(key) && key !== keyOf(escrow);
  const chosen = wild ? pairs : pairs.filter((pair) => isEarlier(keyOf(pointerKeys(pair))));
  const named = sorted ? [...chosen].sort((a, b) => compare(orderOf(a), orderOf(b))) : chosen;
  const all = Array.from({ length: currentEpoch(world.log) + 1 }, (_, index) => index + 1);
  const keys = [keyOf(escrow), ...named.map((pair) => keyOf(pointerKeys(pair)))];
  const givable = wild ? all : keys.flatMap((key) => [...(granted.get(key) ?? [])]);
  const epochs = picks.flatMap((pick) => givable[pick % givable.length] ?? []);
  const runs = runsOf(epochs);
  const review = { approve: [target], runs, pairs: named.length > 0 ? named : undefined };
  const entry = world.reviewByEscrow(signerInForce(world), review);
  const expected = verdict(world, escrow, target, epochs, named);
  expect(
    ruleOf(() => world.append(entry)),
    JSON.stringify(review),
  ).toBe(expected);
  if (expected !== "admitted") return;
  const after = world.append(entry);
  const current = currentEpoch(world.log);
  const passesOn = epochs.includes(current) && granted.get(keyOf(escrow))?.has(current) === true;
  expect(after.record.epoch).toBe(passesOn ? undefined : current + 1);
  const held = [...epochsIn(world.member(target).held), ...epochs, ...(passesOn ? [] : [current + 1])];
  expect(after.member(target).held).toEqual(runsOf(held));
  expectRecounted(after.log);
}

const keyOf = (keys: Pick<Member, "signingKey" | "kemKey">): string => pairKey(pairOfKeys(keys));

function pointerKeys([sign, kem = sign]: Pair): Pick<Member, "signingKey" | "kemKey"> {
  return {
    signingKey: new Uint8Array(namedKeys(sign).signingKey),
    kemKey: new Uint8Array(namedKeys(kem).publicKeys.kem),
  };
}

function orderOf([sign, kem]: Pair): readonly number[] {
  return pairOf(sign, kem).flatMap((bytes) => [...bytes]);
}

/** The rule that refuses a review by escrow that approves one member, by plain sets. */
function verdict(
  world: Links,
  escrow: Member,
  target: string,
  epochs: readonly number[],
  pairs: readonly Pair[],
): string {
  const { pairs: granted } = recount(world.log);
  const given = new Set(granted.get(keyOf(escrow)));
  for (const [index, pair] of pairs.entries()) {
    const previous = pairs[index - 1];
    if (previous && compare(orderOf(previous), orderOf(pair)) >= 0) return "ESC-11";
    const more = [...(granted.get(keyOf(pointerKeys(pair))) ?? [])].filter((epoch) => !given.has(epoch));
    if (more.length === 0) return "ESC-11";
    for (const epoch of more) given.add(epoch);
  }
  if (epochs.length === 0 || epochs.some((epoch) => !given.has(epoch))) return "ESC-11";
  const member = world.log.active.get(namedId(target)) as Member;
  const held = new Set(epochsIn(member.held));
  const moves = escrowCounts(world.log) && escrow.founder < member.founder;
  return moves || epochs.some((epoch) => !held.has(epoch)) ? "admitted" : "MEM-1";
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? 0 : (a[at] as number) - (b[at] as number);
}

/** The rule that refuses, or undefined. */
function ruleOf(act: () => unknown): string | undefined {
  const error = errorOf(act);
  return error ? error.rule : "admitted";
}
