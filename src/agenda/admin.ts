// After an admin was removed, left, was expelled or took fresh keys, every other admin with the role `manage` must disown the
// acts that it announced and did not do. Otherwise somebody could still do them. docs/spec.md sections 11.2 and 11.3 (ESC-8).

import { isDisguised } from "../arguments/instances.js";
import { isMap } from "../arguments/realms.js";
import type { LogId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { type ActRecord, looseActs, type RecordedAct, reviewOf } from "../escrow/act.js";
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
  const loose = looseActs(log).map(({ seq }) => ({ seq, record: known.get(seq) }));
  const unread = loose.filter(({ record }) => !record?.act && !record?.junk).map(({ seq }) => seq);
  const read = loose.flatMap(({ record }) => record?.act ?? []);
  const unseen = new Map(read.filter(({ log }) => !userLogs.has(log)).map((act) => [act.log, act]));
  const isUndone = (act: RecordedAct) => {
    const userLog = userLogs.get(act.log);
    return userLog !== undefined && !reviewOf(userLog, log, act);
  };
  const undone = new Set(read.filter(isUndone).map(({ recordedAt }) => recordedAt));
  const isUnread = new Set(unread);
  const disowned = loose.filter(
    ({ seq, record }) => record?.junk || undone.has(seq) || (disownUnread.has(seq) && isUnread.has(seq)),
  );
  const unanswered = unread.filter((seq) => !disownUnread.has(seq));
  const steps: Step[] = [];
  if (unanswered.length > 0) {
    steps.push({ do: "fetch", what: "openings", acts: unanswered });
    steps.push({ ...ask("disown"), acts: unanswered });
  }
  for (const [id, { subject }] of unseen) steps.push({ do: "fetch", what: "user-log", log: id, subject });
  if (disowned.length > 0) {
    const others = actors.filter(({ id }) => id !== me.id).map(({ id }) => id);
    steps.push({ do: "author", link: "disown", acts: disowned.map(({ seq }) => seq).slice(-MAX_DISOWNED), others });
  }
  return steps;
}

function checkKnowledge({ acts = [], userLogs = new Map<LogId, LogState>(), disownUnread = [] }: Facts["knowledge"]) {
  const isRecord = (record: ActRecord | null) => !!record && Number.isSafeInteger(record.seq);
  if (!Array.isArray(acts) || !acts.every(isRecord)) {
    throw new KeysteadError("INVALID_ARGUMENT", "acts must be what actRecords gave");
  }
  const given = isMap(userLogs) ? [...userLogs] : undefined;
  for (const [, log] of given ?? []) if (isDisguised("LogState", log)) assertLog(log, "each of userLogs");
  if (!given?.every(([id, log]) => LogState.is(log) && log.head.log === id)) {
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
