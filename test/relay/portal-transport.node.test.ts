// What a portal asks a relay: the operator's removal of a device, and each way in which it does not happen.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRelay } from "../../src/relay/handler.js";
import type { RequestLike } from "../../src/relay/options.js";
import { openPglite } from "../../src/relay/pglite.js";
import type { Sql } from "../../src/relay/sql.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";
import type { FetchLike } from "../../src/transport/http.js";
import { portalTransport } from "../../src/transport/portal-transport.js";
import { seededEnv } from "../support/seeded-env.js";
import { NOON } from "../support/service.js";
import { rejection } from "../support/thrown.js";
import { OPERATOR, openWorld, type World } from "../support/world.js";

const ORIGIN = "https://keys.example";

let sql: Sql;
beforeAll(async () => {
  sql = await openPglite();
});
afterAll(async () => await sql.close());

let worlds = 0;

/** A relay that allows everything to "admin", with a log that has a laptop and a phone. */
async function relayWithLog({ operator = true } = {}) {
  const env = { ...seededEnv("portal"), now: () => NOON, every: () => () => {} };
  const authorize = (_ask: unknown, { headers }: RequestLike) => headers.get("authorization") === "admin";
  const relay = createRelay({
    ...{ sql, origin: ORIGIN, env, authorize },
    ...(operator && { operator: { signingKey: OPERATOR.signingKey, keys: OPERATOR } }),
  });
  const options = (by: string) => ({
    ...{ url: ORIGIN, headers: { authorization: by }, env },
    fetch: ((url, init) => relay.fetch(new Request(url, init as RequestInit))) satisfies FetchLike,
  });
  const world: World = openWorld(`portal ${++worlds}`, { subject: `user ${worlds}`, operator: true }).enroll(
    "Laptop",
    "Phone",
  );
  const logs = fetchTransport(options("admin"));
  for (const entry of world.entries) await logs.publish(world.log.subject, entry, {});
  const newest = async () => (await logs.read(world.log.subject, { after: 0, attachments: "none" }))?.newest;
  return { world, newest, portal: (by = "admin") => portalTransport(options(by)) };
}

describe("a portal's transport", () => {
  it("has the operator remove a device", async () => {
    const { world, newest, portal } = await relayWithLog();
    expect(await portal().expel(world.log.subject, [world.id("Phone")])).toEqual({ verdict: "accepted" });
    expect(await newest()).toBe(world.entries.length + 1);
  });

  it.each([
    ["a member that is not active", ["0".repeat(32)], { code: "UNKNOWN_MEMBER", rule: "MEM-2" }],
    ["all devices", undefined, { code: "NOT_PERMITTED", rule: "MEM-3" }],
  ])("says why the relay removes not: %s", async (_what, given, reason) => {
    const { world, newest, portal } = await relayWithLog();
    const remove = given ?? [world.id("Laptop"), world.id("Phone")];
    expect(await portal().expel(world.log.subject, remove as never)).toEqual({ verdict: "refused", ...reason });
    expect(await newest()).toBe(world.entries.length);
  });

  it("says that a subject has no log", async () => {
    const { world, portal } = await relayWithLog();
    expect(await portal().expel("nobody", [world.id("Phone")])).toEqual({ verdict: "refused", code: "NO_LOG" });
  });

  it("throws where the app does not allow it, and where the relay has no operator's keys", async () => {
    const [with_, without] = [await relayWithLog(), await relayWithLog({ operator: false })];
    for (const { world, portal, by } of [
      { ...with_, by: "thief" },
      { ...without, by: "admin" },
    ]) {
      const error = await rejection(portal(by).expel(world.log.subject, [world.id("Phone")]));
      expect(error).toMatchObject({ code: "FORBIDDEN", details: { status: 403 } });
    }
    expect(await with_.newest()).toBe(with_.world.entries.length);
  });

  it("refuses wrong arguments before it sends anything", async () => {
    const asked: unknown[] = [];
    const portal = portalTransport({ url: ORIGIN, fetch: async (url) => asked.push(url) as never });
    const member = "0".repeat(32) as never;
    for (const [subject, remove] of [
      ["", [member]],
      [1, [member]],
      ["a", []],
      ["a", "phone"],
      ["a", ["phone"]],
    ])
      expect(["INVALID_ARGUMENT", "INVALID_ENCODING"]).toContain(
        (await rejection(portal.expel(subject as never, remove as never))).code,
      );
    expect((await rejection(portal.expel("x".repeat(300), [member]))).code).toBe("INVALID_ENCODING");
    const aborted = AbortSignal.abort(new Error("enough"));
    await expect(portal.expel("a", [member], { signal: aborted })).rejects.toMatchObject({ message: "enough" });
    expect(asked).toEqual([]);
  });

  it("throws OFFLINE for what is no answer of a relay", async () => {
    const portal = portalTransport({ url: ORIGIN, fetch: async () => new Response("<h1>sign in</h1>") });
    expect((await rejection(portal.expel("a", ["0".repeat(32) as never]))).code).toBe("OFFLINE");
  });
});
