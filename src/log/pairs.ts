// Pairs: the keys of an escrow member's pointer, and what was granted to each pair. docs/spec.md section 11 (ESC-11).

import type { Bytes } from "../bytes/bytes.js";
import { present } from "../bytes/present.js";
import { NO_RUNS, type Runs, uniteRuns } from "../bytes/runs.js";
import { toHex } from "../bytes/text.js";
import { labelledHash } from "../primitives/hash.js";
import * as LABELS from "../primitives/labels.js";
import type { EscrowActor } from "./fields.js";
import { escrowMember, type LogFacts, type Pair, type PairGrants } from "./state.js";

interface Keys {
  /** Defined in everything that has a pair; undefined in the epochs of users' logs. */
  readonly signingKey: Bytes | undefined;
  readonly kemKey: Bytes;
}

/** Digest of a KEM key, by which a pair names it: 32 bytes. */
export function kemDigest(kemKey: Uint8Array): Bytes {
  return labelledHash(LABELS.publicKey, kemKey);
}

/** The pair of an escrow member, of a pointer, or of an epoch of an escrow log. */
export function pairOf({ signingKey, kemKey }: Keys): Pair {
  return { signingKey: present(signingKey), kemDigest: kemDigest(kemKey) };
}

/** The key of a pair in the map of all pairs. */
export function pairKey({ signingKey, kemDigest }: Pair): string {
  return toHex(kemDigest) + toHex(signingKey);
}

/** What the state has of a pair; undefined if no pointer of this log ever had it. */
export function grantedTo(log: Pick<LogFacts, "granted">, pair: Pair): PairGrants | undefined {
  return log.granted.get(pairKey(pair));
}

/** What was granted to the keys of the pointer in force. */
export function grantedInForce(log: LogFacts): Runs {
  const escrow = escrowMember(log);
  return (escrow && grantedTo(log, pairOf(escrow))?.runs) ?? NO_RUNS;
}

/** The pairs that a review by escrow names, in the form of the body's actor. */
export function pairsOf({ pairs = [] }: EscrowActor): readonly Pair[] {
  return pairs.map(([signingKey, kemDigest]) => ({ signingKey, kemDigest }));
}

/** What a review by escrow may give: all that was granted to the pair in force and to the pairs that it proves. */
export function givable(log: LogFacts, actor: EscrowActor): Runs {
  return pairsOf(actor).reduce(
    (runs, pair) => uniteRuns(runs, grantedTo(log, pair)?.runs ?? NO_RUNS),
    grantedInForce(log),
  );
}
