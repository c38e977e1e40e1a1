// Runs the machine: it stores a new model before it does anything for it, and gives back to the machine what came of that. All
// awaiting is here. docs/spec.md section 13.

import { wipe } from "../bytes/bytes.js";
import { present } from "../bytes/present.js";
import { toHex } from "../bytes/text.js";
import { type ErrorJson, KeysteadError } from "../errors.js";
import { drawRandom, readClock } from "../primitives/env.js";
import { requestSigner } from "../transport/request-signature.js";
import type { RequestSigner, Transport } from "../transport/transport.js";
import type { ClientEnv } from "./client-env.js";
import type {
  Effect,
  Input,
  Machine,
  MachineOptions,
  PublishEffect,
  ReadContactEffect,
  ReadEffect,
  Stepped,
} from "./effects.js";
import type { Intent } from "./intents.js";
import { THOROUGH } from "./machine.js";
import type { Model } from "./model.js";
import { difference } from "./records.js";
import type { SealedStore } from "./sealed-store.js";

/** What a driver works with. */
export interface DriverOptions extends MachineOptions {
  readonly subject: string;
  readonly store: SealedStore;
  readonly transport: Transport;
  readonly env: ClientEnv;
  /** Called after this device stored something. */
  readonly stored: () => void;
  /** Called after every new model, and when another tab's was loaded. */
  readonly changed: () => void;
}

/** Somebody waits for what was asked for. */
interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: KeysteadError) => void;
  /** Whether a link for it was stored: from then on only what stands at its place decides. */
  isStored: boolean;
}

/** Runs one device's machine over a store and a transport. */
export class Driver<M extends Model = Model, I = never> {
  readonly #options: DriverOptions;
  readonly #machine: Machine<M, I>;
  #model: M;
  #revision = 0;
  /** Whether the store may be at another revision than the model. */
  #isStale = true;
  #tail: Promise<void> = Promise.resolve();
  readonly #waiting = new Map<string, Waiting>();
  readonly #ended = new AbortController();
  /** When the store was loaded last, milliseconds since 1970. */
  #loadedAt = 0;
  /** When to sync again, milliseconds since 1970. */
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(options: DriverOptions, machine: Machine<M, I>) {
    this.#options = options;
    this.#machine = machine;
    this.#model = machine.newModel(options.subject);
  }

  /** What this device knows, as stored. */
  get model(): M {
    return this.#model;
  }

  /** When to sync again, milliseconds since 1970; infinity where nothing waits. It is forgotten: the caller syncs then. */
  wakeAt(): number {
    const wakeAt = this.#wakeAt;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    return wakeAt;
  }

  /** Loads what is stored, if another tab or an unknown outcome may have changed it. @returns whether anything was loaded */
  load(): Promise<boolean> {
    return this.#inTurn(() => this.#load());
  }

  /** Fetches and does what is owed, until nothing is left to do now. It does not fail when the service is not reached. */
  sync(): Promise<void> {
    return this.#inTurn(async () => {
      // Another tab can have been killed when it had stored a link, before it told anybody.
      if (Math.abs(readClock(this.#options.env) - this.#loadedAt) >= THOROUGH) await this.#load();
      await this.#run({ type: "sync" });
    });
  }

  /** Takes in what happened, and does what follows. @throws errors of {@link step}; `STORE_UNAVAILABLE` */
  give(input: Input | I): Promise<void> {
    return this.#inTurn(() => this.#run(input));
  }

  /**
   * Does what the user asks for.
   *
   * @returns when a verified link shows that it was done.
   * @throws when it was not done and will not be
   */
  async intend(intent: Intent): Promise<void> {
    const id = toHex(drawRandom(this.#options.env, 8));
    const settled = new Promise<void>((resolve, reject) => this.#waiting.set(id, { resolve, reject, isStored: false }));
    // The turn below can fail first.
    settled.catch(() => undefined);
    try {
      await this.give({ type: "intend", id, intent });
    } catch (error) {
      // Whether it was stored shows when the store is loaded again. Once it is stored, only what stands at its place decides.
      if (this.#isStale) await this.load().catch(() => undefined);
      if (!this.#machine.isPending(this.#model, id) && this.#waiting.delete(id)) throw error;
    }
    return settled;
  }

  /** Deletes everything that is stored, and ends all work. @throws `STORE_UNAVAILABLE`; then everything is still there */
  async erase(): Promise<void> {
    await this.#inTurn(() => this.#options.store.destroy());
    this.#options.stored();
    this.#end();
  }

  /** Whether all work has ended. */
  get isClosed(): boolean {
    return this.#ended.signal.aborted;
  }

  /** Ends all work. What waits is rejected; nothing is lost. */
  close(): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    this.#rejectAll();
    const before = this.#model;
    // After what runs now: it reads the keys.
    void this.#tail.then(() => {
      wipeModel(before);
      wipeModel(this.#model);
    });
  }

  /** Nothing is stored any more. A session that went on would store the account's log again. */
  #end(): void {
    this.close();
    const { newModel } = this.#machine;
    this.#model = { ...newModel(this.#options.subject), sync: { ...this.#model.sync, isEnded: true } };
    this.#options.changed();
  }

  /** One at a time. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(() => {
      if (this.#ended.signal.aborted) throw sessionClosed();
      return work();
    });
    const ended = () => undefined;
    this.#tail = turn.then(ended, ended);
    return turn;
  }

  async #run(input: Input | I): Promise<void> {
    const effects: Effect[] = [...(await this.#apply(input))];
    for (let effect = effects.shift(); effect; effect = effects.shift()) {
      if (effect.type === "wait") this.#wakeAt = Math.min(this.#wakeAt, effect.until);
      else effects.unshift(...(await this.#apply(await this.#perform(effect))));
    }
  }

  /** One step of the machine, stored. When another tab was faster, the step is done again on what that one stored. */
  async #apply(input: Input | I): Promise<readonly Effect[]> {
    const { store } = this.#options;
    const { recordsOf } = this.#machine;
    for (;;) {
      if (this.#isStale) await this.#load();
      if (this.#ended.signal.aborted) throw sessionClosed();
      const before = this.#model;
      const stepped = await this.#step(input);
      if (!stepped) continue;
      const { model, effects, retired } = stepped;
      const change = difference(recordsOf(before), recordsOf(model));
      const isChanged = change.put.size + change.remove.size > 0;
      if (isChanged) {
        try {
          this.#revision = await store.commit(this.#revision, change);
        } catch (caught) {
          // Whether it was written shows when the store is loaded again.
          this.#isStale = true;
          if (model.pending?.keyring && model.pending !== before.pending) wipe(model.pending.keyring);
          if (KeysteadError.from(caught)?.code === "STORE_STALE") continue;
          throw caught;
        } finally {
          for (const bytes of change.put.values()) wipeRecord(bytes, model);
        }
      }
      this.#model = model;
      for (const secret of retired) secret.wipe();
      this.#settle();
      if (isChanged) this.#options.stored();
      if (model !== before) this.#options.changed();
      return effects;
    }
  }

  /**
   * One step of the machine; undefined when it is to be done again. Before it refuses, it looks at the store: this tab can have missed
   * a step of another tab.
   */
  async #step(input: Input | I): Promise<Stepped<M> | undefined> {
    try {
      return this.#machine.step(this.#model, input, this.#options, this.#options.env);
    } catch (refusal) {
      if (!(await this.#load().catch(() => false))) throw refusal;
      return undefined;
    }
  }

  /** @returns whether the store had something else than this tab */
  async #load(): Promise<boolean> {
    try {
      return await this.#reload();
    } catch (caught) {
      const error = KeysteadError.from(caught);
      // A browser closes the database of a tab when another one deletes it.
      if (error?.details.reason === "closed") this.#end();
      // No later load tells how it ended.
      else if (error && error.code !== "STORE_UNAVAILABLE") this.#rejectAll(error);
      throw caught;
    }
  }

  async #reload(): Promise<boolean> {
    const { subject, store, env } = this.#options;
    const loaded = await store.load(this.#isStale ? undefined : this.#revision);
    this.#loadedAt = readClock(env);
    if (!loaded) return false;
    const { revision, records } = loaded;
    // Another tab deleted everything.
    if (revision === 0 && this.#revision > 0) throw sessionClosed();
    const { sync } = this.#model;
    const machine = this.#machine;
    const stored = revision === 0 ? machine.newModel(subject) : machine.modelOf(subject, records);
    wipeModel(this.#model);
    const { connection, escrowTrouble, clock, contacts } = sync;
    this.#model = { ...stored, sync: { ...stored.sync, connection, escrowTrouble, clock, contacts } };
    this.#revision = revision;
    this.#isStale = false;
    this.#settle();
    this.#options.changed();
    return true;
  }

  /** Tells those who wait how it ended, as stored by this tab or another. */
  #settle(): void {
    const { settled } = this.#model;
    for (const [id, waiting] of this.#waiting) {
      const settlement = settled.find((each) => each.id === id);
      const isPending = this.#machine.isPending(this.#model, id);
      if (isPending) waiting.isStored = true;
      // Neither pending nor among the newest settlements: this tab slept while others settled more than are kept.
      if (!settlement && (isPending || !waiting.isStored)) continue;
      this.#waiting.delete(id);
      const error = settlement ? settlement.error && present(KeysteadError.from(settlement.error)) : settledUnseen();
      if (error) waiting.reject(error);
      else waiting.resolve();
    }
  }

  #rejectAll(error = sessionClosed()): void {
    for (const [, { reject }] of this.#waiting) reject(error);
    this.#waiting.clear();
  }

  async #perform(effect: ReadEffect | ReadContactEffect | PublishEffect): Promise<Input> {
    const { transport } = this.#options;
    const request = { signer: this.signer(), signal: this.#ended.signal };
    try {
      if (effect.type === "publish") {
        const publication = await transport.publish(effect.subject, effect.entry, request);
        return { type: "published", effect, publication };
      }
      const { subject, after } = effect;
      const isContact = effect.type === "read-contact";
      const isWithout = isContact || effect.of === "escrow" || effect.purpose === "head";
      const page = await transport.read(subject, { after, attachments: isWithout ? "none" : "all", ...request });
      return isContact ? { type: "contact-page", effect, page } : { type: "page", effect, page };
    } catch (caught) {
      return { type: "failed", effect, error: unanswered(caught) };
    }
  }

  /** Signs requests as this device; undefined while it is no member. */
  signer(): RequestSigner | undefined {
    const { own, keyring } = this.#model;
    return own && keyring && requestSigner(keyring);
  }
}

/** Wipes the keys of a model that is not used any more. */
function wipeModel({ keyring, former, pending }: Model): void {
  for (const each of [keyring, ...former]) each?.wipe();
  if (pending?.keyring) wipe(pending.keyring);
}

/** Entries and evidence are public, and the model goes on using the bytes; everything else was encoded for the store alone. */
function wipeRecord(bytes: Uint8Array, { evidence }: Model): void {
  if (!evidence.some((kept) => kept === bytes)) wipe(bytes);
}

function unanswered(caught: unknown): ErrorJson {
  const error = KeysteadError.from(caught);
  if (error) return error.toJSON();
  return new KeysteadError("OFFLINE", "the service was not reached", { cause: caught }).toJSON();
}

function settledUnseen(): KeysteadError {
  return new KeysteadError(
    "STORE_UNAVAILABLE",
    "other tabs did so much meanwhile that nobody knows how this ended; look at the snapshot, and ask again if it is not done",
    { details: { reason: "unknown" } },
  );
}

/** The error of a session that was closed. */
export function sessionClosed(): KeysteadError {
  return new KeysteadError("STORE_UNAVAILABLE", "this session was closed; open it again", {
    details: { reason: "closed" },
  });
}
