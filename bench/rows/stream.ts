// 100 MB sealed and opened as a stream.

import { createHash } from "node:crypto";
import { createLog, openStream, sealStream, systemEnv } from "keystead";
import { compare, type Work } from "../support/measure.js";
import { nativeOpen, nativeSeal, opensslGcm } from "../support/native.js";
import { age, openpgp, sodium } from "../support/peers.js";
import { type Line, type Row, ratio } from "../support/row.js";
import { chunks, drain, inMebibytes, mebibytes, pieces, streamOf } from "../support/streams.js";
import { bareLoops, IN_FLIGHT } from "../support/web-crypto.js";

const env = systemEnv();
const MB = 1_000_000;
const CHUNK = 65_536;
const PIECE = env.random(CHUNK) as Uint8Array<ArrayBuffer>;

interface Works {
  readonly seal: Work;
  readonly open: Work;
}

/** Also with pieces of 1 MiB. */
interface OwnWorks extends Works {
  readonly sealLarge: Work;
  readonly openLarge: Work;
}

export const stream: Row = {
  name: "stream",
  title: "seal and open a stream of 100 MB (peers: 20 MB), MB/s",
  async *run({ quick, fewRounds }) {
    const count = Math.ceil((quick ? MB : 100 * MB) / CHUNK);
    const peerCount = Math.ceil((quick ? MB : 20 * MB) / CHUNK);
    const ours = await keystead(count);
    const [agePeer, pgpPeer, sodiumPeer] = [
      await ageWorks(peerCount),
      await pgpWorks(peerCount),
      await sodiumWorks(peerCount),
    ];
    const bare = await bareLoops(PIECE, count);
    const openssl: number[] = [];
    const times = await compare(
      {
        nativeSeal: nativeSeal(PIECE, count),
        seal: ours.seal,
        nativeOpen: nativeOpen(PIECE, count),
        open: ours.open,
        sealLarge: ours.sealLarge,
        openLarge: ours.openLarge,
        webSeal: bare.seal16,
        webOpen: bare.open16,
        openssl: () => openssl.push(opensslGcm() ?? Number.NaN),
        ageSeal: agePeer?.seal,
        ageOpen: agePeer?.open,
        pgpSeal: pgpPeer?.seal,
        pgpOpen: pgpPeer?.open,
        sodiumSeal: sodiumPeer?.seal,
        sodiumOpen: sodiumPeer?.open,
      },
      fewRounds,
    );
    const rate = (milliseconds: number | undefined, of: number) => milliseconds && (of * CHUNK) / 1000 / milliseconds;
    const speed = Number.isNaN(openssl[0]) ? undefined : openssl.sort((a, b) => a - b)[openssl.length >>> 1];
    const seal = rate(times.nativeSeal, count);
    const open = rate(times.nativeOpen, count);
    const line = (what: string, value: number | undefined, base: number | undefined, compared = false): Line => ({
      ...{ what, value, unit: "MB/s", base },
      ...(compared && { target: { figure: ratio(value, speed), atLeast: 0.3, of: "× openssl speed" } }),
    });
    yield line("openssl speed, aes-256-gcm", speed, seal);
    yield line("seal: node:crypto over the same chunks (baseline)", seal, seal);
    yield line(`seal: WebCrypto, ${IN_FLIGHT} chunks in flight`, rate(times.webSeal, count), seal);
    yield line("seal: keystead", rate(times.seal, count), seal, true);
    yield line("seal: keystead, in pieces of 1 MiB", rate(times.sealLarge, count), seal, true);
    yield line("seal: libsodium secretstream", rate(times.sodiumSeal, peerCount), seal);
    yield line("seal: openpgp, AEAD", rate(times.pgpSeal, peerCount), seal);
    yield line("seal: age", rate(times.ageSeal, peerCount), seal);
    yield line("open: node:crypto over the same chunks (baseline)", open, open);
    yield line(`open: WebCrypto, ${IN_FLIGHT} chunks in flight`, rate(times.webOpen, count), open);
    yield line("open: keystead", rate(times.open, count), open, true);
    yield line("open: keystead, in pieces of 1 MiB", rate(times.openLarge, count), open, true);
    yield line("open: libsodium secretstream", rate(times.sodiumOpen, peerCount), open);
    yield line("open: openpgp, AEAD", rate(times.pgpOpen, peerCount), open);
    yield line("open: age", rate(times.ageOpen, peerCount), open);
    const [early, late] = [await peakMemory(count / 10), await peakMemory(count)];
    yield { what: "heap and buffers at peak, a tenth of it through both", value: early, unit: "MB" };
    const target = { figure: late - early, atMost: 16, of: "MB more (flat)" };
    yield { what: "heap and buffers at peak, all of it through both", value: late, unit: "MB", target };
  },
};

async function keystead(count: number): Promise<OwnWorks> {
  const alice = createLog({ subject: "alice", device: { name: "Laptop" } }, env).accept();
  const seal = () => pieces(PIECE, count).pipeThrough(sealStream([alice.log], { purpose: "bench" }, env));
  const sealed = await chunks(seal());
  const large = inMebibytes(sealed);
  const sealLarge = () =>
    mebibytes(Math.ceil((count * CHUNK) / (1024 * 1024))).pipeThrough(
      sealStream([alice.log], { purpose: "bench" }, env),
    );
  return {
    seal: () => drain(seal()),
    open: () => drain(streamOf(sealed).pipeThrough(openStream(alice.keyring))),
    sealLarge: () => drain(sealLarge()),
    openLarge: () => drain(streamOf(large).pipeThrough(openStream(alice.keyring))),
  };
}

/** Most MB of heap and buffers while `count` chunks go through sealing and opening. No chunk is kept. */
async function peakMemory(count: number): Promise<number> {
  const alice = createLog({ subject: "alice", device: { name: "Laptop" } }, env).accept();
  const [written, read] = [createHash("sha256"), createHash("sha256")];
  let peak = 0;
  const through = pieces(PIECE, Math.ceil(count), (piece) => written.update(piece))
    .pipeThrough(sealStream([alice.log], { purpose: "bench" }, env))
    .pipeThrough(openStream(alice.keyring));
  for await (const part of through) {
    read.update(part);
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    peak = Math.max(peak, heapUsed + arrayBuffers);
  }
  if (written.digest("hex") !== read.digest("hex")) throw new Error("other bytes came out");
  return peak / MB;
}

async function ageWorks(count: number): Promise<Works | undefined> {
  const peer = await age();
  if (!peer) return undefined;
  const identity = await peer.generateHybridIdentity();
  const encrypter = new peer.Encrypter();
  encrypter.addRecipient(await peer.identityToRecipient(identity));
  const decrypter = new peer.Decrypter();
  decrypter.addIdentity(identity);
  const sealed = await chunks(await encrypter.encrypt(pieces(PIECE, count)));
  return {
    seal: async () => drain(await encrypter.encrypt(pieces(PIECE, count))),
    open: async () => drain(await decrypter.decrypt(streamOf(sealed))),
  };
}

async function pgpWorks(count: number): Promise<Works | undefined> {
  const peer = await openpgp();
  if (!peer) return undefined;
  const userIDs = [{ name: "Alice", email: "alice@example.org" }];
  const { publicKey, privateKey } = await peer.generateKey({ type: "curve25519", userIDs, format: "object" });
  const config = { aeadProtect: true };
  const seal = async () =>
    peer.encrypt({
      message: await peer.createMessage({ binary: pieces(PIECE, count) }),
      ...{ encryptionKeys: publicKey, format: "binary", config },
    });
  const sealed = await chunks(await seal());
  return {
    seal: async () => drain(await seal()),
    async open() {
      const message = await peer.readMessage({ binaryMessage: streamOf(sealed) });
      const options = {
        message,
        decryptionKeys: privateKey,
        format: "binary",
        config: { allowUnauthenticatedStream: true },
      };
      return drain((await peer.decrypt(options)).data);
    },
  };
}

async function sodiumWorks(count: number): Promise<Works | undefined> {
  const peer = await sodium();
  if (!peer) return undefined;
  const key = peer.crypto_secretstream_xchacha20poly1305_keygen();
  const push = () => {
    const { state, header } = peer.crypto_secretstream_xchacha20poly1305_init_push(key);
    const sealed = Array.from({ length: count }, () =>
      peer.crypto_secretstream_xchacha20poly1305_push(state, PIECE, null, 0),
    );
    return { header, sealed };
  };
  const { header, sealed } = push();
  return {
    seal: push,
    open() {
      const state = peer.crypto_secretstream_xchacha20poly1305_init_pull(header, key);
      for (const chunk of sealed) peer.crypto_secretstream_xchacha20poly1305_pull(state, chunk);
    },
  };
}
