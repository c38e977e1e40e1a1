// Relays on one database tell each other which logs have grown, so that event streams of all of them hint at once. What gets lost is
// found at the next heartbeat. docs/relay.md.

import type { Head, LogId } from "../bytes/ids.js";
import { parseLogId } from "../bytes/text.js";
import type { Watched } from "./events.js";
import type { RelaySettings } from "./options.js";

/** Milliseconds in which news are gathered: a notification inside of each append would cost most of the throughput. */
const GATHERED = 50;
/** PostgreSQL takes at most 8000 bytes in one notification; a head is 64 + 1 + 16 at most, and a separator. */
const HEADS_A_MESSAGE = 90;
/** News beyond this in one span are dropped. */
const MAX_HEADS = 9000;

/** News between relays. */
export class Hints {
  readonly #settings: RelaySettings;
  readonly #gathered = new Map<LogId, number>();
  #stopTimer: (() => void) | undefined;
  #stopListening: Promise<(() => void) | undefined> | undefined;

  /** @param hear gets what other relays said, and what this one said too */
  constructor(settings: RelaySettings, hear: (watched: Watched) => void) {
    this.#settings = settings;
    const { sql, report } = settings;
    this.#stopListening = sql
      .listen?.((text) => {
        for (const watched of readHints(text)) hear(watched);
      })
      .catch((error: unknown) => {
        report(error);
        return undefined;
      });
  }

  /** After the commit: a head that other relays do not know. */
  say({ log, seq }: Pick<Head, "log" | "seq">): void {
    if (!this.#stopListening || this.#gathered.size >= MAX_HEADS) return;
    this.#gathered.set(log, Math.max(seq, this.#gathered.get(log) ?? 0));
    this.#stopTimer ??= this.#settings.env.every(GATHERED, () => this.flush());
  }

  /** Sends what was gathered. */
  flush(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    const heads = [...this.#gathered].map(([log, seq]) => `${log}:${seq}`);
    this.#gathered.clear();
    const { sql, report } = this.#settings;
    for (let at = 0; at < heads.length; at += HEADS_A_MESSAGE)
      sql.notify?.(heads.slice(at, at + HEADS_A_MESSAGE).join(",")).catch(report);
  }

  close(): void {
    this.flush();
    void this.#stopListening?.then((stop) => stop?.());
    this.#stopListening = undefined;
  }
}

/** Anybody who reaches the database may have written it. */
function readHints(text: string): readonly Watched[] {
  return text.split(",").flatMap((each) => {
    const [, log, seq] = /^([0-9a-f]{64}):([1-9]\d{0,15})$/.exec(each) ?? [];
    return log && seq ? [{ log: parseLogId(log), seq: Number(seq) }] : [];
  });
}
