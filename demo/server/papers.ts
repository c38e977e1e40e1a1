// The backup keys of the made-up year. No service keeps these: here the papers of made-up people lie beside the demo, so that a visitor
// can be one of them.

import type { Sql } from "keystead/relay";

/** A backup key on paper. */
export interface Paper {
  readonly name: string;
  readonly text: string;
}

export class Papers {
  readonly #sql: Sql;

  private constructor(sql: Sql) {
    this.#sql = sql;
  }

  static async open(sql: Sql): Promise<Papers> {
    await sql.query(
      "create table if not exists demo.paper (account text not null, name text not null, text text not null)",
    );
    return new Papers(sql);
  }

  /** @param owner an account; for a paper of escrow, its subject */
  async put(owner: string, name: string, text: string): Promise<void> {
    await this.#sql.query("insert into demo.paper values ($1, $2, $3)", [owner, name, text]);
  }

  of(owner: string): Promise<readonly Paper[]> {
    return this.#sql.query<Paper>("select name, text from demo.paper where account = $1 order by name", [owner]);
  }
}
