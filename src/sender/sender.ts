// A sender for services that seal to many users by their public logs alone: a voicemail, a mail, a bill. It holds no secret of a
// user. docs/sender-guide.md.

import type { AbortSignalLike } from "../arguments/platform.js";
import { checkWork } from "../arguments/work.js";
import type { Bytes } from "../bytes/bytes.js";
import type { RecipientOptions } from "../content/recipients.js";
import { type SealOptions, sealContent } from "../content/seal.js";
import { KeysteadError } from "../errors.js";
import type { Keyring } from "../keys/keyring.js";
import { readClock } from "../primitives/env.js";
import { FreshLogs } from "./fresh-logs.js";
import { checkSenderOptions, type SealForOptions, type SenderSettings, type ServiceSenderOptions } from "./options.js";
import { type Delivery, type FlushReport, Queue } from "./queue.js";

/** Who gets content: a subject, or some of them. */
export type Subjects = string | readonly string[];

/** Content that was sealed, or put into the queue. */
export type SealedOrQueued =
  | { readonly status: "sealed"; readonly content: Bytes }
  /** A removed device could still read what is sealed now. `flush` delivers it under this id. */
  | { readonly status: "queued"; readonly id: string };

/** Seals to users of one service. */
export interface ServiceSender {
  /**
   * Seals to the newest logs of some subjects. While rotation is due in one of them, it refuses: a removed device could read.
   *
   * @param plaintext must not change until the promise is settled; the caller wipes it.
   * @returns as `sealContent`
   * @throws
   * - `ROTATION_DUE` (MEM-7);
   * - `STALE_LOG` (SVC-6) when a log is older than `maxAge` and the service was not reached, withholds links, or has no log of a subject;
   * - `OFFLINE`, `FORBIDDEN` when nothing is known of a log;
   * - `FORKED`, `REPLACED`, `ROLLED_BACK` with `details.evidence` when the service contradicts what it showed before;
   * - errors of `verifyLog` and `verifyStatement`, `STORE_UNAVAILABLE`, `STORE_CORRUPT`, `INVALID_ARGUMENT`, the signal's reason
   */
  seal(to: Subjects, plaintext: Uint8Array, options: SealForOptions): Promise<Bytes>;
  /**
   * The same, but while rotation is due it seals to the service's own log (`options.queue`), and keeps that in the store until
   * {@link ServiceSender.flush} finds that a device has rotated. Meanwhile the service can read it, and no removed device.
   *
   * @throws as {@link ServiceSender.seal}
   */
  sealOrQueue(to: Subjects, plaintext: Uint8Array, options: SealForOptions): Promise<SealedOrQueued>;
  /**
   * The same, and **while rotation is due it seals to the old epoch: the removed devices can read this content.** For content that
   * must arrive at once, where the user knows that.
   *
   * @throws as {@link ServiceSender.seal}
   */
  unsafeSealForRemovedToo(to: Subjects, plaintext: Uint8Array, options: SealForOptions): Promise<Bytes>;
  /**
   * Seals what is queued to users whose devices have rotated, and delivers it. Call it from time to time, and when the relay's
   * `notify` reports a new entry.
   *
   * @param keyring of a member of the service's own log. Only this function needs it: the program that receives content can run elsewhere.
   * @param deliver stores the content for its subjects. After a kill it can be called again with the same id, and content that was
   * sealed anew. What it throws keeps the content in the queue.
   * @throws `INVALID_ARGUMENT`, `STORE_UNAVAILABLE`; the signal's reason
   */
  flush(
    keyring: Keyring,
    deliver: (delivery: Delivery) => Promise<void>,
    options?: { readonly signal?: AbortSignalLike | undefined },
  ): Promise<FlushReport>;
  /**
   * Logs to seal a stream to: give them to `sealStream` at once, and do not keep them. `sealStream` refuses while rotation is due.
   *
   * @throws as {@link ServiceSender.seal}, but not `ROTATION_DUE`
   */
  recipients(
    to: Subjects,
    options?: { readonly signal?: AbortSignalLike | undefined },
  ): Promise<readonly RecipientOptions[]>;
  /**
   * Asks the service for the newest of many logs at once, so that sealing to them does not wait. Call it when `notify` reports a
   * removal, too: it takes effect then, and not only after `maxAge`.
   *
   * @returns what went wrong, by subject.
   * @throws `OFFLINE`, `FORBIDDEN` when the service did not answer at all; `INVALID_ARGUMENT`; the signal's reason
   */
  refresh(
    subjects: readonly string[],
    options?: { readonly signal?: AbortSignalLike | undefined },
  ): Promise<ReadonlyMap<string, KeysteadError>>;
  /**
   * Forgets what was seen of a subject, after the app itself has reset the account. **Whatever log the service shows next is believed.**
   * Never call it because sealing threw `REPLACED`: a service that wants to read could cause that error too.
   */
  unsafeForget(subject: string): Promise<void>;
}

/**
 * A sender for services.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function createSender(options: ServiceSenderOptions): ServiceSender {
  const settings = checkSenderOptions(options);
  const logs = new FreshLogs(settings);
  const recipients = async (subjects: readonly string[], signal: AbortSignalLike | undefined) => {
    const known = await Promise.all(subjects.map((subject) => logs.get(subject, signal)));
    return known.map(({ log, statement }) => ({ log, ...(settings.stated && { statement }) }));
  };
  const sealTo = async (to: readonly RecipientOptions[], plaintext: Uint8Array, options: SealForOptions) =>
    await sealContent(to, plaintext, sealing(settings, options), settings.env);
  const queue = new Queue(settings, { recipients, sealTo });
  return {
    async seal(to, plaintext, options) {
      return await sealTo(await recipients(subjectsOf(to), signalOf(options)), plaintext, options);
    },
    async sealOrQueue(to, plaintext, options) {
      queue.check();
      const subjects = subjectsOf(to);
      const found = await recipients(subjects, signalOf(options));
      return found.some(({ log }) => log.rotationDue)
        ? { status: "queued", id: await queue.put(subjects, plaintext, options) }
        : { status: "sealed", content: await sealTo(found, plaintext, options) };
    },
    async unsafeSealForRemovedToo(to, plaintext, options) {
      const found = await recipients(subjectsOf(to), signalOf(options));
      return await sealTo(
        found.map((recipient) => ({ ...recipient, removedMembersMayRead: true })),
        plaintext,
        options,
      );
    },
    flush: async (keyring, deliver, options = {}) => await queue.flush(keyring, deliver, signalOf(options)),
    recipients: async (to, options = {}) => await recipients(subjectsOf(to), signalOf(options)),
    refresh: async (subjects, options = {}) => await logs.askMany(subjectsOf(subjects), signalOf(options)),
    async unsafeForget(subject) {
      for (const each of subjectsOf([subject])) await logs.forget(each);
    },
  };
}

/** The caller's options, and the bound on the age that the sender has. */
function sealing({ stated, maxAge, env }: SenderSettings, options: SealForOptions): SealOptions {
  const { purpose, associatedData, pad, signal, onProgress } = options;
  const fresh = stated ? { now: readClock(env), maxAge } : undefined;
  return { purpose, associatedData, pad, signal, onProgress, fresh };
}

function signalOf(options: { readonly signal?: AbortSignalLike | undefined }): AbortSignalLike | undefined {
  return checkWork(options, "listens").signal;
}

/** @throws `INVALID_ARGUMENT` */
function subjectsOf(to: Subjects): readonly string[] {
  const subjects: readonly unknown[] = typeof to === "string" ? [to] : to;
  const isList = Array.isArray(subjects) && subjects.every((subject) => typeof subject === "string" && subject !== "");
  if (!isList || new Set(subjects).size !== subjects.length)
    throw new KeysteadError("INVALID_ARGUMENT", "give a subject, or a list of subjects in which each is once");
  return subjects as readonly string[];
}
