// Sealing with a limit on the age of the recipients' logs: docs/spec.md sections 12 and 13.4 (SVC-6).

import { describe, expect, it } from "vitest";
import type { Freshness } from "../../src/content/freshness.js";
import { openContent } from "../../src/content/open.js";
import type { Recipient } from "../../src/content/recipients.js";
import { sealContent, sealStream } from "../../src/content/seal.js";
import { trackContact } from "../../src/fingerprint/tracked-contact.js";
import { flipped } from "../primitives/support.js";
import { seededEnv } from "../support/seeded-env.js";
import { DAY, HOUR, NOON, statement, UNTIL } from "../support/service.js";
import { rejection } from "../support/thrown.js";
import { openWorld } from "../support/world.js";
import { content, person } from "./support.js";

const env = seededEnv("freshness");
const purpose = "note";
const alice = openWorld("freshness", { operator: true }).join("Phone");
const bob = openWorld("freshness of bob", { operator: true, subject: "bob@example.org" });
/** The phone was lost, and its owner has removed it. */
const removed = alice.review("Laptop", { remove: ["Phone"] });
const fresh: Freshness = { now: NOON, maxAge: HOUR };

const seal = (recipients: readonly Recipient[], freshness: Freshness | undefined = fresh) =>
  sealContent(recipients, content(5), { purpose, fresh: freshness }, env);
const refusal = (recipients: readonly Recipient[], freshness?: Freshness) => rejection(seal(recipients, freshness));
const STALE = { code: "STALE_LOG", rule: "SVC-6" };

describe("sealing to logs that must be fresh", () => {
  it("goes on with a statement of the head at hand that is not too old (SVC-6)", async () => {
    const sealed = await seal([{ log: alice.log, statement: statement(alice, NOON - HOUR) }]);
    expect(await openContent(sealed, alice.session("Phone").keyring)).toEqual(content(5));
  });

  it("may be zero: then the statement must be of this moment", async () => {
    const recipient = { log: alice.log, statement: statement(alice, NOON) };
    await seal([recipient], { now: NOON, maxAge: 0, skew: 0 });
    expect(await refusal([recipient], { now: NOON + 1, maxAge: 0, skew: 0 })).toMatchObject(STALE);
    expect(await refusal([recipient], { now: NOON - 1, maxAge: 0, skew: 0 })).toMatchObject({ code: "NOT_YET" });
  });

  it("is refused with a statement that is too old (SVC-6)", async () => {
    const at = NOON - HOUR - 1;
    const recipient = { log: alice.log, statement: statement(alice, at) };
    const refused = await refusal([recipient]);
    expect(refused).toMatchObject(STALE);
    expect(refused.details).toEqual({ log: alice.log.head.log, seq: 2, at, now: NOON, maxAge: HOUR });
    await seal([recipient], { now: NOON, maxAge: HOUR + 1 });
    await seal([recipient], { now: NOON - 1, maxAge: HOUR });
  });

  it("is refused if the service has stated more links than the log at hand has (SVC-6)", async () => {
    // Without this, a server could give out the new statement with the old log, and the lost phone could go on reading.
    expect(await refusal([{ log: alice.log, statement: statement(removed) }])).toMatchObject({
      ...STALE,
      details: { log: alice.log.head.log, seq: 3 },
    });
    await seal([{ log: removed.log, statement: statement(removed) }]);
    // The twin: the log at hand has more links than were stated.
    await seal([{ log: removed.log, statement: statement(alice) }]);
  });

  it("is refused for every recipient without a statement, whatever else is known of it (SVC-6)", async () => {
    const good = { log: alice.log, statement: statement(alice) };
    expect(await refusal([alice.log])).toMatchObject({ ...STALE, details: { log: alice.log.head.log } });
    expect(await refusal([good, bob.log])).toMatchObject({ ...STALE, details: { log: bob.log.head.log } });
    expect(
      await refusal([good, { log: bob.log, contact: trackContact(bob.log, { unsafeVerified: true }) }]),
    ).toMatchObject(STALE);
    await seal([good, { log: bob.log, statement: statement(bob) }]);
    expect(() => sealStream([good, bob.log], { purpose, fresh }, env)).toThrow(expect.objectContaining(STALE));
  });

  it("is refused for a log that names no operator, since nobody can state its head (SVC-6)", async () => {
    const { log } = person("carol");
    expect(await refusal([log])).toMatchObject({ ...STALE, details: { log: log.head.log } });
    expect(await refusal([{ log, statement: statement(alice) }])).toMatchObject(STALE);
    await sealContent([log], content(5), { purpose }, env);
  });

  it("is refused with another log's statement, one that contradicts the log, one ahead of the clock, and a forged one", async () => {
    const of = (bytes: Uint8Array) => [{ log: alice.log, statement: bytes }];
    expect(await refusal(of(statement(bob)))).toMatchObject({ code: "WRONG_SUBJECT", rule: "SVC-4" });
    expect(await refusal([{ log: removed.log, statement: statement(alice.rotate("Phone")) }])).toMatchObject({
      code: "FORKED",
      rule: "SVC-4",
    });
    const ahead = of(statement(alice, NOON + HOUR));
    expect(await refusal(ahead)).toMatchObject({ code: "NOT_YET", rule: "SVC-3" });
    await seal(ahead, { ...fresh, skew: HOUR });
    expect(await refusal(of(flipped(statement(alice), 250)))).toMatchObject({
      code: "INVALID_SIGNATURE",
      rule: "SVC-1",
    });
    expect(await refusal(of(statement(alice, UNTIL)), { now: UNTIL + 1, maxAge: DAY })).toMatchObject({
      code: "STALE_LOG",
      rule: "SVC-2",
    });
    await seal(of(statement(alice)));
  });

  it("does not replace a rotation that is due, or excuse a contradicted pin", async () => {
    const expelled = alice.expel("Phone");
    expect(await refusal([{ log: expelled.log, statement: statement(expelled) }])).toMatchObject({
      code: "ROTATION_DUE",
    });
    const joined = alice.join("Thief");
    const pin = trackContact(alice.log);
    expect(await refusal([{ log: joined.log, contact: pin, statement: statement(joined) }])).toMatchObject({
      code: "CONTACT_CHANGED",
    });
  });
});

describe("a demand for freshness", () => {
  it("is needed beside a statement, which would otherwise be believed unread (INVALID_ARGUMENT)", async () => {
    const recipient = { log: alice.log, statement: statement(alice) };
    const refused = await rejection(sealContent([recipient], content(5), { purpose }, env));
    expect(refused).toMatchObject({ code: "INVALID_ARGUMENT", details: { log: alice.log.head.log } });
    await seal([recipient]);
  });

  it("is refused when it is invalid (INVALID_ARGUMENT)", async () => {
    const recipient = { log: alice.log, statement: statement(alice) };
    const wrong = [null, 7, "1 h", { now: NOON }, { maxAge: 1 }, { now: "x", maxAge: 1 }, { now: NOON, maxAge: -1 }];
    for (const bad of [...wrong, { ...fresh, skew: -1 }, { ...fresh, now: Number.NaN }] as unknown as Freshness[]) {
      expect(await rejection(sealContent([recipient], content(5), { purpose, fresh: bad }, env))).toMatchObject({
        code: "INVALID_ARGUMENT",
      });
    }
    // Checked before any recipient is judged: this one would be refused.
    for (const bad of [
      { ...fresh, skew: -1 },
      { ...fresh, skew: 0.5 },
      { ...fresh, maxAge: 0.5 },
    ]) {
      expect(await refusal([bob.log], bad)).toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    for (const bad of [null, 7, "x", {}] as unknown as Uint8Array[]) {
      expect(await refusal([{ log: alice.log, statement: bad }])).toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });
});
