// What users do with their devices. A user knows all of their screens, compares what must be compared, and keeps papers in a drawer;
// a thief has the password.

import type { MemberId } from "../../src/bytes/ids.js";
import type { Ask } from "../../src/client/asks.js";
import type { ShowPaper } from "../../src/client/paper.js";
import type { Session } from "../../src/client/session.js";
import { KeysteadError } from "../../src/errors.js";
import { currentEpoch } from "../../src/log/state.js";
import type { ComparedDevice } from "../../src/trust/compared.js";
import type { Asked, Device, Tab } from "./device.js";
import { describe } from "./device.js";
import type { Dice } from "./dice.js";
import type { Judge } from "./judge.js";
import type { Scheduler } from "./scheduler.js";

/** Codes that no verb of an honest user may end with. */
const NEVER = new Set(["INVALID_ARGUMENT", "WIPED", "STORE_CORRUPT", "STORE_STALE"]);

/** The people of a world. */
export class Users {
  readonly #dice: Dice;
  readonly #judge: Judge;
  readonly #scheduler: Scheduler;
  readonly #devices: readonly Device[];
  readonly #papers: string[] = [];
  readonly asked: Asked[] = [];
  /** The fingerprint that the organisation published; undefined while there is none. */
  published: () => string | undefined = () => undefined;

  constructor(dice: Dice, judge: Judge, scheduler: Scheduler, devices: readonly Device[]) {
    this.#dice = dice;
    this.#judge = judge;
    this.#scheduler = scheduler;
    this.#devices = devices;
  }

  /** One user looks at one screen, and perhaps does something. */
  async act(tab: Tab): Promise<void> {
    const { session } = tab;
    if (!session) return;
    const { status, asks } = session.getSnapshot();
    const ask = this.#dice.of(asks);
    if (ask && this.#dice.permille(400)) {
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
        const { token } = session.compareEscrow(this.published() ?? "");
        if (token) this.#ask(tab, "answer", () => session.answer(ask.id, { say: "confirmed", token }));
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
      const plaintext = this.#dice.bytes(8);
      const epoch = currentEpoch(session.log);
      const sealed = await session.seal(plaintext, { purpose: "note" }).catch((error: unknown) => {
        const code = KeysteadError.from(error)?.code;
        if (code !== "ROTATION_DUE") this.#judge.fail(`seal on ${tab.device.name}: ${describe(error)}`);
        return undefined;
      });
      if (sealed) this.#judge.sealed(tab.device, { sealed, plaintext, epoch });
      return;
    }
    await session.open(content.sealed, { purpose: "note" }).catch((error: unknown) => {
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

  #ask(tab: Tab, verb: string, act: () => Promise<void>): void {
    const { device } = tab;
    this.#judge.note(`${device.name} is asked to ${verb}`);
    const before = device.ids.length;
    const since = device.length;
    let promise: Promise<void>;
    try {
      promise = act();
    } catch (error) {
      promise = Promise.reject(error);
    }
    // A verb draws its name before it waits for anything; a join may fetch the log first.
    const ids = device.ids.slice(before);
    const asked: Asked = { device, verb, ids, since, ended: undefined, code: undefined, settled: undefined };
    this.asked.push(asked);
    tab.asked.push(asked);
    asked.settled = promise.then(
      () => {
        asked.ended = "done";
        this.#judge.done(asked);
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
  }
}
