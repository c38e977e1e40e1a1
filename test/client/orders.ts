// What a test tells a device that it ends at any point, and what that one says.

/** What a device does. */
export type Deed = "enter" | "rename" | "rekey" | "leave" | "backup-key" | "seal";

export interface Orders {
  readonly subject: string;
  /** Whether it makes the account's log; otherwise it joins it. */
  readonly creates: boolean;
  /** Begins the names that it gives. */
  readonly names: string;
  /** What it does once it is a member, again and again. */
  readonly deeds: readonly Deed[];
}

/** Of a device in a process of its own. */
export interface ProcessOrders extends Orders {
  readonly folder: string;
  readonly url: string;
}

export type Said =
  | { readonly began: Deed; readonly name: string }
  /** It resolved, and this link was in the log by then. */
  | { readonly done: Deed; readonly name: string; readonly seq: number; readonly hash: string }
  /** A backup key was shown: its user has it on paper. */
  | { readonly paper: string }
  /** In base64. */
  | { readonly sealed: string };
