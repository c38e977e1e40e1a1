// What a client needs of its runtime, besides randomness and time: to wait, and to tell other tabs. docs/spec.md section 13.

import type { AbortSignalLike } from "../arguments/platform.js";
import { type Env, systemEnv } from "../primitives/env.js";

/** What a client needs of its runtime. Tests replace it. */
export interface ClientEnv extends Env {
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignalLike): Promise<void>;
  /** Tells the other tabs of this app that the store has changed. A tab that misses it notices at its next commit. */
  announce(topic: string): void;
  /** Calls `listener` when another tab announces the topic. @returns a function that ends that */
  hear(topic: string, listener: () => void): () => void;
}

/** The runtime's own. */
export function systemClientEnv(): ClientEnv {
  return { ...systemEnv(), sleep, announce, hear };
}

/** A longer wait would end at once: timers count with 32 bits. */
const LONGEST = 2_147_483_647;

function sleep(milliseconds: number, signal: AbortSignalLike): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, Math.min(Math.max(0, milliseconds), LONGEST));
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}

function announce(topic: string): void {
  const channel = channelOf(topic);
  channel?.postMessage("changed");
  channel?.close();
}

function hear(topic: string, listener: () => void): () => void {
  const channel = channelOf(topic);
  channel?.addEventListener("message", listener);
  return () => channel?.close();
}

/** The runtime's channel; undefined where it has none. One that is listened to must not keep a process alive. */
function channelOf(topic: string): BroadcastChannel | undefined {
  if (typeof globalThis.BroadcastChannel !== "function") return undefined;
  const channel: BroadcastChannel & { unref?: () => void } = new BroadcastChannel(`keystead ${topic}`);
  channel.unref?.();
  return channel;
}
