// What a screen shows of a session: one frozen object, derived from what the device knows. docs/spec.md sections 8 and 13.

import { reclaimable } from "../authoring/verbs.js";
import type { MemberId } from "../bytes/ids.js";
import { actors } from "../coverage/capabilities.js";
import type { MemberName } from "../coverage/names.js";
import { type Stretch, stretchesOf } from "../coverage/stretches.js";
import type { ErrorJson } from "../errors.js";
import { meet } from "../grants/seed-check.js";
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

/** Data that this device could read as a former member, and that it lacks now. */
export interface Reclaimable {
  /** The former member: what `reclaim` of the session takes. */
  readonly member: MemberId;
  readonly name: MemberName;
  readonly stretches: readonly Stretch[];
}

/** What a screen shows of a session. Frozen; a new object only when something changed. */
export interface Snapshot {
  readonly status: Status;
  /** How the service was reached last; if it was, also what is wrong with the escrow log that it shows. */
  readonly connection: ConnectionState;
  /** Why it was not reached, if the service or the network said so. */
  readonly error: ErrorJson | undefined;
  /** What a Devices & Activity window draws; undefined while this device is no member. */
  readonly devices: DevicesAndActivity | undefined;
  readonly asks: readonly Ask[];
  /** What `reclaim` would bring back; empty while this device may not, or lacks nothing that it had. */
  readonly reclaimable: readonly Reclaimable[];
  /** The tracked contacts, by subject. */
  readonly contacts: readonly ContactView[];
  readonly pending: PendingView | undefined;
  readonly alarms: readonly Alarm[];
  /** How many pieces of evidence of what the service did are kept. */
  readonly evidenceCount: number;
}

/** The snapshot of a model. @param now milliseconds since 1970 */
export function snapshotOf(model: Model, wasMember: boolean, now: number): Snapshot {
  const { own, keyring, pending, alarms, sync, evidence } = model;
  const { escrowLog, storedConfirmation, confirmedAt, own: members } = knowledgeOf(model, now);
  const isReached = sync.connection.state === "reached";
  const connection = (isReached && sync.escrowTrouble) || sync.connection;
  const clock = isReached ? clockError(model, now) : undefined;
  const known = { escrowLog, storedConfirmation, confirmedAt, own: members };
  const devices = own && keyring && devicesAndActivity(own.log, { me: keyring.member, keyring, now, ...known });
  return Object.freeze({
    status: statusOf(model, wasMember, devices),
    connection: clock ? "clock" : connection.state,
    error: clock ? clock.toJSON() : "error" in connection ? connection.error : undefined,
    devices,
    asks: Object.freeze(asksOf(model, now)),
    reclaimable: Object.freeze(reclaimableOf(model, devices)),
    contacts: contactViews(model),
    pending: pending && {
      intent: pending.intent.do,
      since: new Date(pending.since),
      refused: pending.refused?.code,
    },
    alarms: [alarms.own, alarms.escrow].filter((alarm) => alarm !== undefined),
    evidenceCount: evidence.length,
  });
}

/** What a member that may act for others can take over of its former selves. */
function reclaimableOf({ own, keyring, former, alarms }: Model, devices: DevicesAndActivity | undefined) {
  if (!own || !keyring || alarms.own || devices?.me.standing !== "active") return [];
  const { log } = own;
  if (!actors(log).some(({ id }) => id === keyring.member)) return [];
  return former.flatMap((each): readonly Reclaimable[] => {
    const name = devices.members.find(({ member }) => member === each.member)?.name;
    const runs = reclaimable({ log, keyring }, meet(log, each));
    return name && runs.length > 0 ? [{ member: each.member, name, stretches: stretchesOf(log, runs) }] : [];
  });
}

function statusOf(model: Model, wasMember: boolean, devices: DevicesAndActivity | undefined): Status {
  const { own, keyring, pending, alarms, sync } = model;
  if (sync.isEnded) return "closed";
  if (alarms.own) return "alarm";
  if (pending && isFirst(pending.intent)) return "joining";
  if (!own || !keyring) return wasMember ? "lost" : "new";
  const stands = standing(own.log, keyring);
  if (stands !== "active") return stands;
  return devices?.awaitingApproval ? "waiting" : "ready";
}
