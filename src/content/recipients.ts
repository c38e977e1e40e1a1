// Checks the logs that content is sealed to, before any work. docs/spec.md sections 12, 10 (tracked contacts), 6 (MEM-7) and 4
// (ENC-3).

import { isDisguised, LOG_STATE } from "../arguments/instances.js";
import { checkOptions } from "../arguments/options.js";
import { present } from "../bytes/present.js";
import { KeysteadError } from "../errors.js";
import { requireContactUnchanged } from "../fingerprint/acknowledge.js";
import type { TrackedContact } from "../fingerprint/tracked-contact.js";
import { assertLog, currentEpoch, LogState } from "../log/state.js";
import { type Freshness, requireFresh } from "./freshness.js";
import { MAX_RECIPIENTS } from "./recipient-list.js";

/** A log to seal to, with the caller's decisions for it. */
export interface RecipientOptions {
  readonly log: LogState;
  /**
   * What the app stored about a tracked contact. Sealing is refused when the log is neither the pinned one nor extended by
   * members who were trusted at the pinned head. Once the user has acknowledged the change, give the contact that `acknowledge` returned.
   * Update the stored contact: store the result of `requireContactUnchanged` for this log, or a server can later offer a head between the
   * two.
   */
  readonly contact?: TrackedContact | undefined;
  /**
   * Seal although rotation is due: a member was removed, no new epoch has been made yet, and the user expects that member to be
   * shut out. The removed member can read this content.
   */
  readonly removedMembersMayRead?: boolean | undefined;
  /** The service's last statement of this log's head (`stateHead`). Required, and judged, with `options.fresh`. */
  readonly statement?: Uint8Array | undefined;
}

/** Requirements for every recipient. */
export interface RecipientDemands {
  /** Refuses a recipient without a contact that the user has verified. */
  readonly verifiedOnly: boolean;
  /** Refuses a log that is not shown to be fresh. */
  readonly fresh: Freshness | undefined;
}

/** A recipient: a verified log, or one with decisions about it. */
export type Recipient = LogState | RecipientOptions;

/**
 * The logs of the recipients in the header's order.
 *
 * @throws `INVALID_ARGUMENT` for no recipient, one twice, two logs of one subject (LOG-8), or a statement without
 * `options.fresh`; `TOO_LARGE` (ENC-3); `ROTATION_DUE` (MEM-7); `CONTACT_UNVERIFIED`; `STALE_LOG` (SVC-6); errors of
 * `requireContactUnchanged`: `CONTACT_CHANGED`, `WRONG_SUBJECT`, `INVALID_ENCODING`; errors of `verifyStatement`
 */
export function checkRecipients(recipients: readonly Recipient[], demands: RecipientDemands): readonly LogState[] {
  if (!Array.isArray(recipients) || recipients.length === 0) {
    throw new KeysteadError("INVALID_ARGUMENT", "recipients must be a list of at least one log, such as [log]");
  }
  if (recipients.length > MAX_RECIPIENTS) {
    throw new KeysteadError(
      "TOO_LARGE",
      `${recipients.length} recipients; at most ${MAX_RECIPIENTS} are allowed, seal to the others in a second content`,
      { rule: "ENC-3", details: { recipients: recipients.length, limit: MAX_RECIPIENTS } },
    );
  }
  const logs = new Map<string, LogState>();
  const bySubject = new Map<string, LogState>();
  for (const recipient of recipients as readonly Recipient[]) {
    if (isDisguised(LOG_STATE, recipient)) assertLog(recipient, "each recipient");
    const log = checkRecipient(LogState.is(recipient) ? { log: recipient } : recipient, demands);
    const id = log.head.log;
    if (logs.has(id)) {
      const message = `log ${id} is among the recipients twice; name each log once`;
      throw new KeysteadError("INVALID_ARGUMENT", message, { details: { log: id } });
    }
    // At most one of them belongs to the subject. Content sealed to both could be read by a stranger too.
    const other = bySubject.get(log.subject);
    if (other) throw twoLogs(log.subject, [other.head.log, id]);
    logs.set(id, log);
    bySubject.set(log.subject, log);
  }
  return [...logs.keys()].sort().map((id) => present(logs.get(id)));
}

function twoLogs(subject: string, logs: readonly string[]): KeysteadError {
  return new KeysteadError(
    "INVALID_ARGUMENT",
    `two different logs of ${subject} are among the recipients; find out which one belongs to that subject, and seal to that one`,
    { rule: "LOG-8", details: { subject, logs } },
  );
}

function checkRecipient(recipient: RecipientOptions, { verifiedOnly, fresh }: RecipientDemands): LogState {
  const { log, contact, removedMembersMayRead, statement } = checkOptions(recipient);
  assertLog(log, "recipient.log");
  if (contact !== undefined) requireContactUnchanged(contact, log);
  if (verifiedOnly && contact?.verified !== true) {
    throw new KeysteadError(
      "CONTACT_UNVERIFIED",
      `nobody has compared fingerprints with the owner of log ${log.head.log}; do that, and give the contact that acknowledgeContact makes with the token (compared), or seal without verifiedOnly`,
      { details: { log: log.head.log, subject: log.subject } },
    );
  }
  if (fresh) requireFresh(log, statement, fresh);
  // A caller that gives a statement expects it to count.
  else if (statement !== undefined) {
    throw new KeysteadError("INVALID_ARGUMENT", "a statement is judged by options.fresh: give both", {
      details: { log: log.head.log },
    });
  }
  if (log.rotationDue && removedMembersMayRead !== true) {
    throw new KeysteadError(
      "ROTATION_DUE",
      `a removed member of log ${log.head.log} can still read what is sealed to epoch ${currentEpoch(log)}; have a device of that log rotate, or set removedMembersMayRead`,
      { rule: "MEM-7", details: { log: log.head.log, epoch: currentEpoch(log) } },
    );
  }
  return log;
}
