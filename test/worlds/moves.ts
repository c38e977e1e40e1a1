// Every move of a world: who may try what. The library refuses most of them, which is what is explored. docs/spec.md section 6.

import { abandonEpochs } from "../../src/authoring/abandon.js";
import { intersectRuns } from "../../src/bytes/runs.js";
import { trackContact } from "../../src/fingerprint/tracked-contact.js";
import type { OperatorKeys } from "../../src/keys/operator-keys.js";
import { foundersWithoutEscrow } from "../../src/log/approvals.js";
import { escrowMember, isConfirmed } from "../../src/log/state.js";
import { expel } from "../support/accepted.js";
import { honestMoves } from "./honest.js";
import { type Change, envOf, type Move, type Scene } from "./scene.js";
import { thiefMoves } from "./thief.js";
import { activeOf, deniable, OWN, type Player, runsOfMask, THIEVES, type World, without } from "./world.js";

/** The server never delivers the newest link's grant to a member, which gives it up (MEM-9). */
function denying({ world, keyrings }: Scene, name: Player): Move[] {
  const keyring = keyrings.get(name);
  const given = deniable(world, name);
  if (!keyring || given === 0) return [];
  const take = (): Change => {
    const { log } = world;
    const denied = { log, keyring: without(keyring, given) };
    const abandoned = abandonEpochs(denied, intersectRuns(runsOfMask(given), activeOf(world, name)?.held ?? []));
    return {
      world: {
        ...world,
        clean: false,
        denied: new Map(world.denied).set(name, given),
        last: { by: "server", honest: false },
      },
      keyrings: new Map(keyrings).set(name, abandoned.keyring),
    };
  };
  return [{ text: `server never delivers to ${name} what it was granted`, take }];
}

/** Bytes that the server can withhold from the owner's members. */
export const serverMoves = (scene: Scene): readonly Move[] => OWN.flatMap((name) => denying(scene, name));

export function movesOf(scene: Scene, operator: OperatorKeys): readonly Move[] {
  const { world } = scene;
  const moves = [...honestMoves(scene), ...thiefMoves(scene)];
  // The service's insiders may expel any member.
  for (const name of [...OWN, ...THIEVES, "escrow"] as const) {
    const member = name === "escrow" ? escrowMember(world.log) : activeOf(world, name);
    if (!member) continue;
    const text = `operator expels ${name}`;
    moves.push({
      text,
      take() {
        const env = envOf(scene, text);
        return { by: "operator", honest: false, env, ...expel(world.log, { remove: [member.id] }, operator, env) };
      },
    });
  }
  if (!world.pinned && world.log.kind === "user") moves.push(pinning(world));
  return [...serverMoves(scene), ...moves];
}

/** A contact begins to track the log. */
function pinning(world: World): Move {
  const { log } = world;
  const take = (): Change => {
    const pin = trackContact(log);
    const own = foundersWithoutEscrow(log);
    const strangers = [...log.active.values()]
      .filter((member) => !isConfirmed(log, member))
      .map(({ id }) => own.get(id));
    const founders = new Map<Player, number>();
    for (const name of [...OWN, ...THIEVES]) {
      const member = activeOf(world, name);
      const founder = member && own.get(member.id);
      if (member && founder && isConfirmed(log, member) && !strangers.includes(founder)) founders.set(name, founder);
    }
    return { world: { ...world, pinned: { pin, founders }, last: { by: "a contact", honest: true } } };
  };
  return { text: "a contact pins the log", take, isProbe: true };
}
