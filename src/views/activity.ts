// Recent activity: every link in words, who did what. docs/spec.md section 6.

import type { MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { NO_RUNS, type Runs, uniteRuns } from "../bytes/runs.js";
import { dateOf } from "../coverage/dates.js";
import { KIND_NAMES, list, type NameOf } from "../coverage/names.js";
import { formatEpochs } from "../coverage/stretches.js";
import type { LinkTypeName } from "../log/registry.js";
import type { GrantRecord, LinkRecord, LogFacts, MemberKind } from "../log/state.js";
import { findMember } from "../log/state.js";

/** One link, for people. */
export interface Activity {
  /** Position of the link. */
  readonly seq: number;
  /** Its type, such as `review`. */
  readonly type: string;
  readonly author: MemberId | "operator";
  readonly when: Date;
  /** `Laptop approved Phone and removed Tablet`. Members are called by their present names. */
  readonly text: string;
}

/** A link in words. */
export function activityOf(log: LogFacts, record: LinkRecord, nameOf: NameOf): Activity {
  const { seq, type, author, time, missing } = record;
  const who = author === "operator" ? "The service" : nameOf(author);
  const kindOf = (id: MemberId) => present(findMember(log, id)).kind;
  const what = WORDS[type as LinkTypeName](record, { nameOf, kindOf });
  const declared = missing.length > 0 ? [`could not open ${formatEpochs(missing)}`] : [];
  const withheld = record.withheldFromEscrow ? [`withheld epoch ${record.epoch} from escrow`] : [];
  const text = [`${who} ${what}`, ...given(record), ...declared, ...withheld].join(", and ");
  return { seq, type, author, when: dateOf(time), text };
}

/** ESC-11: escrow names what it gives. */
function given({ actor, approved }: LinkRecord): readonly string[] {
  if (!actor || approved.length === 0) return [];
  return [actor.runs ? `gave ${formatEpochs(actor.runs)}` : "gave nothing older"];
}

interface Terms {
  readonly nameOf: NameOf;
  readonly kindOf: (id: MemberId) => MemberKind;
}

const WORDS: Readonly<Record<LinkTypeName, (record: LinkRecord, terms: Terms) => string>> = {
  genesis: () => "opened the log",
  join: () => "joined",
  enroll: (record, { nameOf, kindOf }) => {
    const entered = present(record.entered);
    return `added the ${KIND_NAMES[kindOf(entered)]} ${nameOf(entered)}`;
  },
  review: (record, { nameOf }) =>
    [changes(record, nameOf), ...(record.disowned.length > 0 ? [disowning(record)] : [])].join(", and "),
  rotate: ({ epoch }) => `made epoch ${epoch}`,
  regrant: ({ grants }, { nameOf }) => `granted ${formatEpochs(runsOfGrants(grants))} to ${recipients(grants, nameOf)}`,
  reclaim: ({ grants, reclaimedFrom }, { nameOf }) =>
    `took over ${formatEpochs(runsOfGrants(grants))} of ${nameOf(present(reclaimedFrom))}, which was removed`,
  rekey: () => "took fresh keys",
  leave: () => "left",
  expel: (record, { nameOf }) => changes(record, nameOf),
  rename: ({ renamed, author }, { nameOf }) =>
    renamed === author ? "renamed itself" : `renamed ${nameOf(present(renamed))}`,
  lockdown: (record, { nameOf }) => {
    const also = record.removed.length > 0 ? ` and ${changes(record, nameOf)}` : "";
    return `switched lockdown ${record.lockdown ? "on" : "off"}${also}`;
  },
  "renew-escrow": ({ pointer }) => `pointed escrow at epoch ${present(pointer).epoch} of its log`,
  policy: ({ policy }) => `set the policy: escrow is ${present(policy).enabled ? "enabled" : "not enabled"}`,
  access: () => "recorded an access to a user's data",
  act: () => "recorded an act in a user's log",
  disown: (record) => disowning(record),
};

function disowning({ disowned }: LinkRecord): string {
  return `disowned ${disowned.length === 1 ? "the act" : "the acts"} of ${links(disowned)}`;
}

/** `link 4`, `links 4 and 7`. */
function links(positions: readonly number[]): string {
  return `${positions.length === 1 ? "link" : "links"} ${list(positions.map(String))}`;
}

function changes({ approved, removed }: LinkRecord, nameOf: NameOf): string {
  const parts = [
    ...(approved.length > 0 ? [`approved ${list(approved.map(nameOf))}`] : []),
    ...(removed.length > 0 ? [`removed ${list(removed.map(nameOf))}`] : []),
  ];
  return parts.join(" and ");
}

function recipients(grants: readonly GrantRecord[], nameOf: NameOf): string {
  return list([...new Set(grants.flatMap(({ boxes }) => boxes.map(({ member }) => member)))].map(nameOf));
}

function runsOfGrants(grants: readonly GrantRecord[]): Runs {
  return grants.reduce((runs, { epochs }) => uniteRuns(runs, epochs), NO_RUNS);
}
