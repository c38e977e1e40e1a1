// The operator's keys: logs name them from their first link on, so that the portal can remove a lost device.

import { randomBytes } from "node:crypto";
import type { Sql } from "keystead/relay";
import { OperatorKeys } from "keystead/server";

/** Made once. A real service keeps them where the portal runs, and not in the database of the relay. */
export async function operatorKeys(sql: Sql): Promise<OperatorKeys> {
  await sql.query("create table if not exists demo.operator (one int primary key, secret bytea not null)");
  await sql.query("insert into demo.operator values (1, $1) on conflict (one) do nothing", [
    new Uint8Array(randomBytes(32)),
  ]);
  const [row] = await sql.query<{ secret: Uint8Array }>("select secret from demo.operator");
  if (!row) throw new Error("the operator has no keys");
  return new OperatorKeys(row.secret);
}
