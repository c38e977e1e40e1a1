// How an intent is stored, and what holds one: a link that is on its way, what follows it, what was interrupted. docs/spec.md
// section 13.

import {
  array,
  bool,
  bytesUpTo,
  encode,
  type Infer,
  literal,
  oneOf,
  optional,
  record,
  tuple,
  uint,
} from "../bytes/schema.js";
import { KeysteadError } from "../errors.js";
import { head, member as memberId } from "../log/fields.js";
import { ADMIN_VERBS, type Intent } from "./intents.js";
import type { Interrupted, PendingLink } from "./model.js";
import { blob, defined, label, MAX_BYTES, MAX_LIST, members, position } from "./record-fields.js";

const device = record({ name: label, platform: optional(label), details: optional(label) });

/** What an intent needs to be written again, or to be told to the user: no token of a comparison, and no text of a paper. */
const intentSchema = record({
  do: oneOf([
    ...(["create", "join", "review", "rename", "lockdown", "backup-key", "use-backup-key"] as const),
    ...(["reclaim", "regrant", "leave", "rekey", "duty"] as const),
    ...ADMIN_VERBS,
  ]),
  device: optional(device),
  member: optional(memberId),
  approve: optional(members),
  remove: optional(members),
  on: optional(bool()),
  name: optional(label),
  epochs: optional(array(tuple(position, position), { max: MAX_LIST })),
  order: optional(blob),
  operator: optional(blob),
});
export const pendingSchema = record({
  v: literal(1),
  id: label,
  intent: intentSchema,
  entry: bytesUpTo(MAX_BYTES, 1),
  base: optional(head),
  head,
  keyring: optional(blob),
  paper: optional(label),
  since: uint(),
  isSent: optional(bool()),
  refused: optional(record({ code: label, retryAt: uint(), tries: position })),
});
export const followsSchema = record({ v: literal(1), intent: intentSchema });
export const interruptedSchema = record({ v: literal(1), intent: intentSchema, error: label });

export function encodePending({ intent, ...rest }: PendingLink): Uint8Array {
  return encode(pendingSchema, defined({ v: 1 as const, ...rest, intent: plainIntent(intent) }), "pending");
}

export function decodePending(stored: Infer<typeof pendingSchema> | undefined): PendingLink | undefined {
  if (!stored) return undefined;
  const { v: _, intent, base, keyring, paper, refused, isSent = true, ...rest } = stored;
  return { ...rest, base, keyring, paper, isSent, refused, intent: intentOf(intent) };
}

export function encodeInterrupted({ intent, error }: Interrupted): Uint8Array {
  return encode(interruptedSchema, { v: 1, intent: plainIntent(intent), error: JSON.stringify(error) }, "interrupted");
}

export function encodeFollows(intent: Intent): Uint8Array {
  return encode(followsSchema, { v: 1, intent: plainIntent(intent) }, "follows");
}

export function decodeFollows(stored: Infer<typeof followsSchema> | undefined): Intent | undefined {
  return stored && intentOf(stored.intent);
}

export function decodeInterrupted(stored: Infer<typeof interruptedSchema> | undefined): Interrupted | undefined {
  return stored && { intent: intentOf(stored.intent), error: JSON.parse(stored.error) };
}

type PlainIntent = Infer<typeof intentSchema>;

function plainIntent(intent: Intent): PlainIntent {
  switch (intent.do) {
    case "create":
      return defined({
        ...{ do: intent.do, device: defined(intent.device), operator: intent.operator },
        on: intent.lockdown || undefined,
      });
    case "join":
      return { do: intent.do, device: defined(intent.device) };
    case "rename":
      return { do: intent.do, member: intent.member, device: defined(intent.device) };
    case "review":
      return { do: intent.do, approve: intent.approve.map(({ member }) => member), remove: intent.remove };
    case "use-backup-key":
      return { do: intent.do, remove: intent.remove };
    case "reclaim":
      return { do: intent.do, member: intent.from };
    case "duty":
      return { do: intent.do };
    default:
      return "order" in intent ? { do: intent.do, order: intent.order } : intent;
  }
}

/** @throws `STORE_CORRUPT` when a field that this kind of intent has is absent */
function intentOf(plain: PlainIntent): Intent {
  const { device, member, approve = [], remove = [], on, name, epochs, order, operator } = plain;
  const need = <T>(value: T | undefined): T => {
    if (value !== undefined) return value;
    throw new KeysteadError("STORE_CORRUPT", `a stored intent to ${plain.do} is incomplete`);
  };
  switch (plain.do) {
    case "create":
      return { do: plain.do, device: need(device), operator, lockdown: on };
    case "join":
      return { do: plain.do, device: need(device) };
    case "rename":
      return { do: plain.do, member: need(member), device: need(device) };
    case "review":
      return { do: plain.do, approve: approve.map((each) => ({ member: each, token: undefined })), remove };
    case "lockdown":
      return { do: plain.do, on: need(on), remove };
    case "backup-key":
      return { do: plain.do, name: need(name) };
    case "use-backup-key":
      return { do: plain.do, text: undefined, remove };
    case "reclaim":
      return { do: plain.do, from: need(member) };
    case "regrant":
      return { do: plain.do, member: need(member), epochs: need(epochs) };
    case "leave":
    case "rekey":
      return { do: plain.do };
    case "duty":
      return { do: plain.do, step: undefined };
    default:
      return { do: plain.do, order: need(order) };
  }
}
