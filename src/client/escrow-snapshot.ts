// What a screen of an admin shows of a session: one frozen object, derived from what the device knows. docs/spec.md sections 8, 11
// and 13.

import type { Head } from "../bytes/ids.js";
import { DAILY, fingerprintHead } from "../fingerprint/fingerprint.js";
import type { Activity } from "../views/activity.js";
import { type EscrowDevicesAndActivity, escrowDevicesAndActivity } from "../views/escrow-devices-and-activity.js";
import type { Ask } from "./asks.js";
import { type EscrowAsk, escrowAsksOf, type OpenAct, openActsOf } from "./escrow-asks.js";
import type { AdminModel } from "./escrow-model.js";
import type { Alarm } from "./followed-log.js";
import { type Snapshot, snapshotOf } from "./snapshot.js";

/** What this device does in a user's log. */
export interface UserWorkView {
  /** The subject of the user. */
  readonly user: string;
  /** `recording`: the act is not in the escrow log yet, and nothing was written in the user's log. */
  readonly doing: "recording" | "recover" | "renew";
  /** When the link in the user's log was written; undefined while there is none. */
  readonly since: Date | undefined;
  /** Why the service did not take it, if it said so. */
  readonly refused: string | undefined;
  /** The service shows a history of the user's log that contradicts what this device saw. */
  readonly alarm: Alarm | undefined;
}

/** The fingerprint of the escrow log, which users compare with what was published. */
export interface FingerprintToPublish {
  /** 60 digits. */
  readonly digits: string;
  /** The head whose fingerprint was published last; undefined before that. */
  readonly published: Head | undefined;
  /** The links that changed it since, newest first. */
  readonly changedBy: readonly Activity[];
}

/** What a screen of an admin shows. Frozen; a new object only when something changed. */
export interface EscrowSnapshot extends Omit<Snapshot, "devices" | "asks"> {
  /** The escrow log's devices with their roles, the policy, what is missing, the activity; undefined while this device is no member. */
  readonly devices: EscrowDevicesAndActivity | undefined;
  readonly asks: readonly (Ask | EscrowAsk)[];
  readonly users: readonly UserWorkView[];
  /** Acts that this device announced and did not see done. */
  readonly openActs: readonly OpenAct[];
  readonly fingerprint: FingerprintToPublish | undefined;
}

/** The snapshot of a model. @param now milliseconds since 1970 */
export function escrowSnapshotOf(model: AdminModel, wasMember: boolean, now: number): EscrowSnapshot {
  const { own, keyring, users, published } = model;
  const { asks, ...snapshot } = snapshotOf(model, wasMember, now);
  const devices = own?.log.policy && keyring && escrowDevicesAndActivity(own.log, { me: keyring.member, keyring, now });
  const until = own && fingerprintHead(own.log).seq;
  const changes = (devices?.activity ?? []).filter(({ type, seq }) => !DAILY.has(type) && seq <= (until ?? 0));
  return Object.freeze({
    ...snapshot,
    devices,
    asks: Object.freeze([...asks, ...escrowAsksOf(model)]),
    users: Object.freeze(
      [...users].flatMap(
        ([
          user,
          {
            task,
            model: { pending, alarms },
          },
        ]) => {
          const doing = task.do === "recover" && task.act === undefined ? ("recording" as const) : task.do;
          const since = pending && new Date(pending.since);
          return [{ user, doing, since, refused: pending?.refused?.code, alarm: alarms.own }];
        },
      ),
    ),
    openActs: Object.freeze(openActsOf(model)),
    fingerprint: devices && {
      digits: devices.logFingerprint,
      published,
      changedBy: changes.filter(({ seq }) => seq > (published?.seq ?? 0)),
    },
  });
}
