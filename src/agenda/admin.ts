// After an admin was removed, left, was expelled or took fresh keys, every other admin with the role `manage` must disown the
// acts that it announced and did not do. Otherwise somebody could still do them. docs/spec.md sections 11.2 and 11.3 (ESC-8).

import { isDisguised, LOG_STATE } from "../arguments/instances.js";
import { isMap } from "../arguments/realms.js";
import type { LogId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { type ActRecord, looseActs, reviewOf } from "../escrow/act.js";
import { assertLog, LogState } from "../log/state.js";
import type { Facts } from "./facts.js";
import { ask, type Step } from "./steps.js";

/** The largest number of acts that one link may disown. */
const MAX_DISOWNED = 4096;

/** Rows 21a to 21c: loose acts. An urgent removal comes first, then this. */
export function disownSteps({ log, me, mayAct, actors, knowledge }: Facts): readonly Step[] {
  if (!mayAct) return [];
  const { acts, userLogs, disownUnread } = checkKnowledge(knowledge);
  const known = new Map(acts.map((record) => [record.seq, record]));
  const loose = looseActs(log).map(({ seq }) => {
    const { act, junk } = known.get(seq) ?? {};
    const userLog = act && userLogs.get(act.log);
    // A server that hides the user's log, and an opening that names somebody else, must not save an act from being disowned.
    const isUnjudged = act ? !userLog && userLogs.has(act.log) : !junk;
    const isDue = isUnjudged ? disownUnread.has(seq) : userLog ? !reviewOf(userLog, log, act) : junk;
    return { seq, act, isUnjudged, isDue };
  });
  const unanswered = loose.filter(({ isUnjudged, isDue }) => isUnjudged && !isDue);
  const unread = unanswered.filter(({ act }) => !act);
  const disowned = loose.filter(({ isDue }) => isDue);
  const steps: Step[] = [];
  if (unread.length > 0) steps.push({ do: "fetch", what: "openings", acts: seqsOf(unread) });
  if (unanswered.length > 0) steps.push({ ...ask("disown"), acts: seqsOf(unanswered) });
  // By the subject too, which no commitment binds: a false one must not keep the log from being found by the true one.
  const unseen = new Map(
    loose.flatMap(({ act }) => (act && !userLogs.has(act.log) ? [[`${act.log} ${act.subject}`, act]] : [])),
  );
  for (const { log, subject } of unseen.values()) steps.push({ do: "fetch", what: "user-log", log, subject });
  if (disowned.length > 0) {
    const others = actors.filter(({ id }) => id !== me.id).map(({ id }) => id);
    steps.push({ do: "author", link: "disown", acts: seqsOf(disowned).slice(-MAX_DISOWNED), others });
  }
  return steps;
}

function seqsOf(acts: readonly { readonly seq: number }[]): readonly number[] {
  return acts.map(({ seq }) => seq);
}

function checkKnowledge({
  acts = [],
  userLogs = new Map<LogId, LogState | undefined>(),
  disownUnread = [],
}: Facts["knowledge"]) {
  const isRecord = (record: ActRecord | null) => !!record && Number.isSafeInteger(record.seq);
  if (!Array.isArray(acts) || !acts.every(isRecord)) {
    throw new KeysteadError("INVALID_ARGUMENT", "acts must be what actRecords gave");
  }
  const given = isMap(userLogs) ? [...userLogs] : undefined;
  for (const [, log] of given ?? []) if (isDisguised(LOG_STATE, log)) assertLog(log, "each of userLogs");
  if (!given?.every(([id, log]) => log === undefined || (LogState.is(log) && log.head.log === id))) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "userLogs must be a Map from the ids of users' logs to the verified logs",
    );
  }
  if (!Array.isArray(disownUnread)) {
    throw new KeysteadError("INVALID_ARGUMENT", "disownUnread must be a list of positions");
  }
  return { acts, userLogs, disownUnread: new Set(disownUnread) };
}
