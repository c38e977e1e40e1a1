#!/usr/bin/env node
// The command `keystead`.

import { KeysteadError } from "../errors.js";

const [command, ...args] = process.argv.slice(2);
try {
  // The packages of a relay are optional: the error names one that is missing.
  const { RELAY_USAGE, runRelay } = await import("./relay.js");
  const asksHelp = [command, ...args].some((arg) => arg === "--help" || arg === "-h");
  if (asksHelp) console.log(RELAY_USAGE);
  else if (command === "relay") {
    const { close } = await runRelay(args, console.log);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void close());
  } else {
    console.error(RELAY_USAGE);
    process.exitCode = 2;
  }
} catch (error) {
  const problem = KeysteadError.is(error) ? error.message : missingPackage(error);
  if (problem === undefined) throw error;
  console.error(`keystead: ${problem}`);
  process.exitCode = KeysteadError.is(error) && error.kind !== "caller" ? 1 : 2;
}

function missingPackage(error: unknown): string | undefined {
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown };
  const [, name] = /^Cannot find package '([^']+)'/.exec(String(message)) ?? [];
  if (code !== "ERR_MODULE_NOT_FOUND" || name === undefined) return undefined;
  return `the package ${name} is not installed; a relay needs: npm install hono @hono/node-server, and @electric-sql/pglite for --data or pg for --database`;
}
