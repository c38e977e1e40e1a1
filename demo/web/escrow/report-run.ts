// The coverage report as it runs: it goes on while the admin looks at other pages, and can be cancelled.

import { ReportTotals, reportCsvHeader, reportCsvLine } from "keystead/escrow";
import type { EscrowSession, ReportRow } from "keystead/escrow-client";
import { escrowTexts, words } from "../texts.js";
import type { Person } from "./api.js";

const E = escrowTexts.report;

/** A row with its person. */
export type Row = ReportRow & { readonly person: Person };

/** The statuses, and users whose log could not be judged. */
export const FILTERS = ["all", "covered", "partly", "behind", "pending", "removed", "lost", "error"] as const;
export type Filter = (typeof FILTERS)[number];

/** What a page draws of the report. A new object whenever something changed. */
export interface ReportState {
  readonly rows: readonly Row[];
  readonly done: number;
  readonly all: number;
  readonly isRunning: boolean;
  readonly isCancelled: boolean;
  /** How long it took, in milliseconds. */
  readonly took: number | undefined;
}

/** A page draws at most so often while it runs; in milliseconds. */
const DRAWN_EVERY = 200;

export class Report {
  readonly #session: EscrowSession;
  readonly #listeners = new Set<() => void>();
  #rows: Row[] = [];
  #state: ReportState = { rows: [], done: 0, all: 0, isRunning: false, isCancelled: false, took: undefined };
  #stop: AbortController | undefined;

  constructor(session: EscrowSession) {
    this.#session = session;
  }

  get state(): ReportState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  cancel(): void {
    this.#stop?.abort();
  }

  /** @throws what concerns all users; what concerns one is in the row of that one */
  async run(people: readonly Person[]): Promise<void> {
    const stop = new AbortController();
    this.cancel();
    this.#stop = stop;
    this.#rows = [];
    const began = performance.now();
    this.#show({ done: 0, all: people.length, isRunning: true, isCancelled: false, took: undefined });
    let drawn = began;
    const onProgress = async (done: number) => {
      if (performance.now() - drawn < DRAWN_EVERY) return;
      drawn = performance.now();
      this.#show({ done });
      // The page draws, and takes clicks.
      await new Promise((later) => setTimeout(later));
    };
    try {
      const users = people.map(({ subject, seen }) => ({ user: subject, lastSeen: lastSeenOf(seen) }));
      let at = 0;
      for await (const row of this.#session.report(users, { signal: stop.signal, onProgress }))
        this.#rows.push({ ...row, person: people[at++] as Person });
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    } finally {
      const isCancelled = stop.signal.aborted;
      const took = performance.now() - began;
      if (this.#stop === stop) this.#show({ done: this.#rows.length, isRunning: false, isCancelled, took });
    }
  }

  #show(change: Partial<ReportState>): void {
    this.#state = { ...this.#state, rows: [...this.#rows], ...change };
    for (const listener of this.#listeners) listener();
  }
}

function lastSeenOf(seen: Person["seen"]) {
  return new Map(Object.entries(seen).map(([member, at]) => [member, new Date(at)] as const)) as never;
}

/** Whether a row is in a filter. A row can be in several: lost data is beside every status. */
export function isIn(filter: Filter, { coverage }: Row): boolean {
  if (filter === "all") return true;
  if (!coverage) return filter === "error";
  return filter === "lost" ? coverage.lost.length > 0 : coverage.status === filter;
}

export function totalsOf(rows: readonly Row[]): ReportTotals {
  const totals = new ReportTotals();
  for (const { coverage } of rows) if (coverage) totals.add(coverage);
  return totals;
}

/** Why somebody was not checked. */
export const whyNot = ({ code }: NonNullable<Row["error"]>): string => E.noLog[code] ?? E.unchecked;

/** A cell of CSV, and no formula. */
const cell = (text: string): string => `"${text.replace(/(^|;\s*)(?=[=+\-@\t\r\n])/g, "$1'").replaceAll('"', '""')}"`;

/** The rows as a file for a spreadsheet. Somebody who was not checked has the reason in the place of the status. */
export function csvOf(rows: readonly Row[]): Blob {
  const empty = ",".repeat(Object.keys(words.words.reportColumns).length - 2);
  const lines = rows.map(({ coverage, error, person }) =>
    coverage
      ? reportCsvLine({ ...coverage, subject: person.name }, words)
      : `${cell(person.name)},${cell(whyNot(error))}${empty}\r\n`,
  );
  return new Blob([reportCsvHeader(words), ...lines], { type: "text/csv" });
}
