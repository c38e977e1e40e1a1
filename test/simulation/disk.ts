// A device's disk: a memory store whose every answer waits for its turn, and a sealer that seals for real and remembers, for the
// judge, what it sealed.

import { createCipheriv, createDecipheriv } from "node:crypto";
import { KeysteadError } from "../../src/errors.js";
import { MemoryDisk, memoryStore } from "../../src/storage/memory.js";
import type { Sealer } from "../../src/storage/sealer.js";
import { outcomeUnknown, type Store, type StoreChange } from "../../src/storage/store.js";
import type { Dice } from "./dice.js";
import type { Life, Scheduler } from "./scheduler.js";

/** What the judge hears of a disk. */
export interface DiskWatch {
  /** After a commit that changed the records. */
  committed(before: PlainImage): void;
  /** A value reached the store that no sealer made. */
  unsealed(key: string): void;
}

/** The records as they were before they were sealed. */
export type PlainImage = ReadonlyMap<string, Uint8Array>;

/** All that a disk has at one time, as a backup of it has. */
export interface DiskContent {
  readonly stored: ReturnType<typeof MemoryDisk.read>;
  readonly image: PlainImage;
}

/** How often, of a thousand commits, the disk fails. */
export interface DiskFaults {
  /** Before it wrote anything. */
  before: number;
  /** After it wrote, so that nobody learns of it. */
  after: number;
}

const TAG_LENGTH = 16;

/** The disk of one device, which several tabs may share. */
export class Disk {
  readonly #disk = new MemoryDisk();
  readonly #dice: Dice;
  readonly #key: Uint8Array;
  readonly #plain = new WeakMap<Uint8Array, Uint8Array>();
  #counter: number;
  image: PlainImage = new Map();
  readonly faults: DiskFaults = { before: 0, after: 0 };
  /** How often it was cleared or put back. */
  puts = 0;

  /** @param original whose key this disk has too, as a copy of it */
  constructor(dice: Dice, original?: Disk) {
    this.#dice = dice;
    this.#key = original ? original.#key : dice.bytes(32);
    // Nothing is sealed twice with one nonce.
    this.#counter = original ? original.#counter + 2 ** 31 : 0;
  }

  /** All that it has, for a backup or a copy. */
  get content(): DiskContent {
    return { stored: MemoryDisk.read(this.#disk), image: this.image };
  }

  /** Puts back what it had once, or what another disk has; nothing, when somebody clears it. */
  put({ stored, image }: DiskContent = { stored: { revision: 0, records: new Map() }, image: new Map() }): void {
    MemoryDisk.write(this.#disk, stored);
    this.image = image;
    this.puts++;
  }

  /** The records as an attacker would copy them. */
  async sealed(): Promise<ReadonlyMap<string, Uint8Array>> {
    return (await memoryStore(this.#disk).load()).records;
  }

  /** A store and a sealer that answer at once, for the judge. */
  atOnce(): { readonly store: Store; readonly sealer: Sealer } {
    return { store: memoryStore(this.#disk), sealer: this.#sealer((act) => (async () => act())()) };
  }

  /** The store and the sealer of one tab. */
  for(life: Life, scheduler: Scheduler, watch: DiskWatch): { readonly store: Store; readonly sealer: Sealer } {
    const inner = memoryStore(this.#disk);
    const store: Store = {
      load: () => scheduler.later(life, () => inner.load()),
      commit: (expected, change) =>
        scheduler.later(life, () => this.#commit(inner, expected, change, watch), { mayOutlive: true }),
      destroy: () => scheduler.later(life, () => inner.destroy()),
      close: () => inner.close(),
    };
    return { store, sealer: this.#sealer((act) => scheduler.later(life, act)) };
  }

  async #commit(inner: Store, expected: number, change: StoreChange, watch: DiskWatch): Promise<number> {
    const fails = this.#dice.permille(this.faults.before);
    const losesAnswer = this.#dice.permille(this.faults.after);
    const failed = () => new KeysteadError("STORE_UNAVAILABLE", "the simulated disk failed");
    if (fails) throw this.#dice.permille(500) ? failed() : outcomeUnknown(failed());
    const puts = [...(change.put ?? [])];
    const deletes = [...(change.delete ?? [])];
    const revision = await inner.commit(expected, { put: puts, delete: deletes });
    const before = this.image;
    const image = new Map(before);
    for (const key of deletes) image.delete(key);
    for (const [key, value] of puts) {
      const plain = this.#plain.get(value);
      if (plain) image.set(key, plain);
      else watch.unsealed(key);
    }
    this.image = image;
    watch.committed(before);
    if (losesAnswer) throw outcomeUnknown(failed());
    return revision;
  }

  #sealer(turn: <T>(act: () => T) => Promise<T>): Sealer {
    return {
      kind: "caller",
      seal: (bytes, associatedData) => {
        const plain = new Uint8Array(bytes);
        return turn(() => this.#seal(plain, associatedData));
      },
      open: (sealed, associatedData) => turn(() => this.#open(sealed, associatedData)),
    };
  }

  #seal(plain: Uint8Array, associatedData: Uint8Array): Uint8Array {
    const nonce = new Uint8Array(12);
    new DataView(nonce.buffer).setUint32(0, ++this.#counter);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce).setAAD(associatedData);
    const sealed = new Uint8Array(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
    this.#plain.set(sealed, plain);
    return sealed;
  }

  #open(sealed: Uint8Array, associatedData: Uint8Array): Uint8Array {
    try {
      const decipher = createDecipheriv("aes-256-gcm", this.#key, sealed.subarray(0, 12))
        .setAAD(associatedData)
        .setAuthTag(sealed.subarray(-TAG_LENGTH));
      const opened = [decipher.update(sealed.subarray(12, -TAG_LENGTH)), decipher.final()];
      return new Uint8Array(Buffer.concat(opened));
    } catch (cause) {
      throw new KeysteadError("STORE_CORRUPT", "a record of the simulated disk does not open", { cause });
    }
  }
}
