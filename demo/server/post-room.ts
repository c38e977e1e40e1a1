// Seals what comes in from outside to the public key log of the person it is for. It has no secret of anybody.

import { randomUUID } from "node:crypto";
import type { ServiceSender } from "keystead/sender";
import { CALLS, type Call, LETTERS, type Letter, WELCOME } from "./post.js";
import type { SealedItems } from "./sealed-items.js";
import { voice } from "./voice.js";

/** What the post room needs. */
export interface PostRoomParts {
  readonly items: SealedItems;
  /** Keeps up with the public logs of all users. */
  readonly sender: ServiceSender;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** What comes in, in this order, and then again from the start. */
  readonly letters?: readonly Letter[];
}

/** Receives letters and calls. */
export class PostRoom {
  readonly #parts: Required<PostRoomParts>;
  /** How much each person has received, so that the next one is another. */
  readonly #received = new Map<string, number>();

  constructor(parts: PostRoomParts) {
    this.#parts = { now: Date.now, letters: LETTERS, ...parts };
  }

  /** What waits for somebody who has just begun. */
  async welcome(subject: string): Promise<void> {
    await this.#letter(subject, WELCOME);
    await this.#letter(subject, this.#next(subject, this.#parts.letters));
    await this.#call(subject, this.#next(subject, CALLS));
  }

  /** Something new comes in. */
  async receive(subject: string, kind: "mail" | "voicemail"): Promise<void> {
    if (kind === "mail") await this.#letter(subject, this.#next(subject, this.#parts.letters));
    else await this.#call(subject, this.#next(subject, CALLS));
  }

  async #letter(subject: string, letter: Letter): Promise<void> {
    const id = randomUUID();
    const note = await this.#seal(subject, id, "mail", json(letter), true);
    const change = await this.#change(subject);
    await this.#parts.items.put({ id, subject, kind: "mail", at: this.#parts.now(), note, change });
  }

  async #call(subject: string, { from, seconds }: Call): Promise<void> {
    const id = randomUUID();
    const { wav, peaks } = voice(seconds, seconds * 7919 + from.length);
    const note = await this.#seal(subject, id, "voicemail", json({ from, seconds, peaks }), true);
    const recording = await this.#seal(subject, id, "recording", wav, false);
    const change = await this.#change(subject);
    await this.#parts.items.put({ id, subject, kind: "voicemail", at: this.#parts.now(), note, recording, change });
  }

  /** A device came or went: what is sealed from now on is for those who are left. */
  async changed(subject: string): Promise<void> {
    await this.#parts.sender.refresh([subject]);
  }

  /** The newest change of somebody's devices that is known here: it is never older than the sender's `maxAge`. */
  async #change(subject: string): Promise<number> {
    const [known] = await this.#parts.sender.recipients(subject);
    return known?.log.head.seq ?? 0;
  }

  /** Bound to the place of the item: the server cannot show one in the place of another. */
  #seal(subject: string, id: string, purpose: string, plaintext: Uint8Array, pad: boolean): Promise<Uint8Array> {
    const associatedData = new TextEncoder().encode(id);
    return this.#parts.sender.seal(subject, plaintext, { purpose, associatedData, pad });
  }

  #next<T>(subject: string, list: readonly T[]): T {
    const count = this.#received.get(subject) ?? 0;
    this.#received.set(subject, count + 1);
    return list[count % list.length] as T;
  }
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
