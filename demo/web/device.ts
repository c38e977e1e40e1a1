// This device: its session, and what the page keeps beside the session's store.

import type { MemberId } from "keystead";
import {
  deleteIndexedDb,
  fetchTransport,
  indexedDbStore,
  openSession,
  type Session,
  webCryptoSealer,
} from "keystead/client";

/** A browser profile is a device. `/d/NAME` makes it several, to see them side by side on one machine. */
export const slot = /^\/d\/([\w-]{1,40})/.exec(location.pathname)?.[1] ?? "";

const namespaceOf = (subject: string): string => `clinic.${subject}.${slot || "main"}`;

/** @param account of whom; its site's escrow is followed, so that nothing is shared with another one */
export async function openDevice({
  subject,
  escrowSubject,
}: {
  readonly subject: string;
  readonly escrowSubject: string;
}): Promise<Session> {
  const namespace = namespaceOf(subject);
  const lastKnown = remembered(subject);
  return await openSession({
    ...{ subject, escrowSubject, store: await indexedDbStore(namespace), sealer: await webCryptoSealer(namespace) },
    transport: fetchTransport({ url: `${location.origin}/keys`, headers: { "x-device": slot } }),
    ...(lastKnown && { lastKnown }),
  });
}

/** Deletes what is left of a session that was erased: the key of its sealer too. */
export async function forgetDevice(subject: string): Promise<void> {
  remember(subject, undefined);
  await deleteIndexedDb(namespaceOf(subject));
}

// A cookie outlives a browser that clears IndexedDB: an empty store is then a loss, and not a new device.
const cookie = (subject: string): string => `device.${subject}.${slot || "main"}`;

function remembered(subject: string): MemberId | undefined {
  const found = document.cookie.split("; ").find((each) => each.startsWith(`${cookie(subject)}=`));
  return found?.slice(cookie(subject).length + 1) as MemberId | undefined;
}

/** Keeps which member this device is. */
export function remember(subject: string, member: MemberId | undefined): void {
  if (remembered(subject) === member) return;
  const age = member === undefined ? 0 : 400 * 86_400;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not everywhere yet.
  document.cookie = `${cookie(subject)}=${member ?? ""}; path=/; max-age=${age}; samesite=strict`;
}

/** What this browser says of itself. */
export function describeBrowser(): { readonly name: string; readonly platform: string } {
  const agent = navigator.userAgent;
  const system =
    /(iPhone|iPad|Android|Windows|Macintosh|CrOS|Linux)/.exec(agent)?.[1]?.replace("Macintosh", "Mac") ?? "computer";
  const browser = /(Firefox|Edg|Chrome|Safari)\//.exec(agent)?.[1]?.replace("Edg", "Edge") ?? "Browser";
  return { name: `${browser} on ${system}`, platform: `${browser} on ${system}` };
}
