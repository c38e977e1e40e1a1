// A transport to a relay in memory, which fails when the test says so: for the tests of clients. It has no timers. What comes late
// waits for a promise of the test, so a whole history can be replayed from a seed.

import { checkCount } from "../arguments/counts.js";
import { checkOptions } from "../arguments/options.js";
import type { Bytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { entryForSenders } from "../log/accept.js";
import { unlessAborted } from "../transport/abort.js";
import { checkEvents, checkMessage, checkPublish, checkRead, checkReadMessages } from "../transport/checks.js";
import type {
  EntriesPage,
  Publication,
  ReadMessagesOptions,
  ReadOptions,
  RequestOptions,
  Transport,
} from "../transport/transport.js";
import type { MaliciousRelay } from "./relay.js";

/** A request that a test may let fail. */
export type RelayRequest =
  | ({ readonly kind: "read"; readonly subject: string } & ReadOptions)
  | ({ readonly kind: "publish"; readonly subject: string; readonly entry: Bytes } & RequestOptions)
  | ({
      readonly kind: "send-message";
      readonly subject: string;
      readonly to: MemberId;
      readonly message: Bytes;
    } & RequestOptions)
  | ({ readonly kind: "read-messages"; readonly subject: string } & ReadMessagesOptions)
  | ({ readonly kind: "events"; readonly subjects: readonly string[] } & RequestOptions);

/** How a request fails. Without any of these it succeeds. */
export interface RelayFault {
  /** The request arrives when this resolves. */
  readonly arrives?: Promise<unknown> | undefined;
  /** The answer arrives when this resolves. An event stream ends then; by default it never ends. */
  readonly answers?: Promise<unknown> | undefined;
  /** What never arrives: `OFFLINE` in both cases, and only after `answer` the relay has acted. */
  readonly lost?: "request" | "answer" | undefined;
  /**
   * The code of a refusal. The relay does nothing, and has the bytes: to publish them later, the test keeps the entry of the request
   * and calls the relay's `publish`. Reading and events throw `FORBIDDEN`.
   */
  readonly refuse?: string | undefined;
  /** Milliseconds that a refusal asks to wait. */
  readonly retryAfter?: number | undefined;
}

/** Options of {@link relayTransport}. */
export interface RelayTransportOptions {
  /** Called for each request, in order; default no faults. */
  readonly fault?: ((request: RelayRequest) => RelayFault | undefined) | undefined;
  /** The service's clock, milliseconds since 1970; by default it says no time, and judges no entry by it. */
  readonly now?: (() => number) | undefined;
  /** Makes the statement of a log's head, given its entries as this reader sees them; default none. */
  readonly state?: ((subject: string, entries: readonly Bytes[]) => Bytes | undefined) | undefined;
  /** Most entries of a page, from 1; default 1000. */
  readonly pageEntries?: number | undefined;
}

/**
 * A transport over a relay in memory, for one reader: with the relay's lies, and the faults of a network.
 *
 * @param reader the name by which the relay knows this device, for lies and forks.
 * @throws `INVALID_ARGUMENT`
 */
export function relayTransport(
  relay: MaliciousRelay,
  reader: string,
  options: RelayTransportOptions = {},
): Required<Transport> {
  const { fault, now, state, pageEntries } = checkOptions(options);
  if (typeof relay?.read !== "function" || typeof reader !== "string")
    throw new KeysteadError("INVALID_ARGUMENT", "give a MaliciousRelay, and the name of a reader");
  if (pageEntries !== undefined) checkCount("options.pageEntries", pageEntries, 1);
  const exchange = withFaults(fault);

  return {
    async read(subject, options) {
      checkRead(subject, options);
      return await exchange({ kind: "read", subject, ...options }, ({ refuse }) => {
        if (refuse !== undefined) throw forbidden(refuse);
        const all = relay.read(subject, reader);
        const statement = all.length > 0 ? state?.(subject, all) : undefined;
        const page = pageOf(all, { pageEntries, ...options });
        return page && { ...page, ...(statement && { statement }), ...(now && { now: now() }) };
      });
    },
    async publish(subject, entry, options) {
      checkPublish(subject, entry, options);
      const sent = new Uint8Array(entry);
      return await exchange({ kind: "publish", subject, entry: sent, ...options }, ({ refuse, retryAfter }) => {
        if (refuse !== undefined)
          return { verdict: "refused", code: refuse, ...(retryAfter !== undefined && { retryAfter }) };
        return publication(() => relay.publish(subject, sent, reader, now?.() ?? "unchecked"));
      });
    },
    ...messagesOver(relay, reader, exchange),
    async events(subjects, hint, options) {
      checkEvents(subjects, hint, options, Number.MAX_SAFE_INTEGER);
      await exchange({ kind: "events", subjects, ...options }, async ({ refuse, answers = new Promise(() => {}) }) => {
        if (refuse !== undefined) throw forbidden(refuse);
        const stop = relay.listen((subject) => {
          // In a later turn, as over a network: never while another device publishes.
          if (subjects.includes(subject)) void Promise.resolve().then(() => hint(subject));
        });
        try {
          await unlessAborted(answers, options.signal);
        } finally {
          stop();
        }
      });
    },
  };
}

/** The messages between members, as one reader sees them. */
function messagesOver(
  relay: MaliciousRelay,
  reader: string,
  exchange: <T>(request: RelayRequest, act: (found: RelayFault) => T) => Promise<T>,
): Pick<Required<Transport>, "sendMessage" | "readMessages"> {
  return {
    async sendMessage(subject, to, message, options) {
      checkMessage(subject, to, message, options);
      const sent = new Uint8Array(message);
      await exchange({ kind: "send-message", subject, to, message: sent, ...options }, ({ refuse }) => {
        relay.send(subject, asMember(options, refuse), to, sent);
      });
    },
    async readMessages(subject, options) {
      checkReadMessages(subject, options);
      return await exchange({ kind: "read-messages", subject, ...options }, ({ refuse }) => {
        const me = asMember(options, refuse);
        const mine = relay.messages(subject, reader).filter(({ id, to }) => to === me && id > options.after);
        return mine.map(({ id, from, message }) => ({ id, from, message: new Uint8Array(message) }));
      });
    },
  };
}

/** Only members talk. */
function asMember({ signer }: RequestOptions, refuse: string | undefined): MemberId {
  if (signer && refuse === undefined) return signer.member;
  throw forbidden(refuse ?? "UNSIGNED");
}

/** Lets a request arrive, the relay act, and the answer arrive; each of these can fail. */
export function withFaults<R extends { readonly signal?: RequestOptions["signal"] }>(
  fault: ((request: R) => RelayFault | undefined) | undefined,
) {
  return async <T>(request: R, act: (found: RelayFault) => T | Promise<T>): Promise<T> => {
    const found = fault?.(request) ?? {};
    await unlessAborted(Promise.resolve(found.arrives), request.signal);
    if (found.lost === "request") throw offline("the request was lost");
    const answer = await act(found);
    await unlessAborted(Promise.resolve(found.answers), request.signal);
    if (found.lost === "answer") throw offline("the answer was lost");
    return answer;
  };
}

/** A page of a log; undefined when there is no log. */
function pageOf(
  all: readonly Bytes[],
  { after, attachments, pageEntries = 1000 }: ReadOptions & Pick<RelayTransportOptions, "pageEntries">,
): Pick<EntriesPage, "entries" | "newest"> | undefined {
  if (all.length === 0) return undefined;
  const entries = all.slice(after, after + pageEntries);
  return { entries: attachments === "all" ? entries : entries.map(withoutAttachments), newest: all.length };
}

/** What an honest service answers. */
function publication(publish: () => boolean): Publication {
  try {
    return { verdict: publish() ? "accepted" : "lost" };
  } catch (error) {
    if (!(error instanceof KeysteadError)) throw error;
    return { verdict: "refused", code: error.code, ...(error.rule && { rule: error.rule }) };
  }
}

/** A corrupt entry stays what it is: the reader finds that out. */
function withoutAttachments(entry: Bytes): Bytes {
  try {
    return entryForSenders(entry);
  } catch {
    return entry;
  }
}

function offline(message: string): KeysteadError {
  return new KeysteadError("OFFLINE", message);
}

export function forbidden(code: string): KeysteadError {
  return new KeysteadError("FORBIDDEN", "the service refused to answer", { details: { code } });
}
