// Fuzzing: whatever bytes and texts come in, each decoder answers, or throws a KeysteadError; nothing else, and nothing that takes
// for ever. Raw changes try the decoders, changes of decoded values the rules behind them. KEYSTEAD_RUNS=n runs longer.
// docs/spec.md sections 4 (ENC-1 to ENC-3), 6, 9, 10, 12.

import fc from "fast-check";
import { KeysteadError, openContent, openStream, readContentHeader, receive, verifyLog } from "keystead";
import { describe, expect, it } from "vitest";
import { checkBackupKey } from "../../src/backup/use.js";
import { encodeCbor } from "../../src/bytes/cbor.js";
import { compareFingerprint } from "../../src/fingerprint/compare.js";
import { parseFingerprint } from "../../src/fingerprint/parse.js";
import { decodePin } from "../../src/fingerprint/pin.js";
import { offerEnrollment } from "../../src/grants/enter.js";
import { parseKeyring } from "../../src/keys/keyring.js";
import { checkEvidence } from "../../src/log/check-evidence.js";
import { decodeEntry } from "../../src/log/entry.js";
import { decodeEvidence } from "../../src/log/evidence.js";
import { appendEntry } from "../../src/log/verify.js";
import { collect, through } from "../content/stream-support.js";
import { numRuns } from "../model/history.js";
import { type RawSigner, rawEntry, rawLink, rawSignature, takeApart } from "../support/raw-link.js";
import { seededEnv } from "../support/seeded-env.js";
import { OPERATOR, type World } from "../support/world.js";
import { rawChanges, valueChanges } from "./mutations.js";
import { contents, escrowWorld, samples, smallWorld, texts, userWorld } from "./samples.js";

const runs = (inNode: number, inBrowser: number) => ({ numRuns: numRuns(inNode, inBrowser) });

/** Calls, and returns the error's code; undefined when there was none. Anything but a KeysteadError fails the test. */
function codeOf(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return codeOfError(error);
  }
}

function codeOfError(error: unknown): string {
  if (!(error instanceof KeysteadError)) throw error;
  return error.code;
}

const session = smallWorld.session("Phone");
const decoders: readonly (readonly [name: string, good: Uint8Array, feed: (bytes: Uint8Array) => unknown])[] = [
  ["decodeEntry", smallWorld.last, decodeEntry],
  ["appendEntry", smallWorld.last, (bytes) => appendEntry(smallWorld.log, bytes)],
  ["receive", smallWorld.last, (bytes) => receive(session, bytes, { complete: true })],
  [
    "verifyLog",
    smallWorld.entries[0] as Uint8Array,
    (bytes) => verifyLog([bytes], { subject: smallWorld.log.subject }),
  ],
  ["decodeEvidence and checkEvidence", samples.evidence, (bytes) => checkEvidence(decodeEvidence(bytes))],
  ["decodePin", samples.pin, decodePin],
  ["parseKeyring", samples.keyring, parseKeyring],
  [
    "offerEnrollment",
    samples.request,
    (bytes) => offerEnrollment(smallWorld.session("Laptop"), bytes, seededEnv("offer")),
  ],
];

describe("raw bytes", () => {
  it.each(decoders)("are taken or refused by %s (ENC-1, ENC-2, ENC-3)", (_name, good, feed) => {
    expect(codeOf(() => feed(good))).toBeUndefined();
    const codes = new Set<string | undefined>();
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          rawChanges.map((change) => change(good)),
        ),
        (bytes) => {
          const before = bytes.slice();
          codes.add(codeOf(() => feed(bytes)));
          expect(bytes, "inputs are not changed").toEqual(before);
        },
      ),
      runs(1000, 60),
    );
    expect([...codes].filter((code) => code === "INVALID_ENCODING")).toHaveLength(1);
  });

  it("are taken or refused as sealed content, whole and as a stream, and never half believed", async () => {
    for (const { good, options } of await contents()) {
      const plain = await openContent(good, session.keyring, options);
      await fc.assert(
        fc.asyncProperty(rawChanges, async (change) => {
          const bytes = change(good);
          codeOf(() => readContentHeader(bytes));
          const whole = await openContent(bytes, session.keyring, options).catch(codeOfError);
          const streamed = await collect(through(openStream(session.keyring, options), bytes)).catch(codeOfError);
          // What opens is what was sealed: there is no second way to write it.
          if (typeof whole !== "string") expect([bytes, whole]).toEqual([good, plain]);
          expect(typeof streamed === "string").toBe(typeof whole === "string");
        }),
        runs(500, 30),
      );
    }
  });
});

describe("texts", () => {
  const text = (good: string) =>
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 200 }),
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.tuple(fc.nat(good.length), fc.nat(4), fc.string({ maxLength: 4 })).map(([at, gone, given]) => {
        return good.slice(0, at) + given + good.slice(at + gone);
      }),
    );

  it("are taken or refused as fingerprints", () => {
    for (const good of texts.fingerprint) {
      expect(codeOf(() => parseFingerprint(good))).toBeUndefined();
      fc.assert(
        fc.property(text(good), (given) => {
          const code = codeOf(() => compareFingerprint(smallWorld.log, given));
          expect([undefined, "FINGERPRINT_INVALID"]).toContain(code);
        }),
        runs(600, 60),
      );
    }
  });

  it("are taken or refused as backup keys, and what is taken is the key (BAK-1)", () => {
    const { log, text: good } = texts.backup;
    fc.assert(
      fc.property(text(good), (given) => {
        expect([undefined, "BACKUP_KEY_INVALID"]).toContain(codeOf(() => checkBackupKey(log, given)));
      }),
      runs(300, 20),
    );
  });
});

describe("well-formed links with anything in them", () => {
  /** Whoever signed an entry, as far as its keys are known: a change then gets past the signatures. */
  const signersOf = (world: World, keys: readonly Uint8Array[]): readonly RawSigner[] => {
    const known: readonly RawSigner[] = [...[...world.sessions.keys()].map((name) => world.signer(name)), OPERATOR];
    return keys.flatMap((key) => known.find(({ sign }) => sign.every((byte, at) => byte === key[at])) ?? []);
  };

  const states = new Map<World, ReturnType<typeof verifyLog>[]>();
  /** The state after each link. */
  function statesOf(world: World): ReturnType<typeof verifyLog>[] {
    const known = states.get(world) ?? [];
    if (known.length === 0) {
      let log = verifyLog(world.entries.slice(0, 1), { subject: world.log.subject });
      known.push(log);
      for (const entry of world.entries.slice(1)) {
        log = appendEntry(log, entry);
        known.push(log);
      }
      states.set(world, known);
    }
    return known;
  }

  it.each([
    ["a user's log", userWorld],
    ["an escrow log", escrowWorld],
  ])("are admitted or refused in %s by a rule, and states stay as they were", (_what, world) => {
    const codes = new Map<string, number>();
    fc.assert(
      fc.property(fc.nat(world.entries.length - 2), valueChanges, fc.boolean(), (index, change, resigned) => {
        const before = statesOf(world)[index] ?? expect.unreachable();
        const { body, signatures, attachments } = takeApart(world.entries[index + 1] as Uint8Array);
        const changed = encodeCbor(change(body));
        const signers = signersOf(
          world,
          signatures.map(([key]) => key),
        );
        const signed =
          resigned && signers.length > 0 ? signers.map((signer) => rawSignature(changed, signer)) : signatures;
        const head = before.head;
        const code = codeOf(() => appendEntry(before, rawEntry(rawLink(changed, signed), attachments))) ?? "admitted";
        codes.set(code, (codes.get(code) ?? 0) + 1);
        expect(before.head).toBe(head);
      }),
      runs(4000, 150),
    );
    for (const code of ["INVALID_ENCODING", "INVALID_LINK"]) expect([...codes.keys()]).toContain(code);
  });
});

describe("shapes made to exhaust (ENC-3)", () => {
  const many = (count: number, byte: number) => new Uint8Array(count).fill(byte);
  const head = (major: number, length: readonly number[]) =>
    Uint8Array.of((major << 5) | (length.length === 8 ? 27 : 26), ...length);
  const huge = [0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
  const shapes: readonly (readonly [string, Uint8Array])[] = [
    ["arrays nested 100,000 deep", many(100_000, 0x81)],
    ["maps nested 100,000 deep", many(100_000, 0xa1)],
    ["an array that claims 2^53 items", head(4, huge)],
    ["a map that claims 2^53 entries", head(5, huge)],
    ["bytes that claim 2^53", head(2, huge)],
    ["text that claims 4 GiB", head(3, [0xff, 0xff, 0xff, 0xff])],
    ["a million empty arrays", withItems(1_000_000, 0x80)],
    ["a million zeros", withItems(1_000_000, 0)],
  ];

  function withItems(count: number, item: number): Uint8Array {
    const bytes = many(count + 5, item);
    bytes.set([0x9a, count >>> 24, (count >>> 16) & 255, (count >>> 8) & 255, count & 255]);
    return bytes;
  }

  it.each(shapes)("are refused by every decoder: %s", (_what, shape) => {
    for (const [name, , feed] of decoders)
      expect(["INVALID_ENCODING", "TOO_LARGE"], name).toContain(codeOf(() => feed(shape)));
    expect(["INVALID_ENCODING", "TOO_LARGE"]).toContain(codeOf(() => readContentHeader(shape)));
  });
});
