// Reads any part of sealed content without the rest. docs/spec.md section 12 (random access).

import { checkCount } from "../arguments/counts.js";
import { CONTENT_READER, finishSecretInstance, wrongInstance } from "../arguments/instances.js";
import { LIBRARY, type Library, requireLibrary } from "../arguments/library-only.js";
import type { BlobLike } from "../arguments/platform.js";
import type { Bytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { type Keyring, partsOf } from "../keys/keyring.js";
import {
  type ContentCore,
  type ContentHeader,
  headerLength,
  headerOf,
  PREAMBLE_LENGTH,
  splitHeader,
} from "./format.js";
import { PayloadReader } from "./payload-reader.js";
import { type RandomAccessSource, reading } from "./random-access-source.js";
import type { Sender, SenderOptions } from "./sender.js";
import { trailerLength } from "./signature.js";
import { checkExpected, type ExpectedContent, type RecipientHead, unlock } from "./unlock.js";

/** What a reader is made of. */
interface ReaderParts {
  readonly core: ContentCore;
  readonly named: RecipientHead;
  readonly payload: PayloadReader;
}

/** Sealed content of which any part can be opened. It holds the content's key: the caller wipes it. */
export class ContentReader {
  /** Never `verified`: a signature covers the whole content, and only the content key authenticates parts. */
  readonly sender: Sender;
  /** Relation of the head of the reader's own log that the sender named to `options.log`. */
  readonly named: RecipientHead;
  /** Bytes of the content, without any padding; authenticated. */
  readonly size: number;
  readonly #core: ContentCore;
  readonly #payload: PayloadReader;

  /** @internal Only {@link openRandomAccess} calls this. */
  constructor(library: Library, parts: ReaderParts) {
    requireLibrary(library, CONTENT_READER);
    const { core, named, payload } = parts;
    const claimed = core.sender;
    this.#core = core;
    this.named = named;
    this.sender = claimed ? { status: "unchecked", claimed } : { status: "unsigned" };
    this.size = payload.size;
    this.#payload = payload;
    finishSecretInstance(this, CONTENT_READER);
  }

  /** @throws `INVALID_ARGUMENT` for a call on what is no reader, such as a Proxy of one */
  static #check(reader: unknown): void {
    if (!(#payload in (reader as object))) throw wrongInstance("reader", CONTENT_READER, reader);
  }

  /** The content's statements about itself. */
  get header(): ContentHeader {
    ContentReader.#check(this);
    return headerOf(this.#core);
  }

  /**
   * The bytes from `offset` on. Opens only the chunks that hold them.
   *
   * @returns exactly `length` bytes, all of them authentic.
   * @throws `INVALID_ARGUMENT` for a range that is not within the content; `CORRUPT_CONTENT`, `WIPED`; errors of the source
   */
  async read(offset: number, length: number): Promise<Bytes> {
    ContentReader.#check(this);
    for (const [name, value] of Object.entries({ offset, length })) checkCount(name, value);
    if (offset + length > this.size) {
      throw new KeysteadError(
        "INVALID_ARGUMENT",
        `the content has ${this.size} bytes; ${length} from ${offset} on are not all in it`,
        { details: { offset, length, size: this.size } },
      );
    }
    return this.#payload.read(offset, length);
  }

  /** Wipes the content's key. Later reads throw `WIPED`. */
  wipe(): void {
    ContentReader.#check(this);
    this.#payload.wipe();
  }
}

/**
 * Opens content for reading parts of it: a `Blob` or `File`, or any other source that can be read at an offset. Its end is
 * authenticated first, so that nobody can cut it off or extend it unnoticed.
 *
 * @param keyring of a member of a log that the content is sealed to.
 * @returns a reader, which the caller wipes.
 * @throws as `openContent`, except errors about senders and an aborted signal; errors of the source
 */
export async function openRandomAccess(
  source: BlobLike | RandomAccessSource,
  keyring: Keyring,
  options: ExpectedContent = {},
): Promise<ContentReader> {
  partsOf(keyring);
  const expected = checkExpected(options, keyring);
  const { senderLog, senderContact } = options as SenderOptions;
  if (senderLog !== undefined || senderContact !== undefined) {
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "a signature covers the whole content and cannot be checked for parts; open all of it with openStream for that",
    );
  }
  const { size, read } = reading(source);
  const length = headerLength(await read(0, Math.min(size, PREAMBLE_LENGTH)));
  const start = PREAMBLE_LENGTH + length;
  const parts = splitHeader(await read(PREAMBLE_LENGTH, Math.min(size, start)), length);
  const { core, named, payloadKey } = unlock(parts, keyring, expected);
  try {
    const place = { start, end: size - trailerLength(core.sender), padded: core.padding !== undefined };
    return new ContentReader(LIBRARY, { core, named, payload: await PayloadReader.open(read, place, payloadKey) });
  } catch (error) {
    payloadKey.wipe();
    throw error;
  }
}
