// A device's knowledge, its user's true answers, and the steps that its agenda then gives. docs/spec.md section 11.2.

import { agenda } from "../../src/agenda/agenda.js";
import type { Knowledge } from "../../src/agenda/facts.js";
import type { AuthorStep, Question, Step } from "../../src/agenda/steps.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { actRecords } from "../../src/escrow/act.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { escrowMember, type LogState } from "../../src/log/state.js";
import { doubtedMembers } from "../../src/trust/doubt.js";
import { escrowIsSound } from "../../src/trust/soundness.js";
import { ORGANISATION } from "./organisation.js";
import { activeOf, escrowLogOf, idsOf, OWN, type Player, playerOf, THIEVES, type World } from "./world.js";

/** The escrow log that a device has. */
export function escrowLogAt(world: World, name: string): LogState | undefined {
  return world.behind.has(name as Player) ? world.behind.get(name as Player) : escrowLogOf(world);
}

/** A device's knowledge before its user was asked anything. On A, which enrolls escrow, its fingerprint was confirmed. */
export function knowledgeOf(world: World, name: string): Knowledge {
  const now = "unchecked" as const;
  if (world.log.kind === "escrow") return { escrowLog: undefined, now };
  const storedConfirmation = name === "A" || name === "Ann" ? ORGANISATION.ann.log.head : undefined;
  return { escrowLog: escrowLogAt(world, name), storedConfirmation, now };
}

/** A device's knowledge once its user has said which members are theirs. */
export function toldTo(world: World, name: string): Knowledge {
  return { ...knowledgeOf(world, name), own: idsOf(world, OWN), strangers: idsOf(world, THIEVES) };
}

/** Whether a device may grant to escrow (ESC-4); true without escrow. */
export function isSoundFor(world: World, knowledge: Knowledge): boolean {
  return !escrowMember(world.log) || world.log.kind === "escrow" || escrowIsSound(world.log, knowledge);
}

/**
 * Members that a device does not believe to be the owner's (ESC-8), before its user was asked. A newcomer and an admin are no
 * members.
 */
export function doubtedBy(world: World, name: string): readonly MemberId[] {
  if (world.log.kind === "escrow") return [];
  return doubtedMembers(world.log, knowledgeOf(world, name), activeOf(world, name as Player)?.id);
}

/** A step with the knowledge that led to it. */
export interface Advice {
  readonly step: AuthorStep;
  readonly knowledge: Knowledge;
}

/** The advice for a device. */
export interface Advised {
  readonly steps: readonly Advice[];
  /** Regrants that the user was asked about and wants: to members that are the owner's. */
  readonly regrants: readonly Extract<Question, { question: "regrant" }>[];
  /** Whether it should fetch the escrow log. */
  readonly fetchesEscrowLog: boolean;
}

/** A device's knowledge before its user was asked anything, and after. */
export function unaskedAndTold(world: World, name: Player, session: MemberState): readonly Knowledge[] {
  if (world.log.kind === "user") return [knowledgeOf(world, name), toldTo(world, name)];
  // If this world is itself an escrow log: its acts concern users whose logs nobody shows.
  return [{ ...knowledgeOf(world, name), acts: actRecords(session, world.entries), userLogs: new Map() }];
}

/** Every step that the agenda gives to a device, with each question answered truly or not yet. */
export function adviceFor(world: World, name: Player, session: MemberState): Advised {
  const steps = new Map<string, Advice>();
  const regrants = new Map<string, Extract<Question, { question: "regrant" }>>();
  let fetchesEscrowLog = false;
  const seen = new Set<string>();
  const queue: Knowledge[] = [...unaskedAndTold(world, name, session)];
  for (let knowledge = queue.shift(); knowledge; knowledge = queue.shift()) {
    const key = answersOf(knowledge);
    if (seen.has(key)) continue;
    seen.add(key);
    for (const step of agenda(session, knowledge)) {
      if (step.do === "author") {
        const text = JSON.stringify(step);
        if (!steps.has(text)) steps.set(text, { step, knowledge });
      } else if (step.do === "fetch") {
        fetchesEscrowLog ||= step.what === "escrow-log";
      } else if (step.question === "regrant") {
        if (OWN.includes(playerOf(world, step.member) as Player)) regrants.set(JSON.stringify(step), step);
      } else {
        const answer = trueAnswer(world, step);
        if (answer) queue.push({ ...knowledge, ...answer });
      }
    }
  }
  return { steps: [...steps.values()], regrants: [...regrants.values()], fetchesEscrowLog };
}

/** What its user has said, as text. */
export function answersOf(knowledge: Knowledge): string {
  const { own, strangers, storedConfirmation, confirmedAt, removeEscrow, enrollAgainAfter } = knowledge;
  return JSON.stringify([own, strangers, storedConfirmation, confirmedAt, removeEscrow, enrollAgainAfter]);
}

/** The owner's answer to a question; undefined if the answer changes no knowledge. */
function trueAnswer(world: World, step: Extract<Step, { do: "ask" }>): Partial<Knowledge> | undefined {
  switch (step.question) {
    case "confirm-escrow":
      // The published fingerprint is that of the newest log. The fingerprint of an old log does not match.
      return step.head.hash === escrowLogOf(world).head.hash
        ? { storedConfirmation: step.head, confirmedAt: step.at }
        : undefined;
    case "whose-members":
      return { own: idsOf(world, OWN), strangers: idsOf(world, THIEVES) };
    case "remove-escrow":
      return { removeEscrow: step.escrow };
    case "enroll-again":
      return { enrollAgainAfter: step.removedAt };
    default:
      return undefined;
  }
}
