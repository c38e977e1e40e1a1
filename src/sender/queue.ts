// What waits for a rotation: sealed to the service's own log, kept in the store, and sealed anew to its subjects when no removed device
// can read it any more. docs/sender-guide.md.

import { checkFunction } from "../arguments/options.js";
import type { AbortSignalLike } from "../arguments/platform.js";
import { type Bytes, wipe } from "../bytes/bytes.js";
import {
  array,
  bool,
  bytesUpTo,
  decode,
  encode,
  type Infer,
  literal,
  optional,
  record,
  text,
} from "../bytes/schema.js";
import { toHex } from "../bytes/text.js";
import { openContent } from "../content/open.js";
import { MAX_RECIPIENTS } from "../content/recipient-list.js";
import type { RecipientOptions } from "../content/recipients.js";
import { sealContent } from "../content/seal.js";
import { KeysteadError } from "../errors.js";
import { type Keyring, partsOf } from "../keys/keyring.js";
import { MAX_SUBJECT_BYTES } from "../log/fields.js";
import type { LogState } from "../log/state.js";
import { drawRandom } from "../primitives/env.js";
import type { SealForOptions, SenderSettings } from "./options.js";

/** Content that was queued, sealed to its subjects now. */
export interface Delivery {
  /** From `sealOrQueue`; the same when something is delivered twice. */
  readonly id: string;
  readonly subjects: readonly string[];
  readonly purpose: string;
  readonly associatedData: Bytes | undefined;
  readonly content: Bytes;
}

/** What became of the queue. */
export interface FlushReport {
  /** How many were delivered. */
  readonly delivered: number;
  /** How many still wait for a rotation. */
  readonly waiting: number;
  /** What could not be judged or delivered, by id; it stays in the queue. */
  readonly failed: ReadonlyMap<string, unknown>;
}

/** The purpose of what is sealed to the service's own log. */
const PURPOSE = "keystead/queued";
const MAX_ASSOCIATED = 1 << 20;
const MAX_QUEUED = 1 << 30;

/** Bound to the content as its associated data, so that nobody who can write to the store can send it to somebody else. */
const about = record({
  v: literal(1),
  subjects: array(text(MAX_SUBJECT_BYTES, 1), { min: 1, max: MAX_RECIPIENTS }),
  purpose: text(128, 1),
  associatedData: optional(bytesUpTo(MAX_ASSOCIATED)),
  pad: bool(),
});
const queued = record({ about: bytesUpTo(MAX_QUEUED), content: bytesUpTo(MAX_QUEUED) });

/** What the queue needs of its sender. */
interface Sealing {
  readonly recipients: (
    subjects: readonly string[],
    signal: AbortSignalLike | undefined,
  ) => Promise<readonly RecipientOptions[]>;
  readonly sealTo: (to: readonly RecipientOptions[], plaintext: Uint8Array, options: SealForOptions) => Promise<Bytes>;
}

/** The queue of a sender. */
export class Queue {
  readonly #settings: SenderSettings;
  readonly #sealing: Sealing;

  constructor(settings: SenderSettings, sealing: Sealing) {
    this.#settings = settings;
    this.#sealing = sealing;
  }

  /** @throws `INVALID_ARGUMENT` without a log of the service */
  check(): LogState {
    const { queue } = this.#settings;
    if (queue) return queue;
    throw new KeysteadError("INVALID_ARGUMENT", "createSender needs options.queue, the service's own log, to queue");
  }

  /** @returns its id, once it is stored for good */
  async put(subjects: readonly string[], plaintext: Uint8Array, options: SealForOptions): Promise<string> {
    const { env, store } = this.#settings;
    const { purpose, associatedData, pad = false } = options;
    const meant = encode(
      about,
      { v: 1, subjects, purpose, ...(associatedData && { associatedData: new Uint8Array(associatedData) }), pad },
      "queued",
    );
    const content = await sealContent([this.check()], plaintext, { purpose: PURPOSE, associatedData: meant, pad }, env);
    const id = toHex(drawRandom(env, 16));
    await store.replace(keyOf(id), undefined, encode(queued, { about: meant, content }, "queued"));
    return id;
  }

  async flush(
    keyring: Keyring,
    deliver: (delivery: Delivery) => Promise<void>,
    signal: AbortSignalLike | undefined,
  ): Promise<FlushReport> {
    if (partsOf(keyring).log !== this.check().head.log)
      throw new KeysteadError("INVALID_ARGUMENT", "the keyring must be of a member of options.queue");
    checkFunction("deliver", deliver);
    const { store } = this.#settings;
    const failed = new Map<string, unknown>();
    let [delivered, waiting] = [0, 0];
    for (const key of await store.keys(PREFIX)) {
      signal?.throwIfAborted();
      const id = key.slice(PREFIX.length);
      try {
        if (await this.#release(id, keyring, deliver, signal)) delivered++;
        else waiting++;
      } catch (error) {
        signal?.throwIfAborted();
        failed.set(id, error);
      }
    }
    return { delivered, waiting, failed };
  }

  /** @returns false while rotation is due */
  async #release(
    id: string,
    keyring: Keyring,
    deliver: (delivery: Delivery) => Promise<void>,
    signal: AbortSignalLike | undefined,
  ): Promise<boolean> {
    const { store } = this.#settings;
    const stored = await store.get(keyOf(id));
    // Another process delivered it.
    if (!stored) return true;
    const { about: meant, content } = decode(queued, stored, { name: "queued", maxBytes: MAX_QUEUED });
    const what: Infer<typeof about> = decode(about, meant, { name: "queued.about", maxBytes: MAX_QUEUED });
    const found = await this.#sealing.recipients(what.subjects, signal);
    if (found.some(({ log }) => log.rotationDue)) return false;
    const plaintext = await openContent(content, keyring, { purpose: PURPOSE, associatedData: meant });
    try {
      const sealed = await this.#sealing.sealTo(found, plaintext, { ...what, signal });
      const { subjects, purpose, associatedData } = what;
      await deliver({ id, subjects, purpose, associatedData, content: sealed });
    } finally {
      wipe(plaintext);
    }
    await store.replace(keyOf(id), stored, undefined);
    return true;
  }
}

const PREFIX = "q";
const keyOf = (id: string): string => `${PREFIX}${id}`;
