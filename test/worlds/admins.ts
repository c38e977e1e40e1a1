// Links of the organisation's honest admin for the owner: she records each act first, restores the owner's devices, and renews a
// pointer that is due. The machine of her device writes them. docs/spec.md sections 11 and 13.

import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import type { RecordedAct } from "../../src/escrow/act.js";
import { escrowMember } from "../../src/log/state.js";
import { appendEntry } from "../../src/log/verify.js";
import { renewalReasons } from "../../src/trust/renewal.js";
import { recover } from "../support/accepted.js";
import { clientOfAnn, REASON, recorded, withAnnsAct, withoutBob } from "./organisation.js";
import { rewindTape } from "./primitives.js";
import { type Change, envOf, type Move, type Scene } from "./scene.js";
import { activeOf, escrowLogOf, idsOf, OWN, type Player, type Step, stageOf, THIEVES, type World } from "./world.js";

/** An act that still fits at the end of the user's log. */
export function isCurrent({ log }: World, { seq, prev }: Pick<RecordedAct, "seq" | "prev">): boolean {
  return seq === log.head.seq + 1 && prev === log.head.hash;
}

export function adminMoves(scene: Scene): Move[] {
  const { world } = scene;
  if (world.log.kind === "escrow") return [];
  const moves: Move[] = [];
  if (stageOf(world) === 0 && [...world.log.links].some(({ pointer }) => pointer)) {
    const take = (): Change => {
      const organisation = withoutBob(world.organisation, world);
      return { world: { ...world, organisation, last: { by: "the organisation", honest: true } } };
    };
    moves.push({ text: "the organisation removes Bob", take });
  }
  if (!escrowMember(world.log)) return moves;
  if (renewalReasons(world.log, escrowLogOf(world)).some((reason) => reason !== "founder")) moves.push(renewing(scene));
  for (const name of OWN) {
    if (!activeOf(world, name)) continue;
    moves.push(...restoring(scene, name));
  }
  for (const { by, act } of world.organisation.acts) {
    if (by === "Ann" && isCurrent(world, act)) moves.push(carryingOut(scene, act));
  }
  return moves;
}

/** The user's log with what Ann's device wrote there. */
function shown({ log }: World, entry: Uint8Array): Pick<Step, "log" | "entry"> {
  return { entry, log: appendEntry(log, entry, { now: "unchecked" }) };
}

function renewing(scene: Scene): Move {
  const { world } = scene;
  const text = "Ann renews escrow";
  const take = (): Step => {
    const env = envOf(scene, text);
    const entry = clientOfAnn(world.organisation).renew(world, env);
    return { by: "Ann", honest: true, env, ...shown(world, entry) };
  };
  return { text, take };
}

/** The owner asked for it, and also says which devices are theirs: the others are removed, as the admin's software requires. */
function restoring(scene: Scene, name: Player): readonly Move[] {
  const { world } = scene;
  const { log: userLog, entries } = world;
  const approve = idsOf(world, [name]);
  const usersOwn = idsOf(world, OWN);
  // A backup key has no fingerprint that its user could show.
  const byCore = name === "P";
  const removals: readonly (readonly [string, readonly MemberId[]])[] = [
    ["", []],
    [" and removes what is not the owner's", idsOf(world, THIEVES)],
  ];
  const moves: Move[] = [];
  for (const [also, remove] of removals) {
    if (also && remove.length === 0) continue;
    const text = `Ann restores ${name}${also}`;
    const options = { userLog, entries, approveUncompared: approve, remove, usersOwn };
    const recovery = { approve, remove, usersOwn, reason: REASON };
    const take = (): Step => {
      const env = envOf(scene, text);
      const first = envOf(scene, `${text}, first`);
      if (byCore) {
        const { organisation, act } = recorded(world.organisation, "Ann", options, first);
        rewindTape();
        const done = recover(organisation.ann, { act, userLog, entries, usersOwn }, env);
        return { by: "Ann", honest: true, env, organisation, ...done };
      }
      const client = clientOfAnn(world.organisation);
      const entry = client.recover(world, recovery, first, () => {
        rewindTape();
        return env;
      });
      const organisation = withAnnsAct(world.organisation, present(client.entries.at(-1)));
      return { by: "Ann", honest: true, env, organisation, ...shown(world, entry) };
    };
    moves.push({ text, take });
    // Another link may come between the act and its review.
    if (!world.isAboutActs) continue;
    const announce = `Ann records that she restores ${name}${also}`;
    const record = (): Change => {
      const env = envOf(scene, announce);
      const organisation = byCore
        ? recorded(world.organisation, "Ann", options, env).organisation
        : withAnnsAct(world.organisation, clientOfAnn(world.organisation).record(world, recovery, env));
      return { world: { ...world, organisation, last: { by: "Ann", honest: true } } };
    };
    moves.push({ text: announce, take: record });
  }
  return moves;
}

function carryingOut(scene: Scene, act: RecordedAct): Move {
  const { world } = scene;
  const text = `Ann does what she recorded at ${act.recordedAt}`;
  const usersOwn = idsOf(world, OWN);
  const take = (): Step => {
    const env = envOf(scene, text);
    const entry = clientOfAnn(world.organisation).finish(world, act.recordedAt, usersOwn, env);
    return { by: "Ann", honest: true, env, ...shown(world, entry) };
  };
  return { text, take };
}
