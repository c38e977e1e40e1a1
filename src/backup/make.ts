// Making a backup key: a member whose secret goes on paper. docs/spec.md section 9 (BAK-2, BAK-3).

import { BACKUP_PAPER, finishSecretInstance, wrongInstance } from "../arguments/instances.js";
import { LIBRARY, type Library, requireLibrary } from "../arguments/library-only.js";
import { checkOptions } from "../arguments/options.js";
import { openingOf } from "../authoring/device-description.js";
import { newMember, rolesField } from "../authoring/enter.js";
import { checkKnowledge, type EscrowOptions } from "../authoring/escrow-guard.js";
import { makeProposal, type Proposal } from "../authoring/proposal.js";
import { writeLink } from "../authoring/write-link.js";
import { wipe } from "../bytes/bytes.js";
import type { LogId, MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { checkMemberState, type MemberState } from "../grants/member-state.js";
import { changedKeyring, partsOf } from "../keys/keyring.js";
import { memberIdOf } from "../keys/member-keys.js";
import type { Role } from "../log/fields.js";
import { activeMember, assertLog, escrowMember, type LogState } from "../log/state.js";
import { drawRandom, type Env } from "../primitives/env.js";
import { SECRET_BYTES, secretFromBytes } from "./bits.js";
import { encodeBackupText } from "./code.js";
import { backupIdSymbols, backupKeys } from "./key.js";

/** The name of a backup key whose user gives it none; the log keeps it sealed. */
export const DEFAULT_NAME = "Backup key";
const REDACTED = "BackupPaper [secret]";

/** The contents of a paper. */
interface PaperParts {
  readonly log: LogId;
  readonly member: MemberId;
  /** The symbols that name the key. */
  readonly id: readonly number[];
  readonly secret: number[];
}

/** A backup key to write down. It reveals its text only once its log has the key, and never prints its text in logs. */
export class BackupPaper {
  readonly #id: readonly number[];
  readonly #secret: number[];
  #wiped = false;
  /** The backup key's member id. */
  readonly member: MemberId;
  readonly log: LogId;

  /** @internal Takes over the secret. */
  constructor(library: Library, parts: PaperParts) {
    requireLibrary(library, BACKUP_PAPER);
    this.log = parts.log;
    this.member = parts.member;
    this.#id = parts.id;
    this.#secret = parts.secret;
    finishSecretInstance(this, BACKUP_PAPER);
  }

  /** @throws `INVALID_ARGUMENT` for a call on an object that is no paper, such as a Proxy of one */
  static #check(paper: unknown): void {
    if (!(#secret in (paper as object))) throw wrongInstance("paper", BACKUP_PAPER, paper);
  }

  /**
   * The 36 characters in nine groups of four, for paper. The string is as secret as the key and cannot be wiped: show it,
   * do not keep it.
   *
   * @param log the log **as the server has accepted it**. A paper whose link lost a race opens nothing, and its owner
   * would find out when it is needed (BAK-2).
   * @throws `UNKNOWN_MEMBER` while the log does not have this key, `WIPED`
   */
  reveal(log: LogState): string {
    BackupPaper.#check(this);
    assertLog(log);
    if (this.#wiped) throw new KeysteadError("WIPED", "this backup key was wiped; make another");
    if (log.head.log !== this.log)
      throw new KeysteadError("INVALID_ARGUMENT", "this backup key belongs to another log");
    activeMember(log, this.member);
    return encodeBackupText(this.#id, this.#secret);
  }

  /** Overwrites the secret. Later use throws `WIPED`. */
  wipe(): void {
    BackupPaper.#check(this);
    this.#secret.fill(0);
    this.#wiped = true;
  }

  /** Says only that this is secret. */
  toString(): string {
    return REDACTED;
  }

  /** Says only that this is secret. */
  toJSON(): string {
    return REDACTED;
  }
}

/** A state after a backup key was made, with the paper to show. */
export interface BackupKeyCreated extends MemberState {
  /** The caller wipes it. */
  readonly paper: BackupPaper;
}

/** In a user's log with escrow, `escrow` has the newest escrow log, whose policy must allow backup keys (BAK-5). */
export interface BackupKeyOptions extends EscrowOptions {
  /** Its name in the list of devices; `Backup key` by default. */
  readonly name?: string | undefined;
  /** In an escrow log: its roles, such as `["manage"]`, so that it can approve new devices; none by default (MEM-8). */
  readonly roles?: readonly Role[] | undefined;
}

/**
 * BAK-5: in a log with escrow, the organisation's policy decides, and the link names the escrow head that was checked.
 */
function checkPolicy(log: LogState, escrow: EscrowOptions["escrow"]) {
  const pointer = escrowMember(log)?.pointer;
  if (!pointer) return undefined;
  checkKnowledge(escrow);
  const escrowLog: unknown = escrow?.escrowLog;
  if (typeof escrowLog !== "object" || escrowLog === null) {
    throw new KeysteadError(
      "ESCROW_UNKNOWN",
      "this user has escrow, and the escrow log says whether the user may make backup keys; give the newest one, verified, as options.escrow.escrowLog",
      { rule: "BAK-5", details: { log: log.head.log, seq: log.head.seq } },
    );
  }
  assertLog(escrowLog, "options.escrow.escrowLog");
  if (escrowLog.head.log !== pointer.log) {
    // No caller's mistake: the app of a user who moves to another organisation names the new one, whose log this is.
    throw new KeysteadError(
      "ESCROW_UNKNOWN",
      "options.escrow.escrowLog is not that of this user's escrow; fetch that one",
      {
        rule: "BAK-5",
      },
    );
  }
  if (!escrowLog.policy?.allowUserBackupKeys) {
    throw new KeysteadError(
      "NOT_PERMITTED",
      "the organisation's policy does not allow users to make backup keys; ask an admin",
      {
        rule: "BAK-5",
      },
    );
  }
  return { seq: escrowLog.head.seq, hash: escrowLog.head.hash };
}

/**
 * Makes a backup key that holds the same epochs as this member. It counts as a device: it is listed, an older device extends it
 * by approving it, and it is removed when lost.
 *
 * @returns a proposal. Only accepting it gives the paper: reveal the paper, then wipe it. When another link wins the race,
 * discard the proposal, which wipes the secret, and call again on the new state.
 * @throws `NOT_PERMITTED` with the rule, `ESCROW_UNKNOWN` (BAK-5), `GRANT_UNAVAILABLE`, `INVALID_ARGUMENT`
 */
export function createBackupKey(state: MemberState, options: BackupKeyOptions, env: Env): Proposal<BackupKeyCreated> {
  const { log, keyring } = checkMemberState(state);
  const { name = DEFAULT_NAME, roles, escrow } = checkOptions(options);
  const escrowHead = checkPolicy(log, escrow);
  const opening = openingOf({ name }, env);
  const random = drawRandom(env, SECRET_BYTES);
  const secret = secretFromBytes(random);
  wipe(random);
  const keys = backupKeys(secret, log.head.log);
  try {
    const own = partsOf(keyring).keys;
    const member = newMember("backup", keys, opening);
    const fields = { author: own.signingKey, member, ...rolesField(log, roles), ...(escrowHead && { escrowHead }) };
    const written = writeLink(
      { before: log, type: "enroll", fields, keyring, signers: [own, keys], opening, guard: options },
      env,
    );
    const paper = new BackupPaper(LIBRARY, {
      ...{ log: log.head.log, member: memberIdOf(member), id: backupIdSymbols(keys.signingKey), secret },
    });
    const accept = () => ({ log: written.log, keyring: changedKeyring(keyring, {}), paper });
    const backupKey = () => paper.reveal(written.log);
    return makeProposal({ entry: written.entry, log: written.log, accept, fresh: [paper], backupKey });
  } catch (error) {
    secret.fill(0);
    throw error;
  } finally {
    keys.wipe();
  }
}
