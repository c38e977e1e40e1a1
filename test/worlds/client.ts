// The client of a device of a world. docs/spec.md section 13.

import type { Knowledge } from "../../src/agenda/facts.js";
import type { AuthorStep } from "../../src/agenda/steps.js";
import type { Intent } from "../../src/client/intents.js";
import { type ByClient, clientOwes, clientWrites, type Has } from "../support/client.js";
import { type Draws, drawsFrom } from "./draws.js";
import type { Scene } from "./scene.js";
import { OWN, type Player, type World } from "./world.js";

/** Whether a device with a client is the author. */
export const hasClient = ({ world }: Scene, name: Player): boolean =>
  name !== "P" && (world.log.kind === "user" || !isByCore(world));

/** Whether admins' devices write with the functions of the core: in about one of four worlds. */
export const isByCore = ({ log }: Pick<World, "log">): boolean => Number.parseInt(log.head.hash.slice(-1), 16) < 4;

/** Writes what a device's user asks for, or what it owes. @throws as the machine does */
export function byClient(scene: Scene, name: Player, intent: Intent, knowledge: Knowledge, env: Draws): ByClient {
  return clientWrites(hasOf(scene, name, knowledge), intent, env);
}

/** The step that a device does by itself; undefined where it does none. */
export function owedByClient(scene: Scene, name: Player, knowledge: Knowledge): AuthorStep | undefined {
  return clientOwes(hasOf(scene, name, knowledge), drawsFrom(`${scene.world.log.head.hash}/${name} looks`));
}

function hasOf({ world: { log, entries }, keyrings }: Scene, name: Player, knowledge: Knowledge): Has {
  const former = OWN.flatMap((each) => (each === name ? [] : (keyrings.get(each) ?? [])));
  const removed = former.filter(({ member }) => !log.active.has(member));
  return { log, entries, keyring: keyrings.get(name), former: removed, knowledge };
}
