// Our CBOR compared with an independent implementation in its deterministic mode: the same bytes for the same values, both ways.

import { decode, encode } from "cbor2";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type CborValue, decodeCbor, encodeCbor } from "../../src/bytes/cbor.js";
import { cborValue, looseItem, mutate, mutations } from "./arbitraries.js";

const LIMITS = { name: "value", maxBytes: 1 << 20 };

// dCBOR also requires texts in normal form C, which would change the signed bytes. Keystead does not change texts.
const encodeStrict = (value: CborValue): Uint8Array => encode(value, { cde: true });
const decodeStrict = (bytes: Uint8Array): CborValue =>
  decode(bytes, { dcbor: true, rejectStringsNotNormalizedAs: null, preferMap: true });

it("encodes every value to the same bytes as the oracle (ENC-1)", () => {
  fc.assert(
    fc.property(cborValue, (value) => {
      expect(encodeCbor(value)).toEqual(Uint8Array.from(encodeStrict(value)));
    }),
  );
});

it("encodes every value so that the oracle decodes the same value (ENC-1)", () => {
  fc.assert(
    fc.property(cborValue, (value) => {
      expect(decodeStrict(encodeCbor(value))).toEqual(value);
    }),
  );
});

it("accepts no bytes that the oracle refuses, and reads the same value (ENC-1)", () => {
  let accepted = 0;
  const candidate = fc.oneof(
    fc.tuple(cborValue, mutations).map(([value, changes]) => mutate(encodeCbor(value), changes)),
    looseItem.map(({ bytes }) => Uint8Array.from(bytes)),
  );
  fc.assert(
    fc.property(candidate, (bytes) => {
      let ours: CborValue;
      try {
        ours = decodeCbor(bytes, LIMITS);
      } catch {
        return;
      }
      accepted++;
      expect(ours).toEqual(decodeStrict(bytes));
    }),
    { numRuns: 1_000, examples: [[Uint8Array.of(0)]] },
  );
  expect(accepted).toBeGreaterThan(0);
});
