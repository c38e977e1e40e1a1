// What must be true in every world. docs/spec.md sections 6 to 8 and 11; docs/assurance.md has the list.

import type { MemberId } from "../../src/bytes/ids.js";
import { runsOf } from "../../src/bytes/runs.js";
import { gapsOf } from "../../src/coverage/gaps.js";
import { provingSteps } from "../../src/coverage/proven.js";
import { openAsEscrow } from "../../src/escrow/escrow-keys.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { trustOf } from "../../src/fingerprint/trusted-class.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { rightSeed } from "../../src/grants/seed-check.js";
import { partsOf } from "../../src/keys/keyring.js";
import { foundersWithoutEscrow } from "../../src/log/approvals.js";
import { currentEpoch, escrowMember, FOUNDING, hasRole, type LinkRecord } from "../../src/log/state.js";
import { escrowActs } from "../../src/trust/acts.js";
import { claimedRuns } from "../../src/trust/claimed.js";
import { doubtedMembers } from "../../src/trust/doubt.js";
import { judgingLog } from "../../src/trust/soundness.js";
import { isSoundFor, knowledgeOf, toldTo } from "./device.js";
import { closure, NAMES, type Name } from "./knowledge.js";
import { ORGANISATION } from "./organisation.js";
import { text } from "./primitives.js";
import type { Scene } from "./scene.js";
import {
  activeOf,
  escrowLogOf,
  everOf,
  maskOf,
  OWN,
  type Player,
  playerOf,
  runsOfMask,
  THIEVES,
  type World,
} from "./world.js";

/** The properties, by the names under which a counterexample is reported. */
export const PROPERTIES = [
  "no gap",
  "held",
  "coalition",
  "takeover",
  "lockdown",
  "legal link",
  "closable",
  "keyring",
  "extension",
  "rotation",
  "dismissed",
  "spared",
  "covered",
  "advice",
  "always authorable",
  "brought back",
  "believed",
  "proven",
  "contact",
  "client",
] as const;
export type Property = (typeof PROPERTIES)[number];

/** A property that does not hold, and where. */
export interface Violation {
  readonly property: Property;
  readonly because: string;
}

export const show = (mask: number): string => JSON.stringify(runsOfMask(mask));
export const knowsOf = ({ secrets }: World, name: Name): number => secrets.knows[NAMES.indexOf(name)] as number;
export const deniedTo = ({ denied }: World, name: Name): number => denied.get(name as Player) ?? 0;
const junkedOf = ({ secrets }: World, name: Name): number => secrets.junked[NAMES.indexOf(name)] as number;

/** Judges a world by itself. */
export function violationIn(world: World): Violation | undefined {
  return (
    gapIn(world) ??
    leakIn(world) ??
    misheldIn(world) ??
    leakingAdvice(world) ??
    takeoverIn(world) ??
    unrotatedIn(world) ??
    lockdownBrokenIn(world) ??
    unclosableIn(world) ??
    misjudgedIn(world) ??
    unsparedIn(world) ??
    mistrustIn(world)
  );
}

/**
 * Among honest authors, every member holds one stretch up to now, and epochs that were reclaimed or given by escrow (section 7).
 */
function gapIn({ log, clean }: World): Violation | undefined {
  if (!clean) return undefined;
  let reclaimed = 0;
  for (const { reclaimedFrom, actor, type, grants } of log.links) {
    // Escrow gives the epochs of all its pairs, also if it was removed in between and enrolled again (ESC-11).
    const isApart = reclaimedFrom !== undefined || (actor && type === "review");
    if (isApart) for (const { epochs } of grants) reclaimed |= maskOf(epochs);
  }
  for (const { id, held, kind } of log.active.values()) {
    const set = maskOf(held);
    const others = runsOfMask(set & ~reclaimed);
    // From its beginning up to now, except reclaimed epochs.
    const first = others[0]?.[0];
    const stretch = first === undefined ? 0 : (2 << currentEpoch(log)) - (1 << first);
    if ((stretch & ~set & ~reclaimed) !== 0)
      return { property: "no gap", because: `${kind} ${id} holds ${JSON.stringify(held)} of ${currentEpoch(log)}` };
  }
  return undefined;
}

/** Links in which an author declares epochs that it could not open. */
const DECLARING = new Set(["review", "rotate", "regrant", "rekey", "enroll", "lockdown", "renew-escrow"]);

/** Judges a link by itself. For example, an honest author declares at once what it could not open (MEM-9). */
export function violationOf(world: World, before: World): Violation | undefined {
  return (
    extensionBy(world, before) ??
    impostureBy(world, before) ??
    forgettingBy(world, before) ??
    undeclaredBy(world) ??
    dismissedBy(world, before) ??
    unsparingBy(world) ??
    starvedBy(world, before)
  );
}

/**
 * No honest member gives an older epoch to a thief's member that somebody brought in who was no admin or had not recorded it, or
 * to members that such a member brought in or that reclaimed from it. No device is advised to make an epoch while they are there
 * (ESC-8).
 */
function dismissedBy(world: World, before: World): Violation | undefined {
  const { log, last } = world;
  if (!last.honest || log.kind === "escrow") return undefined;
  const broughtIn = broughtInBy(before, before.rogue);
  if (broughtIn.size === 0) return undefined;
  const record = log.links.last() as LinkRecord;
  const served = new Set(
    record.grants
      .filter(({ epochs }) => last.advised || epochs.at(-1)?.[1] !== record.epoch)
      .flatMap(({ boxes }) => boxes.map(({ member }) => member)),
  );
  for (const name of THIEVES) {
    const member = broughtIn.has(name) && activeOf(world, name);
    // A member that would be confirmed without the acts is not doubted for them.
    if (member && served.has(member.id) && !isConfirmedAnyway(before, name)) {
      return {
        property: "dismissed",
        because: `${last.by} grants to ${name}, whom an act brought in that is not to be believed`,
      };
    }
  }
  return undefined;
}

/** Whether a thief's member is of the first device's class, without escrow: a stolen device. */
function isConfirmedAnyway(world: World, name: Player): boolean {
  return activeOf(world, name)?.lineage.own.founder === FOUNDING;
}

/**
 * While a device can judge escrow's acts, it doubts only members of the owner's that such an act brought in (ESC-8), and none
 * once its user was asked. A device that lacks the newest escrow log cannot judge them.
 */
function unsparedIn(world: World): Violation | undefined {
  const { log } = world;
  if (log.kind === "escrow" || ![...log.links].some(({ actor, type }) => actor && type === "review")) return undefined;
  const broughtIn = broughtInBy(world, world.rogue);
  for (const name of OWN) {
    const me = activeOf(world, name)?.id;
    if (!me) continue;
    const [before, told] = [knowledgeOf(world, name), toldTo(world, name)];
    const isJudge = !world.behind.has(name) && judgingLog(log, before) !== undefined;
    const doubted = isJudge
      ? doubtedMembers(log, before, me).filter((id) => !broughtIn.has(playerOf(world, id) as Player))
      : [];
    for (const id of [...doubted, ...doubtedMembers(log, told, me)]) {
      const other = playerOf(world, id);
      if (!other || OWN.includes(other))
        return { property: "spared", because: `${name} doubts ${other ?? id}, whom no such act brought in` };
    }
  }
  return undefined;
}

/** No device is advised to remove a member of the owner's. */
function unsparingBy(world: World): Violation | undefined {
  const { removed = [] } = world.last.advised ? (world.log.links.last() as LinkRecord) : {};
  const own = removed.map((id) => playerOf(world, id)).find((name) => name && OWN.includes(name));
  return own && { property: "spared", because: `${world.last.by} is advised to remove ${own}` };
}

/**
 * By the newest escrow log, a review in escrow's name is believed if and only if an admin recorded exactly that before (ESC-8).
 */
function misjudgedIn(world: World): Violation | undefined {
  const { log, rogue } = world;
  if (log.kind === "escrow" || ![...log.links].some(({ actor }) => actor)) return undefined;
  const wrong = escrowActs(log, escrowLogOf(world)).find(
    ({ type, seq, believed }) => type === "review" && believed === rogue.has(seq),
  );
  return wrong && { property: "believed", because: `the review at ${wrong.seq} is ${wrong.because}` };
}

/**
 * A contact that pinned the log trusts each thief's member only if it did then, and each of the owner's that it did (section 10).
 */
function mistrustIn(world: World): Violation | undefined {
  const { pinned, log } = world;
  if (!pinned) return undefined;
  const own = foundersWithoutEscrow(log);
  for (const [name, founder] of pinned.founders) {
    const member = everOf(world, name);
    if (member && own.get(member.id) === founder && trustOf(log, member, pinned.pin.confirmed) !== "founding")
      return { property: "contact", because: `a contact who trusted ${name} trusts it no more` };
  }
  for (const name of THIEVES) {
    const member = everOf(world, name);
    if (!member || pinned.founders.has(name)) continue;
    const { added, links } = compareContact(pinned.pin, log);
    if (
      added.some((each) => each.trusted && each.member === member.id) ||
      links.some((l) => l.trusted && l.author === member.id)
    )
      return { property: "contact", because: `a contact takes ${name} for a device that it trusted before` };
  }
  return undefined;
}

/** Positions of the links in which Bob acted in escrow's name. */
function actsOfBob({ log }: World): ReadonlySet<number> {
  const bob = text(partsOf(ORGANISATION.bob.keyring).keys.signingKey);
  return new Set([...log.links].flatMap(({ seq, actor }) => (actor && text(actor.admin) === bob ? [seq] : [])));
}

/** Players that these links approved, that those approved or that reclaimed from them, and so on. */
function broughtInBy(world: World, acts: ReadonlySet<number>): ReadonlySet<Player> {
  const found = new Set<Player>();
  if (acts.size === 0) return found;
  const reclaims = [...world.log.links].filter(({ reclaimedFrom }) => reclaimedFrom !== undefined);
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    const accomplices = new Set<unknown>([...found].map((each) => world.ids.get(each)));
    for (const [name, id] of world.ids) {
      const approvals = everOf(world, name)?.approvals ?? [];
      const reclaims_ = reclaims.some(({ author, reclaimedFrom }) => author === id && accomplices.has(reclaimedFrom));
      if (reclaims_ || approvals.some(({ by, seq }) => acts.has(seq) || accomplices.has(by))) found.add(name);
    }
  }
  return found;
}

/** Players brought in by acts that are not to be believed. */
export function broughtInByRogues(world: World): readonly Player[] {
  return [...broughtInBy(world, world.rogue)].sort();
}

/** No honest link lets a thief compute an epoch that nobody gave it, except by misleading an honest author. */
function leakingAdvice(world: World): Violation | undefined {
  if (!world.last.honest) return undefined;
  const known = THIEVES.reduce((set, name) => set | knowsOf(world, name), 0);
  return known & ~world.rightful
    ? { property: "advice", because: `${world.last.by} lets the thief compute ${show(known & ~world.rightful)}` }
    : undefined;
}

/** No honest member withholds from escrow an epoch that it may grant (MEM-6). */
function starvedBy(world: World, before: World): Violation | undefined {
  const { last, log } = world;
  if (!last.honest || !log.links.last()?.withheldFromEscrow) return undefined;
  return isSoundFor(before, knowledgeOf(before, last.by))
    ? { property: "covered", because: `${last.by} withholds from escrow what it may give it` }
    : undefined;
}

/** A link in escrow's name gives only epochs that its authors can open, or were granted (ESC-11). */
function impostureBy(world: World, before: World): Violation | undefined {
  const record = world.log.links.last() as LinkRecord;
  const isClaim = record.reclaimedFrom !== undefined;
  if (world.last.honest || !(record.actor || isClaim)) return undefined;
  const from = isClaim ? playerOf(world, record.reclaimedFrom as MemberId) : undefined;
  if (isClaim && THIEVES.includes(from as Player)) return undefined;
  const authors: readonly Name[] = world.last.by === "Bob" ? ["T", "Q", "Bob"] : ["T", "Q"];
  // An epoch whose key nobody has, because its author published a key of which half is right: escrow was granted it by the log, which
  // cannot tell junk from seeds, and passes on what nobody can use.
  const dead = ~NAMES.reduce((set, name) => set | knowsOf(world, name), 0);
  const theirs = authors.reduce((set, name) => set | knowsOf(world, name) | (dead & junkedOf(world, name)), 0);
  for (const { id, reach } of world.log.active.values()) {
    const gained = maskOf(reach) & ~maskOf(before.log.active.get(id)?.reach ?? []) & ~theirs;
    const isOld = gained & ((2 << currentEpoch(before.log)) - 1);
    if (isOld && playerOf(world, id) && THIEVES.includes(playerOf(world, id) as Player)) {
      return {
        property: "extension",
        because: `a ${record.type} gives ${playerOf(world, id)} ${show(isOld)} by the log, which its authors cannot open and were not granted`,
      };
    }
  }
  return undefined;
}

/** No link by escrow makes it give up epochs that it holds (MEM-9). */
function forgettingBy(world: World, before: World): Violation | undefined {
  const record = world.log.links.last() as LinkRecord;
  const [was, is] = [escrowMember(before.log), escrowMember(world.log)];
  if (!record.actor || !was || is?.id !== was.id) return undefined;
  const forgotten = maskOf(was.held) & ~maskOf(is.held);
  return forgotten
    ? { property: "held", because: `a ${record.type} makes escrow forget ${show(forgotten)}` }
    : undefined;
}

/** A member gets older epochs only by an approval, or if they were once due to it (MEM-1, MEM-9). */
function extensionBy({ log }: World, before: World): Violation | undefined {
  const record = log.links.last() as LinkRecord;
  for (const { id, reach } of log.active.values()) {
    const was = before.log.active.get(id);
    const old = (2 << currentEpoch(before.log)) - 1;
    const gained = maskOf(reach) & ~maskOf(was?.reach ?? []) & ~maskOf(was?.withheld ?? []) & old;
    // A member that enrolls another approves it.
    const isReclaim = record.reclaimedFrom !== undefined && record.author === id;
    if (gained && !record.approved.includes(id) && !isReclaim && !(record.type === "enroll" && record.entered === id)) {
      return { property: "extension", because: `a ${record.type} gives ${id} ${show(gained)}, which nobody approved` };
    }
  }
  return undefined;
}

function undeclaredBy(world: World): Violation | undefined {
  const name = OWN.find((each) => each === world.last.by);
  const member = name && activeOf(world, name);
  if (!member || !DECLARING.has(world.log.links.last()?.type as string)) return undefined;
  // A seed that passes only the quick check is detected before its first use (GRT-4).
  const later = [...world.halves.keys()].reduce((set, epoch) => set | (1 << epoch), 0);
  const undeclared = maskOf(member.held) & ~(knowsOf(world, name) & ~deniedTo(world, name)) & ~later;
  return undeclared
    ? { property: "held", because: `${name} did not declare that it lacks ${show(undeclared)}` }
    : undefined;
}

/**
 * The epochs that an honest member holds by the log are those that it can compute, except junk that it has not declared yet
 * (MEM-9).
 */
function misheldIn(world: World): Violation | undefined {
  for (const name of OWN) {
    const member = activeOf(world, name);
    if (!member) continue;
    const [held, knows] = [maskOf(member.held), knowsOf(world, name)];
    // It gives up epochs that the server denies it, although it could compute them from published bytes.
    if (knows & ~held & ~deniedTo(world, name) || held & ~knows & ~junkedOf(world, name)) {
      return { property: "held", because: `${name} holds ${show(held)} by the log and computes ${show(knows)}` };
    }
  }
  // The epochs that reports count as escrow's were sealed to an admin, junk or not.
  const claimed = world.log.kind === "user" ? maskOf(claimedRuns(world.log, escrowLogOf(world))) : 0;
  const unclaimed = claimed & ~(knowsOf(world, "Ann") | junkedOf(world, "Ann"));
  if (unclaimed)
    return { property: "held", because: `escrow counts as granted ${show(unclaimed)}, which was sealed to no admin` };
  const escrow = escrowMember(world.log);
  const lacks = escrow && world.clean ? maskOf(escrow.held) & ~knowsOf(world, "Ann") : 0;
  return lacks
    ? { property: "held", because: `escrow holds ${show(lacks)} by the log, and no admin computes it` }
    : undefined;
}

/** The epochs that a member may be able to read by the log. */
function reachOf(world: World, name: Name): number {
  if (name === "Ann") return world.annReach;
  if (name === "Bob") return world.bobReach;
  return maskOf(everOf(world, name)?.reach ?? []) | (name === "T" ? world.thiefReach : 0);
}

/** One thief has both T and Q: the two share the epochs that they may read. */
const UNITS: readonly (readonly Name[])[] = [["A"], ["B"], ["C"], ["P"], ["T", "Q"], ["Ann"], ["Bob"]];

/** Members together can compute only epochs that they were granted (GRT-2). Clauses that give nothing new need no pooling. */
function leakIn(world: World): Violation | undefined {
  const { clauses } = world.secrets;
  const knowing = UNITS.filter((unit) => unit.some((name) => knowsOf(world, name) !== 0));
  const coalitions = clauses.length === 0 ? knowing : subsets(knowing).map((units) => units.flat());
  for (const coalition of coalitions) {
    const known = closure(
      coalition.reduce((set, name) => set | knowsOf(world, name), 0),
      clauses,
    );
    const reach = coalition.reduce((set, name) => set | reachOf(world, name), 0);
    if (known & ~reach) {
      return {
        property: "coalition",
        because: `${coalition.join(" and ")} compute ${show(known)} and were granted ${show(reach)}`,
      };
    }
  }
  return undefined;
}

function subsets<T>(items: readonly T[]): T[][] {
  const [first, ...rest] = items;
  if (first === undefined) return [];
  const without = subsets(rest);
  return [[first], ...without, ...without.map((set) => [first, ...set])];
}

/**
 * No thief's member is founding or confirmed while an honest founding member is active, and never in lockdown (MEM-1, MEM-5). A
 * device that was approved before it was stolen keeps its class until it is removed.
 */
function takeoverIn(world: World): Violation | undefined {
  const { log } = world;
  const confirmed = confirmedClass(world);
  const defended = isDefended(world);
  if ((!log.lockdown && !defended) || world.t !== "thief") return undefined;
  for (const name of THIEVES) {
    const member = activeOf(world, name);
    if (!member || (member.founder !== confirmed && member.lineage.own.founder !== FOUNDING)) continue;
    // An admin can take over a log's future, and so can a removed one until a renewal: the threat model says so.
    const byEscrow = member.lineage.own.founder !== member.founder && broughtInBy(world, actsOfBob(world)).has(name);
    if (defended || !byEscrow) return { property: "takeover", because: `${name} is confirmed` };
  }
  const escrow = escrowMember(log);
  return defended && escrow && world.pointedByThief && escrow.founder === confirmed
    ? { property: "takeover", because: "escrow is confirmed with a pointer that a thief chose" }
    : undefined;
}

/** Whether an honest founding member is active. */
function isDefended(world: World): boolean {
  return OWN.some((name) => activeOf(world, name)?.lineage.own.founder === FOUNDING);
}

/** @internal The oldest class that has an active device or backup key, read from the members alone. */
export function confirmedClass({ log }: World): number {
  return Math.min(...[...log.active.values()].filter(({ kind }) => kind !== "escrow").map(({ founder }) => founder));
}

/** While a removed member knows the current epoch, or admins whose escrow was removed, rotation is due (MEM-7). */
function unrotatedIn(world: World): Violation | undefined {
  const { log } = world;
  if (log.rotationDue) return undefined;
  const current = 1 << currentEpoch(log);
  for (const unit of UNITS) {
    if (unit.includes("Bob")) continue;
    const stands = (name: Name) => (name === "Ann" ? escrowMember(log) : activeOf(world, name as Player)) !== undefined;
    if (unit.some(stands) || !unit.some((name) => knowsOf(world, name) & current)) continue;
    // If a thief pointed escrow at its own keys, escrow is its own, as long as it points there.
    if (unit.includes("T") && escrowMember(log) && world.pointedByThief) continue;
    return { property: "rotation", because: `${unit[0]} was removed and knows the current epoch` };
  }
  return undefined;
}

/** In lockdown no unconfirmed member holds an epoch (MEM-5, MEM-6). */
function lockdownBrokenIn(world: World): Violation | undefined {
  const { log } = world;
  if (!log.lockdown) return undefined;
  const confirmed = confirmedClass(world);
  for (const { founder, held, id } of log.active.values()) {
    if (founder === confirmed || held.length === 0) continue;
    return {
      property: "lockdown",
      because: `${playerOf(world, id) ?? "escrow"} is unconfirmed and holds ${JSON.stringify(held)}`,
    };
  }
  return undefined;
}

/**
 * @internal Honest members that may act for others: holders, in lockdown the confirmed ones, in an escrow log those with
 * `manage`.
 */
export function able(world: World): Player[] {
  const { log } = world;
  return OWN.filter((name) => {
    const member = activeOf(world, name);
    const holds = member && maskOf(member.held) & (1 << currentEpoch(log));
    return (
      holds &&
      (!log.lockdown || member.founder === confirmedClass(world)) &&
      (log.kind === "user" || hasRole(member, "manage"))
    );
  });
}

/**
 * Each gap is listed with every honest member that can close it, and otherwise only with members that hold it by the log. Epochs
 * that no active member holds are lost, and no honest member can compute them; no other epochs are lost (section 8).
 */
function unclosableIn(world: World): Violation | undefined {
  const { log } = world;
  const closers = able(world);
  const heldBySome = [...log.active.values()]
    .filter(({ kind }) => kind !== "escrow")
    .reduce((set, { held }) => set | maskOf(held), 0);
  const computed = OWN.reduce(
    (set, name) => set | (activeOf(world, name) ? knowsOf(world, name) & ~deniedTo(world, name) : 0),
    0,
  );
  for (const name of OWN) {
    const member = activeOf(world, name);
    if (!member) continue;
    let listed = 0;
    const known = log.kind === "user" ? knowledgeOf(world, name) : {};
    for (const { from, to, closers: named, lost, escrowOnly, unknown } of gapsOf(log, member.id, known)) {
      const gap = maskOf([[from, to]]);
      listed |= gap;
      const beyond = maskOf(lost) | maskOf(escrowOnly) | maskOf(unknown);
      if (beyond !== (gap & ~heldBySome) || maskOf(lost) & (computed | maskOf(escrowOnly) | maskOf(unknown))) {
        return {
          property: "closable",
          because: `of ${name}'s gap ${show(gap)}, ${JSON.stringify(lost)} is called lost`,
        };
      }
      for (const { member: id, epochs } of named) {
        const holds = maskOf(log.active.get(id)?.held ?? []) & gap;
        if (maskOf(epochs) !== holds || holds === 0) {
          return { property: "closable", because: `${id} is listed for ${JSON.stringify(epochs)} of ${name}'s gap` };
        }
      }
      for (const closer of closers) {
        if (closer === name) continue;
        const can =
          maskOf(activeOf(world, closer)?.held ?? []) & knowsOf(world, closer) & ~deniedTo(world, closer) & gap;
        const says = named.find(({ member: id }) => id === activeOf(world, closer)?.id);
        if (can & ~maskOf(says?.epochs ?? []) || can & maskOf(lost)) {
          return {
            property: "closable",
            because: `${closer} can give ${name} ${show(can)}, and the gap does not say so`,
          };
        }
      }
    }
    const all = maskOf([[1, currentEpoch(log)]]);
    if ((all & ~maskOf(member.held)) !== listed) {
      return {
        property: "closable",
        because: `${name} lacks ${show(all & ~maskOf(member.held))}, and its gaps are ${show(listed)}`,
      };
    }
  }
  return undefined;
}

/** Judges the keyrings that the real code opened, and their proofs, by what can be computed from the same bytes. */
export function misopenedIn({ world, keyrings }: Scene): Violation | undefined {
  const { log } = world;
  for (const [name, keyring] of keyrings) {
    if (!OWN.includes(name)) continue;
    const knows = knowsOf(world, name) & ~deniedTo(world, name);
    if (world.isAboutSeeds && activeOf(world, name)) {
      const proven = provenBy({ log, keyring }) & ~knows;
      if (proven) return { property: "proven", because: `${name} proves ${show(proven)}, which it cannot compute` };
    }
    // A seed of an epoch older than the link that brought it is checked fully only before its first use (GRT-4).
    const opened = keyring.epochs
      .filter((epoch) => rightSeed(log, keyring, epoch))
      .reduce((set, epoch) => set | (1 << epoch), 0);
    if (opened !== knows) {
      return {
        property: "keyring",
        because: `${name}'s keyring opened ${show(opened)}, and it can compute ${show(knows)}`,
      };
    }
  }
  if (!world.isAboutSeeds || escrowMember(log) === undefined) return undefined;
  const { keyring } = openAsEscrow(world.organisation.ann, log, world.entries);
  const proven = maskOf(runsOf(keyring.epochs)) & ~knowsOf(world, "Ann");
  return proven ? { property: "proven", because: `Ann opens ${show(proven)}, which she cannot compute` } : undefined;
}

/** What a device proves of itself. */
function provenBy(session: MemberState): number {
  const steps = provingSteps(session);
  for (;;) {
    const { done, value } = steps.next();
    if (!done) continue;
    return maskOf(value.members.find(({ member }) => member === session.keyring.member)?.proven ?? []);
  }
}
