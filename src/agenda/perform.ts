// Writes the link of one step of the agenda. docs/spec.md section 11.2.

import { checkOptions } from "../arguments/options.js";
import type { Proposal } from "../authoring/proposal.js";
import { regrant, review, rotate } from "../authoring/verbs.js";
import { KeysteadError } from "../errors.js";
import { disownActs } from "../escrow/act.js";
import { enrollEscrow, renewEscrow } from "../escrow/enroll.js";
import type { MemberState } from "../grants/member-state.js";
import type { Env } from "../primitives/env.js";
import type { Knowledge } from "./facts.js";
import type { AuthorStep } from "./steps.js";

/**
 * Writes the link of a step that `agenda` gave for this state and knowledge.
 *
 * @throws the errors of the step's verb: `review`, `rotate`, `regrant`, `enrollEscrow`, `renewEscrow`, `disown`
 */
export function performStep(
  state: MemberState,
  step: AuthorStep,
  knowledge: Knowledge,
  env: Env,
): Proposal<MemberState> {
  const escrow = knowledge;
  checkOptions(step);
  switch (step.link) {
    case "rotate":
      return rotate(state, env, { escrow, withholdFromEscrow: step.withholdFromEscrow });
    case "remove":
      return review(state, { remove: step.members, escrow, withholdFromEscrow: step.withholdFromEscrow }, env);
    case "enroll-escrow":
      return enrollEscrow(state, knowledge, env);
    case "renew-escrow":
      return renewEscrow(state, knowledge, env);
    case "extend-escrow":
      return review(state, { extend: [step.escrow], escrow }, env);
    case "disown":
      return disownActs(state, step.acts, env);
    case "regrant":
      return regrant(state, step.give, env, { escrow });
    default:
      throw new KeysteadError("INVALID_ARGUMENT", "step must be an author step of `agenda`");
  }
}
