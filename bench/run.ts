// npm run bench [-- --quick | --full | --only NAME]: how fast Keystead and its peers do the same work. docs/performance.md has results.
//
// Machines and their load differ: each figure comes with its ratio to a baseline measured in the same run. No benchmark fails
// because it is slow.

import { parseArgs } from "node:util";
import { append } from "./rows/append.js";
import { backup } from "./rows/backup.js";
import { size } from "./rows/bundle.js";
import { coldImport } from "./rows/cold-import.js";
import { coverage } from "./rows/coverage.js";
import { hostile } from "./rows/hostile.js";
import { join } from "./rows/join.js";
import { link } from "./rows/link.js";
import { ranges } from "./rows/ranges.js";
import { recipients } from "./rows/recipients.js";
import { relay } from "./rows/relay.js";
import { remove } from "./rows/remove.js";
import { replay } from "./rows/replay.js";
import { stream } from "./rows/stream.js";
import { verify } from "./rows/verify.js";
import { verifyAsync } from "./rows/verify-async.js";
import { INSTALL, peersInstalled } from "./support/peers.js";
import { formatLine, type Scale } from "./support/row.js";

const ROWS = [
  link,
  verify,
  verifyAsync,
  replay,
  append,
  join,
  remove,
  recipients,
  stream,
  ranges,
  backup,
  coverage,
  hostile,
  relay,
  size,
  coldImport,
];

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    full: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] },
  },
});
const { quick, full, only } = values;
const unknown = only.find((name) => !ROWS.some((row) => row.name === name));
if (unknown !== undefined) {
  console.error(`no row is called ${unknown}; there are ${ROWS.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const scale: Scale = quick
  ? { quick, full: false, rounds: { rounds: 2, milliseconds: 1 }, fewRounds: { rounds: 1, milliseconds: 0 } }
  : { quick, full, rounds: { rounds: 9, milliseconds: 50 }, fewRounds: { rounds: 5, milliseconds: 0 } };

console.log(`Node ${process.versions.node}, ${process.platform} ${process.arch}`);
if (!peersInstalled()) console.log(`Peers are not installed and left out; install them by: ${INSTALL}`);
if (quick) console.log("Small sizes: this shows that everything runs, and no more.");
for (const row of ROWS) {
  if (only.length > 0 && !only.includes(row.name)) continue;
  console.log(`\n${row.name}: ${row.title}`);
  const start = performance.now();
  try {
    for await (const line of row.run(scale)) console.log(formatLine(line));
  } catch (error) {
    // The other rows are measured all the same.
    console.error("  FAILED:", error);
    process.exitCode = 1;
  }
  console.log(`  (${Math.round((performance.now() - start) / 1000)} s for the row)`);
}
// Peers leave timers behind.
process.exit();
