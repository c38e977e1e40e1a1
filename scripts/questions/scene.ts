// A random story of a user's log and of the escrow logs that a server might show: the true one, which continues, a fork of it,
// and another organisation's. docs/spec.md section 11.

import { agenda } from "../../src/agenda/agenda.js";
import { performStep } from "../../src/agenda/perform.js";
import { openBackupKey } from "../../src/backup/open.js";
import { equalBytes } from "../../src/bytes/bytes.js";
import { encodeCbor } from "../../src/bytes/cbor.js";
import { countEpochs, intersectRuns, type Runs, subtractRuns } from "../../src/bytes/runs.js";
import { KeysteadError } from "../../src/errors.js";
import type { Pointer } from "../../src/log/fields.js";
import { escrowMember, isHolder, type LogState } from "../../src/log/state.js";
import { judgePointer, newestPointer } from "../../src/trust/pointer.js";
import {
  announce,
  doAct,
  enroll,
  epochSigner,
  hire,
  joinWithholding,
  openOrganisation,
  policyBy,
  regrantEscrow,
  renew,
  renewedBy,
  renewedRaw,
  reviewEscrow,
  write,
} from "../../test/escrow/support.js";
import { createBackupKey, disown, reclaim, regrant, rotate } from "../../test/support/accepted.js";
import { boxIndex, idBytes, mutate, type RawBody, takeApart, withAttachment } from "../../test/support/raw-link.js";
import {
  activeNames,
  keysNamed,
  OPERATOR,
  openWorld,
  otherNames,
  pointerKeys,
  type World,
} from "../../test/support/world.js";
import { type Draw, NothingToDraw } from "../draws.js";

/** A log with the state after each of its links. */
export interface Chain {
  readonly world: World;
  readonly states: readonly LogState[];
}

/** A user's log and the escrow logs, by name. */
export interface Scene {
  readonly user: Chain;
  readonly escrows: ReadonlyMap<string, Chain>;
  /** Keyrings that an attacker could still have: earlier ones, and those of earlier keys. */
  readonly past: readonly World[];
}

const TRUE = "true";
const STEPS = 24;
const MORE_STEPS = 24;

const chainOf = (world: World): Chain => ({ world, states: world.states() });
const staffed = chainOf(
  hire(hire(openOrganisation("questions", { operator: true }), "Bob", ["manage"]), "Carl", ["recover"]),
);
const other = chainOf(hire(openOrganisation("questions of another organisation"), "Bob", ["recover"]));

/** The same log with the new links. */
function longer({ states }: Chain, world: World): Chain {
  const added = world.entries.length - states.length;
  return { world, states: added === 1 ? [...states, world.log] : world.states() };
}

/** A story of some random steps. Steps that the log does not admit are skipped. */
export function drawScene(seed: string, draw: Draw): Scene {
  const start = chainOf(openWorld(seed, { operator: true }));
  let scene: Scene = {
    user: start,
    escrows: new Map([
      [TRUE, staffed],
      ["other", other],
    ]),
    past: [start.world],
  };
  if (draw.nat(6) === 0) scene = user(scene, enroll(scene.user.world.join("Phone"), "Phone", staffed.world));
  else if (draw.nat(5) > 0)
    scene = user(scene, enroll(scene.user.world, "Laptop", draw.nat(12) > 0 ? staffed.world : other.world));
  const steps = STEPS + draw.nat(MORE_STEPS);
  for (let step = 0; step < steps; step++) {
    try {
      scene = draw.oneOf(ALL)(scene, draw);
    } catch (error) {
      // Not permitted, or the author does not hold the needed epochs.
      if (!(error instanceof KeysteadError || error instanceof NothingToDraw)) throw error;
    }
  }
  return scene;
}

function user(scene: Scene, world: World): Scene {
  return world === scene.user.world
    ? scene
    : { ...scene, user: longer(scene.user, world), past: [...scene.past, scene.user.world] };
}

function escrow(scene: Scene, name: string, world: World): Scene {
  const before = scene.escrows.get(name) ?? (scene.escrows.get(TRUE) as Chain);
  return { ...scene, escrows: new Map([...scene.escrows, [name, longer(before, world)]]) };
}

/** Members that do not hold all epochs. */
const poor = (world: World, by?: string): readonly string[] =>
  otherNames(world, by ?? "").filter((name) => countEpochs(world.member(name).held) < world.log.epochs.length);
const nextName = ({ log }: World): string => `Device ${log.head.seq}`;

type Step = (scene: Scene, draw: Draw) => Scene;
type UserStep = (world: World, by: string, draw: Draw, scene: Scene) => World;

const byUser =
  (step: UserStep): Step =>
  (scene, draw) => {
    const { world } = scene.user;
    const names = activeNames(world);
    if (names.length === 0) return scene;
    const holders = names.filter((name) => isHolder(world.log, world.member(name)));
    const by = draw.oneOf(holders.length > 0 && draw.nat(4) > 0 ? holders : names);
    return user(scene, step(world, by, draw, scene));
  };
/** The same where there is escrow; else nothing. */
const withEscrow = (step: UserStep): Step =>
  byUser((world, ...rest) => (escrowMember(world.log) ? step(world, ...rest) : world));

const times = (number: number, step: Step): readonly Step[] => Array.from({ length: number }, () => step);

const DEVICES: readonly Step[] = [
  ...times(
    4,
    byUser((world) => world.join(nextName(world))),
  ),
  byUser((world) => joinWithholding(world, nextName(world))),
  byUser((world, by) => world.enroll(by, nextName(world))),
  byUser((world, by, _draw, { escrows }) => paper(world, by, escrows.get(TRUE) as Chain)),
  ...times(
    3,
    byUser((world, by, { some }) => world.review(by, { approve: some(poor(world, by), 1.5) })),
  ),
  byUser((world, by, { some }) => world.review(by, { remove: some(otherNames(world, by), 1) })),
  byUser((world, by, { oneOf }) => {
    const [x, y] = [oneOf(poor(world, by)), oneOf(otherNames(world, by))];
    return x === y ? world : world.review(by, { approve: [x as string], remove: [y as string] });
  }),
  byUser((world, by) => world.rotate(by)),
  byUser((world, by) =>
    world.act(by, "withholds", (session, env) => rotate(session, env, { withholdFromEscrow: true })),
  ),
  ...times(2, byUser(junked)),
  byUser((world, by) => world.rekey(by)),
  byUser((world, by) => world.leave(by)),
  byUser((world, _by, { some }) => world.expel(...some(activeNames(world), 1))),
  byUser((world, by, { some }) =>
    world.lockdown(by, !world.log.lockdown, world.log.lockdown ? [] : some(otherNames(world, by), 2)),
  ),
  ...times(2, byUser(regrantedBy)),
  ...times(2, byUser(reclaimedBy)),
];

const POINTING: readonly Step[] = [
  ...times(
    4,
    byUser((world, by, draw, scene) => point(world, by, drawPointer(scene, draw))),
  ),
  withEscrow((world, by, draw) => reviewEscrow(world, by, "remove", { remove: draw.some(otherNames(world, by), 0.3) })),
  withEscrow((world, by) => reviewEscrow(world, by, "approve")),
  withEscrow((world, by) => regrantEscrow(world, by, escrowMember(world.log)?.withheld ?? [])),
];

/** A device that knows the true escrow log does what it owes. */
function owed(world: World, by: string, _draw: Draw, { escrows }: Scene): World {
  const { log } = (escrows.get(TRUE) as Chain).world;
  const knowledge = { escrowLog: log, storedConfirmation: log.head, now: "unchecked" } as const;
  const step = agenda(world.session(by), knowledge).find((each) => each.do === "author");
  if (step?.do !== "author") return world;
  return world.append(performStep(world.session(by), step, knowledge, world.env(`${by} owes ${step.link}`)).entry);
}

const HONEST: readonly Step[] = [
  ...times(6, byUser(owed)),
  ...times(
    2,
    withEscrow((world, by, _draw, { escrows }) => renew(world, by, (escrows.get(TRUE) as Chain).world)),
  ),
];

const ADMINS: readonly Step[] = [
  ...times(5, recovered),
  ...times(3, (scene, draw) => misnamed(recovered(scene, draw), scene, draw)),
  withEscrow((world, _by, draw, scene) => renewedBy(world, ...adminOf(world, scene, draw))),
  withEscrow((world, _by, draw, scene) => {
    const [organisation, admin] = adminOf(world, scene, draw);
    const pointer = escrowMember(world.log)?.pointer as Pointer;
    return renewedRaw(world, organisation, admin, draw.nat(2) === 0 ? pointer : newestPointer(organisation.log));
  }),
];

const OF_ESCROW: readonly Step[] = [
  ...times(3, (scene, draw) => trueStep(scene, draw)),
  (scene, draw) => {
    const from = scene.escrows.get(TRUE) as Chain;
    const fork = scene.escrows.get("fork") ?? from;
    return escrow(scene, "fork", fork.world.rotate(draw.oneOf(activeNames(fork.world))));
  },
  announcedInVain,
];

const ALL: readonly Step[] = [...DEVICES, ...HONEST, ...POINTING, ...ADMINS, ...OF_ESCROW];

// --- Steps of devices

function paper(world: World, by: string, organisation: Chain): World {
  const escrow = escrowMember(world.log) ? { escrowLog: organisation.world.log } : {};
  const made = createBackupKey(world.session(by), escrow, world.env(`${by} makes a paper`));
  const next = world.append(made.entry);
  return next.with(
    `Paper ${next.log.head.seq}`,
    openBackupKey(next.log, next.entries, made.paper.reveal(next.log)).keyring,
  );
}

/** A new epoch, whose box for one member is junk. */
function junked(world: World, by: string, { oneOf }: Draw): World {
  const rotated = world.rotate(by);
  const boxes = rotated.record.grants.at(-1)?.boxes.filter(({ member }) => member !== world.id(by)) ?? [];
  if (boxes.length === 0) return world;
  const index = boxIndex(rotated.record, oneOf(boxes).member, rotated.log.epochs.length);
  const junk = withAttachment(rotated.last, index, new Uint8Array(1168), [world.signer(by)]);
  return world.append(junk).with(by, rotated.session(by).keyring);
}

/** Grants a member the epochs again that it declared missing. */
function regrantedBy(world: World, by: string, { oneOf }: Draw): World {
  const { held } = world.member(by);
  const lacking = (member: { readonly reach: Runs; readonly held: Runs }) =>
    intersectRuns(subtractRuns(member.reach, member.held), held);
  const wanting = [...world.log.active.values()].filter((member) => lacking(member).length > 0);
  if (wanting.length === 0) return world;
  const member = oneOf(wanting);
  return world.act(by, "regrants", (session, env) =>
    regrant(session, [{ member: member.id, epochs: lacking(member) }], env),
  );
}

function reclaimedBy(world: World, by: string, { oneOf }: Draw): World {
  const gone = [...world.sessions].filter(([, { keyring }]) => !world.log.active.has(keyring.member));
  if (gone.length === 0) return world;
  const [, { keyring: from }] = oneOf(gone);
  return world.act(by, "reclaims", (session, env) => reclaim(session, { from }, env));
}

/** A pointer that a device may choose: of any log at any time, and a false one in one of three cases. */
function drawPointer({ escrows }: Scene, { oneOf, nat }: Draw): Pointer {
  const pointer = newestPointer(oneOf(oneOf([...escrows.values(), escrows.get(TRUE) as Chain]).states.slice(3)));
  const lies: readonly Partial<Pointer>[] = [
    { hash: "11".repeat(32) as Pointer["hash"] },
    { hash: "22".repeat(32) as Pointer["hash"], seq: pointer.seq + 1 + nat(4) },
    { seq: pointer.seq + 100 },
    pointerKeys(keysNamed("a false epoch")),
    { ...pointerKeys(keysNamed("a false epoch")), seq: pointer.seq + nat(3) },
    { signingKey: keysNamed("a false epoch").signingKey },
  ];
  return nat(3) === 0 ? { ...pointer, ...oneOf(lies) } : pointer;
}

function point(world: World, by: string, pointer: Pointer): World {
  const type = escrowMember(world.log) ? "renew-escrow" : "enroll";
  const env = world.env(`${by} points to ${pointer.hash} ${pointer.seq}`);
  return world.append(write(type, { escrow: pointer })(world.session(by), env).entry);
}

// --- Steps of admins

/** An escrow log whose admins have the pointer's epoch, and one of them. */
function adminOf({ log }: World, { escrows }: Scene, { oneOf }: Draw): readonly [World, string] {
  const pointer = escrowMember(log)?.pointer as Pointer;
  const fits = ({ world }: Chain) => ["newest", "older"].includes(judgePointer(pointer, world.log));
  const all = [...escrows.values()];
  const fitting = all.filter(fits);
  const { world } = oneOf(fitting.length > 0 ? fitting : all);
  return [world, oneOf(["Bob", "Bob", "Ann", "Carl"].filter((name) => world.sessions.has(name)))];
}

/** An admin announces a review, and usually makes it. */
function recovered(scene: Scene, draw: Draw): Scene {
  const { world } = scene.user;
  if (!escrowMember(world.log)) return scene;
  const [organisation, admin] = adminOf(world, scene, draw);
  const names = activeNames(world);
  const approve = draw.some(poor(world), 1.5);
  const remove = draw.some(names, 1).filter((name) => !approve.includes(name));
  const name = [...scene.escrows].find(([, chain]) => chain.world === organisation)?.[0] as string;
  const announced = announce(organisation, admin, world, { approve, remove }, { entries: world.entries });
  const acted = escrow(scene, name, announced.escrow);
  return user(acted, doAct(world, announced.escrow, admin, announced.act));
}

function announcedInVain(scene: Scene, draw: Draw): Scene {
  const { world } = scene.user;
  if (!escrowMember(world.log)) return scene;
  const organisation = (scene.escrows.get(TRUE) as Chain).world;
  const admin = draw.oneOf(activeNames(organisation));
  const announced = announce(organisation, admin, world, { remove: draw.some(activeNames(world), 1) });
  return escrow(scene, TRUE, announced.escrow);
}

/** The last review of a scene names another act than its own. */
function misnamed(scene: Scene, before: Scene, { oneOf, nat }: Draw): Scene {
  const { last, record } = scene.user.world;
  if (scene === before || record.actor?.salt === undefined) return scene;
  const length = Math.max(...[...scene.escrows.values()].map(({ states }) => states.length));
  const change = oneOf<(by: RawBody) => unknown>([
    (by) => by.set("salt", new Uint8Array(32).fill(1)),
    (by) => by.set("hash", new Uint8Array(32)),
    (by) => by.set("seq", 1 + nat(length)),
    (by) => by.set("seq", length + 1 + nat(3)),
    (by) => by.set("hash", idBytes((scene.escrows.get(TRUE) as Chain).world.log.links.at(nat(3))?.hash as string)),
  ]);
  const { body: said } = takeApart(last);
  change(said.get("by") as RawBody);
  const body = (all: RawBody) => all.set("by", said.get("by") as RawBody);
  if (equalBytes(encodeCbor(said), encodeCbor(takeApart(last).body))) return scene;
  const keys = takeApart(last).signatures.map(([key]) => key);
  const known = [...scene.escrows.values()].flatMap(({ world }) =>
    [...world.sessions.keys()].flatMap((name) => signersOf(world, name)),
  );
  const signers = keys.map(
    (key) => known.find(({ signingKey: sign }) => Buffer.compare(sign, key) === 0) as (typeof known)[number],
  );
  const changed = before.user.world.append(mutate(last, { body, signers }));
  return { ...scene, user: longer(before.user, changed) };
}

const signersOf = (world: World, name: string) => [
  world.signer(name),
  ...world.session(name).keyring.epochs.map((epoch) => epochSigner(world, name, epoch)),
];

/** The true escrow log continues. */
function trueStep(scene: Scene, draw: Draw): Scene {
  const { world } = scene.escrows.get(TRUE) as Chain;
  const by = draw.oneOf(activeNames(world));
  const acts = [...world.log.links].filter(({ act, seq }) => act && !world.log.disowned.has(String(seq)));
  const next = draw.oneOf<() => World>([
    () => world.review("Ann", { remove: [draw.oneOf(otherNames(world, "Ann"))] }),
    () => world.rotate(by),
    () => world.rekey(by),
    () => world.leave(by),
    () => hire(world, nextName(world), draw.oneOf([["manage"], ["recover"], ["discover"], []] as const)),
    () =>
      policyBy(world, "Ann", { enabled: !world.log.policy?.enabled }, world.log.policy?.enabled ? OPERATOR : undefined),
    () => policyBy(world, "Ann", { allowUserBackupKeys: !world.log.policy?.allowUserBackupKeys }),
    () =>
      world.act(by, "disowns", (session, env) =>
        disown(
          session,
          draw.some(acts, 1).map(({ seq }) => seq),
          env,
        ),
      ),
  ])();
  return escrow(scene, TRUE, next);
}
