// Steps of an agenda as JSON, for vectors and for `npm run gen:questions`: the parts that docs/spec.md section 11.2 defines, and
// no more. The format is in vectors/README.md.

import type { AskStep, AuthorStep, FetchStep, Step } from "../../src/agenda/steps.js";

/** One step: the action, its object, the reasons, and the other fields of the step. */
export interface StepText {
  readonly do: Step["do"];
  readonly what: string;
  readonly because?: readonly string[];
  readonly [field: string]: unknown;
}

/** The steps of an agenda. */
export function stepTexts(steps: readonly Step[]): readonly StepText[] {
  return steps.map(stepText);
}

function stepText(step: Step): StepText {
  if (step.do === "fetch") return fetchText(step);
  return step.do === "ask" ? askText(step) : authorText(step);
}

function fetchText(step: FetchStep): StepText {
  const fetch = { do: step.do, what: step.what };
  switch (step.what) {
    case "attachments":
      return { ...fetch, epochs: step.epochs };
    case "escrow-log":
      return { ...fetch, because: [step.because] };
    case "openings":
      return { ...fetch, positions: step.acts };
    case "user-log":
      return { ...fetch, log: step.log, subject: step.subject };
  }
}

function askText(step: AskStep): StepText {
  const ask = { do: step.do, what: step.question };
  switch (step.question) {
    case "standing":
      return { ...ask, because: [step.standing] };
    case "confirm-escrow":
      return { ...ask, ...(step.because === "contradicts-pointer" && { because: [step.because] }) };
    case "whose-members":
      return { ...ask, members: step.members };
    case "remove-escrow":
      return { ...ask, because: [step.because] };
    case "regrant":
      return { ...ask, member: step.member, epochs: step.epochs };
    case "disown":
      return { ...ask, positions: step.acts };
    default:
      return ask;
  }
}

function authorText(step: AuthorStep): StepText {
  const author = { do: step.do, what: step.link };
  switch (step.link) {
    case "rotate":
      return { ...author, because: step.because, withhold: step.withholdFromEscrow };
    case "remove":
      return { ...author, members: step.members, withhold: step.withholdFromEscrow };
    case "renew-escrow":
      return { ...author, because: [step.because] };
    case "disown":
      return { ...author, positions: step.acts };
    case "regrant":
      return { ...author, give: step.give.map(({ member, epochs: runs }) => [member, runs]) };
    default:
      return author;
  }
}
