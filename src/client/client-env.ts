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
  /**
   * Calls `run` as soon as no other tab of this app is in a `run` of that name, and waits for it. Its signal says when to end: when the
   * given one is aborted, which also ends the waiting, and when this page freezes. Absent, or in a runtime without locks: nobody waits.
   */
  alone?(name: string, signal: AbortSignalLike, run: (signal: AbortSignalLike) => Promise<void>): Promise<void>;
}

/** The runtime's own, for one session. */
export function systemClientEnv(): ClientEnv {
  /** The channels that the session listens to. A channel does not hear itself: nobody loads again what they stored themselves. */
  const heard = new Map<string, BroadcastChannel>();
  return {
    ...{ ...systemEnv(), sleep, alone },
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

async function alone(
  name: string,
  signal: AbortSignalLike,
  run: (signal: AbortSignalLike) => Promise<void>,
): Promise<void> {
  const { navigator, document } = globalThis;
  const ended = new AbortController();
  const end = () => ended.abort();
  signal.addEventListener("abort", end);
  // A page that is frozen keeps its locks, and does nothing with them.
  document?.addEventListener("freeze", end);
  const over = new Promise<void>((resolve) => ended.signal.addEventListener("abort", () => resolve()));
  let isRunning = false;
  const running = async () => {
    isRunning = true;
    // Chromium grants a lock that is not wanted any more, if that was said at once.
    if (!ended.signal.aborted) await run(ended.signal);
  };
  try {
    if (signal.aborted) return;
    const locked = navigator?.locks?.request(`keystead ${name}`, { signal: ended.signal }, running);
    await Promise.race([over, locked ?? running()]);
  } catch (error) {
    // A page may have no locks, as in a sandbox.
    if (isRunning) throw error;
    await running();
  } finally {
    signal.removeEventListener("abort", end);
    document?.removeEventListener("freeze", end);
  }
}

/** The runtime's channel; undefined where it has none. One that is listened to must not keep a process alive. */
function channelOf(topic: string): BroadcastChannel | undefined {
  if (typeof globalThis.BroadcastChannel !== "function") return undefined;
  const channel: BroadcastChannel & { unref?: () => void } = new BroadcastChannel(`keystead ${topic}`);
  channel.unref?.();
  return channel;
}
