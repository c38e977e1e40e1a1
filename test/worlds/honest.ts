// What the owner's devices, its backup key, and the organisation's admin do. They follow what a client must do about escrow
// (ESC-4, ESC-8), and approve and extend only the owner's own. docs/spec.md sections 6 and 11.

import { openBackupKey } from "../../src/backup/use.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { unverifiedMembers } from "../../src/escrow/acts.js";
import { escrowDuty, escrowIsSound } from "../../src/escrow/duty.js";
import { writeLink } from "../../src/grants/author.js";
import { offerEnrollment, prepareDevice } from "../../src/grants/enter.js";
import { partsOf } from "../../src/keys/keyring.js";
import { attachmentDigest } from "../../src/log/entry.js";
import { runsOf } from "../../src/log/runs.js";
import {
  escrowMember,
  FOUNDING,
  isConfirmed,
  type LinkRecord,
  type LogState,
  type Member,
} from "../../src/log/state.js";
import {
  type Authored,
  acceptEnrollment,
  enrollBackupKey,
  enrollEscrow,
  joinLog,
  leave,
  recover,
  regrant,
  rekey,
  rename,
  renewEscrow,
  renewFor,
  review,
  rotate,
  setLockdown,
  setPolicy,
} from "../support/accepted.js";
import type { Draws } from "./draws.js";
import { ESCROW } from "./organisation.js";
import { envOf, type Move, type Scene } from "./scene.js";
import {
  activeOf,
  escrowLogOf,
  maskOf,
  OWN,
  type Player,
  runsOfMask,
  type Step,
  sessionOf,
  THIEVES,
  type World,
} from "./world.js";

type Written = Pick<Step, "entry" | "log"> & Partial<Pick<Step, "keyring" | "enters" | "first">>;

/** A move of an honest author, which an honest client publishes only if it keeps to ESC-4 and ESC-8. */
function honest(scene: Scene, by: string, what: string, write: (env: Draws) => Written): Move {
  const text = `${by} ${what}`;
  return {
    text,
    take() {
      const env = envOf(scene, text);
      const written = write(env);
      return mayPublish(scene.world, by, written.log) ? { by, honest: true, env, ...written } : undefined;
    },
  };
}

/** The escrow head that the user confirmed on a device: on the first one, which enrolled escrow; and an admin knows its own. */
function confirmedOn(by: string) {
  return by === "A" || by === "Ann" ? ESCROW[0].ann.log.head : undefined;
}

/** Whom a device does not believe to be the owner's (ESC-8); a newcomer and an admin are no members. */
export function doubtedBy(world: World, by: string): readonly MemberId[] {
  const me = activeOf(world, by as Player)?.id;
  return unverifiedMembers(world.log, escrowLogOf(world), { me });
}

/** Whether nothing forbids an honest author to grant to all who are active. */
export function mayServeAll(world: World, by: string): boolean {
  const { log } = world;
  const knowledge = { escrowLog: escrowLogOf(world), confirmed: confirmedOn(by) };
  return (!escrowMember(log) || escrowIsSound(log, knowledge)) && doubtedBy(world, by).length === 0;
}

function mayPublish(world: World, by: string, log: LogState): boolean {
  const { grants, approved } = log.links.last() as LinkRecord;
  // An approval that grants nothing counts too: it would move a false pointer into the founding class.
  const served = new Set([...approved, ...grants.flatMap(({ boxes }) => boxes.map(({ member }) => member))]);
  const escrow = escrowMember(log);
  const escrowLog = escrowLogOf(world);
  if (escrow && served.has(escrow.id) && !escrowIsSound(log, { escrowLog, confirmed: confirmedOn(by) })) return false;
  return !doubtedBy(world, by).some((id) => served.has(id));
}

export function honestMoves(scene: Scene): Move[] {
  const { world } = scene;
  const moves: Move[] = [];
  for (const name of ["B", "C"] as const) if (!world.ids.has(name)) moves.push(joining(scene, name));
  for (const name of OWN) if (scene.keyrings.has(name)) moves.push(...movesOfOne(scene, name));
  const escrow = escrowMember(world.log);
  if (escrow) moves.push(...movesOfAnn(scene, escrow));
  return moves;
}

function joining(scene: Scene, name: Player): Move {
  return honest(scene, name, "joins", (env) => {
    const { log } = scene.world;
    const withholdFromEscrow = Boolean(
      !log.lockdown && escrowMember(log) && !escrowIsSound(log, { escrowLog: escrowLogOf(scene.world) }),
    );
    return { ...joinLog(log, { device: { name }, withholdFromEscrow }, env), enters: name };
  });
}

/** Owner's active members besides this one, and everybody else's. */
export function othersIn(world: World, name: Player): { own: [string, MemberId][]; all: [string, MemberId][] } {
  const listed = (names: readonly Player[]) =>
    names.flatMap((each): [string, MemberId][] => {
      const member = each === name ? undefined : activeOf(world, each);
      return member ? [[each, member.id]] : [];
    });
  const escrow = escrowMember(world.log);
  const own = listed(OWN);
  return { own, all: [...own, ...listed(THIEVES), ...(escrow ? [["escrow", escrow.id] as [string, MemberId]] : [])] };
}

/** Whom a member must remove to switch lockdown on. */
export function outsiders(world: World): MemberId[] {
  return [...world.log.active.values()].filter(({ lineage }) => lineage.own.founder !== FOUNDING).map(({ id }) => id);
}

function movesOfOne(scene: Scene, name: Player): Move[] {
  const { world } = scene;
  const session = sessionOf(world, scene.keyrings, name);
  const { own, all } = othersIn(world, name);
  const { log } = world;
  const act = (what: string, write: (env: Draws) => Authored) => honest(scene, name, what, write);
  const escrow = escrowMember(log);
  const others = escrow ? [...own, ["escrow", escrow.id] as const] : own;
  const t = world.t === "owner" && activeOf(world, "T")?.id;
  const mayApprove = t ? [...others, ["T", t] as const] : others;
  const moves: Move[] = [];
  for (const [x, id] of mayApprove)
    moves.push(act(`approves ${x}`, (env) => review(session, { approve: [id], roles: rolesOf(log, id) }, env)));
  for (const [y, gone] of all) {
    moves.push(act(`removes ${y}`, (env) => review(session, { remove: [gone] }, env)));
    for (const [x, id] of own) {
      if (x !== y)
        moves.push(
          act(`approves ${x} and removes ${y}`, (env) =>
            review(session, { approve: [id], remove: [gone], roles: rolesOf(log, id) }, env),
          ),
        );
    }
  }
  const doubted = doubtedBy(world, name);
  if (doubted.length > 0) {
    // ESC-4 forbids to remove them while escrow stands for an old epoch, and ESC-8 to renew it while they are there.
    const remove = escrow ? [...doubted, escrow.id] : doubted;
    moves.push(act("removes escrow and whom a removed admin approved", (env) => review(session, { remove }, env)));
  }
  moves.push(act("rotates", (env) => rotate(session, env)));
  moves.push(act("leaves", (env) => leave(session, env)));
  if (name === "A") moves.push(act("renames itself", (env) => rename(session, { name: "A again" }, env)));
  if (name !== "P") moves.push(act("rekeys", (env) => rekey(session, env)));
  const on = !log.lockdown;
  const remove = on ? outsiders(world) : [];
  moves.push(act(`switches lockdown ${on ? "on" : "off"}`, (env) => setLockdown(session, { on, remove }, env)));
  if (remove.length > 0)
    moves.push(act("switches lockdown on and removes nobody", (env) => setLockdown(session, { on }, env)));
  for (const [x, id] of mayApprove) {
    const { held, reach, withheld } = log.active.get(id) as Member;
    const runs = runsOfMask(
      (maskOf(reach) | maskOf(withheld)) & ~maskOf(held) & maskOf(runsOf(session.keyring.epochs)),
    );
    if (runs.length > 0) moves.push(act(`regrants to ${x}`, (env) => regrant(session, [{ member: id, runs }], env)));
  }
  moves.push(...enrolling(scene, name));
  moves.push(...(log.kind === "escrow" ? adminMoves(scene, name) : escrowMoves(scene, name)));
  // GRT-6: another link wins the race, and this one is written again.
  const x = own.find(([each]) => each !== "P")?.[0];
  const leaver = x && scene.keyrings.get(x as Player);
  if (leaver) {
    moves.push(
      honest(scene, name, `rotates, loses the race to ${x} leaving, and rotates again`, (env) => {
        const lost = { by: name, env, ...rotate(session, env) };
        const leaving = envOf(scene, `${x} leaves first`);
        const first = { by: x, honest: true, env: leaving, lost, ...leave({ log, keyring: leaver }, leaving) };
        return { ...rotate({ log: first.log, keyring: session.keyring }, env), first };
      }),
    );
  }
  return moves;
}

/** Roles of whom an admin lets in; in a user's log there are none (MEM-8). */
function rolesOf(log: LogState, id: MemberId) {
  return log.kind === "escrow" && !isConfirmed(log, log.active.get(id) as Member) ? { [id]: ["manage" as const] } : {};
}

const inEscrow = (log: LogState) => (log.kind === "escrow" ? { roles: ["manage" as const] } : {});

/** What only the escrow log has: a policy, and records of access. */
function adminMoves(scene: Scene, name: Player): Move[] {
  const { log } = scene.world;
  const session = sessionOf(scene.world, scene.keyrings, name);
  const { keys } = partsOf(session.keyring);
  return [
    honest(scene, name, "changes the policy", (env) =>
      setPolicy(session, { allowUserBackupKeys: !log.policy?.allowUserBackupKeys }, env),
    ),
    honest(scene, name, "records an access", (env) => {
      const opening = env.random(64);
      const fields = { author: keys.sign, commitment: env.random(32), opening: attachmentDigest(opening) };
      return writeLink(
        {
          before: log,
          type: "access",
          fields,
          keyring: session.keyring,
          signers: [keys],
          opening,
          guard: "not-a-users-device",
        },
        env,
      );
    }),
  ];
}

function enrolling(scene: Scene, name: Player): Move[] {
  const { world, keyrings } = scene;
  const session = sessionOf(world, keyrings, name);
  const moves: Move[] = [];
  if (!world.ids.has("P")) {
    moves.push(
      honest(scene, name, "makes P", (env) => {
        const escrowLog = escrowMember(world.log) && escrowLogOf(world);
        const { log, entry, paper } = enrollBackupKey(session, { escrowLog, ...inEscrow(world.log) }, env);
        return { log, entry, enters: "P", keyring: openBackupKey(log, [], paper.reveal(log)).keyring };
      }),
    );
  }
  if (!world.ids.has("C")) {
    moves.push(
      honest(scene, name, "provisions C", (env) => {
        const prepared = prepareDevice(world.log, { device: { name: "C" } }, env);
        const offer = offerEnrollment(session, prepared.request, env, inEscrow(world.log));
        return {
          ...acceptEnrollment(world.log, offer, prepared, { now: "unchecked" }),
          enters: "C",
          keyring: prepared.keyring,
        };
      }),
    );
  }
  return moves;
}

/** What ESC-4 and ESC-5 ask of this device, done. */
function escrowMoves(scene: Scene, name: Player): Move[] {
  const { world, keyrings } = scene;
  const session = sessionOf(world, keyrings, name);
  const escrowLog = escrowLogOf(world);
  const confirmed = confirmedOn(name);
  const duty = escrowDuty(world.log, { me: session.keyring.member, escrowLog, confirmed });
  if (duty.action === "enroll") {
    return [
      honest(scene, name, "enrolls escrow", (env) => enrollEscrow(session, escrowLog, ESCROW[0].ann.log.head, env)),
    ];
  }
  if (duty.action === "renew")
    return [honest(scene, name, "renews escrow", (env) => renewEscrow(session, escrowLog, env))];
  return [];
}

/** An admin who is not removed acts for escrow. */
function movesOfAnn(scene: Scene, escrow: Member): Move[] {
  const { world } = scene;
  const { log: userLog, entries } = world;
  const admin = ESCROW[world.stage].ann;
  const own = OWN.flatMap((name) => activeOf(world, name) ?? []);
  const nameOf = ({ id }: Member) => OWN.find((name) => world.ids.get(name) === id) as string;
  const moves = [honest(scene, "Ann", "renews escrow", (env) => renewFor(admin, { userLog, entries }, env))];
  for (const target of own) {
    const approve = [target.id];
    moves.push(
      honest(scene, "Ann", `approves ${nameOf(target)}`, (env) => recover(admin, { userLog, entries, approve }, env)),
    );
    for (const gone of userLog.active.values()) {
      if (gone === target || gone === escrow) continue;
      const remove = [gone.id];
      const text = `approves ${nameOf(target)} and removes ${nameOf(gone) ?? "a thief's"}`;
      moves.push(honest(scene, "Ann", text, (env) => recover(admin, { userLog, entries, approve, remove }, env)));
    }
  }
  return moves;
}
