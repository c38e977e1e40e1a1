// Seven digits on two screens, over a service that carries messages or lies about them. docs/spec.md section 10.1.

import { beforeEach, describe, expect, it } from "vitest";
import type { Bytes } from "../../src/bytes/bytes.js";
import { type CborValue, decodeCbor, encodeCbor } from "../../src/bytes/cbor.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import { openSession, type Session } from "../../src/client/session.js";
import { askForDigits, beginningIn } from "../../src/fingerprint/digits.js";
import { verifyLog } from "../../src/log/verify.js";
import type { Env } from "../../src/primitives/env.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { type RelayTransportOptions, relayTransport } from "../../src/testing/relay-transport.js";
import type { Transport } from "../../src/transport/transport.js";
import { seededEnv } from "../support/seeded-env.js";
import { turns } from "../support/turns.js";
import { quietEnv } from "./sessions.js";
import { SUBJECT } from "./simple.js";

/** Time passes only where a test waits for the end of a comparison: a slow machine must not end one. */
let timePasses = false;
let now = 1_700_000_000_000;
let pauses = 0;
/** The pause in which somebody sets the clock back. */
let setBackAt: number | undefined;
beforeEach(() => {
  timePasses = false;
  pauses = 0;
  setBackAt = undefined;
});

/** A pause gives the other device its turn. */
async function paused(): Promise<void> {
  if (timePasses) now += 1000;
  if (++pauses === setBackAt) now -= 3_600_000;
  await turns();
}

interface Tab {
  readonly session: Session;
  readonly member: () => MemberId;
}

async function tab(
  relay: MaliciousRelay,
  name: string,
  options: RelayTransportOptions & { readonly without?: boolean } = {},
): Promise<Tab> {
  const { without, ...faults } = options;
  const { sendMessage, readMessages, ...rest } = relayTransport(relay, name, faults);
  const transport: Transport = without ? rest : { ...rest, sendMessage, readMessages };
  const session = await openSession({
    ...{ subject: SUBJECT, store: memoryStore(), transport, background: false },
    sealer: await callerSealer(new Uint8Array(32).fill(7)),
    env: { ...quietEnv(name), now: () => now, sleep: paused },
  });
  return { session, member: () => present(session.getSnapshot().devices).me.member };
}

/** A laptop, and a phone that waits for approval. */
async function waiting(options: RelayTransportOptions & { readonly without?: boolean } = {}) {
  const relay = new MaliciousRelay();
  const laptop = await tab(relay, "laptop", options);
  const phone = await tab(relay, "phone");
  await laptop.session.create({ name: "Laptop" });
  await phone.session.join({ name: "Phone" });
  await laptop.session.sync();
  return { relay, laptop, phone };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turns();
}

/** An answer as somebody writes it who has no keys of the account. */
function blindAnswer(commit: Bytes, env: Env): Bytes {
  const { commitment } = present(beginningIn(commit));
  return encodeCbor(
    new Map<string, CborValue>([
      ["v", 1],
      ["step", "answer"],
      ["commitment", commitment],
      ["part", env.random(32)],
    ]),
  );
}

/** The opening with another salt. */
function changedSalt(message: Bytes): Bytes {
  const fields = new Map(decodeCbor(message, { name: "message", maxBytes: 512 }) as ReadonlyMap<string, CborValue>);
  if (fields.get("step") !== "open") return message;
  return encodeCbor(fields.set("salt", new Uint8Array(32)));
}

const again = (because: string) => ({ code: "COMPARE_AGAIN", details: { because } });

describe("over an honest service", () => {
  it("both show the same digits, with either one first, and the token approves", async () => {
    for (const isPhoneFirst of [true, false]) {
      const { laptop, phone } = await waiting();
      const sealed = await laptop.session.seal(utf8Encode("old"), { purpose: "note" });
      const showing = isPhoneFirst ? phone.session.showDigits() : undefined;
      const comparing = laptop.session.compareDigits(phone.member());
      const [comparison, shown] = await Promise.all([comparing, showing ?? phone.session.showDigits()]);
      expect(comparison.digits).toBe(shown);
      expect(shown).toMatch(/^\d{3} \d{4}$/);
      const result = comparison.check(shown);
      await laptop.session.save({ approve: [present(result.token)] });
      await phone.session.sync();
      expect(phone.session.getSnapshot().status).toBe("ready");
      expect(await phone.session.open(sealed)).toEqual(utf8Encode("old"));
    }
  });

  it("begins again with other digits, and ignores the messages of the first time", async () => {
    const { laptop, phone } = await waiting();
    const once = () => Promise.all([laptop.session.compareDigits(phone.member()), phone.session.showDigits()]);
    const [first, shown] = await once();
    expect(first.check(shown.replace(/.$/, (last) => String((Number(last) + 1) % 10))).status).toBe("mismatch");
    const [second, shownThen] = await once();
    expect(second.digits).toBe(shownThen);
    expect(second.check(shownThen).status).toBe("match");
  });

  it("fails where nobody answers, and where a message is lost", async () => {
    const { laptop, phone } = await waiting();
    timePasses = true;
    await expect(laptop.session.compareDigits(phone.member())).rejects.toMatchObject(again("unanswered"));
    [pauses, setBackAt] = [0, 60];
    await expect(laptop.session.compareDigits(phone.member())).rejects.toMatchObject(again("unanswered"));
    expect(pauses).toBeLessThan(130);
    const lossy = await waiting({ fault: ({ kind }) => (kind === "send-message" ? { lost: "request" } : undefined) });
    const comparing = lossy.laptop.session.compareDigits(lossy.phone.member());
    await expect(comparing).rejects.toMatchObject({ code: "OFFLINE" });
    await expect(lossy.phone.session.showDigits()).rejects.toMatchObject(again("unanswered"));
  });

  it("does not mind a look for messages that fails", async () => {
    let looks = 0;
    const fault: RelayTransportOptions["fault"] = ({ kind }) =>
      kind === "read-messages" && ++looks < 3 ? { lost: "answer" } : undefined;
    const { laptop, phone } = await waiting({ fault });
    const [{ digits }, shown] = await Promise.all([
      laptop.session.compareDigits(phone.member()),
      phone.session.showDigits(),
    ]);
    expect(digits).toBe(shown);
    expect(looks).toBeGreaterThan(2);
  });

  it("begins anew when the log has grown before the other device answers", async () => {
    const { relay, laptop, phone } = await waiting();
    const comparing = laptop.session.compareDigits(phone.member());
    comparing.catch(() => {});
    await until(() => relay.messages(SUBJECT).length > 0);
    await (await tab(relay, "tablet")).session.join({ name: "Tablet" });
    await expect(phone.session.showDigits()).rejects.toMatchObject(again("moved-on"));
    timePasses = true;
    await expect(comparing).rejects.toMatchObject(again("unanswered"));
    timePasses = false;
    const fresh = await Promise.all([laptop.session.compareDigits(phone.member()), phone.session.showDigits()]);
    expect(fresh[0].digits).toBe(fresh[1]);
  });

  it("opens nothing when the log has grown before the answer came", async () => {
    const { relay, laptop, phone } = await waiting();
    const deliver = relay.tellMessages(SUBJECT, () => [], { to: ["laptop"] });
    const both = Promise.allSettled([laptop.session.compareDigits(phone.member()), phone.session.showDigits()]);
    await until(() => relay.messages(SUBJECT).length > 1);
    await (await tab(relay, "tablet")).session.join({ name: "Tablet" });
    await laptop.session.sync();
    deliver();
    timePasses = true;
    expect(await both).toMatchObject([{ reason: again("moved-on") }, { reason: again("unanswered") }]);
    expect(relay.messages(SUBJECT)).toHaveLength(2);
  });

  it("is not there where the transport carries no messages", async () => {
    const { laptop, phone } = await waiting({ without: true });
    await expect(laptop.session.compareDigits(phone.member())).rejects.toMatchObject({ code: "NOT_PERMITTED" });
  });

  it("ends by a signal, and with the session", async () => {
    const { laptop, phone } = await waiting();
    const stop = new AbortController();
    const showing = phone.session.showDigits({ signal: stop.signal });
    stop.abort(new Error("the user went away"));
    await expect(showing).rejects.toThrow("the user went away");
    const comparing = laptop.session.compareDigits(phone.member());
    laptop.session.close();
    await expect(comparing).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await expect(phone.session.compareDigits("00".repeat(16) as MemberId)).rejects.toMatchObject({
      code: "UNKNOWN_MEMBER",
    });
    await expect(phone.session.showDigits({ signal: 5 as never })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

describe("over a service that lies", () => {
  it("shows other digits when it commits, answers and opens itself", async () => {
    for (let seed = 0; seed < 5; seed++) {
      const { relay, laptop, phone } = await waiting();
      const env = seededEnv(`liar ${seed}`);
      const log = verifyLog(relay.read(SUBJECT), { subject: SUBJECT, now: "unchecked" });
      // Towards the phone it is the laptop, with a commitment of its own; towards the laptop it is the phone.
      const own = askForDigits(log, phone.member(), env);
      relay.tellMessages(SUBJECT, (all) => all.filter(({ from }) => from !== laptop.member()), { to: ["phone"] });
      const liar = "ab".repeat(16) as MemberId;
      relay.send(SUBJECT, liar, phone.member(), own.message);
      const showing = phone.session.showDigits();
      const comparing = laptop.session.compareDigits(phone.member());
      await until(() => relay.messages(SUBJECT).some(({ to }) => to === liar));
      const answer = present(relay.messages(SUBJECT).find(({ to }) => to === liar));
      relay.send(SUBJECT, liar, phone.member(), present(own.take(answer.message)).message);
      const shown = await showing;
      // The laptop's commitment is answered with a part that the liar draws blindly.
      const commit = present(relay.messages(SUBJECT).find(({ from }) => from === laptop.member()));
      relay.send(SUBJECT, liar, laptop.member(), blindAnswer(commit.message, env));
      const comparison = await comparing;
      expect(comparison.digits).not.toBe(shown);
      expect(comparison.check(shown)).toEqual({ code: "comparison-mismatch", status: "mismatch" });
    }
  });

  it("finds nobody when it replays, reorders or withholds messages", async () => {
    const { relay, laptop, phone } = await waiting();
    await Promise.all([laptop.session.compareDigits(phone.member()), phone.session.showDigits()]);
    // Everything of the first time again, and nothing new.
    const old = [...relay.messages(SUBJECT)].reverse();
    relay.tellMessages(SUBJECT, () => old.map((each, at) => ({ ...each, id: at + 1 })));
    timePasses = true;
    const results = await Promise.allSettled([
      laptop.session.compareDigits(phone.member()),
      phone.session.showDigits(),
    ]);
    for (const result of results) expect(result).toMatchObject({ status: "rejected", reason: again("unanswered") });
  });

  it("gets no second try where the user begins again on one side only (SAS-2)", async () => {
    const { relay, laptop, phone } = await waiting();
    const env = seededEnv("liar");
    const liar = "ab".repeat(16) as MemberId;
    const old = laptop.session.compareDigits(phone.member());
    const commits = () => relay.messages(SUBJECT).filter(({ from }) => from === laptop.member());
    await until(() => commits().length === 1);
    const newer = laptop.session.compareDigits(phone.member());
    await expect(old).rejects.toMatchObject(again("begun-again"));
    await until(() => commits().length === 2);
    for (const { message } of commits()) relay.send(SUBJECT, liar, laptop.member(), blindAnswer(message, env));
    const comparison = await newer;
    // Digits that were on the screen before match nothing once the user has begun again.
    const last = laptop.session.compareDigits(phone.member());
    expect(() => comparison.check(comparison.digits)).toThrow(expect.objectContaining(again("begun-again")));
    const log = verifyLog(relay.read(SUBJECT), { subject: SUBJECT, now: "unchecked" });
    const own = askForDigits(log, phone.member(), env);
    relay.tellMessages(SUBJECT, (all) => all.filter(({ from }) => from !== laptop.member()), { to: ["phone"] });
    relay.send(SUBJECT, liar, phone.member(), own.message);
    const shown = phone.session.showDigits();
    await until(() => relay.messages(SUBJECT).some(({ to }) => to === liar));
    const second = phone.session.showDigits();
    await expect(shown).rejects.toMatchObject(again("begun-again"));
    // Either may end first.
    const ended = Promise.allSettled([second, last]);
    for (const session of [laptop.session, phone.session]) session.close();
    const closed = { status: "rejected", reason: { code: "STORE_UNAVAILABLE" } };
    expect(await ended).toMatchObject([closed, closed]);
  });

  it("is found out when it changes what opens a commitment (SAS-1)", async () => {
    const { relay, laptop, phone } = await waiting();
    relay.tellMessages(
      SUBJECT,
      (all) => all.map((each, at) => (at === 2 ? { ...each, message: changedSalt(each.message) } : each)),
      { to: ["phone"] },
    );
    const [, showing] = await Promise.allSettled([
      laptop.session.compareDigits(phone.member()),
      phone.session.showDigits(),
    ]);
    expect(showing).toMatchObject({ reason: { ...again("opened-otherwise"), rule: "SAS-1" } });
  });
});
