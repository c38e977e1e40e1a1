// Output of the stories: chapters with a clock of their own, and steps that must succeed or be refused.

import { type Env, KeysteadError, type MemberState, systemEnv } from "keystead";
import { dataAccess } from "keystead/audit";
import type { Folder } from "./folder.js";

/** Options of a story. */
export interface StoryOptions {
  readonly bytes: Uint8Array;
  /** The name of the file. */
  readonly name: string;
  readonly folder: Folder;
  readonly print: (line: string) => void;
}

/** Real randomness. The clock moves three weeks from chapter to chapter. */
export function teller(print: StoryOptions["print"]) {
  let now = Date.UTC(2026, 0, 1, 9);
  let chapter = 0;
  const env: Env = { ...systemEnv(), now: () => now };
  return {
    env,
    title(text: string): void {
      print(`\n${++chapter}. ${text}\n`);
      now += 21 * 24 * 3_600_000;
    },
    say: (text: string): void => print(text.replace(/^/gm, "   ")),
  };
}

/** A device's data access in words. */
export function access({ log, keyring }: MemberState): string {
  const found = dataAccess(log, keyring.member);
  return found ? `from epoch ${found.epoch} on (since ${found.since.toISOString().slice(0, 10)})` : "none";
}

/** The message of an error that must come. */
export async function refusal(attempt: () => unknown, code: KeysteadError["code"] = "NO_ACCESS"): Promise<string> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof KeysteadError && error.code === code) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("this should have been refused");
}

/** @throws unless the bytes are the same */
export function expectSame(got: Uint8Array, expected: Uint8Array): void {
  if (got.length !== expected.length || got.some((byte, index) => byte !== expected[index])) {
    throw new Error("the bytes do not match");
  }
}

/** @throws unless the statement holds */
export function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not as the story says: ${what}`);
}

/** A fingerprint in two rows. */
export function inRows(fingerprint: string): string {
  return fingerprint.replace(/((?:\d{5} ){5}\d{5}) /g, "$1\n");
}

/** Text set in by two spaces. */
export function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
