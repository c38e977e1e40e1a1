// An organisation for tests of admins' sessions: admins' devices and users' devices over the lying relay.

import { present } from "../../src/bytes/present.js";
import type { ClientEnv } from "../../src/client/client-env.js";
import { type EscrowSession, openEscrowSession } from "../../src/client/escrow-session.js";
import { openSession, type Session } from "../../src/client/session.js";
import type { Role } from "../../src/log/fields.js";
import { MemoryDisk, memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import type { Store } from "../../src/storage/store.js";
import type { MaliciousRelay } from "../../src/testing/relay.js";
import type { Transport } from "../../src/transport/transport.js";
import { overRelay } from "./over-relay.js";
import { quietEnv, writtenDown } from "./sessions.js";

export const ORGANISATION = "escrow-of-acme";
export const ALICE = "user-alice";

export interface Desk {
  readonly name: string;
  readonly disk: MemoryDisk;
  transport: { -readonly [K in keyof Transport]: Transport[K] };
  readonly env: ClientEnv;
  /** `over` stands in front of the store and the transport. */
  open(over?: {
    readonly store?: (store: Store) => Store;
    readonly transport?: (transport: Transport) => Transport;
    readonly mode?: "read";
  }): Promise<EscrowSession>;
}

/** An admin's device. */
export function desk(relay: MaliciousRelay, name: string, start?: number): Desk {
  const disk = new MemoryDisk();
  const env = quietEnv(name, start);
  const transport = overRelay(relay, name);
  const as = <T>(value: T) => value;
  return {
    ...{ name, disk, transport, env },
    open: async ({ store = as, transport: wrap = as, mode } = {}) =>
      openEscrowSession({
        ...{
          subject: ORGANISATION,
          store: store(memoryStore(disk)),
          transport: wrap(transport),
          env,
          background: false,
          mode,
        },
        sealer: await callerSealer(new Uint8Array(32).fill(7)),
      }),
  };
}

/** An organisation's first admin, with escrow enabled. */
export async function organisation(relay: MaliciousRelay, device = desk(relay, "ann")): Promise<EscrowSession> {
  const ann = await device.open();
  await ann.create({ name: "Ann" });
  await ann.enable(writtenDown);
  return ann;
}

/** An admin's device approves another one, with its roles. */
export async function admit(by: EscrowSession, joined: EscrowSession, roles: readonly Role[]): Promise<void> {
  await by.sync();
  const { me, fingerprint } = present(joined.getSnapshot().devices);
  const { token } = by.compare(present(fingerprint), me.member);
  await by.save({ approve: [{ token: present(token), roles }] });
  await joined.sync();
}

/** One more admin, approved by the first one. */
export async function hired(by: EscrowSession, device: Desk, roles: readonly Role[]): Promise<EscrowSession> {
  const session = await device.open();
  await session.join({ name: device.name });
  await admit(by, session, roles);
  return session;
}

/** A user's device, whose app follows the organisation's escrow log. */
export async function userDevice(relay: MaliciousRelay, name: string, subject = ALICE): Promise<Session> {
  return openSession({
    ...{ subject, escrowSubject: ORGANISATION, store: memoryStore(), transport: overRelay(relay, name) },
    ...{ env: quietEnv(name), background: false, sealer: await callerSealer(new Uint8Array(32).fill(7)) },
  });
}

/** The user compares the fingerprint that the admins published, and the device enrolls escrow. */
export async function acknowledge(device: Session, published: string): Promise<void> {
  await device.sync();
  const ask = present(device.getSnapshot().asks.find(({ question }) => question === "confirm-escrow"));
  const { token } = device.compareEscrow(published);
  await device.answer(ask.id, { say: "confirmed", token: present(token) });
}

/** A user under escrow, with one device. */
export async function enrolled(
  relay: MaliciousRelay,
  ann: EscrowSession,
  name = "laptop",
  subject = ALICE,
): Promise<Session> {
  const device = await userDevice(relay, name, subject);
  await device.create({ name });
  await acknowledge(device, present(ann.getSnapshot().fingerprint).digits);
  await device.sync();
  return device;
}

/** A new device of a user who lost the others joins, and shows its fingerprint to the admin, who gets the token. */
export async function lockedOut(relay: MaliciousRelay, ann: EscrowSession, name = "phone", subject = ALICE) {
  const device = await userDevice(relay, name, subject);
  await device.join({ name });
  const { me, fingerprint } = present(device.getSnapshot().devices);
  const user = await ann.fetchUser(subject);
  const { token } = ann.compareUser(user, present(fingerprint), me.member);
  return { device, user, token: present(token) };
}
