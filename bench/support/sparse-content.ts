// Sealed content of any size that needs no storage: each chunk is sealed when it is first read. Every byte of it is zero.

import { createLog, type Env, type Keyring, type RandomAccessSource } from "keystead";
import { concat } from "../../src/bytes/bytes.js";
import { commit, drawContentKey, hashCore, hashHeader, payloadKeyOf, sealBox } from "../../src/content/content-key.js";
import { encodeCore, encodeHeader, frameHeader } from "../../src/content/format.js";
import { CHUNK_LENGTH, chunkCount, chunkNonce, payloadLength, SEALED_CHUNK_LENGTH } from "../../src/content/payload.js";
import { currentEpoch, type Epoch } from "../../src/log/state.js";
import { primitives } from "../../src/primitives/current.js";
import { nobleAes } from "../../src/primitives/noble-aes.js";

export interface SparseContent {
  readonly source: RandomAccessSource;
  readonly keyring: Keyring;
}

/** Content of `size` zeros, sealed to a log of its own. */
export async function sparseContent(size: number, env: Env): Promise<SparseContent> {
  const { log, keyring } = createLog({ subject: "alice", device: { name: "Laptop" } }, env).accept();
  const contentKey = drawContentKey(env);
  const core = encodeCore({ purpose: "bench", recipients: [{ head: log.head, epoch: currentEpoch(log) }] });
  const coreHash = hashCore(core);
  const box = await sealBox((log.epochs.last() as Epoch).kemKey, coreHash, contentKey, env);
  const header = encodeHeader(core, commit(contentKey, coreHash, new Uint8Array(0)), box);
  const payloadKey = payloadKeyOf(contentKey, hashHeader(header));
  const front = frameHeader(header);

  const chunks = chunkCount(size, CHUNK_LENGTH);
  const sealed = new Map<number, Uint8Array>();
  const { aes256gcmSeal } = primitives.nativeAes ?? nobleAes;
  const chunk = (index: number): Uint8Array => {
    const isLast = index === chunks - 1;
    const zeros = new Uint8Array(isLast ? size - index * CHUNK_LENGTH : CHUNK_LENGTH);
    const made =
      sealed.get(index) ??
      concat(...aes256gcmSeal(payloadKey.bytes(), chunkNonce(index, isLast), new Uint8Array(0), zeros));
    sealed.set(index, made);
    return made;
  };
  const read = (offset: number, length: number): Uint8Array => {
    const parts: Uint8Array[] = [];
    const end = offset + length;
    for (let at = offset; at < end; at += (parts.at(-1) as Uint8Array).length) {
      if (at < front.length) {
        parts.push(front.subarray(at, end));
        continue;
      }
      const index = Math.floor((at - front.length) / SEALED_CHUNK_LENGTH);
      const start = front.length + index * SEALED_CHUNK_LENGTH;
      parts.push(chunk(index).subarray(at - start, end - start));
    }
    return concat(...parts);
  };
  return { source: { size: front.length + payloadLength(size), read }, keyring };
}
