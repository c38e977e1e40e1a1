// Verifies a log that an insider made to be slow, and compares with an honest log of as many bytes: verification must stay
// near-linear in the bytes for every log (docs/spec.md section 6).

import { verifyLog } from "keystead";
import { decodeEntry, encodeEntry } from "../../src/log/entry.js";
import { hostileLog } from "../../test/sizes/hostile.js";
import { seededEnv } from "../../test/support/seeded-env.js";
import { longLog, SUBJECT } from "../support/long-log.js";
import { compare } from "../support/measure.js";
import { type Row, ratio } from "../support/row.js";

export const hostile: Row = {
  name: "hostile",
  title: "verify a log that a thief shattered, per byte, against an honest one",
  async *run(scale) {
    const links = scale.quick ? 300 : 4000;
    const { entries } = hostileLog(links, seededEnv("bench hostile", 1_700_000_000_000));
    const bare = entries.map((entry) => encodeEntry(decodeEntry(entry).link.bytes, []));
    const honest = longLog(scale.quick ? 200 : 100_000).slice(0, links);
    const bytes = (log: readonly Uint8Array[]) => log.reduce((sum, { length }) => sum + length, 0);
    const times = await compare(
      {
        baseline: () => verifyLog(honest, { subject: SUBJECT, now: "unchecked" }),
        hostile: () => verifyLog(bare, { subject: "sizes@example.org", now: "unchecked" }),
      },
      scale.fewRounds,
    );
    const base = (times.baseline as number) / bytes(honest);
    const value = (times.hostile as number) / bytes(bare);
    yield { what: "honest log, per KiB", value: base * 1_024_000, unit: "µs", base: base * 1_024_000 };
    yield {
      ...{
        what: `hostile log of ${links} links, per KiB`,
        value: value * 1_024_000,
        unit: "µs",
        base: base * 1_024_000,
      },
      target: { figure: ratio(value, base), atMost: 3, of: "× an honest log of as many bytes" },
    };
  },
};
