// Mail that the clinic's server would send to its people's own addresses. The demo keeps it, and shows it in a mailbox page.

import { randomUUID } from "node:crypto";
import type { Sql } from "keystead/relay";

/** What a mail says; the page has the words. */
export type MailContent =
  /** For a step-up: the code, and for how many minutes it is good. */
  | { readonly about: "code"; readonly code: string; readonly minutes: number }
  /** A new device asks to be added. */
  | { readonly about: "joined"; readonly device: string | null }
  /** The portal removed devices. */
  | { readonly about: "removed" }
  /** Somebody asked to begin anew; until then it can be taken back. */
  | { readonly about: "reset-allowed"; readonly minutes: number }
  | { readonly about: "reset" }
  | { readonly about: "moved"; readonly site: string }
  | { readonly about: "role"; readonly mayAddEscrowDevices: boolean };

export interface Mail {
  readonly id: string;
  /** When it was sent, in milliseconds since 1970. */
  readonly at: number;
  readonly content: MailContent;
}

export class Mailboxes {
  readonly #sql: Sql;
  readonly #now: () => number;

  private constructor(sql: Sql, now: () => number) {
    this.#sql = sql;
    this.#now = now;
  }

  static async open(sql: Sql, now: () => number): Promise<Mailboxes> {
    await sql.query(
      "create table if not exists demo.mail (id text primary key, account text not null, place bigserial, at bigint not null, content text not null)",
    );
    return new Mailboxes(sql, now);
  }

  async send(account: string, content: MailContent): Promise<void> {
    await this.#sql.query("insert into demo.mail (id, account, at, content) values ($1, $2, $3, $4)", [
      ...[randomUUID(), account, this.#now(), JSON.stringify(content)],
    ]);
  }

  /** The newest mail of an account, newest first. */
  async list(account: string): Promise<readonly Mail[]> {
    const rows = await this.#sql.query<{ id: string; at: number; content: string }>(
      "select id, at, content from demo.mail where account = $1 order by place desc limit 50",
      [account],
    );
    return rows.map(({ id, at, content }) => ({ id, at, content: JSON.parse(content) as MailContent }));
  }
}
