// Data access: how far back a member reads. docs/spec.md sections 2 and 8.

import type { MemberId } from "../bytes/ids.js";
import { type Runs, runContaining } from "../bytes/runs.js";
import { parseMemberId } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import {
  assertLog,
  currentEpoch,
  epochAt,
  findMember,
  type LogFacts,
  type LogState,
  type Member,
} from "../log/state.js";
import { dateOf } from "./dates.js";

/** How far back a member reads without a gap up to now. */
export interface DataAccess {
  /** The earliest epoch of the stretch, from 1. */
  readonly epoch: number;
  /** When that epoch was made. */
  readonly since: Date;
}

/**
 * From when on a member can read, up to now. Judged by `held`, not `reach`: this is what it can use and pass on. What a
 * stolen device may be able to read is its `reach`, see `explainAccess`.
 *
 * @param member id of an active or a removed member. A removed one has data access only while rotation is due.
 * @returns undefined when it does not hold the current epoch.
 * @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function dataAccess(log: LogState, member: MemberId): DataAccess | undefined {
  return accessWith(log, knownMember(log, member).held);
}

/** The data access that holding these epochs gives. */
export function accessWith(log: LogFacts, held: Runs): DataAccess | undefined {
  const run = runContaining(held, currentEpoch(log));
  return run && { epoch: run[0], since: dateOf(epochAt(log, run[0]).time) };
}

/** The member with this id, active or removed. @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `INVALID_ENCODING` */
export function knownMember(log: LogState, id: MemberId): Member {
  assertLog(log);
  const member = findMember(log, parseMemberId(id));
  if (member) return member;
  throw new KeysteadError(
    "UNKNOWN_MEMBER",
    `no member ${id} in this log; check that the log is the newest you can get`,
    {
      details: { member: id, log: log.head.log, seq: log.head.seq },
    },
  );
}
