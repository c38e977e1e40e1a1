// A device's whole life behind a few verbs: it opens what is stored, keeps up with the service, and does what its user asks for.
// docs/spec.md section 13.

import { checkList } from "../arguments/lists.js";
import { checkMember, checkMembers } from "../arguments/members.js";
import { checkFlag, checkFunction, checkOptions } from "../arguments/options.js";
import type { BlobLike } from "../arguments/platform.js";
import type { DeviceDescription } from "../authoring/device-description.js";
import { DEFAULT_NAME } from "../backup/make.js";
import { type CheckedBackupKey, checkBackupKey } from "../backup/open.js";
import { assertBytes, type Bytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import {
  type OpenedSigned,
  type OpenOptions,
  type OpenSignedOptions,
  type OpenStream,
  openContent,
  openSigned,
  openStreamWithAny,
} from "../content/open.js";
import type { StreamPair } from "../content/pair.js";
import { type ContentReader, openRandomAccess } from "../content/random-access.js";
import type { RandomAccessSource } from "../content/random-access-source.js";
import type { Recipient } from "../content/recipients.js";
import { type SealOptions, sealContent, sealStream } from "../content/seal.js";
import type { ExpectedContent } from "../content/unlock.js";
import { KeysteadError } from "../errors.js";
import { compareFingerprint, type DeviceComparison, type LogComparison } from "../fingerprint/compare.js";
import type { DigitsComparison } from "../fingerprint/digits.js";
import type { ParsedFingerprint } from "../fingerprint/parse.js";
import { trackContact } from "../fingerprint/tracked-contact.js";
import { requireActive } from "../grants/standing.js";
import { type Keyring, partsOf } from "../keys/keyring.js";
import { currentEpoch, type LogState } from "../log/state.js";
import { readClock } from "../primitives/env.js";
import { VERIFYING_KEY_LENGTH } from "../primitives/sign.js";
import type { RequestSigner } from "../transport/transport.js";
import type { ComparedDevice } from "../trust/compared.js";
import { type AcknowledgeOptions, AddressBook } from "./address-book.js";
import type { Answer } from "./asks.js";
import { type ClientEnv, systemClientEnv } from "./client-env.js";
import { tracked } from "./contact.js";
import type { ContactView } from "./contact-view.js";
import { type Begun, compareDigits, type DigitsOptions, type DigitsWork, showDigits } from "./digits.js";
import { Driver, type DriverOptions, sessionClosed } from "./driver.js";
import { KeepUp } from "./keep-up.js";
import { deviceMachine } from "./machine.js";
import { notNow, readOnly, stateOf } from "./model.js";
import { proved, type ShowPaper, toShow } from "./paper.js";
import { SealedStore } from "./sealed-store.js";
import { checkSessionOptions, type SessionOptions } from "./session-options.js";
import { type Snapshot, snapshotOf } from "./snapshot.js";

/**
 * Opens a device's session: loads what is stored, and begins to keep up with the service.
 *
 * @throws `STORE_CORRUPT`, `STORE_UNAVAILABLE`, `INVALID_ARGUMENT`; `UNSUPPORTED` where a newer version of the library stored something
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const session = new Session(checkSessionOptions(options));
  await session.load();
  if (options.background ?? options.mode !== "read") session.keepUp();
  return session;
}

/** Options of sealing in a session. */
export interface SessionSealOptions extends Omit<SealOptions, "signer"> {
  /**
   * Accounts to seal to, beside this one, by their subjects. Each is tracked; one that is not yet is tracked first, as it is then. Sealing
   * is refused while one of them has changed in a way that the user has not acknowledged.
   */
  readonly to?: readonly string[] | undefined;
  /** Signs as this device: everybody can see which device of which account sealed the content. Default false. */
  readonly sign?: boolean | undefined;
  /**
   * Seals to contacts whose log the service does not show now, as it was verified last: a device that a contact has removed since can
   * read what is sealed. Default false.
   */
  readonly unsafeContactsAsLastSeen?: boolean | undefined;
}

/** A device's session. Several tabs may have one each on the same store. */
export class Session {
  readonly #options: SessionOptions;
  readonly #env: ClientEnv;
  readonly #driver: Driver;
  readonly #listeners = new Set<() => void>();
  readonly #keepUp: KeepUp;
  readonly #contacts: AddressBook;
  readonly #digits: Begun = { answered: new Set(), count: 0 };
  #isClosed = false;
  /** Ends listening to other tabs. */
  #deafen: () => void = () => undefined;
  #snapshot: Snapshot | undefined;

  /** @internal */
  constructor(options: SessionOptions, drive = (parts: DriverOptions): Driver => new Driver(parts, deviceMachine)) {
    const { subject, store, sealer, transport, escrowSubject, env = systemClientEnv() } = options;
    this.#options = options;
    this.#env = env;
    const sealed = new SealedStore(store, sealer, subject);
    const stored = () => {
      try {
        env.announce(subject);
      } catch {
        // Deno throws once a channel was closed. The change is stored: a verb must not fail or wait now.
      }
    };
    const parts = {
      subject,
      store: sealed,
      transport,
      escrowSubject,
      env,
      stored,
      isReadOnly: options.mode === "read",
    };
    this.#driver = drive({ ...parts, changed: () => this.#changed() });
    this.#contacts = new AddressBook(this.#driver, subject, env);
    this.#keepUp = new KeepUp(this.#driver, { subject, transport, escrowSubject, env });
    // Vue does not wrap what is frozen in a Proxy, behind which the private fields could not be found.
    Object.freeze(this);
  }

  /** @internal */
  async load(): Promise<void> {
    await this.#driver.load();
    this.#deafen = this.#env.hear(this.#options.subject, () => void this.#driver.load().catch(() => undefined));
  }

  /** What a screen shows now. The same object until something changes. Needs no `this`: a framework can call it by itself. */
  readonly getSnapshot = (): Snapshot => {
    const wasMember = this.#options.lastKnown !== undefined;
    this.#snapshot ??= snapshotOf(this.#driver.model, wasMember, readClock(this.#env));
    return this.#snapshot;
  };

  /** Calls `listener` after every change. Needs no `this`: a framework can call it by itself. @returns a function that ends that */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /**
   * Opens the account's log, as its first device.
   *
   * @param options.operator the service's public signing key, 32 bytes: the service can then remove members (a portal), and nothing
   * else. It cannot be named later.
   * @param options.unsafeReplace begins a new log, which takes the place of the one that the account has, where the service allows it
   * (`authorizeReset`). **What was sealed to the old log is lost, unless a device or backup key of it turns up**, and contacts get an
   * alarm. Only for a user who lost them all and said so; this device may be no member of the old log.
   * @returns when the service has shown it.
   * @throws `NOT_PERMITTED` when this session has seen a log of the account, and `LOST_RACE` when another device was faster, or the old
   * log still stands: join it; `INVALID_ARGUMENT`
   */
  async create(
    device: DeviceDescription,
    options: { readonly operator?: Uint8Array; readonly unsafeReplace?: boolean } = {},
  ): Promise<void> {
    const { operator, unsafeReplace: replaces = false } = checkOptions(options);
    checkFlag("options.unsafeReplace", replaces);
    if (operator !== undefined) assertBytes(operator, VERIFYING_KEY_LENGTH, "options.operator");
    const lockdown = this.#options.lockdown === "from-start";
    const named = operator && new Uint8Array(operator);
    return this.#driver.intend({ do: "create", device, operator: named, replaces, lockdown });
  }

  /**
   * Joins the account's log, or joins it again after this device was removed or superseded.
   *
   * @throws `NOT_PERMITTED` when the service has shown no log of the account, or this device is a member; `LOST_RACE`, `PENDING`,
   * `INVALID_ARGUMENT`
   */
  async join(device: DeviceDescription): Promise<void> {
    if (!this.#driver.model.own) await this.sync();
    return this.#driver.intend({ do: "join", device });
  }

  /**
   * Compares a fingerprint that another device shows of itself. A match gives the token that {@link save} takes.
   *
   * @throws as `compareFingerprint`
   */
  compare(given: string | ParsedFingerprint, member: MemberId): DeviceComparison {
    return compareFingerprint(this.#log(), given, member);
  }

  /**
   * Compares seven digits with a device that is online and waits for approval, while its user has it show them ({@link showDigits}). Show
   * the digits beside the question whether they are equal, and call `check`. A match gives the token that {@link save} takes.
   *
   * It ends after two minutes, and when another comparison is begun on this device. Every failure is shown to the user, and only the user
   * begins again.
   *
   * @throws `COMPARE_AGAIN` when the other device did not answer, another comparison was begun, or the log has grown meanwhile;
   * `NOT_PERMITTED` where the transport carries no messages; `UNKNOWN_MEMBER`, `OFFLINE`, `FORBIDDEN`; the signal's reason
   */
  compareDigits(member: MemberId, options: DigitsOptions = {}): Promise<DigitsComparison> {
    return compareDigits(this.#digitsWork(), member, options);
  }

  /**
   * Waits until another device of the account compares digits with this one, and gives the digits to show, such as `012 3456`.
   *
   * @throws as {@link compareDigits}; `COMPARE_AGAIN` with the rule SAS-1 when somebody between the two devices is found out
   */
  showDigits(options: DigitsOptions = {}): Promise<string> {
    return showDigits(this.#digitsWork(), options);
  }

  #digitsWork(): DigitsWork {
    const { transport, subject } = this.#options;
    return { driver: this.#driver, transport, subject, env: this.#env, begun: this.#digits };
  }

  /** Compares a fingerprint that the organisation published of its escrow log. @throws as `compareFingerprint`, `NOT_PERMITTED` */
  compareEscrow(given: string | ParsedFingerprint): LogComparison {
    const { escrow } = this.#driver.model;
    if (!escrow) throw notNow("no escrow log was fetched yet; call sync");
    return compareFingerprint(escrow.log, given);
  }

  /** The verified escrow log of the user's organisation, for its policy; undefined while none was fetched. */
  get escrowLog(): LogState | undefined {
    return this.#driver.model.escrow?.log;
  }

  /** Approves and removes members in one link. @throws errors of `review`; `LOST_RACE`, `PENDING` */
  async save(list: {
    readonly approve?: readonly ComparedDevice[];
    readonly remove?: readonly MemberId[];
  }): Promise<void> {
    const { approve = [], remove = [] } = checkOptions(list);
    checkMembers("remove", remove);
    const approvals = checkList("approve", approve, "tokens of compare").map((token) => {
      return { member: checkOptions(token, "a token of compare").member, token };
    });
    return this.#driver.intend({ do: "review", approve: approvals, remove });
  }

  /** Gives a member a new name; by default this device. @throws errors of `rename`; `LOST_RACE`, `PENDING` */
  async rename(device: DeviceDescription, member = this.#state().keyring.member): Promise<void> {
    return this.#driver.intend({ do: "rename", member: checkMember("member", member), device });
  }

  /** Switches lockdown on or off. @throws errors of `setLockdown`; `LOST_RACE`, `PENDING` */
  async setLockdown(on: boolean, remove: readonly MemberId[] = []): Promise<void> {
    checkFlag("on", on);
    return this.#driver.intend({ do: "lockdown", on, remove: checkMembers("remove", remove) });
  }

  /** Takes fresh keys for this device. @throws errors of `rekey`; `PENDING` */
  rekey(): Promise<void> {
    return this.#driver.intend({ do: "rekey" });
  }

  /**
   * Makes a backup key and shows it, once the log has it. When the user types back what `show` is asked for, the text is forgotten.
   * When the user cancels, the backup key is removed. Until one of the two, `asks` has `prove-backup-key`, also after a restart.
   *
   * @throws errors of `createBackupKey`; `BACKUP_KEY_INVALID` when something else was typed: call {@link proveBackupKey}
   */
  async createBackupKey(show: ShowPaper, options: { readonly name?: string } = {}): Promise<void> {
    checkShow(show);
    await this.#driver.intend({ do: "backup-key", name: checkOptions(options).name ?? DEFAULT_NAME });
    await this.proveBackupKey(show);
  }

  /** Shows the backup key again that nobody has proved to be on paper. @throws as {@link createBackupKey} */
  async proveBackupKey(show: ShowPaper): Promise<void> {
    checkShow(show);
    this.#requireFull();
    const { paper } = this.#driver.model;
    if (!paper) throw notNow("no backup key waits for its proof");
    const shown = toShow(paper.text, this.#env);
    const typed = await show(shown);
    if (typed === "cancel") {
      await this.#driver.intend({ do: "review", approve: [], remove: [paper.member] });
    } else if (!proved(shown, typed)) {
      throw new KeysteadError("BACKUP_KEY_INVALID", "what was typed is not what the paper says there; look again");
    }
    await this.#driver.give({ type: "paper-proved", member: paper.member });
  }

  /**
   * Uses a backup key: it approves this device, and removes others in the same link. If the backup key was removed, this device takes
   * over what it held, and removes the others in a second link.
   *
   * @throws errors of `openBackupKey` and `review`; `LOST_RACE`, `PENDING`
   */
  async useBackupKey(text: string, options: { readonly remove?: readonly MemberId[] } = {}): Promise<void> {
    const { remove = [] } = checkOptions(options);
    if (typeof text !== "string")
      throw new KeysteadError("INVALID_ARGUMENT", "text must be the text of a backup key, as the user typed it");
    await this.#driver.intend({ do: "use-backup-key", text, remove: checkMembers("remove", remove) });
    await this.removeRest(remove);
  }

  /** @internal A backup key that was removed removes nobody: this device does. */
  async removeRest(asked: readonly MemberId[]): Promise<void> {
    const remove = asked.filter((member) => this.#log().active.has(member));
    if (remove.length > 0) await this.save({ remove });
  }

  /** Proves that a text is a backup key of this account, without using it. @throws `BACKUP_KEY_INVALID` */
  checkBackupKey(text: string): CheckedBackupKey {
    return checkBackupKey(this.#log(), text);
  }

  /** Members that this device was before; {@link reclaim} takes over what each one held. */
  get formerMembers(): readonly MemberId[] {
    return this.#driver.model.former.map(({ member }) => member);
  }

  /** Takes over what this device held as a former member. @throws errors of `reclaim`; `PENDING` */
  async reclaim(from: MemberId): Promise<void> {
    return this.#driver.intend({ do: "reclaim", from: checkMember("from", from) });
  }

  /** Removes this device from the account. Its keys still read. @throws errors of `leave`; `PENDING` */
  leave(): Promise<void> {
    return this.#driver.intend({ do: "leave" });
  }

  /**
   * Removes this device from the account, deletes what it stored, and closes the session, in other tabs too.
   *
   * @throws as {@link leave}; nothing is deleted then
   */
  async signOut(): Promise<void> {
    await this.leave();
    await this.erase();
  }

  /**
   * Deletes what this device stored, its keys too, and closes the session, in other tabs too. The account still lists the device. Call it
   * on a device that was removed, or if the user cannot wait for the service.
   *
   * @throws `STORE_UNAVAILABLE`; nothing is deleted then
   */
  async erase(): Promise<void> {
    this.#requireFull();
    await this.#driver.erase();
    this.close();
  }

  /** Answers a question of the snapshot. @throws `INVALID_ARGUMENT` for a question that is not open any more */
  answer(id: string, answer: Answer): Promise<void> {
    return this.#driver.give({ type: "answer", id, answer });
  }

  /**
   * Tracks a contact, by its subject: fetches its log, and remembers it as it is now. Later changes by others are shown in the snapshot,
   * and nothing is sealed before the user has acknowledged them. Tracking again only looks at the newest log.
   *
   * @throws `OFFLINE`, `FORBIDDEN`; `NOT_PERMITTED` when the contact has no log; errors of `verifyLog`; `INVALID_ARGUMENT`
   */
  track(subject: string): Promise<void> {
    return this.#contacts.look([subject]);
  }

  /** Forgets a contact, and what the user acknowledged of it. @throws `INVALID_ARGUMENT` for one that is not tracked */
  untrack(subject: string): Promise<void> {
    return this.#driver.give({ type: "untrack", subject });
  }

  /**
   * Looks at the newest logs of contacts, such as those on the screen; by default of all. It does not fail when the service does not show
   * one: see `error` of its view. Sealing and {@link openFrom} look by themselves.
   *
   * @throws `INVALID_ARGUMENT`
   */
  async refreshContacts(subjects: readonly string[] = [...this.#driver.model.contacts.keys()]): Promise<void> {
    for (const subject of checkList("subjects", subjects, "subjects")) tracked(this.#driver.model, subject);
    if (subjects.length > 0) await this.#driver.give({ type: "look-at-contacts", subjects });
  }

  /**
   * Compares a fingerprint that a contact shows of its log with the newest log; or with the other log, where the service shows another
   * one. A match gives the token that {@link acknowledge} takes.
   *
   * @throws as `compareFingerprint` and {@link track}
   */
  async compareContact(subject: string, given: string | ParsedFingerprint): Promise<LogComparison> {
    return compareFingerprint(await this.#contacts.shown(subject), given);
  }

  /**
   * The user has seen what the snapshot shows of a contact, and goes on.
   *
   * @param contact the view that the user has seen: a later change is not acknowledged with it.
   * @throws `CONTACT_CHANGED` when the contact has changed again since, or for an alarm, except with `evenIf`, which goes on with
   * another log; `COMPARE_AGAIN` for the token of another state; `INVALID_ARGUMENT`
   */
  acknowledge(contact: ContactView, options: AcknowledgeOptions = {}): Promise<void> {
    return this.#contacts.acknowledge(contact, options);
  }

  /**
   * Seals to this account, and to the contacts in `options.to`, whose newest logs are fetched first.
   *
   * @throws errors of `sealContent`, such as `CONTACT_CHANGED`; as {@link track}; `NOT_PERMITTED` where this device is no member, or was
   * removed or superseded, and could not read what it seals; the alarm's error while there is one
   */
  async seal(plaintext: Uint8Array, options: SessionSealOptions): Promise<Bytes> {
    const { recipients, rest } = await this.#sealing(options);
    return sealContent(recipients, plaintext, rest, this.#env);
  }

  /** Opens what was sealed to this account. @throws errors of `openContent` */
  open(sealed: Uint8Array, options?: OpenOptions): Promise<Bytes> {
    return this.#reading((keyring) => openContent(sealed, keyring, options));
  }

  /**
   * Opens what a contact sealed to this account and signed. Look at `sender.trust` before you believe it: `neither` may be a thief's
   * device.
   *
   * @throws errors of `openSigned`; as {@link track}
   */
  async openFrom(
    sealed: Uint8Array,
    subject: string,
    options?: Omit<OpenSignedOptions, "senderLog" | "senderContact">,
  ): Promise<OpenedSigned> {
    const open = () => {
      const { log, contact } = this.#contacts.sender(subject);
      return this.#reading((keyring) =>
        openSigned(sealed, keyring, { ...options, senderLog: log, senderContact: contact }),
      );
    };
    await this.#contacts.lookLately([subject]);
    try {
      return await open();
    } catch (caught) {
      if (KeysteadError.from(caught)?.code !== "STALE_LOG") throw caught;
      // It was sealed after the last look.
      await this.#contacts.look([subject]);
      return open();
    }
  }

  /**
   * Opens with the first keyring that holds the epoch: this device's, or one that it had as a former member. It tries again if this device,
   * or another tab, took fresh keys meanwhile: the old ones were wiped.
   */
  async #reading<T>(read: (keyring: Keyring) => Promise<T>): Promise<T> {
    const keyrings = this.#keyrings();
    let refusal: unknown;
    for (const keyring of keyrings) {
      try {
        return await read(keyring);
      } catch (caught) {
        const code = KeysteadError.from(caught)?.code;
        const isReplaced = code === "WIPED" && this.#driver.model.keyring !== keyrings[0];
        if (code === "WIPED" && this.#isClosed) throw sessionClosed();
        if (isReplaced) return await this.#reading(read);
        if (code !== "NO_ACCESS") throw caught;
        // The error of the present keyring: an approval can bring what that one lacks.
        refusal ??= caught;
      }
    }
    throw refusal;
  }

  #keyrings(): readonly [Keyring, ...Keyring[]] {
    return [this.#state().keyring, ...this.#driver.model.former];
  }

  /** Seals a stream of any length, as {@link seal}. @throws errors of `sealStream`, and as {@link seal} */
  async sealStream(options: SessionSealOptions): Promise<StreamPair> {
    const { recipients, rest } = await this.#sealing(options);
    return sealStream(recipients, rest, this.#env);
  }

  /** Opens a stream, as {@link open}. @throws errors of `openStream` */
  openStream(options?: OpenOptions): OpenStream {
    return openStreamWithAny(this.#keyrings(), options);
  }

  /** Opens any part of sealed content, as {@link open}. The caller wipes the reader. @throws errors of `openRandomAccess` */
  async openRandomAccess(source: BlobLike | RandomAccessSource, options?: ExpectedContent): Promise<ContentReader> {
    return this.#reading((keyring) => openRandomAccess(source, keyring, options));
  }

  /** Signs requests by this device's keys as they are now, such as those of `keystead/blobs`; undefined while it is no member. */
  get signer(): RequestSigner | undefined {
    return this.#driver.signer();
  }

  /**
   * The key for what the app encrypts from now on, and its epoch, to be stored beside it: {@link exportKey} gives the key again.
   *
   * @param label names the use, 1 to 128 bytes of UTF-8. @param length 1 to 1,024 bytes; default 32.
   * @returns the caller wipes the key.
   * @throws `ROTATION_DUE` while a removed member knows the newest key: a device that is online makes another; errors of `exportKey`;
   * `NOT_PERMITTED` and the alarm's error as {@link seal}
   */
  exportNewestKey(label: string, length?: number): { readonly epoch: number; readonly key: Bytes } {
    const log = this.#calmLog();
    const epoch = currentEpoch(log);
    if (log.rotationDue) {
      const message = `a removed member knows the key of epoch ${epoch}; call sync, or wait until a device has made a new one`;
      throw new KeysteadError("ROTATION_DUE", message, { rule: "MEM-7", details: { log: log.head.log, epoch } });
    }
    return { epoch, key: this.exportKey(epoch, label, length) };
  }

  /**
   * The key of an epoch for the app's own data, also of one that this device had as a former member; the caller wipes it.
   *
   * @throws errors of `Keyring.exportKey`
   */
  exportKey(epoch: number, label: string, length?: number): Bytes {
    const keyrings = this.#keyrings();
    const holder = keyrings.find((keyring) => partsOf(keyring).seeds.has(epoch));
    return (holder ?? keyrings[0]).exportKey(epoch, label, length);
  }

  /**
   * Evidence of what the service did, oldest first: also of what raises no alarm, and of alarms that have ended. `decodeEvidence` of
   * `keystead/audit` reads it, and `checkEvidence` gives both heads.
   */
  get evidence(): readonly Bytes[] {
    return this.#driver.model.evidence.map((each) => new Uint8Array(each));
  }

  /** This account's verified log, for views and checks of the core. @throws `NOT_PERMITTED` while none was fetched */
  get log(): LogState {
    return this.#log();
  }

  /** Fetches what is new and does what this device owes. Does not fail when the service is not reached: see the snapshot. */
  sync(): Promise<void> {
    return this.#driver.sync();
  }

  /** Ends the session and wipes its secrets. What is pending stays stored. */
  close(): void {
    this.#isClosed = true;
    this.#keepUp.stop();
    this.#deafen();
    this.#driver.close();
    this.#listeners.clear();
  }

  /** @internal Keeps up with the service until the session is closed. */
  keepUp(): void {
    this.#keepUp.start();
  }

  /** What content is sealed to, and how. @throws the alarm's error: its log may not be the account's any more */
  async #sealing(options: SessionSealOptions) {
    const { to = [], sign, unsafeContactsAsLastSeen, ...rest } = checkOptions(options);
    const contacts = await this.#contacts.recipients(to, unsafeContactsAsLastSeen === true);
    const log = this.#calmLog();
    // This account's own devices stand in it: there is nobody to compare with.
    const self = rest.verifiedOnly ? { log, contact: trackContact(log, { unsafeVerified: true }) } : log;
    const recipients: readonly Recipient[] = [self, ...contacts];
    return { recipients, rest: { ...rest, signer: sign === true ? this.#state() : undefined } };
  }

  /** What this device seals to. @throws the alarm's error while there is one; `NOT_PERMITTED` when it could not read what it seals */
  #calmLog(): LogState {
    // It no longer looks at the service, and would seal to devices that were removed meanwhile.
    if (this.#isClosed) throw sessionClosed();
    const { own } = this.#driver.model.alarms;
    if (own) throw KeysteadError.from(own.error);
    const { log, keyring } = this.#state();
    requireActive(log, keyring);
    return log;
  }

  #log(): LogState {
    const { own } = this.#driver.model;
    if (own) return own.log;
    throw notNow("no log of this account was fetched yet; call sync, create or join");
  }

  /** @throws `STORE_UNAVAILABLE` once the session was closed, which wiped its keys */
  #state(): { readonly log: LogState; readonly keyring: Keyring } {
    if (this.#isClosed) throw sessionClosed();
    return stateOf(this.#driver.model);
  }

  /** Before something is shown or deleted; all else is refused by the machine. */
  #requireFull(): void {
    if (this.#options.mode === "read") throw readOnly();
  }

  #changed(): void {
    this.#snapshot = undefined;
    this.#keepUp.changed();
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        // A mistake of the screen must not stop what the device does. It is reported as one that nobody caught.
        if (typeof globalThis.reportError === "function") globalThis.reportError(error);
        else void Promise.reject(error);
      }
    }
    if (this.#driver.isClosed) this.close();
  }
}

/** Before a backup key is made: nobody would see it. @throws `INVALID_ARGUMENT` */
export function checkShow(show: unknown): void {
  checkFunction("show", show, " that shows the paper");
}
