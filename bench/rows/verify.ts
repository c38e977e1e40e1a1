// Verifies a log from bytes, link by link: on the native backend, on the portable one, and with peers.

import { packaged, portable } from "../support/bundle.js";
import { longLog, SUBJECT } from "../support/long-log.js";
import { compare, median, time } from "../support/measure.js";
import { nativeVerify, opensslVerify } from "../support/native.js";
import { builtTeam, loadAgain } from "../support/peer-auth.js";
import { mlsCommits } from "../support/peer-mls.js";
import { auth, mls } from "../support/peers.js";
import type { Line, Row, Scale } from "../support/row.js";
import { ratio } from "../support/row.js";

/** Bare verifications in each round: one alone takes too short to be timed. */
const BARE = 500;

export const verify: Row = {
  name: "verify",
  title: "verify a log of 4 members, rotations and reviews from bytes, per link",
  async *run(scale) {
    const entries = longLog(scale.quick ? 200 : 100_000);
    const short = entries.slice(0, scale.quick ? 100 : 1000);
    const average = entries.reduce((sum, { length }) => sum + length, 0) / entries.length;
    const { keystead, ed25519 } = await portable();
    const { verifyLog } = (await packaged()).keystead;
    const message = new Uint8Array(average);
    const { secretKey, publicKey } = ed25519.keygen();
    const signature = ed25519.sign(message, secretKey);
    const options = { subject: SUBJECT, now: "unchecked" } as const;

    const per = (milliseconds: number | undefined, links: number) => milliseconds && (milliseconds * 1000) / links;
    const first = per(await time(() => verifyLog(short, options)), short.length);
    // After ten or so, all that a link needs is compiled.
    for (let count = 0; count < (scale.quick ? 1 : 15); count++) {
      verifyLog(short, options);
      keystead.verifyLog(short, options);
    }
    const openssl: number[] = [];
    const bare = nativeVerify(average);
    const shorts = await compare(
      {
        baseline: () => {
          for (let count = 0; count < BARE; count++) bare();
        },
        openssl: () => openssl.push(opensslVerify() ?? Number.NaN),
        native: () => verifyLog(short, options),
        portable: () => keystead.verifyLog(short, options),
        noble: () => ed25519.verify(signature, message, publicKey),
      },
      scale.fewRounds,
    );
    const base = per(shorts.baseline, BARE);
    const speed = Number.isNaN(openssl[0]) ? undefined : per(median(openssl), 1);
    const native = per(shorts.native, short.length);
    const onNoble = per(shorts.portable, short.length);
    const noble = per(shorts.noble, 1);
    yield { what: "Ed25519 verify, node:crypto (baseline)", value: base, unit: "µs", base };
    yield { what: "Ed25519 verify, openssl speed", value: speed, unit: "µs", base };
    yield { what: "Ed25519 verify, noble's own", value: noble, unit: "µs", base };
    yield { what: `${short.length} links, native, the first time in a process`, value: first, unit: "µs", base };
    yield {
      ...{ what: `${short.length} links, native`, value: native, unit: "µs", base },
      target: { figure: ratio(native, base), atMost: 1.6, of: "× the runtime's bare verify" },
    };
    yield {
      ...{ what: `${short.length} links, portable`, value: onNoble, unit: "µs", base },
      target: { figure: ratio(onNoble, native), atMost: 3.5, of: "× native" },
    };
    yield {
      ...{ what: "the same, of noble's own verify", value: ratio(onNoble, noble), unit: "" },
      target: { figure: ratio(onNoble, noble), atMost: 1, of: "× noble's verify" },
    };
    yield* atLength(
      "native",
      () => verifyLog(entries, options),
      () => verifyLog(short, options),
      scale,
    );
    yield* atLength(
      "portable",
      () => keystead.verifyLog(entries, options),
      () => keystead.verifyLog(short, options),
      scale,
    );
    yield* peers(scale, base);

    /** Measures the long log between two rounds of the short one, in case the machine became slower or faster meanwhile. */
    async function* atLength(backend: string, long: () => unknown, brief: () => unknown, { quick }: Scale) {
      const around: number[] = [];
      const several = async () => void around.push(await time(brief, quick ? 1 : 10));
      await several();
      const milliseconds = await time(long);
      await several();
      const perLink = per(milliseconds, entries.length) as number;
      const beside = per(around.reduce((sum, each) => sum + each, 0) / around.length, short.length);
      const line: Line = {
        ...{ what: `${entries.length} links, ${backend}`, value: perLink, unit: "µs", base },
        target: { figure: ratio(perLink, beside), atMost: 1.1, of: `× ${short.length} links beside it` },
      };
      yield line;
    }
  },
};

async function* peers({ quick }: Scale, base: number | undefined): AsyncGenerator<Line> {
  const authPackage = await auth();
  for (const changes of quick ? [10] : [100, 1000]) {
    const built = authPackage && builtTeam(authPackage, changes);
    const milliseconds = built && (await time(() => loadAgain(built)));
    const value = milliseconds && (milliseconds * 1000) / changes;
    yield { what: `@localfirst/auth: load a team, per change, ${changes} changes`, value, unit: "µs", base };
  }
  const mlsPackage = await mls();
  const commits = quick ? 2 : 20;
  const process = mlsPackage && (await mlsCommits(mlsPackage, 4, commits));
  const milliseconds = process && (await time(process));
  yield {
    ...{
      what: "ts-mls, X-Wing: process a commit of 4 members",
      value: milliseconds && (milliseconds * 1000) / commits,
    },
    ...{ unit: "µs", base },
  };
}
