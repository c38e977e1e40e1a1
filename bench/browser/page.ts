// The part of the benchmark that runs in the browser. Its bundle has the portable backend, as an app's bundle has.

import { createLog, openStream, sealStream, systemEnv, verifyLog, verifyLogAsync } from "keystead";
import type { Portable } from "../support/bundle.js";
import { beside, compare } from "../support/measure.js";
import { type Line, ratio } from "../support/row.js";
import { chunks, drain, inMebibytes, mebibytes, pieces, streamOf } from "../support/streams.js";
import { bareLoops, IN_FLIGHT } from "../support/web-crypto.js";

const CHUNK = 65_536;

/** Options of the page. */
export interface Orders {
  /** Entries of a log, base64. */
  readonly entries: readonly string[];
  readonly subject: string;
  readonly rounds: number;
  readonly megabytes: number;
}

/** All rows. @param ed25519 noble's own, of the version that the library has */
export async function measureInBrowser(ed25519: Portable["ed25519"], orders: Orders): Promise<readonly Line[]> {
  return [...(await verifyLines(ed25519, orders)), ...(await streamLines(orders))];
}

async function verifyLines(
  ed25519: Portable["ed25519"],
  { entries, subject, rounds }: Orders,
): Promise<readonly Line[]> {
  const log = entries.map((entry) => Uint8Array.from(atob(entry), (char) => char.charCodeAt(0)));
  const message = new Uint8Array((log.at(-1) as Uint8Array).length);
  const { secretKey, publicKey } = ed25519.keygen();
  const signature = ed25519.sign(message, secretKey) as Uint8Array<ArrayBuffer>;
  const times = await compare(
    {
      noble: () => ed25519.verify(signature, message, publicKey),
      ours: () => verifyLog(log, { subject, now: "unchecked" }),
      web: await webVerify(publicKey as Uint8Array<ArrayBuffer>, message, signature),
    },
    { rounds, milliseconds: 100 },
  );
  const options = { subject, now: "unchecked" } as const;
  const later = await beside(
    () => verifyLog(log, options),
    () => verifyLogAsync(log, options),
    3 * rounds,
  );
  const microseconds = (milliseconds: number | undefined) => milliseconds && milliseconds * 1000;
  const base = microseconds(times.noble);
  const each = ratio(microseconds(times.ours), log.length);
  return [
    { what: "Ed25519 verify, noble's own (baseline)", value: base, unit: "µs", base },
    { what: "Ed25519 verify, WebCrypto, one after another", value: microseconds(times.web), unit: "µs", base },
    {
      ...{ what: `verify a log of ${log.length} links, per link`, value: each, unit: "µs", base },
      target: { figure: ratio(each, base), atMost: 1, of: "× noble's own verify" },
    },
    {
      ...{ what: `${log.length} links, signatures by WebCrypto, against verifyLog`, unit: "ms" as const },
      ...{ value: later.ratio * later.base, base: later.base },
      target: { figure: later.ratio, atMost: 0.55, of: "× verifyLog, median of the ratios" },
    },
  ];
}

/** Undefined where the browser has no Ed25519. */
async function webVerify(
  key: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
) {
  try {
    const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return () => crypto.subtle.verify("Ed25519", imported, signature, message);
  } catch {
    return undefined;
  }
}

async function streamLines({ rounds, megabytes }: Orders): Promise<readonly Line[]> {
  const env = systemEnv();
  const count = Math.ceil((megabytes * 1_000_000) / CHUNK);
  const piece = env.random(CHUNK) as Uint8Array<ArrayBuffer>;
  const { log, keyring } = createLog({ subject: "alice", device: { name: "Browser" } }, env).accept();
  const seal = () => pieces(piece, count).pipeThrough(sealStream([log], { purpose: "bench" }, env));
  const sealed = await chunks(seal());
  const large = inMebibytes(sealed);
  const mebibyteCount = Math.ceil((count * CHUNK) / (1024 * 1024));
  const bare = await bareLoops(piece, count);
  const times = await compare(
    {
      ...bare,
      seal: () => drain(seal()),
      sealLarge: () => drain(mebibytes(mebibyteCount).pipeThrough(sealStream([log], { purpose: "bench" }, env))),
      open: () => drain(streamOf(sealed).pipeThrough(openStream(keyring))),
      openLarge: () => drain(streamOf(large).pipeThrough(openStream(keyring))),
    },
    { rounds, milliseconds: 0 },
  );
  const rate = (milliseconds: number | undefined) => milliseconds && (count * CHUNK) / 1000 / milliseconds;
  const lines = (
    verb: string,
    single: number | undefined,
    flight: number | undefined,
    ours: number | undefined,
    large: number | undefined,
  ): Line[] => {
    const base = Math.max(single ?? 0, flight ?? 0);
    const target = { figure: ratio(large, base), atLeast: 0.6, of: "× the faster loop (the baseline)" };
    return [
      { what: `${verb}: WebCrypto, one chunk after another`, value: single, unit: "MB/s", base },
      { what: `${verb}: WebCrypto, ${IN_FLIGHT} chunks in flight`, value: flight, unit: "MB/s", base },
      { what: `${verb}: keystead, a stream of ${megabytes} MB`, value: ours, unit: "MB/s", base },
      { what: `${verb}: the same, in pieces of 1 MiB`, value: large, unit: "MB/s", base, target },
    ];
  };
  return [
    ...lines("seal", rate(times.seal1), rate(times.seal16), rate(times.seal), rate(times.sealLarge)),
    ...lines("open", rate(times.open1), rate(times.open16), rate(times.open), rate(times.openLarge)),
  ];
}
