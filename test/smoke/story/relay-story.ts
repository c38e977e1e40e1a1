// The story on keystead/relay: a device makes a log over the fetch handler of a relay; the relay is started again, a service reads the log
// there and seals to the user, and the device goes on with it.

import { callerSealer, fetchTransport, MemoryDisk, memoryStore, openSession, type Session } from "keystead/client";
import { createSender, type ServiceSender } from "keystead/sender";
import { codeOf, expect, textOf } from "./support.js";

/** Where the relay is for devices. */
export const origin = "https://keys.example";
const [subject, purpose] = ["3f0c4d7e-subject", "voicemail"];

/** A relay that runs. */
export interface Served {
  /** Answers requests to `origin`. */
  readonly fetch: (request: Request) => Promise<Response>;
  close(): Promise<void>;
}

/** Tells the story. @param serve starts a relay, on the same data each time @throws where it goes wrong */
export async function relayStory(serve: () => Promise<Served>): Promise<void> {
  const [disk, sealer] = [new MemoryDisk(), await callerSealer(crypto.getRandomValues(new Uint8Array(32)))];
  const during = async (tell: (laptop: Session, sender: ServiceSender) => Promise<void>): Promise<void> => {
    const relay = await serve();
    const fetch = (url: string, init: unknown) => relay.fetch(new Request(url, init as RequestInit));
    const transport = fetchTransport({ url: origin, fetch });
    const store = memoryStore(disk);
    const laptop = await openSession({ subject, store, sealer, transport, background: false });
    await tell(laptop, createSender({ transport }));
    laptop.close();
    await relay.close();
  };
  await during(async (laptop, sender) => {
    const early = await codeOf(sender.seal(subject, new Uint8Array(1), { purpose }));
    expect(early === "STALE_LOG", `without a log, sealing ends with ${early}`);
    await laptop.create({ name: "Laptop" });
  });
  await during(async (laptop, sender) => {
    await laptop.rename({ name: "Old laptop" });
    const sealed = await sender.seal(subject, new TextEncoder().encode("Call me back!"), { purpose });
    expect(textOf(await laptop.open(sealed, { purpose })) === "Call me back!", "the laptop must read");
  });
}
