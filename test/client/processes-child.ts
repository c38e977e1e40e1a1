// A device in a process of its own, on a real folder and over real HTTP. The parent kills it.

import { writeSync } from "node:fs";
import { present } from "../../src/bytes/present.js";
import { openSession } from "../../src/client/session.js";
import { fileStore } from "../../src/storage/file.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";
import { live } from "./life.js";
import type { ProcessOrders } from "./orders.js";

const orders = JSON.parse(present(process.argv[2])) as ProcessOrders;

const session = await openSession({
  ...{ subject: orders.subject, store: fileStore(orders.folder), transport: fetchTransport({ url: orders.url }) },
  sealer: await callerSealer(new Uint8Array(32).fill(7)),
});
await session.sync();
// Not process.stdout: what that has buffered is lost in a kill.
await live(session, orders, (said) => writeSync(1, `${JSON.stringify(said)}\n`));
