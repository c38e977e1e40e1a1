// What a reader with its own log learns of the head that the sender named for that log: docs/spec.md section 12.3.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openContent, openStream, openWithDetails } from "../../src/content/open.js";
import { openRandomAccess } from "../../src/content/random-access.js";
import { sealContent } from "../../src/content/seal.js";
import type { ExpectedContent } from "../../src/content/unlock.js";
import { compareHead } from "../../src/log/heads.js";
import type { Head, LogState } from "../../src/log/state.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection } from "../support/thrown.js";
import { openWorld, type World } from "../support/world.js";
import { collect, through } from "./stream-support.js";
import { content, person } from "./support.js";

const env = seededEnv("named head");
const purpose = "note";
/** No link after the second makes an epoch, so the same keyring opens content that is sealed to any of them. */
const alice = openWorld("named head").join("Phone");
const renamed = alice.rename("Phone", "Handy");
const later = renamed.rename("Laptop", "Old laptop");
const fork = alice.rename("Laptop", "Elsewhere");

const seal = ({ log }: Pick<World, "log">) => sealContent([log, person("bob").log], content(5), { purpose }, env);

/** The results of all ways to open, which are the same. */
async function named(sealed: Uint8Array, reader: World, log: LogState | undefined = reader.log) {
  const { keyring } = reader.session("Phone");
  const options: ExpectedContent = { purpose, log };
  const { named, plaintext } = await openWithDetails(sealed, keyring, options);
  expect(plaintext).toEqual(content(5));
  const stream = openStream(keyring, options);
  expect(await collect(through(stream, sealed))).toEqual(content(5));
  expect((await stream.opened).named).toEqual(named);
  const parts = await openRandomAccess(new Blob([sealed as BlobPart]), keyring, options);
  expect(parts.named).toEqual(named);
  parts.wipe();
  return named;
}

describe("the head that a sender named for the reader's log", () => {
  it("is current when both know the same", async () => {
    expect(await named(await seal(renamed), renamed)).toEqual({ status: "current", head: renamed.log.head });
  });

  it("is behind by as many links as the sender did not know", async () => {
    const sealed = await seal(alice);
    expect(await named(sealed, renamed)).toEqual({ status: "behind", head: alice.log.head, links: 1 });
    expect(await named(sealed, later)).toEqual({ status: "behind", head: alice.log.head, links: 2 });
    expect(await named(sealed, alice)).toMatchObject({ status: "current" });
  });

  it("is ahead of a reader who has not seen the newest links, and the content opens all the same", async () => {
    const sealed = await seal(later);
    expect(await named(sealed, alice)).toEqual({ status: "ahead", head: later.log.head, links: 2 });
    expect(await named(sealed, later)).toMatchObject({ status: "current" });
  });

  it("is forked if the reader's log has another link there, and the content opens all the same", async () => {
    const sealed = await seal(fork);
    const known = renamed.log.head;
    expect(await named(sealed, renamed)).toEqual({ status: "forked", head: fork.log.head, known });
    expect(await named(sealed, later)).toEqual({ status: "forked", head: fork.log.head, known });
    expect(await named(sealed, fork)).toMatchObject({ status: "current" });
    // Nothing beyond the end of the reader's log can be judged yet.
    expect(await named(await seal(fork.rename("Phone", "x")), renamed)).toMatchObject({ status: "ahead", links: 1 });
  });

  it("is unchecked without a log", async () => {
    const { named } = await openWithDetails(await seal(fork), renamed.session("Phone").keyring);
    expect(named).toEqual({ status: "unchecked", head: fork.log.head });
  });

  it("follows from the distance of any two states of one history, and from where a fork begins", () => {
    const states = later.rename("Phone", "a").rename("Laptop", "b").states();
    const others = [
      ...alice.states(),
      ...fork.rename("Phone", "a").rename("Laptop", "b").rename("Phone", "c").states().slice(2),
    ];
    const index = fc.nat(states.length - 1);
    fc.assert(
      fc.property(index, index, (i, j) => {
        const [head, log] = [states[i]?.head as Head, states[j] as LogState];
        const status = i === j ? "current" : i < j ? "behind" : "ahead";
        expect(compareHead(log, head)).toEqual({ status, head, ...(i === j ? {} : { links: Math.abs(i - j) }) });
        const other = others[i]?.head as Head;
        const isFork = i >= 2 && i <= j;
        expect(compareHead(log, other)).toEqual(
          isFork ? { status: "forked", head: other, known: head } : { ...compareHead(log, head), head: other },
        );
      }),
    );
  });
});

describe("the error for content that does not open", () => {
  const [mine, theirs] = [alice.rotate("Laptop"), alice.rotate("Phone")];
  const laptop = (world: World) => world.session("Laptop").keyring;

  it("says so if the sender saw a newer log", async () => {
    const refused = await rejection(openContent(await seal(mine), laptop(alice), { purpose, log: alice.log }));
    expect(refused).toMatchObject({
      code: "NO_ACCESS",
      details: { epoch: 3, latest: 2, named: { status: "ahead", head: mine.log.head, links: 1 } },
    });
    expect(await openContent(await seal(mine), laptop(mine), { purpose, log: mine.log })).toEqual(content(5));
  });

  it("says so if the sender saw another history, instead of asking to fetch the content again", async () => {
    const sealed = await seal(theirs);
    const refused = openContent(sealed, laptop(mine), { purpose, log: mine.log });
    await expect(refused).rejects.toThrow(/another history .* ask the sender/);
    expect(await rejection(refused)).toMatchObject({
      code: "NO_ACCESS",
      details: { named: { status: "forked", head: theirs.log.head, known: mine.log.head } },
    });
    const unchecked = openContent(sealed, laptop(mine), { purpose });
    await expect(unchecked).rejects.toThrow(/fetch the content again/);
    expect(await rejection(unchecked)).toMatchObject({
      code: "CORRUPT_CONTENT",
      details: { named: { status: "unchecked" } },
    });
    expect(await openContent(sealed, laptop(theirs), { purpose, log: theirs.log })).toEqual(content(5));
  });
});

describe("options.log", () => {
  it("must be the verified log of the keyring (INVALID_ARGUMENT)", async () => {
    const sealed = await seal(alice);
    const { keyring } = alice.session("Phone");
    for (const log of [person("bob").log, { ...alice.log }, alice.log.head, null, 7, "log"] as LogState[]) {
      const refused = { code: "INVALID_ARGUMENT" };
      expect(await rejection(openContent(sealed, keyring, { log }))).toMatchObject(refused);
      expect(() => openStream(keyring, { log })).toThrow(expect.objectContaining(refused));
      expect(await rejection(openRandomAccess(new Blob([sealed as BlobPart]), keyring, { log }))).toMatchObject(
        refused,
      );
    }
    expect(await rejection(openContent(sealed, keyring, { log: person("bob").log }))).toMatchObject({
      details: { expected: alice.log.head.log, actual: person("bob").log.head.log },
    });
    await openContent(sealed, keyring, { log: alice.log });
  });
});
