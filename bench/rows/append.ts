// Appends one more link to a log that is verified already, short or long.

import { appendEntry, type LogState, verifyLog } from "keystead";
import { longLog, SUBJECT } from "../support/long-log.js";
import { median, time } from "../support/measure.js";
import { nativeVerify } from "../support/native.js";
import { type Row, ratio } from "../support/row.js";

const APPENDED = 100;

export const append: Row = {
  name: "append",
  title: "append one verified link",
  async *run({ quick }) {
    const entries = longLog(quick ? 200 : 100_000);
    const logs = (quick ? [80] : [100, 1000, entries.length - APPENDED]).map((length) => {
      const state = verifyLog(entries.slice(0, length), { subject: SUBJECT, now: "unchecked" });
      return {
        length,
        state: state as LogState,
        next: entries.slice(length, length + APPENDED),
        samples: [] as number[],
      };
    });
    const verify = nativeVerify((entries[0] as Uint8Array).length);
    const baseline: number[] = [];
    for (let count = 0; count < APPENDED; count++) {
      baseline.push((await time(verify)) * 1000);
      for (const log of logs) {
        const work = () => {
          log.state = appendEntry(log.state, log.next[count] as Uint8Array, { now: "unchecked" });
        };
        log.samples.push((await time(work)) * 1000);
      }
    }
    const base = median(baseline);
    yield { what: "Ed25519 verify, node:crypto (baseline)", value: base, unit: "µs", base };
    const shortest = median(logs[0]?.samples ?? []);
    for (const { length, samples } of logs) {
      const value = median(samples);
      const target = { figure: ratio(value, base), atMost: 2, of: "× one verify" };
      yield { what: `to ${length} links`, value, unit: "µs", base, target };
    }
    const longest = median(logs.at(-1)?.samples ?? []);
    const figure = longest / shortest;
    yield {
      what: "the longest, of the shortest",
      value: figure,
      unit: "",
      target: { figure, atMost: 1.1, of: "(O(1))" },
    };
  },
};
