// Options of a sender for services, and their check. docs/sender-guide.md.

import { checkCount } from "../arguments/counts.js";
import { checkFlag, checkOptions } from "../arguments/options.js";
import { checkMilliseconds } from "../arguments/time.js";
import type { SealOptions } from "../content/seal.js";
import { KeysteadError } from "../errors.js";
import { assertLog, type LogState } from "../log/state.js";
import { type Env, systemEnv } from "../primitives/env.js";
import type { SenderTransport } from "../transport/sender-transport.js";
import { type SenderStore, senderStoreOver } from "./store.js";

/** Options of {@link createSender}. */
export interface ServiceSenderOptions {
  /** Asks the service for logs: `senderTransport`, or another one. */
  readonly transport: SenderTransport;
  /** Keeps pins and the queue. Default in memory: a restart then forgets what was seen, and the service can show an older log. */
  readonly store?: SenderStore | undefined;
  /**
   * How old what is known of a log may be when something is sealed to it, in milliseconds; default 10 minutes. A removal takes effect
   * within this time. When it is older, the sender asks the service; if the service is not reached, sealing refuses.
   */
  readonly maxAge?: number | undefined;
  /**
   * Counts the age from the service's signed statement of the head (SVC-6), and not from when the service was asked: what the service
   * showed can then be proved. Logs whose service states no head are refused. Default false.
   */
  readonly stated?: boolean | undefined;
  /** The service's own log. Content that waits for a rotation is sealed to it. Without it nothing can be queued. */
  readonly queue?: LogState | undefined;
  /** Bytes of entries of all logs that are kept in memory; default 64 MiB. The states of these logs take a few times as much. */
  readonly cacheBytes?: number | undefined;
  /** Most bytes of the entries of one log; default 64 MiB. A service could send entries without end. */
  readonly logBytes?: number | undefined;
  readonly env?: Env | undefined;
}

/** Options of sealing to subjects. */
export interface SealForOptions
  extends Pick<SealOptions, "purpose" | "associatedData" | "pad" | "signal" | "onProgress"> {}

/** Options with their defaults. */
export type SenderSettings = {
  readonly [K in keyof Omit<ServiceSenderOptions, "queue">]-?: NonNullable<ServiceSenderOptions[K]>;
} & {
  readonly queue: LogState | undefined;
};

/** @throws `INVALID_ARGUMENT` */
export function checkSenderOptions(options: ServiceSenderOptions): SenderSettings {
  const { transport, queue, env = systemEnv(), store = senderStoreOver() } = checkOptions(options);
  const { maxAge = 600_000, stated = false, cacheBytes = 1 << 26, logBytes = 1 << 26 } = options;
  for (const [name, given, methods] of [
    ["transport", transport, ["read"]],
    ["store", store, ["get", "replace", "keys"]],
    ["env", env, ["random", "now"]],
  ] as const) {
    const lacking = methods.find((method) => typeof Reflect.get(Object(given), method) !== "function");
    if (lacking !== undefined)
      throw new KeysteadError("INVALID_ARGUMENT", `options.${name} must have the function ${lacking}`);
  }
  checkMilliseconds("options.maxAge", maxAge);
  checkCount("options.cacheBytes", cacheBytes);
  checkCount("options.logBytes", logBytes);
  checkFlag("options.stated", stated);
  if (queue !== undefined) assertLog(queue, "options.queue");
  return { transport, store, maxAge, stated, queue, cacheBytes, logBytes, env };
}
