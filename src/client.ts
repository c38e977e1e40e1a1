// keystead/client: where a device keeps its records, and how they are sealed. The client itself is to come.

export { deleteIndexedDb, indexedDbStore } from "./storage/indexed-db.js";
export { MemoryDisk, memoryStore } from "./storage/memory.js";
export { callerSealer, passkeySealer, type Sealer, webCryptoSealer } from "./storage/sealer.js";
export type { Store, StoreChange, StoredRecords } from "./storage/store.js";
