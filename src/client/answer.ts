// Takes in what the user answered to a question. docs/spec.md section 13.

import { checkList } from "../arguments/lists.js";
import { checkOptions } from "../arguments/options.js";
import type { MemberId } from "../bytes/ids.js";
import { toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { drawRandom, type Env, readClock } from "../primitives/env.js";
import { confirmedHead } from "../trust/compared.js";
import { type Answer, asksOf } from "./asks.js";
import type { Answers, Model } from "./model.js";
import { author } from "./pending.js";

/**
 * The model after the user's answer.
 *
 * @throws `INVALID_ARGUMENT` for a question that is not open any more, or an answer that does not fit it
 */
export function answerAsk(model: Model, id: string, answer: Answer, env: Env): Model {
  const ask = asksOf(model, readClock(env)).find((open) => open.id === id);
  if (!ask) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "this question is not open any more; take the questions of the newest snapshot",
    );
  }
  checkOptions(answer, "answer");
  const withAnswers = (change: Partial<Answers>): Model => ({ ...model, answers: { ...model.answers, ...change } });
  if (answer.say === "no") {
    if (ask.question === "interrupted") return { ...model, interrupted: undefined };
    if (ask.question === "prove-backup-key") throw wrongAnswer("prove the backup key, or remove it");
    return withAnswers({ declined: [...model.answers.declined, id] });
  }
  const { own, strangers } = model.answers;
  switch (ask.question) {
    case "confirm-escrow":
      if (answer.say !== "confirmed") break;
      return withAnswers({ confirmed: { head: confirmedHead(answer.token), at: ask.at } });
    case "whose-members": {
      if (answer.say !== "members") break;
      checkList("own", answer.own, "member ids");
      checkList("strangers", answer.strangers, "member ids");
      const asked = (list: readonly MemberId[]) => list.filter((member) => ask.members.includes(member));
      return withAnswers({
        own: [...own, ...asked(answer.own)],
        strangers: [...strangers, ...asked(answer.strangers)],
      });
    }
    case "remove-escrow":
      if (answer.say !== "yes") break;
      return withAnswers({ removeEscrow: ask.escrow });
    case "enroll-again":
      if (answer.say !== "yes") break;
      return withAnswers({ enrollAgainAfter: ask.removedAt });
    case "regrant":
      if (answer.say !== "yes") break;
      return author(model, toHex(drawRandom(env, 8)), { do: "regrant", member: ask.member, epochs: ask.epochs }, env);
    default:
      break;
  }
  throw wrongAnswer(`the question ${ask.question} takes another answer`);
}

function wrongAnswer(message: string): KeysteadError {
  return new KeysteadError("INVALID_ARGUMENT", message);
}
