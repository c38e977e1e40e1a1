// A sender seals to what it verified, knows how old that is, and never goes back behind what it has seen.

import { describe, expect, it } from "vitest";
import { utf8Decode, utf8Encode } from "../../src/bytes/text.js";
import { readContentHeader } from "../../src/content/format.js";
import { openContent } from "../../src/content/open.js";
import { sealStream } from "../../src/content/seal.js";
import { KeysteadError } from "../../src/errors.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import type { Evidence } from "../../src/log/evidence.js";
import type { ServiceSenderOptions } from "../../src/sender/options.js";
import { createSender } from "../../src/sender/sender.js";
import { drop, holdBack, present, rollBackTo } from "../../src/testing/lies.js";
import { evidenceOf } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { HOUR, statement } from "../support/service.js";
import { rejection } from "../support/thrown.js";
import { ALICE, openWorld, type World } from "../support/world.js";
import { Place } from "./helpers.js";

const MINUTE = 60_000;
const OPTIONS = { purpose: "voicemail" };
const HELLO = utf8Encode("hello");

const alice = (operator = false) => openWorld("sender", { operator }).enroll("Laptop", "Phone");

const opened = async (sealed: Uint8Array, world: World, name: string) =>
  utf8Decode(await openContent(sealed, world.session(name).keyring, OPTIONS));

describe("sealing", () => {
  it("seals to the newest log, and asks again only when it is too old", async () => {
    const world = alice();
    const place = new Place().publish(world);
    const sender = place.sender();
    const sealed = await sender.seal(ALICE, HELLO, OPTIONS);
    expect(await opened(sealed, world, "Phone")).toBe("hello");
    expect(place.asked).toEqual([`read ${ALICE} 0`]);
    const later = world.rename("Laptop", "A");
    place.publish(later).now += 10 * MINUTE;
    expect(readContentHeader(await sender.seal(ALICE, HELLO, OPTIONS)).recipients[0]?.head).toEqual(world.log.head);
    place.now += 1;
    expect(readContentHeader(await sender.seal(ALICE, HELLO, OPTIONS)).recipients[0]?.head).toEqual(later.log.head);
    expect(place.asked).toEqual([`read ${ALICE} 0`, `read ${ALICE} 2`]);
  });

  it("seals to several subjects at once, and gives logs for streams", async () => {
    const bob = openWorld("bob", { subject: "bob" });
    const place = new Place().publish(bob).publish(alice());
    const sender = place.sender();
    const sealed = await sender.seal([ALICE, "bob"], HELLO, { ...OPTIONS, pad: true, associatedData: utf8Encode("1") });
    expect(readContentHeader(sealed)).toMatchObject({ recipients: { length: 2 }, padding: "padme" });
    const pair = sealStream(await sender.recipients(["bob"]), OPTIONS, seededEnv("stream"));
    const writer = pair.writable.getWriter();
    void writer.write(HELLO).then(() => writer.close());
    const stream = new Uint8Array(await new Response(pair.readable as BodyInit).arrayBuffer());
    expect(await opened(stream, bob, "Laptop")).toBe("hello");
  });

  it("asks once for everybody who waits, and who gives up takes the answer from nobody", async () => {
    const place = new Place().publish(alice());
    const sender = place.sender();
    const gone = new AbortController();
    const left = sender.seal(ALICE, HELLO, { ...OPTIONS, signal: gone.signal });
    const others = Promise.all(Array.from({ length: 5 }, () => sender.seal(ALICE, HELLO, OPTIONS)));
    gone.abort(new Error("enough"));
    await expect(left).rejects.toThrow("enough");
    expect(await others).toHaveLength(5);
    expect(place.asked).toEqual([`read ${ALICE} 0`]);
  });

  it("keeps no more bytes than it may, and pins what it dropped", async () => {
    const bob = openWorld("bob", { subject: "bob" });
    const place = new Place().publish(bob).publish(alice());
    const sender = place.sender({ cacheBytes: 1 });
    await sender.seal(ALICE, HELLO, OPTIONS);
    await sender.seal("bob", HELLO, OPTIONS);
    place.asked.length = 0;
    const stop = place.relay.tell(ALICE, rollBackTo(1));
    expect((await rejection(sender.seal(ALICE, HELLO, OPTIONS))).code).toBe("ROLLED_BACK");
    expect(place.asked).toEqual([`read ${ALICE} 0`]);
    stop();
    await sender.seal("bob", HELLO, OPTIONS);
    expect(place.asked).toHaveLength(1);
    await sender.seal(ALICE, HELLO, OPTIONS);
    await sender.seal("bob", HELLO, OPTIONS);
    expect(place.asked).toEqual([`read ${ALICE} 0`, `read ${ALICE} 0`, "read bob 0"]);
  });

  it("ends a log without end", async () => {
    const place = new Place().publish(alice());
    const error = await rejection(place.sender({ logBytes: 100 }).seal(ALICE, HELLO, OPTIONS));
    expect(error).toMatchObject({ code: "TOO_LARGE", details: { limit: 100 } });
  });

  it("says when a subject has no log", async () => {
    const error = await rejection(new Place().publish(alice()).sender().seal("nobody", HELLO, OPTIONS));
    expect(error).toMatchObject({ code: "STALE_LOG", kind: "not-now", details: { subject: "nobody" } });
  });
});

describe("a service that is not reached", () => {
  it("delays nothing while the log is fresh, and stops sealing after that", async () => {
    const place = new Place().publish(alice());
    const sender = place.sender({ maxAge: HOUR });
    place.isReached = false;
    expect((await rejection(sender.seal(ALICE, HELLO, OPTIONS))).code).toBe("OFFLINE");
    place.isReached = true;
    await sender.seal(ALICE, HELLO, OPTIONS);
    place.isReached = false;
    place.now += HOUR;
    await sender.seal(ALICE, HELLO, OPTIONS);
    place.now += 1;
    const error = await rejection(sender.seal(ALICE, HELLO, OPTIONS));
    expect(error).toMatchObject({ code: "STALE_LOG", rule: "SVC-6", details: { age: HOUR + 1, maxAge: HOUR } });
    expect(error.cause).toMatchObject({ code: "OFFLINE" });
    place.isReached = true;
    await sender.seal(ALICE, HELLO, OPTIONS);
  });

  it("is asked when the own clock was set back", async () => {
    const place = new Place().publish(alice());
    const sender = place.sender();
    await sender.seal(ALICE, HELLO, OPTIONS);
    place.now -= HOUR;
    place.isReached = false;
    expect((await rejection(sender.seal(ALICE, HELLO, OPTIONS))).code).toBe("STALE_LOG");
  });

  it("is not waited for without end by one process", async () => {
    const transport = { read: () => Promise.reject(new TypeError("broken")) };
    await expect(new Place().sender({ transport }).seal(ALICE, HELLO, OPTIONS)).rejects.toThrow("broken");
  });
});

describe("rotation due", () => {
  const removed = () => alice().leave("Phone");

  it("refuses, and seals at once after a device rotated", async () => {
    const world = removed();
    expect(world.log.rotationDue).toBe(true);
    const place = new Place().publish(world);
    const sender = place.sender();
    expect((await rejection(sender.seal(ALICE, HELLO, OPTIONS))).code).toBe("ROTATION_DUE");
    const rotated = world.rotate("Laptop");
    place.publish(rotated);
    const sealed = await sender.seal(ALICE, HELLO, OPTIONS);
    expect(await opened(sealed, rotated, "Laptop")).toBe("hello");
    await expect(opened(sealed, world, "Phone")).rejects.toMatchObject({ code: "NO_ACCESS" });
  });

  it("lets the removed device read only by name", async () => {
    const world = removed();
    const sealed = await new Place().publish(world).sender().unsafeSealForRemovedToo(ALICE, HELLO, OPTIONS);
    expect(await opened(sealed, world, "Phone")).toBe("hello");
  });

  it("queues to the service's own log, and delivers after a rotation, with what was meant", async () => {
    const service = openWorld("the service", { subject: "service" });
    const world = removed();
    const place = new Place().publish(world);
    const queue = service.log;
    const associatedData = utf8Encode("message 7");
    const queued = await place.sender({ queue }).sealOrQueue(ALICE, HELLO, { ...OPTIONS, associatedData });
    if (queued.status !== "queued") throw new Error("must wait");

    const { keyring } = service.session("Laptop");
    const delivered: unknown[] = [];
    const deliver = async (delivery: unknown) => void delivered.push(delivery);
    expect(await place.sender({ queue }).flush(keyring, deliver)).toEqual({
      delivered: 0,
      waiting: 1,
      failed: new Map(),
    });
    place.isReached = false;
    const { failed } = await place.sender({ queue }).flush(keyring, deliver);
    expect(failed.get(queued.id)).toMatchObject({ code: "OFFLINE" });
    place.isReached = true;

    const rotated = world.rotate("Laptop");
    place.publish(rotated);
    expect(await place.sender({ queue }).flush(keyring, deliver)).toMatchObject({ delivered: 1, waiting: 0 });
    expect(await place.sender({ queue }).flush(keyring, deliver)).toMatchObject({ delivered: 0, waiting: 0 });
    expect(delivered).toMatchObject([{ id: queued.id, subjects: [ALICE], purpose: "voicemail", associatedData }]);
    const [{ content }] = delivered as [{ content: Uint8Array }];
    const mine = rotated.session("Laptop").keyring;
    expect(await openContent(content, mine, { ...OPTIONS, associatedData })).toEqual(HELLO);
    await expect(openContent(content, world.session("Phone").keyring, OPTIONS)).rejects.toMatchObject({
      code: "NO_ACCESS",
    });
  });

  it("keeps in the queue what could not be delivered, and sends nothing to whom the store was changed to", async () => {
    const service = openWorld("the service", { subject: "service" });
    const world = removed();
    const place = new Place().publish(world);
    const sender = place.sender({ queue: service.log });
    await sender.sealOrQueue(ALICE, HELLO, OPTIONS);
    place.publish(world.rotate("Laptop"));
    const { keyring } = service.session("Laptop");
    const full = new Error("the disk is full");
    const report = await sender.flush(keyring, () => Promise.reject(full));
    expect([...report.failed.values()]).toEqual([full]);

    const [key] = await place.store.keys("q");
    const stored = await place.store.get(key as string);
    const text = utf8Encode(ALICE);
    const at = stored?.findIndex((_, from) => text.every((byte, i) => stored[from + i] === byte)) ?? -1;
    const changed = new Uint8Array(stored as Uint8Array);
    changed.set(utf8Encode("mallo"), at);
    place.relay.publish("mallo@example.org", openWorld("mallo", { subject: "mallo@example.org" }).last);
    await place.store.replace(key as string, stored, changed);
    const tampered = await place.sender({ queue: service.log }).flush(keyring, () => Promise.reject(full));
    expect([...tampered.failed.values()]).toMatchObject([{ code: "CORRUPT_CONTENT" }]);
  });

  it("seals at once what need not wait, and queues nothing without a log of its own", async () => {
    const place = new Place().publish(alice());
    expect((await rejection(place.sender().sealOrQueue(ALICE, HELLO, OPTIONS))).code).toBe("INVALID_ARGUMENT");
    const service = openWorld("the service", { subject: "service" });
    const sender = place.sender({ queue: service.log });
    expect((await sender.sealOrQueue(ALICE, HELLO, OPTIONS)).status).toBe("sealed");
    const other = alice().session("Laptop").keyring;
    expect((await rejection(sender.flush(other, async () => {}))).code).toBe("INVALID_ARGUMENT");
  });
});

describe("a service that contradicts itself", () => {
  const other = openWorld("another log");
  it.each<[string, string, (place: Place, world: World) => void, string]>([
    ["a shorter log", "ROLLED_BACK", (place) => place.relay.tell(ALICE, rollBackTo(1)), "claimed"],
    ["no log", "ROLLED_BACK", (place) => place.relay.tell(ALICE, present([])), "claimed"],
    ["another log", "REPLACED", (place) => place.relay.tell(ALICE, present(other.entries)), "claimed"],
    [
      "another history",
      "FORKED",
      (place, world) => {
        const [first] = world.entries as [Uint8Array];
        const fork = openWorld("sender").rename("Laptop", "other").rename("Laptop", "more").rename("Laptop", "again");
        expect(fork.entries[0]).toEqual(first);
        place.relay.tell(ALICE, present(fork.entries));
      },
      "proven",
    ],
  ])(
    "shows %s: %s with evidence, nothing is sealed, and it is over when the service is true again",
    async (_, code, lie, verdict) => {
      const world = alice();
      const place = new Place().publish(world);
      const running = place.sender();
      await running.seal(ALICE, HELLO, OPTIONS);
      lie(place, world);
      place.now += HOUR;
      for (const sender of [running, running, place.sender()]) {
        const error = await rejection(sender.seal(ALICE, HELLO, OPTIONS));
        expect(error).toMatchObject({ code, kind: "contradiction" });
        const { evidence } = error.details as { evidence: Evidence };
        // After a restart only the pinned head is at hand.
        const known = evidence.ours.length > 0 ? verdict : "claimed";
        expect(checkEvidence(evidence)).toMatchObject({ verdict: known });
      }
    },
  );

  it("goes on once the service shows the log again", async () => {
    const place = new Place().publish(alice());
    const sender = place.sender();
    await sender.seal(ALICE, HELLO, OPTIONS);
    place.now += HOUR;
    const stop = place.relay.tell(ALICE, rollBackTo(1));
    expect((await rejection(sender.seal(ALICE, HELLO, OPTIONS))).code).toBe("ROLLED_BACK");
    stop();
    await sender.seal(ALICE, HELLO, OPTIONS);
  });

  it("is found also by a process that knows less than another", async () => {
    const world = alice();
    const place = new Place().publish(world);
    const first = place.sender();
    await first.seal(ALICE, HELLO, OPTIONS);
    const later = world.rename("Laptop", "A").rename("Laptop", "B");
    await place.publish(later).sender().seal(ALICE, HELLO, OPTIONS);
    place.now += HOUR;
    const stop = place.relay.tell(ALICE, holdBack(1));
    expect((await rejection(first.seal(ALICE, HELLO, OPTIONS))).code).toBe("ROLLED_BACK");
    stop();
    const sealed = await first.seal(ALICE, HELLO, OPTIONS);
    expect(readContentHeader(sealed).recipients[0]?.head).toEqual(later.log.head);
  });

  it("leaves out an entry: nothing is sealed", async () => {
    const place = new Place().publish(alice().rename("Laptop", "A"));
    place.relay.tell(ALICE, drop(2));
    expect((await rejection(place.sender().seal(ALICE, HELLO, OPTIONS))).kind).toBe("bad-input");
  });

  it("is believed again about a subject after the app reset the account", async () => {
    const place = new Place().publish(alice());
    const sender = place.sender();
    await sender.seal(ALICE, HELLO, OPTIONS);
    place.relay.tell(ALICE, present(other.entries));
    place.now += HOUR;
    expect((await rejection(sender.seal(ALICE, HELLO, OPTIONS))).code).toBe("REPLACED");
    await sender.unsafeForget(ALICE);
    expect(await opened(await sender.seal(ALICE, HELLO, OPTIONS), other, "Laptop")).toBe("hello");
  });
});

describe("statements of heads", () => {
  it("are asked for where the options say so, and their age counts", async () => {
    const place = new Place().publish(alice(true));
    const sender = place.sender({ stated: true, maxAge: HOUR });
    expect((await rejection(sender.seal(ALICE, HELLO, OPTIONS))).code).toBe("STALE_LOG");
    place.states = true;
    await sender.seal(ALICE, HELLO, OPTIONS);
    place.states = false;
    place.now += HOUR;
    await sender.seal(ALICE, HELLO, OPTIONS);
    place.now += 1;
    expect((await rejection(sender.seal(ALICE, HELLO, OPTIONS))).code).toBe("STALE_LOG");
    const unnamed = new Place().publish(alice());
    expect((await rejection(unnamed.sender({ stated: true }).seal(ALICE, HELLO, OPTIONS))).code).toBe("STALE_LOG");
  });

  it("that name more than is shown stop sealing", async () => {
    const place = new Place().publish(alice(true).rename("Laptop", "A"));
    place.states = true;
    const honest = place.transport;
    const transport = {
      ...honest,
      read: async (...given: Parameters<typeof honest.read>) => {
        const page = await honest.read(...given);
        return page && { ...page, newest: 2, entries: page.entries.slice(0, 2 - given[1].after) };
      },
    };
    const error = await rejection(place.sender({ transport }).seal(ALICE, HELLO, OPTIONS));
    expect(error).toMatchObject({ code: "STALE_LOG", details: { seq: 2, newest: 3 } });
  });

  it("that contradict each other are evidence, after a restart too", async () => {
    const world = alice(true).rename("Laptop", "A");
    const place = new Place().publish(world);
    place.states = true;
    await place.sender().seal(ALICE, HELLO, OPTIONS);
    place.now += HOUR;
    const older = new Uint8Array(
      statement(
        { log: { head: { ...world.log.head, seq: 2, hash: world.log.links.at(1)?.hash as never } } },
        place.now,
      ),
    );
    const honest = place.transport;
    const transport = {
      read: async (...given: Parameters<typeof honest.read>) => {
        const page = await honest.read(...given);
        return page && { ...page, statement: older };
      },
    };
    const error = await rejection(place.sender({ transport }).seal(ALICE, HELLO, OPTIONS));
    expect(error).toMatchObject({ code: "FORKED", rule: "SVC-5" });
    expect(checkEvidence(evidenceOf(error))).toMatchObject({ verdict: "proven" });
  });

  it("by somebody else are as good as none", async () => {
    const place = new Place().publish(alice(true));
    const honest = place.transport;
    const transport = {
      read: async (...given: Parameters<typeof honest.read>) => {
        const page = await honest.read(...given);
        return page && { ...page, statement: new Uint8Array([1, 2, 3]) };
      },
    };
    await place.sender({ transport }).seal(ALICE, HELLO, OPTIONS);
    const stated = place.sender({ transport, stated: true });
    expect((await rejection(stated.seal(ALICE, HELLO, OPTIONS))).code).toBe("INVALID_ENCODING");
  });
});

describe("refresh", () => {
  it("asks for many heads at once, and reads only what has changed", async () => {
    const world = alice();
    const place = new Place().publish(world);
    const sender = place.sender();
    expect(await sender.refresh([ALICE])).toEqual(new Map());
    place.now += HOUR;
    expect(await sender.refresh([ALICE])).toEqual(new Map());
    await sender.seal(ALICE, HELLO, OPTIONS);
    const later = world.rename("Laptop", "A");
    place.publish(later);
    expect(await sender.refresh([ALICE])).toEqual(new Map());
    expect(readContentHeader(await sender.seal(ALICE, HELLO, OPTIONS)).recipients[0]?.head).toEqual(later.log.head);
    expect(place.asked).toEqual([`read ${ALICE} 0`, "heads 1", "heads 1", `read ${ALICE} 2`]);
  });

  it("says what went wrong with whom, and goes on with the others", async () => {
    const place = new Place().publish(openWorld("bob", { subject: "bob" })).publish(alice());
    const sender = place.sender();
    await sender.refresh([ALICE, "bob"]);
    place.relay.tell(ALICE, rollBackTo(1));
    const failed = await sender.refresh(["nobody", ALICE]);
    expect([...failed].map(([subject, { code }]) => [subject, code])).toEqual([
      ["nobody", "STALE_LOG"],
      [ALICE, "ROLLED_BACK"],
    ]);
    place.isReached = false;
    expect((await rejection(sender.refresh(["bob"]))).code).toBe("OFFLINE");
  });

  it("reads each log where the service cannot say heads", async () => {
    const place = new Place().publish(alice());
    const { read } = place.transport;
    const sender = place.sender({ transport: { read } });
    await sender.refresh([ALICE]);
    await sender.refresh([ALICE]);
    expect(place.asked).toEqual([`read ${ALICE} 0`, `read ${ALICE} 2`]);
  });
});

describe("wrong arguments", () => {
  const { transport } = new Place();
  it.each<[string, unknown]>([
    ["no options", undefined],
    ["a transport that cannot read", { transport: {} }],
    ["a store without compare-and-set", { transport, store: { get: () => {} } }],
    ["an age in fractions", { transport, maxAge: 0.5 }],
    ["a wrong switch", { transport, stated: "yes" }],
    ["a queue that is no log", { transport, queue: { head: {} } }],
    ["a size below nothing", { transport, cacheBytes: -1 }],
  ])("refuse %s", (_, options) => {
    expect(() => createSender(options as ServiceSenderOptions)).toThrow(KeysteadError);
  });

  it.each<[string, unknown]>([
    ["no subject", ""],
    ["a subject twice", [ALICE, ALICE]],
    ["a number", 7],
  ])("refuse %s before anything is asked", async (_, to) => {
    const place = new Place();
    expect((await rejection(place.sender().seal(to as string, HELLO, OPTIONS))).code).toBe("INVALID_ARGUMENT");
    expect(place.asked).toEqual([]);
  });
});
