// Deeds: who did something to a member, and when, for a list of devices. docs/spec.md section 8.

import type { MemberId } from "../bytes/ids.js";
import { dateOf } from "../coverage/dates.js";
import type { MemberName, NameOf } from "../coverage/names.js";
import type { LogFacts } from "../log/state.js";
import { linkAt } from "../log/state.js";

/** Who did something to a member, and when. */
export interface DoneBy {
  readonly by: MemberId | "operator";
  /** The name of that member, or of the service. */
  readonly name: MemberName;
  /** Position of the link. */
  readonly seq: number;
  readonly when: Date;
}

/** What a member did in the link at a position of the log. */
export function doneBy(log: LogFacts, nameOf: NameOf, { by, seq }: Pick<DoneBy, "by" | "seq">): DoneBy {
  return { by, name: nameOf(by), seq, when: dateOf(linkAt(log, seq).time) };
}
