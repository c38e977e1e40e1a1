// One link beside one bare verification, by processor time and in turns: what a link costs on a machine that is busy.

import { packaged } from "../support/bundle.js";
import { longLog, SUBJECT } from "../support/long-log.js";
import { median, processorTime } from "../support/measure.js";
import { nativeVerify } from "../support/native.js";
import { type Row, ratio } from "../support/row.js";

const LINKS = 1000;

export const link: Row = {
  name: "link",
  title: "verify a log of 1,000 links by processor time, per link",
  async *run({ quick }) {
    const entries = longLog(quick ? 200 : LINKS);
    const bare = nativeVerify(entries.reduce((sum, { length }) => sum + length, 0) / entries.length);
    const { keystead } = await packaged();
    const works = {
      base: () => {
        for (let count = 0; count < entries.length; count++) bare();
      },
      ours: () => void keystead.verifyLog(entries, { subject: SUBJECT, now: "unchecked" }),
    };
    const samples = { base: [] as number[], ours: [] as number[] };
    // The first rounds warm up.
    for (let round = quick ? 3 : -5; round < 20; round++) {
      for (const name of ["base", "ours"] as const) {
        const each = processorTime(works[name]) / entries.length;
        if (round >= 0) samples[name].push(each);
      }
    }
    const [base, value] = [median(samples.base), median(samples.ours)];
    yield { what: "Ed25519 verify, node:crypto (baseline)", value: base, unit: "µs", base };
    yield {
      ...{ what: "a link", value, unit: "µs" as const, base },
      target: { figure: ratio(value, base), atMost: 1.6, of: "× the runtime's bare verify" },
    };
  },
};
