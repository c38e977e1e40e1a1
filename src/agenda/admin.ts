// What every admin with the role `manage` owes after another one was removed, left, was expelled or took fresh keys: to disown the
// acts that it announced and did not do. Otherwise they could still be done after it. docs/spec.md section 11.3 (ESC-8).

import type { LogId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { type ActRecord, reviewOf } from "../escrow/act.js";
import { authorKey } from "../escrow/sealed-record.js";
import { type LinkRecord, LogState, memberBySigningKey } from "../log/state.js";
import type { Facts } from "./facts.js";
import type { Step } from "./steps.js";

/** As many acts as one link may disown. */
const MAX_DISOWNED = 4096;

/** Removing comes first, if it is urgent, and disowning follows: who was removed may go on in users' logs until then. */
export function disownSteps({ log, me, mayAct, actors, knowledge }: Facts): readonly Step[] {
  if (!mayAct) return [];
  const { acts, userLogs } = checkKnowledge(knowledge);
  const known = new Map(acts.map((record) => [record.seq, record]));
  const unread: number[] = [];
  const unseen = new Set<LogId>();
  const disowned: number[] = [];
  for (const { seq } of owed(log)) {
    const record = known.get(seq);
    if (record?.junk) disowned.push(seq);
    else if (!record?.act) unread.push(seq);
    else {
      const userLog = userLogs.get(record.act.log);
      if (!userLog) unseen.add(record.act.log);
      else if (!reviewOf(userLog, log, record.act)) disowned.push(seq);
    }
  }
  const others = actors.filter(({ id }) => id !== me.id).map(({ id }) => id);
  return [
    ...(unread.length > 0 ? ([{ do: "fetch", what: "act-openings", acts: unread }] as const) : []),
    ...(unseen.size > 0 ? ([{ do: "fetch", what: "user-logs", logs: [...unseen] }] as const) : []),
    ...(disowned.length > 0
      ? ([{ do: "author", link: "disown", acts: disowned.slice(0, MAX_DISOWNED), others }] as const)
      : []),
  ];
}

/** Acts by keys that nobody active has now, which nobody disowned. */
function owed(log: LogState): readonly LinkRecord[] {
  return [...log.links].filter(
    (record) =>
      record.act && !log.disowned.has(String(record.seq)) && memberBySigningKey(log, authorKey(record)) === undefined,
  );
}

function checkKnowledge({ acts = [], userLogs = new Map() }: Facts["knowledge"]) {
  const isRecord = (record: ActRecord | null) => !!record && Number.isSafeInteger(record.seq);
  if (!Array.isArray(acts) || !acts.every(isRecord)) {
    throw new KeysteadError("INVALID_ARGUMENT", "acts must be what actRecords gave");
  }
  if (!(userLogs instanceof Map) || ![...userLogs].every(([id, log]) => LogState.is(log) && log.head.log === id)) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "userLogs must be a Map from the ids of users' logs to the verified logs",
    );
  }
  return { acts, userLogs };
}
