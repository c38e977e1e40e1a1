// `npm start`: builds the web app, starts the demo, and prints its address.
//
//   npm start -- [--port N] [--data FOLDER] [--reset] [--seed] [--unsafe-take-lock]

import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { KeysteadError } from "keystead";
import { buildWeb } from "./build.js";
import { startDemo } from "./demo.js";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "4173" },
    data: { type: "string", default: "demo-data" },
    reset: { type: "boolean", default: false },
    seed: { type: "boolean", default: false },
    "unsafe-take-lock": { type: "boolean", default: false },
  },
});

try {
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("--port must be a number from 0 to 65535");
  if (values.reset) rmSync(values.data, { recursive: true, force: true });
  console.log("Building the web app…");
  const web = await buildWeb();
  console.log("Starting the relay and the clinic's server…");
  if (values.seed) console.log("Living through a year…");
  const { data, seed } = values;
  const demo = await startDemo({ data, web, port, seed, unsafeTakeLock: values["unsafe-take-lock"] });
  console.log(`\n  Keystead demo: ${demo.url}\n`);
  console.log("  Each browser profile is a device. Data is kept in", values.data);
  console.log("  Ctrl+C ends it; npm start -- --reset begins anew, with --seed in a year of made-up life.\n");
  const end = () => void demo.close().then(() => process.exit(0));
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
} catch (error) {
  const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
  const hint = KeysteadError.from(error)?.code === "STORE_UNAVAILABLE" ? "; or begin anew with --reset" : "";
  console.error(
    isTaken ? `port ${values.port} is taken: give another with --port` : `${(error as Error).message}${hint}`,
  );
  process.exit(1);
}
