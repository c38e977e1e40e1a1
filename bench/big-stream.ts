// npx tsx bench/big-stream.ts [MiB] [--all]: seals and opens a stream of 2 GiB (or of MiB, if given), with --all also padded and
// signed ones, and prints the memory that it took. Nothing is kept: the content is made as it is read, and checked as it comes
// out at the other end.

import { createHash } from "node:crypto";
import { createLog, openStream, type SealOptions, sealStream, systemEnv } from "keystead";

const MIB = 1024 * 1024;
const size = Number(process.argv[2] ?? 2048) * MIB;
const env = systemEnv();
const alice = createLog({ subject: "alice@example.org", device: { name: "Laptop" } }, env).accept();

/** A piece that differs from all others, cheaper to make than a random one. */
const piece = env.random(MIB).slice(0, 65_536);

function source(hash: ReturnType<typeof createHash>): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= size) {
        controller.close();
        return;
      }
      new DataView(piece.buffer).setFloat64(0, at);
      const part = piece.slice(0, Math.min(piece.length, size - at));
      hash.update(part);
      at += part.length;
      controller.enqueue(part);
    },
  });
}

async function run(name: string, options: Partial<SealOptions>): Promise<void> {
  const [written, read] = [createHash("sha256"), createHash("sha256")];
  let [bytes, heap, rss] = [0, 0, 0];
  const started = performance.now();
  const opening = openStream(alice.keyring, { senderLog: options.signer && alice.log });
  await source(written)
    .pipeThrough(sealStream([alice.log], { purpose: "bench", ...options }, env))
    .pipeThrough(opening)
    .pipeTo(
      new WritableStream({
        write(part) {
          read.update(part);
          bytes += part.length;
          if (bytes % (4 * MIB) !== 0) return;
          const memory = process.memoryUsage();
          heap = Math.max(heap, memory.heapUsed + memory.arrayBuffers);
          rss = Math.max(rss, memory.rss);
        },
      }),
    );
  const seconds = (performance.now() - started) / 1000;
  const { sender } = await opening.opened;
  if (written.digest("hex") !== read.digest("hex") || bytes !== size) throw new Error("other bytes came out");
  const mib = (n: number) => `${Math.round(n / MIB)} MiB`;
  console.log(
    `${name} (${sender.status}): ${mib(size)} sealed and opened in ${seconds.toFixed(1)} s, ` +
      `${Math.round(size / MIB / seconds)} MiB/s through both; peak heap and buffers ${mib(heap)}, peak RSS ${mib(rss)}`,
  );
}

console.log(`before: RSS ${Math.round(process.memoryUsage().rss / MIB)} MiB`);
await run("plain", {});
if (process.argv.includes("--all")) {
  await run("padded", { pad: true });
  await run("signed", { signer: alice });
}
