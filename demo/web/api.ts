// The clinic's server, as the page sees it.

import { slot } from "./device.js";

/** Who is signed in. */
export interface Me {
  readonly account: string;
  readonly name: string;
  readonly role: string;
  readonly subject: string;
  readonly organisation: string;
  readonly site: { readonly site: string; readonly name: string };
  /** The subject of the escrow log of this account's site. */
  readonly escrowSubject: string;
  /** Whether this account manages those of its site in the portal. */
  readonly isPortalAdmin: boolean;
  /** Whether a device of this account may ask to be added to the site's escrow devices. */
  readonly mayAddEscrowDevices: boolean;
  /** The service's public signing key, in hexadecimal: logs name it, so that the portal can remove a lost device. */
  readonly operator: string;
  /** Whether the user asked in the portal to begin anew: the next device may then put a new log in the place of the old one. */
  readonly mayBeginAnew: boolean;
  /** Whether a device was set up for this account: then this one joins, and never begins anew. */
  readonly hasLog: boolean;
  /** In a made-up year, the papers that this made-up person has in the safe. */
  readonly papers: readonly { readonly name: string; readonly text: string }[];
  /** The same for the papers of the site's escrow, which its administrators have. */
  readonly escrowPapers: readonly { readonly name: string; readonly text: string }[];
}

export interface People {
  readonly organisation: string;
  readonly password: string;
  readonly people: readonly (Pick<Me, "account" | "name" | "role"> & { readonly site: string })[];
}

/** What the service knows of a sealed item. */
export interface SealedItem {
  readonly id: string;
  readonly kind: "mail" | "voicemail";
  readonly at: number;
  /** The blob of a voice message. */
  readonly recording: string | null;
  /** The newest change of the user's devices that the service knew when it sealed this. */
  readonly change: number | null;
}

/** The server refused, or was not reached. */
export class ApiError extends Error {
  /** @param reason what the server says of it, in a word or two */
  constructor(
    readonly status: number,
    readonly reason?: string,
  ) {
    super(`the server answered with ${status}`);
  }
}

export async function ask(path: string, init?: RequestInit): Promise<Response> {
  const headers = { "x-device": slot, ...(init?.headers as Record<string, string> | undefined) };
  const response = await fetch(`/api${path}`, { cache: "no-store", ...init, headers }).catch(() => undefined);
  if (!response) throw new ApiError(0);
  if (!response.ok) throw new ApiError(response.status, (await response.json().catch(() => undefined))?.error);
  return response;
}

export const send = (path: string, body: unknown): Promise<Response> =>
  ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

export const people = async (): Promise<People> => (await ask("/people")).json();

/** Undefined when nobody is signed in. */
export async function me(): Promise<Me | undefined> {
  try {
    return await (await ask("/me")).json();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return undefined;
    throw error;
  }
}

export const signIn = (account: string, password: string): Promise<Response> => send("/sign-in", { account, password });
export const signOut = (): Promise<Response> => send("/sign-out", {});
export const items = async (): Promise<readonly SealedItem[]> => (await ask("/items")).json();
export const receive = (kind: SealedItem["kind"]): Promise<Response> => send("/items", { kind });

export type Lie = "swap" | "forget" | "withhold" | "split" | "replace" | "escrow";

/** The lie that the server tells now. */
export const lie = async (): Promise<Lie | null> => ((await (await ask("/lies")).json()) as { on: Lie | null }).on;
/** Has the server tell a lie, or none; `join` has it add a device of its own. */
export const tell = (on: Lie | "join" | null): Promise<Response> => send("/lies", { on });

/** The sealed notes of up to 100 items, by their ids; without those that the server does not have. */
export async function notes(ids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = (await (await send("/items/notes", { ids })).json()) as Readonly<Record<string, string>>;
  const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
  return new Map(Object.entries(found).map(([id, base64]) => [id, bytesOf(base64)]));
}
