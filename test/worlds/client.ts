// The client of a device of a world. docs/spec.md section 13.

import type { Knowledge } from "../../src/agenda/facts.js";
import type { AuthorStep } from "../../src/agenda/steps.js";
import type { Answer, Ask } from "../../src/client/asks.js";
import type { Intent } from "../../src/client/intents.js";
import type { Answers } from "../../src/client/model.js";
import type { LogState } from "../../src/log/state.js";
import { type ByClient, clientAnswers, clientOwes, clientWrites, confirming, type Has } from "../support/client.js";
import { answersOf } from "./device.js";
import { type Draws, drawsFrom } from "./draws.js";
import type { Scene } from "./scene.js";
import { OWN, type Player, type World } from "./world.js";

/** Whether a device with a client is the author. */
export const hasClient = (name: Player): boolean => name !== "P";

/** Writes what a device's user asks for, or what it owes. @throws as the machine does */
export function byClient(scene: Scene, name: Player, intent: Intent, knowledge: Knowledge, env: Draws): ByClient {
  return clientWrites(hasOf(scene, name, knowledge), intent, env);
}

/** The step that a device does by itself; undefined where it does none. */
export function owedByClient(scene: Scene, name: Player, knowledge: Knowledge): AuthorStep | undefined {
  return clientOwes(hasOf(scene, name, knowledge), drawsFrom(`${scene.world.log.head.hash}/${name} looks`));
}

function hasOf({ world, keyrings }: Scene, name: Player, knowledge: Knowledge): Has {
  const { log, entries } = world;
  const former = OWN.flatMap((each) => (each === name ? [] : (keyrings.get(each) ?? [])));
  const removed = former.filter(({ member }) => !log.active.has(member));
  const has = { log, entries, keyring: keyrings.get(name), former: removed, escrowLog: knowledge.escrowLog };
  return { ...has, answers: answersAt(world, name, has, knowledge) };
}

/** By the log in which the user was asked: most moves of a world are by devices whose users said the same. */
const given = new WeakMap<LogState, Map<string, Answers>>();

/** What a device remembers when its user was asked all that they know: the machine takes in each answer. */
function answersAt({ confirmed }: World, name: Player, has: Has, knowledge: Knowledge): Answers {
  const { log, keyring, escrowLog } = has;
  const key = `${name} ${keyring?.member} ${typeof escrowLog === "object" && escrowLog.head.hash} ${answersOf(knowledge)}`;
  const known = given.get(log) ?? new Map<string, Answers>();
  const answers =
    known.get(key) ?? clientAnswers({ ...has, answers: confirmed.get(name), says: saying(knowledge) }, ENV);
  given.set(log, known.set(key, answers));
  return answers;
}

const ENV = drawsFrom("answers");

/** A user who says this when they are asked for it, and says nothing to other questions. */
export function saying({ escrowLog, own, strangers, ...said }: Knowledge): (ask: Ask) => Answer | undefined {
  return (ask) => {
    switch (ask.question) {
      case "confirm-escrow": {
        const isIt = typeof escrowLog === "object" && said.storedConfirmation?.hash === ask.head.hash;
        return isIt ? confirming(escrowLog) : undefined;
      }
      case "whose-members":
        return own && strangers && { say: "members", own, strangers };
      case "remove-escrow":
        return said.removeEscrow === ask.escrow ? { say: "yes" } : undefined;
      case "enroll-again":
        return said.enrollAgainAfter === ask.removedAt ? { say: "yes" } : undefined;
      default:
        return undefined;
    }
  };
}
