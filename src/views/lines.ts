// The lines of plain-text reports as facts, so that a catalogue puts them into words too. docs/spec.md section 8.

import type { Correction } from "../backup/corrections.js";
import type { Gap } from "../coverage/gaps.js";
import type { LostStretch } from "../coverage/loss.js";
import type { Stretch } from "../coverage/stretches.js";
import type { ToDo } from "../escrow/organisation-report.js";
import type { EscrowStatus, GapCloser, Recovery, UnfinishedAct } from "../escrow/user-coverage.js";

/** A line of `formatCoverage`. */
export type CoverageLine =
  | {
      readonly code: "coverage-title";
      readonly subject: string;
      readonly epoch: number;
      /** Position of the newest link. */
      readonly seq: number;
      readonly lockdown: boolean;
      readonly at: Date | undefined;
    }
  | { readonly code: "coverage-lost"; readonly stretch: LostStretch }
  | { readonly code: "coverage-unknown"; readonly stretch: Stretch }
  | { readonly code: "coverage-gap"; readonly gap: Gap };

/** A line of `formatUserCoverage` or `formatTotals`, or a cell of `reportCsvLine`. */
export type ReportLine =
  | {
      readonly code: "report-user";
      readonly subject: string;
      readonly status: EscrowStatus;
      readonly since: Date | undefined;
      readonly proven: boolean;
    }
  | {
      readonly code: "report-gap";
      readonly stretch: Stretch;
      /** Who can give the most of it. */
      readonly closer: GapCloser | undefined;
    }
  | {
      readonly code: "report-not-delivered" | "report-kept-from-escrow" | "report-lost";
      readonly stretch: Stretch;
    }
  | { readonly code: "report-recovery" | "report-recovery-cell"; readonly act: Recovery }
  | { readonly code: "report-unfinished" | "report-unfinished-cell"; readonly act: UnfinishedAct }
  | {
      readonly code: "totals-users";
      readonly users: number;
      /** Those that exist. */
      readonly statuses: readonly (readonly [EscrowStatus, number])[];
    }
  | { readonly code: "totals-epochs"; readonly closable: number; readonly withLoss: number; readonly stale: number }
  | { readonly code: "totals-todo" }
  | { readonly code: "totals-todo-line"; readonly todo: ToDo }
  | { readonly code: "totals-more"; readonly more: number };

/** A line of `explainCorrections`. **As secret as the backup key.** */
export type CorrectionLine = Omit<Correction, "kind"> & {
  readonly code: `correction-${Correction["kind"]}`;
  /** The character's place in its group, from 1. */
  readonly place: number;
  /** Of an extra character: whether it was typed after the last one. */
  readonly atEnd: boolean;
};

/** The columns of the table of `formatCoverage`. */
export type CoverageColumn = "member" | "kind" | "since" | "holds" | "may-have-read" | "proven" | "claimed" | "wrong";

/** The columns of the report as CSV. */
export type ReportColumn =
  | "user"
  | "status"
  | "covered-since"
  | "claimed-epochs"
  | "proven-epochs"
  | "gaps"
  | "closed-by"
  | "not-delivered"
  | "kept-from-escrow"
  | "lost"
  | "pointer"
  | "renewal-due"
  | "rotation-due"
  | "escrow-removals"
  | "recoveries"
  | "acts-without-a-review"
  | "disowned-acts"
  | "own-backup-keys";
