// A transport over the lying relay for tests of the client, and sessions on it with a clock of their own.

import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import type { ClientEnv } from "../../src/client/client-env.js";
import { openSession, type Session } from "../../src/client/session.js";
import { KeysteadError } from "../../src/errors.js";
import { MemoryDisk, memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import type { MaliciousRelay } from "../../src/testing/relay.js";
import type { Publication, Transport } from "../../src/transport/transport.js";
import { seededEnv } from "../support/seeded-env.js";

export const SUBJECT = "3f0c4d7e-subject";

export function overRelay(
  relay: MaliciousRelay,
  reader: string,
  faults: { next?: (what: string) => "before" | "after" | undefined } = {},
): Transport {
  const fault = (what: string) => faults.next?.(what);
  const offline = () => new KeysteadError("OFFLINE", "the test lost it");
  return {
    async read(subject, { after }) {
      if (fault("read")) throw offline();
      const entries = relay.read(subject, reader);
      if (entries.length === 0) return undefined;
      return { entries: entries.slice(after, after + 3), newest: entries.length };
    },
    async publish(subject, entry): Promise<Publication> {
      const lost = fault("publish");
      if (lost === "before") throw offline();
      let publication: Publication;
      try {
        publication = { verdict: relay.publish(subject, entry, reader) ? "accepted" : "lost" };
      } catch (caught) {
        publication = { verdict: "refused", code: KeysteadError.from(caught)?.code ?? "BROKEN" };
      }
      if (lost) throw offline();
      return publication;
    },
  };
}

export interface Phone {
  readonly name: string;
  readonly disk: MemoryDisk;
  readonly env: ClientEnv;
  readonly transport: Transport;
  open(): Promise<Session>;
}

export function phone(relay: MaliciousRelay, name: string, faults = {}, subject = SUBJECT): Phone {
  const disk = new MemoryDisk();
  const env: ClientEnv = { ...seededEnv(name), sleep: async () => {}, announce: () => {}, hear: () => () => {} };
  const transport = overRelay(relay, name, faults);
  return {
    ...{ name, disk, env, transport },
    open: async () =>
      openSession({
        ...{ subject, store: memoryStore(disk), transport, env, background: false },
        sealer: await callerSealer(new Uint8Array(32).fill(7)),
      }),
  };
}

/** Another device of the account, approved by the first one. */
export async function approved(by: Session, device: Phone): Promise<Session> {
  const session = await device.open();
  await session.join({ name: device.name });
  await by.sync();
  const { me, fingerprint } = present(session.getSnapshot().devices);
  const { token } = by.compare(present(fingerprint), me.member as MemberId);
  await by.save({ approve: [present(token)] });
  await session.sync();
  return session;
}
