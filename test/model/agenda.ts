// A device's duties as operations of the reference model: the steps of its agenda, and its user's answers. docs/spec.md section
// 11.2.

import { agenda } from "../../src/agenda/agenda.js";
import type { Knowledge } from "../../src/agenda/facts.js";
import type { AuthorStep, Step } from "../../src/agenda/steps.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { epochsIn } from "../../src/bytes/runs.js";
import { effectOf, type Model, type ModelPointer, type Op } from "./reference.js";
import type { Duty, World } from "./world.js";

/** A link that a device owes. */
export interface Owed extends Duty {
  readonly op: Op;
}

/** The agenda of a member whose user has answered. With a backup key, escrow is enrolled again after a removal. */
export function agendaOf(world: World, by: number): { readonly steps: readonly Step[]; readonly knowledge: Knowledge } {
  const knowledge = world.knowledgeOf(by);
  const steps = agenda(world.session(by), knowledge);
  const again = steps.flatMap((step) =>
    step.do === "ask" && step.question === "enroll-again" ? [step.removedAt] : [],
  );
  if (again.length === 0) return { steps, knowledge };
  const answered = { ...knowledge, enrollAgainAfter: again[0] };
  return { steps: agenda(world.session(by), answered), knowledge: answered };
}

/**
 * The first link that a member owes. The user agrees to every regrant that it is asked about. Undefined when it owes none.
 *
 * @param missing the epochs that the member must declare in its next link that may declare (MEM-9).
 */
export function owedBy(world: World, model: Model, by: number, missing: ReadonlySet<number>): Owed | undefined {
  const { steps, knowledge } = agendaOf(world, by);
  for (const each of steps) {
    const step = authored(each);
    if (step) return { op: opOf(world, model, by, step, missing), step, isAsked: each.do === "ask", knowledge };
  }
  return undefined;
}

function authored(step: Step): AuthorStep | undefined {
  if (step.do === "author") return step;
  if (step.do !== "ask" || step.question !== "regrant") return undefined;
  return { do: "author", link: "regrant", give: [{ member: step.member, epochs: step.epochs }], others: [] };
}

function opOf(world: World, model: Model, by: number, step: AuthorStep, missing: ReadonlySet<number>): Op {
  const position = (id: MemberId): number => world.position(id);
  switch (step.link) {
    case "rotate":
      return withholding(model, { type: "rotate", by, missing }, step.withholdFromEscrow);
    case "remove": {
      const op = { type: "review", by, approve: [], remove: step.members.map(position), missing } as const;
      return withholding(model, op, step.withholdFromEscrow);
    }
    case "enroll-escrow":
    case "renew-escrow":
      return { type: step.link, by, pointer: world.organisation?.pointers.at(-1) as ModelPointer, missing };
    case "extend-escrow":
      return { type: "review", by, approve: [position(step.escrow)], remove: [], missing };
    case "regrant": {
      const regrants = step.give.map(({ member, epochs: runs }) => ({
        member: position(member),
        epochs: new Set(epochsIn(runs)),
      }));
      return { type: "regrant", by, regrants, missing };
    }
    case "disown":
      return { type: "disown", by, acts: step.acts };
  }
}

/** MEM-6: withholding has no effect if escrow would get nothing. */
function withholding<T extends Op>(model: Model, op: T, withhold: boolean): Op {
  return withhold && effectOf(model, op).dueToEscrow ? ({ ...op, withhold } as Op) : op;
}
