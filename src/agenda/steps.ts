// What a device owes next, as data: to fetch something, to ask its user, or to author a link. docs/spec.md section 11.2.

import type { LogId, MemberId } from "../bytes/ids.js";
import type { Runs } from "../bytes/runs.js";
import type { Head } from "../log/state.js";

/** Epochs to be granted again to one member. */
export interface Regrant {
  readonly member: MemberId;
  readonly runs: Runs;
}

/** Get bytes again that a server withheld, or that are newer. */
export type FetchStep =
  | {
      readonly do: "fetch";
      /** The attachments of the links that granted these epochs: the server's unavailability, so nothing is declared missing. */
      readonly what: "attachments";
      readonly epochs: Runs;
    }
  | {
      readonly do: "fetch";
      /** The newest escrow log: until it is there, nothing is granted to escrow, and no act of escrow that it may record is believed. */
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
      /** In an escrow log: the newest log of a user in which a loose act was announced, to see whether it was done. */
      readonly what: "user-log";
      readonly log: LogId;
      readonly subject: string;
    };

/** A question that only the user can answer. The answer goes into the knowledge for the next agenda. */
export type Question =
  | {
      /** This device was removed, or its key was replaced: keep reading, enter again as a new device, or wipe. */
      readonly question: "standing";
      readonly standing: "removed" | "superseded";
    }
  | {
      /** Compare the escrow log's fingerprint with what the admins published. The answer is `confirmed`: the token. */
      readonly question: "confirm-escrow";
      readonly head: Head;
      readonly because: "never-confirmed" | "contradicts-pointer" | "not-trusted";
    }
  | {
      /** Which of these members are the user's? An admin is said to have brought them in. The answers are `own` and `strangers`. */
      readonly question: "whose-members";
      readonly members: readonly MemberId[];
    }
  | {
      /** Remove the escrow member? The answer is `removeEscrow`. */
      readonly question: "remove-escrow";
      readonly escrow: MemberId;
      readonly because: "disabled" | "other-log" | "ahead";
    }
  | {
      /** Enroll escrow of this log again, after it was removed? The answer is `enrollAgainAfter`. */
      readonly question: "enroll-again";
      /** Position of the link that removed it. */
      readonly removedAt: number;
    }
  | {
      /** Grant a member these epochs again? It is none of the device's own, or it was served them before. */
      readonly question: "regrant";
      readonly member: MemberId;
      readonly epochs: Runs;
      readonly because: "not-own" | "served-before";
    }
  | {
      /** In an escrow log: disown loose acts whose openings are not delivered, unread? The answer is `disownUnread`. */
      readonly question: "disown";
      readonly acts: readonly number[];
    }
  | {
      /** The newest link is dated ahead of this device's clock: set the clock, or ask the service. */
      readonly question: "clock";
      /** Milliseconds. */
      readonly ahead: number;
    };

/** Ask the user. */
export type AskStep = { readonly do: "ask" } & Question;

/** A link to author, complete: `performStep` writes it. */
export type AuthorStep = {
  readonly do: "author";
} & (
  | {
      /** A new epoch: nothing else makes the log safe to seal to, or readable to this member, again. */
      readonly link: "rotate";
      readonly because: readonly (
        | "rotation-due"
        | "current-epoch-unopened"
        /** More than one link declares missing (MEM-9): until it is declared, this device can approve nobody. */
        | "junk-to-declare"
        | "known-to-former-admin"
      )[];
      readonly withholdFromEscrow: boolean;
      /** Others that could do it as well. */
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
      /** Point escrow at the newest epoch of its log, or give the pointer in force an older class or a head that the log has. */
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
      /** In an escrow log: loose acts that were not done, or that hide what they were (ESC-8). */
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

/** One thing that a device owes. */
export type Step = FetchStep | AskStep | AuthorStep;
