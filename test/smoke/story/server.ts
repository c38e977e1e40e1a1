// The program of runtimes that have files: its devices keep their records in folders. It says which backend the package takes there.

import { createRequire } from "node:module";
import { callerSealer } from "keystead/client";
import { fileStore } from "keystead/file-store";
import { story } from "./story.js";

const key = crypto.getRandomValues(new Uint8Array(32));
const keep = async (name: string) => ({ store: fileStore(`./devices/${name}`), sealer: await callerSealer(key) });
console.log(`told: ${await story(keep)}`);
const inside = createRequire(new URL("node_modules/keystead/dist/index.js", import.meta.url));
console.log(`backend: ${inside.resolve("#primitives")}`);
