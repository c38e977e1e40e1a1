// Keeps a session up with the service: it looks from time to time, when something waits for its time, and when the service hints at
// something new. docs/spec.md section 13.

import type { AbortSignalLike } from "../arguments/platform.js";
import type { MemberId } from "../bytes/ids.js";
import { readClock } from "../primitives/env.js";
import type { ClientEnv } from "./client-env.js";
import type { Driver } from "./driver.js";
import type { SessionOptions } from "./session-options.js";

/** Milliseconds between two looks at a service that gives no hints. */
const POLL = 15_000;
/** Milliseconds between two looks at the least: a service that floods a device with hints must not keep it busy without a pause. */
const REST = 1_000;

/** What it needs of the session. */
interface KeepUpOptions extends Pick<SessionOptions, "subject" | "transport" | "escrowSubject"> {
  readonly env: ClientEnv;
}

/** Keeps one driver up with the service. */
export class KeepUp {
  readonly #driver: Driver;
  readonly #options: KeepUpOptions;
  readonly #ended = new AbortController();
  /** Ends the pause between two looks at the service. */
  #nap = new AbortController();
  /** Ends listening to the service, and the pause before it is listened to again; and the member in whose name it is listened to. */
  #deaf = new AbortController();
  #listener: MemberId | undefined;

  constructor(driver: Driver, options: KeepUpOptions) {
    this.#driver = driver;
    this.#options = options;
  }

  /** Begins. */
  start(): void {
    void this.#poll();
    if (this.#options.transport.events) void this.#listen();
  }

  /** Ends for good. */
  stop(): void {
    this.#ended.abort();
    this.#nap.abort();
    this.#deaf.abort();
  }

  /** The model changed. A service may give hints to members only: a new member asks for them at once. */
  changed(): void {
    if (this.#driver.model.keyring?.member !== this.#listener) this.#deaf.abort();
  }

  async #poll(): Promise<void> {
    const { env } = this.#options;
    while (!this.#ended.signal.aborted) {
      this.#nap = new AbortController();
      const began = readClock(env);
      // What fails shows in the snapshot, and is tried again.
      await this.#driver.sync().catch(() => undefined);
      const pause = Math.min(POLL, Math.max(0, this.#driver.wakeAt() - readClock(env)));
      await env.sleep(pause, this.#nap.signal);
      const rest = began + REST - readClock(env);
      // The clock may have been set back.
      if (rest > 0) await env.sleep(Math.min(rest, REST), this.#ended.signal);
    }
  }

  async #listen(): Promise<void> {
    const { transport, subject, escrowSubject, env } = this.#options;
    const subjects = escrowSubject === undefined ? [subject] : [subject, escrowSubject];
    while (!this.#ended.signal.aborted) {
      this.#deaf = new AbortController();
      const { signal } = this.#deaf;
      const signer = this.#driver.signer();
      this.#listener = signer?.member;
      const listen = async (signal: AbortSignalLike) =>
        await transport.events?.(subjects, () => this.#nap.abort(), { signer, signal }).catch(() => undefined);
      // One tab of a device listens. The others hear from it when it has stored what is new.
      if (signer && env.alone) await env.alone(`${subject} ${signer.member}`, signal, listen).catch(() => undefined);
      else await listen(signal);
      await env.sleep(POLL, signal);
    }
  }
}
