// The web portal without keys: what each sign-in may do at the relay beyond its own log. One place decides, for the pages and for
// requests that go around them.

import type { Transport } from "keystead/client";
import type { AccessRequest, News, RequestLike, Sql } from "keystead/relay";
import type { OperatorKeys } from "keystead/server";
import type { Account, Accounts } from "./accounts.js";
import { devicesOf, isEscrow, membersOfEscrow, type PortalDevices, readLog } from "./portal-devices.js";
import { Mailboxes } from "./portal-mail.js";
import { operatorKeys } from "./portal-operator.js";
import { Resets } from "./portal-resets.js";
import { StepUps } from "./portal-step-up.js";

/** The cookies of the sign-in, and of a step-up. */
export const SIGN_IN = "clinic";
export const STEP_UP = "clinic-step-up";

/** A cookie of a request; undefined when it has none of this name. */
export function cookieOf(cookies: string | null | undefined, name: string): string | undefined {
  const found = (cookies ?? "").split("; ").find((each) => each.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

export class Portal {
  readonly accounts: Accounts;
  readonly mail: Mailboxes;
  readonly stepUps: StepUps;
  readonly resets: Resets;
  readonly operator: OperatorKeys;
  readonly now: () => number;

  private constructor(parts: Pick<Portal, "accounts" | "mail" | "stepUps" | "resets" | "operator" | "now">) {
    this.accounts = parts.accounts;
    this.mail = parts.mail;
    this.stepUps = parts.stepUps;
    this.resets = parts.resets;
    this.operator = parts.operator;
    this.now = parts.now;
  }

  static async open(sql: Sql, accounts: Accounts, now: () => number): Promise<Portal> {
    const mail = await Mailboxes.open(sql, now);
    const stepUps = await StepUps.open(sql, mail, now);
    const resets = await Resets.open(sql, now);
    return new Portal({ accounts, mail, stepUps, resets, operator: await operatorKeys(sql), now });
  }

  /** Until when the sender of a request has a step-up. */
  async steppedUp({ account }: Account, headers: RequestLike["headers"]): Promise<number | undefined> {
    const cookies = headers.get("cookie");
    const signIn = cookieOf(cookies, SIGN_IN) ?? "";
    return await this.stepUps.until({ account, signIn }, cookieOf(cookies, STEP_UP));
  }

  /** Whether somebody manages the account of a subject: an admin of its site, and not its own user. */
  async manages(admin: Account, subject: string): Promise<boolean> {
    const user = await this.accounts.withSubject(subject);
    return admin.isPortalAdmin && user !== undefined && user.site === admin.site;
  }

  /** Whether the relay does what the signed-in user asks for: everything beyond the daily life of their own log. */
  async allows(account: Account, ask: AccessRequest, headers: RequestLike["headers"]): Promise<boolean> {
    const isSteppedUp = async () => (await this.steppedUp(account, headers)) !== undefined;
    switch (ask.action) {
      case "read": {
        // Colleagues seal to each other's public logs, and compare escrow's. Names of devices are for admins, who recover and report.
        if (ask.attachments === "none") return true;
        if (!account.mayAddEscrowDevices || !(await isSteppedUp())) return false;
        // Admins recover and report: they read the logs of people at their site.
        const { escrowSubject } = await this.accounts.siteOf(account);
        return ask.subject === escrowSubject || (await this.accounts.siteWith(ask.subject)) === account.site;
      }
      case "create":
      case "join": {
        const { escrowSubject } = await this.accounts.siteOf(account);
        return ask.subject === escrowSubject && account.mayAddEscrowDevices && (await isSteppedUp());
      }
      case "expel":
        return (ask.subject === account.subject || (await this.manages(account, ask.subject))) && (await isSteppedUp());
      default:
        return false;
    }
  }

  /** Whether the relay puts another log in the place of a subject's: its own user asked for that, not long ago. */
  async mayReset(subject: string, headers: RequestLike["headers"]): Promise<boolean> {
    const account = await this.accounts.signedIn(cookieOf(headers.get("cookie"), SIGN_IN));
    return account?.subject === subject && (await this.resets.until(subject)) !== undefined;
  }

  /** What a log says about an account's devices, and which site's escrow each escrow in it stands for. */
  async devicesOf(
    logs: Transport,
    subject: string,
  ): Promise<(PortalDevices & { readonly escrows: Readonly<Record<string, string>> }) | undefined> {
    const log = await readLog(logs, subject, this.now());
    if (!log) return undefined;
    const found = devicesOf(log);
    const escrows: Record<string, string> = {};
    for (const { name, escrowSubject } of found.devices.some(isEscrow) ? await this.accounts.sites() : []) {
      const escrowLog = await readLog(logs, escrowSubject, this.now());
      for (const member of escrowLog ? membersOfEscrow(log, escrowLog) : []) escrows[member] = name;
    }
    return { ...found, escrows };
  }

  /** Ends the permission to begin anew, when the first device has done it. @returns whether it was a reset */
  async beganAnew(subject: string): Promise<boolean> {
    const isReset = await this.resets.done(subject);
    const user = isReset ? await this.accounts.withSubject(subject) : undefined;
    if (user) await this.mail.send(user.account, { about: "reset" });
    return isReset;
  }

  /** Mails what happened to somebody's devices. */
  async tell(logs: Transport, { subject, type, entered }: Pick<News, "subject" | "type" | "entered">): Promise<void> {
    const user = await this.accounts.withSubject(subject);
    if (!user) return;
    if (type === "expel") await this.mail.send(user.account, { about: "removed" });
    if (type !== "join") return;
    const devices = (await this.devicesOf(logs, subject))?.devices;
    const name = devices?.find(({ member }) => member === entered)?.name.name ?? null;
    await this.mail.send(user.account, { about: "joined", device: name });
  }
}
