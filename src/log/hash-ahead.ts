// Hashes of links by the platform, before the links are judged, where the platform is faster than the backend. docs/spec.md section 4
// (ENC-5).

import { concat } from "../bytes/bytes.js";
import { toHex } from "../bytes/text.js";
import { labelPrefix } from "../primitives/label.js";
import * as LABELS from "../primitives/labels.js";
import type { HashLater } from "../primitives/primitives.js";
import { decodeEntry, linkHash, MAX_LINK_BYTES, type UnverifiedEntry } from "./entry.js";

/** Takes entries apart whose links have their hashes; undefined for what is no entry, or too large to be held a second time. */
export type HashAhead = (entries: readonly Uint8Array[]) => Promise<readonly (UnverifiedEntry | undefined)[]>;

/** By this hash; undefined where its first result is wrong. A link for which it fails later is hashed when it is judged. */
export async function hashingAhead(hash: HashLater): Promise<HashAhead | undefined> {
  const prefix = labelPrefix(LABELS.linkHash);
  const digestOf = (link: Uint8Array) => hash(concat(prefix, link)).catch(() => undefined);
  const trial = Uint8Array.of(7);
  const digest = await digestOf(trial);
  if (!digest || toHex(digest) !== linkHash(trial)) return undefined;
  return async (entries) => {
    const decoded = entries.map(decodeSmall);
    await Promise.all(decoded.map(async (entry) => entry?.link.hashIs(await digestOf(entry.link.bytes))));
    return decoded;
  };
}

function decodeSmall(bytes: Uint8Array): UnverifiedEntry | undefined {
  try {
    return bytes.length > MAX_LINK_BYTES ? undefined : decodeEntry(bytes);
  } catch {
    return undefined;
  }
}
