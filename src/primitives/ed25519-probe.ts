// Signatures on which Ed25519 libraries differ although key and signature pass SIG-1 to SIG-4: they show whether a library's own
// equation is SIG-5 of docs/spec.md section 3. Each backend that is not ours is tried on them before it is used.

import { concat } from "../bytes/bytes.js";
import { fromHex } from "../bytes/text.js";

/** A key, a message, a signature, and whether SIG-5 accepts. */
export type VerifyProbe = readonly [
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  isAccepted: boolean,
];

/** All probes. Each call makes them anew. */
export function verifyProbes(): readonly VerifyProbe[] {
  const hex = (digits: string) => fromHex(digits, { name: "constant" });
  const key = hex("8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c");
  const signature = hex(
    "64b7b03b4779f09f1d28dc286c7e448d70c41be5546c5873136e3d95d5f29f76df24a20f88d7f3c3feb63bd1d774b5d1e3b0afa84f75dd37ec6ebacbbced260a",
  );
  const text = new Uint8Array(70).fill(4);
  // aB + T, where T is of order 8, and R = rB. S = r + ka or, for the last two, ka.
  const mixed = hex("0ed63043d8756c08b126fd713eb98dbafa963460a10efd4524378399dcd28a3d");
  const r = "c192f79639c2c9a987dc311150afb435f4ccf1679f86de9086793d3b351b55fc";
  // The neutral point, with y = p + 1 in place of 1. SIG-4 does not refuse it.
  const unreduced = `ee${"ff".repeat(30)}7f`;
  const byMixed = (message: number, encoded: string, s: string, isAccepted: boolean): VerifyProbe => [
    mixed,
    Uint8Array.of(message),
    hex(encoded + s),
    isAccepted,
  ];
  return [
    [key, text, signature, true],
    [key, text.subarray(1), signature, false],
    // No point has this y coordinate.
    [concat(Uint8Array.of(2), new Uint8Array(31)), text, signature, false],
    // k is a multiple of 8, so [k]T is neutral. Before k is reduced by L, it is no multiple of 8: a verifier that does not reduce it refuses.
    byMixed(2, r, "73f53d2a51bcff39129f6da15185d23a35babadaf795b3294bcb3d66903cea0b", true),
    // The reverse. A verifier that multiplies by the cofactor accepts this one, too.
    byMixed(26, r, "6e99014225b33acd0b1bbcfaf1b629b2619fc9183b1103c333cc32de655a470f", false),
    // A verifier that decodes R and compares points accepts the first; one that also hashes R's canonical encoding, the second.
    byMixed(0, unreduced, "f641a92185f9c3817be5fe89eb8b6536eeaf07ccd902848009de5bb27db8910a", false),
    byMixed(5, unreduced, "ad0b1eb08649eee2c7ce9bd46d22f989b9db0bfcb6492009fe7c37e3f017bf05", false),
  ];
}
