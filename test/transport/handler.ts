// A service in memory for the tests of the transport over fetch: the routes of wire.ts over a MaliciousRelay.

import type { Bytes } from "../../src/bytes/bytes.js";
import type { LogId, MemberId } from "../../src/bytes/ids.js";
import { KeysteadError } from "../../src/errors.js";
import { entryForSenders } from "../../src/log/accept.js";
import { decodeEntry, linkHash } from "../../src/log/entry.js";
import { verifyLog } from "../../src/log/verify.js";
import type { MaliciousRelay } from "../../src/testing/relay.js";
import { PARAMETERS, readQuery } from "../../src/transport/addresses.js";
import type { FetchLike } from "../../src/transport/http.js";
import { checkDigest, isSigned, verifyRequest } from "../../src/transport/verify-request.js";
import {
  CBOR,
  EVENTS,
  eventsRoute,
  NO_LOG,
  PAGE,
  PROBLEM,
  PUBLISHED,
  ROUTES,
  type Route,
  readEntriesRoute,
  STANDING,
  SUBJECT,
  writeBody,
  writeEvent,
  writeProblem,
} from "../../src/transport/wire.js";
import { ALICE } from "../support/world.js";
import { PAGE_ENTRIES, SERVICE_TIME, stateOf } from "./conformance.js";

export const ORIGIN = "https://keys.example";
/** Every path begins with it. */
export const PREFIX = "/keystead";

const SUBJECTS = [ALICE, "somebody else"];
const own = { statement: stateOf(), now: SERVICE_TIME };

class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly rule?: string,
  ) {
    super(code);
  }
}

interface Call {
  readonly request: Request;
  readonly parameter: string;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
}

/** A function such as fetch that answers for the service. */
export function serviceOver(relay: MaliciousRelay): FetchLike {
  const routes: Readonly<Record<keyof typeof ROUTES, (call: Call) => Response | Promise<Response>>> = {
    createLog: ({ parameter, body }) => publish(PARAMETERS.subject.read(parameter), body),
    readSubject: ({ parameter }) => {
      const subject = PARAMETERS.subject.read(parameter);
      return cbor(200, writeBody(SUBJECT, { log: logOf(subject), newest: relay.read(subject).length, ...own }));
    },
    appendEntry: ({ parameter, body }) => publish(subjectOf(parameter), body),
    async readEntries({ request, parameter, query, body }) {
      const { after, attachments } = readQuery(readEntriesRoute, query);
      const subject = subjectOf(parameter);
      if (isSigned(request.headers)) await checkMember(request, body, subject);
      const all = relay.read(subject);
      const page = all.slice(after, after + PAGE_ENTRIES);
      const entries = attachments === "all" ? page : page.map(entryForSenders);
      return cbor(200, writeBody(PAGE, { entries, newest: all.length, ...own }));
    },
    readHeads: () => new Response(null, { status: 501 }),
    async events({ request, query, body }) {
      const logs = readQuery(eventsRoute, query).log;
      await checkMember(request, body, subjectOf(logs[0] as string));
      return new Response(hints(logs), { headers: { "content-type": `${EVENTS}; charset=utf-8` } });
    },
  };

  /** As a real handler: it has the whole address, and answers with a problem document. */
  return async (url, init) => {
    const request = new Request(url, init as RequestInit);
    const { pathname, searchParams } = new URL(url);
    try {
      for (const [name, route] of Object.entries(ROUTES) as [keyof typeof ROUTES, Route][]) {
        const pattern = new RegExp(`^${PREFIX}${route.path.replace(/:\w+/, "([^/]+)")}$`);
        const match = route.method === request.method ? pattern.exec(pathname) : null;
        if (!match) continue;
        if (route.body && request.headers.get("content-type") !== CBOR) throw new Refused(415, "CONTENT_TYPE");
        const body = new Uint8Array(await request.arrayBuffer());
        return await routes[name]({ request, parameter: match[1] ?? "", query: searchParams, body });
      }
      throw new Refused(404, "NO_ROUTE");
    } catch (error) {
      if (error instanceof Refused) return refusal(error.status, error);
      if (error instanceof KeysteadError) return refusal(error.code === "INVALID_SIGNATURE" ? 401 : 422, error);
      throw error;
    }
  };

  function logOf(subject: string): LogId {
    const [first] = relay.read(subject);
    if (!first) throw new Refused(404, NO_LOG);
    return linkHash(decodeEntry(first).link.bytes) as string as LogId;
  }

  function subjectOf(log: string): string {
    const subject = SUBJECTS.find((name) => relay.read(name).length > 0 && logOf(name) === log);
    if (subject === undefined) throw new Refused(404, NO_LOG);
    return subject;
  }

  function publish(subject: string, entry: Uint8Array): Response {
    const stands = relay.read(subject).length;
    try {
      if (!relay.publish(subject, entry, "", SERVICE_TIME))
        return cbor(409, writeBody(STANDING, { log: logOf(subject), seq: 1, link: new Uint8Array(1) }));
    } catch (error) {
      if (error instanceof KeysteadError && error.code === "NOT_YET") return refusal(425, error);
      throw error;
    }
    const isNew = relay.read(subject).length > stands;
    return cbor(isNew ? 201 : 200, writeBody(PUBLISHED, { log: logOf(subject), seq: 1 }));
  }

  async function checkMember(request: Request, body: Uint8Array, subject: string): Promise<MemberId> {
    const state = verifyLog(relay.read(subject), { subject, now: "unchecked" });
    const signed = await verifyRequest(
      { method: request.method, target: request.url.slice(ORIGIN.length), headers: request.headers },
      { origin: ORIGIN, now: SERVICE_TIME, keyOf: (member) => state.active.get(member)?.signingKey },
    );
    checkDigest(body, signed);
    return signed.member;
  }

  function hints(logs: readonly LogId[]): ReadableStream<Uint8Array> {
    let stop = (): void => {};
    return new ReadableStream({
      start(controller) {
        const say = (text: string) => controller.enqueue(new TextEncoder().encode(text));
        say(": listening\n\n");
        stop = relay.listen((subject) => {
          if (logs.includes(logOf(subject))) say(`data: ${writeEvent({ log: logOf(subject), seq: 1 })}\n\n`);
        });
      },
      cancel: () => stop(),
    });
  }
}

export function cbor(status: number, body: Bytes): Response {
  return new Response(body, { status, headers: { "content-type": CBOR } });
}

export function refusal(
  status: number,
  problem: { readonly code: string; readonly rule?: string | undefined },
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(writeProblem(status, problem), { status, headers: { "content-type": PROBLEM, ...headers } });
}
