// Pages from what is stored. Links and attachments are joined as they are: the bytes are those that `writeBody` and `encodeEntry` give,
// without a check of each value, and each byte is copied once for its entry and once for the page.

import { type Bytes, concat } from "../bytes/bytes.js";
import { encodeCbor } from "../bytes/cbor.js";

/** Major types of CBOR. */
const [BYTES, TEXT, ARRAY, MAP] = [2, 3, 4, 5] as const;

/** The entry of a stored link with attachments of it. */
export function joinEntry(link: Uint8Array, attachments: readonly Uint8Array[]): Bytes {
  const parts = attachments.flatMap((each) => [head(BYTES, each.length), each]);
  return concat(head(ARRAY, 2), head(BYTES, link.length), link, head(ARRAY, attachments.length), ...parts);
}

/** The body `PAGE` of wire.ts. */
export function joinPage(page: {
  readonly entries: readonly Uint8Array[];
  readonly newest: number;
  readonly now: number;
  readonly statement?: Uint8Array | undefined;
}): Bytes {
  const { entries, newest, now, statement } = page;
  // Keys in their order: the shorter ones first.
  return concat(
    head(MAP, statement ? 4 : 3),
    ...[key("now"), encodeCbor(now), key("newest"), encodeCbor(newest)],
    ...[key("entries"), head(ARRAY, entries.length), ...entries.flatMap((each) => [head(BYTES, each.length), each])],
    ...(statement ? [key("statement"), head(BYTES, statement.length), statement] : []),
  );
}

function key(name: string): Bytes {
  return concat(head(TEXT, name.length), new TextEncoder().encode(name));
}

/** The beginning of a value: its major type and a number below 2^32, in the shortest form. */
function head(major: number, n: number): Bytes {
  const type = major << 5;
  if (n < 24) return Uint8Array.of(type | n);
  if (n < 0x100) return Uint8Array.of(type | 24, n);
  if (n < 0x1_0000) return Uint8Array.of(type | 25, n >>> 8, n);
  return Uint8Array.of(type | 26, n >>> 24, n >>> 16, n >>> 8, n);
}
