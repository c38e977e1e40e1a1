// What a sender remembers of each subject for good: the highest head that it verified, and the newest statement beside it. A pin
// never falls, by any process that writes it. docs/spec.md sections 13.1 and 13.4.

import type { Bytes } from "../bytes/bytes.js";
import { bytesUpTo, decode, encode, type Infer, literal, optional, record, text } from "../bytes/schema.js";
import { KeysteadError } from "../errors.js";
import { encodeEntry } from "../log/entry.js";
import { head, MAX_SUBJECT_BYTES } from "../log/fields.js";
import { isSameHead } from "../log/heads.js";
import type { Head, LogState } from "../log/state.js";
import { MAX_STATEMENT_BYTES } from "../log/statement.js";
import { verifyLog } from "../log/verify.js";
import type { SenderStore } from "./store.js";

const schema = record({
  v: literal(1),
  subject: text(MAX_SUBJECT_BYTES, 1),
  head,
  statement: optional(bytesUpTo(MAX_STATEMENT_BYTES, 1)),
});
const MAX_PIN_BYTES = 2048;

/** What was verified for a subject. */
export type StoredPin = Infer<typeof schema>;

/** The pins in a store. */
export class Pins {
  readonly #store: SenderStore;

  constructor(store: SenderStore) {
    this.#store = store;
  }

  /** @throws `STORE_CORRUPT` */
  async get(subject: string): Promise<StoredPin | undefined> {
    return read(subject, await this.#store.get(keyOf(subject)));
  }

  /**
   * Pins the head of a log, unless the pin is at least as high.
   *
   * @returns false when another process verified more of the log than this one: read again.
   * @throws `FORKED`, `REPLACED` with evidence when the log is another one than the pinned one; `STORE_CORRUPT`
   */
  async raise(log: LogState, statement: Bytes | undefined): Promise<boolean> {
    const { subject } = log;
    for (;;) {
      const stored = await this.#store.get(keyOf(subject));
      const pin = read(subject, stored);
      if (pin) checkPinned(log, pin.head);
      if (pin && pin.head.seq > log.head.seq) return false;
      if (pin && isSameHead(pin.head, log.head) && (pin.statement || !statement)) return true;
      const kept = statement ?? pin?.statement;
      const next = { v: 1 as const, subject, head: log.head, ...(kept && { statement: kept }) };
      if (await this.#store.replace(keyOf(subject), stored, encode(schema, next, "pin"))) return true;
    }
  }

  async forget(subject: string): Promise<void> {
    const key = keyOf(subject);
    while (!(await this.#store.replace(key, await this.#store.get(key), undefined)));
  }
}

/** The log has what is pinned, as far as it goes. @throws as {@link Pins.raise} */
function checkPinned({ subject, head: { log: id }, links }: LogState, pinned: Head): void {
  const link = links.at(pinned.seq - 1);
  if (id === pinned.log && (!link || link.hash === pinned.hash)) return;
  // From its bytes, so that the error has evidence that ends where it must.
  const entries = [...links].map(({ bytes }) => encodeEntry(bytes, []));
  verifyLog(entries, { subject, pinned, now: "unchecked" });
}

const keyOf = (subject: string): string => `p${subject}`;

function read(subject: string, stored: Uint8Array | undefined): StoredPin | undefined {
  if (!stored) return undefined;
  try {
    const pin = decode(schema, stored, { name: "pin", maxBytes: MAX_PIN_BYTES });
    if (pin.subject === subject) return pin;
  } catch (cause) {
    throw corrupt(cause);
  }
  throw corrupt();
}

function corrupt(cause?: unknown): KeysteadError {
  return new KeysteadError("STORE_CORRUPT", "a pin in the sender's store is not what the sender stored; restore it", {
    cause,
  });
}
