// Recovery: an admin acts for escrow in a user's log: restores a locked-out user, and renews the pointer of users who stay
// offline. docs/spec.md section 11 (recovery, ESC-6, ESC-8).

import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { memberList } from "../grants/actions.js";
import { writeLink } from "../grants/author.js";
import { type Proposal, proposeLog } from "../grants/proposal.js";
import { checkRuns } from "../grants/runs-argument.js";
import { checkOptions, checkSession, type Session } from "../grants/session.js";
import { changedKeyring, partsOf } from "../keys/keyring.js";
import type { LinkTypeName } from "../log/registry.js";
import { epochsIn, intersectRuns, NO_RUNS, type Runs } from "../log/runs.js";
import { activeMember, assertLog, escrowMember, hasRole, isConfirmed, type LogState } from "../log/state.js";
import type { Env } from "../primitives/env.js";
import { judgePointer, pointerTo } from "../trust/pointer.js";
import { openAsEscrow } from "./escrow-keys.js";

/** What {@link recover} is told. */
export interface RecoverOptions {
  /** The user's log, verified, and its fingerprint compared with the user. */
  readonly userLog: LogState;
  /** Its entries with their attachments. */
  readonly entries: Iterable<Uint8Array>;
  /** The user's new device; members that escrow can extend. */
  readonly approve?: readonly MemberId[] | undefined;
  /** Lost devices. */
  readonly remove?: readonly MemberId[] | undefined;
  /**
   * Epochs whose grants to escrow the server never delivered, given up: escrow declares them missing and passes on the rest. Fetch
   * the entries again first.
   */
  readonly abandon?: Runs | undefined;
}

/**
 * An admin with the role `recover` restores a locked-out user: approves the new device and removes lost ones, in one link that
 * the escrow epoch and the admin's own device both sign. The user's other devices check the admin before they act on it.
 *
 * @returns a proposal of the user's log, for the server to accept.
 * @throws `NOT_PERMITTED` with the rule: MEM-8 without the role, ESC-3 when the log's escrow is not this one or its pointer is
 * false; `GRANT_UNAVAILABLE` when a grant to escrow was not delivered; `INVALID_ARGUMENT`, `UNKNOWN_MEMBER`
 */
export function recover(admin: Session, options: RecoverOptions, env: Env): Proposal<LogState> {
  const { userLog, entries, approve = [], remove = [], abandon = NO_RUNS } = checkOptions(options);
  assertLog(userLog);
  const session = checkSession(admin);
  requireRecover(session);
  const fields = { approve: memberList(userLog, "approve", approve), remove: memberList(userLog, "remove", remove) };
  return actAsEscrow(
    session,
    "review",
    { userLog, entries, fields, abandon: checkRuns("options.abandon", abandon) },
    env,
  );
}

/**
 * An admin renews a user's pointer to escrow's newest epoch, for a user whose devices stay offline (ESC-6).
 *
 * @returns a proposal of the user's log, for the server to accept.
 * @throws as {@link recover}; `NOT_PERMITTED` (MEM-2) when it points there already
 */
export function renewFor(
  admin: Session,
  options: Pick<RecoverOptions, "userLog" | "entries">,
  env: Env,
): Proposal<LogState> {
  const { userLog, entries } = checkOptions(options);
  assertLog(userLog);
  const session = checkSession(admin);
  requireRecover(session);
  return actAsEscrow(session, "renew-escrow", { userLog, entries, fields: { escrow: pointerTo(session.log) } }, env);
}

function requireRecover({ log, keyring }: Session): void {
  const member = activeMember(log, keyring.member);
  if (isConfirmed(log, member) && hasRole(member, "recover") && member.kind === "device") return;
  throw new KeysteadError(
    "NOT_PERMITTED",
    "acting for escrow needs an admin's device with the role recover, which this member is not",
    {
      rule: "MEM-8",
      details: { member: member.id },
    },
  );
}

interface Act extends Pick<RecoverOptions, "userLog" | "entries"> {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly abandon?: Runs;
}

function actAsEscrow(
  admin: Session,
  type: LinkTypeName,
  { userLog, entries, fields, abandon = NO_RUNS }: Act,
  env: Env,
): Proposal<LogState> {
  const escrow = escrowMember(userLog);
  const verdict = escrow?.pointer ? judgePointer(escrow.pointer, admin.log) : "none";
  if (verdict !== "newest" && verdict !== "older") {
    throw new KeysteadError(
      "NOT_PERMITTED",
      `the escrow member of ${userLog.subject} stands for no epoch of this escrow log (${verdict})`,
      {
        rule: "ESC-3",
        details: { verdict, log: userLog.head.log },
      },
    );
  }
  const { keyring: opened, withheld } = openAsEscrow(admin, userLog, entries);
  // Only what was really withheld: nothing that opens is given up.
  const keyring = changedKeyring(opened, { junk: epochsIn(intersectRuns(abandon, withheld)) });
  const { keys } = partsOf(keyring);
  const device = partsOf(admin.keyring).keys;
  const { seq, hash } = admin.log.head;
  const draft = { before: userLog, type, keyring, signers: [keys, device] };
  const by = { admin: device.sign, seq, hash };
  try {
    return proposeLog(writeLink({ ...draft, fields: { author: keys.sign, by, ...fields } }, env));
  } finally {
    keyring.wipe();
  }
}
