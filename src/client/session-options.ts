// Options of a session, and their check. docs/spec.md section 13.

import { checkOptions, checkSubjectOption } from "../arguments/options.js";
import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import type { Sealer } from "../storage/sealer.js";
import type { Store } from "../storage/store.js";
import type { Transport } from "../transport/transport.js";
import { type ClientEnv, systemClientEnv } from "./client-env.js";

/** Options of {@link openSession}. */
export interface SessionOptions {
  /** Whose account it is; an opaque id, such as a UUID (LOG-8). */
  readonly subject: string;
  /** Where this device keeps its records, one store for each app and account. */
  readonly store: Store;
  /** Seals the records; the store sees ciphertext only. */
  readonly sealer: Sealer;
  readonly transport: Transport;
  /** The account whose escrow log stands for the user's organisation, if there is one. The app says so, and never the service. */
  readonly escrowSubject?: string | undefined;
  /**
   * Lockdown from the start of the account: where this session makes the log, the next link switches it on, after a restart too. Then a
   * new device waits for an approval from the first day on. It changes no account that is there.
   */
  readonly lockdown?: "from-start" | undefined;
  /** The member that this device was, as the app keeps it with its sign-in: an empty store is then a loss, and no new device. */
  readonly lastKnown?: MemberId | undefined;
  /**
   * `read`: the session fetches, verifies, stores what it verified and opens content, and writes no link. It is for service workers:
   * one that is woken by a push beside tabs that have the session open. Every verb that writes throws `NOT_PERMITTED`. Default `full`.
   */
  readonly mode?: "full" | "read" | undefined;
  /**
   * Whether the session keeps up with the service by itself; by default a full one does, and one that only reads does not. Otherwise
   * call {@link Session.sync}.
   */
  readonly background?: boolean | undefined;
  readonly env?: ClientEnv | undefined;
}

/** What each object that the app gives must be able to do. */
const METHODS = {
  store: ["load", "commit", "destroy", "close"],
  sealer: ["seal", "open"],
  transport: ["read", "publish"],
  env: ["random", "now", "sleep", "announce", "hear"],
} as const;

/** @throws `INVALID_ARGUMENT` for what cannot do its work */
export function checkSessionOptions(options: SessionOptions): SessionOptions {
  const {
    store,
    sealer,
    transport,
    env = systemClientEnv(),
    escrowSubject,
    lockdown,
    mode = "full",
  } = checkSubjectOption(checkOptions(options));
  const given: Readonly<Record<string, unknown>> = { store, sealer, transport, env };
  for (const [name, methods] of Object.entries(METHODS)) {
    const lacking = methods.find((method) => typeof Object(given[name])[method] !== "function");
    if (lacking !== undefined)
      throw new KeysteadError("INVALID_ARGUMENT", `options.${name} must have the function ${lacking}`);
  }
  if (escrowSubject !== undefined && (typeof escrowSubject !== "string" || escrowSubject === ""))
    throw new KeysteadError("INVALID_ARGUMENT", "options.escrowSubject must say whose escrow log is followed");
  if (lockdown !== undefined && lockdown !== "from-start")
    throw new KeysteadError("INVALID_ARGUMENT", 'options.lockdown must be "from-start" or absent');
  if (mode !== "full" && mode !== "read")
    throw new KeysteadError("INVALID_ARGUMENT", 'options.mode must be "full" or "read"');
  return options;
}
