// A device that does one thing after the other for ever, and says what it begins and what was done. A test ends it at any point.

import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import type { Session } from "../../src/client/session.js";
import { KeysteadError } from "../../src/errors.js";
import type { Deed, Orders, Said } from "./orders.js";
import { until, writtenDown } from "./sessions.js";

type Say = (said: Said) => unknown;

/** @param say when it resolves, the test knows. */
export async function live(session: Session, { creates, deeds, names }: Orders, say: Say): Promise<never> {
  for (let turn = 0; ; turn++) {
    await until(session, ({ pending }) => !pending);
    const { status, asks } = session.getSnapshot();
    if (asks.some(({ question }) => question === "prove-backup-key")) await prove(session, say);
    const isMember = status === "waiting" || status === "ready";
    const began = isMember ? present(deeds[turn % deeds.length]) : "enter";
    const name = `${names}.${turn}`;
    await say({ began, name });
    try {
      await perform(session, { deed: began, name, creates }, say);
    } catch (caught) {
      const code = KeysteadError.from(caught)?.code;
      // What the device owes comes first; or what the test meant: nothing was typed.
      if (code === "PENDING" || code === "ROTATION_DUE") continue;
      // Another page entered meanwhile.
      if (began === "enter" && session.getSnapshot().devices?.me) continue;
      if (code !== "BACKUP_KEY_INVALID") throw caught;
    }
    const { seq, hash } = session.log.head;
    await say({ done: began, name, seq, hash });
  }
}

/** Its user writes the paper, and types two groups back. */
const prove = (session: Session, say: Say) =>
  session.proveBackupKey(async (paper) => {
    await say({ paper: paper.text });
    return writtenDown(paper);
  });

async function perform(
  session: Session,
  { deed, name, creates }: { readonly deed: Deed; readonly name: string; readonly creates: boolean },
  say: Say,
): Promise<void> {
  switch (deed) {
    case "enter":
      return await (creates ? session.create({ name }) : session.join({ name }));
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
      await say({ sealed: btoa(String.fromCharCode(...sealed)) });
    }
  }
}
