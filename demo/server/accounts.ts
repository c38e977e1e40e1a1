// The made-up organisation, its people, and their sign-in: what every app has already, and Keystead does not replace.

import { createHash, randomBytes, randomUUID, scryptSync, timingSafeEqual } from "node:crypto";
import type { Sql } from "keystead/relay";

/** Somebody who works at the organisation. */
export interface Account {
  /** What they type to sign in. */
  readonly account: string;
  readonly name: string;
  readonly role: string;
  /** The subject of their key log: opaque, and the same for ever. */
  readonly subject: string;
}

export const ORGANISATION = "Alder Street Clinic";

/** The password of every account. It is a demo: the sign-in page says it. */
export const PASSWORD = "alder";

const PEOPLE = [
  { account: "ada", name: "Ada Byrne", role: "Physician" },
  { account: "ben", name: "Ben Okafor", role: "Nurse" },
  { account: "chloe", name: "Chloé Martin", role: "Front desk" },
  { account: "dina", name: "Dina Haddad", role: "Physiotherapist" },
  { account: "emil", name: "Emil Sørensen", role: "Pharmacist" },
] as const;

const TABLES = [
  "create schema if not exists demo",
  "create table if not exists demo.account (account text primary key, place int not null, name text not null, role text not null, subject text not null unique, salt bytea not null, password bytea not null)",
  "create table if not exists demo.sign_in (token bytea primary key, account text not null)",
];

/** Sign-in by name and password, and what a cookie stands for. */
export class Accounts {
  readonly #sql: Sql;

  private constructor(sql: Sql) {
    this.#sql = sql;
  }

  static async open(sql: Sql): Promise<Accounts> {
    for (const statement of TABLES) await sql.query(statement);
    for (const [place, { account, name, role }] of PEOPLE.entries()) {
      const salt = new Uint8Array(randomBytes(16));
      await sql.query("insert into demo.account values ($1, $2, $3, $4, $5, $6, $7) on conflict (account) do nothing", [
        ...[account, place, name, role, randomUUID(), salt],
        derive(PASSWORD, salt),
      ]);
    }
    return new Accounts(sql);
  }

  /** Everybody, for the sign-in page. */
  all(): Promise<readonly Account[]> {
    return this.#sql.query<Account>("select account, name, role, subject from demo.account order by place");
  }

  async withSubject(subject: string): Promise<Account | undefined> {
    return (await this.all()).find((each) => each.subject === subject);
  }

  /** Whether the password is that of the account. */
  async proves(account: string, password: string): Promise<boolean> {
    const [found] = await this.#sql.query<{ salt: Uint8Array; password: Uint8Array }>(
      "select salt, password from demo.account where account = $1",
      [account],
    );
    return found !== undefined && timingSafeEqual(derive(password, found.salt), found.password);
  }

  /** @returns the cookie's token; undefined for a wrong name or password */
  async signIn(account: string, password: string): Promise<string | undefined> {
    if (!(await this.proves(account, password))) return undefined;
    const token = randomBytes(32);
    await this.#sql.query("insert into demo.sign_in values ($1, $2)", [digest(token), account]);
    return token.toString("base64url");
  }

  /** Who signed in with a token. */
  async signedIn(token: string | undefined): Promise<Account | undefined> {
    if (!token) return undefined;
    const [found] = await this.#sql.query<Account>(
      "select account, name, role, subject from demo.sign_in join demo.account using (account) where token = $1",
      [digest(Buffer.from(token, "base64url"))],
    );
    return found;
  }

  async signOut(token: string): Promise<void> {
    await this.#sql.query("delete from demo.sign_in where token = $1", [digest(Buffer.from(token, "base64url"))]);
  }
}

function derive(password: string, salt: Uint8Array): Uint8Array {
  return new Uint8Array(scryptSync(password.normalize("NFKC"), salt, 32, { N: 2 ** 14 }));
}

/** The database has a hash: a copy of it signs nobody in. */
function digest(token: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(token).digest());
}
