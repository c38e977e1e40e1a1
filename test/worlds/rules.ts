// What must be true in every world. docs/spec.md sections 6 to 8 and 11; docs/assurance.md has the list.

import { gapsOf } from "../../src/coverage/gaps.js";
import type { Session } from "../../src/grants/session.js";
import { partsOf } from "../../src/keys/keyring.js";
import { currentEpoch, escrowMember, FOUNDING, hasRole, type LinkRecord, type Member } from "../../src/log/state.js";
import { judgePointer } from "../../src/trust/pointer.js";
import { doubtedBy, mayServeAll } from "./honest.js";
import { closure, NAMES, type Name } from "./knowledge.js";
import { ESCROW, OTHER } from "./organisation.js";
import { text } from "./primitives.js";
import type { Scene } from "./scene.js";
import { activeOf, escrowLogOf, maskOf, OWN, type Player, playerOf, runsOfMask, THIEVES, type World } from "./world.js";

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
] as const;
export type Property = (typeof PROPERTIES)[number];

/** A property that does not hold, and where. */
export interface Violation {
  readonly property: Property;
  readonly because: string;
}

const show = (mask: number): string => JSON.stringify(runsOfMask(mask));
const knowsOf = ({ secrets }: World, name: Name): number => secrets.knows[NAMES.indexOf(name)] as number;
const deniedTo = ({ denied }: World, name: Name): number => denied.get(name as Player) ?? 0;
const junkedOf = ({ secrets }: World, name: Name): number => secrets.junked[NAMES.indexOf(name)] as number;

/** Judges a world by itself. */
export function violationIn(world: World): Violation | undefined {
  return (
    gapIn(world) ??
    misheldIn(world) ??
    leakIn(world) ??
    takeoverIn(world) ??
    unrotatedIn(world) ??
    lockdownBrokenIn(world) ??
    unclosableIn(world) ??
    unsparedIn(world)
  );
}

/** Among honest authors, everybody holds one stretch up to now (section 7). */
function gapIn({ log, clean }: World): Violation | undefined {
  if (!clean) return undefined;
  for (const { id, held, kind } of log.active.values()) {
    const isStretch = held.length === 0 || (held.length === 1 && held[0]?.[1] === currentEpoch(log));
    if (!isStretch)
      return { property: "no gap", because: `${kind} ${id} holds ${JSON.stringify(held)} of ${currentEpoch(log)}` };
  }
  return undefined;
}

/** Links in which an author declares what it could not open. */
const DECLARING = new Set(["review", "rotate", "regrant", "rekey", "enroll", "lockdown", "renew-escrow"]);

/** Judges a link by itself: among others, an honest author declares what it could not open at once (MEM-9). */
export function violationOf(world: World, before: World): Violation | undefined {
  return extensionBy(world, before) ?? undeclaredBy(world) ?? dismissedBy(world, before);
}

/**
 * While a founding device stands for the owner, nobody honest grants anything to a thief's member whom an admin brought in who is not
 * to be believed, nor to whom that member brought in (ESC-8).
 */
function dismissedBy(world: World, before: World): Violation | undefined {
  const { log, last } = world;
  if (!last.honest || !isDefended(world)) return undefined;
  const record = log.links.last() as LinkRecord;
  const served = new Set(record.grants.flatMap(({ boxes }) => boxes.map(({ member }) => member)));
  const broughtIn = broughtInBy(before, distrusted(before));
  for (const name of THIEVES) {
    const member = broughtIn.has(name) && activeOf(world, name);
    if (member && served.has(member.id)) {
      return { property: "dismissed", because: `${last.by} grants to ${name}, whom a distrusted admin brought in` };
    }
  }
  return undefined;
}

/** Nobody honest doubts a member of the owner's whom no admin brought in who is not to be believed (ESC-8). */
function unsparedIn(world: World): Violation | undefined {
  const broughtIn = broughtInBy(world, distrusted(world));
  for (const name of OWN) {
    if (!activeOf(world, name)) continue;
    for (const id of doubtedBy(world, name)) {
      const other = playerOf(world, id);
      if (!other || (OWN.includes(other) && !broughtIn.has(other)))
        return { property: "spared", because: `${name} doubts ${other ?? id}, whom no distrusted admin brought in` };
    }
  }
  return undefined;
}

const signerOf = ({ keyring }: Session): string => text(partsOf(keyring).keys.sign);

/** Signing keys of admins whom the organisation removed. */
const dismissedAdmins = ({ stage }: World): readonly string[] => (stage === 0 ? [] : [signerOf(ESCROW[0].bob)]);

/** Signing keys of admins who are not to be believed. */
const distrusted = (world: World): readonly string[] => [signerOf(OTHER), ...dismissedAdmins(world)];

/** Players whom these admins approved in escrow's name, whom those approved, and so on. */
function broughtInBy(world: World, admins: readonly string[]): ReadonlySet<Player> {
  const found = new Set<Player>();
  const acts = new Set<number>();
  for (const { seq, actor } of world.log.links) if (actor && admins.includes(text(actor.admin))) acts.add(seq);
  if (acts.size === 0) return found;
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const name of world.ids.keys()) {
      const approvals = everOf(world, name)?.approvals ?? [];
      const accomplices = [...found].map((each) => world.ids.get(each));
      if (approvals.some(({ by, seq }) => acts.has(seq) || accomplices.includes(by))) found.add(name);
    }
  }
  return found;
}

/** Nobody gets older epochs but by an approval, or what was once due to it (MEM-1, MEM-9). */
function extensionBy({ log }: World, before: World): Violation | undefined {
  const record = log.links.last() as LinkRecord;
  for (const { id, reach } of log.active.values()) {
    const was = before.log.active.get(id);
    const old = (2 << currentEpoch(before.log)) - 1;
    const gained = maskOf(reach) & ~maskOf(was?.reach ?? []) & ~maskOf(was?.withheld ?? []) & old;
    // Whoever enrolls a member approves it.
    if (gained && !record.approved.includes(id) && !(record.type === "enroll" && record.entered === id)) {
      return { property: "extension", because: `a ${record.type} gives ${id} ${show(gained)}, which nobody approved` };
    }
  }
  return undefined;
}

function undeclaredBy(world: World): Violation | undefined {
  const name = OWN.find((each) => each === world.last.by);
  const member = name && activeOf(world, name);
  if (!member || !DECLARING.has(world.log.links.last()?.type as string)) return undefined;
  const undeclared = maskOf(member.held) & ~(knowsOf(world, name) & ~deniedTo(world, name));
  return undeclared
    ? { property: "held", because: `${name} did not declare that it lacks ${show(undeclared)}` }
    : undefined;
}

/** What an honest member holds by the log is what it can compute, but for junk that it has not declared yet (MEM-9). */
function misheldIn(world: World): Violation | undefined {
  for (const name of OWN) {
    const member = activeOf(world, name);
    if (!member) continue;
    const [held, knows] = [maskOf(member.held), knowsOf(world, name)];
    // What the server denies it, it gives up, though it could compute it from what was published.
    if (knows & ~held & ~deniedTo(world, name) || held & ~knows & ~junkedOf(world, name)) {
      return { property: "held", because: `${name} holds ${show(held)} by the log and computes ${show(knows)}` };
    }
  }
  const escrow = escrowMember(world.log);
  const lacks = escrow && world.clean ? maskOf(escrow.held) & ~knowsOf(world, "Ann") : 0;
  return lacks
    ? { property: "held", because: `escrow holds ${show(lacks)} by the log, and no admin computes it` }
    : undefined;
}

/** A player's member, active or removed. */
function everOf({ log, ids }: World, name: Player): Member | undefined {
  const id = ids.get(name);
  return id && (log.active.get(id) ?? [...log.removed].find((gone) => gone.id === id));
}

/** What the log says that somebody may be able to read. */
function reachOf(world: World, name: Name): number {
  if (name === "Ann") return world.annReach;
  if (name === "Bob") return world.bobReach;
  return maskOf(everOf(world, name)?.reach ?? []) | (name === "T" ? world.thiefReach : 0);
}

/** One thief has both T and Q: what one of them may read, the other is told. */
const UNITS: readonly (readonly Name[])[] = [["A"], ["B"], ["C"], ["P"], ["T", "Q"], ["Ann"], ["Bob"]];

/** What members compute together is within what they were granted (GRT-2). Clauses that give nothing new need no pooling. */
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
 * No thief's member is founding or confirmed while an honest founding member is active, nor ever in lockdown (MEM-1, MEM-5).
 * A device that was approved before it was stolen is what it was until it is removed.
 */
function takeoverIn(world: World): Violation | undefined {
  const { log } = world;
  const confirmed = confirmedClass(world);
  const defended = isDefended(world);
  if ((!log.lockdown && !defended) || world.t !== "thief") return undefined;
  for (const name of THIEVES) {
    const member = activeOf(world, name);
    if (!member || (member.founder !== confirmed && member.lineage.own.founder !== FOUNDING)) continue;
    // Until a renewal reaches a log, an admin who was removed can take over its future: the threat model says so.
    const byEscrow =
      member.lineage.own.founder !== member.founder && broughtInBy(world, dismissedAdmins(world)).has(name);
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

/** The oldest class that has an active device or backup key, read from the members alone. */
function confirmedClass({ log }: World): number {
  return Math.min(...[...log.active.values()].filter(({ kind }) => kind !== "escrow").map(({ founder }) => founder));
}

/** While somebody who was removed knows the current epoch, rotation is due (MEM-7). */
function unrotatedIn(world: World): Violation | undefined {
  const { log } = world;
  const escrow = escrowMember(log);
  if (log.rotationDue) return undefined;
  for (const unit of UNITS) {
    if (unit.some((name) => (name === "Ann" || name === "Bob" ? standsFor(world, name) : activeOf(world, name))))
      continue;
    const known = unit.some((name) => knowsOf(world, name) & (1 << currentEpoch(log)));
    if (known && !(escrow && world.pointedByThief))
      return { property: "rotation", because: `${unit[0]} was removed and knows the current epoch` };
  }
  return undefined;
}

/** Whether an admin can act for the escrow member; not Bob once escrow was renewed without him. */
function standsFor(world: World, admin: "Ann" | "Bob"): boolean {
  const pointer = escrowMember(world.log)?.pointer;
  if (!pointer || admin === "Ann" || world.stage === 0) return pointer !== undefined;
  return judgePointer(pointer, escrowLogOf(world)) !== "newest";
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

/** Honest members that may act for others: holders, in lockdown the confirmed ones, in an escrow log those who manage it. */
function able(world: World): Player[] {
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
 * Each gap is listed with everybody honest who can close it, and with nobody else but whom the log takes to hold it; what no active
 * member holds is lost, which nobody honest can compute, and nothing else is (section 8).
 */
function unclosableIn(world: World): Violation | undefined {
  const { log } = world;
  const closers = able(world);
  const heldBySome = [...log.active.values()].reduce((set, { held }) => set | maskOf(held), 0);
  const computed = OWN.reduce(
    (set, name) => set | (activeOf(world, name) ? knowsOf(world, name) & ~deniedTo(world, name) : 0),
    0,
  );
  for (const name of OWN) {
    const member = activeOf(world, name);
    if (!member) continue;
    let listed = 0;
    for (const { from, to, closers: named, lost } of gapsOf(log, member.id)) {
      const gap = maskOf([[from, to]]);
      listed |= gap;
      if (maskOf(lost) !== (gap & ~heldBySome) || maskOf(lost) & computed) {
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

/** Judges the keyrings that the real code opened: by what can be computed from the same bytes. */
export function misopenedIn({ world, keyrings }: Scene): Violation | undefined {
  for (const [name, keyring] of keyrings) {
    const opened = keyring.epochs.reduce((set, epoch) => set | (1 << epoch), 0);
    const knows = knowsOf(world, name) & ~deniedTo(world, name);
    if (OWN.includes(name) && opened !== knows) {
      return {
        property: "keyring",
        because: `${name}'s keyring opened ${show(opened)}, and it can compute ${show(knows)}`,
      };
    }
  }
  return undefined;
}

/** Judges a world by what was tried in it. `accepted` has the texts of the moves that the log admitted. */
export function violationAmong({ world }: Scene, accepted: ReadonlySet<string>): Violation | undefined {
  for (const name of able(world)) {
    const legal = (...texts: readonly string[]) => texts.some((text) => accepted.has(`${name} ${text}`));
    if (!mayServeAll(world, name)) {
      // ESC-4 and ESC-8 come first: it renews or removes escrow, or removes whom a removed admin approved.
      if (!legal("renews escrow", "removes escrow", "removes escrow and whom a removed admin approved"))
        return { property: "legal link", because: `${name} can neither renew nor remove escrow and whom it doubts` };
      continue;
    }
    if (!legal("rotates"))
      return { property: "legal link", because: `${name} holds the current epoch and cannot rotate` };
    const stuck = stuckFor(world, name, legal);
    if (stuck) return { property: "legal link", because: stuck };
  }
  return undefined;
}

/** Whom this member could extend or heal, and is not let. */
function stuckFor(world: World, name: Player, legal: (...texts: readonly string[]) => boolean): string | undefined {
  const knows = knowsOf(world, name) & ~deniedTo(world, name);
  const self = activeOf(world, name) as Member;
  const current = 1 << currentEpoch(world.log);
  const given = maskOf(self.held) & knows;
  for (const other of OWN) {
    const member = other === name ? undefined : activeOf(world, other);
    if (!member) continue;
    const lacks = given & ~maskOf(member.held);
    if (lacks && !legal(`approves ${other}`))
      return `${name} could give ${other} ${show(lacks)}, and no review is admitted`;
    const declared = lacks & maskOf(member.reach);
    if (declared && (knows & current) !== 0 && !legal(`regrants to ${other}`)) {
      return `${name} could give ${other} ${show(declared)} again, and no regrant is admitted`;
    }
  }
  return undefined;
}
