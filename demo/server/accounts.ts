// The made-up organisation, its people, and their sign-in: what every app has already, and Keystead does not replace.

import { createHash, randomBytes, randomUUID, scryptSync, timingSafeEqual } from "node:crypto";
import type { Sql } from "keystead/relay";

/** Somebody who works at the organisation. */
export interface Account {
  /** What they type to sign in. */
  readonly account: string;
  readonly name: string;
  /** What they do at work. */
  readonly role: string;
  /** The subject of their key log: opaque, and the same for ever. */
  readonly subject: string;
  /** Where they work. */
  readonly site: string;
  /** Whether they manage the accounts of their site in the portal. */
  readonly isPortalAdmin: boolean;
  /** Whether a device of theirs may ask to be added to their site's escrow devices. */
  readonly mayAddEscrowDevices: boolean;
}

/** A place of work with escrow of its own. */
export interface Site {
  readonly site: string;
  readonly name: string;
  /** The subject of its escrow log: opaque, and the same for ever. */
  readonly escrowSubject: string;
}

export const ORGANISATION = "Alder Street Clinic";

const SITES = [
  { site: "alder", name: "Alder Street" },
  { site: "harbour", name: "Harbour Quay" },
] as const;

/** The password of every account. It is a demo: the sign-in page says it. */
export const PASSWORD = "alder";

interface Person extends Pick<Account, "account" | "name" | "role"> {
  readonly site: (typeof SITES)[number]["site"];
  readonly isPortalAdmin?: true;
  readonly mayAddEscrowDevices?: true;
}

const PEOPLE: readonly Person[] = [
  { account: "ada", name: "Ada Byrne", role: "Physician", site: "alder" },
  { account: "ben", name: "Ben Okafor", role: "Nurse", site: "alder" },
  { account: "chloe", name: "Chloé Martin", role: "Front desk", site: "alder" },
  { account: "dina", name: "Dina Haddad", role: "Physiotherapist", site: "harbour" },
  { account: "emil", name: "Emil Sørensen", role: "Pharmacist", site: "harbour" },
  {
    ...{ account: "farah", name: "Farah Nasser", role: "IT administrator", site: "alder" },
    ...{ isPortalAdmin: true, mayAddEscrowDevices: true },
  },
  { account: "george", name: "George Lind", role: "Practice manager", site: "alder", isPortalAdmin: true },
  {
    ...{ account: "hana", name: "Hana Kimura", role: "IT administrator", site: "harbour" },
    ...{ isPortalAdmin: true, mayAddEscrowDevices: true },
  },
];

const TABLES = [
  "create schema if not exists demo",
  "create table if not exists demo.account (account text primary key, place int not null, name text not null, role text not null, subject text not null unique, salt bytea not null, password bytea not null)",
  // A demo that was begun before there were sites goes on with these.
  "alter table demo.account add column if not exists site text not null default 'alder'",
  "alter table demo.account add column if not exists portal_admin boolean not null default false",
  "alter table demo.account add column if not exists adds_escrow boolean not null default false",
  // Made-up people of the coverage report: they have key logs, and nobody signs in as one.
  "create table if not exists demo.made (subject text primary key, site text not null, place int not null, seen text not null)",
  "create table if not exists demo.sign_in (token bytea primary key, account text not null)",
  "create table if not exists demo.site (site text primary key, name text not null, escrow_subject text not null unique)",
];

const COLUMNS =
  'account, name, role, subject, site, portal_admin as "isPortalAdmin", adds_escrow as "mayAddEscrowDevices"';

/** Sign-in by name and password, and what a cookie stands for. */
export class Accounts {
  readonly #sql: Sql;

  private constructor(sql: Sql) {
    this.#sql = sql;
  }

  static async open(sql: Sql): Promise<Accounts> {
    for (const statement of TABLES) await sql.query(statement);
    for (const { site, name } of SITES)
      await sql.query("insert into demo.site values ($1, $2, $3) on conflict (site) do nothing", [
        ...[site, name, randomUUID()],
      ]);
    for (const [place, person] of PEOPLE.entries()) {
      const { account, name, role, site, isPortalAdmin = false, mayAddEscrowDevices = false } = person;
      const salt = new Uint8Array(randomBytes(16));
      await sql.query(
        "insert into demo.account values ($1, $2, $3, $4, $5, $6, $7, $8, $9::int = 1, $10::int = 1) on conflict (account) do nothing",
        [
          ...[account, place, name, role, randomUUID(), salt, derive(PASSWORD, salt), site],
          ...[Number(isPortalAdmin), Number(mayAddEscrowDevices)],
        ],
      );
    }
    return new Accounts(sql);
  }

  /** Everybody, for the sign-in page. */
  all(): Promise<readonly Account[]> {
    return this.#sql.query<Account>(`select ${COLUMNS} from demo.account order by place`);
  }

  /** An account, or undefined where there is none of this name. */
  async named(account: string): Promise<Account | undefined> {
    return (await this.all()).find((each) => each.account === account);
  }

  async withSubject(subject: string): Promise<Account | undefined> {
    return (await this.all()).find((each) => each.subject === subject);
  }

  /** The site of whom a key log is for: an account, or somebody who was made up. */
  async siteWith(subject: string): Promise<string | undefined> {
    const [found] = await this.#sql.query<{ site: string }>(
      "select site from demo.account where subject = $1 union select site from demo.made where subject = $1",
      [subject],
    );
    return found?.site;
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
      `select ${COLUMNS} from demo.sign_in join demo.account using (account) where token = $1`,
      [digest(Buffer.from(token, "base64url"))],
    );
    return found;
  }

  /** The sites, each with escrow of its own. */
  sites(): Promise<readonly Site[]> {
    return this.#sql.query<Site>('select site, name, escrow_subject as "escrowSubject" from demo.site order by site');
  }

  /** The site where somebody works. */
  async siteOf({ site }: Account): Promise<Site> {
    const found = (await this.sites()).find((each) => each.site === site);
    if (!found) throw new Error(`there is no site ${site}`);
    return found;
  }

  /** Moves an account to another site. Its key log, and what was sealed to it, stay as they are. */
  async move(account: string, site: string): Promise<void> {
    await this.#sql.query("update demo.account set site = $2 where account = $1", [account, site]);
  }

  /** Gives the role, or takes it away. Escrow devices that stand in the escrow log stay there: admins remove them. */
  async letAddEscrowDevices(account: string, may: boolean): Promise<void> {
    await this.#sql.query("update demo.account set adds_escrow = $2::int = 1 where account = $1", [
      account,
      Number(may),
    ]);
  }

  async signOut(token: string): Promise<void> {
    await this.#sql.query("delete from demo.sign_in where token = $1", [digest(Buffer.from(token, "base64url"))]);
  }
}

function derive(password: string, salt: Uint8Array): Uint8Array {
  return new Uint8Array(scryptSync(password.normalize("NFKC"), salt, 32, { N: 2 ** 14 }));
}

/** The database has a hash: a copy of it signs nobody in. */
export function digest(token: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(token).digest());
}
