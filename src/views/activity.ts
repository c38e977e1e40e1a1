// Recent activity: every link as facts, who did what. docs/spec.md section 6.

import type { MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { NO_RUNS, type Runs, uniteRuns } from "../bytes/runs.js";
import { dateOf } from "../coverage/dates.js";
import type { MemberName, NameOf } from "../coverage/names.js";
import type { LinkTypeName } from "../log/registry.js";
import type { GrantRecord, LinkRecord } from "../log/state.js";

/** One link: who did what. Members are called by their present names. */
export type Activity = ActivityFacts & ActivityDeed;

/** What every link says. */
export interface ActivityFacts {
  /** Position of the link. */
  readonly seq: number;
  /** Its type, such as `review`. */
  readonly type: string;
  readonly author: MemberId | "operator";
  /** Who did it. */
  readonly by: MemberName;
  readonly when: Date;
  /** What a review in escrow's name gave those it approved (ESC-11); empty for nothing older, undefined for all others. */
  readonly gave: Runs | undefined;
  /** Epochs that the author could not open. */
  readonly missing: Runs;
  /** The epoch that the link made and kept from escrow. */
  readonly withheldFromEscrow: number | undefined;
}

/** What the types of links do. */
export type ActivityDeed =
  | {
      readonly code:
        | "activity-genesis"
        | "activity-join"
        | "activity-rekey"
        | "activity-leave"
        | "activity-access"
        | "activity-act";
    }
  | { readonly code: "activity-enroll"; readonly entered: MemberName }
  | {
      readonly code: "activity-review" | "activity-expel";
      readonly approved: readonly MemberName[];
      readonly removed: readonly MemberName[];
      /** Positions of acts of escrow. */
      readonly disowned: readonly number[];
    }
  | { readonly code: "activity-lockdown"; readonly on: boolean; readonly removed: readonly MemberName[] }
  | { readonly code: "activity-rotate"; readonly epoch: number }
  | { readonly code: "activity-regrant"; readonly epochs: Runs; readonly to: readonly MemberName[] }
  | { readonly code: "activity-reclaim"; readonly epochs: Runs; readonly from: MemberName }
  | { readonly code: "activity-rename"; readonly renamed: MemberName }
  | {
      readonly code: "activity-renew-escrow";
      /** Number of an epoch of the escrow log. */
      readonly epoch: number;
    }
  | { readonly code: "activity-policy"; readonly enabled: boolean }
  | {
      readonly code: "activity-disown";
      /** Positions of acts of escrow. */
      readonly disowned: readonly number[];
    };

/** A link as facts. */
export function activityOf(record: LinkRecord, nameOf: NameOf): Activity {
  const { seq, type, author, time, missing, actor, approved, epoch, withheldFromEscrow } = record;
  return {
    ...{ seq, type, author, by: nameOf(author), when: dateOf(time), missing },
    gave: actor && approved.length > 0 ? (actor.runs ?? NO_RUNS) : undefined,
    withheldFromEscrow: withheldFromEscrow ? epoch : undefined,
    ...DEEDS[type as LinkTypeName](record, nameOf),
  };
}

/** What a link of each type did. */
const DEEDS: Readonly<Record<LinkTypeName, (record: LinkRecord, nameOf: NameOf) => ActivityDeed>> = {
  genesis: () => ({ code: "activity-genesis" }),
  join: () => ({ code: "activity-join" }),
  enroll: ({ entered }, nameOf) => ({ code: "activity-enroll", entered: nameOf(present(entered)) }),
  review: (record, nameOf) => ({ code: "activity-review", ...changes(record, nameOf) }),
  rotate: ({ epoch }) => ({ code: "activity-rotate", epoch: present(epoch) }),
  regrant: ({ grants }, nameOf) => ({
    ...{ code: "activity-regrant", epochs: runsOfGrants(grants) },
    to: [...new Set(grants.flatMap(({ boxes }) => boxes.map(({ member }) => member)))].map(nameOf),
  }),
  reclaim: ({ grants, reclaimedFrom }, nameOf) => ({
    ...{ code: "activity-reclaim", epochs: runsOfGrants(grants), from: nameOf(present(reclaimedFrom)) },
  }),
  rekey: () => ({ code: "activity-rekey" }),
  leave: () => ({ code: "activity-leave" }),
  expel: (record, nameOf) => ({ code: "activity-expel", ...changes(record, nameOf) }),
  rename: ({ renamed }, nameOf) => ({ code: "activity-rename", renamed: nameOf(present(renamed)) }),
  lockdown: ({ lockdown, removed }, nameOf) => ({
    ...{ code: "activity-lockdown", on: lockdown === true, removed: removed.map(nameOf) },
  }),
  "renew-escrow": ({ pointer }) => ({ code: "activity-renew-escrow", epoch: present(pointer).epoch }),
  policy: ({ policy }) => ({ code: "activity-policy", enabled: present(policy).enabled }),
  access: () => ({ code: "activity-access" }),
  act: () => ({ code: "activity-act" }),
  disown: ({ disowned }) => ({ code: "activity-disown", disowned }),
};

function changes({ approved, removed, disowned }: LinkRecord, nameOf: NameOf) {
  return { approved: approved.map(nameOf), removed: removed.map(nameOf), disowned };
}

function runsOfGrants(grants: readonly GrantRecord[]): Runs {
  return grants.reduce((runs, { epochs }) => uniteRuns(runs, epochs), NO_RUNS);
}
