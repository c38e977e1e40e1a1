// Signatures verified by the platform, beside this thread: only by a platform that accepts, after our own prechecks, what SIG-1 to
// SIG-5 of docs/spec.md section 3 accept, and nothing else.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { platform } from "../../src/primitives/current.js";
import { verifyProbes } from "../../src/primitives/ed25519-probe.js";
import { labelPrefix } from "../../src/primitives/label.js";
import * as LABELS from "../../src/primitives/labels.js";
import type { VerifyLater } from "../../src/primitives/primitives.js";
import { signingPublicKey, signLabelled, verifyEd25519, verifyLabelled } from "../../src/primitives/sign.js";
import { exactVerifier } from "../../src/primitives/verify-later.js";
import { webVerifier } from "../../src/primitives/web-ed25519.js";
import { raise } from "../support/thrown.js";
import { acceptsSmallOrder, crafted, exact, INEXACT, type Verify } from "./equations.js";
import { bytesOf, filled, flipped } from "./support.js";

const LABEL = LABELS.linkSignature;
const later =
  (verify: Verify): VerifyLater =>
  async (...signed) =>
    verify(...signed);
const SEED = filled(32, 5);
const KEY = signingPublicKey(SEED);
const MESSAGE = filled(40, 6);
const SIGNATURE = signLabelled(LABEL, SEED, MESSAGE);

/** Ways to be broken that a verifier which is not async does not have. */
const BROKEN: Readonly<Record<string, VerifyLater>> = {
  throws: raise,
  rejects: async () => raise(),
  "gives nothing": async () => undefined as never,
  "gives 1 and 0": async (...signed) => Number(exact(...signed)) as never,
  "gives what every object is": async (...signed) => ({ verdict: exact(...signed) }) as never,
  ...Object.fromEntries(Object.entries(INEXACT).map(([name, verify]) => [name, later(verify)])),
};

it("every probe has the verdict of SIG-5, and nothing else of it is refused before (SIG-1..5)", () => {
  for (const [key, message, signature, isAccepted] of verifyProbes()) {
    expect(verifyEd25519(key, message, signature)).toBe(isAccepted);
    expect(exact(key, message, signature)).toBe(isAccepted);
  }
});

describe("a verifier of the platform", () => {
  it("exists where these tests run, and is exact", async () => {
    const verify = await exactVerifier(platform.verifiers);
    expect(await verify?.(LABEL, KEY, MESSAGE, SIGNATURE)).toBe(true);
    expect(await verify?.(LABELS.headStatement, KEY, MESSAGE, SIGNATURE)).toBe(false);
    expect(await verify?.(undefined, KEY, MESSAGE, SIGNATURE)).toBe(false);
    expect(await verify?.(undefined, KEY, new Uint8Array([...labelPrefix(LABEL), ...MESSAGE]), SIGNATURE)).toBe(true);
    for (const at of [0, 31, 32, 63]) {
      expect(await verify?.(LABEL, KEY, MESSAGE, flipped(SIGNATURE, at))).toBe(false);
      expect(await verify?.(LABEL, flipped(KEY, at % 32), MESSAGE, SIGNATURE)).toBe(false);
    }
  });

  it("gives the verdicts of this library on crafted keys and signatures (SIG-3, SIG-4, SIG-5)", async () => {
    const verify = await exactVerifier(platform.verifiers);
    const scalar = fc.bigInt({ min: 1n, max: 2n ** 252n });
    const order = fc.nat(7);
    const verdicts = new Set<string>();
    const check = async (a: bigint, r: bigint, inKey: number, inR: number, message: Uint8Array, isSmall: boolean) => {
      const signed = new Uint8Array([...labelPrefix(LABEL), ...message]);
      const { key, signature } = crafted(a, r, inKey, inR, signed, isSmall);
      const verdict = verifyLabelled(LABEL, key, message, signature);
      expect(await verify?.(LABEL, key, message, signature)).toBe(verdict);
      verdicts.add(`${isSmall ? "small" : inKey + inR > 0 ? "mixed" : "honest"} ${verdict}`);
    };
    await fc.assert(
      fc.asyncProperty(scalar, scalar, order, order, bytesOf(3), fc.boolean(), check),
      // In every run: an honest key, one of small order, and mixed ones of which one message in eight is accepted.
      {
        examples: [
          [3n, 5n, 0, 0, filled(3, 0), false],
          [3n, 5n, 1, 0, filled(3, 0), true],
        ],
      },
    );
    for (let byte = 0; byte < 64; byte++) await check(3n, 5n, 1, 0, filled(3, byte), false);
    expect([...verdicts]).toEqual(expect.arrayContaining(["honest true", "small false", "mixed true", "mixed false"]));
  });
});

describe("a stand-in", () => {
  it("is used when it is exact", async () => {
    let calls = 0;
    const counted: VerifyLater = async (...signed) => {
      calls++;
      return exact(...signed);
    };
    const verify = await exactVerifier([() => counted]);
    const before = calls;
    expect(await verify?.(LABEL, KEY, MESSAGE, SIGNATURE)).toBe(true);
    expect(calls - before).toBe(1);
  });

  it.each(Object.entries(BROKEN))("is refused when it %s, and the next one is used", async (_way, broken) => {
    expect(await exactVerifier([() => broken])).toBeUndefined();
    expect(await exactVerifier([() => broken, () => later(exact)])).toBeDefined();
  });

  it("may be absent", async () => {
    expect(await exactVerifier([])).toBeUndefined();
    expect(await exactVerifier([() => undefined])).toBeUndefined();
    expect(await exactVerifier([() => undefined, () => later(exact)])).toBeDefined();
  });

  it("that reads keys of small order is used, and never asked about one (SIG-4)", async () => {
    const asked: Uint8Array[] = [];
    const verify = await exactVerifier([
      () => async (key, message, signature) => {
        asked.push(key);
        return acceptsSmallOrder(key, message, signature);
      },
    ]);
    const { key, signature } = crafted(1n, 5n, 0, 0, new Uint8Array([...labelPrefix(LABEL), ...MESSAGE]), true);
    expect(acceptsSmallOrder(key, new Uint8Array([...labelPrefix(LABEL), ...MESSAGE]), signature)).toBe(true);
    const before = asked.length;
    expect(await verify?.(LABEL, key, MESSAGE, signature)).toBe(false);
    expect(asked.length).toBe(before);
  });

  it("that fails after its trial never makes the verdict reject", async () => {
    const trial = verifyProbes().length;
    for (const failing of [raise, async () => raise(), async () => 1 as never]) {
      let calls = 0;
      const verify = await exactVerifier([
        () =>
          async (...signed) =>
            ++calls > trial ? failing() : exact(...signed),
      ]);
      expect(await verify?.(LABEL, KEY, MESSAGE, SIGNATURE)).toBe(false);
    }
  });

  it("would be used if one probe were left out, for each probe", async () => {
    const probes = verifyProbes();
    for (const index of probes.keys()) {
      const fewer = probes.filter((_, other) => other !== index);
      const used = await Promise.all(
        Object.values(BROKEN).map(async (broken) => await exactVerifier([() => broken], fewer)),
      );
      expect([index, used.some(Boolean)]).toEqual([index, true]);
    }
  });
});

describe("WebCrypto", () => {
  type Method = "importKey" | "verify";
  const subtle = globalThis.crypto.subtle;
  const broken = (changes: Partial<Record<Method, (...given: never[]) => unknown>>): SubtleCrypto =>
    ({
      importKey: (...given: Parameters<SubtleCrypto["importKey"]>) => subtle.importKey(...given),
      verify: (...given: Parameters<SubtleCrypto["verify"]>) => subtle.verify(...given),
      ...changes,
    }) as SubtleCrypto;
  const judged = async (changes: Parameters<typeof broken>[0]) =>
    await exactVerifier([() => webVerifier(broken(changes))]);

  it("is used as it is here, and when it resolves late", async () => {
    expect(await judged({})).toBeDefined();
    const late = await judged({
      verify: async (...given: Parameters<SubtleCrypto["verify"]>) => {
        for (let turn = 0; turn < 50; turn++) await Promise.resolve();
        return await subtle.verify(...given);
      },
    });
    expect(await late?.(LABEL, KEY, MESSAGE, SIGNATURE)).toBe(true);
  });

  it.each<[string, Parameters<typeof broken>[0]]>([
    ["accepts everything", { verify: async () => true }],
    ["accepts nothing", { verify: async () => false }],
    ["throws", { verify: raise }],
    ["knows no Ed25519", { importKey: async () => raise() }],
    ["has no function verify", { verify: undefined as never }],
  ])("is refused when it %s", async (_way, changes) => {
    expect(await judged(changes)).toBeUndefined();
  });

  it("imports a key once", async () => {
    const imported: string[] = [];
    const importKey = async (...given: Parameters<SubtleCrypto["importKey"]>) => {
      imported.push(String(given[1]));
      return await subtle.importKey(...given);
    };
    const verify = await judged({ importKey: importKey as never });
    for (let time = 0; time < 3; time++) expect(await verify?.(LABEL, KEY, MESSAGE, SIGNATURE)).toBe(true);
    expect(imported.filter((key) => key === String(KEY)).length).toBe(1);
  });
});
