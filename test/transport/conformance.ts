// What every transport must do. A service is behind it that holds a MaliciousRelay, gives pages of at most two entries, and states
// heads where it is asked to.

import { expect, it } from "vitest";
import { entryForSenders } from "../../src/log/accept.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { requestSigner } from "../../src/transport/request-signature.js";
import type { EntriesPage, Transport } from "../../src/transport/transport.js";
import { rename } from "../support/accepted.js";
import { expectWrongArgument } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { statement } from "../support/service.js";
import { rejection } from "../support/thrown.js";
import { ALICE, openWorld } from "../support/world.js";

/** The service's clock, after all entries of {@link STORY}. */
export const SERVICE_TIME = 1_700_001_000_000;
export const STORY = openWorld("transports", { operator: true })
  .join("Phone")
  .review("Laptop", { approve: ["Phone"] })
  .rename("Phone", "My phone")
  .rotate("Laptop");
export const SIGNER = requestSigner(STORY.session("Laptop").keyring);
const [first, second] = STORY.entries as [Uint8Array, Uint8Array];

/** A promise, and the function that resolves it. */
export function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** A relay that tells when somebody listens, and how many do. */
export class WatchedRelay extends MaliciousRelay {
  readonly #heard = withResolvers<void>();
  readonly heard = this.#heard.promise;

  /** How many listen now. */
  listening = 0;

  override listen(listener: (subject: string) => void): () => void {
    this.#heard.resolve();
    this.listening++;
    const stop = super.listen(listener);
    return () => {
      this.listening--;
      stop();
    };
  }
}

/** A relay that has the story. */
export function toldRelay(): MaliciousRelay {
  const relay = new MaliciousRelay();
  for (const entry of STORY.entries) relay.publish(ALICE, entry);
  return relay;
}

export const PAGE_ENTRIES = 2;
export const stateOf = (): Uint8Array<ArrayBuffer> => new Uint8Array(statement(STORY));

/** Cases for a transport, with `serve`, which makes one over a relay. */
export function transportCases(serve: (relay: MaliciousRelay) => Transport): void {
  const all = { after: 0, attachments: "all", signer: SIGNER } as const;

  it("knows no log before the first entry", async () => {
    const relay = new MaliciousRelay();
    const transport = serve(relay);
    expect(await transport.read(ALICE, all)).toBeUndefined();
    expect(await transport.publish(ALICE, first, {})).toEqual({ verdict: "accepted" });
    expect((await transport.read(ALICE, all))?.entries).toEqual([first]);
    expect(await transport.read("somebody else", all)).toBeUndefined();
  });

  it("publishes a log, each entry as often as it is sent", async () => {
    const relay = new MaliciousRelay();
    const transport = serve(relay);
    for (const entry of STORY.entries)
      for (let times = 0; times < 2; times++)
        expect(await transport.publish(ALICE, entry, { signer: SIGNER })).toEqual({ verdict: "accepted" });
    expect(relay.read(ALICE)).toEqual(STORY.entries);
  });

  it("reads a log page by page, with the newest position, the statement and the time", async () => {
    const transport = serve(toldRelay());
    const entries: Uint8Array[] = [];
    for (;;) {
      const page = (await transport.read(ALICE, { ...all, after: entries.length })) as EntriesPage;
      expect(page).toMatchObject({ newest: STORY.entries.length, statement: stateOf(), now: SERVICE_TIME });
      entries.push(...page.entries);
      if (entries.length >= page.newest) break;
      expect(page.entries).toHaveLength(PAGE_ENTRIES);
    }
    expect(entries).toEqual(STORY.entries);
    for (const after of [STORY.entries.length, STORY.entries.length + 7])
      expect(await transport.read(ALICE, { ...all, after })).toMatchObject({
        entries: [],
        newest: STORY.entries.length,
      });
  });

  it("reads links without attachments", async () => {
    const page = await serve(toldRelay()).read(ALICE, { after: 1, attachments: "none" });
    expect(page?.entries).toEqual(STORY.entries.slice(1, 3).map(entryForSenders));
    expect(page?.entries).not.toEqual(STORY.entries.slice(1, 3));
  });

  it("gives entries in memory of their own", async () => {
    const transport = serve(toldRelay());
    (await transport.read(ALICE, all))?.entries[0]?.fill(0);
    expect((await transport.read(ALICE, all))?.entries[0]).toEqual(first);
  });

  it("says that another entry stands at the place", async () => {
    const relay = toldRelay();
    const late = openWorld("transports", { operator: true }).join("Tablet").last;
    expect(await serve(relay).publish(ALICE, late, { signer: SIGNER })).toEqual({ verdict: "lost" });
    const other = openWorld("other", { operator: true }).last;
    expect(await serve(relay).publish(ALICE, other, { signer: SIGNER })).toEqual({ verdict: "lost" });
  });

  it("says by which rule an entry is refused", async () => {
    const relay = new MaliciousRelay();
    const transport = serve(relay);
    await transport.publish(ALICE, first, {});
    const bare = entryForSenders(second);
    expect(await transport.publish(ALICE, bare, {})).toMatchObject({ verdict: "refused", code: "GRANT_UNAVAILABLE" });
    expect(await transport.publish(ALICE, STORY.last, {})).toMatchObject({
      verdict: "refused",
      code: "INVALID_LINK",
      rule: "LOG-2",
    });
    expect(relay.read(ALICE)).toEqual([first]);
  });

  it("says that an entry is dated ahead", async () => {
    const relay = new MaliciousRelay();
    relay.publish(ALICE, first);
    const later = seededEnv("later", SERVICE_TIME + 3_600_000);
    const { entry } = rename(openWorld("transports", { operator: true }).session("Laptop"), { name: "Late" }, later);
    expect(await serve(relay).publish(ALICE, entry, {})).toEqual({
      verdict: "refused",
      code: "NOT_YET",
      rule: "LOG-3",
    });
  });

  it("refuses wrong arguments before it sends anything", async () => {
    const transport = serve(toldRelay());
    const wrong: Readonly<Record<string, () => Promise<unknown>>> = {
      "no subject": () => transport.read("", all),
      "a subject that is no text": () => transport.read(7 as never, all),
      "no options": () => transport.read(ALICE, undefined as never),
      "a negative position": () => transport.read(ALICE, { ...all, after: -1 }),
      "other attachments": () => transport.read(ALICE, { ...all, attachments: "some" as never }),
      "a signer without a member": () => transport.read(ALICE, { ...all, signer: { sign: SIGNER.sign } as never }),
      "a signer that does not sign": () =>
        transport.read(ALICE, { ...all, signer: { member: SIGNER.member } as never }),
      "no signer but null": () => transport.read(ALICE, { ...all, signer: null as never }),
      "a signal that is none": () => transport.publish(ALICE, first, { signal: {} as never }),
      "an entry that is no bytes": () => transport.publish(ALICE, "entry" as never, {}),
      "no subjects": async () => await transport.events?.([], () => {}, {}),
      "subjects that are no list": async () => await transport.events?.(ALICE as never, () => {}, {}),
      "no function for hints": async () => await transport.events?.([ALICE], undefined as never, {}),
    };
    for (const [what, call] of Object.entries(wrong)) {
      const error = await rejection(call());
      expectWrongArgument(() => {
        throw error;
      }, what);
    }
  });

  it("ends with the reason of a signal", async () => {
    const transport = serve(toldRelay());
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await expect(transport.read(ALICE, { ...all, signal })).rejects.toBe(reason);
    await expect(transport.publish(ALICE, first, { signal })).rejects.toBe(reason);
    const events = transport.events?.([ALICE], () => {}, { signal, signer: SIGNER });
    await expect(events).rejects.toBe(reason);
  });

  it("gives hints that a log has grown, until the signal ends them", async () => {
    const relay = new WatchedRelay();
    relay.publish(ALICE, first);
    const transport = serve(relay);
    const end = new AbortController();
    const { promise: hinted, resolve } = withResolvers<string>();
    const listening = transport.events?.([ALICE], resolve, { signer: SIGNER, signal: end.signal });
    await relay.heard;
    relay.publish("somebody else", openWorld("somebody", { subject: "somebody else" }).last);
    relay.publish(ALICE, second);
    expect(await hinted).toBe(ALICE);
    end.abort(new Error("enough"));
    await expect(listening).rejects.toBe(end.signal.reason);
  });
}
