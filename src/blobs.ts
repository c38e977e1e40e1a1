// keystead/blobs: stores sealed content at a service, and reads it in parts. An entry of its own: not every app keeps content there.

export { type FetchBlobsOptions, fetchBlobs, newBlobId } from "./transport/fetch-blobs.js";
export type { BlobOptions, BlobProgress, BlobSource, BlobTransport, StoreBlobOptions } from "./transport/transport.js";
