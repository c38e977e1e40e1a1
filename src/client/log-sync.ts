// How far a device is with fetching its log. In memory only: after a restart everything is fetched and judged anew.

import type { Bytes } from "../bytes/bytes.js";
import type { ErrorJson } from "../errors.js";
import type { ContactLook } from "./contact.js";

/** How the service was reached last. */
export type Connection =
  | { readonly state: "never" | "reached" | "server-behind" }
  | { readonly state: "offline" | "refused" | "invalid" | "clock"; readonly error: ErrorJson };

/** How far a device is with fetching its log. */
export interface LogSync {
  readonly connection: Connection;
  /** What is wrong with the escrow log that the service shows a user's device; undefined for nothing. */
  readonly escrowTrouble: Connection | undefined;
  /** The service's clock, and this device's when that answer came, milliseconds since 1970; undefined where it says no time. */
  readonly clock: { readonly now: number; readonly at: number } | undefined;
  /** When the head of the own log arrived here, milliseconds since 1970. */
  readonly headSince: number;
  /** The service's word about the pending link, until what it shows at that place was read. */
  readonly claimed: "accepted" | "lost" | undefined;
  /**
   * The entries of a log that is read again from its first entry on, to find out how it contradicts what was verified; the position
   * of the newest one, as the service claims.
   */
  readonly whole: readonly Bytes[] | undefined;
  /** The number of entries that the service has of the own log, if those are fewer than this device has. */
  readonly serverHas: number | undefined;
  /** Whether another tab deleted what is stored, or this one did. */
  readonly isEnded: boolean;
  /** What was fetched at this head and did not help. */
  readonly fetched: ReadonlySet<string>;
  /** When the last thorough look at the service began, milliseconds since 1970. */
  readonly thoroughAt: number;
  /** Whether the escrow log has links that this version of the library cannot read (LOG-1). */
  readonly escrowUnsupported: boolean;
  /** The last look at each contact, by subject. */
  readonly contacts: ReadonlyMap<string, ContactLook>;
  /** Why the first step of the agenda could not be written. */
  readonly stuck: ErrorJson | undefined;
}

/** Before anything was fetched. */
export const NOT_SYNCED: LogSync = {
  connection: { state: "never" },
  escrowTrouble: undefined,
  clock: undefined,
  headSince: 0,
  claimed: undefined,
  whole: undefined,
  serverHas: undefined,
  isEnded: false,
  fetched: new Set(),
  thoroughAt: 0,
  escrowUnsupported: false,
  contacts: new Map(),
  stuck: undefined,
};
