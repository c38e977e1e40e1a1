// What a screen shows of a session: one frozen object, derived from what the device knows. docs/spec.md sections 8 and 13.

import type { ErrorJson } from "../errors.js";
import { standing } from "../grants/standing.js";
import { type DevicesAndActivity, devicesAndActivity } from "../views/devices-and-activity.js";
import { type Ask, asksOf } from "./asks.js";
import { type ContactView, contactViews } from "./contact-view.js";
import type { Alarm } from "./followed-log.js";
import type { Intent } from "./intents.js";
import { knowledgeOf } from "./knowledge.js";
import type { Connection } from "./log-sync.js";
import type { Model } from "./model.js";

/**
 * Where a device stands.
 *
 * - `new`: it is no member. Create the account's log, or join it.
 * - `joining`: its first link is sent, and nothing has settled it.
 * - `waiting`: it is a member and sends and receives; another device must approve it before it reads older data.
 * - `ready`: it is a member, and approved.
 * - `removed`: it was removed. Its keys still read what they reached: ask its user to keep reading, to rejoin, or to sign out.
 * - `superseded`: its member has other keys, because this device was copied or restored from a backup. It only reads.
 * - `alarm`: the service shows a history that contradicts what this device verified. Nothing new is believed.
 * - `lost`: the app knows that this device was a member, and the store is empty. Rejoin; do not create.
 */
export type Status = "new" | "joining" | "waiting" | "ready" | "removed" | "superseded" | "alarm" | "lost";

/** A link that this device has sent and that nothing has settled. */
export interface PendingView {
  readonly intent: Intent["do"];
  readonly since: Date;
  /** Why the service did not take it, if it said so: a code of this library or of the service. */
  readonly refused: string | undefined;
}

/** What a screen shows of a session. Frozen; a new object only when something changed. */
export interface Snapshot {
  readonly status: Status;
  /** How the service was reached last. */
  readonly connection: Connection["state"];
  /** Why it was not, where the service or the network said so. */
  readonly trouble: ErrorJson | undefined;
  /** What a Devices & Activity window draws; undefined while this device is no member. */
  readonly devices: DevicesAndActivity | undefined;
  readonly asks: readonly Ask[];
  /** The tracked contacts, by subject. */
  readonly contacts: readonly ContactView[];
  readonly pending: PendingView | undefined;
  readonly alarms: readonly Alarm[];
  /** How many pieces of evidence of what the service did are kept. */
  readonly evidence: number;
}

/** The snapshot of a model. @param now milliseconds since 1970 */
export function snapshotOf(model: Model, wasMember: boolean, now: number): Snapshot {
  const { own, keyring, pending, alarms, sync, evidence } = model;
  const { escrowLog, storedConfirmation, confirmedAt, own: members } = knowledgeOf(model, now);
  const known = { escrowLog, storedConfirmation, confirmedAt, own: members };
  const devices = own && keyring && devicesAndActivity(own.log, { me: keyring.member, keyring, now, ...known });
  return Object.freeze({
    status: statusOf(model, wasMember, devices),
    connection: sync.connection.state,
    trouble: "error" in sync.connection ? sync.connection.error : undefined,
    devices,
    asks: Object.freeze(asksOf(model, now)),
    contacts: contactViews(model),
    pending: pending && {
      intent: pending.intent.do,
      since: new Date(pending.since),
      refused: pending.refused?.code,
    },
    alarms: [alarms.own, alarms.escrow].filter((alarm) => alarm !== undefined),
    evidence: evidence.length,
  });
}

function statusOf(model: Model, wasMember: boolean, devices: DevicesAndActivity | undefined): Status {
  const { own, keyring, pending, alarms } = model;
  if (alarms.own) return "alarm";
  if (pending && ["create", "create-escrow", "join"].includes(pending.intent.do)) return "joining";
  if (!own || !keyring) return wasMember ? "lost" : "new";
  const stands = standing(own.log, keyring);
  if (stands !== "active") return stands;
  return devices?.awaitingApproval ? "waiting" : "ready";
}
