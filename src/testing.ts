// keystead/testing: a server that lies on request, for the tests of apps. An entry of its own, so that no app ships it.
// docs/spec.md sections 1 (what a server may do) and 13 (what a client must do).

export {
  type ContentLie,
  corrupt,
  corruptContent,
  drop,
  duplicate,
  holdBack,
  type Lie,
  loseContent,
  present,
  reorder,
  rollBackTo,
  stripAttachments,
  swapAttachments,
  swapContent,
} from "./testing/lies.js";
export { type AddressedMessage, type LieOptions, MaliciousRelay, type MessageLie } from "./testing/relay.js";
export { type BlobRequest, type RelayBlobsOptions, relayBlobs } from "./testing/relay-blobs.js";
export {
  type RelayFault,
  type RelayRequest,
  type RelayTransportOptions,
  relayTransport,
} from "./testing/relay-transport.js";
export { type StoreCase, storeCases } from "./testing/store-cases.js";
