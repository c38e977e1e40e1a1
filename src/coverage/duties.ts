// What a client must do now, by the log and by what it could open: rotate, fetch, regrant. docs/spec.md section 13.

import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { checkOptions } from "../grants/session.js";
import { type Keyring, partsOf } from "../keys/keyring.js";
import {
  hasEpoch,
  intersectRuns,
  isCanonical,
  NO_RUNS,
  type Runs,
  runsOf,
  subtractRuns,
  uniteRuns,
} from "../log/runs.js";
import {
  activeMember,
  assertLog,
  currentEpoch,
  findMember,
  type LogFacts,
  type LogState,
  type Member,
} from "../log/state.js";
import { actors } from "./actors.js";

/** What a device knows of its own keyring. No secrets. */
export interface KeyringFacts {
  readonly member: MemberId;
  /** Epochs whose grant was delivered and did not open. */
  readonly junk: Runs;
  /** Epochs that the log says it holds and whose grant was never delivered. */
  readonly withheld: Runs;
}

/** The {@link KeyringFacts} of a keyring. @throws `INVALID_ARGUMENT`, `WIPED` */
export function keyringFacts(log: LogState, keyring: Keyring): KeyringFacts {
  assertLog(log);
  const { log: id, member, seeds, junk } = partsOf(keyring);
  if (id !== log.head.log) throw new KeysteadError("INVALID_ARGUMENT", "keyring belongs to another log");
  const lacking = subtractRuns(findMember(log, member)?.held ?? NO_RUNS, runsOf(seeds.keys()));
  return { member, junk: intersectRuns(lacking, runsOf(junk)), withheld: subtractRuns(lacking, runsOf(junk)) };
}

/** Something that a client must do now. */
export type Duty =
  | {
      /** Author a `rotate`: nothing else makes the log safe to seal to, or readable to this member, again. */
      readonly code: "rotate";
      readonly because: readonly ("rotation-due" | "current-epoch-unopened")[];
      /** Others that could do it as well. */
      readonly others: readonly MemberId[];
    }
  | {
      /** Fetch the attachments again: the server's unavailability, not junk, so nothing is declared missing. */
      readonly code: "fetch";
      readonly epochs: Runs;
    }
  | {
      /** Author a `regrant`: unasked; or only after asking people, because the member was served these epochs before. */
      readonly code: "regrant" | "ask-regrant";
      readonly member: MemberId;
      readonly epochs: Runs;
      readonly others: readonly MemberId[];
    };

/** What {@link duties} is told besides. */
export interface DutyOptions {
  /** Regrants that this client made and that are not in the log yet. */
  readonly served?: readonly { readonly member: MemberId; readonly epochs: Runs }[] | undefined;
}

/**
 * What the client of this member must do now, most urgent first. Judged by `held`, less what its own keyring could not open: it
 * can pass on nothing else. A regrant stays within the recipient's `reach`, so that it extends nobody.
 *
 * In a log with escrow, `escrowDuty` comes before these: every new epoch is granted to escrow too, wherever it points (ESC-4).
 *
 * Each member is regranted an epoch once unasked: a stolen device can claim for ever that it could not open what it was given.
 *
 * @returns nothing for a member that was removed.
 * @throws `UNKNOWN_MEMBER`, `INVALID_ARGUMENT`, `INVALID_ENCODING`
 */
export function duties(log: LogState, own: KeyringFacts, options: DutyOptions = {}): readonly Duty[] {
  assertLog(log);
  const { member, junk, withheld } = checkFacts(own);
  const served = checkServed(options);
  if (findMember(log, member)?.removed) return [];
  const me = activeMember(log, member);
  const able = actors(log);
  const others = able.filter(({ id }) => id !== me.id);
  const isUnopened = hasEpoch(intersectRuns(me.held, junk), currentEpoch(log));
  const because = [
    ...(log.rotationDue ? (["rotation-due"] as const) : []),
    ...(isUnopened ? (["current-epoch-unopened"] as const) : []),
  ];
  const due: Duty[] = [];
  if (able.includes(me) && because.length > 0) {
    due.push({ code: "rotate", because, others: others.map(({ id }) => id) });
  }
  const toFetch = intersectRuns(me.held, withheld);
  if (toFetch.length > 0) due.push({ code: "fetch", epochs: toFetch });
  // A regrant cannot declare the current epoch missing, which has to be done first (MEM-9).
  if (!able.includes(me) || isUnopened) return due;
  const mine = subtractRuns(me.held, uniteRuns(junk, withheld));
  // Nothing is due to itself: what it lacks it cannot pass on.
  const targets = [...log.active.values()];
  return [...due, ...targets.flatMap((target) => regrants(log, { me: me.id, target, mine, others, served }))];
}

interface Asked {
  readonly me: MemberId;
  readonly target: Member;
  /** What this member can pass on. */
  readonly mine: Runs;
  readonly others: readonly Member[];
  readonly served: NonNullable<DutyOptions["served"]>;
}

function regrants(log: LogFacts, { me, target, mine, others, served }: Asked): readonly Duty[] {
  const wanted = intersectRuns(subtractRuns(target.reach, target.held), mine);
  if (wanted.length === 0) return [];
  const before = [...regrantsBy(log, me, target.id), ...served.filter(({ member }) => member === target.id)];
  const had = before.reduce((runs, { epochs }) => uniteRuns(runs, epochs), NO_RUNS);
  const duty = (code: "regrant" | "ask-regrant", epochs: Runs): readonly Duty[] => {
    if (epochs.length === 0) return [];
    const able = others.filter(({ held }) => intersectRuns(held, epochs).length > 0);
    return [{ code, member: target.id, epochs, others: able.map(({ id }) => id) }];
  };
  return [...duty("regrant", subtractRuns(wanted, had)), ...duty("ask-regrant", intersectRuns(wanted, had))];
}

/** Regrants by this member only: a thief's device that regrants junk must not keep honest ones from healing it. */
function regrantsBy(log: LogFacts, me: MemberId, member: MemberId): readonly { readonly epochs: Runs }[] {
  const own = [...log.links].filter(({ type, author }) => type === "regrant" && author === me);
  const grants = own.flatMap((record) => record.grants);
  return grants.filter(({ boxes }) => boxes.some((box) => box.member === member)).map(({ epochs }) => ({ epochs }));
}

function checkFacts(own: KeyringFacts): KeyringFacts {
  const { member, junk, withheld } = checkOptions(own);
  return { member, junk: checkRuns("junk", junk), withheld: checkRuns("withheld", withheld) };
}

function checkServed(options: DutyOptions): Asked["served"] {
  const { served = [] } = checkOptions(options);
  if (!Array.isArray(served)) throw new KeysteadError("INVALID_ARGUMENT", "served must be [{ member, epochs }, …]");
  return served.map((each: Asked["served"][number]) => {
    const { member, epochs } = checkOptions(each);
    return { member, epochs: checkRuns("epochs", epochs) };
  });
}

function checkRuns(name: string, runs: Runs): Runs {
  const isRun = (run: unknown) => Array.isArray(run) && run.length === 2 && run.every(Number.isSafeInteger);
  if (Array.isArray(runs) && runs.every(isRun) && isCanonical(runs)) return runs;
  throw new KeysteadError("INVALID_ARGUMENT", `${name} must be sorted runs [from, to] with a gap between each two`);
}
