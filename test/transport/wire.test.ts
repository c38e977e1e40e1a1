import { describe, expect, it } from "vitest";
import type { LogId } from "../../src/bytes/ids.js";
import { utf8Encode } from "../../src/bytes/text.js";
import { PARAMETERS } from "../../src/transport/addresses.js";
import {
  ASKED_HEADS,
  type Body,
  HEADS,
  PAGE,
  PUBLISHED,
  QUERY,
  REFUSALS,
  ROUTES,
  type Route,
  readBody,
  readEvent,
  readProblem,
  STANDING,
  SUBJECT,
  writeBody,
  writeEvent,
  writeProblem,
} from "../../src/transport/wire.js";
import { expectError } from "../support/refusal.js";

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
