// Sessions over the lying relay for tests of the client, each with a clock of its own.

import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import type { ClientEnv } from "../../src/client/client-env.js";
import type { ShowPaper } from "../../src/client/paper.js";
import { openSession, type Session } from "../../src/client/session.js";
import type { SessionOptions } from "../../src/client/session-options.js";
import { MemoryDisk, memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import type { MaliciousRelay } from "../../src/testing/relay.js";
import type { Transport } from "../../src/transport/transport.js";
import { seededEnv } from "../support/seeded-env.js";
import { overRelay } from "./over-relay.js";

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
  const env: ClientEnv = { ...seededEnv(name), sleep: async () => {}, announce: () => {}, hear: () => () => {} };
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

/** The user writes a backup key down, and types back what is asked for. */
export function writtenInto(papers: string[]): ShowPaper {
  return async ({ text, prove: [first, second] }) => {
    papers.push(text);
    const groups = text.split("-");
    return [present(groups[first - 1]), present(groups[second - 1])];
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
