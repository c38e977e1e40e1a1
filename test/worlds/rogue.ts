// Attempts in escrow's name: by Bob, as an admin and after he was removed, with acts and without; and by the thief, if escrow
// points to keys of its own. docs/spec.md section 11.3.

import { type Draft, type Signer, writeLink } from "../../src/authoring/write-link.js";
import type { LinkHash, MemberId } from "../../src/bytes/ids.js";
import { epochsIn, type Runs } from "../../src/bytes/runs.js";
import { Secret } from "../../src/bytes/secret.js";
import { escrowKeys } from "../../src/escrow/escrow-keys.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { changedKeyring, newKeyring, partsOf } from "../../src/keys/keyring.js";
import { MemberKeys } from "../../src/keys/member-keys.js";
import { drawnHere, type RightSeed } from "../../src/keys/seed-vault.js";
import { grantedInForce } from "../../src/log/pairs.js";
import { currentEpoch, escrowMember, type LogState, type Member } from "../../src/log/state.js";
import { judgePointer, pointerTo } from "../../src/trust/pointer.js";
import { isCurrent } from "./admins.js";
import type { Draws } from "./draws.js";
import { NAMES } from "./knowledge.js";
import { FALSE_KEYS, OTHER, recorded, STAGES } from "./organisation.js";
import { mix, rewindTape, text as textOf } from "./primitives.js";
import { type Change, envOf, type Move, type Scene } from "./scene.js";
import { activeOf, maskOf, OWN, type Player, runsOfMask, type Step, stageOf, THIEVES, type World } from "./world.js";

/** An actor in escrow's name, and its keys. */
interface Impostor {
  readonly by: "Bob" | "T";
  readonly name: string;
  /** Signs for the pointer in force. */
  readonly escrow: Signer;
  readonly admin: Signer;
  /** An honest device's belief about the act: where it was recorded, if it was. */
  readonly session: MemberState;
}

/** The act that a review names. */
interface NamedAct {
  readonly text: string;
  readonly seq: number;
  readonly hash: LinkHash;
  readonly salt: Uint8Array;
  /** Whether its admin recorded exactly this, while it was an admin. */
  readonly isRight: boolean;
}

export function rogueMoves(scene: Scene): Move[] {
  const { world } = scene;
  const escrow = escrowMember(world.log);
  const pointer = escrow?.pointer;
  if (world.log.kind === "escrow" || !escrow || !pointer) return [];
  const moves: Move[] = [];
  const { bob } = world.organisation;
  const bobs = partsOf(bob.keyring).keys;
  const old = STAGES[0].ann.log.epochs.at(0);
  if (pointer.log === OTHER.log.head.log) {
    const by: Impostor = { by: "T", name: "T, in escrow's name,", ...keysOf(OTHER, escrow), session: OTHER };
    moves.push(...actsOf(scene, escrow, by));
  } else if (textOf(pointer.signingKey) === textOf(FALSE_KEYS.publicKeys.sign)) {
    const by: Impostor = {
      ...{ by: "T", name: "T, in escrow's name,", session: OTHER },
      escrow: FALSE_KEYS,
      admin: keysOf(OTHER, undefined).admin,
    };
    moves.push(...actsOf(scene, escrow, by));
  } else if (
    old &&
    textOf(pointer.signingKey) === textOf(old.signingKey as Uint8Array) &&
    pointer.epoch <= bob.log.epochs.length
  ) {
    moves.push(
      ...actsOf(scene, escrow, { by: "Bob", name: "Bob", escrow: escrowKeys(bob, escrow), admin: bobs, session: bob }),
    );
  }
  if (stageOf(world) === 0 && world.isAboutActs) moves.push(...announcing(scene));
  const start = STAGES[0].ann.log.head.hash;
  if (stageOf(world) === 1 && [...world.behind.values()].some((log) => log?.head.hash === start))
    moves.push(...forking(scene, escrow));
  return moves;
}

/**
 * Bob, who was removed, continues the escrow log from the state in which he was an admin, and brings a thief's device in as his fork
 * says. The server shows the fork to those devices that have that state.
 */
function forking(scene: Scene, escrow: Member): Move[] {
  const { world } = scene;
  const { log: before, entries } = world;
  const from = STAGES[0];
  if (!escrow.pointer || judgePointer(escrow.pointer, from.bob.log) !== "newest") return [];
  const admin: Signer = partsOf(from.bob.keyring).keys;
  return THIEVES.flatMap((name) => {
    const target = activeOf(world, name);
    if (!target) return [];
    const text = `Bob approves ${name}, as recorded in his fork`;
    const take = (): Step => {
      const usersOwn = [...before.active.values()].filter(({ kind }) => kind !== "escrow").map(({ id }) => id);
      const options = { userLog: before, entries, approveUncompared: [target.id], usersOwn };
      const { organisation, act } = recorded(from, "Bob", options, envOf(scene, `${text}, first`));
      rewindTape();
      const { log: fork } = organisation.bob;
      const runs = runsOfMask(maskOf(grantedInForce(before)) & knownTo(world, "Bob"));
      const by = { admin: admin.signingKey, salt: act.salt, seq: act.recordedAt, hash: fork.head.hash, runs };
      const env = envOf(scene, text);
      const written = writeLink(
        {
          ...{ before, type: "review", lent: seedsOf(world, (2 << currentEpoch(before)) - 2) },
          fields: { author: escrow.signingKey, by, approve: [target.id], remove: [] },
          ...{ signers: [escrowKeys(from.bob, escrow), admin], guard: "not-a-users-device" },
        },
        env,
      );
      const shown = ([device, log]: readonly [Player, LogState | undefined]) =>
        [device, log?.head.hash === from.ann.log.head.hash ? fork : log] as const;
      return {
        by: "Bob",
        honest: false,
        env,
        rogue: true,
        behind: new Map([...world.behind].map(shown)),
        ...pick(written),
      };
    };
    return [{ text, take }];
  });
}

function keysOf(session: MemberState, escrow: Member | undefined) {
  const admin: Signer = partsOf(session.keyring).keys;
  return { admin, escrow: escrow ? escrowKeys(session, escrow) : admin };
}

/** Bob announces an act that he may do later, after he was removed, or never. */
function announcing(scene: Scene): Move[] {
  const { world } = scene;
  const { log: userLog, entries } = world;
  const moves: Move[] = [];
  for (const name of [...THIEVES, "B", "C"] as const) {
    const target = activeOf(world, name);
    if (!target) continue;
    const text = `Bob records that he restores ${name}`;
    const take = (): Change => {
      const usersOwn = [...userLog.active.values()].filter(({ kind }) => kind !== "escrow").map(({ id }) => id);
      const options = { userLog, entries, approveUncompared: [target.id], usersOwn };
      const { organisation } = recorded(world.organisation, "Bob", options, envOf(scene, text));
      return { world: { ...world, organisation, last: { by: "Bob", honest: false } } };
    };
    moves.push({ text, take });
  }
  return moves;
}

/** The acts that an impostor can name for a review of exactly this. */
function namable(
  world: World,
  { by, session }: Impostor,
  approve: readonly MemberId[],
  remove: readonly MemberId[],
): readonly NamedAct[] {
  const first = session.log.links.at(0) as { seq: number; hash: LinkHash };
  const nothing = { seq: first.seq, hash: first.hash };
  const acts: NamedAct[] = [{ ...{ text: "", salt: mix(500, 32, Uint8Array.of(1)) }, ...nothing, isRight: false }];
  if (by !== "Bob") return acts;
  const { acts: known, ann } = world.organisation;
  for (const { by: admin, act, isKnownToBob } of known) {
    if (!isKnownToBob) continue;
    const isSame = (list: readonly MemberId[], other: readonly MemberId[]) => list.join() === other.join();
    const isThis = isSame(act.approve, approve) && isSame(act.remove, remove);
    const isHere = isCurrent(world, act);
    const hash = ann.log.links.at(act.recordedAt - 1)?.hash as LinkHash;
    const { salt, recordedAt: seq } = act;
    if (admin === "Bob" && isThis && isHere) {
      acts.push({ text: ", as recorded", salt, seq, hash, isRight: stageOf(world) === 0 });
    } else if (admin === "Bob" && isThis)
      acts.push({ text: ", as recorded elsewhere", salt, seq, hash, isRight: false });
    else if (admin === "Bob" && isHere)
      acts.push({ text: ", where something else was recorded", salt, seq, hash, isRight: false });
    else if (isThis && isHere) acts.push({ text: ", as Ann recorded", salt, ...nothing, isRight: false });
    else if (isHere) acts.push({ text: ", where Ann recorded something else", salt, seq, hash, isRight: false });
  }
  return [...new Map(acts.map((act) => [act.text, act])).values()];
}

function actsOf(scene: Scene, escrow: Member, impostor: Impostor): Move[] {
  const { world } = scene;
  const { log } = world;
  const { by, name, admin } = impostor;
  const act = (what: string, write: (env: Draws) => Partial<Step> & Pick<Step, "entry" | "log">): Move => {
    const text = `${name} ${what}`;
    return {
      text,
      take() {
        const env = envOf(scene, text);
        return { by, honest: false, env, ...write(env) };
      },
    };
  };
  const moves: Move[] = [];
  const draft = (fields: Draft["fields"], seeds: number) => ({
    ...{
      before: log,
      type: "review" as const,
      fields: { author: escrow.signingKey, ...fields },
      lent: seedsOf(world, seeds),
    },
    ...{ signers: [impostor.escrow, admin], guard: "not-a-users-device" as const },
  });
  const all = (2 << currentEpoch(log)) - 2;
  const granted = grantedInForce(log);
  const knows = knownTo(world, by);
  const reviews = (what: string, { approve = [], remove = [] }: { approve?: MemberId[]; remove?: MemberId[] }) => {
    for (const { text, isRight, ...named } of namable(world, impostor, approve, remove)) {
      const review = (how: string, runs: Runs, seeds: number) =>
        moves.push(
          act(`${what}${text}${how}`, (env) => {
            const actor = { admin: admin.signingKey, ...named, ...(runs.length > 0 && { runs }) };
            const written = writeLink(draft({ by: actor, approve, remove }, seeds), env);
            return { ...pick(written), rogue: !isRight, ...(how !== "" && { foul: true }) };
          }),
        );
      const given = approve.length > 0 ? runsOfMask(maskOf(granted) & knows) : [];
      review("", given, all);
      if (approve.length === 0) continue;
      if (text === "" || text === ", as recorded") review(" and grants junk", granted, 0);
      if (text === "" && maskOf(granted) !== all) review(" and claims everything", runsOfMask(all), knows);
    }
  };
  for (const target of THIEVES) {
    const member = activeOf(world, target);
    if (!member) continue;
    reviews(`approves ${target}`, { approve: [member.id] });
    for (const gone of OWN) {
      const other = activeOf(world, gone);
      if (other) reviews(`approves ${target} and removes ${gone}`, { approve: [member.id], remove: [other.id] });
    }
  }
  for (const target of OWN) {
    const member = activeOf(world, target);
    if (!member) continue;
    reviews(`removes ${target}`, { remove: [member.id] });
    reviews(`approves ${target}`, { approve: [member.id] });
  }
  const { seq, hash } = impostor.session.log.head;
  const renewal = (what: string, escrowTo: Draft["fields"], missing: number) =>
    moves.push(
      act(what, (env) => {
        const fields = { author: escrow.signingKey, by: { admin: admin.signingKey, seq, hash }, ...escrowTo };
        const signers = [impostor.escrow, admin];
        const keyring = missing === 0 ? undefined : claimingEscrow(world, escrow, missing);
        const written = writeLink(
          { before: log, type: "renew-escrow", fields, signers, keyring, guard: "not-a-users-device" },
          env,
        );
        return { ...pick(written), foul: missing !== 0 };
      }),
    );
  renewal("renews escrow", { escrow: pointerTo(impostor.session.log) }, 0);
  renewal(
    "renews escrow and says that it lacks everything",
    { escrow: pointerTo(impostor.session.log) },
    maskOf(escrow.held),
  );
  if (by === "Bob" && stageOf(world) === 1)
    renewal("renews escrow to the newest epoch", { escrow: pointerTo(world.organisation.ann.log) }, 0);
  return moves;
}

const pick = ({ entry, log }: Pick<Step, "entry" | "log">) => ({ entry, log });

/** Epochs that the thief and Bob can compute together. */
function knownTo({ secrets }: World, by: string): number {
  return (by === "Bob" ? (["T", "Q", "Bob"] as const) : (["T", "Q"] as const)).reduce(
    (set, name) => set | (secrets.knows[NAMES.indexOf(name)] as number),
    0,
  );
}

/** Seeds to pass on: the true ones of these epochs that a thief or Bob knows, and junk for all others. */
function seedsOf(world: World, epochs: number): ReadonlyMap<number, RightSeed> {
  const seeds = new Map<number, RightSeed>();
  const known = epochs & knownTo(world, "Bob");
  for (let epoch = 1; epoch <= currentEpoch(world.log); epoch++) {
    const seed = world.secrets.seeds[epoch];
    const bytes =
      known & (1 << epoch) && seed !== undefined ? Buffer.from(seed, "latin1") : mix(600, 32, Uint8Array.of(epoch));
    // Its client treats whatever it has as right.
    seeds.set(epoch, drawnHere(Secret.take(new Uint8Array(bytes))));
  }
  return seeds;
}

/** A keyring that makes a link declare these epochs missing. */
function claimingEscrow(world: World, escrow: Member, missing: number) {
  const keys = new MemberKeys(mix(700, 32, escrow.signingKey));
  return changedKeyring(newKeyring(world.log.head.log, escrow.id, keys), { junk: epochsIn(runsOfMask(missing)) });
}

export { seedsOf };
