// Starts a PostgreSQL server for the vitest project `served-postgres`.

import type { TestProject } from "vitest/node";
import { PostgresServer } from "../support/postgres-server.js";

let server: PostgresServer | undefined;

export async function setup({ provide }: TestProject): Promise<void> {
  server = new PostgresServer();
  await server.start();
  provide("served", server.url);
}

export async function teardown(): Promise<void> {
  await server?.remove();
}
