// Moves of the owner's devices and backup key: the steps of `agenda` with each question answered truly, and the offers of views.
// They approve and extend only the owner's own. On a device the client writes them, as in an app; a backup key and the devices of an
// escrow log author with the core's functions. docs/spec.md sections 6, 8, 11.2 and 13.

import { performStep } from "../../src/agenda/perform.js";
import type { AuthorStep } from "../../src/agenda/steps.js";
import { prepareDevice, provisionDevice } from "../../src/authoring/enter.js";
import type { EscrowOptions } from "../../src/authoring/escrow-guard.js";
import { writeLink } from "../../src/authoring/write-link.js";
import { openBackupKey } from "../../src/backup/open.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { orderTo, policyOrder } from "../../src/client/escrow-orders.js";
import type { Intent } from "../../src/client/intents.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { partsOf } from "../../src/keys/keyring.js";
import { attachmentDigest } from "../../src/log/entry.js";
import type { Role } from "../../src/log/fields.js";
import { escrowMember, FOUNDING, isConfirmed, type LogState, type Member } from "../../src/log/state.js";
import {
  type Authored,
  accepted,
  acceptProvisioning,
  createBackupKey,
  joinLog,
  leave,
  reclaim,
  regrant,
  rekey,
  rename,
  review,
  rotate,
  setLockdown,
  setPolicy,
} from "../support/accepted.js";
import { comparedWith } from "../support/client.js";
import { adminMoves } from "./admins.js";
import { byClient, hasClient } from "./client.js";
import { adviceFor, isSoundFor, knowledgeOf, toldTo } from "./device.js";
import type { Draws } from "./draws.js";
import { envOf, type Move, type Scene } from "./scene.js";
import { activeOf, everOf, OWN, type Player, playerOf, type Step, sessionOf, THIEVES, type World } from "./world.js";

type Written = Pick<Step, "entry" | "log"> & Partial<Pick<Step, "keyring" | "enters" | "first">>;
type Extra = Pick<Move, "isAdvised" | "isProbe">;

/** A move of an honest author. */
function honest(scene: Scene, by: string, what: string, write: (env: Draws) => Written, extra: Extra = {}): Move {
  const text = `${by} ${what}`;
  return {
    ...{ text, ...extra },
    take() {
      const env = envOf(scene, text);
      return { by, honest: true, env, ...(extra.isAdvised && { advised: true }), ...write(env) };
    },
  };
}

const PROBE: Extra = { isProbe: true };

export function honestMoves(scene: Scene): Move[] {
  const { world } = scene;
  const moves: Move[] = [];
  for (const name of ["B", "C"] as const) if (!world.ids.has(name)) moves.push(joining(scene, name));
  for (const name of OWN) if (scene.keyrings.has(name) && activeOf(world, name)) moves.push(...movesOfOne(scene, name));
  return [...moves, ...adminMoves(scene)];
}

/** The arguments of a verb on a device that follows ESC-4: it withholds if it must not grant. */
function optionsFor(world: World, name: Player): EscrowOptions {
  const escrow = activeOf(world, name) ? toldTo(world, name) : knowledgeOf(world, name);
  return { escrow, ...(!isSoundFor(world, escrow) && { withholdFromEscrow: true }) };
}

/** Writes what a user asks of a device. */
function asked(scene: Scene, name: Player, intent: Intent, byCore: (env: Draws) => Written): (env: Draws) => Written {
  const { world } = scene;
  if (!hasClient(name)) return byCore;
  return (env) => {
    const knowledge = activeOf(world, name) ? toldTo(world, name) : knowledgeOf(world, name);
    return byClient(scene, name, intent, knowledge, env);
  };
}

function joining(scene: Scene, name: Player): Move {
  const device = { name };
  const write = asked(scene, name, { do: "join", device }, (env) =>
    joinLog(scene.world.log, { device, ...optionsFor(scene.world, name) }, env),
  );
  return honest(scene, name, "joins", (env) => ({ ...write(env), enters: name }));
}

/** The owner's other active members, and all other members. */
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

/** Members that a member must remove to switch lockdown on. */
export function outsiders(world: World): MemberId[] {
  return [...world.log.active.values()].filter(({ lineage }) => lineage.own.founder !== FOUNDING).map(({ id }) => id);
}

function movesOfOne(scene: Scene, name: Player): readonly Move[] {
  const session = sessionOf(scene.world, scene.keyrings, name);
  // A person who types in a backup key does what they came for.
  const advised = name === "P" ? [] : advisedMoves(scene, name, session);
  const moves = new Map<string, Move>();
  for (const move of [...advised, ...offered(scene, name, session), ...links(scene, name, session)]) {
    if (!moves.has(move.text)) moves.set(move.text, move);
  }
  return [...moves.values()];
}

/** A step in words. */
export function describe(world: World, step: AuthorStep): string {
  const names = (ids: readonly MemberId[]) => ids.map((id) => playerOf(world, id) ?? "escrow").join(" and ");
  switch (step.link) {
    case "rotate":
      return "rotates";
    case "remove":
      return `removes ${names(step.members)}`;
    case "enroll-escrow":
      return "enrolls escrow";
    case "renew-escrow":
      return "renews escrow";
    case "extend-escrow":
      return "gives escrow what is older";
    case "disown":
      return "disowns acts";
    case "regrant":
      return `regrants to ${names(step.give.map(({ member }) => member))}`;
  }
}

/** The steps of the agenda, and the regrants that the user was asked about. */
function advisedMoves(scene: Scene, name: Player, session: MemberState): readonly Move[] {
  const { world } = scene;
  const { steps, regrants, fetchesEscrowLog } = adviceFor(world, name, session);
  const moves = steps.map(({ step, knowledge }) =>
    honest(
      scene,
      name,
      describe(world, step),
      hasClient(name)
        ? (env) => byClient(scene, name, { do: "duty", step }, knowledge, env)
        : (env) => accepted(performStep(session, step, knowledge, env)),
      { isAdvised: true },
    ),
  );
  for (const { member, epochs } of regrants) {
    const what = `regrants to ${playerOf(world, member)}, as its user wants`;
    const intent = { do: "regrant", member, epochs } as const;
    const options = { escrow: toldTo(world, name) };
    const byCore = (env: Draws) => regrant(session, [{ member, epochs: epochs }], env, options);
    moves.push(honest(scene, name, what, asked(scene, name, intent, byCore)));
  }
  if (fetchesEscrowLog && world.behind.has(name)) {
    const behind = new Map([...world.behind].filter(([each]) => each !== name));
    const last = { by: name, honest: true };
    moves.push({ text: `${name} fetches the escrow log`, take: () => ({ world: { ...world, behind, last } }) });
  }
  return moves;
}

/** Offers of views and settings. */
function offered(scene: Scene, name: Player, session: MemberState): readonly Move[] {
  const { world } = scene;
  const { log } = world;
  const { own, all } = othersIn(world, name);
  const options = optionsFor(world, name);
  const act = (what: string, intent: Intent, byCore: (env: Draws) => Written) =>
    honest(scene, name, what, asked(scene, name, intent, byCore));
  const t = world.t === "owner" && activeOf(world, "T")?.id;
  const moves: Move[] = [];
  for (const [x, id] of t ? [...own, ["T", t] as const] : own) {
    const byCore = (env: Draws) => review(session, { approve: [id], roles: rolesOf(log, id), ...options }, env);
    // Nobody compares the fingerprint of a backup key, which has no screen: it is approved by another way.
    const isDevice = log.active.get(id)?.kind === "device";
    const approve = (env: Draws) =>
      isDevice
        ? asked(
            scene,
            name,
            { do: "review", approve: [comparedWith(log, id, rolesOf(log, id)[id])], remove: [] },
            byCore,
          )(env)
        : byCore(env);
    moves.push(honest(scene, name, `approves ${x}`, approve));
  }
  for (const [y, gone] of all) {
    const intent = { do: "review", approve: [], remove: [gone] } as const;
    moves.push(act(`removes ${y}`, intent, (env) => review(session, { remove: [gone], ...options }, env)));
  }
  moves.push(act("leaves", { do: "leave" }, (env) => leave(session, env)));
  const on = !log.lockdown;
  const remove = on ? outsiders(world) : [];
  const lockdown = (what: string, ids: readonly MemberId[]) =>
    act(what, { do: "lockdown", on, remove: ids }, (env) => setLockdown(session, { on, remove: ids, ...options }, env));
  moves.push(lockdown(`switches lockdown ${on ? "on" : "off"}`, remove));
  if (remove.length > 0) moves.push(lockdown("switches lockdown on and removes nobody", []));
  for (const [x, from] of removedOwn(scene)) {
    const byCore = (env: Draws) => reclaim(session, { from, ...options }, env);
    moves.push(act(`reclaims from ${x}`, { do: "reclaim", from: from.member }, byCore));
  }
  moves.push(...enrolling(scene, name, session));
  if (log.kind === "escrow") moves.push(...settings(scene, name, session));
  return moves;
}

/** Keyrings of the owner's removed members, which a user still has. */
export function removedOwn({ world, keyrings }: Scene) {
  return [...keyrings].filter(([name]) => OWN.includes(name) && !activeOf(world, name) && everOf(world, name));
}

/** The links that can be authored in every world (AVL), and some that change little: they are tried and judged. */
function links(scene: Scene, name: Player, session: MemberState): readonly Move[] {
  const { world } = scene;
  const { log } = world;
  const { own, all } = othersIn(world, name);
  const options = optionsFor(world, name);
  const probe = (what: string, write: (env: Draws) => Written) => honest(scene, name, what, write, PROBE);
  const moves: Move[] = [probe("rotates", (env) => rotate(session, env, options))];
  const strangers = all.filter(([y]) => !OWN.includes(y as Player)).map(([, id]) => id);
  for (const [x, id] of strangers.length > 0 ? own : []) {
    moves.push(
      probe(`approves ${x} and removes all that are not the owner's`, (env) =>
        review(session, { approve: [id], remove: strangers, roles: rolesOf(log, id), ...options }, env),
      ),
    );
  }
  const rekeys = asked(scene, name, { do: "rekey" }, (env) => rekey(session, env, options));
  if (name !== "P") moves.push(probe("rekeys", rekeys));
  const intent = { do: "rename", member: session.keyring.member, device: { name: "A again" } } as const;
  const renames = asked(scene, name, intent, (env) => rename(session, { name: "A again" }, env));
  if (name === "A") moves.push(probe("renames itself", renames));
  const text = `${name} makes another backup key`;
  moves.push({
    ...{ text, isProbe: true },
    take() {
      const make = asked(scene, name, { do: "backup-key", name: "Another" }, (env) => {
        const made = createBackupKey(session, { ...options, ...inEscrow(log) }, env);
        made.paper.wipe();
        return made;
      });
      make(envOf(scene, text));
      return "authored";
    },
  });
  // GRT-6: another link wins the race, and this one is written again.
  const x = own.find(([each]) => each !== "P")?.[0];
  const leaver = x && scene.keyrings.get(x as Player);
  if (leaver) {
    moves.push(
      probe(`rotates, loses the race to ${x} leaving, and rotates again`, (env) => {
        const lost = { by: name, env, ...rotate(session, env, options) };
        const leaving = envOf(scene, `${x} leaves first`);
        const first = { by: x, honest: true, env: leaving, lost, ...leave({ log, keyring: leaver }, leaving) };
        return { ...rotate({ log: first.log, keyring: session.keyring }, env, options), first };
      }),
    );
  }
  return moves;
}

/** Roles of members that an admin lets in. A user's log has none (MEM-8). */
function rolesOf(log: LogState, id: MemberId): Readonly<Record<MemberId, readonly Role[]>> {
  return log.kind === "escrow" && !isConfirmed(log, log.active.get(id) as Member) ? { [id]: ["manage" as const] } : {};
}

const inEscrow = (log: LogState) => (log.kind === "escrow" ? { roles: ["manage" as const] } : {});

/** Links that only the escrow log has: a policy, and admins' records. */
function settings(scene: Scene, name: Player, session: MemberState): readonly Move[] {
  const { log } = scene.world;
  const { keyring } = session;
  const { keys } = partsOf(keyring);
  const change = { allowUserBackupKeys: !log.policy?.allowUserBackupKeys };
  // By hand: these records name users whose logs nobody has.
  const recording = (what: string, type: "access" | "act") =>
    honest(scene, name, what, (env): Authored => {
      const opening = env.random(64);
      const fields = { author: keys.signingKey, commitment: env.random(32), opening: attachmentDigest(opening) };
      const draft = {
        before: log,
        type,
        fields,
        keyring,
        signers: [keys],
        opening,
        guard: "not-a-users-device",
      } as const;
      return { ...writeLink(draft, env), keyring };
    });
  return [
    honest(
      scene,
      name,
      "changes the policy",
      asked(scene, name, orderTo("policy", policyOrder, change), (env) => setPolicy(session, change, env)),
    ),
    recording("records an access", "access"),
    recording("records an act", "act"),
  ];
}

function enrolling(scene: Scene, name: Player, session: MemberState): readonly Move[] {
  const { world } = scene;
  const { log } = world;
  const options = optionsFor(world, name);
  const moves: Move[] = [];
  if (!world.ids.has("P")) {
    moves.push(
      honest(scene, name, "makes P", (env) => {
        if (hasClient(name)) {
          const intent = { do: "backup-key", name: "Backup key" } as const;
          const { log, entry, paper } = byClient(scene, name, intent, toldTo(world, name), env);
          const { keyring } = openBackupKey(log, [], present(paper));
          return { log, entry, enters: "P", keyring };
        }
        const made = createBackupKey(session, { ...options, ...inEscrow(log) }, env);
        const { keyring } = openBackupKey(made.log, [], made.paper.reveal(made.log));
        return { log: made.log, entry: made.entry, enters: "P", keyring };
      }),
    );
  }
  if (!world.ids.has("C")) {
    moves.push(
      honest(scene, name, "provisions C", (env) => {
        const prepared = prepareDevice(log, { device: { name: "C" } }, env);
        const offer = provisionDevice(session, prepared.request, env, inEscrow(log));
        const done = acceptProvisioning(log, offer, prepared, { now: "unchecked" });
        return { ...done, enters: "C", keyring: prepared.keyring };
      }),
    );
  }
  return moves;
}
