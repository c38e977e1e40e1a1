// Leads through every window of the demo in real browsers, and takes its pictures.
//
//   npm run gen:screenshots                          the pictures that documents show, to docs/images
//   npm run gen:screenshots -- FOLDER [CHAPTER…]     all of them, to look at

import { mkdirSync, writeFileSync } from "node:fs";
import { Looks } from "./looks.js";
import { PARTS, PICTURES, productPicture, shownPictures } from "./pictures.js";
import { CHAPTERS } from "./tour.js";
import { World } from "./world.js";

const [, , folder, ...chosen] = process.argv;
const shown = shownPictures();
const parts = new Map<string, Uint8Array>();
mkdirSync(folder ?? PICTURES, { recursive: true });

function keep(picture: string, png: Uint8Array): void {
  if (PARTS.includes(picture)) parts.set(picture, png);
  if (folder !== undefined || shown.has(picture)) writeFileSync(`${folder ?? PICTURES}/${picture}.png`, png);
}

const takes = (picture: string) => folder !== undefined || shown.has(picture) || PARTS.includes(picture);
const looks = new Looks({ takes, keep });
for (const [name, chapter] of Object.entries(CHAPTERS)) {
  if (chosen.length > 0 && !chosen.some((each) => name.includes(each))) continue;
  const world = await World.open();
  try {
    await chapter(world, looks);
    if (parts.size === PARTS.length) {
      keep("product", await productPicture(world, parts));
      parts.clear();
    }
  } finally {
    await world.close();
  }
  if (world.faults.length > 0) {
    console.error(world.faults);
    process.exitCode = 1;
  }
}
