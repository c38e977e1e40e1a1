// Content that a simulated world seals as a stream: of more than one chunk, opened as a whole and by ranges.

import { type Bytes, equalBytes } from "../../src/bytes/bytes.js";
import type { StreamPair } from "../../src/content/pair.js";
import type { ContentReader } from "../../src/content/random-access.js";
import { collect, through } from "../content/stream-support.js";
import type { Dice } from "./dice.js";

/** Content that a device sealed. */
export interface Content {
  readonly sealed: Bytes;
  readonly plaintext: Uint8Array;
  readonly epoch: number;
  readonly isStream?: boolean | undefined;
}

/** Two chunks of 64 KiB begin in it. */
const LENGTH = 70_000;
/** Inside of a chunk, over the end of one, and the last bytes. */
const RANGES = [
  [100, 50],
  [65_500, 100],
  [LENGTH - 10, 10],
] as const;

export function longPlaintext(dice: Dice): Uint8Array<ArrayBuffer> {
  const drawn = dice.bytes(8);
  return new Uint8Array(LENGTH).map((_, at) => (drawn[at % 8] ?? 0) ^ (at >> 8));
}

/** What of a content that was sealed as a stream does not open; undefined where all does. It wipes the reader. */
export async function streamIsWrong(
  { sealed, plaintext }: Pick<Content, "sealed" | "plaintext">,
  { stream, reader }: { readonly stream: StreamPair; readonly reader: ContentReader },
): Promise<string | undefined> {
  const whole = await collect(through(stream, sealed));
  if (!equalBytes(whole, plaintext)) return "the whole";
  for (const [offset, length] of RANGES) {
    const part = await reader.read(offset, length);
    if (!equalBytes(part, plaintext.subarray(offset, offset + length))) return `the part from ${offset} on`;
  }
  reader.wipe();
  return undefined;
}
