// keystead/relay: a server that stores logs, and is trusted with nothing. docs/relay.md.

export { type BlobFacts, type BlobStore, type SqlBlobsOptions, sqlBlobs } from "./relay/blob-store.js";
export { createRelay, type Relay } from "./relay/handler.js";
export type { LogLine } from "./relay/log-line.js";
export { openMetrics, type RelayMetrics } from "./relay/metrics.js";
export type {
  AccessRequest,
  Limits,
  News,
  OperatorOptions,
  RelayEnv,
  RelayOptions,
  RequestLike,
} from "./relay/options.js";
export { openPglite, type PgliteOptions } from "./relay/pglite.js";
export { openPostgres, type PostgresOptions } from "./relay/postgres.js";
export { type S3BlobsOptions, s3Blobs } from "./relay/s3-blobs.js";
export type { Sql, SqlParameter, SqlQueries, SqlRow, SqlValue } from "./relay/sql.js";
export {
  openStatedHeads,
  type StatedHeads,
  type StatedHeadsOptions,
  type StatedPosition,
} from "./relay/stated-heads.js";
