// When two worlds are equal: the same except hashes, the names of equivalent players, and indistinguishable epochs.

import type { MemberId } from "../../src/bytes/ids.js";
import { trustOf } from "../../src/fingerprint/trusted-class.js";
import { foundersOf } from "../../src/log/approvals.js";
import { grantedInForce } from "../../src/log/pairs.js";
import { escrowMember, FOUNDING, type LogState, type Member } from "../../src/log/state.js";
import { claimedRuns } from "../../src/trust/claimed.js";
import { doubtedMembers } from "../../src/trust/doubt.js";
import { judgePointer } from "../../src/trust/pointer.js";
import { currentEpochIsKnownToFormerAdmin } from "../../src/trust/renewal.js";
import { contradictions } from "../../src/trust/soundness.js";
import { isCurrent } from "./admins.js";
import { knowledgeOf } from "./device.js";
import { NAMES, type Name } from "./knowledge.js";
import { STAGES } from "./organisation.js";
import { broughtInByRogues } from "./rules.js";
import {
  activeOf,
  deniable,
  escrowLogOf,
  everOf,
  maskOf,
  OWN,
  type Player,
  playerOf,
  stageOf,
  THIEVES,
  type World,
} from "./world.js";

/**
 * A text that is equal for worlds in which the same can happen, except for bytes that the server can still withhold from
 * somebody; and a text that distinguishes those too.
 */
export function canonical(world: World): readonly [key: string, precise: string] {
  const { log, secrets } = world;
  const active = [...log.active.values()];
  const rank = ranks(active);
  const indexOf = new Map(active.map(({ id }, index) => [id, index]));
  const knows = (name: Name) => secrets.knows[NAMES.indexOf(name)] as number;
  const junked = (name: Name) => secrets.junked[NAMES.indexOf(name)] as number;
  // The members that each of the owner's members doubts (ESC-8), which determines its steps.
  const views =
    log.kind === "user" && hasReviewByEscrow(world) ? ["", ...OWN.filter((name) => activeOf(world, name))] : [];
  const doubted = views.map(
    (name) => new Set(doubtedMembers(log, knowledgeOf(world, name), activeOf(world, name as Player)?.id)),
  );
  const masks: number[] = [];
  const undelivered: number[] = [];
  const parts: (string | number)[] = [];
  for (const member of active) {
    const name = playerOf(world, member.id);
    parts.push(
      labelOf(member, name),
      member.roles.join(""),
      doubted.map((members) => +members.has(member.id)).join(""),
    );
    for (const { founder, approvers } of [member.lineage.own, member.lineage.all]) {
      let set = 0;
      for (const id of approvers) set |= 1 << (indexOf.get(id) as number);
      parts.push(rank.get(founder) as number, set);
    }
    const held = maskOf(member.held);
    masks.push(maskOf(member.reach), held, maskOf(member.withheld));
    if (name)
      masks.push(world.denied.get(name) ?? 0, knows(name), OWN.includes(name) ? junked(name) & held & ~knows(name) : 0);
    undelivered.push(name ? deniable(world, name) : 0);
  }
  // The epochs of the owner's removed members can be reclaimed.
  const gone = [...OWN, ...THIEVES].flatMap((name): [number[], string][] => {
    const member = log.active.has(world.ids.get(name) as MemberId) ? undefined : everOf(world, name);
    if (!member) return [];
    return [[[maskOf(member.reach), knows(name), maskOf(member.held)], THIEVES.includes(name) ? name : ""]];
  });
  gone.sort(([a], [b]) => (a.join() < b.join() ? -1 : 1));
  for (const [sets, label] of gone) {
    masks.push(...sets);
    parts.push(`-${label}`);
  }
  masks.push(
    knows("Ann"),
    knows("Bob"),
    world.annReach,
    world.bobReach,
    world.thiefReach,
    junked("Ann"),
    world.rightful,
  );
  // By pair: only the one in force and those of true epochs can be named again.
  masks.push(maskOf(grantedInForce(log)), maskOf(claimedRuns(log, escrowLogOf(world))));
  for (const { need, gives } of secrets.clauses) masks.push(need, gives);
  const pointer = escrowMember(log)?.pointer;
  parts.push(pointer ? judgePointer(pointer, escrowLogOf(world)) : "-", stageOf(world), +world.pointedByThief);
  parts.push(...actsOf(world), [...world.behind.keys()].join(""), broughtInByRogues(world).join(""));
  parts.push(+currentEpochIsKnown(world), pinnedIn(world));
  // The history of pointers decides which escrow logs are trusted.
  for (const at of [escrowLogOf(world), ...world.behind.values()]) parts.push(at ? openIn(world, at) : "-");
  parts.push(
    world.t,
    +log.lockdown,
    +log.rotationDue,
    +world.clean,
    namedIn(world),
    [...world.ids.keys()].sort().join(""),
  );
  const keyOf = (sets: readonly number[]) => `${parts.join(",")}|${columns(sets, log.epochs.length)}`;
  const key = keyOf(masks);
  return [key, undelivered.some((set) => set !== 0) ? `+${keyOf([...masks, ...undelivered])}` : key];
}

function hasReviewByEscrow({ log }: World): boolean {
  return [...log.links].some(({ actor, type }) => actor !== undefined && type === "review");
}

/** Acts that can still be named: those that fit at the end of the user's log, and Bob's, who may try an old one. */
function actsOf(world: World): readonly string[] {
  const { acts, ann } = world.organisation;
  const names = (ids: readonly MemberId[]) => ids.map((id) => playerOf(world, id) ?? "?").join("");
  const texts = acts.flatMap(({ by, act, isKnownToBob }) => {
    const isHere = isCurrent(world, act);
    if (!isHere && by === "Ann") return [];
    const isDisowned = ann.log.disowned.has(String(act.recordedAt));
    return [`${by}${+isHere}${+isKnownToBob}${+isDisowned}${names(act.approve)}-${names(act.remove)}`];
  });
  return [...new Set(texts)].sort();
}

/** Members that a contact trusts, by its pin. */
function pinnedIn(world: World): string {
  if (!world.pinned) return "";
  const { pin, founders } = world.pinned;
  const standings = [...OWN, ...THIEVES].map((name) => {
    const member = everOf(world, name);
    return member ? trustOf(world.log, member, pin.confirmed)[0] : "-";
  });
  return `${[...founders.keys()].join("")}:${standings.join("")}`;
}

function currentEpochIsKnown(world: World): boolean {
  return world.log.kind === "user" && currentEpochIsKnownToFormerAdmin(world.log, escrowLogOf(world));
}

/** Honest devices' judgements of the last pointers that founding authors named, with and without escrow's approvals (ESC-4). */
function namedIn(world: World): string {
  const { log } = world;
  const escrowLog = escrowLogOf(world);
  const namedBy = (founders: ReadonlyMap<MemberId, number>) =>
    [...log.links].flatMap(({ author, pointer, actor }) =>
      pointer && !actor && founders.get(author as MemberId) === FOUNDING ? [judgePointer(pointer, escrowLog)] : [],
    );
  const named = namedBy(foundersOf(log));
  const byDevices = namedBy(foundersOf(log, { without: new Set(), escrowCounts: false }));
  return `${named.at(-1)}/${named.filter((verdict) => verdict !== "other-log").at(-1)}/${byDevices.at(-1)}`;
}

function labelOf({ kind }: Member, name: Player | undefined): string {
  if (!name) return "E";
  return name === "B" || name === "C" ? "o" : `${name}${kind[0]}`;
}

/** Ages as ranks. The first device's is 0 whether or not a member has it. */
function ranks(active: readonly Member[]): ReadonlyMap<number, number> {
  const ages = new Set(active.flatMap(({ lineage }) => [lineage.own.founder, lineage.all.founder]));
  const sorted = [...ages.add(FOUNDING)].sort((a, b) => a - b);
  return new Map(sorted.map((age, index) => [age, index]));
}

/** For each epoch, the sets that have it. Runs of epochs that are in the same sets count as one, except the current epoch. */
function columns(masks: readonly number[], epochs: number): string {
  let text = "";
  let previous = "";
  for (let epoch = 1; epoch <= epochs; epoch++) {
    let column = "";
    for (let first = 0; first < masks.length; first += 30) {
      let bits = 0;
      for (let at = first; at < first + 30; at++) bits = 2 * bits + (((masks[at] ?? 0) >> epoch) & 1);
      column += `${bits.toString(36)}.`;
    }
    if (column !== previous || epoch === epochs) text += column;
    previous = column;
  }
  return text;
}

/** The pointers of the history that contradict an escrow log. */
function openIn({ log }: World, escrowLog: LogState): string {
  if (log.kind === "escrow") return "-";
  const kinds = contradictions(log, escrowLog, {}).map(
    (pointer) => judgePointer(pointer, escrowLog) + +(pointer.seq > escrowLog.head.seq),
  );
  return `${escrowLog.head.hash === STAGES[0].ann.log.head.hash}${escrowLog.head.seq > STAGES[0].ann.log.head.seq}${kinds}`;
}
