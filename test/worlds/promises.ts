// What must be possible in every world, judged by the moves tried there: honest links fit, the agenda's steps are complete,
// epochs lost by a removal come back, and no log keeps an epoch that a former admin knows. docs/spec.md sections 6, 7, 11 and 13.

import { agenda } from "../../src/agenda/agenda.js";
import { intersectRuns, runsOf } from "../../src/bytes/runs.js";
import { KeysteadError } from "../../src/errors.js";
import { currentEpoch, escrowMember, type Member } from "../../src/log/state.js";
import { review } from "../support/accepted.js";
import { hasClient, owedByClient } from "./client.js";
import { adviceFor, doubtedBy, isSoundFor, knowledgeOf, toldTo, unaskedAndTold } from "./device.js";
import { describe, removedOwn } from "./honest.js";
import type { Name } from "./knowledge.js";
import { able, confirmedClass, deniedTo, knowsOf, show, type Violation } from "./rules.js";
import { envOf, type Move, type Scene } from "./scene.js";
import { activeOf, maskOf, OWN, type Player, type Step, sessionOf, THIEVES, type World } from "./world.js";

/** The result of a move. */
export interface Tried {
  readonly isAuthored: boolean;
  readonly world?: World;
  readonly keyrings?: Scene["keyrings"];
  readonly step?: Step;
  readonly error?: KeysteadError;
}

type AllTried = ReadonlyMap<string, Tried & Pick<Move, "isAdvised">>;

/** Judges a world by the moves tried in it, by their texts. */
export function violationAmong(scene: Scene, tried: AllTried): Violation | undefined {
  const { world } = scene;
  for (const [text, { isAdvised, error }] of tried) {
    if (isAdvised && error)
      return { property: "advice", because: `the agenda says "${text}", and the library refuses: ${error}` };
  }
  for (const name of able(world)) {
    const broken = stuck(scene, name, tried) ?? unauthorable(scene, name, tried) ?? notBroughtBack(scene, name, tried);
    if (broken) return broken;
  }
  return knownToStranger(scene) ?? neglectedIn(scene) ?? selfWilled(scene, tried);
}

/** A client does by itself what its agenda says, and nothing else (section 13). */
function selfWilled(scene: Scene, tried: AllTried): Violation | undefined {
  const { world, keyrings } = scene;
  for (const name of OWN) {
    if (!hasClient(name) || !keyrings.has(name) || !activeOf(world, name)) continue;
    const session = sessionOf(world, keyrings, name);
    for (const knowledge of unaskedAndTold(world, name, session)) {
      const advised = agenda(session, knowledge)
        .filter((step) => step.do === "author")
        .map((step) => `${name} ${describe(world, step)}`);
      const step = owedByClient(scene, name, knowledge);
      const does = step && `${name} ${describe(world, step)}`;
      const first = advised.find((text) => isDone(tried, text));
      if (does !== first)
        return { property: "client", because: `the client of ${name} does "${does}", and owes "${first}"` };
    }
  }
  return undefined;
}

const isDone = (tried: AllTried, text: string): boolean => tried.get(text)?.isAuthored === true;

/** AVL: links that an honest holder can author in every world. */
function unauthorable({ world }: Scene, name: Player, tried: AllTried): Violation | undefined {
  const escrow = escrowMember(world.log);
  const links = ["rotates", ...(name === "P" ? [] : ["rekeys"])];
  // The escrow log of the pointer says whether users may make backup keys (BAK-5).
  const backups = `${name} makes another backup key`;
  const failed = links.map((link) => `${name} ${link}`).find((text) => !isDone(tried, text));
  if (failed) return { property: "always authorable", because: `"${failed}" is refused: ${tried.get(failed)?.error}` };
  const refused = tried.get(backups)?.error;
  // An enrollment cannot declare the current epoch missing: a rotation comes first (MEM-9).
  const opens = knowsOf(world, name) & ~deniedTo(world, name) & (1 << currentEpoch(world.log));
  if (refused && opens && !(escrow && refused.rule === "BAK-5")) {
    return { property: "always authorable", because: `"${backups}" is refused: ${refused}` };
  }
  return undefined;
}

/** Members that this member could extend or repair, and is not permitted to. */
function stuck({ world, keyrings }: Scene, name: Player, tried: AllTried): Violation | undefined {
  const knows = knowsOf(world, name) & ~deniedTo(world, name);
  const self = activeOf(world, name) as Member;
  const current = 1 << currentEpoch(world.log);
  const given = maskOf(self.held) & knows;
  for (const other of OWN) {
    const member = other === name ? undefined : activeOf(world, other);
    if (!member) continue;
    const lacks = given & ~maskOf(member.held);
    if (!lacks) continue;
    const approvals = [
      `${name} approves ${other}`,
      `${name} approves ${other} and removes all that are not the owner's`,
    ];
    for (const text of approvals) {
      if (!tried.has(text) || isDone(tried, text)) continue;
      return {
        property: "legal link",
        because: `"${text}" would give ${show(lacks)}, and is refused: ${tried.get(text)?.error}`,
      };
    }
    const declared = lacks & maskOf(member.reach);
    if (!declared || (knows & current) === 0 || name === "P" || !keyrings.has(name)) continue;
    const isHealed = [...tried].some(
      ([text, { isAuthored, world: after }]) =>
        isAuthored &&
        after &&
        text.startsWith(`${name} regrants to`) &&
        (declared & ~maskOf(activeOf(after, other)?.held ?? [])) === 0,
    );
    if (!isHealed)
      return {
        property: "legal link",
        because: `${name} could give ${other} ${show(declared)} again, and no step does`,
      };
  }
  return undefined;
}

/** The epochs that a removed member of the owner's held, and still has, come back by another one, and then reach all members. */
function notBroughtBack(scene: Scene, name: Player, tried: AllTried): Violation | undefined {
  const { world } = scene;
  const self = activeOf(world, name) as Member;
  // A rotation comes first (MEM-9).
  if (!(knowsOf(world, name) & ~deniedTo(world, name) & (1 << currentEpoch(world.log)))) return undefined;
  for (const [gone, keyring] of removedOwn(scene)) {
    const was = [...world.log.removed].find(({ id }) => id === keyring.member) as Member;
    const has = maskOf(was.held) & knowsOf(world, gone) & ~deniedTo(world, gone) & ~maskOf(self.held);
    if (!has) continue;
    const text = `${name} reclaims from ${gone}`;
    const { step, world: after, error } = tried.get(text) ?? {};
    if (!step || !after)
      return { property: "brought back", because: `"${text}" would give ${show(has)}, and is refused: ${error}` };
    if (has & ~maskOf(activeOf(after, name)?.held ?? []) || has & ~knowsOf(after, name)) {
      return { property: "brought back", because: `"${text}" does not give all of ${show(has)}` };
    }
    for (const other of OWN) {
      const member = other === name ? undefined : activeOf(after, other);
      if (!member || !step.keyring || (has & ~maskOf(member.held)) === 0) continue;
      const session = { log: after.log, keyring: step.keyring };
      const escrow = toldTo(after, name);
      try {
        const passed = review(
          session,
          { approve: [member.id], escrow },
          envOf(scene, `${text}, then approves ${other}`),
        );
        if ((has & ~maskOf(passed.log.active.get(member.id)?.held ?? [])) === 0) continue;
        return {
          property: "brought back",
          because: `after "${text}", approving ${other} does not give it ${show(has)}`,
        };
      } catch (error) {
        if (!(error instanceof KeysteadError)) throw error;
        return { property: "brought back", because: `after "${text}", approving ${other} is refused: ${error}` };
      }
    }
  }
  return undefined;
}

/** Confirmed devices of the owner's that have the newest escrow log. */
function guardians({ world, keyrings }: Scene): readonly Player[] {
  return able(world).filter(
    (name) =>
      name !== "P" &&
      keyrings.has(name) &&
      !world.behind.has(name) &&
      deniedTo(world, name) === 0 &&
      activeOf(world, name)?.founder === confirmedClass(world),
  );
}

/**
 * ESC-10: while a removed admin, or a thief without any member left, knows the current epoch, each confirmed device is advised to
 * make another.
 */
function knownToStranger(scene: Scene): Violation | undefined {
  const { world } = scene;
  const { log } = world;
  if (log.kind === "escrow" || log.rotationDue) return undefined;
  const knows = (...names: readonly Name[]) => names.some((name) => knowsOf(world, name) & (1 << currentEpoch(log)));
  const isBobs = world.organisation.stage === 1 && knows("Bob");
  const isThiefs = !THIEVES.some((name) => activeOf(world, name)) && knows("T", "Q");
  if (!isBobs && !isThiefs) return undefined;
  for (const name of guardians(scene)) {
    const { steps } = adviceFor(world, name, sessionOf(world, scene.keyrings, name));
    if (steps.some(({ step: { link } }) => link === "rotate" || link === "renew-escrow" || link === "remove")) continue;
    return {
      property: "rotation",
      because: `${isBobs ? "Bob" : "T"} was removed and knows the current epoch, and ${name} is advised nothing`,
    };
  }
  return undefined;
}

/** If a device may grant to escrow, escrow has all its epochs, or the device is advised to grant them (ESC-5). */
function neglectedIn(scene: Scene): Violation | undefined {
  const { world } = scene;
  if (world.log.kind === "escrow" || !escrowMember(world.log)) return undefined;
  for (const name of guardians(scene)) {
    if (!isSoundFor(world, knowledgeOf(world, name)) || doubtedBy(world, name).length > 0) continue;
    const session = sessionOf(world, scene.keyrings, name);
    const mine = maskOf(intersectRuns(activeOf(world, name)?.held ?? [], runsOf(session.keyring.epochs)));
    const lacks = mine & ~knowsOf(world, "Ann");
    if (!lacks || !(mine & (1 << currentEpoch(world.log)))) continue;
    const { steps } = adviceFor(world, name, session);
    if (steps.length === 0)
      return { property: "covered", because: `escrow lacks ${show(lacks)}, and ${name} is advised nothing` };
  }
  return undefined;
}
