// The verbs that author links, for tests in which the server accepts every entry at once: each proposes, accepts, and returns the
// resulting state together with its entry. Tests of proposals themselves use the verbs of src, as do tests of the knowledge of
// escrow that a device needs: without such knowledge, these verbs write what a client without those rules would write.

import * as enter from "../../src/authoring/enter.js";
import { type EscrowOptions, UNGUARDED } from "../../src/authoring/escrow-guard.js";
import { type Proposal, proposeState } from "../../src/authoring/proposal.js";
import * as actions from "../../src/authoring/verbs.js";
import { writeLink } from "../../src/authoring/write-link.js";
import * as backup from "../../src/backup/make.js";
import * as acts from "../../src/escrow/act.js";
import * as discover from "../../src/escrow/discover.js";
import * as escrowMember from "../../src/escrow/enroll.js";
import * as escrowLog from "../../src/escrow/escrow-log.js";
import * as recovery from "../../src/escrow/recover.js";
import * as renewal from "../../src/escrow/renew.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { partsOf } from "../../src/keys/keyring.js";
import type { Head, LogState } from "../../src/log/state.js";
import type { Env } from "../../src/primitives/env.js";
import { pointerTo } from "../../src/trust/pointer.js";

/** An accepted session with the entry that led to it. */
export type Authored<T extends MemberState = MemberState> = T & { readonly entry: Uint8Array };

/** A log after an entry by an author without a keyring for it. */
export interface AuthoredLog {
  readonly log: LogState;
  readonly entry: Uint8Array;
}

/** The result of a proposal, accepted at once. */
export function accepted<T extends MemberState>(proposal: Proposal<T>): Authored<T> {
  return { ...proposal.accept(), entry: proposal.entry };
}

function accepting<Given extends readonly unknown[], T extends MemberState>(verb: (...given: Given) => Proposal<T>) {
  return (...given: Given): Authored<T> => accepted(verb(...given));
}

function acceptingLog<Given extends readonly unknown[]>(verb: (...given: Given) => Proposal<LogState>) {
  return (...given: Given): AuthoredLog => {
    const proposal = verb(...given);
    return { log: proposal.accept(), entry: proposal.entry };
  };
}

export const createLog = accepting(enter.createLog);
/** Options without knowledge of escrow are those of a client that does not check it. */
function unguarded<T extends EscrowOptions>(options: T): T {
  if (typeof options !== "object" || options === null) return options;
  const isGuarded = options.escrow !== undefined || options.withholdFromEscrow !== undefined;
  return isGuarded ? options : { ...options, [UNGUARDED]: true };
}

export const joinLog = accepting((log: LogState, options: enter.JoinLogOptions, env: Env) =>
  enter.joinLog(log, unguarded(options), env),
);
export const acceptProvisioning = accepting(enter.acceptProvisioning);

/** Lists of ids, which nobody compared: most tests check what approvals do, not how people compare. */
export type Lists<T extends actions.Approvals> = Omit<T, keyof actions.Approvals> & {
  readonly approve?: actions.Approvals["approveUncompared"];
};

function uncompared<T extends actions.Approvals>(options: Lists<T>): T {
  if (typeof options !== "object" || options === null) return options;
  const { approve, ...others } = options;
  return { ...others, ...(approve !== undefined && { approveUncompared: approve }) } as unknown as T;
}

export const review = accepting((session: MemberState, options: Lists<actions.ReviewOptions>, env: Env) =>
  actions.review(session, unguarded(uncompared(options)), env),
);
export const rotate = accepting((session: MemberState, env: Env, options: EscrowOptions = {}) =>
  actions.rotate(session, env, unguarded(options)),
);
export const regrant = accepting(
  (session: MemberState, regrants: readonly actions.Regrant[], env: Env, options: EscrowOptions = {}) =>
    actions.regrant(session, regrants, env, unguarded(options)),
);
export const reclaim = accepting((session: MemberState, options: actions.ReclaimOptions, env: Env) =>
  actions.reclaim(session, unguarded(options), env),
);
export const rekey = accepting((session: MemberState, env: Env, options: EscrowOptions = {}) =>
  actions.rekey(session, env, unguarded(options)),
);
export const leave = accepting(actions.leave);
export const rename = accepting(actions.rename);
export const setLockdown = accepting(
  (session: MemberState, options: Parameters<typeof actions.setLockdown>[1], env: Env) =>
    actions.setLockdown(session, unguarded(options), env),
);
export const expel = acceptingLog(actions.expel);
export const createBackupKey = accepting(
  (
    session: MemberState,
    options: backup.BackupKeyOptions & { readonly escrowLog?: LogState | undefined },
    env: Env,
  ) => {
    const { escrowLog, ...rest } = options ?? {};
    if (!options) return backup.createBackupKey(session, options, env);
    return backup.createBackupKey(session, escrowLog ? { ...rest, escrow: { escrowLog } } : unguarded(rest), env);
  },
);
export const createEscrowLog = accepting(escrowLog.createEscrowLog);
export const setPolicy = accepting(escrowLog.setPolicy);
export const enrollEscrow = accepting((session: MemberState, escrowLog: LogState, storedConfirmation: Head, env: Env) =>
  escrowMember.enrollEscrow(session, { escrowLog, storedConfirmation }, env),
);
/** Points escrow at the newest epoch of a log, trusted or not. */
export const renewEscrow = accepting((session: MemberState, escrowLog: LogState, env: Env) => {
  const { keys } = partsOf(session.keyring);
  const fields = { author: keys.signingKey, escrow: pointerTo(escrowLog) };
  const draft = { before: session.log, type: "renew-escrow" as const, fields, keyring: session.keyring };
  return proposeState(session.keyring, writeLink({ ...draft, signers: [keys], guard: "not-a-users-device" }, env));
});
export const recordRecovery = accepting(
  (admin: MemberState, options: Lists<recovery.RecordRecoveryOptions>, env: Env) =>
    recovery.recordRecovery(admin, uncompared(options), env),
);
export const recover = acceptingLog(recovery.recoverUser);
export const renewEscrowForUser = acceptingLog(renewal.renewEscrowForUser);
export const recordAccess = accepting(discover.recordAccess);
export const disown = accepting(acts.disownActs);
export const recordActAgain = accepting(acts.recordActAgain);
