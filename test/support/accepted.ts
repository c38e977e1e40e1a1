// The verbs that author links, for tests in which the server accepts every entry at once: each proposes, accepts, and returns
// what the proposal led to together with its entry. Tests about proposals themselves use the verbs of src.

import * as backup from "../../src/backup/enroll.js";
import * as discover from "../../src/escrow/discover.js";
import * as escrowLog from "../../src/escrow/escrow-log.js";
import * as escrowMember from "../../src/escrow/member.js";
import * as recovery from "../../src/escrow/recover.js";
import * as actions from "../../src/grants/actions.js";
import * as enter from "../../src/grants/enter.js";
import type { Proposal } from "../../src/grants/proposal.js";
import type { Session } from "../../src/grants/session.js";
import type { LogState } from "../../src/log/state.js";

/** An accepted session with the entry that led to it. */
export type Authored<T extends Session = Session> = T & { readonly entry: Uint8Array };

/** A log after an entry of somebody who has no keyring for it. */
export interface AuthoredLog {
  readonly log: LogState;
  readonly entry: Uint8Array;
}

/** What a proposal leads to, accepted at once. */
export function accepted<T extends Session>(proposal: Proposal<T>): Authored<T> {
  return { ...proposal.accept(), entry: proposal.entry };
}

function accepting<Given extends readonly unknown[], T extends Session>(verb: (...given: Given) => Proposal<T>) {
  return (...given: Given): Authored<T> => accepted(verb(...given));
}

function acceptingLog<Given extends readonly unknown[]>(verb: (...given: Given) => Proposal<LogState>) {
  return (...given: Given): AuthoredLog => {
    const proposal = verb(...given);
    return { log: proposal.accept(), entry: proposal.entry };
  };
}

export const createLog = accepting(enter.createLog);
export const joinLog = accepting(enter.joinLog);
export const acceptEnrollment = accepting(enter.acceptEnrollment);
export const review = accepting(actions.review);
export const rotate = accepting(actions.rotate);
export const regrant = accepting(actions.regrant);
export const rekey = accepting(actions.rekey);
export const leave = accepting(actions.leave);
export const rename = accepting(actions.rename);
export const setLockdown = accepting(actions.setLockdown);
export const expel = acceptingLog(actions.expel);
export const enrollBackupKey = accepting(backup.enrollBackupKey);
export const createEscrowLog = accepting(escrowLog.createEscrowLog);
export const setPolicy = accepting(escrowLog.setPolicy);
export const enrollEscrow = accepting(escrowMember.enrollEscrow);
export const renewEscrow = accepting(escrowMember.renewEscrow);
export const recover = acceptingLog(recovery.recover);
export const renewFor = acceptingLog(recovery.renewFor);
export const recordAccess = accepting(discover.recordAccess);
