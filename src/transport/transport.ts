// The interface of transports, which carry entries between a device and a service. A transport verifies nothing: the client
// verifies whatever arrives. docs/spec.md section 13.

import type { AbortSignalLike } from "../arguments/platform.js";
import type { Bytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import type { LongWork } from "../content/long-work.js";
import type { RandomAccessSource } from "../content/random-access-source.js";

/** Signs requests in the name of a member. */
export interface RequestSigner {
  readonly member: MemberId;
  /** @returns an Ed25519 signature of 64 bytes, by the key that the member has in its log. */
  sign(message: Uint8Array): Uint8Array;
}

/** Options of every request. */
export interface RequestOptions {
  /** The member that asks; undefined for a device that is no member yet, whom the service knows by its sign-in alone. */
  readonly signer?: RequestSigner | undefined;
  readonly signal?: AbortSignalLike | undefined;
}

/** Options of {@link Transport.read}. */
export interface ReadOptions extends RequestOptions {
  /** Position of the last entry that the reader has; 0 for the log from its first entry on. */
  readonly after: number;
  /** Whether the entries come with all of their attachments (a member needs them), or with none (a sender). */
  readonly attachments: "all" | "none";
}

/** Some entries of a log, in order, as a service gave them. Nothing about them is verified. */
export interface EntriesPage {
  /** The entries after the position that was asked for. The service may give fewer than it has, but not none. */
  readonly entries: readonly Bytes[];
  /** The position of the newest entry that the service claims to have. */
  readonly newest: number;
  /** The service's signed statement of the head, if it makes any (SVC-1). */
  readonly statement?: Bytes | undefined;
  /** The service's clock when it answered, in milliseconds since 1970, to compare with the own one before writing a link. */
  readonly now?: number | undefined;
}

/**
 * What a service said about an entry that it was sent. Only `accepted` is good news, and that too is a claim until the entry was
 * read back: a client settles its links by what it reads.
 */
export type Publication =
  /** The service stored the entry, or had it already. */
  | { readonly verdict: "accepted" }
  /** Another entry stands at this position: read it. */
  | { readonly verdict: "lost" }
  /** The service does not store the entry now. It has the bytes and can store them later. */
  | {
      readonly verdict: "refused";
      /** Why: a code of this library such as `NOT_YET`, or a code of the service such as `RATE_LIMITED`. */
      readonly code: string;
      readonly rule?: string | undefined;
      /** Milliseconds to wait before the next try, if the service said so. */
      readonly retryAfter?: number | undefined;
    };

/** A message of one member to another, as a service gave it. Nothing of it is verified, not even the sender. */
export interface MemberMessage {
  /** Grows with each message. */
  readonly id: number;
  readonly from: MemberId;
  /** At most 512 bytes. */
  readonly message: Bytes;
}

/** Options of {@link Transport.readMessages}. */
export interface ReadMessagesOptions extends RequestOptions {
  /** The greatest id that the reader has; 0 for all messages. */
  readonly after: number;
}

/**
 * Carries entries between a device and a service. Every function may be called again after it failed. Every function throws
 * `INVALID_ARGUMENT` for wrong arguments, before it sends anything; and the reason of `signal`, when that was aborted before an answer
 * came. The service may then have received what was sent, as after `OFFLINE`.
 */
export interface Transport {
  /**
   * Entries of a subject's log.
   *
   * @returns undefined when the service says that the subject has no log.
   * @throws `OFFLINE` when the service was not reached, failed, or sent bytes that are no answer; `FORBIDDEN` when it refused to answer.
   * `details.code` is the service's reason, such as `CLOCK` when the device's clock is wrong; `details.retryAfter` as in
   * {@link Publication}
   */
  read(subject: string, options: ReadOptions): Promise<EntriesPage | undefined>;
  /**
   * Sends an entry of a subject's log; the first one makes the log. Sending the same entry again is harmless.
   *
   * @throws `OFFLINE` when no answer came: the service may have stored the entry
   */
  publish(subject: string, entry: Uint8Array, options: RequestOptions): Promise<Publication>;
  /**
   * Listens for hints that a log has grown.
   *
   * @param hint called with the subject whose log may have grown; more often than needed does no harm.
   * @returns when the stream ends, at once where the service knows none of the logs; the caller reconnects later. Absent where the service has no events: the client polls then.
   * @throws `OFFLINE`, `FORBIDDEN`
   */
  events?(subjects: readonly string[], hint: (subject: string) => void, options: RequestOptions): Promise<void>;
  /**
   * Sends a message of 1 to 512 bytes to another member of a subject's log. The service keeps it for some minutes at the most. Sending it
   * again is harmless. Absent where the service carries none: devices compare fingerprints then.
   *
   * @throws `OFFLINE`, `FORBIDDEN`
   */
  sendMessage?(subject: string, to: MemberId, message: Uint8Array, options: RequestOptions): Promise<void>;
  /** The messages to the member that asks, in order. @throws `OFFLINE`, `FORBIDDEN` */
  readMessages?(subject: string, options: ReadMessagesOptions): Promise<readonly MemberMessage[]>;
}

/** How far a blob was sent or received. */
export interface BlobProgress {
  /** Bytes so far. */
  readonly done: number;
  /** Bytes of the blob; 0 where the service does not say it. */
  readonly size: number;
}

/** Options of every request for a blob. */
export interface BlobOptions extends LongWork<BlobProgress> {}

/** Options of {@link BlobTransport.store}. */
export interface StoreBlobOptions extends BlobOptions {
  /** The subject that the blob belongs to: active members of its log may read it. */
  readonly owner: string;
}

/** Bytes that can be read twice, such as a `Blob` or `File`: once for their digest, and once to be sent. */
export interface BlobSource {
  readonly size: number;
  /** All bytes, from the first one on. */
  stream(): ReadableStream<Uint8Array>;
}

/**
 * Carries sealed content between a device and a service, which keeps it by ids: 16 to 32 random bytes in lower-case hexadecimal, from
 * `newBlobId`. A reader is an active member of the owner's log, or is allowed by the app. Every function may be called again after
 * it failed. Every function throws `INVALID_ARGUMENT` for wrong arguments, before it sends anything; `OFFLINE`; `FORBIDDEN`; and the
 * reason of `signal`.
 */
export interface BlobTransport {
  /**
   * Stores content, once: `lost` means that another blob has this id. Storing the same content again is harmless.
   *
   * @param content sealed; at least one byte.
   */
  store(id: string, content: Uint8Array | BlobSource, options: StoreBlobOptions): Promise<Publication>;
  /** All bytes of a blob, as they come; undefined for no such blob. The stream fails as the functions do. Cancel it to end it. */
  load(id: string, options?: BlobOptions): Promise<ReadableStream<Uint8Array> | undefined>;
  /**
   * A blob of which any part can be read, for `openRandomAccess`; undefined for no such blob. Each part is a request.
   *
   * @param options `signal` ends later reads too.
   */
  open(id: string, options?: BlobOptions): Promise<RandomAccessSource | undefined>;
  /** Deletes a blob. @returns false for no such blob */
  delete(id: string, options?: BlobOptions): Promise<boolean>;
}
