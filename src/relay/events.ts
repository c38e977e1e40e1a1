// Server-sent events: hints that a log has grown. A hint proves nothing and may be lost; clients read the log.

import type { LogId, MemberId } from "../bytes/ids.js";
import { EVENTS, writeEvent } from "../transport/wire.js";
import type { RelaySettings } from "./options.js";
import { Refusal } from "./refusal.js";

/** A comment keeps proxies from closing the stream, and shows clients that it lives. */
const HEARTBEAT = 15_000;

/** A log that a stream watches. */
export interface Watched {
  readonly log: LogId;
  /** The newest position that the reader was told of, or had when it asked. */
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

interface Stream {
  hint(watched: Watched): void;
  end(): void;
}

/** All streams of a relay. */
export class Events {
  readonly #settings: RelaySettings;
  readonly #byLog = new Map<LogId, Set<Stream>>();
  readonly #byMember = new Map<MemberId, number>();
  readonly #streams = new Set<Stream>();

  constructor(settings: RelaySettings) {
    this.#settings = settings;
  }

  /** Tells all streams of a log that it has an entry at this position. */
  hint(watched: Watched): void {
    for (const stream of this.#byLog.get(watched.log) ?? []) stream.hint(watched);
  }

  /** Ends all streams. */
  close(): void {
    for (const stream of [...this.#streams]) stream.end();
  }

  /** @throws {@link Refusal} 429 when there are too many */
  open({ member, watched, check }: StreamOptions): Response {
    const { limits, env, report } = this.#settings;
    const own = this.#byMember.get(member) ?? 0;
    if (own >= limits.streamsOfMember || this.#streams.size >= limits.streams)
      throw new Refusal(429, "RATE_LIMITED", "too many event streams; close others first", { retryAfter: HEARTBEAT });
    const said = new Map(watched.map(({ log, seq }) => [log, seq]));
    // Bounded: one hint for each log, however slowly the reader takes them.
    const due = new Map<LogId, number>();
    let isBeat = false;
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const flush = (isLast = false): void => {
      if (!controller || (due.size === 0 && !isBeat) || ((controller.desiredSize ?? 0) <= 0 && !isLast)) return;
      const events = [...due].map(([log, seq]) => `data: ${writeEvent({ log, seq })}\n\n`);
      controller.enqueue(new TextEncoder().encode(`${isBeat ? ":\n\n" : ""}${events.join("")}`));
      due.clear();
      isBeat = false;
    };
    const stream: Stream = {
      hint({ log, seq }) {
        if (seq <= (said.get(log) ?? 0)) return;
        said.set(log, seq);
        due.set(log, seq);
        flush();
      },
      end: () => {
        if (!this.#remove(stream, member, said.keys())) return;
        stop();
        flush(true);
        controller?.close();
        controller = undefined;
      },
    };
    const look = (): void =>
      void check().then(
        (now) => (now ? now.forEach(stream.hint) : stream.end()),
        (error) => {
          report(error);
          stream.end();
        },
      );
    const stop = env.every(HEARTBEAT, () => {
      isBeat = true;
      flush();
      look();
    });
    this.#add(stream, member, said.keys());
    const body = new ReadableStream<Uint8Array>({
      start: (given) => {
        controller = given;
        isBeat = true;
        flush();
      },
      pull: () => flush(),
      cancel: () => {
        controller = undefined;
        stream.end();
      },
    });
    // What was stored before the stream was there.
    look();
    return new Response(body, { headers: { "content-type": EVENTS, "cache-control": "no-store" } });
  }

  #add(stream: Stream, member: MemberId, logs: Iterable<LogId>): void {
    this.#streams.add(stream);
    this.#byMember.set(member, (this.#byMember.get(member) ?? 0) + 1);
    for (const log of logs) this.#byLog.set(log, (this.#byLog.get(log) ?? new Set()).add(stream));
  }

  /** @returns whether it was there */
  #remove(stream: Stream, member: MemberId, logs: Iterable<LogId>): boolean {
    if (!this.#streams.delete(stream)) return false;
    const left = (this.#byMember.get(member) ?? 1) - 1;
    if (left > 0) this.#byMember.set(member, left);
    else this.#byMember.delete(member);
    for (const log of logs) {
      const streams = this.#byLog.get(log);
      streams?.delete(stream);
      if (streams?.size === 0) this.#byLog.delete(log);
    }
    return true;
  }
}
