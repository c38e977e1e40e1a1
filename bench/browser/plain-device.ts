// Stands in for demo/web/device.ts: the same page without encryption, whose notes come as they are.

import type { LogState } from "keystead";
import type { Session, Snapshot } from "keystead/client";

export const slot = "";

const SNAPSHOT = {
  ...{ status: "ready", connection: "reached", error: undefined, devices: undefined, asks: [], contacts: [] },
  ...{ pending: undefined, reclaimable: [], alarms: [], evidenceCount: 0 },
} satisfies Snapshot;

/** What the inbox and its frame look for in a log: nobody is in it. */
const LOG: Pick<LogState, "active"> = { active: new Map() };

/** What the inbox and its frame use of a session. */
export async function openDevice(): Promise<Pick<Session, "getSnapshot" | "subscribe" | "open" | "close" | "log">> {
  return {
    log: LOG as LogState,
    getSnapshot: () => SNAPSHOT,
    subscribe: () => () => {},
    open: async (bytes) => bytes as Uint8Array<ArrayBuffer>,
    close: () => {},
  };
}

export async function forgetDevice(): Promise<void> {}
export function remember(): void {}

export function describeBrowser(): { readonly name: string; readonly platform: string } {
  return { name: "Browser", platform: "Browser" };
}
