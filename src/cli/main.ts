#!/usr/bin/env node
// The command `keystead`.

import { KeysteadError } from "../errors.js";
import { RELAY_USAGE, runRelay } from "./relay.js";

const [command, ...args] = process.argv.slice(2);
if (command !== "relay") {
  console.error(RELAY_USAGE);
  process.exitCode = 2;
} else {
  try {
    const { close } = await runRelay(args, console.log);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void close());
  } catch (error) {
    if (!KeysteadError.is(error)) throw error;
    console.error(`keystead: ${error.message}`);
    process.exitCode = error.kind === "caller" ? 2 : 1;
  }
}
