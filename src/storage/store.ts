// The interface of stores, where a device keeps its records: a small key-value store with compare-and-set. It holds ciphertext
// only; the client seals the records first (sealer.ts).

import { isBytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";

/** The contents of a store at one revision. */
export interface StoredRecords {
  /** 0 for an empty store; each commit adds one. */
  readonly revision: number;
  readonly records: ReadonlyMap<string, Uint8Array>;
}

/** A change of a store. A key that a change both puts and deletes is put. */
export interface StoreChange {
  readonly put?: Iterable<readonly [key: string, value: Uint8Array]> | undefined;
  readonly delete?: Iterable<string> | undefined;
}

/**
 * A store of one app and one subject. Several tabs or processes may open the same one at a time. `keystead/testing` has test
 * cases that every adapter must pass.
 */
export interface Store {
  /**
   * All records, as one commit left them. What it returns survives a crash of the machine, another opening's commit included.
   *
   * @throws `STORE_UNAVAILABLE`, `STORE_CORRUPT`
   */
  load(): Promise<StoredRecords>;
  /**
   * Makes all of a change or nothing. When the promise resolves, the change survives a crash of the machine.
   *
   * A commit can fail after it was made, for instance if a disk or a connection breaks before the answer. It then throws
   * `STORE_UNAVAILABLE` with `details.reason` `unknown`, and never any other error: a caller that believed that
   * nothing was written would repeat it, get `STORE_STALE`, and do its work a second time. Load the store, and go on from what it
   * holds, as after a restart. At revision `expected` the change is not there and never will be. At a later one this change is there,
   * or another one in its place: a record that was sealed for this commit has bytes that no other has.
   *
   * @param expected the revision that the change is based on.
   * @returns the new revision.
   * @throws `STORE_STALE` when the store is at another revision, or was destroyed and filled again since this opening loaded it or
   * committed; `STORE_UNAVAILABLE`, `INVALID_ARGUMENT`. Nothing is written then, except where `details.reason` is `unknown`
   */
  commit(expected: number, change: StoreChange): Promise<number>;
  /** Deletes all records. The revision is 0 again. @throws `STORE_UNAVAILABLE`: call it again, some may be left */
  destroy(): Promise<void>;
  /** Closes this object. Every later call throws `STORE_UNAVAILABLE`. May be called again. */
  close(): void;
}

/** Copies a change that a caller passed, so that no adapter meets a broken iterable in the middle of a transaction. */
export interface CheckedChange {
  readonly put: ReadonlyMap<string, Uint8Array>;
  readonly remove: ReadonlySet<string>;
}

const MAX_KEY_LENGTH = 256;

/** @throws `INVALID_ARGUMENT` */
export function checkCommit(expected: number, change: StoreChange): CheckedChange {
  if (!Number.isSafeInteger(expected) || expected < 0)
    throw new KeysteadError("INVALID_ARGUMENT", "expected must be a revision, a whole number from 0");
  if (typeof change !== "object" || change === null)
    throw new KeysteadError("INVALID_ARGUMENT", "change must be an object with put, delete, or both");
  const put = new Map<string, Uint8Array>();
  for (const pair of listOf("put", change.put)) {
    if (!Array.isArray(pair))
      throw new KeysteadError("INVALID_ARGUMENT", 'put must be a list of pairs, such as [["device", bytes]]');
    const [key, value] = pair as readonly unknown[];
    if (!isBytes(value))
      throw new KeysteadError("INVALID_ARGUMENT", `the value of ${checkKey(key)} must be a Uint8Array`);
    // A copy: the caller may change its array while the commit runs.
    put.set(checkKey(key), new Uint8Array(value));
  }
  const remove = new Set<string>();
  for (const given of listOf("delete", change.delete)) {
    const key = checkKey(given);
    if (!put.has(key)) remove.add(key);
  }
  return { put, remove };
}

/** A text is iterable too, and its characters would be taken for keys. */
function listOf(name: string, value: unknown): Iterable<unknown> {
  if (value === undefined) return [];
  if (typeof value === "object" && value !== null && Symbol.iterator in value) return value as Iterable<unknown>;
  throw new KeysteadError("INVALID_ARGUMENT", `${name} must be a list, such as an array or a Map`);
}

function checkKey(key: unknown): string {
  if (typeof key === "string" && key.length > 0 && key.length <= MAX_KEY_LENGTH) return key;
  throw new KeysteadError("INVALID_ARGUMENT", `a key must be a text of 1 to ${MAX_KEY_LENGTH} characters`);
}

/**
 * Checks the name of a store: 1 to 128 letters, digits and `. _ -`, so that databases and folders can have it everywhere. @throws
 * `INVALID_ARGUMENT`
 */
export function checkNamespace(namespace: string): string {
  if (typeof namespace === "string" && /^[\w-][\w.-]{0,127}$/.test(namespace)) return namespace;
  throw new KeysteadError(
    "INVALID_ARGUMENT",
    "a namespace must be 1 to 128 letters, digits or . _ - and not begin with a dot",
  );
}

export function stale(expected: number, found: number): KeysteadError {
  const why =
    found === expected
      ? "the store was destroyed and filled again since it was loaded"
      : `the store is at revision ${found}, and the change was made on revision ${expected}`;
  return new KeysteadError("STORE_STALE", `${why}; load it again and retry`, { details: { expected, found } });
}

/**
 * What an opening of a store saw last. Revisions begin again when a store is destroyed: a tab that was frozen meanwhile would find its
 * own number, and change records that it never saw.
 */
export class LastSeen {
  #revision = 0;
  #mark: unknown;

  /** @param mark the same for all revisions since the store was filled, or another for each; never the same after it was destroyed */
  saw(revision: number, mark: unknown): void {
    this.#revision = revision;
    this.#mark = mark;
  }

  /** @throws `STORE_STALE` when the store is not at `expected`, or has it for the second time */
  check(expected: number, found: number, mark: unknown): void {
    const isSame = expected === 0 || expected !== this.#revision || mark === this.#mark;
    if (found !== expected || !isSame) throw stale(expected, found);
  }
}

export function closed(cause?: unknown): KeysteadError {
  return new KeysteadError("STORE_UNAVAILABLE", "this store was closed, or deleted; open it again", {
    details: { reason: "closed" },
    cause,
  });
}

export function unavailable(doing: string, cause: unknown): KeysteadError {
  const name = (cause as { name?: unknown } | null)?.name;
  const code = (cause as { code?: unknown } | null)?.code;
  // The browser evicted the database, or another tab deleted it: this connection is closed for good, and no retry helps.
  if (name === "InvalidStateError") return closed(cause);
  const isFull = name === "QuotaExceededError" || code === "ENOSPC" || code === "EDQUOT";
  const hint = isFull ? "the disk or the browser's quota is full; free space and retry" : "retry, or look at the cause";
  return new KeysteadError("STORE_UNAVAILABLE", `the store could not ${doing}: ${hint}`, {
    details: { reason: isFull ? "full" : "failed" },
    cause,
  });
}

/** For a commit that failed where it may have been made. */
export function outcomeUnknown(cause: unknown): KeysteadError {
  return new KeysteadError(
    "STORE_UNAVAILABLE",
    "the store failed during a commit, and the change may be stored or not; load it, and go on from what it holds",
    { details: { reason: "unknown" }, cause },
  );
}
