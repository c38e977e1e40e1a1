// Weaknesses that the client had, each in its smallest form.

import { expect, it } from "vitest";
import type { Bytes } from "../../src/bytes/bytes.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import type { ClientEnv } from "../../src/client/client-env.js";
import { Driver } from "../../src/client/driver.js";
import { withEvidence } from "../../src/client/judge-whole.js";
import { deviceMachine } from "../../src/client/machine.js";
import { newModel } from "../../src/client/records.js";
import { SealedStore } from "../../src/client/sealed-store.js";
import { openSession } from "../../src/client/session.js";
import { type ContradictionKind, decodeEvidence, encodeEvidence } from "../../src/log/evidence.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { relayTransport } from "../../src/testing/relay-transport.js";
import { turns } from "../support/turns.js";
import { approved, phone, SUBJECT } from "./simple.js";

const sealer = () => callerSealer(new Uint8Array(32).fill(7));

it("no number of rollbacks pushes out the evidence of a fork", async () => {
  const laptop = await phone(new MaliciousRelay(), "laptop").open();
  await laptop.create({ name: "Laptop" });
  const { log, seq, hash } = laptop.log.head;
  const evidence = (kind: ContradictionKind, number: number): Bytes =>
    encodeEvidence({
      ...{ v: 1, kind, subject: SUBJECT, pinned: { log, seq, hash }, ours: [], theirs: [Uint8Array.of(number)] },
    });
  let model = withEvidence(newModel(SUBJECT), evidence("forked", 1));
  for (let number = 0; number < 100; number++) model = withEvidence(model, evidence("rolled-back", number));
  const kinds = model.evidence.map((each) => decodeEvidence(each).kind);
  expect(kinds.filter((kind) => kind === "forked").length).toBe(1);
  expect(kinds.filter((kind) => kind === "rolled-back").length).toBe(16);
  expect(decodeEvidence(present(model.evidence.at(-1))).theirs).toEqual([Uint8Array.of(99)]);
});

it("a tab that slept while others did much learns that nobody knows how its own ended", async () => {
  const relay = new MaliciousRelay();
  const device = phone(relay, "laptop");
  const first = await device.open();
  await first.create({ name: "Laptop" });
  let hang = () => {};
  const isHanging = new Promise<void>((resolve) => {
    hang = resolve;
  });
  let wake = () => {};
  const isAwake = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const sleeper = await openSession({
    ...{
      subject: SUBJECT,
      store: memoryStore(device.disk),
      env: device.env,
      background: false,
      sealer: await sealer(),
    },
    transport: {
      ...device.transport,
      async publish(subject, entry, options) {
        const publication = await device.transport.publish(subject, entry, options);
        hang();
        await isAwake;
        return publication;
      },
    },
  });
  const renaming = sleeper.rename({ name: "Mine" });
  await isHanging;
  for (let number = 0; number < 17; number++) {
    await first.sync();
    await first.rename({ name: `${number}` });
  }
  wake();
  await expect(renaming).rejects.toMatchObject({
    ...{ code: "STORE_UNAVAILABLE", kind: "not-now", details: { reason: "unknown" } },
    message: expect.stringContaining("look at the snapshot"),
  });
  expect(sleeper.getSnapshot().devices?.me.name.name).toBe("16");
  await sleeper.rename({ name: "Again" });
});

it("a flood of hints does not make a session look at the service without a pause", async () => {
  const relay = new MaliciousRelay();
  const device = phone(relay, "laptop");
  let now = 1_800_000_000_000;
  let reads = 0;
  let isOver = false;
  /** Time passes while the session sleeps, and only then; a hint comes whenever it can. */
  let flood = () => {};
  const env: ClientEnv = {
    ...device.env,
    now: () => now,
    async sleep(milliseconds, signal) {
      flood();
      if (signal.aborted) return;
      now += Math.min(milliseconds, 1_000);
      // In a later turn, as a timer.
      await turns();
      if (isOver) await new Promise(() => {});
    },
  };
  const over = relayTransport(relay, "laptop");
  const session = await openSession({
    ...{ subject: SUBJECT, store: memoryStore(device.disk), env, sealer: await sealer() },
    transport: {
      ...over,
      async read(subject, options) {
        reads++;
        flood();
        // Without a pause no time passes: the test ends there.
        if (reads > 1_000) await new Promise(() => {});
        return over.read(subject, options);
      },
      async events(subjects, hint) {
        flood = () => hint(present(subjects[0]));
        await new Promise(() => {});
      },
    },
  });
  await expect.poll(() => now).toBeGreaterThan(1_800_000_060_000);
  isOver = true;
  session.close();
  // By the device's clock: about one look a second, for a minute at least.
  const seconds = (now - 1_800_000_000_000) / 1_000;
  expect(reads).toBeGreaterThan(seconds / 2);
  expect(reads).toBeLessThan(seconds + 10);
});

it("a closed session leaves no bytes of a pending keyring", async () => {
  const relay = new MaliciousRelay();
  const { env, disk } = phone(relay, "laptop");
  const driver = new Driver(
    {
      ...{ subject: SUBJECT, store: new SealedStore(memoryStore(disk), await sealer(), SUBJECT), env },
      transport: relayTransport(relay, "laptop", { fault: () => ({ lost: "request" }) }),
      ...{ stored: () => {}, changed: () => {} },
    },
    deviceMachine,
  );
  const asked = driver.intend({ do: "create", device: { name: "Laptop" } });
  const rejected = expect(asked).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  await expect.poll(() => driver.model.pending?.keyring).toBeDefined();
  const { keyring } = present(driver.model.pending);
  expect(present(keyring).some((byte) => byte !== 0)).toBe(true);
  driver.close();
  await rejected;
  await expect.poll(() => present(keyring).every((byte) => byte === 0)).toBe(true);
});

it("says what is wrong with what a verb was given", async () => {
  const laptop = await phone(new MaliciousRelay(), "laptop").open();
  await laptop.create({ name: "Laptop" });
  const { head } = laptop.log;
  const nothing = undefined as never;
  const calls: readonly [() => Promise<unknown>, string][] = [
    [() => laptop.useBackupKey(nothing), "text must be the text of a backup key"],
    [() => laptop.useBackupKey("AAAA", { remove: 5 as never }), "remove must be a list of member ids"],
    [() => laptop.reclaim(nothing), "from must be a member id"],
    [() => laptop.reclaim("x" as MemberId), "from must be a member id"],
    [() => laptop.save({ remove: ["x" as MemberId] }), "remove must be a list of member ids"],
    [() => laptop.setLockdown(true, ["x" as MemberId]), "remove must be a list of member ids"],
    [() => laptop.setLockdown("on" as never), "on must be true or false"],
    [() => laptop.rename({ name: "x" }, "x" as MemberId), "member must be a member id"],
  ];
  for (const [call, message] of calls) {
    await expect(Promise.resolve().then(call)).rejects.toMatchObject({
      ...{ code: "INVALID_ARGUMENT", message: expect.stringContaining(message) },
    });
  }
  expect(laptop.log.head).toEqual(head);
});

it("a device that joined again opens what its former member could open, bytes and streams", async () => {
  const relay = new MaliciousRelay();
  const laptop = await phone(relay, "laptop").open();
  await laptop.create({ name: "Laptop" });
  const device = phone(relay, "phone");
  let mobile = await approved(laptop, device);
  const old = await laptop.seal(utf8Encode("old"), { purpose: "note" });
  await laptop.save({ remove: [present(mobile.getSnapshot().devices).me.member] });
  const missed = await laptop.seal(utf8Encode("while it was removed"), { purpose: "note" });
  await mobile.sync();
  await mobile.join({ name: "Phone again" });
  const streamed = async (sealed: Bytes) => {
    const pair = mobile.openStream({ purpose: "note" });
    const writer = pair.writable.getWriter();
    // Where nothing opens, the readable end says why.
    writer
      .write(sealed)
      .then(() => writer.close())
      .catch(() => undefined);
    const bytes: number[] = [];
    const reader = pair.readable.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) bytes.push(...part.value);
    expect((await pair.opened).header.purpose).toBe("note");
    return Uint8Array.from(bytes);
  };
  const both = async () => {
    expect(await mobile.open(old)).toEqual(utf8Encode("old"));
    expect(await streamed(old)).toEqual(utf8Encode("old"));
    // What neither member holds is refused by what the present one lacks.
    const refusal = { code: "NO_ACCESS", details: { member: present(mobile.getSnapshot().devices).me.member } };
    await expect(mobile.open(missed)).rejects.toMatchObject(refusal);
    await expect(streamed(missed)).rejects.toMatchObject(refusal);
  };
  await both();
  mobile.close();
  mobile = await device.open();
  await both();
});

it("a first device whose clock was a day ahead makes the log when its clock is set, also after a restart", async () => {
  const day = 86_400_000;
  for (const restarts of [false, true]) {
    const device = phone(new MaliciousRelay(), "laptop");
    let ahead = day;
    const open = async () =>
      openSession({
        ...{ subject: SUBJECT, store: memoryStore(device.disk), sealer: await sealer(), background: false },
        env: { ...device.env, now: () => device.env.now() + ahead },
        transport: relayTransport(relay, "laptop", { now: () => device.env.now() }),
      });
    const relay = new MaliciousRelay();
    const early = await open();
    const created = early.create({ name: "Laptop" }).then(
      () => "created",
      (error) => error.code,
    );
    await expect.poll(() => early.getSnapshot().pending?.refused).toBe("NOT_YET");
    if (restarts) early.close();
    ahead = 0;
    const session = restarts ? await open() : early;
    await session.sync();
    expect(session.getSnapshot()).toMatchObject({ status: "ready", asks: [] });
    expect(await created).toBe(restarts ? "STORE_UNAVAILABLE" : "created");
    session.close();
  }
});

it("a closed session seals nothing, and sealing without options is said", async () => {
  const session = await phone(new MaliciousRelay(), "laptop").open();
  await session.create({ name: "Laptop" });
  // @ts-expect-error: as JavaScript may call it
  await expect(session.seal(utf8Encode("hello"))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  // @ts-expect-error: as JavaScript may call it
  await expect(session.sealStream()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  session.close();
  const closed = { code: "STORE_UNAVAILABLE", details: { reason: "closed" } };
  await expect(session.seal(utf8Encode("hello"), { purpose: "note" })).rejects.toMatchObject(closed);
  await expect(session.sealStream({ purpose: "note" })).rejects.toMatchObject(closed);
});
