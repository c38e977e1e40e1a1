import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { LogId } from "../../src/bytes/ids.js";
import { utf8Encode } from "../../src/bytes/text.js";
import { PARAMETERS, readQuery, targetOf } from "../../src/transport/addresses.js";
import {
  appendEntryRoute,
  createLogRoute,
  eventsRoute,
  type Route,
  readEntriesRoute,
} from "../../src/transport/wire.js";
import { expectError, expectWrongArgument } from "../support/refusal.js";

const log = "ab".repeat(32) as LogId;

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
