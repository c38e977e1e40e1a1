// The relay states heads for the operator that a log names. docs/spec.md section 13.4.

import { type Bytes, equalBytes } from "../bytes/bytes.js";
import type { Head, LogId } from "../bytes/ids.js";
import { stateHead } from "../log/statement.js";
import type { RelaySettings } from "./options.js";

/** Logs whose last statement is remembered. */
const MAX_LOGS = 100_000;

/** States heads so that no statement contradicts an earlier one (SVC-5). */
export class HeadStatements {
  readonly #settings: RelaySettings;
  /** A clock that was set back does not set back statements. */
  #at = 0;
  readonly #stated = new Map<LogId, number>();

  constructor(settings: RelaySettings) {
    this.#settings = settings;
  }

  /** A statement; undefined without keys for it, for a log of another operator, or when a newer head was stated already. */
  of(head: Head, operator: Uint8Array | undefined): Bytes | undefined {
    const { operator: own, env, report } = this.#settings;
    if (!own?.statements || !operator || !equalBytes(operator, own.publicKey)) return undefined;
    if ((this.#stated.get(head.log) ?? 0) > head.seq) return undefined;
    this.#at = Math.max(this.#at, env.now());
    try {
      const statement = stateHead(head, own.statements.keys, own.statements.certificate, this.#at);
      this.#stated.delete(head.log);
      this.#stated.set(head.log, head.seq);
      for (const oldest of this.#stated.keys()) {
        if (this.#stated.size <= MAX_LOGS) break;
        this.#stated.delete(oldest);
      }
      return statement;
    } catch (error) {
      // The certificate has ended. Readers miss the statement; the operator learns the reason.
      report(error);
      return undefined;
    }
  }
}
