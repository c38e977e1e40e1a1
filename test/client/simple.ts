// Sessions over the lying relay for tests of the client, each with a clock of its own.

import type { ClientEnv } from "../../src/client/client-env.js";
import { openSession, type Session } from "../../src/client/session.js";
import type { SessionOptions } from "../../src/client/session-options.js";
import { MemoryDisk, memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import type { MaliciousRelay } from "../../src/testing/relay.js";
import type { Transport } from "../../src/transport/transport.js";
import { overRelay } from "./over-relay.js";
import { approve, quietEnv } from "./sessions.js";

export const SUBJECT = "3f0c4d7e-subject";

export interface Phone {
  readonly name: string;
  readonly disk: MemoryDisk;
  readonly env: ClientEnv;
  readonly transport: Transport;
  open(options?: Pick<SessionOptions, "lastKnown" | "lockdown" | "mode">): Promise<Session>;
}

export function phone(relay: MaliciousRelay, name: string, faults = {}, subject = SUBJECT): Phone {
  const disk = new MemoryDisk();
  const env = quietEnv(name);
  const transport = overRelay(relay, name, faults);
  return {
    ...{ name, disk, env, transport },
    open: async (options = {}) =>
      openSession({
        ...{ subject, store: memoryStore(disk), transport, env, background: false, ...options },
        sealer: await callerSealer(new Uint8Array(32).fill(7)),
      }),
  };
}

/** Another device of the account, approved by the first one. */
export async function approved(by: Session, device: Phone): Promise<Session> {
  const session = await device.open();
  await session.join({ name: device.name });
  await approve(by, session);
  return session;
}
