// What a client needs of its runtime, besides randomness and time: to wait, and to tell other tabs. docs/spec.md section 13.

import type { AbortSignalLike } from "../arguments/platform.js";
import { type Env, systemEnv } from "../primitives/env.js";

/** What a client needs of its runtime. Tests replace it. */
export interface ClientEnv extends Env {
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignalLike): Promise<void>;
  /** Tells the other tabs of this app that the store has changed. A tab that misses it notices at its next commit; an error is ignored. */
  announce(topic: string): void;
  /** Calls `listener` when another tab announces the topic. @returns a function that ends that */
  hear(topic: string, listener: () => void): () => void;
}

/** The runtime's own, for one session. */
export function systemClientEnv(): ClientEnv {
  /** The channels that the session listens to. A channel does not hear itself: nobody loads again what they stored themselves. */
  const heard = new Map<string, BroadcastChannel>();
  return {
    ...{ ...systemEnv(), sleep },
    announce(topic) {
      const channel = heard.get(topic) ?? channelOf(topic);
      channel?.postMessage("changed");
      if (!heard.has(topic)) channel?.close();
    },
    hear(topic, listener) {
      const channel = channelOf(topic);
      if (channel) heard.set(topic, channel);
      channel?.addEventListener("message", listener);
      return () => {
        heard.delete(topic);
        channel?.close();
      };
    },
  };
}

/** A longer wait would end at once: timers count with 32 bits. */
const LONGEST = 2_147_483_647;

/** The runtime's own, as they were at load: under fake timers, which tests of apps install later, a session would wait for ever. */
const { setTimeout: later, clearTimeout: never } = globalThis;

function sleep(milliseconds: number, signal: AbortSignalLike): Promise<void> {
  return new Promise((resolve) => {
    const timer = later(done, Math.min(Math.max(0, milliseconds), LONGEST));
    function done(): void {
      never(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}

/** The runtime's channel; undefined where it has none. One that is listened to must not keep a process alive. */
function channelOf(topic: string): BroadcastChannel | undefined {
  if (typeof globalThis.BroadcastChannel !== "function") return undefined;
  const channel: BroadcastChannel & { unref?: () => void } = new BroadcastChannel(`keystead ${topic}`);
  channel.unref?.();
  return channel;
}
