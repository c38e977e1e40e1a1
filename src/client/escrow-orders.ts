// What an admin's device was asked to do, as bytes that survive a restart. Only admins' sessions read them.
// docs/spec.md sections 11 and 13.

import { asArgument } from "../arguments/options.js";
import {
  array,
  bool,
  bytes,
  decode,
  encode,
  type Infer,
  optional,
  record,
  type Schema,
  text,
  uint,
} from "../bytes/schema.js";
import { MAX_SUBJECT_BYTES, member, runList, subject } from "../log/fields.js";
import type { AdminIntent } from "./intents.js";

const MAX_TEXT = 65_536;
const MAX_LIST = 65_536;

const line = text(MAX_TEXT);
const lines = array(line, { max: 256 });
const members = array(member, { max: MAX_LIST });
const position = uint({ min: 1 });
const why = { reason: text(MAX_TEXT, 1), case: text(MAX_SUBJECT_BYTES) };
const policy = {
  allowUserBackupKeys: optional(bool()),
  escrowContacts: optional(lines),
  userContacts: optional(lines),
};

/** The first link of an escrow log. */
export const createOrder = record({
  device: record({ name: line, platform: optional(line), details: optional(line) }),
  operator: optional(bytes(32)),
  ...policy,
});
/** A change of the policy. */
export const policyOrder = record({ enabled: optional(bool()), ...policy });
/** A recovery of a user, by its subject. */
export const recoveryOrder = record({ user: subject, approve: members, remove: members, usersOwn: members, ...why });
export type RecoveryOrder = Infer<typeof recoveryOrder>;
/** An access to a user's data. */
export const accessOrder = record({ user: subject, epochs: runList, ...why });
/** Acts that nobody is to believe. */
export const disownOrder = record({ acts: array(position, { min: 1, max: MAX_LIST }) });
/** The review of an act that was recorded, at its position in the escrow log. */
export const reviewOrder = record({ user: subject, act: position, usersOwn: members });
/** A renewal of escrow in a user's log. */
export const renewOrder = record({ user: subject });

/** An intent with its order. @throws `INVALID_ARGUMENT` for an order that has not the right shape */
export function orderTo<T>(verb: AdminIntent["do"], schema: Schema<T>, order: T): AdminIntent {
  return { do: verb, order: asArgument(() => encode(schema, order, "options")) };
}

/** The order of an intent. */
export function orderOf<T>({ do: verb, order }: AdminIntent, schema: Schema<T>): T {
  return decode(schema, order, { name: verb, maxBytes: order.length });
}
