// The relay states heads for the operator that a log names. docs/spec.md section 13.4.

import { type Bytes, equalBytes } from "../bytes/bytes.js";
import type { Head, LogId } from "../bytes/ids.js";
import { toHex } from "../bytes/text.js";
import type { LogState } from "../log/state.js";
import { stateHead } from "../log/statement.js";
import type { RelaySettings } from "./options.js";
import { Refusal } from "./refusal.js";
import type { StatedPosition } from "./stated-heads.js";
import { STATEMENTS } from "./statements.js";
import { rowKey } from "./states.js";

/** Logs whose last statement is remembered here; `stated` has all of them once they were given out. */
const MAX_LOGS = 100_000;

/** States heads so that no statement contradicts an earlier one (SVC-5), also when the database went back. */
export class HeadStatements {
  readonly #settings: RelaySettings;
  /** A clock that was set back does not set back statements. */
  #at = 0;
  readonly #claimed = new Map<LogId, number>();

  constructor(settings: RelaySettings) {
    this.#settings = settings;
  }

  /**
   * A statement; undefined without keys for it, for a log of another operator, when a newer head was stated already, and for a log that
   * does not lead to what was stated of it.
   */
  async of(head: Head, operator: Uint8Array | undefined): Promise<Bytes | undefined> {
    const { operator: own, env, report } = this.#settings;
    if (!own?.statements || !operator || !equalBytes(operator, own.signingKey)) return undefined;
    const { keys, certificate, stated } = own.statements;
    const before = stated.of(head.log);
    if (env.now() < stated.from || (before && !(await this.#continues(before, head)))) return undefined;
    if ((this.#claimed.get(head.log) ?? 0) > head.seq) return undefined;
    this.#at = Math.max(this.#at, env.now());
    try {
      const at = this.#at;
      const statement = stateHead(head, keys, certificate, at);
      this.#claim(head);
      await stated.note(head, at);
      return statement;
    } catch (error) {
      // The certificate has ended, or nothing can be remembered. Readers miss the statement; the operator learns the reason.
      report(error);
      return undefined;
    }
  }

  /**
   * After a restore members append their own entries again. At the position that was stated last there is one link that may stand.
   *
   * @throws {@link Refusal} 403 for another one
   */
  checkLink({ head }: LogState): void {
    const before = this.#settings.operator?.statements?.stated.of(head.log);
    if (before?.seq !== head.seq || before.hash === head.hash) return;
    throw new Refusal(403, "STATED", "this service stated another link at this position, and a device still has it");
  }

  async #continues({ seq, hash }: StatedPosition, head: Head): Promise<boolean> {
    if (seq >= head.seq) return seq === head.seq && hash === head.hash;
    const [row] = await this.#settings.sql.query<{ hash: Bytes }>(STATEMENTS.hashAt, [rowKey(head.log), seq]);
    return row !== undefined && toHex(row.hash) === hash;
  }

  #claim({ log, seq }: Head): void {
    this.#claimed.delete(log);
    this.#claimed.set(log, seq);
    for (const oldest of this.#claimed.keys()) {
      if (this.#claimed.size <= MAX_LOGS) break;
      this.#claimed.delete(oldest);
    }
  }
}
