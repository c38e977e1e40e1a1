// The steps that a device must take, as data: to fetch something, to ask its user, or to author a link. docs/spec.md section
// 11.2.

import type { Regrant } from "../authoring/verbs.js";
import type { LogId, MemberId } from "../bytes/ids.js";
import type { Runs } from "../bytes/runs.js";
import type { MemberName } from "../coverage/names.js";
import type { Head } from "../log/state.js";

/** Fetch bytes that a server withheld, or newer bytes. */
export type FetchStep =
  | {
      readonly do: "fetch";
      /** The attachments of the links that granted these epochs. The server did not deliver them, so declare nothing missing. */
      readonly what: "attachments";
      readonly epochs: Runs;
    }
  | {
      readonly do: "fetch";
      /** The newest escrow log. Without it, the device grants nothing to escrow, and believes no act that only it may record. */
      readonly what: "escrow-log";
      readonly because: "none-at-hand" | "unsupported" | "newer-named" | "act-beyond-log";
    }
  | {
      readonly do: "fetch";
      /** In an escrow log: the openings of loose acts, by their positions. `actRecords` reads them. */
      readonly what: "openings";
      readonly acts: readonly number[];
    }
  | {
      readonly do: "fetch";
      /** In an escrow log: the newest log of a user in which an admin announced a loose act, to see whether it was done. */
      readonly what: "user-log";
      readonly log: LogId;
      readonly subject: string;
    };

/**
 * A question that only the user can answer; `textOf` puts it into words by its `code`. The answer goes into the knowledge for the
 * next agenda.
 */
export type Question =
  | {
      /** This device was removed, or its key was replaced: keep reading, enter again as a new device, or wipe. */
      readonly question: "standing";
      readonly code: "question-standing";
      readonly standing: "removed" | "superseded";
    }
  | {
      /**
       * Compare the escrow log's fingerprint with what the admins published. The answers are `confirmed`, the token, and `confirmedAt`,
       * the `at` of this step.
       */
      readonly question: "confirm-escrow";
      readonly code: "question-confirm-escrow";
      readonly head: Head;
      /** Head of the user's own log: the answer settles what its pointers name up to there. */
      readonly at: Head;
      readonly because: "never-confirmed" | "contradicts-pointer" | "not-trusted";
    }
  | {
      /**
       * Which of these members are the user's? The log says that an admin brought them in. The answers are `own` and `strangers`.
       */
      readonly question: "whose-members";
      readonly code: "question-whose-members";
      readonly members: readonly MemberId[];
      readonly names: readonly MemberName[];
    }
  | {
      /** Remove the escrow member? The answer is `removeEscrow`. */
      readonly question: "remove-escrow";
      readonly code: "question-remove-escrow";
      readonly escrow: MemberId;
      readonly name: MemberName;
      readonly because: "disabled" | "other-log" | "ahead";
    }
  | {
      /** Enroll escrow of this log again, after it was removed? The answer is `enrollAgainAfter`. */
      readonly question: "enroll-again";
      readonly code: "question-enroll-again";
      /** Position of the link that removed it. */
      readonly removedAt: number;
      readonly when: Date;
    }
  | {
      /** Grant a member these epochs again? It is not one of the device's own, or this device gave it them before. */
      readonly question: "regrant";
      readonly code: "question-regrant";
      readonly member: MemberId;
      readonly name: MemberName;
      readonly epochs: Runs;
      readonly because: "not-own" | "served-before";
    }
  | {
      /**
       * In an escrow log: disown loose acts without reading them, when their openings were not delivered? The answer is
       * `disownUnread`.
       */
      readonly question: "disown";
      readonly code: "question-disown";
      readonly acts: readonly number[];
    }
  | {
      /** The time of the newest link is ahead of this device's clock: set the clock, or ask the service. */
      readonly question: "clock";
      readonly code: "question-clock";
      /** Milliseconds. */
      readonly ahead: number;
      /** That link's time. */
      readonly when: Date;
    };

/** Ask the user. */
export type AskStep = { readonly do: "ask" } & Question;

/** A complete link to author: `performStep` writes it. */
export type AuthorStep = {
  readonly do: "author";
} & (
  | {
      /** A new epoch: only this makes it safe again to seal to the log, or makes the log readable to this member again. */
      readonly link: "rotate";
      readonly because: readonly (
        | "rotation-due"
        | "current-epoch-unopened"
        /** More missing epochs than one link can declare (MEM-9). Until all are declared, this device can approve nobody. */
        | "junk-to-declare"
        | "known-to-former-admin"
      )[];
      readonly withholdFromEscrow: boolean;
      /** Other members that could do it too. */
      readonly others: readonly MemberId[];
    }
  | {
      /** Remove members in one link. */
      readonly link: "remove";
      readonly members: readonly MemberId[];
      readonly because: "not-believed" | "user-said";
      readonly withholdFromEscrow: boolean;
    }
  | {
      readonly link: "enroll-escrow";
    }
  | {
      /**
       * Point escrow at the newest epoch of its log, or write the pointer again with an older class or with a head that the log
       * has.
       */
      readonly link: "renew-escrow";
      readonly because: "older" | "false" | "beyond-log" | "founder";
    }
  | {
      /** Approve escrow: this device holds older epochs. */
      readonly link: "extend-escrow";
      readonly escrow: MemberId;
      readonly epochs: Runs;
    }
  | {
      /** In an escrow log: loose acts that nobody did, or that hide their content (ESC-8). */
      readonly link: "disown";
      readonly acts: readonly number[];
      readonly others: readonly MemberId[];
    }
  | {
      readonly link: "regrant";
      readonly give: readonly Regrant[];
      readonly others: readonly MemberId[];
    }
);

/** One step that a device must take. */
export type Step = FetchStep | AskStep | AuthorStep;

/** What every step with this question has. */
export function ask<Q extends Question["question"]>(question: Q) {
  return { do: "ask", question, code: `question-${question}` } as const;
}
