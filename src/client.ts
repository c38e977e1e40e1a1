// keystead/client: a device's whole life behind a few verbs; where it keeps its records, how they are sealed, and how entries travel.

export type { AcknowledgeOptions } from "./client/address-book.js";
export type { Answer, Ask } from "./client/asks.js";
export type { ClientEnv } from "./client/client-env.js";
export type { ContactView } from "./client/contact-view.js";
export type { DigitsOptions } from "./client/digits.js";
export type { Alarm } from "./client/followed-log.js";
export type { Connection } from "./client/log-sync.js";
export type { ShownPaper, ShowPaper } from "./client/paper.js";
export { openSession, type Session, type SessionSealOptions } from "./client/session.js";
export type { SessionOptions } from "./client/session-options.js";
export type { PendingView, Reclaimable, Snapshot } from "./client/snapshot.js";
export type { DigitsComparison } from "./fingerprint/digits.js";
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
  MemberMessage,
  Publication,
  ReadMessagesOptions,
  ReadOptions,
  RequestOptions,
  RequestSigner,
  Transport,
} from "./transport/transport.js";
export type { ChangeName, ConnectionState, SessionQuestion, Status } from "./views/session.js";
