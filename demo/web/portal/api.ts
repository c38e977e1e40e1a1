// The portal's routes of the clinic's server, as its pages see them.

import type { Activity, MemberName } from "keystead";
import { ask, type Me, send } from "../api.js";

/** A device or backup key, as the service sees it. Times are in milliseconds since 1970. */
export interface PortalDevice {
  readonly member: string;
  readonly name: MemberName;
  readonly kind: "device" | "backup" | "escrow";
  readonly platform: string | null;
  readonly added: number;
  readonly status: "approved" | "pending" | "removed";
  readonly approved: { readonly name: MemberName; readonly at: number } | null;
  readonly removed: { readonly name: MemberName; readonly at: number } | null;
}

/** What the service sees of an account's devices. */
export interface PortalDevices {
  /** null: the account has no devices yet. */
  readonly devices: readonly PortalDevice[] | null;
  readonly rotationDue?: boolean;
  readonly lockdown?: boolean;
  readonly canRemove?: boolean;
  readonly activity?: readonly Activity[] | undefined;
  /** For which site each escrow in the log stands, by its member; without those that stand for none. */
  readonly escrows?: Readonly<Record<string, string>>;
  /** Until when the account may begin anew, if its user asked for it. */
  readonly resetUntil?: number | null;
}

export type Person = Pick<Me, "account" | "name" | "role" | "subject" | "isPortalAdmin" | "mayAddEscrowDevices"> & {
  readonly site: string;
};

export interface SitePeople {
  readonly people: readonly Person[];
  readonly sites: readonly { readonly site: string; readonly name: string }[];
}

export interface Mail {
  readonly id: string;
  readonly at: number;
  readonly content:
    | { readonly about: "code"; readonly code: string; readonly minutes: number }
    | { readonly about: "joined"; readonly device: string | null }
    | { readonly about: "removed" | "reset" }
    | { readonly about: "reset-allowed"; readonly minutes: number }
    | { readonly about: "moved"; readonly site: string }
    | { readonly about: "role"; readonly mayAddEscrowDevices: boolean };
}

const get = async <T>(path: string): Promise<T> => (await ask(path)).json();
const person = (account: string): string => `/portal/people/${encodeURIComponent(account)}`;

/** Until when this sign-in has its step-up; null when it has none. */
export const stepUp = async (): Promise<number | null> => (await get<{ until: number | null }>("/step-up")).until;
export const sendCode = (): Promise<Response> => send("/step-up/code", {});
/** @throws `ApiError` 403, whose reason is `wrong`, `spent` or `expired` */
export const enterCode = async (code: string): Promise<number> => {
  const { until } = (await (await send("/step-up", { code })).json()) as { until: number };
  return until;
};
export const endStepUp = (): Promise<Response> => send("/step-up/end", {});

export const mailbox = (): Promise<readonly Mail[]> => get("/mailbox");

/** @param account somebody whom an admin manages; by default the own account */
export async function devices(account?: string): Promise<PortalDevices> {
  const found = await get<PortalDevices>(account === undefined ? "/portal/devices" : `${person(account)}/devices`);
  return { ...found, activity: found.activity?.map((link) => ({ ...link, when: new Date(link.when) })) };
}
export const remove = (members: readonly string[], account?: string): Promise<Response> =>
  send("/portal/remove", { remove: members, ...(account !== undefined && { account }) });
export const allowReset = (): Promise<Response> => send("/portal/reset", {});
export const endReset = (): Promise<Response> => send("/portal/reset/end", {});
export const people = (): Promise<SitePeople> => get("/portal/people");
export const move = (account: string, site: string): Promise<Response> => send(`${person(account)}/site`, { site });
export const letAddEscrowDevices = (account: string, may: boolean): Promise<Response> =>
  send(`${person(account)}/role`, { mayAddEscrowDevices: may });
