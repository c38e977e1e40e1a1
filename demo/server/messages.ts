// What people of the clinic write to each other: sealed on their devices, to each other's public logs. The server passes it on.

import { Hono } from "hono";
import type { Sql } from "keystead/relay";
import type { Account, Accounts } from "./accounts.js";

const MAX_BYTES = 65_536;
const TABLE =
  "create table if not exists demo.message (id text primary key, sender text not null, recipient text not null, at bigint not null, sealed bytea not null)";

/** What the server knows of a message. */
export interface StoredMessage {
  readonly id: string;
  /** Account names. */
  readonly sender: string;
  readonly recipient: string;
  /** When it came, in milliseconds since 1970. */
  readonly at: number;
}

/** A message as it comes. */
export interface NewMessage extends StoredMessage {
  readonly sealed: Uint8Array;
}

export class Messages {
  readonly #sql: Sql;

  private constructor(sql: Sql) {
    this.#sql = sql;
  }

  static async open(sql: Sql): Promise<Messages> {
    await sql.query(TABLE);
    return new Messages(sql);
  }

  /** @returns false where the id is taken */
  async put({ id, sender, recipient, at, sealed }: NewMessage): Promise<boolean> {
    const stored = await this.#sql.query<{ id: string }>(
      "insert into demo.message values ($1, $2, $3, $4, $5) on conflict (id) do nothing returning id",
      [id, sender, recipient, at, sealed],
    );
    return stored.length === 1;
  }

  /** Between two accounts, oldest first. */
  between(one: string, other: string): Promise<readonly StoredMessage[]> {
    return this.#sql.query<StoredMessage>(
      "select id, sender, recipient, at from demo.message where (sender = $1 and recipient = $2) or (sender = $2 and recipient = $1) order by at, id",
      [one, other],
    );
  }

  /** The sealed bytes; undefined for a message that is not the account's. */
  async sealed(id: string, account: string): Promise<Uint8Array | undefined> {
    const [found] = await this.#sql.query<{ sealed: Uint8Array }>(
      "select sealed from demo.message where id = $1 and (sender = $2 or recipient = $2)",
      [id, account],
    );
    return found?.sealed;
  }
}

type Env = { Variables: { account: Account } };

/** The routes below `/api`, for somebody who is signed in. */
export function messageRoutes(
  accounts: Accounts,
  messages: Messages,
  hasLog: (subject: string) => Promise<boolean>,
): Hono<Env> {
  const app = new Hono<Env>();
  app.get("/colleagues", async (c) => {
    const others = (await accounts.all()).filter(({ account }) => account !== c.get("account").account);
    return c.json(await Promise.all(others.map(async (each) => ({ ...each, hasLog: await hasLog(each.subject) }))));
  });
  app.get("/messages/with/:account", async (c) =>
    c.json(await messages.between(c.get("account").account, c.req.param("account"))),
  );
  app.get("/messages/:id", async (c) => {
    const sealed = await messages.sealed(c.req.param("id"), c.get("account").account);
    if (!sealed) return c.json({ error: "none" }, 404);
    return c.body(new Uint8Array(sealed), 200, {
      "content-type": "application/octet-stream",
      "cache-control": "no-store",
    });
  });
  app.put("/messages/with/:account/:id", async (c) => {
    const { account: recipient, id } = c.req.param();
    const isKnown = (await accounts.all()).some(({ account }) => account === recipient);
    const sealed = new Uint8Array(await c.req.arrayBuffer());
    if (!isKnown || !/^[0-9a-f-]{36}$/.test(id)) return c.json({ error: "none" }, 404);
    if (sealed.length === 0 || sealed.length > MAX_BYTES) return c.json({ error: "size" }, 413);
    const sender = c.get("account").account;
    const isNew = await messages.put({ id, sender, recipient, at: Date.now(), sealed });
    return c.json({}, isNew ? 201 : 409);
  });
  return app;
}
