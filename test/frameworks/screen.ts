// A session in a page for a component to show, and a count of who listens to it.

import { callerSealer, memoryStore, openSession, type Session, type Snapshot } from "keystead/client";
import { MaliciousRelay, relayTransport } from "keystead/testing";

export interface MountedScreen {
  readonly session: Session;
  readonly listeners: () => number;
  readonly unmount: () => unknown;
}

/** What each component shows. */
export const words = ({ status, devices }: Snapshot): string => `${status} ${devices?.me.name.name ?? "nobody"}`;

/** Opens a session, and mounts a component that shows it. @param mount returns a function that removes the component */
export async function show(mount: (session: Session, place: Element) => () => unknown): Promise<void> {
  const session = await openSession({
    ...{ subject: "3f0c4d7e", store: memoryStore(), transport: relayTransport(new MaliciousRelay(), "laptop") },
    ...{ background: false, sealer: await callerSealer(crypto.getRandomValues(new Uint8Array(32))) },
  });
  let listeners = 0;
  // What a component needs of a session, taken away from it.
  const { getSnapshot } = session;
  const subscribe = (listener: () => void) => {
    const end = session.subscribe(listener);
    listeners++;
    return () => {
      listeners--;
      end();
    };
  };
  const place = document.querySelector("#app");
  if (!place) throw new Error("the page has no place for the component");
  const unmount = mount({ getSnapshot, subscribe } as Session, place);
  globalThis.screenOfTest = { session, listeners: () => listeners, unmount };
}
