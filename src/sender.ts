// keystead/sender: a service seals to many users by their public logs alone. docs/sender-guide.md.

export type { SealForOptions, ServiceSenderOptions } from "./sender/options.js";
export type { Delivery, FlushReport } from "./sender/queue.js";
export {
  createSender,
  type SealedOrQueued,
  type ServiceSender,
  type Subjects,
} from "./sender/sender.js";
export { type SenderSql, type SenderStore, senderStoreOver, senderTable, sqlSenderStore } from "./sender/store.js";
export { type ClaimedHead, type SenderTransport, senderTransport } from "./transport/sender-transport.js";
