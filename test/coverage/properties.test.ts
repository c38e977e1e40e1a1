// Random small histories, including dishonest authors. They compare the log's claims with the epochs that members really opened,
// and the promises of views with the real results (docs/spec.md sections 7, 8 and 13).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agenda } from "../../src/agenda/agenda.js";
import {
  canonicalRuns,
  containsRuns,
  epochsIn,
  hasEpoch,
  intersectRuns,
  isCanonical,
  NO_RUNS,
  type Runs,
  runsOf,
  subtractRuns,
  uniteRuns,
} from "../../src/bytes/runs.js";
import { accessWith } from "../../src/coverage/data-access.js";
import { explainAccess } from "../../src/coverage/explain.js";
import { gapsOf } from "../../src/coverage/gaps.js";
import { lostStretches } from "../../src/coverage/loss.js";
import { provingSteps } from "../../src/coverage/proven.js";
import { currentEpoch, type LogState } from "../../src/log/state.js";
import { membersSeenBy } from "../../src/views/devices.js";
import { leave, regrant, rekey, review, rotate, setLockdown } from "../support/accepted.js";
import { slow } from "../support/runs.js";
import { errorOf } from "../support/thrown.js";
import { type Action, type Junk, World } from "./support/world.js";

const NAMES = ["Phone", "Tablet", "Paper", "Watch"] as const;

interface Step {
  readonly kind:
    | "join"
    | "enroll"
    | "approve"
    | "remove"
    | "rotate"
    | "rekey"
    | "leave"
    | "lockdown"
    | "lie"
    | "regrant"
    | "reclaim"
    | "expel";
  readonly by: number;
  readonly target: number;
  readonly junk: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constant("join" as const) },
    { weight: 2, arbitrary: fc.constant("enroll" as const) },
    { weight: 3, arbitrary: fc.constant("approve" as const) },
    {
      weight: 8,
      arbitrary: fc.constantFrom(
        "remove",
        "rotate",
        "rekey",
        "leave",
        "lockdown",
        "lie",
        "regrant",
        "reclaim",
        "expel",
      ),
    },
  ),
  by: fc.nat(9),
  target: fc.nat(9),
  junk: fc.boolean(),
});

/** Plays the steps that the rules admit. Members that were removed drop out. */
function play(steps: readonly Step[], seed: number): World {
  const world = new World(`history ${seed}`);
  for (const each of steps) errorOf(() => playStep(world, each));
  return world;
}

function playStep(world: World, { kind, by, target, junk }: Step): void {
  const active = world.names.filter((name) => world.log.active.has(world.id(name)));
  const [author, other] = [active[by % active.length] as string, active[target % active.length] as string];
  const spoiled: Junk | undefined = junk ? [other] : undefined;
  const fresh = NAMES.find((name) => !world.names.includes(name));
  const lockdown: Action = (session, env) => setLockdown(session, { on: !session.log.lockdown }, env);
  switch (kind) {
    case "join":
      return void (fresh && world.join(fresh, spoiled && { junk: spoiled }));
    case "enroll":
      return void (fresh && world.enroll(author, fresh, junk ? { junk: [fresh] } : {}));
    case "approve":
      return void world.review(author, { approve: [other] }, spoiled);
    case "remove":
      return void world.review(author, { remove: [other] }, junk ? [author] : undefined);
    case "rotate":
      return void world.act(author, rotate, spoiled);
    case "rekey":
      return void world.act(author, rekey);
    case "leave":
      return void world.act(author, leave);
    case "lockdown":
      return void world.act(author, lockdown);
    case "lie":
      return void world.lie(author, (target % currentEpoch(world.log)) + 1);
    case "regrant":
      return void world.regrant(
        author,
        other,
        subtractRuns(world.member(other).reach, world.member(other).held),
        spoiled,
      );
    case "reclaim":
      return void reclaimFrom(world, author, target);
    case "expel":
      return void world.expel(other);
  }
}

/** A member takes over the epochs that it lacks and that a removed member held and really has. */
function reclaimFrom(world: World, author: string, target: number): void {
  const removed = world.names.filter((name) => !world.log.active.has(world.id(name)));
  const from = removed[target % Math.max(1, removed.length)];
  if (from === undefined) return;
  const { held = NO_RUNS } = [...world.log.removed].find(({ id }) => id === world.id(from)) ?? {};
  const has = runsOf(world.session(from).keyring.epochs);
  world.reclaim(author, from, subtractRuns(intersectRuns(held, has), world.member(author).held));
}

const everything = (log: LogState): Runs => [[1, currentEpoch(log)]];

const activeNames = (world: World) => world.names.filter((name) => world.log.active.has(world.id(name)));

function gapsAreExactlyWhatIsNotHeld({ log }: World): void {
  const lost = lostStretches(log).map(({ from, to }) => [from, to] as const);
  const held = [...log.active.values()].reduce((all, member) => uniteRuns(all, member.held), NO_RUNS);
  expect(uniteRuns(lost, held)).toEqual(everything(log));
  expect(intersectRuns(lost, held)).toEqual([]);
  for (const member of log.active.values()) {
    const gaps = gapsOf(log, member.id);
    const runs = canonicalRuns(gaps.map(({ from, to }) => [from, to] as const));
    expect(uniteRuns(runs, member.held)).toEqual(everything(log));
    expect(intersectRuns(runs, member.held)).toEqual([]);
    for (const gap of gaps) {
      const whole: Runs = [[gap.from, gap.to]];
      expect(gap.lost).toEqual(intersectRuns(lost, whole));
      // Every member that holds a part of a gap can close it, as gapsOf says.
      const closable = gap.closers.reduce((all, { epochs }) => uniteRuns(all, epochs), NO_RUNS);
      expect(uniteRuns(closable, gap.lost)).toEqual(whole);
      expect(gap.because === "declared-missing").toBe(containsRuns(member.reach, whole));
    }
  }
}

function explanationsAgreeWithTheState({ log }: World): void {
  for (const member of [...log.active.values(), ...log.removed]) {
    for (const epoch of epochsIn(everything(log))) {
      const { canRead, mayHaveRead, links } = explainAccess(log, member.id, epoch);
      expect(canRead).toBe(hasEpoch(member.held, epoch));
      expect(mayHaveRead).toBe(hasEpoch(member.reach, epoch));
      const deeds = links.filter(({ code }) => code === "access-granted" || code === "access-missing");
      expect(deeds.at(-1)?.code === "access-granted").toBe(canRead);
      expect(deeds.some(({ code }) => code === "access-granted")).toBe(mayHaveRead);
      expect(links.length).toBeGreaterThan(0);
    }
  }
}

/** Every closer that the log names closes its part, and the gap is then closed. The resulting state is dropped. */
function closersReallyClose(world: World): number {
  let closed = 0;
  for (const name of activeNames(world)) {
    const { id } = world.member(name);
    for (const { closers } of gapsOf(world.log, id)) {
      for (const { member, epochs, by } of closers) {
        const session = world.session(world.names.find((each) => world.id(each) === member) as string);
        // The log cannot know what the member has not declared yet. Proof covers that.
        const steps = agenda(session, { now: world.now, escrowLog: undefined });
        if (steps.some((step) => step.do === "author" && step.link === "rotate")) continue;
        if (!containsRuns(runsOf(session.keyring.epochs), session.log.active.get(member)?.held ?? NO_RUNS)) continue;
        for (const way of by) {
          const options = way === "approve" ? { approve: [id] } : undefined;
          const { log } = options
            ? review(session, options, world.env)
            : regrant(session, [{ member: id, epochs: epochs }], world.env);
          expect(containsRuns(log.active.get(id)?.held ?? NO_RUNS, epochs)).toBe(true);
          closed++;
        }
      }
    }
  }
  return closed;
}

/** A member offered for review can be approved, and the approval gives what was announced. */
function pendingIsAsSaid(world: World): void {
  for (const name of activeNames(world)) {
    const session = world.session(name);
    if (!containsRuns(runsOf(session.keyring.epochs), world.member(name).held)) continue;
    const { pending } = membersSeenBy(world.log, { me: world.id(name), now: world.now });
    for (const { member, gives } of pending.slice(0, 1)) {
      const { log } = review(session, { approve: [member] }, world.env);
      expect(accessWith(log, log.active.get(member)?.held ?? NO_RUNS)).toEqual(gives);
    }
  }
}

function proofAgreesWithOpening(world: World, prover: string): void {
  const steps = provingSteps(world.session(prover));
  let step = steps.next();
  while (!step.done) step = steps.next();
  const { members } = step.value;
  const judges = runsOf(world.session(prover).keyring.epochs);
  for (const { member, proven, claimed, wrong } of members) {
    const { held } = world.log.active.get(member) ?? { held: NO_RUNS };
    expect([proven, claimed, wrong].every(isCanonical)).toBe(true);
    expect([proven, claimed, wrong].reduce(uniteRuns)).toEqual(held);
    expect(intersectRuns(proven, uniteRuns(claimed, wrong))).toEqual([]);
    expect(intersectRuns(claimed, wrong)).toEqual([]);
    const name = world.names.find((each) => world.id(each) === member) as string;
    const opened = runsOf(world.session(name).keyring.epochs);
    expect(containsRuns(opened, proven)).toBe(true);
    // Only a liar, which the log believes for its own part, holds epochs that were never rightly granted to it.
    const authored = [...world.log.links].filter(({ author }) => author === member).map(({ epoch }) => epoch ?? 0);
    expect(subtractRuns(intersectRuns(opened, wrong), runsOf(authored.filter((epoch) => epoch > 0)))).toEqual([]);
    if (containsRuns(judges, everything(world.log))) expect(claimed).toEqual([]);
  }
}

/** Histories of honest authors: no junk, no lies, and members reclaim from removed ones. */
const honestStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constant("join" as const) },
    { weight: 4, arbitrary: fc.constantFrom("approve" as const, "reclaim" as const) },
    {
      weight: 5,
      arbitrary: fc.constantFrom("enroll", "remove", "rotate", "rekey", "leave", "lockdown", "expel", "reclaim"),
    },
  ),
  by: fc.nat(9),
  target: fc.nat(9),
  junk: fc.constant(false),
});

/** Phone leaves with epoch 2, Tablet joins at epoch 4, and takes over epoch 2: it never held epoch 3. */
const RECLAIMED_APART: Step[] = [
  { kind: "join", by: 0, target: 0, junk: false },
  { kind: "remove", by: 0, target: 1, junk: false },
  { kind: "join", by: 0, target: 0, junk: false },
  { kind: "reclaim", by: 1, target: 0, junk: false },
];

/** Phone waits, and the first device can approve it. */
const WAITING: Step[] = [{ kind: "join", by: 0, target: 0, junk: false }];

/** Whether every member's `held` is one stretch up to now, except for reclaimed epochs that do not join on to it. */
function hasNoGap({ log }: World): void {
  const reclaimed = new Map<string, Runs>();
  for (const { reclaimedFrom, author, grants } of log.links) {
    if (!reclaimedFrom) continue;
    for (const { epochs } of grants) reclaimed.set(author, uniteRuns(reclaimed.get(author) ?? NO_RUNS, epochs));
  }
  // A member that was approved by one that reclaimed, or took fresh keys, also holds the reclaimed epochs.
  const any = [...reclaimed.values()].reduce(uniteRuns, NO_RUNS);
  for (const { id, held } of log.active.values()) {
    if (held.length === 0) continue;
    const now = held.at(-1) as readonly [number, number];
    if (!log.lockdown) expect(now[1]).toBe(currentEpoch(log));
    expect(containsRuns(any, held.slice(0, -1)), `${id} holds ${JSON.stringify(held)}`).toBe(true);
  }
}

describe("coverage of random histories", () => {
  it("has no gap among honest authors: one stretch up to now, and reclaimed epochs that do not join on (section 9)", () => {
    let apart = 0;
    fc.assert(
      fc.property(fc.array(honestStep, { minLength: 6, maxLength: 16 }), fc.nat(), (steps, seed) => {
        const world = play(steps, seed);
        hasNoGap(world);
        gapsAreExactlyWhatIsNotHeld(world);
        explanationsAgreeWithTheState(world);
        if ([...world.log.active.values()].some(({ held }) => held.length > 1)) apart++;
      }),
      slow(20, [RECLAIMED_APART, 0]),
    );
    expect(apart).toBeGreaterThan(0);
  });

  it("agrees with the log, with the epochs that members really opened, and with their real abilities", () => {
    let closed = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 4, maxLength: 12 }), fc.nat(), fc.nat(9), (steps, seed, by) => {
        const world = play(steps, seed);
        gapsAreExactlyWhatIsNotHeld(world);
        explanationsAgreeWithTheState(world);
        const active = activeNames(world);
        proofAgreesWithOpening(world, active[by % active.length] as string);
        pendingIsAsSaid(world);
        closed += closersReallyClose(world);
      }),
      slow(12, [WAITING, 0, 0]),
    );
    expect(closed).toBeGreaterThan(0);
  });
});
