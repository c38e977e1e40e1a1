import { describe, expect, it } from "vitest";
import { present, rollBackTo } from "../../src/testing/lies.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { type RelayFault, type RelayRequest, relayTransport } from "../../src/testing/relay-transport.js";
import { expectWrongArgument } from "../support/refusal.js";
import { rejection } from "../support/thrown.js";
import { ALICE } from "../support/world.js";
import {
  PAGE_ENTRIES,
  SERVICE_TIME,
  SIGNER,
  STORY,
  stateOf,
  toldRelay,
  transportCases,
  WatchedRelay,
  withResolvers,
} from "./conformance.js";

const all = { after: 0, attachments: "all" } as const;
const [first, second] = STORY.entries as [Uint8Array, Uint8Array];

describe("the transport over a relay in memory", () => {
  transportCases((relay) =>
    relayTransport(relay, "reader", { now: () => SERVICE_TIME, state: stateOf, pageEntries: PAGE_ENTRIES }),
  );

  it("by default gives long pages, no statement and no time, and judges no time", async () => {
    const relay = new MaliciousRelay();
    const transport = relayTransport(relay, "reader");
    for (const entry of STORY.entries) await transport.publish(ALICE, entry, {});
    expect(await transport.read(ALICE, all)).toEqual({ entries: STORY.entries, newest: STORY.entries.length });
  });

  it("passes the relay's lies on, to the reader that they are for", async () => {
    const relay = toldRelay();
    relay.tell(ALICE, rollBackTo(2), { to: ["reader"] });
    expect((await relayTransport(relay, "reader").read(ALICE, all))?.newest).toBe(2);
    expect((await relayTransport(relay, "other").read(ALICE, all))?.newest).toBe(STORY.entries.length);
    relay.tell(ALICE, present([]));
    expect(await relayTransport(relay, "other").read(ALICE, all)).toBeUndefined();
  });

  it("gives a corrupt entry as it is, without attachments too", async () => {
    const relay = toldRelay();
    relay.tell(ALICE, present([Uint8Array.of(1, 2, 3)]));
    const page = await relayTransport(relay, "reader").read(ALICE, { after: 0, attachments: "none" });
    expect(page?.entries).toEqual([Uint8Array.of(1, 2, 3)]);
  });

  it("publishes on the reader's branch of a fork", async () => {
    const relay = new MaliciousRelay();
    relay.publish(ALICE, first);
    relay.fork(ALICE, 1, ["reader"]);
    await relayTransport(relay, "reader").publish(ALICE, second, {});
    expect([relay.read(ALICE, "reader"), relay.read(ALICE)]).toEqual([[first, second], [first]]);
  });

  it("refuses wrong arguments", () => {
    const relay = new MaliciousRelay();
    expectWrongArgument(() => relayTransport({} as never, "reader"), "no relay");
    expectWrongArgument(() => relayTransport(relay, 1 as never), "no name");
    expectWrongArgument(() => relayTransport(relay, "reader", { pageEntries: 0 }), "empty pages");
    expectWrongArgument(() => relayTransport(relay, "reader", null as never), "no options");
  });
});

describe("a fault", () => {
  /** A transport whose requests fail as the test says, one after the other. */
  function failing(relay: MaliciousRelay, ...faults: readonly (RelayFault | undefined)[]) {
    const requests: RelayRequest[] = [];
    const fault = (request: RelayRequest) => faults[requests.push(request) - 1];
    return { transport: relayTransport(relay, "reader", { fault }), requests };
  }

  it("is chosen by what is asked", async () => {
    const relay = new MaliciousRelay();
    const { transport, requests } = failing(relay);
    await transport.publish(ALICE, first, { signer: SIGNER });
    await transport.read(ALICE, all);
    expect(requests).toEqual([
      { kind: "publish", subject: ALICE, entry: first, signer: SIGNER },
      { kind: "read", subject: ALICE, ...all },
    ]);
  });

  it("loses the request: nothing is stored", async () => {
    const relay = new MaliciousRelay();
    const { transport } = failing(relay, { lost: "request" });
    expect((await rejection(transport.publish(ALICE, first, {}))).code).toBe("OFFLINE");
    expect(relay.read(ALICE)).toEqual([]);
  });

  it("loses the answer: the entry is stored", async () => {
    const relay = new MaliciousRelay();
    const { transport } = failing(relay, { lost: "answer" });
    expect((await rejection(transport.publish(ALICE, first, {}))).code).toBe("OFFLINE");
    expect(relay.read(ALICE)).toEqual([first]);
    expect(await transport.publish(ALICE, first, {})).toEqual({ verdict: "accepted" });
  });

  it("refuses, and the bytes are published later", async () => {
    const relay = new MaliciousRelay();
    const { transport, requests } = failing(relay, { refuse: "RATE_LIMITED", retryAfter: 1500 });
    const refused = await transport.publish(ALICE, first, {});
    expect(refused).toEqual({ verdict: "refused", code: "RATE_LIMITED", retryAfter: 1500 });
    expect(relay.read(ALICE)).toEqual([]);
    const [request] = requests;
    if (request?.kind === "publish") relay.publish(request.subject, request.entry);
    expect(relay.read(ALICE)).toEqual([first]);
  });

  it("refuses to answer", async () => {
    const { transport } = failing(toldRelay(), { refuse: "SIGN_IN" }, { refuse: "REMOVED" });
    for (const [call, code] of [
      [transport.read(ALICE, all), "SIGN_IN"],
      [transport.events([ALICE], () => {}, {}), "REMOVED"],
    ] as const)
      expect(await rejection(call)).toMatchObject({ code: "FORBIDDEN", details: { code } });
  });

  it("lets a request arrive late: another one comes first", async () => {
    const relay = new MaliciousRelay();
    relay.publish(ALICE, first);
    const { promise: arrives, resolve } = withResolvers<void>();
    const { transport } = failing(relay, { arrives });
    const late = transport.read(ALICE, all);
    await transport.publish(ALICE, second, {});
    resolve();
    expect((await late)?.newest).toBe(2);
  });

  it("lets an answer arrive late: it says what was so then", async () => {
    const relay = new MaliciousRelay();
    relay.publish(ALICE, first);
    const { promise: answers, resolve } = withResolvers<void>();
    const { transport } = failing(relay, { answers });
    const late = transport.read(ALICE, all);
    await transport.publish(ALICE, second, {});
    resolve();
    expect((await late)?.newest).toBe(1);
  });

  it("ends when the signal does, while it waits", async () => {
    const never = new Promise(() => {});
    const relay = new MaliciousRelay();
    const { transport } = failing(relay, { arrives: never }, { answers: never });
    const { signal, abort } = abortable();
    const calls = [transport.publish(ALICE, first, { signal }), transport.publish(ALICE, first, { signal })];
    await transport.read(ALICE, all);
    abort();
    for (const call of calls) await expect(call).rejects.toBe(signal.reason);
    expect(relay.read(ALICE)).toEqual([first]);
  });

  it("ends a stream of events", async () => {
    const relay = new WatchedRelay();
    const { promise: answers, resolve } = withResolvers<void>();
    const { transport } = failing(relay, { answers });
    const hints: string[] = [];
    const listening = transport.events([ALICE], (subject) => hints.push(subject), {});
    await relay.heard;
    relay.publish(ALICE, first);
    resolve();
    await listening;
    relay.publish(ALICE, second);
    await Promise.resolve();
    expect(hints).toEqual([ALICE]);
  });
});

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(new Error("enough")) };
}
