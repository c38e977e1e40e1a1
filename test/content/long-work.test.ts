// Long work gives other tasks a turn, also where a test of an app has replaced the timers. docs/spec.md section 12.

import { afterEach, expect, it, vi } from "vitest";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.resetModules();
});

it.each([
  ["messages", globalThis.MessageChannel],
  ["timers, where there are no messages", undefined],
])("goes on under fake timers by %s", async (_what, channel) => {
  vi.resetModules();
  vi.stubGlobal("MessageChannel", channel);
  const { nextTurn } = await import("../../src/arguments/next-turn.js");
  vi.stubGlobal("MessageChannel", class {});
  vi.useFakeTimers();
  let others = 0;
  void Promise.resolve().then(() => others++);
  await nextTurn();
  expect(others).toBe(1);
});

it("a session's wait ends under fake timers", async () => {
  vi.resetModules();
  const { systemClientEnv } = await import("../../src/client/client-env.js");
  vi.useFakeTimers();
  const { sleep } = systemClientEnv();
  await expect(sleep(1, new AbortController().signal)).resolves.toBeUndefined();
});
