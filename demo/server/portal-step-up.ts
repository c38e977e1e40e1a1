// A step-up: a code by mail, before what a stolen password or a cookie from last week must not be enough for.

import { randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import type { Sql } from "keystead/relay";
import { digest } from "./accounts.js";
import type { Mailboxes } from "./portal-mail.js";

const MINUTE = 60_000;

/** How long a code is good, and a step-up; in milliseconds. */
export const CODE_LASTS = 10 * MINUTE;
export const STEP_UP_LASTS = 15 * MINUTE;

/** Wrong codes before a code is worth nothing, and codes in an hour: somebody who guesses gets 50 tries of a million. */
const TRIES = 5;
const CODES_IN_AN_HOUR = 10;

/** Whose step-up it is: one sign-in of an account. Another sign-in with the same password needs its own code. */
export interface SignedIn {
  readonly account: string;
  /** The token of the sign-in's cookie. */
  readonly signIn: string;
}

export type Entered =
  | { readonly result: "right"; readonly token: string; readonly until: number }
  /** `spent`: too many wrong ones. `expired`: too late, or no code was sent to this sign-in. */
  | { readonly result: "wrong" | "spent" | "expired" };

const TABLES = [
  "create table if not exists demo.code (sign_in bytea not null, account text not null, code bytea not null, tries int not null, at bigint not null, place bigserial)",
  "create table if not exists demo.step_up (token bytea primary key, sign_in bytea not null, account text not null, until bigint not null)",
];

export class StepUps {
  readonly #sql: Sql;
  readonly #mail: Mailboxes;
  readonly #now: () => number;

  private constructor(sql: Sql, mail: Mailboxes, now: () => number) {
    this.#sql = sql;
    this.#mail = mail;
    this.#now = now;
  }

  static async open(sql: Sql, mail: Mailboxes, now: () => number): Promise<StepUps> {
    for (const statement of TABLES) await sql.query(statement);
    return new StepUps(sql, mail, now);
  }

  /** Mails a code, in the place of an earlier one. @returns false after too many in an hour */
  async sendCode({ account, signIn }: SignedIn): Promise<boolean> {
    const now = this.#now();
    await this.#sql.query("delete from demo.code where at <= $1", [now - 60 * MINUTE]);
    const earlier = await this.#sql.query("select at from demo.code where account = $1", [account]);
    if (earlier.length >= CODES_IN_AN_HOUR) return false;
    const code = String(randomInt(1_000_000)).padStart(6, "0");
    const session = digestOf(signIn);
    await this.#sql.query("update demo.code set tries = $2 where sign_in = $1", [session, TRIES]);
    await this.#sql.query("insert into demo.code (sign_in, account, code, tries, at) values ($1, $2, $3, 0, $4)", [
      session,
      account,
      hash(code, session),
      now,
    ]);
    await this.#mail.send(account, { about: "code", code, minutes: CODE_LASTS / MINUTE });
    return true;
  }

  /** Takes the code that somebody typed, once. */
  async enter({ account, signIn }: SignedIn, typed: string): Promise<Entered> {
    const now = this.#now();
    const session = digestOf(signIn);
    // Counted before it is compared: tries that come at the same time count one by one.
    const [found] = await this.#sql.query<{ code: Uint8Array; tries: number }>(
      "update demo.code set tries = tries + 1 where sign_in = $1 and account = $2 and at > $3 and place = (select max(place) from demo.code where sign_in = $1) returning code, tries",
      [session, account, now - CODE_LASTS],
    );
    if (!found) return { result: "expired" };
    if (found.tries > TRIES) return { result: "spent" };
    if (!timingSafeEqual(hash(typed.replaceAll(/\s/g, ""), session), found.code)) return { result: "wrong" };
    await this.#sql.query("update demo.code set tries = $2 where sign_in = $1", [session, TRIES]);
    const token = randomBytes(32);
    const until = now + STEP_UP_LASTS;
    await this.#sql.query("insert into demo.step_up values ($1, $2, $3, $4)", [
      ...[digest(token), session, account, until],
    ]);
    return { result: "right", token: token.toString("base64url"), until };
  }

  /** Until when this sign-in has its step-up; undefined when it has none, or had one. */
  async until({ account, signIn }: SignedIn, token: string | undefined): Promise<number | undefined> {
    if (!token) return undefined;
    const [found] = await this.#sql.query<{ until: number }>(
      "select until from demo.step_up where token = $1 and sign_in = $2 and account = $3 and until > $4",
      [digestOf(token), digestOf(signIn), account, this.#now()],
    );
    return found?.until;
  }

  /** Ends the step-ups of a sign-in. */
  async end({ signIn }: Pick<SignedIn, "signIn">): Promise<void> {
    await this.#sql.query("delete from demo.step_up where sign_in = $1", [digestOf(signIn)]);
  }
}

function digestOf(token: string): Uint8Array {
  return digest(Buffer.from(token, "base64url"));
}

/** Bound to the sign-in that asked for it: a code that somebody was talked out of opens nothing elsewhere. */
function hash(code: string, session: Uint8Array): Uint8Array {
  return digest(new Uint8Array([...session, ...new TextEncoder().encode(code)]));
}
