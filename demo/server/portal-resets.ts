// Accounts that may begin anew: for a short time after their user asked in the portal, and once.

import type { Sql } from "keystead/relay";

/** How long an account may begin anew after its user asked; in milliseconds. A real service waits a day before, so that a mail is read. */
export const RESET_LASTS = 15 * 60_000;

export class Resets {
  readonly #sql: Sql;
  readonly #now: () => number;

  private constructor(sql: Sql, now: () => number) {
    this.#sql = sql;
    this.#now = now;
  }

  static async open(sql: Sql, now: () => number): Promise<Resets> {
    await sql.query("create table if not exists demo.reset (subject text primary key, until bigint not null)");
    await sql.query("create table if not exists demo.began_anew (subject text primary key, at bigint not null)");
    return new Resets(sql, now);
  }

  /** @returns until when it may begin anew */
  async allow(subject: string): Promise<number> {
    const until = this.#now() + RESET_LASTS;
    await this.#sql.query(
      "insert into demo.reset values ($1, $2) on conflict (subject) do update set until = excluded.until",
      [subject, until],
    );
    return until;
  }

  /** Until when the account may begin anew; undefined when it may not. */
  async until(subject: string): Promise<number | undefined> {
    const [found] = await this.#sql.query<{ until: number }>(
      "select until from demo.reset where subject = $1 and until > $2",
      [subject, this.#now()],
    );
    return found?.until;
  }

  /** Ends it, because it was done or taken back. @returns whether it was allowed */
  async end(subject: string): Promise<boolean> {
    const rows = await this.#sql.query("delete from demo.reset where subject = $1 returning subject", [subject]);
    return rows.length > 0;
  }

  /** Ends it, because the account began anew, and keeps when that was. @returns whether it was allowed */
  async done(subject: string): Promise<boolean> {
    if (!(await this.end(subject))) return false;
    await this.#sql.query(
      "insert into demo.began_anew values ($1, $2) on conflict (subject) do update set at = excluded.at",
      [subject, this.#now()],
    );
    return true;
  }

  /** When accounts began anew last, by their subjects. */
  async all(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#sql.query<{ subject: string; at: number }>("select subject, at from demo.began_anew");
    return new Map(rows.map(({ subject, at }) => [subject, at]));
  }
}
