// Organisations for tests: an escrow log with its admins, and users' logs with their devices, all with real keys. Steps are
// drawn as numbers, so that fast-check can shrink a history. docs/spec.md section 11.

import fc from "fast-check";
import { agenda } from "../../src/agenda/agenda.js";
import type { Knowledge } from "../../src/agenda/facts.js";
import { performStep } from "../../src/agenda/perform.js";
import { openBackupKey } from "../../src/backup/open.js";
import { KeysteadError } from "../../src/errors.js";
import type { Role } from "../../src/log/fields.js";
import { escrowMember, type Head, isConfirmed } from "../../src/log/state.js";
import { policyOf } from "../../src/trust/escrow-needs.js";
import { escrowIsSound } from "../../src/trust/soundness.js";
import {
  accepted,
  createBackupKey,
  createEscrowLog,
  joinLog,
  recordRecovery,
  recover,
  renewEscrowForUser,
  review,
  setPolicy,
} from "../support/accepted.js";
import { seededEnv } from "../support/seeded-env.js";
import { activeNames, OPERATOR, openWorld, otherNames, World } from "../support/world.js";
import { inWords } from "./support.js";

/** A user's log, and the escrow heads that its user confirmed, by device. */
export interface User {
  readonly world: World;
  readonly confirmed: ReadonlyMap<string, Head>;
}

/** An escrow log and its users. Steps replace its fields; the worlds themselves never change. */
export class Organisation {
  escrow = founded();
  readonly users: User[];

  constructor(users: number) {
    this.users = Array.from({ length: users }, (_, index) => ({ world: userWorld(index), confirmed: new Map() }));
  }

  user(index: number): User {
    return this.users[index % this.users.length] as User;
  }
}

const worlds = new Map<string, World>();

function once(name: string, make: () => World): World {
  const world = worlds.get(name) ?? make();
  worlds.set(name, world);
  return world;
}

/** An escrow log that is ready: one admin's device, `Ann`, and a backup key, `Paper`, both with the role `manage`. */
export function founded(subject = "escrow@example.org", seed = subject): World {
  return once(`escrow ${seed}`, () => {
    const device = { name: "Ann" };
    const { log, keyring, entry } = createEscrowLog(
      { subject, device, operator: OPERATOR.signingKey },
      seededEnv(seed),
    );
    const opened = new World(seed, log, new Map([["Ann", { log, keyring }]]), [entry]);
    return backup(opened, "Ann", { roles: ["manage"] }).act("Ann", "enables", (session, env) =>
      setPolicy(session, { enabled: true }, env),
    );
  });
}

function userWorld(index: number): World {
  return once(`user ${index}`, () =>
    openWorld(`user ${index}`, { subject: `user${index}@example.org`, operator: true }),
  );
}

/** A member makes a backup key, called `Paper` and a number. */
export function backup(world: World, by: string, options: Omit<Parameters<typeof createBackupKey>[1], "name">): World {
  const name = world.sessions.has("Paper") ? `Paper ${world.log.head.seq}` : "Paper";
  const made = createBackupKey(world.session(by), { ...options, name }, world.env(`${by} makes a backup key`));
  const next = world.append(made.entry);
  return next.with(name, openBackupKey(next.log, next.entries, made.paper.reveal(next.log)).keyring);
}

/** A device joins, withholding its epoch from escrow or not. */
export function join(world: World, name: string, withhold = false): World {
  const options = { device: { name }, ...(withhold && { withholdFromEscrow: true }) };
  const { keyring, entry } = joinLog(world.log, options, world.env(`${name} joins`));
  return world.append(entry).with(name, keyring);
}

/**
 * Does the first step that a device owes. Its user confirms every fingerprint that it asks about, and wants escrow again.
 *
 * @returns the step in words; `nothing` if it owes nothing except fetching bytes that nobody here withholds.
 */
export function doDuty(user: User, name: string, escrow: World): { readonly user: User; readonly did: string } {
  const { world } = user;
  let { confirmed } = user;
  let answers: Partial<Knowledge> = {};
  for (let questions = 0; questions < 5; questions++) {
    const head = confirmed.get(name);
    const knowledge: Knowledge = { now: "unchecked", escrowLog: escrow.log, storedConfirmation: head, ...answers };
    const step = agenda(world.session(name), knowledge).find(({ do: verb }) => verb !== "fetch");
    if (!step || (step.do === "ask" && step.question === "regrant")) break;
    if (step.do === "author") {
      const next = world.act(name, `owes ${inWords([step])}`, (session, env) =>
        accepted(performStep(session, step, knowledge, env)),
      );
      return { user: { world: next, confirmed }, did: inWords([step]).join() };
    }
    if (step.do !== "ask") break;
    if (step.question === "confirm-escrow") confirmed = new Map([...confirmed, [name, escrow.log.head]]);
    else if (step.question === "enroll-again") answers = { ...answers, enrollAgainAfter: step.removedAt };
    else throw new Error(`among honest devices nobody asks ${step.question}`);
  }
  return { user: { world, confirmed }, did: "nothing" };
}

/** A user's log and the escrow log after an admin acted. */
interface Acted {
  readonly world: World;
  readonly escrow: World;
}

type UserStep = (
  user: User,
  by: string,
  choice: number,
  escrow: World,
  admin: string,
) => World | User | Acted | undefined;

const ROLES: readonly (readonly Role[])[] = [["manage"], ["recover"], ["discover", "recover"], []];

const pick = <T>(items: readonly T[], choice: number): T | undefined => items[choice % Math.max(1, items.length)];
const nextName = (world: World): string => `Device ${world.log.head.seq + 1}`;

const ADMIN_STEPS = {
  "admin joins": (world: World) => (activeNames(world).length < 5 ? join(world, nextName(world)) : undefined),
  "admin approves": (world: World, by: string, choice: number) => {
    const waiting = otherNames(world, by).filter((name) => !isConfirmed(world.log, world.member(name)));
    const name = pick(waiting, choice);
    if (!name) return undefined;
    const options = { approve: world.ids(name), roles: { [world.id(name)]: pick(ROLES, choice) as readonly Role[] } };
    return world.act(by, `approves ${name}`, (session, env) => review(session, options, env));
  },
  "admin removes": (world: World, by: string, choice: number) => {
    const name = pick(otherNames(world, by), choice);
    return name && name !== "Paper" ? world.review(by, { remove: [name] }) : undefined;
  },
  "admin rotates": (world: World, by: string) => world.rotate(by),
  "admin rekeys": (world: World, by: string) => (by === "Paper" ? undefined : world.rekey(by)),
  policy: (world: World, by: string) => {
    const allowUserBackupKeys = !policyOf(world.log).allowUserBackupKeys;
    return world.act(by, "sets policy", (session, env) => setPolicy(session, { allowUserBackupKeys }, env));
  },
};

const USER_STEPS = {
  // Honest devices withhold whenever escrow's pointer is not sound, and some also when it is.
  joins: ({ world }, _by, choice, escrow) => {
    if (activeNames(world).length >= 4) return undefined;
    const hasEscrow = escrowMember(world.log) !== undefined && !world.log.lockdown;
    const storedConfirmation = choice % 2 === 0 ? undefined : escrow.log.head;
    const withhold =
      hasEscrow && (choice % 3 === 0 || !escrowIsSound(world.log, { escrowLog: escrow.log, storedConfirmation }));
    return join(world, nextName(world), withhold);
  },
  // The device was offline for long, with an old escrow log or none at hand: it withholds nothing.
  "joins unaware": ({ world }) => (activeNames(world).length < 4 ? join(world, nextName(world)) : undefined),
  approves: ({ world }, by, choice) => {
    const name = pick(otherNames(world, by), choice);
    return name ? world.review(by, { approve: [name] }) : undefined;
  },
  removes: ({ world }, by, choice) => {
    const name = pick(otherNames(world, by), choice);
    return name ? world.review(by, { remove: [name] }) : undefined;
  },
  rotates: ({ world }, by) => world.rotate(by),
  rekeys: ({ world }, by) => (by.startsWith("Paper") ? undefined : world.rekey(by)),
  leaves: ({ world }, by) => world.leave(by),
  expelled: ({ world }, by) => world.expel(by),
  "makes paper": ({ world }, by, _choice, escrow) => {
    const hasEscrow = escrowMember(world.log) !== undefined;
    return backup(world, by, hasEscrow ? { escrowLog: escrow.log } : {});
  },
  lockdown: ({ world }, by) => world.lockdown(by, !world.log.lockdown),
  "drops escrow": ({ world }, by) => {
    const escrow = escrowMember(world.log);
    return escrow && world.act(by, "drops escrow", (session, env) => review(session, { remove: [escrow.id] }, env));
  },
  "is recovered": ({ world }, by, choice, escrow, admin) => {
    const lost = pick(otherNames(world, by), choice);
    const remove = choice % 2 === 0 && lost ? world.ids(lost) : [];
    const { log: userLog, entries } = world;
    const usersOwn = [...userLog.active.keys()];
    const lists = { approve: world.ids(by), remove };
    const given = { userLog, entries, usersOwn, ...lists, reason: "lost" };
    const recorded = recordRecovery(escrow.session(admin), given, escrow.env(`record ${world.log.head.hash}`));
    const later = escrow.append(recorded.entry);
    const { entry } = recover(
      later.session(admin),
      { act: recorded.act, userLog, entries, usersOwn },
      world.env("recover"),
    );
    return { world: world.append(entry), escrow: later };
  },
  "is renewed": ({ world }, _by, _choice, escrow, admin) =>
    world.append(renewEscrowForUser(escrow.session(admin), { userLog: world.log }, world.env("renew for")).entry),
} satisfies { readonly [name: string]: UserStep };

type StepName = keyof typeof ADMIN_STEPS | keyof typeof USER_STEPS | "duty";

/** How often each step is drawn. A device that does its duty is the common case. */
const WEIGHTS: readonly (readonly [number, StepName])[] = [
  [5, "admin joins"],
  [6, "admin approves"],
  [4, "admin removes"],
  [1, "admin rotates"],
  [1, "admin rekeys"],
  [1, "policy"],
  [16, "duty"],
  [6, "joins"],
  [2, "joins unaware"],
  [6, "approves"],
  [3, "removes"],
  [3, "rotates"],
  [1, "rekeys"],
  [1, "leaves"],
  [1, "expelled"],
  [2, "makes paper"],
  [1, "lockdown"],
  [1, "drops escrow"],
  [5, "is recovered"],
  [3, "is renewed"],
];

/** Numbers that decide a step once the state is known. */
export interface Step {
  readonly step: StepName;
  readonly user: number;
  readonly actor: number;
  readonly choice: number;
}

/** Draws one step. */
export const drawnStep: fc.Arbitrary<Step> = fc.record({
  step: fc.oneof(...WEIGHTS.map(([weight, name]) => ({ weight, arbitrary: fc.constant(name) }))),
  user: fc.nat(5),
  actor: fc.nat(23),
  choice: fc.nat(23),
});

/** Takes a step. Steps that the log does not permit are skipped. @returns the world that it changed, if any */
export function take(organisation: Organisation, { step, user, actor, choice }: Step): World | undefined {
  const { escrow, users } = organisation;
  const admin = pick(activeNames(escrow), actor) as string;
  if (step in ADMIN_STEPS) {
    const next = permitted(() => ADMIN_STEPS[step as keyof typeof ADMIN_STEPS](escrow, admin, choice));
    if (next) organisation.escrow = next;
    return next;
  }
  const before = organisation.user(user);
  const by = pick(activeNames(before.world), actor) as string;
  // Every step that the agenda names is permitted: a refusal here is a failure.
  const after =
    step === "duty"
      ? doDuty(before, by, escrow).user
      : permitted(() => (USER_STEPS as Record<string, UserStep>)[step]?.(before, by, choice, escrow, admin));
  if (!after) return undefined;
  if ("escrow" in after) organisation.escrow = after.escrow;
  const next: User = "confirmed" in after ? after : { ...before, world: after instanceof World ? after : after.world };
  users[user % users.length] = next;
  return next.world === before.world ? undefined : next.world;
}

/** Refusals by a rule, or because a device does not know enough of escrow. */
const REFUSED: readonly string[] = ["NOT_PERMITTED", "ESCROW_UNKNOWN", "UNVERIFIED_MEMBERS"];

function permitted<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof KeysteadError && REFUSED.includes(error.code)) return undefined;
    throw error;
  }
}
