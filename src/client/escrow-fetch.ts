// Fetches a user's log for an admin, and verifies it up to its end against the newest head that this device saw of it.
// docs/spec.md sections 11 and 13.

import type { AbortSignalLike } from "../arguments/platform.js";
import { AppendList } from "../bytes/append-list.js";
import type { Bytes } from "../bytes/bytes.js";
import type { Head } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import type { LogState } from "../log/state.js";
import { appendEntry, verifyLog } from "../log/verify.js";
import type { RequestSigner, Transport } from "../transport/transport.js";
import type { FollowedLog } from "./followed-log.js";
import { notNow } from "./model.js";

/**
 * Bytes of a user's log with its attachments, at the most. It is in memory as a whole: one that somebody filled must cost its own row of a
 * report, and not the process.
 */
const MAX_USER_BYTES = 1_073_741_824;

/** How a user's log is fetched. */
export interface FetchUserOptions {
  readonly transport: Transport;
  readonly signer: RequestSigner | undefined;
  readonly signal?: AbortSignalLike | undefined;
  /** The newest head that this device verified, from its sealed store. */
  readonly pin: Head | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * A user's log with its attachments.
 *
 * @throws `NOT_PERMITTED` where the service shows none; `ROLLED_BACK`, `FORKED` or `REPLACED` with evidence where it contradicts what
 * this device saw; `TOO_LARGE`; errors of `verifyLog` and of the transport
 */
export async function fetchUserLog(subject: string, options: FetchUserOptions): Promise<FollowedLog> {
  const { transport, signer, signal, pin, now } = options;
  let entries = AppendList.empty<Bytes>();
  let log: LogState | undefined;
  let bytes = 0;
  for (;;) {
    signal?.throwIfAborted();
    const page = await transport.read(subject, { after: entries.length, attachments: "all", signer, signal });
    for (const entry of page?.entries ?? []) {
      bytes += entry.length;
      if (bytes > MAX_USER_BYTES)
        throw new KeysteadError("TOO_LARGE", `the log of ${subject} has more than ${MAX_USER_BYTES} bytes`);
      entries = entries.push(entry);
      // Up to the pin the hashes decide, and from there on each entry is verified before the next page is asked for.
      if (log) log = appendEntry(log, entry, { now });
      else if (!pin) log = verifyLog([entry], { subject, now });
      else if (entries.length === pin.seq) log = verifyLog(entries, { subject, now, verified: pin });
    }
    if (!page || page.entries.length === 0 || entries.length >= page.newest) break;
  }
  // The service shows less than this device saw.
  if (pin && !log) log = verifyLog(entries, { subject, now, pinned: pin });
  if (log) return { log, entries };
  throw notNow(`the service shows no log of ${subject}`);
}
