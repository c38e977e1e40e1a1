// Ed25519 signatures verified by the platform beside this thread, several at a time: only by one that accepts, after our own
// prechecks, exactly what SIG-1 to SIG-5 of docs/spec.md section 3 accept.

import { concat } from "../bytes/bytes.js";
import type { VerifyProbe } from "./ed25519-probe.js";
import { passesPrechecks } from "./ed25519-rules.js";
import type { Label } from "./label.js";
import { labelPrefix } from "./label.js";
import type { MakeVerifier, VerifyLater } from "./primitives.js";

/**
 * `verifyLabelled`, later; without a label, `verifyEd25519`. It never rejects. True is as good as from those. False may also mean that
 * the platform failed: verify again there. The arguments must not change until then.
 */
export type VerifyLabelledLater = (
  label: Label | undefined,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => Promise<boolean>;

/**
 * The first of the platform's verifiers that gives the right verdict on every probe; undefined if none does, or if the probes cannot be
 * loaded.
 */
export async function exactVerifier(
  makers: readonly MakeVerifier[],
  given?: readonly VerifyProbe[],
): Promise<VerifyLabelledLater | undefined> {
  const probes = given ?? (makers.length > 0 ? await loadProbes() : undefined);
  if (!probes) return undefined;
  for (const make of makers) {
    // A platform may throw or reject, or give something else than true and false.
    const verify = make();
    const accepts: VerifyLater = async (...signed) => {
      try {
        return (await verify?.(...signed)) === true;
      } catch {
        return false;
      }
    };
    if (await isExact(accepts, probes)) {
      return async (label, publicKey, message, signature) =>
        passesPrechecks(publicKey, signature) &&
        accepts(publicKey, label === undefined ? message : concat(labelPrefix(label), message), signature);
    }
  }
  return undefined;
}

/** Loaded only here: apps whose logs are short do not download them. */
async function loadProbes(): Promise<readonly VerifyProbe[] | undefined> {
  try {
    return (await import("./ed25519-probe.js")).verifyProbes();
  } catch {
    return undefined;
  }
}

// Each use tries the very function that it is about to use: a runtime may refuse only while it loads (workerd), and seven
// signatures are few beside those of a long log.
async function isExact(accepts: VerifyLater, probes: readonly VerifyProbe[]): Promise<boolean> {
  const verdicts = await Promise.all(
    probes.map(
      async ([publicKey, message, signature, isAccepted]) =>
        (await accepts(publicKey, message, signature)) === isAccepted,
    ),
  );
  return verdicts.every(Boolean);
}
