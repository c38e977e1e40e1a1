// What a thief's devices and backup key try: everything, with and without junk, lies and false pointers. docs/spec.md sections 6, 7 and 11.

import { writeLink } from "../../src/authoring/write-link.js";
import { openBackupKey } from "../../src/backup/open.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { epochsIn } from "../../src/bytes/runs.js";
import { Secret } from "../../src/bytes/secret.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { changedKeyring, type Keyring, partsOf } from "../../src/keys/keyring.js";
import { drawnHere } from "../../src/keys/seed-vault.js";
import { currentEpoch, escrowMember, type Member } from "../../src/log/state.js";
import { appendEntry } from "../../src/log/verify.js";
import {
  createBackupKey,
  joinLog,
  leave,
  reclaim,
  regrant,
  rekey,
  review,
  rotate,
  setLockdown,
} from "../support/accepted.js";
import type { Draws } from "./draws.js";
import { othersIn, outsiders } from "./honest.js";
import { POINTERS, pointerOf } from "./organisation.js";
import {
  addRecipient,
  halfEpoch,
  junkBoxes,
  junkKey,
  leaveOut,
  type Signer,
  type Spoil,
  withGrants,
  wrongSeeds,
} from "./raw.js";
import { rogueMoves, seedsOf } from "./rogue.js";
import { envOf, type Move, type Scene } from "./scene.js";
import {
  activeOf,
  escrowLogOf,
  everOf,
  maskOf,
  OWN,
  type Player,
  runsOfMask,
  type Step,
  sessionOf,
  stageOf,
  THIEVES,
  without,
} from "./world.js";

type Written = Pick<Step, "entry" | "log"> & Partial<Pick<Step, "keyring" | "enters" | "foul">>;

function dishonest(scene: Scene, by: string, what: string, write: (env: Draws) => Written): Move {
  const text = `${by} ${what}`;
  return {
    text,
    take() {
      const env = envOf(scene, text);
      return { by, honest: false, env, ...write(env) };
    },
  };
}

export function thiefMoves(scene: Scene): Move[] {
  const { world, keyrings } = scene;
  const moves: Move[] = [];
  if (!world.ids.has("T")) {
    const join = (what: string, withholds: boolean, isJunk: boolean) =>
      dishonest(scene, "T", what, (env) => {
        const written = joinLog(
          world.log,
          { device: { name: "T" }, ...(withholds && { withholdFromEscrow: true }) },
          env,
        );
        const { keyring } = written;
        return { ...(isJunk ? junked(scene, written, keyring) : written), keyring, enters: "T" };
      });
    moves.push(join("joins", false, false), join("joins and grants junk", false, true));
    if (escrowMember(world.log)) moves.push(join("joins and withholds from escrow", true, false));
  }
  if (world.t === "owner") {
    const rightful = world.rightful | maskOf(activeOf(world, "T")?.reach ?? []);
    const take = () => ({
      world: { ...world, rightful, t: "stolen" as const, last: { by: "the thief", honest: false } },
    });
    return [...moves, { text: "T is stolen", take }];
  }
  // A second device, which nobody approves: it has only the epochs that the first one gives it.
  if (world.ids.has("T") && !world.ids.has("Q")) {
    moves.push(
      dishonest(scene, "Q", "joins", (env) => ({
        ...joinLog(world.log, { device: { name: "Q" } }, env),
        enters: "Q",
      })),
    );
  }
  for (const name of THIEVES) if (keyrings.has(name)) moves.push(...movesOfOne(scene, name));
  return [...moves, ...rogueMoves(scene)];
}

/** The same link with junk in every box except the author's. */
function junked(
  scene: Scene,
  { entry }: Pick<Written, "entry">,
  keyring: Keyring,
  ...cosigners: readonly Signer[]
): Written {
  const raw = withGrants(
    entry,
    [partsOf(keyring).keys, ...cosigners],
    junkBoxes(({ id }) => id !== keyring.member),
  );
  return { entry: raw, log: appendEntry(scene.world.log, raw, { complete: true, now: "unchecked" }), foul: true };
}

/** A rotation without a check of its author's standing. */
function unauthorized({ log, keyring }: MemberState, env: Draws): Written {
  const { keys } = partsOf(keyring);
  const draft = { before: log, type: "rotate" as const, fields: { author: keys.signingKey }, signers: [keys] };
  return writeLink({ ...draft, guard: "not-a-users-device" }, env);
}

/** A state that claims it could not open these epochs. */
function claiming({ log, keyring }: MemberState, lie: number): MemberState {
  return { log, keyring: changedKeyring(without(keyring, lie), { junk: epochsIn(runsOfMask(lie)) }) };
}

function movesOfOne(scene: Scene, name: Player): Move[] {
  const { world } = scene;
  const { log } = world;
  const session = sessionOf(world, scene.keyrings, name);
  const { all } = othersIn(world, name);
  const act = (what: string, write: (env: Draws) => Written) => dishonest(scene, name, what, write);
  const self = activeOf(world, name);
  // Its key can sign nothing any more (MEM-4).
  if (!self) return [act("rotates after it was removed", (env) => unauthorized(session, env))];
  const moves: Move[] = [];
  const rotating = (what: string, change: Spoil) =>
    moves.push(act(`rotates ${what}`, (env) => raw(scene, session, rotate(session, env), change)));
  for (const [x, id] of all) {
    const approve = [id];
    moves.push(act(`approves ${x}`, (env) => review(session, { approve }, env)));
    moves.push(
      act(`approves ${x} and grants junk`, (env) => spoiled(scene, session, review(session, { approve }, env))),
    );
    moves.push(act(`removes ${x}`, (env) => review(session, { remove: [id] }, env)));
    for (const [y, gone] of all) {
      if (x !== y)
        moves.push(act(`approves ${x} and removes ${y}`, (env) => review(session, { approve, remove: [gone] }, env)));
      if (x < y) moves.push(act(`removes ${x} and ${y}`, (env) => review(session, { remove: [id, gone] }, env)));
    }
  }
  moves.push(act("rotates", (env) => rotate(session, env)));
  moves.push(act("rotates and grants junk", (env) => spoiled(scene, session, rotate(session, env))));
  const [eldest] = all;
  if (eldest) {
    rotating(
      `and grants junk to ${eldest[0]}`,
      junkBoxes(({ id }) => id === eldest[1]),
    );
    rotating(`without a grant to ${eldest[0]}`, leaveOut(eldest[1]));
  }
  if (world.isAboutSeeds) rotating("to a key of which half is right", halfEpoch);
  const escrow = escrowMember(log);
  if (escrow) {
    rotating(
      "and grants junk to escrow alone",
      junkBoxes(({ id }) => id === escrow.id),
    );
    moves.push(act("rotates and withholds from escrow", (env) => rotate(session, env, { withholdFromEscrow: true })));
  }
  moves.push(...reclaiming(scene, name, session));
  const current = 1 << currentEpoch(log);
  const held = maskOf(self.held);
  for (const [what, lie] of [
    ["older epochs", held & ~current],
    ["all epochs", held],
  ] as const) {
    if (lie === 0) continue;
    moves.push(
      act(`rotates and says that it lacks ${what}`, (env) => {
        const { entry, log: next, keyring } = rotate(claiming(session, lie), env);
        return {
          entry,
          log: next,
          foul: true,
          keyring: changedKeyring(session.keyring, { gained: partsOf(keyring).seeds }),
        };
      }),
    );
  }
  const kemOf = (id: string) => (log.active.get(id as MemberId) as Member).kemKey;
  rotating("and grants wrong seeds", wrongSeeds(kemOf, log.head.log));
  const gone = log.removed.last();
  if (gone) rotating("and grants to a removed member", addRecipient(gone.id, gone.kemKey, log.head.log));
  if (name !== "Q") {
    moves.push(act("rekeys", (env) => rekey(session, env)));
    moves.push(
      act("rekeys to a junk key", (env) => {
        const { entry, keyring } = rekey(session, env);
        const signers = [partsOf(session.keyring).keys, partsOf(keyring).keys];
        const bad = withGrants(entry, signers, junkKey);
        return { entry: bad, log: appendEntry(log, bad, { complete: true, now: "unchecked" }), foul: true };
      }),
    );
  }
  moves.push(act("leaves", (env) => leave(session, env)));
  const on = !log.lockdown;
  const remove = on ? outsiders(world).filter((id) => id !== self.id) : [];
  const keep = (ids: readonly MemberId[]) => (env: Draws) => setLockdown(session, { on, remove: ids }, env);
  moves.push(act(`switches lockdown ${on ? "on" : "off"}`, keep(remove)));
  if (on) moves.push(act("switches lockdown on, removing all others", keep(all.map(([, id]) => id))));
  for (const [x, id] of all) {
    const { reach, held: has, withheld } = log.active.get(id) as Member;
    const lacks = runsOfMask((maskOf(reach) | maskOf(withheld)) & ~maskOf(has) & held);
    const beyond = runsOfMask(held & ~maskOf(reach));
    if (lacks.length > 0) {
      moves.push(act(`regrants to ${x}`, (env) => regrant(session, [{ member: id, epochs: lacks }], env)));
      moves.push(
        act(`regrants junk to ${x}`, (env) =>
          spoiled(scene, session, regrant(session, [{ member: id, epochs: lacks }], env)),
        ),
      );
    }
    if (beyond.length > 0) {
      moves.push(
        act(`regrants to ${x} what it never had`, (env) => regrant(session, [{ member: id, epochs: beyond }], env)),
      );
    }
  }
  for (const [x, id] of world.halves.size > 0 ? all : []) {
    const lent = new Map([
      ...seedsOf(world, held),
      ...[...world.halves].map(([epoch, seed]) => [epoch, drawnHere(new Secret(seed))] as const),
    ]);
    const passing = (what: string, type: "review" | "regrant", body: Readonly<Record<string, unknown>>) =>
      moves.push(
        act(`${what} ${x} what is half right`, (env) => {
          const { keyring } = session;
          const { keys } = partsOf(keyring);
          const fields = { author: keys.signingKey, ...body };
          const draft = { before: log, type, fields, signers: [keys], lent, guard: "not-a-users-device" } as const;
          return { ...writeLink(draft, env), keyring, foul: true };
        }),
      );
    const { reach, held: has } = log.active.get(id) as Member;
    const again = [...world.halves.keys()].reduce((set, epoch) => set | (1 << epoch), 0) & maskOf(reach) & ~maskOf(has);
    if (again) passing("regrants to", "regrant", { give: [[id, runsOfMask(again)]] });
    passing("approves and gives", "review", { approve: [id], remove: [] });
  }
  if (!world.ids.has("Q")) {
    moves.push(
      act("makes Q", (env) => {
        const escrowLog = escrowMember(log) && escrowLogOf(world);
        const made = createBackupKey(session, { escrowLog }, env);
        const keyring = openBackupKey(made.log, [], made.paper.reveal(made.log)).keyring;
        return { log: made.log, entry: made.entry, enters: "Q", keyring };
      }),
    );
  }
  const type = escrowMember(log) ? ("renew-escrow" as const) : ("enroll" as const);
  for (const kind of POINTERS) {
    if (kind === "old" && stageOf(world) === 0) continue;
    const fields = { author: self.signingKey, escrow: pointerOf(kind, world.organisation) };
    const { keyring } = session;
    moves.push(
      act(`points escrow at its ${kind} epoch`, (env) => {
        const written = writeLink(
          { before: log, type, fields, keyring, signers: [partsOf(keyring).keys], guard: "not-a-users-device" },
          env,
        );
        return { ...written, keyring: changedKeyring(keyring, { gained: written.newEpoch }), foul: kind !== "newest" };
      }),
    );
  }
  return moves;
}

function spoiled(scene: Scene, session: MemberState, written: Written): Written {
  return { ...junked(scene, written, session.keyring), ...(written.keyring && { keyring: written.keyring }) };
}

function raw(scene: Scene, { keyring }: MemberState, written: Written, change: Spoil): Written {
  const entry = withGrants(written.entry, [partsOf(keyring).keys], change);
  return {
    ...written,
    entry,
    log: appendEntry(scene.world.log, entry, { complete: true, now: "unchecked" }),
    foul: true,
  };
}

/** A thief takes over the epochs of its other device, and tries the same with members whose key it lacks. */
function reclaiming(scene: Scene, name: Player, session: MemberState): Move[] {
  const { world, keyrings } = scene;
  const { log } = world;
  const moves: Move[] = [];
  for (const other of THIEVES) {
    const from = keyrings.get(other);
    if (other === name || !from || activeOf(world, other)) continue;
    moves.push(dishonest(scene, name, `reclaims from ${other}`, (env) => reclaim(session, { from }, env)));
  }
  for (const gone of OWN) {
    const from = activeOf(world, gone) ? undefined : everOf(world, gone);
    const lacks = from && maskOf(from.held) & ~maskOf(activeOf(world, name)?.held ?? []);
    if (!lacks) continue;
    moves.push(
      dishonest(scene, name, `claims what ${gone} held`, (env) => {
        const { keyring } = session;
        const { keys } = partsOf(keyring);
        const fields = { author: keys.signingKey, from: from.id, runs: runsOfMask(lacks) };
        const draft = {
          before: log,
          type: "reclaim" as const,
          fields,
          keyring,
          signers: [keys],
          lent: seedsOf(world, lacks),
        };
        return { ...writeLink({ ...draft, guard: "not-a-users-device" }, env), keyring, foul: true };
      }),
    );
  }
  return moves;
}
