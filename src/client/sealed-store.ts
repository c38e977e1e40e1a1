// Records sealed above a store: what a store sees is ciphertext, and a record that was changed, moved or put back is found.
// docs/spec.md section 13.

import { concat, equalBytes } from "../bytes/bytes.js";
import { encodeCbor } from "../bytes/cbor.js";
import { array, decode, encode, literal, record, text, tuple, uint } from "../bytes/schema.js";
import { KeysteadError } from "../errors.js";
import { labelPrefix } from "../primitives/label.js";
import * as LABELS from "../primitives/labels.js";
import type { Sealer } from "../storage/sealer.js";
import type { Store } from "../storage/store.js";

/** The record that lists all others. */
const MANIFEST = "manifest";
const MAX_RECORDS = 1_000_000;
/** In the place of the manifest of an empty store. */
const NONE: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

const manifestSchema = record({
  v: literal(1),
  records: array(tuple(text(256, 1), uint({ min: 1 })), { max: MAX_RECORDS }),
});

/** Changed records, in plain. */
export interface PlainChange {
  readonly put: ReadonlyMap<string, Uint8Array>;
  readonly remove: ReadonlySet<string>;
}

/** Records in plain, at one revision. */
export interface PlainRecords {
  readonly revision: number;
  readonly records: ReadonlyMap<string, Uint8Array>;
}

/**
 * A store that seals. Each record is sealed with its key and the revision at which it was written; a manifest, which each commit
 * writes, has those revisions. So nobody who can write to the store can put an older record beside newer ones.
 */
export class SealedStore {
  readonly #store: Store;
  readonly #sealer: Sealer;
  readonly #subject: string;
  /** The revision at which each record was written. */
  #written: ReadonlyMap<string, number> = new Map();
  /** The manifest as it is stored. It is sealed anew each time: no other revision has these bytes, also where its number is the same. */
  #manifest = NONE;

  constructor(store: Store, sealer: Sealer, subject: string) {
    this.#store = store;
    this.#sealer = sealer;
    this.#subject = subject;
  }

  /**
   * All records. The caller wipes those that are secret.
   *
   * @param known a revision whose records the caller has.
   * @returns undefined when the store is at that revision, and was not destroyed and filled again meanwhile.
   * @throws `STORE_UNAVAILABLE`, `STORE_CORRUPT`
   */
  async load(known?: number): Promise<PlainRecords | undefined> {
    const { revision, records } = await this.#store.load();
    const sealed = records.get(MANIFEST) ?? NONE;
    if (revision === known && equalBytes(sealed, this.#manifest)) return undefined;
    if (sealed.length === 0) {
      if (revision === 0 && records.size === 0) {
        this.#written = new Map();
        this.#manifest = NONE;
        return { revision, records: new Map() };
      }
      throw corrupt("it has records and no list of them");
    }
    const manifest = await this.#open(MANIFEST, revision, sealed);
    const { records: listed } = decode(manifestSchema, manifest, { name: MANIFEST, maxBytes: 300 * MAX_RECORDS });
    if (listed.length !== records.size - 1) throw corrupt("it has other records than its list says");
    const plain = new Map<string, Uint8Array>();
    for (const [key, at] of listed) {
      const bytes = records.get(key);
      if (!bytes) throw corrupt(`its record ${key} is absent`);
      plain.set(key, await this.#open(key, at, bytes));
    }
    this.#written = new Map(listed);
    this.#manifest = sealed;
    return { revision, records: plain };
  }

  /** Commits a change. @returns the new revision. @throws as {@link Store.commit} */
  async commit(expected: number, { put, remove }: PlainChange): Promise<number> {
    const revision = expected + 1;
    const written = new Map(this.#written);
    const sealed = new Map<string, Uint8Array>();
    for (const key of remove) written.delete(key);
    for (const [key, bytes] of put) {
      written.set(key, revision);
      sealed.set(key, await this.#seal(key, revision, bytes));
    }
    const list = encode(manifestSchema, { v: 1, records: [...written] }, MANIFEST);
    const manifest = await this.#seal(MANIFEST, revision, list);
    sealed.set(MANIFEST, manifest);
    const committed = await this.#store.commit(expected, { put: sealed, delete: remove });
    this.#written = written;
    this.#manifest = manifest;
    return committed;
  }

  /** Deletes all records. @throws `STORE_UNAVAILABLE` */
  async destroy(): Promise<void> {
    await this.#store.destroy();
    this.#written = new Map();
    this.#manifest = NONE;
  }

  #seal(key: string, revision: number, bytes: Uint8Array): Promise<Uint8Array> {
    return this.#sealer.seal(bytes, this.#place(key, revision));
  }

  #open(key: string, revision: number, sealed: Uint8Array): Promise<Uint8Array> {
    return this.#sealer.open(sealed, this.#place(key, revision));
  }

  #place(key: string, revision: number): Uint8Array {
    return concat(labelPrefix(LABELS.storeRecord), encodeCbor([this.#subject, key, revision]));
  }
}

function corrupt(what: string): KeysteadError {
  return new KeysteadError("STORE_CORRUPT", `the store is not what this device committed: ${what}`);
}
