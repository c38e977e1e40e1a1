// The files of vectors/, for the tests of this folder, in Node and in browsers. vectors/README.md describes them.

/// <reference types="vite/client" />

import { expect } from "vitest";
import { bytes, type ExpectedError, type Prefix } from "../../scripts/vectors/format.js";
import { KeysteadError } from "../../src/errors.js";
import type { LogState } from "../../src/log/state.js";
import { verifyLog } from "../../src/log/verify.js";

/** The files of a folder, as `import.meta.glob` gives them, by the name of the attack. */
export function byName<T>(files: Readonly<Record<string, unknown>>): readonly (readonly [name: string, vector: T])[] {
  return Object.entries(files).map(([path, content]) => [path.replace(/^.*\/|\.json$/g, ""), content as T]);
}

/** Code and rule of the KeysteadError that a call throws; undefined when it throws none. */
export function verdictOf(call: () => unknown): ExpectedError | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof KeysteadError) return { code: error.code, ...(error.rule && { rule: error.rule }) };
    throw error;
  }
  return undefined;
}

/** The logs of vectors/prefixes by name. */
export const prefixes: ReadonlyMap<string, Prefix> = new Map(
  byName<Prefix>(import.meta.glob("../../vectors/prefixes/*.json", { eager: true, import: "default" })),
);

/** The entries that a vector begins with. */
export function prefixEntries(name: string | null): readonly Uint8Array[] {
  if (name === null) return [];
  const { entries } = prefixes.get(name) ?? expect.unreachable(`vectors/prefixes has no ${name}`);
  return entries.map(bytes);
}

const states = new Map<string, LogState>();

/** The state of the log that a vector begins with; verified once. */
export function prefixState(name: string): LogState {
  const known = states.get(name);
  if (known) return known;
  const { subject, head } = prefixes.get(name) ?? expect.unreachable(`vectors/prefixes has no ${name}`);
  const state = verifyLog(prefixEntries(name), { subject, now: "unchecked" });
  expect(state.head).toEqual(head);
  states.set(name, state);
  return state;
}
