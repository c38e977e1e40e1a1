// The relay as a fetch handler: routes, proofs and answers. docs/relay.md and docs/transport.md.

import { Hono } from "hono";
import { expel as writeExpel } from "../authoring/verbs.js";
import type { Head, LogId } from "../bytes/ids.js";
import { lastOf } from "../bytes/present.js";
import { fromHex } from "../bytes/text.js";
import type { LogState } from "../log/state.js";
import { platform } from "../primitives/current.js";
import { exactVerifier } from "../primitives/verify-later.js";
import { PARAMETERS, readQuery } from "../transport/addresses.js";
import { EXPULSION } from "../transport/portal-transport.js";
import {
  ASKED_HEADS,
  HEADS,
  PAGE_BYTES,
  PUBLISHED,
  type Route,
  readBody,
  STANDING,
  SUBJECT,
} from "../transport/wire.js";
import { answer, answerBytes, withCommonHeaders } from "./answer.js";
import { BlobRoutes } from "./blob-routes.js";
import { type BodyOf, readRequest, streamedBody } from "./body.js";
import { isUnchanged } from "./conditions.js";
import { Events, type Watched } from "./events.js";
import { Hints } from "./hints.js";
import { checkUnconfirmed, Races, Rates } from "./limits.js";
import { Logs, type Publication, type Standing, type Wanted } from "./logs.js";
import { Messages } from "./messages.js";
import { isReady } from "./migrate.js";
import { openApi } from "./openapi.js";
import { checkRelayOptions, type RelayOptions, type RelaySettings } from "./options.js";
import { joinPage } from "./pages.js";
import { type Exchange, Proofs } from "./proofs.js";
import { noLog, noRoute, Refusal, refusalOf, refusing, stopping, unsigned, wellFormed } from "./refusal.js";
import { RELAY_ROUTES, type RelayRoute } from "./routes.js";
import { HeadStatements } from "./statements-of-heads.js";
import { Watch } from "./watch.js";

/** A relay. */
export interface Relay {
  /**
   * Answers a request. It never rejects.
   *
   * @param server what `address` gets: what the server passes beside the request.
   */
  fetch(request: Request, server?: unknown): Promise<Response>;
  /**
   * Ends the event streams and opens no more, and says at `/ready` that it stops. The database stays open.
   *
   * @returns resolves when every request that runs has its answer, so that the server and then the database can be closed.
   */
  close(): Promise<void>;
}

type Answer = (exchange: Exchange) => Promise<Response>;

/**
 * A relay: it stores logs and verifies everything that it stores; readers verify what they read. docs/relay.md says how to run one.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function createRelay(options: RelayOptions): Relay {
  return relayOver(options, streamedBody);
}

/** A relay over a server that has bodies in another form. @throws `INVALID_ARGUMENT` */
export function relayOver(options: RelayOptions, bodyOf: BodyOf): Relay {
  const service = new Service(checkRelayOptions(options), bodyOf);
  return { fetch: service.fetch, close: () => service.close() };
}

class Service {
  readonly fetch: Relay["fetch"];
  readonly #settings: RelaySettings;
  readonly #logs: Logs;
  readonly #races = new Races();
  readonly #rates = new Rates();
  readonly #events: Events;
  readonly #statements: HeadStatements;
  readonly #proofs: Proofs;
  readonly #blobs: BlobRoutes;
  readonly #messages: Messages;
  readonly #watch: Watch;
  readonly #hints: Hints;
  readonly #bodyOf: BodyOf;
  #isClosed = false;

  constructor(settings: RelaySettings, bodyOf: BodyOf) {
    this.#settings = settings;
    this.#bodyOf = bodyOf;
    const now = () => settings.env.now();
    const later = exactVerifier(platform.verifiers);
    this.#logs = new Logs(settings.sql, now, settings.limits.cacheBytes, later);
    this.#events = new Events(settings);
    this.#statements = new HeadStatements(settings);
    this.#proofs = new Proofs(settings, later);
    this.#blobs = new BlobRoutes(settings, this.#logs, this.#proofs);
    this.#messages = new Messages(settings, this.#logs, this.#proofs);
    this.#watch = new Watch(settings);
    this.#hints = new Hints(settings, (watched) => this.#events.hint(watched));
    const app = this.#app();
    this.fetch = async (request, server) => {
      const response = await this.#watch.during(request, async () => await app.fetch(request, { server }));
      return withCommonHeaders(response);
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#events.close();
    this.#hints.close();
    await this.#watch.idle();
  }

  #app() {
    const { path, origin, address, limits, env } = this.#settings;
    const app = new Hono<{ Bindings: { server: unknown } }>().basePath(path);
    const answers: Readonly<Record<keyof typeof RELAY_ROUTES, Answer>> = {
      createLog: (exchange) => this.#createLog(exchange),
      readSubject: (exchange) => this.#readSubject(exchange),
      appendEntry: (exchange) => this.#appendEntry(exchange),
      readEntries: (exchange) => this.#readEntries(exchange),
      readHeads: (exchange) => this.#readHeads(exchange),
      events: (exchange) => this.#openEvents(exchange),
      readAttachment: (exchange) => this.#readAttachment(exchange),
      expel: (exchange) => this.#expel(exchange),
      storeBlob: (exchange) => this.#blobs.store(exchange),
      readBlob: (exchange) => this.#blobs.read(exchange),
      headBlob: (exchange) => this.#blobs.read(exchange),
      deleteBlob: (exchange) => this.#blobs.delete(exchange),
      sendMessage: (exchange) => this.#messages.send(exchange),
      readMessages: (exchange) => this.#messages.read(exchange),
    };
    const routes = Object.entries<RelayRoute>(RELAY_ROUTES);
    const withHead = new Set(routes.flatMap(([, { method, path }]) => (method === "HEAD" ? path : [])));
    for (const [name, route] of routes) {
      app.on(route.method, route.path, async (context) => {
        const request = context.req.raw;
        this.#watch.note(request, { route: name, log: logIn(context.req.param()) });
        this.#rates.check(env.now(), address(request, context.env.server), limits.requests);
        // The router answers HEAD as it answers GET, and drops the body. An event stream would stay open with no reader.
        if (request.method === "HEAD" && !withHead.has(route.path)) throw noRoute();
        const query = wellFormed(() =>
          readQuery(route as Route, new URL(request.url).searchParams),
        ) as Exchange["query"];
        const pieces = () => this.#bodyOf(request, context.env.server);
        const body = route.body ? await readRequest(request, route.body, env, pieces) : new Uint8Array();
        const values = context.req.param() as Readonly<Record<string, string>>;
        return await answers[name as keyof typeof answers]({ request, route, values, query, body });
      });
    }
    app.get("/health", () => Promise.resolve(Response.json({ status: "ok" })));
    app.get("/ready", async () => {
      if (this.#isClosed || !(await isReady(this.#settings.sql))) throw stopping();
      return Response.json({ status: "ready" });
    });
    app.get("/openapi.json", () => Promise.resolve(Response.json(openApi(`${origin}${path}`))));
    app.notFound(() => noRoute().response());
    app.onError((error, context) => {
      const refusal = this.#failed(error);
      this.#watch.note(context.req.raw, { code: refusal.code });
      return refusal.response();
    });
    return app;
  }

  /** The answer to an error. What is no answer to this request goes to the operator of the relay, and not to the client. */
  #failed(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    this.#settings.report(error);
    return new Refusal(503, "UNAVAILABLE", "the service failed; try again later", { retryAfter: 1000 });
  }

  async #createLog(exchange: Exchange): Promise<Response> {
    const subject = wellFormed(() => PARAMETERS.subject.read(exchange.values["subject"] ?? ""));
    let denied: LogId | undefined;
    const publication = this.#logs.create(subject, exchange.body, async (standing) => {
      denied = undefined;
      if (standing === undefined) return await this.#proofs.ask(exchange, { action: "create", subject });
      if (await this.#proofs.mayReset(exchange, subject)) return;
      // The second of two devices that begin at the same time: it may not replace the log, and learns that there is one.
      await this.#proofs.ask(exchange, { action: "create", subject });
      denied = standing;
      throw new Refusal(409, "FORBIDDEN", "the subject has another log");
    });
    try {
      return this.#published(await publication);
    } catch (error) {
      const state = denied && (await this.#logs.state(denied));
      const first = state?.links.at(0);
      if (!denied || !first) throw error;
      return answer(409, STANDING, { log: denied, seq: 1, link: first.bytes });
    }
  }

  async #appendEntry(exchange: Exchange): Promise<Response> {
    const log = wellFormed(() => PARAMETERS.log.read(exchange.values["log"] ?? ""));
    const { body } = exchange;
    const publication = await this.#logs.append(log, body, async (before, after) => {
      const now = this.#settings.env.now();
      if (lastOf(after.links).type === "join")
        await this.#proofs.ask(exchange, { action: "join", subject: before.subject });
      this.#statements.checkLink(after);
      this.#races.check(now, after);
      await checkUnconfirmed(this.#logs, this.#settings.limits, now, before, after);
    });
    if (!publication) throw noLog();
    if (publication.verdict === "lost")
      this.#races.lost(this.#settings.env.now(), publication.log, body, publication.seq);
    return this.#published(publication);
  }

  #published(publication: Publication): Response {
    if ("error" in publication) throw refusalOf(publication.verdict === "ahead" ? 425 : 422, publication.error);
    const { log, seq, verdict } = publication;
    const id = log.head.log;
    if (publication.verdict === "lost") return answer(409, STANDING, { log: id, seq, link: publication.link });
    if (verdict === "stored") this.#announce(log);
    return answer(verdict === "stored" ? 201 : 200, PUBLISHED, { log: id, seq });
  }

  /** After the commit: nobody learns of an entry that a crash takes back. */
  #announce(state: LogState): void {
    const { notify, report, log, env } = this.#settings;
    const { head, subject, links } = state;
    const { seq, type, entered } = lastOf(links);
    log({ at: env.now(), event: "entry", log: head.log, seq, type });
    this.#races.won(state);
    this.#events.hint(head);
    this.#hints.say(head);
    void (async () => await notify({ subject, log: head.log, seq, type, entered }))().catch(report);
  }

  async #readSubject(exchange: Exchange): Promise<Response> {
    const subject = wellFormed(() => PARAMETERS.subject.read(exchange.values["subject"] ?? ""));
    const log = await this.#logs.logOf(subject);
    const state = log && (await this.#logs.newestState(log));
    await this.#proofs.mayRead(exchange, subject, state || undefined, "none");
    if (!state) throw noLog();
    const { head, operator } = state;
    const statement = await this.#statements.of(head, operator);
    const now = this.#settings.env.now();
    return answer(200, SUBJECT, { log: head.log, newest: head.seq, now, ...(statement && { statement }) });
  }

  async #readEntries(exchange: Exchange): Promise<Response> {
    const { after, limit, attachments } = exchange.query;
    const { state, isStored } = await this.#readable(exchange);
    const member = await this.#proofs.mayRead(exchange, state.subject, state, attachments);
    const { hash, seq } = state.head;
    // Weak: two pages of the same entries differ in the service's time and statement.
    const headers = { etag: `W/"${seq}-${hash}"` };
    if (isUnchanged(exchange.request, headers.etag)) return new Response(null, { status: 304, headers });
    const mine: Wanted = member ? { mine: member } : "names";
    const options = { after, limit, bytes: PAGE_BYTES, attachments: attachments === "mine" ? mine : attachments };
    const page = isStored ? await this.#logs.pageOf(state, options) : await this.#logs.page(state.head.log, options);
    if (!page) throw noLog();
    const { entries, newest } = page;
    const statement = newest === state.head.seq ? await this.#statements.of(state.head, state.operator) : undefined;
    return answerBytes(200, joinPage({ entries, newest, now: this.#settings.env.now(), statement }), headers);
  }

  async #readAttachment(exchange: Exchange): Promise<Response> {
    const digest = wellFormed(() => fromHex(exchange.values["digest"], { name: "digest", length: 32 }));
    const { state } = await this.#readable(exchange);
    await this.#proofs.mayRead(exchange, state.subject, state, "all");
    const attachment = await this.#logs.attachment(state.head.log, digest);
    if (!attachment) throw new Refusal(404, "NO_ROUTE", "the log has no such attachment");
    const headers = {
      "content-type": "application/octet-stream",
      "cache-control": "private, immutable, max-age=31536000",
    };
    return new Response(attachment, { headers });
  }

  async #readHeads(exchange: Exchange): Promise<Response> {
    const { logs } = wellFormed(() => readBody(ASKED_HEADS, exchange.body));
    await this.#proofs.ask(exchange, { action: "heads", logs });
    const heads = await this.#logs.heads(logs);
    const stated = await Promise.all(
      logs.map(async (log) => {
        const head = heads.get(log);
        if (!head) return { log };
        const operator = this.#settings.operator?.statements && (await this.#logs.operatorOf(log));
        const statement = await this.#statements.of(head, operator);
        return { log, newest: head.seq, ...(statement && { statement }) };
      }),
    );
    return answer(200, HEADS, { heads: stated, now: this.#settings.env.now() });
  }

  async #openEvents(exchange: Exchange): Promise<Response> {
    const logs = [...new Set(exchange.query.log)];
    if (logs.length === 0) throw new Refusal(400, "INVALID_ENCODING", "the query must name a log");
    const states = await this.#newest(logs);
    const { member } = (await this.#proofs.signed(exchange, states, false)) ?? {};
    if (!member) throw unsigned();
    for (const { active, subject } of states)
      if (!active.has(member)) await this.#proofs.ask(exchange, { action: "read", subject, attachments: "none" });
    // In each log: with the same keys, anybody can also be a member of a log of their own.
    const mine = new Set(states.filter(({ active }) => active.has(member)).map(({ head }) => head.log));
    const isStill = (now: readonly LogState[]) =>
      now.every(({ active, head }) => active.has(member) || !mine.has(head.log));
    const watched = (now: readonly LogState[]): readonly Watched[] => now.map(({ head }) => head);
    let seen: ReadonlyMap<LogId, Head> = new Map(states.map(({ head }) => [head.log, head]));
    return this.#events.open({
      member,
      watched: watched(states),
      check: async () => {
        // A state that is no longer in memory is built from all of its rows: not at each heartbeat of each stream.
        const heads = await this.#logs.heads(logs);
        if (logs.every((log) => heads.get(log)?.hash === seen.get(log)?.hash)) return [...heads.values()];
        const now = await this.#newest(logs);
        seen = heads;
        return isStill(now) ? watched(now) : undefined;
      },
    });
  }

  async #expel(exchange: Exchange): Promise<Response> {
    const { subject, remove } = wellFormed(() => readBody(EXPULSION, exchange.body));
    await this.#proofs.ask(exchange, { action: "expel", subject, remove });
    const { operator, env } = this.#settings;
    const keys = operator?.keys;
    if (!keys) throw new Refusal(403, "FORBIDDEN", "this relay has no operator's keys");
    const log = await this.#logs.logOf(subject);
    for (;;) {
      const state = log && (await this.#logs.newestState(log));
      if (!state) throw noLog();
      const { entry } = refusing(422, () => writeExpel(state, { remove }, keys, env));
      const publication = await this.#logs.append(state.head.log, entry, (_, after) =>
        this.#statements.checkLink(after),
      );
      // A device was faster: the operator writes on top of that.
      if (publication && publication.verdict !== "lost") return this.#published(publication);
    }
  }

  /** The log in the path, which is the log of its subject now. @throws {@link Refusal} 400, 404 */
  async #readable({ values }: Exchange): Promise<Standing> {
    const log = wellFormed(() => PARAMETERS.log.read(values["log"] ?? ""));
    const standing = await this.#logs.standing(log);
    if (!standing) throw noLog();
    return standing;
  }

  async #newest(logs: readonly LogId[]): Promise<readonly LogState[]> {
    const states = await Promise.all(logs.map((log) => this.#logs.newestState(log)));
    return states.map((state) => {
      if (!state) throw noLog();
      return state;
    });
  }
}

/** The id of a log in a path, for the relay's own log: nothing that anybody else may have put there. */
function logIn({ log }: Readonly<Record<string, string>>): string | undefined {
  return log !== undefined && /^[0-9a-f]{64}$/.test(log) ? log : undefined;
}
