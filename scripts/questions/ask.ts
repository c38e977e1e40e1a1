// Questions of a device, and this library's answers.

import { agenda } from "../../src/agenda/agenda.js";
import type { Knowledge } from "../../src/agenda/facts.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { intersectRuns, type Runs, runsOf, subtractRuns } from "../../src/bytes/runs.js";
import { toHex } from "../../src/bytes/text.js";
import { type ActRecord, actRecords } from "../../src/escrow/act.js";
import { faultsOf } from "../../src/grants/check.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { partsOf } from "../../src/keys/keyring.js";
import { findMember, type Head, type LogState, linkAt, type Member } from "../../src/log/state.js";
import { escrowActs } from "../../src/trust/acts.js";
import { broughtIn, doubtedMembers } from "../../src/trust/doubt.js";
import { type EscrowLogAtHand, escrowIsSound } from "../../src/trust/soundness.js";
import { activeNames } from "../../test/support/world.js";
import type { Draw } from "../draws.js";
import { bare } from "../vectors/entries.js";
import { stepTexts } from "../vectors/steps.js";
import type { Chain, Scene } from "./scene.js";

/** One state of one of the escrow logs, and its name in questions. */
function drawLog({ escrows }: Scene, { oneOf, nat }: Draw): readonly [name: string, length: number, log: LogState] {
  const names = [...escrows.keys(), ...Array.from({ length: 6 }, () => "true")];
  const name = oneOf(names);
  const { states } = escrows.get(name) as Chain;
  const length = nat(4) > 0 ? states.length : 1 + nat(states.length);
  return [name, length, states[length - 1] as LogState];
}

/** A head that the user's log had, or rarely one of another branch. */
function drawHead({ head, links }: LogState, { nat }: Draw): Head {
  const seq = 1 + nat(head.seq);
  const at = nat(8) === 0 ? 1 + nat(head.seq) : seq;
  return { log: head.log, seq, hash: linkAt({ links }, at).hash };
}

/** This library's answers to one device of the user. */
export function askDevice(scene: Scene, draw: Draw): object {
  const { world } = scene.user;
  const { log } = world;
  const name = draw.oneOf(activeNames(world));
  const past = draw.nat(5) === 0 ? scene.past.filter(({ sessions }) => sessions.has(name)) : [];
  const { keyring } = (past.length > 0 ? draw.oneOf(past) : world).session(name);
  const session: MemberState = { log, keyring };
  const me = keyring.member;
  const [at, pinned] = [drawLog(scene, draw), drawLog(scene, draw)];
  const kind = draw.nat(16);
  const escrowLog: EscrowLogAtHand = kind === 0 ? undefined : kind === 1 ? "unsupported" : at[2];
  const confirmed = draw.nat(3) === 0 ? undefined : draw.nat(2) === 0 && kind > 1 ? at[2].head : pinned[2].head;
  const confirmedAt = confirmed && draw.nat(3) > 0 ? drawHead(log, draw) : undefined;
  const members = [...log.active.values()].filter((member) => member.kind !== "escrow").map(({ id }) => id);
  const escrows = [...log.active.values(), ...log.removed].filter((member) => member.kind === "escrow");
  const removals = escrows.flatMap(({ removed }) => removed?.seq ?? []);
  const own = draw.nat(3) === 0 ? draw.some(members, 1) : [];
  const strangers = draw.nat(2) === 0 ? draw.some(members, members.length * 0.7) : [];
  const knowledge = {
    ...{ escrowLog, storedConfirmation: confirmed, confirmedAt, own, strangers, declinedEscrow: draw.nat(6) === 0 },
    ...(escrows.length > 0 && draw.nat(2) === 0 && { removeEscrow: draw.oneOf(escrows).id }),
    ...(removals.length > 0 && draw.nat(2) === 0 && { enrollAgainAfter: draw.oneOf(removals) }),
    ...(draw.nat(4) === 0 && { served: drawServed(log, draw) }),
    now: draw.nat(40) === 0 ? log.time - 600_000 - draw.nat(2) : ("unchecked" as const),
  };
  const asked = {
    ...{ me, confirmed, confirmedAt, own, notOwn: strangers, removeEscrow: knowledge.removeEscrow },
    log: kind > 1 ? at.slice(0, 2) : escrowLog,
    ...{ declined: knowledge.declinedEscrow, enrollAgain: knowledge.enrollAgainAfter },
    served: knowledge.served?.map(({ member, epochs }) => [member, epochs]),
    now: knowledge.now === "unchecked" ? undefined : knowledge.now,
    keyring: keyringText(session),
  };
  return {
    ...asked,
    agenda: stepTexts(agenda(session, knowledge)),
    doubted: sorted(doubtedMembers(log, knowledge, me)),
    sound: escrowIsSound(log, knowledge),
    unverified:
      typeof escrowLog === "object" ? sorted(broughtIn(log, unverified(log, escrowLog), { me, own })) : undefined,
  };
}

const sorted = (ids: readonly MemberId[]): readonly MemberId[] => [...ids].sort();

/** Positions of the reviews by escrow that this log does not show to be announced. */
function unverified(log: LogState, escrowLog: LogState): ReadonlySet<number> {
  const acts = escrowActs(log, escrowLog).filter(({ type, believed }) => type === "review" && !believed);
  return new Set(acts.map(({ seq }) => seq));
}

function drawServed({ active }: LogState, draw: Draw): NonNullable<Knowledge["served"]> {
  return draw
    .some([...active.values()], 2)
    .map(({ id, reach, held }) => ({ member: id, epochs: subtractRuns(reach, held) }))
    .filter(({ epochs }) => epochs.length > 0);
}

/** Facts from the keyring about the log (section 7). A reader of the log alone cannot know them. */
function keyringText(session: MemberState) {
  const { log, keyring } = session;
  const { seeds, junk, keys } = partsOf(keyring);
  const me = findMember(log, keyring.member) as Member;
  const lacking = subtractRuns(me.held, runsOf(seeds.keys()));
  const isJunk: Runs = intersectRuns(lacking, runsOf(junk));
  return {
    superseded: keys.kemFor(me.kemKey) === undefined,
    junk: isJunk,
    withheld: subtractRuns(lacking, isJunk),
    unproven: unprovenGrants(session),
  };
}

/** Grants to escrow that this device finds wrong or cannot judge (GRT-3): position of the link, and which of its grants, from 0. */
function unprovenGrants({ log, keyring }: MemberState): readonly (readonly [number, number])[] {
  return [...log.links].flatMap((record) =>
    record.grants.flatMap((grant, index) => {
      const boxes = grant.boxes.filter(({ member }) => findMember(log, member)?.kind === "escrow");
      const faults = boxes.length > 0 ? faultsOf(log, record, { ...grant, boxes }, keyring) : new Map();
      return faults?.size === 0 ? [] : [[record.seq, index] as const];
    }),
  );
}

/** This library's answers to one member of the true escrow log. */
export function askAdmin(scene: Scene, draw: Draw): object {
  const { world, states } = scene.escrows.get("true") as Chain;
  const { log } = world;
  const session = world.session(draw.oneOf(activeNames(world)));
  const entries = world.entries.map((entry) => (draw.nat(6) === 0 ? bare(entry) : entry));
  const acts = actRecords(session, entries);
  const { states: ofUser } = scene.user;
  const length = draw.nat(3) === 0 ? 1 + draw.nat(ofUser.length) : ofUser.length;
  const userLog = draw.nat(4) === 0 ? undefined : (ofUser[length - 1] as LogState);
  const disownUnread = draw.nat(3) === 0 ? acts.map(({ seq }) => seq).filter(() => draw.nat(2) === 0) : [];
  const userLogs = new Map(userLog ? [[userLog.head.log, userLog]] : []);
  const knowledge: Knowledge = { escrowLog: undefined, now: "unchecked", acts, userLogs, disownUnread };
  return {
    me: session.keyring.member,
    of: ["true", states.length],
    keyring: keyringText({ log, keyring: session.keyring }),
    openings: acts.filter(({ act, junk }) => act || junk).map((record) => [record.seq, openingText(record)]),
    users: userLog ? [length] : [],
    disownUnread,
    agenda: stepTexts(agenda(session, knowledge)),
  };
}

/** The contents of an opening; null if it is junk. */
function openingText({ act }: ActRecord) {
  if (!act) return null;
  const { salt, log, subject, seq, prev, approve, remove } = act;
  return { salt: toHex(salt), log, subject, seq, prev, approve, remove };
}
