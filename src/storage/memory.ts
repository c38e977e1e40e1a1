// A store in memory: for tests, and for devices that keep nothing.

import { checkCommit, closed, LastSeen, type Store, type StoreChange, type StoredRecords } from "./store.js";

/** The records of memory stores. Several stores may share one, as several tabs share a database. */
export class MemoryDisk {
  #content: StoredRecords = { revision: 0, records: new Map() };

  /** @internal */
  static read(disk: MemoryDisk): StoredRecords {
    return disk.#content;
  }

  /** @internal */
  static write(disk: MemoryDisk, content: StoredRecords): void {
    disk.#content = content;
  }
}

/** A store in memory. Its records exist as long as `disk`. */
export function memoryStore(disk: MemoryDisk = new MemoryDisk()): Store {
  let isOpen = true;
  const seen = new LastSeen();
  const requireOpen = () => {
    if (!isOpen) throw closed();
  };
  return {
    async load() {
      requireOpen();
      const content = MemoryDisk.read(disk);
      const { revision, records } = content;
      seen.saw(revision, content);
      return { revision, records: new Map([...records].map(([key, value]) => [key, new Uint8Array(value)])) };
    },
    async commit(expected: number, change: StoreChange) {
      requireOpen();
      const { put, remove } = checkCommit(expected, change);
      const content = MemoryDisk.read(disk);
      seen.check(expected, content.revision, content);
      const kept = [...content.records].filter(([key]) => !remove.has(key));
      const next = { revision: expected + 1, records: new Map([...kept, ...put]) };
      MemoryDisk.write(disk, next);
      seen.saw(next.revision, next);
      return next.revision;
    },
    async destroy() {
      requireOpen();
      MemoryDisk.write(disk, { revision: 0, records: new Map() });
    },
    close() {
      isOpen = false;
    },
  };
}
