// npm run gen:questions [-- --histories N] [-- --seed TEXT]: random logs of users with honest and dishonest devices and admins,
// and this library's answers to three questions of a device: what it owes (11.2), which members it doubts (ESC-8), and whether it
// may grant to escrow (ESC-4). Written as lines of JSON, for `python3 tools/verifier questions`, which answers the same questions
// from the specification alone and documents the format of a line. docs/assurance.md.

import { parseArgs } from "node:util";
import { drawer } from "./draws.js";
import { askAdmin, askDevice } from "./questions/ask.js";
import { drawScene } from "./questions/scene.js";
import { bare } from "./vectors/entries.js";
import { texts } from "./vectors/format.js";

const { values } = parseArgs({
  options: { histories: { type: "string", default: "40" }, seed: { type: "string", default: "questions" } },
});
const histories = Number(values.histories);
if (!Number.isSafeInteger(histories) || histories < 1) {
  console.error("--histories must be a whole number above 0");
  process.exit(2);
}

const OF_DEVICES = 25;
const OF_ADMINS = 8;

for (let index = 0; index < histories; index++) {
  const seed = `${values.seed} ${index}`;
  const draw = drawer(seed);
  const scene = drawScene(seed, draw);
  const questions = [
    ...Array.from({ length: OF_DEVICES }, () => askDevice(scene, draw)),
    ...Array.from({ length: OF_ADMINS }, () => askAdmin(scene, draw)),
  ];
  const logs = Object.fromEntries(
    [...scene.escrows].map(([name, { world }]) => [name, texts(world.entries.map(bare))]),
  );
  console.log(JSON.stringify({ seed, logs, entries: texts(scene.user.world.entries.map(bare)), questions }));
}
