// The escrow chapters: an organisation that can restore its users, and that knows what it could not read. The code checks each
// step that must succeed, and each that must fail.

import {
  agenda,
  type ComparedLog,
  createBackupKey,
  createLog,
  type EscrowKnowledge,
  fingerprintOf,
  joinLog,
  type LogState,
  type MemberId,
  type MemberState,
  openContent,
  performStep,
  type Runs,
  review,
  type Step,
  sealContent,
  textOf,
} from "keystead";
import { english } from "keystead/english";
import {
  accessRecords,
  actRecords,
  createEscrowLog,
  escrowActs,
  escrowDevicesAndActivity,
  escrowIsSound,
  escrowNeeds,
  formatTotals,
  formatUserCoverage,
  openRecordedAccess,
  organisationReport,
  ReportTotals,
  recordAccess,
  recordRecovery,
  recoverUser,
  renewEscrowForUser,
  reportCsvHeader,
  reportCsvLine,
  setPolicy,
  type UserCoverage,
} from "keystead/escrow";
import { englishSheet, recoverySheet } from "keystead/recovery-sheet";
import { OperatorKeys } from "keystead/server";
import { ServerLog } from "./server-log.js";
import { access, expect, expectSame, indent, inRows, refusal, type StoryOptions, teller } from "./telling.js";

const PURPOSE = { purpose: "letter" };

/** Tells the escrow chapters on a file. @throws when anything does not go as the story says */
export async function tellEscrowStory({ bytes, name, folder, print }: StoryOptions): Promise<void> {
  const { env, title, say } = teller(print);
  const open = (subject: string) => {
    const [short = ""] = subject.split("@");
    return new ServerLog(subject, folder.openLog(short), env);
  };
  const seal = async (log: LogState, text: Uint8Array, file: string) => {
    const sealed = await sealContent([log], text, PURPOSE, env);
    folder.store(file, sealed);
    return sealed;
  };
  const firstDevice = (subject: string, name: string) => createLog({ subject, device: { name } }, env);
  const escrow = open("escrow@example.org");
  const [alice, ben, chloe] = [open("alice@example.org"), open("ben@example.org"), open("chloe@example.org")];

  title("The organisation's escrow log");
  const seed = env.random(32);
  const operator = new OperatorKeys(seed);
  seed.fill(0);
  let ann: MemberState = escrow.publish(
    createEscrowLog(
      {
        subject: "escrow@example.org",
        device: { name: "Ann's laptop" },
        operator: operator.signingKey,
        escrowContacts: ["Ann, extension 4711"],
      },
      env,
    ),
    "genesis",
  );
  say(`Ann opens it on her laptop. Still missing before escrow works: ${escrowNeeds(ann.log).join(", ")}.`);
  const early = await refusal(() => setPolicy(ann, { enabled: true }, env), "NOT_PERMITTED");
  say(`She tries to enable it at once:\n  ${early}`);
  const made = escrow.publish(createBackupKey(ann, { name: "Safe, room 12", roles: ["manage"] }, env), "enroll-backup");
  ann = made;
  const key = made.paper.reveal(escrow.verified);
  made.paper.wipe();
  const sheet = recoverySheet(
    { key, account: "escrow", service: "Example Ltd", made: new Date(env.now()) },
    englishSheet,
  );
  folder.printOut("escrow-recovery-sheet.txt", sheet.text);
  say(`She prints a backup key for the safe. Still missing: ${escrowNeeds(ann.log).join(", ")}.`);
  ann = escrow.publish(setPolicy(ann, { enabled: true }, env), "policy-enable");
  expect(escrowNeeds(escrow.verified).length === 0, "escrow is ready");
  const late = await refusal(() => setPolicy(ann, { enabled: false }, env), "NOT_PERMITTED");
  say(
    `She enables it: escrow is ready. Admins alone cannot undo that; the service's operator must sign too:\n  ${late}`,
  );

  title("A second admin");
  let bob: MemberState = escrow.publish(
    joinLog(escrow.verified, { device: { name: "Bob's laptop" } }, env),
    "join-bob",
  );
  say(`Bob's laptop joins. An escrow log is always in lockdown. Data access: ${access(bob)}.`);
  ann = escrow.catchUp(ann);
  const roles = { [bob.keyring.member]: ["recover", "discover"] } as const;
  ann = escrow.publish(review(ann, { approve: [escrow.compareDevice(bob)], roles }, env), "review-approve-bob");
  bob = escrow.catchUp(bob);
  say("Ann compares fingerprints with Bob, approves his laptop, and gives it two of the three roles:");
  for (const { name, roles } of escrowDevicesAndActivity(ann.log, { me: ann.keyring.member, now: env.now() }).members)
    say(`  ${textOf(name, english)}: ${roles.join(", ")}`);
  const published = () => String(fingerprintOf(ann.log));
  say(`They publish the log's fingerprint:\n${indent(inRows(published()))}`);

  title("Three users");
  /** A device's knowledge of escrow besides its own log: the newest escrow log, and what its user confirmed. */
  const knowing = (confirmed?: ComparedLog) => ({
    ...{ now: env.now(), escrowLog: escrow.verified, confirmed },
  });
  /** The first step that a device owes, which must be the one that the story names. */
  const owed = (session: MemberState, knowledge: EscrowKnowledge & { readonly now: number }, what: string): Step => {
    const [step] = agenda(session, knowledge);
    const named = step && (step.do === "author" ? step.link : step.do === "ask" ? step.question : step.what);
    expect(named === what, `the device owes ${what}`);
    return step as Step;
  };
  /** A device does the step that it owes. */
  const follow = (
    user: ServerLog,
    session: MemberState,
    link: string,
    confirmed = escrow.compareLog(published()),
  ): MemberState => {
    const current = user.catchUp(session);
    const step = owed(current, knowing(confirmed), link);
    if (step.do !== "author") throw new Error("not a link to author");
    return user.publish(performStep(current, step, knowing(confirmed), env), link);
  };
  /** The user compares the fingerprint on a device; the device enrolls escrow. */
  const acknowledge = (user: ServerLog, session: MemberState): MemberState => {
    owed(session, knowing(), "confirm-escrow");
    return follow(user, session, "enroll-escrow");
  };
  const laptop: MemberState = acknowledge(alice, alice.publish(firstDevice("alice@example.org", "Laptop"), "genesis"));
  const letter = await seal(alice.verified, bytes, "letter.sealed");
  say(`Alice acknowledges escrow on her first day. ${name} (${bytes.length} bytes) is sealed to her.`);
  let oldest: MemberState = ben.publish(firstDevice("ben@example.org", "Ben's old computer"), "genesis");
  const fromBefore = await seal(ben.verified, bytes, "from-before.sealed");
  let phone: MemberState = ben.publish(joinLog(ben.verified, { device: { name: "Ben's phone" } }, env), "join-phone");
  phone = acknowledge(ben, phone);
  await refusal(() => openContent(fromBefore, phone.keyring, PURPOSE));
  say("Ben had data before, and acknowledges on his new phone, which cannot read it itself.");
  let desk: MemberState = chloe.publish(firstDevice("chloe@example.org", "Chloe's desk"), "genesis");
  say("Chloe has not got round to it yet.");

  title("The report");
  const lastSeen = new Map<MemberId, Date>([[oldest.keyring.member, new Date(env.now() - 14 * 24 * 3_600_000)]]);
  const report = async () => {
    const users = [alice, ben, chloe].map(({ verified, entries }) => ({ log: verified, entries, lastSeen }));
    const rows: UserCoverage[] = [];
    const totals = new ReportTotals();
    const acts = actRecords(ann, escrow.entries);
    for await (const row of organisationReport(escrow.verified, users, { admin: ann, acts })) {
      rows.push(row);
      totals.add(row);
    }
    say(`${rows.map((row) => formatUserCoverage(row, english)).join("")}\n${formatTotals(totals, english)}`);
    return rows;
  };
  const before = await report();
  expect(before.map(({ status }) => status).join() === "covered,partly,pending", "one of each");
  say("“Proven” means that Ann's keyring really opened it; the log's claim alone is not enough.");

  title("The gap is closed");
  oldest = ben.catchUp(oldest);
  owed(oldest, knowing(), "confirm-escrow");
  const compared = escrow.compareLog(published());
  // The phone set the pointer, so Ben's old computer, the founding one, first gives it its own class.
  oldest = follow(ben, oldest, "renew-escrow", compared);
  const step = owed(oldest, knowing(compared), "extend-escrow");
  say(
    "Ben's old computer comes online and asks him to compare the fingerprint first. Then it renews escrow in its own\nname, since only the phone had vouched for it, and gives it what it holds.",
  );
  const extend = step.do === "author" && step.link === "extend-escrow" ? [step.escrow] : [];
  oldest = ben.publish(
    review(oldest, { approve: [ben.compareDevice(phone)], extend, escrow: knowing(compared) }, env),
    "review-approve-phone-and-escrow",
  );
  phone = ben.catchUp(phone);
  expectSame(await openContent(fromBefore, phone.keyring, PURPOSE), bytes);
  say("It approves the phone and escrow in one link: both now reach back to epoch 1.");
  desk = acknowledge(chloe, desk);
  await seal(chloe.verified, bytes, "to-chloe.sealed");
  say("Chloe acknowledges too, and leaves for a long journey.");

  title("Locked out");
  const thief = laptop;
  expect(escrowIsSound(alice.verified, knowing()), "the pointer is sound: the tablet grants its epoch to escrow");
  let tablet: MemberState = alice.publish(
    joinLog(alice.verified, { device: { name: "Tablet" }, escrow: knowing() }, env),
    "join-tablet",
  );
  const locked = await refusal(() => openContent(letter, tablet.keyring, PURPOSE));
  say(`Alice's only device is stolen. Her new tablet cannot read the file:\n  ${locked}`);
  const shown = String(fingerprintOf(tablet.log, tablet.keyring.member));
  say(`She calls Bob and reads him the tablet's own fingerprint:\n${indent(inRows(shown))}`);
  const userLog = alice.verified;
  const lists = { approve: [alice.compareDevice(tablet)], remove: [laptop.keyring.member] };
  const why = { reason: "her only device was stolen; she came in person", case: "ticket 311" };
  const { entries } = alice;
  const recorded = escrow.publish(recordRecovery(bob, { userLog, entries, ...lists, ...why }, env), "act");
  bob = { log: recorded.log, keyring: recorded.keyring };
  alice.publish(recoverUser(bob, { act: recorded.act, userLog, entries }, env), "review-by-escrow");
  tablet = alice.catchUp(tablet);
  const acts = escrowActs(tablet.log, escrow.verified);
  expect(acts.length === 1 && acts[0]?.believed === true, "the tablet finds the act");
  expectSame(await openContent(letter, tablet.keyring, PURPOSE), bytes);
  say(
    `It matches what Bob sees. First he records in the escrow log exactly what he is about to do, and why. Then one link,\nsigned by the escrow epoch and by his own laptop, approves the tablet and removes the stolen one.\nThe tablet finds the act at link ${acts[0]?.recordedAt} of the escrow log, and believes it.\nIt reads the file: the bytes match. Data access: ${access(tablet)}.`,
  );
  const later = await seal(alice.verified, new TextEncoder().encode("not for thieves"), "after-recovery.sealed");
  await openContent(later, tablet.keyring, PURPOSE);
  const stolen = alice.catchUp(thief);
  say(
    `What is sealed from now on is closed to the thief:\n  ${await refusal(() => openContent(later, stolen.keyring, PURPOSE))}`,
  );

  title("Discovery");
  const request = { userLog: alice.verified, entries: alice.entries };
  const newest = () => escrow.entries.at(-1) as Uint8Array;
  const seq = bob.log.head.seq + 1;
  const unrecorded = await refusal(
    () => openRecordedAccess(bob, { record: seq, recordEntry: newest(), ...request }),
    "NOT_PERMITTED",
  );
  say(`A court asks for what Alice had in epoch 1. Bob cannot just look:\n  ${unrecorded}`);
  const words = { reason: "order of 12 May: what Alice was sent in March", case: "4 O 12/26" };
  bob = escrow.publish(recordAccess(bob, { userLog: alice.verified, epochs: [[1, 1]], ...words }, env), "access");
  const found = openRecordedAccess(bob, { record: seq, recordEntry: newest(), ...request });
  expectSame(await openContent(letter, found.keyring, PURPOSE), bytes);
  say(
    `He records the access, and gets epoch ${found.keyring.epochs.join()}: the file's bytes match. No more than that:`,
  );
  say(`  ${await refusal(() => openContent(later, found.keyring, PURPOSE))}`);
  found.keyring.wipe();
  ann = escrow.catchUp(ann);
  say("The list of all access records, as Ann reads it:");
  const records = accessRecords(ann, escrow.entries);
  for (const { seq, when, access } of records)
    say(
      `  link ${seq}, ${when.toISOString().slice(0, 10)}: ${access?.subject}, ${formatEpochs(access?.epochs ?? [])}: ${access?.reason} (${access?.case})`,
    );
  expect(records.length === 1 && records[0]?.access?.case === words.case, "the record is there");

  title("An admin leaves");
  ann = escrow.publish(review(ann, { remove: [bob.keyring.member] }, env), "review-remove-bob");
  const left = { acts: actRecords(ann, escrow.entries), userLogs: new Map([[userLog.head.log, alice.verified]]) };
  expect(agenda(ann, { ...knowing(), ...left }).length === 0, "all that Bob announced was done: nothing to disown");
  say(
    `Ann removes Bob's laptop: escrow is at epoch ${escrow.verified.epochs.length}. Users online follow by themselves:`,
  );
  tablet = follow(alice, tablet, "renew-escrow");
  oldest = follow(ben, oldest, "renew-escrow");
  say("  Alice's tablet and Ben's computer renew their pointer.");
  chloe.publish(renewEscrowForUser(ann, { userLog: chloe.verified }, env), "renew-escrow-by-admin");
  say("Chloe is still away, so Ann renews for her: a new epoch that Bob's laptop is not given.");
  const secret = await seal(chloe.verified, new TextEncoder().encode("not for Bob"), "after-bob.sealed");
  desk = chloe.catchUp(desk);
  await openContent(secret, desk.keyring, PURPOSE);
  // Records bind honest clients only. Bob writes one that nobody else will ever see, and accepts it in his own copy of the log.
  const own = recordAccess(
    bob,
    { userLog: chloe.verified, epochs: [[1, chloe.verified.epochs.length]], reason: "curiosity" },
    env,
  );
  const taken = openRecordedAccess(own.accept(), {
    ...{ record: own.head.seq, recordEntry: own.entry, userLog: chloe.verified, entries: chloe.entries },
  });
  say(
    `Bob kept his keys and a copy of the log, in which he forges himself a record. He still\nreads what he was given (epoch ${taken.keyring.epochs.join()}), but not what is sealed to Chloe now:\n  ${await refusal(() => openContent(secret, taken.keyring, PURPOSE))}`,
  );

  title("The report again");
  const after = await report();
  expect(
    after.every(({ status, pointer }) => status === "covered" && pointer === "newest"),
    "everybody is covered",
  );
  const [restored] = after[0]?.recoveries ?? [];
  expect(restored?.believed === true && restored.case === why.case, "Alice stays believed, and the report says why");
  say("Bob recorded what he did before he did it: that he has left changes nothing for Alice.\n");
  const where = folder.storeReport(
    [reportCsvHeader(english), ...after.map((row) => reportCsvLine(row, english))].join(""),
  );
  say(`All of it, for a spreadsheet, is in ${where}, beside the folders named below.`);
  operator.wipe();
  for (const { keyring } of [ann, bob, laptop, tablet, oldest, phone, desk, taken]) keyring.wipe();
}

function formatEpochs(runs: Runs): string {
  return runs.map(([from, to]) => (from === to ? `epoch ${from}` : `epochs ${from}-${to}`)).join(", ");
}
