// Verifies a log with the platform's Ed25519 beside the thread, against a verification on the thread alone.

import { packaged, portable } from "../support/bundle.js";
import { longLog, SUBJECT } from "../support/long-log.js";
import { beside } from "../support/measure.js";
import type { Row } from "../support/row.js";

export const verifyAsync: Row = {
  name: "verify-async",
  title: "verify a log with its signatures beside the thread, against verifyLog (the baseline)",
  async *run({ quick }) {
    const entries = longLog(quick ? 200 : 1000);
    const options = { subject: SUBJECT, now: "unchecked" } as const;
    const { keystead } = await portable();
    const { verifyLog, verifyLogAsync } = (await packaged()).keystead;
    for (const [what, now, later] of [
      ["node:crypto and its thread pool", verifyLog, verifyLogAsync],
      ["portable, and Node's WebCrypto", keystead.verifyLog, keystead.verifyLogAsync],
    ] as const) {
      const { base, ratio } = await beside(
        () => now(entries, options),
        () => later(entries, options),
        quick ? 2 : 15,
      );
      yield {
        ...{ what: `${entries.length} links, ${what}`, value: ratio * base, unit: "ms", base },
        target: { figure: ratio, atMost: 0.75, of: "× verifyLog, median of the ratios" },
      };
    }
  },
};
