// Branded ids: lower-case hex text of fixed length, which can be compared, sorted and printed directly (section 4, text forms).
// On the wire they are byte strings.

declare const brand: unique symbol;

/** Id of a key log: 64 hex digits, the hash of its first link. */
export type LogId = string & { readonly [brand]: "LogId" };

/** Id of a member: 32 hex digits, the first 16 bytes of the hash of its first public keys. */
export type MemberId = string & { readonly [brand]: "MemberId" };

/** Hash of a link: 64 hex digits. */
export type LinkHash = string & { readonly [brand]: "LinkHash" };

/** Commits to a whole log. */
export interface Head {
  readonly log: LogId;
  /** Number of links, from 1. */
  readonly seq: number;
  /** Hash of the newest link. */
  readonly hash: LinkHash;
}
