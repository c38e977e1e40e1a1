// A store in memory: for tests, and for devices that keep nothing.

import { checkCommit, closed, LastSeen, type Store, type StoreChange, type StoredRecords } from "./store.js";

/** The records of memory stores. Several stores may share one, as several tabs share a database. */
export class MemoryDisk {
  #content: StoredRecords = { revision: 0, records: new Map() };
  /** Another one each time that the disk is emptied. */
  #filling = Symbol();

  /** @internal */
  static read(disk: MemoryDisk): StoredRecords {
    return disk.#content;
  }

  /** @internal */
  static filling(disk: MemoryDisk): symbol {
    return disk.#filling;
  }

  /** @internal */
  static write(disk: MemoryDisk, content: StoredRecords): void {
    disk.#content = content;
    if (content.revision === 0) disk.#filling = Symbol();
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
      const { revision, records } = MemoryDisk.read(disk);
      seen.saw(revision, MemoryDisk.filling(disk));
      return { revision, records: new Map([...records].map(([key, value]) => [key, new Uint8Array(value)])) };
    },
    async commit(expected: number, change: StoreChange) {
      requireOpen();
      const { put, remove } = checkCommit(expected, change);
      const { revision, records } = MemoryDisk.read(disk);
      seen.check(expected, revision, MemoryDisk.filling(disk));
      const kept = [...records].filter(([key]) => !remove.has(key));
      MemoryDisk.write(disk, { revision: revision + 1, records: new Map([...kept, ...put]) });
      seen.saw(revision + 1, MemoryDisk.filling(disk));
      return revision + 1;
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
