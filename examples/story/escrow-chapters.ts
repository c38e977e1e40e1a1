// The escrow chapters: an organisation that can restore its users, and that knows what it could not read. Each step that must
// succeed is checked, and each that must fail is seen to fail.

import {
  accessRecords,
  createEscrowLog,
  createLog,
  enrollBackupKey,
  enrollEscrow,
  escrowActs,
  escrowDevicesAndActivity,
  escrowDuty,
  escrowIsSound,
  escrowNeeds,
  fingerprintOf,
  formatTotals,
  formatUserCoverage,
  joinLog,
  type LogState,
  type MemberId,
  OperatorKeys,
  openContent,
  openRecorded,
  organisationReport,
  ReportTotals,
  type Runs,
  recordAccess,
  recover,
  renewEscrow,
  renewFor,
  reportCsvHeader,
  reportCsvLine,
  review,
  type Session,
  sealTo,
  setPolicy,
  type UserCoverage,
} from "keystead";
import { recoverySheet } from "keystead/recovery-sheet";
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
    const sealed = await sealTo([log], text, PURPOSE, env);
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
  let ann: Session = escrow.publish(
    createEscrowLog(
      {
        subject: "escrow@example.org",
        device: { name: "Ann's laptop" },
        operator: operator.sign,
        escrowContacts: ["Ann, extension 4711"],
      },
      env,
    ),
    "genesis",
  );
  say(`Ann opens it on her laptop. Still missing before escrow works: ${escrowNeeds(ann.log).join(", ")}.`);
  const early = await refusal(() => setPolicy(ann, { enabled: true }, env), "NOT_PERMITTED");
  say(`She tries to enable it at once:\n  ${early}`);
  const made = escrow.publish(enrollBackupKey(ann, { name: "Safe, room 12", roles: ["manage"] }, env), "enroll-backup");
  ann = made;
  const key = made.paper.reveal(escrow.verified);
  made.paper.wipe();
  const sheet = recoverySheet({ key, account: "escrow", service: "Example Ltd", made: new Date(env.now()) });
  folder.printOut("escrow-recovery-sheet.txt", sheet.text);
  say(`She prints a backup key for the safe. Still missing: ${escrowNeeds(ann.log).join(", ")}.`);
  ann = escrow.publish(setPolicy(ann, { enabled: true }, env), "policy-enable");
  expect(escrowNeeds(escrow.verified).length === 0, "escrow is ready");
  const late = await refusal(() => setPolicy(ann, { enabled: false }, env), "NOT_PERMITTED");
  say(
    `She enables it: escrow is ready. Admins alone cannot undo that; the service's operator must sign too:\n  ${late}`,
  );

  title("A second admin");
  let bob: Session = escrow.publish(joinLog(escrow.verified, { device: { name: "Bob's laptop" } }, env), "join-bob");
  say(`Bob's laptop joins. An escrow log is always in lockdown. Data access: ${access(bob)}.`);
  ann = escrow.catchUp(ann);
  escrow.compare(bob.log);
  const roles = { [bob.keyring.member]: ["recover", "discover"] } as const;
  ann = escrow.publish(review(ann, { approve: [bob.keyring.member], roles }, env), "review-approve-bob");
  bob = escrow.catchUp(bob);
  say("Ann compares fingerprints with Bob, approves his laptop, and gives it two of the three roles:");
  for (const { name, roles } of escrowDevicesAndActivity(ann.log, { me: ann.keyring.member, now: env.now() }).members)
    say(`  ${name}: ${roles.join(", ")}`);
  say(`They publish the log's fingerprint:\n${indent(inRows(String(fingerprintOf(escrow.verified))))}`);

  title("Three users");
  /** The user compares the fingerprint on a device; the device enrolls escrow. */
  const acknowledge = (user: ServerLog, session: Session): Session => {
    const confirmed = escrow.compare(ann.log).head;
    const knowledge = { me: session.keyring.member, escrowLog: escrow.verified };
    expect(escrowDuty(session.log, knowledge).action === "confirm", "the device asks its user first");
    expect(escrowDuty(session.log, { ...knowledge, confirmed }).action === "enroll", "then it enrolls");
    return user.publish(enrollEscrow(session, escrow.verified, confirmed, env), "enroll-escrow");
  };
  const laptop: Session = acknowledge(alice, alice.publish(firstDevice("alice@example.org", "Laptop"), "genesis"));
  const letter = await seal(alice.verified, bytes, "letter.sealed");
  say(`Alice acknowledges escrow on her first day. ${name} (${bytes.length} bytes) is sealed to her.`);
  let oldest: Session = ben.publish(firstDevice("ben@example.org", "Ben's old computer"), "genesis");
  const fromBefore = await seal(ben.verified, bytes, "from-before.sealed");
  let phone: Session = ben.publish(joinLog(ben.verified, { device: { name: "Ben's phone" } }, env), "join-phone");
  phone = acknowledge(ben, phone);
  await refusal(() => openContent(fromBefore, phone.keyring, PURPOSE));
  say("Ben had data before, and acknowledges on his new phone, which cannot read it itself.");
  let desk: Session = chloe.publish(firstDevice("chloe@example.org", "Chloe's desk"), "genesis");
  say("Chloe has not got round to it yet.");

  title("The report");
  const lastSeen = new Map<MemberId, Date>([[oldest.keyring.member, new Date(env.now() - 14 * 24 * 3_600_000)]]);
  const report = async () => {
    const users = [alice, ben, chloe].map(({ verified, entries }) => ({ log: verified, entries, lastSeen }));
    const rows: UserCoverage[] = [];
    const totals = new ReportTotals();
    for await (const row of organisationReport(escrow.verified, users, { admin: ann })) {
      rows.push(row);
      totals.add(row);
    }
    say(`${rows.map(formatUserCoverage).join("")}\n${formatTotals(totals)}`);
    return rows;
  };
  const before = await report();
  expect(before.map(({ status }) => status).join() === "covered,partly,pending", "one of each");
  say("“Proven” means that Ann's keyring really opened it; the log's claim alone is not enough.");

  title("The gap is closed");
  oldest = ben.catchUp(oldest);
  const mine = { me: oldest.keyring.member, escrowLog: escrow.verified };
  const asks = escrowDuty(oldest.log, mine);
  const duty = escrowDuty(oldest.log, { ...mine, confirmed: escrow.compare(ann.log).head });
  expect(asks.action === "confirm" && duty.action === "extend", "the computer asks, then extends");
  say(
    `Ben's old computer comes online and asks him first: ${asks.because}.\nHe compares the fingerprint. Now: ${duty.because}.`,
  );
  const member = [...oldest.log.active.values()].find(({ kind }) => kind === "escrow");
  const both = [phone.keyring.member, ...(member ? [member.id] : [])];
  oldest = ben.publish(review(oldest, { approve: both }, env), "review-approve-phone-and-escrow");
  phone = ben.catchUp(phone);
  expectSame(await openContent(fromBefore, phone.keyring, PURPOSE), bytes);
  say("It approves the phone and escrow in one link: both now reach back to epoch 1.");
  desk = acknowledge(chloe, desk);
  await seal(chloe.verified, bytes, "to-chloe.sealed");
  say("Chloe acknowledges too, and leaves for a long journey.");

  title("Locked out");
  const thief = laptop;
  const withholdFromEscrow = !escrowIsSound(alice.verified, { escrowLog: escrow.verified });
  let tablet: Session = alice.publish(
    joinLog(alice.verified, { device: { name: "Tablet" }, withholdFromEscrow }, env),
    "join-tablet",
  );
  const locked = await refusal(() => openContent(letter, tablet.keyring, PURPOSE));
  say(`Alice's only device is stolen. Her new tablet cannot read the file:\n  ${locked}`);
  say(`She calls Bob and reads him the tablet's fingerprint:\n${indent(inRows(String(fingerprintOf(tablet.log))))}`);
  const userLog = alice.compare(tablet.log);
  const restore = { approve: [tablet.keyring.member], remove: [laptop.keyring.member] };
  alice.publish(recover(bob, { userLog, entries: alice.entries, ...restore }, env), "review-by-escrow");
  tablet = alice.catchUp(tablet);
  const acts = escrowActs(tablet.log, escrow.verified);
  expect(acts.length === 1 && acts[0]?.verdict === "verified", "the tablet checks the admin");
  expectSame(await openContent(letter, tablet.keyring, PURPOSE), bytes);
  say(
    `It matches what Bob sees. One link, signed by the escrow epoch and by his own laptop,\napproves the tablet and removes the stolen one. The tablet checks him:\n  ${acts[0]?.because}.\nIt reads the file: the bytes match. Data access: ${access(tablet)}.`,
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
    () => openRecorded(bob, { record: seq, recordEntry: newest(), ...request }),
    "NOT_PERMITTED",
  );
  say(`A court asks for what Alice had in epoch 1. Bob cannot just look:\n  ${unrecorded}`);
  const words = { reason: "order of 12 May: what Alice was sent in March", case: "4 O 12/26" };
  bob = escrow.publish(recordAccess(bob, { userLog: alice.verified, epochs: [[1, 1]], ...words }, env), "access");
  const found = openRecorded(bob, { record: seq, recordEntry: newest(), ...request });
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
  say(
    `Ann removes Bob's laptop: escrow is at epoch ${escrow.verified.epochs.length}. Users online follow by themselves:`,
  );
  const follow = (user: ServerLog, session: Session): Session => {
    const current = user.catchUp(session);
    const due = escrowDuty(current.log, {
      ...{ me: current.keyring.member, escrowLog: escrow.verified, confirmed: escrow.compare(ann.log).head },
    });
    expect(due.action === "renew", "the pointer is old");
    say(`  ${current.log.subject}: ${due.because}`);
    return user.publish(renewEscrow(current, escrow.verified, env), "renew-escrow");
  };
  tablet = follow(alice, tablet);
  oldest = follow(ben, oldest);
  chloe.publish(renewFor(ann, { userLog: chloe.verified, entries: chloe.entries }, env), "renew-escrow-by-admin");
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
  const taken = openRecorded(own.accept(), {
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
  expect(after[0]?.unverified.length === 1, "what a removed admin did is named");
  say(
    "Nobody can tell from the logs whether Bob's laptop restored Alice before it was removed, or\nwith a copy of its keys since. So the report names it, until somebody has asked her.\n",
  );
  const where = folder.storeReport([reportCsvHeader(), ...after.map(reportCsvLine)].join(""));
  say(`All of it, for a spreadsheet, is in ${where}.`);
  operator.wipe();
  for (const { keyring } of [ann, bob, laptop, tablet, oldest, phone, desk, taken]) keyring.wipe();
}

function formatEpochs(runs: Runs): string {
  return runs.map(([from, to]) => (from === to ? `epoch ${from}` : `epochs ${from}-${to}`)).join(", ");
}
