// A device in a real browser, on the package's public entries: opened by a page and by its service worker.

import {
  fetchTransport,
  indexedDbStore,
  openSession,
  type Session,
  type SessionOptions,
  webCryptoSealer,
} from "keystead/client";

/** Whose account, and the database of the device. */
export interface Place {
  readonly subject: string;
  readonly namespace: string;
}

export async function open({ subject, namespace }: Place, options: Partial<SessionOptions> = {}): Promise<Session> {
  return await openSession({
    ...{ subject, store: await indexedDbStore(namespace), sealer: await webCryptoSealer(namespace) },
    transport: fetchTransport({ url: `${location.origin}/keys` }),
    ...options,
  });
}

/** Tells the test. @returns when it has heard it. */
export async function say(said: unknown): Promise<void> {
  await fetch("/said", { method: "POST", body: JSON.stringify(said) });
}
