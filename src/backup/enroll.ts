// Making a backup key: a member whose secret goes on paper. docs/spec.md section 9 (BAK-2, BAK-3).

import { wipe } from "../bytes/bytes.js";
import type { LogId, MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { writeLink } from "../grants/author.js";
import { newMember } from "../grants/enter.js";
import { type Authored, checkOptions, checkSession, openingOf, type Session } from "../grants/session.js";
import { partsOf } from "../keys/keyring.js";
import { memberIdOf } from "../keys/member-keys.js";
import { activeMember, assertLog, type LogState } from "../log/state.js";
import { drawRandom, type Env } from "../primitives/env.js";
import { SECRET_BYTES } from "./bits.js";
import { encodeBackupText, secretFromBytes } from "./code.js";
import { backupIdSymbols, backupKeys } from "./key.js";

const REDACTED = "BackupPaper [secret]";

/** A backup key that is to be written down. It shows itself only once its log has it, and never prints itself. */
export class BackupPaper {
  readonly #id: readonly number[];
  readonly #secret: number[];
  #wiped = false;
  /** The backup key's member id. */
  readonly member: MemberId;
  readonly log: LogId;

  /** @internal Takes over the secret. */
  constructor(log: LogId, member: MemberId, id: readonly number[], secret: number[]) {
    this.log = log;
    this.member = member;
    this.#id = id;
    this.#secret = secret;
  }

  /**
   * The 36 characters in nine groups of four, for paper. The string is as secret as the key and cannot be wiped: show it,
   * do not keep it.
   *
   * @param log the log **as the server has accepted it**. A paper whose link lost a race opens nothing, and whoever wrote it
   * down would find out when it is needed (BAK-2).
   * @throws `UNKNOWN_MEMBER` while the log does not have this key, `WIPED`
   */
  reveal(log: LogState): string {
    assertLog(log);
    if (this.#wiped) throw new KeysteadError("WIPED", "this backup key was wiped; make another");
    if (log.head.log !== this.log)
      throw new KeysteadError("INVALID_ARGUMENT", "this backup key belongs to another log");
    activeMember(log, this.member);
    return encodeBackupText(this.#id, this.#secret);
  }

  /** Overwrites the secret. Later use throws `WIPED`. */
  wipe(): void {
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

  /** What Node's `console.log` and `util.inspect` print. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}

/** A session after a backup key was made, with the paper to show once the entry has been accepted. */
export interface BackupKeyMade extends Authored {
  readonly paper: BackupPaper;
}

/**
 * Makes a backup key that holds what this member holds. It counts as a device: it is listed, an older device extends it by
 * approving it, and it is removed when lost.
 *
 * @param options.name what the list of devices calls it; `Backup key` unless told.
 * @returns the entry to publish, and the paper: reveal it after the entry was accepted, then wipe it. When another link
 * wins the race, wipe it and call again on the new state.
 * @throws `NOT_PERMITTED` with the rule, `GRANT_UNAVAILABLE`, `INVALID_ARGUMENT`
 */
export function enrollBackupKey(
  session: Session,
  options: { readonly name?: string | undefined },
  env: Env,
): BackupKeyMade {
  const { log, keyring } = checkSession(session);
  const { name = "Backup key" } = checkOptions(options);
  const opening = openingOf({ name }, env);
  const random = drawRandom(env, SECRET_BYTES);
  const secret = secretFromBytes(random);
  wipe(random);
  const keys = backupKeys(secret, log.head.log);
  try {
    const own = partsOf(keyring).keys;
    const member = newMember("backup", keys, opening);
    const fields = { author: own.sign, member };
    const written = writeLink({ before: log, type: "enroll", fields, keyring, signers: [own, keys], opening }, env);
    const paper = new BackupPaper(log.head.log, memberIdOf(member), backupIdSymbols(keys.sign), secret);
    return { log: written.log, entry: written.entry, keyring, paper };
  } catch (error) {
    secret.fill(0);
    throw error;
  } finally {
    keys.wipe();
  }
}
