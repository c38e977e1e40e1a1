// What a caller can observe who awaits one end only: closing the writable end reports the end of the work, and callbacks see
// nothing of the work. docs/spec.md section 12 (streams).

import { type LongWork, openSigned, openStream, sealContent, sealStream } from "keystead";
import { describe, expect, it } from "vitest";
import { expectWrongArgument } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { openWorld } from "../support/world.js";
import { pieces, prefixOf, rejected } from "./stream-support.js";

const world = openWorld("settled");
const { log } = world;
const { keyring } = world.session("Laptop");
const options = { purpose: "settled" };
const content = new Uint8Array(200_000).fill(7);
const sealed = () => sealContent([log], content, options, seededEnv("sealed"));

describe("closing the writable end", () => {
  it("fails when the content is cut off, and succeeds when it is whole", async () => {
    const good = await sealed();
    for (const bytes of [good, good.slice(0, -40)]) {
      const { readable, writable } = openStream(keyring);
      const [read, failed] = await Promise.all([prefixOf(readable), rejected(pieces(bytes, []).pipeTo(writable))]);
      expect(read.closed).toBe(bytes === good);
      expect(failed).toBe(bytes === good ? undefined : read.error);
    }
  });

  it("fails when the signature is bad", async () => {
    const signed = await sealContent(
      [log],
      content,
      { ...options, signer: world.session("Laptop") },
      seededEnv("signed"),
    );
    signed[signed.length - 1] = (signed[signed.length - 1] as number) ^ 1;
    const { readable, writable } = openStream(keyring, { senderLog: log });
    const [read, failed] = await Promise.all([prefixOf(readable), rejected(pieces(signed, []).pipeTo(writable))]);
    expect(failed).toMatchObject({ code: "INVALID_SIGNATURE" });
    expect(read.error).toBe(failed);
  });

  it("fails when sealing fails at its end", async () => {
    const reason = new Error("the progress bar broke");
    const onProgress = ({ bytes }: { readonly bytes: number }) => {
      if (bytes === content.length) throw reason;
    };
    const { readable, writable } = sealStream([log], { ...options, onProgress }, seededEnv("late"));
    const [read, failed] = await Promise.all([prefixOf(readable), rejected(pieces(content, []).pipeTo(writable))]);
    expect([read.error, failed]).toEqual([reason, reason]);
  });
});

describe("callers", () => {
  it("see nothing of the internal work through their callbacks", async () => {
    const seen: unknown[] = [];
    const onProgress: LongWork<unknown>["onProgress"] = function (this: unknown) {
      seen.push(this);
    };
    const signer = world.session("Laptop");
    const signed = await sealContent([log], content, { ...options, signer, onProgress }, seededEnv("this"));
    await openSigned(signed, keyring, { senderLog: log, onProgress });
    expect(seen.length).toBeGreaterThan(5);
    expect(new Set(seen)).toEqual(new Set([undefined]));
  });

  it("get an error for an invalid signal", () => {
    const signal = { throwIfAborted() {} } as never;
    expectWrongArgument(() => openStream(keyring, { signal }), "openStream");
    expectWrongArgument(() => sealStream([log], { ...options, signal }, seededEnv("x")), "sealStream");
  });
});
