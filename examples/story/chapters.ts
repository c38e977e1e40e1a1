// The story itself, chapter by chapter. The code checks each step that must succeed, and each that must fail.

import {
  checkBackupKey,
  compareFingerprint,
  createBackupKey,
  createLog,
  devicesAndActivity,
  type Env,
  fingerprintOf,
  joinLog,
  type MemberState,
  openBackupKey,
  openContent,
  type Proposal,
  receive,
  review,
  sealContent,
  textOf,
  thisDevice,
  verifyLog,
} from "keystead";
import { coverageReport, explainCorrections, formatCoverage } from "keystead/audit";
import { english } from "keystead/english";
import { englishSheet, recoverySheet } from "keystead/recovery-sheet";
import { access, expectSame, indent, inRows, refusal, type StoryOptions, teller } from "./telling.js";

const ALICE = "alice@example.org";
const PURPOSE = { purpose: "letter" };

/** Tells the story on a file. @throws when anything does not go as the story says */
export async function tellStory({ bytes, name, folder, print }: StoryOptions): Promise<void> {
  const { env, title, say } = teller(print);
  const log = folder.openLog();
  /** Sends a proposal. This server accepts everything, so the device continues with the state that the proposal leads to. */
  const publish = <T>(proposal: Proposal<T>, what: string): T => {
    log.publish(proposal.entry, what);
    return proposal.accept();
  };
  /** The log as anybody gets it from the server: verified from the first byte on. */
  const publicLog = () => verifyLog(log.entries, { subject: ALICE, now: env.now() });
  const catchUp = <T extends MemberState>(session: T): MemberState =>
    log.entries
      .slice(session.log.head.seq)
      .reduce<MemberState>((next, entry) => receive(next, entry, { now: env.now() }), session);
  const seal = async (text: Uint8Array, file: string) => {
    const sealed = await sealContent([publicLog()], text, PURPOSE, env);
    folder.store(file, sealed);
    return sealed;
  };

  title("The first device");
  let laptop: MemberState = publish(
    createLog({ subject: ALICE, device: { name: "Laptop", platform: "Linux" } }, env),
    "genesis",
  );
  say(`Alice turns encryption on. Her laptop opens a key log and makes epoch 1.\nData access: ${access(laptop)}.`);

  title("Somebody sends her a file");
  const letter = await seal(bytes, "letter.sealed");
  say(
    `Robert has only Alice's public log: he verifies it and seals ${name}\n(${bytes.length} bytes) to it: ${letter.length} bytes that the server cannot read.`,
  );
  expectSame(await openContent(letter, laptop.keyring, PURPOSE), bytes);
  say("The laptop reads it: the bytes match.");

  title("A second device");
  let phone: MemberState = publish(
    joinLog(publicLog(), { device: { name: "Phone", platform: "Android" } }, env),
    "join-phone",
  );
  const note = new TextEncoder().encode("first words on the new phone");
  expectSame(await openContent(await seal(note, "note.sealed"), phone.keyring, PURPOSE), note);
  say(
    `Alice signs in on her phone. It adds itself to the log, and sends and receives new\ndata at once. Data access: ${access(phone)}.`,
  );
  say(`It cannot read the file from before:\n  ${await refusal(() => openContent(letter, phone.keyring, PURPOSE))}`);

  title("Approval");
  laptop = catchUp(laptop);
  const view = devicesAndActivity(laptop.log, { me: laptop.keyring.member, now: env.now() });
  for (const pending of view.pending) say(`The laptop shows that “${textOf(pending.name, english)}” waits for review.`);
  const shown = String(fingerprintOf(phone.log, phone.keyring.member));
  say(`The phone shows its own fingerprint:\n${indent(inRows(shown))}`);
  const compared = compareFingerprint(laptop.log, shown.replaceAll(" ", ""), phone.keyring.member);
  if (compared.status !== "match") throw new Error(`the fingerprints do not match: ${compared.status}`);
  say("Alice types it into the laptop: it is of this log, and of this phone. She approves.");
  laptop = publish(review(laptop, { approve: [compared.token] }, env), "review-approve-phone");
  phone = catchUp(phone);
  expectSame(await openContent(letter, phone.keyring, PURPOSE), bytes);
  say(`The phone reads the file: the bytes match. Data access: ${access(phone)}.`);

  title("A backup key on paper");
  const made = publish(createBackupKey(laptop, {}, env), "enroll-backup-key");
  laptop = made;
  const paper = made.paper.reveal(publicLog());
  made.paper.wipe();
  const sheet = recoverySheet(
    { key: paper, account: ALICE, service: "Example Mail", made: new Date(env.now()) },
    englishSheet,
  );
  folder.printOut("recovery-sheet.txt", sheet.text);
  folder.printOut("recovery-sheet.svg", sheet.svg);
  say(`The laptop makes a backup key, and Alice prints it:\n${indent(paper)}`);
  const scrawl = withMistakes(paper, env);
  const drill = checkBackupKey(publicLog(), scrawl);
  say(`She types it back to be sure, with two mistakes:\n${indent(scrawl)}`);
  say(
    `The drill proves from the public log alone that this is her active backup key:\n${indent(explainCorrections(drill.corrections, english).join("\n"))}`,
  );
  if (drill.corrections.length !== 2) throw new Error("the drill did not find the two mistakes");

  title("All devices are lost");
  const stolen = phone;
  say("Laptop and phone are stolen from one bag. What the log says about Alice's data:\n");
  say(formatCoverage(coverageReport(publicLog(), { now: env.now() }), english));

  title("Recovery");
  let tablet: MemberState = publish(joinLog(publicLog(), { device: { name: "Tablet" } }, env), "join-tablet");
  say(
    `A new tablet joins. It cannot read the file yet:\n  ${await refusal(() => openContent(letter, tablet.keyring, PURPOSE))}`,
  );
  const backup = openBackupKey(tablet.log, log.entries, scrawl);
  const approving = { log: tablet.log, keyring: backup.keyring };
  publish(review(approving, { approve: [thisDevice(tablet)] }, env), "review-approve-tablet");
  backup.keyring.wipe();
  tablet = catchUp(tablet);
  expectSame(await openContent(letter, tablet.keyring, PURPOSE), bytes);
  say(
    `Alice types the key from the paper. It approves the tablet, which reads the file:\nthe bytes match. Data access: ${access(tablet)}.`,
  );

  title("The lost devices are removed");
  const lost = [laptop.keyring.member, stolen.keyring.member];
  tablet = publish(review(tablet, { remove: lost }, env), "review-remove-lost");
  const secret = await seal(new TextEncoder().encode("not for thieves"), "after.sealed");
  await openContent(secret, tablet.keyring, PURPOSE);
  const thief = catchUp(stolen);
  say(
    `The tablet removes both and makes epoch ${publicLog().epochs.length} in the same link. The thief's phone gets every byte\nfrom the server, but what is sealed from now on it cannot open:\n  ${await refusal(() => openContent(secret, thief.keyring, PURPOSE))}`,
  );
  say("What the log says now:\n");
  say(formatCoverage(coverageReport(publicLog(), { now: env.now() }), english));
  for (const session of [laptop, phone, tablet]) session.keyring.wipe();
}

/** The key as somebody in a hurry types it: small letters, spaces, and two wrong characters. */
function withMistakes(paper: string, env: Env): string {
  const characters = [...paper.replaceAll("-", "")];
  const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  for (const position of [11, 24]) {
    const others = [...alphabet].filter((character) => character !== characters[position]);
    characters[position] = others[(env.random(1)[0] as number) % others.length] as string;
  }
  return characters
    .join("")
    .toLowerCase()
    .replace(/(.{4})(?=.)/g, "$1 ");
}
