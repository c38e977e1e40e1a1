// Blobs at a relay in memory, with its lies about content and the faults of a network: for the tests of clients.

import { checkOptions } from "../arguments/options.js";
import { type Bytes, equalBytes, isBytes } from "../bytes/bytes.js";
import { KeysteadError } from "../errors.js";
import { checkBlob, checkStoreBlob } from "../transport/checks.js";
import type { BlobOptions, BlobSource, BlobTransport, StoreBlobOptions } from "../transport/transport.js";
import type { MaliciousRelay } from "./relay.js";
import { forbidden, type RelayFault, withFaults } from "./relay-transport.js";

/** A request that a test may let fail. */
export type BlobRequest =
  | ({ readonly kind: "store"; readonly id: string; readonly content: Bytes } & StoreBlobOptions)
  | ({ readonly kind: "load" | "open" | "delete"; readonly id: string } & BlobOptions)
  | ({ readonly kind: "part"; readonly id: string; readonly offset: number; readonly length: number } & BlobOptions);

/** Options of {@link relayBlobs}. */
export interface RelayBlobsOptions {
  /** Called for each request, in order; default no faults. */
  readonly fault?: ((request: BlobRequest) => RelayFault | undefined) | undefined;
}

/**
 * Blobs over a relay in memory, for one reader: with the relay's lies about content, and the faults of a network. It asks nobody who may
 * read what.
 *
 * @param reader the name by which the relay knows this device, for lies.
 * @throws `INVALID_ARGUMENT`
 */
export function relayBlobs(relay: MaliciousRelay, reader: string, options: RelayBlobsOptions = {}): BlobTransport {
  const { fault } = checkOptions(options);
  if (typeof relay?.load !== "function" || typeof reader !== "string")
    throw new KeysteadError("INVALID_ARGUMENT", "give a MaliciousRelay, and the name of a reader");

  const exchange = withFaults(fault);
  /** What the relay shows of a blob; undefined when it has none, or says so. */
  const shown = ({ refuse }: RelayFault, id: string): Bytes | undefined => {
    if (refuse !== undefined) throw forbidden(refuse);
    return relay.has(id, reader) ? relay.load(id, reader) : undefined;
  };

  return {
    async store(id, content, options) {
      const { onProgress } = checkStoreBlob(id, content, options);
      const bytes = await bytesOf(content);
      const size = bytes.length;
      return await exchange({ kind: "store", id, content: bytes, ...options }, ({ refuse, retryAfter }) => {
        if (refuse !== undefined)
          return { verdict: "refused", code: refuse, ...(retryAfter !== undefined && { retryAfter }) };
        if (relay.has(id) && !equalBytes(relay.load(id), bytes)) return { verdict: "lost" };
        if (!relay.has(id)) relay.store(id, bytes);
        onProgress?.({ done: size, size });
        return { verdict: "accepted" };
      });
    },
    async load(id, options = {}) {
      const { onProgress } = checkBlob(id, options);
      const bytes = await exchange({ kind: "load", id, ...options }, (found) => shown(found, id));
      if (bytes) onProgress?.({ done: bytes.length, size: bytes.length });
      return bytes && new Blob([bytes]).stream();
    },
    async open(id, options = {}) {
      const { onProgress } = checkBlob(id, options);
      const size = await exchange({ kind: "open", id, ...options }, (found) => shown(found, id)?.length);
      if (size === undefined) return undefined;
      let done = 0;
      return {
        size,
        async read(offset, length) {
          const part = await exchange({ kind: "part", id, offset, length, ...options }, (found) =>
            shown(found, id)?.slice(offset, offset + length),
          );
          if (part?.length !== length) throw new KeysteadError("OFFLINE", "the service has no such bytes any more");
          done += length;
          onProgress?.({ done, size });
          return part;
        },
      };
    },
    async delete(id, options = {}) {
      checkBlob(id, options);
      return await exchange({ kind: "delete", id, ...options }, (found) => {
        const had = shown(found, id) !== undefined;
        if (had) relay.delete(id);
        return had;
      });
    },
  };
}

async function bytesOf(content: Uint8Array | BlobSource): Promise<Bytes> {
  if (isBytes(content)) return new Uint8Array(content);
  const bytes = new Uint8Array(await new Response(content.stream() as BodyInit).arrayBuffer());
  if (bytes.length === content.size) return bytes;
  throw new KeysteadError("INVALID_ARGUMENT", `content has ${bytes.length} bytes, and its size is ${content.size}`);
}
