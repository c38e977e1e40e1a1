import { afterEach, describe, expect, it, vi } from "vitest";
import type { LogId } from "../../src/bytes/ids.js";
import type { KeysteadError } from "../../src/errors.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";
import type { FetchInit, FetchLike } from "../../src/transport/http.js";
import type { FetchTransportOptions } from "../../src/transport/service.js";
import {
  CBOR,
  EVENTS,
  MAX_PROBLEM_BYTES,
  NO_LOG,
  PAGE,
  PROBLEM,
  PUBLISHED,
  STANDING,
  SUBJECT,
  writeBody,
  writeEvent,
} from "../../src/transport/wire.js";
import { expectWrongArgument } from "../support/refusal.js";
import { rejection } from "../support/thrown.js";
import { ALICE, openWorld } from "../support/world.js";
import { SERVICE_TIME, SIGNER, STORY, toldRelay, transportCases, WatchedRelay, withResolvers } from "./conformance.js";
import { cbor, ORIGIN, PREFIX, refusal, serviceOver } from "./handler.js";

const url = ORIGIN + PREFIX;
const env = { random: (length: number) => new Uint8Array(length), now: () => SERVICE_TIME };
const all = { after: 0, attachments: "all" } as const;
const [first, second] = STORY.entries as [Uint8Array, Uint8Array];
const log = STORY.log.head.log;

const over = (fetch: FetchLike, options: Partial<FetchTransportOptions> = {}) =>
  fetchTransport({ url, fetch, env, ...options });

/** Notes every request, and answers as `fetch` does. */
function noting(fetch: FetchLike) {
  const calls: { readonly url: string; readonly init: FetchInit & { readonly headers: Record<string, string> } }[] = [];
  const noted: FetchLike = (url, init) => {
    calls.push({ url, init: init as never });
    return fetch(url, init);
  };
  return { calls, noted };
}

describe("the transport over fetch", () => {
  transportCases((relay) => over(serviceOver(relay)));

  it("asks once which log a subject has", async () => {
    const { calls, noted } = noting(serviceOver(toldRelay()));
    const transport = over(noted);
    for (const after of [0, 2, 4]) await transport.read(ALICE, { ...all, after });
    expect(calls.map(({ url }) => url.slice(ORIGIN.length + PREFIX.length))).toEqual([
      "/v1/subjects/YWxpY2VAZXhhbXBsZS5vcmc",
      ...[0, 2, 4].map((after) => `/v1/logs/${log}/entries?after=${after}&attachments=all`),
    ]);
  });

  it("asks again when the subject has another log", async () => {
    let relay = toldRelay();
    const transport = over((url, init) => serviceOver(relay)(url, init));
    await transport.read(ALICE, all);
    relay = new MaliciousRelay();
    expect(await transport.read(ALICE, all)).toBeUndefined();
    const other = openWorld("another log");
    relay.publish(ALICE, other.last);
    expect((await transport.read(ALICE, all))?.entries).toEqual([other.last]);
  });

  it("follows no redirect, uses no cache, and sends only what is needed", async () => {
    const { calls, noted } = noting(serviceOver(toldRelay()));
    await over(noted).publish(ALICE, second, { signer: SIGNER });
    await over(noted).read(ALICE, { ...all });
    expect(calls.map(({ init }) => [init.method, init.redirect, init.cache, Object.keys(init.headers)])).toEqual([
      ["POST", "manual", "no-store", ["accept", "content-type"]],
      ["GET", "manual", "no-store", ["accept"]],
      ["GET", "manual", "no-store", ["accept"]],
    ]);
  });

  it("signs where the service asks for a member", async () => {
    const { calls, noted } = noting(serviceOver(toldRelay()));
    await over(noted).read(ALICE, { ...all, signer: SIGNER });
    for (const { init } of calls) expect(Object.keys(init.headers)).toContain("signature");
  });

  it("sends the app's headers, under which no header of its own comes twice", async () => {
    const { calls, noted } = noting(serviceOver(new MaliciousRelay()));
    await over(noted, { headers: { Authorization: "Bearer a", Accept: "text/html" } }).read(ALICE, all);
    let count = 0;
    await over(noted, { headers: async () => ({ "X-Count": String(++count) }) }).read(ALICE, all);
    expect(calls.map(({ init: { headers } }) => headers)).toEqual([
      { authorization: "Bearer a", accept: `${CBOR}, ${EVENTS}, ${PROBLEM}` },
      { "x-count": "1", accept: `${CBOR}, ${EVENTS}, ${PROBLEM}` },
    ]);
  });

  it("uses the platform's fetch by default, and the runtime's clock", async () => {
    vi.stubGlobal("fetch", serviceOver(toldRelay()));
    expect((await fetchTransport({ url }).read(ALICE, all))?.newest).toBe(STORY.entries.length);
    const signed = fetchTransport({ url: `${url}/` }).events([ALICE], () => {}, { signer: SIGNER });
    // The service of the test lives in another year.
    expect(await rejection(signed)).toMatchObject({
      code: "FORBIDDEN",
      message: expect.stringContaining("check the device's clock"),
      details: { status: 401, code: "INVALID_SIGNATURE" },
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each<[string, Partial<Record<keyof FetchTransportOptions, unknown>>]>([
    ["no address", { url: undefined }],
    ["a path", { url: "/keys" }],
    ["another scheme", { url: "ftp://keys.example" }],
    ["a query", { url: "https://keys.example?a=1" }],
    ["a fragment", { url: "https://keys.example#a" }],
    ["a password", { url: "https://me:secret@keys.example" }],
    ["a fetch that is none", { fetch: {} }],
    ["an env without a clock", { env: { random: env.random } }],
  ])("refuses %s", (_, options) => {
    expectWrongArgument(() => over(serviceOver(new MaliciousRelay()), options as never), _);
    expectWrongArgument(() => fetchTransport(undefined as never), "no options");
  });

  it("refuses headers that are no texts, and entries that are none", async () => {
    const transport = over(serviceOver(new MaliciousRelay()), { headers: { count: 1 as never } });
    expect((await rejection(transport.read(ALICE, all))).code).toBe("INVALID_ARGUMENT");
    expect((await rejection(transport.publish(ALICE, Uint8Array.of(1), {}))).code).toBe("INVALID_ENCODING");
  });
});

/** A service that names the log, and answers all other requests with this. */
const answering =
  (answer: () => Response | Promise<Response>): FetchLike =>
  async (url) =>
    url.includes("/v1/subjects/") ? cbor(200, writeBody(SUBJECT, { log, newest: 1, now: 1 })) : await answer();

const html = (status: number) => new Response("<html>", { status, headers: { "content-type": "text/html" } });

describe("an answer to a publication", () => {
  const publish = (answer: () => Response | Promise<Response>) => over(answering(answer)).publish(ALICE, second, {});

  it.each([
    [401, "SIGN_IN"],
    [403, "REMOVED"],
    [404, NO_LOG],
    [413, "TOO_LARGE"],
    [422, "INVALID_LINK"],
    [425, "NOT_YET"],
    [429, "RATE_LIMITED"],
  ])("of status %s is a refusal, with the code", async (status, code) => {
    expect(await publish(() => refusal(status, { code, rule: "LOG-3" }))).toEqual({
      verdict: "refused",
      code,
      rule: "LOG-3",
    });
    expect(await publish(() => html(status))).toEqual({ verdict: "refused", code: `HTTP_${status}` });
  });

  it.each([
    ["0", 0],
    ["7", 7000],
    ["999999999999", 86_400_000],
    [new Date(SERVICE_TIME + 5000).toUTCString(), 5000],
    [new Date(SERVICE_TIME - 5000).toUTCString(), 0],
    ["soon", undefined],
  ])("asks to wait: Retry-After %s", async (text, retryAfter) => {
    const answer = await publish(() => refusal(429, { code: "RATE_LIMITED" }, { "retry-after": text }));
    expect(answer).toEqual({
      verdict: "refused",
      code: "RATE_LIMITED",
      ...(retryAfter !== undefined && { retryAfter }),
    });
  });

  it("that is a problem document too long, or of another type, has the code of its status", async () => {
    const code = JSON.stringify({ code: "A" });
    const long = () =>
      new Response(code + " ".repeat(MAX_PROBLEM_BYTES), { status: 403, headers: { "content-type": PROBLEM } });
    expect((await rejection(publish(long))).code).toBe("OFFLINE");
    const plain = () => new Response(code, { status: 403, headers: { "content-type": "application/json" } });
    expect(await publish(plain)).toEqual({ verdict: "refused", code: "HTTP_403" });
  });

  const good = writeBody(PUBLISHED, { log, seq: 2 });
  it("is good with 201 and with 200", async () => {
    for (const status of [200, 201]) expect(await publish(() => cbor(status, good))).toEqual({ verdict: "accepted" });
  });

  it.each<[string, () => Response]>([
    ["a captive portal's page", () => html(200)],
    ["an empty body", () => cbor(201, new Uint8Array())],
    ["no body", () => new Response(null, { status: 201, headers: { "content-type": CBOR } })],
    ["no content type", () => new Response(good, { status: 200 })],
    ["more bytes", () => cbor(200, new Uint8Array([...good, 0]))],
    ["fewer bytes", () => cbor(200, good.slice(0, -1))],
    ["another body", () => cbor(200, writeBody(SUBJECT, { log, newest: 1, now: 1 }))],
    ["another log", () => cbor(200, writeBody(PUBLISHED, { log: "00".repeat(32) as LogId, seq: 2 }))],
    ["another good status", () => cbor(202, good)],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "https://portal.example" } })],
    ["a redirect as browsers show it", () => ({ status: 0, headers: new Headers(), body: null }) as Response],
    ["a timeout", () => html(408)],
    ["a broken service", () => html(500)],
    ["a full service", () => refusal(503, { code: "BUSY" })],
    ["a page for a lost race", () => html(409)],
    ["a lost race without the link", () => cbor(409, good)],
  ])("is none: %s", async (_, answer) => {
    expect((await rejection(publish(async () => answer()))).code).toBe("OFFLINE");
  });

  it("is a lost race with the link that stands there", async () => {
    const standing = writeBody(STANDING, { log, seq: 2, link: Uint8Array.of(1) });
    expect(await publish(() => cbor(409, standing))).toEqual({ verdict: "lost" });
  });

  it("says how long a service that does not answer asks to wait", async () => {
    const busy = publish(() => new Response(null, { status: 503, headers: { "retry-after": "3" } }));
    expect((await rejection(busy)).details).toEqual({ status: 503, retryAfter: 3000 });
  });

  it("does not come: the cause is kept", async () => {
    const cause = new TypeError("fetch failed");
    const error = await rejection(publish(() => Promise.reject(cause)));
    expect([error.code, error.kind, error.cause]).toEqual(["OFFLINE", "not-now", cause]);
  });
});

describe("an answer to a reader", () => {
  const read = (answer: () => Response | Promise<Response>, after = 0) =>
    over(answering(answer)).read(ALICE, { ...all, after });
  const page = (entries: readonly Uint8Array[], newest: number) =>
    cbor(200, writeBody(PAGE, { entries: entries.map((entry) => new Uint8Array(entry)), newest, now: 1 }));

  it.each([401, 403])("of status %s is a refusal", async (status) => {
    const error = await rejection(read(() => refusal(status, { code: "CLOCK" })));
    expect(error).toMatchObject({ code: "FORBIDDEN", kind: "not-now", details: { status, code: "CLOCK" } });
    expect((await rejection(read(() => html(status)))).code).toBe("FORBIDDEN");
  });

  it.each<[string, () => Response]>([
    ["a proxy's 404", () => html(404)],
    ["a 404 for the route", () => refusal(404, { code: "NO_ROUTE" })],
    ["a log that is named and not there", () => refusal(404, { code: NO_LOG })],
    ["too many requests", () => refusal(429, { code: "RATE_LIMITED" })],
    ["a captive portal's page", () => html(200)],
    [
      "a conflict, which this route does not have",
      () => cbor(409, writeBody(STANDING, { log, seq: 1, link: first as never })),
    ],
    ["an empty page before the end", () => page([], 1)],
    ["entries beyond the end", () => page([first, second], 1)],
  ])("is none: %s", async (_, answer) => {
    expect((await rejection(read(async () => answer()))).code).toBe("OFFLINE");
  });

  it("of an older service is passed on", async () => {
    expect(await read(async () => page([], 3), 5)).toEqual({ entries: [], newest: 3, now: 1 });
  });

  it("says that the subject has no log only by its own words", async () => {
    const subject = (answer: Response) => over(async () => answer).read(ALICE, all);
    expect(await subject(refusal(404, { code: NO_LOG }))).toBeUndefined();
    expect((await rejection(subject(html(404)))).code).toBe("OFFLINE");
    expect((await rejection(subject(refusal(403, { code: NO_LOG })))).code).toBe("FORBIDDEN");
  });

  it("is read up to its limit, and the rest is cancelled", async () => {
    let sent = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
      cancel() {
        cancelled = true;
      },
    });
    const answer = new Response(endless, { headers: { "content-type": CBOR } });
    expect((await rejection(read(() => answer))).message).toContain(`more than ${PAGE.maxBytes} bytes`);
    expect(cancelled).toBe(true);
    expect(sent).toBeLessThan(PAGE.maxBytes + 4 * 65_536);
  });

  it("breaks off: there is none", async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
    const answer = new Response(broken, { headers: { "content-type": CBOR } });
    expect((await rejection(read(() => answer))).code).toBe("OFFLINE");
  });
});

describe("a signal", () => {
  it("ends a request that fetch never ends, and what arrives later is cancelled", async () => {
    const { promise: late, resolve } = withResolvers<Response>();
    const { promise: cancelled, resolve: cancel } = withResolvers<void>();
    const end = new AbortController();
    const reading = over(() => late).read(ALICE, { ...all, signal: end.signal });
    end.abort(new Error("enough"));
    await expect(reading).rejects.toBe(end.signal.reason);
    resolve(new Response(new ReadableStream({ cancel: () => cancel() })));
    await cancelled;
  });

  it("ends an answer that never ends, and cancels it", async () => {
    const { promise: cancelled, resolve: cancel } = withResolvers<void>();
    const { promise: begun, resolve: begin } = withResolvers<void>();
    // Nothing is drawn from it before the transport reads.
    const endless = new ReadableStream({ pull: () => begin(), cancel: () => cancel() }, { highWaterMark: 0 });
    const end = new AbortController();
    const answer = new Response(endless, { headers: { "content-type": CBOR } });
    const reading = over(answering(() => answer)).read(ALICE, { ...all, signal: end.signal });
    await begun;
    end.abort(new Error("enough"));
    await expect(reading).rejects.toBe(end.signal.reason);
    await cancelled;
  });

  it("is given to fetch, and aborted when the request has ended", async () => {
    const { calls, noted } = noting(serviceOver(new MaliciousRelay()));
    await over(noted).read(ALICE, all);
    expect(calls.map(({ init }) => init.signal)).toEqual([expect.objectContaining({ aborted: true })]);
  });
});

describe("a stream of events", () => {
  const stream = (...chunks: readonly string[]) =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
          controller.close();
        },
      }),
      { headers: { "content-type": EVENTS } },
    );
  async function hintsOf(answer: () => Response): Promise<readonly string[]> {
    const hints: string[] = [];
    await over(answering(async () => answer())).events([ALICE], (subject) => void hints.push(subject), {
      signer: SIGNER,
    });
    return hints;
  }
  const event = `data: ${writeEvent({ log, seq: 1 })}\n\n`;

  it("gives a hint for each event, cut anywhere, until it ends", async () => {
    expect(await hintsOf(() => stream(": hello\n\n", event, event))).toEqual([ALICE, ALICE]);
    expect(await hintsOf(() => stream(...event))).toEqual([ALICE]);
    expect(await hintsOf(() => stream(event.replaceAll("\n", "\r\n")))).toEqual([ALICE]);
  });

  it("leaves out what is no event of a log that was asked for", async () => {
    const other = `data: ${writeEvent({ log: "00".repeat(32) as LogId, seq: 1 })}\n\n`;
    expect(
      await hintsOf(() => stream("data: {}\n\n", "data: <\n\n", "retry: x\n", "what\n", other, event, event.trim())),
    ).toEqual([ALICE]);
  });

  it("never holds more than an event", async () => {
    for (const endless of ["data: ", ":", "data: a\ndata: ", "event: "])
      expect((await rejection(hintsOf(() => stream(endless + "x".repeat(2000), event)))).code).toBe("OFFLINE");
  });

  it.each<[string, () => Response, KeysteadError["code"]]>([
    ["a page", () => html(200), "OFFLINE"],
    ["a refusal", () => refusal(403, { code: "REMOVED" }), "FORBIDDEN"],
    ["a broken service", () => html(502), "OFFLINE"],
  ])("is none: %s", async (_, answer, code) => {
    expect((await rejection(hintsOf(answer))).code).toBe(code);
  });

  it("is closed on the service's side when the signal ends it", async () => {
    const relay = new WatchedRelay();
    relay.publish(ALICE, first);
    const end = new AbortController();
    const listening = over(serviceOver(relay)).events([ALICE], () => {}, { signer: SIGNER, signal: end.signal });
    await relay.heard;
    end.abort(new Error("enough"));
    await expect(listening).rejects.toBe(end.signal.reason);
    expect(relay.listening).toBe(0);
  });

  it("ends at once where no subject has a log, and is not opened for too many", async () => {
    const { calls, noted } = noting(serviceOver(new MaliciousRelay()));
    await over(noted).events([ALICE, ALICE], () => {}, {});
    expect(calls).toHaveLength(1);
    const many = Array.from({ length: 65 }, (_, i) => `subject ${i}`);
    expect((await rejection(over(noted).events(many, () => {}, {}))).code).toBe("INVALID_ARGUMENT");
  });
});
