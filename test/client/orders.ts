// What the parent tells the process that it kills, and what that one says.

/** What a device does. */
export type Deed = "enter" | "rename" | "rekey" | "leave" | "backup-key" | "seal";

export interface Orders {
  readonly folder: string;
  readonly url: string;
  readonly subject: string;
  /** Whether it makes the account's log; otherwise it joins it. */
  readonly creates: boolean;
  /** Begins the names that this process gives. */
  readonly names: string;
  /** What it does once it is a member, again and again. */
  readonly deeds: readonly Deed[];
}

export type Said =
  | { readonly began: Deed; readonly name: string }
  /** It resolved, and this link was in the log by then. */
  | { readonly done: Deed; readonly name: string; readonly seq: number; readonly hash: string }
  /** A backup key was shown: its user has it on paper. */
  | { readonly paper: string }
  /** In base64. */
  | { readonly sealed: string };
