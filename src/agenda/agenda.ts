// The steps that a device must take next, in order. No other module gives such advice. docs/spec.md sections 11.2 and 13.

import { checkList } from "../arguments/lists.js";
import { checkOptions } from "../arguments/options.js";
import { MAX_MISSING_RUNS } from "../authoring/write-link.js";
import { hasEpoch, intersectRuns, runsOf, subtractRuns } from "../bytes/runs.js";
import { actors } from "../coverage/capabilities.js";
import { dateOf } from "../coverage/dates.js";
import { nameMembersWith } from "../coverage/knowledge.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { standing } from "../grants/standing.js";
import { partsOf } from "../keys/keyring.js";
import { checkClock, DEFAULT_SKEW } from "../log/clock.js";
import { currentEpoch, isConfirmed, type Member, memberOf } from "../log/state.js";
import { doubtedMembers } from "../trust/doubt.js";
import { checkAtHand, escrowIsSound } from "../trust/soundness.js";
import { disownSteps } from "./admin.js";
import { escrowSteps, withholds } from "./escrow.js";
import type { Facts, Knowledge } from "./facts.js";
import { regrantSteps } from "./regrants.js";
import { ask, type Step } from "./steps.js";

/**
 * The steps that a device must take, in order; each is complete, and safe by itself. Take the first possible step, put its result
 * into state or knowledge, and call again. For a device that was removed, or whose key was replaced, the only step is a question.
 *
 * @param state of the device.
 * @throws `INVALID_ARGUMENT`, `UNKNOWN_MEMBER`, `WIPED`
 */
export function agenda(state: MemberState, knowledge: Knowledge): readonly Step[] {
  const { log, keyring } = checkMemberState(state);
  const known = checkKnowledge(knowledge);
  const stands = standing(log, keyring);
  if (stands !== "active") return [{ ...ask("standing"), standing: stands }];
  const { now, skew = DEFAULT_SKEW } = known;
  if (now !== "unchecked" && log.time > now + skew) {
    return [{ ...ask("clock"), ahead: log.time - now, when: dateOf(log.time) }];
  }
  const facts = factsOf(state, known, memberOf(log, keyring.member));
  const escrow = log.kind === "user" ? escrowSteps(facts) : [];
  // The rows of section 11.2, in its order.
  return [
    // 1 to 20: escrow.
    ...escrow,
    // 21: a new epoch.
    ...rotateStep(facts, escrow),
    // 21a to 21c: loose acts of other admins.
    ...(log.kind === "escrow" ? disownSteps(facts) : []),
    // 22: attachments that a server withheld.
    ...fetchStep(facts),
    // 23 and 24: epochs that others could not open.
    ...regrantSteps(facts),
  ];
}

function factsOf(state: MemberState, knowledge: Knowledge, me: Member): Facts {
  const { log, keyring } = state;
  const { seeds, junk } = partsOf(keyring);
  const opened = runsOf(seeds.keys());
  const lacking = subtractRuns(me.held, opened);
  const able = actors(log);
  const mayAct = able.some(({ id }) => id === me.id);
  return {
    ...{ log, state, knowledge, me, actors: able, mayAct },
    // Few agendas ask.
    nameOf: (who) => nameMembersWith(log, knowledge)(who),
    mine: intersectRuns(me.held, opened),
    junk: intersectRuns(lacking, runsOf(junk)),
    withheld: subtractRuns(lacking, runsOf(junk)),
    isSound: log.kind === "user" && escrowIsSound(log, knowledge),
    doubted: doubtedMembers(log, knowledge, me.id),
    isGuardian: mayAct && isConfirmed(log, me),
  };
}

/**
 * MEM-7, MEM-9: a new epoch, unless an earlier step makes one too. While the device doubts a member, a new epoch would be granted
 * to it.
 */
function rotateStep(facts: Facts, before: readonly Step[]): readonly Step[] {
  const { log, me, junk, mayAct, actors, doubted } = facts;
  if (!mayAct || doubted.length > 0 || before.some(makesEpoch)) return [];
  const because = [
    ...(log.rotationDue ? (["rotation-due"] as const) : []),
    ...(hasEpoch(junk, currentEpoch(log)) ? (["current-epoch-unopened"] as const) : []),
    ...(junk.length > MAX_MISSING_RUNS ? (["junk-to-declare"] as const) : []),
  ];
  if (because.length === 0) return [];
  const others = actors.filter(({ id }) => id !== me.id).map(({ id }) => id);
  return [{ do: "author", link: "rotate", because, withholdFromEscrow: withholds(facts), others }];
}

function makesEpoch(step: Step): boolean {
  return step.do === "author" && (step.link === "rotate" || step.link === "renew-escrow" || step.link === "remove");
}

function fetchStep({ withheld }: Facts): readonly Step[] {
  return withheld.length > 0 ? [{ do: "fetch", what: "attachments", epochs: withheld }] : [];
}

function checkKnowledge(knowledge: Knowledge): Knowledge {
  const { now, skew, strangers = [], own = [], escrowLog } = checkOptions(knowledge);
  checkAtHand(escrowLog);
  checkClock({ now, skew });
  for (const [name, list] of Object.entries({ own, strangers })) {
    checkList(name, list, "members");
  }
  return knowledge;
}
