// A transport over fetch, to a service that has the routes of wire.ts, such as the relay of this package. docs/transport.md.

import { isBytes } from "../bytes/bytes.js";
import type { LogId } from "../bytes/ids.js";
import { asId, toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { decodeEntry } from "../log/entry.js";
import { targetOf } from "./addresses.js";
import { checkEvents, checkMessage, checkPublish, checkRead, checkReadMessages } from "./checks.js";
import { type AnswerOf, type Refusal, unanswered } from "./http.js";
import { type FetchTransportOptions, type Service, serviceAt } from "./service.js";
import type { EntriesPage, Publication, ReadOptions, RequestOptions, Transport } from "./transport.js";
import {
  appendEntryRoute,
  createLogRoute,
  eventsRoute,
  MAX_EVENT_LOGS,
  MESSAGE,
  NO_LOG,
  readEntriesRoute,
  readMessagesRoute,
  readSubjectRoute,
  sendMessageRoute,
  writeBody,
} from "./wire.js";

/**
 * A transport over fetch. It follows no redirect. It sets no time limit of its own: give a signal, such as
 * `AbortSignal.timeout(20_000)`. Where the service asks for a member, requests are signed by `signer`. It tries nothing twice, except a
 * read whose signature is refused: that is read again by the app's sign-in alone.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function fetchTransport(options: FetchTransportOptions): Required<Transport> {
  const service = serviceAt(options);
  /** The logs of subjects, as the service named them. */
  const logs = new Map<string, LogId>();

  async function logOf(subject: string, options: RequestOptions): Promise<LogId | undefined> {
    const known = logs.get(subject);
    if (known !== undefined) return known;
    const answer = await service.ask(readSubjectRoute, targetOf(readSubjectRoute, { subject }), options);
    if (answer.status === "refused") return noLog(answer);
    logs.set(subject, answer.value.log);
    return answer.value.log;
  }

  async function read(subject: string, options: ReadOptions): Promise<EntriesPage | undefined> {
    const isRemembered = logs.has(subject);
    const log = await logOf(subject, options);
    if (log === undefined) return undefined;
    const page = await readPage(service, log, options);
    if (page) return page;
    logs.delete(subject);
    // The subject may have another log since.
    if (isRemembered) return await read(subject, options);
    throw new KeysteadError("OFFLINE", "the service names a log that it does not have", { details: { log } });
  }

  return {
    async read(subject, options) {
      checkRead(subject, options);
      try {
        return await read(subject, options);
      } catch (error) {
        // The device signs with keys that this log does not have: it took them on another history. It must see this log, and say so.
        if (!options.signer || KeysteadError.from(error)?.details["code"] !== "INVALID_SIGNATURE") throw error;
        return await read(subject, { ...options, signer: undefined });
      }
    },
    async publish(subject, entry, options) {
      checkPublish(subject, entry, options);
      return await publish(service, subject, entry, options);
    },
    ...messagesOver(service, logOf),
    async events(subjects, hint, options) {
      checkEvents(subjects, hint, options, MAX_EVENT_LOGS);
      const heard: { readonly subject: string; readonly log: LogId }[] = [];
      for (const subject of new Set(subjects)) {
        const log = await logOf(subject, options);
        if (log !== undefined) heard.push({ subject, log });
      }
      if (heard.length === 0) return;
      const target = targetOf(eventsRoute, {}, { log: heard.map(({ log }) => log) });
      const refusal = await service.listen(target, options, (log) => {
        for (const each of heard) if (each.log === log) hint(each.subject);
      });
      if (refusal) throw unanswered(refusal);
    },
  };
}

/** The messages between members. @param logOf the log of a subject, whose members talk */
function messagesOver(
  service: Service,
  logOf: (subject: string, options: RequestOptions) => Promise<LogId | undefined>,
): Pick<Required<Transport>, "sendMessage" | "readMessages"> {
  const log = async (subject: string, options: RequestOptions): Promise<LogId> => {
    const found = await logOf(subject, options);
    if (found !== undefined) return found;
    throw new KeysteadError("OFFLINE", "the service has no log of this account");
  };
  return {
    async sendMessage(subject, to, message, options) {
      checkMessage(subject, to, message, options);
      const target = targetOf(sendMessageRoute, { log: await log(subject, options) });
      const body = writeBody(MESSAGE, { to, message: new Uint8Array(message) });
      const answer = await service.ask(sendMessageRoute, target, options, body);
      if (answer.status === "refused") throw unanswered(answer);
    },
    async readMessages(subject, options) {
      checkReadMessages(subject, options);
      const { after } = options;
      const target = targetOf(readMessagesRoute, { log: await log(subject, options) }, { after });
      const answer = await service.ask(readMessagesRoute, target, options);
      if (answer.status === "refused") throw unanswered(answer);
      return answer.value.messages;
    },
  };
}

/** A page of a log; undefined when the service has no such log. */
async function readPage(service: Service, log: LogId, options: ReadOptions): Promise<EntriesPage | undefined> {
  const { after, attachments } = options;
  const answer = await service.ask(
    readEntriesRoute,
    targetOf(readEntriesRoute, { log }, { after, attachments }),
    options,
  );
  if (answer.status === "refused") return noLog(answer);
  const { entries, newest } = answer.value;
  // A page without progress would be asked for again and again.
  if (entries.length === 0 ? newest > after : newest < after + entries.length)
    throw new KeysteadError("OFFLINE", "the service gave a page that its own positions contradict", {
      details: { log },
    });
  return answer.value;
}

/** @throws as {@link unanswered} unless the refusal says that there is no such log: only a service says that, and no proxy's 404 */
function noLog(refusal: Refusal): undefined {
  if (refusal.http === 404 && refusal.code === NO_LOG) return undefined;
  throw unanswered(refusal);
}

async function publish(
  service: Service,
  subject: string,
  entry: Uint8Array,
  options: RequestOptions,
): Promise<Publication> {
  const { link } = decodeEntry(entry);
  const named = link.fields.get("log");
  // Only a first entry names no log: its hash is the log's id.
  const log = isBytes(named) && named.length === 32 ? asId<LogId>(toHex(named)) : undefined;
  const answer =
    log === undefined
      ? await service.ask(createLogRoute, targetOf(createLogRoute, { subject }), options, entry)
      : await service.ask(appendEntryRoute, targetOf(appendEntryRoute, { log }), options, entry);
  return publication(answer, log ?? link.hash);
}

function publication(answer: AnswerOf<typeof appendEntryRoute> | Refusal, log: string): Publication {
  switch (answer.status) {
    case 200:
    case 201:
      if (answer.value.log !== log)
        throw new KeysteadError("OFFLINE", "the service answered for another log", { details: { log } });
      return { verdict: "accepted" };
    case 409:
      return { verdict: "lost" };
    default: {
      const { code, rule, retryAfter } = answer;
      return { verdict: "refused", code, ...(rule && { rule }), ...(retryAfter !== undefined && { retryAfter }) };
    }
  }
}
