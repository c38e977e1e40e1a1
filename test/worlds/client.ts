// A device's client as an honest author: the real machine writes the link, and takes it in when the service shows it.
// docs/spec.md section 13.

import type { Knowledge } from "../../src/agenda/facts.js";
import type { AuthorStep } from "../../src/agenda/steps.js";
import { AppendList } from "../../src/bytes/append-list.js";
import type { Bytes } from "../../src/bytes/bytes.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import type { Effect, ReadEffect, Stepped } from "../../src/client/effects.js";
import { takeEntries } from "../../src/client/entries.js";
import type { FollowedLog } from "../../src/client/followed-log.js";
import type { Intent } from "../../src/client/intents.js";
import { step } from "../../src/client/machine.js";
import type { Model } from "../../src/client/model.js";
import { newModel } from "../../src/client/records.js";
import { compareFingerprint } from "../../src/fingerprint/compare.js";
import { fingerprintOf, formatFingerprint } from "../../src/fingerprint/fingerprint.js";
import type { Keyring } from "../../src/keys/keyring.js";
import type { LogState } from "../../src/log/state.js";
import { knowledgeOf } from "./device.js";
import { type Draws, drawsFrom } from "./draws.js";
import type { Scene } from "./scene.js";
import { OWN, type Player, type Step, type World } from "./world.js";

/** A link that a client wrote, and what it had when the service had shown it the link. */
export type Written = Pick<Step, "entry" | "log"> & { readonly keyring: Keyring; readonly model: Model };

/** The client of one device in a scene. */
export class Client {
  readonly #scene: Scene;
  readonly #name: Player;

  constructor(scene: Scene, name: Player) {
    this.#scene = scene;
    this.#name = name;
  }

  /** Writes the link of something that the user asks for, or that the device owes, and takes it in. @throws as the machine does */
  write(intent: Intent, env: Draws, knowledge = knowledgeOf(this.#scene.world, this.#name)): Written {
    const model = this.#model(knowledge);
    return this.#settled(step(model, { type: "intend", id: "asked", intent }, organisationOf(knowledge), env), env);
  }

  /** The step that the client does by itself while the service shows nothing new; undefined where it does none. */
  owes(knowledge: Knowledge): AuthorStep | undefined {
    const { world } = this.#scene;
    const env = drawsFrom(`${world.log.head.hash}/${this.#name} looks`);
    const organisation = organisationOf(knowledge);
    let model = this.#model(knowledge);
    const effects: Effect[] = [reading(world)];
    for (let effect = effects.shift(); effect; effect = effects.shift()) {
      if (effect.type !== "read") continue;
      const page = { entries: [], newest: model[effect.of]?.log.head.seq ?? 0 };
      const next = step(model, { type: "page", effect, page }, organisation, env);
      model = next.model;
      effects.unshift(...next.effects);
    }
    return model.pending?.intent.do === "duty" ? model.pending.intent.step : undefined;
  }

  /** A comparison of the fingerprint that another device shows, which matches. */
  approval(member: MemberId): { readonly member: MemberId; readonly token: ReturnType<typeof tokenOf> } {
    return { member, token: tokenOf(this.#scene.world.log, member) };
  }

  #settled({ model, effects }: Stepped, env: Draws): Written {
    const sent = present(effects.find((effect) => effect.type === "publish"));
    const taken = takeEntries(model, reading(this.#scene.world), [sent.entry as Bytes], env);
    if (taken.error) throw taken.error;
    const { own, keyring, pending } = taken.model;
    if (pending) throw new Error("the client has its link, and waits for it");
    return { entry: sent.entry, log: present(own).log, keyring: present(keyring), model: taken.model };
  }

  #model(knowledge: Knowledge): Model {
    const { world, keyrings } = this.#scene;
    const model = newModel(world.log.subject);
    const { storedConfirmation, confirmedAt, escrowLog, own = [], strangers = [], ...said } = knowledge;
    const start = { log: world.log.head.log, seq: 1, hash: present(world.log.links.at(0)).hash };
    const former = OWN.flatMap((name) => (name === this.#name ? [] : (keyrings.get(name) ?? [])));
    return {
      ...model,
      own: followed(world.log, world.entries),
      keyring: keyrings.get(this.#name),
      former: former.filter(({ member }) => !world.log.active.has(member)),
      escrow: typeof escrowLog === "object" ? followed(escrowLog, []) : undefined,
      answers: {
        ...{ own, strangers, removeEscrow: said.removeEscrow, enrollAgainAfter: said.enrollAgainAfter },
        confirmed: storedConfirmation && { head: storedConfirmation, at: confirmedAt ?? start },
        ...{ declinedEscrow: false, declined: [] },
      },
    };
  }
}

function tokenOf(log: LogState, member: MemberId) {
  const compared = compareFingerprint(log, formatFingerprint(fingerprintOf(log, member), "qr"), member);
  if (compared.status !== "match") throw new Error(`a device's own fingerprint is ${compared.status}`);
  return compared.token;
}

const organisationOf = ({ escrowLog }: Knowledge) => ({
  escrowSubject: typeof escrowLog === "object" ? escrowLog.subject : "escrow",
});

function reading({ log }: World): ReadEffect {
  return { type: "read", of: "own", subject: log.subject, after: log.head.seq, purpose: "newer" };
}

function followed(log: LogState, entries: readonly Uint8Array[]): FollowedLog {
  return { log, entries: entries.reduce((list, entry) => list.push(entry as Bytes), AppendList.empty<Bytes>()) };
}
