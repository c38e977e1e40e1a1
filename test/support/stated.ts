// What a relay stated, in memory: for tests that do not restore a database.

import type { StatedHeads, StatedPosition } from "../../src/relay/stated-heads.js";

export function statedInMemory(): StatedHeads {
  const byLog = new Map<string, StatedPosition>();
  return {
    from: 0,
    of: (log) => byLog.get(log),
    async note(head) {
      if (head.seq > (byLog.get(head.log)?.seq ?? 0)) byLog.set(head.log, head);
    },
  };
}
