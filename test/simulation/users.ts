// What users do with their devices. A user knows all of their screens, compares what must be compared, and keeps papers in a drawer;
// a thief has the password.

import { equalBytes } from "../../src/bytes/bytes.js";
import type { MemberId } from "../../src/bytes/ids.js";
import type { Ask } from "../../src/client/asks.js";
import type { ShowPaper } from "../../src/client/paper.js";
import type { Session } from "../../src/client/session.js";
import { KeysteadError } from "../../src/errors.js";
import type { DigitsComparison } from "../../src/fingerprint/digits.js";
import { currentEpoch, escrowMember } from "../../src/log/state.js";
import type { ComparedDevice } from "../../src/trust/compared.js";
import { collect, through } from "../content/stream-support.js";
import type { Asked, Device, Tab } from "./device.js";
import { describe } from "./device.js";
import type { Dice } from "./dice.js";
import type { DigitsCarrier } from "./digits-carrier.js";
import type { Judge } from "./judge.js";
import type { Organisations } from "./organisations.js";
import type { Scheduler } from "./scheduler.js";
import { longPlaintext, streamIsWrong } from "./streams.js";

/** Codes that no verb of an honest user may end with. */
const NEVER = new Set(["INVALID_ARGUMENT", "WIPED", "STORE_CORRUPT", "STORE_STALE"]);

/** What a device asks about escrow, when its user moves to another organisation. */
const MOVING = new Set<Ask["question"]>(["confirm-escrow", "remove-escrow", "enroll-again", "whose-members"]);

/** What a session that only reads does too. */
const READING = new Set(["compare digits", "show digits", "track", "refresh", "drill", "seal to a contact"]);

/** The people of a world. */
export class Users {
  readonly #dice: Dice;
  readonly #judge: Judge;
  readonly #scheduler: Scheduler;
  readonly #devices: readonly Device[];
  readonly #carrier: DigitsCarrier;
  readonly #papers: string[] = [];
  /** The comparison of digits that runs. */
  #run: readonly { readonly tab: Tab; readonly asked: Asked }[] = [];
  readonly counts = { agreed: 0, foundOut: 0 };
  readonly asked: Asked[] = [];
  /** What the user knows of the organisations; undefined before the world has any. */
  organisations: Organisations | undefined;
  /** What was done at the end for the last move, by device. */
  readonly #finished = new Set<string>();

  constructor(dice: Dice, judge: Judge, scheduler: Scheduler, devices: readonly Device[], carrier: DigitsCarrier) {
    this.#dice = dice;
    this.#judge = judge;
    this.#scheduler = scheduler;
    this.#devices = devices;
    this.#carrier = carrier;
  }

  /** One user looks at one screen, and perhaps does something. */
  async act(tab: Tab): Promise<void> {
    const { session } = tab;
    if (!session) return;
    const { status, asks } = session.getSnapshot();
    const ask = this.#dice.of(asks);
    const isOfMove = ask && MOVING.has(ask.question) && this.organisations?.hasMoves;
    if (ask && this.#dice.permille(isOfMove ? 800 : 400)) {
      this.#answer(tab, session, ask);
      return;
    }
    switch (status) {
      case "new":
        this.#enter(tab, session);
        return;
      case "waiting":
        this.#whileWaiting(tab, session);
        return;
      case "ready":
        await this.#whileReady(tab, session);
        return;
      case "lost":
        this.#ask(tab, "join", () => session.join({ name: this.#newName(tab.device) }));
        return;
      case "removed":
      case "superseded":
        if (this.#dice.permille(200)) this.#ask(tab, "join", () => session.join({ name: this.#newName(tab.device) }));
        return;
      default:
        // A screen that shows an alarm, or that something is on its way: an impatient user tries all the same.
        if (this.#dice.permille(100)) this.#ask(tab, "rename", () => session.rename({ name: "Impatient" }));
    }
  }

  /** A user whose device says that it was copied, or put back, takes fresh keys for it. */
  cure(tab: Tab): void {
    const { session } = tab;
    const { asks = [], status } = session?.getSnapshot() ?? {};
    if (!session || status === "superseded" || status === "removed" || this.#dice.permille(300)) return;
    if (asks.some(({ question }) => question === "copied")) this.#ask(tab, "rekey", () => session.rekey());
  }

  /**
   * At the end: a user whose app names another organisation does what their own devices ask for, each thing once; and removes an escrow
   * that is not the organisation's about which nobody asks, because it was declined once or the app names no organisation.
   *
   * @returns whether there was anything to do
   */
  finishMove(tab: Tab): boolean {
    const { session, device } = tab;
    if (!session || device.isThief) return false;
    const { status, asks, pending } = session.getSnapshot();
    const isNew = (what: string) => {
      const key = `${device.name} ${what}`;
      return !this.#finished.has(key) && this.#finished.add(key).size > 0;
    };
    if (status !== "ready" || pending) return false;
    for (const ask of asks) {
      if (!MOVING.has(ask.question) || !isNew(ask.id)) continue;
      if (ask.question === "remove-escrow" || ask.question === "enroll-again")
        this.#ask(tab, "answer", () => session.answer(ask.id, { say: "yes" }));
      else this.#answer(tab, session, ask);
      return true;
    }
    if (asks.some(({ question }) => MOVING.has(question))) return false;
    const old = this.#oldEscrow(session);
    if (!old || !isNew(old)) return false;
    this.#ask(tab, "save", () => session.save({ remove: [old] }));
    return true;
  }

  /** The escrow of another organisation than the app names. */
  #oldEscrow({ log, escrowLog }: Session): MemberId | undefined {
    const escrow = escrowMember(log);
    return escrow?.pointer?.log === escrowLog?.head.log ? undefined : escrow?.id;
  }

  /** A user who does something at once. */
  renames(tab: Tab, session: Session): void {
    if (session.getSnapshot().devices)
      this.#ask(tab, "rename", () => session.rename({ name: this.#newName(tab.device) }));
  }

  #newName({ name }: Device): string {
    return `${name} ${this.#dice.below(1000)}`;
  }

  #enter(tab: Tab, session: Session): void {
    const description = { name: this.#newName(tab.device) };
    const isFirst = this.#devices[0] === tab.device || this.#dice.permille(100);
    if (isFirst && !this.#judge.isFounded && this.#devices.every(({ length }) => length === 0)) {
      this.#ask(tab, "create", () => session.create(description));
    } else this.#ask(tab, "join", () => session.join(description));
  }

  #whileWaiting(tab: Tab, session: Session): void {
    const paper = this.#dice.of(this.#papers);
    if (paper !== undefined && !tab.device.isThief && this.#dice.permille(400)) {
      const remove = this.#dice.permille(300) ? this.#strangers(session) : [];
      this.#ask(tab, "use backup key", () => session.useBackupKey(paper, { remove }));
    } else if (this.#dice.permille(300)) this.#anything(tab, session);
  }

  async #whileReady(tab: Tab, session: Session): Promise<void> {
    const { devices } = session.getSnapshot();
    if (devices && devices.pending.length > 0 && !tab.device.isThief && this.#dice.permille(600)) {
      this.#review(tab, session);
      return;
    }
    const old = this.organisations?.hasMoves ? this.#oldEscrow(session) : undefined;
    const isOfNone = old && !this.organisations?.subject && !tab.escrowSubject;
    if (isOfNone && !tab.device.isThief && this.#dice.permille(500)) {
      this.#ask(tab, "save", () => session.save({ remove: [old] }));
      return;
    }
    const former = this.#dice.of(session.formerMembers);
    if (former !== undefined && this.#dice.permille(500)) {
      this.#ask(tab, "reclaim", () => session.reclaim(former));
      return;
    }
    if (this.#dice.permille(350)) this.#withContact(tab, session);
    else if (this.#dice.permille(300)) await this.#sealOrOpen(tab, session);
    else this.#anything(tab, session);
  }

  #anything(tab: Tab, session: Session): void {
    const { device } = tab;
    const weights = { rename: 8, backup: 5, rekey: 4, lockdown: 2, remove: device.isThief ? 4 : 1, leave: 1, drill: 1 };
    switch (this.#dice.weighted(weights)) {
      case "rename":
        this.#ask(tab, "rename", () => session.rename({ name: this.#newName(device) }));
        return;
      case "backup":
        this.#ask(tab, "backup", () => session.createBackupKey(this.#show(tab)));
        return;
      case "rekey":
        this.#ask(tab, "rekey", () => session.rekey());
        return;
      case "lockdown": {
        const on = this.#dice.permille(500);
        this.#ask(tab, "lockdown", () => session.setLockdown(on, on ? this.#strangers(session) : []));
        return;
      }
      case "remove": {
        const member = this.#dice.of([...session.log.active.keys()]);
        if (member) this.#ask(tab, "save", () => session.save({ remove: [member] }));
        return;
      }
      case "leave":
        this.#ask(tab, "leave", () => session.leave());
        return;
      case "drill": {
        const paper = this.#dice.of(this.#papers);
        if (paper !== undefined) this.#ask(tab, "drill", async () => void session.checkBackupKey(paper));
        return;
      }
    }
  }

  /** The user compares the fingerprint on each other device's screen, and removes what nobody of theirs shows. */
  #review(tab: Tab, session: Session): void {
    const tokens: ComparedDevice[] = [];
    const remove: MemberId[] = [];
    for (const { member } of session.getSnapshot().devices?.pending ?? []) {
      const owner = this.#judge.ownerOf(member);
      if (owner?.isThief && this.#dice.permille(500)) remove.push(member);
      if (!owner || owner.isThief) continue;
      const view = this.#dice.of(owner.tabs)?.session?.getSnapshot().devices;
      if (!view?.fingerprint || view.me.member !== member) continue;
      const { token } = session.compare(view.fingerprint, member);
      if (token) tokens.push(token);
    }
    if (tokens.length + remove.length > 0) this.#ask(tab, "save", () => session.save({ approve: tokens, remove }));
  }

  /** Whether a comparison runs: the user does one thing at a time. */
  get isComparing(): boolean {
    return this.#run.length > 0 && this.#run.every(({ tab, asked }) => tab.life.isAlive && !asked.ended);
  }

  /** The user has two devices show digits at once. */
  compareDigits(): void {
    if (this.#run.some(({ tab, asked }) => tab.life.isAlive && !asked.ended)) return;
    const own = this.#devices.filter(({ isThief }) => !isThief).flatMap(({ tabs }) => tabs);
    const memberIn = (each: Tab | undefined) => each?.session?.getSnapshot().devices?.me.member;
    const tab = this.#dice.of(own.filter(({ session }) => session?.getSnapshot().status === "ready"));
    const me = memberIn(tab);
    const known = tab?.session?.log.active;
    const others = own.filter((each) => {
      const member = memberIn(each);
      return each.device !== tab?.device && member !== me && member !== undefined && known?.has(member);
    });
    const showing = this.#dice.of(others);
    const meant = memberIn(showing);
    const [session, other] = [tab?.session, showing?.session];
    if (!tab || !showing || !session || !other || !me || !meant) return;
    // A backup key that waits shows no digits.
    const isDevice = ({ member }: { readonly member: MemberId }) => known?.get(member)?.kind === "device";
    const pending = session.getSnapshot().devices?.pending.filter(isDevice) ?? [];
    // A list shows names, and a thief's device may have any name.
    const taken = this.#dice.permille(100) ? this.#dice.of(pending)?.member : undefined;
    const member = taken ?? meant;
    this.#carrier.begins(me, meant);
    const isHonest = () => member === meant && !this.#carrier.hasMeddled(me, meant);
    let digits: DigitsComparison | undefined;
    let shown: string | undefined;
    const seen = () => {
      if (digits && shown !== undefined && tab.life.isAlive) this.#seen(tab, digits, shown, isHonest());
    };
    const shows = this.#ask(showing, "show digits", async () => {
      shown = await other.showDigits();
      seen();
    });
    const compares = this.#ask(tab, "compare digits", async () => {
      digits = await session.compareDigits(member);
      seen();
    });
    this.#run = [
      { tab: showing, asked: shows },
      { tab, asked: compares },
    ];
  }

  /** Both screens show digits: they are equal exactly when each message was carried as it was sent, to the device that is meant. */
  #seen(tab: Tab, digits: DigitsComparison, shown: string, isHonest: boolean): void {
    const isEqual = digits.digits === shown;
    if (isEqual !== isHonest)
      this.#judge.fail(`digits are ${isEqual ? "equal" : "different"}, and ${isHonest ? "no" : "some"}body interfered`);
    if (isEqual) this.counts.agreed++;
    else this.counts.foundOut++;
    const { token } = digits.check(shown);
    if ((token !== undefined) !== isEqual)
      this.#judge.fail(`digits that are ${isEqual ? "" : "not "}equal give a token`);
    const { session } = tab;
    if (token && session?.getSnapshot().devices?.pending.some(({ member }) => member === token.member))
      this.#ask(tab, "save", () => session.save({ approve: [token] }));
  }

  /** Members that are a thief's. */
  #strangers(session: Session): readonly MemberId[] {
    return [...session.log.active.keys()].filter((member) => this.#judge.ownerOf(member)?.isThief);
  }

  #answer(tab: Tab, session: Session, ask: Ask): void {
    const say = this.#dice.permille(500) ? ("yes" as const) : ("no" as const);
    switch (ask.question) {
      case "prove-backup-key":
        this.#ask(tab, "prove", () => session.proveBackupKey(this.#show(tab)));
        return;
      case "standing":
        this.#ask(tab, "join", () => session.join({ name: this.#newName(tab.device) }));
        return;
      case "regrant":
        this.#ask(tab, "answer", () => session.answer(ask.id, { say }));
        return;
      case "confirm-escrow": {
        const published = this.organisations?.published(tab.escrowSubject);
        const { token } = published === undefined ? {} : session.compareEscrow(published);
        if (token) this.#ask(tab, "answer", () => session.answer(ask.id, { say: "confirmed", token }));
        return;
      }
      case "remove-escrow":
      case "enroll-again":
        // A tab that was opened before the app moved the user knows nothing of the move.
        if (tab.escrowSubject === this.organisations?.subject)
          this.#ask(tab, "answer", () => session.answer(ask.id, { say: this.#dice.permille(850) ? "yes" : "no" }));
        return;
      case "whose-members": {
        const isTheirs = (member: MemberId) => this.#judge.ownerOf(member)?.isThief === false;
        const own = ask.members.filter(isTheirs);
        const strangers = ask.members.filter((member) => !isTheirs(member));
        this.#ask(tab, "answer", () => session.answer(ask.id, { say: "members", own, strangers }));
        return;
      }
      case "copied":
        if (say === "yes") this.#ask(tab, "rekey", () => session.rekey());
        else this.#ask(tab, "answer", () => session.answer(ask.id, { say: "no" }));
        return;
      case "interrupted":
        this.#ask(tab, "answer", () => session.answer(ask.id, { say: "no" }));
        return;
      default:
    }
  }

  /** The user reads the text, copies it or not, and types something back, or turns the device off. */
  #show(tab: Tab): ShowPaper {
    return ({ text, prove }) => {
      if (tab.kind === "reads") this.#judge.fail(`${tab.device.name} shows a paper in a session that only reads`);
      this.#judge.shown(tab.device, text, tab.session?.log.head.seq ?? 0);
      const groups = text.split("-");
      const typed = prove.map((number) => groups[number - 1] ?? "") as unknown as [string, string];
      return this.#scheduler.later(tab.life, () => {
        const choice = this.#dice.weighted({ copy: 6, cancel: 2, mistype: 1 });
        if (choice === "cancel") return "cancel" as const;
        if (choice === "mistype") return ["0000", "0000"] as const;
        if (!tab.device.isThief) this.#papers.push(text);
        return typed;
      });
    };
  }

  async #sealOrOpen(tab: Tab, session: Session): Promise<void> {
    const content = this.#dice.of(this.#judge.contents);
    if (!content || this.#dice.permille(500)) {
      const isStream = !this.#judge.contents.some(({ isStream }) => isStream) && this.#dice.permille(500);
      const plaintext = isStream ? longPlaintext(this.#dice) : this.#dice.bytes(8);
      const epoch = currentEpoch(session.log);
      const seals = isStream
        ? session.sealStream({ purpose: "note" }).then((stream) => collect(through(stream, plaintext)))
        : session.seal(plaintext, { purpose: "note" });
      const sealed = await seals.catch((error: unknown) => {
        const code = KeysteadError.from(error)?.code;
        if (code !== "ROTATION_DUE") this.#judge.fail(`seal on ${tab.device.name}: ${describe(error)}`);
        return undefined;
      });
      if (sealed) this.#judge.sealed(tab.device, { sealed, plaintext, epoch, isStream });
      return;
    }
    const opens = async () => {
      const { sealed, plaintext, isStream } = content;
      const opened = await session.open(sealed, { purpose: "note" });
      if (!equalBytes(opened, plaintext)) this.#judge.fail(`${tab.device.name} opens another content`);
      if (!isStream) return;
      const reader = await session.openRandomAccess(new Blob([sealed]), { purpose: "note" });
      const wrong = await streamIsWrong(content, { stream: session.openStream({ purpose: "note" }), reader });
      if (wrong) this.#judge.fail(`${tab.device.name} does not open ${wrong} of a stream`);
    };
    await opens().catch((error: unknown) => {
      const code = KeysteadError.from(error)?.code;
      if (code !== "NO_ACCESS" && code !== "GRANT_UNAVAILABLE" && code !== "NOT_A_RECIPIENT") {
        this.#judge.fail(`open on ${tab.device.name}: ${describe(error)}`);
      }
    });
  }

  /** The user writes to somebody else, and decides about what changed there. */
  #withContact(tab: Tab, session: Session): void {
    const { subject } = this.#judge.contact;
    const [view] = session.getSnapshot().contacts;
    const choice = this.#dice.weighted({ seal: 6, track: 2, refresh: 2, acknowledge: 4, untrack: 1 });
    if (choice === "track") this.#ask(tab, "track", () => session.track(subject));
    else if (choice === "seal") this.#ask(tab, "seal to a contact", () => this.#sealToContact(tab, session, subject));
    else if (!view) return;
    else if (choice === "refresh") this.#ask(tab, "refresh", () => session.refreshContacts());
    else if (choice === "untrack") {
      this.#judge.mayForget(tab.device);
      this.#ask(tab, "untrack", () => session.untrack(subject));
    } else {
      const evenIf = view.change?.status === "replaced" && this.#dice.permille(300) ? ("replaced" as const) : undefined;
      this.#judge.acknowledges(tab.device, view.head.hash, evenIf !== undefined);
      this.#ask(tab, "acknowledge", () => session.acknowledge(view, { evenIf }));
    }
  }

  async #sealToContact({ device }: Tab, session: Session, subject: string): Promise<void> {
    const plaintext = this.#dice.bytes(8);
    const sealed = await session.seal(plaintext, { purpose: "note", to: [subject] });
    this.#judge.sealedToContact(device, sealed, plaintext);
  }

  #ask(tab: Tab, verb: string, act: () => Promise<void>): Asked {
    const { device } = tab;
    this.#judge.note(`${device.name} is asked to ${verb}`);
    const before = device.ids.length;
    const since = device.length;
    const { puts } = device.disk;
    let promise: Promise<void>;
    try {
      promise = act();
    } catch (error) {
      promise = Promise.reject(error);
    }
    // A verb draws its name before it waits for anything; a join may fetch the log first.
    const ids = device.ids.slice(before);
    const given = { device, verb, ids, since, puts };
    const asked: Asked = { ...given, ended: undefined, code: undefined, settled: undefined };
    this.asked.push(asked);
    tab.asked.push(asked);
    asked.settled = promise.then(
      () => {
        asked.ended = "done";
        this.#judge.done(asked);
        if (tab.kind === "reads" && !READING.has(verb))
          this.#judge.fail(`${device.name} did ${verb} in a session that only reads`);
      },
      (error: unknown) => {
        asked.ended = "failed";
        const code = KeysteadError.from(error)?.code;
        asked.code = code;
        this.#judge.note(`${verb} on ${device.name} failed: ${KeysteadError.from(error)?.message ?? error}`);
        // A question, or a contact, can be gone by the time of its answer.
        const isGone =
          ["answer", "untrack", "refresh", "acknowledge", "seal to a contact"].includes(verb) &&
          code === "INVALID_ARGUMENT";
        if (code === undefined || (NEVER.has(code) && !isGone))
          this.#judge.fail(`${verb} on ${device.name}: ${describe(error)}`);
      },
    );
    return asked;
  }
}
