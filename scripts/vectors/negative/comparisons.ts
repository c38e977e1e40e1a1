// Fingerprints that are not of the device, or not of the log, that they are compared with: docs/spec.md section 10.

import type { MemberId } from "../../../src/bytes/ids.js";
import type { LogState } from "../../../src/log/state.js";
import {
  ALL_FORMS,
  type AnyForm,
  compareAny as compareFingerprint,
  written,
} from "../../../test/fingerprint/support.js";
import type { ComparisonResult, ComparisonVector, VectorFile } from "../format.js";
import { prefixOf } from "../prefixes.js";
import { invaded, joined, two } from "../worlds.js";

/** Two devices wait, one of them a thief's. */
const waiting = joined.join("Thief");
const phone = waiting.id("Phone");
const thief = waiting.id("Thief");
const gone = waiting.review("Laptop", { remove: ["Thief"] });
const fork = joined.rename("Laptop", "Old laptop").join("Thief");

const device = (log: LogState, id: MemberId, form: AnyForm) => written(log.head, form, id);
const whole = (log: LogState, form: AnyForm) => written(log, form);

interface Attack {
  readonly name: string;
  readonly description: string;
  readonly log?: typeof waiting;
  readonly member?: MemberId;
  readonly bad: string;
  readonly good: string;
}

const ATTACKS: readonly Attack[] = [
  ...ALL_FORMS.flatMap((form): readonly Attack[] => [
    {
      name: `swapped_device_${form}`,
      description: `Of two devices that wait, the other one's fingerprint, as ${form}: a server put a thief's in its place.`,
      ...{ member: thief, bad: device(waiting.log, phone, form), good: device(waiting.log, thief, form) },
    },
    {
      name: `log_for_device_${form}`,
      description: `The whole log's fingerprint, as ${form}, which every device of it shows, a thief's too.`,
      ...{ member: phone, bad: whole(waiting.log, form), good: device(waiting.log, phone, form) },
    },
  ]),
  {
    name: "device_for_log",
    description: "A device's fingerprint where the whole log is compared.",
    ...{ bad: device(waiting.log, phone, "digits"), good: whole(waiting.log, "digits") },
  },
  {
    name: "device_of_earlier_head",
    description: "The device's fingerprint before the thief's device joined, which it has not seen.",
    ...{ member: phone, bad: device(joined.log, phone, "hex"), good: device(waiting.log, phone, "hex") },
  },
  {
    name: "device_not_entered_yet",
    description: "A QR payload of a device at a head before it had entered.",
    ...{ member: thief, bad: device(joined.log, thief, "qr"), good: device(waiting.log, thief, "qr") },
  },
  {
    name: "device_of_fork",
    description: "A QR payload of the device at the same position of another history.",
    ...{ log: invaded, member: phone, bad: device(fork.log, phone, "qr"), good: device(invaded.log, phone, "qr") },
  },
  {
    name: "device_of_removed",
    description: "A QR payload of a device that was removed since, for one that waits.",
    ...{ log: gone, member: phone, bad: device(waiting.log, thief, "qr"), good: device(gone.log, phone, "qr") },
  },
  {
    name: "device_of_nobody",
    description: "The fingerprint of this head with an id that is no member's.",
    ...{ member: phone, bad: device(waiting.log, two.log.head.hash.slice(0, 32) as MemberId, "qr") },
    good: device(waiting.log, phone, "qr"),
  },
];

export function comparisonFiles(): readonly VectorFile[] {
  return ATTACKS.map(({ name, description, log: world = waiting, member, bad, good }): VectorFile => {
    const { log } = world;
    const compare = (text: string): ComparisonResult => {
      const found = member === undefined ? compareFingerprint(log, text) : compareFingerprint(log, text, member);
      return { result: found.status, ...(found.member !== undefined && { names: found.member }) };
    };
    const vector: ComparisonVector = {
      ...{ description, rules: [], log: prefixOf(world), ...(member !== undefined && { with: member }), bad, good },
      comparison: { bad: compare(bad), good: compare(good) },
    };
    return [`negative/comparisons/${name}.json`, vector];
  });
}
