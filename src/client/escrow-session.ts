// An admin's session: the escrow log, what the admin does in users' logs in escrow's name, and the report. It is a device's session
// over the escrow log with another machine. docs/spec.md sections 11 and 13.

import { checkList } from "../arguments/lists.js";
import { checkMembers } from "../arguments/members.js";
import { checkOptions } from "../arguments/options.js";
import { checkPosition } from "../arguments/positions.js";
import { checkWork, type StepwiseWork } from "../arguments/work.js";
import type { DeviceDescription } from "../authoring/device-description.js";
import type { OpenedKeyring } from "../authoring/receive.js";
import type { CheckedBackupKey } from "../backup/open.js";
import type { AppendList } from "../bytes/append-list.js";
import type { Bytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { present } from "../bytes/present.js";
import { equalRuns, type Runs } from "../bytes/runs.js";
import { type OpenOptions, openContent } from "../content/open.js";
import { type ErrorJson, KeysteadError } from "../errors.js";
import { type ActRecord, reviewOf } from "../escrow/act.js";
import { type AccessRecord, accessRecords, openRecordedAccess } from "../escrow/discover.js";
import type { CreateEscrowLogOptions } from "../escrow/escrow-log.js";
import { compareFingerprint, type DeviceComparison } from "../fingerprint/compare.js";
import { fingerprintHead } from "../fingerprint/fingerprint.js";
import type { ParsedFingerprint } from "../fingerprint/parse.js";
import type { MemberState } from "../grants/member-state.js";
import type { Policy, Role } from "../log/fields.js";
import { type LogState, memberOf } from "../log/state.js";
import { readClock } from "../primitives/env.js";
import type { ComparedDevice } from "../trust/compared.js";
import { escrowNeeds } from "../trust/escrow-needs.js";
import { renewalReasons } from "../trust/renewal.js";
import { type MembersAndActivity, membersAndActivity } from "../views/devices-and-activity.js";
import type { Answer } from "./asks.js";
import { type ClientEnv, systemClientEnv } from "./client-env.js";
import { Driver, sessionClosed } from "./driver.js";
import { fetchUserLog } from "./escrow-fetch.js";
import { type AdminInput, adminMachine } from "./escrow-machine.js";
import { type AdminModel, pinOf } from "./escrow-model.js";
import {
  accessOrder,
  createOrder,
  disownOrder,
  orderTo,
  policyOrder,
  recoveryOrder,
  renewOrder,
  reviewOrder,
} from "./escrow-orders.js";
import { type EscrowReportOptions, type ReportRow, streamReport, type UserToReport } from "./escrow-report.js";
import { type EscrowSnapshot, escrowSnapshotOf } from "./escrow-snapshot.js";
import { actsOf } from "./escrow-write.js";
import type { FollowedLog } from "./followed-log.js";
import { evidenceOf } from "./judge-whole.js";
import { notNow, stateOf } from "./model.js";
import type { ShowPaper } from "./paper.js";
import { defined } from "./record-fields.js";
import { checkShow, Session } from "./session.js";
import { checkSessionOptions, type SessionOptions } from "./session-options.js";

/** Options of {@link openEscrowSession}: the subject is the organisation's, of its escrow log. */
export type EscrowSessionOptions = Omit<SessionOptions, "escrowSubject" | "lockdown">;

/** What an escrow log begins with, besides its first device. */
export type EscrowSetUp = Omit<CreateEscrowLogOptions, "subject" | "device">;

/** A user's log as an admin's device fetched and verified it. */
export interface UserAtHand {
  readonly log: LogState;
  readonly entries: AppendList<Bytes>;
}

/** What a recovery does, and why. */
export interface RecoveryOptions {
  /** Tokens of {@link EscrowSession.compareUser}. */
  readonly approve?: readonly ComparedDevice[] | undefined;
  /** Lost devices. */
  readonly remove?: readonly MemberId[] | undefined;
  /** Other devices and backup keys that the user named as theirs: they stay confirmed. */
  readonly usersOwn?: readonly MemberId[] | undefined;
  /** For auditors: 1 to 4,096 bytes of UTF-8. */
  readonly reason: string;
  /** The number or name of the case, up to 256 bytes. */
  readonly case?: string | undefined;
}

/** A user's data, as far as one record names it. */
export interface RecordedAccess extends OpenedKeyring {
  /**
   * Opens what was sealed to the user. For a stream, take the keyring to `openStream` of the core.
   *
   * @throws errors of `openContent`: `NO_ACCESS` for what was not recorded, `WIPED` after `keyring.wipe()`
   */
  readonly open: (sealed: Uint8Array, options?: OpenOptions) => Promise<Bytes>;
}

/** What became of one user's renewal. `pending`: it is written and stored; it is sent until the service takes it. */
export type Renewal =
  | { readonly user: string; readonly outcome: "renewed" | "not-due" | "pending"; readonly error?: undefined }
  | { readonly user: string; readonly outcome: "failed"; readonly error: ErrorJson };

/**
 * Opens an admin's session: loads what is stored, and begins to keep up with the service.
 *
 * @throws as `openSession`
 */
export async function openEscrowSession(options: EscrowSessionOptions): Promise<EscrowSession> {
  const session = new EscrowSession({ ...checkSessionOptions(options), escrowSubject: undefined });
  await session.load();
  return session;
}

/** An admin's session. Several tabs may have one each on the same store. */
export class EscrowSession {
  readonly #options: SessionOptions;
  readonly #env: ClientEnv;
  readonly #session: Session;
  readonly #fetched = new WeakSet<UserAtHand>();
  #driver: Driver<AdminModel, AdminInput> | undefined;
  #shown: { readonly model: AdminModel; readonly snapshot: EscrowSnapshot } | undefined;

  /** @internal */
  constructor(options: SessionOptions) {
    const env = options.env ?? systemClientEnv();
    this.#options = options;
    this.#env = env;
    this.#session = new Session({ ...options, env }, (parts) => {
      this.#driver = new Driver(parts, adminMachine);
      return this.#driver;
    });
    Object.freeze(this);
  }

  /** @internal */
  async load(): Promise<void> {
    await this.#session.load();
    if (this.#options.background ?? true) this.#session.keepUp();
  }

  /** What a screen shows now. The same object until something changes. Needs no `this`: a framework can call it by itself. */
  readonly getSnapshot = (): EscrowSnapshot => {
    const { model } = this.#drive;
    if (this.#shown?.model !== model) {
      const snapshot = escrowSnapshotOf(model, this.#options.lastKnown !== undefined, readClock(this.#env));
      this.#shown = { model, snapshot };
    }
    return this.#shown.snapshot;
  };

  /** Calls `listener` after every change. @returns a function that ends that */
  readonly subscribe = (listener: () => void): (() => void) => this.#session.subscribe(listener);

  /**
   * Opens the organisation's escrow log, with this device as its first. Escrow does not work before {@link enable}. Without `operator`,
   * escrow can never be switched off (ESC-2).
   *
   * @throws `LOST_RACE` when there is a log already: join it; `NOT_PERMITTED`, `INVALID_ARGUMENT`, `PENDING`
   */
  async create(device: DeviceDescription, setUp: EscrowSetUp = {}): Promise<void> {
    const { operator, allowUserBackupKeys, escrowContacts, userContacts } = checkOptions(setUp);
    const policy = { allowUserBackupKeys, escrowContacts, userContacts };
    const { name, platform, details } = checkOptions(device, "device");
    const order = defined({ device: defined({ name, platform, details }), operator, ...policy });
    await this.#drive.intend(orderTo("create-escrow", createOrder, order));
  }

  /** Joins the escrow log, or joins it again after this device was removed. It holds nothing before an admin approved it. @throws as {@link create} */
  join(device: DeviceDescription): Promise<void> {
    return this.#session.join(device);
  }

  /**
   * Enables escrow. If there is no backup key with `manage` yet, it makes one first, shows it, and lets the admin prove that it is on
   * paper (ESC-1): with one device alone, a single loss would lock the organisation out. Admins cannot switch it off again (ESC-2). If
   * this is cut short, call it again: it goes on where it was.
   *
   * @throws as {@link createBackupKey}; `NOT_PERMITTED` (ESC-1) when the admin cancelled
   */
  async enable(show: ShowPaper, options: { readonly name?: string } = {}): Promise<void> {
    checkShow(show);
    if (this.#drive.model.paper) await this.#session.proveBackupKey(show);
    else if (escrowNeeds(this.log).includes("backup-key")) await this.#session.createBackupKey(show, options);
    await this.#drive.intend(orderTo("policy", policyOrder, { enabled: true }));
  }

  /** Makes one more backup key, with the role `manage`. @throws as `Session.createBackupKey` */
  createBackupKey(show: ShowPaper, options: { readonly name?: string } = {}): Promise<void> {
    return this.#session.createBackupKey(show, options);
  }

  /** Shows the backup key again that nobody has proved to be on paper. @throws as {@link createBackupKey} */
  proveBackupKey(show: ShowPaper): Promise<void> {
    return this.#session.proveBackupKey(show);
  }

  /** Proves that a text is a backup key of this log, without using it. @throws `BACKUP_KEY_INVALID` */
  checkBackupKey(text: string): CheckedBackupKey {
    return this.#session.checkBackupKey(text);
  }

  /**
   * Uses a backup key on a new device of an admin: it approves the device, and removes others in the same link.
   *
   * @param options.roles of this device; `manage` by default, because nobody else may be left.
   * @throws errors of `openBackupKey` and `review`; `LOST_RACE`, `PENDING`
   */
  async useBackupKey(
    text: string,
    options: { readonly remove?: readonly MemberId[]; readonly roles?: readonly Role[] } = {},
  ): Promise<void> {
    const { remove = [], roles = ["manage"] } = checkOptions(options);
    const { log, keyring } = this.#state();
    const isNew = memberOf(log, keyring.member).roles.length === 0 && this.getSnapshot().devices?.awaitingApproval;
    await this.#drive.intend({ do: "use-backup-key", text, remove, roles: isNew ? roles : undefined });
    await this.#session.removeRest(remove);
  }

  /** Compares a fingerprint that another admin's device shows of itself. A match gives the token for {@link save}. */
  compare(given: string | ParsedFingerprint, member: MemberId): DeviceComparison {
    return this.#session.compare(given, member);
  }

  /**
   * Approves admins' devices with their roles, and removes others, in one link. A device keeps the roles of its approval (MEM-8). What
   * a removed admin announced and did not do, this device disowns by itself afterwards.
   *
   * @throws errors of `review`; `LOST_RACE`, `PENDING`
   */
  async save(list: {
    readonly approve?: readonly { readonly token: ComparedDevice; readonly roles: readonly Role[] }[];
    readonly remove?: readonly MemberId[];
  }): Promise<void> {
    const { approve = [], remove = [] } = checkOptions(list);
    checkMembers("remove", remove);
    const approvals = checkList("approve", approve, "{ token, roles }").map((each) => {
      const { token, roles } = checkOptions(each);
      checkList("roles", roles, "roles");
      return { member: checkOptions(token, "a token of compare").member, token, roles };
    });
    await this.#drive.intend({ do: "review", approve: approvals, remove });
  }

  /** Gives a member of the escrow log a new name; by default this device. @throws errors of `rename`; `LOST_RACE`, `PENDING` */
  rename(device: DeviceDescription, member?: MemberId): Promise<void> {
    return this.#session.rename(device, member);
  }

  /**
   * Changes what is named of the policy. Escrow is enabled by {@link enable}, and cannot be disabled by admins (ESC-2).
   *
   * @throws `NOT_PERMITTED` (MEM-8) without the role `manage`, `INVALID_ARGUMENT`, `PENDING`
   */
  async setPolicy(change: Partial<Omit<Policy, "enabled">>): Promise<void> {
    const { allowUserBackupKeys, escrowContacts, userContacts, ...others } = checkOptions(change);
    const stray = Object.keys(others)[0];
    if (stray !== undefined) throw new KeysteadError("INVALID_ARGUMENT", `setPolicy cannot change ${stray}`);
    const order = defined({ allowUserBackupKeys, escrowContacts, userContacts });
    await this.#drive.intend(orderTo("policy", policyOrder, order));
  }

  /** Says that the fingerprint of the snapshot was published, where users can trust it. The snapshot says what changes it afterwards. */
  fingerprintPublished(): Promise<void> {
    return this.#drive.give({ type: "fingerprint-published", head: fingerprintHead(this.log) });
  }

  /** Takes fresh keys for this device. A thief keeps the epochs that the old ones open: remove a stolen device. @throws errors of `rekey`; `PENDING` */
  rekey(): Promise<void> {
    return this.#session.rekey();
  }

  /** Removes this device from the escrow log, deletes what it stored, and closes the session. @throws errors of `leave`; nothing is deleted then */
  signOut(): Promise<void> {
    return this.#session.signOut();
  }

  /** Deletes what this device stored, and closes the session. The escrow log still lists it. @throws `STORE_UNAVAILABLE` */
  erase(): Promise<void> {
    return this.#session.erase();
  }

  /** Answers a question of the snapshot. @throws `INVALID_ARGUMENT` for a question that is not open any more */
  answer(id: string, answer: Answer): Promise<void> {
    return this.#session.answer(id, answer);
  }

  /**
   * Fetches a user's log and verifies it, against the newest head of it that this device saw.
   *
   * @throws `NOT_PERMITTED` where the service shows no log; `ROLLED_BACK`, `FORKED`, `REPLACED`: the evidence is kept; `OFFLINE`,
   * `FORBIDDEN`
   */
  async fetchUser(user: string): Promise<UserAtHand> {
    return await this.#fetchAndPin(user);
  }

  async #fetchAndPin(user: string, signal?: StepwiseWork<number>["signal"]): Promise<UserAtHand> {
    const fetched = Object.freeze(await this.#fetch(user, signal));
    await this.#drive.give({ type: "pins", pins: [[user, fetched.log.head]] });
    this.#fetched.add(fetched);
    return fetched;
  }

  /**
   * Forgets what was seen of a user's log, after the app itself has reset the account. **Whatever log the service shows next is
   * believed.** Never call it because {@link fetchUser} threw `REPLACED`: a service that wants to read could cause that error too. What this
   * device still sends in the old log is given up.
   *
   * @throws `INVALID_ARGUMENT`
   */
  async unsafeForgetUser(user: string): Promise<void> {
    if (typeof user !== "string") throw new KeysteadError("INVALID_ARGUMENT", "user must be the subject of a user");
    await this.#drive.give({ type: "forget-user", user });
  }

  /** A user's devices, backup keys and activity, for the screen of an admin: none of the devices is `this-device`. */
  viewUser(user: UserAtHand): MembersAndActivity {
    return membersAndActivity(this.#atHand(user).log, { escrowLog: this.log });
  }

  /** Compares the fingerprint that a user's new device shows of itself. A match gives the token for {@link recover}. @throws as `compareFingerprint` */
  compareUser(user: UserAtHand, given: string | ParsedFingerprint, member: MemberId): DeviceComparison {
    return compareFingerprint(this.#atHand(user).log, given, member);
  }

  /**
   * Restores a locked-out user: approves the new device and removes the lost ones, in one step. What it will do is recorded in the
   * escrow log first. The review is written in the user's log only when a verified link of the record stands there (ESC-8). After a restart
   * the session goes on by itself.
   *
   * @returns when the user's log has the review.
   * @throws errors of `recordRecovery`; `NOT_PERMITTED` (ESC-8) when the user's log had moved on: the act is then in `openActs`; disown it,
   * and recover again; `PENDING`
   */
  async recover(user: UserAtHand, options: RecoveryOptions): Promise<void> {
    const { approve = [], remove = [], usersOwn = [], reason, case: caseId = "" } = checkOptions(options);
    const tokens = [...checkList("approve", approve, "tokens of compareUser")];
    const members = tokens.map((token) => checkOptions(token, "a token of compareUser").member);
    const order = { user: this.#atHand(user).log.subject, approve: members, remove, usersOwn, reason, case: caseId };
    await this.#drive.intend({ ...orderTo("record-recovery", recoveryOrder, order), approve: tokens, user });
  }

  /**
   * Does what an act of this device announced, or finds that it was done.
   *
   * @param act a position of `openActs`.
   * @throws as {@link recover}
   */
  async finish(act: number, options: { readonly usersOwn?: readonly MemberId[] } = {}): Promise<void> {
    const { usersOwn = [] } = checkOptions(options);
    const recorded = actsOf(this.#drive.model).find(({ seq }) => seq === act)?.act;
    if (!recorded) throw notNow("there is no such act that this device can read");
    const user = await this.fetchUser(recorded.subject);
    if (reviewOf(user.log, this.log, recorded)) return this.#drive.give({ type: "finished", act });
    const order = orderTo("recover-user", reviewOrder, { user: recorded.subject, act, usersOwn });
    await this.#drive.intend({ ...order, user });
  }

  /** Declares that nobody is to believe these acts, by their positions in the escrow log. @throws errors of `disownActs`; `PENDING` */
  async disown(acts: readonly number[]): Promise<void> {
    await this.#drive.intend(orderTo("disown", disownOrder, { acts: checkList("acts", acts, "positions") }));
  }

  /**
   * Records whose data this admin is about to open, which epochs and why (ESC-9).
   *
   * @returns the position of the record, for {@link openRecorded}, once a verified link stands there.
   * @throws errors of `recordAccess`; `PENDING`
   */
  async recordAccess(
    user: UserAtHand,
    options: { readonly epochs: Runs; readonly reason: string; readonly case?: string },
  ): Promise<number> {
    const { epochs, reason, case: caseId = "" } = checkOptions(options);
    const { head, subject } = this.#atHand(user).log;
    const order = { user: subject, epochs, reason, case: caseId };
    await this.#drive.intend({ ...orderTo("record-access", accessOrder, order), user });
    const me = this.#state().keyring.member;
    const mine = this.accesses().filter(({ admin, access }) => admin === me && access?.log === head.log);
    // Another tab can have recorded other epochs for the same reason meanwhile.
    const made = mine.filter(({ access }) => access?.reason === reason && equalRuns(access.epochs, epochs)).at(-1);
    if (made) return made.seq;
    throw new KeysteadError("GRANT_UNAVAILABLE", "the access was recorded, and this device cannot read the record");
  }

  /**
   * Opens exactly the epochs of a record that this device made. The caller wipes the keyring.
   *
   * @throws errors of `openRecordedAccess` and {@link fetchUser}
   */
  async openRecorded(record: number): Promise<RecordedAccess> {
    checkPosition("record", record);
    const found = this.accesses().find(({ seq }) => seq === record);
    if (!found?.access) throw notNow("there is no such record that this device can read; record the access first");
    const { log: userLog, entries } = await this.fetchUser(found.access.subject);
    const recordEntry = present(this.#drive.model.own?.entries.at(record - 1));
    const opened = openRecordedAccess(this.#state(), { record, recordEntry, userLog, entries });
    return { ...opened, open: (sealed, options) => openContent(sealed, opened.keyring, options) };
  }

  /** Every recorded access, oldest first, as far as this device can read it. */
  accesses(): readonly AccessRecord[] {
    return accessRecords(this.#state(), this.#drive.model.own?.entries ?? []);
  }

  /** Every recorded act, oldest first, as far as this device can read it. */
  acts(): readonly ActRecord[] {
    return actsOf(this.#drive.model);
  }

  /**
   * Points escrow to the newest epoch in the logs of users whose devices stay offline, where that is due (ESC-6).
   *
   * @param users their subjects.
   * @throws the reason of the signal. What concerns one user only is in that user's outcome
   */
  async *renewFor(
    users: Iterable<string> | AsyncIterable<string>,
    options: StepwiseWork<number> = {},
  ): AsyncGenerator<Renewal, void, void> {
    const { onProgress, signal } = checkWork(options);
    let done = 0;
    for await (const user of users) {
      signal?.throwIfAborted();
      yield await this.#renew(user, signal);
      await onProgress?.(++done);
    }
  }

  async #renew(user: string, signal: StepwiseWork<number>["signal"]): Promise<Renewal> {
    try {
      const followed = await this.#fetchAndPin(user, signal);
      if (renewalReasons(followed.log, this.log).every((reason) => reason === "founder"))
        return { user, outcome: "not-due" };
      const done = this.#drive.intend({ ...orderTo("renew-user", renewOrder, { user }), user: followed });
      done.catch(() => undefined);
      // After the turn in which it is written and sent. While the service does not take it, the next user has their turn.
      await this.#drive.load();
      if (this.#drive.model.users.has(user)) return { user, outcome: "pending" };
      await done;
      return { user, outcome: "renewed" };
    } catch (caught) {
      const error = KeysteadError.from(caught);
      if (!error || signal?.aborted) throw caught;
      return { user, outcome: "failed", error: error.toJSON() };
    }
  }

  /**
   * What escrow could open of each user, proven by opening it. It holds one user's log at a time; add the rows' coverage to
   * `ReportTotals`. The newest head of each log is kept in the store, so a service that shows an older one is found out.
   *
   * @param users their subjects, from the app's own list of users: the service could leave some out.
   * @throws as `organisationReport`; the reason of the signal. What concerns one user only is in that user's row
   */
  report(
    users: Iterable<UserToReport> | AsyncIterable<UserToReport>,
    options: EscrowReportOptions = {},
  ): AsyncGenerator<ReportRow, void, void> {
    const driver = this.#drive;
    return streamReport(
      users,
      {
        model: () => driver.model,
        fetch: (user, signal) => this.#fetch(user, signal),
        pin: (pins) => driver.give({ type: "pins", pins }),
      },
      options,
    );
  }

  /** As {@link Session.evidence}, of users' logs too. */
  get evidence(): readonly Bytes[] {
    return this.#session.evidence;
  }

  /** The verified escrow log. @throws `NOT_PERMITTED` while none was fetched */
  get log(): LogState {
    return this.#session.log;
  }

  /** Fetches what is new and does what this device owes. Does not fail when the service is not reached: see the snapshot. */
  sync(): Promise<void> {
    return this.#session.sync();
  }

  /** Ends the session and wipes its secrets. What is pending stays stored. */
  close(): void {
    this.#session.close();
  }

  get #drive(): Driver<AdminModel, AdminInput> {
    return present(this.#driver);
  }

  async #fetch(user: string, signal?: StepwiseWork<number>["signal"]): Promise<FollowedLog> {
    const driver = this.#drive;
    const pin = pinOf(driver.model, user);
    const { transport } = this.#options;
    try {
      return await fetchUserLog(user, { transport, signer: driver.signer(), signal, pin, now: readClock(this.#env) });
    } catch (caught) {
      const error = KeysteadError.from(caught);
      const evidence = error && evidenceOf(error);
      if (evidence) await driver.give({ type: "evidence", evidence });
      throw caught;
    }
  }

  /** @throws `STORE_UNAVAILABLE` once the session was closed, which wiped its keys, also while a verb was on its way */
  #state(): MemberState {
    if (this.#drive.isClosed) throw sessionClosed();
    return stateOf(this.#drive.model);
  }

  /** @throws `INVALID_ARGUMENT` for what {@link fetchUser} did not give: nobody verified it */
  #atHand(user: UserAtHand): UserAtHand {
    if (this.#fetched.has(checkOptions(user, "user"))) return user;
    throw new KeysteadError("INVALID_ARGUMENT", "user must be what fetchUser of this session gave");
  }
}
