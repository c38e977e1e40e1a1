// The server's routes about escrow, as its pages see them.

import type { MemberId } from "keystead";
import { ask, type SealedItem, send } from "../api.js";

/** The fingerprint on the clinic's page. */
export interface Published {
  readonly digits: string;
  readonly at: number;
  readonly by: string;
}

/** Somebody of the site. */
export interface Person {
  readonly subject: string;
  readonly name: string;
  readonly role: string;
  readonly isMade: boolean;
  /** When the service saw each device last. */
  readonly seen: Readonly<Record<MemberId, number>>;
  /** When the portal let the account begin anew last. */
  readonly beganAnew: number | null;
}

export interface Making {
  readonly made: number;
  readonly wanted: number;
  readonly isRunning: boolean;
}

/** What an admin fetched of this account, by the server's own record. */
export interface Fetched {
  readonly at: number;
  readonly by: string;
  readonly kind: SealedItem["kind"];
}

const get = async <T>(path: string): Promise<T> => (await ask(path)).json();
const person = (subject: string): string => `/escrow/people/${encodeURIComponent(subject)}`;

export const published = (): Promise<Published | null> => get("/escrow/published");
export const publish = (digits: string): Promise<Response> => send("/escrow/published", { digits });
export const fetched = (): Promise<readonly Fetched[]> => get("/escrow/fetched");
export const people = (): Promise<readonly Person[]> => get("/escrow/people");
export const making = (): Promise<Making> => get("/escrow/made");
export const make = async (count: number): Promise<Making> => (await send("/escrow/made", { count })).json();
export const itemsOf = (subject: string): Promise<readonly SealedItem[]> => get(`${person(subject)}/items`);

export async function noteOf(subject: string, id: string): Promise<Uint8Array> {
  return new Uint8Array(await (await ask(`${person(subject)}/items/${id}/note`)).arrayBuffer());
}
