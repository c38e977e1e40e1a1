// The service of a simulated world: the relay of keystead/testing behind a network that loses, delays and repeats. It lies when the
// world makes it lie. The judge reads its true log.

import type { Bytes } from "../../src/bytes/bytes.js";
import { present } from "../../src/bytes/present.js";
import { KeysteadError } from "../../src/errors.js";
import { decodeEntry, encodeEntry } from "../../src/log/entry.js";
import type { LogState } from "../../src/log/state.js";
import { appendEntry, verifyLog } from "../../src/log/verify.js";
import type { Lie } from "../../src/testing/lies.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import type { EntriesPage, Publication, Transport } from "../../src/transport/transport.js";
import type { Handler } from "../served/over.js";
import { OtherAccount } from "./contact.js";
import type { Dice } from "./dice.js";
import { DigitsCarrier } from "./digits-carrier.js";
import { hashIn } from "./image.js";
import type { Life, Scheduler } from "./scheduler.js";

/** The judge reads under this name. Nobody lies to it. */
const JUDGE = "judge";

/** How often, of a thousand requests, something goes wrong. */
export interface NetworkFaults {
  /** The request never arrives. */
  lost: number;
  /** It arrives, and the answer is lost. */
  unanswered: number;
  /** The service does not take an entry, keeps its bytes, and may publish them later. */
  refused: number;
}

/** An entry that a device sent. */
export interface Sent {
  readonly entry: Uint8Array;
  readonly by: string;
}

/** What is counted. */
export interface ServiceCounts {
  lost: number;
  unanswered: number;
  refused: number;
  late: number;
  /** To those who keep up. */
  hints: number;
}

/** The log of one subject, as it is served. */
export class Service {
  readonly subject: string;
  readonly #dice: Dice;
  readonly #scheduler: Scheduler;
  readonly #relay = new MaliciousRelay();
  /** Readers whom the service shows a history of their own. */
  readonly #branches = new Map<string, MaliciousRelay>();
  readonly #sent = new Map<string, Sent>();
  readonly #clock: () => number;
  readonly #handler: Handler | undefined;
  #truth: LogState | undefined;
  /** Another account, which the devices seal to. */
  readonly other: OtherAccount;
  readonly carrier: DigitsCarrier;
  /** Who listens for hints. */
  readonly #listening = new Set<{ readonly life: Life; readonly hint: () => void; readonly end: () => void }>();
  /** Whether its answers say what time it is. */
  tellsTime = false;
  readonly faults: NetworkFaults = { lost: 0, unanswered: 0, refused: 0 };
  readonly counts: ServiceCounts = { lost: 0, unanswered: 0, refused: 0, late: 0, hints: 0 };

  /** @param handler stands behind the relay */
  constructor(subject: string, dice: Dice, scheduler: Scheduler, clock: () => number, handler?: Handler) {
    this.#handler = handler;
    this.subject = subject;
    this.#dice = dice;
    this.#scheduler = scheduler;
    this.#clock = clock;
    this.other = new OtherAccount(dice.split());
    this.carrier = new DigitsCarrier(dice.split());
  }

  /** The true entries. */
  get entries(): readonly Uint8Array[] {
    return this.#relay.read(this.subject, JUDGE);
  }

  /** The true log; undefined before its first link. */
  get log(): LogState | undefined {
    const entries = this.entries;
    for (const entry of entries.slice(this.#truth?.head.seq ?? 0)) {
      const clock = { now: "unchecked" as const };
      this.#truth = this.#truth
        ? appendEntry(this.#truth, entry, clock)
        : verifyLog([entry], { subject: this.subject, ...clock });
    }
    return this.#truth;
  }

  /** Every entry that a device ever sent, also what was refused or lost a race. */
  get sent(): readonly Sent[] {
    return [...this.#sent.values()];
  }

  /** Adds a lie to some readers. @returns a function that takes it back */
  tell(lie: Lie, to: readonly string[]): () => void {
    return this.#relay.tell(this.subject, lie, { to });
  }

  /** Shows some readers a history of their own, up to link `seq` the true one, and then `more`. @returns a function that ends it */
  fork(seq: number, readers: readonly string[], more: readonly Uint8Array[] = []): () => void {
    const branch = new MaliciousRelay();
    for (const entry of [...this.entries.slice(0, seq), ...more]) branch.publish(this.subject, entry);
    for (const reader of readers) this.#branches.set(reader, branch);
    return () => {
      for (const reader of readers) if (this.#branches.get(reader) === branch) this.#branches.delete(reader);
    };
  }

  /** Publishes bytes that the service has, long after they were sent: refused once, or late on their way, or twice. */
  publishLate({ entry, by }: Sent): void {
    this.counts.late++;
    this.#publish(entry, by);
  }

  /** The transport of one tab. */
  transportOf(reader: string, life: Life, sends: (entry: Uint8Array) => void): Transport {
    return {
      read: async (subject, options) => {
        const { after, attachments } = options;
        const size = 1 + this.#dice.below(6);
        let now: number | undefined;
        const answer = await this.#request(life, (): EntriesPage | undefined | Promise<EntriesPage | undefined> => {
          now = this.tellsTime ? this.#clock() : undefined;
          if (subject === this.other.subject) return this.other.page(reader, after, size);
          if (subject !== this.subject) return undefined;
          const entries = this.#read(reader);
          if (entries.length === 0) return undefined;
          const given = entries.slice(after, after + size);
          const page = {
            entries: attachments === "all" ? given : given.map(withoutAttachments),
            newest: entries.length,
          };
          if (!this.#handler || this.#branches.has(reader)) return page;
          const answer = this.#handler.page(this.#relay, reader, subject, options, page);
          this.#scheduler.awaits(answer);
          return answer;
        });
        return answer && { ...answer, now };
      },
      publish: async (_subject, entry) => {
        const bytes = new Uint8Array(entry);
        sends(bytes);
        return this.#request(life, (): Publication => {
          this.#sent.set(hashIn(bytes), { entry: bytes, by: reader });
          if (!this.#dice.permille(this.faults.refused)) return this.#publish(bytes, reader);
          this.counts.refused++;
          const code = this.#dice.of(["RATE_LIMITED", "FORBIDDEN", "NOT_YET"] as const) as string;
          const retryAfter = this.#dice.permille(500) ? this.#dice.below(60_000) : undefined;
          return { verdict: "refused", code, retryAfter };
        });
      },
      sendMessage: (_subject, to, message, { signer }) => {
        const bytes = new Uint8Array(message);
        return this.#request(life, () => {
          const { log } = this;
          if (!signer || !log) throw new KeysteadError("FORBIDDEN", "only members send messages");
          this.carrier.send(signer.member, to, bytes, log);
        });
      },
      readMessages: (_subject, { after, signer }) =>
        this.#request(life, () => (signer ? this.carrier.read(signer.member, after) : [])),
      events: (_subjects, hint, { signal }) =>
        new Promise((end) => {
          const listener = { life, hint: () => hint(this.subject), end };
          this.#listening.add(listener);
          signal?.addEventListener("abort", () => {
            this.#listening.delete(listener);
            end();
          });
        }),
    };
  }

  /** A request arrives at some time; its answer arrives at another, if anybody waits for it still. */
  async #request<T>(life: Life, act: () => T | Promise<T>): Promise<T> {
    const offline = () => new KeysteadError("OFFLINE", "the simulated network lost it");
    if (this.#dice.permille(this.faults.lost)) {
      this.counts.lost++;
      return this.#scheduler.later(life, () => {
        throw offline();
      });
    }
    const isLost = this.#dice.permille(this.faults.unanswered);
    if (isLost) this.counts.unanswered++;
    // On its way it belongs to nobody: it arrives also when the device is dead by then.
    const answer = await this.#scheduler.later(undefined, act);
    return this.#scheduler.later(life, () => {
      if (isLost) throw offline();
      return answer;
    });
  }

  /** Tells those who listen. Some hints are lost, and some streams end. */
  #hint(): void {
    for (const listener of this.#listening) {
      const { life, hint, end } = listener;
      if (!life.isAlive || this.#dice.permille(this.faults.unanswered)) this.#listening.delete(listener);
      if (!life.isAlive || this.#dice.permille(this.faults.lost)) continue;
      this.counts.hints++;
      void this.#scheduler.later(life, this.#listening.has(listener) ? hint : end);
    }
  }

  #read(reader: string): readonly Bytes[] {
    return (this.#branches.get(reader) ?? this.#relay).read(this.subject, reader);
  }

  #publish(entry: Uint8Array, reader: string): Publication {
    const branch = this.#branches.get(reader);
    const now = this.#clock();
    const publication = published(() => (branch ?? this.#relay).publish(this.subject, entry, reader, now));
    if (publication.verdict === "accepted") this.#hint();
    if (!branch && this.#handler) {
      const verdict = publication.verdict === "refused" ? publication.code : publication.verdict;
      this.#handler.published({ subject: this.subject, entry, now, verdict }, reader);
      this.#scheduler.awaits(this.#handler.settled());
    }
    return publication;
  }
}

/** A transport to several logs: to that of the last service unless the subject is one of the others'. */
export function transportOver(
  services: readonly Service[],
  ...of: Parameters<Service["transportOf"]>
): Required<Pick<Transport, "read" | "publish" | "sendMessage" | "readMessages" | "events">> {
  const transports = services.map((service) => ({ subject: service.subject, transport: service.transportOf(...of) }));
  const to = (subject: string) =>
    present((transports.find((each) => each.subject === subject) ?? transports.at(-1))?.transport);
  return {
    read: (subject, options) => to(subject).read(subject, options),
    publish: (subject, entry, options) => to(subject).publish(subject, entry, options),
    sendMessage: async (subject, ...rest) => to(subject).sendMessage?.(subject, ...rest),
    readMessages: async (subject, options) => (await to(subject).readMessages?.(subject, options)) ?? [],
    events: async (subjects, hint, options) => {
      await Promise.race(subjects.map((subject) => to(subject).events?.([subject], hint, options)));
    },
  };
}

function published(publish: () => boolean): Publication {
  try {
    return { verdict: publish() ? "accepted" : "lost" };
  } catch (caught) {
    const error = KeysteadError.from(caught);
    if (!error) throw caught;
    return { verdict: "refused", code: error.code, rule: error.rule };
  }
}

/** An entry as a service shows it without attachments; as it is where a lie made it unreadable. */
function withoutAttachments(entry: Bytes): Bytes {
  try {
    return encodeEntry(decodeEntry(entry).link.bytes, []);
  } catch {
    return entry;
  }
}
