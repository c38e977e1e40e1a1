// Stopping sealing and opening in the middle: docs/spec.md section 12.

import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { Secret } from "../../src/bytes/secret.js";
import { openContent, openStream } from "../../src/content/open.js";
import { sealContent, sealStream } from "../../src/content/seal.js";
import { KeysteadError } from "../../src/errors.js";
import type { LogState } from "../../src/log/state.js";
import { seededEnv } from "../support/seeded-env.js";
import { turns } from "../support/turns.js";
import { collect, pieces, rejected, through } from "./stream-support.js";
import { CHUNK, content, expectSame, person } from "./support.js";

const alice = person("alice");
const env = seededEnv("abort");
const purpose = "note";
const REASON = new Error("the user closed the window");

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Every secret that is made from now on. */
function watchSecrets(): readonly Secret[] {
  const taken: Secret[] = [];
  const { take } = Secret;
  vi.spyOn(Secret, "take").mockImplementation((bytes) => {
    const secret = take.call(Secret, bytes);
    taken.push(secret);
    return secret;
  });
  return taken;
}

/** Another task that wants the thread again and again; it counts how often it got the thread. */
function countTurns(): { stop(): number } {
  const { port1, port2 } = new MessageChannel();
  let count = 0;
  port1.onmessage = () => {
    count++;
    port2.postMessage(0);
  };
  port2.postMessage(0);
  return {
    stop() {
      port1.close();
      return count;
    },
  };
}

function expectWiped(secrets: readonly Secret[]): void {
  expect(secrets.length).toBeGreaterThanOrEqual(1);
  for (const secret of secrets) expect(() => secret.bytes()).toThrow(KeysteadError);
}

const plaintext = content(100 * CHUNK);
const sealed = sealContent([alice.log], plaintext, { purpose }, env);

const works = [
  ["sealing", (signal?: AbortSignal) => sealStream([alice.log], { purpose, signal }, env), async () => plaintext],
  ["opening", (signal?: AbortSignal) => openStream(alice.keyring, { signal }), () => sealed],
] as const;

describe.each(works)("%s a stream", (name, make, input) => {
  // Expands the keyring's own keys, so that a test sees the secrets of its own work only.
  beforeAll(async () => {
    await openContent(await sealed, alice.keyring);
  });

  const moments = ["while nobody reads", "while somebody reads", "while it waits for input"] as const;
  it.each(moments)("that is aborted %s errors both ends with the signal's reason and leaves no key", async (moment) => {
    const bytes = await input();
    const secrets = watchSecrets();
    const controller = new AbortController();
    const pair = make(controller.signal);
    const [writer, reader] = [pair.writable.getWriter(), pair.readable.getReader()];
    const closed = Promise.all([rejected(writer.closed), rejected(reader.closed)]);
    const isStarved = moment === "while it waits for input";
    const written = rejected(writer.write(isStarved ? bytes.subarray(0, 5000) : bytes));
    const first = reader.read();
    const given = rejected(moment === "while nobody reads" ? first : readAll(first, reader));
    await turns(5);
    controller.abort(REASON);
    expect(await closed).toEqual([REASON, REASON]);
    expect([undefined, REASON]).toContain(await given);
    expect([undefined, REASON]).toContain(await written);
    expect(await rejected(writer.write(bytes))).toBe(REASON);
    await turns(5);
    expectWiped(secrets);
  });

  it("that its reader cancels errors the writer and leaves no key behind", async () => {
    const secrets = watchSecrets();
    const pair = make();
    const [writer, reader] = [pair.writable.getWriter(), pair.readable.getReader()];
    const written = rejected(writer.write(await input()));
    await reader.read();
    await reader.cancel(REASON);
    expect(await rejected(writer.closed)).toBe(REASON);
    await written;
    await turns(5);
    expectWiped(secrets);
  });

  it("that its writer aborts errors the reader, whether it waits or not", async () => {
    for (const isWaiting of [true, false]) {
      const pair = make();
      const [writer, reader] = [pair.writable.getWriter(), pair.readable.getReader()];
      const secrets = watchSecrets();
      const first = isWaiting ? rejected(reader.read()) : undefined;
      const written = rejected(writer.write(content(3)));
      await turns(5);
      await rejected(writer.abort(REASON));
      await written;
      await first;
      expect(await rejected(reader.read())).toBe(REASON);
      await turns(5);
      for (const secret of secrets) expect(() => secret.bytes()).toThrow(KeysteadError);
      vi.restoreAllMocks();
    }
  });

  it("does not begin with an aborted signal, and ignores the signal once it has ended", async () => {
    expect(() => make(AbortSignal.abort(REASON))).toThrow(REASON);
    const whole = await sealContent([alice.log], content(10), { purpose }, env);
    for (const end of ["all was read", "its reader cancels"]) {
      const controller = new AbortController();
      const heard = vi.spyOn(controller.signal, "addEventListener");
      const left = vi.spyOn(controller.signal, "removeEventListener");
      const pair = make(controller.signal);
      if (end === "all was read") await collect(through(pair, name === "sealing" ? content(10) : whole));
      else await pair.readable.cancel(REASON);
      expect(heard.mock.calls.length).toBe(1);
      expect(left.mock.calls[0]).toEqual(heard.mock.calls[0]);
      controller.abort(REASON);
    }
  });

  it("whose progress callback throws errors with the same error", async () => {
    const onProgress = () => {
      throw REASON;
    };
    const whole = await sealContent([alice.log], content(10), { purpose }, env);
    const pair =
      name === "sealing"
        ? sealStream([alice.log], { purpose, onProgress }, env)
        : openStream(alice.keyring, { onProgress });
    expect(await rejected(collect(through(pair, name === "sealing" ? content(10) : whole)))).toBe(REASON);
  });
});

describe("sealing and opening bytes", () => {
  it("stops when it is aborted, in the middle, with nothing given", async () => {
    const whole = await sealed;
    const runs = [
      (options: object) => sealContent([alice.log], plaintext, { purpose, ...options }, env),
      (options: object) => openContent(whole, alice.keyring, options),
    ];
    for (const run of runs) {
      const controller = new AbortController();
      let bytes = 0;
      const onProgress = (done: { readonly bytes: number }) => {
        bytes = done.bytes;
        if (bytes > 50 * CHUNK) controller.abort(REASON);
      };
      const secrets = watchSecrets();
      expect(await rejected(run({ signal: controller.signal, onProgress }))).toBe(REASON);
      expect(bytes).toBeLessThan(55 * CHUNK);
      expectWiped(secrets);
      vi.restoreAllMocks();
    }
  });

  it("leaves the thread to others in between, also without a native cipher", async () => {
    const { crypto } = globalThis;
    vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const others = countTurns();
    const whole = await sealContent([alice.log], content(130 * CHUNK), { purpose }, env);
    expect(others.stop()).toBeGreaterThan(0);
    const again = countTurns();
    await openContent(whole, alice.keyring);
    expect(again.stop()).toBeGreaterThan(0);
  });
});

describe("turns", () => {
  it("are messages, and no timers, which browsers slow down when they are repeated", async () => {
    const timers = vi.spyOn(globalThis, "setTimeout");
    await sealContent([alice.log], plaintext, { purpose }, env);
    expect(timers.mock.calls.filter(([, delay]) => delay === 0)).toEqual([]);
  });

  // Without messages timers do the same: test/content/long-work.
  it("come after 64 chunks each", async () => {
    const { calls } = vi.spyOn(MessagePort.prototype, "postMessage").mock;
    // The test runner sends messages of its own.
    const taken = () => calls.filter(([message]) => message === 0).length;
    const whole = await sealContent([alice.log], plaintext, { purpose }, env);
    expect(taken()).toBe(1);
    expectSame(await openContent(whole, alice.keyring), plaintext);
    expect(taken()).toBe(2);
  });
});

describe("sealing to many recipients", () => {
  const people = Array.from({ length: 40 }, (_, index) => person(`person ${index}`));
  const logs: readonly LogState[] = people.map(({ log }) => log);

  it("reports how many are done, and leaves the thread to others in between", async () => {
    const told: number[] = [];
    const others = countTurns();
    const onProgress = ({ recipients, bytes }: { readonly recipients: number; readonly bytes: number }) => {
      if (bytes === 0) told.push(recipients);
    };
    const many = await sealContent(logs, content(5), { purpose, onProgress }, env);
    expect(told).toEqual([16, 32]);
    expect(others.stop()).toBeGreaterThan(0);
    const untold = await sealContent(logs, content(5), { purpose }, env);
    for (const { keyring } of [people[0], people[39]] as typeof people) {
      expectSame(await openContent(many, keyring), content(5));
      expectSame(await openContent(untold, keyring), content(5));
    }
  });

  it("stops when it is aborted, as bytes and as a stream, and leaves no key behind", async () => {
    for (const how of ["bytes", "stream"]) {
      const controller = new AbortController();
      const { signal } = controller;
      let done = 0;
      const onProgress = ({ recipients }: { readonly recipients: number }) => {
        done = recipients;
        controller.abort(REASON);
      };
      const options = { purpose, signal, onProgress };
      const secrets = watchSecrets();
      const work =
        how === "bytes"
          ? sealContent(logs, content(5), options, env)
          : collect(pieces(content(5), []).pipeThrough(sealStream(logs, options, env)));
      expect(await rejected(work)).toBe(REASON);
      await turns(5);
      expect(done).toBe(16);
      expectWiped(secrets);
      vi.restoreAllMocks();
    }
  });
});

async function readAll(
  first: Promise<ReadableStreamReadResult<Uint8Array>>,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<void> {
  for (let { done } = await first; !done; ) ({ done } = await reader.read());
}
