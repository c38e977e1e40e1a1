// What must hold in a simulated world, whatever was killed, lost or lied. The judge knows everything: the true log, every disk, and
// what each user learned. docs/spec.md section 13; docs/assurance.md.

import { agenda } from "../../src/agenda/agenda.js";
import { openBackupKey } from "../../src/backup/open.js";
import { type Bytes, equalBytes } from "../../src/bytes/bytes.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { epochsIn } from "../../src/bytes/runs.js";
import { toHex } from "../../src/bytes/text.js";
import { knowledgeOf } from "../../src/client/knowledge.js";
import { type Model, stateOf } from "../../src/client/model.js";
import { modelOf } from "../../src/client/records.js";
import { SealedStore } from "../../src/client/sealed-store.js";
import { readContentHeader } from "../../src/content/format.js";
import { openContent, openStream } from "../../src/content/open.js";
import { openRandomAccess } from "../../src/content/random-access.js";
import { standing } from "../../src/grants/standing.js";
import { partsOf } from "../../src/keys/keyring.js";
import { decodeEntry } from "../../src/log/entry.js";
import { findMember, type LinkRecord } from "../../src/log/state.js";
import type { Asked, Device, Tab } from "./device.js";
import type { PlainImage } from "./disk.js";
import {
  contactIn,
  hashesOf,
  headOf,
  pendingInUsersLogs,
  pendingOf,
  type StoredContact,
  type StoredPending,
  unprovedIn,
} from "./image.js";
import type { Service } from "./service.js";
import { type Content, streamIsWrong } from "./streams.js";

/** The types of links that do what a verb promises. */
const LINKS: Readonly<Record<string, readonly string[]>> = {
  create: ["genesis"],
  join: ["join"],
  save: ["review"],
  rename: ["rename"],
  lockdown: ["lockdown"],
  rekey: ["rekey"],
  leave: ["leave"],
  backup: ["enroll"],
  reclaim: ["reclaim"],
  "use backup key": ["review", "reclaim"],
};

/** A link that a device has stored as pending once. */
interface Authored {
  readonly id: string;
  readonly intent: string;
  readonly seq: number;
  /** The life of the disk in which it was stored. */
  readonly life: number;
}

/** Everything about one device that the judge remembers. */
interface File {
  /** Links that were pending on its disk, by hash. */
  readonly authored: Map<string, Authored>;
  /** Links that were on its disk, in its log or pending: what it may send. */
  readonly stored: Set<string>;
  /** Links that left the device. */
  readonly sent: Set<string>;
  /** Verified links that stood on its disk, by position. */
  readonly pinned: string[];
  /** How often its disk was cleared or put back. */
  life: number;
  /** The length of the log that its disk had when its life began. */
  begin: number;
  /** Whether it was shown another history than the true one. */
  isDeceived: boolean;
  /** Whether a first link of it was refused as dated ahead, and drawn anew. */
  redrew: boolean;
  /** Whether the service withholds attachments from it. */
  isStarved: boolean;
  /** Whether it ever did. */
  wasStarved: boolean;
  /** Whether its user was asked about something that was not done. */
  wasInterrupted: boolean;
  /** What its disk had of the contact; undefined where none is tracked. */
  contact: StoredContact | undefined;
  /** How many times more its user asked to forget the contact than it was forgotten. */
  mayForget: number;
  /** Heads of the contact that its user acknowledged, and whether as those of another log. */
  readonly acknowledged: Map<string, boolean>;
  /** Epochs whose keys it had, as the member that it is or was. */
  readonly opened: Set<number>;
}

/** The judge of one world. */
export class Judge {
  readonly #service: Service;
  readonly #modelOf: typeof modelOf;
  readonly #files = new Map<Device, File>();
  /** Links that left a device, by author's key and the link before. */
  readonly #signed = new Map<string, string>();
  /** The device that sent a link first. */
  readonly #writers = new Map<string, string>();
  /** Public keys that came in with a link, with its hash. */
  readonly #keys = new Map<string, string>();
  readonly #papers: string[] = [];
  /** Backup keys whose text a user saw. */
  readonly #seenPapers = new Set<MemberId>();
  readonly #contents: Content[] = [];
  /** What was sealed to the contact. */
  readonly #sent: Content[] = [];
  #failure: string | undefined;
  #isFounded = false;
  /** Links that were written again with another date. */
  datedAnew = 0;
  /** Devices whose keys a copy had replaced at the end. */
  superseded = 0;

  /** @param read reads the records of the devices that it judges. */
  constructor(service: Service, read: typeof modelOf = modelOf) {
    this.#service = service;
    this.#modelOf = read;
  }

  /** What happened, line by line, for people who look for the cause of a failure. */
  readonly trace: string[] = [];

  note(what: string): void {
    this.trace.push(what);
  }

  /** What is broken first. */
  get failure(): string | undefined {
    return this.#failure;
  }

  fail(why: string): void {
    this.#failure ??= why;
  }

  #fileOf(device: Device): File {
    const known = this.#files.get(device);
    if (known) return known;
    const file: File = {
      authored: new Map(),
      stored: new Set(),
      sent: new Set(),
      pinned: [],
      life: 0,
      begin: 0,
      isDeceived: false,
      redrew: false,
      isStarved: false,
      wasStarved: false,
      wasInterrupted: false,
      opened: new Set(),
      contact: undefined,
      mayForget: 0,
      acknowledged: new Map(),
    };
    this.#files.set(device, file);
    return file;
  }

  /** The device that entered as a member of the true log. */
  ownerOf(id: MemberId): Device | undefined {
    const { log } = this.#service;
    const member = log && findMember(log, id);
    const link = member && log.links.at(member.position - 1);
    return link && [...this.#files].find(([, { authored }]) => authored.has(link.hash))?.[0];
  }

  /** Whether a disk that was cleared or put back had the account's log: the app's sign-in knows that it is there. */
  get isFounded(): boolean {
    return this.#isFounded;
  }

  /**
   * The disk of a device was cleared, or has what it, or the original that the device is a copy of, had at some time. What was lost since
   * is no fault of the client: it begins again from what is there.
   */
  beginsAnew(device: Device, original = device): void {
    const file = this.#fileOf(device);
    const { authored, stored, sent, isDeceived, redrew, isStarved, wasStarved, acknowledged } = this.#fileOf(original);
    const { image } = device.disk;
    const life = file.life + 1;
    const ofOriginal = [...authored].map(([hash, each]) => [hash, { ...each, life: 0 }] as const);
    if (device !== original) for (const [hash, each] of ofOriginal) file.authored.set(hash, each);
    for (const hash of stored) file.stored.add(hash);
    for (const hash of sent) file.sent.add(hash);
    for (const [hash, isOther] of acknowledged) file.acknowledged.set(hash, isOther);
    const pinned = hashesOf(image);
    this.#isFounded ||= file.pinned.length > 0;
    file.pinned.splice(0, file.pinned.length, ...pinned);
    file.opened.clear();
    const fate = { isDeceived, redrew, isStarved, wasStarved };
    Object.assign(file, { ...fate, life, begin: pinned.length, contact: contactIn(image) });
    const pending = pendingOf(image);
    if (pending) file.authored.set(pending.hash, { ...pending, life });
    // Nor that the pending link was sent, if that is so.
    if (pending && !pending.isSent) file.sent.delete(pending.hash);
    // A disk that was put back does not know what was signed since: but two links have no key in common.
    for (const place of this.#signed.keys()) if (place.startsWith(`${device.name}: `)) this.#signed.delete(place);
  }

  /** An app whose sign-in knows the member that this device was shows no new device. */
  looks({ device, lastKnown, session }: Tab): void {
    if (!session) return;
    const { status, devices } = session.getSnapshot();
    if (status === "new" && lastKnown !== undefined)
      this.fail(`${device.name} shows a new device, and the app knows that it was a member`);
    if (status === "lost" && lastKnown === undefined)
      this.fail(`${device.name} says that its keys are lost, and nobody said that it had any`);
    const standing = devices?.me.standing;
    if ((status === "waiting" || status === "ready") && standing !== "active")
      this.fail(`${device.name} is ${status}, and its keys are those of a member that is ${standing}`);
    device.lastKnown = devices?.me.member ?? device.lastKnown;
  }

  /** What devices sealed that saw the true log. */
  get contents(): readonly Content[] {
    return this.#contents;
  }

  sealed(device: Device, content: Content): void {
    if (!this.isDeceived(device)) this.#contents.push(content);
  }

  /** A user sees the text of a backup key in a tab that knows a log of this length: it opens, and goes on opening. */
  shown(device: Device, text: string, length: number): void {
    this.note(`${device.name} shows a backup key`);
    if (this.isDeceived(device)) return;
    this.#papers.push(text);
    const member = this.#judgePaper(text);
    if (!member) return;
    this.#seenPapers.add(member);
    const removed = this.#service.log && findMember(this.#service.log, member)?.removed;
    if (removed && removed.seq <= length) this.fail(`${device.name} shows a backup key that it knows is removed`);
  }

  /** @returns the backup key's member */
  #judgePaper(text: string): MemberId | undefined {
    const { log, entries } = this.#service;
    try {
      if (!log) throw new Error("there is no log");
      const { keyring } = openBackupKey(log, entries, text);
      keyring.wipe();
      return keyring.member;
    } catch (error) {
      this.fail(`a backup key that a user saw does not open: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }

  /** From now on this device may be shown another history. */
  deceives(device: Device): void {
    this.#fileOf(device).isDeceived = true;
  }

  /** From now on, until the world comes to rest, attachments may be withheld from this device. */
  starves(device: Device, isStarved: boolean): void {
    const file = this.#fileOf(device);
    file.isStarved = isStarved;
    file.wasStarved ||= isStarved;
  }

  isDeceived(device: Device): boolean {
    return this.#fileOf(device).isDeceived;
  }

  /** A device sends an entry: what it sends is on its disk, and it is the only link that it signed for that place. */
  sends(device: Device, entry: Uint8Array): void {
    const { link } = decodeEntry(entry);
    this.note(`${device.name} sends ${link.hash.slice(0, 6)}`);
    const { stored, sent } = this.#fileOf(device);
    if (!stored.has(link.hash)) this.fail(`${device.name} sent a link that it had not stored`);
    sent.add(link.hash);
    for (const key of kemKeysIn(link.fields)) {
      const of = this.#keys.get(key) ?? link.hash;
      if (of !== link.hash) this.fail(`${device.name} used keys in two links`);
      this.#keys.set(key, of);
    }
    const prev = link.fields.get("prev");
    const key = link.signatures[0]?.key;
    // The same paper may be typed on two devices at once. One of them may later give back what the other one signed.
    const writer = this.#writers.get(link.hash) ?? device.name;
    this.#writers.set(link.hash, writer);
    const place = `${writer}: ${key && toHex(key)} after ${prev instanceof Uint8Array ? toHex(prev) : "nothing"}`;
    const other = this.#signed.get(place);
    if (other !== undefined && other !== link.hash) this.fail(`${writer} signed two links for one place`);
    this.#signed.set(place, link.hash);
  }

  /** A commit is durable: no verified link is gone, and a pending link went only for a verified one at its place. */
  committed(device: Device, before: PlainImage): void {
    const file = this.#fileOf(device);
    const { image } = device.disk;
    const pending = pendingOf(image);
    if (pending) {
      const { id, intent, seq } = pending;
      file.authored.set(pending.hash, { id, intent, seq, life: file.life });
      file.stored.add(pending.hash);
    }
    const head = headOf(image);
    const shown = pending && `${pending.intent} ${pending.hash.slice(0, 6)} at ${pending.seq} ${pending.refused ?? ""}`;
    this.note(`${device.name} stores link ${head?.seq ?? 0}, pending: ${shown ?? "nothing"}`);
    file.wasInterrupted ||= image.has("interrupted");
    for (const each of pendingInUsersLogs(image)) file.stored.add(each.hash);
    this.#judgePins(device, file);
    this.#judgeContact(device, file);
    const last = pendingOf(before);
    if (!last || pending?.hash === last.hash) return;
    if (file.pinned.length >= last.seq) return;
    if (this.mayBeDatedAnew(device, last)) return;
    const isFirst = last.intent === "create" || last.intent === "join";
    if (isFirst && (device.wasSet || device.now() < last.since)) file.redrew = true;
    else this.fail(`${device.name} dropped its link ${last.seq} (${last.intent}) and nothing verified stands there`);
  }

  /** A link that never left the device is written again when its clock is set: it was dated ahead. */
  mayBeDatedAnew(device: Device, { hash, since }: StoredPending): boolean {
    if (this.#fileOf(device).sent.has(hash) || !(device.wasSet || device.now() < since)) return false;
    this.datedAnew++;
    return true;
  }

  #judgePins(device: Device, file: File): void {
    const { image } = device.disk;
    const head = headOf(image);
    const { pinned } = file;
    if (!head) {
      if (pinned.length > 0) this.fail(`${device.name} lost its log`);
      return;
    }
    if (head.seq === pinned.length && head.hash === pinned.at(-1)) return;
    const hashes = hashesOf(image);
    if (hashes.length !== head.seq || hashes.at(-1) !== head.hash) {
      this.fail(`${device.name} stored ${hashes.length} entries and the head ${head.seq}`);
    }
    const at = pinned.findIndex((hash, index) => hashes[index] !== hash);
    if (at >= 0)
      this.fail(`${device.name} had verified link ${at + 1}, and has ${hashes[at] ? "another" : "none"} now`);
    for (const hash of hashes.slice(pinned.length)) {
      pinned.push(hash);
      file.stored.add(hash);
    }
    const truth = this.#service.log;
    if (!file.isDeceived && truth?.links.at(head.seq - 1)?.hash !== head.hash) {
      this.fail(`${device.name} verified a link ${head.seq} that the service never had`);
    }
  }

  /** The account that the devices write to. */
  get contact(): { readonly subject: string } {
    return this.#service.other;
  }

  /** The user of a device wants to forget the contact. */
  mayForget(device: Device): void {
    this.#fileOf(device).mayForget++;
  }

  /** The user of a device has seen this head of the contact. */
  acknowledges(device: Device, hash: string, isOther: boolean): void {
    const { acknowledged } = this.#fileOf(device);
    acknowledged.set(hash, isOther || acknowledged.get(hash) === true);
  }

  /** No verified link of a contact is ever gone, and its pin moves by the user's word alone. */
  #judgeContact(device: Device, file: File): void {
    const before = file.contact;
    const after = contactIn(device.disk.image);
    file.contact = after;
    if (!before) return;
    if (!after) {
      if (file.mayForget === 0) this.fail(`${device.name} lost a contact`);
      file.mayForget--;
      return;
    }
    const { pin, hashes, head } = after;
    if (hashes.length !== head.seq || hashes.at(-1) !== head.hash)
      this.fail(`${device.name} stored ${hashes.length} entries of a contact and the head ${head.seq}`);
    const word = file.acknowledged.get(pin.hash);
    const isForgotten = file.mayForget > 0 && pin.hash === head.hash;
    if (pin.hash !== before.pin.hash && word === undefined && !isForgotten)
      this.fail(`${device.name} moved the pin of a contact without its user`);
    const continues = before.hashes.every((hash, at) => hashes[at] === hash) && pin.seq >= before.pin.seq;
    if (!continues && word !== true && !isForgotten) this.fail(`${device.name} had verified more of a contact`);
  }

  /** A device sealed to the contact: what it knew of it had no link of a stranger that its user had not seen. */
  sealedToContact(device: Device, sealed: Bytes, plaintext: Uint8Array): void {
    const { other } = this.#service;
    const { contact } = this.#fileOf(device);
    const logs = [other.log.head.log, contact?.hashes[0]];
    const named = readContentHeader(sealed).recipients.find(({ head }) => logs.includes(head.log))?.head;
    if (!named) return;
    const known = contact?.hashes.slice(0, named.seq) ?? [];
    if (known.at(-1) !== named.hash) return;
    const strange = known.findIndex((hash, at) => at >= (contact?.pin.seq ?? 0) && other.isStrange(hash));
    if (strange >= 0) this.fail(`${device.name} sealed to a contact whose link ${strange + 1} its user never saw`);
    if (other.hashAt(named.seq) === named.hash) this.#sent.push({ sealed, plaintext, epoch: 0 });
  }

  /** What was sealed to the contact opens there; and an honest service raises no alarm, and shows the newest log. */
  async #judgeContactAtRest(devices: readonly Device[]): Promise<void> {
    const { owner, log } = this.#service.other;
    for (const { sealed, plaintext } of this.#sent) {
      const opened = await openContent(sealed, owner.keyring, { purpose: "note" }).catch(() => undefined);
      if (!opened || !equalBytes(opened, plaintext)) this.fail("the contact does not open what was sealed to it");
    }
    for (const { name, disk } of devices) {
      const contact = contactIn(disk.image);
      if (!contact) continue;
      const isTrue = contact.hashes.every((hash, at) => log.links.at(at)?.hash === hash);
      if (isTrue === contact.hasAlarm) this.fail(`${name} has ${isTrue ? "an" : "no"} alarm about the contact`);
      if (isTrue && contact.head.seq !== log.head.seq) this.fail(`${name} does not know the contact's newest log`);
    }
  }

  /** A user learned that something was done: the disk and the true log show it. */
  done(asked: Asked): void {
    const { device, verb, since, ids } = asked;
    this.note(`${verb} on ${device.name} is done`);
    const file = this.#fileOf(device);
    const types = LINKS[verb];
    if (!types) return;
    const pending = pendingOf(device.disk.image);
    const [id] = ids;
    if (id !== undefined && pending?.id === id)
      this.fail(`${verb} on ${device.name} resolved while its link is pending`);
    const isDone = [...file.authored].some(([hash, { seq, id: by }]) => {
      // An answer may come after the disk was cleared.
      const isForgotten = device.disk.puts > asked.puts && seq > file.pinned.length;
      if (file.pinned[seq - 1] !== hash && !isForgotten) return false;
      if (seq <= since || (id !== undefined && by !== id)) return false;
      const record = this.#service.log?.links.at(seq - 1);
      return file.isDeceived || (record?.hash === hash && types.includes(record.type));
    });
    if (!isDone) this.fail(`${verb} on ${device.name} resolved, and no link did it`);
  }

  /** A user learned that something was not done and will not be: no link of it is in the log, and none can come. */
  #judgeFailed(asked: Asked): void {
    const { device, verb, ids, code } = asked;
    // Nobody knows: the disk did not answer. And what fails after a backup key was made is the proof of its paper.
    if (code === "STORE_UNAVAILABLE" || verb === "backup") return;
    const [id] = ids;
    const file = this.#fileOf(device);
    // Right after its first link, a service can show a device another account of the same name: until somebody compares, nothing tells
    // the two apart, and in the log that the device knows nothing of it was done.
    if (file.isDeceived) return;
    for (const [hash, { id: by, seq, life }] of file.authored) {
      // A disk that was put back does what was pending on it, also if that failed since.
      if (life > asked.puts) continue;
      const stands = this.#service.log?.links.at(seq - 1)?.hash === hash;
      if (id !== undefined && by === id && stands)
        this.fail(`${verb} on ${device.name} failed (${code}), and was done`);
    }
  }

  /** Where the app asked for lockdown from the start, the device that opened the log has switched it on, if it still can. */
  lockedAtRest(): void {
    const { log } = this.#service;
    const genesis = log?.links.at(0);
    const member = [...(log?.active.values() ?? [])].find(({ position }) => position === 1);
    if (!log || !genesis || !member) return;
    const owner = this.ownerOf(member.id);
    if (!owner || this.isDeceived(owner)) return;
    const { authored, life, wasInterrupted } = this.#fileOf(owner);
    // Its user was asked where somebody had joined before, whom only a user removes (MEM-5).
    if (wasInterrupted) return;
    if (authored.get(genesis.hash)?.life === life && ![...log.links].some(({ type }) => type === "lockdown"))
      this.fail(`${owner.name} opened the log, and never switched lockdown on`);
  }

  /** The true log: each device is one member. */
  membership(): void {
    const { log } = this.#service;
    if (!log) return;
    for (const [device, file] of this.#files) {
      const entered = [...log.active.values()].filter(({ kind, position }) => {
        const link = log.links.at(position - 1) as LinkRecord;
        return kind === "device" && file.authored.get(link.hash)?.life === file.life;
      });
      if (entered.length < 2 || file.redrew) continue;
      // A device whose keys a copy replaced may join again: the copy is that member now.
      const isCopys = ({ id }: { readonly id: MemberId }) =>
        [...log.links].some(({ rekeyed, hash }) => rekeyed === id && file.authored.get(hash)?.life !== file.life);
      const own = entered.filter((member) => !isCopys(member));
      if (own.length > 1) this.fail(`${device.name} is ${own.length} active members`);
    }
  }

  /** What a device would have after a restart. */
  async reloaded(device: Device): Promise<Model | undefined> {
    if (device.disk.image.size === 0) return undefined;
    const { store, sealer } = device.disk.atOnce();
    const { records } = present(await new SealedStore(store, sealer, device.subject).load());
    return this.#modelOf(device.subject, records);
  }

  /** A restarted device opens everything that its log says it was granted. */
  async opens(device: Device): Promise<Model | undefined> {
    const model = await this.reloaded(device).catch((error: unknown) => {
      this.fail(`${device.name} cannot be started again: ${error instanceof Error ? error.stack : error}`);
      return undefined;
    });
    if (!model?.own || !model.keyring) return model;
    const { opened, isStarved, wasStarved } = this.#fileOf(device);
    const now = new Set([model.keyring, ...model.former].flatMap(({ epochs }) => epochs));
    for (const epoch of opened) if (!now.has(epoch)) this.fail(`${device.name} had epoch ${epoch}, and has lost it`);
    for (const epoch of now) opened.add(epoch);
    const member = findMember(model.own.log, model.keyring.member);
    const { seeds, junk, keys } = partsOf(model.keyring);
    // A removed device only asks its user (section 11.2): it does not fetch what was withheld before.
    const mayLack = isStarved || (wasStarved && member?.removed);
    // What came since its keys were replaced was granted to the copy that replaced them, which may have left since.
    const isGranted = member && equalBytes(keys.signingKey, member.signingKey);
    for (const epoch of isGranted ? epochsIn(member.held) : []) {
      if (!mayLack && !seeds.has(epoch) && !junk.has(epoch)) {
        this.fail(`${device.name} was granted epoch ${epoch} and has no key of it`);
      }
    }
    return model;
  }

  /** At the end, when all was delivered and nobody lies. */
  async atRest(devices: readonly Device[], asked: readonly Asked[], now: number): Promise<void> {
    this.membership();
    for (const each of asked) {
      if (each.ended === "failed") this.#judgeFailed(each);
    }
    const { log } = this.#service;
    if (!log) return;
    for (const device of devices) {
      const model = await this.opens(device);
      if (!model?.own) continue;
      const { own, pending, alarms, keyring } = model;
      if (log.links.at(own.log.head.seq - 1)?.hash !== own.log.head.hash) {
        // Another history was verified here: nobody is to go on as if all were well.
        if (!this.isDeceived(device)) this.fail(`${device.name} has another log than the service`);
        else if (!alarms.own) this.fail(`${device.name} was shown another history, and raises no alarm`);
        continue;
      }
      if (alarms.own) this.fail(`${device.name} has an alarm about an honest service: ${alarms.own.error.message}`);
      if (pending) this.fail(`${device.name} has a pending link (${pending.intent.do}) that nothing settles`);
      if (own.log.head.hash !== log.head.hash) {
        this.fail(`${device.name} is at link ${own.log.head.seq}, the service at ${log.head.seq}`);
      }
      if (!keyring) continue;
      this.#judgeRemoved(device, model);
      this.#judgeCopied(device, model);
      if (standing(own.log, keyring) === "superseded") this.superseded++;
      await this.#judgeContents(device, model);
      const owed = agenda(stateOf(model), knowledgeOf(model, now)).filter((step) => step.do === "author");
      if (owed.length > 0) this.fail(`${device.name} still owes ${JSON.stringify(owed[0])}`);
    }
    for (const text of this.#papers) this.#judgePaper(text);
    this.#judgeUnseen(devices);
    await this.#judgeContactAtRest(devices);
    await this.#judgeDisks(devices);
  }

  /** A member that was removed has no key of an epoch that was made since. */
  #judgeRemoved(device: Device, { keyring, former }: Model): void {
    const log = present(this.#service.log);
    for (const each of [keyring, ...former]) {
      const removed = each && findMember(log, each.member)?.removed;
      const newer = removed && each.epochs.find((epoch) => present(log.epochs.at(epoch - 1)).seq >= removed.seq);
      if (newer) this.fail(`${device.name} was removed by link ${removed.seq}, and has the key of epoch ${newer}`);
    }
  }

  /** A device says that its disk was put back, or runs twice, when its log shows that, and only then. */
  #judgeCopied(device: Device, { own, keyring, former, copiedAt }: Model): void {
    const { name } = device;
    const { authored, begin, life } = this.#fileOf(device);
    const isStrange = ({ seq, hash }: LinkRecord) => seq > begin && authored.get(hash)?.life !== life;
    const strange = [...present(own).log.links].filter(isStrange);
    const isByMe = strange.some(({ author }) => author === keyring?.member);
    if (isByMe && copiedAt === undefined) this.fail(`${name} does not say that it was copied, or put back`);
    const mine = new Set([keyring, ...former].map((each) => each?.member));
    // A disk that was put back may have said so before.
    const isNew = copiedAt !== undefined && copiedAt > begin;
    if (isNew && !strange.some(({ seq, author }) => seq === copiedAt && mine.has(author as MemberId)))
      this.fail(`${name} says that it was copied, and it was not`);
  }

  /** There is no backup key that nobody saw and no device shows still. */
  #judgeUnseen(devices: readonly Device[]): void {
    const onDisk = new Set(devices.map(({ disk }) => unprovedIn(disk.image)));
    for (const { id, kind, position } of this.#service.log?.active.values() ?? []) {
      const maker = this.ownerOf(id);
      const file = maker && this.#fileOf(maker);
      if (kind !== "backup" || !file || file.isDeceived) continue;
      // A disk that is gone, or was put back, has its text no more.
      if (file.authored.get(present(this.#service.log?.links.at(position - 1)).hash)?.life !== file.life) continue;
      if (!this.#seenPapers.has(id) && !onDisk.has(id))
        this.fail(`nobody ever sees the backup key that ${maker.name} made`);
    }
  }

  /** Whatever was sealed in an epoch that the device had once, it opens. */
  async #judgeContents(device: Device, { keyring, former }: Model): Promise<void> {
    for (const content of this.#contents) {
      const { sealed, plaintext, epoch, isStream } = content;
      const having = [keyring, ...former].find((each) => each?.epochs.includes(epoch));
      if (!having) continue;
      const opened = await openContent(sealed, having, { purpose: "note" }).catch(() => undefined);
      if (!opened || !equalBytes(opened, plaintext)) this.fail(`${device.name} does not open what was sealed to it`);
      if (!isStream) continue;
      const asStream = { stream: openStream(having), reader: await openRandomAccess(new Blob([sealed]), having) };
      const wrong = await streamIsWrong(content, asStream);
      if (wrong) this.fail(`${device.name} does not open ${wrong} of a stream that was sealed to it`);
    }
  }

  /** No secret stands on a disk as it is. */
  async #judgeDisks(devices: readonly Device[]): Promise<void> {
    for (const device of devices) {
      const stored = Buffer.concat([...(await device.disk.sealed()).values()].map((bytes) => Buffer.from(bytes)));
      for (const draw of device.draws) {
        if (stored.includes(Buffer.from(draw))) this.fail(`${device.name} stored something secret without sealing it`);
      }
      for (const text of this.#papers) {
        if (stored.includes(text)) this.fail(`${device.name} stored a backup key's text without sealing it`);
      }
    }
  }
}

const KEM_KEY_LENGTH = 1216;

/** The KEM keys that a link brings in: of a member, or of an epoch. */
function kemKeysIn(value: unknown): readonly string[] {
  if (value instanceof Uint8Array) return value.length === KEM_KEY_LENGTH ? [toHex(value)] : [];
  // A pointer names a key of the escrow log, as often as it is needed.
  if (value instanceof Map && value.has("epoch") && value.has("hash")) return [];
  if (value instanceof Map) return [...value.values()].flatMap(kemKeysIn);
  return Array.isArray(value) ? value.flatMap(kemKeysIn) : [];
}
