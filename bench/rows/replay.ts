// Reads a log again from a head that was verified before: the chain of hashes replaces the signatures.

import { packaged, portable } from "../support/bundle.js";
import { longLog, SUBJECT } from "../support/long-log.js";
import { compare } from "../support/measure.js";
import { type Row, ratio } from "../support/row.js";

export const replay: Row = {
  name: "replay",
  title: "verify a log again from a head that was verified, against a full verification",
  async *run({ quick, fewRounds }) {
    const entries = longLog(quick ? 200 : 1000);
    const options = { subject: SUBJECT, now: "unchecked" } as const;
    const { keystead } = await portable();
    const { verifyLog } = (await packaged()).keystead;
    for (const [backend, verify, atMost] of [
      ["native", verifyLog, 0.3],
      ["portable", keystead.verifyLog, 0.3],
    ] as const) {
      const { head } = verify(entries, options);
      const nearly = verify(entries.slice(0, -10), options).head;
      const times = await compare(
        {
          full: () => verify(entries, options),
          known: () => verify(entries, { ...options, verified: head }),
          newer: () => verify(entries, { ...options, verified: nearly }),
        },
        fewRounds,
      );
      const base = times.full;
      yield { what: `${entries.length} links, ${backend} (baseline)`, value: base, unit: "ms", base };
      const figure = ratio(times.known, base);
      yield {
        ...{ what: `all below the head, ${backend}`, value: times.known, unit: "ms", base },
        target: { figure, atMost, of: "× full" },
      };
      yield { what: `all but 10 links, ${backend}`, value: times.newer, unit: "ms", base };
    }
  },
};
