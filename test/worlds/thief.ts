// What a thief's device and backup key, and an admin who was removed, try: everything, with and without junk, lies and false
// pointers. docs/spec.md sections 6, 7 and 11.

import { openBackupKey } from "../../src/backup/use.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { writeLink } from "../../src/grants/author.js";
import type { Session } from "../../src/grants/session.js";
import { changedKeyring, type Keyring, partsOf } from "../../src/keys/keyring.js";
import { epochsIn } from "../../src/log/runs.js";
import { currentEpoch, escrowMember, type Member } from "../../src/log/state.js";
import { appendEntry } from "../../src/log/verify.js";
import {
  enrollBackupKey,
  joinLog,
  leave,
  recover,
  regrant,
  rekey,
  renewFor,
  review,
  rotate,
  setLockdown,
} from "../support/accepted.js";
import type { Draws } from "./draws.js";
import { othersIn, outsiders } from "./honest.js";
import { ESCROW, OTHER, POINTERS, pointerOf } from "./organisation.js";
import { addRecipient, junkBoxes, junkKey, leaveOut, type Signer, type Spoil, withGrants, wrongSeeds } from "./raw.js";
import { envOf, type Move, type Scene } from "./scene.js";
import { activeOf, maskOf, OWN, type Player, runsOfMask, type Step, sessionOf, THIEVES, without } from "./world.js";

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
    const join = (what: string, withholdFromEscrow: boolean, isJunk: boolean) =>
      dishonest(scene, "T", what, (env) => {
        const written = joinLog(world.log, { device: { name: "T" }, withholdFromEscrow }, env);
        const { keyring } = written;
        return { ...(isJunk ? junked(scene, written, keyring) : written), keyring, enters: "T" };
      });
    moves.push(join("joins", false, false), join("joins and grants junk", false, true));
    if (escrowMember(world.log)) moves.push(join("joins and withholds from escrow", true, false));
  }
  if (world.t === "owner") {
    const take = () => ({ world: { ...world, t: "stolen" as const, last: { by: "the thief", honest: false } } });
    return [...moves, { text: "T is stolen", take }];
  }
  for (const name of THIEVES) if (keyrings.has(name)) moves.push(...movesOfOne(scene, name));
  const pointer = escrowMember(world.log)?.pointer;
  if (pointer?.log === OTHER.log.head.log) moves.push(...actsInEscrowsName(scene, "T", OTHER));
  else if (pointer && world.stage === 1) moves.push(...actsInEscrowsName(scene, "Bob", ESCROW[1].bob));
  return moves;
}

/** The same link with junk in every box but the author's. */
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

/** A session that claims it could not open these epochs. */
function claiming({ log, keyring }: Session, lie: number): Session {
  return { log, keyring: changedKeyring(without(keyring, lie), { junk: epochsIn(runsOfMask(lie)) }) };
}

function movesOfOne(scene: Scene, name: Player): Move[] {
  const { world } = scene;
  const { log } = world;
  const session = sessionOf(world, scene.keyrings, name);
  const { all } = othersIn(world, name);
  const act = (what: string, write: (env: Draws) => Written) => dishonest(scene, name, what, write);
  const self = activeOf(world, name);
  // Its key signs nothing any more (MEM-4).
  if (!self) return [act("rotates after it was removed", (env) => rotate(session, env))];
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
  const kemOf = (id: string) => (log.active.get(id as MemberId) as Member).kem;
  rotating("and grants wrong seeds", wrongSeeds(kemOf, log.head.log));
  const gone = log.removed.last();
  if (gone) rotating("and grants to a removed member", addRecipient(gone.id, gone.kem, log.head.log));
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
      moves.push(act(`regrants to ${x}`, (env) => regrant(session, [{ member: id, runs: lacks }], env)));
      moves.push(
        act(`regrants junk to ${x}`, (env) =>
          spoiled(scene, session, regrant(session, [{ member: id, runs: lacks }], env)),
        ),
      );
    }
    if (beyond.length > 0) {
      moves.push(
        act(`regrants to ${x} what it never had`, (env) => regrant(session, [{ member: id, runs: beyond }], env)),
      );
    }
  }
  if (!world.ids.has("Q")) {
    moves.push(
      act("makes Q", (env) => {
        const escrowLog = escrowMember(log) && ESCROW[world.stage].ann.log;
        const made = enrollBackupKey(session, { escrowLog }, env);
        const keyring = openBackupKey(made.log, [], made.paper.reveal(made.log)).keyring;
        return { log: made.log, entry: made.entry, enters: "Q", keyring };
      }),
    );
  }
  const type = escrowMember(log) ? ("renew-escrow" as const) : ("enroll" as const);
  for (const kind of POINTERS) {
    if (kind === "old" && world.stage === 0) continue;
    const fields = { author: self.sign, escrow: pointerOf(kind, world.stage) };
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

function spoiled(scene: Scene, session: Session, written: Written): Written {
  return { ...junked(scene, written, session.keyring), ...(written.keyring && { keyring: written.keyring }) };
}

function raw(scene: Scene, { keyring }: Session, written: Written, change: Spoil): Written {
  const entry = withGrants(written.entry, [partsOf(keyring).keys], change);
  return {
    ...written,
    entry,
    log: appendEntry(scene.world.log, entry, { complete: true, now: "unchecked" }),
    foul: true,
  };
}

/** A removed admin acts in escrow's name with what he still has, or a thief as its own organisation's admin. */
function actsInEscrowsName(scene: Scene, by: "Bob" | "T", admin: Session): Move[] {
  const { world } = scene;
  const { log: userLog, entries } = world;
  const act = (what: string, write: (env: Draws) => Written) =>
    dishonest(scene, by, `${what}${by === "T" ? " in escrow's name" : ""}`, write);
  const moves = [act("renews escrow", (env) => renewFor(admin, { userLog, entries }, env))];
  for (const name of [...THIEVES, ...OWN]) {
    const target = activeOf(world, name);
    if (!target) continue;
    const reviews = (what: string, lists: { approve?: MemberId[]; remove?: MemberId[] }) =>
      moves.push(act(what, (env) => recover(admin, { userLog, entries, ...lists }, env)));
    reviews(`approves ${name}`, { approve: [target.id] });
    reviews(`removes ${name}`, { remove: [target.id] });
    for (const gone of OWN) {
      const other = activeOf(world, gone);
      if (other && gone !== name)
        reviews(`approves ${name} and removes ${gone}`, { approve: [target.id], remove: [other.id] });
    }
  }
  return moves;
}
