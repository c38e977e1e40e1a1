// What tests of users' and of admins' sessions share. Without a test runner, so that it runs in a worker, too.

import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import type { ClientEnv } from "../../src/client/client-env.js";
import type { ContactView } from "../../src/client/contact-view.js";
import type { ShowPaper } from "../../src/client/paper.js";
import type { Session } from "../../src/client/session.js";
import type { Snapshot } from "../../src/client/snapshot.js";
import { seededEnv } from "../support/seeded-env.js";

/** The env of a device that has no other tabs, and whose pauses take no time. */
export function quietEnv(name: string, start?: number): ClientEnv {
  return { ...seededEnv(name, start), sleep: async () => {}, announce: () => {}, hear: () => () => {} };
}

/** The member that a session's device is. */
export function memberOf(session: { getSnapshot(): { devices: { me: { member: MemberId } } | undefined } }): MemberId {
  return present(session.getSnapshot().devices).me.member;
}

/** The first contact of a session, as its screen shows it. */
export const contactOf = (session: Session): ContactView => present(session.getSnapshot().contacts[0]);

/** The questions that a session asks its user, in order. */
export function questionsOf(session: { getSnapshot(): { asks: readonly { question: string }[] } }): readonly string[] {
  return session.getSnapshot().asks.map(({ question }) => question);
}

/** Waits until a snapshot says so, as a screen does. */
export function until(session: Session, holds: (snapshot: Snapshot) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!holds(session.getSnapshot())) return;
      end();
      resolve();
    };
    const end = session.subscribe(look);
    look();
  });
}

/** One device approves another one, whose fingerprint its user compares. */
export async function approve(by: Session, joined: Session): Promise<void> {
  await by.sync();
  const { me, fingerprint } = present(joined.getSnapshot().devices);
  const { token } = by.compare(present(fingerprint), me.member);
  await by.save({ approve: [present(token)] });
  await joined.sync();
}

/** The user writes a backup key down, and types back what is asked for. */
export const writtenDown: ShowPaper = async ({ text, prove: [first, second] }) => {
  const groups = text.split("-");
  return [present(groups[first - 1]), present(groups[second - 1])];
};

/** The same, with the text kept here. */
export function writtenInto(papers: string[]): ShowPaper {
  return (paper) => {
    papers.push(paper.text);
    return writtenDown(paper);
  };
}
