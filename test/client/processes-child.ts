// A device that does one thing after the other for ever, on a real folder and over real HTTP, and says what it begins and what was
// done. The parent kills it.

import { writeSync } from "node:fs";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import { openSession } from "../../src/client/session.js";
import { KeysteadError } from "../../src/errors.js";
import { fileStore } from "../../src/storage/file.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";
import type { Deed, Orders, Said } from "./processes-orders.js";

const orders = JSON.parse(present(process.argv[2])) as Orders;
// Not process.stdout: what that has buffered is lost in a kill.
const say = (said: Said) => writeSync(1, `${JSON.stringify(said)}\n`);

const session = await openSession({
  ...{ subject: orders.subject, store: fileStore(orders.folder), transport: fetchTransport({ url: orders.url }) },
  sealer: await callerSealer(new Uint8Array(32).fill(7)),
});
await session.sync();

const settled = () =>
  new Promise<void>((resolve) => {
    const end = session.subscribe(look);
    function look(): void {
      if (session.getSnapshot().pending) return;
      end();
      resolve();
    }
    look();
  });

/** Its user writes the paper, and types two groups back. */
const prove = () =>
  session.proveBackupKey(async ({ text, prove }) => {
    say({ paper: text });
    const [a, b] = prove.map((group) => present(text.split(/[\s-]+/)[group - 1]));
    return [present(a), present(b)];
  });

async function perform(deed: Deed, name: string): Promise<void> {
  switch (deed) {
    case "enter":
      return await (orders.creates ? session.create({ name }) : session.join({ name }));
    case "rename":
      return await session.rename({ name });
    case "rekey":
      return await session.rekey();
    case "leave":
      return await session.leave();
    case "backup-key":
      // Not written down: the question stays, and the next turn answers it.
      return await session.createBackupKey(async () => ["", ""], { name });
    case "seal": {
      const sealed = await session.seal(utf8Encode(name), { purpose: "test" });
      say({ sealed: btoa(String.fromCharCode(...sealed)) });
    }
  }
}

for (let turn = 0; ; turn++) {
  await settled();
  const { status, asks } = session.getSnapshot();
  if (asks.some(({ question }) => question === "prove-backup-key")) await prove();
  const isMember = status === "waiting" || status === "ready";
  const began = isMember ? present(orders.deeds[turn % orders.deeds.length]) : "enter";
  const name = `${orders.names}.${turn}`;
  say({ began, name });
  try {
    await perform(began, name);
  } catch (caught) {
    const code = KeysteadError.from(caught)?.code;
    // What the device owes comes first; or what the test meant: nothing was typed.
    if (code === "PENDING" || code === "ROTATION_DUE") continue;
    if (code !== "BACKUP_KEY_INVALID") throw caught;
  }
  const { seq, hash } = session.log.head;
  say({ done: began, name, seq, hash });
}
