// A service worker that opens content when a push arrives, or a message in its stead, and tells the test what it read.

import { open, type Place, say } from "./page-device.js";

interface Push extends Place {
  /** In base64. */
  readonly sealed: string;
}

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
  readonly data: unknown;
}

async function onPush({ sealed, ...place }: Push): Promise<void> {
  const session = await open(place, { mode: "read" });
  try {
    await session.sync();
    const bytes = await session.open(Uint8Array.from(atob(sealed), (each) => each.charCodeAt(0)));
    await say({ read: new TextDecoder().decode(bytes) });
  } catch (error) {
    await say({ failed: String(error) });
  } finally {
    session.close();
  }
}

const on = (type: string, handle: (event: ExtendableEvent) => Promise<unknown>) =>
  globalThis.addEventListener(type, (event) => {
    (event as ExtendableEvent).waitUntil(handle(event as ExtendableEvent));
  });

on("push", ({ data }) => onPush((data as { json(): Push }).json()));
on("message", ({ data }) => onPush(data as Push));
