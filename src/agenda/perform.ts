// Writes the link of one step of the agenda. docs/spec.md section 11.2.

import { checkOptions } from "../arguments/options.js";
import type { Proposal } from "../authoring/proposal.js";
import { regrant, review, rotate } from "../authoring/verbs.js";
import { KeysteadError } from "../errors.js";
import { disown } from "../escrow/act.js";
import { enrollEscrow, renewEscrow } from "../escrow/enroll.js";
import type { Session } from "../grants/member-state.js";
import type { Env } from "../primitives/env.js";
import type { Knowledge } from "./facts.js";
import type { AuthorStep } from "./steps.js";

/**
 * Writes the link of a step that `agenda` gave for this session and knowledge.
 *
 * @throws what the verb of the step throws: `review`, `rotate`, `regrant`, `enrollEscrow`, `renewEscrow`, `disown`
 */
export function performStep(session: Session, step: AuthorStep, knowledge: Knowledge, env: Env): Proposal<Session> {
  const escrow = knowledge;
  checkOptions(step);
  switch (step.link) {
    case "rotate":
      return rotate(session, env, { escrow, withholdFromEscrow: step.withholdFromEscrow });
    case "remove":
      return review(session, { remove: step.members, escrow, withholdFromEscrow: step.withholdFromEscrow }, env);
    case "enroll-escrow":
      return enrollEscrow(session, knowledge, env);
    case "renew-escrow":
      return renewEscrow(session, knowledge, env);
    case "extend-escrow":
      return review(session, { approve: [step.escrow], escrow }, env);
    case "disown":
      return disown(session, step.acts, env);
    case "regrant":
      return regrant(session, step.give, env, { escrow });
    default:
      throw new KeysteadError("INVALID_ARGUMENT", "step must be an author step of `agenda`");
  }
}
