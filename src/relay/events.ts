// Server-sent events: hints that a log has grown. A hint proves nothing and may be lost; clients read the log.

import type { LogId, MemberId } from "../bytes/ids.js";
import { EVENTS, writeEvent } from "../transport/wire.js";
import type { RelaySettings } from "./options.js";
import { Refusal, stopping } from "./refusal.js";

/** A comment keeps proxies from closing the stream, and shows clients that it lives. */
const HEARTBEAT = 15_000;

/** A log that a stream watches. */
export interface Watched {
  readonly log: LogId;
  /** The newest position. */
  readonly seq: number;
}

/** Options of {@link Events.open}. */
export interface StreamOptions {
  readonly member: MemberId;
  readonly watched: readonly Watched[];
  /**
   * Asked at each heartbeat: the newest positions, with what another relay on the same database stored; undefined ends the stream, since
   * the member was removed.
   */
  readonly check: () => Promise<readonly Watched[] | undefined>;
}

/** What one reader gets. Bounded: one hint for each log is due at the most, however slowly it reads. */
class Stream {
  readonly body: ReadableStream<Uint8Array>;
  readonly #said: Map<LogId, number>;
  readonly #due: Map<LogId, number>;
  #isBeat = true;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  /** @param onCancel the reader went away */
  constructor(watched: readonly Watched[], onCancel: () => void) {
    this.#said = new Map(watched.map(({ log, seq }) => [log, seq]));
    // The reader may have read the logs before their newest entries came: it gets a hint for each at once.
    this.#due = new Map(this.#said);
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
        this.#write();
      },
      pull: () => this.#write(),
      cancel: () => {
        this.#controller = undefined;
        onCancel();
      },
    });
  }

  get logs(): Iterable<LogId> {
    return this.#said.keys();
  }

  hint({ log, seq }: Watched): void {
    if (seq <= (this.#said.get(log) ?? 0)) return;
    this.#said.set(log, seq);
    this.#due.set(log, seq);
    this.#write();
  }

  beat(): void {
    this.#isBeat = true;
    this.#write();
  }

  end(): void {
    this.#write(true);
    this.#controller?.close();
    this.#controller = undefined;
  }

  #write(isLast = false): void {
    if (!this.#controller || (this.#due.size === 0 && !this.#isBeat)) return;
    if ((this.#controller.desiredSize ?? 0) <= 0 && !isLast) return;
    const events = [...this.#due].map(([log, seq]) => `data: ${writeEvent({ log, seq })}\n\n`);
    this.#controller.enqueue(new TextEncoder().encode(`${this.#isBeat ? ":\n\n" : ""}${events.join("")}`));
    this.#due.clear();
    this.#isBeat = false;
  }
}

/** All streams of a relay. */
export class Events {
  readonly #settings: RelaySettings;
  readonly #byLog = new Map<LogId, Set<Stream>>();
  readonly #byMember = new Map<MemberId, number>();
  /** With what ends each of them. */
  readonly #streams = new Map<Stream, () => void>();
  #isClosed = false;

  constructor(settings: RelaySettings) {
    this.#settings = settings;
  }

  /** Says to all streams of a log that it has an entry at this position. */
  hint(watched: Watched): void {
    for (const stream of this.#byLog.get(watched.log) ?? []) stream.hint(watched);
  }

  /** Ends all streams, and opens no more. */
  close(): void {
    this.#isClosed = true;
    for (const end of [...this.#streams.values()]) end();
  }

  /** @throws {@link Refusal} 429 when there are too many, 503 when the relay stops */
  open({ member, watched, check }: StreamOptions): Response {
    const { limits, env, report } = this.#settings;
    if (this.#isClosed) throw stopping();
    if ((this.#byMember.get(member) ?? 0) >= limits.streamsOfMember || this.#streams.size >= limits.streams)
      throw new Refusal(429, "RATE_LIMITED", "too many event streams; close others first", { retryAfter: HEARTBEAT });
    const end = (): void => {
      if (!this.#streams.delete(stream)) return;
      stop();
      stream.end();
      this.#forget(stream, member);
      this.#count();
    };
    const stream = new Stream(watched, end);
    const look = async (): Promise<void> => {
      try {
        const now = await check();
        if (!now) end();
        for (const each of now ?? []) stream.hint(each);
      } catch (error) {
        report(error);
        end();
      }
    };
    const stop = env.every(HEARTBEAT, () => {
      stream.beat();
      void look();
    });
    this.#streams.set(stream, end);
    this.#count();
    this.#byMember.set(member, (this.#byMember.get(member) ?? 0) + 1);
    for (const log of stream.logs) this.#byLog.set(log, (this.#byLog.get(log) ?? new Set()).add(stream));
    // What was stored before the stream was there.
    void look();
    return new Response(stream.body, { headers: { "content-type": EVENTS, "cache-control": "no-store" } });
  }

  #count(): void {
    const { env, log } = this.#settings;
    log({ at: env.now(), event: "streams", open: this.#streams.size });
  }

  #forget(stream: Stream, member: MemberId): void {
    const left = (this.#byMember.get(member) ?? 1) - 1;
    if (left > 0) this.#byMember.set(member, left);
    else this.#byMember.delete(member);
    for (const log of stream.logs) {
      const streams = this.#byLog.get(log);
      streams?.delete(stream);
      if (streams?.size === 0) this.#byLog.delete(log);
    }
  }
}
