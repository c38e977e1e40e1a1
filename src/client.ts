// keystead/client: where a device keeps its records, how they are sealed, and how entries travel. The client itself is to come.

export { deleteIndexedDb, indexedDbStore } from "./storage/indexed-db.js";
export { MemoryDisk, memoryStore } from "./storage/memory.js";
export { callerSealer, passkeySealer, type Sealer, webCryptoSealer } from "./storage/sealer.js";
export type { Store, StoreChange, StoredRecords } from "./storage/store.js";
export { fetchTransport } from "./transport/fetch-transport.js";
export type { FetchInit, FetchLike, ResponseLike } from "./transport/http.js";
export { requestSigner } from "./transport/request-signature.js";
export type { FetchTransportOptions, RequestHeaders } from "./transport/service.js";
export type {
  EntriesPage,
  Publication,
  ReadOptions,
  RequestOptions,
  RequestSigner,
  Transport,
} from "./transport/transport.js";
