// Leads through every window of the demo in real browsers, and takes its pictures.
//
//   npm run gen:screenshots                          the pictures that documents show, to docs/images
//   npm run gen:screenshots -- FOLDER [CHAPTER…]     all of them, to look at

import { mkdirSync } from "node:fs";
import { Looks } from "./looks.js";
import { shownPictures } from "./pictures.js";
import { CHAPTERS } from "./tour.js";
import { World } from "./world.js";

const [, , given, ...chosen] = process.argv;
const folder = given ?? "docs/images";
mkdirSync(folder, { recursive: true });

const looks = new Looks(given === undefined ? { folder, only: shownPictures() } : { folder });
for (const [name, chapter] of Object.entries(CHAPTERS)) {
  if (chosen.length > 0 && !chosen.some((each) => name.includes(each))) continue;
  const world = await World.open();
  try {
    await chapter(world, looks);
  } finally {
    await world.close();
  }
  if (world.complaints.length + world.reports.length > 0) {
    console.error(world.complaints, world.reports);
    process.exitCode = 1;
  }
}
