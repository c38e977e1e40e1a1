// Seals what comes in from outside to the public key log of the person it is for. It has no secret of anybody.

import { type LogState, sealContent, systemEnv, verifyLog } from "keystead";
import type { Transport } from "keystead/client";
import { CALLS, type Call, LETTERS, type Letter, WELCOME } from "./post.js";
import type { SealedItems } from "./sealed-items.js";
import { voice } from "./voice.js";

/** What the post room needs. */
export interface PostRoomParts {
  readonly items: SealedItems;
  /** Reads public logs, as any sender does. */
  readonly logs: Transport;
}

/** Receives letters and calls. */
export class PostRoom {
  readonly #parts: PostRoomParts;
  /** How much each person has received, so that the next one is another. */
  readonly #received = new Map<string, number>();

  constructor(parts: PostRoomParts) {
    this.#parts = parts;
  }

  /** What waits for somebody who has just begun. */
  async welcome(subject: string): Promise<void> {
    await this.#letter(subject, WELCOME);
    await this.#letter(subject, this.#next(subject, LETTERS));
    await this.#call(subject, this.#next(subject, CALLS));
  }

  /** Something new comes in. */
  async receive(subject: string, kind: "mail" | "voicemail"): Promise<void> {
    if (kind === "mail") await this.#letter(subject, this.#next(subject, LETTERS));
    else await this.#call(subject, this.#next(subject, CALLS));
  }

  async #letter(subject: string, letter: Letter): Promise<void> {
    const log = await this.#log(subject);
    const id = this.#parts.items.newId();
    const note = await seal(log, id, "mail", json(letter), true);
    await this.#parts.items.put({ id, subject, kind: "mail", at: Date.now(), note });
  }

  async #call(subject: string, { from, seconds }: Call): Promise<void> {
    const log = await this.#log(subject);
    const id = this.#parts.items.newId();
    const { wav, peaks } = voice(seconds, seconds * 7919 + from.length);
    const note = await seal(log, id, "voicemail", json({ from, seconds, peaks }), true);
    const recording = await seal(log, id, "recording", wav, false);
    await this.#parts.items.put({ id, subject, kind: "voicemail", at: Date.now(), note, recording });
  }

  /** The newest state of a log, verified from its first link. */
  async #log(subject: string): Promise<LogState> {
    const entries: Uint8Array[] = [];
    for (;;) {
      const page = await this.#parts.logs.read(subject, { after: entries.length, attachments: "none" });
      if (!page) throw new Error("nobody can seal to an account that no device was set up for");
      entries.push(...page.entries);
      if (entries.length >= page.newest) return verifyLog(entries, { subject, now: Date.now() });
    }
  }

  #next<T>(subject: string, list: readonly T[]): T {
    const count = this.#received.get(subject) ?? 0;
    this.#received.set(subject, count + 1);
    return list[count % list.length] as T;
  }
}

/** Bound to the place of the item: the server cannot show one in the place of another. */
function seal(log: LogState, id: string, purpose: string, plaintext: Uint8Array, pad: boolean): Promise<Uint8Array> {
  const associatedData = new TextEncoder().encode(id);
  return sealContent([log], plaintext, { purpose, associatedData, pad }, systemEnv());
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
