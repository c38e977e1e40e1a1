import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { LogId } from "../../src/bytes/ids.js";
import { utf8Encode } from "../../src/bytes/text.js";
import {
  ASKED_HEADS,
  appendEntryRoute,
  type Body,
  createLogRoute,
  eventsRoute,
  HEADS,
  PAGE,
  PARAMETERS,
  PUBLISHED,
  QUERY,
  REFUSALS,
  ROUTES,
  type Route,
  readBody,
  readEntriesRoute,
  readEvent,
  readProblem,
  readQuery,
  STANDING,
  SUBJECT,
  targetOf,
  writeBody,
  writeEvent,
  writeProblem,
} from "../../src/transport/wire.js";
import { expectError, expectWrongArgument } from "../support/refusal.js";

const log = "ab".repeat(32) as LogId;

describe("routes", () => {
  const routes: readonly [string, Route][] = Object.entries(ROUTES);

  it("have each method and path once, parameters that have a form, and a proof", () => {
    expect(new Set(routes.map(([, { method, path }]) => `${method} ${path}`)).size).toBe(routes.length);
    for (const [name, { path, query, proofs }] of routes) {
      for (const [, parameter] of path.matchAll(/:(\w+)/g))
        expect(PARAMETERS, name).toHaveProperty(parameter as string);
      for (const parameter of query) expect(QUERY, name).toHaveProperty(parameter);
      expect(proofs.length, name).toBeGreaterThan(0);
    }
  });

  it("answer with statuses that are no refusals", () => {
    for (const [name, { answers }] of routes)
      for (const status of Object.keys(answers)) expect(REFUSALS, name).not.toHaveProperty(status);
  });
});

describe("addresses", () => {
  it("are made from a route and its values", () => {
    expect(targetOf(appendEntryRoute, { log })).toBe(`/v1/logs/${log}/entries`);
    expect(targetOf(readEntriesRoute, { log }, { after: 3, limit: undefined, attachments: "all" })).toBe(
      `/v1/logs/${log}/entries?after=3&attachments=all`,
    );
    expect(targetOf(eventsRoute, {}, { log: [log, log] })).toBe(`/v1/events?log=${log}&log=${log}`);
  });

  test.prop([fc.string({ minLength: 1, maxLength: 64, unit: "grapheme" })])(
    "of any subject stay what they are in the URL parser, and give the subject back",
    (subject) => {
      fc.pre(utf8Encode(subject).length <= 256);
      const target = targetOf(createLogRoute, { subject });
      expect(new URL(target, "https://keys.example").pathname).toBe(target);
      expect(PARAMETERS.subject.read(target.slice("/v1/subjects/".length))).toBe(subject);
    },
  );

  it.each(["..", ".", "a/b", "a%2fb", "?", "#"])("of the subject %s lead to no other path", (subject) => {
    const { pathname } = new URL(targetOf(createLogRoute, { subject }), "https://keys.example");
    expect(PARAMETERS.subject.read(pathname.replace("/v1/subjects/", ""))).toBe(subject);
  });

  it.each(["", "=", "YQ==", "YR", "a", "a b", "../..", "YWI/", "_w", "A".repeat(344)])(
    "the text %s is no subject",
    (text) => {
      expect(() => PARAMETERS.subject.read(text)).toThrow(expect.objectContaining({ code: "INVALID_ENCODING" }));
    },
  );

  it("need well-formed values", () => {
    expectWrongArgument(() => targetOf(createLogRoute, { subject: "\ud800" }), "a surrogate");
    expectWrongArgument(() => targetOf(createLogRoute, { subject: 1 as never }), "a number");
    expectWrongArgument(() => PARAMETERS.log.read("ab"), "a short id");
  });
});

describe("a query", () => {
  const read = (route: Route, query: string) => readQuery(route, new URLSearchParams(query));

  it("gives the values, and defaults", () => {
    expect(read(readEntriesRoute, "")).toEqual({ after: 0, limit: 1000, attachments: "none" });
    expect(read(readEntriesRoute, "limit=1&attachments=mine&after=12")).toEqual({
      after: 12,
      limit: 1,
      attachments: "mine",
    });
    expect(read(eventsRoute, `log=${log}&log=${log}`)).toEqual({ log: [log, log] });
    expect(read(createLogRoute, "")).toEqual({});
  });

  it.each([
    "after=-1",
    "after=01",
    "after=1e3",
    "after=",
    "after=1&after=1",
    "limit=0",
    "limit=1001",
    "attachments=some",
    "attachments",
    "other=1",
    `log=${log}`,
    "__proto__=1",
  ])("is refused as %s", (query) => {
    expectError(() => read(readEntriesRoute, query), "INVALID_ENCODING", undefined);
  });

  it("names at most 64 logs", () => {
    const logs = (count: number) => new Array(count).fill(`log=${log}`).join("&");
    expect(readQuery(eventsRoute, new URLSearchParams(logs(64))).log).toHaveLength(64);
    expectError(() => read(eventsRoute, logs(65)), "INVALID_ENCODING", undefined);
    expectError(() => read(eventsRoute, `log=${log.toUpperCase()}`), "INVALID_ENCODING", undefined);
  });
});

describe("bodies", () => {
  const statement = Uint8Array.of(1);
  const bytes = new Uint8Array(64);
  const examples: readonly [Body<unknown>, unknown][] = [
    [SUBJECT, { log, newest: 1, statement, now: 5 }],
    [PAGE, { entries: [bytes, bytes], newest: 9, now: 5 }],
    [PUBLISHED, { log, seq: 2 }],
    [STANDING, { log, seq: 2, link: bytes }],
    [ASKED_HEADS, { logs: [log] }],
    [HEADS, { heads: [{ log, newest: 1, statement }, { log }], now: 5 }],
  ];

  it.each(examples)("$name come back as they were written", (body, value) => {
    expect(readBody(body, writeBody(body, value))).toEqual(value);
  });

  it.each(examples)("$name are refused when they are broken", (body, value) => {
    const good = writeBody(body, value);
    expectError(() => readBody(body, good.subarray(1)), "INVALID_ENCODING", "ENC-2");
    expectError(() => readBody(body, Uint8Array.of(...good, 0)), "INVALID_ENCODING", "ENC-2");
    expectError(() => readBody(body, new Uint8Array(body.maxBytes + 1)), "TOO_LARGE", "ENC-3");
    expectError(() => writeBody(body, { ...Object(value), extra: 1 }), "INVALID_ENCODING", "ENC-2");
  });

  it("of the largest pages and questions fit", () => {
    const entry = new Uint8Array(4_300_816);
    const page = writeBody(PAGE, {
      entries: [...new Array(999).fill(new Uint8Array(1049)), entry],
      newest: 1e15,
      now: 1e15,
    });
    expect(page.length).toBeLessThan(PAGE.maxBytes);
    const logs = new Array<LogId>(1000).fill(log);
    expect(writeBody(ASKED_HEADS, { logs }).length).toBeLessThan(ASKED_HEADS.maxBytes);
    const heads = logs.map((log) => ({ log, newest: 2 ** 52, statement: new Uint8Array(512) }));
    expect(writeBody(HEADS, { heads, now: 1e15 }).length).toBeLessThan(HEADS.maxBytes);
  });
});

describe("problem documents", () => {
  it("come back as they were written", () => {
    const problem = { code: "INVALID_LINK", rule: "LOG-2", detail: "it follows another link" };
    expect(readProblem(utf8Encode(writeProblem(422, problem)))).toEqual(problem);
    expect(JSON.parse(writeProblem(429, { code: "RATE_LIMITED" }))).toEqual({ status: 429, code: "RATE_LIMITED" });
  });

  it.each(["", "<html>", "null", "[]", "{}", '{"code":1}', '{"code":"lower"}', `{"code":"${"A".repeat(49)}"}`])(
    "are not %s",
    (text) => {
      expect(readProblem(utf8Encode(text))).toBeUndefined();
    },
  );

  it("lose what is in another form", () => {
    expect(readProblem(utf8Encode('{"code":"X","rule":"<b>","detail":7,"more":1}'))).toEqual({ code: "X" });
    expect(readProblem(Uint8Array.of(0xff))).toBeUndefined();
  });
});

describe("events", () => {
  it("come back as they were written", () => {
    expect(readEvent(writeEvent({ log, seq: 7 }))).toEqual({ log, seq: 7 });
  });

  it.each([
    "",
    "{}",
    "null",
    `{"log":"${log}"}`,
    `{"log":"${log}","seq":0}`,
    `{"log":"${log}","seq":"1"}`,
    '{"log":"x","seq":1}',
  ])("are not %s", (data) => {
    expect(readEvent(data)).toBeUndefined();
  });
});
