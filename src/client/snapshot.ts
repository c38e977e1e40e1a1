// What a screen shows of a session: one frozen object, derived from what the device knows. docs/spec.md sections 8 and 13.

import type { ErrorJson } from "../errors.js";
import { standing } from "../grants/standing.js";
import { type DevicesAndActivity, devicesAndActivity } from "../views/devices-and-activity.js";
import type { ChangeName, ConnectionState, Status } from "../views/session.js";
import { type Ask, asksOf } from "./asks.js";
import { type ContactView, contactViews } from "./contact-view.js";
import type { Alarm } from "./followed-log.js";
import { knowledgeOf } from "./knowledge.js";
import { clockError, type Model } from "./model.js";
import { isFirst } from "./pending.js";

/** A link that this device has sent and that nothing has settled. */
export interface PendingView {
  /** What it does: `english.words.changes` has words for it. */
  readonly intent: ChangeName;
  readonly since: Date;
  /** Why the service did not take it, if it said so: a code of this library or of the service. */
  readonly refused: string | undefined;
}

/** What a screen shows of a session. Frozen; a new object only when something changed. */
export interface Snapshot {
  readonly status: Status;
  /** How the service was reached last. */
  readonly connection: ConnectionState;
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
  const { state } = sync.connection;
  const clock = state === "reached" ? clockError(model, now) : undefined;
  const known = { escrowLog, storedConfirmation, confirmedAt, own: members };
  const devices = own && keyring && devicesAndActivity(own.log, { me: keyring.member, keyring, now, ...known });
  return Object.freeze({
    status: statusOf(model, wasMember, devices),
    connection: clock ? "clock" : state,
    trouble: clock ? clock.toJSON() : "error" in sync.connection ? sync.connection.error : undefined,
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
  if (pending && isFirst(pending.intent)) return "joining";
  if (!own || !keyring) return wasMember ? "lost" : "new";
  const stands = standing(own.log, keyring);
  if (stands !== "active") return stands;
  return devices?.awaitingApproval ? "waiting" : "ready";
}
