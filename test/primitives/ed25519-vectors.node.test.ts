// Ed25519 acceptance compared with public vectors: docs/spec.md section 3, SIG-1 to SIG-5.

import { expect, it } from "vitest";
import { fromHex } from "../../src/bytes/text.js";
import { platform } from "../../src/primitives/current.js";
import { passesPrechecks } from "../../src/primitives/ed25519-rules.js";
import { checkVerifyingKey, verifyEd25519 } from "../../src/primitives/sign.js";
import { describeVectors, wycheproofCases } from "../support/external-vectors.js";
import { failure, hex, utf8 } from "./support.js";

describeVectors("CCTV ed25519", "cctv-ed25519/ed25519vectors.json", (text) => {
  interface Case {
    readonly number: number;
    readonly key: string;
    readonly sig: string;
    readonly msg: string;
    readonly flags: readonly string[] | null;
  }
  const cases = JSON.parse(text) as readonly Case[];
  const accepts = (test: Case) => verifyEd25519(hex(test.key), utf8(test.msg), hex(test.sig));
  const accepted = () => cases.filter(accepts).map((test) => test.number);

  it("accepts exactly 43 of 914 (SIG-1..5)", () => {
    expect(cases.length).toBe(914);
    expect(accepted().length).toBe(43);
  });

  it("accepts the same set once keys have a table of multiples (SIG-5)", () => {
    const before = accepted();
    const busy = cases.filter(accepts);
    for (let round = 0; round < 9; round++) for (const test of busy) expect(accepts(test)).toBe(true);
    expect(accepted()).toEqual(before);
  });

  it("accepts the same set again, in another order and with cached keys (SIG-5)", () => {
    const before = accepted();
    const reversed = [...cases].reverse().filter(accepts);
    expect(reversed.map((test) => test.number).reverse()).toEqual(before);
  });

  it("accepts the same set by what verifies beside this thread, where it is asked without a label (SIG-1..5)", async () => {
    for (const make of platform.verifiers) {
      const verify = make();
      const found = await Promise.all(
        cases.map(async ({ key, sig, msg }) => {
          const [publicKey, signature] = [hex(key), hex(sig)];
          if (!passesPrechecks(publicKey, signature)) return false;
          return (await verify?.(publicKey, utf8(msg), signature).catch(() => false)) === true;
        }),
      );
      expect(cases.filter((_, index) => found[index]).map(({ number }) => number)).toEqual(accepted());
    }
  });

  it("accepts no case with a small-order or non-canonical key or R (SIG-3, SIG-4)", () => {
    const flags = new Set(cases.filter(accepts).flatMap((test) => test.flags ?? []));
    for (const flag of ["low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R"]) {
      expect(cases.some((test) => test.flags?.includes(flag))).toBe(true);
      expect(flags).not.toContain(flag);
    }
  });

  it("refuses every key under which it would accept no signature, and no other key (SIG-3, SIG-4)", () => {
    const good = new Set(cases.filter(accepts).map((test) => test.key));
    for (const key of good) expect(failure(() => checkVerifyingKey(hex(key), "key"))).toEqual({});
    const bad = cases.filter((test) =>
      test.flags?.some((flag) => flag === "low_order_A" || flag === "non_canonical_A"),
    );
    for (const test of bad) expect(failure(() => checkVerifyingKey(hex(test.key), "key")).code).toBe("INVALID_KEY");
  });
});

describeVectors("Wycheproof ed25519", "wycheproof/ed25519_test.json", (text) => {
  interface Case {
    readonly publicKey: { readonly pk: string };
    readonly publicKeyDer: string;
    readonly msg: string;
    readonly sig: string;
  }
  const cases = wycheproofCases<Case>(text);
  const verdict = ({ publicKey, msg, sig }: Case) => verifyEd25519(hex(publicKey.pk), hex(msg), hex(sig));

  it.each([
    ["valid", 88, true],
    ["invalid", 63, false],
  ] as const)("gives the right verdict on the %s ones: %i (SIG-1..5)", (result, count, verdictWanted) => {
    const chosen = cases.filter((test) => test.result === result);
    expect(chosen.length).toBe(count);
    for (const test of chosen) expect([test.tcId, verdict(test)]).toEqual([test.tcId, verdictWanted]);
  });

  it("refuses the same keys wrapped in DER (SIG-1)", () => {
    const valid = cases.filter((test) => test.result === "valid");
    expect(valid.length).toBeGreaterThan(0);
    for (const test of valid) {
      const der = fromHex(test.publicKeyDer, { name: "DER key" });
      expect(verifyEd25519(der, hex(test.msg), hex(test.sig))).toBe(false);
    }
  });
});
