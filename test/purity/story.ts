// One pass through everything the core does, on any Env, for tests of what it must not do. Gives back all that leaves it: what is
// published, what is shown, and every error on the way. docs/spec.md section 5.

import {
  checkBackupKey,
  coverageReport,
  createEscrowLog,
  createLog,
  devicesAndActivity,
  duties,
  type Env,
  enrollBackupKey,
  enrollEscrow,
  escrowDevicesAndActivity,
  escrowDuty,
  fingerprintOf,
  formatCoverage,
  formatFingerprint,
  joinLog,
  keyringFacts,
  openBackupKey,
  openContent,
  openRecorded,
  openSigned,
  organisationReport,
  pinContact,
  receive,
  recordAccess,
  recover,
  rekey,
  requireUnchanged,
  review,
  rotate,
  type Session,
  sealTo,
  setPolicy,
  verifyLog,
} from "keystead";

/** What left the core. */
export interface Left {
  /** Bytes that a server gets. */
  readonly published: Uint8Array[];
  /** What apps show, log and store: views, reports, sessions, errors. */
  readonly shown: unknown[];
}

/** The clock that views are given; the core reads none but its Env's. */
const NOW = 1_700_000_000_000;

export async function tellStory(env: Env): Promise<Left> {
  const left: Left = { published: [], shown: [] };
  const show = <T>(value: T): T => {
    left.shown.push(value);
    return value;
  };
  const entries: Uint8Array[] = [];
  const escrowEntries: Uint8Array[] = [];
  const publish = <T extends { readonly entry: Uint8Array }>(list: Uint8Array[], made: T): T => {
    list.push(made.entry);
    left.published.push(made.entry);
    return show(made);
  };
  const refused = (call: () => unknown): void => {
    try {
      call();
    } catch (error) {
      show(error);
      return;
    }
    throw new Error("the story expected a refusal");
  };
  const seal = async (...args: Parameters<typeof sealTo>) => {
    const sealed = await sealTo(...args);
    left.published.push(sealed);
    return sealed;
  };

  let ann: Session = publish(
    escrowEntries,
    createEscrowLog({ subject: "escrow@example.org", device: { name: "Ann" } }, env),
  );
  const safe = publish(escrowEntries, enrollBackupKey(ann, { name: "Safe", roles: ["manage"] }, env));
  ann = publish(escrowEntries, setPolicy(safe, { enabled: true }, env));

  let laptop: Session = publish(entries, createLog({ subject: "alice@example.org", device: { name: "Laptop" } }, env));
  const me = laptop.keyring.member;
  const sealed = await seal([laptop.log], new Uint8Array(100_000), { purpose: "story" }, env);
  let phone: Session = publish(entries, joinLog(laptop.log, { device: { name: "Phone" } }, env));
  await openContent(sealed, phone.keyring).catch(show);
  laptop = receive(laptop, entries.at(-1) as Uint8Array);
  laptop = publish(entries, review(laptop, { approve: [phone.keyring.member] }, env));
  phone = show(receive(phone, entries.at(-1) as Uint8Array));
  show(await openContent(sealed, phone.keyring));

  const made = publish(entries, enrollBackupKey(laptop, {}, env));
  laptop = made;
  const text = made.paper.reveal(made.log);
  show(checkBackupKey(made.log, text));
  refused(() => checkBackupKey(made.log, `${text.slice(0, -9)}0000-0000`));
  const log = () => verifyLog(entries, { subject: "alice@example.org", now: NOW + 10_000_000 });
  const opened = show(openBackupKey(log(), entries, text));
  opened.keyring.wipe();
  refused(() => opened.keyring.exportKey(1, "x"));

  show(escrowDuty(laptop.log, { me, escrowLog: ann.log }));
  laptop = publish(entries, enrollEscrow(laptop, ann.log, ann.log.head, env));
  laptop = publish(entries, rotate(laptop, env));
  laptop = publish(entries, rekey(laptop, env));
  refused(() => review(laptop, { remove: [me] }, { ...env, random: () => new Uint8Array(1) }));
  refused(() => verifyLog([...entries, entries[0] as Uint8Array], { subject: "alice@example.org" }));

  const options = { purpose: "story", signer: laptop, pad: true };
  const pin = show(pinContact(log()));
  const signed = await seal([{ log: requireUnchanged(pin, log()) && log(), pin }], new Uint8Array(10), options, env);
  show(await openSigned(signed, laptop.keyring, { senderLog: log() }));

  let tablet: Session = publish(entries, joinLog(log(), { device: { name: "Tablet" } }, env));
  const lists = { approve: [tablet.keyring.member], remove: [me] };
  const recovered = publish(entries, recover(ann, { userLog: log(), entries, ...lists }, env));
  tablet = show(receive(tablet, recovered.entry));
  const access = { userLog: log(), epochs: [[1, 1]] as const, reason: "order" };
  ann = publish(escrowEntries, recordAccess(ann, access, env));
  const record = { record: ann.log.head.seq, recordEntry: escrowEntries.at(-1) as Uint8Array, userLog: log(), entries };
  show(openRecorded(ann, record));
  refused(() => openRecorded(ann, { ...record, record: 1 }));

  show(devicesAndActivity(log(), { me: tablet.keyring.member, now: NOW }));
  show(escrowDevicesAndActivity(ann.log, { me: ann.keyring.member, now: NOW }));
  show(formatCoverage(show(coverageReport(log()))));
  show(duties(tablet.log, keyringFacts(tablet.log, tablet.keyring)));
  show(formatFingerprint(show(fingerprintOf(log()))));
  for await (const row of organisationReport(ann.log, [{ log: log(), entries }], { admin: ann })) show(row);
  refused(() => tablet.keyring.exportKey(99, "x"));
  return left;
}
