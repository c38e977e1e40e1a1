// The core takes no randomness from node:crypto either, which the native backend imports. docs/spec.md section 5.

import nodeCrypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { seededEnv } from "../support/seeded-env.js";
import { tellStory } from "./story.js";

const RANDOM = ["randomBytes", "randomFillSync", "randomFill", "randomInt", "randomUUID"] as const;
const KEYS = ["generateKeySync", "generateKeyPairSync", "generateKey", "generateKeyPair"] as const;

beforeEach(() => {
  for (const name of [...RANDOM, ...KEYS]) {
    vi.spyOn(nodeCrypto, name).mockImplementation(() => {
      throw new Error(`the core called ${name}`);
    });
  }
  // For modules that import them by name.
  syncBuiltinESMExports();
});
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

it("the core works with the random functions of node:crypto poisoned", async () => {
  expect((await tellStory(seededEnv("pure"))).told.size).toBeGreaterThan(80);
});

it("the poison works", async () => {
  const named = await import("node:crypto");
  for (const name of [...RANDOM, ...KEYS]) expect(named[name]).toThrow("the core called");
});
